//! Writing and finding documents.

use edge_accounting::{AccountingError, Document, Provider, Recorded};
use ledgers::{Fault, FaultKind, Limits};
use serde_json::json;

use crate::support::Books;
use crate::support::documents::{amount, customer, invoice, journal, payment, refund};

const WRITES: &str = "PUT /api.xro/2.0/";

async fn with_customer() -> (Books, Recorded) {
    let books = Books::of(Provider::Xero).signed_in().await;
    let recorded = books.write(&customer("CUST-1", "Acme"), "key-c").await.unwrap();
    (books, recorded)
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_document_is_written_as_it_is_documented_and_found_again() {
    let (books, acme) = with_customer().await;
    let found = books.find(&customer("CUST-1", "Acme")).await;
    assert_eq!(found, Some(acme.clone()));
    assert_eq!(books.find(&customer("CUST-2", "Acme")).await, None);

    let own = Document::Invoice(invoice("INV-1", &acme));
    assert_eq!(books.find(&own).await, None);
    let recorded = books.write(&own, "key-i").await.unwrap();
    assert_eq!(books.find(&own).await.as_ref(), Some(&recorded));
    let kept = books.ledger.documents().pop().unwrap();
    assert_eq!((kept.kind.as_str(), kept.total), ("invoices", amount("118")));
    assert_eq!(kept.body["LineItems"][0]["Quantity"], json!(4));
    // What the quantity and the price do not come to is written as one.
    assert_eq!(kept.body["LineItems"][1]["Quantity"], json!(1));
    assert_eq!(kept.body["LineItems"][1]["LineAmount"], json!(50));

    let own = Document::Payment(payment("PAY-1", &acme, &recorded, "100"));
    let paid = books.write(&own, "key-p").await.unwrap();
    assert_eq!(books.find(&own).await, Some(paid));
    let elsewhere = Document::Payment(payment("PAY-1", &acme, &Recorded::new("another"), "100"));
    assert_eq!(books.find(&elsewhere).await, None);

    let own = Document::Refund(refund("REF-1", &acme, "40"));
    let given = books.write(&own, "key-r").await.unwrap();
    assert_eq!(books.find(&own).await, Some(given));

    let own = Document::Journal(journal("JRN-1", "33.33"));
    let posted = books.write(&own, "key-j").await.unwrap();
    assert_eq!(books.find(&own).await, Some(posted));
    assert_eq!(books.find(&Document::Journal(journal("JRN-11", "1"))).await, None);
    assert_eq!(books.find(&Document::Journal(journal("JRN", "1"))).await, None);

    for (kind, number) in [
        ("customers", "CUST-1"),
        ("invoices", "INV-1"),
        ("payments", "PAY-1"),
        ("refunds", "REF-1"),
        ("refund_payments", "REF-1"),
        ("journals", "JRN-1"),
    ] {
        assert_eq!(books.numbers(kind), [number], "{kind}");
    }
    let open: Vec<_> = books.ledger.documents().iter().map(|document| document.open).collect();
    assert_eq!((open[1], open[3]), (amount("18"), amount("0")));
}

#[tokio::test(start_paused = true)]
async fn what_is_planned_is_what_is_sent() {
    let (books, acme) = with_customer().await;
    let sent = books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await.unwrap();
    for (document, requests) in [
        (customer("CUST-9", "Other"), 1),
        (Document::Invoice(invoice("INV-9", &acme)), 1),
        (Document::Payment(payment("PAY-9", &acme, &sent, "1")), 1),
        (Document::Refund(refund("REF-9", &acme, "2")), 2),
        (Document::Journal(journal("JRN-9", "3")), 1),
    ] {
        books.ledger.forget_calls();
        let planned = books.client().plan(&document).unwrap();
        assert_eq!(books.ledger.calls_to(""), 0);
        assert_eq!(planned.len(), requests);
        books.write(&document, &format!("key-{}", document.number())).await.unwrap();
        assert_eq!(books.ledger.calls_to(WRITES), requests as u64);
        for planned in planned {
            let path = planned.path.split('?').next().unwrap_or_default().to_owned();
            assert!(books.ledger.calls_to(&format!("{} {path}", planned.method)) > 0, "{path}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_customer_of_a_name_gets_its_number_into_it() {
    let (books, first) = with_customer().await;
    let second = books.write(&customer("CUST-2", "ACME"), "key-2").await.unwrap();
    assert_ne!(first, second);
    let names: Vec<_> = books.ledger.documents().iter().map(|document| document.body["Name"].clone()).collect();
    assert_eq!(names, [json!("Acme"), json!("ACME (CUST-2)")]);
}

#[tokio::test(start_paused = true)]
async fn the_same_key_writes_once_and_another_key_meets_the_number() {
    let (books, acme) = with_customer().await;
    let own = Document::Invoice(invoice("INV-1", &acme));
    let client = books.client();
    let first = client.create(&own, "key-i").await.unwrap();
    assert_eq!(client.create(&own, "key-i").await, Ok(first));
    let again = books.write(&own, "key-other").await;
    assert!(matches!(again, Err(AccountingError::Duplicate(_))), "{again:?}");
    assert_eq!(books.numbers("invoices"), ["INV-1"]);
}

#[tokio::test(start_paused = true)]
async fn what_xero_says_becomes_what_is_to_be_done() {
    let (books, acme) = with_customer().await;
    let own = Document::Invoice(invoice("INV-1", &acme));
    let at = format!("{WRITES}Invoices");
    let order = |kind| books.ledger.order(Fault::once(at.clone(), kind));
    for (fault, expected) in [
        (
            FaultKind::Throttled { retry_after: Some(17), daily: false },
            AccountingError::Throttled { wait: Some(std::time::Duration::from_secs(17)), daily: false },
        ),
        (
            FaultKind::Throttled { retry_after: None, daily: true },
            AccountingError::Throttled { wait: None, daily: true },
        ),
        (FaultKind::Unauthorized, AccountingError::Unauthorized("Xero answered with the status 401".to_owned())),
        (FaultKind::Status { status: 503 }, AccountingError::Unknown("Xero answered with the status 503".to_owned())),
        (
            FaultKind::PeriodClosed,
            AccountingError::PeriodClosed("The document date cannot be before the period lock date.".to_owned()),
        ),
        (
            FaultKind::Invalid,
            AccountingError::Missing("Account code '9999' is not a valid code for this document.".to_owned()),
        ),
    ] {
        order(fault.clone());
        assert_eq!(books.write(&own, "key-i").await, Err(expected), "{fault:?}");
    }
    assert_eq!(books.numbers("invoices"), Vec::<String>::new());
    order(FaultKind::Status { status: 403 });
    assert!(matches!(books.write(&own, "key-i").await, Err(AccountingError::NeedsReauth(_))));
    // These land.
    for (place, fault) in
        [FaultKind::Garbage, FaultKind::Lost, FaultKind::Cut, FaultKind::Duplicate].into_iter().enumerate()
    {
        let own = Document::Invoice(invoice(&format!("INV-{}", place + 2), &acme));
        order(fault.clone());
        let error = books.write(&own, &format!("key-{place}")).await.err().unwrap();
        assert!(error.may_have_landed(), "{fault:?}: {error:?}");
        assert!(books.find(&own).await.is_some(), "{fault:?}");
    }
    order(FaultKind::Unheard);
    assert!(matches!(books.write(&own, "key-i").await, Err(AccountingError::Unknown(_))));
    assert_eq!(books.find(&own).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_books_own_refusals_are_named() {
    let (books, acme) = with_customer().await;
    let sent = books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await.unwrap();
    let too_much = books.write(&Document::Payment(payment("PAY-1", &acme, &sent, "118.01")), "key-p").await;
    let message = "Payment amount exceeds the amount outstanding on this document";
    assert_eq!(too_much, Err(AccountingError::refused("ValidationException", message)));
    // Nothing is posted to an account that is not there, or is no bank account.
    let mut own = payment("PAY-1", &acme, &sent, "1");
    own.account = "4000".to_owned();
    let no_bank = books.write(&Document::Payment(own), "key-p2").await;
    assert!(matches!(no_bank, Err(AccountingError::Missing(_))), "{no_bank:?}");
    let mut own = invoice("INV-2", &acme);
    own.lines[0].account = "4242".to_owned();
    let no_account = books.write(&Document::Invoice(own), "key-i2").await;
    assert!(matches!(no_account, Err(AccountingError::Missing(_))), "{no_account:?}");
    books.ledger.books().closed_before = Some("2026-12-01".to_owned());
    let closed = books.write(&Document::Journal(journal("JRN-1", "5")), "key-j").await;
    assert!(matches!(closed, Err(AccountingError::PeriodClosed(_))), "{closed:?}");
    books.ledger.books().closed_before = None;
    // Journals have no currency: one in another than the organisation's is not sent.
    books.ledger.books().base_currency = "INR".to_owned();
    books.ledger.forget_calls();
    let foreign = books.write(&Document::Journal(journal("JRN-1", "5")), "key-j").await;
    assert!(matches!(&foreign, Err(AccountingError::Refused { code, .. }) if code == "currency"), "{foreign:?}");
    assert_eq!(books.ledger.calls_to(WRITES), 0);
    let mut own = invoice("INV-3", &acme);
    own.lines[0].amount = amount("50.001");
    let fine = books.write(&Document::Invoice(own), "key-i3").await;
    assert!(matches!(&fine, Err(AccountingError::Refused { code, .. }) if code == "decimals"), "{fine:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refund_whose_payout_was_lost_is_finished_once() {
    let (books, acme) = with_customer().await;
    let own = Document::Refund(refund("REF-1", &acme, "40"));
    books.ledger.order(Fault::once(format!("{WRITES}Payments"), FaultKind::Unheard));
    assert!(books.write(&own, "key-r").await.is_err());
    let found = books.find(&own).await.unwrap();
    assert!(found.draft);
    books.ledger.order(Fault::once(format!("{WRITES}Payments"), FaultKind::Lost));
    assert!(books.client().complete(&own, &found).await.is_err());
    let found = books.find(&own).await.unwrap();
    assert!(!found.draft);
    assert_eq!(books.client().complete(&own, &found).await, Ok(found));
    assert_eq!((books.numbers("refunds").len(), books.numbers("refund_payments").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_voided_invoice_is_not_found() {
    let (books, acme) = with_customer().await;
    let own = Document::Invoice(invoice("INV-1", &acme));
    let recorded = books.write(&own, "key-i").await.unwrap();
    let company = books.connection.company_id.clone().unwrap();
    let void = |document: &mut ledgers::Stored| document.body["Status"] = json!("VOIDED");
    books.ledger.books().get_mut(&company, "invoices", &recorded.id).map(void).unwrap();
    assert_eq!(books.find(&own).await, None);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_without_an_organisation() {
    let (mut books, acme) = with_customer().await;
    books.connection.company_id = None;
    books.ledger.forget_calls();
    let refused = books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await;
    assert!(matches!(refused, Err(AccountingError::Misconfigured(_))), "{refused:?}");
    assert_eq!(books.ledger.calls_to(""), 0);
}

#[tokio::test(start_paused = true)]
async fn requests_beyond_the_minute_and_the_day_are_told_apart() {
    let (books, acme) = with_customer().await;
    let own = Document::Invoice(invoice("INV-1", &acme));
    let find = async || books.client().find(&own).await.err();
    books.ledger.limit(Limits { per_minute: Some(2), per_day: Some(3) });
    assert_eq!((find().await, find().await), (None, None));
    let Some(AccountingError::Throttled { wait: Some(wait), daily: false }) = find().await else {
        panic!("it is answered")
    };
    tokio::time::advance(wait).await;
    assert_eq!(find().await, None);
    let Some(AccountingError::Throttled { wait: Some(wait), daily: true }) = find().await else {
        panic!("it is answered")
    };
    // Tokens are had all the same.
    books.client().renew(books.now()).await.unwrap();
    tokio::time::advance(wait).await;
    assert_eq!(books.ledger.limits().1, 2);
}

//! Writing and finding documents.

use std::time::Duration;

use edge_accounting::{AccountingError, Document, Provider, Recorded};
use ledgers::{Fault, FaultKind};
use serde_json::json;

use crate::support::Books;
use crate::support::documents::{amount, customer, invoice, journal, payment, refund};

const REALM: &str = "/v3/company/9341453172058217/";

async fn with_customer() -> (Books, Recorded) {
    let books = Books::of(Provider::QuickBooks).signed_in().await;
    let recorded = books.write(&customer("CUST-1", "Acme: Pune"), "key-c").await.unwrap();
    (books, recorded)
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_document_is_written_as_it_is_documented_and_found_again() {
    let (books, acme) = with_customer().await;
    assert_eq!(books.find(&customer("CUST-1", "Renamed")).await, Some(acme.clone()));
    assert_eq!(books.find(&customer("UST-1", "Acme")).await, None);
    let kept = books.ledger.documents().pop().unwrap();
    assert_eq!(
        (&kept.body["DisplayName"], &kept.body["CompanyName"]),
        (&json!("Acme  Pune (CUST-1)"), &json!("Acme: Pune"))
    );

    let own = Document::Invoice(invoice("INV-1", &acme));
    assert_eq!(books.find(&own).await, None);
    let sent = books.write(&own, "key-i").await.unwrap();
    assert_eq!(books.find(&own).await.as_ref(), Some(&sent));
    let own = Document::Payment(payment("PAY-1", &acme, &sent, "100"));
    let paid = books.write(&own, "key-p").await.unwrap();
    assert_eq!(books.find(&own).await, Some(paid));
    let own = Document::Refund(refund("REF-1", &acme, "40"));
    let given = books.write(&own, "key-r").await.unwrap();
    assert_eq!(books.find(&own).await, Some(given));
    let own = Document::Journal(journal("JRN-1", "33.33"));
    let posted = books.write(&own, "key-j").await.unwrap();
    assert_eq!(books.find(&own).await, Some(posted));

    for (kind, numbers) in [
        ("customers", vec!["CUST-1"]),
        ("invoices", vec!["INV-1"]),
        ("payments", vec!["PAY-1"]),
        ("refunds", vec!["REF-1"]),
        ("journals", vec!["JRN-1"]),
        ("items", vec!["Account 4100", "Account 4000", "Account 2200", "Account 4900"]),
    ] {
        assert_eq!(books.numbers(kind), numbers, "{kind}");
    }
    let kept = books.ledger.documents().into_iter().find(|document| document.kind == "invoices").unwrap();
    assert_eq!((kept.total, kept.open), (amount("118"), amount("18")));
    // Journals say which side by a word, not by a sign.
    let kept = books.ledger.documents().pop().unwrap();
    let side = |line: usize| {
        (
            kept.body["Line"][line]["Amount"].clone(),
            kept.body["Line"][line]["JournalEntryLineDetail"]["PostingType"].clone(),
        )
    };
    assert_eq!([side(0), side(1)], [(json!(33.33), json!("Debit")), (json!(33.33), json!("Credit"))]);
}

#[tokio::test(start_paused = true)]
async fn accounts_are_read_once_a_run_and_items_found_again_by_the_next() {
    let (books, acme) = with_customer().await;
    books.ledger.forget_calls();
    let client = books.client();
    for number in ["INV-1", "INV-2"] {
        client.create(&Document::Invoice(invoice(number, &acme)), &format!("key-{number}")).await.unwrap();
    }
    // The accounts; three items, each looked for and made; two invoices.
    assert_eq!(books.ledger.calls_to(""), 1 + 3 + 3 + 2);
    books.ledger.forget_calls();
    books.write(&Document::Invoice(invoice("INV-3", &acme)), "key-3").await.unwrap();
    assert_eq!(books.ledger.calls_to(&format!("POST {REALM}item")), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_planned_asks_nobody_and_names_what_only_the_books_know() {
    let (books, acme) = with_customer().await;
    books.ledger.forget_calls();
    let planned = books.client().plan(&Document::Invoice(invoice("INV-1", &acme))).unwrap();
    assert_eq!((planned.len(), planned[0].method.as_str()), (1, "POST"));
    assert_eq!(planned[0].path, format!("{REALM}invoice?minorversion=75"));
    let item = planned[0].body.pointer("/Line/0/SalesItemLineDetail/ItemRef/value");
    assert_eq!(item, Some(&json!("{item Account 4100}")));
    let planned = books.client().plan(&Document::Journal(journal("JRN-1", "5"))).unwrap();
    let account = planned[0].body.pointer("/Line/0/JournalEntryLineDetail/AccountRef/value");
    assert_eq!(account, Some(&json!("{account 2400}")));
    assert_eq!(books.ledger.calls_to(""), 0);
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
    let again = books.write(&customer("CUST-1", "Acme: Pune"), "key-other-customer").await;
    assert!(matches!(again, Err(AccountingError::Duplicate(_))), "{again:?}");
    assert_eq!((books.numbers("invoices").len(), books.numbers("customers").len()), (1, 1));
    // Two customers of one name are two.
    books.write(&customer("CUST-2", "Acme: Pune"), "key-c2").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_quickbooks_says_becomes_what_is_to_be_done() {
    let (books, acme) = with_customer().await;
    let own = Document::Invoice(invoice("INV-1", &acme));
    let order = |kind| books.ledger.order(Fault::once(format!("POST {REALM}invoice"), kind));
    for (fault, expected) in [
        (
            FaultKind::Throttled { retry_after: Some(17), daily: false },
            AccountingError::Throttled { wait: Some(Duration::from_secs(17)), daily: false },
        ),
        (
            FaultKind::Throttled { retry_after: None, daily: false },
            AccountingError::Throttled { wait: None, daily: false },
        ),
        (FaultKind::Unauthorized, AccountingError::Unauthorized("QuickBooks answered with the status 401".to_owned())),
        (
            FaultKind::Status { status: 503 },
            AccountingError::Unknown("QuickBooks answered with the status 503".to_owned()),
        ),
        (
            FaultKind::Invalid,
            AccountingError::refused(
                "6000",
                "A business validation error has occurred: Business Validation Error: Unexpected Internal Error.",
            ),
        ),
    ] {
        order(fault.clone());
        assert_eq!(books.write(&own, "key-i").await, Err(expected), "{fault:?}");
    }
    order(FaultKind::PeriodClosed);
    let closed = books.write(&own, "key-i").await;
    assert!(matches!(closed, Err(AccountingError::PeriodClosed(_))), "{closed:?}");
    assert_eq!(books.numbers("invoices"), Vec::<String>::new());
    for (place, fault) in
        [FaultKind::Garbage, FaultKind::Lost, FaultKind::Cut, FaultKind::Duplicate].into_iter().enumerate()
    {
        let own = Document::Invoice(invoice(&format!("INV-{}", place + 2), &acme));
        order(fault.clone());
        let error = books.write(&own, &format!("key-{place}")).await.err().unwrap();
        assert!(error.may_have_landed(), "{fault:?}: {error:?}");
        assert!(books.find(&own).await.is_some(), "{fault:?}");
    }
    // An item that somebody else makes at the same time is found.
    books.ledger.books().accounts.insert(
        "4200".to_owned(),
        ledgers::Account { name: "Training".to_owned(), kind: ledgers::AccountKind::Revenue },
    );
    let mut own = invoice("INV-9", &acme);
    own.lines[0].account = "4200".to_owned();
    books.ledger.order(Fault::once(format!("POST {REALM}item"), FaultKind::Lost));
    assert!(books.write(&Document::Invoice(own.clone()), "key-9").await.is_err());
    books.write(&Document::Invoice(own), "key-9").await.unwrap();
    assert_eq!(books.numbers("items").iter().filter(|name| *name == "Account 4200").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_books_own_refusals_are_named() {
    let (books, acme) = with_customer().await;
    let sent = books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await.unwrap();
    let too_much = books.write(&Document::Payment(payment("PAY-1", &acme, &sent, "118.01")), "key-p").await;
    assert!(matches!(&too_much, Err(AccountingError::Refused { code, .. }) if code == "6000"), "{too_much:?}");
    let mut own = invoice("INV-2", &acme);
    own.lines[0].account = "4242".to_owned();
    let missing = "QuickBooks has no active account with the number 4242".to_owned();
    assert_eq!(books.write(&Document::Invoice(own), "key-i2").await, Err(AccountingError::Missing(missing)));
    books.ledger.books().closed_before = Some("2026-12-01".to_owned());
    let closed = books.write(&Document::Journal(journal("JRN-1", "5")), "key-j").await;
    assert!(matches!(closed, Err(AccountingError::PeriodClosed(_))), "{closed:?}");
    books.ledger.books().closed_before = None;
    let mut own = journal("JRN-2", "5");
    own.lines[0].account = "1200".to_owned();
    let receivable = books.write(&Document::Journal(own), "key-j2").await;
    assert!(matches!(&receivable, Err(AccountingError::Refused { code, .. }) if code == "6000"), "{receivable:?}");
}

#[tokio::test(start_paused = true)]
async fn a_company_that_is_not_reached_any_more_needs_a_new_consent() {
    let (mut books, acme) = with_customer().await;
    books.connection.company_id = Some("1".to_owned());
    let refused = books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await;
    assert!(matches!(refused, Err(AccountingError::NeedsReauth(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_and_mended_since_is_not_answered_with_its_old_refusal() {
    let (books, acme) = with_customer().await;
    let own = Document::Invoice(invoice("INV-1", &acme));
    books.ledger.books().closed_before = Some("2026-12-01".to_owned());
    let closed = books.write(&own, "key-i").await;
    assert!(matches!(closed, Err(AccountingError::PeriodClosed(_))), "{closed:?}");
    books.ledger.books().closed_before = None;
    books.write(&own, "key-i").await.unwrap();
}

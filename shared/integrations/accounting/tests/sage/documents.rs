//! Writing and finding documents.

use std::time::Duration;

use edge_accounting::{AccountingError, Document, Provider, Recorded};
use ledgers::{Company, Fault, FaultKind};
use serde_json::json;

use crate::support::Books;
use crate::support::documents::{amount, customer, invoice, journal, payment, refund};

async fn with_customer() -> (Books, Recorded) {
    let books = Books::of(Provider::Sage).signed_in().await;
    let recorded = books.write(&customer("CUST-1", "Acme"), "key-c").await.unwrap();
    (books, recorded)
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_document_is_written_as_it_is_documented_and_found_again() {
    let (books, acme) = with_customer().await;
    assert_eq!(books.find(&customer("CUST-1", "Renamed")).await, Some(acme.clone()));
    assert_eq!(books.find(&customer("CUST", "Acme")).await, None);

    let own = Document::Invoice(invoice("INV-1", &acme));
    assert_eq!(books.find(&own).await, None);
    let sent = books.write(&own, "key-i").await.unwrap();
    // Sage numbers invoices itself.
    assert_eq!(sent.number.as_deref(), Some("SI-1"));
    assert_eq!(books.find(&own).await.as_ref(), Some(&sent));
    let own = Document::Payment(payment("PAY-1", &acme, &sent, "100"));
    let paid = books.write(&own, "key-p").await.unwrap();
    assert_eq!(books.find(&own).await, Some(paid));
    let own = Document::Refund(refund("REF-1", &acme, "40"));
    let given = books.write(&own, "key-r").await.unwrap();
    assert_eq!((given.draft, books.find(&own).await), (false, Some(given.clone())));
    let own = Document::Journal(journal("JRN-1", "33.33"));
    assert_eq!(books.find(&own).await, None);
    let posted = books.write(&own, "key-j").await.unwrap();
    assert_eq!(books.find(&own).await, Some(posted));

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
    let documents = books.ledger.documents();
    let of = |kind: &str| documents.iter().find(|document| document.kind == kind).unwrap();
    assert_eq!((of("invoices").total, of("invoices").open), (amount("118"), amount("18")));
    assert_eq!(of("refunds").open, amount("0"));
    // The business' own currency is not named.
    let sent = books.exchanges().into_iter().find(|exchange| exchange.request.get("sales_invoice").is_some()).unwrap();
    assert_eq!(sent.request["sales_invoice"].get("currency_id"), None);
    assert_eq!(of("journals").body["journal_lines"][1]["credit"], json!(33.33));
}

#[tokio::test(start_paused = true)]
async fn another_currency_is_named_and_journals_in_it_are_not_sent() {
    let (books, acme) = with_customer().await;
    books.ledger.books().base_currency = "GBP".to_owned();
    books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await.unwrap();
    let kept = books.ledger.documents().pop().unwrap();
    assert_eq!(kept.body["currency"]["id"], json!("USD"));
    let sent = books.exchanges().into_iter().rfind(|exchange| exchange.path.ends_with("/sales_invoices")).unwrap();
    assert_eq!(sent.request["sales_invoice"]["currency_id"], json!("USD"));
    let foreign = books.write(&Document::Journal(journal("JRN-1", "5")), "key-j").await;
    assert!(matches!(&foreign, Err(AccountingError::Refused { code, .. }) if code == "currency"), "{foreign:?}");
    assert_eq!(books.numbers("journals"), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn documents_go_to_the_business_that_was_chosen_and_never_to_the_lead_one() {
    let mut books = Books::of(Provider::Sage).signed_in().await;
    let second = Company { id: "second".to_owned(), name: "Second".to_owned() };
    books.ledger.books().companies.push(second);
    books.connection.company_id = Some("second".to_owned());
    let acme = books.write(&customer("CUST-1", "Acme"), "key-c").await.unwrap();
    books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await.unwrap();
    assert!(books.ledger.documents().iter().all(|document| document.company == "second"));
    books.connection.company_id = None;
    let nowhere = books.write(&customer("CUST-2", "Acme"), "key-c2").await;
    assert!(matches!(nowhere, Err(AccountingError::Misconfigured(_))), "{nowhere:?}");
    books.connection.company_id = Some("third".to_owned());
    let refused = books.write(&customer("CUST-2", "Acme"), "key-c2").await;
    assert!(matches!(refused, Err(AccountingError::NeedsReauth(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_document_on_a_later_page_is_found() {
    let (books, acme) = with_customer().await;
    let client = books.client();
    for number in 0..201 {
        let own = Document::Invoice(invoice(&format!("INV-{number}"), &acme));
        client.create(&own, "key").await.unwrap();
    }
    books.ledger.forget_calls();
    assert!(client.find(&Document::Invoice(invoice("INV-200", &acme))).await.unwrap().is_some());
    assert_eq!(books.ledger.calls_to("GET /v3.1/sales_invoices"), 2);
    // A page past the end repeats the last one; nobody asks for it.
    assert_eq!(client.find(&Document::Invoice(invoice("INV-201", &acme))).await.unwrap(), None);
    assert_eq!(books.ledger.calls_to("GET /v3.1/sales_invoices"), 4);
}

#[tokio::test(start_paused = true)]
async fn journals_are_read_once_a_run_and_again_after_a_lost_answer() {
    let (books, _) = with_customer().await;
    let client = books.client();
    for number in ["JRN-1", "JRN-2"] {
        let own = Document::Journal(journal(number, "5"));
        assert_eq!(client.find(&own).await.unwrap(), None);
        client.create(&own, "key").await.unwrap();
        assert!(client.find(&own).await.unwrap().is_some());
    }
    assert_eq!(books.ledger.calls_to("GET /v3.1/journals"), 1);
    let own = Document::Journal(journal("JRN-3", "5"));
    books.ledger.order(Fault::once("POST /v3.1/journals", FaultKind::Lost));
    assert!(matches!(client.create(&own, "key").await, Err(AccountingError::Unknown(_))));
    assert!(client.find(&own).await.unwrap().is_some());
    assert_eq!(books.ledger.calls_to("GET /v3.1/journals"), 2);
}

#[tokio::test(start_paused = true)]
async fn what_sage_says_becomes_what_is_to_be_done() {
    let (books, acme) = with_customer().await;
    let own = Document::Invoice(invoice("INV-1", &acme));
    let order = |kind| books.ledger.order(Fault::once("POST /v3.1/sales_invoices", kind));
    for (fault, expected) in [
        (
            FaultKind::Throttled { retry_after: Some(17), daily: false },
            AccountingError::Throttled { wait: Some(Duration::from_secs(17)), daily: false },
        ),
        (
            FaultKind::Throttled { retry_after: None, daily: false },
            AccountingError::Throttled { wait: None, daily: false },
        ),
        (FaultKind::Unauthorized, AccountingError::Unauthorized("Sage answered with the status 401".to_owned())),
        (FaultKind::Status { status: 500 }, AccountingError::Unknown("Sage answered with the status 500".to_owned())),
        (
            FaultKind::PeriodClosed,
            AccountingError::PeriodClosed("date: The date must be after the year end lockdown date".to_owned()),
        ),
        (
            FaultKind::Invalid,
            AccountingError::Missing("invoice_lines[0].ledger_account_id: Ledger account can't be blank".to_owned()),
        ),
    ] {
        order(fault.clone());
        assert_eq!(books.write(&own, "key-i").await, Err(expected), "{fault:?}");
    }
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
}

#[tokio::test(start_paused = true)]
async fn the_books_own_refusals_are_named() {
    let (books, acme) = with_customer().await;
    let again = books.write(&customer("CUST-1", "Acme"), "key-other").await;
    assert!(matches!(again, Err(AccountingError::Duplicate(_))), "{again:?}");
    let sent = books.write(&Document::Invoice(invoice("INV-1", &acme)), "key-i").await.unwrap();
    let too_much = books.write(&Document::Payment(payment("PAY-1", &acme, &sent, "118.01")), "key-p").await;
    assert!(
        matches!(&too_much, Err(AccountingError::Refused { code, .. }) if code == "ValidationError"),
        "{too_much:?}"
    );
    let mut own = payment("PAY-1", &acme, &sent, "1");
    own.account = "4000".to_owned();
    let missing = "Sage has no bank account with the nominal code 4000".to_owned();
    assert_eq!(books.write(&Document::Payment(own), "key-p2").await, Err(AccountingError::Missing(missing)));
    let mut own = invoice("INV-2", &acme);
    own.lines[0].account = "4242".to_owned();
    let missing = "Sage has no ledger account with the nominal code 4242".to_owned();
    assert_eq!(books.write(&Document::Invoice(own), "key-i2").await, Err(AccountingError::Missing(missing)));
}

#[tokio::test(start_paused = true)]
async fn a_refund_whose_payout_was_lost_is_finished_once() {
    let (books, acme) = with_customer().await;
    let own = Document::Refund(refund("REF-1", &acme, "40"));
    books.ledger.order(Fault::once("POST /v3.1/contact_payments", FaultKind::Unheard));
    assert!(books.write(&own, "key-r").await.is_err());
    let found = books.find(&own).await.unwrap();
    assert!(found.draft);
    books.ledger.order(Fault::once("POST /v3.1/contact_payments", FaultKind::Lost));
    assert!(books.client().complete(&own, &found).await.is_err());
    let found = books.find(&own).await.unwrap();
    assert!(!found.draft);
    assert_eq!(books.client().complete(&own, &found).await, Ok(found));
    assert_eq!((books.numbers("refunds").len(), books.numbers("refund_payments").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_planned_asks_nobody_and_names_what_only_the_books_know() {
    let (books, acme) = with_customer().await;
    books.ledger.forget_calls();
    let planned = books.client().plan(&Document::Refund(refund("REF-1", &acme, "40"))).unwrap();
    let paths: Vec<_> = planned.iter().map(|planned| planned.path.as_str()).collect();
    assert_eq!(paths, ["/v3.1/sales_credit_notes", "/v3.1/contact_payments"]);
    let account = planned[0].body.pointer("/sales_credit_note/credit_note_lines/0/ledger_account_id");
    assert_eq!(account, Some(&json!("{ledger account 4900}")));
    assert_eq!(books.ledger.calls_to(""), 0);
}

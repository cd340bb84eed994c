//! Writing and finding documents.

use edge_accounting::{AccountingError, Document, Recorded};
use ledgers::{Fault, FaultKind};
use serde_json::json;

use crate::support::documents::{amount, customer, invoice, journal, payment, refund};
use crate::{books, with_invoice};

const JOURNAL: &str = "POST /sap/bc/srt/scs_ext/sap/journalentrycreaterequestconfi";
const PARTNER: &str = "POST /sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner";

fn documents(acme: &Recorded, sent: &Recorded) -> [Document; 4] {
    [
        Document::Invoice(invoice("INV-2", acme)),
        Document::Payment(payment("PAY-1", acme, sent, "100")),
        Document::Refund(refund("REF-1", acme, "40")),
        Document::Journal(journal("JRN-1", "33.33")),
    ]
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_document_is_written_as_it_is_documented_and_found_again() {
    let (books, acme, sent) = with_invoice().await;
    assert_eq!(books.find(&customer("CUST-1", "Acme")).await.as_ref(), Some(&acme));
    assert_eq!(books.find(&customer("CUST-2", "Acme")).await, None);
    for document in documents(&acme, &sent) {
        assert_eq!(books.find(&document).await, None);
        let written = books.write(&document, "3f0c6f2e-0000-4000-8000-000000000001").await.unwrap();
        assert_eq!(books.find(&document).await, Some(written));
        assert_eq!(books.numbers(document.kind().as_str()).last().unwrap(), document.number());
    }
    let kept = books.ledger.documents();
    let items = kept[1].body["Items"].as_array().unwrap();
    let of = |index: usize, name: &str| items[index][name].as_str().unwrap().to_owned();
    // Items of accounts stand before that of the customer, and the entry balances.
    assert_eq!((of(3, "Customer"), of(3, "AmountInTransactionCurrency")), (acme.id.clone(), "118".to_owned()));
    assert_eq!((of(0, "GLAccount"), of(0, "AmountInTransactionCurrency")), ("4100".to_owned(), "-50".to_owned()));
    assert_eq!(items[3]["DueCalculationBaseDate"], json!("2026-12-01"));
    assert_eq!(kept[1].total, amount("118"));
    // Automatic clearing matches a payment with its invoice by the assignment.
    assert_eq!(items[3]["AssignmentReference"], json!("INV-1"));
    assert_eq!(kept[3].body["Items"][1]["AssignmentReference"], json!("INV-1"));
}

#[tokio::test(start_paused = true)]
async fn a_refund_and_a_journal_with_one_number_are_two_documents() {
    let (books, acme, _) = with_invoice().await;
    let (back, own) = (Document::Refund(refund("X-1", &acme, "4")), Document::Journal(journal("X-1", "5")));
    let first = books.write(&back, "a").await.unwrap();
    assert_eq!(books.find(&own).await, None);
    let second = books.write(&own, "b").await.unwrap();
    assert_eq!((books.find(&back).await, books.find(&own).await), (Some(first), Some(second)));
}

#[tokio::test(start_paused = true)]
async fn what_was_written_without_an_answer_is_found() {
    for kind in [FaultKind::Lost, FaultKind::Cut, FaultKind::Garbage] {
        let (books, acme, sent) = with_invoice().await;
        for document in documents(&acme, &sent) {
            books.ledger.order(Fault::once(JOURNAL, kind.clone()));
            let lost = books.write(&document, "key").await;
            assert!(matches!(lost, Err(AccountingError::Unknown(_))), "{lost:?}");
            assert!(books.find(&document).await.is_some());
        }
        let own = customer("CUST-2", "Other");
        books.ledger.order(Fault::once(PARTNER, kind));
        let lost = books.write(&own, "key").await;
        assert!(matches!(lost, Err(AccountingError::Unknown(_))), "{lost:?}");
        assert!(books.find(&own).await.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_csrf_token_is_fetched_once_in_a_run_and_again_when_it_is_stale() {
    let books = books();
    let client = books.client();
    let fetch = "GET /sap/opu/odata/sap/API_BUSINESS_PARTNER/";
    client.create(&customer("CUST-1", "A"), "a").await.unwrap();
    client.create(&customer("CUST-2", "B"), "b").await.unwrap();
    assert_eq!(books.ledger.calls_to(fetch), 1);
    books.ledger.books().notes.clear();
    client.create(&customer("CUST-3", "C"), "c").await.unwrap();
    assert_eq!((books.ledger.calls_to(fetch), books.ledger.calls_to(PARTNER)), (2, 4));
    // Once: a service that never takes a token is not asked for ever.
    books.world.http.on_request(|request| async move {
        let (status, token) = if request.method() == "GET" { (200, "t") } else { (403, "Required") };
        Ok(http::Response::builder().status(status).header("x-csrf-token", token).body(bytes::Bytes::new()).unwrap())
    });
    let refused = books.client().create(&customer("CUST-4", "D"), "d").await;
    assert!(matches!(refused, Err(AccountingError::Refused { .. })), "{refused:?}");
    assert_eq!(books.numbers("customers"), ["CUST-1", "CUST-2", "CUST-3"]);
}

#[tokio::test(start_paused = true)]
async fn errors_say_what_is_to_be_done() {
    let (books, acme, _) = with_invoice().await;
    let own = Document::Invoice(invoice("INV-2", &acme));
    let attempt = async |kind: FaultKind| {
        books.ledger.order(Fault::once(JOURNAL, kind));
        books.client().create(&own, "key").await.unwrap_err()
    };
    let throttled = attempt(FaultKind::Throttled { retry_after: Some(9), daily: false }).await;
    assert_eq!(throttled, AccountingError::Throttled { wait: Some(std::time::Duration::from_secs(9)), daily: false });
    assert!(matches!(attempt(FaultKind::Unauthorized).await, AccountingError::Unauthorized(_)));
    for status in [500, 503] {
        assert!(matches!(attempt(FaultKind::Status { status }).await, AccountingError::Unknown(_)), "{status}");
    }
    assert!(matches!(attempt(FaultKind::Duplicate).await, AccountingError::Duplicate(_)));
    assert!(matches!(attempt(FaultKind::PeriodClosed).await, AccountingError::PeriodClosed(_)));
    let refused = attempt(FaultKind::Invalid).await;
    assert!(matches!(&refused, AccountingError::Refused { code, .. } if code == "808(F5)"), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_dated_otherwise_where_the_period_is_closed() {
    let (books, acme, sent) = with_invoice().await;
    books.ledger.books().closed_before = Some("2026-12-01".to_owned());
    for document in documents(&acme, &sent) {
        let closed = books.write(&document, "key").await;
        assert_eq!(closed, Err(AccountingError::PeriodClosed("SAP: Posting period 011 2026 is not open".to_owned())));
        assert_eq!(books.find(&document).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_not_there_is_named() {
    let (books, acme, _) = with_invoice().await;
    books.ledger.books().accounts.remove("4100");
    for document in [Document::Invoice(invoice("INV-2", &acme)), Document::Journal(journal("JRN-1", "1"))] {
        let missing = books.write(&document, "key").await;
        assert!(matches!(&missing, Err(AccountingError::Missing(says)) if says.contains("4100")), "{missing:?}");
    }
    let mut books = books;
    books.connection.options.clear();
    let missing = books.write(&customer("CUST-2", "B"), "key").await;
    assert!(matches!(&missing, Err(AccountingError::Misconfigured(says)) if says.contains("receivable_account")));
}

#[tokio::test(start_paused = true)]
async fn texts_are_escaped() {
    let (books, acme, _) = with_invoice().await;
    let mut own = journal("JRN-1", "1");
    own.lines[0].description = "<a> & \"b\" 'c' \u{2028}é\u{7}".to_owned();
    let own = Document::Journal(own);
    books.write(&own, "key").await.unwrap();
    let kept = books.ledger.documents().pop().unwrap();
    assert_eq!(kept.body["Items"][0]["DocumentItemText"], json!("<a> & \"b\" 'c' \u{2028}é "));
    for number in ["' or CompanyCode eq '1010", "O'Brien"] {
        let mut own = invoice("INV-1", &acme);
        own.number = number.to_owned();
        assert_eq!(books.find(&Document::Invoice(own)).await, None, "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_planned_is_what_is_sent() {
    let (books, acme, sent) = with_invoice().await;
    for document in documents(&acme, &sent) {
        books.ledger.forget_calls();
        let planned = books.client().plan(&document).unwrap();
        assert_eq!(books.ledger.calls_to(""), 0, "a plan asks nobody");
        let [planned] = planned.as_slice() else { panic!("{planned:?}") };
        assert!(planned.body["JournalEntry"]["Items"].as_array().unwrap().len() >= 2);
        books.write(&document, "key").await.unwrap();
        assert_eq!(books.ledger.calls_to(&format!("{} {}", planned.method, planned.path)), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_no_absence() {
    let books = books();
    for document in [customer("CUST-1", "Acme"), Document::Journal(journal("JRN-1", "1"))] {
        books.ledger.order(Fault::once("GET ", FaultKind::Garbage));
        assert!(books.client().find(&document).await.is_err());
        books.ledger.order(Fault::once("GET ", FaultKind::Status { status: 404 }));
        assert!(books.client().find(&document).await.is_err());
    }
}

//! Writing and finding documents.

use edge_accounting::{AccountingError, Document, Recorded};
use ledgers::{Fault, FaultKind};
use serde_json::json;

use crate::support::Books;
use crate::support::documents::{amount, customer, invoice, journal, payment, refund};
use crate::{books, with_invoice};

/// Every kind of document that refers to others.
fn documents(acme: &Recorded, sent: &Recorded) -> [Document; 4] {
    [
        Document::Invoice(invoice("INV-2", acme)),
        Document::Payment(payment("PAY-1", acme, sent, "100")),
        Document::Refund(refund("REF-1", acme, "40")),
        Document::Journal(journal("JRN-1", "33.33")),
    ]
}

fn write_call(books: &Books, document: &Document) -> String {
    let planned = books.client().plan(document).unwrap();
    format!("{} {}", planned[0].method, planned[0].path)
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_document_is_a_draft_until_it_is_posted() {
    let (books, acme, sent) = with_invoice().await;
    assert_eq!(books.find(&customer("CUST-1", "Acme")).await.unwrap().id, acme.id);
    for document in documents(&acme, &sent) {
        assert_eq!(books.find(&document).await, None);
        let draft = books.client().create(&document, "key").await.unwrap();
        assert!(draft.draft, "{document:?}");
        assert!(books.ledger.documents().last().unwrap().draft);
        // A run that was ended here finds the draft.
        let found = books.find(&document).await.unwrap();
        assert_eq!((found.id.as_str(), found.draft), (draft.id.as_str(), true));
        let posted = books.client().complete(&document, &found).await.unwrap();
        assert!(!posted.draft);
        let found = books.find(&document).await.unwrap();
        assert_eq!((found.id.as_str(), found.draft), (posted.id.as_str(), false), "{document:?}");
        // Posting again does nothing.
        let again = books.client().complete(&document, &draft).await.unwrap();
        assert_eq!(again.id, posted.id);
    }
    for (kind, numbers) in [
        ("invoices", &["INV-1", "INV-2"][..]),
        ("payments", &["PAY-1"]),
        ("refunds", &["REF-1"]),
        ("journals", &["JRN-1"]),
    ] {
        assert_eq!(books.numbers(kind), numbers);
    }
    assert_eq!(books.numbers("batches").len(), 0, "no batch is left behind");
    let kept = books.ledger.documents();
    assert_eq!(kept[1].open, amount("18"));
    assert!(kept.iter().all(|document| !document.draft));
}

#[tokio::test(start_paused = true)]
async fn what_was_written_without_an_answer_is_found_and_posted_once() {
    for kind in [FaultKind::Lost, FaultKind::Cut, FaultKind::Garbage] {
        let (books, acme, sent) = with_invoice().await;
        for document in documents(&acme, &sent) {
            books.ledger.order(Fault::once(write_call(&books, &document), kind.clone()));
            let lost = books.client().create(&document, "key").await;
            assert!(matches!(lost, Err(AccountingError::Unknown(_))), "{lost:?}");
            let found = books.find(&document).await.unwrap();
            books.client().complete(&document, &found).await.unwrap();
            assert_eq!(books.numbers(document.kind().as_str()).last().unwrap(), document.number());
        }
        let counts: Vec<usize> =
            ["invoices", "payments", "refunds", "journals"].iter().map(|kind| books.numbers(kind).len()).collect();
        assert_eq!(counts, [2, 1, 1, 1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_without_an_answer_is_looked_after() {
    for kind in [FaultKind::Lost, FaultKind::Unheard] {
        let (books, acme, sent) = with_invoice().await;
        for document in documents(&acme, &sent) {
            let draft = books.client().create(&document, "key").await.unwrap();
            books.ledger.order(Fault { call: "POST".to_owned(), kind: kind.clone(), after: 0, times: 1 });
            let lost = books.client().complete(&document, &draft).await;
            assert!(matches!(lost, Err(AccountingError::Unknown(_))), "{lost:?}");
            let found = books.find(&document).await.unwrap();
            let posted = books.client().complete(&document, &found).await.unwrap();
            assert!(!posted.draft);
            assert_eq!(books.find(&document).await.unwrap().id, posted.id);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_batch_of_the_same_document_is_refused() {
    let (books, acme, sent) = with_invoice().await;
    for document in &documents(&acme, &sent)[1..] {
        books.client().create(document, "key").await.unwrap();
        let again = books.client().create(document, "other").await;
        assert!(matches!(again, Err(AccountingError::Duplicate(_))), "{again:?}");
    }
    let again = books.client().create(&customer("cust-1", "Other"), "key").await;
    assert!(matches!(again, Err(AccountingError::Duplicate(_))), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn a_draft_with_another_total_is_not_posted() {
    let (books, acme, _) = with_invoice().await;
    books.ledger.books().notes.insert("tax 4100".to_owned(), "0.2".to_owned());
    let own = Document::Invoice(invoice("INV-2", &acme));
    let refused = books.write(&own, "key").await;
    assert!(matches!(&refused, Err(AccountingError::Refused { code, .. }) if code == "total"), "{refused:?}");
    assert!(books.find(&own).await.unwrap().draft);
}

#[tokio::test(start_paused = true)]
async fn what_is_dated_in_a_closed_period_stays_a_draft() {
    let (books, acme, sent) = with_invoice().await;
    books.ledger.books().closed_before = Some("2026-12-01".to_owned());
    for document in documents(&acme, &sent) {
        let closed = books.write(&document, "key").await;
        assert!(matches!(closed, Err(AccountingError::PeriodClosed(_))), "{closed:?}");
        assert!(books.find(&document).await.unwrap().draft);
    }
    books.ledger.books().closed_before = None;
    for document in documents(&acme, &sent) {
        let found = books.find(&document).await.unwrap();
        assert!(!books.client().complete(&document, &found).await.unwrap().draft);
    }
}

#[tokio::test(start_paused = true)]
async fn errors_say_what_is_to_be_done() {
    let (books, acme, _) = with_invoice().await;
    let own = Document::Invoice(invoice("INV-2", &acme));
    let call = write_call(&books, &own);
    let attempt = async |kind: FaultKind| {
        books.ledger.order(Fault::once(call.clone(), kind));
        books.client().create(&own, "key").await.unwrap_err()
    };
    let throttled = attempt(FaultKind::Throttled { retry_after: Some(9), daily: false }).await;
    assert_eq!(throttled, AccountingError::Throttled { wait: Some(std::time::Duration::from_secs(9)), daily: false });
    assert!(matches!(attempt(FaultKind::Unauthorized).await, AccountingError::Unauthorized(_)));
    for status in [408, 500, 503, 504] {
        assert!(matches!(attempt(FaultKind::Status { status }).await, AccountingError::Unknown(_)), "{status}");
    }
    assert!(matches!(attempt(FaultKind::PeriodClosed).await, AccountingError::PeriodClosed(_)));
    assert!(matches!(attempt(FaultKind::Invalid).await, AccountingError::Refused { code, .. }
        if code == "Application_FieldValidationException"));
    assert_eq!(books.numbers("invoices"), ["INV-1"]);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_not_there_is_named_before_anything_is_written() {
    let (books, acme, sent) = with_invoice().await;
    for account in ["1000", "4100", "4900"] {
        books.ledger.books().accounts.remove(account);
    }
    for (document, account) in documents(&acme, &sent).iter().zip(["4100", "1000", "1000", "4100"]) {
        let missing = books.write(document, "key").await;
        let says = format!("Business Central has no G/L account with the number {account}");
        assert_eq!(missing, Err(AccountingError::Missing(says)));
    }
    assert_eq!(books.ledger.documents().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_journal_in_another_currency_is_refused() {
    let (books, acme, sent) = with_invoice().await;
    books.ledger.books().base_currency = "EUR".to_owned();
    for document in &documents(&acme, &sent)[2..] {
        let refused = books.write(document, "key").await;
        assert!(matches!(&refused, Err(AccountingError::Refused { code, .. }) if code == "currency"), "{refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_number_with_an_apostrophe_finds_nothing_else() {
    let (books, acme, _) = with_invoice().await;
    for number in ["' or number eq '", "O'Brien", "a&b=c", "x eq 'y'"] {
        let mut own = invoice("INV-1", &acme);
        own.number = number.to_owned();
        assert_eq!(books.find(&Document::Invoice(own)).await, None, "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_planned_is_what_is_sent_but_for_ids() {
    let (books, acme, sent) = with_invoice().await;
    for document in documents(&acme, &sent) {
        books.ledger.forget_calls();
        let planned = books.client().plan(&document).unwrap();
        assert_eq!(books.ledger.calls_to(""), 0, "a plan asks nobody");
        assert_eq!(planned.len(), 2);
        assert!(planned[1].path.ends_with("({draft})/Microsoft.NAV.post"));
        books.write(&document, "key").await.unwrap();
        assert_eq!(books.ledger.calls().get(&write_call(&books, &document)), Some(&1));
    }
    let planned = books.client().plan(&documents(&acme, &sent)[1]).unwrap();
    assert_eq!(planned[0].body["balancingAccountId"], json!("{account 1000}"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_no_absence() {
    let books = books().await;
    for document in [customer("CUST-1", "Acme"), Document::Journal(journal("JRN-1", "1"))] {
        books.ledger.order(Fault::once("GET ", FaultKind::Garbage));
        assert!(books.client().find(&document).await.is_err());
        books.ledger.order(Fault::once("GET ", FaultKind::Status { status: 404 }));
        assert!(books.client().find(&document).await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_invoice_is_not_found() {
    let (books, acme, sent) = with_invoice().await;
    let own = Document::Invoice(invoice("INV-1", &acme));
    assert_eq!(books.find(&own).await.unwrap().id, sent.id);
    let company = books.connection.company_id.clone().unwrap();
    let cancel = |document: &mut ledgers::Stored| document.body["status"] = json!("Canceled");
    books.ledger.books().get_mut(&company, "invoices", &sent.id).map(cancel).unwrap();
    assert_eq!(books.find(&own).await, None);
}

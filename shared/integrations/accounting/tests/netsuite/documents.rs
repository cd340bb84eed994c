//! Writing and finding documents.

use std::time::Duration;

use edge_accounting::{AccountingError, Document};
use ledgers::{Fault, FaultKind};
use serde_json::json;

use crate::support::documents::{amount, customer, invoice, journal, payment, refund};
use crate::{books, with_invoice};

const INVOICES: &str = "PUT /services/rest/record/v1/invoice/";

#[tokio::test(start_paused = true)]
async fn each_kind_of_document_is_written_as_it_is_documented_and_found_again() {
    let (books, acme, sent) = with_invoice().await;
    let documents = [
        customer("CUST-1", "Acme"),
        Document::Invoice(invoice("INV-1", &acme)),
        Document::Payment(payment("PAY-1", &acme, &sent, "100")),
        Document::Refund(refund("REF-1", &acme, "40")),
        Document::Journal(journal("JRN-1", "33.33")),
    ];
    for document in &documents {
        if books.find(document).await.is_none() {
            let written = books.write(document, "key").await.unwrap();
            assert_eq!(books.find(document).await.unwrap().id, written.id, "{document:?}");
        }
        assert_eq!(books.numbers(document.kind().as_str()), [document.number()]);
    }
    let kept = books.ledger.documents();
    assert_eq!((kept[1].total, kept[1].open), (amount("118"), amount("18")));
    let lines = &kept[1].body["item"]["items"];
    assert_eq!((&lines[0]["quantity"], &lines[0]["rate"]), (&json!(4), &json!(12.5)));
    // What quantity and price do not come to is written as one.
    assert_eq!((&lines[1]["quantity"], &lines[1]["rate"]), (&json!(1), &json!(50)));
    assert_eq!(kept[2].body["apply"]["items"][0]["doc"]["id"], json!(sent.id));
    assert_eq!(kept[3].body["line"]["items"][0]["entity"]["id"], json!(acme.id));
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_sent_twice_is_there_once() {
    let (books, acme, sent) = with_invoice().await;
    let again = books.write(&Document::Invoice(invoice("INV-1", &acme)), "other").await.unwrap();
    assert_eq!(again.id, sent.id);
    let own = Document::Payment(payment("PAY-1", &acme, &sent, "118"));
    let first = books.write(&own, "a").await.unwrap();
    assert_eq!(books.write(&own, "b").await.unwrap().id, first.id);
    assert_eq!((books.numbers("invoices").len(), books.numbers("payments").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_was_written_without_an_answer_is_found() {
    for kind in [FaultKind::Lost, FaultKind::Cut] {
        let (books, acme, _) = with_invoice().await;
        let own = Document::Invoice(invoice("INV-2", &acme));
        books.ledger.order(Fault::once(INVOICES, kind));
        let lost = books.write(&own, "key").await;
        assert!(matches!(lost, Err(AccountingError::Unknown(_))), "{lost:?}");
        assert!(books.find(&own).await.is_some());
    }
    let (books, acme, _) = with_invoice().await;
    let own = Document::Invoice(invoice("INV-2", &acme));
    books.ledger.order(Fault::once(INVOICES, FaultKind::Unheard));
    assert!(matches!(books.write(&own, "key").await, Err(AccountingError::Unknown(_))));
    assert_eq!(books.find(&own).await, None);
}

#[tokio::test(start_paused = true)]
async fn errors_say_what_is_to_be_done() {
    let (books, acme, _) = with_invoice().await;
    let own = Document::Invoice(invoice("INV-2", &acme));
    let order = |kind| books.ledger.order(Fault::once(INVOICES, kind));
    order(FaultKind::Throttled { retry_after: Some(7), daily: false });
    let throttled = books.write(&own, "key").await;
    assert_eq!(throttled, Err(AccountingError::Throttled { wait: Some(Duration::from_secs(7)), daily: false }));
    order(FaultKind::Status { status: 503 });
    assert!(matches!(books.write(&own, "key").await, Err(AccountingError::Unknown(_))));
    order(FaultKind::Duplicate);
    assert!(matches!(books.write(&own, "key").await, Err(AccountingError::Duplicate(_))));
    order(FaultKind::PeriodClosed);
    assert!(matches!(books.write(&own, "key").await, Err(AccountingError::PeriodClosed(_))));
    order(FaultKind::Invalid);
    let refused = books.write(&own, "key").await;
    assert!(matches!(&refused, Err(AccountingError::Refused { code, .. }) if code == "USER_ERROR"), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_looks_like_a_login_is_a_limit() {
    let books = books();
    let limit = r#"{"title":"Unauthorized","status":401,"o:errorDetails":[
        {"detail":"Concurrent request limit exceeded. Request blocked.","o:errorCode":"INVALID_LOGIN"}]}"#;
    books.world.http.on_request(move |_| async move {
        Ok(http::Response::builder().status(401).body(bytes::Bytes::from_static(limit.as_bytes())).unwrap())
    });
    let throttled = books.client().companies().await;
    assert_eq!(throttled, Err(AccountingError::Throttled { wait: None, daily: false }));
    books.world.http.on_request(move |_| async move {
        let body = r#"{"status":400,"o:errorDetails":[{"detail":"x","o:errorCode":"SSS_REQUEST_LIMIT_EXCEEDED"}]}"#;
        Ok(http::Response::builder().status(400).body(bytes::Bytes::from_static(body.as_bytes())).unwrap())
    });
    assert_eq!(books.client().companies().await, Err(AccountingError::Throttled { wait: None, daily: false }));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_dated_otherwise_where_the_period_is_closed() {
    let (books, acme, sent) = with_invoice().await;
    books.ledger.books().closed_before = Some("2026-12-01".to_owned());
    for document in [
        Document::Invoice(invoice("INV-2", &acme)),
        Document::Payment(payment("PAY-1", &acme, &sent, "1")),
        Document::Refund(refund("REF-1", &acme, "1")),
        Document::Journal(journal("JRN-1", "1")),
    ] {
        let closed = books.write(&document, "key").await;
        assert!(matches!(closed, Err(AccountingError::PeriodClosed(_))), "{closed:?}");
        assert_eq!(books.find(&document).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_not_there_is_named_before_anything_is_written() {
    let (books, acme, _) = with_invoice().await;
    books.ledger.books().accounts.remove("4100");
    let missing = books.write(&Document::Journal(journal("JRN-1", "1")), "key").await;
    let says = "NetSuite has no account with the number 4100";
    assert_eq!(missing, Err(AccountingError::Missing(says.to_owned())));
    let missing = books.write(&Document::Invoice(invoice("INV-2", &acme)), "key").await;
    assert!(matches!(&missing, Err(AccountingError::Missing(says)) if says.contains("item")), "{missing:?}");
    assert_eq!(books.ledger.calls_to("PUT "), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_planned_is_what_is_sent_but_for_ids() {
    let (books, acme, sent) = with_invoice().await;
    for document in [
        customer("CUST-9", "Other"),
        Document::Invoice(invoice("INV-9", &acme)),
        Document::Payment(payment("PAY-9", &acme, &sent, "1")),
        Document::Refund(refund("REF-9", &acme, "2")),
        Document::Journal(journal("JRN-9", "3")),
    ] {
        books.ledger.forget_calls();
        let planned = books.client().plan(&document).unwrap();
        assert_eq!(books.ledger.calls_to(""), 0, "a plan asks nobody");
        books.write(&document, "key").await.unwrap();
        let [planned] = planned.as_slice() else { panic!("{planned:?}") };
        let path = planned.path.split('?').next().unwrap_or_default();
        assert_eq!(books.ledger.calls_to(&format!("{} {path}", planned.method)), 1, "{path}");
    }
    let planned = books.client().plan(&Document::Journal(journal("JRN-1", "1"))).unwrap();
    assert_eq!(planned[0].body["line"]["items"][0]["account"]["id"], json!("{account 2400}"));
}

#[tokio::test(start_paused = true)]
async fn ids_are_looked_up_once_in_a_run() {
    let (books, acme, _) = with_invoice().await;
    let client = books.client();
    for number in ["INV-2", "INV-3", "INV-4"] {
        client.create(&Document::Invoice(invoice(number, &acme)), number).await.unwrap();
    }
    assert_eq!(books.ledger.calls_to("GET /services/rest/record/v1/serviceSaleItem"), 3);
    assert_eq!(books.ledger.calls_to("GET /services/rest/record/v1/currency"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_subsidiary_is_named_where_records_need_one() {
    let (mut books, acme, _) = with_invoice().await;
    books.connection.options.insert("subsidiary".to_owned(), "3".to_owned());
    books.connection.options.insert("multi_currency".to_owned(), "false".to_owned());
    let of = |document: &Document| books.client().plan(document).unwrap()[0].body.clone();
    assert_eq!(of(&customer("C-1", "A"))["subsidiary"], json!({"id": "3"}));
    assert_eq!(of(&Document::Journal(journal("J-1", "1")))["subsidiary"], json!({"id": "3"}));
    let invoice = of(&Document::Invoice(invoice("I-1", &acme)));
    assert_eq!((invoice.get("subsidiary"), invoice.get("currency")), (None, None));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_no_absence() {
    let books = books();
    let own = Document::Journal(journal("JRN-1", "1"));
    books.ledger.order(Fault::once("GET ", FaultKind::Garbage));
    assert!(books.client().find(&own).await.is_err());
    books.ledger.order(Fault::once("GET ", FaultKind::Status { status: 404 }));
    assert!(books.client().find(&own).await.is_err(), "a 404 of something that stands before NetSuite");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(books.find(&own).await, None);
}

//! What is sent.

use edge_accounting::DocumentKind;
use edge_time_zones::Date;
use serde_json::json;

use crate::books::Fault;
use crate::fixture::{empty, with};

#[tokio::test(start_paused = true)]
async fn each_document_is_sent_once_and_stays_as_it_is() {
    let test = with(4).await;
    let run = test.sync().await;
    assert_eq!(run["status"], "completed", "{run}");
    let sent = json!({"customers": {"sent": 2}, "invoices": {"sent": 4}, "payments": {"sent": 2},
        "refunds": {"sent": 1}, "journals": {"sent": 1}});
    assert_eq!((&run["done"], &run["documents"]), (&sent, &sent));
    let counts = test.books.counts();
    assert!(counts.len() == 10 && counts.values().all(|count| *count == 1), "{counts:?}");
    let numbers: Vec<&str> =
        counts.keys().filter(|(kind, _)| kind == "invoices").map(|(_, number)| &**number).collect();
    assert_eq!(numbers, ["INV-2026-00001", "INV-2026-00002", "INV-2026-00003", "INV-2026-00004"]);
    let asked = test.books.state.lock().unwrap().asked.len();
    let again = test.sync().await;
    assert_eq!((&again["status"], &again["done"]), (&json!("completed"), &json!({})));
    assert_eq!(test.books.state.lock().unwrap().asked.len(), asked, "nobody is asked for what is known");
    // Later documents are sent by later runs.
    let later = test.records.invoice(0).await;
    test.records.pay(&later, 1_180).await;
    assert_eq!(test.sync().await["done"], json!({"invoices": {"sent": 1}, "payments": {"sent": 1}}));
}

#[tokio::test(start_paused = true)]
async fn amounts_are_the_invoices_own_with_taxes_as_lines_of_their_account() {
    let test = with(1).await;
    test.sync().await;
    let state = test.books.state.lock().unwrap();
    let body = |kind: &str| state.stored.iter().find(|stored| stored.kind == kind).unwrap().body.clone();
    let has = |kind: &str, texts: &[&str]| {
        let body = body(kind);
        assert!(texts.iter().all(|text| body.contains(text)), "{body}");
    };
    has("customers", &["name: \"Customer 0\"", "email: \"c0@x.example\"", "currency: INR"]);
    has("invoices", &["quantity: 2", "unit_price: 500.00", "amount: 1000.00, account: \"4000\"", "total: 1180.00"]);
    has("invoices", &["Tax 18 %", "amount: 180.00, account: \"2200\"", "customer: Recorded { id: \"r1\""]);
    has("payments", &["invoice: Recorded { id: \"r2\"", "amount: 500.00, account: \"1000\"", "INV-2026-00001"]);
    has("refunds", &["amount: 1.00", "account: \"1000\"", "refund_account: \"4900\""]);
    // The journal moves what the invoice posted to the departments' accounts.
    let journal = body("journals");
    for (account, amount) in [("4000", "1000.00"), ("4100", "-500.00"), ("6000", "-500.00")] {
        assert!(journal.contains(&format!("account: \"{account}\", amount: {amount}")), "{journal}");
    }
    assert!(!journal.contains("2200"), "{journal}");
}

#[tokio::test(start_paused = true)]
async fn only_what_is_chosen_is_sent_from_its_first_day_on() {
    let test = with(2).await;
    {
        let mut integration = test.books.integration.lock().unwrap();
        integration.kinds = vec![DocumentKind::Customer, DocumentKind::Invoice];
        integration.from = Date::parse("2026-01-02");
    }
    assert_eq!(test.sync().await["done"], json!({}));
    test.books.integration.lock().unwrap().from = Date::parse("2026-01-01");
    let done = test.sync().await["done"].clone();
    assert_eq!(done, json!({"customers": {"sent": 2}, "invoices": {"sent": 2}}));
    test.books.integration.lock().unwrap().kinds = DocumentKind::ALL.to_vec();
    let done = test.sync().await["done"].clone();
    assert_eq!(done, json!({"payments": {"sent": 1}, "refunds": {"sent": 1}, "journals": {"sent": 1}}));
}

#[tokio::test(start_paused = true)]
async fn a_missing_account_stops_a_document_before_any_request_and_what_refers_to_it_waits() {
    let test = empty().await;
    test.db().query("DELETE FROM gl_mappings WHERE kind IN ('revenue', 'refund')", &[]).await.unwrap();
    let id = test.records.invoice(0).await;
    test.records.pay(&id, 100).await;
    let run = test.sync().await;
    assert_eq!(run["done"]["invoices"], json!({"failed": 1}), "{run}");
    assert_eq!(run["done"]["payments"], json!({"pending": 1}), "{run}");
    let codes: Vec<_> = test.codes().await.into_iter().collect();
    assert_eq!(codes, [("MISSING_GL_MAPPING".to_owned(), 1), ("WAITS_FOR_DOCUMENT".to_owned(), 1)]);
    let asked = test.books.state.lock().unwrap().asked.clone();
    assert!(asked.iter().all(|(_, number, _)| number.starts_with("C-")), "{asked:?}");
    let failed = test.get("/documents?state=failed").await;
    let remedy = failed["data"][0]["error"]["remedy"].as_str().unwrap();
    assert!(remedy.contains("gl-mappings"), "{failed}");
    test.records.map("revenue", "4000").await;
    let done = test.sync().await["done"].clone();
    assert_eq!(done, json!({"invoices": {"sent": 1}, "payments": {"sent": 1}}));
    assert!(test.codes().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_invoice_that_is_voided_is_not_sent_and_one_that_was_sent_is_named() {
    let test = empty().await;
    let (before, after) = (test.records.invoice(0).await, test.records.invoice(1).await);
    test.books.plant("create", 2, 1, Fault::Closed);
    // The first of the two is closed out, the second is sent.
    test.books.limits.lock().unwrap().at_once = 1;
    test.sync().await;
    let blocked = test.get("/documents?state=blocked").await["data"][0]["local_id"].as_str().unwrap().to_owned();
    let sent = if blocked == before { after } else { before };
    test.records.void(&blocked).await;
    test.records.void(&sent).await;
    let run = test.sync().await;
    assert_eq!(run["documents"]["invoices"], json!({"cancelled": 1, "sent": 1}), "{run}");
    let named = test.get("/documents?errors=true").await;
    assert_eq!(named["data"].as_array().unwrap().len(), 1);
    assert_eq!(named["data"][0]["error"]["code"], "VOIDED_AFTER_SENT");
    assert_eq!(test.books.counts().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_was_left_is_posted() {
    let test = empty().await;
    test.books.state.lock().unwrap().makes_drafts = true;
    test.records.invoice(0).await;
    test.books.plant("complete", 0, 1, Fault::HangsBefore);
    let run = test.sync().await;
    assert_eq!(run["done"]["invoices"], json!({"sent": 1}), "{run}");
    let state = test.books.state.lock().unwrap();
    assert!(state.stored.len() == 2 && state.stored.iter().all(|stored| !stored.draft));
}

//! What is paid.

use futures::future::join_all;

use super::*;

impl Test {
    async fn pay(&self, path: &str, body: Value) -> (u16, Value) {
        self.acme("POST", &format!("{path}/payments"), body).await
    }
}

#[tokio::test(start_paused = true)]
async fn an_invoice_is_paid_in_parts_and_what_is_beyond_its_total_is_credit() {
    let test = test().await;
    let path = test.open(new()).await;
    let (status, part) = test.pay(&path, json!({"amount": "180.00", "method": "upi"})).await;
    assert_eq!((status, &part["status"], &part["amount_due"]), (201, &json!("sent"), &json!(1000.0)));
    assert_eq!((&part["payments"][0]["amount"], &part["paid_at"]), (&json!(180.0), &Value::Null));
    let rest = json!({"amount": 1000, "currency": "inr", "reference": "UTR 7", "paid_at": "2025-12-31T18:00:00Z"});
    let (_, paid) = test.pay(&path, rest).await;
    assert_eq!((&paid["status"], &paid["paid_at"]), (&json!("paid"), &json!("2025-12-31T18:00:00.000Z")));
    assert_eq!(
        (&paid["amount_paid"], &paid["amount_due"], &paid["credit"]),
        (&json!(1180.0), &json!(0.0), &json!(0.0))
    );
    let (status, more) = test.pay(&path, json!({"amount": 20})).await;
    assert_eq!((status, &more["status"], &more["credit"]), (201, &json!("paid"), &json!(20.0)));
    assert_eq!(more["paid_at"], paid["paid_at"]);
    assert_eq!(test.acme("POST", &format!("{path}/void"), Value::Null).await.1["code"], "INVOICE_PAID");
    let part = test.open(new()).await;
    test.pay(&part, json!({"amount": 1})).await;
    assert_eq!(test.acme("POST", &format!("{part}/void"), Value::Null).await.1["code"], "INVOICE_PAID");
}

#[tokio::test(start_paused = true)]
async fn a_payment_is_recorded_once_by_its_reference_or_its_idempotency_key() {
    let test = test().await;
    let path = test.open(new()).await;
    let payment = json!({"amount": 100, "reference": "UTR 1"});
    for _ in 0..3 {
        let (status, shown) = test.pay(&path, payment.clone()).await;
        assert_eq!((status, &shown["amount_paid"]), (201, &json!(100.0)));
    }
    assert_eq!(test.pay(&path, with(payment, "amount", json!(101))).await.1["code"], "ALREADY_EXISTS");
    let of = format!("{path}/payments");
    for _ in 0..2 {
        let shown = test.with("POST", &of, &[("idempotency-key", "k1")], json!({"amount": 10})).await;
        assert_eq!((shown.status, &shown.body["amount_paid"]), (201, &json!(110.0)));
    }
    // The mark is lost, as where the first instance died before it could store its answer.
    let (capabilities, _) = test.world.instance();
    capabilities.db.query("DELETE FROM idempotent_requests", &[]).await.unwrap();
    let shown = test.with("POST", &of, &[("idempotency-key", "k1")], json!({"amount": 10})).await;
    assert_eq!((shown.status, &shown.body["amount_paid"]), (201, &json!(110.0)));
    // Two payments of the same amount are two.
    test.pay(&path, json!({"amount": 10})).await;
    assert_eq!(test.pay(&path, json!({"amount": 10})).await.1["amount_paid"], json!(130.0));
}

#[tokio::test(start_paused = true)]
async fn payments_at_the_same_time_are_all_counted() {
    let test = test().await;
    let path = test.open(new()).await;
    let payments = (0..10).map(|number| test.pay(&path, json!({"amount": 118, "reference": number.to_string()})));
    for (status, _) in join_all(payments).await {
        assert_eq!(status, 201);
    }
    let shown = test.get(&path).await;
    assert_eq!((&shown["amount_paid"], &shown["status"]), (&json!(1180.0), &json!("paid")));
    assert_eq!(shown["payments"].as_array().unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_payment_of_the_invoice_is_refused() {
    let test = test().await;
    let path = test.open(new()).await;
    for (body, field) in [
        (json!({"amount": 0}), "amount"),
        (json!({"amount": -1}), "amount"),
        (json!({"amount": "0.001"}), "amount"),
        (json!({"amount": 1, "currency": "USD"}), "currency"),
        (json!({"amount": 1, "reference": ""}), "reference"),
        (json!({"amount": 1, "paid_at": "yesterday"}), "paid_at"),
        (json!({}), "amount"),
    ] {
        let (status, problem) = test.pay(&path, body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
    }
    let pending = test.make(new()).await;
    assert_eq!(test.pay(&pending, json!({"amount": 1})).await.1["code"], "INVOICE_PENDING");
    assert_eq!(test.pay("/inv_none", json!({"amount": 1})).await.1["code"], "INVOICE_NOT_FOUND");
}

//! Subscriptions and invoices.

use serde_json::{Value, json};

use super::fixture::{ACME, test};

#[tokio::test(start_paused = true)]
async fn a_subscription_is_shown_as_gateways_told_of_it_and_the_erp_fills_in() {
    let test = test().await;
    let path = "/api/v1/billing/subscription";
    assert_eq!(test.acme("GET", path, Value::Null).await, (200, json!({"status": "not_found"})));
    test.upstreams().subscription = Some(json!({
        "id": 17, "status": "active", "payment_status": "paid", "plan": {"name": "Professional"}, "base_price": "2499.10",
        "next_billing_date": "2026-02-01", "end_date": "2026-02-01", "user_id": ACME,
    }));
    let (status, shown) = test.acme("GET", path, Value::Null).await;
    let expected = json!({
        "subscription_id": "17", "status": "active", "payment_status": "paid", "plan": "Professional", "price": 2499.10,
        "next_billing_date": "2026-02-01", "period_end": "2026-02-01",
    });
    assert_eq!((status, shown), (200, expected));
    test.upstreams().down = true;
    let (status, answer) = test.acme("GET", path, Value::Null).await;
    assert_eq!((status, &answer["code"]), (503, &json!("UPSTREAM_UNAVAILABLE")));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_cancelled_in_the_erp() {
    let test = test().await;
    let path = "/api/v1/billing/subscription/cancel";
    let (status, answer) = test.acme("POST", path, json!({})).await;
    assert_eq!((status, &answer["code"]), (409, &json!("NO_SUBSCRIPTION")));
    test.upstreams().subscription = Some(json!({"id": "sub/1", "status": "active"}));
    let scheduled = (200, json!({"status": "cancellation_scheduled"}));
    assert_eq!(test.acme("POST", path, json!({"reason": "dear", "mark": "c"})).await, scheduled);
    assert_eq!(test.acme("POST", path, json!({"reason": "dear", "mark": "c"})).await, scheduled);
    assert_eq!(test.acme("POST", path, json!({"immediate": true})).await, scheduled);
    let expected = [
        ("/api/v1/subscriptions/sub%2F1/cancel".to_owned(), json!({"reason": "dear", "immediate": false})),
        ("/api/v1/subscriptions/sub%2F1/cancel".to_owned(), json!({"reason": null, "immediate": true})),
    ];
    assert_eq!(test.upstreams().cancelled, expected);
}

#[tokio::test(start_paused = true)]
async fn invoices_are_the_tenants_own_a_page_at_a_time() {
    let test = test().await;
    let path = "/api/v1/billing/invoices";
    assert_eq!(test.acme("GET", path, Value::Null).await, (200, json!({"data": [], "nextCursor": null})));
    test.check_out(json!({"plan_id": "pro"})).await;
    let numbers = |page: &Value| -> Vec<String> {
        let all = page["data"].as_array().unwrap().iter();
        all.map(|invoice| invoice["invoice_number"].as_str().unwrap().to_owned()).collect()
    };
    let (_, all) = test.acme("GET", path, Value::Null).await;
    assert_eq!(numbers(&all), ["INV-1", "INV-2", "INV-4"]);
    let (_, first) = test.acme("GET", &format!("{path}?limit=2"), Value::Null).await;
    assert_eq!((numbers(&first).len(), &first["nextCursor"]), (2, &json!("2")));
    let (_, rest) = test.acme("GET", &format!("{path}?limit=2&cursor=2"), Value::Null).await;
    assert_eq!((numbers(&rest), &rest["nextCursor"]), (vec!["INV-4".to_owned()], &Value::Null));
    assert_eq!(test.acme("GET", &format!("{path}?cursor=x"), Value::Null).await.0, 400);
}

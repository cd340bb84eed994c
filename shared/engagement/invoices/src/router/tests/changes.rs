//! What may become of an invoice.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_invoice_changes_until_it_is_finalised() {
    let test = test().await;
    let path = test.make(new()).await;
    let change =
        json!({"items": [{"description": "One", "unit_price": "10.50"}], "notes": "Thanks", "due_date": "2026-02-01"});
    let changed = test.with("PUT", &path, &[("if-match", "\"1\"")], change).await;
    assert_eq!((changed.status, &changed.headers["etag"]), (200, &"\"2\"".parse().unwrap()));
    let changed = changed.body;
    assert_eq!((&changed["total"], &changed["notes"]), (&json!(10.5), &json!("Thanks")));
    assert_eq!((&changed["customer"], &changed["due_date"]), (&new()["customer"], &json!("2026-02-01")));
    // Of two who read the same version, the second changes nothing.
    let late = test.with("PUT", &path, &[("if-match", "\"1\"")], json!({"notes": "Late"})).await;
    assert_eq!(late.code(), (412, "PRECONDITION_FAILED"));
    let (status, problem) = test.acme("PUT", &path, json!({"currency": "JPY"})).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("items")));
    test.acme("POST", &format!("{path}/finalize"), Value::Null).await;
    for change in [json!({"notes": "x"}), json!({"items": new()["items"]}), json!({"series": "X"})] {
        assert_eq!(test.acme("PUT", &path, change).await.1["code"], "INVOICE_FINALIZED");
    }
    // What a provider calls it may come later, once.
    let (status, named) = test.acme("PUT", &path, json!({"external_id": "in_1"})).await;
    assert_eq!((status, &named["external_id"], &named["provider"]), (200, &json!("in_1"), &json!("stripe")));
    assert_eq!(test.acme("PUT", &path, json!({"external_id": "in_2"})).await.1["code"], "INVOICE_FINALIZED");
}

#[tokio::test(start_paused = true)]
async fn a_voided_invoice_keeps_its_number_and_is_never_anything_else() {
    let test = test().await;
    let (first, second) = (test.open(new()).await, test.make(new()).await);
    for path in [&first, &second] {
        let (status, voided) = test.acme("POST", &format!("{path}/void"), Value::Null).await;
        assert_eq!((status, &voided["status"], &voided["amount_due"]), (200, &json!("cancelled"), &json!(0.0)));
        assert_eq!(test.acme("POST", &format!("{path}/void"), Value::Null).await, (200, voided));
        for (method, of, body) in [
            ("POST", "/finalize", Value::Null),
            ("POST", "/payments", json!({"amount": 1})),
            ("PUT", "", json!({"notes": "x"})),
        ] {
            let (status, refused) = test.acme(method, &format!("{path}{of}"), body).await;
            let finalize_again = path == &first && of == "/finalize";
            assert_eq!((status, &refused["code"]), (409, &json!("INVOICE_CANCELLED")), "{finalize_again} {of}");
        }
    }
    assert_eq!(test.get(&first).await["invoice_number"], "INV-2026-00001");
    assert_eq!(test.get(&second).await["invoice_number"], Value::Null);
    let third = test.open(new()).await;
    assert_eq!(test.get(&third).await["invoice_number"], "INV-2026-00002");
}

#[tokio::test(start_paused = true)]
async fn an_invoice_with_nothing_to_pay_is_paid_when_it_is_finalised() {
    let test = test().await;
    let free = with(new(), "items", json!([{"description": "Trial", "unit_price": 0, "tax_rate": 18}]));
    let path = test.open(free).await;
    let shown = test.get(&path).await;
    assert_eq!((&shown["status"], &shown["paid_at"]), (&json!("paid"), &shown["finalized_at"]));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_has_one_invoice_of_each_external_id() {
    let test = test().await;
    let named = |id: &str| with(new(), "external_id", json!(id));
    test.make(named("in_1")).await;
    assert_eq!(test.acme("POST", "", named("in_1")).await.1["code"], "ALREADY_EXISTS");
    for other in [with(named("in_1"), "account", json!("acct_2")), with(named("in_1"), "provider", json!("razorpay"))] {
        test.make(other).await;
    }
    let (status, _) = test.ask(&test.router, PLATFORM, Some(OTHER), "POST", INVOICES, named("in_1")).await;
    assert_eq!(status, 201);
    let (_, found) = test.acme("GET", "?external_id=in_1", Value::Null).await;
    assert_eq!(found["data"].as_array().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_audit_log_says_who_did_what_to_an_invoice() {
    let test = test().await;
    let path = test.make(new()).await;
    test.acme("PUT", &path, json!({"notes": "x"})).await;
    test.acme("POST", &format!("{path}/finalize"), Value::Null).await;
    test.acme("POST", &format!("{path}/finalize"), Value::Null).await;
    test.acme("POST", &format!("{path}/payments"), json!({"amount": 1})).await;
    let voided = test.open(new()).await;
    test.acme("POST", &format!("{voided}/void"), Value::Null).await;
    let audit = format!("/api/v1/tenants/{ACME}/audit");
    let (_, audit) = test.ask(&test.tenants, PLATFORM, None, "GET", &audit, Value::Null).await;
    let mut actions: Vec<&str> =
        audit["data"].as_array().unwrap().iter().filter_map(|one| one["action"].as_str()).collect();
    actions.retain(|action| action.starts_with("invoice."));
    actions.sort_unstable();
    let expected = ["changed", "created", "created", "finalized", "finalized", "payment_recorded", "voided"];
    assert_eq!(actions, expected.map(|action| format!("invoice.{action}")));
}

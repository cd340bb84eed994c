//! The tree below an entity.

use super::*;

fn total(currency: &str, unbilled: f64, draft: f64, open: f64, overdue: f64) -> Value {
    json!({"currency": currency, "unbilled": unbilled, "draft_invoices": draft, "open_invoices": open,
        "overdue_invoices": overdue})
}

#[tokio::test(start_paused = true)]
async fn a_hierarchy_has_totals_for_each_currency_by_themselves_and_with_all_below() {
    let test = test().await;
    let root = test.make(new("root")).await;
    let (b, a) = (test.below(&root, "b").await, test.below(&root, "a").await);
    let below = test.below(&a, "below").await;
    test.charge(&below, json!(10), "EUR", "2026-01-01").await;
    test.charge(&b, json!(7), "USD", "2026-01-01").await;
    let invoices = test.invoice(&root, "2026-01").await;
    test.charge(&a, json!(3), "EUR", "2026-01-01").await;
    test.charge(&below, json!(2), "JPY", "2026-01-01").await;
    let tree = test.done("GET", &format!("/{root}/hierarchy"), Value::Null).await;
    assert_eq!(tree["own"], json!([total("EUR", 0.0, 10.0, 0.0, 0.0), total("USD", 0.0, 7.0, 0.0, 0.0)]));
    let jpy = json!({"currency": "JPY", "unbilled": 2, "draft_invoices": 0, "open_invoices": 0, "overdue_invoices": 0});
    let all = json!([total("EUR", 3.0, 10.0, 0.0, 0.0), jpy, total("USD", 0.0, 7.0, 0.0, 0.0)]);
    assert_eq!(tree["totals"], all);
    let children = tree["children"].as_array().unwrap();
    assert_eq!((&children[0]["name"], &children[1]["name"]), (&json!("a"), &json!("b")));
    assert_eq!(children[0]["totals"], json!([total("EUR", 3.0, 0.0, 0.0, 0.0), jpy]));
    assert_eq!(children[0]["children"][0]["own"], json!([jpy]));
    assert_eq!(children[1]["totals"], json!([]));
    // Finalised, paid in part and overdue.
    let router = edge_invoices::router(test.world.instance().0);
    let path = format!("/api/v1/invoices/{}", invoices[0]["id"].as_str().unwrap());
    for (what, body) in [("finalize", Value::Null), ("payments", json!({"amount": 4}))] {
        let (status, answer) = test.ask(&router, PLATFORM, Some(ACME), "POST", &format!("{path}/{what}"), body).await;
        assert!(status < 300, "{answer}");
    }
    test.world.clock.advance(std::time::Duration::from_hours(24 * 32)).await;
    let tree = test.done("GET", &format!("/{root}/hierarchy"), Value::Null).await;
    assert_eq!(tree["own"][0], total("EUR", 0.0, 0.0, 6.0, 6.0));
    let leaf = test.done("GET", &format!("/{below}/hierarchy"), Value::Null).await;
    assert_eq!((&leaf["id"], &leaf["children"]), (&json!(below), &json!([])));
}

#[tokio::test(start_paused = true)]
async fn an_entity_shows_its_budgets() {
    let test = test().await;
    let root = test.make(new("root")).await;
    let child = test.below(&root, "child").await;
    let budgets = edge_budgets::router(test.world.instance().0);
    let path = "/api/v1/enterprise-billing/budgets";
    let body = json!({"name": "Cloud", "limit": 1000, "currency": "EUR", "period": "monthly", "entity_id": child});
    let (status, budget) = test.ask(&budgets, PLATFORM, Some(ACME), "POST", path, body).await;
    assert_eq!(status, 201, "{budget}");
    let reserve = json!({"reference": "po_1", "amount": 300});
    let path = format!("{path}/{}/reservations", budget["id"].as_str().unwrap());
    let (status, reserved) = test.ask(&budgets, PLATFORM, Some(ACME), "POST", &path, reserve).await;
    assert_eq!(status, 201, "{reserved}");
    let expected = json!([{"id": budget["id"], "name": "Cloud", "department_id": null, "currency": "EUR",
        "period": "2026-01", "allowance": 1000.0, "spent": 0.0, "reserved": 300.0, "remaining": 700.0}]);
    assert_eq!(test.done("GET", &format!("/{child}"), Value::Null).await["budgets"], expected);
    assert_eq!(test.done("GET", &format!("/{root}"), Value::Null).await["budgets"], json!([]));
    let tree = test.done("GET", &format!("/{root}/hierarchy"), Value::Null).await;
    assert_eq!((&tree["budgets"], &tree["children"][0]["budgets"]), (&json!([]), &expected));
}

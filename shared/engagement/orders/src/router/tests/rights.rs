//! Who may do what.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_order_of_another_tenant_is_as_if_it_were_not_there() {
    let test = test().await;
    let path = test.make(new()).await;
    let order = test.get(&path).await;
    let key = async |tenant: &str, scopes: Value| {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": tenant});
        let (_, made) = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        made["key"].as_str().unwrap().to_owned()
    };
    let own = key(ACME, json!(["orders:read"])).await;
    let other = key(OTHER, json!(["orders:read", "orders:write"])).await;
    let (full, pack) = (format!("{ORDERS}{path}"), format!("{ORDERS}{}/pack", item(&order, 0)));
    for (method, of, body) in [
        ("GET", full.clone(), Value::Null),
        ("PUT", full.clone(), json!({"notes": "x"})),
        ("PUT", pack, json!({"packed_quantity": 1})),
        ("GET", format!("{full}/packing-list"), Value::Null),
    ] {
        if method != "GET" {
            let refused = test.ask(&test.router, &own, None, method, &of, body.clone()).await;
            assert_eq!((refused.0, &refused.1["code"]), (403, &json!("PERMISSION_DENIED")), "{method} {of}");
        }
        let foreign = test.ask(&test.router, &other, None, method, &of, body.clone()).await;
        let missing = of.replace(order["id"].as_str().unwrap(), "ord_none");
        let none = test.ask(&test.router, &other, None, method, &missing, body).await;
        assert_eq!((foreign.0, &foreign.1["code"]), (404, &json!("ORDER_NOT_FOUND")), "{method} {of}");
        assert_eq!((foreign.0, &foreign.1["detail"]), (none.0, &none.1["detail"]));
    }
    let (_, listed) = test.ask(&test.router, &other, None, "GET", ORDERS, Value::Null).await;
    assert_eq!(listed["data"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_audit_log_says_who_did_what_to_an_order() {
    let test = test().await;
    let path = test.make(new()).await;
    let order = test.get(&path).await;
    test.acme("PUT", &format!("{}/pack", item(&order, 0)), json!({"packed_quantity": 1})).await;
    test.acme("PUT", &format!("{}/pack", item(&order, 0)), json!({"packed_quantity": 1})).await;
    test.step(&path, "shipped").await;
    let audit = format!("/api/v1/tenants/{ACME}/audit");
    let (_, audit) = test.ask(&test.tenants, PLATFORM, None, "GET", &audit, Value::Null).await;
    let mut actions: Vec<&str> =
        audit["data"].as_array().unwrap().iter().filter_map(|one| one["action"].as_str()).collect();
    actions.retain(|action| action.starts_with("order."));
    actions.sort_unstable();
    assert_eq!(actions, ["order.changed", "order.created", "order.packed"]);
}

//! Who may do what.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_invoice_of_another_tenant_is_as_if_it_were_not_there() {
    let test = test().await;
    let path = test.open(new()).await;
    let key = async |tenant: &str, scopes: Value| {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": tenant});
        let (_, made) = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        made["key"].as_str().unwrap().to_owned()
    };
    let own = key(ACME, json!(["invoices:read"])).await;
    let other = key(OTHER, json!(["invoices:read", "invoices:write"])).await;
    let full = format!("{INVOICES}{path}");
    let routes = [
        ("GET", "", Value::Null),
        ("PUT", "", json!({"notes": "x"})),
        ("POST", "/finalize", Value::Null),
        ("POST", "/void", Value::Null),
        ("POST", "/payments", json!({"amount": 1})),
    ];
    for (method, of, body) in routes {
        if method != "GET" {
            let refused = test.ask(&test.router, &own, None, method, &format!("{full}{of}"), body.clone()).await;
            assert_eq!((refused.0, &refused.1["code"]), (403, &json!("PERMISSION_DENIED")), "{method} {of}");
        }
        let foreign = test.ask(&test.router, &other, None, method, &format!("{full}{of}"), body.clone()).await;
        let none = test.ask(&test.router, &other, None, method, &format!("{INVOICES}/inv_none{of}"), body).await;
        assert_eq!((foreign.0, &foreign.1["code"]), (404, &json!("INVOICE_NOT_FOUND")), "{method} {of}");
        assert_eq!((foreign.0, &foreign.1["detail"]), (none.0, &none.1["detail"]));
    }
    assert_eq!(test.ask(&test.router, &own, None, "GET", &full, Value::Null).await.0, 200);
    let (_, listed) = test.ask(&test.router, &other, None, "GET", INVOICES, Value::Null).await;
    assert_eq!(listed["data"], json!([]));
    assert_eq!(numbers(&test.ask(&test.router, &own, None, "GET", INVOICES, Value::Null).await.1), ["INV-2026-00001"]);
}

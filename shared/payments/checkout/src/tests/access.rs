//! Who may use the billing API.

use serde_json::json;

use super::fixture::{ACME, OTHER, OURS, PLATFORM, calls, test};

#[tokio::test(start_paused = true)]
async fn an_internal_tenant_is_never_billed() {
    let test = test().await;
    let own = test.key(&["billing:read", "billing:write"], Some(OURS)).await;
    for (method, path, body) in calls() {
        for (key, tenant) in [(PLATFORM, Some(OURS)), (own.as_str(), None)] {
            let (status, answer) = test.ask(&test.billing, key, tenant, method, path, &body).await;
            assert_eq!((status, &answer["code"]), (400, &json!("INTERNAL_TENANT")), "{method} {path}");
        }
    }
    assert_eq!(test.upstreams().orders, 0);
}

#[tokio::test(start_paused = true)]
async fn who_may_is_told_by_scopes_and_the_tenant_by_the_key_or_the_platform() {
    let test = test().await;
    let reads = test.key(&["billing:read"], Some(ACME)).await;
    let other = test.key(&["seats:verify", "tenants:admin"], Some(ACME)).await;
    for (method, path, body) in calls() {
        let code = async |key: &str, tenant| {
            let (status, answer) = test.ask(&test.billing, key, tenant, method, path, &body).await;
            (status, answer["code"].as_str().unwrap_or_default().to_owned())
        };
        let refused = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(code("nobody", None).await, refused(401, "UNAUTHENTICATED"), "{path}");
        assert_eq!(code(&other, None).await, refused(403, "PERMISSION_DENIED"), "{path}");
        if method == "POST" {
            assert_eq!(code(&reads, None).await, refused(403, "PERMISSION_DENIED"), "{path}");
        } else {
            assert_eq!(code(&reads, Some(OTHER)).await, refused(404, "TENANT_NOT_FOUND"), "{path}");
        }
        assert_eq!(code(PLATFORM, None).await, refused(400, "VALIDATION_ERROR"), "{path}");
        assert_eq!(code(PLATFORM, Some("nobody")).await, refused(404, "TENANT_NOT_FOUND"), "{path}");
    }
    let writes = test.key(&["billing:write"], Some(ACME)).await;
    let wanted = json!({"plan_id": "pro"});
    let bought = test.ask(&test.billing, &writes, None, "POST", "/api/v1/billing/checkout", &wanted).await;
    assert_eq!(bought.0, 201, "{bought:?}");
}

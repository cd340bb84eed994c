use edge_capabilities::testing::World;
use serde_json::{Value, json};

use super::*;

mod audit;
mod external_ids;
mod members;
mod organizations;
mod seats;
mod subsidiaries;

const PLATFORM: &str = "bootstrap-key-of-the-tests";
const ID: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";

struct Test {
    router: Router,
    access: Router,
    world: World,
}

fn test() -> Test {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", PLATFORM);
    let (capabilities, _) = world.instance();
    Test { router: router(capabilities.clone()), access: edge_access::router(capabilities), world }
}

impl Test {
    async fn ask(&self, router: &Router, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        edge_http::testing::ask(router, key, None, method, path, &body).await
    }

    async fn platform(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, PLATFORM, method, path, body).await
    }

    /// The tenant [`ID`], and the path of something of its.
    async fn acme(&self) -> impl Fn(&str) -> String + use<> {
        let body = with(new("acme"), "id", json!(ID));
        assert_eq!(self.platform("POST", "/api/v1/tenants", body).await.0, 201);
        |of: &str| format!("/api/v1/tenants/{ID}{of}")
    }

    /// A key of one tenant's.
    async fn key_of(&self, tenant: &str) -> String {
        let body = json!({"name": "k", "scopes": ["tenants:admin"], "tenant_id": tenant});
        let (_, made) = self.ask(&self.access, PLATFORM, "POST", "/api/v1/api-keys", body).await;
        made["key"].as_str().unwrap().to_owned()
    }
}

fn new(slug: &str) -> Value {
    json!({"name": "Acme", "slug": slug, "owner_email": "owner@acme.example"})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test(start_paused = true)]
async fn a_tenant_is_made_and_shown_with_every_field_of_the_contract() {
    let test = test();
    let body = with(with(new("acme"), "id", json!(ID)), "settings", json!({"theme": "dark"}));
    let (status, made) = test.platform("POST", "/api/v1/tenants", body).await;
    assert_eq!(status, 201, "{made}");
    let expected = json!({
        "id": ID, "number": 1, "name": "Acme", "slug": "acme", "domain": null, "tenant_mode": "external", "erp_company_code": null,
        "erp_company_id": null, "erp_customer_id": null, "erp_subscription_id": null,
        "owner_email": "owner@acme.example", "billing_email": null, "billing_phone": null,
        "stripe_customer_id": null, "timezone": "UTC", "plan": null,
        "subscription_status": null, "payment_status": null, "subscription_plan": null,
        "subscription_period_end": null, "max_users": null, "docs_quota_mb": null, "credits": 0, "is_active": true,
        "is_suspended": false, "suspended_reason": null, "settings": {"theme": "dark"},
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!(made, expected);
    assert_eq!(test.platform("GET", &format!("/api/v1/tenants/{ID}"), Value::Null).await, (200, expected));
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_not_what_they_must_be_are_named() {
    let test = test();
    for (field, value) in [
        ("id", json!("org_1")),
        ("name", json!(" ")),
        ("slug", json!("Acme Inc")),
        ("owner_email", json!("owner")),
        ("billing_email", json!("a@b@c")),
        ("domain", json!("acme")),
        ("max_users", json!(-1)),
        ("erp_company_code", json!("\u{0}")),
    ] {
        let (status, problem) = test.platform("POST", "/api/v1/tenants", with(new("acme"), field, value)).await;
        assert_eq!((status, &problem["code"]), (400, &json!("VALIDATION_ERROR")), "{field}");
        assert_eq!(problem["errors"][0]["field"], field);
    }
    let (status, problem) =
        test.platform("POST", "/api/v1/tenants", with(new("acme"), "tenant_mode", json!("internal"))).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("erp_company_code")));
}

#[tokio::test(start_paused = true)]
async fn slug_domain_and_id_are_one_tenants() {
    let test = test();
    let first = with(with(new("acme"), "id", json!(ID)), "domain", json!("acme.example"));
    assert_eq!(test.platform("POST", "/api/v1/tenants", first).await.0, 201);
    for (body, taken) in [
        (new("acme"), "slug"),
        (with(new("other"), "domain", json!("ACME.example")), "domain"),
        (with(new("other"), "id", json!(ID.to_uppercase())), "id"),
    ] {
        let (status, problem) = test.platform("POST", "/api/v1/tenants", body).await;
        assert_eq!((status, &problem["code"]), (409, &json!("ALREADY_EXISTS")));
        assert_eq!(problem["detail"], format!("Another tenant has this {taken}."));
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenants_key_sees_its_own_and_cannot_tell_anothers_from_none() {
    let test = test();
    test.platform("POST", "/api/v1/tenants", with(new("acme"), "id", json!(ID))).await;
    let (_, other) = test.platform("POST", "/api/v1/tenants", new("other")).await;
    let key = test.key_of(ID).await;
    let ask = async |method: &str, path: &str, body: Value| test.ask(&test.router, &key, method, path, body).await;
    assert_eq!(ask("GET", &format!("/api/v1/tenants/{ID}"), Value::Null).await.0, 200);
    let (status, mut anothers) =
        ask("GET", &format!("/api/v1/tenants/{}", other["id"].as_str().unwrap()), Value::Null).await;
    let (_, mut none) = ask("GET", "/api/v1/tenants/0b7e1f6c-6f0a-4a4e-9a55-000000000000", Value::Null).await;
    for problem in [&mut anothers, &mut none] {
        problem["requestId"] = Value::Null;
    }
    assert_eq!((status, &anothers), (404, &none));
    let (_, list) = ask("GET", "/api/v1/tenants", Value::Null).await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(ask("POST", "/api/v1/tenants", new("more")).await.0, 403);
    assert_eq!(ask("PUT", &format!("/api/v1/tenants/{ID}"), json!({"max_users": null})).await.0, 403);
    let (status, changed) = ask("PUT", &format!("/api/v1/tenants/{ID}"), json!({"billing_phone": "+91 1"})).await;
    assert_eq!((status, &changed["billing_phone"]), (200, &json!("+91 1")));
}

#[tokio::test(start_paused = true)]
async fn a_change_leaves_what_it_does_not_name_and_null_clears() {
    let test = test();
    let body = with(with(new("acme"), "id", json!(ID)), "max_users", json!(5));
    test.platform("POST", "/api/v1/tenants", body).await;
    let path = format!("/api/v1/tenants/{ID}");
    let (_, changed) = test.platform("PUT", &path, json!({"domain": "acme.example"})).await;
    assert_eq!((&changed["domain"], &changed["max_users"]), (&json!("acme.example"), &json!(5)));
    let (_, changed) = test.platform("PUT", &path, json!({"max_users": null})).await;
    assert_eq!((&changed["domain"], &changed["max_users"]), (&json!("acme.example"), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn lists_come_a_page_at_a_time() {
    let test = test();
    for slug in ["a", "b", "c"] {
        test.platform("POST", "/api/v1/tenants", new(slug)).await;
    }
    let (_, first) = test.platform("GET", "/api/v1/tenants?limit=2", Value::Null).await;
    let (_, second) = test
        .platform("GET", &format!("/api/v1/tenants?cursor={}", first["nextCursor"].as_str().unwrap()), Value::Null)
        .await;
    let slugs =
        |page: &Value| page["data"].as_array().unwrap().iter().map(|one| one["slug"].clone()).collect::<Vec<_>>();
    let mut all = [slugs(&first), slugs(&second)].concat();
    all.sort_by_key(ToString::to_string);
    assert_eq!((all, &second["nextCursor"]), (vec![json!("a"), json!("b"), json!("c")], &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn tenants_are_found_by_a_part_of_their_name_slug_or_id() {
    let test = test();
    let path = test.acme().await;
    for (slug, name) in [("city-clinic", "City Clinic 100%"), ("other", "A_B")] {
        let (status, _) = test.platform("POST", "/api/v1/tenants", with(new(slug), "name", json!(name))).await;
        assert_eq!(status, 201);
    }
    for (search, expected) in [
        ("CLINIC", &["city-clinic"][..]),
        ("y-c", &["city-clinic"]),
        ("100%25", &["city-clinic"]),
        ("1%25%25", &[]),
        ("a_b", &["other"]),
        ("a_m", &[]),
        ("!", &[]),
        ("0b7e1f6c-6f0a", &["acme"]),
        ("nobody", &[]),
    ] {
        let (_, page) = test.platform("GET", &format!("/api/v1/tenants?search={search}"), Value::Null).await;
        let slugs: Vec<&str> =
            page["data"].as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, expected, "{search}");
    }
    // A tenant's key finds no other.
    let key = test.key_of(ID).await;
    let (_, page) = test.ask(&test.router, &key, "GET", "/api/v1/tenants?search=clinic", Value::Null).await;
    assert_eq!(page["data"], json!([]));
    assert_eq!(test.platform("GET", "/api/v1/tenants?search=%00", Value::Null).await.0, 400);
    drop(path);
}

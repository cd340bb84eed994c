use std::ops::Deref;
use std::time::Duration;

use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use super::*;

mod rights;

const BUDGETS: &str = "/api/v1/enterprise-billing/budgets";

struct Test(Platform);

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.0
    }
}

async fn test() -> Test {
    Test(Platform::new(router).await)
}

impl Test {
    /// The platform's call for Acme.
    async fn acme(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, PLATFORM, Some(ACME), method, &format!("{BUDGETS}{path}"), body).await
    }

    async fn make(&self, body: Value) -> String {
        let (status, made) = self.acme("POST", "", body).await;
        assert_eq!(status, 201, "{made}");
        format!("/{}", made["id"].as_str().unwrap())
    }
}

fn new() -> Value {
    json!({"name": "All", "limit": 10_000, "currency": "INR", "period": "monthly"})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_made_shown_listed_and_changed() {
    let test = test().await;
    let path = test.make(with(new(), "time_zone", json!("Asia/Kolkata"))).await;
    let (status, shown) = test.acme("GET", &path, Value::Null).await;
    assert_eq!(status, 200);
    let current = json!({"period": "2026-01", "from": "2025-12-31T18:30:00.000Z", "to": "2026-01-31T18:30:00.000Z",
        "limit": 10_000.0, "carried": 0.0, "allowance": 10_000.0, "spent": 0.0, "reserved": 0.0,
        "remaining": 10_000.0});
    assert_eq!(shown["current"], current);
    assert_eq!((&shown["department_id"], &shown["limit"]), (&Value::Null, &json!(10_000.0)));
    assert_eq!(shown["thresholds"][1], json!({"percent": 100, "severity": "hard"}));
    assert_eq!(shown["history"][0]["actor"], "bootstrap");
    let (status, changed) = test.acme("PUT", &path, json!({"limit": "12500.50", "name": "Everything"})).await;
    assert_eq!((status, &changed["limit"], &changed["name"]), (200, &json!(12_500.5), &json!("Everything")));
    assert_eq!(changed["history"][1]["fields"], json!({"limit": "12500.50", "name": "Everything"}));
    let (_, listed) = test.acme("GET", "", Value::Null).await;
    assert_eq!(listed["data"], json!([changed]));
    let audit = format!("/api/v1/tenants/{ACME}/audit");
    let (_, audit) = test.ask(&test.tenants, PLATFORM, None, "GET", &audit, Value::Null).await;
    let actions: Vec<&str> =
        audit["data"].as_array().unwrap().iter().filter_map(|deed| deed["action"].as_str()).collect();
    for action in ["budget.created", "budget.changed"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_not_what_they_must_be_are_named() {
    let test = test().await;
    let path = test.make(new()).await;
    for (field, value) in [
        ("name", json!(" ")),
        ("limit", json!(-1)),
        ("limit", json!(0.001)),
        ("limit", json!("many")),
        ("currency", json!("RUP")),
        ("period", json!("weekly")),
        ("time_zone", json!("Mars/Olympus")),
        ("department_id", json!("\u{0}")),
        ("thresholds", json!([{"percent": 0, "severity": "soft"}])),
        ("thresholds", json!([{"percent": 8, "severity": "soft"}, {"percent": 8, "severity": "hard"}])),
    ] {
        let (status, problem) = test.acme("POST", "", with(new(), field, value)).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
    }
    for (field, value) in [
        ("currency", json!("USD")),
        ("period", json!("yearly")),
        ("time_zone", json!("Asia/Kolkata")),
        ("limit", json!("x")),
    ] {
        let (status, problem) = test.acme("PUT", &path, json!({field: value})).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_part_of_a_tenant_has_one_active_budget() {
    let test = test().await;
    let path = test.make(new()).await;
    assert_eq!(test.acme("POST", "", new()).await.1["code"], "ALREADY_EXISTS");
    test.make(with(new(), "department_id", json!("sales"))).await;
    // An entity has budgets of its own, beside those of the whole tenant.
    let entity = test.make(with(with(new(), "entity_id", json!("ent_1")), "department_id", json!("sales"))).await;
    let (_, shown) = test.acme("GET", &entity, Value::Null).await;
    assert_eq!((&shown["entity_id"], &shown["department_id"]), (&json!("ent_1"), &json!("sales")));
    test.make(with(new(), "cost_centre", json!("sales"))).await;
    assert_eq!(test.acme("PUT", &path, json!({"is_active": false})).await.0, 200);
    test.make(new()).await;
    assert_eq!(test.acme("PUT", &path, json!({"is_active": true})).await.1["code"], "ALREADY_EXISTS");
    for (query, count) in [
        ("", 5),
        ("?department_id=sales", 2),
        ("?entity_id=ent_1", 1),
        ("?is_active=false", 1),
        ("?is_active=true", 4),
        ("?cost_centre=it", 0),
    ] {
        let (_, listed) = test.acme("GET", query, Value::Null).await;
        assert_eq!(listed["data"].as_array().unwrap().len(), count, "{query}");
    }
    let (_, first) = test.acme("GET", "?limit=3", Value::Null).await;
    let cursor = first["nextCursor"].as_str().unwrap();
    let (_, rest) = test.acme("GET", &format!("?limit=3&cursor={cursor}"), Value::Null).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["nextCursor"]), (2, &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn reservations_are_committed_or_released_and_tracked() {
    let test = test().await;
    let path = test.make(new()).await;
    let reserve = async |reference: &str, amount: Value| {
        test.acme("POST", &format!("{path}/reservations"), json!({"reference": reference, "amount": amount})).await
    };
    let (status, made) = reserve("a", json!(8000)).await;
    assert_eq!((status, &made["status"], &made["amount"]), (201, &json!("reserved"), &json!(8000.0)));
    let (status, refused) = reserve("b", json!("2000.01")).await;
    assert_eq!((status, &refused["code"]), (409, &json!("BUDGET_EXCEEDED")), "{refused}");
    assert_eq!(refused["reason"], "10000.01 INR would be more than the 10000.00 of 2026-01.");
    let (status, spent) = test.acme("POST", &format!("{path}/reservations/a/commit"), json!({"amount": 7000})).await;
    assert_eq!((status, &spent["status"], &spent["spent"]), (200, &json!("committed"), &json!(7000.0)));
    let (status, problem) = test.acme("POST", &format!("{path}/reservations/a/release"), Value::Null).await;
    assert_eq!((status, &problem["code"]), (409, &json!("RESERVATION_SETTLED")));
    let (status, problem) = test.acme("POST", &format!("{path}/reservations/zz/release"), Value::Null).await;
    assert_eq!((status, &problem["code"]), (404, &json!("RESERVATION_NOT_FOUND")));
    for (amount, field) in [(json!(0), "amount"), (json!(-5), "amount")] {
        assert_eq!(reserve("c", amount).await.1["errors"][0]["field"], field);
    }
    test.world.clock.advance(Duration::from_hours(24 * 3 + 2)).await;
    let (status, tracking) = test.acme("GET", &format!("{path}/tracking"), Value::Null).await;
    assert_eq!((status, &tracking["spent"], &tracking["remaining"]), (200, &json!(7000.0), &json!(3000.0)));
    assert_eq!(tracking["burn_down"].as_array().unwrap().len(), 4);
    assert!(tracking["forecast"]["runs_out_at"].is_string());
    let (_, alerts) = test.acme("GET", &format!("{path}/alerts"), Value::Null).await;
    let told: Vec<_> = alerts["data"].as_array().unwrap().iter().map(|alert| &alert["threshold"]).collect();
    assert_eq!(told, ["80", "100"]);
    let db = Db::new(test.world.instance().0.db);
    let rows = db.query("SELECT status, body FROM notifications ORDER BY event_id DESC", &[]).await.unwrap();
    assert_eq!((rows.len(), rows[0].text(0).unwrap()), (2, "queued"));
    let body: Value = serde_json::from_str(rows[0].text(1).unwrap()).unwrap();
    assert_eq!((&body["recipient"]["email"], &body["data"]["threshold"]), (&json!("o@x.example"), &json!("80")));
}

#[tokio::test(start_paused = true)]
async fn a_tenants_key_sees_its_own_and_cannot_tell_anothers_from_none() {
    let test = test().await;
    let path = test.make(new()).await;
    let key = async |tenant: &str, scopes: Value| {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": tenant});
        let (_, made) = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        made["key"].as_str().unwrap().to_owned()
    };
    let own = key(ACME, json!(["billing:read"])).await;
    let other = key(OTHER, json!(["billing:read", "billing:write"])).await;
    let full = format!("{BUDGETS}{path}");
    assert_eq!(test.ask(&test.router, &own, None, "GET", &full, Value::Null).await.0, 200);
    assert_eq!(test.ask(&test.router, &own, None, "PUT", &full, json!({})).await.1["code"], "PERMISSION_DENIED");
    for (method, of, body) in [
        ("GET", "", Value::Null),
        ("PUT", "", json!({"limit": 1})),
        ("GET", "/tracking", Value::Null),
        ("GET", "/alerts", Value::Null),
        ("POST", "/reservations", json!({"reference": "a", "amount": 1})),
        ("POST", "/reservations/a/release", Value::Null),
    ] {
        let foreign = test.ask(&test.router, &other, None, method, &format!("{full}{of}"), body.clone()).await;
        let none = test.ask(&test.router, &other, None, method, &format!("{BUDGETS}/bud_none{of}"), body).await;
        assert_eq!((foreign.0, &foreign.1["code"]), (404, &json!("BUDGET_NOT_FOUND")), "{method} {of}");
        assert_eq!((foreign.0, &foreign.1["detail"]), (none.0, &none.1["detail"]));
    }
    let (_, listed) = test.ask(&test.router, &other, None, "GET", BUDGETS, Value::Null).await;
    assert_eq!(listed["data"], json!([]));
    let (status, problem) = test.ask(&test.router, &other, Some(ACME), "GET", BUDGETS, Value::Null).await;
    assert_eq!((status, &problem["code"]), (404, &json!("TENANT_NOT_FOUND")));
}

use std::time::Duration;

use axum::body::Body;
use edge_capabilities::testing::World;
use edge_subscriptions::Gateways;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

const PLATFORM: &str = "bootstrap-key-of-the-tests";
const DAY: Duration = Duration::from_secs(86_400);

/// An edge with the applications `openmic` and `healos`, and their plans `pro` (10.00 USD a seat and month), `yearly`
/// (100.00 USD a year), `yen` (1500 JPY) and `dinar` (1.500 KWD).
struct Test {
    router: Router,
    world: World,
}

struct Answer {
    status: u16,
    text: String,
    body: Value,
}

impl Answer {
    #[track_caller]
    fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
}

async fn test() -> Test {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", PLATFORM);
    let (capabilities, _) = world.instance();
    let departures = edge_tenants::Departures::new(&capabilities, &Db::new(capabilities.db.clone()), Vec::new());
    let others = edge_subscriptions::routes(&capabilities, Gateways::manual(&capabilities))
        .route("/unused", get(async || ""))
        .merge(edge_applications::routes(&capabilities))
        .merge(edge_tenants::routes(&capabilities, departures))
        .merge(edge_access::routes(&capabilities));
    let analytics = router(world.instance().0);
    let test = Test { router: edge_http::finish(others, "test", &capabilities).nest_service("/of", analytics), world };
    for slug in ["openmic", "healos"] {
        test.send(PLATFORM, "POST", "/applications", json!({"slug": slug, "seatSource": "edge"})).await.expect(201);
        for (id, price, currency, cycle) in [
            ("pro", "10", "USD", "monthly"),
            ("yearly", "100", "USD", "annual"),
            ("yen", "1500", "JPY", "monthly"),
            ("dinar", "1.5", "KWD", "monthly"),
        ] {
            let price: f64 = price.parse().unwrap();
            let plan = json!({"id": id, "name": id, "pricePerSeat": price, "currency": currency,
                "billingCycle": cycle, "trialDays": 14});
            test.send(PLATFORM, "POST", &format!("/applications/{slug}/plans"), plan).await.expect(201);
        }
    }
    test
}

impl Test {
    async fn send(&self, key: &str, method: &str, path: &str, body: Value) -> Answer {
        self.send_accepting(key, method, path, body, "application/json").await
    }

    async fn send_accepting(&self, key: &str, method: &str, path: &str, body: Value, accept: &str) -> Answer {
        let path = if path.starts_with("/analytics") { format!("/of{path}") } else { path.to_owned() };
        let request = Request::builder().method(method).uri(path).header("accept", accept);
        let request = request.header("authorization", format!("Bearer {key}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }

    async fn get(&self, path: &str) -> Value {
        self.send(PLATFORM, "GET", path, Value::Null).await.expect(200)
    }

    async fn organization(&self, slug: &str) -> String {
        let new = json!({"name": slug, "slug": slug, "billingEmail": "bills@x.example", "ownerUserId": "ana"});
        let made = self.send(PLATFORM, "POST", "/organizations", new).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    async fn key(&self, organization: Option<&str>, scopes: &[&str]) -> String {
        let new = json!({"name": "k", "scopes": scopes, "tenant_id": organization});
        let made = self.send(PLATFORM, "POST", "/api/v1/api-keys", new).await.expect(201);
        made["key"].as_str().unwrap().to_owned()
    }

    /// Sells seats without a gateway; gives the path of the subscription.
    async fn sell(&self, organization: &str, application: &str, plan: &str, seats: i64) -> String {
        let new = json!({"organizationId": organization, "applicationSlug": application, "planId": plan,
            "seats": seats, "gateway": "manual"});
        let made = self.send(PLATFORM, "POST", "/subscriptions", new).await.expect(201);
        format!("/subscriptions/{}", made["id"].as_str().unwrap())
    }

    async fn patch(&self, path: &str, change: Value) {
        self.send(PLATFORM, "PATCH", path, change).await.expect(200);
    }

    /// The last point in a currency.
    async fn last(&self, path: &str, currency: &str) -> Value {
        let answer = self.get(path).await;
        let results = answer["results"].as_array().unwrap();
        let result = results.iter().find(|result| result["currency"] == currency).expect("a result");
        result["points"].as_array().unwrap().last().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn mrr_moves_with_what_is_sold_and_each_currency_is_by_itself() {
    let test = test().await;
    let acme = test.organization("acme").await;
    let beta = test.organization("beta").await;
    let sold = test.sell(&acme, "openmic", "pro", 5).await;
    test.sell(&acme, "healos", "yearly", 1).await;
    test.sell(&beta, "openmic", "yen", 3).await;
    let point = test.last("/analytics/mrr?granularity=day", "USD").await;
    // 50.00 and a twelfth of 100.00, rounded once.
    assert_eq!((&point["opening"], &point["new"], &point["closing"]), (&json!(0.0), &json!(58.33), &json!(58.33)));
    assert_eq!((&point["arr"], &point["customers"], &point["seats"]), (&json!(700.0), &json!(1), &json!(6)));
    assert_eq!(test.last("/analytics/mrr", "JPY").await["closing"], 4500);
    test.world.clock.advance(DAY).await;
    test.patch(&sold, json!({"seats": 8})).await;
    let point = test.last("/analytics/mrr?granularity=day", "USD").await;
    assert_eq!(
        (&point["opening"], &point["expansion"], &point["closing"]),
        (&json!(58.33), &json!(30.0), &json!(88.33))
    );
    let point = test.last("/analytics/mrr?granularity=day&applicationSlug=healos", "USD").await;
    assert_eq!((&point["expansion"], &point["closing"]), (&json!(0.0), &json!(8.33)));
    test.world.clock.advance(DAY).await;
    test.send(PLATFORM, "POST", &format!("{sold}/cancel"), json!({"immediate": true})).await.expect(200);
    // The customer has another subscription: it pays less, and has not left.
    let point = test.last("/analytics/mrr?granularity=day", "USD").await;
    assert_eq!((&point["contraction"], &point["churn"]), (&json!(80.0), &json!(0.0)));
    let of_beta = test.get(&format!("/analytics/mrr?organizationId={beta}")).await;
    assert_eq!(of_beta["results"].as_array().unwrap().len(), 1);
    assert_eq!((&of_beta["timezone"], &of_beta["granularity"]), (&json!("UTC"), &json!("month")));
    assert!(of_beta["definitions"]["leaves"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_currency_that_is_asked_for_is_answered_where_nothing_was_sold_in_it() {
    let test = test().await;
    let point = test.last("/analytics/mrr?currency=EUR", "EUR").await;
    assert_eq!((&point["opening"], &point["closing"]), (&json!(0.0), &json!(0.0)));
    assert_eq!(test.get("/analytics/mrr").await["results"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_organizations_key_sees_its_own_figures_and_no_others() {
    let test = test().await;
    let (acme, beta) = (test.organization("acme").await, test.organization("beta").await);
    test.sell(&acme, "openmic", "pro", 5).await;
    test.sell(&beta, "openmic", "pro", 7).await;
    let own = test.key(Some(&acme), &["analytics:read"]).await;
    let other = test.key(Some(&acme), &["billing:read"]).await;
    let platform = test.key(None, &["analytics:read"]).await;
    for path in PATHS {
        test.send(&other, "GET", path, Value::Null).await.expect(403);
        test.send("nobody", "GET", path, Value::Null).await.expect(401);
        test.send(&own, "GET", &format!("{path}?organizationId={beta}"), Value::Null).await.expect(404);
        test.send(&own, "GET", &format!("{path}?granularity=year"), Value::Null).await.expect(400);
        test.send(&own, "GET", path, Value::Null).await.expect(200);
    }
    let closing = |answer: Value| answer["results"][0]["points"][11]["closing"].clone();
    assert_eq!(closing(test.send(&own, "GET", "/analytics/mrr", Value::Null).await.expect(200)), 50.0);
    assert_eq!(closing(test.send(&platform, "GET", "/analytics/mrr", Value::Null).await.expect(200)), 120.0);
}

#[tokio::test(start_paused = true)]
async fn a_csv_has_a_line_for_each_point() {
    let test = test().await;
    let acme = test.organization("acme").await;
    test.sell(&acme, "openmic", "dinar", 5).await;
    let path = "/analytics/mrr?granularity=day";
    let text = test.send_accepting(PLATFORM, "GET", path, Value::Null, "text/csv").await.text;
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 31);
    assert_eq!(
        lines[0],
        "currency,at,opening,new,expansion,contraction,churn,reactivation,closing,arr,customers,seats"
    );
    assert!(lines[30].starts_with("KWD,") && lines[30].ends_with(",7.500,90.000,1,5"), "{}", lines[30]);
}

const PATHS: &[&str] = &["/analytics/mrr"];

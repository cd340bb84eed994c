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

const PATHS: &[&str] = &["/analytics/mrr", "/analytics/revenue", "/analytics/seat-usage", "/analytics/health"];

impl Test {
    /// Stripe's word of an invoice, as the inbox has it once it is in effect.
    async fn invoice(&self, organization: &str, event: &str, invoice: &str, cents: i64, days_ago: i64) {
        use edge_capabilities::Clock as _;
        let now = self.world.clock.now().as_millis();
        let at = now - days_ago * 86_400_000;
        let object = json!({"id": invoice, "currency": "usd", "amount_paid": cents, "amount_due": cents,
            "billing_reason": "subscription_cycle", "customer": "cus_1"});
        let body = json!({"id": "evt", "type": event, "created": at / 1000, "data": {"object": object}});
        let id = format!("{event}-{invoice}-{days_ago}");
        let values =
            [id.as_str().into(), event.into(), organization.into(), format!("t{body}").into(), now.into(), at.into()];
        let statement =
            "INSERT INTO webhook_events (id, provider, identity, event, tenant_id, body, status, received_at,
                occurred_at, settled_at, attempts, leased_until)
            VALUES ($1, 'stripe', $1, $2, $3, $4, 'processed', $5, $6, $5, 0, 0)";
        Db::new(self.world.db.clone()).query(statement, &values).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn revenue_has_what_was_collected_and_what_becomes_of_customers() {
    let test = test().await;
    test.world.clock.advance(DAY * 40).await;
    let (acme, beta) = (test.organization("acme").await, test.organization("beta").await);
    let sold = test.sell(&acme, "openmic", "pro", 6).await;
    test.sell(&beta, "openmic", "pro", 4).await;
    test.invoice(&acme, "invoice.payment_failed", "in_1", 6_000, 0).await;
    test.invoice(&acme, "invoice.paid", "in_1", 6_000, 0).await;
    test.invoice(&beta, "invoice.paid", "in_2", 4_000, 0).await;
    let point = test.last("/analytics/revenue?granularity=day", "USD").await;
    assert_eq!((&point["collected"], &point["refunded"], &point["net"]), (&json!(100.0), &json!(0.0), &json!(100.0)));
    assert_eq!((&point["mrr"], &point["arpa"], &point["revenuePerSeat"]), (&json!(100.0), &json!(50.0), &json!(10.0)));
    let success = &point["paymentSuccess"];
    assert_eq!(success["byAttempt"], json!({"total": 3, "succeeded": 2, "failed": 1, "rate": 2.0 / 3.0}));
    assert_eq!((&success["byInvoice"]["rate"], &success["byInvoice"]["firstTry"]), (&json!(1.0), &json!(1)));
    assert_eq!(success["failureReasons"], json!([{"reason": "unknown", "count": 1}]));
    // There was nothing at the beginning of the day.
    assert_eq!((&point["grossChurn"], &point["nrr"]), (&Value::Null, &Value::Null));
    test.world.clock.advance(DAY).await;
    test.send(PLATFORM, "POST", &format!("{sold}/cancel"), json!({"immediate": true})).await.expect(200);
    let point = test.last("/analytics/revenue?granularity=day", "USD").await;
    assert_eq!((&point["grossChurn"], &point["logoChurn"]), (&json!(0.6), &json!(0.5)));
    assert_eq!((&point["grr"], &point["nrr"], &point["collected"]), (&json!(0.4), &json!(0.4), &json!(0.0)));
    let answer = test.get("/analytics/revenue").await;
    let cohorts = answer["results"][0]["cohorts"].as_array().unwrap();
    assert_eq!(cohorts.iter().map(|cohort| &cohort["customers"]).collect::<Vec<_>>().len(), 1);
    let of_beta = test.get(&format!("/analytics/revenue?organizationId={beta}&granularity=day")).await;
    let points = of_beta["results"][0]["points"].as_array().unwrap();
    let collected: f64 = points.iter().map(|point| point["collected"].as_f64().unwrap()).sum();
    assert_eq!(collected, 40.0);
}

#[tokio::test(start_paused = true)]
async fn a_cohort_is_followed_from_the_month_in_which_it_first_paid() {
    let test = test().await;
    let (acme, beta) = (test.organization("acme").await, test.organization("beta").await);
    let sold = test.sell(&acme, "openmic", "pro", 6).await;
    test.sell(&beta, "openmic", "pro", 4).await;
    test.world.clock.advance(DAY * 32).await;
    test.patch(&sold, json!({"seats": 12})).await;
    test.world.clock.advance(DAY * 32).await;
    test.send(PLATFORM, "POST", &format!("{sold}/cancel"), json!({"immediate": true})).await.expect(200);
    let answer = test.get("/analytics/revenue").await;
    let cohorts = answer["results"][0]["cohorts"].as_array().unwrap();
    assert_eq!(cohorts.len(), 1);
    assert_eq!((&cohorts[0]["customers"], &cohorts[0]["mrr"]), (&json!(2), &json!(100.0)));
    let of = |field: &str| {
        let points = cohorts[0]["points"].as_array().unwrap();
        points.iter().map(|point| point[field].as_f64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(of("month"), [0.0, 1.0, 2.0]);
    assert_eq!(of("customerRetention"), [1.0, 1.0, 0.5]);
    assert_eq!(of("revenueRetention"), [1.0, 1.6, 0.4]);
}

#[tokio::test(start_paused = true)]
async fn seats_are_counted_by_how_long_they_were_assigned() {
    let test = test().await;
    let (acme, beta) = (test.organization("acme").await, test.organization("beta").await);
    let sold = test.sell(&acme, "openmic", "pro", 4).await;
    test.sell(&beta, "openmic", "pro", 1).await;
    let mut seats = Vec::new();
    for user in ["ana", "ben", "cid"] {
        let seat = test.send(PLATFORM, "POST", &format!("{sold}/seats"), json!({"userId": user})).await.expect(201);
        seats.push(seat["seatId"].as_str().unwrap().to_owned());
    }
    test.world.clock.advance(DAY).await;
    for seat in &seats[1..] {
        test.send(PLATFORM, "DELETE", &format!("{sold}/seats/{seat}"), Value::Null).await.expect(204);
    }
    test.world.clock.advance(DAY).await;
    let path = format!("/analytics/seat-usage?organizationId={acme}");
    let answer = test.get(&path).await;
    let result = &answer["results"][0];
    assert_eq!((&result["organizationId"], &result["applicationSlug"]), (&json!(acme), &json!("openmic")));
    let points = result["points"].as_array().unwrap();
    let peak = points.iter().map(|point| point["peak"].as_i64().unwrap()).max();
    let last = points.last().unwrap();
    assert_eq!(
        (peak, &last["purchased"], &last["assigned"], &last["utilization"]),
        (Some(3), &json!(4), &json!(1), &json!(0.25))
    );
    // Nobody checked yet, so of no time anything is known.
    assert!(last["active7"].is_null() && last["active30"].is_null());
    let check = json!({"userId": "ana", "applicationSlug": "openmic", "externalOrgId": "acme-7"});
    let (capabilities, _tasks) = test.world.instance();
    let record = edge_subscriptions::RecordedSeats::new(&capabilities, &Db::new(capabilities.db.clone()));
    let rule = Arc::new(edge_seats::ShippedSeatAccess);
    let verify = edge_seats::routes_with(capabilities, rule, Arc::new(record), Router::new()).into_router();
    let external = format!("/api/v1/tenants/{acme}/external-ids/openmic");
    test.send(PLATFORM, "PUT", &external, json!({"externalOrgId": "acme-7"})).await.expect(200);
    for _ in 0..3 {
        let request = Request::post("/verify-seat").header("authorization", format!("Bearer {PLATFORM}"));
        let request = request.header("content-type", "application/json").body(Body::from(check.to_string()));
        assert_eq!(verify.clone().oneshot(request.unwrap()).await.unwrap().status(), 200);
    }
    test.world.clock.advance(Duration::from_secs(1)).await;
    let last_of = async |path: &str| {
        let answer = test.get(path).await;
        answer["results"][0]["points"].as_array().unwrap().last().unwrap().clone()
    };
    let active = last_of(&path).await;
    assert_eq!((&active["active7"], &active["active28"], &active["active30"]), (&json!(1), &json!(1), &json!(1)));
    // One of one seat that is assigned is in use; a quarter of what is purchased was, at the end.
    let health = last_of(&format!("/analytics/health?organizationId={acme}")).await;
    assert_eq!(health["parts"]["engagement"], json!({"value": 100.0, "weight": 30}));
    // Before anything was sold there is nothing to divide by.
    assert!(points[0]["utilization"].is_null() && points[0]["timeWeightedUtilization"].is_null());
    // Three of four for a day, then one of four for a day.
    let days = test.get(&format!("{path}&granularity=day")).await;
    let days = days["results"][0]["points"].as_array().unwrap();
    let whole: Vec<f64> = days.iter().filter_map(|day| day["timeWeightedUtilization"].as_f64()).collect();
    assert!((2..=3).contains(&whole.len()) && whole[0] == 0.75 && *whole.last().unwrap() == 0.25, "{whole:?}");
    // All organizations, a page at a time.
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = test.get(&format!("/analytics/seat-usage?limit=1{cursor}")).await;
        seen.extend(page["results"].as_array().unwrap().iter().map(|result| result["organizationId"].clone()));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let mut both = vec![json!(acme), json!(beta)];
    both.sort_by_key(ToString::to_string);
    assert_eq!(seen, both);
}

#[tokio::test(start_paused = true)]
async fn health_is_a_score_of_known_parts_and_its_weights_are_a_setting() {
    let test = test().await;
    let acme = test.organization("acme").await;
    let sold = test.sell(&acme, "openmic", "pro", 2).await;
    test.send(PLATFORM, "POST", &format!("{sold}/seats"), json!({"userId": "ana"})).await.expect(201);
    test.world.clock.advance(DAY).await;
    let health = test.get("/analytics/health").await;
    let result = &health["results"][0];
    // Half of the seats are in use, and nothing else is known.
    assert_eq!((&result["score"], &result["band"]), (&json!(50.0), &json!("at_risk")));
    assert_eq!(result["parts"]["payments"], json!({"value": null, "weight": 30}));
    assert_eq!(result["parts"]["utilization"], json!({"value": 50.0, "weight": 40}));
    test.invoice(&acme, "invoice.paid", "in_1", 2_000, 0).await;
    // (50 × 40 + 100 × 30) / 70.
    assert_eq!(test.get("/analytics/health").await["results"][0]["score"], 71.43);
    test.world.config.set("health_weights", "utilization=1,payments=3");
    let result = test.get("/analytics/health").await["results"][0].clone();
    assert_eq!((&result["score"], &result["band"]), (&json!(87.5), &json!("healthy")));
}

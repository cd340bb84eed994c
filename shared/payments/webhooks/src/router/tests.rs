mod administration;
mod amounts;
mod clerk;
mod failures;
mod gateways;
mod ignored;
mod owners;
mod refunds;
mod states;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::Clock as _;
use edge_capabilities::database::Value as Column;
use edge_capabilities::testing::{START, Tasks, World};
use edge_gateways::sign;
use edge_seats::{ExternalOrg, Id, ShippedSeatAccess, Subject, Verification};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

pub(super) const PLATFORM: &str = "bootstrap-key-of-the-tests";
pub(super) const TENANT: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
pub(super) const SECRET: &str = "secret-of-the-tests";

/// What the stand-in upstreams do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum UpstreamState {
    Up,
    Failing,
    Hanging,
}

pub(super) struct Test {
    pub(super) world: World,
    pub(super) edge: Router,
    pub(super) tenants: Router,
    pub(super) tasks: Tasks,
    pub(super) erp: Arc<Mutex<UpstreamState>>,
    pub(super) notify: Arc<Mutex<UpstreamState>>,
    /// What Notify was sent: path and body.
    pub(super) sent: Arc<Mutex<Vec<(String, Value)>>>,
}

pub(super) fn plan() -> Value {
    json!({
        "sku_id": "sku-pro", "name": "Professional", "currency": "INR", "base_price": 2499, "billing_cycle": "monthly",
        "tiers": [{"tier_code": "PRO", "price": 2499, "max_users": 25, "max_storage_gb": 100,
                   "features_included": {"credits": 100}}],
    })
}

/// A secret as `provider` writes them.
fn secret_of(provider: Provider) -> &'static str {
    match provider {
        Provider::Standard | Provider::Clerk => "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw==",
        _ => SECRET,
    }
}

/// An edge with one tenant, and an ERP that knows one plan and gives everybody a seat of that tenant's.
pub(super) async fn test() -> Test {
    let world = World::new(7);
    world.config.set("bootstrap_admin_key", PLATFORM);
    world.config.set("erp_url", "http://erp");
    world.config.set("notify_url", "http://notify");
    for provider in Provider::ALL {
        world.config.set(&format!("webhook_secrets_{}", provider.secrets_name()), secret_of(provider));
    }
    let (erp, notify) = (Arc::new(Mutex::new(UpstreamState::Up)), Arc::new(Mutex::new(UpstreamState::Up)));
    let sent = Arc::<Mutex<Vec<(String, Value)>>>::default();
    let (erp_state, notify_state, inbox) = (erp.clone(), notify.clone(), sent.clone());
    world.http.on_request(move |request| {
        let of_notify = request.uri().host() == Some("notify");
        let state = *if of_notify { &notify_state } else { &erp_state }.lock().unwrap();
        let inbox = inbox.clone();
        async move {
            let respond = |status: u16, body: Value| {
                Ok(http::Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
            };
            match state {
                UpstreamState::Failing => return respond(500, json!({})),
                UpstreamState::Hanging => return std::future::pending().await,
                UpstreamState::Up => {}
            }
            let path = request.uri().path().to_owned();
            if of_notify {
                inbox.lock().unwrap().push((path, serde_json::from_slice(request.body()).unwrap()));
                return respond(200, json!({}));
            }
            match path.as_str() {
                "/api/v1/shared/sku-subscription/sku/sku-pro" => respond(200, plan()),
                seat if seat.starts_with("/api/v1/seats/") => respond(
                    200,
                    json!({
                        "organization_id": TENANT, "seat_id": "seat_1", "seat_status": "ACTIVE", "subscription_id": "s",
                        "subscription_status": "EXPIRED", "current_period_end": "2020-01-01T00:00:00Z", "version": 1,
                    }),
                ),
                _ => respond(404, json!({})),
            }
        }
    });
    let (capabilities, tasks) = world.instance();
    let (edge, tenants) = (router(capabilities.clone()), edge_tenants::router(capabilities));
    let test = Test { world, edge, tenants, tasks, erp, notify, sent };
    let body = json!({
        "id": TENANT, "name": "Acme", "slug": "acme", "owner_email": "owner@acme.example",
        "billing_email": "bills@acme.example", "billing_phone": "+911234567890", "erp_company_id": "42",
    });
    let made = test.ask(&test.tenants, "POST", "/api/v1/tenants", HeaderMap::new(), body.to_string()).await;
    assert_eq!(made.0, 201, "{made:?}");
    test
}

use edge_gateways::Provider;

impl Test {
    pub(super) async fn ask(
        &self,
        router: &Router,
        method: &str,
        path: &str,
        mut headers: HeaderMap,
        body: impl Into<Vec<u8>>,
    ) -> (u16, Value) {
        headers.entry("authorization").or_insert_with(|| format!("Bearer {PLATFORM}").parse().unwrap());
        let mut request = Request::builder().method(method).uri(path).body(Body::from(body.into())).unwrap();
        *request.headers_mut() = headers;
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body)));
        (status, json)
    }

    /// An admin's call.
    pub(super) async fn admin(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(&self.edge, method, path, HeaderMap::new(), body).await
    }

    pub(super) async fn post(&self, provider: Provider, path: &str, body: &str) -> (u16, Value) {
        self.post_to(&self.edge, provider, path, body).await
    }

    /// Posts to another instance.
    pub(super) async fn post_to(&self, edge: &Router, provider: Provider, path: &str, body: &str) -> (u16, Value) {
        let secret = secret_of(provider);
        let id = format!("delivery-{}", self.world.clock.now().as_millis());
        let headers = sign(provider, secret, body.as_bytes(), self.world.clock.now(), &id).unwrap();
        self.ask(edge, "POST", path, headers.into_iter().collect(), body).await
    }

    pub(super) async fn bheempay(&self, body: &Value) -> (u16, Value) {
        self.post(Provider::BheemPay, "/api/v1/billing/webhook", &body.to_string()).await
    }

    pub(super) async fn tenant(&self) -> Value {
        self.ask(&self.tenants, "GET", &format!("/api/v1/tenants/{TENANT}"), HeaderMap::new(), "").await.1
    }

    /// What seat verification says of somebody: the reason.
    pub(super) async fn seat(&self) -> &'static str {
        let (capabilities, _) = self.world.instance();
        let db = Db::new(capabilities.db.clone());
        let verification = Verification::new(capabilities, &db, Arc::new(ShippedSeatAccess));
        let id = |text| Id::parse(text).unwrap();
        let subject = Subject { org: ExternalOrg { application: id("healos"), id: id("acme") }, user: id("u") };
        verification.verify(&subject, None).await.unwrap().access.reason.as_str()
    }

    pub(super) async fn count(&self, statement: &str) -> i64 {
        let rows = edge_capabilities::Database::query(&*self.world.db, statement, &[]).await.unwrap();
        match rows[0].0[0] {
            Column::Integer(count) => count,
            ref other => panic!("{other:?}"),
        }
    }

    pub(super) async fn wait(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds)).await;
    }
}

/// Seconds since 1970, `seconds` after the tests began.
pub(super) fn at(seconds: i64) -> i64 {
    START.as_millis() / 1000 + seconds
}

/// A BheemPay event that happened `seconds` after the tests began.
pub(super) fn event(kind: &str, seconds: i64) -> Value {
    json!({
        "event": kind,
        "payload": {"metadata": {"tenant_id": TENANT, "billing_cycle": "monthly"}, "subscription_id": "sub_1"},
        "created_at": at(seconds),
    })
}

/// A payment that came in.
pub(super) fn paid(kind: &str, payment: &str, seconds: i64) -> Value {
    let mut event = event(kind, seconds);
    let payload = event["payload"].as_object_mut().unwrap();
    for (field, value) in [
        ("plan_id", json!("sku-pro")),
        ("plan_name", json!("Professional")),
        ("payment_id", json!(payment)),
        ("amount", json!(2499.00)),
        ("currency", json!("INR")),
        ("invoice_number", json!(format!("INV-{payment}"))),
        ("period_end", json!("2026-02-01T00:00:00Z")),
    ] {
        payload.insert(field.to_owned(), value);
    }
    event
}

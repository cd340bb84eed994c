//! A world with stand-ins for the ERP and BheemPay, and three tenants.

use std::sync::{Arc, Mutex};

use axum::Router;
use bytes::Bytes;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_http::testing::{request, send};
use http::{Method, Request, Response};
use serde_json::{Value, json};

use crate::router;

pub(super) const PLATFORM: &str = "bootstrap-key-of-the-tests";
pub(super) const ACME: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
pub(super) const OTHER: &str = "1b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d22";
pub(super) const OURS: &str = "2b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d33";

/// In place of a status: the upstream is not asked, because too many requests to it are open.
pub(super) const BUSY: u16 = 1;

/// The state of the upstreams.
#[derive(Default)]
pub(super) struct Upstreams {
    pub(super) down: bool,
    pub(super) subscription: Option<Value>,
    pub(super) orders: usize,
    /// The idempotency key of each order.
    pub(super) keys: Vec<String>,
    /// The status that BheemPay answers in place of an order; 0: the connection breaks.
    pub(super) order_status: Option<u16>,
    /// Whether BheemPay creates the order nevertheless.
    pub(super) makes_it: bool,
    /// Whether BheemPay fails to look up orders.
    pub(super) hides_orders: bool,
    /// The status that the ERP answers in place of a contact; 0: the connection breaks.
    pub(super) contact_status: Option<u16>,
    /// The amount that BheemPay answers for an order; null: none.
    pub(super) amount: Value,
    pub(super) cancelled: Vec<(String, Value)>,
    pub(super) verified: Vec<Value>,
}

pub(super) struct Test {
    pub(super) world: World,
    pub(super) billing: Router,
    pub(super) tenants: Router,
    pub(super) access: Router,
    pub(super) upstreams: Arc<Mutex<Upstreams>>,
}

fn answer(upstreams: &mut Upstreams, request: &Request<Bytes>) -> (u16, Value) {
    let path = request.uri().path();
    let body = || serde_json::from_slice::<Value>(request.body()).unwrap();
    match (request.method(), path) {
        (&Method::GET, "/api/v1/shared/sku-subscription/sku/pro") => {
            let tier = json!({"tier_code": "PRO", "price": 2499, "max_users": 25});
            let max = json!({"tier_code": "MAX", "price": 60_000});
            let plan = json!({"sku_id": "pro", "sku_code": "WORKSPACE-PRO", "name": "Professional", "currency": "INR",
                "base_price": 2499, "setup_fee": 500, "billing_cycle": "monthly", "tiers": [tier, max]});
            (200, plan)
        }
        (&Method::GET, "/api/v1/shared/sku-subscription") => (200, json!({"data": []})),
        (&Method::POST, "/api/v1/crm/contacts") => match upstreams.contact_status {
            Some(status) => (status, json!({"detail": "a secret of the ERP's"})),
            None => (201, json!({"id": "contact-1"})),
        },
        (&Method::GET, "/api/v1/sales/invoices") => {
            assert_eq!(request.uri().query(), Some("customer_id=contact-1"));
            let invoice = |number: u32, customer: &str| json!({"invoice_number": format!("INV-{number}"), "customer_id": customer, "total_amount": 2499.5});
            let all = json!([
                invoice(1, "contact-1"),
                invoice(2, "contact-1"),
                invoice(3, "contact-9"),
                invoice(4, "contact-1")
            ]);
            (200, json!({ "data": all }))
        }
        (&Method::POST, "/api/v1/pay/checkout/subscription") => {
            let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
            if let Some(status) = upstreams.order_status
                && !upstreams.makes_it
            {
                return (status, json!({"detail": "a secret of BheemPay's"}));
            }
            let number = upstreams.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                upstreams.orders += 1;
                upstreams.keys.push(key);
                upstreams.orders - 1
            });
            if let Some(status) = upstreams.order_status {
                return (status, json!({}));
            }
            let mut order = json!({"checkout_id": "co", "order_id": format!("order_{}", number + 1), "key_id": "rzp"});
            if !upstreams.amount.is_null() {
                order["amount"] = upstreams.amount.clone();
            }
            (200, order)
        }
        (&Method::GET, order) if order.starts_with("/api/v1/pay/checkout/") => {
            let name = order.rsplit('/').next().unwrap();
            let by_key =
                upstreams.keys.iter().position(|key| key == name).map(|number| format!("order_{}", number + 1));
            match by_key.or_else(|| name.starts_with("order_").then(|| name.to_owned())) {
                _ if upstreams.hides_orders => (503, json!({})),
                Some(id) => (200, json!({"order_id": id, "status": "created"})),
                None => (404, json!({})),
            }
        }
        (&Method::POST, "/api/v1/pay/verify") => {
            upstreams.verified.push(body());
            if body()["signature"] == "good" { (200, json!({"verified": true})) } else { (400, json!({})) }
        }
        (&Method::GET, path) if path.starts_with("/api/v1/subscriptions/user/") => {
            upstreams.subscription.clone().map_or((404, json!({})), |known| (200, known))
        }
        (&Method::POST, path) if path.ends_with("/cancel") => {
            upstreams.cancelled.push((path.to_owned(), body()));
            (200, json!({}))
        }
        _ => (404, json!({})),
    }
}

pub(super) async fn test() -> Test {
    let world = World::new(1);
    for (name, value) in [("bootstrap_admin_key", PLATFORM), ("erp_url", "http://erp"), ("bheempay_url", "http://pay")]
    {
        world.config.set(name, value);
    }
    let upstreams = Arc::<Mutex<Upstreams>>::default();
    let shared = upstreams.clone();
    world.http.on_request(move |request| {
        let mut upstreams = shared.lock().unwrap();
        let response = if upstreams.down {
            Err(HttpError::Failed("cut".into()))
        } else {
            let (status, body) = answer(&mut upstreams, &request);
            if status == 0 {
                return futures::future::ready(Err(HttpError::Failed("cut".into())));
            }
            if status == BUSY {
                return futures::future::ready(Err(HttpError::Busy(8)));
            }
            Ok(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
        };
        futures::future::ready(response)
    });
    let capabilities = || world.instance().0;
    let (billing, tenants) = (router(capabilities()), edge_tenants::router(capabilities()));
    let access = edge_access::router(capabilities());
    let test = Test { world, billing, tenants, access, upstreams };
    for (id, slug, mode, code) in [
        (ACME, "acme", "external", None),
        (OTHER, "other", "external", None),
        (OURS, "ours", "internal", Some("BHM002")),
    ] {
        let new = json!({"id": id, "name": slug, "slug": slug, "owner_email": "o@x.example", "tenant_mode": mode,
            "erp_company_code": code});
        let made = test.ask(&test.tenants, PLATFORM, None, "POST", "/api/v1/tenants", &new).await;
        assert_eq!(made.0, 201, "{made:?}");
    }
    test
}

impl Test {
    pub(super) async fn ask(
        &self,
        router: &Router,
        key: &str,
        tenant: Option<&str>,
        method: &str,
        path: &str,
        body: &Value,
    ) -> (u16, Value) {
        let tenant = tenant.map(|tenant| ("x-tenant-id", tenant));
        let mark = body.get("mark").and_then(Value::as_str).map(|mark| ("idempotency-key", mark));
        let answer = send(router, request(method, path, key, tenant.into_iter().chain(mark), body)).await;
        (answer.status, answer.body)
    }

    /// A request of the platform for Acme.
    pub(super) async fn acme(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.billing, PLATFORM, Some(ACME), method, path, &body).await
    }

    pub(super) async fn check_out(&self, body: Value) -> (u16, Value) {
        self.acme("POST", "/api/v1/billing/checkout", body).await
    }

    pub(super) async fn key(&self, scopes: &[&str], tenant: Option<&str>) -> String {
        let new = json!({"name": "k", "scopes": scopes, "tenant_id": tenant});
        let (_, made) = self.ask(&self.access, PLATFORM, None, "POST", "/api/v1/api-keys", &new).await;
        made["key"].as_str().unwrap().to_owned()
    }

    pub(super) fn upstreams(&self) -> std::sync::MutexGuard<'_, Upstreams> {
        self.upstreams.lock().unwrap()
    }
}

/// The method, path and body of every request.
pub(super) fn calls() -> [(&'static str, &'static str, Value); 6] {
    [
        ("POST", "/api/v1/billing/checkout", json!({"plan_id": "pro"})),
        ("GET", "/api/v1/billing/checkout/order_1", Value::Null),
        ("POST", "/api/v1/billing/verify", json!({"order_id": "order_1", "payment_id": "p", "signature": "good"})),
        ("GET", "/api/v1/billing/subscription", Value::Null),
        ("POST", "/api/v1/billing/subscription/cancel", json!({})),
        ("GET", "/api/v1/billing/invoices", Value::Null),
    ]
}

//! BheemPay, an organization, and a subscription of seats that it buys.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::testing::World;
use edge_capabilities::{Clock as _, Timestamp};
use edge_checkout::BheemPay;
use edge_gateways::{Provider, sign};
use edge_http::testing;
use edge_subscriptions::Gateways;
use http::{Method, Request, Response};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "bootstrap-key-of-the-tests";
pub(crate) const SECRET: &str = "secret-of-the-tests";
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// What BheemPay was asked, and what it does about it.
#[derive(Default)]
pub(crate) struct Pay {
    /// Path, idempotency key and body of each request.
    pub(crate) asked: Vec<(String, String, Value)>,
    /// What a seat costs there; 0: what the plan says.
    pub(crate) price: i64,
    /// What it answers in place of doing something.
    pub(crate) status: Option<u16>,
    /// The state of every order.
    pub(crate) order_status: &'static str,
}

pub(crate) struct Test {
    pub(crate) world: World,
    pub(crate) api: Router,
    pub(crate) webhooks: Router,
    pub(crate) pay: Arc<Mutex<Pay>>,
    pub(crate) events: Mutex<u32>,
}

/// A subscription that is bought.
pub(crate) struct Bought<'t> {
    pub(crate) test: &'t Test,
    pub(crate) organization: String,
    pub(crate) path: String,
    pub(crate) made: Value,
}

pub(crate) fn answer(pay: &mut Pay, request: &Request<Bytes>) -> (u16, Value) {
    let path = request.uri().path().to_owned();
    if request.method() == Method::GET {
        return match path.strip_prefix("/api/v1/pay/checkout/") {
            Some(order) if order.starts_with("order_") => (200, json!({"order_id": order, "status": pay.order_status})),
            _ => (404, json!({})),
        };
    }
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
    pay.asked.push((path.clone(), key.clone(), body.clone()));
    if let Some(status) = pay.status {
        return (status, json!({"detail": "a secret of BheemPay's"}));
    }
    let number = 1 + pay.asked.iter().position(|(_, known, _)| *known == key).unwrap();
    let order = |amount: Value| {
        json!({"checkout_id": "co", "order_id": format!("order_{number}"), "amount": amount, "currency": "INR",
            "key_id": "rzp", "gateway_response": {"id": "rzp_1", "short_url": "https://pay.example/rzp_1"}})
    };
    match path.as_str() {
        "/api/v1/pay/checkout/subscription" => {
            let price = if pay.price == 0 { 100 } else { pay.price };
            (201, order(json!(body["metadata"]["seats"].as_i64().unwrap() * price)))
        }
        "/api/v1/pay/create" => (201, order(body["amount"].clone())),
        path if path.starts_with("/api/v1/pay/subscriptions/psub_1/") => (200, json!({})),
        _ => (404, json!({})),
    }
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> (u16, Value) {
    let answer = testing::send(router, request).await;
    (answer.status, answer.body)
}

impl Test {
    /// An edge with the application `openmic` and its plan `pro`: 100.00 INR a seat and month.
    pub(crate) async fn new() -> Self {
        let world = World::new(5);
        for (name, value) in [
            ("bootstrap_admin_key", KEY),
            ("bheempay_url", "http://pay"),
            ("webhook_secrets_bheempay", SECRET),
            ("webhook_secrets_razorpay", SECRET),
        ] {
            world.config.set(name, value);
        }
        let pay = Arc::new(Mutex::new(Pay { order_status: "created", ..Pay::default() }));
        let shared = pay.clone();
        world.http.on_request(move |request| {
            assert_eq!(request.uri().host(), Some("pay"), "no ERP is needed");
            let (status, body) = answer(&mut shared.lock().unwrap(), &request);
            async move { Ok(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()) }
        });
        let capabilities = world.instance().0;
        let gateways = Gateways::manual(&capabilities).with_bheempay(Arc::new(BheemPay::new(&capabilities)));
        let departures =
            edge_tenants::Departures::new(&capabilities, &edge_database::Db::new(capabilities.db.clone()), Vec::new());
        let routes = edge_subscriptions::routes(&capabilities, gateways)
            .merge(edge_applications::routes(&capabilities))
            .merge(edge_tenants::routes(&capabilities, departures));
        let api = edge_http::finish(routes, "subscriptions", &capabilities);
        let webhooks = edge_webhooks::router(world.instance().0);
        let test = Self { world, api, webhooks, pay, events: Mutex::default() };
        let application = json!({"slug": "openmic", "seatSource": "edge"});
        test.ask("POST", "/applications", &application).await;
        for (id, price) in [("pro", 100), ("small", 50)] {
            let plan = json!({"id": id, "name": id, "pricePerSeat": price, "currency": "INR", "billingCycle": "monthly", "trialDays": 7});
            assert_eq!(test.ask("POST", "/applications/openmic/plans", &plan).await.0, 201);
        }
        test
    }

    pub(crate) fn pay(&self) -> MutexGuard<'_, Pay> {
        self.pay.lock().unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        testing::ask(&self.api, KEY, None, method, path, body).await
    }

    pub(crate) async fn organization(&self, slug: &str) -> String {
        let new = json!({"name": slug, "slug": slug, "billingEmail": "bills@x.example", "ownerUserId": "ana"});
        let (status, made) = self.ask("POST", "/organizations", &new).await;
        assert_eq!(status, 201, "{made}");
        made["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn order(organization: &str) -> Value {
        json!({"organizationId": organization, "applicationSlug": "openmic", "planId": "pro", "seats": 5,
            "gateway": "bheempay"})
    }

    pub(crate) async fn bought(&self, slug: &str) -> Bought<'_> {
        let organization = self.organization(slug).await;
        let (status, made) = self.ask("POST", "/subscriptions", &Self::order(&organization)).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("/subscriptions/{}", made["id"].as_str().unwrap());
        Bought { test: self, organization, path, made }
    }

    /// BheemPay tells of something; gives the answer.
    pub(crate) async fn tell(&self, event: &str, payload: Value, at: Timestamp) -> Value {
        let body = json!({"event": event, "payload": payload, "created_at": at.to_rfc3339_millis()});
        self.deliver(Provider::BheemPay, "/api/v1/billing/webhook", &body).await
    }

    pub(crate) async fn deliver(&self, provider: Provider, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let id = {
            let mut events = self.events.lock().unwrap();
            *events += 1;
            format!("evt_{events}")
        };
        let headers = sign(provider, SECRET, body.as_bytes(), self.now(), &id).unwrap();
        let mut request = Request::post(path).body(Body::from(body)).unwrap();
        *request.headers_mut() = headers.into_iter().collect();
        let (status, answer) = send(&self.webhooks, request).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

impl Bought<'_> {
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.test.ask(method, &format!("{}{path}", self.path), body).await
    }

    pub(crate) async fn shown(&self) -> Value {
        let (status, shown) = self.ask("GET", "", &Value::Null).await;
        assert_eq!(status, 200, "{shown}");
        shown
    }

    pub(crate) async fn state(&self) -> (String, i64) {
        let shown = self.shown().await;
        (shown["status"].as_str().unwrap().to_owned(), shown["seats"]["purchased"].as_i64().unwrap())
    }

    /// The payload of an event about it, as BheemPay passes on what it was given with the order number `order`.
    pub(crate) fn payload(&self, order: usize, more: &Value) -> Value {
        let metadata = self.test.pay().asked[order - 1].2["metadata"].clone();
        let mut payload = json!({"metadata": metadata, "subscription_id": "psub_1", "plan_id": "pro"});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        payload
    }

    /// The order is paid, now.
    pub(crate) async fn pay(&self) -> Value {
        let end = self.test.now().plus(DAY * 30).to_rfc3339_millis();
        let payment = json!({"payment_id": "pay_1", "amount": 500, "currency": "INR", "period_end": end});
        self.test.tell("payment.captured", self.payload(1, &payment), self.test.now()).await
    }

    /// A later period is charged.
    pub(crate) async fn charge(&self, name: &str, amount: i64, at: Timestamp, end: Timestamp) -> Value {
        let payment =
            json!({"payment_id": name, "amount": amount, "currency": "INR", "period_end": end.to_rfc3339_millis()});
        self.test.tell("subscription.charged", self.payload(1, &payment), at).await
    }
}

pub(crate) fn success(action: &str) -> Value {
    json!({"status": "success", "action": action})
}

pub(crate) fn of(status: &str, seats: i64) -> (String, i64) {
    (status.to_owned(), seats)
}

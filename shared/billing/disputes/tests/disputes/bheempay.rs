//! BheemPay's refunds, the ERP's plans, and what goes wrong with them.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use bytes::Bytes;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::{START, World};
use edge_gateways::{Provider, sign};
use http::{Method, Request, Response};
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub const SECRET: &str = "secret-of-the-tests";

/// What BheemPay does with refunds that it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Makes them, and says so.
    Processes,
    /// Takes them on.
    TakesOn,
    /// Says that they failed.
    Fails,
    /// Refuses them: too little money.
    LowBalance,
    /// Cannot be reached.
    IsNotReached,
    /// Does not answer in time, having made them or not.
    TimesOut { done: bool },
    /// Answers 502, having made them or not.
    Breaks { done: bool },
    /// Makes them, and its webhook is there before its answer.
    TellsFirst { with_reference: bool },
}

#[derive(Clone, Debug)]
pub struct Made {
    pub id: String,
    pub reference: String,
    pub payment: String,
    pub amount: f64,
    pub status: &'static str,
}

pub struct Books {
    pub does: Does,
    /// The bodies of all calls that asked for a refund, and their idempotency keys.
    pub asked: Vec<(String, Value)>,
    /// How often it was asked after refunds.
    pub asked_after: usize,
    pub made: Vec<Made>,
    events: i64,
    edge: Option<Router>,
    world: Option<World>,
}

#[derive(Clone)]
pub struct BheemPay(Arc<Mutex<Books>>);

impl BheemPay {
    pub fn listen(world: &World) -> Self {
        for (name, value) in [
            ("erp_url", "http://erp"),
            ("bheempay_url", "http://pay"),
            ("bheempay_api_key", "k"),
            ("webhook_secrets_bheempay", SECRET),
            ("webhook_secrets_razorpay", SECRET),
            ("webhook_secrets_stripe", SECRET),
        ] {
            world.config.set(name, value);
        }
        let books = Books {
            does: Does::Processes,
            asked: Vec::new(),
            asked_after: 0,
            made: Vec::new(),
            events: 0,
            edge: None,
            world: None,
        };
        let own = Self(Arc::new(Mutex::new(books)));
        let pay = own.clone();
        world.http.on_request(move |request| {
            let pay = pay.clone();
            async move { pay.answer(request).await }
        });
        own
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap()
    }

    pub fn does(&self, does: Does) {
        self.books().does = does;
    }

    /// Sends its webhooks to `edge`.
    pub fn tells(&self, edge: Router, world: &World) {
        let mut books = self.books();
        (books.edge, books.world) = (Some(edge), Some(world.clone()));
    }

    /// An event that nobody has told of.
    pub fn event(&self, event: &str, payload: Value) -> Value {
        let mut books = self.books();
        books.events += 1;
        let at = START.as_millis() / 1000 + books.events;
        json!({"event": event, "payload": payload, "created_at": at})
    }

    /// The webhook of the refund of this number, from 0.
    pub fn report(&self, event: &str, number: usize, with_reference: bool) -> Value {
        let made = self.books().made[number].clone();
        let mut payload = json!({
            "payment_id": made.payment, "refund_id": made.id, "amount": made.amount, "currency": "INR",
        });
        if with_reference {
            payload["reference"] = json!(made.reference);
        }
        self.event(event, payload)
    }

    /// Posts a webhook.
    pub async fn tell(&self, event: &Value) -> (u16, Value) {
        let (edge, world) = {
            let books = self.books();
            (books.edge.clone().unwrap(), books.world.clone().unwrap())
        };
        post(&edge, &world, Provider::BheemPay, "/api/v1/billing/webhook", &event.to_string()).await
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let respond = |status: u16, body: Value| {
            Ok(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
        };
        let path = request.uri().path().to_owned();
        if request.uri().host() == Some("erp") {
            return match path.rsplit('/').next() {
                Some(sku @ ("sku-pro" | "sku-max")) => respond(200, plan(sku)),
                _ => respond(404, json!({})),
            };
        }
        if request.method() == Method::GET {
            let payment = path.strip_prefix("/api/v1/pay/status/").unwrap();
            let mut books = self.books();
            books.asked_after += 1;
            let of_payment = books.made.iter().filter(|made| made.payment == payment);
            let refunds: Vec<Value> = of_payment
                .map(|made| {
                    json!({"id": made.id, "reference": made.reference, "amount": made.amount, "status": made.status})
                })
                .collect();
            return respond(200, json!({"payment_id": payment, "refunds": refunds}));
        }
        assert_eq!(path, "/api/v1/pay/refund");
        let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let (does, made) = {
            let mut books = self.books();
            books.asked.push((key, body.clone()));
            let does = books.does;
            let status = match does {
                Does::TakesOn => "pending",
                Does::Fails => "failed",
                _ => "processed",
            };
            let is_made = !matches!(
                does,
                Does::LowBalance | Does::IsNotReached | Does::TimesOut { done: false } | Does::Breaks { done: false }
            );
            if is_made {
                let id = format!("rfnd_{}", books.made.len() + 1);
                let text = |field: &str| body[field].as_str().unwrap().to_owned();
                let made = Made {
                    id,
                    reference: text("reference"),
                    payment: text("payment_id"),
                    amount: body["amount"].as_f64().unwrap(),
                    status,
                };
                books.made.push(made);
            }
            (does, books.made.last().cloned())
        };
        match does {
            Does::TimesOut { .. } => std::future::pending().await,
            Does::Breaks { .. } => respond(502, json!({})),
            Does::IsNotReached => Err(HttpError::NotSent("no connection".into())),
            Does::LowBalance => respond(400, json!({"detail": "Your account does not have enough balance"})),
            Does::TellsFirst { with_reference } => {
                let number = self.books().made.len() - 1;
                let event = self.report("refund.processed", number, with_reference);
                assert_eq!(self.tell(&event).await.1["status"], "success");
                let made = made.unwrap();
                respond(200, json!({"id": made.id, "status": made.status}))
            }
            Does::Processes | Does::TakesOn | Does::Fails => {
                let made = made.unwrap();
                respond(200, json!({"id": made.id, "status": made.status, "reason": "as ordered"}))
            }
        }
    }
}

fn plan(sku: &str) -> Value {
    let price = if sku == "sku-max" { 60_000 } else { 2_499 };
    json!({
        "sku_id": sku, "name": "Professional", "currency": "INR", "base_price": price, "billing_cycle": "monthly",
        "tiers": [{"tier_code": "PRO", "price": price, "max_users": 25, "max_storage_gb": 100}],
    })
}

/// Posts a signed webhook to `edge`.
pub async fn post(edge: &Router, world: &World, provider: Provider, path: &str, body: &str) -> (u16, Value) {
    use edge_capabilities::Clock as _;
    use http_body_util::BodyExt as _;
    let headers = sign(provider, SECRET, body.as_bytes(), world.clock.now(), "evt").unwrap();
    let mut request = Request::post(path).body(axum::body::Body::from(body.to_owned())).unwrap();
    *request.headers_mut() = headers.into_iter().collect();
    let response = edge.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

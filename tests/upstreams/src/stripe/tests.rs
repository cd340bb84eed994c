//! The stand-in, called as Stripe is.

mod life;
mod money;
mod refusals;

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::schema::{api_version, violations};
use super::*;

/// 2024-01-01T00:00:00Z. January has 31 days.
pub(super) const JANUARY: i64 = 1_704_067_200;
pub(super) const DAY: i64 = 86_400;

pub(super) struct Test {
    upstreams: Arc<Upstreams>,
    router: Router,
}

/// Stripe at the beginning of 2024, with its webhooks held back.
pub(super) async fn test() -> Test {
    let upstreams = Arc::new(Upstreams::default());
    let test = Test { router: router().with_state(upstreams.clone()), upstreams };
    test.set_clock(JANUARY).await;
    test.control("PUT", "hold", json!({"hold": true})).await;
    test
}

impl Test {
    /// A call with these headers; gives status and answer, which is as Stripe describes it.
    pub(super) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], form: &str) -> (u16, Value) {
        let (path, body) = match method {
            "POST" => (path.to_owned(), form.to_owned()),
            _ => (format!("{path}?{form}"), String::new()),
        };
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body: Value = serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap();
        // What follows is sent beside the answer.
        tokio::task::yield_now().await;
        match body["object"].as_str() {
            Some("list") => body["data"].as_array().unwrap().iter().for_each(is_described),
            Some(_) => is_described(&body),
            None => assert!(body["error"]["type"].is_string(), "{body}"),
        }
        (status, body)
    }

    pub(super) async fn call(&self, method: &str, path: &str, form: &str) -> (u16, Value) {
        self.send(method, path, &[("authorization", "Bearer sk_test_1"), ("stripe-version", api_version())], form).await
    }

    /// A call that succeeds.
    pub(super) async fn get(&self, method: &str, path: &str, form: &str) -> Value {
        let (status, answer) = self.call(method, path, form).await;
        assert_eq!(status, 200, "{method} {path} {form}: {answer}");
        answer
    }

    pub(super) async fn control(&self, method: &str, what: &str, body: Value) -> Value {
        let request = Request::builder().method(method).uri(format!("/_control/stripe/{what}"));
        let request = request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    pub(super) async fn set_clock(&self, now: i64) {
        self.control("PUT", "clock", json!({ "now": now })).await;
    }

    /// The events so far.
    pub(super) fn events(&self) -> Vec<Value> {
        self.upstreams.stripe.webhooks.held()
    }

    /// The types of the events since this was asked last.
    pub(super) async fn new_events(&self) -> Vec<String> {
        let events = self.events();
        self.control("POST", "deliver", json!({})).await;
        events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    /// A customer who has paid for a subscription; gives it.
    pub(super) async fn subscribe(&self, unit_amount: i64, currency: &str, quantity: i64, more: &str) -> Value {
        let customer = self.get("POST", "/v1/customers", "email=a%40b.example").await;
        let price = format!(
            "currency={currency}&unit_amount={unit_amount}&recurring[interval]=month&product_data[name]=Professional"
        );
        let price = self.get("POST", "/v1/prices", &price).await;
        let session = format!(
            "mode=subscription&customer={}&line_items[0][price]={}&line_items[0][quantity]={quantity}&\
             success_url=https://edge.example/{{CHECKOUT_SESSION_ID}}&{more}",
            customer["id"].as_str().unwrap(),
            price["id"].as_str().unwrap(),
        );
        let session = self.get("POST", "/v1/checkout/sessions", &session).await;
        let paid = self.control("POST", &format!("sessions/{}/pay", session["id"].as_str().unwrap()), json!({})).await;
        let subscription = paid["object"]["subscription"].as_str().unwrap();
        self.get("GET", &format!("/v1/subscriptions/{subscription}"), "").await
    }

    pub(super) async fn latest_invoice(&self, subscription: &Value) -> Value {
        let path = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());
        let subscription = self.get("GET", &path, "").await;
        self.get("GET", &format!("/v1/invoices/{}", subscription["latest_invoice"].as_str().unwrap()), "").await
    }
}

/// Holds an object against Stripe's description of it.
pub(super) fn is_described(object: &Value) {
    assert_eq!(violations(object), Vec::<String>::new(), "{object}");
}

/// The amounts of an invoice's lines.
pub(super) fn amounts(invoice: &Value) -> Vec<i64> {
    invoice["lines"]["data"].as_array().unwrap().iter().map(|line| line["amount"].as_i64().unwrap()).collect()
}

//! Stripe: customers, prices, Checkout sessions that one pays, subscriptions with proration to the second, invoices that are
//! collected or not; and the signed webhooks that follow, at once, or held back and then sent in any order. It takes and
//! answers what Stripe's own description says, in the one version of the API that is described.

mod books;
mod catalogue;
mod control;
mod customers;
mod error;
mod form;
mod invoices;
mod parameters;
mod request;
pub mod schema;
mod sessions;
mod subscriptions;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use edge_gateways::Provider;
use http::{HeaderMap, Method, StatusCode, Uri};
use http_body_util::BodyExt as _;

use crate::Upstreams;
use crate::outgoing::Outgoing;
use books::Books;
use request::{ApiRequest, headers_of};

/// Stripe's books, and the webhooks that follow from them.
pub struct Stripe {
    books: Mutex<Books>,
    webhooks: Outgoing,
}

impl Default for Stripe {
    fn default() -> Self {
        Self { books: Mutex::default(), webhooks: Outgoing::of(Provider::Stripe) }
    }
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new().route("/v1/{*rest}", any(call)).merge(control::router())
}

impl Stripe {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a call, and sends the webhooks that follow from it in the background.
    fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response {
        let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        let form = if method == Method::POST { std::str::from_utf8(body).ok() } else { uri.query() };
        let origin = format!("http://{host}");
        let request = ApiRequest {
            method: method.as_str(),
            path: uri.path(),
            headers,
            form: form.unwrap_or_default(),
            origin: &origin,
        };
        let (answer, answer_headers, events) = {
            let mut books = self.books();
            let answer = books.answer(&request);
            let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
            let answer_headers = headers_of(&books, &answer, key);
            (answer, answer_headers, books.take_events())
        };
        let webhooks = self.webhooks.clone();
        if !events.is_empty() {
            tokio::spawn(async move { webhooks.follow(events).await });
        }
        let mut response = Response::builder().status(answer.status).header("content-type", "application/json");
        for (name, value) in answer_headers {
            response = response.header(name, value);
        }
        response.body(Body::from(answer.body.to_string())).unwrap_or_else(|_| StatusCode::BAD_REQUEST.into_response())
    }
}

async fn call(State(upstreams): Shared, request: Request) -> Response {
    let (head, body) = request.into_parts();
    match body.collect().await {
        Ok(body) => upstreams.stripe.answer(&head.method, &head.uri, &head.headers, &body.to_bytes()),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

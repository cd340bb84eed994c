//! Requests to routers in tests.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// A response.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its JSON; `null` if the body is none.
    pub body: Value,
}

impl Answer {
    /// The status, and the code of the problem.
    pub fn code(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

/// The answer of `router` to `request`.
pub async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// A request of the owner of `key` with these headers more. `null` is sent as no body.
pub fn request<'h>(
    method: &str,
    path: &str,
    key: &str,
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
    body: &Value,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) }).unwrap()
}

/// The status and the body of `router`'s answer to the owner of `key`. `tenant` is sent as `X-Tenant-Id`.
pub async fn ask(
    router: &Router,
    key: &str,
    tenant: Option<&str>,
    method: &str,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    let headers = tenant.map(|tenant| ("x-tenant-id", tenant));
    let answer = send(router, request(method, path, key, headers, body)).await;
    (answer.status, answer.body)
}

//! What a component serves: a router, and perhaps one of its routes that is found before the router is asked.
//!
//! A router clones and boxes the services and futures of each of its layers for every request. Where most of a
//! component's requests are of one route, that costs more than what some of them do.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method};
use http_body::Body as _;
use tower::{Layer as _, Service, ServiceExt as _};

use crate::layer::HttpLayer;

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A route without parameters that a router has too. Its handler is called as the router calls it.
#[derive(Clone)]
pub struct Direct {
    method: Method,
    path: &'static str,
    handler: Arc<dyn Fn(Request) -> Answer + Send + Sync>,
}

/// A router under the conventions of the edge, and its direct route.
#[derive(Clone)]
pub struct Routes {
    router: Router,
    direct: Option<(HttpLayer, Direct)>,
}

impl Direct {
    /// `method` of `path`, answered by `handler` with `state`.
    pub fn new<H, T, S>(method: Method, path: &'static str, handler: H, state: S) -> Self
    where
        H: Handler<T, S, Future = Answer> + Sync,
        S: Clone + Send + Sync + 'static,
    {
        let handler = Arc::new(move |request| handler.clone().call(request, state.clone()));
        Self { method, path, handler }
    }

    pub(crate) const fn path(&self) -> &'static str {
        self.path
    }

    fn is_for(&self, request: &Request) -> bool {
        *request.method() == self.method && request.uri().path() == self.path
    }
}

impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        Self { router, direct: None }
    }
}

impl Routes {
    pub(crate) const fn new(router: Router, layer: HttpLayer, direct: Direct) -> Self {
        Self { router, direct: Some((layer, direct)) }
    }

    /// The router alone, which answers the same.
    pub fn into_router(self) -> Router {
        self.router
    }

    /// The answer to `request`.
    pub async fn answer(&self, request: Request) -> Response {
        let answered = match &self.direct {
            Some((layer, direct)) if direct.is_for(&request) => {
                let answered = layer.layer(direct.clone()).call(request).await;
                answered.map(with_length)
            }
            // Boxed: a request of the direct route must not carry the larger future along.
            _ => Box::pin(self.router.clone().oneshot(request)).await,
        };
        match answered {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// `response` with the length of its body, as a router's answers have it.
fn with_length(mut response: Response) -> Response {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    response
}

impl Service<Request> for Direct {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let answer = (self.handler)(request);
        Box::pin(async move { Ok(answer.await) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::extract::State;
    use axum::routing::post;
    use edge_capabilities::testing::World;
    use http::{HeaderMap, StatusCode};
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::{Code, Json, LogOutcome, Problem, Timings};

    async fn add(
        State(more): State<i64>,
        timings: Timings,
        Json(number): Json<i64>,
    ) -> Result<([(&'static str, &'static str); 1], axum::Extension<LogOutcome>, Json<i64>), Problem> {
        timings.note("adding", Duration::from_micros(7));
        if number < 0 {
            return Err(Problem::new(Code::PermissionDenied, "No.").retry_after(3));
        }
        Ok(([("x", "y")], axum::Extension(LogOutcome("ADDED")), Json(number + more)))
    }

    fn routes(world: &World) -> Routes {
        let router = Router::new().route("/numbers", post(add)).with_state(5);
        let direct = Direct::new(Method::POST, "/numbers", add, 5);
        crate::finish_with(router, direct, "things", &world.instance().0)
    }

    fn request(method: Method, path: &str, body: &'static str) -> Request {
        let request = Request::builder().method(method).uri(path).header("x-request-id", "abc");
        request.header("content-length", body.len()).body(Body::from(body)).unwrap()
    }

    async fn read(response: Response) -> (StatusCode, HeaderMap, String) {
        let (head, body) = response.into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (head.status, head.headers, body)
    }

    #[tokio::test(start_paused = true)]
    async fn a_direct_route_answers_and_logs_as_the_router_does() {
        let world = World::new(1);
        let routes = routes(&world);
        for (method, path, body, status) in [
            (Method::POST, "/numbers", "7", 200),
            (Method::POST, "/numbers?a=b", "7", 200),
            (Method::POST, "/numbers", "-7", 403),
            (Method::POST, "/numbers", "{}", 400),
            (Method::POST, "/numbers", "", 400),
            (Method::GET, "/numbers", "", 405),
            (Method::POST, "/numbers/", "7", 404),
        ] {
            let direct = read(routes.answer(request(method.clone(), path, body)).await).await;
            let by_router = routes.clone().into_router().oneshot(request(method.clone(), path, body)).await;
            assert_eq!(direct, read(by_router.unwrap()).await, "{method} {path} {body}");
            assert_eq!(direct.0, status, "{method} {path} {body}");
            assert_eq!(direct.1["content-length"], direct.2.len().to_string());
        }
        let lines = world.log.lines();
        let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (pairs, rest) = lines.as_chunks::<2>();
        assert!(rest.is_empty() && pairs.len() == 7);
        for [direct, by_router] in pairs {
            assert_eq!(direct, by_router);
        }
        assert_eq!((&lines[0]["route"], &lines[0]["outcome"]), (&json!("/numbers"), &json!("ADDED")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_that_must_be_one_is_refused_on_a_direct_route_too() {
        let world = World::new(2);
        let mut twice = request(Method::POST, "/numbers", "7");
        for value in ["Bearer a", "Bearer b"] {
            twice.headers_mut().append("authorization", HeaderValue::from_static(value));
        }
        assert_eq!(routes(&world).answer(twice).await.status(), StatusCode::BAD_REQUEST);
    }
}

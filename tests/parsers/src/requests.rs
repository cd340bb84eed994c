//! Requests of callers, through the router that takes them: no answer may be a failure of the edge, and every refusal is
//! a problem.

use std::cell::RefCell;
use std::fmt::Write as _;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::testing::{START, Tasks, World};
use edge_database::Db;
use edge_tenants::Departures;
use http::{HeaderValue, Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

const BOOTSTRAP: &str = "bootstrap-key-of-the-tests";
const ISSUER: &str = "https://passport.example";

/// Requests leave rows behind; after so many the world is made anew.
const LIFE: u32 = 2_000;

/// An edge with a tenant and a member.
struct Edge {
    runtime: Runtime,
    access: Router,
    changes: Router,
    scim: Router,
    tenant: String,
    user: String,
    left: u32,
    _tasks: Tasks,
}

thread_local! {
    static EDGE: RefCell<Option<Edge>> = const { RefCell::new(None) };
}

/// An answer's status and body.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> (u16, Bytes) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, response.into_body().collect().await.unwrap().to_bytes())
}

/// Whether it is what the edge may answer to whatever is asked.
pub(crate) fn must_be_sound((status, body): (u16, Bytes)) {
    let text = String::from_utf8_lossy(&body);
    assert!((200..500).contains(&status), "{status} {text}");
    if status >= 400 {
        let problem: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{status} {text}"));
        assert!(problem.is_object(), "{status} {text}");
    }
}

/// A runtime whose clock goes on when nothing else does.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

impl Edge {
    fn new() -> Self {
        let world = World::new(1);
        for (name, value) in [
            ("bootstrap_admin_key", BOOTSTRAP),
            ("passport_issuer", ISSUER),
            ("passport_audience", "bheem-edge"),
            ("passport_jwks_url", "https://passport.example/.well-known/jwks.json"),
        ] {
            world.config.set(name, value);
        }
        let keys =
            edge_access::testing::jwks(&[edge_access::testing::SigningKey::new(edge_access::testing::Alg::EdDsa, 1)]);
        world.http.on_request(move |_| {
            let keys = keys.to_string();
            async move { Ok(http::Response::new(Bytes::from(keys))) }
        });
        let (capabilities, tasks) = world.instance();
        let departures = Departures::new(&capabilities, &Db::new(capabilities.db.clone()), Vec::new());
        let mut edge = Self {
            runtime: runtime(),
            access: edge_access::router(capabilities.clone()),
            changes: edge_seats::changes_router(capabilities.clone()),
            scim: edge_scim::router(capabilities.clone(), departures.clone()),
            tenant: String::new(),
            user: String::new(),
            left: LIFE,
            _tasks: tasks,
        };
        let tenants = edge_tenants::router_with(capabilities, departures);
        let new = json!({"name": "clinic", "billingEmail": "b@clinic.example", "ownerUserId": "owner"});
        edge.tenant = edge.made(&tenants, "/organizations", &new);
        let user = json!({"userName": "ana@clinic.example", "active": true});
        edge.user = edge.made(&edge.scim, "/scim/v2/Users", &user);
        edge
    }

    fn request(&self, method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {BOOTSTRAP}"));
        let request = if self.tenant.is_empty() { request } else { request.header("x-tenant-id", &self.tenant) };
        request.body(body.into()).unwrap()
    }

    /// The id of what is made.
    fn made(&self, router: &Router, path: &str, new: &Value) -> String {
        let request = self.request(Method::POST, path, new.to_string());
        let (status, body) = self.runtime.block_on(send(router, request));
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
        let made: Value = serde_json::from_slice(&body).unwrap();
        made["id"].as_str().unwrap().to_owned()
    }

    fn answers(&self, router: &Router, request: Request<Body>) {
        must_be_sound(self.runtime.block_on(send(router, request)));
    }
}

fn with_edge(test: impl FnOnce(&Edge)) {
    EDGE.with_borrow_mut(|edge| {
        let left = edge.as_ref().map_or(0, |edge| edge.left);
        if left == 0 {
            *edge = Some(Edge::new());
        }
        let edge = edge.as_mut().unwrap();
        edge.left -= 1;
        test(edge);
    });
}

/// Each byte as `%XX`, so that all of them arrive.
fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02X}").unwrap();
        text
    })
}

/// Whatever stands where a person's token or a key should, nobody gets in with it.
pub(crate) fn tokens(input: &[u8]) {
    let mut value = b"Bearer ".to_vec();
    value.extend_from_slice(input);
    let Ok(value) = HeaderValue::from_bytes(&value) else { return };
    with_edge(|edge| {
        let mut request = edge.request(Method::GET, "/api/v1/me", Body::empty());
        request.headers_mut().remove("x-tenant-id");
        request.headers_mut().insert("authorization", value);
        let (status, body) = edge.runtime.block_on(send(&edge.access, request));
        // An issuer that was asked too often for keys that nobody has is waited for.
        let let_in = status == 200 && input.trim_ascii() != BOOTSTRAP.as_bytes();
        assert!(!let_in && matches!(status, 200 | 400..=499 | 503), "{status} {}", String::from_utf8_lossy(&body));
    });
}

/// Whatever a provider filters by, it gets a list or a problem.
pub(crate) fn scim_filters(input: &[u8]) {
    let path = format!("/scim/v2/Users?filter={}", percent_encoded(input));
    with_edge(|edge| edge.answers(&edge.scim, edge.request(Method::GET, &path, Body::empty())));
}

/// Whatever a provider changes of a user, it gets the user or a problem.
pub(crate) fn scim_patches(input: &[u8]) {
    with_edge(|edge| {
        let path = format!("/scim/v2/Users/{}", edge.user);
        edge.answers(&edge.scim, edge.request(Method::PATCH, &path, input.to_vec()));
    });
}

/// Whatever position of the feed a product names, it gets changes or a problem.
pub(crate) fn feed_positions(input: &[u8]) {
    let path = format!("/api/v1/seats/changes?since={}", percent_encoded(input));
    with_edge(|edge| edge.answers(&edge.changes, edge.request(Method::GET, &path, Body::empty())));
}

/// Whatever stands behind the question mark, a caller gets a page or a problem.
///
/// Input: a byte that chooses the list, then the query as it is written in the path.
pub(crate) fn list_queries(input: &[u8]) {
    let Some((choice, query)) = input.split_first() else { return };
    let Ok(query) = std::str::from_utf8(query) else { return };
    with_edge(|edge| {
        let lists = [
            (&edge.access, "/api/v1/api-keys"),
            (&edge.scim, "/scim/v2/Users"),
            (&edge.changes, "/api/v1/seats/changes"),
        ];
        let (router, path) = lists[usize::from(*choice) % lists.len()];
        let Ok(uri) = format!("{path}?{query}").parse::<http::Uri>() else { return };
        let mut request = edge.request(Method::GET, path, Body::empty());
        *request.uri_mut() = uri;
        edge.answers(router, request);
    });
}

/// The time at which these worlds begin, in seconds.
pub(crate) fn now() -> i64 {
    START.as_millis() / 1000
}

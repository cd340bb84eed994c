//! Answers of upstreams, which are outside input as well.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_access::testing::{Alg, SigningKey};
use edge_capabilities::testing::{Tasks, World};
use edge_seats::ShippedSeatAccess;
use http::Request;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::requests::{now, runtime, send};

/// An edge that asks an upstream, which answers whatever it is told to.
struct Asking {
    runtime: Runtime,
    router: Router,
    said: Arc<Mutex<Bytes>>,
    _tasks: Tasks,
}

const BOOTSTRAP: &str = "bootstrap-key-of-the-tests";

impl Asking {
    fn new(router: fn(edge_capabilities::Capabilities) -> Router) -> Self {
        let world = World::new(1);
        for (name, value) in [
            ("erp_url", "http://erp"),
            ("bootstrap_admin_key", BOOTSTRAP),
            ("passport_issuer", "https://passport.example"),
            ("passport_audience", "bheem-edge"),
            ("passport_jwks_url", "https://passport.example/.well-known/jwks.json"),
        ] {
            world.config.set(name, value);
        }
        let said = Arc::new(Mutex::new(Bytes::new()));
        let answer = said.clone();
        world.http.on_request(move |_| {
            let body = answer.lock().unwrap().clone();
            async move { Ok(http::Response::new(body)) }
        });
        let (capabilities, tasks) = world.instance();
        Self { runtime: runtime(), router: router(capabilities), said, _tasks: tasks }
    }

    fn ask(&self, said: &[u8], request: Request<Body>) -> (u16, Value) {
        *self.said.lock().unwrap() = Bytes::copy_from_slice(said);
        let (status, body) = self.runtime.block_on(send(&self.router, request));
        let body = serde_json::from_slice(&body);
        (status, body.expect("every answer is JSON"))
    }
}

/// Each time a new world: what was answered before is remembered. Its database is made by whoever asks it.
fn ask(router: fn(edge_capabilities::Capabilities) -> Router, said: &[u8], request: Request<Body>) -> (u16, Value) {
    Asking::new(router).ask(said, request)
}

/// Whatever the ERP says of a seat, the answer is a verdict or that none is known; a grant names the organisation.
pub(crate) fn seats_of_the_erp(input: &[u8]) {
    thread_local! {
        static EDGE: RefCell<(Option<Asking>, u32)> = const { RefCell::new((None, 0)) };
    }
    EDGE.with_borrow_mut(|(edge, user)| {
        if *user % 2_000 == 0 {
            *edge = Some(Asking::new(|capabilities| edge_seats::router(capabilities, Arc::new(ShippedSeatAccess))));
        }
        *user += 1;
        let check =
            json!({"userId": format!("u{user}"), "applicationSlug": "healos", "externalOrgId": format!("o{user}")});
        let request = Request::post("/verify-seat")
            .header("authorization", format!("Bearer {BOOTSTRAP}"))
            .header("content-type", "application/json")
            .body(Body::from(check.to_string()))
            .unwrap();
        let (status, body) = edge.as_ref().unwrap().ask(input, request);
        assert!(matches!(status, 200 | 503), "{status} {body}");
        assert!(status == 200 || body["hasAccess"] != true, "{status} {body}");
        if body["hasAccess"] == true {
            let said: Value = serde_json::from_slice(input).expect("what grants is JSON");
            assert!(said.is_object(), "{said} grants a seat");
        }
    });
}

/// Whatever the ERP says of its plans, the answer is plans or that none are known.
pub(crate) fn plans_of_the_erp(input: &[u8]) {
    let request = Request::get("/api/v1/billing/plans").body(Body::empty()).unwrap();
    let (status, body) = ask(|capabilities| edge_plans::routes(capabilities).into_router(), input, request);
    assert!(matches!(status, 200 | 503), "{status} {body}");
}

/// Whatever an issuer publishes, a token that none of its keys signed lets nobody in.
pub(crate) fn issuer_keys(input: &[u8]) {
    let claims = json!({
        "iss": "https://passport.example", "aud": "bheem-edge", "exp": now() + 600, "sub": "user_1",
        "tenant_id": "t1", "roles": ["OWNER"],
    });
    let own = edge_access::testing::jwks(&[SigningKey::new(Alg::EdDsa, 7)]);
    let own = own["keys"][0]["x"].as_str().unwrap();
    if input.windows(own.len()).any(|part| part == own.as_bytes()) {
        return;
    }
    let token = SigningKey::new(Alg::EdDsa, 7).token(&claims);
    let request = Request::get("/api/v1/me").header("authorization", format!("Bearer {token}"));
    let (status, body) = ask(edge_access::router, input, request.body(Body::empty()).unwrap());
    assert!(matches!(status, 401 | 503), "{status} {body}");
}

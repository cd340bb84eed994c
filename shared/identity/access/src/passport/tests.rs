//! Sign-in over HTTP, as a route that wants a right sees it; the issuer is a closure.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::{START, Tasks, World};
use edge_database::Db;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::authenticator::Authenticator;
use crate::granted::{Granted, SeatsVerify};
use crate::testing::{Alg, SigningKey, base64url, jwks};

mod hard_cases;
mod issuer;
mod issuers;
mod membership;
mod roles;
mod vectors;

const ISSUER: &str = "https://passport.example";

/// What a good token says.
fn claims() -> Value {
    let now = START.as_millis() / 1000;
    json!({
        "iss": ISSUER, "aud": "bheem-edge", "exp": now + 600, "nbf": now, "iat": now, "sub": "user_1",
        "email": "ana@acme.example", "tenant_id": "t1", "roles": ["MEMBER"],
    })
}

fn with(mut value: Value, field: &str, to: Value) -> Value {
    value[field] = to;
    value
}

/// An issuer with these keys, and edges that trust it.
struct Test {
    world: World,
    keys: Arc<Mutex<Vec<SigningKey>>>,
    /// How often the keys were fetched.
    fetched: Arc<AtomicU64>,
    is_down: Arc<Mutex<bool>>,
    /// Whether an answer says what was published when it was asked for, and not when it arrives.
    is_slow: Arc<Mutex<bool>>,
}

fn test() -> Test {
    let world = World::new(1);
    for (name, value) in [
        ("passport_issuer", ISSUER),
        ("passport_audience", "bheem-edge"),
        ("passport_jwks_url", "https://passport.example/.well-known/jwks.json"),
    ] {
        world.config.set(name, value);
    }
    let keys = Arc::new(Mutex::new(Alg::ALL.map(|alg| SigningKey::new(alg, 1)).to_vec()));
    let (fetched, is_down) = (Arc::<AtomicU64>::default(), Arc::<Mutex<bool>>::default());
    let test = Test { world, keys, fetched, is_down, is_slow: Arc::default() };
    let (keys, fetched, is_down) = (test.keys.clone(), test.fetched.clone(), test.is_down.clone());
    let is_slow = test.is_slow.clone();
    let component = super::router(test.world.instance().0);
    test.world.http.on_request(move |request| {
        let (keys, fetched, is_down, component) = (keys.clone(), fetched.clone(), is_down.clone(), component.clone());
        let is_slow = is_slow.clone();
        async move {
            // The component that fetches the keys, and behind it the issuer.
            if request.uri().host() == Some("passport-keys.spin.internal") {
                let (head, body) = component.oneshot(request.map(Body::from)).await.unwrap().into_parts();
                return Ok(Response::from_parts(head, body.collect().await.unwrap().to_bytes()));
            }
            assert_eq!(request.uri().to_string(), "https://passport.example/.well-known/jwks.json");
            fetched.fetch_add(1, Ordering::SeqCst);
            let then = keys.lock().unwrap().clone();
            tokio::time::sleep(Duration::from_millis(20)).await;
            if *is_down.lock().unwrap() {
                return Err(HttpError::Failed("nobody listens".into()));
            }
            let published = if *is_slow.lock().unwrap() { then } else { keys.lock().unwrap().clone() };
            Ok(Response::new(Bytes::from(jwks(&published).to_string())))
        }
    });
    test
}

struct Instance {
    router: Router,
    _tasks: Tasks,
}

impl Test {
    fn instance(&self) -> Instance {
        let (capabilities, tasks) = self.world.instance();
        let authenticator = Authenticator::new(&capabilities, &Db::new(capabilities.db.clone()));
        let show = async |granted: Granted<SeatsVerify>| {
            format!("{} {:?}", granted.caller.id, granted.caller.tenant.map(|tenant| tenant.as_str().to_owned()))
        };
        let routes = Router::new().route("/guarded", get(show)).with_state(authenticator);
        Instance { router: edge_http::finish(routes, "guarded", &capabilities), _tasks: tasks }
    }

    fn key(&self, alg: Alg) -> SigningKey {
        SigningKey::new(alg, 1)
    }

    /// Publishes these keys, and no others.
    fn publish(&self, keys: &[SigningKey]) {
        *self.keys.lock().unwrap() = keys.to_vec();
    }

    fn set_down(&self, is_down: bool) {
        *self.is_down.lock().unwrap() = is_down;
    }

    fn answer_with_what_was_when_asked(&self) {
        *self.is_slow.lock().unwrap() = true;
    }

    fn fetched(&self) -> u64 {
        self.fetched.load(Ordering::SeqCst)
    }
}

impl Instance {
    async fn ask(&self, token: &str) -> (u16, String) {
        self.ask_in(token, None).await
    }

    /// Asks in this tenant, by `X-Tenant-Id`.
    async fn ask_in(&self, token: &str, tenant: Option<&str>) -> (u16, String) {
        let mut request = Request::get("/guarded").header("authorization", format!("Bearer {token}"));
        if let Some(tenant) = tenant {
            request = request.header("x-tenant-id", tenant);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
    }

    async fn status(&self, token: &str) -> u16 {
        self.ask(token).await.0
    }
}

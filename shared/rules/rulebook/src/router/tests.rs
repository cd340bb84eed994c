//! The rules over HTTP, by what a caller wants.

mod evaluation;
mod rights;
mod rules;
mod versions;

use axum::Router;
use axum::body::Body;
use edge_capabilities::testing::{Tasks, World};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(super) const BOOTSTRAP: &str = "bootstrap-key-of-the-tests";

/// An instance of the component, and the keys that open it.
pub(super) struct Test {
    pub(super) world: World,
    router: Router,
    keys: Router,
    _tasks: Tasks,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
    /// As it was sent.
    pub(super) text: String,
}

impl Answer {
    pub(super) fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }

    pub(super) fn code(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }
}

pub(super) fn test() -> Test {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", BOOTSTRAP);
    another_instance(&world)
}

pub(super) fn another_instance(world: &World) -> Test {
    let (capabilities, tasks) = world.instance();
    let keys = edge_access::router(capabilities.clone());
    Test { world: world.clone(), router: crate::router(capabilities), keys, _tasks: tasks }
}

impl Test {
    pub(super) async fn key(&self, body: Value) -> String {
        let request = Request::post("/api/v1/api-keys")
            .header("authorization", format!("Bearer {BOOTSTRAP}"))
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = send(&self.keys, request).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["key"].as_str().unwrap().to_owned()
    }

    pub(super) async fn send(&self, request: http::request::Builder, key: &str, body: &str) -> Answer {
        let request = request
            .header("authorization", format!("Bearer {key}"))
            .header("spin-client-addr", "192.0.2.7:5050")
            .body(Body::from(body.to_owned()))
            .unwrap();
        send(&self.router, request).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(format!("/api/v1/rules{path}")), BOOTSTRAP, "").await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Request::post(format!("/api/v1/rules{path}")), BOOTSTRAP, &body.to_string()).await
    }

    /// Posts JSON as it is written.
    pub(super) async fn post_text(&self, path: &str, body: &str) -> Answer {
        self.send(Request::post(format!("/api/v1/rules{path}")), BOOTSTRAP, body).await
    }

    pub(super) async fn activate(&self, rule: &str, version: i64, etag: &str) -> Answer {
        let request = Request::post(format!("/api/v1/rules/{rule}/activate")).header("if-match", etag);
        self.send(request, BOOTSTRAP, &json!({"version": version}).to_string()).await
    }

    /// Makes a version of `script`, and puts it in force.
    pub(super) async fn publish(&self, rule: &str, script: &str) -> i64 {
        let made = self.post(&format!("/{rule}/versions"), &json!({"script": script})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let version = made.body["version"].as_i64().unwrap();
        let etag = self.get(&format!("/{rule}")).await.etag();
        assert_eq!(self.activate(rule, version, &etag).await.status, 200);
        version
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { status: head.status.as_u16(), headers: head.headers, body, text }
}

pub(super) const EVERYBODY_ADMIN: &str = "fn decide(input) {\n    #{ role: \"admin\" }\n}\n";
pub(super) const EVERYBODY_MANAGER: &str = "fn decide(input) {\n    #{ role: \"manager\" }\n}\n";

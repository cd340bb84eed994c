//! The layer and the extractor in an axum application.

use std::future::Future;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::world::{World, response};
use crate::{OnUnavailable, Origin, SeatAnswer, SeatLayer, SeatUser};

fn application(world: &World, on_unavailable: OnUnavailable) -> Router {
    let client = world.client(|builder| builder.on_unavailable(on_unavailable));
    let seats = SeatLayer::new(client, "healos", |request| {
        let header = |name| request.headers.get(name)?.to_str().ok();
        Some(SeatUser::new(header("x-user")?, header("x-hospital").unwrap_or_default()))
    });
    let hello = async |seat: SeatAnswer| format!("{} {:?} {}", seat.reason, seat.origin, seat.origin == Origin::Edge);
    Router::new().route("/", get(hello)).layer(seats)
}

fn request(user: Option<&str>, hospital: Option<&str>) -> Request<Body> {
    let headers = [("x-user", user), ("x-hospital", hospital)];
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
    headers.fold(Request::get("/"), |request, (name, value)| request.header(name, value)).body(Body::empty()).unwrap()
}

/// Sends a request of `user`, and answers the check that it makes.
async fn send(world: &World, application: &Router, user: &str, status: u16, answer: Value) -> Answer {
    let request = request(Some(user), Some("hospital_456"));
    send_request(world, application, request, Some((status, answer))).await
}

/// Sends a request, and answers the check that it makes; None: it makes none.
async fn send_request(
    world: &World,
    application: &Router,
    request: Request<Body>,
    answer: Option<(u16, Value)>,
) -> Answer {
    let user = request.headers().get("x-user").cloned();
    let sent = tokio::spawn(application.clone().oneshot(request));
    world.settle().await;
    let check = world.take("verify");
    assert_eq!(check.is_some(), answer.is_some());
    if let (Some(check), Some((status, answer))) = (check, answer) {
        assert_eq!(check.body()["userId"], user.unwrap().to_str().unwrap());
        check.end(Ok(response(status, &[], answer.to_string())));
    }
    let response = sent.await.unwrap().unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    Answer {
        status: head.status,
        media: header("content-type").unwrap(),
        retry_after: header("retry-after"),
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

struct Answer {
    status: StatusCode,
    media: String,
    retry_after: Option<String>,
    text: String,
}

impl Answer {
    /// As `case` of `clients/cases/middleware/requests.json` says.
    fn assert_case(&self, case: &Value) {
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        match case["code"].as_str() {
            Some(code) => self.assert_problem(status, code),
            None => assert_eq!(self.status.as_u16(), status, "{case}"),
        }
        assert_eq!(self.retry_after.as_deref(), case["retryAfter"].as_str(), "{case}");
    }

    fn assert_problem(&self, status: u16, code: &str) {
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!((self.status.as_u16(), problem["status"].as_u64()), (status, Some(status.into())), "{problem}");
        assert_eq!((problem["code"].as_str(), self.media.as_str()), (Some(code), "application/problem+json"));
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        assert_eq!(self.retry_after.as_deref(), (status == 503).then_some("1"));
    }
}

fn paused<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(test)
}

#[test]
fn who_has_a_seat_reaches_the_handler_and_is_told_of_in_it() {
    paused(async {
        let world = World::new();
        let application = application(&world, OnUnavailable::Stale);
        let grant = world.verdict(true, "SEAT_ACTIVE", Some(3), None, 0);
        let answer = send(&world, &application, "ana", 200, grant).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "SEAT_ACTIVE Edge true"));
    });
}

#[test]
fn every_request_is_answered_as_by_the_other_libraries() {
    let cases = include_str!("../../../cases/middleware/requests.json");
    let cases: Vec<Value> = serde_json::from_str(cases).unwrap();
    paused(async {
        let world = World::new();
        let application = application(&world, OnUnavailable::Stale);
        for case in cases {
            let request = request(case["user"].as_str(), case["organization"].as_str());
            let answer = match case["edge"].as_str() {
                Some("grant") => Some((200, world.verdict(true, "SEAT_ACTIVE", Some(3), None, 0))),
                Some("denial") => Some((200, world.verdict(false, "SEAT_NOT_FOUND", Some(4), None, 0))),
                Some(_) => Some((500, json!({}))),
                None => None,
            };
            send_request(&world, &application, request, answer).await.assert_case(&case);
        }
    });
}

#[test]
fn while_the_edge_cannot_answer_the_request_is_to_be_sent_again() {
    paused(async {
        let world = World::new();
        for on_unavailable in [OnUnavailable::Stale, OnUnavailable::Deny, OnUnavailable::Error] {
            let application = application(&world, on_unavailable);
            send(&world, &application, "ana", 500, json!({})).await.assert_problem(503, "EDGE_UNAVAILABLE");
        }
    });
}

#[test]
fn a_mistake_in_the_key_is_the_applications_own_and_tells_its_user_nothing() {
    paused(async {
        let world = World::new();
        let application = application(&world, OnUnavailable::Stale);
        let problem = json!({"status": 401, "code": "UNAUTHENTICATED", "detail": "The key is unknown."});
        send(&world, &application, "ana", 401, problem).await.assert_problem(500, "INTERNAL_ERROR");
    });
}

#[test]
fn a_handler_without_the_layer_fails() {
    paused(async {
        let hello = async |seat: SeatAnswer| seat.reason.clone();
        let response = Router::new().route("/", get(hello)).oneshot(request(None, None)).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    });
}

//! Seat tokens, as callers get them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;

impl Edge {
    async fn get(&self, path: &str) -> (u16, HeaderMap, Value) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (head, body) = self.seats.answer(request).await.into_parts();
        let body = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
        (head.status.as_u16(), head.headers, body)
    }

    async fn token_of(&self, user: &str) -> Answer {
        let mut check = check("healos", "ext_org_1", user);
        check["token"] = json!(true);
        self.post("/verify-seat", BOOTSTRAP, check).await
    }
}

fn with_key() -> Edge {
    let edge = Edge::new();
    edge.world.config.set("seat_token_key", STANDARD.encode([7; 32]));
    edge
}

/// The part of a token: 0, the header; 1, the claims.
fn part(answer: &Value, number: usize) -> Value {
    let part = answer["token"].as_str().unwrap().split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_grant_has_a_token_where_one_is_asked_for() {
    let edge = with_key();
    let granted = edge.token_of("u1").await;
    let now = edge.world.clock.now().as_millis() / 1000;
    let expected = json!({
        "sub": "u1", "aud": "healos", "org": "org_1", "ext": "ext_org_1", "seat": "seat_1", "reason": "SEAT_ACTIVE",
        "ver": 12, "iat": now, "exp": now + 10,
    });
    assert_eq!((granted.status, part(&granted.body, 1)), (200, expected));
    let (status, headers, published) = edge.get("/.well-known/jwks.json").await;
    assert_eq!((status, &headers["cache-control"]), (200, &"public, max-age=300".parse().unwrap()));
    assert_eq!(published["keys"][0]["kid"], part(&granted.body, 0)["kid"]);
    // From the cache: the token ends with the verdict.
    edge.world.clock.advance(Duration::from_secs(4)).await;
    let cached = edge.token_of("u1").await.body;
    assert_eq!((&cached["source"], part(&cached, 1)["exp"].as_i64()), (&json!("cache"), Some(now + 10)));
    for (user, token) in [("nobody", json!(true)), ("u1", json!(false)), ("u1", json!(null))] {
        let mut check = check("healos", "ext_org_1", user);
        check["token"] = token;
        check.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let answer = edge.post("/verify-seat", BOOTSTRAP, check).await;
        assert_eq!((answer.status, answer.body.get("token")), (200, None), "{}", answer.body);
    }
    let mut wrong = check("healos", "ext_org_1", "u1");
    wrong["token"] = json!("yes");
    assert_eq!(edge.post("/verify-seat", BOOTSTRAP, wrong).await.body["errors"][0]["field"], "token");
}

#[tokio::test(start_paused = true)]
async fn a_verdict_that_is_too_old_for_a_token_is_fetched_anew() {
    let edge = with_key();
    edge.token_of("u1").await;
    for seconds in [11, 600] {
        edge.world.clock.advance(Duration::from_secs(seconds)).await;
        let answer = edge.token_of("u1").await.body;
        let now = edge.world.clock.now().as_millis() / 1000;
        assert_eq!((&answer["source"], part(&answer, 1)["exp"].as_i64()), (&json!("erp"), Some(now + 10)));
    }
    // While the ERP is down the grant stands, and nothing is signed for it.
    edge.world.clock.advance(Duration::from_secs(11)).await;
    edge.world.http.on_request(|_| async { Err(edge_capabilities::http::HttpError::Failed("down".into())) });
    let answer = edge.token_of("u1").await.body;
    assert_eq!((&answer["hasAccess"], &answer["source"]), (&json!(true), &json!("stale")));
    assert_eq!(answer.get("token"), None);
}

#[tokio::test(start_paused = true)]
async fn a_revoked_seat_gets_no_new_token() {
    let edge = with_key();
    assert!(edge.token_of("u1").await.body["token"].is_string());
    edge.world.http.on_request(|_| async {
        let body = json!({
            "organization_id": "org_1", "seat_id": "seat_1", "seat_status": "REVOKED", "subscription_id": "sub",
            "subscription_status": "ACTIVE", "current_period_end": "2026-02-01T00:00:00Z", "version": 13,
        });
        Ok(http::Response::new(Bytes::from(body.to_string())))
    });
    edge.post("/api/v1/seats/invalidate", BOOTSTRAP, json!({"organizationId": "org_1"})).await;
    let answer = edge.token_of("u1").await.body;
    assert_eq!((&answer["reason"], answer.get("token")), (&json!("SEAT_REVOKED"), None));
}

#[tokio::test(start_paused = true)]
async fn each_check_of_a_batch_has_a_token_of_its_own() {
    let edge = with_key();
    let with_token = |user: &str| {
        let mut check = check("healos", "ext_org_1", user);
        check["token"] = json!(true);
        check
    };
    let requests = [with_token("u1"), check("healos", "ext_org_1", "u1"), with_token("nobody"), with_token("u2")];
    let batch = json!({"requests": requests});
    let answer = edge.post("/verify-seats", BOOTSTRAP, &batch).await.body;
    let of =
        |place: usize| answer["results"][place].get("token").map(|_| part(&answer["results"][place], 1)["sub"].clone());
    assert_eq!([of(0), of(1), of(2), of(3)], [Some(json!("u1")), None, None, Some(json!("u2"))]);
}

#[tokio::test(start_paused = true)]
async fn without_a_key_that_can_be_read_nothing_is_signed_and_checks_go_on() {
    for key in ["", "not-a-key"] {
        let edge = Edge::new();
        edge.world.config.set("seat_token_key", key);
        for user in ["u1", "nobody"] {
            let refused = edge.token_of(user).await;
            assert_eq!((refused.status, &refused.body["code"]), (503, &json!("NOT_CONFIGURED")), "{key}");
            assert!(!refused.body.to_string().contains("not-a-key"));
        }
        let (status, _, problem) = edge.get("/.well-known/jwks.json").await;
        assert_eq!((status, &problem["code"]), (503, &json!("NOT_CONFIGURED")));
        assert_eq!(edge.verify(BOOTSTRAP, "healos", "ext_org_1", "u1").await.body["hasAccess"], true);
        let mut one = check("healos", "ext_org_1", "u1");
        one["token"] = json!(true);
        let batch = json!({"requests": [one, check("healos", "ext_org_1", "u1")]});
        let answer = edge.post("/verify-seats", BOOTSTRAP, &batch).await.body;
        assert_eq!(answer["results"][0]["error"]["code"], "NOT_CONFIGURED");
        assert_eq!(answer["results"][1]["hasAccess"], true);
    }
}

//! The lifetime of verdicts, as clients that remember them get it.

use std::time::Duration;

use edge_capabilities::http::HttpError;

use super::*;

/// The most that a verdict is fresh or of use, milliseconds: the settings' defaults.
const FRESH: i64 = 10_000;
const STALE: i64 = 900_000;

impl Edge {
    async fn lifetime_of(&self, bearer: &str, user: &str) -> Value {
        let mut check = check("healos", "ext_org_1", user);
        check["lifetime"] = json!(true);
        let answer = self.post("/verify-seat", bearer, check).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    fn erp_is_down(&self) {
        self.world.http.on_request(|_| async { Err(HttpError::Failed("down".into())) });
    }
}

/// For how many milliseconds from now on the answer is fresh, and of use.
fn left(answer: &Value) -> (i64, i64) {
    let millis = |member: &str| {
        let text = answer[member].as_str().unwrap();
        assert_eq!(text.len(), "2024-01-15T10:00:00.120Z".len(), "{text}");
        edge_capabilities::Timestamp::parse(text).unwrap().as_millis()
    };
    (millis("freshUntil") - millis("now"), millis("staleUntil") - millis("now"))
}

#[tokio::test(start_paused = true)]
async fn a_verdict_has_a_lifetime_where_one_is_asked_for() {
    let edge = Edge::new();
    for passed in [0, 4000] {
        edge.world.clock.advance(Duration::from_millis(passed)).await;
        let granted = edge.lifetime_of(BOOTSTRAP, "u1").await;
        let passed = i64::try_from(passed).unwrap();
        assert_eq!(left(&granted), (FRESH - passed, STALE - passed), "{granted}");
        assert_eq!(granted["now"], edge.world.clock.now().to_rfc3339_millis());
    }
    let denied = edge.lifetime_of(BOOTSTRAP, "nobody").await;
    assert_eq!((&denied["reason"], left(&denied)), (&json!("SEAT_NOT_FOUND"), (5000, 5000)));
    for lifetime in [json!(false), json!(null)] {
        let mut check = check("healos", "ext_org_1", "u1");
        check["lifetime"] = lifetime;
        check.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let answer = edge.post("/verify-seat", BOOTSTRAP, check).await.body;
        assert!(["now", "freshUntil", "staleUntil"].iter().all(|member| answer.get(member).is_none()), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_verdict_is_of_use_and_not_fresh() {
    let edge = Edge::new();
    edge.lifetime_of(BOOTSTRAP, "u1").await;
    edge.erp_is_down();
    edge.world.clock.advance(Duration::from_secs(60)).await;
    let answer = edge.lifetime_of(BOOTSTRAP, "u1").await;
    assert_eq!((&answer["source"], left(&answer)), (&json!("stale"), (FRESH - 60_000, STALE - 60_000)));
}

#[tokio::test(start_paused = true)]
async fn a_verdict_that_nobody_would_hear_of_is_not_for_memory() {
    let edge = Edge::new();
    edge.lifetime_of(BOOTSTRAP, "u1").await;
    edge.world.cache.set_down(true);
    for source in ["erp", "cache"] {
        let answer = edge.lifetime_of(BOOTSTRAP, "u1").await;
        assert_eq!((&answer["source"], left(&answer)), (&json!(source), (0, 0)));
    }
    edge.world.cache.set_down(false);
    // The first answer about an external id, while some fence is raised.
    let raising = edge.seats.clone();
    edge.world.http.on_request(move |_| {
        let raising = raising.clone();
        async move {
            let body = json!({"organizationId": "another"}).to_string();
            let request = Request::post("/api/v1/seats/invalidate")
                .header("authorization", format!("Bearer {BOOTSTRAP}"))
                .header("content-type", "application/json")
                .body(Body::from(body))
                .unwrap();
            assert_eq!(raising.answer(request).await.status(), 200);
            let seat = json!({
                "organization_id": "org_2", "seat_id": "seat_1", "seat_status": "ACTIVE", "subscription_id": "sub_1",
                "subscription_status": "ACTIVE", "current_period_end": null, "version": 1,
            });
            Ok(http::Response::new(Bytes::from(seat.to_string())))
        }
    });
    let mut first = check("healos", "ext_org_2", "u1");
    first["lifetime"] = json!(true);
    let answer = edge.post("/verify-seat", BOOTSTRAP, &first).await.body;
    assert_eq!((&answer["hasAccess"], left(&answer)), (&json!(true), (0, 0)));
    let answer = edge.post("/verify-seat", BOOTSTRAP, &first).await.body;
    assert_eq!((&answer["hasAccess"], left(&answer)), (&json!(true), (FRESH, STALE)));
}

#[tokio::test(start_paused = true)]
async fn a_denial_of_anothers_organisation_is_not_for_memory() {
    let edge = Edge::new();
    let other = edge.key(json!({"tenant_id": "org_2"})).await;
    for _ in 0..2 {
        let denied = edge.lifetime_of(&other, "u1").await;
        assert_eq!((&denied["reason"], left(&denied)), (&json!("ORGANIZATION_NOT_FOUND"), (0, 0)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_grant_lasts_until_its_period_ends() {
    let edge = Edge::new();
    edge.world.http.on_request(|_| async {
        let body = json!({
            "organization_id": "org_1", "seat_id": "seat_1", "seat_status": "ACTIVE", "subscription_id": "sub_1",
            "subscription_status": "ACTIVE", "current_period_end": "2026-01-01T00:00:04Z", "version": 1,
        });
        Ok(http::Response::new(Bytes::from(body.to_string())))
    });
    let granted = edge.lifetime_of(BOOTSTRAP, "u1").await;
    let end = edge_capabilities::Timestamp::parse("2026-01-01T00:00:04Z").unwrap();
    let expected = end.millis_since(edge.world.clock.now());
    assert_eq!(left(&granted), (expected, expected), "{granted}");
}

#[tokio::test(start_paused = true)]
async fn each_check_of_a_batch_has_a_lifetime_of_its_own() {
    let edge = Edge::new();
    let with_lifetime = |user: &str| {
        let mut check = check("healos", "ext_org_1", user);
        check["lifetime"] = json!(true);
        check
    };
    for user in ["u1", "nobody"] {
        edge.verify(BOOTSTRAP, "healos", "ext_org_1", user).await;
    }
    let requests = [with_lifetime("u1"), check("healos", "ext_org_1", "u1"), with_lifetime("nobody")];
    let batch = json!({"requests": requests});
    let answer = edge.post("/verify-seats", BOOTSTRAP, &batch).await.body;
    assert_eq!(left(&answer["results"][0]), (FRESH, STALE));
    assert_eq!(answer["results"][1].get("freshUntil"), None);
    assert_eq!(left(&answer["results"][2]), (5000, 5000));
}

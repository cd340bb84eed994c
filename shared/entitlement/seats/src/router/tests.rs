mod lifetime;
mod tokens;

use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::testing::{Tasks, World};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::seat_access::ShippedSeatAccess;
use crate::testing::TenantRow;

const BOOTSTRAP: &str = "bootstrap-key-of-the-tests";

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

struct Edge {
    world: World,
    seats: Routes,
    keys: Router,
    _tasks: Tasks,
}

impl Edge {
    /// An edge before an ERP in which every user `u…` of every organisation `ext_…` has a seat.
    fn new() -> Self {
        let world = World::new(1);
        world.config.set("erp_url", "http://erp");
        world.config.set("bootstrap_admin_key", BOOTSTRAP);
        world.http.on_request(|request| async move {
            let path = request.uri().path().to_owned();
            let [user, external_org] = path.rsplitn(3, '/').take(2).collect::<Vec<_>>().try_into().unwrap();
            let not_found = |code: &str| (404, json!({ "code": code }));
            let (status, body) = match external_org.strip_prefix("ext_") {
                None => not_found("ORGANIZATION_NOT_FOUND"),
                Some(_) if !user.starts_with('u') => not_found("SEAT_NOT_FOUND"),
                Some(organization) => (
                    200,
                    json!({
                        "organization_id": organization, "seat_id": "seat_1", "seat_status": "ACTIVE",
                        "subscription_id": "sub_1", "subscription_status": "ACTIVE",
                        "current_period_end": "2026-02-01T00:00:00Z", "version": 12,
                    }),
                ),
            };
            Ok(http::Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
        });
        let (capabilities, tasks) = world.instance();
        let keys = edge_access::router(capabilities.clone());
        let seats = routes_with(capabilities, Arc::new(ShippedSeatAccess), Arc::new(NoRecord), Router::new());
        Self { world, seats, keys, _tasks: tasks }
    }

    async fn post(&self, path: &str, bearer: &str, body: impl ToString) -> Answer {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {bearer}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = match path.contains("api-keys") {
            true => self.keys.clone().oneshot(request).await.unwrap(),
            false => self.seats.answer(request).await,
        };
        let (head, body) = answer.into_parts();
        let body = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    async fn key(&self, new: Value) -> String {
        let mut body = json!({"name": "k", "scopes": ["seats:verify", "seats:write"]});
        body.as_object_mut().unwrap().extend(new.as_object().unwrap().clone());
        self.post("/api/v1/api-keys", BOOTSTRAP, body).await.body["key"].as_str().unwrap().to_owned()
    }

    async fn verify(&self, bearer: &str, application: &str, external_org: &str, user: &str) -> Answer {
        self.post("/verify-seat", bearer, check(application, external_org, user)).await
    }
}

fn check(application: &str, external_org: &str, user: &str) -> Value {
    json!({"userId": user, "applicationSlug": application, "externalOrgId": external_org})
}

#[tokio::test(start_paused = true)]
async fn a_grant_and_a_denial_are_written_as_the_contract_says() {
    let edge = Edge::new();
    let granted = edge.verify(BOOTSTRAP, "healos", "ext_org_1", "u1").await;
    assert_eq!(granted.status, 200);
    assert!(granted.headers["server-timing"].to_str().unwrap().contains("erp;dur="));
    let expected = json!({
        "hasAccess": true, "seatId": "seat_1", "subscriptionStatus": "ACTIVE", "expiresAt": "2026-02-01T00:00:00Z",
        "reason": "SEAT_ACTIVE", "source": "erp", "asOf": granted.body["asOf"], "version": 12,
    });
    assert_eq!(granted.body, expected);
    assert_eq!(granted.body["asOf"].as_str().unwrap().len(), "2024-01-15T10:00:00.120Z".len());

    let denied = edge.verify(BOOTSTRAP, "healos", "ext_org_1", "nobody").await;
    let expected = json!({
        "hasAccess": false, "seatId": null, "subscriptionStatus": null, "expiresAt": null,
        "reason": "SEAT_NOT_FOUND", "source": "erp", "asOf": denied.body["asOf"], "version": null,
    });
    assert_eq!((denied.status, denied.body), (200, expected));
    let lines = edge.world.log.lines();
    assert!(lines.iter().any(|line| line.contains(r#""outcome":"SEAT_ACTIVE""#)), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_there_is_a_503_that_says_when_to_come_back() {
    let edge = Edge::new();
    edge.world.http.on_request(|_| async { Err(edge_capabilities::http::HttpError::Failed("secret-host".into())) });
    let answer = edge.verify(BOOTSTRAP, "healos", "ext_org_1", "u1").await;
    assert_eq!((answer.status, &answer.body["code"]), (503, &json!("UPSTREAM_UNAVAILABLE")));
    assert_eq!(answer.headers["retry-after"], "1");
    assert!(!answer.body.to_string().contains("secret-host"));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_check_is_named() {
    let edge = Edge::new();
    let long = "x".repeat(257);
    for (field, value) in [
        ("userId", json!("")),
        ("userId", json!(7)),
        ("userId", json!(null)),
        ("userId", json!("a\u{0}b")),
        ("applicationSlug", json!("a\nb")),
        ("externalOrgId", json!(long)),
        ("minVersion", json!("12")),
        ("minVersion", json!(1.5)),
    ] {
        let mut body = check("healos", "ext_1", "u1");
        body[field] = value;
        let answer = edge.post("/verify-seat", BOOTSTRAP, &body).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (400, &json!(field)), "{body}");
    }
    let several = edge.verify(BOOTSTRAP, "", "", "").await;
    assert_eq!(several.body["errors"].as_array().unwrap().len(), 3);
    assert_eq!(edge.world.http.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_speaks_for_its_applications_alone() {
    let edge = Edge::new();
    let key = edge.key(json!({"applications": ["healos"]})).await;
    assert_eq!(edge.verify(&key, "healos", "ext_1", "u1").await.status, 200);
    for other in ["openmic", "HealOS", "healos "] {
        let refused = edge.verify(&key, other, "ext_1", "u1").await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("PERMISSION_DENIED")), "{other}");
    }
    let forget = json!({"applicationSlug": "openmic", "externalOrgId": "ext_1"});
    assert_eq!(edge.post("/api/v1/seats/invalidate", &key, forget).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn another_tenants_organisation_looks_like_none() {
    let edge = Edge::new();
    let own = edge.key(json!({"tenant_id": "org_1"})).await;
    assert_eq!(edge.verify(&own, "healos", "ext_org_1", "u1").await.body["hasAccess"], true);
    assert_eq!(edge.verify(&own, "healos", "ext_org_1", "nobody").await.body["reason"], "SEAT_NOT_FOUND");
    // Also when others have been asking about it.
    edge.verify(BOOTSTRAP, "healos", "ext_org_2", "u1").await;
    edge.verify(BOOTSTRAP, "healos", "ext_org_2", "nobody").await;
    let mut answers = Vec::new();
    for (external_org, user) in [("ext_org_2", "u1"), ("ext_org_2", "nobody"), ("none", "u1"), ("none", "u1")] {
        answers.push(edge.verify(&own, "healos", external_org, user).await.body);
    }
    for answer in &answers {
        assert_eq!(*answer, answers[0]);
        assert_eq!(answer["reason"], "ORGANIZATION_NOT_FOUND");
    }
    let mut refusals = Vec::new();
    for forget in [
        json!({"organizationId": "org_2"}),
        json!({"organizationId": "none"}),
        json!({"applicationSlug": "healos", "externalOrgId": "ext_org_2"}),
        json!({"applicationSlug": "healos", "externalOrgId": "none"}),
    ] {
        let refusal = edge.post("/api/v1/seats/invalidate", &own, forget).await;
        refusals.push((refusal.status, refusal.body["code"].clone(), refusal.body["detail"].clone()));
    }
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0] && refusal.0 == 404), "{refusals:?}");
    let own_name = json!({"applicationSlug": "healos", "externalOrgId": "ext_org_1"});
    for forget in [json!({"organizationId": "org_1"}), own_name] {
        assert_eq!(edge.post("/api/v1/seats/invalidate", &own, forget).await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_invalidation_answers_with_a_fence_that_only_grows() {
    let edge = Edge::new();
    let mut last = 0;
    for forget in [
        json!({"organizationId": "org_1"}),
        json!({"organizationId": "org_1"}),
        json!({"applicationSlug": "healos", "externalOrgId": "never met"}),
    ] {
        let answer = edge.post("/api/v1/seats/invalidate", BOOTSTRAP, forget).await;
        let fence = answer.body["fence"].as_i64().unwrap();
        assert!(answer.status == 200 && fence > last, "{}", answer.body);
        last = fence;
    }
    for (forget, field) in [
        (json!({}), "organizationId"),
        (json!({"applicationSlug": "healos"}), "externalOrgId"),
        (json!({"externalOrgId": "x"}), "applicationSlug"),
        (json!({"organizationId": ""}), "organizationId"),
        (json!({"organizationId": "o", "externalOrgId": "x"}), "organizationId"),
    ] {
        let refused = edge.post("/api/v1/seats/invalidate", BOOTSTRAP, &forget).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (400, &json!(field)), "{forget}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_answered_in_order_and_its_failures_stay_their_own() {
    let edge = Edge::new();
    let key = edge.key(json!({"applications": ["healos"]})).await;
    let requests = json!([
        check("healos", "ext_1", "u1"),
        check("openmic", "ext_1", "u1"),
        check("healos", "ext_1", ""),
        check("healos", "ext_1", "u1"),
        {"userId": 7},
        "nonsense",
        check("healos", "none", "u1"),
        check("healos", "ext_1", "u2"),
    ]);
    let answer = edge.post("/verify-seats", &key, json!({ "requests": requests })).await;
    assert_eq!(answer.status, 200);
    let results = answer.body["results"].as_array().unwrap();
    let brief: Vec<&str> =
        results.iter().map(|result| result["reason"].as_str().or(result["error"]["code"].as_str()).unwrap()).collect();
    let expected = [
        "SEAT_ACTIVE",
        "PERMISSION_DENIED",
        "VALIDATION_ERROR",
        "SEAT_ACTIVE",
        "VALIDATION_ERROR",
        "VALIDATION_ERROR",
        "ORGANIZATION_NOT_FOUND",
        "SEAT_ACTIVE",
    ];
    assert_eq!(brief, expected);
    assert_eq!(results[2]["error"]["errors"][0]["field"], "userId");
    assert_eq!(edge.world.http.calls(), 3, "what is there twice is looked up once");
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_its_limits() {
    let edge = Edge::new();
    let batch = |size| json!({"requests": vec![check("healos", "ext_1", "u1"); size]});
    assert_eq!(edge.post("/verify-seats", BOOTSTRAP, batch(0)).await.body["results"], json!([]));
    let full = edge.post("/verify-seats", BOOTSTRAP, batch(100)).await;
    assert_eq!((full.status, full.body["results"].as_array().unwrap().len()), (200, 100));
    let refused = edge.post("/verify-seats", BOOTSTRAP, batch(101)).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (400, &json!("requests")));
    let mut long = check("healos", "ext_1", "u1");
    long["padding"] = "x".repeat(64 << 10).into();
    for path in ["/verify-seat", "/verify-seats"] {
        let refused = edge.post(path, BOOTSTRAP, json!({"requests": [long], "padding": long})).await;
        assert_eq!((refused.status, &refused.body["code"]), (413, &json!("PAYLOAD_TOO_LARGE")), "{path}");
        assert!(refused.body["detail"].as_str().unwrap().contains("64 KiB"), "{}", refused.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_no_check_and_no_organisation() {
    let edge = Edge::new();
    for (path, body) in [
        ("/verify-seat", json!(["u1", "healos", "ext_1"])),
        ("/verify-seat", json!(["u1", "healos", "ext_1", null])),
        ("/verify-seat", json!([check("healos", "ext_1", "u1")])),
        ("/verify-seats", json!([[check("healos", "ext_1", "u1")]])),
        ("/api/v1/seats/invalidate", json!(["org_1"])),
        ("/api/v1/seats/invalidate", json!([null, "healos", "ext_1"])),
    ] {
        let refused = edge.post(path, BOOTSTRAP, body.clone()).await;
        assert_eq!((refused.status, &refused.body["code"]), (400, &json!("VALIDATION_ERROR")), "{path} {body}");
        assert_eq!(refused.body["errors"][0]["message"], "must be an object, not sequence", "{path} {body}");
    }
    let batch = json!({"requests": [["u1", "healos", "ext_1"], check("healos", "ext_1", "u1")]});
    let results = edge.post("/verify-seats", BOOTSTRAP, batch).await.body["results"].clone();
    assert_eq!(results[0]["error"]["code"], "VALIDATION_ERROR");
    assert_eq!(results[1]["hasAccess"], true);
}

#[tokio::test(start_paused = true)]
async fn an_organisation_that_is_bound_to_a_tenant_is_its_own_whatever_the_erp_calls_it() {
    let edge = Edge::new();
    let db = Db::new(edge.world.db.clone());
    let statement = "INSERT INTO tenant_external_ids (application, external_org, tenant_id, set_by, set_at)
        VALUES ('healos', 'ext_org_1', 't1', 'test', 0)";
    db.query(statement, &[]).await.unwrap();
    let (own, other) = (edge.key(json!({"tenant_id": "t1"})).await, edge.key(json!({"tenant_id": "t2"})).await);
    for (key, user, reason) in [
        (&own, "u1", "SEAT_ACTIVE"),
        (&own, "nobody", "SEAT_NOT_FOUND"),
        (&other, "u1", "ORGANIZATION_NOT_FOUND"),
        (&other, "nobody", "ORGANIZATION_NOT_FOUND"),
    ] {
        let answer = edge.verify(key, "healos", "ext_org_1", user).await;
        assert_eq!(answer.body["reason"], reason, "{user}");
    }
    let invalidate = json!({"applicationSlug": "healos", "externalOrgId": "ext_org_1"});
    assert_eq!(edge.post("/api/v1/seats/invalidate", &own, &invalidate).await.status, 200);
    assert_eq!(edge.post("/api/v1/seats/invalidate", &other, &invalidate).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn invalidating_lifts_no_suspension() {
    let edge = Edge::new();
    let tenant = TenantRow::new(&edge.world, "org_1").await;
    tenant.apply_payment("suspended", None).await;
    let (own, product) = (edge.key(json!({"tenant_id": "org_1"})).await, edge.key(json!({})).await);
    let suspended = async || edge.verify(&product, "healos", "ext_org_1", "u1").await.body["reason"].clone();
    assert_eq!(suspended().await, "SUBSCRIPTION_SUSPENDED");
    for bearer in [&own, &product, BOOTSTRAP] {
        for forget in
            [json!({"organizationId": "org_1"}), json!({"applicationSlug": "healos", "externalOrgId": "ext_org_1"})]
        {
            assert_eq!(edge.post("/api/v1/seats/invalidate", bearer, forget).await.status, 200);
            assert_eq!(suspended().await, "SUBSCRIPTION_SUSPENDED");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_period_without_an_end_is_answered_with_null() {
    let edge = Edge::new();
    edge.world.http.on_request(|_| async {
        let body = json!({
            "organization_id": 1, "seat_id": 2, "seat_status": "active", "subscription_id": 3,
            "subscription_status": "canceled", "current_period_end": null, "version": 4,
        });
        Ok(http::Response::new(Bytes::from(body.to_string())))
    });
    for source in ["erp", "cache"] {
        let answer = edge.verify(BOOTSTRAP, "healos", "ext_1", "u1").await.body;
        let expected = json!({
            "hasAccess": true, "seatId": "2", "subscriptionStatus": "CANCELLED", "expiresAt": null,
            "reason": "SEAT_ACTIVE", "source": source, "asOf": answer["asOf"], "version": 4,
        });
        assert_eq!(answer, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn checks_that_ask_the_erp_count_against_the_callers_rate_and_others_do_not() {
    let edge = Edge::new();
    edge.world.config.set("rate_limit_per_key", 20);
    let key = edge.key(json!({})).await;
    assert_eq!(edge.verify(&key, "healos", "ext_1", "u1").await.status, 200);
    for _ in 0..100 {
        assert_eq!(edge.verify(&key, "healos", "ext_1", "u1").await.body["source"], "cache");
    }
    let calls = edge.world.http.calls();
    let mut refused = None;
    for user in 0..40 {
        let mut body = check("healos", "ext_1", &format!("u{}", user % 3));
        body["minVersion"] = json!(1_i64 << 62);
        let answer = edge.post("/verify-seat", &key, body).await;
        if answer.status != 200 {
            refused = Some(answer);
        }
    }
    assert!(edge.world.http.calls() - calls < 20, "{} calls", edge.world.http.calls() - calls);
    let refused = refused.unwrap();
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("RATE_LIMITED")));
    assert!(refused.headers.contains_key("retry-after"));
    // Also one by one in a batch, and not what is known.
    let requests = json!([check("healos", "ext_1", "u1"), check("healos", "ext_1", "u77")]);
    let results = edge.post("/verify-seats", &key, json!({ "requests": requests })).await.body["results"].clone();
    assert_eq!((&results[0]["hasAccess"], &results[1]["error"]["code"]), (&json!(true), &json!("RATE_LIMITED")));
    // Another's rate is its own.
    let other = edge.key(json!({})).await;
    assert_eq!(edge.verify(&other, "healos", "ext_1", "u78").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_is_known_to_be_another_tenants_is_answered_without_the_erp() {
    let edge = Edge::new();
    let (one, two) = (edge.key(json!({"tenant_id": "org_1"})).await, edge.key(json!({"tenant_id": "org_2"})).await);
    edge.verify(BOOTSTRAP, "healos", "ext_org_2", "u1").await;
    let calls = edge.world.http.calls();
    for user in 0..50 {
        let answer = edge.verify(&one, "healos", "ext_org_2", &format!("u{user} made up")).await;
        assert_eq!((answer.status, &answer.body["reason"]), (200, &json!("ORGANIZATION_NOT_FOUND")));
    }
    assert_eq!(edge.world.http.calls(), calls);
    assert_eq!(edge.verify(&two, "healos", "ext_org_2", "u2").await.body["hasAccess"], true);
    // The ERP may give the name to somebody else: it is asked now and then.
    edge.world.clock.advance(std::time::Duration::from_secs(61)).await;
    edge.world.http.on_request(|_| async {
        let body = json!({
            "organization_id": "org_1", "seat_id": "s", "seat_status": "ACTIVE", "subscription_id": "sub",
            "subscription_status": "ACTIVE", "current_period_end": "2026-02-01T00:00:00Z", "version": 1,
        });
        Ok(http::Response::new(Bytes::from(body.to_string())))
    });
    assert_eq!(edge.verify(&one, "healos", "ext_org_2", "u9").await.body["hasAccess"], true);
}

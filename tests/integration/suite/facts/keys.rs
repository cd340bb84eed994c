//! Who may call, and what API keys allow: bound, handed on, revoked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{SecondsFormat, TimeDelta, Utc};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Edge, Organization, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_key_is_shown_once_and_listed_without_its_secret,
    without_a_good_credential_nobody_gets_in,
    either_word_before_a_key_will_do,
    each_path_wants_its_scope,
    a_revoked_key_stops_within_a_second_on_every_node,
    a_key_ends_when_it_was_said_to,
    a_key_for_some_applications_speaks_for_no_other,
    to_a_tenants_key_another_tenants_organisation_is_not_there,
    a_tenants_admin_sees_and_revokes_its_own_keys_alone,
    a_key_hands_on_nothing_that_it_does_not_have,
    a_bootstrap_key_that_is_too_short_is_off,
}

pub(super) const KEYS: &str = "/api/v1/api-keys";

pub(super) fn tenant() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("tenant_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(super) async fn list(edge: &Edge, key: &str, query: &str) -> Value {
    edge.call("GET", &format!("{KEYS}{query}")).key(key).send().await.expect(200)
}

async fn revoke(edge: &Edge, key: &str, id: &str) -> crate::client::Answer {
    edge.call("DELETE", &format!("{KEYS}/{id}")).key(key).send().await
}

async fn a_key_is_shown_once_and_listed_without_its_secret(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let tenant = tenant();
    let new = json!({
        "name": "HealOS production", "scopes": ["seats:verify", "tenants:admin"], "tenant_id": tenant,
        "applications": ["healos"], "expires_at": "2099-01-01T05:30:00+05:30",
    });
    let answer = edge.post(KEYS, BOOTSTRAP, &new).await;
    let made = answer.expect(201);
    assert_eq!(
        made.as_object().unwrap().keys().collect::<BTreeSet<_>>(),
        ["id", "key"].map(String::from).iter().collect()
    );
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let secret = key.strip_prefix(&format!("bhk_{id}_")).expect("bhk_<id>_<secret>");
    assert!(secret.len() >= 32, "{} characters of secret", secret.len());
    // Its own tenant's list, with itself.
    let listed = list(&edge, key, "").await;
    assert_eq!(listed["nextCursor"], Value::Null);
    let mut entry = listed["data"][0].clone();
    let created_at = entry.as_object_mut().unwrap().remove("created_at").unwrap();
    assert!(created_at.as_str().unwrap().ends_with('Z'));
    // This very request may have been noted already.
    let last_used_at = entry.as_object_mut().unwrap().remove("last_used_at").unwrap();
    assert!(last_used_at.as_str().is_none_or(|at| at.ends_with('Z')), "{last_used_at}");
    let expected = json!({
        "id": id, "name": "HealOS production", "scopes": ["seats:verify", "tenants:admin"], "tenant_id": tenant,
        "applications": ["healos"], "created_by": "bootstrap", "expires_at": "2099-01-01T00:00:00Z",
    });
    assert_eq!(entry, expected);
    assert!(!listed.to_string().contains(secret));
    assert_eq!(revoke(&edge, BOOTSTRAP, id).await.status, 204);
    let again = revoke(&edge, BOOTSTRAP, id).await;
    again.refused(404, "API_KEY_NOT_FOUND");
    revoke(&edge, BOOTSTRAP, "0000").await.refused(404, "API_KEY_NOT_FOUND");
}

async fn without_a_good_credential_nobody_gets_in(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let good = edge.product().await.to_owned();
    let (id, secret) = good.strip_prefix("bhk_").unwrap().split_once('_').unwrap();
    let other = edge.new_key(json!({})).await.1;
    let other_secret = other.rsplit('_').next().unwrap();
    let wrong = [
        String::new(),
        "Bearer".into(),
        "Bearer ".into(),
        good.clone(),
        format!("Basic {good}"),
        format!("Bearer {good}x"),
        format!("Bearer {}", &good[..good.len() - 1]),
        format!("Bearer {}", good.to_uppercase()),
        format!("Bearer bhk_{id}_"),
        format!("Bearer bhk_{id}_{other_secret}"),
        format!("Bearer bhk_{id}"),
        format!("Bearer bhk__{secret}"),
        format!("Bearer bhk_0123456789abcdef_{secret}"),
        format!("Bearer bhk_{}_{secret}", "a".repeat(5_000)),
        format!("Bearer bhk_' OR 1=1 --_{secret}"),
        format!("Bearer {BOOTSTRAP}x"),
        format!("Bearer {}", &BOOTSTRAP[1..]),
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.".into(),
    ];
    let org = edge.organization();
    let requests = || {
        [
            edge.call("POST", "/verify-seat").json(&org.check("ana")),
            edge.call("POST", "/verify-seats").json(&json!({"requests": []})),
            edge.call("POST", "/api/v1/seats/invalidate").json(&org.by_id()),
            edge.call("POST", KEYS).json(&json!({"name": "n", "scopes": ["seats:verify"]})),
            edge.call("GET", KEYS),
            edge.call("DELETE", &format!("{KEYS}/{id}")),
        ]
    };
    let refused = |answer: crate::client::Answer, credential: &str| {
        assert_eq!(answer.problem(), (401, "UNAUTHENTICATED".to_owned()), "{credential:?}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(!answer.text().contains(secret));
    };
    for request in requests() {
        refused(request.send().await, "none");
    }
    for credential in &wrong {
        let [verify, ..] = requests();
        refused(verify.header("authorization", credential).send().await, credential);
    }
    for request in requests() {
        refused(request.header("authorization", &wrong[9]).send().await, "another key's secret");
    }
    assert_eq!(org.questions(), 0);
}

async fn either_word_before_a_key_will_do(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    let key = edge.product().await;
    for word in ["Bearer", "bearer", "BEARER", "Token", "token"] {
        let check = edge.call("POST", "/verify-seat").json(&org.check("ana"));
        check.header("authorization", &format!("{word} {key}")).send().await.expect(200);
    }
}

async fn each_path_wants_its_scope(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    let victim = edge.new_key(json!({})).await.0;
    let requests: [(&str, &dyn Fn() -> Call, u16); 6] = [
        ("seats:verify", &|| edge.call("POST", "/verify-seat").json(&org.check("ana")), 200),
        ("seats:verify", &|| edge.call("POST", "/verify-seats").json(&json!({"requests": []})), 200),
        ("seats:write", &|| edge.call("POST", "/api/v1/seats/invalidate").json(&org.by_id()), 200),
        ("tenants:admin", &|| edge.call("POST", KEYS).json(&json!({"name": "n", "scopes": ["tenants:admin"]})), 201),
        ("tenants:admin", &|| edge.call("GET", KEYS), 200),
        ("tenants:admin", &|| edge.call("DELETE", &format!("{KEYS}/{victim}")), 204),
    ];
    for scope in ["plans:read", "seats:verify", "seats:write", "tenants:admin"] {
        let key = edge.new_key(json!({"scopes": [scope]})).await.1;
        for (wanted, request, status) in &requests {
            let answer = request().key(&key).send().await;
            if *wanted == scope {
                assert_eq!(answer.status, *status, "{}", answer.text());
            } else {
                answer.refused(403, "PERMISSION_DENIED");
                assert!(answer.text().contains(wanted), "it says which scope is lacking: {}", answer.text());
            }
        }
    }
}

async fn a_revoked_key_stops_within_a_second_on_every_node(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    for _ in 0..3 {
        let (id, key) = edge.new_key(json!({})).await;
        let check = org.check("ana");
        // On many connections at once, so that many instances know the key.
        for answer in join_all((0..40).map(|_| edge.post("/verify-seat", &key, &check))).await {
            answer.expect(200);
        }
        assert_eq!(revoke(&edge, BOOTSTRAP, &id).await.status, 204);
        let revoked_at = Instant::now();
        // It is in use all the time, so that nobody forgets it for want of use.
        while revoked_at.elapsed() < Duration::from_secs(1) {
            for answer in join_all((0..10).map(|_| edge.post("/verify-seat", &key, &check))).await {
                assert!(matches!(answer.status, 200 | 401), "{}", answer.text());
            }
        }
        for answer in join_all((0..40).map(|_| edge.post("/verify-seat", &key, &check))).await {
            answer.refused(401, "UNAUTHENTICATED");
        }
    }
}

async fn a_key_ends_when_it_was_said_to(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    let at = Utc::now() + TimeDelta::seconds(20);
    let key = edge.new_key(json!({"expires_at": at.to_rfc3339_opts(SecondsFormat::Millis, true)})).await.1;
    edge.post("/verify-seat", &key, &org.check("ana")).await.expect(200);
    eventually("the key's end", async || {
        let asked_at = Utc::now();
        let answer = edge.post("/verify-seat", &key, &org.check("ana")).await;
        if answer.status == 401 {
            assert!(Utc::now() >= at, "too early");
            return Some(());
        }
        answer.expect(200);
        assert!(asked_at < at, "too late");
        None
    })
    .await;
}

async fn a_key_for_some_applications_speaks_for_no_other(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let key = edge.new_key(json!({"applications": ["healos", "openmic"]})).await.1;
    let org = edge.organization();
    let elsewhere = org.in_application("powerdialer");
    org.seat("ana", &json!({}));
    elsewhere.seat("ana", &json!({}));
    assert_eq!(edge.post("/verify-seat", &key, &org.check("ana")).await.expect(200)["hasAccess"], true);
    edge.post("/verify-seat", &key, &elsewhere.check("ana")).await.refused(403, "PERMISSION_DENIED");
    for look_alike in ["HealOS", "healos ", "heal"] {
        let mut check = org.check("ana");
        check["applicationSlug"] = look_alike.into();
        edge.post("/verify-seat", &key, &check).await.refused(403, "PERMISSION_DENIED");
    }
    let batch = json!({"requests": [elsewhere.check("ana"), org.check("ana")]});
    let results = edge.post("/verify-seats", &key, &batch).await.expect(200);
    assert_eq!(results["results"][0]["error"]["code"], "PERMISSION_DENIED");
    assert_eq!(results["results"][1]["hasAccess"], true);
    edge.post("/api/v1/seats/invalidate", &key, &org.by_alias()).await.expect(200);
    edge.post("/api/v1/seats/invalidate", &key, &elsewhere.by_alias()).await.refused(403, "PERMISSION_DENIED");
    assert_eq!(elsewhere.questions(), 0);
}

async fn to_a_tenants_key_another_tenants_organisation_is_not_there(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let (own, others, nowhere) = (edge.organization(), edge.organization(), Organization::unknown(&edge));
    for org in [&own, &others] {
        org.seat("ana", &json!({}));
        org.seat("bea", &json!({"seat_status": "REVOKED"}));
    }
    let key = edge.new_key(json!({"tenant_id": own.id})).await.1;
    let ask = async |org: &Organization<'_>, user: &str| {
        let mut verdict = edge.post("/verify-seat", &key, &org.check(user)).await.expect(200);
        verdict.as_object_mut().unwrap().remove("asOf").unwrap();
        verdict
    };
    assert_eq!(ask(&own, "ana").await["hasAccess"], true);
    assert_eq!(ask(&own, "bea").await["reason"], "SEAT_REVOKED");
    assert_eq!(ask(&own, "nobody").await["reason"], "SEAT_NOT_FOUND");
    let not_there = ask(&nowhere, "ana").await;
    assert_eq!(not_there["reason"], "ORGANIZATION_NOT_FOUND");
    for user in ["ana", "bea", "nobody"] {
        // Asked for the first time, and known to the edge through others.
        assert_eq!(ask(&others, user).await, not_there);
        others.verify(user).await;
        assert_eq!(ask(&others, user).await, not_there);
    }
    let invalidate = async |body: &Value| edge.post("/api/v1/seats/invalidate", &key, body).await;
    let problem = |answer: crate::client::Answer| {
        answer.refused(404, "ORGANIZATION_NOT_FOUND");
        let mut problem = answer.json();
        problem.as_object_mut().unwrap().remove("requestId").unwrap();
        problem
    };
    others.make_acquainted("ana").await;
    let unknown = problem(invalidate(&nowhere.by_alias()).await);
    for named in [nowhere.by_id(), others.by_id(), others.by_alias()] {
        assert_eq!(problem(invalidate(&named).await), unknown);
    }
    assert_eq!(others.reason("ana").await, ("SEAT_ACTIVE".into(), "cache".into()));
    for named in [own.by_id(), own.by_alias()] {
        invalidate(&named).await.expect(200);
        assert_eq!(own.reason("ana").await, ("SEAT_ACTIVE".into(), "erp".into()));
    }
}

async fn a_tenants_admin_sees_and_revokes_its_own_keys_alone(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let (one, other) = (tenant(), tenant());
    let admin_of = async |tenant: &str| {
        edge.new_key(json!({"tenant_id": tenant, "scopes": ["tenants:admin", "seats:verify"]})).await
    };
    let ((one_id, one_admin), (other_id, other_admin)) = (admin_of(&one).await, admin_of(&other).await);
    let platform_id = edge.new_key(json!({})).await.0;
    // What it makes belongs to its tenant without being told so.
    let made = edge.post(KEYS, &one_admin, &json!({"name": "n", "scopes": ["seats:verify"]})).await.expect(201);
    let made_id = made["id"].as_str().unwrap();
    let ids = |listed: Value| {
        let ids = listed["data"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned());
        ids.collect::<BTreeSet<_>>()
    };
    assert_eq!(ids(list(&edge, &one_admin, "").await), [one_id.clone(), made_id.to_owned()].into());
    assert_eq!(ids(list(&edge, &other_admin, "").await), [other_id.clone()].into());
    for id in [&one_id, made_id, &platform_id] {
        revoke(&edge, &other_admin, id).await.refused(404, "API_KEY_NOT_FOUND");
    }
    assert_eq!(revoke(&edge, &one_admin, made_id).await.status, 204);
    assert_eq!(ids(list(&edge, &one_admin, "").await), [one_id].into());
}

async fn a_key_hands_on_nothing_that_it_does_not_have(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let tenant = tenant();
    let admin = edge
        .new_key(json!({"tenant_id": tenant, "scopes": ["tenants:admin", "seats:verify"], "applications": ["healos"]}))
        .await
        .1;
    let make = async |fields: Value| {
        let mut body = json!({"name": "n", "scopes": ["seats:verify"]});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        edge.post(KEYS, &admin, &body).await
    };
    make(json!({"scopes": ["seats:verify", "seats:write"]})).await.refused(403, "PERMISSION_DENIED");
    make(json!({"scopes": ["erp:admin"]})).await.refused(403, "PERMISSION_DENIED");
    make(json!({"applications": ["healos", "openmic"]})).await.refused(403, "PERMISSION_DENIED");
    let another = make(json!({"tenant_id": "another"})).await;
    another.refused(400, "VALIDATION_ERROR");
    assert_eq!(another.json()["errors"][0]["field"], "tenant_id");
    make(json!({"tenant_id": tenant, "applications": ["healos"]})).await.expect(201);
    // Nor does leaving things out widen anything.
    let key = make(json!({})).await.expect(201)["key"].as_str().unwrap().to_owned();
    let check = json!({"userId": "ana", "applicationSlug": "openmic", "externalOrgId": "x"});
    edge.post("/verify-seat", &key, &check).await.refused(403, "PERMISSION_DENIED");
}

async fn a_bootstrap_key_that_is_too_short_is_off(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady()).await;
    let key = edge.product().await.to_owned();
    let (short, long) = ("15-characters--", "16-characters---");
    assert_eq!((short.len(), long.len()), (15, 16));
    for (bootstrap, works) in [(short, false), ("", false), (long, true)] {
        for node in &mut edge.nodes {
            node.kill();
            node.restart(&[("bootstrap_admin_key", bootstrap.to_owned())]).await;
        }
        edge.ready().await;
        let answer = edge.call("GET", KEYS).key(bootstrap).send().await;
        assert_eq!(answer.status, if works { 200 } else { 401 }, "{bootstrap:?}: {}", answer.text());
        edge.call("GET", KEYS).key(BOOTSTRAP).send().await.refused(401, "UNAUTHENTICATED");
        // What was made with it goes on.
        edge.post("/verify-seat", &key, &edge.organization().check("ana")).await.expect(200);
    }
}

//! Who may call, and for how long: keys that keys made, tenants that are closed, people who have left.

use std::sync::Arc;
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use upstreams::Upstreams;
use upstreams::passport::{AUDIENCE, Alg, ISSUER, JWKS_PATH};

use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Edge, Settings};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    no_key_outlives_the_key_that_made_it_whichever_route_it_is_made_by,
    keys_are_revoked_with_all_that_descend_from_them,
    one_idempotency_key_of_one_person_in_two_tenants_makes_two_keys,
    a_tenant_that_is_not_active_is_closed_within_a_second_on_every_node,
    an_owner_who_was_removed_is_out_within_a_second,
    a_person_acts_in_each_tenant_that_has_them_with_the_role_it_gives_them,
    tokens_are_read_by_the_claims_that_variables_name,
    a_header_of_which_there_must_be_one_is_refused_where_there_are_two,
    no_cache_keeps_what_is_answered_to_a_credential,
}

const KEYS: &str = "/api/v1/api-keys";

/// An edge that trusts an issuer of the fact's own.
async fn edge(stage: &Stage, more: &[(&'static str, &str)]) -> (Edge, Arc<Upstreams>) {
    let issuer = Arc::new(Upstreams::default());
    let address = issuer.start().await.unwrap();
    let settings = Settings::steady()
        .with("passport_issuer", ISSUER)
        .with("passport_audience", AUDIENCE)
        .with("passport_jwks_url", format!("http://{address}{JWKS_PATH}"));
    let settings = more.iter().fold(settings, |settings, (name, value)| settings.with(name, value));
    (stage.own(settings).await, issuer)
}

fn token(issuer: &Upstreams, claims: &Value) -> String {
    let claims: Map<String, Value> = claims.as_object().unwrap().clone();
    issuer.passport.token(Alg::Es256, &claims)
}

async fn tenant(edge: &Edge, slug: &str) -> String {
    let new = json!({"name": slug, "slug": slug, "owner_email": "owner@clinic.example"});
    edge.post("/api/v1/tenants", BOOTSTRAP, &new).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn make(edge: &Edge, path: &str, key: &str, new: &Value) -> (String, String) {
    let made = edge.post(path, key, new).await.expect(201);
    (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
}

async fn status(edge: &Edge, method: &str, path: &str, key: &str) -> u16 {
    edge.call(method, path).key(key).send().await.status
}

/// What is answered on every node a second after a change.
async fn everywhere(edge: &Edge, path: &str, key: &str) -> Vec<(u16, String)> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut problems = Vec::new();
    for node in &edge.nodes {
        let answer = node.call("GET", path).key(key).send().await;
        problems.push((answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned()));
    }
    problems.dedup();
    problems
}

async fn no_key_outlives_the_key_that_made_it_whichever_route_it_is_made_by(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let id = tenant(&edge, "brief").await;
    let at = |seconds: i64| (Utc::now() + TimeDelta::seconds(seconds)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let end = at(3600);
    let scopes = json!(["tenants:admin", "seats:verify"]);
    let new = json!({"name": "maker", "scopes": scopes, "tenant_id": id, "expires_at": end});
    let (_, maker) = make(&edge, KEYS, BOOTSTRAP, &new).await;
    let own = format!("/api/v1/tenants/{id}/api-keys");
    for path in [KEYS, own.as_str()] {
        let wanting = |at: &str| json!({"name": "k", "scopes": scopes, "expires_at": at});
        for later in [at(3601), "2099-01-01T00:00:00Z".into(), "2099-01-01T00:00:00+05:30".into()] {
            edge.post(path, &maker, &wanting(&later)).await.refused(403, "PERMISSION_DENIED");
        }
        edge.post(path, &maker, &wanting(&end)).await.expect(201);
        let (second, key) = make(&edge, path, &maker, &json!({"name": "k", "scopes": scopes})).await;
        edge.post(path, &key, &wanting("2099-01-01T00:00:00Z")).await.refused(403, "PERMISSION_DENIED");
        let listed = edge.call("GET", path).key(&maker).send().await.expect(200);
        let shown = listed["data"].as_array().unwrap().iter().find(|one| one["id"] == second.as_str()).unwrap();
        assert_eq!(shown["expires_at"], end.replace(".000Z", "Z"), "{shown}");
    }
}

async fn keys_are_revoked_with_all_that_descend_from_them(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let id = tenant(&edge, "chain").await;
    let own = format!("/api/v1/tenants/{id}/api-keys");
    let new = json!({"name": "k", "scopes": ["tenants:admin"], "tenant_id": id});
    let (first, mut key) = make(&edge, KEYS, BOOTSTRAP, &new).await;
    let (_, other) = make(&edge, KEYS, BOOTSTRAP, &new).await;
    let mut chain = Vec::new();
    for link in 0..9 {
        key = make(&edge, if link % 2 == 0 { KEYS } else { &own }, &key, &new).await.1;
        chain.push(key.clone());
    }
    let listed = edge.call("GET", KEYS).key(&other).send().await.expect(200);
    let rooted = listed["data"].as_array().unwrap().iter().filter(|one| one["root"] == format!("key:{first}"));
    assert_eq!(rooted.count(), 9, "{listed}");
    let revoke =
        async |path: &str| edge.call("DELETE", &format!("{path}/{first}?descendants=revoke")).key(&other).send().await;
    assert_eq!(revoke(&own).await.expect(200)["revoked"].as_array().unwrap().len(), 10);
    for key in &chain {
        assert_eq!(everywhere_at_once(&edge, &own, key).await, [401]);
    }
    assert_eq!(everywhere_at_once(&edge, &own, &other).await, [200]);
    assert_eq!(revoke(KEYS).await.expect(200), json!({"revoked": []}));
}

/// The statuses on every node, once the first second has passed on the first call.
async fn everywhere_at_once(edge: &Edge, path: &str, key: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for node in &edge.nodes {
        let ask = async || node.call("GET", path).key(key).send().await.status;
        let before = ask().await;
        let status = if before == 401 {
            before
        } else {
            tokio::time::sleep(Duration::from_secs(1)).await;
            ask().await
        };
        statuses.push(status);
    }
    statuses.dedup();
    statuses
}

async fn one_idempotency_key_of_one_person_in_two_tenants_makes_two_keys(stage: Arc<Stage>) {
    let (edge, issuer) = edge(&stage, &[]).await;
    let (a, b) = (tenant(&edge, "a").await, tenant(&edge, "b").await);
    let of = |id: &str| token(&issuer, &json!({"sub": "ana", "tenant_id": id, "roles": ["OWNER"]}));
    let (in_a, in_b) = (of(&a), of(&b));
    let new = json!({"name": "k", "scopes": ["tenants:admin"]});
    let make = async |key: &str| {
        let answer = edge.call("POST", KEYS).key(key).header("idempotency-key", "same").json(&new).send().await;
        answer.expect(201)
    };
    let (first, second) = (make(&in_a).await, make(&in_b).await);
    assert_ne!(first, second);
    for (made, id, other) in [(&first, &a, &b), (&second, &b, &a)] {
        let key = made["key"].as_str().unwrap();
        assert_eq!(status(&edge, "GET", &format!("/api/v1/tenants/{id}"), key).await, 200);
        assert_eq!(status(&edge, "GET", &format!("/api/v1/tenants/{other}"), key).await, 404);
    }
    // The same again, also by a renewed token.
    assert_eq!((make(&in_a).await, make(&of(&a)).await, make(&in_b).await), (first.clone(), first, second));
}

async fn a_tenant_that_is_not_active_is_closed_within_a_second_on_every_node(stage: Arc<Stage>) {
    let (edge, issuer) = edge(&stage, &[]).await;
    let id = tenant(&edge, "closing").await;
    let new = json!({"name": "k", "scopes": ["tenants:admin"], "tenant_id": id});
    let (_, key) = make(&edge, KEYS, BOOTSTRAP, &new).await;
    let ana = token(&issuer, &json!({"sub": "ana", "tenant_id": id, "roles": ["OWNER"]}));
    let path = format!("/api/v1/tenants/{id}");
    let set = async |is_active: bool| {
        edge.call("PUT", &path).key(BOOTSTRAP).json(&json!({"is_active": is_active})).send().await.expect(200)
    };
    for credential in [&key, &ana] {
        assert_eq!(everywhere(&edge, &path, credential).await, [(200, String::new())]);
    }
    set(false).await;
    for credential in [&key, &ana] {
        assert_eq!(everywhere(&edge, &path, credential).await, [(403, "PERMISSION_DENIED".to_owned())]);
    }
    set(true).await;
    for credential in [&key, &ana] {
        assert_eq!(everywhere(&edge, &path, credential).await, [(200, String::new())]);
    }
}

async fn an_owner_who_was_removed_is_out_within_a_second(stage: Arc<Stage>) {
    let (edge, issuer) = edge(&stage, &[]).await;
    let id = tenant(&edge, "leaving").await;
    let of = |sub: &str| token(&issuer, &json!({"sub": sub, "tenant_id": id, "roles": ["OWNER"]}));
    let (ana, ben, cem) = (of("ana"), of("ben"), of("cem"));
    let (path, users) = (format!("/api/v1/tenants/{id}"), format!("/api/v1/tenants/{id}/users"));
    // Who adds the first user by the token's word alone is not shut out by it.
    edge.post(&users, &ana, &json!({"user_id": "ben", "role": "OWNER"})).await.expect(201);
    for (who, answer) in [(&ana, (200, "")), (&ben, (200, "")), (&cem, (403, "PERMISSION_DENIED"))] {
        assert_eq!(everywhere(&edge, &path, who).await, [(answer.0, answer.1.to_owned())]);
    }
    assert_eq!(status(&edge, "DELETE", &format!("{users}/ana"), &ben).await, 204);
    assert_eq!(everywhere(&edge, &path, &ana).await, [(403, "PERMISSION_DENIED".to_owned())]);
    assert_eq!(everywhere(&edge, &path, &ben).await, [(200, String::new())]);
}

async fn a_person_acts_in_each_tenant_that_has_them_with_the_role_it_gives_them(stage: Arc<Stage>) {
    let (edge, issuer) = edge(&stage, &[]).await;
    let (own, other) = (tenant(&edge, "home").await, tenant(&edge, "away").await);
    let ana = token(&issuer, &json!({"sub": "ana", "tenant_id": own, "roles": ["OWNER"]}));
    let away = async |method: &str, path: &str| -> Answer {
        edge.call(method, path).key(&ana).header("x-tenant-id", &other).send().await
    };
    let (subscription, of_other) = ("/api/v1/billing/subscription", format!("/api/v1/tenants/{other}"));
    away("GET", subscription).await.refused(404, "TENANT_NOT_FOUND");
    away("GET", KEYS).await.refused(404, "TENANT_NOT_FOUND");
    let users = format!("/api/v1/tenants/{other}/users");
    edge.post(&users, BOOTSTRAP, &json!({"user_id": "ana", "role": "BILLING_ADMIN"})).await.expect(201);
    tokio::time::sleep(Duration::from_secs(1)).await;
    away("GET", subscription).await.expect(200);
    away("GET", &of_other).await.refused(403, "PERMISSION_DENIED");
    edge.call("GET", &of_other).key(&ana).send().await.refused(404, "TENANT_NOT_FOUND");
    let change = edge.call("PUT", &format!("{users}/ana")).key(BOOTSTRAP).json(&json!({"role": "OWNER"}));
    change.send().await.expect(200);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(away("GET", &of_other).await.expect(200)["id"], other.as_str());
}

async fn tokens_are_read_by_the_claims_that_variables_name(stage: Arc<Stage>) {
    let variables = [
        ("passport_tenant_claim", "https://bheem.example/tenant"),
        ("passport_roles_claim", "realm_access.roles"),
        ("passport_role_map", "org:admin=OWNER"),
    ];
    let (edge, issuer) = edge(&stage, &variables).await;
    let id = tenant(&edge, "mapped").await;
    let path = format!("/api/v1/tenants/{id}");
    let of = |roles: Value| {
        let claims = json!({
            "sub": "ana", "https://bheem.example/tenant": id, "realm_access": {"roles": roles},
            "tenant_id": "another", "roles": ["platform_admin"],
        });
        token(&issuer, &claims)
    };
    assert_eq!(status(&edge, "GET", &path, &of(json!(["offline_access", "org:admin"]))).await, 200);
    assert_eq!(status(&edge, "GET", &path, &of(json!("org:admin"))).await, 200);
    assert_eq!(status(&edge, "GET", &path, &of(json!(["offline_access"]))).await, 403);
}

async fn a_header_of_which_there_must_be_one_is_refused_where_there_are_two(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let id = tenant(&edge, "twice").await;
    for (name, shown, value) in [
        ("x-tenant-id", "X-Tenant-Id", id.as_str()),
        ("idempotency-key", "Idempotency-Key", "k"),
        ("authorization", "Authorization", BOOTSTRAP),
    ] {
        let call = edge.call("GET", "/api/v1/billing/subscription").key(BOOTSTRAP).header("x-tenant-id", &id);
        let answer = call.header(name, value).and_header(name, value).send().await;
        answer.refused(400, "VALIDATION_ERROR");
        assert_eq!(answer.json()["errors"][0]["field"], shown);
    }
}

async fn no_cache_keeps_what_is_answered_to_a_credential(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let id = tenant(&edge, "secret").await;
    let new = json!({"name": "k", "scopes": ["tenants:admin"], "tenant_id": id});
    for (path, body) in [
        (KEYS.to_owned(), new.clone()),
        (format!("/api/v1/tenants/{id}/api-keys"), new),
        ("/api/v1/webhooks/endpoints".to_owned(), json!({"tenant_id": id})),
    ] {
        let answer = edge.post(&path, BOOTSTRAP, &body).await;
        answer.expect(201);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let plans = edge.call("GET", "/api/v1/billing/plans").send().await;
    assert!(plans.header("cache-control").starts_with("public"), "{}", plans.header("cache-control"));
}

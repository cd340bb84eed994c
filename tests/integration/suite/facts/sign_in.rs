//! Sign-in by a token of an OIDC issuer.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Utc;
use serde_json::{Map, Value, json};
use upstreams::Upstreams;
use upstreams::passport::{AUDIENCE, Alg, ISSUER, JWKS_PATH, SigningKey, base64url};

use crate::edge::{BOOTSTRAP, Edge, Settings};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_token_lets_its_holder_do_what_its_roles_say_in_its_own_tenant,
    no_other_token_lets_anybody_in,
    a_new_key_is_found_at_once_and_one_that_was_rotated_away_is_refused_on_every_node,
    while_the_issuer_is_down_people_go_on_and_new_keys_cannot_be_told,
}

/// An edge that trusts an issuer of the fact's own.
async fn edge(stage: &Stage) -> (Edge, Arc<Upstreams>) {
    let issuer = Arc::new(Upstreams::default());
    let address = issuer.start().await.unwrap();
    let settings = Settings::steady()
        .with("passport_issuer", ISSUER)
        .with("passport_audience", AUDIENCE)
        .with("passport_jwks_url", format!("http://{address}{JWKS_PATH}"));
    (stage.own(settings).await, issuer)
}

fn claims(claims: Value) -> Map<String, Value> {
    claims.as_object().unwrap().clone()
}

async fn tenant(edge: &Edge, slug: &str) -> String {
    let new = json!({"name": slug, "slug": slug, "owner_email": "owner@clinic.example"});
    edge.post("/api/v1/tenants", BOOTSTRAP, &new).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn a_token_lets_its_holder_do_what_its_roles_say_in_its_own_tenant(stage: Arc<Stage>) {
    let (edge, issuer) = edge(&stage).await;
    let (own, other) = (tenant(&edge, "own").await, tenant(&edge, "other").await);
    let of_own = edge.organization();
    edge.erp.directory.put_organization(&of_own.application, &of_own.external, &own, false);
    of_own.seat("ana", &json!({}));
    for alg in Alg::ALL {
        let token =
            |role: &str| issuer.passport.token(alg, &claims(json!({"tenant_id": own, "roles": [role], "sub": "ana"})));
        let verdict = edge.post("/verify-seat", &token("MEMBER"), &of_own.check("ana")).await.expect(200);
        assert_eq!(verdict["hasAccess"], true, "{alg:?}");
        let get = async |path: String, token: String| edge.call("GET", &path).key(&token).send().await;
        let path = |id: &str| format!("/api/v1/tenants/{id}");
        assert_eq!(get(path(&own), token("OWNER")).await.expect(200)["id"], own.as_str());
        get(path(&other), token("OWNER")).await.refused(404, "TENANT_NOT_FOUND");
        get("/analytics/mrr".into(), token("BILLING_ADMIN")).await.expect(200);
        let of_other = get(format!("/analytics/mrr?organizationId={other}"), token("BILLING_ADMIN")).await;
        of_other.refused(404, "ORGANIZATION_NOT_FOUND");
        get("/analytics/mrr".into(), token("ADMIN")).await.refused(403, "PERMISSION_DENIED");
        for role in ["BILLING_ADMIN", "ADMIN", "MEMBER", "nobody"] {
            get(path(&own), token(role)).await.refused(403, "PERMISSION_DENIED");
        }
        let me = get("/api/v1/me".into(), token("OWNER")).await.expect(200);
        assert_eq!((&me["kind"], &me["id"], &me["tenant_id"]), (&json!("person"), &json!("ana"), &json!(own)), "{me}");
        assert_eq!(me["roles"], json!(["OWNER"]));
        assert!(me["scopes"].as_array().unwrap().contains(&json!("tenants:admin")), "{me}");
        assert!(me["expires_at"].as_str().unwrap().ends_with('Z'), "{me}");
        let platform = issuer.passport.token(alg, &claims(json!({"roles": ["platform_admin"]})));
        assert_eq!(get("/api/v1/tenants".into(), platform).await.expect(200)["data"].as_array().unwrap().len(), 2);
        let nobodys = issuer.passport.token(alg, &claims(json!({"roles": ["OWNER"]})));
        get("/api/v1/tenants".into(), nobodys).await.refused(403, "PERMISSION_DENIED");
    }
    let deeds = edge.call("POST", &format!("/api/v1/tenants/{own}/users"));
    let owner = issuer.passport.token(Alg::Es256, &claims(json!({"tenant_id": own, "roles": ["OWNER"], "sub": "ana"})));
    deeds.key(&owner).json(&json!({"user_id": "ana", "role": "OWNER"})).send().await.expect(201);
    let audit = edge.call("GET", &format!("/api/v1/tenants/{own}/audit")).key(&owner).send().await.expect(200);
    assert_eq!(audit["data"][0]["actor"], "user:ana", "{audit}");
}

async fn no_other_token_lets_anybody_in(stage: Arc<Stage>) {
    let (edge, issuer) = edge(&stage).await;
    let now = Utc::now().timestamp();
    let good = json!({"tenant_id": "t", "roles": ["platform_admin"]});
    let with = |field: &str, value: Value| {
        let mut all = claims(good.clone());
        all.insert(field.to_owned(), value);
        all
    };
    let status = async |token: &str| edge.call("GET", "/api/v1/tenants").key(token).send().await.status;
    let genuine = issuer.passport.token(Alg::Es256, &claims(good.clone()));
    assert_eq!(status(&genuine).await, 200);
    let mut refused = BTreeMap::new();
    for (what, field, value) in [
        ("for others", "aud", json!("another")),
        ("of others", "iss", json!("https://evil.example")),
        ("expired by 61 s", "exp", json!(now - 61)),
        ("not yet good", "nbf", json!(now + 120)),
        ("of nobody", "sub", json!("")),
    ] {
        refused.insert(what, issuer.passport.token(Alg::Es256, &with(field, value)));
    }
    let expired = issuer.passport.token(Alg::Es256, &with("exp", json!(now - 30)));
    assert_eq!(status(&expired).await, 200, "within the leeway");
    let body = genuine.split('.').nth(1).unwrap();
    let header = |header: Value| base64url(header.to_string());
    refused.insert("unsigned", format!("{}.{body}.", header(json!({"alg": "none"}))));
    refused.insert("signed with nothing", format!("{}.{body}.", header(json!({"alg": "ES256", "kid": "es256-1"}))));
    let own = SigningKey::new(Alg::Es256, 666);
    let said = Value::Object(claims(json!({
        "iss": ISSUER, "aud": AUDIENCE, "exp": now + 600, "sub": "eve", "roles": ["platform_admin"],
    })));
    refused.insert("of a key that nobody knows", own.token(&said));
    for (what, more) in [
        ("of a key that it brings along", json!({"jwk": own.jwk()})),
        ("of a key that it points to", json!({"jku": "http://127.0.0.1:1/jwks.json"})),
        ("with a path for a name", json!({"kid": "../../../dev/null"})),
        ("with what must be understood", json!({"crit": ["b64"], "b64": false})),
    ] {
        let mut header = json!({"alg": "ES256", "kid": "es256-1"});
        header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refused.insert(what, own.token_with(&header, &said));
    }
    refused.insert("of another algorithm", own.token_with(&json!({"alg": "HS256", "kid": "rs256-1"}), &said));
    for (what, token) in refused {
        let answer = edge.call("GET", "/api/v1/tenants").key(&token).send().await;
        assert_eq!(answer.problem(), (401, "UNAUTHENTICATED".to_owned()), "{what}: {token}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let log = edge.log();
    assert!(!log.contains(genuine.rsplit('.').next().unwrap()), "a token stands in the log");
}

async fn a_new_key_is_found_at_once_and_one_that_was_rotated_away_is_refused_on_every_node(stage: Arc<Stage>) {
    let (edge, issuer) = edge(&stage).await;
    let token = || issuer.passport.token(Alg::EdDsa, &claims(json!({"roles": ["platform_admin"]})));
    let old = token();
    let everywhere = async |token: &str, status: u16| {
        for node in &edge.nodes {
            let answer = node.call("GET", "/api/v1/tenants").key(token).send().await;
            assert_eq!(answer.status, status, "{}: {}", node.address(), answer.text());
        }
    };
    everywhere(&old, 200).await;
    issuer.passport.rotate(true);
    everywhere(&token(), 200).await;
    everywhere(&old, 200).await;
    issuer.passport.rotate(false);
    everywhere(&token(), 200).await;
    everywhere(&old, 401).await;
}

async fn while_the_issuer_is_down_people_go_on_and_new_keys_cannot_be_told(stage: Arc<Stage>) {
    let (edge, issuer) = edge(&stage).await;
    let token = || issuer.passport.token(Alg::Rs256, &claims(json!({"roles": ["platform_admin"]})));
    let ask = async |token: &str| edge.call("GET", "/api/v1/tenants").key(token).send().await;
    let old = token();
    assert_eq!(ask(&old).await.status, 200);
    issuer.faults.order(upstreams::Ordered { status: Some(500), ..Default::default() });
    issuer.passport.rotate(true);
    let unknown = ask(&token()).await;
    unknown.refused(503, "UPSTREAM_UNAVAILABLE");
    assert!(!unknown.header("retry-after").is_empty());
    assert_eq!(ask(&old).await.status, 200);
    issuer.faults.clear();
    crate::edge::eventually("the new key", async || (ask(&token()).await.status == 200).then_some(())).await;
}

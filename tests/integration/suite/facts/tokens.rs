//! Seat tokens: grants that are checked without asking.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::edge::Settings;
use crate::facts::facts;
use crate::shape::{Shape, Stage};

facts! {
    a_token_is_believed_by_the_published_keys,
    a_revoked_seat_gets_no_token,
    without_a_key_no_token_is_signed: one_is_enough,
}

fn one_is_enough(shape: Shape) -> bool {
    shape == Shape::Sqlite
}

/// The claims of `token`, if it is signed by one of `keys`.
fn claims(token: &str, keys: &Value) -> Option<Value> {
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let json = |part: &str| serde_json::from_slice::<Value>(&decode(part)).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let header = json(header);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("JWT")));
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"])?;
    for (member, value) in [("kty", "OKP"), ("crv", "Ed25519"), ("alg", "EdDSA"), ("use", "sig")] {
        assert_eq!(key[member], value);
    }
    let public = decode(key["x"].as_str().unwrap());
    UnparsedPublicKey::new(&ED25519, public).verify(signed.as_bytes(), &decode(signature)).ok()?;
    Some(json(claims))
}

async fn a_token_is_believed_by_the_published_keys(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let mut check = org.check("ana");
    check["token"] = json!(true);
    let keys = edge.call("GET", "/.well-known/jwks.json").send().await;
    assert_eq!(keys.header("cache-control"), "public, max-age=300");
    let keys = keys.expect(200);
    for node in &edge.nodes {
        let key = edge.product().await;
        let verdict = node.call("POST", "/verify-seat").key(key).json(&check).send().await.expect(200);
        let claims = claims(verdict["token"].as_str().unwrap(), &keys).unwrap();
        let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!(iat < exp && exp <= iat + 3600, "{claims}");
        let expected = json!({
            "sub": "ana", "aud": org.application, "org": org.id, "ext": org.external, "seat": verdict["seatId"],
            "reason": verdict["reason"], "ver": verdict["version"], "iat": iat, "exp": exp,
        });
        assert_eq!(claims, expected);
    }
    let batch = json!({"requests": [check, org.check("ana"), {"userId": 7}]});
    let results = edge.post("/verify-seats", edge.product().await, &batch).await.expect(200)["results"].clone();
    assert!(claims(results[0]["token"].as_str().unwrap(), &keys).is_some());
    assert_eq!(results[1].get("token"), None);
}

async fn a_revoked_seat_gets_no_token(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.make_acquainted("ana").await;
    let mut check = org.check("ana");
    check["token"] = json!(true);
    assert!(edge.verify(&check).await.expect(200)["token"].is_string());
    org.seat("ana", &json!({"seat_status": "REVOKED"}));
    org.invalidate(&org.by_alias()).await;
    let verdict = edge.verify(&check).await.expect(200);
    assert_eq!((&verdict["reason"], verdict.get("token")), (&json!("SEAT_REVOKED"), None));
}

async fn without_a_key_no_token_is_signed(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with("seat_token_key", "")).await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let mut check = org.check("ana");
    check["token"] = json!(true);
    edge.verify(&check).await.refused(503, "NOT_CONFIGURED");
    edge.call("GET", "/.well-known/jwks.json").send().await.refused(503, "NOT_CONFIGURED");
    assert_eq!(org.verify("ana").await["hasAccess"], true);
}

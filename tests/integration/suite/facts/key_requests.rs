//! The requests that create and list API keys: pages, fields that are refused, idempotency keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use super::keys::{KEYS, list, tenant};
use crate::edge::BOOTSTRAP;
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    keys_are_listed_newest_first_a_page_at_a_time,
    a_page_that_is_none_is_refused,
    a_key_that_cannot_be_made_is_refused_by_field,
    with_an_idempotency_key_a_request_happens_once,
    requests_under_one_idempotency_key_at_once_make_one_key,
}

async fn keys_are_listed_newest_first_a_page_at_a_time(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let tenant = tenant();
    let (admin_id, admin) = edge.new_key(json!({"tenant_id": tenant, "scopes": ["tenants:admin"]})).await;
    let mut ids = vec![admin_id];
    for number in 0..4 {
        ids.push(edge.new_key(json!({"tenant_id": tenant, "name": format!("key {number}")})).await.0);
    }
    ids.reverse();
    for limit in [1, 2, 3, 5, 200] {
        let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = list(&edge, &admin, &format!("?limit={limit}&cursor={cursor}")).await;
            let data = page["data"].as_array().unwrap();
            assert!(data.len() <= limit);
            seen.extend(data.iter().map(|key| key["id"].as_str().unwrap().to_owned()));
            pages += 1;
            match page["nextCursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        // Two that were made in one millisecond stand in the order of their ids.
        assert_eq!(seen.iter().collect::<BTreeSet<_>>(), ids.iter().collect(), "{limit} at a time");
        assert_eq!((seen.len(), pages), (5, 5_usize.div_ceil(limit)), "{limit} at a time");
    }
    let newest = list(&edge, &admin, "").await;
    let created: Vec<&str> =
        newest["data"].as_array().unwrap().iter().map(|key| key["created_at"].as_str().unwrap()).collect();
    assert!(created.is_sorted_by(|newer, older| newer >= older), "{created:?}");
}

async fn a_page_that_is_none_is_refused(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    for (query, field) in [
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?limit=-1", "limit"),
        ("?limit=many", "limit"),
        ("?limit=", "limit"),
        ("?limit=99999999999999999999", "limit"),
        ("?cursor=nonsense", "cursor"),
        ("?cursor=.", "cursor"),
        ("?cursor=%00", "cursor"),
    ] {
        let answer = edge.call("GET", &format!("{KEYS}{query}")).key(BOOTSTRAP).send().await;
        answer.refused(400, "VALIDATION_ERROR");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
    }
}

async fn a_key_that_cannot_be_made_is_refused_by_field(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let good = json!({"name": "n", "scopes": ["seats:verify"]});
    for (field, value, named) in [
        ("name", json!(""), "name"),
        ("name", json!("  "), "name"),
        ("name", json!("x".repeat(201)), "name"),
        ("name", json!(7), "name"),
        ("name", Value::Null, "name"),
        ("scopes", json!([]), "scopes"),
        ("scopes", json!("seats:verify"), "scopes"),
        ("scopes", json!(["seats:verify", "seats:*"]), "scopes[1]"),
        ("scopes", json!([7]), "scopes[0]"),
        ("tenant_id", json!(""), "tenant_id"),
        ("tenant_id", json!("a\u{0}b"), "tenant_id"),
        ("tenant_id", json!({}), "tenant_id"),
        ("applications", json!([]), "applications"),
        ("applications", json!(["healos", ""]), "applications[1]"),
        ("applications", json!(["a\nb"]), "applications[0]"),
        ("expires_at", json!("soon"), "expires_at"),
        ("expires_at", json!("2020-01-01T00:00:00Z"), "expires_at"),
        ("expires_at", json!(1_700_000_000), "expires_at"),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = edge.post(KEYS, BOOTSTRAP, &body).await;
        answer.refused(400, "VALIDATION_ERROR");
        assert_eq!(answer.json()["errors"][0]["field"], named, "{field} = {value}");
    }
    for lacking in ["name", "scopes"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(lacking);
        let answer = edge.post(KEYS, BOOTSTRAP, &body).await;
        answer.refused(400, "VALIDATION_ERROR");
        assert_eq!(answer.json()["errors"], json!([{"field": lacking, "message": "is required"}]));
    }
}

async fn with_an_idempotency_key_a_request_happens_once(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let tenant = tenant();
    let admin = edge.new_key(json!({"tenant_id": tenant, "scopes": ["tenants:admin", "seats:verify"]})).await.1;
    let body = json!({"name": "once", "scopes": ["seats:verify"]});
    let make = async |idempotency_key: &str, body: &Value, key: &str| {
        edge.call("POST", KEYS).key(key).header("idempotency-key", idempotency_key).json(body).send().await
    };
    let first = make("one", &body, &admin).await.expect(201);
    for _ in 0..3 {
        assert_eq!(make("one", &body, &admin).await.expect(201), first);
    }
    let other_body = json!({"name": "twice", "scopes": ["seats:verify"]});
    make("one", &other_body, &admin).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_ne!(make("two", &body, &admin).await.expect(201), first);
    // Another caller's marks are its own.
    assert_ne!(make("one", &body, BOOTSTRAP).await.expect(201), first);
    // What was refused may be tried again.
    make("three", &json!({"name": "", "scopes": ["seats:verify"]}), &admin).await.refused(400, "VALIDATION_ERROR");
    make("three", &body, &admin).await.expect(201);
    let made = list(&edge, &admin, "").await["data"].as_array().unwrap().len();
    assert_eq!(made, 4, "the admin's own key and three more");
    let long = "x".repeat(256);
    for no_key in ["", " ", "has space", &long] {
        make(no_key, &body, &admin).await.refused(400, "VALIDATION_ERROR");
    }
}

async fn requests_under_one_idempotency_key_at_once_make_one_key(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let admin = edge.new_key(json!({"tenant_id": tenant(), "scopes": ["tenants:admin"]})).await.1;
    let body = json!({"name": "once", "scopes": ["tenants:admin"]});
    let make = || edge.call("POST", KEYS).key(&admin).header("idempotency-key", "race").json(&body).send();
    let mut made = BTreeSet::new();
    for answer in join_all((0..20).map(|_| make())).await {
        if answer.status == 409 {
            answer.refused(409, "IDEMPOTENCY_IN_PROGRESS");
        } else {
            made.insert(answer.expect(201).to_string());
        }
    }
    made.insert(make().await.expect(201).to_string());
    assert_eq!(made.len(), 1, "one answer for all");
    assert_eq!(list(&edge, &admin, "").await["data"].as_array().unwrap().len(), 2);
}

//! The changes feed: whoever remembers verdicts hears of every raise.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Edge, Node, Organization};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_revocation_on_one_node_is_told_by_another_within_a_second,
    a_raise_that_was_answered_is_in_the_feed,
    an_external_id_that_changes_hands_is_in_the_feed,
    a_key_hears_of_its_applications_and_its_tenant_alone,
    a_position_that_is_garbled_is_refused_and_none_starts_anew,
}

/// What `node` tells after `since`.
async fn follow(node: &Node, key: &str, since: &str, wait: u32) -> Answer {
    node.call("GET", &format!("/api/v1/seats/changes?since={since}&wait={wait}")).key(key).send().await
}

/// The present position.
async fn start(edge: &Edge) -> String {
    let answer = edge.call("GET", "/api/v1/seats/changes").key(BOOTSTRAP).send().await.expect(200);
    assert_eq!((&answer["changes"], &answer["reset"]), (&json!([]), &json!(true)), "{answer}");
    answer["next"].as_str().unwrap().to_owned()
}

/// The fence of `org`, if `answer` lists it.
fn fence_of(answer: &Value, org: &Organization) -> Option<i64> {
    assert_eq!(answer["reset"], false, "{answer}");
    let is_it = |change: &&Value| {
        change["applicationSlug"] == org.application.as_str() && change["externalOrgId"] == org.external.as_str()
    };
    answer["changes"].as_array().unwrap().iter().find(is_it).map(|change| change["fence"].as_i64().unwrap())
}

/// What is told of `org` after `since`, waiting past what is told of others.
async fn told(node: &Node, org: &Organization<'_>, since: &str) -> (i64, String) {
    let mut since = since.to_owned();
    loop {
        let answer = follow(node, BOOTSTRAP, &since, 25).await.expect(200);
        since = answer["next"].as_str().unwrap().to_owned();
        if let Some(fence) = fence_of(&answer, org) {
            return (fence, since);
        }
    }
}

async fn a_revocation_on_one_node_is_told_by_another_within_a_second(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let (here, there) = (edge.nodes.first().unwrap(), edge.nodes.last().unwrap());
    let product = edge.product().await.to_owned();
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let org = edge.organization();
        org.seat("ana", &json!({}));
        org.make_acquainted("ana").await;
        let next = start(&edge).await;
        org.seat("ana", &json!({"seat_status": "REVOKED"}));
        let revoke = async {
            let invalidate = here.call("POST", "/api/v1/seats/invalidate").key(&product).json(&org.by_alias());
            let fence = invalidate.send().await.expect(200)["fence"].as_i64().unwrap();
            (fence, Instant::now())
        };
        let tell = async { (told(there, &org, &next).await, Instant::now()) };
        let (((told, _), told_at), (fence, revoked_at)) = futures::future::join(tell, revoke).await;
        assert!(told >= fence, "{told} {fence}");
        // Who asks again is not told what was.
        let verdict = there.call("POST", "/verify-seat").key(&product).json(&org.check("ana")).send().await.expect(200);
        assert_eq!(verdict["reason"], "SEAT_REVOKED");
        fastest = fastest.min(told_at.saturating_duration_since(revoked_at));
    }
    // A busy machine is slow now and then.
    assert!(fastest < Duration::from_secs(1), "{fastest:?}");
}

async fn a_raise_that_was_answered_is_in_the_feed(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    let elsewhere = org.in_application("powerdialer");
    for one in [&org, &elsewhere] {
        one.seat("ana", &json!({}));
        one.make_acquainted("ana").await;
    }
    let never_met = Organization::unknown(&edge);
    let next = start(&edge).await;
    for (body, concerned) in [
        (org.by_id(), vec![&org, &elsewhere]),
        (elsewhere.by_alias(), vec![&org, &elsewhere]),
        (never_met.by_alias(), vec![&never_met]),
    ] {
        let fence =
            edge.post("/api/v1/seats/invalidate", BOOTSTRAP, &body).await.expect(200)["fence"].as_i64().unwrap();
        for node in &edge.nodes {
            let answer = follow(node, BOOTSTRAP, &next, 0).await.expect(200);
            for one in &concerned {
                assert!(fence_of(&answer, one) >= Some(fence), "{answer} {fence}");
            }
        }
    }
}

async fn an_external_id_that_changes_hands_is_in_the_feed(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = Organization::unknown(&edge);
    let new = json!({"name": "Feed", "slug": org.external.replace('_', "-"), "owner_email": "o@example.com"});
    let tenant = edge.post("/api/v1/tenants", BOOTSTRAP, &new).await.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/tenants/{tenant}/external-ids/healos");
    let node = edge.nodes.last().unwrap();
    let mut next = start(&edge).await;
    for body in [Some(json!({"externalOrgId": org.external})), None] {
        let call = match &body {
            Some(body) => edge.call("PUT", &path).json(body),
            None => edge.call("DELETE", &path),
        };
        assert!(call.key(BOOTSTRAP).send().await.status < 300);
        (_, next) = told(node, &org, &next).await;
    }
}

async fn a_key_hears_of_its_applications_and_its_tenant_alone(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let (own, other) = (edge.organization(), edge.organization());
    for org in [&own, &other] {
        org.seat("ana", &json!({}));
        org.make_acquainted("ana").await;
    }
    let (_, of_tenant) = edge.new_key(json!({"tenant_id": own.id})).await;
    let (_, of_application) = edge.new_key(json!({"applications": ["openmic"]})).await;
    let (_, without_scope) = edge.new_key(json!({"scopes": ["seats:write"]})).await;
    let next = start(&edge).await;
    for org in [&own, &other] {
        org.invalidate(&org.by_alias()).await;
    }
    let node = edge.nodes.last().unwrap();
    let answer = follow(node, &of_tenant, &next, 0).await.expect(200);
    assert!(fence_of(&answer, &own).is_some() && fence_of(&answer, &other).is_none(), "{answer}");
    let answer = follow(node, &of_application, &next, 0).await.expect(200);
    assert_eq!((&answer["changes"], &answer["reset"]), (&json!([]), &json!(false)), "{answer}");
    follow(node, &without_scope, &next, 0).await.refused(403, "PERMISSION_DENIED");
}

async fn a_position_that_is_garbled_is_refused_and_none_starts_anew(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let node = edge.nodes.first().unwrap();
    let next = start(&edge).await;
    let cut: String = next.chars().skip(1).collect();
    for (since, wait, field) in [("garbled", 0, "since"), (&cut, 0, "since"), (&next, 26, "wait")] {
        let refused = follow(node, BOOTSTRAP, since, wait).await;
        refused.refused(400, "VALIDATION_ERROR");
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
    // A key of a tenant that nothing happens to.
    let (_, quiet) = edge.new_key(json!({"tenant_id": "nothing-happens-here"})).await;
    let nothing = follow(node, &quiet, &next, 1).await;
    assert_eq!(nothing.expect(200)["changes"], json!([]));
    assert_eq!(nothing.expect(200)["reset"], false);
    assert!(nothing.header("etag").starts_with('"'), "{:?}", nothing.headers);
}

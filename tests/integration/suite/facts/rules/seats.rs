use std::sync::Arc;

use futures::future::join_all;
use serde_json::json;

use super::{activate, publish, push, tell};
use crate::edge::{Edge, Organization, Settings, eventually};
use crate::shape::Stage;

const DENY_EVERYBODY: &str = "fn decide(input) {\n    #{ hasAccess: false, reason: \"SUBSCRIPTION_SUSPENDED\" }\n}\n";

/// The verdicts of many checks on every node at once.
async fn verdicts(edge: &Edge, org: &Organization<'_>) -> Vec<(bool, String)> {
    let product = edge.product().await;
    let check = org.check("ana");
    let ask = |node: &crate::edge::Node| node.call("POST", "/verify-seat").key(product).json(&check).send();
    let answers = join_all(edge.nodes.iter().flat_map(|node| (0..30).map(move |_| node)).map(ask)).await;
    let verdict = |answer: crate::client::Answer| {
        let verdict = answer.expect(200);
        (verdict["hasAccess"].as_bool().unwrap(), verdict["reason"].as_str().unwrap().to_owned())
    };
    answers.into_iter().map(verdict).collect()
}

async fn all_are(edge: &Edge, org: &Organization<'_>, granted: bool, reason: &str) {
    for verdict in verdicts(edge, org).await {
        assert_eq!(verdict, (granted, reason.to_owned()));
    }
}

pub(super) async fn a_seat_access_that_denies_everybody_denies_the_very_next_check(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.make_acquainted("ana").await;
    all_are(&edge, &org, true, "SEAT_ACTIVE").await;
    let denying = push(&edge, "seat_access", DENY_EVERYBODY).await;
    all_are(&edge, &org, true, "SEAT_ACTIVE").await;
    for _ in 0..3 {
        activate(&edge, "seat_access", denying).await;
        all_are(&edge, &org, false, "SUBSCRIPTION_SUSPENDED").await;
        assert_eq!(tell(&edge, "/seat_access/rollback", &json!({})).await.expect(200)["version"], 1);
        all_are(&edge, &org, true, "SEAT_ACTIVE").await;
    }
}

pub(super) async fn a_seat_access_that_fails_leaves_it_to_the_shipped_rule(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let org = edge.organization();
    for (user, changes) in [("ana", json!({})), ("bea", json!({"seat_status": "REVOKED"}))] {
        org.seat(user, &changes);
        org.make_acquainted(user).await;
    }
    for script in [
        "fn decide(input) { throw \"no\"; }",
        "fn decide(input) { loop { } }",
        "fn decide(input) { #{ hasAccess: \"yes\", reason: \"SEAT_ACTIVE\" } }",
        "fn decide(input) { () }",
    ] {
        publish(&edge, "seat_access", script).await;
        all_are(&edge, &org, true, "SEAT_ACTIVE").await;
        assert_eq!(org.reason("bea").await.0, "SEAT_REVOKED", "{script}");
    }
    eventually("a line that says so in the log", async || {
        let log = edge.log();
        let mut lines = log.lines().filter(|line| line.contains("RULE_FAILED") && line.contains("seat_access"));
        lines.any(|line| line.contains("the shipped rule decides")).then_some(())
    })
    .await;
}

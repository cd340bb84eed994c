use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{RULES, activate, baker, everybody, look, publish, push, tell};
use crate::edge::{BOOTSTRAP, Edge, Settings, eventually};
use crate::shape::Stage;

/// The decisions that `query` finds, once there are so many: they are written behind the answers.
async fn decisions(edge: &Edge, rule: &str, query: &str, many: usize) -> Vec<Value> {
    eventually(&format!("{many} decisions of {rule}{query}"), async || {
        let listed = look(edge, &format!("/{rule}/decisions{query}")).await.expect(200);
        let found = listed["data"].as_array().unwrap().clone();
        assert!(found.len() <= many, "{listed}");
        (found.len() == many).then_some(found)
    })
    .await
}

pub(super) async fn a_decision_is_listed_with_the_version_that_made_it(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let admin = push(&edge, "role_mapping", &everybody("admin")).await;
    let mut made = BTreeSet::new();
    for turn in 0..12 {
        if turn == 6 {
            activate(&edge, "role_mapping", admin).await;
        }
        let id = format!("decision-{turn}");
        let call = edge.call("POST", &format!("{RULES}/role_mapping/evaluate")).key(BOOTSTRAP);
        let decided = call.header("x-request-id", &id).json(&baker()).send().await.expect(200);
        let version = if turn < 6 { 1 } else { admin };
        assert_eq!(decided["version"], version);
        assert!(decided["operations"].as_u64().unwrap() > 0 && decided["durationUs"].is_u64(), "{decided}");
        assert!(!decided["log"].as_array().unwrap().is_empty(), "{decided}");
        made.insert((id, version));
    }
    // A draft decides where it is named, and its decision is known for what it is.
    let draft = push(&edge, "role_mapping", &everybody("manager")).await;
    let mut tried = baker();
    tried["version"] = json!(draft);
    let decided = tell(&edge, "/role_mapping/evaluate", &tried).await.expect(200);
    assert_eq!((&decided["version"], &decided["outcome"]["role"]), (&json!(draft), &json!("manager")));
    tried["version"] = json!(99);
    tell(&edge, "/role_mapping/evaluate", &tried).await.refused(404, "VERSION_NOT_FOUND");
    decisions(&edge, "role_mapping", "", 13).await;
    decisions(&edge, "role_mapping", &format!("?version={draft}"), 1).await;
    decisions(&edge, "role_mapping", "?version=1", 6).await;
    decisions(&edge, "role_mapping", "?outcome=admin", 6).await;
    decisions(&edge, "role_mapping", "?outcome=failed", 0).await;
    let shas: Vec<Value> = decisions(&edge, "role_mapping", &format!("?version={admin}"), 6).await;
    let active = look(&edge, "/role_mapping").await.expect(200);
    for decision in shas {
        assert_eq!((&decision["sha256"], &decision["outcome"]), (&active["sha256"], &json!({"role": "admin"})));
        assert_eq!((&decision["input"], &decision["actor"]), (&baker()["input"], &json!("bootstrap")));
        assert!(decision["failure"].is_null() && decision["tenantId"].is_null(), "{decision}");
    }
    // A page at a time, newest first, each once.
    let (mut listed, mut instants) = (BTreeSet::new(), Vec::new());
    let mut path = "/role_mapping/decisions?limit=5".to_owned();
    loop {
        let page = look(&edge, &path).await.expect(200);
        for decision in page["data"].as_array().unwrap() {
            let text = |field: &str| decision[field].as_str().unwrap().to_owned();
            instants.push(text("at"));
            assert!(listed.insert((text("requestId"), decision["version"].as_i64().unwrap())), "twice: {decision}");
        }
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/role_mapping/decisions?limit=5&cursor={cursor}");
    }
    assert!(listed.len() == 13 && listed.is_superset(&made), "{listed:?}");
    assert!(stage.shape.nodes() > 1 || instants.is_sorted_by(|newer, older| newer >= older), "{instants:?}");
    for query in ["?version=x", "?from=yesterday", "?cursor=x", "?limit=0"] {
        look(&edge, &format!("/role_mapping/decisions{query}")).await.refused(400, "VALIDATION_ERROR");
    }
}

pub(super) async fn a_rule_that_fails_says_so_and_its_recorded_decision_says_why(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let script = "fn decide(input) {\n    throw \"a secret of ours\";\n}";
    let version = publish(&edge, "role_mapping", script).await;
    let failed = tell(&edge, "/role_mapping/evaluate", &baker()).await;
    failed.refused(500, "RULE_FAILED");
    assert!(!failed.text().contains("secret"), "{}", failed.text());
    let recorded = decisions(&edge, "role_mapping", "?outcome=failed", 1).await.remove(0);
    assert_eq!((&recorded["version"], &recorded["outcome"]), (&json!(version), &Value::Null));
    assert_eq!(recorded["failure"]["line"], 2);
    assert!(recorded["failure"]["message"].as_str().unwrap().contains("a secret of ours"), "{recorded}");
    // An outcome that does not fit is none.
    for outcome in ["()", "true", "#{ }", "#{ role: \"emperor\" }", "#{ role: 1 }", "#{ role: \"admin\", more: 1 }"] {
        publish(&edge, "role_mapping", &format!("fn decide(input) {{ {outcome} }}")).await;
        tell(&edge, "/role_mapping/evaluate", &baker()).await.refused(500, "RULE_FAILED");
    }
    // What the rule does not take is the caller's mistake.
    for (input, field) in [
        (json!({"jobTitle": "Baker"}), "department"),
        (json!({"jobTitle": 7, "department": "x"}), "jobTitle"),
        (json!({"jobTitle": "Baker", "department": "x", "departmnt": "y"}), "departmnt"),
    ] {
        let refused = tell(&edge, "/role_mapping/evaluate", &json!({"input": input})).await;
        refused.refused(400, "VALIDATION_ERROR");
        assert!(refused.json()["errors"].to_string().contains(field), "{}", refused.text());
    }
}

pub(super) async fn money_keeps_its_digits_from_text_to_text(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let script = r#"fn decide(input) {
        let sum = if 0.1 + 0.2 == 0.3 { "exact" } else { "a float" };
        #{ outcome: "approve", levels: [], reason: `${input.amount} ${input.amount * 3} ${div(10, 4, 2)} ${sum}` }
    }"#;
    publish(&edge, "approval", script).await;
    for (amount, reason) in [
        ("20.00", "20.00 60.00 2.50 exact"),
        ("0.10", "0.10 0.30 2.50 exact"),
        ("12345678901234567890.10", "12345678901234567890.10 37037036703703703670.30 2.50 exact"),
    ] {
        let body = format!(
            r#"{{"input":{{"kind":"checkout","amount":{amount},"currency":"INR","tenantId":"t1","requester":{{"id":"u1","role":"MEMBER"}}}}}}"#
        );
        let call = edge.call("POST", &format!("{RULES}/approval/evaluate")).key(BOOTSTRAP);
        let decided = call.header("content-type", "application/json").body(body).send().await.expect(200);
        assert_eq!(decided["outcome"]["reason"], reason);
    }
    eventually("the amount as it was sent, in the record", async || {
        let listed = look(&edge, "/approval/decisions").await;
        listed.text().contains("\"amount\":12345678901234567890.10").then_some(())
    })
    .await;
}

pub(super) async fn a_backtest_shows_what_a_draft_would_change(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    for title in ["Baker", "Director", "Baker", "Sales Manager", "Contractor"] {
        let body = json!({"input": {"jobTitle": title, "department": "Bakery"}});
        tell(&edge, "/role_mapping/evaluate", &body).await.expect(200);
    }
    let recorded = decisions(&edge, "role_mapping", "", 5).await;
    let draft = r#"fn decide(input) {
        if input.jobTitle == "Sales Manager" { throw "no"; }
        #{ role: if input.jobTitle == "Baker" { "manager" } else if input.jobTitle == "Director" { "admin" } else { "member" } }
    }"#;
    let counts = |found: &Value| {
        ["compared", "changed", "errors"].map(|field| found[field].as_u64().unwrap_or_else(|| panic!("{found}")))
    };
    let found = tell(&edge, "/role_mapping/backtest", &json!({"script": draft})).await.expect(200);
    assert_eq!(counts(&found), [5, 2, 1], "{found}");
    let examples = found["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 3);
    for example in examples {
        let decision = recorded.iter().find(|decision| decision["id"] == example["decisionId"]).unwrap();
        assert_eq!((&example["input"], &example["before"]), (&decision["input"], &decision["outcome"]));
        if example["input"]["jobTitle"] == "Baker" {
            assert_eq!(example["after"], json!({"role": "manager"}));
        } else {
            assert!(example["after"]["error"].is_string(), "{example}");
        }
    }
    // By the number of a version, on fewer, and what is in force changes nothing.
    let found = tell(&edge, "/role_mapping/backtest", &json!({"version": 1, "limit": 3})).await.expect(200);
    assert_eq!(counts(&found), [3, 0, 0]);
    assert_eq!(decisions(&edge, "role_mapping", "", 5).await, recorded, "a backtest records nothing");
    tell(&edge, "/role_mapping/backtest", &json!({"version": 99})).await.refused(404, "VERSION_NOT_FOUND");
    tell(&edge, "/role_mapping/backtest", &json!({"script": "fn decide("})).await.refused(422, "RULE_INVALID");
    for body in [json!({}), json!({"script": draft, "version": 1}), json!({"version": 1, "limit": 0})] {
        tell(&edge, "/role_mapping/backtest", &body).await.refused(400, "VALIDATION_ERROR");
    }
}

pub(super) async fn the_audit_tells_who_did_what(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let scopes = json!({"name": "rule keeper", "scopes": ["rules:read", "rules:write"]});
    let (id, key) = edge.new_key(scopes).await;
    let body = json!({"script": everybody("admin"), "note": "All of them"});
    let made = edge.post(&format!("{RULES}/role_mapping/versions"), &key, &body).await.expect(201);
    activate(&edge, "role_mapping", made["version"].as_i64().unwrap()).await;
    tell(&edge, "/role_mapping/rollback", &json!({})).await.expect(200);
    let listed = look(&edge, "/role_mapping/audit").await.expect(200);
    let deeds = listed["data"].as_array().unwrap();
    let told: Vec<_> =
        deeds.iter().map(|deed| (deed["action"].as_str().unwrap(), deed["version"].as_i64().unwrap())).collect();
    assert_eq!(&told[..3], [("rolled_back", 1), ("activated", 2), ("created", 2)]);
    let (rolled_back, activated, created) = (&deeds[0], &deeds[1], &deeds[2]);
    assert!(created["actor"].as_str().unwrap().contains(&id), "{created}");
    assert_eq!(created["note"], "All of them");
    assert_eq!((&activated["actor"], &activated["previousVersion"]), (&json!("bootstrap"), &json!(1)));
    assert_eq!((&rolled_back["actor"], &rolled_back["previousVersion"]), (&json!("bootstrap"), &json!(2)));
    for deed in &deeds[..3] {
        assert!(deed["address"].as_str().unwrap().starts_with("127.0.0.1"), "{deed}");
        assert!(deed["at"].as_str().unwrap().ends_with('Z'), "{deed}");
    }
    assert!(activated["diff"].as_str().unwrap().contains("+    #{ role: \"admin\" }"), "{activated}");
    assert!(rolled_back["diff"].as_str().unwrap().contains("-    #{ role: \"admin\" }"), "{rolled_back}");
    let page = look(&edge, "/role_mapping/audit?limit=1").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    let rest = format!("/role_mapping/audit?cursor={}", page["nextCursor"].as_str().unwrap());
    assert_eq!(look(&edge, &rest).await.expect(200)["data"].as_array().unwrap()[..], deeds[1..]);
    for method in ["DELETE", "PUT", "POST", "PATCH"] {
        let answer =
            edge.call(method, &format!("{RULES}/role_mapping/audit")).key(BOOTSTRAP).json(&json!({})).send().await;
        assert!(matches!(answer.status, 404 | 405), "{method}: {}", answer.status);
    }
}

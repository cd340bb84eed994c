use std::time::Duration;

use serde_json::{Value, json};

use super::{EVERYBODY_ADMIN, another_instance, test};

const PURCHASE: &str = r#"{"kind":"checkout","amount":12345678901234567890.10,"currency":"INR","tenantId":"t1",
    "requester":{"id":"u1","role":"MEMBER"}}"#;

#[tokio::test(start_paused = true)]
async fn a_decision_says_what_which_version_and_how() {
    let test = test();
    let script = "fn decide(input) {\n    print(input.kind);\n    #{ outcome: \"approve\", levels: [], reason: `${input.amount}` }\n}";
    let version = test.publish("approval", script).await;
    let decided = test.post_text("/approval/evaluate", &format!("{{\"input\":{PURCHASE}}}")).await;
    test.world.clock.advance(Duration::from_secs(1)).await;
    assert_eq!(decided.status, 200, "{}", test.get("/approval/decisions").await.text);
    let fields: Vec<_> = decided.body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["durationUs", "log", "operations", "outcome", "version"]);
    assert_eq!(decided.body["version"], version);
    assert_eq!(decided.body["outcome"]["reason"], "12345678901234567890.10");
    assert!(decided.body["operations"].as_u64().unwrap() > 0);
    let log: Vec<_> = decided.body["log"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(log.contains(&"checkout") && log.contains(&"line 2") && log.contains(&"line 3"), "{log:?}");
    assert!(decided.headers["server-timing"].to_str().unwrap().contains("rule;dur="));
}

#[tokio::test(start_paused = true)]
async fn a_draft_decides_where_it_is_named() {
    let test = test();
    let there = another_instance(&test.world);
    let draft = test.post("/role_mapping/versions", &json!({"script": EVERYBODY_ADMIN})).await.body["version"].clone();
    let input = json!({"jobTitle": "Baker", "department": "x"});
    let by_draft = there.post("/role_mapping/evaluate", &json!({"input": input, "version": draft})).await.body;
    assert_eq!((&by_draft["version"], &by_draft["outcome"]), (&draft, &json!({"role": "admin"})));
    let active = there.post("/role_mapping/evaluate", &json!({"input": input})).await.body;
    assert_eq!((&active["version"], &active["outcome"]), (&json!(1), &json!({"role": "member"})));
    let none = there.post("/role_mapping/evaluate", &json!({"input": input, "version": 9})).await;
    assert_eq!(none.code(), (404, "VERSION_NOT_FOUND"));
}

#[tokio::test(start_paused = true)]
async fn an_input_that_the_rule_does_not_take_is_named() {
    let test = test();
    for (input, field) in [
        (json!({}), "input"),
        (json!({"jobTitle": "x"}), "input"),
        (json!({"jobTitle": 7, "department": "x"}), "input.jobTitle"),
        (json!([]), "input"),
        (json!("x"), "input"),
        (Value::Null, "input"),
    ] {
        let refused = test.post("/role_mapping/evaluate", &json!({"input": input})).await;
        assert_eq!(refused.code(), (400, "VALIDATION_ERROR"), "{input}");
        assert!(refused.body["errors"][0]["field"].as_str().unwrap().starts_with(field), "{input} {}", refused.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_fails_says_so_and_not_why() {
    let test = test();
    test.publish("role_mapping", "fn decide(input) {\n    throw \"a secret of ours\";\n}").await;
    let body = json!({"input": {"jobTitle": "Baker", "department": "x"}});
    let failed = test.post("/role_mapping/evaluate", &body).await;
    assert_eq!(failed.code(), (500, "RULE_FAILED"));
    assert!(!failed.text.contains("secret") && !failed.text.contains("line"), "{}", failed.text);
    test.world.clock.advance(Duration::from_secs(1)).await;
    let recorded = test.get("/role_mapping/decisions").await.body["data"][0].clone();
    assert!(recorded["failure"]["message"].as_str().unwrap().contains("a secret of ours"));
    assert_eq!((&recorded["failure"]["line"], &recorded["version"]), (&json!(2), &json!(2)));
    assert!(test.world.log.lines().iter().any(|line| {
        line.contains("RULE_FAILED") && line.contains(recorded["id"].as_str().unwrap()) && !line.contains("secret")
    }));
}

#[tokio::test(start_paused = true)]
async fn a_backtest_shows_what_would_have_changed() {
    let test = test();
    test.publish("approval", r#"fn decide(input) { #{ outcome: "approve", levels: [], reason: "" } }"#).await;
    for amount in ["900.00", "1000.00", "1000.01", "20000"] {
        let body = format!("{{\"input\":{}}}", PURCHASE.replace("12345678901234567890.10", amount));
        assert_eq!(test.post_text("/approval/evaluate", &body).await.status, 200);
    }
    test.world.clock.advance(Duration::from_secs(1)).await;
    let draft = r#"fn decide(input) {
        #{ outcome: if input.amount > 1000 { "reject" } else { "approve" }, levels: [], reason: "" }
    }"#;
    let found = test.post("/approval/backtest", &json!({"script": draft})).await;
    assert_eq!(
        (found.status, &found.body["compared"], &found.body["changed"], &found.body["errors"]),
        (200, &json!(4), &json!(2), &json!(0),),
        "{}",
        found.text
    );
    assert_eq!(found.body["examples"].as_array().unwrap().len(), 2);
    let example = &found.body["examples"][0];
    assert!(example["decisionId"].as_str().unwrap().starts_with("dec_"));
    assert_eq!((&example["before"]["outcome"], &example["after"]["outcome"]), (&json!("approve"), &json!("reject")));
    assert!(found.text.contains("\"amount\":1000.01"), "{}", found.text);
    let by_version = test.post("/approval/backtest", &json!({"version": 2, "limit": 3})).await.body;
    assert_eq!((&by_version["compared"], &by_version["changed"]), (&json!(3), &json!(0)));
    assert_eq!(test.post("/approval/backtest", &json!({"version": 99})).await.code(), (404, "VERSION_NOT_FOUND"));
    let invalid = test.post("/approval/backtest", &json!({"script": "fn decide("})).await;
    assert_eq!(invalid.code(), (422, "RULE_INVALID"));
    assert!(invalid.body["errors"][0]["message"].is_string());
}

#[tokio::test(start_paused = true)]
async fn without_any_store_nothing_is_decided() {
    let test = test();
    let body = json!({"input": {"jobTitle": "Baker", "department": "x"}});
    assert_eq!(test.post("/role_mapping/evaluate", &body).await.status, 200);
    let there = another_instance(&test.world);
    test.world.cache.set_down(true);
    test.world.db.set_down(true);
    assert_eq!(test.post("/role_mapping/evaluate", &body).await.status, 200, "by the last it had");
    assert_eq!(there.post("/role_mapping/evaluate", &body).await.code(), (503, "STORE_UNAVAILABLE"));
}

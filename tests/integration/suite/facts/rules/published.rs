use std::sync::Arc;

use serde_json::{Value, json};

use super::{activation, etag, everybody, look, push, tell};
use crate::edge::{BOOTSTRAP, Settings};
use crate::shape::Stage;

pub(super) async fn rules_are_listed_as_shipped_and_shown_one_by_one(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let listed = look(&edge, "").await.expect(200);
    let names: Vec<&str> =
        listed["data"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["approval", "budget", "role_mapping", "seat_access"]);
    for rule in names {
        let answer = look(&edge, &format!("/{rule}")).await;
        let shown = answer.expect(200);
        assert_eq!((&shown["name"], &shown["version"]), (&json!(rule), &json!(1)));
        assert!(shown["script"].as_str().unwrap().contains("fn decide(input)"), "{shown}");
        assert!(!shown["tests"]["tests"].as_array().unwrap().is_empty(), "{rule} ships without tests");
        assert_eq!((&shown["activatedBy"], &shown["activatedAt"]), (&Value::Null, &Value::Null));
        assert_eq!(shown["sha256"].as_str().unwrap().len(), 64);
        let etag = answer.header("etag");
        assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
        let again = edge.call("GET", &format!("/api/v1/rules/{rule}")).key(BOOTSTRAP);
        let again = again.header("if-none-match", etag).send().await;
        assert_eq!((again.status, again.header("etag"), again.body.len()), (304, etag, 0));
        let schema = look(&edge, &format!("/{rule}/schema")).await.expect(200);
        for side in ["input", "outcome"] {
            assert!(schema[side]["properties"].is_object() && schema[side]["required"].is_array(), "{rule} {side}");
        }
        let version = look(&edge, &format!("/{rule}/versions/1")).await.expect(200);
        assert_eq!((&version["active"], &version["script"]), (&json!(true), &shown["script"]));
        for unknown in ["99", "0", "x"] {
            look(&edge, &format!("/{rule}/versions/{unknown}")).await.refused(404, "VERSION_NOT_FOUND");
        }
    }
    for path in ["/nobody", "/nobody/schema", "/nobody/versions", "/nobody/versions/1", "/APPROVAL", "/nobody/audit"] {
        look(&edge, path).await.refused(404, "RULE_NOT_FOUND");
    }
    tell(&edge, "/nobody/evaluate", &json!({"input": {}})).await.refused(404, "RULE_NOT_FOUND");
}

pub(super) async fn a_check_names_line_and_column_and_stores_nothing(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let before = look(&edge, "/role_mapping/versions").await.expect(200);
    let good = tell(&edge, "/role_mapping/check", &json!({"script": everybody("admin")})).await.expect(200);
    assert_eq!((&good["ok"], &good["errors"]), (&json!(true), &json!([])));
    for (script, line, column) in [
        ("fn decide(input) {\n    #{ role: nobody }\n}", 2, 14),
        ("fn decide(input) {\n    if false {\n        unknown(1);\n    }\n    #{ role: \"admin\" }\n}", 3, 9),
        ("fn decide(input) {\n\n  #{ role: }\n}", 3, 12),
    ] {
        let found = tell(&edge, "/role_mapping/check", &json!({"script": script})).await.expect(200);
        assert_eq!(found["ok"], false, "{script}");
        let error = &found["errors"][0];
        assert_eq!((&error["line"], &error["column"]), (&json!(line), &json!(column)), "{script}: {found}");
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
    for script in ["", "()", "fn other(input) { }", "fn decide() { #{ role: \"admin\" } }"] {
        let found = tell(&edge, "/role_mapping/check", &json!({"script": script})).await.expect(200);
        assert_eq!(found["ok"], false, "{script:?}: {found}");
        assert!(!found["errors"].as_array().unwrap().is_empty(), "{script:?}: {found}");
    }
    let input = &super::baker()["input"];
    let tests = json!({"tests": [
        {"name": "right", "input": input, "expected": {"role": "admin"}},
        {"name": "wrong", "input": input, "expected": {"role": "member"}},
    ]});
    let body = json!({"script": everybody("admin"), "tests": tests});
    let found = tell(&edge, "/role_mapping/check", &body).await.expect(200);
    let shown: Vec<_> =
        found["tests"].as_array().unwrap().iter().map(|test| (&test["name"], &test["passed"])).collect();
    assert_eq!(shown, [(&json!("right"), &json!(true)), (&json!("wrong"), &json!(false))]);
    let wrong = &found["tests"][1];
    assert_eq!((&wrong["expected"], &wrong["actual"]), (&json!({"role": "member"}), &json!({"role": "admin"})));
    assert_eq!(found["ok"], false);
    assert_eq!(look(&edge, "/role_mapping/versions").await.expect(200), before);
}

pub(super) async fn a_version_that_does_not_pass_is_refused_with_what_a_check_says(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let before = look(&edge, "/budget/versions").await.expect(200);
    for body in [
        json!({"script": "fn decide(input) {\n    #{ outcome: nobody }\n}"}),
        json!({"script": "fn decide("}),
        json!({
            "script": "fn decide(input) { #{ outcome: \"allow\", alerts: [], reason: \"\" } }",
            "tests": {"tests": [{
                "name": "never", "expected": {"outcome": "deny", "alerts": [], "reason": ""},
                "input": {"budget": {"limit": 1, "spent": 0, "reserved": 0, "currency": "INR", "period": "2024-01"}, "amount": 2},
            }]},
        }),
    ] {
        let checked = tell(&edge, "/budget/check", &body).await.expect(200);
        let refused = tell(&edge, "/budget/versions", &body).await;
        refused.refused(422, "RULE_INVALID");
        for member in ["ok", "errors", "tests"] {
            assert_eq!(refused.json()[member], checked[member], "{member} of {body}");
        }
    }
    assert_eq!(look(&edge, "/budget/versions").await.expect(200), before);
}

pub(super) async fn a_version_is_numbered_and_named_by_what_is_in_it(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let body = json!({"script": everybody("admin"), "note": "All of them"});
    let made = tell(&edge, "/role_mapping/versions", &body).await.expect(201);
    assert_eq!(made["version"], 2);
    let name = made["sha256"].as_str().unwrap();
    assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase()));
    // The same again, whatever is said of it and whichever node is told.
    for _ in 0..2 {
        let again = tell(&edge, "/role_mapping/versions", &json!({"script": everybody("admin")})).await.expect(201);
        assert_eq!(again, made);
    }
    let other = tell(&edge, "/role_mapping/versions", &json!({"script": everybody("manager")})).await.expect(201);
    assert_eq!(other["version"], 3);
    assert_ne!(other["sha256"], made["sha256"]);
    let tested = json!({"script": everybody("admin"), "tests": {"tests": []}});
    let tested = tell(&edge, "/role_mapping/versions", &tested).await;
    assert!(tested.status == 422 || tested.json()["sha256"] != made["sha256"], "tests are part of it");
    // Many at once get numbers of their own, without a gap.
    let scripts: Vec<String> = (0..20).map(|turn| format!("// {turn}\n{}", everybody("member"))).collect();
    let before = look(&edge, "/role_mapping/versions").await.expect(200)["data"][0]["version"].as_i64().unwrap();
    let made = futures::future::join_all(scripts.iter().map(|script| push(&edge, "role_mapping", script))).await;
    let mut numbers = made.clone();
    numbers.sort_unstable();
    assert_eq!(numbers, (before + 1..=before + 20).collect::<Vec<_>>());
    for (script, number) in scripts.iter().zip(made) {
        let shown = look(&edge, &format!("/role_mapping/versions/{number}")).await.expect(200);
        assert_eq!((&shown["script"], &shown["active"]), (&json!(script), &json!(false)));
    }
    let shown = look(&edge, "/role_mapping/versions/2").await.expect(200);
    assert_eq!((&shown["note"], &shown["basedOn"]), (&json!("All of them"), &json!(1)));
    assert_eq!((&shown["author"], &shown["sha256"]), (&json!("bootstrap"), &json!(name)));
    // Newest first, a page at a time.
    let mut listed = Vec::new();
    let mut path = "/role_mapping/versions?limit=7".to_owned();
    loop {
        let page = look(&edge, &path).await.expect(200);
        let data = page["data"].as_array().unwrap();
        assert!(data.len() <= 7);
        listed.extend(data.iter().map(|version| version["version"].as_i64().unwrap()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/role_mapping/versions?limit=7&cursor={cursor}");
    }
    assert_eq!(listed, (1..=before + 20).rev().collect::<Vec<_>>());
    assert_eq!(look(&edge, "/role_mapping").await.expect(200)["version"], 1, "none of it is in force");
}

pub(super) async fn to_put_a_version_in_force_one_says_what_it_replaces(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let version = push(&edge, "role_mapping", &everybody("admin")).await;
    let shipped = etag(&edge, "role_mapping").await;
    let silent = tell(&edge, "/role_mapping/activate", &json!({"version": version})).await;
    silent.refused(428, "PRECONDITION_REQUIRED");
    for stale in ["\"\"", "\"1-0000\"", "x"] {
        activation(&edge, "role_mapping", version, stale).send().await.refused(412, "PRECONDITION_FAILED");
    }
    activation(&edge, "role_mapping", 99, &shipped).send().await.refused(404, "VERSION_NOT_FOUND");
    let answer = activation(&edge, "role_mapping", version, &shipped).send().await;
    let active = answer.expect(200);
    assert_eq!((&active["name"], &active["version"]), (&json!("role_mapping"), &json!(version)));
    assert_eq!(active["sha256"].as_str().unwrap().len(), 64);
    let now = etag(&edge, "role_mapping").await;
    assert!(now != shipped && answer.header("etag") == now, "{now}");
    let shown = look(&edge, "/role_mapping").await.expect(200);
    assert_eq!((&shown["version"], &shown["activatedBy"]), (&json!(version), &json!("bootstrap")));
    assert!(shown["activatedAt"].as_str().unwrap().ends_with('Z'));
    activation(&edge, "role_mapping", 1, &shipped).send().await.refused(412, "PRECONDITION_FAILED");
    // The other rules are what they were.
    assert_eq!(look(&edge, "/approval").await.expect(200)["version"], 1);
}

/// The tests come as a list alone.
pub(super) async fn a_check_has_switch_go_by_equality_and_arithmetic_be_exact(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let check = async |script: &str| {
        let tests: Vec<String> = ["5000", "5000.00", "\"5000\"", "5e3"]
            .iter()
            .enumerate()
            .map(|(index, amount)| {
                format!(
                    r#"{{"name":"{index}","input":{{"kind":"checkout","amount":{amount},"currency":"INR","tenantId":"t",
                    "requester":{{"id":"u","role":"OWNER"}}}},"expected":{{"outcome":"approve","levels":[],"reason":"found"}}}}"#
                )
            })
            .collect();
        let body = format!(r#"{{"script":{},"tests":[{}]}}"#, json!(script), tests.join(","));
        let call = edge.call("POST", "/api/v1/rules/approval/check").key(BOOTSTRAP);
        call.header("content-type", "application/json").body(body).send().await.expect(200)
    };
    let deciding = |reason: &str| {
        format!(
            "fn decide(input) {{\nlet found = {reason};\n#{{ outcome: \"approve\", levels: [], reason: found }}\n}}"
        )
    };
    for case in ["5000", "5000.00", "4999..5001"] {
        let script = deciding(&format!("switch input.amount {{ {case} => \"found\", _ => \"not found\" }}"));
        let report = check(&script).await;
        assert_eq!((&report["ok"], &report["tests"].as_array().unwrap().len()), (&json!(true), &4), "{report}");
    }
    for (reason, part) in [
        ("switch input.amount { \"5000\" => \"found\", _ => \"not found\" }", "cannot compare a number with a text"),
        (
            "if 1.0000000000000001 * 1.0000000000000001 == 1.0000000000000002 { \"found\" } else { \"not found\" }",
            "more than 28 digits",
        ),
    ] {
        let report = check(&deciding(reason)).await;
        for test in report["tests"].as_array().unwrap() {
            let error = test["error"].as_str().unwrap();
            assert!(error.starts_with("line 2: ") && error.contains(part), "{reason}: {test}");
        }
    }
    for reason in [
        "switch input.amount { 5000 => \"found\", \"x\" => \"not found\" }",
        "if input.amount == 5000.00000000000000000000000000001 { \"not found\" } else { \"found\" }",
    ] {
        let report = check(&deciding(reason)).await;
        assert_eq!((&report["ok"], &report["errors"][0]["line"]), (&json!(false), &json!(2)), "{reason}: {report}");
    }
}

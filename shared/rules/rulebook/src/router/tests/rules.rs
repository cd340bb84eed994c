use std::time::Duration;

use http::Request;
use serde_json::{Value, json};

use super::{BOOTSTRAP, EVERYBODY_ADMIN, EVERYBODY_MANAGER, test};

#[tokio::test(start_paused = true)]
async fn all_rules_are_listed_with_what_is_in_force() {
    let test = test();
    let version = test.publish("role_mapping", EVERYBODY_ADMIN).await;
    for path in ["", "/"] {
        let listed = test.get(path).await;
        let rules: Vec<_> = listed.body["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| {
                assert!(rule.get("script").is_none());
                (rule["name"].as_str().unwrap(), rule["version"].as_i64().unwrap())
            })
            .collect();
        assert_eq!(rules, [("approval", 1), ("budget", 1), ("role_mapping", version), ("seat_access", 1)]);
        assert!(listed.body["nextCursor"].is_null());
    }
}

#[tokio::test(start_paused = true)]
async fn a_rule_shows_what_is_in_force_and_an_etag_that_names_it() {
    let test = test();
    let shipped = test.get("/role_mapping").await;
    assert_eq!(
        (shipped.status, &shipped.body["version"], &shipped.body["author"]),
        (200, &json!(1), &json!("bheem-edge"))
    );
    assert_eq!(shipped.body["script"], edge_rules::shipped(edge_rules::Rule::RoleMapping).script);
    assert!(shipped.body["tests"]["tests"].is_array());
    assert!(shipped.body["activatedAt"].is_null() && shipped.body["sha256"].as_str().unwrap().len() == 64);
    test.publish("role_mapping", EVERYBODY_ADMIN).await;
    let now = test.get("/role_mapping").await;
    assert_ne!(now.etag(), shipped.etag());
    assert_eq!((&now.body["script"], &now.body["tests"]), (&json!(EVERYBODY_ADMIN), &Value::Null));
    assert_eq!(now.body["activatedBy"], "bootstrap");
    assert_eq!(now.body["activatedAt"], "2026-01-01T00:00:00.000Z");
    let asked = |etag: String| Request::get("/api/v1/rules/role_mapping").header("if-none-match", etag);
    let unchanged = test.send(asked(now.etag()), BOOTSTRAP, "").await;
    assert_eq!((unchanged.status, unchanged.etag(), unchanged.text.as_str()), (304, now.etag(), ""));
    assert_eq!(test.send(asked(shipped.etag()), BOOTSTRAP, "").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_schema_says_what_a_rule_takes_and_gives() {
    let test = test();
    for name in ["approval", "budget", "role_mapping", "seat_access"] {
        let schema = test.get(&format!("/{name}/schema")).await.body;
        for side in ["input", "outcome"] {
            assert!(schema[side]["properties"].is_object() && schema[side]["required"].is_array(), "{name} {side}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn versions_are_listed_newest_first_and_shown_whole_one_by_one() {
    let test = test();
    let two = test.publish("role_mapping", EVERYBODY_ADMIN).await;
    let body = json!({"script": EVERYBODY_MANAGER, "note": "a try"});
    let three = test.post("/role_mapping/versions", &body).await.body["version"].as_i64().unwrap();
    let listed = test.get("/role_mapping/versions?limit=2").await.body;
    let numbers: Vec<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["version"].as_i64().unwrap(), one["active"].as_bool().unwrap()))
        .collect();
    assert_eq!(numbers, [(three, false), (two, true)]);
    let rest =
        test.get(&format!("/role_mapping/versions?cursor={}", listed["nextCursor"].as_str().unwrap())).await.body;
    assert_eq!((&rest["data"][0]["version"], &rest["nextCursor"]), (&json!(1), &Value::Null));
    assert!(rest["data"][0]["note"].as_str().unwrap().starts_with("Shipped with"));
    let shown = test.get(&format!("/role_mapping/versions/{three}")).await.body;
    assert_eq!((&shown["script"], &shown["note"]), (&json!(EVERYBODY_MANAGER), &json!("a try")));
    assert_eq!(
        (&shown["active"], &shown["basedOn"], &shown["author"]),
        (&json!(false), &json!(two), &json!("bootstrap"))
    );
    for unknown in ["4", "0", "-1", "x", "99999999999999999999"] {
        assert_eq!(test.get(&format!("/role_mapping/versions/{unknown}")).await.code(), (404, "VERSION_NOT_FOUND"));
    }
    assert_eq!(test.get("/role_mapping/versions?cursor=x").await.code(), (400, "VALIDATION_ERROR"));
}

#[tokio::test(start_paused = true)]
async fn decisions_are_paged_and_filtered() {
    let test = test();
    let script = r#"fn decide(input) {
        if input.jobTitle == "Nobody" { throw "who?"; }
        #{ role: if input.jobTitle == "Chief" { "admin" } else { "member" } }
    }"#;
    let version = test.publish("role_mapping", script).await;
    for (index, title) in ["Chief", "Baker", "Nobody", "Baker", "Chief", "Baker"].iter().enumerate() {
        test.world.clock.advance(Duration::from_secs(1)).await;
        let by = if index == 0 { json!(1) } else { Value::Null };
        let body = json!({"input": {"jobTitle": title, "department": "x"}, "version": by});
        let status = test.post("/role_mapping/evaluate", &body).await.status;
        assert_eq!(status, if *title == "Nobody" { 500 } else { 200 });
    }
    test.world.clock.advance(Duration::from_secs(1)).await;
    let count = async |query: &str| {
        let listed = test.get(&format!("/role_mapping/decisions{query}")).await;
        assert_eq!(listed.status, 200, "{}", listed.text);
        listed.body["data"].as_array().unwrap().len()
    };
    for (query, found) in [
        ("", 6),
        ("?version=1", 1),
        (&format!("?version={version}"), 5),
        ("?outcome=member", 4),
        ("?outcome=admin", 1),
        ("?outcome=failed", 1),
        ("?tenant=t1", 0),
        ("?from=2026-01-01T00:00:05Z", 2),
        ("?to=2026-01-01T00:00:05Z", 4),
        ("?from=2026-01-01T00:00:02Z&to=2026-01-01T05:30:05%2B05:30&outcome=member", 2),
    ] {
        assert_eq!(count(query).await, found, "{query}");
    }
    let failed = test.get("/role_mapping/decisions?outcome=failed").await.body["data"][0].clone();
    assert_eq!((&failed["outcome"], &failed["failure"]["line"]), (&Value::Null, &json!(2)));
    assert_eq!((&failed["version"], &failed["actor"]), (&json!(version), &json!("bootstrap")));
    assert!(failed["requestId"].as_str().unwrap().starts_with("req_"));
    let mut seen = Vec::new();
    let mut path = "/role_mapping/decisions?limit=4".to_owned();
    loop {
        let page = test.get(&path).await.body;
        assert_eq!(page["unwritten"], 0);
        seen.extend(page["data"].as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/role_mapping/decisions?limit=4&cursor={cursor}");
    }
    assert!(seen.len() == 6 && seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
    for query in ["?version=x", "?from=yesterday", "?to=1", "?cursor=x", "?limit=0"] {
        assert_eq!(
            test.get(&format!("/role_mapping/decisions{query}")).await.code(),
            (400, "VALIDATION_ERROR"),
            "{query}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_audit_shows_the_caller_the_address_and_the_diff() {
    let test = test();
    test.publish("role_mapping", EVERYBODY_ADMIN).await;
    test.world.clock.advance(Duration::from_secs(1)).await;
    test.publish("role_mapping", EVERYBODY_MANAGER).await;
    let page = test.get("/role_mapping/audit?limit=2").await.body;
    let entry = &page["data"][0];
    assert_eq!(
        (&entry["action"], &entry["actor"], &entry["address"]),
        (&json!("activated"), &json!("bootstrap"), &json!("192.0.2.7:5050"),)
    );
    assert_eq!((&entry["version"], &entry["previousVersion"]), (&json!(3), &json!(2)));
    assert!(entry["diff"].as_str().unwrap().contains("-    #{ role: \"admin\" }\n+    #{ role: \"manager\" }\n"));
    let rest = test.get(&format!("/role_mapping/audit?cursor={}", page["nextCursor"].as_str().unwrap())).await.body;
    let actions: Vec<_> =
        rest["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["activated", "created", "created"]);
    assert_eq!(test.get("/role_mapping/audit?cursor=1.2").await.code(), (400, "VALIDATION_ERROR"));
}

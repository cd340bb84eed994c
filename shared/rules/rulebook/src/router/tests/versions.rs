use http::Request;
use serde_json::{Value, json};

use super::{BOOTSTRAP, EVERYBODY_ADMIN, EVERYBODY_MANAGER, another_instance, test};

const BROKEN: &str = "fn decide(input) {\n    #{ role: nobody }\n}";

#[tokio::test(start_paused = true)]
async fn a_check_says_what_is_wrong_and_stores_nothing() {
    let test = test();
    let good = test.post("/role_mapping/check", &json!({"script": EVERYBODY_ADMIN})).await;
    assert_eq!((good.status, &good.body["ok"], &good.body["errors"]), (200, &json!(true), &json!([])));
    let bad = test.post("/role_mapping/check", &json!({"script": BROKEN})).await;
    assert_eq!((bad.status, &bad.body["ok"]), (200, &json!(false)));
    assert_eq!(bad.body["errors"][0]["line"], 2);
    assert!(bad.body["errors"][0]["column"].as_i64().unwrap() > 1 && bad.body["errors"][0]["message"].is_string());
    let tests = json!({"tests": [
        {"name": "right", "input": {"jobTitle": "x", "department": "y"}, "expected": {"role": "admin"}},
        {"name": "wrong", "input": {"jobTitle": "x", "department": "y"}, "expected": {"role": "member"}},
    ]});
    let tested = test.post("/role_mapping/check", &json!({"script": EVERYBODY_ADMIN, "tests": tests})).await.body;
    assert_eq!(tested["ok"], false);
    let shown: Vec<_> = tested["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["name"].as_str().unwrap(), one["passed"].as_bool().unwrap(), one["actual"]["role"].as_str().unwrap())
        })
        .collect();
    assert_eq!(shown, [("right", true, "admin"), ("wrong", false, "admin")]);
    assert_eq!(tested["tests"][1]["expected"], json!({"role": "member"}));
    assert_eq!(test.get("/role_mapping/versions").await.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn tests_are_taken_as_a_list_as_an_object_and_as_a_text() {
    let test = test();
    let list = json!([{"name": "right", "input": {"jobTitle": "x", "department": "y"}, "expected": {"role": "admin"}}]);
    let object = json!({"tests": list});
    let said = json!([{"name": "right", "passed": true, "expected": {"role": "admin"}, "actual": {"role": "admin"}, "error": null}]);
    for (index, tests) in
        [list.clone(), object.clone(), json!(format!("{list:#}\n")), json!(object.to_string())].iter().enumerate()
    {
        let body = json!({"script": format!("{EVERYBODY_ADMIN}// {index}"), "tests": tests});
        let checked = test.post("/role_mapping/check", &body).await;
        assert_eq!((&checked.body["ok"], &checked.body["tests"]), (&json!(true), &said), "{tests}");
        let made = test.post("/role_mapping/versions", &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let kept = test.get(&format!("/role_mapping/versions/{}", made.body["version"])).await;
        assert_eq!(kept.body["tests"], if index % 2 == 0 { list.clone() } else { object.clone() });
    }
    for wrong in [json!(7), json!("no tests"), json!(""), json!(true)] {
        let body = json!({"script": EVERYBODY_ADMIN, "tests": wrong});
        let checked = test.post("/role_mapping/check", &body).await;
        let message = checked.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("expected a list of tests"), "{wrong}: {message}");
        assert_eq!(test.post("/role_mapping/versions", &body).await.code(), (422, "RULE_INVALID"), "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_is_stored_and_not_in_force() {
    let test = test();
    let made = test.post("/role_mapping/versions", &json!({"script": EVERYBODY_ADMIN, "note": "n"})).await;
    assert_eq!((made.status, &made.body["version"]), (201, &json!(2)));
    assert_eq!(made.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["sha256", "version"]);
    assert_eq!(made.body["sha256"], edge_rules::fingerprint(EVERYBODY_ADMIN, ""));
    assert_eq!(test.get("/role_mapping").await.body["version"], 1);
    let again = test.post("/role_mapping/versions", &json!({"script": EVERYBODY_ADMIN})).await;
    assert_eq!((again.status, again.body), (201, made.body));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_does_not_pass_is_refused_with_what_a_check_says() {
    let test = test();
    let tests = r#"{"tests":[{"name":"dear","input":{"kind":"checkout","amount":20.00,"currency":"INR","tenantId":"t",
        "requester":{"id":"u","role":"MEMBER"}},"expected":{"outcome":"reject","levels":[],"reason":"no"}}]}"#;
    let script = r#"fn decide(input) { #{ outcome: \"approve\", levels: [], reason: \"\" + input.amount } }"#;
    let body = format!(r#"{{"script":"{script}","tests":{tests}}}"#);
    let checked = test.post_text("/approval/check", &body).await;
    let refused = test.post_text("/approval/versions", &body).await;
    assert_eq!(refused.code(), (422, "RULE_INVALID"), "{}", refused.text);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    for member in ["ok", "errors", "warnings", "tests", "coverage"] {
        assert_eq!(refused.body[member], checked.body[member], "{member}");
    }
    assert!(refused.text.contains(r#""reason":"20.00""#), "digits stay: {}", refused.text);
    assert_eq!(test.get("/approval/versions").await.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_body_is_named() {
    let test = test();
    let note = "x".repeat(1001);
    for (path, body, field) in [
        ("/approval/check", json!({}), "script"),
        ("/approval/check", json!({"script": 1}), "script"),
        ("/approval/versions", json!({"tests": {}}), "script"),
        ("/approval/versions", json!({"script": "x", "note": note}), "note"),
        ("/approval/versions", json!({"script": "x\u{0}"}), "script"),
        ("/approval/versions", json!({"script": "x", "note": 1}), "note"),
        ("/approval/evaluate", json!({}), "input"),
        ("/approval/evaluate", json!({"input": {}, "version": "1"}), "version"),
        ("/approval/backtest", json!({}), "script"),
        ("/approval/backtest", json!({"script": "x", "version": 1}), "version"),
        ("/approval/backtest", json!({"version": 1, "limit": 0}), "limit"),
        ("/approval/backtest", json!({"version": 1, "limit": 10001}), "limit"),
    ] {
        let refused = test.post(path, &body).await;
        assert_eq!(
            (refused.code(), &refused.body["errors"][0]["field"]),
            ((400, "VALIDATION_ERROR"), &json!(field)),
            "{path} {body}"
        );
    }
    for body in ["", "x", "[", "\"\"", &"[".repeat(10_000), &format!("{{\"script\":{}", "{\"a\":".repeat(10_000))] {
        for path in ["/approval/check", "/approval/versions", "/approval/evaluate", "/approval/backtest"] {
            assert_eq!(test.post_text(path, body).await.code(), (400, "VALIDATION_ERROR"), "{path}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn putting_a_version_in_force_wants_the_etag_of_what_it_replaces() {
    let test = test();
    let there = another_instance(&test.world);
    let version = test.post("/role_mapping/versions", &json!({"script": EVERYBODY_ADMIN})).await.body["version"]
        .as_i64()
        .unwrap();
    let etag = test.get("/role_mapping").await.etag();
    let without = test.post("/role_mapping/activate", &json!({"version": version})).await;
    assert_eq!(without.code(), (428, "PRECONDITION_REQUIRED"));
    for stale in ["\"1-0000\"", "\"\"", "x", &format!("W/{etag}")] {
        assert_eq!(test.activate("role_mapping", version, stale).await.code(), (412, "PRECONDITION_FAILED"), "{stale}");
    }
    assert_eq!(test.activate("role_mapping", 7, &etag).await.code(), (404, "VERSION_NOT_FOUND"));
    let done = test.activate("role_mapping", version, &format!("\"other\", {etag}")).await;
    assert_eq!(
        (done.status, &done.body["version"], &done.body["name"]),
        (200, &json!(version), &json!("role_mapping"))
    );
    assert_eq!(done.etag(), there.get("/role_mapping").await.etag());
    assert_eq!(there.activate("role_mapping", 1, &etag).await.code(), (412, "PRECONDITION_FAILED"));
    assert_eq!(there.activate("role_mapping", 1, "*").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_needs_no_body_and_no_etag() {
    let test = test();
    let nothing = test.post_text("/role_mapping/rollback", "").await;
    assert_eq!(nothing.code(), (409, "NOTHING_TO_ROLL_BACK"));
    let two = test.publish("role_mapping", EVERYBODY_ADMIN).await;
    let stale = test.get("/role_mapping").await.etag();
    test.publish("role_mapping", EVERYBODY_MANAGER).await;
    let request = Request::post("/api/v1/rules/role_mapping/rollback").header("if-match", stale);
    assert_eq!(test.send(request, BOOTSTRAP, "").await.code(), (412, "PRECONDITION_FAILED"));
    let back = test.post_text("/role_mapping/rollback", "").await;
    assert_eq!((back.status, &back.body["version"]), (200, &json!(two)));
    assert_eq!(back.etag(), test.get("/role_mapping").await.etag());
    assert_eq!(test.post("/role_mapping/rollback", &json!({})).await.body["version"], 1);
    assert_eq!(test.post_text("/role_mapping/rollback", "[]x").await.code(), (400, "VALIDATION_ERROR"));
}

#[tokio::test(start_paused = true)]
async fn a_request_with_an_idempotency_key_happens_once() {
    let test = test();
    test.publish("role_mapping", EVERYBODY_ADMIN).await;
    test.publish("role_mapping", EVERYBODY_MANAGER).await;
    let marked =
        |path: &str| Request::post(format!("/api/v1/rules/role_mapping/{path}")).header("idempotency-key", path);
    for _ in 0..2 {
        let back = test.send(marked("rollback"), BOOTSTRAP, "").await;
        assert_eq!((back.status, &back.body["version"]), (200, &json!(2)));
    }
    assert_eq!(test.get("/role_mapping").await.body["version"], 2);
    let script = |number: i64| json!({"script": format!("// {number}\n{EVERYBODY_ADMIN}")}).to_string();
    let first = test.send(marked("versions"), BOOTSTRAP, &script(1)).await;
    let again = test.send(marked("versions"), BOOTSTRAP, &script(1)).await;
    assert_eq!((first.status, &first.body), (201, &again.body));
    let other = test.send(marked("versions"), BOOTSTRAP, &script(2)).await;
    assert_eq!(other.code(), (422, "IDEMPOTENCY_KEY_REUSED"));
    // What failed may be tried again.
    let broken = Request::post("/api/v1/rules/role_mapping/versions").header("idempotency-key", "b");
    assert_eq!(test.send(broken, BOOTSTRAP, &json!({"script": BROKEN}).to_string()).await.status, 422);
    assert_eq!(test.get("/role_mapping").await.body["tests"], Value::Null);
}

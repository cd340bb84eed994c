use http::Request;
use serde_json::json;

use super::{EVERYBODY_ADMIN, another_instance, test};

const EVERY: [(&str, &str, &str); 13] = [
    ("GET", "", "rules:read"),
    ("GET", "/approval", "rules:read"),
    ("GET", "/approval/schema", "rules:read"),
    ("GET", "/approval/versions", "rules:read"),
    ("GET", "/approval/versions/1", "rules:read"),
    ("GET", "/approval/decisions", "rules:read"),
    ("GET", "/approval/audit", "rules:read"),
    ("POST", "/approval/check", "rules:write"),
    ("POST", "/approval/versions", "rules:write"),
    ("POST", "/approval/activate", "rules:write"),
    ("POST", "/approval/rollback", "rules:write"),
    ("POST", "/approval/backtest", "rules:write"),
    ("POST", "/approval/evaluate", "rules:evaluate"),
];

fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(format!("/api/v1/rules{path}"))
}

#[tokio::test(start_paused = true)]
async fn every_call_wants_its_scope() {
    let test = test();
    let mut keys = Vec::new();
    for scope in ["rules:read", "rules:write", "rules:evaluate", "seats:verify"] {
        keys.push((scope, test.key(json!({"name": scope, "scopes": [scope]})).await));
    }
    for (method, path, wanted) in EVERY {
        let nobody = test.send(request(method, path), "nobody-that-is-known", "{}").await;
        assert_eq!(nobody.code(), (401, "UNAUTHENTICATED"), "{method} {path}");
        for (scope, key) in &keys {
            let answer = test.send(request(method, path), key, "{}").await;
            let let_in = answer.code() != (403, "PERMISSION_DENIED");
            assert_eq!(let_in, *scope == wanted, "{method} {path} with {scope}: {}", answer.text);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenants_key_may_look_and_evaluate_and_change_nothing() {
    let test = test();
    let scopes = json!(["rules:read", "rules:write", "rules:evaluate"]);
    let key = test.key(json!({"name": "t1", "scopes": scopes, "tenant_id": "t1"})).await;
    for (method, path, scope) in EVERY {
        let forbidden = scope == "rules:write" || path.ends_with("/audit");
        let body = json!({"script": EVERYBODY_ADMIN, "version": 1, "input": {}}).to_string();
        let answer = test.send(request(method, path).header("if-match", "*"), &key, &body).await;
        assert_eq!(answer.code() == (403, "PERMISSION_DENIED"), forbidden, "{method} {path}: {}", answer.text);
    }
    assert_eq!(test.get("/approval/versions").await.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_tenants_key_sees_its_tenants_decisions_alone() {
    let test = test();
    let scopes = json!(["rules:read", "rules:evaluate"]);
    let mut keys = Vec::new();
    for tenant in ["t1", "t2"] {
        keys.push(test.key(json!({"name": tenant, "scopes": scopes, "tenant_id": tenant})).await);
    }
    let input = r#"{"input":{"jobTitle":"Baker","department":"x"}}"#;
    for (key, times) in keys.iter().zip([2, 3]) {
        for _ in 0..times {
            assert_eq!(test.send(request("POST", "/role_mapping/evaluate"), key, input).await.status, 200);
        }
    }
    test.world.clock.advance(std::time::Duration::from_secs(1)).await;
    let there = another_instance(&test.world);
    for (path, counts) in [
        ("/role_mapping/decisions", [2, 3]),
        ("/role_mapping/decisions?tenant=t1", [2, 0]),
        ("/role_mapping/decisions?tenant=nobody", [0, 0]),
    ] {
        for (key, count) in keys.iter().zip(counts) {
            let seen = there.send(request("GET", path), key, "").await;
            assert_eq!(seen.body["data"].as_array().unwrap().len(), count, "{path}");
            assert!(seen.body["unwritten"].is_null());
        }
    }
    assert_eq!(there.get("/role_mapping/decisions").await.body["data"].as_array().unwrap().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_rule_is_not_found() {
    let test = test();
    for (method, path, _) in EVERY.into_iter().filter(|(_, path, _)| !path.is_empty()) {
        let path = path.replace("approval", "approvals");
        let answer = test.send(request(method, &path).header("if-match", "*"), super::BOOTSTRAP, "{}").await;
        assert_eq!(answer.code(), (404, "RULE_NOT_FOUND"), "{method} {path}");
    }
    assert_eq!(test.get("/approval/nothing").await.code(), (404, "NOT_FOUND"));
    assert_eq!(test.post("/approval", &json!({})).await.code(), (405, "METHOD_NOT_ALLOWED"));
}

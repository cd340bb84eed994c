use std::sync::Arc;

use serde_json::{Value, json};

use super::{RULES, baker, everybody, look};
use crate::edge::Settings;
use crate::shape::Stage;

const CALLS: [(&str, &str, &str); 13] = [
    ("GET", "", "rules:read"),
    ("GET", "/role_mapping", "rules:read"),
    ("GET", "/role_mapping/schema", "rules:read"),
    ("GET", "/role_mapping/versions", "rules:read"),
    ("GET", "/role_mapping/versions/1", "rules:read"),
    ("GET", "/role_mapping/decisions", "rules:read"),
    ("GET", "/role_mapping/audit", "rules:read"),
    ("POST", "/role_mapping/check", "rules:write"),
    ("POST", "/role_mapping/versions", "rules:write"),
    ("POST", "/role_mapping/activate", "rules:write"),
    ("POST", "/role_mapping/rollback", "rules:write"),
    ("POST", "/role_mapping/backtest", "rules:write"),
    ("POST", "/role_mapping/evaluate", "rules:evaluate"),
];

pub(super) async fn each_call_wants_its_scope(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let mut keys = Vec::new();
    for scope in ["rules:read", "rules:write", "rules:evaluate", "seats:verify"] {
        keys.push((scope, edge.new_key(json!({"scopes": [scope]})).await.1));
    }
    for (method, path, wanted) in CALLS {
        let call = || edge.call(method, &format!("{RULES}{path}")).json(&Value::Null);
        call().send().await.refused(401, "UNAUTHENTICATED");
        for (scope, key) in &keys {
            let answer = call().key(key).send().await;
            if *scope == wanted {
                assert!(!matches!(answer.status, 401 | 403 | 404 | 405), "{method} {path}: {}", answer.text());
            } else {
                answer.refused(403, "PERMISSION_DENIED");
            }
        }
    }
    // Whoever wants to go further needs all three.
    let scopes = json!(["rules:read", "rules:write", "rules:evaluate"]);
    let key = edge.new_key(json!({"scopes": scopes})).await.1;
    let body = json!({"script": everybody("admin")});
    edge.post(&format!("{RULES}/role_mapping/versions"), &key, &body).await.expect(201);
    assert_eq!(edge.post(&format!("{RULES}/role_mapping/evaluate"), &key, &baker()).await.expect(200)["version"], 1);
}

pub(super) async fn a_tenants_key_looks_and_evaluates_and_changes_nothing(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let scopes = json!(["rules:read", "rules:write", "rules:evaluate"]);
    let key = edge.new_key(json!({"scopes": scopes, "tenant_id": "tenant_of_rules"})).await.1;
    let before = look(&edge, "/role_mapping/versions").await.expect(200);
    let mut body = baker();
    body["script"] = json!(everybody("admin"));
    for (method, path, scope) in CALLS {
        let call = edge.call(method, &format!("{RULES}{path}")).key(&key).header("if-match", "*");
        let mut body = body.clone();
        if path.ends_with("/activate") {
            body["version"] = json!(1);
        }
        let answer = call.json(&body).send().await;
        if scope == "rules:write" || path.ends_with("/audit") {
            answer.refused(403, "PERMISSION_DENIED");
        } else {
            answer.expect(200);
        }
    }
    assert_eq!(look(&edge, "/role_mapping/versions").await.expect(200), before);
    // What is decided for the platform is no tenant's to see.
    super::tell(&edge, "/role_mapping/evaluate", &baker()).await.expect(200);
    let decisions = |query: &str| {
        let call = edge.call("GET", &format!("{RULES}/role_mapping/decisions{query}")).key(&key);
        async move { call.send().await.expect(200)["data"].as_array().unwrap().clone() }
    };
    let own = crate::edge::eventually("its decision", async || {
        let own = decisions("").await;
        (!own.is_empty()).then_some(own)
    })
    .await;
    assert!(own.len() == 1 && own[0]["tenantId"] == "tenant_of_rules", "{own:?}");
    assert!(decisions("?tenant=another").await.is_empty());
}

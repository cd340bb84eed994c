use super::*;
use crate::tenant::{CommitResult, Task};

async fn actions(test: &Test, path: &str) -> Vec<String> {
    let (_, page) = test.platform("GET", path, Value::Null).await;
    page["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn every_change_is_in_the_audit_newest_first() {
    let test = test();
    let path = test.acme().await;
    let later = async || test.world.clock.advance(std::time::Duration::from_millis(1)).await;
    let users = path("/users");
    let steps = [
        ("PUT", path(""), json!({"max_users": 5, "billing_email": "x@y.example"})),
        ("POST", users.clone(), json!({"user_id": "ana", "role": "OWNER"})),
        ("POST", users, json!({"user_id": "ben", "role": "OWNER"})),
        ("PUT", path("/users/ben"), json!({"role": "ADMIN"})),
        ("PUT", path("/users/ben"), json!({"name": "Ben"})),
        ("DELETE", path("/users/ben"), Value::Null),
        ("POST", path("/api-keys"), json!({"name": "k", "scopes": ["seats:verify"]})),
        ("PUT", path("/external-ids/healos"), json!({"externalOrgId": "h1"})),
        ("DELETE", path("/external-ids/healos"), Value::Null),
    ];
    let mut key = String::new();
    for (method, path, body) in steps {
        later().await;
        let (status, answer) = test.platform(method, &path, body).await;
        assert!(status < 300, "{method} {path}: {answer}");
        key = answer["id"].as_str().map_or(key, ToOwned::to_owned);
    }
    later().await;
    assert_eq!(test.platform("DELETE", &path(&format!("/api-keys/{key}")), Value::Null).await.0, 204);
    let expected = [
        "api_key.revoked",
        "external_id.removed",
        "external_id.set",
        "api_key.created",
        "user.removed",
        "user.changed",
        "user.role_changed",
        "user.added",
        "user.added",
        "tenant.changed",
        "tenant.created",
    ];
    assert_eq!(actions(&test, &path("/audit")).await, expected);
    // A page at a time the same.
    let mut paged = Vec::new();
    let mut query = path("/audit?limit=2");
    loop {
        let (_, page) = test.platform("GET", &query, Value::Null).await;
        paged.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        query = path(&format!("/audit?limit=2&cursor={cursor}"));
    }
    assert_eq!(paged, expected);
    let (_, page) = test.platform("GET", &path("/audit?limit=200"), Value::Null).await;
    let of = |action: &str| page["data"].as_array().unwrap().iter().find(|entry| entry["action"] == action).unwrap();
    let changed = &of("tenant.changed")["detail"];
    assert_eq!(*changed, json!({"changes": {"max_users": {"from": null, "to": 5}}, "fields": ["billing_email"]}));
    assert_eq!(of("user.role_changed")["detail"], json!({"user_id": "ben", "role": "ADMIN", "previous_role": "OWNER"}));
    assert_eq!(of("api_key.revoked")["detail"], json!({"key_id": key}));
    assert_eq!(of("tenant.created")["actor"], "bootstrap");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_changes_nothing_is_none() {
    let test = test();
    let path = test.acme().await;
    test.world.clock.advance(std::time::Duration::from_secs(1)).await;
    let (_, before) = test.platform("GET", &path(""), Value::Null).await;
    let (status, after) = test.platform("PUT", &path(""), json!({"name": "Acme"})).await;
    assert_eq!((status, after), (200, before));
    assert_eq!(actions(&test, &path("/audit")).await, ["tenant.created"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_noted_because_the_edge_died_is_noted_by_whoever_comes_next() {
    let test = test();
    let path = test.acme().await;
    let tenants = Tenants::new(Db::new(test.world.db.clone()));
    let mut tenant = tenants.find(ID).await.unwrap().unwrap();
    let actor = Actor { id: "key:x".into(), address: None };
    let random = edge_capabilities::testing::SeededRandom::new(9);
    let now = edge_capabilities::Clock::now(&*test.world.clock);
    let entry = AuditEntry::new("tenant.changed", &json!({}), &actor, &random, now);
    tenant.outbox.push(Task::of_audit_entry(entry));
    // The change is made, and whoever made it dies.
    assert_eq!(tenants.replace(&tenant, now).await.unwrap(), CommitResult::Stored);
    assert_eq!(actions(&test, &path("/audit")).await, ["tenant.created"]);
    // It is due to whoever drains.
    assert_eq!(tenants.take_due(now, now, 10).await.unwrap(), [ID]);
    let outbox = tenants.find(ID).await.unwrap().unwrap().outbox;
    for _ in 0..2 {
        tenants.done(ID, &outbox).await.unwrap();
    }
    let mut noted = actions(&test, &path("/audit")).await;
    noted.sort();
    assert_eq!(noted, ["tenant.changed", "tenant.created"]);
}

#[tokio::test(start_paused = true)]
async fn to_a_tenants_key_nothing_of_another_tenant_is_there() {
    let test = test();
    let path = test.acme().await;
    test.platform("POST", &path("/users"), json!({"user_id": "ana", "role": "OWNER"})).await;
    test.platform("PUT", &path("/external-ids/healos"), json!({"externalOrgId": "h1"})).await;
    let (_, other) = test.platform("POST", "/api/v1/tenants", new("other")).await;
    let key = test.key_of(other["id"].as_str().unwrap()).await;
    let none = "0b7e1f6c-6f0a-4a4e-9a55-000000000000";
    for (method, of, body) in [
        ("GET", "", Value::Null),
        ("PUT", "", json!({"name": "Mine"})),
        ("PUT", "", json!({"slug": "mine"})),
        ("GET", "/users", Value::Null),
        ("POST", "/users", json!({"user_id": "me", "role": "OWNER"})),
        ("PUT", "/users/ana", json!({"role": "MEMBER"})),
        ("DELETE", "/users/ana", Value::Null),
        ("GET", "/api-keys", Value::Null),
        ("POST", "/api-keys", json!({"name": "k", "scopes": ["seats:verify"]})),
        ("GET", "/external-ids", Value::Null),
        ("PUT", "/external-ids/healos", json!({"externalOrgId": "h2"})),
        ("DELETE", "/external-ids/healos", Value::Null),
        ("GET", "/usage/stats", Value::Null),
        ("GET", "/audit", Value::Null),
    ] {
        let mut anothers = test.ask(&test.router, &key, method, &path(of), body.clone()).await;
        let mut nobodys = test.ask(&test.router, &key, method, &format!("/api/v1/tenants/{none}{of}"), body).await;
        for answer in [&mut anothers, &mut nobodys] {
            answer.1["requestId"] = Value::Null;
        }
        assert_eq!(anothers, nobodys, "{method} {of}");
        assert!(anothers.0 == 404 || anothers.0 == 403, "{method} {of}: {anothers:?}");
    }
    assert_eq!(test.platform("GET", &path("/users"), Value::Null).await.1["data"][0]["role"], "OWNER");
}

#[tokio::test(start_paused = true)]
async fn the_audit_is_filtered_by_action_actor_and_time() {
    let test = test();
    let path = test.acme().await;
    let key = test.key_of(ID).await;
    let id = key.split('_').nth(1).unwrap();
    let minute = async || test.world.clock.advance(std::time::Duration::from_mins(1)).await;
    for user in ["ana", "ben"] {
        minute().await;
        let body = json!({"user_id": user, "role": "MEMBER"});
        assert_eq!(test.ask(&test.router, &key, "POST", &path("/users"), body).await.0, 201);
    }
    minute().await;
    assert_eq!(test.platform("PUT", &path("/users/ben"), json!({"role": "ADMIN"})).await.0, 200);
    let (_, page) = test.platform("GET", &path("/audit"), Value::Null).await;
    let at = |index: usize| page["data"][index]["at"].as_str().unwrap().to_owned();
    let (added, created) = ("user.added", "tenant.created");
    for (query, expected) in [
        ("action=user".to_owned(), &["user.role_changed", added, added][..]),
        ("action=user.added".into(), &[added, added]),
        ("action=use".into(), &[]),
        ("action=tenant&actor=bootstrap".into(), &[created]),
        (format!("actor=key:{id}"), &[added, added]),
        (format!("action=user&from={}", at(1)), &["user.role_changed", added]),
        (format!("action=user&to={}", at(1)), &[added]),
        ("actor=&action=&from=&to=".into(), &["user.role_changed", added, added, "api_key.created", created]),
    ] {
        assert_eq!(actions(&test, &path(&format!("/audit?{query}"))).await, expected, "{query}");
    }
    let mut paged = Vec::new();
    let mut query = path("/audit?action=user&limit=1");
    loop {
        let (_, page) = test.platform("GET", &query, Value::Null).await;
        paged.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        query = path(&format!("/audit?action=user&limit=1&cursor={cursor}"));
    }
    assert_eq!(paged, ["user.role_changed", added, added]);
    let (status, refused) = test.platform("GET", &path("/audit?from=yesterday"), Value::Null).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!("from")));
}

use super::*;

async fn add(test: &Test, path: &str, user: &str, role: &str) -> (u16, Value) {
    let body = json!({"user_id": user, "role": role, "email": format!("{user}@acme.example"), "name": user});
    test.platform("POST", path, body).await
}

#[tokio::test(start_paused = true)]
async fn users_join_change_and_leave() {
    let test = test();
    let path = test.acme().await;
    let (status, made) = add(&test, &path("/users"), "ana", "owner").await;
    let expected = json!({
        "user_id": "ana", "role": "OWNER", "email": "ana@acme.example", "name": "ana", "provisioned_by": "admin",
        "erp_employee_id": null, "department": null, "job_title": null,
        "joined_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!((status, &made), (201, &expected));
    let (status, made) = test.platform("POST", &path("/users"), json!({"user_id": "ben"})).await;
    assert_eq!((status, &made["role"], &made["email"]), (201, &json!("MEMBER"), &Value::Null));
    let (_, listed) = test.platform("GET", &path("/users"), Value::Null).await;
    assert_eq!(listed["data"], json!([expected, made]));

    let (status, problem) = add(&test, &path("/users"), "ben", "ADMIN").await;
    assert_eq!((status, &problem["code"]), (409, &json!("ALREADY_EXISTS")));
    let change = json!({"role": "BILLING_ADMIN", "email": "ben@acme.example"});
    let (status, changed) = test.platform("PUT", &path("/users/ben"), change).await;
    assert_eq!(
        (status, &changed["role"], &changed["email"]),
        (200, &json!("BILLING_ADMIN"), &json!("ben@acme.example"))
    );
    let (_, changed) = test.platform("PUT", &path("/users/ben"), json!({"email": null})).await;
    assert_eq!((&changed["role"], &changed["email"]), (&json!("BILLING_ADMIN"), &Value::Null));
    assert_eq!(test.platform("DELETE", &path("/users/ben"), Value::Null).await.0, 204);
    for (method, body) in [("DELETE", Value::Null), ("PUT", json!({"role": "ADMIN"}))] {
        let (status, problem) = test.platform(method, &path("/users/ben"), body).await;
        assert_eq!((status, &problem["code"]), (404, &json!("USER_NOT_FOUND")));
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_owner_neither_leaves_nor_steps_down() {
    let test = test();
    let path = test.acme().await;
    add(&test, &path("/users"), "ana", "OWNER").await;
    for (method, body) in [("DELETE", Value::Null), ("PUT", json!({"role": "ADMIN"}))] {
        let (status, problem) = test.platform(method, &path("/users/ana"), body).await;
        assert_eq!((status, &problem["code"]), (409, &json!("LAST_OWNER")));
    }
    let (_, listed) = test.platform("GET", &path("/users"), Value::Null).await;
    assert_eq!(
        (&listed["data"][0]["role"], &listed["data"][0]["email"]),
        (&json!("OWNER"), &json!("ana@acme.example"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_tenant_has_no_more_users_than_its_plan_allows() {
    let test = test();
    let path = test.acme().await;
    test.platform("PUT", &path(""), json!({"max_users": 1})).await;
    assert_eq!(add(&test, &path("/users"), "ana", "OWNER").await.0, 201);
    let (status, problem) = add(&test, &path("/users"), "ben", "MEMBER").await;
    assert_eq!((status, &problem["code"]), (409, &json!("USER_LIMIT_REACHED")));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_user_is_named() {
    let test = test();
    let path = test.acme().await;
    for (field, value) in [
        ("user_id", json!("")),
        ("user_id", json!("a\u{0}")),
        ("user_id", json!("x".repeat(257))),
        ("user_id", json!(7)),
        ("role", json!("BOSS")),
        ("email", json!("nobody")),
        ("name", json!("\n")),
    ] {
        let (status, problem) =
            test.platform("POST", &path("/users"), with(json!({"user_id": "u"}), field, value)).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
    }
    assert_eq!(test.platform("GET", &path("/users?cursor=zz"), Value::Null).await.0, 400);
    assert_eq!(test.platform("DELETE", &path("/users/a%00b"), Value::Null).await.0, 404);
    assert_eq!(test.platform("DELETE", &path("/users/%ff"), Value::Null).await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_is_forgotten_and_the_books_stay() {
    let test = test();
    let path = test.acme().await;
    add(&test, &path("/users"), "ana", "OWNER").await;
    add(&test, &path("/users"), "ben", "OWNER").await;
    let addresses = json!({"owner_email": "ben@acme.example", "billing_email": "Ben@acme.example"});
    test.platform("PUT", &path(""), addresses).await;
    let db = Db::new(test.world.db.clone());
    let told = |id: &str, address: &str| {
        let body = json!({"to": [address], "template": "PAID"}).to_string();
        let statement =
            "INSERT INTO notifications (id, tenant_id, event_id, path, body, status, attempts, created_at, settled_at)
            VALUES ($1, $2, 'e', '/p', $3, 'sent', 1, 1, 1)";
        let values = [id.into(), ID.into(), body.into()];
        let db = db.clone();
        async move { db.query(statement, &values).await.unwrap() }
    };
    told("n1", "ben@acme.example").await;
    told("n2", "ruben@acme.example").await;
    assert_eq!(test.platform("DELETE", &path("/users/ben"), Value::Null).await.0, 204);
    // All that is left in the database, but for its secrets: of the person nothing, of the user the id.
    let mut left = String::new();
    for table in ["tenants", "tenant_memberships", "tenant_people", "tenant_deeds", "notifications", "api_keys"] {
        let rows = db.query(&format!("SELECT * FROM {table}"), &[]).await.unwrap();
        left.push_str(&format!("{table}: {rows:?}\n"));
    }
    let left = left.replace("ruben@acme.example", "");
    assert!(!left.to_lowercase().contains("ben@acme.example"), "{left}");
    let (_, tenant) = test.platform("GET", &path(""), Value::Null).await;
    assert_eq!((&tenant["owner_email"], &tenant["billing_email"]), (&json!("ana@acme.example"), &Value::Null));
    let (_, audit) = test.platform("GET", &path("/audit"), Value::Null).await;
    let told: Vec<&Value> =
        audit["data"].as_array().unwrap().iter().filter(|entry| entry["detail"]["user_id"] == "ben").collect();
    assert_eq!(told.len(), 3, "{audit}");
}

#[tokio::test(start_paused = true)]
async fn forgetting_that_broke_off_goes_on_when_it_is_asked_for_again() {
    let test = test();
    let path = test.acme().await;
    add(&test, &path("/users"), "ana", "OWNER").await;
    add(&test, &path("/users"), "ben", "MEMBER").await;
    // As if the edge had died right after the user had left.
    let members = Members::new(Db::new(test.world.db.clone()));
    let actor = Actor { id: "key:x".into(), address: None };
    members
        .change(ID, "ben", crate::members::MembershipChange::Leave, &actor, Timestamp::from_millis(1))
        .await
        .unwrap();
    assert_eq!(test.platform("DELETE", &path("/users/ben"), Value::Null).await.0, 204);
    assert_eq!(test.platform("DELETE", &path("/users/ben"), Value::Null).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn usage_counts_what_there_is() {
    let test = test();
    let path = test.acme().await;
    add(&test, &path("/users"), "ana", "OWNER").await;
    add(&test, &path("/users"), "ben", "MEMBER").await;
    test.platform("PUT", &path("/external-ids/healos"), json!({"externalOrgId": "h1"})).await;
    test.key_of(ID).await;
    let (status, stats) = test.platform("GET", &path("/usage/stats?days=7"), Value::Null).await;
    let expected = json!({
        "tenant_id": ID, "from": "2025-12-25T00:00:00.000Z", "to": "2026-01-01T00:00:00.000Z",
        "users": {"total": 2, "max": null, "by_role": {"MEMBER": 1, "OWNER": 1}}, "api_keys": 1, "external_ids": 1,
        "credits": 0, "docs_quota_mb": null, "decisions": {}, "webhook_events": {},
    });
    assert_eq!((status, stats), (200, expected));
    assert_eq!(test.platform("GET", &path("/usage/stats?days=0"), Value::Null).await.0, 400);
}

/// All that an OWNER may.
fn scopes_of_an_owner() -> Value {
    json!(edge_access::Role::Owner.scopes().iter().map(edge_access::Scope::as_str).collect::<Vec<_>>())
}

/// A key of the tenant with these scopes.
async fn key_with(test: &Test, scopes: Value) -> String {
    let body = json!({"name": "k", "scopes": scopes, "tenant_id": ID});
    let (_, made) = test.ask(&test.access, PLATFORM, "POST", "/api/v1/api-keys", body).await;
    made["key"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn nobody_of_a_tenant_makes_somebody_more_than_they_are() {
    let test = test();
    let path = test.acme().await;
    let narrow = key_with(&test, json!(["tenants:admin"])).await;
    let wide = key_with(&test, scopes_of_an_owner()).await;
    for (role, of_narrow) in [("OWNER", 403), ("BILLING_ADMIN", 403), ("ADMIN", 403), ("MANAGER", 201), ("MEMBER", 201)]
    {
        for (key, status) in [(&narrow, of_narrow), (&wide, 201)] {
            let user = format!("{role}-{status}-{}", key.len() + usize::from(*key == wide));
            let body = json!({"user_id": user, "role": role});
            let (given, answer) = test.ask(&test.router, key, "POST", &path("/users"), body).await;
            assert_eq!(given, status, "{role} {answer}");
        }
    }
    let body = json!({"user_id": "ben"});
    assert_eq!(test.ask(&test.router, &narrow, "POST", &path("/users"), body).await.0, 201);
    let raise = json!({"role": "OWNER"});
    assert_eq!(test.ask(&test.router, &narrow, "PUT", &path("/users/ben"), raise.clone()).await.0, 403);
    assert_eq!(test.ask(&test.router, &wide, "PUT", &path("/users/ben"), raise.clone()).await.0, 200);
    assert_eq!(test.platform("PUT", &path("/users/ben"), raise).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn the_keys_of_somebody_who_is_removed_go_with_them_where_that_is_asked_for() {
    let test = test();
    let path = test.acme().await;
    for user in ["ana", "ben"] {
        assert_eq!(add(&test, &path("/users"), user, "OWNER").await.0, 201);
    }
    let of_ana = key_with(&test, json!(["tenants:admin"])).await;
    // As if ana had made it.
    let (capabilities, _) = test.world.instance();
    let statement = "UPDATE api_keys SET created_by = 'user:ana', root = 'user:ana'";
    capabilities.db.query(statement, &[]).await.unwrap();
    test.world.clock.advance(std::time::Duration::from_secs(1)).await;
    let of_platform = key_with(&test, json!(["tenants:admin"])).await;
    let new = json!({"name": "k", "scopes": ["tenants:admin"]});
    let (_, made) = test.ask(&test.access, &of_ana, "POST", "/api/v1/api-keys", new).await;
    let descends = made["key"].as_str().unwrap().to_owned();
    let odd = test.platform("DELETE", &path("/users/ana?api_keys=all"), Value::Null).await;
    assert_eq!((odd.0, &odd.1["errors"][0]["field"]), (400, &json!("api_keys")));
    assert_eq!(test.platform("DELETE", &path("/users/ana"), Value::Null).await.0, 204);
    let status = async |key: &str| test.ask(&test.router, key, "GET", &path(""), Value::Null).await.0;
    assert_eq!([status(&of_ana).await, status(&descends).await], [200, 200]);
    // Also later.
    assert_eq!(test.platform("DELETE", &path("/users/ana?api_keys=revoke"), Value::Null).await.0, 204);
    test.world.clock.advance(std::time::Duration::from_secs(1)).await;
    assert_eq!([status(&of_ana).await, status(&descends).await, status(&of_platform).await], [401, 401, 200]);
    assert_eq!(test.platform("DELETE", &path("/users/ana?api_keys=revoke"), Value::Null).await.0, 404);
}

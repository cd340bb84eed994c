//! What a key that another made may, and for how long.

use super::*;

/// A key of the tenant t1 that may make others, and ends at `expires_at`.
async fn maker(router: &Instance, expires_at: &str) -> (String, String) {
    let new = json!({
        "name": "maker", "scopes": ["tenants:admin", "seats:verify"], "tenant_id": "t1", "expires_at": expires_at,
    });
    make(router, BOOTSTRAP, new).await
}

#[tokio::test(start_paused = true)]
async fn no_key_outlives_the_key_that_made_it() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let (_, key) = maker(&router, "2026-01-01T00:00:02.5Z").await;
    let wanting = |expires_at: &str| json!({"name": "k", "scopes": ["seats:verify"], "expires_at": expires_at});
    for (expires_at, status) in [
        ("2026-01-01T00:00:02.4Z", 201),
        ("2026-01-01T00:00:02.5Z", 201),
        ("2026-01-01T05:30:02.500+05:30", 201),
        ("2026-01-01T00:00:02.501Z", 403),
        ("2026-01-01T00:00:03Z", 403),
        ("2026-01-01T05:30:03+05:30", 403),
        ("2026-01-01T00:00:02.5-00:01", 403),
        ("9999-12-31T23:59:59Z", 403),
    ] {
        let answer = ask(&router, Method::POST, "/api/v1/api-keys", &key, Some(wanting(expires_at))).await;
        assert_eq!(answer.status, status, "{expires_at} {}", answer.body);
    }
    // Without an end of its own it has its maker's; so has what it makes in turn.
    let new = json!({"name": "k", "scopes": ["tenants:admin", "seats:verify"]});
    let (_, second) = make(&router, &key, new.clone()).await;
    let (id, third) = make(&router, &second, new).await;
    let listed = ask(&router, Method::GET, "/api/v1/api-keys", BOOTSTRAP, None).await.body;
    let third_shown = listed["data"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
    assert_eq!(third_shown["expires_at"], "2026-01-01T00:00:02.500Z");
    world.clock.advance(Duration::from_millis(2499)).await;
    assert_eq!(guarded(&router, &third).await, 200);
    world.clock.advance(Duration::from_millis(1)).await;
    assert_eq!(
        [guarded(&router, &key).await, guarded(&router, &second).await, guarded(&router, &third).await],
        [401; 3]
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_just_revoked_makes_no_other_although_an_instance_still_knows_it() {
    let world = world();
    let (here, _tasks) = instance(&world);
    let (there, _other_tasks) = instance(&world);
    let (id, key) = maker(&here, "2027-01-01T00:00:00Z").await;
    assert_eq!(guarded(&there, &key).await, 200);
    assert_eq!(ask(&here, Method::DELETE, &format!("/api/v1/api-keys/{id}"), BOOTSTRAP, None).await.status, 204);
    let new = json!({"name": "k", "scopes": ["seats:verify"]});
    assert_eq!(ask(&there, Method::POST, "/api/v1/api-keys", &key, Some(new)).await.status, 401);
    let listed = ask(&here, Method::GET, "/api/v1/api-keys", BOOTSTRAP, None).await.body;
    assert_eq!(listed["data"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_revoked_alone_or_with_all_that_descend_from_it() {
    let world = world();
    let (router, _tasks) = instance(&world);
    let new = json!({"name": "k", "scopes": ["tenants:admin", "seats:verify"], "tenant_id": "t1"});
    let (first_id, first) = make(&router, BOOTSTRAP, new.clone()).await;
    let (_, sibling) = make(&router, BOOTSTRAP, new.clone()).await;
    let (second_id, second) = make(&router, &first, new.clone()).await;
    let mut chain = vec![second];
    for _ in 0..9 {
        let (_, next) = make(&router, chain.last().unwrap(), new.clone()).await;
        chain.push(next);
    }
    let path = |id: &str, query: &str| format!("/api/v1/api-keys/{id}{query}");
    let odd = ask(&router, Method::DELETE, &path(&first_id, "?descendants=keep"), BOOTSTRAP, None).await;
    assert_eq!((odd.status, &odd.body["errors"][0]["field"]), (400, &json!("descendants")));
    // Alone: those that it made go on.
    let alone = ask(&router, Method::DELETE, &path(&first_id, ""), BOOTSTRAP, None).await;
    assert_eq!((alone.status, &alone.body), (204, &json!("")));
    assert_eq!((guarded(&router, &first).await, guarded(&router, &chain[0]).await), (401, 200));
    // Its descendants may still be revoked by it.
    let rest = ask(&router, Method::DELETE, &path(&first_id, "?descendants=revoke"), BOOTSTRAP, None).await;
    assert_eq!((rest.status, rest.body["revoked"].as_array().unwrap().len()), (200, 10));
    world.clock.advance(Duration::from_secs(1)).await;
    for key in &chain {
        assert_eq!(guarded(&router, key).await, 401);
    }
    assert_eq!(guarded(&router, &sibling).await, 200);
    let again = ask(&router, Method::DELETE, &path(&first_id, "?descendants=revoke"), BOOTSTRAP, None).await;
    assert_eq!((again.status, &again.body), (200, &json!({"revoked": []})));
    assert_eq!(ask(&router, Method::DELETE, &path(&second_id, ""), BOOTSTRAP, None).await.status, 404);
    // Each of them is in the tenant's audit.
    let (capabilities, _tasks) = world.instance();
    let deeds = "SELECT COUNT(*) FROM tenant_deeds WHERE action = 'api_key.revoked' AND tenant_id = 't1'";
    assert_eq!(capabilities.db.query(deeds, &[]).await.unwrap()[0].integer(0).unwrap(), 11);
}

#[tokio::test(start_paused = true)]
async fn revoking_with_descendants_reaches_no_other_tenants_keys() {
    let (router, _tasks) = instance(&world());
    let of = |tenant: &str| json!({"name": "k", "scopes": ["tenants:admin", "seats:verify"], "tenant_id": tenant});
    let (id, platform) =
        make(&router, BOOTSTRAP, json!({"name": "p", "scopes": ["tenants:admin", "seats:verify"]})).await;
    let (_, one) = make(&router, &platform, of("t1")).await;
    let (other_id, other) = make(&router, &platform, of("t2")).await;
    for id in [&id, &other_id] {
        let path = format!("/api/v1/api-keys/{id}?descendants=revoke");
        assert_eq!(ask(&router, Method::DELETE, &path, &one, None).await.status, 404);
    }
    assert_eq!(guarded(&router, &other).await, 200);
    let path = format!("/api/v1/api-keys/{id}?descendants=revoke");
    let revoked = ask(&router, Method::DELETE, &path, BOOTSTRAP, None).await.body;
    assert_eq!((revoked["revoked"].as_array().unwrap().len(), &revoked["revoked"][0]), (3, &json!(id)));
}

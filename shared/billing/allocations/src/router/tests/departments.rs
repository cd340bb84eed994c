use futures::future::join_all;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_department_is_made_shown_changed_and_listed() {
    let test = test().await;
    let body = json!({"entity_id": "ent_inr", "name": "Research", "code": "R", "cost_center": "CC-7", "gl_code": "6000",
        "manager_user_id": "ana", "headcount": 12});
    let made = test.call("POST", "/departments", body).await.expect(201);
    let path = format!("/departments/{}", made["id"].as_str().unwrap());
    for (field, value) in [
        ("tenant_id", json!(ACME)),
        ("entity_id", json!("ent_inr")),
        ("parent_id", Value::Null),
        ("code", json!("R")),
        ("cost_center", json!("CC-7")),
        ("gl_code", json!("6000")),
        ("manager_user_id", json!("ana")),
        ("headcount", json!(12)),
        ("headcounts", json!([{"from": "2026-01-01", "headcount": 12}])),
        ("status", json!("active")),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(test.get(&path).await, made);
    let change = json!({"name": "R&D", "gl_code": null, "headcount": 15, "headcount_from": "2026-02-01"});
    let changed = test.call("PUT", &path, change).await.expect(200);
    assert_eq!((&changed["name"], &changed["gl_code"], &changed["code"]), (&json!("R&D"), &Value::Null, &json!("R")));
    // The headcount is the one of today; the other begins in February.
    assert_eq!(changed["headcount"], 12);
    assert_eq!(changed["headcounts"].as_array().unwrap().len(), 2);
    let closed = test.call("PUT", &path, json!({"status": "closed"})).await.expect(200);
    assert_eq!(closed["status"], "closed");
    let other = test.department(json!({"entity_id": "ent_usd", "code": "R"})).await;
    for (query, count) in
        [("", 2), ("?status=closed", 1), ("?entity_id=ent_usd", 1), ("?code=R", 2), ("?code=X", 0), ("?limit=1", 1)]
    {
        let listed = test.get(&format!("/departments{query}")).await;
        assert_eq!(listed["data"].as_array().unwrap().len(), count, "{query}");
    }
    assert_eq!(test.get("/departments?status=active").await["data"][0]["id"], json!(other));
    // Of another tenant nobody can tell it from one that is not there.
    let hidden = test.call_for(OTHER, "GET", &path, Value::Null).await;
    assert_eq!(hidden.code(), (404, "DEPARTMENT_NOT_FOUND"));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_department_is_named() {
    let test = test().await;
    let foreign = test.department(json!({"entity_id": "ent_usd"})).await;
    for (fields, field) in [
        (json!({"entity_id": "ent_none"}), "entity_id"),
        (json!({"entity_id": "ent_old"}), "entity_id"),
        (json!({"name": ""}), "name"),
        (json!({"code": ""}), "code"),
        (json!({"headcount": 99_999_999}), "headcount"),
        (json!({"headcount_from": "2026-01-01"}), "headcount"),
        (json!({"headcount": 1, "headcount_from": "2026-13-01"}), "headcount_from"),
        (json!({"parent_id": "dep_none"}), "parent_id"),
        (json!({"parent_id": foreign}), "parent_id"),
    ] {
        let mut body = json!({"entity_id": "ent_inr", "name": "A"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let refused = test.call("POST", "/departments", body).await;
        assert_eq!(refused.code(), (400, "VALIDATION_ERROR"), "{fields}");
        assert_eq!(refused.body["errors"][0]["field"], field, "{fields}");
    }
    let moved = test.call("PUT", &format!("/departments/{foreign}"), json!({"entity_id": "ent_inr"})).await;
    assert_eq!(moved.body["errors"][0]["field"], "entity_id");
}

#[tokio::test(start_paused = true)]
async fn a_code_is_unique_within_an_entity() {
    let test = test().await;
    let first = test.department(json!({"code": "R"})).await;
    let body = json!({"entity_id": "ent_inr", "name": "B", "code": "R"});
    assert_eq!(test.call("POST", "/departments", body).await.code(), (409, "ALREADY_EXISTS"));
    let other = test.department(json!({"code": "S"})).await;
    let change = test.call("PUT", &format!("/departments/{other}"), json!({"code": "R"})).await;
    assert_eq!(change.code(), (409, "ALREADY_EXISTS"));
    test.call("PUT", &format!("/departments/{first}"), json!({"code": "T"})).await.expect(200);
    test.call("PUT", &format!("/departments/{other}"), json!({"code": "R"})).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn a_department_is_never_below_itself_even_when_many_are_moved_at_once() {
    let test = test().await;
    let ids: [String; 6] = test.departments().await;
    let put = |id: &str, parent: &str| {
        let path = format!("/departments/{id}");
        let body = json!({"parent_id": parent});
        let test = &test;
        async move { test.call("PUT", &path, body).await }
    };
    put(&ids[1], &ids[0]).await.expect(200);
    put(&ids[2], &ids[1]).await.expect(200);
    for (id, parent) in [(0, 0), (0, 1), (0, 2), (1, 2)] {
        assert_eq!(put(&ids[id], &ids[parent]).await.code(), (409, "HIERARCHY_CYCLE"), "{id} below {parent}");
    }
    test.call("PUT", &format!("/departments/{}", ids[1]), json!({"parent_id": null})).await.expect(200);
    // A ring of which each department wants to be below the next.
    let ring = (0..6).map(|index| put(&ids[index], &ids[(index + 1) % 6]));
    let moved = join_all(ring).await;
    assert!(moved.iter().all(|answer| [200, 409].contains(&answer.status)));
    assert!(moved.iter().any(|answer| answer.code() == (409, "HIERARCHY_CYCLE")));
    for id in &ids {
        let (mut current, mut steps) = (id.clone(), 0);
        while let Some(parent) = test.get(&format!("/departments/{current}")).await["parent_id"].as_str() {
            (current, steps) = (parent.to_owned(), steps + 1);
            assert!(steps < 6, "{id} is below itself");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_change_of_a_department_is_audited_with_before_and_after() {
    let test = test().await;
    let id = test.department(json!({"name": "A", "manager_user_id": "zoe"})).await;
    test.call("PUT", &format!("/departments/{id}"), json!({"name": "B"})).await.expect(200);
    let statement = "SELECT detail FROM tenant_deeds WHERE action = 'department.changed'";
    let rows = test.db.query(statement, &[]).await.unwrap();
    let detail: Value = serde_json::from_str(rows[0].text(0).unwrap()).unwrap();
    assert_eq!((&detail["before"]["name"], &detail["after"]["name"]), (&json!("A"), &json!("B")));
    assert!(!detail.to_string().contains("zoe"));
}

#[tokio::test(start_paused = true)]
async fn no_change_is_missing_in_the_audit_log_whoever_dies() {
    let test = test().await;
    let id = test.department(json!({})).await;
    let path = format!("{BASE}/departments/{id}");
    for calls in 1..25 {
        let (capabilities, life) = test.world.mortal(calls, calls % 2 == 0);
        let db = Db::new(capabilities.db.clone());
        let routes = routes_with(&capabilities, &db, Arc::new(TestEntities));
        let router = edge_http::finish(routes, "enterprise", &capabilities);
        let body = json!({"name": format!("Name {calls}")});
        tokio::select! {
            _ = send(&router, request("PUT", &path, PLATFORM, [("x-tenant-id", ACME)], &body)) => {}
            () = life.death() => {}
        }
    }
    test.world.clock.advance(std::time::Duration::from_mins(10)).await;
    let runner = edge_jobs::JobRunner::new(
        "enterprise",
        &test.capabilities,
        &edge_jobs::JobQueue::new(&test.capabilities, &test.db),
    );
    jobs(&test.capabilities, &test.db, runner).drain_all().await.unwrap();
    let rows = test.db.query("SELECT revision, untold FROM departments", &[]).await.unwrap();
    let revision = rows[0].integer(0).unwrap();
    assert!(revision > 5 && rows[0].text(1).unwrap() == "[]", "{revision}");
    let statement = "SELECT COUNT(*) FROM tenant_deeds WHERE action LIKE 'department.%'";
    assert_eq!(test.db.query(statement, &[]).await.unwrap()[0].integer(0).unwrap(), revision);
}

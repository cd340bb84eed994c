//! What callers see.

use std::time::Duration;

use edge_tenants::testing::{ACME, OTHER, PLATFORM};
use serde_json::{Value, json};

use crate::books::Fault;
use crate::fixture::{ONE, with};

#[tokio::test(start_paused = true)]
async fn a_dry_run_lists_what_would_be_sent_and_asks_nobody() {
    let test = with(3).await;
    test.db().query("DELETE FROM gl_mappings WHERE kind = 'refund'", &[]).await.unwrap();
    let mut listed: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("{ONE}/sync?limit=2{cursor}");
        let page = test.call(&test.router, "POST", &path, json!({"dry_run": true})).await;
        assert_eq!((&page["dry_run"], &page["is_complete"]), (&json!(true), &json!(true)));
        listed.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(test.books.state.lock().unwrap().asked.is_empty());
    assert_eq!(test.run().await, Value::Null);
    let kinds: Vec<&str> = listed.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    let expected =
        ["customers", "customers", "invoices", "invoices", "invoices", "payments", "payments", "refunds", "journals"];
    assert_eq!(kinds, expected);
    for one in &listed {
        if one["kind"] == "refunds" {
            assert_eq!((&one["requests"], &one["error"]["code"]), (&json!([]), &json!("MISSING_GL_MAPPING")));
        } else {
            assert_eq!((&one["error"], &one["requests"][0]["method"]), (&Value::Null, &json!("POST")), "{one}");
        }
    }
    test.records.map("refund", "4900").await;
    assert_eq!(test.sync().await["status"], "completed");
    let path = format!("{ONE}/sync");
    let nothing = test.call(&test.router, "POST", &path, json!({"dry_run": true})).await;
    assert_eq!((&nothing["data"], &nothing["nextCursor"]), (&json!([]), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn one_run_is_open_at_a_time_and_tells_how_far_it_is() {
    let test = with(2).await;
    let started = test.start().await;
    assert_eq!(started["status"], "queued");
    let path = format!("{ONE}/sync");
    let (status, refused) = test.ask(&test.router, PLATFORM, Some(ACME), "POST", &path, Value::Null).await;
    let said = (status, &refused["code"], &refused["run_id"]);
    assert_eq!(said, (409, &json!("SYNC_RUNNING"), &started["run_id"]));
    let run = test.settle().await;
    assert_eq!((&run["id"], &run["status"]), (&started["run_id"], &json!("completed")));
    test.books.integration.lock().unwrap().is_connected = false;
    let (status, refused) = test.ask(&test.router, PLATFORM, Some(ACME), "POST", &path, Value::Null).await;
    assert_eq!((status, &refused["code"]), (409, &json!("INTEGRATION_NOT_CONNECTED")));
    let audit = "SELECT COUNT(*) FROM tenant_deeds WHERE action = 'integration.sync_started'";
    assert_eq!(test.db().query(audit, &[]).await.unwrap()[0].integer(0).unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_of_each_attempt_page_by_page() {
    let test = with(2).await;
    test.books.plant("create", 0, 1, Fault::FailsAfter);
    test.sync().await;
    let mut entries: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = test.get(&format!("/logs?limit=3{cursor}")).await;
        entries.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(entries.len(), 8, "one was attempted twice");
    let deferred = entries.iter().find(|entry| entry["outcome"] == "deferred").unwrap();
    assert_eq!((&deferred["attempt"], &deferred["error"]["code"]), (&json!(1), &json!("PROVIDER_UNAVAILABLE")));
    let number = deferred["number"].as_str().unwrap();
    let of_one = test.get(&format!("/logs?number={number}")).await;
    let outcomes: Vec<&str> =
        of_one["data"].as_array().unwrap().iter().map(|entry| entry["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["linked", "deferred"]);
    assert!(entries.iter().all(|entry| entry["actor"] == entries[0]["actor"] && entry["duration_ms"].is_number()));
    assert_eq!(test.get("/logs?kind=invoices&outcome=sent").await["data"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn another_tenants_integration_is_not_there_and_a_key_needs_the_scope() {
    let test = with(1).await;
    for (method, path) in [("POST", "/sync"), ("GET", "/logs"), ("GET", "/documents")] {
        let path = format!("{ONE}{path}");
        let (status, refused) = test.ask(&test.router, PLATFORM, Some(OTHER), method, &path, Value::Null).await;
        assert_eq!((status, &refused["code"]), (404, &json!("INTEGRATION_NOT_FOUND")));
        let new = json!({"name": "k", "scopes": ["enterprise:write"], "tenant_id": ACME});
        let key = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", new).await.1;
        let key = key["key"].as_str().unwrap();
        assert_eq!(test.ask(&test.router, key, None, method, &path, Value::Null).await.0, 403);
    }
    for wrong in ["/documents?kind=x", "/documents?state=x", "/documents?errors=x", "/logs?cursor=x", "/logs?limit=0"] {
        let (status, _) =
            test.ask(&test.router, PLATFORM, Some(ACME), "GET", &format!("{ONE}{wrong}"), Value::Null).await;
        assert_eq!(status, 400, "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_starts_by_itself_as_often_as_is_chosen() {
    let test = with(1).await;
    test.drain().await;
    assert_eq!(test.run().await, Value::Null);
    test.books.integration.lock().unwrap().every_minutes = Some(30);
    test.world.clock.advance(Duration::from_secs(61)).await;
    test.drain().await;
    let first = test.settle().await;
    assert_eq!((&first["status"], &first["started_by"]), (&json!("completed"), &json!("edge")));
    for (minutes, is_another) in [(20, false), (11, true)] {
        test.world.clock.advance(Duration::from_secs(minutes * 60)).await;
        test.drain().await;
        assert_eq!(test.settle().await["id"] != first["id"], is_another, "{minutes}");
    }
}

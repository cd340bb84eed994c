//! What admins and schedulers do.

use super::*;

#[tokio::test(start_paused = true)]
async fn events_are_listed_without_what_they_said() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    test.wait(1).await;
    test.bheempay(&event("refund.created", 6)).await;
    let (status, list) = test.admin("GET", "/api/v1/webhooks/events?limit=1", Value::Null).await;
    assert_eq!((status, &list["data"][0]["event"]), (200, &json!("refund.created")));
    let cursor = list["nextCursor"].as_str().unwrap();
    let (_, rest) = test.admin("GET", &format!("/api/v1/webhooks/events?cursor={cursor}"), Value::Null).await;
    assert_eq!((&rest["data"][0]["status"], &rest["nextCursor"]), (&json!("processed"), &Value::Null));
    let (_, ignored) = test.admin("GET", "/api/v1/webhooks/events?status=ignored&provider=bheempay", Value::Null).await;
    assert_eq!(ignored["data"].as_array().unwrap().len(), 1);
    assert_eq!(test.admin("GET", "/api/v1/webhooks/events?status=lost", Value::Null).await.0, 400);
    let id = rest["data"][0]["id"].as_str().unwrap();
    let (_, event) = test.admin("GET", &format!("/api/v1/webhooks/events/{id}"), Value::Null).await;
    assert_eq!(event["answer"]["action"], "subscription_activated");
    assert!(!event.to_string().contains("INV-p1"), "{event}");
    assert_eq!(test.admin("GET", "/api/v1/webhooks/events/evt_none", Value::Null).await.0, 404);
    assert!(!test.world.log.lines().iter().any(|line| line.contains("INV-p1") || line.contains(SECRET)));
}

#[tokio::test(start_paused = true)]
async fn a_body_is_given_back_as_it_came_to_who_may_read_the_event() {
    let test = test().await;
    test.wait(100).await;
    let sent = paid("payment.captured", "p1", 5);
    test.bheempay(&sent).await;
    let (_, list) = test.admin("GET", "/api/v1/webhooks/events", Value::Null).await;
    let id = list["data"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/webhooks/events/{id}/body");
    assert_eq!(test.admin("GET", &path, Value::Null).await, (200, sent));
    assert_eq!(test.admin("GET", "/api/v1/webhooks/events/evt_none/body", Value::Null).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn a_replay_of_what_is_in_effect_changes_nothing() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    let (_, list) = test.admin("GET", "/api/v1/webhooks/events", Value::Null).await;
    let id = list["data"][0]["id"].as_str().unwrap();
    let before = test.tenant().await;
    let (status, event) = test.admin("POST", &format!("/api/v1/webhooks/events/{id}/replay"), Value::Null).await;
    assert_eq!((status, &event["status"]), (200, &json!("processed")));
    assert_eq!(test.tenant().await, before);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_somebody_is_replayed_in_bulk() {
    let test = test().await;
    test.wait(100).await;
    let other = "0b7e1f6c-6f0a-4a4e-9a55-000000000000";
    for payment in ["p1", "p2"] {
        let mut body = paid("payment.captured", payment, 5);
        body["payload"]["metadata"]["tenant_id"] = json!(other);
        assert_eq!(test.bheempay(&body).await.1["reason"], "unknown_tenant");
    }
    let tenant = json!({"id": other, "name": "Late", "slug": "late", "owner_email": "o@late.example"});
    test.ask(&test.tenants, "POST", "/api/v1/tenants", HeaderMap::new(), tenant.to_string()).await;
    let (status, replayed) =
        test.admin("POST", "/api/v1/webhooks/events/replay", json!({"status": "quarantined"})).await;
    assert_eq!((status, &replayed), (202, &json!({"replayed": 2})));
    test.wait(5).await;
    let (_, tenant) = test.ask(&test.tenants, "GET", &format!("/api/v1/tenants/{other}"), HeaderMap::new(), "").await;
    assert_eq!(tenant["subscription_status"], "active");
    assert_eq!(test.admin("POST", "/api/v1/webhooks/events/replay", json!({"status": "processed"})).await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn an_address_of_one_organisation_takes_its_events_alone() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    let (status, made) = test.admin("POST", "/api/v1/webhooks/endpoints", json!({"tenant_id": TENANT})).await;
    assert_eq!(status, 201, "{made}");
    let url = made["url"].as_str().unwrap().to_owned();
    assert_eq!(url, format!("/erp/webhooks/billing/{}", made["token"].as_str().unwrap()));
    assert_eq!(
        test.count(&format!(
            "SELECT COUNT(*) FROM webhook_endpoints WHERE token_sha256 = '{}'",
            made["token"].as_str().unwrap()
        ))
        .await,
        0
    );
    let body = |organization: i64| {
        json!({"event_type": "subscription_cancelled", "organization_id": organization, "timestamp": "2026-01-01T00:00:50Z"})
            .to_string()
    };
    let (_, others) = test.post(Provider::Erp, &url, &body(43)).await;
    assert_eq!(others["processed"], false, "{others}");
    let (_, own) = test.post(Provider::Erp, &url, &body(42)).await;
    assert_eq!(
        (&own["processed"], test.tenant().await["subscription_status"].as_str()),
        (&json!(true), Some("cancelled"))
    );
    assert_eq!(test.post(Provider::Erp, "/erp/webhooks/billing/none", &body(42)).await.0, 404);
    let path = format!("/api/v1/webhooks/endpoints/{}", made["id"].as_str().unwrap());
    assert_eq!(test.admin("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(test.admin("DELETE", &path, Value::Null).await.0, 404);
    assert_eq!(test.post(Provider::Erp, &url, &body(42)).await.0, 404);
    assert_eq!(test.admin("POST", "/api/v1/webhooks/endpoints", json!({"tenant_id": "none"})).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn what_is_settled_goes_after_thirty_days_and_what_waits_after_ninety() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    let mut wrong = paid("payment.captured", "p2", 6);
    wrong["payload"]["amount"] = json!(1);
    test.bheempay(&wrong).await;
    let mut kept = Vec::new();
    for days in [16, 15, 60] {
        test.wait(days * 24 * 3_600).await;
        // As the drains did meanwhile.
        let db = edge_database::Db::new(test.world.db.clone());
        for _ in 0..days * 24 * 4 {
            db.advance_retention_time(edge_capabilities::Clock::now(&*test.world.clock)).await.unwrap();
        }
        test.admin("POST", "/api/v1/webhooks/drain", Value::Null).await;
        kept.push(test.count("SELECT COUNT(*) FROM webhook_events").await);
    }
    assert_eq!(kept, [2, 1, 0]);
    // What the tenant knows of its payments stays: one that comes once more does not count again.
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    assert_eq!(test.tenant().await["credits"], 100);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_for_a_while_removes_no_events() {
    let test = test().await;
    let forty_days = 40 * 24 * 60 * 60 * 1_000;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    for drained_before in [false, true] {
        if drained_before {
            test.admin("POST", "/api/v1/webhooks/drain", Value::Null).await;
        }
        test.world.clock.shift(forty_days);
        for _ in 0..10 {
            test.admin("POST", "/api/v1/webhooks/drain", Value::Null).await;
        }
        test.world.clock.shift(-forty_days);
        assert_eq!(test.count("SELECT COUNT(*) FROM webhook_events").await, 1, "{drained_before}");
        assert_eq!(test.count("SELECT COUNT(*) FROM notifications").await, 1, "{drained_before}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_those_with_the_right_see_or_do_anything() {
    let test = test().await;
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Bearer nobody".parse().unwrap());
    for (method, path) in [
        ("GET", "/api/v1/webhooks/events"),
        ("GET", "/api/v1/webhooks/events/x"),
        ("POST", "/api/v1/webhooks/events/x/replay"),
        ("POST", "/api/v1/webhooks/events/replay"),
        ("POST", "/api/v1/webhooks/drain"),
        ("POST", "/api/v1/webhooks/endpoints"),
        ("DELETE", "/api/v1/webhooks/endpoints/x"),
    ] {
        assert_eq!(test.ask(&test.edge, method, path, headers.clone(), "{}").await.0, 401, "{method} {path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_scheduler_drains_by_a_key_of_its_own_which_opens_nothing_else() {
    let test = test().await;
    let ask = async |path: &str, key: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {key}").parse().unwrap());
        test.ask(&test.edge, "POST", path, headers, r#"{"status":"dead"}"#).await.0
    };
    let (drain, replay) = ("/api/v1/webhooks/drain", "/api/v1/webhooks/events/replay");
    let key = "a drain key of the tests";
    assert_eq!(ask(drain, key).await, 401);
    test.world.config.set("drain_key", key);
    assert_eq!((ask(drain, key).await, ask(replay, key).await), (200, 401));
    assert_eq!((ask(drain, "a drain key of the test").await, ask(drain, PLATFORM).await), (401, 200));
    test.world.config.set("drain_key", "short");
    assert_eq!(ask(drain, "short").await, 401);
}

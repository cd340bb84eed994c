//! Upstreams and stores that are down.

use super::*;

#[tokio::test(start_paused = true)]
async fn while_the_erp_is_down_a_payment_is_accepted_and_takes_effect_once_the_erp_is_back() {
    for state in [UpstreamState::Failing, UpstreamState::Hanging] {
        let test = test().await;
        test.wait(10).await;
        *test.erp.lock().unwrap() = state;
        let started = test.world.clock.now();
        let body = paid("payment.captured", "p1", 5);
        let (status, answer) = test.bheempay(&body).await;
        assert_eq!((status, &answer), (200, &json!({"status": "accepted", "action": "subscription_activated"})));
        assert!(test.world.clock.now().millis_since(started) < 5_000);
        assert_eq!(test.tenant().await["subscription_status"], Value::Null);
        let (_, again) = test.bheempay(&body).await;
        assert_eq!(again, json!({"status": "accepted", "action": "subscription_activated", "duplicate": true}));
        *test.erp.lock().unwrap() = UpstreamState::Up;
        test.wait(60).await;
        assert_eq!(test.tenant().await["subscription_status"], "active", "{state:?}");
        assert_eq!(test.seat().await, "SEAT_ACTIVE");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_take_effect_for_long_is_dead_and_a_replay_brings_it_back() {
    let test = test().await;
    test.wait(10).await;
    *test.erp.lock().unwrap() = UpstreamState::Failing;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    test.tasks.kill();
    for _ in 0..30 {
        test.wait(3_600).await;
        assert_eq!(test.admin("POST", "/api/v1/webhooks/drain", Value::Null).await.0, 200);
    }
    let (_, dead) = test.admin("GET", "/api/v1/webhooks/events?status=dead", Value::Null).await;
    let id = dead["data"][0]["id"].as_str().unwrap();
    assert_eq!(dead["data"][0]["attempts"], 20);
    *test.erp.lock().unwrap() = UpstreamState::Up;
    let (status, replayed) = test.admin("POST", &format!("/api/v1/webhooks/events/{id}/replay"), Value::Null).await;
    assert_eq!((status, &replayed["status"]), (200, &json!("processed")), "{replayed}");
    assert_eq!(test.tenant().await["credits"], 100);
}

#[tokio::test(start_paused = true)]
async fn what_needs_no_plan_takes_effect_whether_the_erp_is_there_or_not() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    *test.erp.lock().unwrap() = UpstreamState::Failing;
    test.world.cache.lose(|key| key.starts_with("plan:"));
    // A renewal as before needs nothing that is not known.
    let (_, answer) = test.bheempay(&paid("subscription.charged", "p2", 10)).await;
    assert_eq!(answer["status"], "success", "{answer}");
    let (_, answer) = test.bheempay(&event("subscription.halted", 30)).await;
    assert_eq!(answer["status"], "success");
    assert_eq!(test.tenant().await["subscription_status"], "suspended");
}

#[tokio::test(start_paused = true)]
async fn without_the_record_the_gateway_is_told_to_come_back() {
    let test = test().await;
    test.wait(10).await;
    test.world.db.set_down(true);
    let (status, problem) = test.bheempay(&paid("payment.captured", "p1", 5)).await;
    assert_eq!((status, &problem["code"]), (503, &json!("STORE_UNAVAILABLE")));
    test.world.db.set_down(false);
    let (status, answer) = test.bheempay(&paid("payment.captured", "p1", 5)).await;
    assert_eq!((status, answer.get("duplicate")), (200, None));
}

#[tokio::test(start_paused = true)]
async fn while_the_fence_cannot_be_raised_nothing_is_acknowledged() {
    let test = test().await;
    test.wait(100).await;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    assert_eq!(test.seat().await, "SEAT_ACTIVE");
    test.world.cache.set_down(true);
    let body = event("subscription.halted", 30);
    assert_eq!(test.bheempay(&body).await.0, 503);
    test.world.cache.set_down(false);
    let (status, answer) = test.bheempay(&body).await;
    assert_eq!((status, &answer["action"]), (200, &json!("tenant_suspended")), "{answer}");
    assert_eq!(test.seat().await, "SUBSCRIPTION_SUSPENDED");
}

#[tokio::test(start_paused = true)]
async fn people_are_told_and_an_outage_of_notify_is_nothing_to_the_gateway() {
    let test = test().await;
    test.wait(100).await;
    *test.notify.lock().unwrap() = UpstreamState::Hanging;
    let started = test.world.clock.now();
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    test.bheempay(&event("payment.failed", 10)).await;
    test.bheempay(&event("subscription.cancelled", 20)).await;
    assert!(test.world.clock.now().millis_since(started) < 100);
    test.wait(20).await;
    assert_eq!(test.sent.lock().unwrap().len(), 0);
    *test.notify.lock().unwrap() = UpstreamState::Up;
    for _ in 0..4 {
        test.wait(60).await;
        test.admin("POST", "/api/v1/webhooks/drain", Value::Null).await;
    }
    let sent = test.sent.lock().unwrap().clone();
    let of = |template: &str| sent.iter().filter(|(_, body)| body["template_name"] == template).collect::<Vec<_>>();
    let receipt = of("payment_receipt");
    assert_eq!(receipt.len(), 1, "{sent:?}");
    assert_eq!(receipt[0].0, "/api/v1/email/send/template");
    assert_eq!(
        (&receipt[0].1["to"], &receipt[0].1["template_vars"]["amount"]),
        (&json!("bills@acme.example"), &json!("₹2,499.00"))
    );
    assert_eq!((of("payment_failed").len(), of("subscription_cancelled").len()), (1, 1));
    let sms: Vec<_> = sent.iter().filter(|(path, _)| path == "/api/v1/bheem-tele/sms/send").collect();
    assert_eq!((sms.len(), &sms[0].1["to"]), (1, &json!("+911234567890")));
}

#[tokio::test(start_paused = true)]
async fn a_notification_is_given_up_after_five_tries() {
    let test = test().await;
    test.wait(10).await;
    *test.notify.lock().unwrap() = UpstreamState::Failing;
    test.bheempay(&paid("payment.captured", "p1", 5)).await;
    for _ in 0..20 {
        test.wait(3_600).await;
        test.admin("POST", "/api/v1/webhooks/drain", Value::Null).await;
    }
    assert_eq!(test.count("SELECT COUNT(*) FROM notifications WHERE status = 'dead' AND attempts = 5").await, 1);
}

#[tokio::test(start_paused = true)]
async fn the_metrics_show_for_how_long_the_oldest_due_job_has_waited() {
    let test = test().await;
    let lag = async || {
        let (_, metrics) = test.ask(&test.edge, "GET", "/metrics", HeaderMap::new(), "").await;
        let metrics = metrics.as_str().unwrap().to_owned();
        metrics.lines().find_map(|line| line.strip_prefix("bheem_edge_job_lag_seconds ")).unwrap().to_owned()
    };
    assert_eq!(lag().await, "0.000");
    let (capabilities, _) = test.world.instance();
    let queue = edge_jobs::JobQueue::new(&capabilities, &Db::new(capabilities.db.clone()));
    for (key, wait) in [("due", 0), ("later", 3600)] {
        let due = test.world.clock.now().plus(Duration::from_secs(wait));
        queue.enqueue(edge_jobs::NewJob::new(edge_jobs::JobKind::new("tests.wait"), key, due)).await.unwrap();
    }
    test.wait(90).await;
    assert_eq!(lag().await, "90.000");
}

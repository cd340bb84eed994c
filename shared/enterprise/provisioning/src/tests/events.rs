//! Events reach the ERP once, in the order of each organisation, whatever the ERP does meanwhile.

use std::time::Duration;

use edge_access::Role;
use edge_audit::Actor;
use edge_capabilities::testing::START;
use edge_capabilities::{Clock as _, Timestamp};
use edge_database::Db;
use edge_erp_events::{ErpEvents, EventType, NewErpEvent};
use edge_gateways::{Provider, Secrets, verify};
use edge_tenants::{Members, MembershipChange};
use sha2::Digest as _;

use super::*;

const EVENTS: &str = "/api/v1/billing/events";

/// An organisation with two events of its own: that it was created, and its administrator.
async fn organization() -> (Test, String) {
    let test = Test::new();
    test.register_plans().await;
    let made = test.post(ORGANIZATION, &acme()).await.expect(201);
    let id = made["organization"]["organization_id"].as_str().unwrap().to_owned();
    (test, id)
}

async fn change(test: &Test, tenant: &str, user: &str, change: MembershipChange) {
    let members = Members::new(Db::new(test.world.db.clone()));
    let actor = Actor { id: "key:k".into(), address: None };
    members.change(tenant, user, change, &actor, test.world.clock.now()).await.unwrap();
}

/// What the ERP took: kinds of events with their users.
fn taken(test: &Test) -> Vec<String> {
    let outside = test.outside.lock().unwrap();
    let told = |event: &Value| {
        let user = event["data"]["user_id"].as_str().filter(|user| user.len() < 10).unwrap_or_default();
        format!("{} {user}", event["event_type"].as_str().unwrap()).trim_end().to_owned()
    };
    outside.events.iter().map(told).collect()
}

/// Lets time pass and drains, again and again.
async fn drain_for(test: &Test, duration: Duration) {
    let until = test.world.clock.elapsed() + duration;
    while test.world.clock.elapsed() < until {
        test.world.clock.advance(Duration::from_mins(10)).await;
        test.drain().await;
    }
}

#[tokio::test(start_paused = true)]
async fn users_who_come_and_go_are_told_in_their_order() {
    let (test, tenant) = organization().await;
    change(&test, &tenant, "ana", MembershipChange::Join(Role::Member, None)).await;
    change(&test, &tenant, "ana", MembershipChange::Become(Role::Admin)).await;
    change(&test, &tenant, "ana", MembershipChange::Leave).await;
    test.drain().await;
    test.world.clock.advance(Duration::from_secs(10)).await;
    test.drain().await;
    let mut seen = taken(&test);
    // Of what an organisation is, and of who belongs to it, neither waits for the other.
    seen.retain(|event| event != "organization_changed");
    assert_eq!(seen, ["user_added", "user_added ana", "user_removed ana"]);
    let outside = test.outside.lock().unwrap();
    let event = outside.events.iter().find(|event| event["data"]["user_id"] == "ana").unwrap();
    assert_eq!((&event["organization_id"], &event["customer_id"]), (&json!(1), &json!("67890")));
    assert_eq!(
        (&event["tenant_id"], &event["quantity"], &event["unit_price"]),
        (&json!(tenant), &json!(1), &Value::Null)
    );
    assert_eq!(outside.deliveries, outside.events.len());
}

#[tokio::test(start_paused = true)]
async fn an_outage_delays_events_and_changes_neither_order_nor_number() {
    let (test, tenant) = organization().await;
    test.fault(EVENTS, Some(Fault::Status(503)));
    for user in ["ana", "ben", "eve"] {
        change(&test, &tenant, user, MembershipChange::Join(Role::Member, None)).await;
        drain_for(&test, Duration::from_mins(30)).await;
    }
    assert_eq!(taken(&test), Vec::<String>::new());
    let summary = test.summary("include_details=true").await;
    let events = summary["billing_events"].as_array().unwrap();
    assert_eq!(events.len(), 5);
    assert!(events.iter().all(|event| event["odoo_synced"] == false && event["sync_status"] == "pending"));
    let first = &events[0]["details"];
    assert!(first["attempts"].as_i64().unwrap() > 3 && events[1]["details"]["attempts"] == 0, "{events:?}");
    assert_eq!(first["error"], "the ERP answered 503 Service Unavailable");
    // Its answers are lost for a while: it is sent again what it has, and that is as good.
    test.fault(EVENTS, Some(Fault::AnswerLost));
    drain_for(&test, Duration::from_hours(2)).await;
    test.fault(EVENTS, None);
    drain_for(&test, Duration::from_hours(10)).await;
    let mut seen = taken(&test);
    seen.retain(|event| event != "organization_changed");
    assert_eq!(seen, ["user_added", "user_added ana", "user_added ben", "user_added eve"]);
    assert!(test.outside.lock().unwrap().deliveries > 5);
    let summary = test.summary("").await;
    assert!(summary["billing_events"].as_array().unwrap().iter().all(|event| event["odoo_synced"] == true));
}

#[tokio::test(start_paused = true)]
async fn an_event_is_signed_where_a_secret_is_set_and_by_each_of_several() {
    const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NEW: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let (test, tenant) = organization().await;
    let mut users = 0;
    let mut sent = async |secrets: &str| {
        test.world.config.set("erp_events_secret", secrets);
        users += 1;
        let join = MembershipChange::Join(Role::Member, None);
        change(&test, &tenant, &format!("user{users}"), join).await;
        drain_for(&test, Duration::from_mins(30)).await;
        test.outside.lock().unwrap().last_event.take()
    };
    let (headers, _) = sent("").await.unwrap();
    assert!(["webhook-id", "webhook-timestamp", "webhook-signature"].iter().all(|name| !headers.contains_key(*name)));
    for (secrets, accepted) in [(OLD.to_owned(), vec![OLD]), (format!("{NEW},{OLD}"), vec![OLD, NEW])] {
        let (headers, body) = sent(&secrets).await.unwrap();
        assert_eq!(headers["webhook-id"], headers["idempotency-key"]);
        for known in accepted {
            let known = Secrets::parse(Provider::Standard, known);
            let at = headers["webhook-timestamp"].to_str().unwrap().parse::<i64>().unwrap();
            let at = Timestamp::from_millis(at * 1000);
            assert!(verify(Provider::Standard, &known, &headers, &body, at).is_ok());
            assert!(test.world.clock.now() >= at);
        }
    }
    // An id that cannot be signed as it is.
    let events = ErpEvents::new(Db::new(test.world.db.clone()));
    let dotted = NewErpEvent::new(EventType::SubscriptionChanged, "subscription:a.b".into(), &tenant, json!({}), START);
    events.raise(&[dotted]).await.unwrap();
    drain_for(&test, Duration::from_mins(30)).await;
    let (headers, _) = test.outside.lock().unwrap().last_event.take().unwrap();
    assert_eq!(headers["idempotency-key"], "subscription:a.b");
    assert_eq!(headers["webhook-id"], hex::encode(sha2::Sha256::digest("subscription:a.b")));
    // It waits for a secret that can be used.
    assert!(sent("whsec_?").await.is_none());
    let summary = test.summary("include_details=true").await;
    let last = summary["billing_events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["sync_status"], &last["odoo_synced"]), (&json!("pending"), &json!(false)));
    assert!(last["details"]["error"].as_str().unwrap().starts_with("erp_events_secret"), "{last}");
    assert!(sent(OLD).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_the_erp_refuses_is_given_up_and_holds_up_no_other() {
    let (test, tenant) = organization().await;
    test.fault(EVENTS, Some(Fault::Status(422)));
    test.drain().await;
    test.fault(EVENTS, None);
    change(&test, &tenant, "ana", MembershipChange::Join(Role::Member, None)).await;
    drain_for(&test, Duration::from_mins(20)).await;
    assert_eq!(taken(&test), ["user_added ana"]);
    let summary = test.summary("").await;
    let states: Vec<&str> = summary["billing_events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["sync_status"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["dead", "dead", "synced"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_given_up_is_sent_again_when_somebody_says_so() {
    let (test, _) = organization().await;
    test.fault(EVENTS, Some(Fault::Status(422)));
    test.drain().await;
    test.fault(EVENTS, None);
    let events = async || test.summary("include_details=true").await["billing_events"].clone();
    let dead = events().await;
    for event in dead.as_array().unwrap() {
        assert_eq!(event["sync_status"], "dead");
        let path = format!("/erp/billing-events/{}/replay", event["details"]["event_id"].as_str().unwrap());
        let again = test.post(&path, &Value::Null).await.expect(200);
        let state = (&again["sync_status"], &again["details"]["attempts"], &again["details"]["error"]);
        assert_eq!(state, (&json!("pending"), &json!(0), &Value::Null), "{again}");
    }
    drain_for(&test, Duration::from_mins(20)).await;
    assert_eq!(taken(&test).len(), 2);
    let synced = events().await;
    // One that the ERP has is left as it is.
    let path = format!("/erp/billing-events/{}/replay/", synced[0]["details"]["event_id"].as_str().unwrap());
    assert_eq!(test.post(&path, &Value::Null).await.expect(200)["sync_status"], "synced");
    drain_for(&test, Duration::from_mins(20)).await;
    assert_eq!(test.outside.lock().unwrap().deliveries, 2);
    let unknown = test.post("/erp/billing-events/nothing/replay", &Value::Null).await;
    assert_eq!(unknown.code(), (404, "EVENT_NOT_FOUND"));
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_tried_for_days_is_dead_and_those_behind_it_follow() {
    let (test, tenant) = organization().await;
    test.drain().await;
    test.fault(EVENTS, Some(Fault::Status(500)));
    change(&test, &tenant, "ana", MembershipChange::Join(Role::Member, None)).await;
    drain_for(&test, Duration::from_hours(80)).await;
    test.fault(EVENTS, None);
    change(&test, &tenant, "ben", MembershipChange::Join(Role::Member, None)).await;
    drain_for(&test, Duration::from_hours(5)).await;
    assert_eq!(taken(&test).last().unwrap(), "user_added ben");
    assert!(!taken(&test).contains(&"user_added ana".to_owned()));
    let summary = test.summary("start_date=2026-01-01").await;
    let dead = |event: &&Value| event["sync_status"] == "dead";
    assert_eq!(summary["billing_events"].as_array().unwrap().iter().filter(dead).count(), 1);
    assert!(test.world.log.lines().iter().any(|line| line.contains("JOB_DEAD")));
}

#[tokio::test(start_paused = true)]
async fn wherever_a_worker_dies_each_event_arrives_once() {
    for (left, makes_the_last) in (1..60).flat_map(|left| [(left, false), (left, true)]) {
        let (test, tenant) = organization().await;
        change(&test, &tenant, "ana", MembershipChange::Join(Role::Member, None)).await;
        let (capabilities, lifetime) = test.world.mortal(left, makes_the_last);
        tokio::select! {
            _ = test.ask_on(capabilities, PLATFORM, "POST", "/jobs/drain", &Value::Null) => {}
            () = lifetime.death() => {}
        }
        drop(lifetime);
        drain_for(&test, Duration::from_mins(20)).await;
        let mut seen = taken(&test);
        seen.retain(|event| event != "organization_changed");
        assert_eq!(seen, ["user_added", "user_added ana"], "{left} {makes_the_last}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_erp_events_are_recorded_and_storage_is_reported_once_a_day() {
    let (test, _) = organization().await;
    test.world.config.set("erp_url", "");
    test.post(ACCOUNT, &john(1, 1)).await.expect(201);
    drain_for(&test, Duration::from_hours(47)).await;
    let summary = test.summary("start_date=2026-01-01&end_date=2026-01-31").await;
    let events = summary["billing_events"].as_array().unwrap();
    assert!(events.iter().all(|event| event["sync_status"] == "pending"));
    let storage: Vec<_> = events.iter().filter(|event| event["event_type"] == "storage_reported").collect();
    assert_eq!(storage.len(), 2, "{events:?}");
    assert_eq!((&storage[0]["event_date"], &storage[1]["event_date"]), (&json!("2026-01-01"), &json!("2026-01-02")));
    assert_eq!(storage[0]["quantity"], 1);
}

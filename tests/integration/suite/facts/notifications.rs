//! Notifications: an event is a message per recipient and channel, sent once, reported, and in the feed of its user.

use std::sync::Arc;

use serde_json::{Value, json};
use upstreams::Ordered;

use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    an_event_reaches_people_once_over_each_channel_and_is_reported,
    an_outage_of_notify_loses_nothing_and_sends_nothing_twice,
    a_feed_answers_a_request_that_waits,
    who_is_added_or_has_another_role_is_told_once,
    what_others_wrote_is_refused_or_passed_on_without_harm,
}

const EVENTS: &str = "/api/v1/notifications/events";
const MESSAGES: &str = "/api/v1/notifications/messages";

fn invitation(meeting: &str) -> Value {
    json!({
        "event_type": "WORKSPACE_MEETING_INVITE",
        "recipients": [{"user_id": "ana", "email": "ana@clinic.example", "phone": "+91 98765 43210"}],
        "data": {"meeting_name": meeting, "host_name": "Asha", "meeting_url": "u", "scheduled_time": "3"},
    })
}

async fn raise(edge: &Edge, customer: &Customer<'_>, event: &Value) -> Value {
    let call = edge.call("POST", EVENTS).key(BOOTSTRAP).header("x-tenant-id", &customer.tenant);
    call.json(event).send().await.expect(202)
}

/// The tenant's messages in this state.
async fn in_state(edge: &Edge, customer: &Customer<'_>, state: &str) -> Vec<Value> {
    let path = format!("{MESSAGES}?state={state}");
    let call = edge.call("GET", &path).key(BOOTSTRAP).header("x-tenant-id", &customer.tenant);
    call.send().await.expect(200)["data"].as_array().unwrap().clone()
}

/// What Notify took about a meeting, by channel.
fn taken(edge: &Edge, meeting: &str) -> Vec<Value> {
    let all = edge.erp.sent.all();
    all.into_iter().filter(|sent| sent["body"].to_string().contains(meeting)).collect()
}

async fn an_event_reaches_people_once_over_each_channel_and_is_reported(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let meeting = format!("Review of {}", customer.subscription);
    let raised = raise(&edge, &customer, &invitation(&meeting)).await;
    let messages = raised["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 2);
    eventually("both to be sent", async || (in_state(&edge, &customer, "sent").await.len() == 2).then_some(())).await;
    let sent = taken(&edge, &meeting);
    assert_eq!(sent.len(), 2, "{sent:?}");
    let email = sent.iter().find(|sent| sent["path"] == "/api/v1/email/send/template").unwrap();
    assert_eq!(email["body"]["template_name"], "workspace_meeting_invite");
    let whatsapp = sent.iter().find(|sent| sent["path"] == "/api/v1/whatsapp/send/template").unwrap();
    assert_eq!(whatsapp["body"]["to"], "+919876543210");
    let keys: Vec<&Value> = sent.iter().map(|sent| &sent["idempotency_key"]).collect();
    assert!(messages.iter().all(|message| keys.contains(&&message["id"])), "{keys:?}");
    // Another tenant sees none of them.
    let other = Customer::new(&edge).await;
    let path = format!("{MESSAGES}/{}", messages[0]["id"].as_str().unwrap());
    let call = edge.call("GET", &path).key(BOOTSTRAP).header("x-tenant-id", &other.tenant);
    call.send().await.refused(404, "MESSAGE_NOT_FOUND");
}

async fn an_outage_of_notify_loses_nothing_and_sends_nothing_twice(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let customer = Customer::new(&edge).await;
    let fault = Ordered { status: Some(503), ..Ordered::default() };
    edge.erp.faults.order_for_route("POST /api/v1/email", fault.clone());
    edge.erp.faults.order_for_route("POST /api/v1/whatsapp", fault);
    raise(&edge, &customer, &invitation("Outage")).await;
    let path = format!("/api/v1/jobs?kind=notifications.message&tenant_id={}", customer.tenant);
    let waiting = eventually("jobs that send again", async || {
        let jobs = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
        let jobs = jobs["data"].as_array().unwrap().clone();
        (jobs.len() == 2).then_some(jobs)
    })
    .await;
    edge.erp.faults.clear();
    for job in waiting {
        let path = format!("/api/v1/jobs/{}/replay", job["id"].as_str().unwrap());
        // It may be done by now.
        let replayed = edge.call("POST", &path).key(BOOTSTRAP).send().await;
        assert!(matches!(replayed.status, 200 | 404), "{}", replayed.text());
    }
    eventually("both to be sent", async || {
        edge.call("POST", "/api/v1/jobs/drain").key(BOOTSTRAP).send().await.expect(200);
        (in_state(&edge, &customer, "sent").await.len() == 2).then_some(())
    })
    .await;
    assert_eq!(taken(&edge, "Outage").len(), 2);
}

async fn a_feed_answers_a_request_that_waits(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let path = "/api/v1/notifications/feed?user_id=ana&wait=20";
    let waits = edge.call("GET", path).key(BOOTSTRAP).header("x-tenant-id", &customer.tenant).send();
    let raises = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        raise(&edge, &customer, &invitation("Feed")).await
    };
    let (feed, _) = tokio::join!(waits, raises);
    let feed = feed.expect(200);
    assert_eq!((&feed["data"][0]["data"]["meeting_name"], &feed["unread"]), (&json!("Feed"), &json!(1)));
}

async fn who_is_added_or_has_another_role_is_told_once(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let users = format!("/api/v1/tenants/{}/users", customer.tenant);
    let new = json!({"user_id": "told", "email": "told@clinic.example"});
    edge.call("POST", &users).key(BOOTSTRAP).json(&new).send().await.expect(201);
    for _ in 0..2 {
        let change = edge.call("PUT", &format!("{users}/told")).key(BOOTSTRAP).json(&json!({"role": "MANAGER"}));
        change.send().await.expect(200);
    }
    let path = format!("{MESSAGES}?user_id=told");
    let call = edge.call("GET", &path).key(BOOTSTRAP).header("x-tenant-id", &customer.tenant);
    let messages = call.send().await.expect(200);
    let mut types: Vec<&str> =
        messages["data"].as_array().unwrap().iter().map(|message| message["event_type"].as_str().unwrap()).collect();
    types.sort_unstable();
    assert_eq!(types, ["WORKSPACE_ROLE_CHANGED", "WORKSPACE_TEAM_INVITE"]);
}

async fn what_others_wrote_is_refused_or_passed_on_without_harm(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let call = || edge.call("POST", EVENTS).key(BOOTSTRAP).header("x-tenant-id", &customer.tenant);
    for (field, value) in [
        ("name", "Ana\r\nBcc: eve@evil.example"),
        ("email", "ana@clinic.example\r\nBcc: eve@evil.example"),
        ("email", "ana@clinic.example,eve@evil.example"),
        ("phone", "+91 98765 43210\r\n"),
    ] {
        let mut event = invitation("Harm");
        event["recipients"][0][field] = json!(value);
        let answer = call().json(&event).send().await;
        answer.refused(400, "VALIDATION_ERROR");
        assert!(answer.text().contains(&format!("recipients[0].{field}")), "{}", answer.text());
    }
    let mut event = invitation("Harm");
    event["data"]["agenda"] = json!("x".repeat(70_000));
    let answer = call().json(&event).send().await;
    answer.refused(400, "VALIDATION_ERROR");
    assert!(answer.text().contains("\"data\""), "{}", answer.text());
    let meeting = format!("Harm of {}", customer.subscription);
    let mut event = invitation(&format!("{meeting}<script>\r\nBcc: eve@evil.example"));
    event["recipients"][0]["name"] = json!("<b>Ana</b>");
    raise(&edge, &customer, &event).await;
    let sent = eventually("both to be sent", async || {
        let sent = taken(&edge, &meeting);
        (sent.len() == 2).then_some(sent)
    })
    .await;
    for one in sent {
        let written = one["body"].to_string();
        let is_email = one["path"] == "/api/v1/email/send/template";
        assert!(!written.contains("\\r") && !written.contains("\\n"), "{written}");
        assert!(!is_email || !written.contains('<'), "{written}");
    }
}

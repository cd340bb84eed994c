use edge_capabilities::Timestamp;
use edge_contacts::{Activities, ActivityKind, Suppression, Suppressions};
use edge_notifications::Channel;

use super::*;

const PHONE: &str = "+919876543210";

impl Test {
    fn db(&self) -> Db {
        Db::new(self.platform.world.db.clone())
    }

    /// A new contact of a tenant; gives its id.
    async fn contact(&self, tenant: &str, body: Value) -> String {
        let contacts = edge_contacts::router(self.platform.world.instance().0);
        let headers = [("x-tenant-id", tenant)];
        let made = send(&contacts, request("POST", "/api/v1/contacts", PLATFORM, headers, &body)).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Sends an e-mail to `a@x.example` and a WhatsApp message to the phone; gives the id of the one over `channel`.
    async fn message(&self, channel: &str) -> String {
        let raised = self.raise(json!([{"email": "a@x.example", "phone": PHONE, "name": "A"}])).await;
        self.drain().await;
        let messages = raised["messages"].as_array().unwrap();
        messages.iter().find(|message| message["channel"] == channel).unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn suppression(&self, tenant: &str, channel: Channel, address: &str) -> Option<Suppression> {
        let capabilities = self.platform.world.instance().0;
        Suppressions::new(&capabilities, &self.db()).find(tenant, channel, address).await.unwrap()
    }

    async fn since_ever(&self, contact: &str, kind: ActivityKind) -> Vec<edge_contacts::Activity> {
        Activities::new(self.db()).since(contact, kind, Timestamp::from_millis(0)).await.unwrap()
    }
}

fn event(kind: &str, data: Value) -> Value {
    json!({"type": format!("message.{kind}"), "timestamp": "2026-01-01T00:00:01Z", "data": data})
}

#[tokio::test(start_paused = true)]
async fn a_reply_and_a_click_are_noted_once_of_the_contact() {
    let test = test().await;
    let contact = test.contact(ACME, json!({"email": "A@x.example", "phone": PHONE})).await;
    let id = test.message("EMAIL").await;
    let clicked = event("clicked", json!({"idempotency_key": id, "url": "https://x.example/?a=<b>"}));
    let replied = event("replied", json!({"message_id": id, "from": "a@X.example", "text": "Yes, please\nStop by."}));
    for _ in 0..3 {
        for (name, body) in [("evt_1", &clicked), ("evt_2", &replied)] {
            let answer = test.report_as(name, body.clone(), SECRET).await.expect(200);
            assert_eq!(answer, json!({"status": "success", "state": null}));
        }
    }
    let (clicks, replies) =
        (test.since_ever(&contact, ActivityKind::Click).await, test.since_ever(&contact, ActivityKind::Reply).await);
    assert_eq!((clicks.len(), replies.len()), (1, 1));
    assert_eq!((clicks[0].message.as_deref(), clicks[0].channel), (Some(id.as_str()), Channel::Email));
    assert_eq!(clicks[0].detail.as_deref(), Some("https://x.example/?a=<b>"));
    let at = Timestamp::parse("2026-01-01T00:00:01Z");
    assert_eq!(Activities::new(test.db()).last_reply(&contact).await.unwrap(), at);
    assert_eq!(test.suppression(ACME, Channel::Email, "a@x.example").await, None);
}

#[tokio::test(start_paused = true)]
async fn whoever_replies_stop_is_not_written_to_until_they_reply_start() {
    let test = test().await;
    test.contact(ACME, json!({"phone": PHONE})).await;
    let id = test.message("WHATSAPP").await;
    let reply = |text: &str| event("replied", json!({"message_id": id, "from": PHONE, "text": text}));
    test.report_as("evt_1", reply(" stop. "), SECRET).await.expect(200);
    let found = test.suppression(ACME, Channel::WhatsApp, PHONE).await.unwrap();
    assert_eq!(found.reason.as_str(), "replied");
    assert_eq!(test.suppression(ACME, Channel::Sms, PHONE).await, None);
    test.report_as("evt_2", reply("START"), SECRET).await.expect(200);
    assert_eq!(test.suppression(ACME, Channel::WhatsApp, PHONE).await, None);
    // The first reply delivered again does not come back.
    test.report_as("evt_1", reply(" stop. "), SECRET).await.expect(200);
    assert_eq!(test.suppression(ACME, Channel::WhatsApp, PHONE).await, None);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_bounces_or_complains_is_suppressed_and_start_does_not_end_it() {
    for (kind, data, reason) in [
        ("bounced", json!({}), Some("bounced")),
        ("bounced", json!({"bounce_type": "soft"}), None),
        ("complained", json!({}), Some("complained")),
        ("unsubscribed", json!({}), Some("unsubscribed")),
        ("clicked", json!({}), None),
    ] {
        let test = test().await;
        let id = test.message("EMAIL").await;
        let mut data = data;
        data["idempotency_key"] = json!(id);
        test.report_as("evt_1", event(kind, data), SECRET).await.expect(200);
        let found = test.suppression(ACME, Channel::Email, "a@x.example").await;
        assert_eq!(found.as_ref().map(|found| found.reason.as_str()), reason, "{kind}");
        if kind == "bounced" {
            let message = test.acme("GET", &format!("/messages/{id}"), Value::Null).await.expect(200);
            assert_eq!(message["state"], "failed");
        }
        let start = event("replied", json!({"message_id": id, "from": "a@x.example", "text": "start"}));
        test.report_as("evt_2", start, SECRET).await.expect(200);
        let stays = test.suppression(ACME, Channel::Email, "a@x.example").await.is_some();
        assert_eq!(stays, matches!(reason, Some("bounced" | "complained")), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_names_no_message_is_whose_address_it_comes_from() {
    let test = test().await;
    let reply = |text: &str| event("replied", json!({"channel": "SMS", "from": "+91 98765-43210", "text": text}));
    assert_eq!(test.report_as("evt_0", reply("hello"), SECRET).await.expect(200)["status"], "ignored");
    let ours = test.contact(ACME, json!({"phone": PHONE})).await;
    assert_eq!(test.report_as("evt_1", reply("hello"), SECRET).await.expect(200)["status"], "success");
    assert_eq!(test.since_ever(&ours, ActivityKind::Reply).await.len(), 1);
    // Two tenants write to the person: neither is told what may be for the other, but stop is for both.
    let theirs = test.contact(OTHER, json!({"phone": PHONE})).await;
    assert_eq!(test.report_as("evt_2", reply("my secret"), SECRET).await.expect(200)["status"], "ignored");
    assert_eq!(test.report_as("evt_3", reply("STOP"), SECRET).await.expect(200)["status"], "success");
    for (tenant, contact) in [(ACME, &ours), (OTHER, &theirs)] {
        assert!(test.suppression(tenant, Channel::Sms, PHONE).await.is_some());
        let replies = test.since_ever(contact, ActivityKind::Reply).await;
        assert!(replies.iter().all(|reply| reply.detail.as_deref() != Some("my secret")), "{replies:?}");
    }
    assert_eq!(test.report_as("evt_4", reply("STOP"), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn feedback_whose_worker_dies_at_any_call_takes_effect_once_it_is_sent_again() {
    let mut calls = 0;
    loop {
        calls += 1;
        let mut is_dead = true;
        for makes_the_last in [false, true] {
            let test = test().await;
            let contact = test.contact(ACME, json!({"email": "a@x.example"})).await;
            let id = test.message("EMAIL").await;
            let bounced = event("bounced", json!({"idempotency_key": id}));
            let (capabilities, life) = test.platform.world.mortal(calls, makes_the_last);
            let healthy = test.platform.router.clone();
            let mut test = test;
            test.platform.router = parts(&capabilities).0;
            tokio::select! {
                answer = test.report_as("evt_1", bounced.clone(), SECRET) => { answer.expect(200); }
                () = life.death() => {}
            }
            is_dead &= life.is_dead();
            test.platform.router = healthy;
            test.report_as("evt_1", bounced, SECRET).await.expect(200);
            assert!(test.suppression(ACME, Channel::Email, "a@x.example").await.is_some(), "{calls}");
            assert_eq!(test.since_ever(&contact, ActivityKind::Bounce).await.len(), 1, "{calls}");
            let message = test.acme("GET", &format!("/messages/{id}"), Value::Null).await.expect(200);
            assert_eq!(message["state"], "failed", "{calls}");
        }
        if !is_dead {
            break;
        }
    }
    assert!(calls > 5, "{calls}");
}

//! Campaigns: a contact is sent the steps one after the other, and whoever unsubscribes none.

use std::sync::Arc;

use edge_gateways::Provider;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge, WEBHOOK_SECRET, eventually, signed_as};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_campaign_sends_each_step_once_and_none_to_whoever_unsubscribes,
    a_campaign_is_its_tenants_own_and_templates_are_checked_before_anything_is_sent,
}

const CAMPAIGNS: &str = "/api/v1/campaigns";

fn call(edge: &Edge, tenant: &str, method: &str, path: &str) -> Call {
    edge.call(method, path).key(BOOTSTRAP).header("x-tenant-id", tenant)
}

async fn post(edge: &Edge, tenant: &str, path: &str, body: Value) -> Value {
    let answer = call(edge, tenant, "POST", path).json(&body).send().await;
    assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.text());
    answer.json()
}

fn id(made: &Value) -> &str {
    made["id"].as_str().unwrap()
}

async fn a_campaign_sends_each_step_once_and_none_to_whoever_unsubscribes(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let mark = customer.subscription.as_str();
    let campaign = post(&edge, tenant, CAMPAIGNS, json!({"name": "Spring", "variables": {"code": mark}})).await;
    let path = format!("{CAMPAIGNS}/{}", id(&campaign));
    let steps = format!("{path}/steps");
    for (channel, template) in [
        ("EMAIL", "<p>Hello {{ contact.name }}, {{ campaign.code }}, {{ unsubscribe_url }}</p>"),
        ("SMS", "{{ contact.name }}, {{ campaign.code }}"),
    ] {
        let step = json!({"channel": channel, "delay": 0, "delay_type": "hours", "message_template": template});
        post(&edge, tenant, &steps, step).await;
    }
    let mut contacts = Vec::new();
    for (name, prefix) in [("ana", "+9198"), ("ben", "+9199")] {
        let phone = mark.replace("sub_", prefix);
        let contact = json!({"name": format!("<{name}>"), "email": format!("{name}.{mark}@x.example"), "phone": phone});
        contacts.push(post(&edge, tenant, "/api/v1/contacts", contact).await);
    }
    let progress = async |contact: &Value| {
        let path = format!("/api/v1/contacts/{}/campaigns/{}/progress", id(contact), id(&campaign));
        call(&edge, tenant, "GET", &path).send().await.expect(200)
    };
    // What is enrolled in a draft waits, and whoever unsubscribes meanwhile is sent nothing.
    for contact in &contacts {
        let path = format!("/api/v1/contacts/{}/campaign/{}/enroll", id(contact), id(&campaign));
        for status in [201, 200] {
            call(&edge, tenant, "POST", &path).send().await.expect(status);
        }
    }
    let [ana, ben] = [&contacts[0], &contacts[1]];
    let url = ben["unsubscribe_urls"]["EMAIL"].as_str().unwrap();
    let link = format!("/unsubscribe/{}", url.rsplit('/').next().unwrap());
    assert_eq!(edge.call("POST", &link).body("List-Unsubscribe=One-Click").send().await.status, 200);
    assert_eq!(post(&edge, tenant, &format!("{path}/activate"), Value::Null).await["status"], "active");

    let done = eventually("the end of the campaign", async || {
        edge.call("POST", "/api/v1/jobs/drain").key(BOOTSTRAP).send().await.expect(200);
        let progress = progress(ana).await;
        (progress["status"] == "completed").then_some(progress)
    })
    .await;
    assert_eq!((&done["messages_sent"], &done["steps_completed"]), (&json!(2), &json!(2)), "{done}");
    let ended = progress(ben).await;
    assert_eq!((&ended["status"], &ended["reason"]), (&json!("unsubscribed"), &json!("UNSUBSCRIBED")));
    assert_eq!(ended["steps"], json!([]));
    let sent: Vec<Value> =
        edge.erp.sent.all().into_iter().filter(|one| one["body"].to_string().contains(mark)).collect();
    let [email, sms] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(email["path"], "/api/v1/email/send");
    let body = email["body"]["body"].as_str().unwrap();
    assert!(
        body.starts_with(&format!("<p>Hello &lt;ana&gt;, {mark}, http")) && body.contains("/unsubscribe/"),
        "{body}"
    );
    assert_eq!(sms["body"]["message"], format!("<ana>, {mark}"));

    let message = done["steps"][0]["message_id"].as_str().unwrap();
    let click = json!({"type": "message.clicked", "data": {"idempotency_key": message, "url": "https://x.example/"}});
    for _ in 0..2 {
        let report = edge.call("POST", "/webhooks/notify");
        let report = signed_as(report, Provider::Standard, WEBHOOK_SECRET, click.to_string(), &format!("click_{mark}"));
        assert_eq!(report.send().await.expect(200)["status"], "success");
    }
    let stats = call(&edge, tenant, "GET", &format!("{path}/stats")).send().await.expect(200);
    let counts =
        ["enrolled", "completed", "unsubscribed", "active", "messages_sent", "clicks"].map(|name| &stats[name]);
    assert_eq!(counts, [2, 1, 1, 0, 2, 1].map(|count| json!(count)).each_ref(), "{stats}");
    let reached = [0, 1].map(|step| &stats["steps"][step]["reached"]);
    assert_eq!(reached, [1, 1].map(|count| json!(count)).each_ref(), "{stats}");
}

async fn a_campaign_is_its_tenants_own_and_templates_are_checked_before_anything_is_sent(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let (customer, other) = (Customer::new(&edge).await, Customer::new(&edge).await);
    let tenant = customer.tenant.as_str();
    let campaign = post(&edge, tenant, CAMPAIGNS, json!({"name": "Spring"})).await;
    let path = format!("{CAMPAIGNS}/{}", id(&campaign));
    call(&edge, tenant, "POST", &format!("{path}/activate")).send().await.refused(409, "CAMPAIGN_EMPTY");
    let step = json!({"channel": "SMS", "message_template": "Hello\n{{ contact.name|shout }}"});
    let refused = call(&edge, tenant, "POST", &format!("{path}/steps")).json(&step).send().await;
    refused.refused(400, "VALIDATION_ERROR");
    assert!(refused.text().contains("line 2"), "{}", refused.text());
    call(&edge, &other.tenant, "GET", &path).send().await.refused(404, "CAMPAIGN_NOT_FOUND");
    let contact = post(&edge, &other.tenant, "/api/v1/contacts", json!({"email": "ana@x.example"})).await;
    let enroll = format!("/api/v1/contacts/{}/campaign/{}/enroll", id(&contact), id(&campaign));
    call(&edge, tenant, "POST", &enroll).send().await.refused(404, "CONTACT_NOT_FOUND");
    call(&edge, &other.tenant, "POST", &enroll).send().await.refused(404, "CAMPAIGN_NOT_FOUND");
}

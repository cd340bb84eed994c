//! Contacts: a file is read whatever the node does, and who unsubscribes is not written to.

use std::sync::Arc;

use edge_gateways::Provider;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge, KEY, Settings, WEBHOOK_SECRET, eventually, signed_as};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_file_is_imported_and_whoever_unsubscribes_is_not_written_to,
}

const CONTACTS: &str = "/api/v1/contacts";

fn call(edge: &Edge, tenant: &str, method: &str, path: &str) -> Call {
    edge.call(method, path).key(BOOTSTRAP).header("x-tenant-id", tenant)
}

async fn channels(edge: &Edge, tenant: &str, contact: &str) -> Value {
    call(edge, tenant, "GET", contact).send().await.expect(200)["suppressed_channels"].clone()
}

async fn a_file_is_imported_and_whoever_unsubscribes_is_not_written_to(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks().with("unsubscribe_key", KEY)).await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let rows: String = (0..2_500).map(|row| format!("p{row}@x.example,+9190{row:08},<b>{row}</b>\n")).collect();
    let file = format!("email,phone,name\n{rows}nobody,,\n");
    let import = call(&edge, tenant, "POST", &format!("{CONTACTS}/import")).header("content-type", "text/csv");
    let started = import.body(file).send().await.expect(202);
    let path = format!("{CONTACTS}/imports/{}", started["job_id"].as_str().unwrap());
    let import = eventually("the import", async || {
        let import = call(&edge, tenant, "GET", &path).send().await.expect(200);
        (!import["finished_at"].is_null()).then_some(import)
    })
    .await;
    let counts = ["created", "updated", "failed", "progress"].map(|name| import[name].as_i64());
    assert_eq!(counts, [2_500, 0, 1, 100].map(Some), "{import}");
    assert_eq!((&import["errors"][0]["line"], &import["errors"][0]["field"]), (&json!(2_502), &json!("email")));

    let found = call(&edge, tenant, "GET", &format!("{CONTACTS}?email=P7@x.example")).send().await.expect(200);
    let person = format!("{CONTACTS}/{}", found["data"][0]["id"].as_str().unwrap());
    let url = found["data"][0]["unsubscribe_urls"]["EMAIL"].as_str().unwrap();
    let link = format!("/unsubscribe/{}", url.rsplit('/').next().unwrap());
    let shown = edge.call("GET", &link).send().await;
    assert!(shown.status == 200 && shown.text().contains("Unsubscribe from the e-mails of"), "{}", shown.text());
    assert_eq!(channels(&edge, tenant, &person).await, json!([]));
    assert_eq!(edge.call("POST", &link).body("List-Unsubscribe=One-Click").send().await.status, 200);
    assert_eq!(channels(&edge, tenant, &person).await, json!(["EMAIL"]));
    assert_eq!(edge.call("POST", &link.replace(".e.", ".s.")).send().await.status, 404);

    let event = json!({
        "event_type": "WORKSPACE_MEETING_INVITE",
        "recipients": [{"email": "p7@x.example", "phone": "+919000000007", "name": "P"}],
        "data": {"meeting_name": "Review", "host_name": "Asha", "meeting_url": "u", "scheduled_time": "3"},
    });
    let raised = call(&edge, tenant, "POST", "/api/v1/notifications/events").json(&event).send().await.expect(202);
    let message = |channel: &str| {
        let messages = raised["messages"].as_array().unwrap().iter();
        let found = messages.clone().find(|message| message["channel"] == channel).unwrap();
        format!("/api/v1/notifications/messages/{}", found["id"].as_str().unwrap())
    };
    for (channel, states) in [("EMAIL", &["suppressed"][..]), ("WHATSAPP", &["sent", "delivered"])] {
        eventually(channel, async || {
            let shown = call(&edge, tenant, "GET", &message(channel)).send().await.expect(200);
            states.contains(&shown["state"].as_str().unwrap()).then_some(())
        })
        .await;
    }

    let whatsapp = message("WHATSAPP");
    let stop = json!({"type": "message.replied", "data": {
        "idempotency_key": whatsapp.rsplit('/').next().unwrap(), "from": "+919000000007", "text": "Stop."}});
    for _ in 0..2 {
        let report = signed_as(
            edge.call("POST", "/webhooks/notify"),
            Provider::Standard,
            WEBHOOK_SECRET,
            stop.to_string(),
            "evt_1",
        );
        assert_eq!(report.send().await.expect(200)["status"], "success");
    }
    assert_eq!(channels(&edge, tenant, &person).await, json!(["EMAIL", "WHATSAPP"]));
}

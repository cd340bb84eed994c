//! The ERP provisions organisations and accounts, reads their usage, and is told of what it bills by.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use edge_gateways::Provider;
use futures::future::join_all;
use serde_json::{Value, json};
use upstreams::Ordered;

use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Edge, Settings, eventually, signed};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    the_erps_requests_provision_what_they_ask_for,
    of_many_who_provision_one_customer_at_once_there_is_one_organization,
    events_arrive_once_and_in_order_after_the_erp_was_down,
    the_erps_webhook_finds_an_organization_by_its_number,
}

const ORGANIZATION: &str = "/erp/provision/organization/";
const ACCOUNT: &str = "/erp/provision/email-account/";
const EVENTS: &str = "POST /api/v1/billing/events";

async fn post(edge: &Edge, path: &str, body: &Value) -> Answer {
    edge.call("POST", path).header("authorization", &format!("Token {BOOTSTRAP}")).json(body).send().await
}

/// A request for an organisation that no other fact knows.
fn new_organization() -> Value {
    static NEXT: AtomicI64 = AtomicI64::new(1_000_000);
    let customer = NEXT.fetch_add(1, Ordering::Relaxed);
    json!({"organization_data": {
        "name": "Acme Corporation", "domain": format!("acme-{customer}.com"), "odoo_customer_id": customer,
    }})
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {value}"))
}

async fn the_erps_requests_provision_what_they_ask_for(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    edge.post("/applications", BOOTSTRAP, &json!({"slug": "mail"})).await.expect(201);
    for (id, name) in [("basic", "Business Basic"), ("pro", "Business Pro")] {
        let plan = json!({"id": id, "name": name, "pricePerSeat": 99.99, "currency": "USD", "billingCycle": "monthly"});
        edge.post("/applications/mail/plans", BOOTSTRAP, &plan).await.expect(201);
    }
    post(&edge, ORGANIZATION, &new_organization()).await.expect(201);
    // From here on as the ERP's documentation writes it.
    let organization = json!({"organization_data": {
        "name": "Acme Corporation", "domain": "acme.com", "odoo_customer_id": 67890, "max_users": 100,
        "max_storage_gb": 100, "plan_id": 2, "contact_info": {
            "primary_email": "admin@acme.com", "phone": "+1234567890", "address": "123 Business St, City, State 12345",
        },
    }});
    let made = post(&edge, ORGANIZATION, &organization).await.expect(201);
    let shown = &made["organization"];
    assert_eq!((&shown["id"], &shown["domain_name"], &shown["domain_id"]), (&json!(2), &json!("acme.com"), &json!(2)));
    assert_eq!(
        (&made["subscription"]["plan_name"], &made["subscription"]["amount"]),
        (&json!("Business Pro"), &json!(99.99))
    );
    let again = post(&edge, ORGANIZATION, &organization).await;
    assert_eq!(again.header("idempotent-replay"), "true");
    assert_eq!(again.expect(201), made);
    let account = json!({"email_account_data": {
        "organization_id": 2, "address": "john.doe", "domain": 2, "quota": 1_073_741_824,
        "user_info": {"first_name": "John", "last_name": "Doe", "password": "securepassword123"},
    }});
    let made = post(&edge, ACCOUNT, &account).await.expect(201);
    assert_eq!(text(&made, "/email_account/email"), "john.doe@acme.com");
    post(&edge, ACCOUNT, &account).await.refused(400, "EMAIL_ACCOUNT_ALREADY_EXISTS");
    let mailboxes = edge.erp.mail.mailboxes();
    assert_eq!((mailboxes.len(), &mailboxes[0]["password"]), (1, &json!("securepassword123")));
    let path = "/erp/usage-summary/?organization_id=2";
    let summary = edge.call("GET", path).key(BOOTSTRAP).send().await.expect(200);
    let usage = &summary["organizations"][0];
    assert_eq!((&usage["users"]["total"], &usage["storage"]["used_gb"]), (&json!(2), &json!(1.0)));
    assert!(!edge.log().contains("securepassword123"));
}

async fn of_many_who_provision_one_customer_at_once_there_is_one_organization(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let request = new_organization();
    let answers = join_all((0..10).map(|_| post(&edge, ORGANIZATION, &request))).await;
    let bodies: Vec<Value> = answers.iter().map(|answer| answer.clone().expect(201)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotent-replay").is_empty()).count(), 1);
    // Of many who want one mailbox at once one gets it, and no quota is counted twice.
    let account = json!({"email_account_data": {
        "organization_id": bodies[0]["organization"]["id"], "domain": bodies[0]["organization"]["domain_id"],
        "address": "ana", "quota": 50_i64 << 30,
    }});
    let answers = join_all((0..10).map(|_| post(&edge, ACCOUNT, &account))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.refused(400, "EMAIL_ACCOUNT_ALREADY_EXISTS");
    }
}

async fn events_arrive_once_and_in_order_after_the_erp_was_down(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    edge.erp.faults.order_for_route(EVENTS, Ordered { status: Some(503), ..Ordered::default() });
    let made = post(&edge, ORGANIZATION, &new_organization()).await.expect(201);
    let (number, id) = (made["organization"]["id"].as_i64().unwrap(), text(&made, "/organization/organization_id"));
    let users = format!("/api/v1/tenants/{id}/users");
    for user in ["ana", "ben", "eve"] {
        edge.post(&users, BOOTSTRAP, &json!({"user_id": user})).await.expect(201);
    }
    edge.call("DELETE", &format!("{users}/ben")).key(BOOTSTRAP).send().await;
    post(&edge, "/api/v1/jobs/drain", &json!({})).await.expect(200);
    let path = format!("/erp/usage-summary/?organization_id={number}");
    let events = async || {
        let summary = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
        summary["billing_events"].as_array().unwrap().clone()
    };
    let waiting = events().await;
    assert_eq!(waiting.len(), 6, "{waiting:?}");
    assert!(waiting.iter().all(|event| event["odoo_synced"] == false), "{waiting:?}");
    edge.erp.faults.clear();
    // The stand-in keeps an event also where its answer says that it failed.
    eventually("all events to be synced", async || {
        post(&edge, "/api/v1/jobs/drain", &json!({})).await.expect(200);
        events().await.iter().all(|event| event["odoo_synced"] == true).then_some(())
    })
    .await;
    let taken = edge.erp.billing_events.of(number);
    let ids: std::collections::BTreeSet<&str> = taken.iter().map(|event| text(event, "/event_id")).collect();
    assert_eq!((taken.len(), ids.len()), (6, 6));
    let of_users = taken.iter().filter(|event| event["data"]["user_id"].as_str().is_some_and(|user| user.len() == 3));
    let told: Vec<_> = of_users.map(|event| (text(event, "/event_type"), text(event, "/data/user_id"))).collect();
    assert_eq!(told, [("user_added", "ana"), ("user_added", "ben"), ("user_added", "eve"), ("user_removed", "ben")]);
}

async fn the_erps_webhook_finds_an_organization_by_its_number(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let made = post(&edge, ORGANIZATION, &new_organization()).await.expect(201);
    let number = &made["organization"]["id"];
    let event = json!({
        "event_type": "payment_failed", "organization_id": number, "timestamp": "2026-07-28T10:00:00Z",
        "billing_data": {"amount": 99.99, "currency": "USD", "invoice_id": "INV-2026-001"},
    });
    let call = edge.call("POST", "/erp/webhooks/billing/");
    let answer = signed(call, Provider::Erp, event.to_string()).send().await.expect(200);
    assert_eq!((&answer["processed"], &answer["organization_id"]), (&json!(true), number), "{answer}");
    let path = format!("/api/v1/tenants/{}", text(&made, "/organization/organization_id"));
    let tenant = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
    assert_eq!(tenant["payment_status"], "failed", "{tenant}");
}

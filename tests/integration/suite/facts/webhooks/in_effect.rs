//! What events do.

use std::sync::Arc;

use edge_gateways::Provider;
use serde_json::{Value, json};

use super::EVENTS;
use crate::edge::{BOOTSTRAP, CREDITS, Customer, Edge, eventually, signed};
use crate::shape::Stage;

pub async fn a_payment_makes_a_tenant_active_and_the_next_check_grants(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    // Denied, and known to be for an hour.
    customer.organization.make_acquainted("ana").await;
    customer.stands("SUBSCRIPTION_EXPIRED").await;
    let end = (chrono::Utc::now() + chrono::Days::new(40)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let mut paid = customer.paid("payment.captured", "p1");
    paid["payload"]["period_end"] = json!(end);
    let answer = customer.tell(&paid).await.expect(200);
    assert_eq!(answer, json!({"status": "success", "action": "subscription_activated"}));
    customer.stands("SEAT_ACTIVE").await;
    let tenant = customer.tenant().await;
    for (field, value) in [
        ("subscription_status", json!("active")),
        ("subscription_plan", json!("Professional")),
        ("subscription_period_end", json!(end)),
        ("erp_subscription_id", json!(customer.subscription)),
        ("max_users", json!(25)),
        ("docs_quota_mb", json!(102_400)),
        ("credits", json!(CREDITS)),
        ("is_suspended", json!(false)),
    ] {
        assert_eq!(tenant[field], value, "{field}");
    }
    let sent = eventually("the receipt", async || customer.notifications().pop()).await;
    assert_eq!(sent["path"], "/api/v1/email/send/template");
    assert_eq!(
        (&sent["body"]["to"], &sent["body"]["template_name"]),
        (&json!("owner@clinic.example"), &json!("payment_receipt"))
    );
    assert_eq!(sent["body"]["template_vars"]["amount"], "₹2,499.00");
}

pub async fn a_halt_denies_at_once_and_a_later_charge_grants_again(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    customer.tell(&customer.paid("payment.captured", "p0")).await.expect(200);
    for round in 1..4 {
        customer.stands("SEAT_ACTIVE").await;
        // A failure that was told of late changes nothing.
        let late = customer.event("subscription.pending");
        let answer = customer.tell(&customer.event("subscription.halted")).await.expect(200);
        assert_eq!(answer["action"], "tenant_suspended");
        customer.stands("SUBSCRIPTION_SUSPENDED").await;
        let answer = customer.tell(&late).await.expect(200);
        assert_eq!(answer, json!({"status": "ignored", "reason": "superseded"}));
        let tenant = customer.tenant().await;
        assert_eq!((&tenant["is_suspended"], &tenant["suspended_reason"]), (&json!(true), &json!("Payment failed")));
        let charged = customer.paid("subscription.charged", &format!("p{round}"));
        assert_eq!(customer.tell(&charged).await.expect(200)["action"], "subscription_renewed");
        assert_eq!(customer.tenant().await["credits"], CREDITS * (round + 1));
    }
}

pub async fn paid_for_time_stays_after_a_cancellation(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    let end = customer.tenant().await["subscription_period_end"].clone();
    let answer = customer.tell(&customer.event("subscription.cancelled")).await.expect(200);
    assert_eq!(answer, json!({"status": "success", "action": "subscription_cancelled"}));
    let tenant = customer.tenant().await;
    assert_eq!((&tenant["subscription_status"], &tenant["subscription_period_end"]), (&json!("cancelled"), &end));
    customer.stands("SEAT_ACTIVE").await;
}

/// The only event of the inbox with this status and tenant.
async fn only_event(edge: &Edge, status: &str, tenant: &str) -> Value {
    let path = format!("{EVENTS}?status={status}&limit=200");
    let listed = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
    let mut own = listed["data"].as_array().unwrap().iter().filter(|event| event["tenant_id"] == tenant);
    let event = own.next().unwrap_or_else(|| panic!("no {status} event of {tenant}: {listed}")).clone();
    assert!(own.next().is_none(), "{listed}");
    event
}

pub async fn what_cannot_be_true_changes_nothing_until_it_is_replayed(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::of(&edge);
    let answer = customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    assert_eq!(answer, json!({"status": "quarantined", "reason": "unknown_tenant"}));
    let event = only_event(&edge, "quarantined", &customer.tenant).await;
    assert_eq!(event["reason"], "unknown_tenant");
    customer.make_known().await;
    for (field, value, reason) in [("amount", json!(1), "wrong_amount"), ("currency", json!("USD"), "wrong_currency")] {
        let mut wrong = customer.paid("payment.captured", "p2");
        wrong["payload"][field] = value;
        let answer = customer.tell(&wrong).await.expect(200);
        assert_eq!(answer, json!({"status": "quarantined", "reason": reason}));
    }
    customer.stands("SUBSCRIPTION_EXPIRED").await;
    assert_eq!(customer.tenant().await["subscription_status"], Value::Null);

    let replay = format!("{EVENTS}/{}/replay", event["id"].as_str().unwrap());
    for _ in 0..2 {
        let replayed = edge.call("POST", &replay).key(BOOTSTRAP).send().await.expect(200);
        assert_eq!((&replayed["status"], &replayed["reason"]), (&json!("processed"), &Value::Null));
        customer.stands("SEAT_ACTIVE").await;
        assert_eq!(customer.tenant().await["credits"], CREDITS);
    }
    // In bulk: what was wrong still is.
    let bulk = edge.post(&format!("{EVENTS}/replay"), BOOTSTRAP, &json!({"status": "quarantined"})).await.expect(202);
    assert!(bulk["replayed"].as_u64().unwrap() >= 2, "{bulk}");
    let settled = async || {
        let path = format!("{EVENTS}?status=quarantined&limit=200");
        let listed = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
        let own = listed["data"].as_array().unwrap().iter().filter(|event| event["tenant_id"] == customer.tenant);
        (own.count() == 2).then_some(())
    };
    eventually("both to be found wrong again", settled).await;
    assert_eq!(customer.tenant().await["credits"], CREDITS);
}

pub async fn the_erps_word_on_a_seat_counts_at_once(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    // An organisation that is no tenant.
    let org = edge.organization();
    for status in ["REVOKED", "ACTIVE", "REVOKED"] {
        org.make_acquainted("ana").await;
        org.seat("ana", &json!({"seat_status": status}));
        let word = if status == "ACTIVE" { "seat_assigned" } else { "seat_revoked" };
        let body = json!({"event_type": word, "organization_id": org.id}).to_string();
        let call = edge.call("POST", "/erp/webhooks/billing/");
        let answer = signed(call, Provider::Erp, body).send().await.expect(200);
        assert_eq!((&answer["processed"], &answer["organization_id"]), (&json!(true), &json!(org.id)));
        let reason = if status == "ACTIVE" { "SEAT_ACTIVE" } else { "SEAT_REVOKED" };
        assert_eq!(org.reason("ana").await, (reason.to_owned(), "erp".to_owned()));
    }
}

pub async fn an_organisations_own_address_speaks_for_it_alone_until_it_is_revoked(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let (customer, other) = (Customer::new(&edge).await, Customer::new(&edge).await);
    for customer in [&customer, &other] {
        customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    }
    let new = json!({"tenant_id": customer.tenant});
    let made = edge.post("/api/v1/webhooks/endpoints", BOOTSTRAP, &new).await.expect(201);
    let url = made["url"].as_str().unwrap();
    let cancel = |organization: &str| {
        let body = json!({"event_type": "subscription_cancelled", "organization_id": organization,
            "timestamp": chrono::Utc::now().to_rfc3339()});
        signed(edge.call("POST", url), Provider::Erp, body.to_string())
    };
    let answer = cancel(&other.tenant).send().await.expect(200);
    assert_eq!((&answer["processed"], &answer["reason"]), (&json!(false), &json!("wrong_account")));
    assert_eq!(cancel(&customer.tenant).send().await.expect(200)["processed"], true);
    assert_eq!(other.tenant().await["subscription_status"], "active");
    assert_eq!(customer.tenant().await["subscription_status"], "cancelled");
    let path = format!("/api/v1/webhooks/endpoints/{}", made["id"].as_str().unwrap());
    assert_eq!(edge.call("DELETE", &path).key(BOOTSTRAP).send().await.status, 204);
    cancel(&customer.tenant).send().await.refused(404, "NOT_FOUND");
}

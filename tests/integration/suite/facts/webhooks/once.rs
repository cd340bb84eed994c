//! What comes again takes no effect again.

use std::sync::Arc;

use edge_gateways::Provider;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::edge::{CREDITS, Customer, eventually, signed_as};
use crate::shape::Stage;

pub async fn a_duplicate_is_answered_as_the_first_was(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let bodies = [
        customer.paid("payment.captured", "p1"),
        customer.event("subscription.pending"),
        customer.event("refund.created"),
        json!({"event": "payment.captured", "payload": {"payment_id": customer.subscription}}),
    ];
    for body in bodies {
        let first = customer.tell(&body).await.expect(200);
        assert_eq!(first.get("duplicate"), None);
        let mut expected = first.clone();
        expected["duplicate"] = json!(true);
        // By all nodes, and under whatever id nobody signed.
        for _ in 0..3 {
            assert_eq!(customer.tell(&body).await.expect(200), expected, "{body}");
        }
    }
    assert_eq!(customer.tenant().await["credits"], CREDITS);
}

pub async fn one_delivery_is_one_event_under_whatever_name(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let mut body = customer.paid("payment.captured", "p1");
    body = json!({"type": "payment.captured", "timestamp": chrono::Utc::now().to_rfc3339(), "data": body["payload"]});
    let id = format!("msg_{}", customer.subscription);
    for (source, duplicate) in [("a", false), ("b", true), ("a", true)] {
        let call = edge.call("POST", &format!("/webhooks/standard/{source}"));
        let call = signed_as(call, Provider::Standard, crate::edge::WEBHOOK_SECRET, body.to_string(), &id);
        let answer = call.send().await.expect(200);
        assert_eq!(
            (answer["action"] == "subscription_activated", answer["duplicate"] == true),
            (true, duplicate),
            "{source}"
        );
    }
    assert_eq!(customer.tenant().await["credits"], CREDITS);
}

pub async fn fifty_who_bring_one_event_at_once_bring_about_one_effect(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    for round in 0..3 {
        let customer = Customer::new(&edge).await;
        let body = customer.paid("payment.captured", "p1");
        let answers = join_all((0..50).map(|_| customer.tell(&body))).await;
        let answers: Vec<Value> = answers.into_iter().map(|answer| answer.expect(200)).collect();
        assert!(answers.iter().all(|answer| answer["action"] == "subscription_activated"), "round {round}");
        let first = answers.iter().filter(|answer| answer.get("duplicate").is_none()).count();
        assert_eq!(first, 1, "round {round}");
        customer.stands("SEAT_ACTIVE").await;
        assert_eq!(customer.tenant().await["credits"], CREDITS, "round {round}");
        eventually("the receipt", async || customer.notifications().pop()).await;
        assert_eq!(customer.notifications().len(), 1, "round {round}");
    }
}

pub async fn a_history_told_in_any_order_and_twice_comes_to_the_same(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customers = [Customer::new(&edge).await, Customer::new(&edge).await, Customer::new(&edge).await];
    let mut ends = Vec::new();
    for (turn, customer) in customers.iter().enumerate() {
        let mut history = vec![
            customer.paid("payment.captured", "p1"),
            customer.event("subscription.pending"),
            customer.paid("subscription.charged", "p2"),
            customer.event("subscription.halted"),
            customer.paid("subscription.charged", "p3"),
            customer.event("subscription.cancelled"),
        ];
        match turn {
            0 => {}
            1 => history.reverse(),
            _ => history.rotate_left(3),
        }
        if turn == 2 {
            // All at once, each twice.
            let twice: Vec<Value> = history.iter().chain(&history).cloned().collect();
            for answer in join_all(twice.iter().map(|body| customer.tell(body))).await {
                answer.expect(200);
            }
        } else {
            for body in history.iter().chain(&history) {
                customer.tell(body).await.expect(200);
            }
        }
        customer.stands("SEAT_ACTIVE").await;
        let tenant = customer.tenant().await;
        assert_eq!((&tenant["subscription_status"], &tenant["credits"]), (&json!("cancelled"), &json!(3 * CREDITS)));
        let end: chrono::DateTime<chrono::Utc> = tenant["subscription_period_end"].as_str().unwrap().parse().unwrap();
        ends.push(end);
    }
    // Three months each; the customers were made within moments of one another.
    let (first, last) = (ends.iter().min().unwrap(), ends.iter().max().unwrap());
    assert!((*last - *first).num_minutes() < 10 && (*first - chrono::Utc::now()).num_days() > 80, "{ends:?}");
}

//! Disputes at the payer's bank.

use edge_gateways::Provider;
use serde_json::{Value, json};

use crate::bheempay::post;
use crate::fixture::{Test, test};

impl Test {
    async fn card(&self, event: &str, payment: &str) -> Value {
        let payload = json!({
            "payment_id": payment, "dispute_id": "disp_1", "amount": 2_000.0, "currency": "INR", "reason": "fraud",
            "respond_by": "2126-02-01T00:00:00Z",
        });
        let event = self.pay.event(&format!("payment.dispute.{event}"), payload);
        self.pay.tell(&event).await.1
    }

    async fn disputes(&self) -> Vec<Value> {
        let listed = self.of(&self.rita, "GET", "", Value::Null).await.1;
        listed["data"].as_array().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_dispute_opens_a_dispute_and_bars_refunds_while_it_runs_and_once_it_is_lost() {
    for (decided, status, refund) in [("won", "rejected", 200), ("closed", "withdrawn", 200), ("lost", "resolved", 409)]
    {
        let test = test().await;
        test.paid("p1", "sku-pro").await;
        let own = test.dispute("p1").await;
        let noted = json!({"status": "success", "action": "payment_disputed"});
        assert_eq!(test.card("created", "p1").await, noted);
        assert_eq!(test.card("under_review", "p1").await, noted);
        let all = test.disputes().await;
        assert_eq!(all.len(), 2, "{all:?}");
        let card = all.iter().find(|dispute| dispute["card_dispute"].is_object()).unwrap();
        assert_eq!((&card["status"], &card["reason"]), (&json!("open"), &json!("unauthorized")), "{card}");
        assert_eq!((&card["amount"], &card["due_at"]), (&json!(2_000.0), &json!("2126-02-01T00:00:00.000Z")));
        assert_eq!((&card["card_dispute"]["id"], &card["card_dispute"]["status"]), (&json!("disp_1"), &json!("open")));
        let card = format!("/{}", card["id"].as_str().unwrap());
        let body = json!({"kind": "refund", "reason": "r", "amount": 1});
        assert_eq!(test.resolve(&own, body.clone()).await.1["code"], "CARD_DISPUTE");
        assert_eq!(test.resolve(&card, json!({"kind": "reject", "reason": "r"})).await.1["code"], "CARD_DISPUTE");
        let withdrawn = test.of(&test.rita, "PUT", &card, json!({"status": "withdrawn"})).await.1;
        assert_eq!(withdrawn["code"], "CARD_DISPUTE");
        assert_eq!(test.card(decided, "p1").await, noted);
        // Word that is late does not open it again.
        assert_eq!(test.shown(&card).await["status"], status);
        assert_eq!(test.resolve(&own, body).await.0, refund, "{decided}");
        assert_eq!(test.disputes().await.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_dispute_that_is_told_of_backwards_stays_decided() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let event = |name: &str| {
        let payload = json!({"payment_id": "p1", "dispute_id": "disp_1", "amount": 1, "currency": "INR"});
        test.pay.event(&format!("payment.dispute.{name}"), payload)
    };
    let (created, lost) = (event("created"), event("lost"));
    for told in [&lost, &created, &lost] {
        assert_eq!(test.pay.tell(told).await.1["status"], "success");
    }
    let all = test.disputes().await;
    assert_eq!((all.len(), &all[0]["status"]), (1, &json!("resolved")), "{all:?}");
}

#[tokio::test(start_paused = true)]
async fn razorpays_and_stripes_card_disputes_come_to_the_same() {
    let test = test().await;
    test.paid("p1", "sku-pro").await;
    let razorpay = json!({
        "entity": "event", "account_id": "acc_1", "event": "payment.dispute.created", "created_at": 1_767_225_700,
        "payload": {"dispute": {"entity": {"id": "disp_R", "payment_id": "p1", "amount": 249_900, "currency": "INR",
            "reason_code": "goods_or_services_not_received", "status": "open"}}},
    });
    let told = post(&test.webhooks, &test.world, Provider::Razorpay, "/webhooks/razorpay", &razorpay.to_string()).await;
    assert_eq!(told.1["status"], "success", "{told:?}");
    let all = test.disputes().await;
    assert_eq!((all.len(), &all[0]["reason"]), (1, &json!("service_not_provided")), "{all:?}");
    // One of a payment that nobody knows is nobody's.
    let stripe = json!({
        "id": "evt_1", "type": "charge.dispute.created", "created": 1_767_225_700,
        "data": {"object": {"id": "dp_1", "charge": "ch_1", "payment_intent": "pi_1", "amount": 100, "currency": "inr",
            "reason": "duplicate", "status": "needs_response"}},
    });
    let told = post(&test.webhooks, &test.world, Provider::Stripe, "/webhooks/stripe", &stripe.to_string()).await;
    assert_eq!(told.1, json!({"status": "ignored", "reason": "unknown_payment"}));
    let session = json!({
        "id": "evt_2", "type": "checkout.session.completed", "created": 1_767_225_600,
        "data": {"object": {"id": "cs_1", "payment_status": "paid", "amount_total": 249_900, "currency": "inr",
            "invoice": null, "payment_intent": "pi_1",
            "metadata": {"tenant_id": edge_tenants::testing::ACME, "plan_id": "sku-pro"}}},
    });
    let told = post(&test.webhooks, &test.world, Provider::Stripe, "/webhooks/stripe", &session.to_string()).await;
    assert_eq!(told.1["status"], "success", "{told:?}");
    let again =
        json!({"id": "evt_3", "type": "charge.dispute.updated", "created": 1_767_225_701, "data": stripe["data"]});
    let told = post(&test.webhooks, &test.world, Provider::Stripe, "/webhooks/stripe", &again.to_string()).await;
    assert_eq!(told.1["status"], "success", "{told:?}");
    let all = test.disputes().await;
    assert_eq!((all.len(), &all[0]["reason"]), (2, &json!("duplicate")), "{all:?}");
}

#[tokio::test(start_paused = true)]
async fn a_card_dispute_of_an_invoice_is_found_by_the_intent_that_paid_it() {
    let test = test().await;
    let tell = async |id: &str, kind: &str, object: Value| {
        let event = json!({"id": id, "type": kind, "created": 1_767_225_600, "data": {"object": object}});
        post(&test.webhooks, &test.world, Provider::Stripe, "/webhooks/stripe", &event.to_string()).await.1
    };
    for (number, paid_by) in [
        json!({"payment_intent": "pi_0"}),
        json!({"payments": {"data": [{"payment": {"type": "payment_intent", "payment_intent": "pi_1"}}]}}),
        json!({"charge": "pi_2"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut invoice = json!({
            "id": format!("in_{number}"), "number": format!("A-{number}"), "subscription": "sub_S", "currency": "inr",
            "amount_paid": 249_900, "billing_reason": "subscription_cycle",
            "metadata": {"tenant_id": edge_tenants::testing::ACME, "plan_id": "sku-pro"},
        });
        invoice.as_object_mut().unwrap().extend(paid_by.as_object().unwrap().clone());
        let told = tell(&format!("evt_{number}"), "invoice.paid", invoice).await;
        assert_eq!(told["status"], "success", "{told}");
        let dispute = json!({
            "id": format!("dp_{number}"), "charge": format!("pi_{number}"), "amount": 100, "currency": "inr",
            "reason": "duplicate", "status": "needs_response",
        });
        let told = tell(&format!("evt_d{number}"), "charge.dispute.created", dispute).await;
        assert_eq!(told["action"], "payment_disputed", "{told}");
        assert_eq!(test.disputes().await[0]["payment_id"], format!("in_{number}"));
    }
}

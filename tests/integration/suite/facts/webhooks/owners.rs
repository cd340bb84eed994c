//! Whose events are, and what states and payments they tell of, in the gateways' own words.

use std::sync::Arc;

use edge_gateways::Provider;
use serde_json::{Value, json};

use crate::edge::{CREDITS, Customer, signed};
use crate::shape::Stage;

/// What the stand-in ERP's plan `sku_professional` costs, in the smallest unit.
const PRICE: i64 = 249_900;

/// What the gateway is answered.
async fn tell(customer: &Customer<'_>, provider: Provider, body: &Value) -> Value {
    let call = customer.organization.edge.call("POST", &format!("/webhooks/{provider}"));
    signed(call, provider, body.to_string()).send().await.expect(200)
}

/// A Razorpay event with these entities, later than those before it.
fn razorpays(customer: &Customer<'_>, kind: &str, entities: &Value) -> Value {
    let mut payload = json!({});
    for (name, entity) in entities.as_object().unwrap() {
        payload[name] = json!({"entity": entity});
    }
    let at = &customer.event(kind)["created_at"];
    json!({"entity": "event", "account_id": "acc_1", "event": kind, "payload": payload, "created_at": at})
}

fn subscription(customer: &Customer<'_>, id: &str) -> Value {
    json!({"id": format!("{id}_of_{}", customer.subscription), "notes": {"tenant_id": customer.tenant}})
}

/// A paid invoice of Stripe's.
fn invoice(customer: &Customer<'_>, id: &str, paid: i64, more: &Value) -> Value {
    let at = customer.event("")["created_at"].clone();
    let id = format!("{id}_of_{}", customer.subscription);
    let mut invoice = json!({
        "id": format!("in_{id}"), "subscription": format!("sub_{id}"), "currency": "inr", "amount_paid": paid,
        "billing_reason": "subscription_create", "metadata": {"tenant_id": customer.tenant, "plan_id": "sku_professional"},
        "lines": {"data": [{"amount": PRICE, "quantity": 1, "price": {"id": "price_1", "unit_amount": PRICE}}]},
    });
    invoice.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"id": format!("evt_{id}"), "type": "invoice.paid", "created": at, "data": {"object": invoice}})
}

pub async fn what_was_halted_or_paused_goes_on_once_the_gateway_says_so(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let own = subscription(&customer, "sub");
    let payment =
        json!({"id": format!("pay_of_{}", customer.subscription), "amount": PRICE, "currency": "INR", "notes": []});
    let charged = razorpays(&customer, "subscription.charged", &json!({"subscription": own, "payment": payment}));
    assert_eq!(tell(&customer, Provider::Razorpay, &charged).await["action"], "subscription_renewed");
    let end = customer.tenant().await["subscription_period_end"].clone();
    for (lowered, action, lifted, reason) in [
        ("subscription.halted", "tenant_suspended", "subscription.activated", "Payment failed"),
        ("subscription.paused", "tenant_paused", "subscription.resumed", "Paused"),
        ("subscription.halted", "tenant_suspended", "subscription.authenticated", "Payment failed"),
    ] {
        let answer =
            tell(&customer, Provider::Razorpay, &razorpays(&customer, lowered, &json!({"subscription": own}))).await;
        assert_eq!(answer, json!({"status": "success", "action": action}));
        customer.stands("SUBSCRIPTION_SUSPENDED").await;
        assert_eq!(customer.tenant().await["suspended_reason"], reason);
        let answer =
            tell(&customer, Provider::Razorpay, &razorpays(&customer, lifted, &json!({"subscription": own}))).await;
        assert_eq!(answer, json!({"status": "success", "action": "subscription_reactivated"}));
        customer.stands("SEAT_ACTIVE").await;
        assert_eq!(customer.tenant().await["subscription_period_end"], end);
    }
}

pub async fn the_notes_of_a_payment_bind_nobody(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    let before = customer.tenant().await;
    for (kind, amount) in [("payment.failed", PRICE), ("payment.captured", 9_900), ("payment.captured", PRICE)] {
        let notes = json!({"tenant_id": customer.tenant, "plan_id": "sku_starter"});
        let payment = json!({"id": format!("pay_{kind}_{amount}"), "amount": amount, "currency": "INR", "notes": notes,
                             "order_id": "order_of_nobodys"});
        let answer =
            tell(&customer, Provider::Razorpay, &razorpays(&customer, kind, &json!({"payment": payment}))).await;
        assert_eq!(answer, json!({"status": "quarantined", "reason": "unbound"}));
    }
    assert_eq!(customer.tenant().await, before);
    customer.stands("SEAT_ACTIVE").await;
}

pub async fn a_subscription_that_was_left_for_another_gateways_suspends_nobody(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    let answer = tell(&customer, Provider::Stripe, &invoice(&customer, "S", PRICE, &json!({}))).await;
    assert_eq!(answer["action"], "subscription_activated");
    for kind in ["subscription.pending", "payment.failed", "subscription.halted", "subscription.cancelled"] {
        let answer = customer.tell(&customer.event(kind)).await.expect(200);
        assert_eq!(answer, json!({"status": "ignored", "reason": "superseded"}), "{kind}");
        customer.stands("SEAT_ACTIVE").await;
    }
    assert_eq!(customer.tenant().await["subscription_status"], "active");
}

pub async fn a_tax_and_a_coupon_that_stripe_shows_are_in_effect_at_once(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    for (id, paid, more) in [
        ("T", 294_882, json!({"total_taxes": [{"amount": 44_982, "tax_behavior": "exclusive"}]})),
        ("C", 0, json!({"total_discount_amounts": [{"amount": PRICE}]})),
    ] {
        let customer = Customer::new(&edge).await;
        let answer = tell(&customer, Provider::Stripe, &invoice(&customer, id, paid, &more)).await;
        assert_eq!(answer, json!({"status": "success", "action": "subscription_activated"}), "{id}");
        let tenant = customer.tenant().await;
        assert_eq!((&tenant["max_users"], &tenant["credits"]), (&json!(25), &json!(CREDITS)), "{id}");
        customer.stands("SEAT_ACTIVE").await;
    }
    let customer = Customer::new(&edge).await;
    let answer = tell(&customer, Provider::Stripe, &invoice(&customer, "W", 99, &json!({}))).await;
    assert_eq!(answer, json!({"status": "quarantined", "reason": "wrong_amount"}));
}

pub async fn a_period_that_cannot_be_is_the_plans_and_a_date_of_tomorrow_is_now(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    for (number, end) in
        [json!(0), json!(-1), json!("1970-01-01"), json!("9999-12-31T23:59:59Z")].into_iter().enumerate()
    {
        let mut paid = customer.paid("payment.captured", &format!("p{number}"));
        paid["payload"]["period_end"] = end.clone();
        customer.tell(&paid).await.expect(200);
        customer.stands("SEAT_ACTIVE").await;
    }
    let end: chrono::DateTime<chrono::Utc> =
        customer.tenant().await["subscription_period_end"].as_str().unwrap().parse().unwrap();
    let months = (end - chrono::Utc::now()).num_days();
    assert!((115..=125).contains(&months), "four months were paid: {end}");
    let mut halted = customer.event("subscription.halted");
    halted["created_at"] = json!(chrono::Utc::now().timestamp() + 24 * 3_600);
    customer.tell(&halted).await.expect(200);
    customer.stands("SUBSCRIPTION_SUSPENDED").await;
    let mut charged = customer.paid("subscription.charged", "p9");
    charged["created_at"] = json!(chrono::Utc::now().timestamp() + 5);
    assert_eq!(customer.tell(&charged).await.expect(200)["action"], "subscription_renewed");
    customer.stands("SEAT_ACTIVE").await;
}

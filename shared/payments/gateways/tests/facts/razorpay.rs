//! Razorpay's bodies.

use edge_gateways::{CardDisputeStatus, EventError, EventKind, GatewayEvent, Provider};
use edge_money::{Bill, Currency, Line, Money};

use crate::support::{instant, text};

fn parse(body: &str) -> Result<GatewayEvent, EventError> {
    crate::support::parse(Provider::Razorpay, body)
}

fn event(name: &str, payload: &str) -> String {
    format!(
        r#"{{"entity":"event","account_id":"acc_1","event":"{name}","contains":[],"payload":{payload},"created_at":1567690383}}"#
    )
}

#[test]
fn a_charge_is_read_from_the_subscription_and_its_payment() {
    let body = event(
        "subscription.charged",
        r#"{"subscription":{"entity":{"id":"sub_1","plan_id":"plan_1","customer_id":"cust_1","status":"active",
            "current_start":1570213800,"current_end":1572892200,"ended_at":null,"notes":{"tenant_id":"t_1","plan_name":"Pro"}}},
            "payment":{"entity":{"id":"pay_1","amount":100000,"currency":"INR","status":"captured","order_id":"order_1",
            "invoice_id":"inv_1","captured":"1","notes":[],"error_code":null,"error_description":""}}}"#,
    );
    let read = parse(&body).unwrap();
    assert_eq!(read.kind, EventKind::SubscriptionCharged);
    assert_eq!((read.tenant_id, read.account_id), (text("t_1"), text("acc_1")));
    assert_eq!((read.subscription_id, read.plan_id, read.plan_name), (text("sub_1"), text("plan_1"), text("Pro")));
    assert_eq!((read.payment_id, read.invoice_number), (text("pay_1"), text("inv_1")));
    assert_eq!(read.amount, Some(Money { minor: 100_000, currency: Currency::INR }));
    assert_eq!(read.period_start, Some(instant("2019-10-04T18:30:00Z")));
    assert_eq!(read.period_end, Some(instant("2019-11-04T18:30:00Z")));
    assert_eq!(read.occurred_at, Some(instant("2019-09-05T13:33:03Z")));
    assert_eq!(read.failure, None);
}

#[test]
fn one_payment_has_one_id_in_every_event_that_reports_it() {
    let payment =
        r#""payment":{"entity":{"id":"pay_1","amount":100,"currency":"INR","order_id":"order_1","notes":[]}}"#;
    let order = r#""order":{"entity":{"id":"order_1","amount":100,"notes":{"tenant_id":"t"}}}"#;
    let subscription = r#""subscription":{"entity":{"id":"sub_1","notes":{"tenant_id":"t"}}}"#;
    for (name, payload, kind) in [
        ("payment.captured", format!("{{{payment}}}"), EventKind::PaymentCaptured),
        ("order.paid", format!("{{{payment},{order}}}"), EventKind::PaymentCaptured),
        ("subscription.charged", format!("{{{subscription},{payment}}}"), EventKind::SubscriptionCharged),
    ] {
        let read = parse(&event(name, &payload)).unwrap();
        assert_eq!((read.kind, read.payment_id, read.order_id), (kind, text("pay_1"), text("order_1")), "{name}");
        assert_eq!(read.tenant_id.is_some(), name != "payment.captured", "{name}");
        assert_eq!(read.amount.map(|amount| amount.minor), Some(100), "{name}");
    }
}

#[test]
fn a_subscription_that_ends_or_halts_has_no_payment_and_keeps_its_period() {
    for (name, kind) in [
        ("subscription.halted", EventKind::SubscriptionHalted),
        ("subscription.cancelled", EventKind::SubscriptionCancelled),
        ("subscription.pending", EventKind::SubscriptionPending),
    ] {
        let payload =
            r#"{"subscription":{"entity":{"id":"sub_1","current_end":1572892200,"notes":{"tenant_id":"t"}}}}"#;
        let read = parse(&event(name, payload)).unwrap();
        assert_eq!((read.kind, read.payment_id, read.amount), (kind, None, None));
        assert_eq!(read.period_end, Some(instant("2019-11-04T18:30:00Z")));
    }
}

#[test]
fn states_that_are_given_back_are_read() {
    for (name, kind) in [
        ("subscription.activated", EventKind::SubscriptionReactivated),
        ("subscription.resumed", EventKind::SubscriptionReactivated),
        ("subscription.authenticated", EventKind::SubscriptionReactivated),
        ("subscription.paused", EventKind::SubscriptionPaused),
    ] {
        let payload = r#"{"subscription":{"entity":{"id":"sub_1","current_end":null,"notes":{"tenant_id":"t"}}}}"#;
        let read = parse(&event(name, payload)).unwrap();
        assert_eq!((read.kind, read.subscription_id, read.tenant_id), (kind, text("sub_1"), text("t")), "{name}");
    }
}

/// Whoever pays writes the notes of the payment.
#[test]
fn the_notes_of_a_payment_are_a_claim_and_name_no_plan() {
    let notes = r#""notes":{"tenant_id":"victim","plan_id":"small","billing_cycle":"annual","plan_name":"Small"}"#;
    for name in ["payment.captured", "payment.failed"] {
        let payload = format!(
            r#"{{"payment":{{"entity":{{"id":"p","order_id":"order_1","amount":99,"currency":"INR",{notes}}}}}}}"#
        );
        let read = parse(&event(name, &payload)).unwrap();
        assert_eq!((read.tenant_id, read.tenant_json, read.claimed_tenant_id), (None, None, text("victim")), "{name}");
        assert_eq!((read.plan_id, read.plan_name, read.billing_cycle), (None, None, None), "{name}");
        assert_eq!(read.order_id, text("order_1"), "{name}");
    }
    // What a server wrote beside it counts.
    for made in ["order", "subscription"] {
        let payload = format!(
            r#"{{"payment":{{"entity":{{"id":"p","amount":99,"currency":"INR",{notes}}}}},
                "{made}":{{"entity":{{"id":"x","notes":{{"tenant_id":"victim","plan_id":"large"}}}}}}}}"#
        );
        let read = parse(&event("payment.captured", &payload)).unwrap();
        assert_eq!((read.tenant_id, read.plan_id), (text("victim"), text("large")), "{made}");
    }
}

/// As Razorpay's documentation has it, abridged.
const INVOICE: &str = r#"{
    "payment":{"entity":{"id":"pay_1","amount":294882,"currency":"INR","status":"captured","order_id":"order_1",
        "invoice_id":"inv_1","notes":[]}},
    "order":{"entity":{"id":"order_1","amount":294882,"notes":[]}},
    "invoice":{"entity":{"id":"inv_1","order_id":"order_1","payment_id":"pay_1","subscription_id":"sub_1","status":"paid",
        "line_items":[
            {"id":"li_1","type":"plan","name":"Pro","amount":124950,"unit_amount":124950,"gross_amount":249900,"quantity":2,
             "tax_amount":44982,"net_amount":294882,"tax_inclusive":false,"taxes":[]},
            {"id":"li_2","type":"addon","amount":100,"unit_amount":100,"gross_amount":100,"quantity":1}],
        "gross_amount":249900,"tax_amount":44982,"amount":294882,"amount_paid":294882,"currency":"INR",
        "billing_start":1570213800,"billing_end":1572892200,"notes":{"tenant_id":"t"}}}}"#;

#[test]
fn a_paid_invoice_of_a_subscription_shows_how_its_amount_came_about() {
    let read = parse(&event("invoice.paid", INVOICE)).unwrap();
    assert_eq!((read.kind, read.payment_id), (EventKind::SubscriptionCharged, text("pay_1")));
    assert_eq!((read.tenant_id, read.subscription_id), (text("t"), text("sub_1")));
    assert_eq!((read.order_id, read.invoice_number), (text("order_1"), text("inv_1")));
    assert_eq!(read.amount.map(|amount| amount.minor), Some(294_882));
    assert_eq!(read.period_end, Some(instant("2019-11-04T18:30:00Z")));
    let line = |amount, unit, quantity, is_addon| Line {
        amount,
        unit_amount: Some(unit),
        quantity: Some(quantity),
        is_addon,
        ..Line::default()
    };
    let lines = vec![line(249_900, 124_950, 2, false), line(100, 100, 1, true)];
    let bill = Bill { lines, discount: 0, tax: 44_982, total: Some(294_882), from_balance: None };
    assert_eq!(read.bill, Some(bill));
    let included = INVOICE.replace("\"tax_inclusive\":false", "\"tax_inclusive\":true");
    assert_eq!(parse(&event("invoice.paid", &included)).unwrap().bill.unwrap().tax, 0);
    // That of something else is none of ours.
    let other = INVOICE.replace("\"subscription_id\":\"sub_1\"", "\"subscription_id\":null");
    assert_eq!(parse(&event("invoice.paid", &other)).unwrap().kind, EventKind::Unhandled);
}

#[test]
fn an_offer_is_what_an_order_costs_more_than_its_payment() {
    let payload = |offer: &str| {
        format!(
            r#"{{"payment":{{"entity":{{"id":"p","amount":200000,"currency":"INR",{offer}"order_id":"o"}}}},
                "order":{{"entity":{{"id":"o","amount":249900,"amount_paid":249900,"notes":{{"tenant_id":"t"}}}}}}}}"#
        )
    };
    let read = parse(&event("order.paid", &payload(r#""offer_id":"offer_1","#))).unwrap();
    let bill = read.bill.unwrap();
    assert_eq!((bill.lines[0].amount, bill.discount), (249_900, 49_900));
    assert!(bill.adds_up_to(200_000));
    assert_eq!(parse(&event("order.paid", &payload(""))).unwrap().bill, None);
}

#[test]
fn a_failed_payment_says_why() {
    for (fields, failure) in [
        (r#""error_code":"BAD_REQUEST_ERROR","error_description":"Payment failed""#, text("Payment failed")),
        (r#""error_code":"BAD_REQUEST_ERROR","error_description":"""#, text("BAD_REQUEST_ERROR")),
        (r#""error_code":"","error_description":null"#, None),
    ] {
        let payload = format!(r#"{{"payment":{{"entity":{{"id":"pay_1","amount":100,"currency":"INR",{fields}}}}}}}"#);
        let read = parse(&event("payment.failed", &payload)).unwrap();
        assert_eq!((read.kind, read.failure), (EventKind::PaymentFailed, failure));
    }
}

/// As Razorpay's documentation has it, but for the notes.
const REFUND: &str = r#"{
    "refund":{"entity":{"id":"rfnd_1","entity":"refund","amount":50000,"currency":"INR","payment_id":"pay_1","notes":[],
        "receipt":null,"acquirer_data":{"arn":null},"created_at":1597734071,"batch_id":null,"status":"processed",
        "speed_processed":"normal","speed_requested":"normal"}},
    "payment":{"entity":{"id":"pay_1","entity":"payment","amount":100000,"currency":"INR","status":"captured",
        "order_id":"order_1","invoice_id":null,"refund_status":"partial","amount_refunded":50000,"captured":true,
        "notes":{"tenant_id":"t"},"created_at":1597734071}}}"#;

#[test]
fn a_refund_says_of_which_payment_and_how_much() {
    let read = parse(&event("refund.processed", REFUND)).unwrap();
    assert_eq!((read.kind, read.tenant_id), (EventKind::PaymentRefunded, text("t")));
    assert_eq!((read.payment_id, read.refund_id), (text("pay_1"), text("rfnd_1")));
    assert_eq!((read.amount, read.is_total), (Some(Money { minor: 50_000, currency: Currency::INR }), false));
    assert_eq!(read.occurred_at, Some(instant("2019-09-05T13:33:03Z")));
    // Without its payment beside it, and with notes of its own.
    let alone = r#"{"refund":{"entity":{"id":"rfnd_1","amount":1,"currency":"INR","payment_id":"pay_1","notes":{"tenant_id":"t"}}}}"#;
    let read = parse(&event("refund.processed", alone)).unwrap();
    assert_eq!((read.tenant_id, read.payment_id, read.refund_id), (text("t"), text("pay_1"), text("rfnd_1")));
}

#[test]
fn a_refund_that_cannot_be_read_is_not_read() {
    for (from, to, why) in [
        (r#""payment_id":"pay_1""#, r#""payment_id":"pay_2""#, EventError::Contradiction("payment_id")),
        (r#""amount":50000"#, r#""amount":500.5"#, EventError::Field("amount")),
        (r#""amount":50000,"currency":"INR""#, r#""amount":50000"#, EventError::Missing("currency")),
    ] {
        assert_eq!(parse(&event("refund.processed", &REFUND.replacen(from, to, 1))), Err(why), "{to}");
    }
    let nothing = r#"{"payment":{"entity":{"id":"pay_1","notes":{"tenant_id":"t"}}}}"#;
    assert_eq!(parse(&event("refund.processed", nothing)), Err(EventError::Missing("payment_id")));
    assert_eq!(parse(&event("refund.processed", "{}")).unwrap().tenant_id, None);
}

#[test]
fn notes_may_be_a_list_and_must_not_disagree() {
    let payload = |one: &str, other: &str| {
        format!(
            r#"{{"payment":{{"entity":{{"id":"p","notes":{one}}}}},"subscription":{{"entity":{{"id":"s","notes":{other}}}}}}}"#
        )
    };
    let read = |one: &str, other: &str| parse(&event("subscription.charged", &payload(one, other)));
    assert_eq!(read("[]", "[]").unwrap().tenant_id, None);
    assert_eq!(read("null", r#"{"tenant_id":"t"}"#).unwrap().tenant_id, text("t"));
    assert_eq!(read(r#"{"tenant_id":"t"}"#, "[]").unwrap().tenant_id, None);
    assert_eq!(read(r#"{"tenant_id":"t"}"#, r#"{"tenant_id":"t"}"#).unwrap().tenant_id, text("t"));
    let contradiction = Err(EventError::Contradiction("tenant_id"));
    assert_eq!(read(r#"{"tenant_id":"t"}"#, r#"{"tenant_id":"u"}"#), contradiction);
}

#[test]
fn paise_are_whole() {
    for written in ["100.5", "-1", "\"1e\"", "9223372036854775808"] {
        let payload = format!(r#"{{"payment":{{"entity":{{"id":"p","amount":{written},"currency":"INR"}}}}}}"#);
        assert_eq!(parse(&event("payment.captured", &payload)), Err(EventError::Field("amount")), "{written}");
    }
}

#[test]
fn other_events_are_named_and_nothing_more() {
    for name in ["payment.authorized", "invoice.paid", "refund.created", "subscription.completed"] {
        let read = parse(&event(name, r#"{"payment":{"entity":{"notes":{"tenant_id":"t"}}}}"#)).unwrap();
        assert_eq!((read.kind, read.name.as_str()), (EventKind::Unhandled, name));
    }
    for payload in ["{}", "[]", "null", r#"{"payment":7}"#, r#"{"payment":{"entity":[]}}"#] {
        assert_eq!(parse(&event("payment.captured", payload)).unwrap().payment_id, None, "{payload}");
    }
}

#[test]
fn a_card_dispute_says_of_which_payment_how_much_and_until_when() {
    let payload = r#"{"payment":{"entity":{"id":"pay_1","amount":10000,"currency":"INR","notes":{"tenant_id":"t"}}},
        "dispute":{"entity":{"id":"disp_1","entity":"dispute","payment_id":"pay_1","amount":9000,"currency":"INR",
            "amount_deducted":0,"reason_code":"chargeback_authorization","respond_by":1590604200,"status":"open",
            "phase":"chargeback"}}}"#;
    let read = parse(&event("payment.dispute.created", payload)).unwrap();
    assert_eq!((read.kind, read.payment_id), (EventKind::PaymentDisputed, text("pay_1")));
    // Whoever pays may write the notes of a payment.
    assert_eq!((read.tenant_id, read.claimed_tenant_id), (None, text("t")));
    assert_eq!(read.amount, Some(Money { minor: 9_000, currency: Currency::INR }));
    let card = read.card_dispute.unwrap();
    assert_eq!((card.id.as_str(), card.status), ("disp_1", CardDisputeStatus::Open));
    assert_eq!((card.reason, card.due_by), (text("chargeback_authorization"), Some(instant("2020-05-27T18:30:00Z"))));
    let lost = parse(&event("payment.dispute.lost", &payload.replace("\"open\"", "\"lost\""))).unwrap();
    assert_eq!(lost.card_dispute.unwrap().status, CardDisputeStatus::Lost);
}

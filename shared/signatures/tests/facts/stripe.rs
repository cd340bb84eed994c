//! Stripe's bodies, of several API versions.

use edge_signatures::{Kind, Money, Provider, Reading, Unreadable};

use crate::support::{instant, text};

fn event(name: &str, object: &str) -> Result<Reading, Unreadable> {
    let body = format!(
        r#"{{"id":"evt_1","type":"{name}","created":1705312800,"account":"acct_1","data":{{"object":{object}}}}}"#
    );
    crate::support::reading(Provider::Stripe, &body)
}

/// As API versions before 2025 write it, and those since.
const INVOICES: [&str; 2] = [
    r#"{"id":"in_1","number":"A-1","billing_reason":"subscription_cycle","currency":"usd","amount_paid":2000,"amount_due":2000,
        "subscription":"sub_1","period_end":1705312800,"subscription_details":{"metadata":{"tenant_id":"t"}},
        "lines":{"data":[{"period":{"start":1705312800,"end":1707991200},"metadata":{"tenant_id":"t"},
        "price":{"id":"price_1","nickname":"Pro","recurring":{"interval":"month"}}}]}}"#,
    r#"{"id":"in_1","number":"A-1","billing_reason":"subscription_cycle","currency":"usd","amount_paid":2000,"amount_due":2000,
        "period_end":1705312800,"metadata":{"plan_name":"Pro","billing_cycle":"monthly"},
        "parent":{"subscription_details":{"subscription":"sub_1","metadata":{"tenant_id":"t"}}},
        "lines":{"data":[{"period":{"start":1705312800,"end":1707991200},"pricing":{"price_details":{"price":"price_1"}}}]}}"#,
];

#[test]
fn a_paid_invoice_is_read_whatever_the_api_version() {
    for invoice in INVOICES {
        for name in ["invoice.paid", "invoice.payment_succeeded"] {
            let read = event(name, invoice).unwrap();
            assert_eq!((read.kind, read.event.as_str()), (Kind::SubscriptionCharged, name));
            assert_eq!((read.tenant_id, read.account_id), (text("t"), text("acct_1")));
            assert_eq!((read.payment_id, read.invoice_number), (text("in_1"), text("A-1")));
            assert_eq!((read.subscription_id, read.plan_id), (text("sub_1"), text("price_1")));
            assert_eq!((read.plan_name, read.billing_cycle), (text("Pro"), text("monthly")));
            let amount = read.amount.map(|Money { minor, currency }| (minor, currency.to_string()));
            assert_eq!(amount, Some((2000, "USD".to_owned())));
            // The period that was paid for, not the invoice's own, which is over.
            assert_eq!(read.period_end, Some(instant("2024-02-15T10:00:00Z")));
            assert_eq!(read.period_start, Some(instant("2024-01-15T10:00:00Z")));
            assert_eq!(read.occurred_at, Some(instant("2024-01-15T10:00:00Z")));
        }
    }
}

#[test]
fn the_first_invoice_activates_and_the_next_ones_renew() {
    for (reason, kind) in [
        ("subscription_create", Kind::PaymentCaptured),
        ("manual", Kind::PaymentCaptured),
        ("subscription_cycle", Kind::SubscriptionCharged),
        ("subscription_update", Kind::SubscriptionCharged),
    ] {
        let invoice = format!(r#"{{"id":"in_1","billing_reason":"{reason}"}}"#);
        assert_eq!(event("invoice.paid", &invoice).unwrap().kind, kind, "{reason}");
    }
}

#[test]
fn a_checkout_is_a_payment_once_it_is_paid_and_shares_its_invoices_id() {
    let session = |status: &str, rest: &str| {
        format!(
            r#"{{"id":"cs_1","payment_status":"{status}","amount_total":2000,"currency":"usd","metadata":{{"tenant_id":"t"}},{rest}}}"#
        )
    };
    let read =
        event("checkout.session.completed", &session("paid", r#""invoice":"in_1","subscription":"sub_1""#)).unwrap();
    assert_eq!((read.kind, read.payment_id), (Kind::PaymentCaptured, text("in_1")));
    assert_eq!((read.subscription_id, read.tenant_id), (text("sub_1"), text("t")));
    let expanded = session("paid", r#""invoice":{"id":"in_1"},"payment_intent":"pi_1""#);
    assert_eq!(event("checkout.session.completed", &expanded).unwrap().payment_id, text("in_1"));
    let once = session("paid", r#""invoice":null,"payment_intent":"pi_1""#);
    assert_eq!(event("checkout.session.completed", &once).unwrap().payment_id, text("pi_1"));
    let unpaid = session("unpaid", r#""invoice":null"#);
    assert_eq!(event("checkout.session.completed", &unpaid).unwrap().kind, Kind::Unhandled);
}

#[test]
fn a_subscriptions_state_is_what_its_status_says() {
    for (name, status, kind) in [
        ("customer.subscription.deleted", "canceled", Kind::SubscriptionCancelled),
        ("customer.subscription.updated", "canceled", Kind::SubscriptionCancelled),
        ("customer.subscription.updated", "past_due", Kind::SubscriptionPending),
        ("customer.subscription.updated", "unpaid", Kind::SubscriptionHalted),
        ("customer.subscription.updated", "active", Kind::Unhandled),
        ("customer.subscription.paused", "paused", Kind::SubscriptionHalted),
        ("customer.subscription.created", "active", Kind::Unhandled),
    ] {
        for period in [
            r#""current_period_end":1707991200,"items":{"data":[]}"#,
            r#""items":{"data":[{"current_period_end":1707991200}]}"#,
        ] {
            let object = format!(r#"{{"id":"sub_1","status":"{status}","metadata":{{"tenant_id":"t"}},{period}}}"#);
            let read = event(name, &object).unwrap();
            assert_eq!(read.kind, kind, "{name} {status}");
            if kind != Kind::Unhandled {
                assert_eq!((read.subscription_id, read.tenant_id), (text("sub_1"), text("t")));
                assert_eq!(read.period_end, Some(instant("2024-02-15T10:00:00Z")), "{name} {status}");
            }
        }
    }
}

#[test]
fn a_failed_invoice_says_what_was_due() {
    let read = event("invoice.payment_failed", INVOICES[0]).unwrap();
    assert_eq!((read.kind, read.amount.map(|amount| amount.minor)), (Kind::PaymentFailed, Some(2000)));
    assert_eq!(event("invoice.payment_action_required", INVOICES[1]).unwrap().kind, Kind::SubscriptionPending);
}

/// A charge that was refunded, and what was told of it before.
fn refunded(charge: &str, before: &str) -> Result<Reading, Unreadable> {
    let charge = format!(
        r#"{{"id":"ch_1","object":"charge","amount":2000,"amount_captured":2000,"currency":"usd",{charge}"metadata":{{"tenant_id":"t"}}}}"#
    );
    let body = format!(
        r#"{{"id":"evt_1","type":"charge.refunded","created":1705312800,"data":{{"object":{charge}{before}}}}}"#
    );
    crate::support::reading(Provider::Stripe, &body)
}

#[test]
fn of_a_refunded_charge_it_is_read_what_was_given_back_this_time() {
    for (charge, before, minor, is_total) in [
        (r#""amount_refunded":500,"#, r#","previous_attributes":{"amount_refunded":0,"refunded":false}"#, 500, false),
        (r#""amount_refunded":2000,"#, r#","previous_attributes":{"amount_refunded":500}"#, 1500, false),
        (r#""amount_refunded":2000,"#, r#","previous_attributes":{"amount_refunded":2000}"#, 0, false),
        // Nobody says what it was before.
        (r#""amount_refunded":500,"#, r#","previous_attributes":{"receipt_url":null}"#, 500, true),
        (r#""amount_refunded":500,"#, "", 500, true),
    ] {
        let read = refunded(charge, before).unwrap();
        assert_eq!((read.kind, read.tenant_id), (Kind::PaymentRefunded, text("t")));
        // The event is all that names it.
        assert_eq!((read.payment_id, read.refund_id), (text("ch_1"), None));
        assert_eq!(
            (read.amount.map(|amount| amount.minor), read.is_total),
            (Some(minor), is_total),
            "{charge}{before}"
        );
    }
    let (missing, more) = (Unreadable::Missing("amount_refunded"), Unreadable::Contradiction("amount_refunded"));
    assert_eq!(refunded("", ""), Err(missing));
    assert_eq!(refunded(r#""amount_refunded":1,"#, r#","previous_attributes":{"amount_refunded":2}"#), Err(more));
}

#[test]
fn a_refunded_charge_is_of_the_payment_that_its_invoice_or_checkout_was() {
    for (names, payment) in [
        (r#""invoice":"in_1","payment_intent":"pi_1","#, "in_1"),
        (r#""invoice":null,"payment_intent":"pi_1","#, "pi_1"),
        (r#""payment_intent":{"id":"pi_1"},"#, "pi_1"),
        ("", "ch_1"),
    ] {
        let read = refunded(&format!(r#"{names}"amount_refunded":500,"#), "").unwrap();
        assert_eq!(read.payment_id, text(payment), "{names}");
    }
}

#[test]
fn stripes_smallest_unit_is_not_always_the_currencys() {
    for (currency, counted, minor) in [
        ("usd", "1050", Some(1050)),
        ("jpy", "500", Some(500)),
        ("kwd", "1230", Some(1230)),
        ("isk", "50000", Some(500)),
        ("ugx", "50000", Some(500)),
        ("mga", "500", Some(50_000)),
        ("ugx", "50001", None),
        ("usd", "10.5", None),
    ] {
        let invoice = format!(r#"{{"id":"in_1","currency":"{currency}","amount_paid":{counted}}}"#);
        let read = event("invoice.paid", &invoice);
        match minor {
            Some(minor) => assert_eq!(read.unwrap().amount.unwrap().minor, minor, "{currency}"),
            None => assert_eq!(read, Err(Unreadable::Field("amount_paid")), "{currency}"),
        }
    }
}

#[test]
fn metadata_that_disagrees_about_the_tenant_is_not_read() {
    let invoice = r#"{"id":"in_1","metadata":{"tenant_id":"a"},"lines":{"data":[{"metadata":{"tenant_id":"b"}}]}}"#;
    assert_eq!(event("invoice.paid", invoice), Err(Unreadable::Contradiction("tenant_id")));
}

#[test]
fn other_events_are_named_and_nothing_more() {
    for name in
        ["charge.succeeded", "payment_intent.succeeded", "invoice.created", "v1.billing.meter.error_report_triggered"]
    {
        let read = event(name, r#"{"metadata":{"tenant_id":"t"}}"#).unwrap();
        assert_eq!((read.kind, read.event.as_str(), read.payment_id), (Kind::Unhandled, name, None));
    }
    let bare = crate::support::reading(Provider::Stripe, r#"{"id":"evt_test_webhook","object":"event"}"#);
    assert_eq!(bare, Err(Unreadable::Missing("type")));
    let lines = event("invoice.paid", r#"{"id":"in_1","lines":{"data":7}}"#);
    assert_eq!(lines, Err(Unreadable::Field("lines")));
}

//! Stripe's bodies, of several API versions.

use edge_gateways::{CardDisputeStatus, EventError, EventKind, GatewayEvent, Provider};
use edge_money::{Bill, Line, Money};

use crate::support::{NOW, instant, text};

fn event(name: &str, object: &str) -> Result<GatewayEvent, EventError> {
    let body = format!(
        r#"{{"id":"evt_1","type":"{name}","created":1705312800,"account":"acct_1","data":{{"object":{object}}}}}"#
    );
    crate::support::parse(Provider::Stripe, &body)
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
            assert_eq!((read.kind, read.name.as_str()), (EventKind::SubscriptionCharged, name));
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
        ("subscription_create", EventKind::PaymentCaptured),
        ("manual", EventKind::PaymentCaptured),
        ("subscription_cycle", EventKind::SubscriptionCharged),
        ("subscription_update", EventKind::SubscriptionCharged),
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
    assert_eq!((read.kind, read.payment_id), (EventKind::PaymentCaptured, text("in_1")));
    assert_eq!((read.subscription_id, read.tenant_id), (text("sub_1"), text("t")));
    let expanded = session("paid", r#""invoice":{"id":"in_1"},"payment_intent":"pi_1""#);
    assert_eq!(event("checkout.session.completed", &expanded).unwrap().payment_id, text("in_1"));
    let once = session("paid", r#""invoice":null,"payment_intent":"pi_1""#);
    assert_eq!(event("checkout.session.completed", &once).unwrap().payment_id, text("pi_1"));
    let unpaid = session("unpaid", r#""invoice":null"#);
    assert_eq!(event("checkout.session.completed", &unpaid).unwrap().kind, EventKind::CheckoutCompleted);
}

#[test]
fn a_subscriptions_state_is_what_its_status_says() {
    for (name, status, kind) in [
        ("customer.subscription.deleted", "canceled", EventKind::SubscriptionCancelled),
        ("customer.subscription.updated", "canceled", EventKind::SubscriptionCancelled),
        ("customer.subscription.updated", "past_due", EventKind::SubscriptionOverdue),
        ("customer.subscription.updated", "unpaid", EventKind::SubscriptionHalted),
        ("customer.subscription.updated", "active", EventKind::SubscriptionReactivated),
        ("customer.subscription.updated", "trialing", EventKind::SubscriptionReactivated),
        ("customer.subscription.updated", "paused", EventKind::SubscriptionPaused),
        ("customer.subscription.updated", "incomplete", EventKind::Unhandled),
        ("customer.subscription.updated", "incomplete_expired", EventKind::SubscriptionNeverStarted),
        ("customer.subscription.updated", "something_new", EventKind::Unhandled),
        ("customer.subscription.paused", "paused", EventKind::SubscriptionPaused),
        ("customer.subscription.resumed", "active", EventKind::SubscriptionReactivated),
        ("customer.subscription.resumed", "past_due", EventKind::SubscriptionOverdue),
        ("customer.subscription.created", "active", EventKind::SubscriptionReactivated),
        ("customer.subscription.created", "incomplete", EventKind::Unhandled),
        ("customer.subscription.trial_will_end", "trialing", EventKind::SubscriptionReactivated),
        ("customer.subscription.pending_update_applied", "active", EventKind::SubscriptionReactivated),
        ("customer.subscription.pending_update_expired", "past_due", EventKind::SubscriptionOverdue),
    ] {
        for period in [
            r#""current_period_end":1707991200,"items":{"data":[]}"#,
            r#""items":{"data":[{"current_period_end":1707991200}]}"#,
        ] {
            let object = format!(r#"{{"id":"sub_1","status":"{status}","metadata":{{"tenant_id":"t"}},{period}}}"#);
            let read = event(name, &object).unwrap();
            assert_eq!(read.kind, kind, "{name} {status}");
            if kind != EventKind::Unhandled {
                assert_eq!((read.subscription_id, read.tenant_id), (text("sub_1"), text("t")));
                assert_eq!(read.period_end, Some(instant("2024-02-15T10:00:00Z")), "{name} {status}");
            }
        }
    }
}

#[test]
fn a_subscription_whose_payments_are_not_collected_is_paused_until_they_are() {
    for (status, pause, kind) in [
        ("active", r#"{"behavior":"void","resumes_at":null}"#, EventKind::SubscriptionPaused),
        ("active", r#"{"behavior":"keep_as_draft","resumes_at":null}"#, EventKind::SubscriptionPaused),
        ("trialing", r#"{"behavior":"mark_uncollectible"}"#, EventKind::SubscriptionPaused),
        ("past_due", r#"{"behavior":"void","resumes_at":1705312801}"#, EventKind::SubscriptionPaused),
        ("active", r#"{"behavior":"void","resumes_at":1705312800}"#, EventKind::SubscriptionReactivated),
        ("past_due", r#"{"behavior":"void","resumes_at":1705312799}"#, EventKind::SubscriptionOverdue),
        ("active", "null", EventKind::SubscriptionReactivated),
        ("canceled", r#"{"behavior":"void"}"#, EventKind::SubscriptionCancelled),
        ("unpaid", r#"{"behavior":"void"}"#, EventKind::SubscriptionHalted),
    ] {
        let object = format!(r#"{{"id":"sub_1","status":"{status}","pause_collection":{pause}}}"#);
        assert_eq!(event("customer.subscription.updated", &object).unwrap().kind, kind, "{status} {pause}");
    }
}

/// An upgrade in the middle of a period, as API versions before 2025 write it, and those since.
const UPGRADES: [&str; 2] = [
    r#"{"id":"in_1","billing_reason":"subscription_update","currency":"inr","amount_paid":118000,"amount_due":118000,
        "subtotal":100000,"total":118000,"starting_balance":0,"ending_balance":0,"subscription":"sub_1",
        "total_tax_amounts":[{"amount":9000,"inclusive":false},{"amount":9000,"inclusive":false},{"amount":5,"inclusive":true}],
        "total_discount_amounts":[],"lines":{"has_more":false,"data":[
        {"amount":-24950,"proration":true,"quantity":1,"price":{"id":"small","unit_amount":49900},"period":{"start":1705312800,"end":1706608800}},
        {"amount":124950,"proration":true,"quantity":1,"price":{"id":"large","unit_amount":249900,"recurring":{"interval":"month"}},
         "period":{"start":1705312800,"end":1706608800}}]}}"#,
    r#"{"id":"in_1","billing_reason":"subscription_update","currency":"inr","amount_paid":118000,"amount_due":118000,
        "subtotal":100000,"total":118000,"starting_balance":0,"ending_balance":0,
        "parent":{"subscription_details":{"subscription":"sub_1"}},
        "total_taxes":[{"amount":18000,"tax_behavior":"exclusive"},{"amount":5,"tax_behavior":"inclusive"}],
        "total_discount_amounts":[],"lines":{"data":[
        {"amount":-24950,"quantity":1,"parent":{"subscription_item_details":{"proration":true}},
         "pricing":{"price_details":{"price":"small"},"unit_amount_decimal":"49900"},"period":{"start":1705312800,"end":1706608800}},
        {"amount":124950,"quantity":1,"parent":{"invoice_item_details":{"proration":true}},
         "pricing":{"price_details":{"price":"large"},"unit_amount_decimal":"249900"},"period":{"start":1705312800,"end":1706608800}}]}}"#,
];

#[test]
fn an_invoice_shows_how_its_amount_came_about_and_what_was_bought_with_it() {
    for invoice in UPGRADES {
        let read = event("invoice.paid", invoice).unwrap();
        assert_eq!((read.subscription_id, read.plan_id, read.seats), (text("sub_1"), text("large"), Some(1)));
        let line = |plan: &str, amount, unit| Line {
            plan_id: text(plan),
            amount,
            unit_amount: Some(unit),
            quantity: Some(1),
            is_proration: true,
            is_trial: false,
            is_addon: false,
        };
        let lines = vec![line("small", -24_950, 49_900), line("large", 124_950, 249_900)];
        let bill = Bill { lines, discount: 0, tax: 18_000, total: Some(118_000), from_balance: Some(0) };
        assert_eq!(read.bill, Some(bill));
    }
    // Of a bill whose lines are not all there nothing is known.
    let cut = UPGRADES[0].replace("\"has_more\":false", "\"has_more\":true");
    assert_eq!(event("invoice.paid", &cut).unwrap().bill, None);
}

#[test]
fn a_checkout_shows_its_discount_and_its_tax() {
    let session = |total: i64, discount: i64, tax: i64, status: &str| {
        let session = format!(
            r#"{{"id":"cs_1","payment_status":"{status}","currency":"inr","amount_subtotal":249900,"amount_total":{total},
                "total_details":{{"amount_discount":{discount},"amount_tax":{tax}}},"metadata":{{"tenant_id":"t"}}}}"#
        );
        event("checkout.session.completed", &session).unwrap()
    };
    for (total, discount, tax, on_top) in
        [(294_882, 0, 44_982, 44_982), (249_900, 0, 38_120, 0), (199_900, 50_000, 0, 0)]
    {
        let bill = session(total, discount, tax, "paid").bill.unwrap();
        assert_eq!((bill.lines[0].amount, bill.discount, bill.tax), (249_900, discount, on_top), "{total}");
        assert!(bill.adds_up_to(total));
    }
    let free = session(0, 249_900, 0, "no_payment_required");
    assert_eq!((free.kind, free.amount.map(|amount| amount.minor)), (EventKind::PaymentCaptured, Some(0)));
}

#[test]
fn a_failed_invoice_says_what_was_due() {
    let read = event("invoice.payment_failed", INVOICES[0]).unwrap();
    assert_eq!((read.kind, read.amount.map(|amount| amount.minor)), (EventKind::PaymentFailed, Some(2000)));
    assert_eq!(event("invoice.payment_action_required", INVOICES[1]).unwrap().kind, EventKind::SubscriptionPending);
}

/// A charge that was refunded, and what was told of it before.
fn refunded(charge: &str, before: &str) -> Result<GatewayEvent, EventError> {
    let charge = format!(
        r#"{{"id":"ch_1","object":"charge","amount":2000,"amount_captured":2000,"currency":"usd",{charge}"metadata":{{"tenant_id":"t"}}}}"#
    );
    let body = format!(
        r#"{{"id":"evt_1","type":"charge.refunded","created":1705312800,"data":{{"object":{charge}{before}}}}}"#
    );
    crate::support::parse(Provider::Stripe, &body)
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
        assert_eq!((read.kind, read.tenant_id), (EventKind::PaymentRefunded, text("t")));
        // The event is all that names it.
        assert_eq!((read.payment_id, read.refund_id), (text("ch_1"), None));
        assert_eq!(
            (read.amount.map(|amount| amount.minor), read.is_total),
            (Some(minor), is_total),
            "{charge}{before}"
        );
    }
    let (missing, more) = (EventError::Missing("amount_refunded"), EventError::Contradiction("amount_refunded"));
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
            None => assert_eq!(read, Err(EventError::Field("amount_paid")), "{currency}"),
        }
    }
}

#[test]
fn metadata_that_disagrees_about_the_tenant_is_not_read() {
    let invoice = r#"{"id":"in_1","metadata":{"tenant_id":"a"},"lines":{"data":[{"metadata":{"tenant_id":"b"}}]}}"#;
    assert_eq!(event("invoice.paid", invoice), Err(EventError::Contradiction("tenant_id")));
}

#[test]
fn other_events_are_named_and_nothing_more() {
    for name in
        ["charge.succeeded", "payment_intent.succeeded", "invoice.created", "v1.billing.meter.error_report_triggered"]
    {
        let read = event(name, r#"{"metadata":{"tenant_id":"t"}}"#).unwrap();
        assert_eq!((read.kind, read.name.as_str(), read.payment_id), (EventKind::Unhandled, name, None));
    }
    let bare = crate::support::parse(Provider::Stripe, r#"{"id":"evt_test_webhook","object":"event"}"#);
    assert_eq!(bare, Err(EventError::Missing("type")));
    let lines = event("invoice.paid", r#"{"id":"in_1","lines":{"data":7}}"#);
    assert_eq!(lines, Err(EventError::Field("lines")));
}

#[test]
fn a_disputed_charge_is_open_until_the_bank_decides() {
    let dispute = |event: &str, status: &str| {
        let object = format!(
            r#"{{"id":"dp_1","object":"dispute","amount":1000,"currency":"usd","charge":"ch_1","payment_intent":"pi_1",
                "reason":"fraudulent","status":"{status}","evidence_details":{{"due_by":1705312800}},"metadata":{{}}}}"#
        );
        let body = format!(r#"{{"id":"evt_1","type":"{event}","created":1705312800,"data":{{"object":{object}}}}}"#);
        crate::support::parse(Provider::Stripe, &body)
    };
    for (event, status, expected) in [
        ("charge.dispute.created", "needs_response", CardDisputeStatus::Open),
        ("charge.dispute.created", "warning_needs_response", CardDisputeStatus::Open),
        ("charge.dispute.updated", "under_review", CardDisputeStatus::Open),
        ("charge.dispute.closed", "warning_closed", CardDisputeStatus::Closed),
        ("charge.dispute.closed", "won", CardDisputeStatus::Won),
        ("charge.dispute.closed", "lost", CardDisputeStatus::Lost),
    ] {
        let read = dispute(event, status).unwrap();
        assert_eq!((read.kind, read.tenant_id), (EventKind::PaymentDisputed, None));
        assert_eq!((read.payment_id, read.other_payment_id), (text("pi_1"), text("ch_1")));
        let card = read.card_dispute.unwrap();
        assert_eq!((card.id.as_str(), card.status, card.due_by), ("dp_1", expected, Some(NOW)), "{status}");
    }
    assert_eq!(dispute("charge.dispute.created", "who_knows"), Err(EventError::Field("status")));
}

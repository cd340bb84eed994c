//! BheemPay's bodies.

use edge_gateways::{CardDisputeStatus, EventError, EventKind, GatewayEvent, Provider};
use edge_money::{Currency, Money};

use crate::support::{instant, text};

fn parse(body: &str) -> Result<GatewayEvent, EventError> {
    crate::support::parse(Provider::BheemPay, body)
}

/// With `fields` in its payload.
fn captured(fields: &str) -> Result<GatewayEvent, EventError> {
    parse(&format!(r#"{{"event":"payment.captured","payload":{{"metadata":{{"tenant_id":"t"}}{fields}}}}}"#))
}

#[test]
fn a_captured_payment_is_read_whole() {
    let body = r#"{"event":"payment.captured","payload":{
        "metadata":{"tenant_id":"7c0e4c2e-8f4c-4c0e-9a54-0a3d2f6f0d11","billing_cycle":"monthly","source":"workspace"},
        "subscription_id":"sub_1","plan_id":"WORKSPACE-PRO","plan_name":"Professional","payment_id":"pay_1",
        "amount":2499.00,"currency":"INR","invoice_number":"INV-1","period_end":"2024-02-15T10:00:00Z",
        "more":{"that":["nobody","asks","for"]}},"created_at":"2024-01-15T10:00:00.120Z"}"#;
    let read = parse(body).unwrap();
    assert_eq!((read.kind, read.name.as_str()), (EventKind::PaymentCaptured, "payment.captured"));
    assert_eq!(read.tenant_id, text("7c0e4c2e-8f4c-4c0e-9a54-0a3d2f6f0d11"));
    assert_eq!(read.billing_cycle, text("monthly"));
    assert_eq!(read.subscription_id, text("sub_1"));
    assert_eq!(read.plan_id, text("WORKSPACE-PRO"));
    assert_eq!(read.plan_name, text("Professional"));
    assert_eq!(read.payment_id, text("pay_1"));
    assert_eq!(read.amount, Some(Money { minor: 249_900, currency: Currency::INR }));
    assert_eq!(read.invoice_number, text("INV-1"));
    assert_eq!(read.period_end, Some(instant("2024-02-15T10:00:00Z")));
    assert_eq!(read.occurred_at, Some(instant("2024-01-15T10:00:00.120Z")));
}

#[test]
fn each_event_has_its_meaning() {
    for (event, kind) in [
        ("payment.captured", EventKind::PaymentCaptured),
        ("subscription.charged", EventKind::SubscriptionCharged),
        ("subscription.cancelled", EventKind::SubscriptionCancelled),
        ("subscription.pending", EventKind::SubscriptionPending),
        ("subscription.halted", EventKind::SubscriptionHalted),
        ("payment.failed", EventKind::PaymentFailed),
        ("payment.authorized", EventKind::Unhandled),
        ("refund.created", EventKind::Unhandled),
        ("refund.failed", EventKind::RefundFailed),
        ("PAYMENT.CAPTURED", EventKind::Unhandled),
    ] {
        let read = parse(&format!(r#"{{"event":"{event}","payload":{{"metadata":{{"tenant_id":"t"}}}}}}"#)).unwrap();
        assert_eq!((read.kind, read.name.as_str(), read.tenant_id), (kind, event, text("t")));
    }
}

/// With `fields` in its payload.
fn refunded(fields: &str) -> Result<GatewayEvent, EventError> {
    parse(&format!(r#"{{"event":"refund.processed","payload":{{"metadata":{{"tenant_id":"t"}}{fields}}}}}"#))
}

#[test]
fn a_refund_says_of_which_payment_and_how_much() {
    let read = refunded(r#","payment_id":"pay_1","refund_id":"rfnd_1","amount":99.50,"currency":"INR""#).unwrap();
    assert_eq!((read.kind, read.name.as_str()), (EventKind::PaymentRefunded, "refund.processed"));
    assert_eq!((read.tenant_id, read.payment_id, read.refund_id), (text("t"), text("pay_1"), text("rfnd_1")));
    assert_eq!((read.amount, read.is_total), (Some(Money { minor: 9_950, currency: Currency::INR }), false));
    let bare = refunded(r#","payment_id":"pay_1""#).unwrap();
    assert_eq!((bare.payment_id, bare.refund_id, bare.amount), (text("pay_1"), None, None));
    // What it does not take is not in its way.
    assert!(refunded(r#","payment_id":"pay_1","period_end":"soon","plan_id":[]"#).is_ok());
}

#[test]
fn a_refund_that_cannot_be_read_is_not_read() {
    for (fields, why) in [
        ("", EventError::Missing("payment_id")),
        (r#","amount":1,"currency":"INR""#, EventError::Missing("payment_id")),
        (r#","payment_id":"p","amount":1"#, EventError::Missing("currency")),
        (r#","payment_id":"p","amount":-1,"currency":"INR""#, EventError::Field("amount")),
        (r#","payment_id":"p","amount":"much","currency":"INR""#, EventError::Field("amount")),
        (r#","payment_id":"p","refund_id":{}"#, EventError::Field("refund_id")),
        (r#","payment_id":["p"]"#, EventError::Field("payment_id")),
    ] {
        assert_eq!(refunded(fields), Err(why), "{fields}");
    }
    // Nobody's is nobody's business.
    let nobodys = parse(r#"{"event":"refund.processed","payload":{"metadata":{}}}"#).unwrap();
    assert_eq!((nobodys.kind, nobodys.tenant_id, nobodys.payment_id), (EventKind::PaymentRefunded, None, None));
    assert_eq!(parse(r#"{"event":"refund.processed"}"#).unwrap().tenant_id, None);
}

#[test]
fn an_amount_keeps_every_digit() {
    let inr = Currency::INR;
    for (written, minor) in [
        ("2499", 249_900),
        ("2499.00", 249_900),
        ("2499.5", 249_950),
        ("0.1", 10),
        ("\"2499.00\"", 249_900),
        ("2.499e3", 249_900),
        ("90071992547409.93", 9_007_199_254_740_993),
        ("92233720368547758.07", i64::MAX),
        ("0", 0),
        ("2499.000000", 249_900),
    ] {
        let read = captured(&format!(r#","amount":{written},"currency":"INR""#)).unwrap();
        assert_eq!(read.amount, Some(Money { minor, currency: inr }), "{written}");
    }
    for (currency, written, minor) in [("JPY", "500", 500), ("KWD", "1.234", 1234), ("usd", "1.5", 150)] {
        let read = captured(&format!(r#","amount":{written},"currency":"{currency}""#)).unwrap();
        assert_eq!(read.amount.map(|amount| amount.minor), Some(minor), "{currency}");
    }
}

#[test]
fn a_payment_of_an_amount_that_cannot_be_read_is_not_read() {
    let amount = EventError::Field("amount");
    for (fields, why) in [
        (r#","amount":99.98999999999999,"currency":"INR""#, amount),
        (r#","amount":-1,"currency":"INR""#, amount),
        (r#","amount":"1,000","currency":"INR""#, amount),
        (r#","amount":true,"currency":"INR""#, amount),
        (r#","amount":{},"currency":"INR""#, amount),
        (r#","amount":92233720368547758.08,"currency":"INR""#, amount),
        (r#","amount":1e999999999,"currency":"INR""#, amount),
        (r#","amount":1.5,"currency":"JPY""#, amount),
        (r#","amount":1"#, EventError::Missing("currency")),
        (r#","amount":1,"currency":"XXX""#, EventError::Field("currency")),
        (r#","amount":1,"currency":"₹""#, EventError::Field("currency")),
        (r#","payment_id":["pay"]"#, EventError::Field("payment_id")),
        (r#","plan_id":"a\u0000b""#, EventError::Field("plan_id")),
    ] {
        assert_eq!(captured(fields), Err(why), "{fields}");
        // Where no money came in, it does not matter.
        let halted =
            format!(r#"{{"event":"subscription.halted","payload":{{"metadata":{{"tenant_id":"t"}}{fields}}}}}"#);
        assert_eq!(parse(&halted).unwrap().tenant_id, text("t"), "{fields}");
    }
    assert_eq!(captured("").unwrap().amount, None);
    assert_eq!(captured(r#","amount":null,"currency":null"#).unwrap().amount, None);
}

#[test]
fn a_period_that_cannot_be_read_is_not_there_and_the_payment_counts() {
    for written in ["\"soon\"", "null", "-1", "-1705312800", "true", "{}", "1e99", "1705312800000000", "\"\"", "[]"] {
        let read = captured(&format!(r#","amount":1,"currency":"INR","period_end":{written}"#)).unwrap();
        assert_eq!((read.kind, read.period_end), (EventKind::PaymentCaptured, None), "{written}");
    }
    assert_eq!(captured(r#","period_end":0"#).unwrap().period_end, Some(instant("1970-01-01T00:00:00Z")));
}

#[test]
fn instants_are_read_as_people_write_them() {
    for (written, read) in [
        ("1705312800", "2024-01-15T10:00:00Z"),
        ("1705312800120", "2024-01-15T10:00:00.120Z"),
        ("1705312800.120999", "2024-01-15T10:00:00.120Z"),
        ("1.7053128e9", "2024-01-15T10:00:00Z"),
        ("\"1705312800\"", "2024-01-15T10:00:00Z"),
        ("\"2024-01-15T10:00:00Z\"", "2024-01-15T10:00:00Z"),
        ("\"2024-01-15T15:30:00+05:30\"", "2024-01-15T10:00:00Z"),
        ("\"2024-01-15T10:00:00.123456\"", "2024-01-15T10:00:00.123Z"),
        ("\"2024-01-15 10:00:00\"", "2024-01-15T10:00:00Z"),
        ("\"2024-01-15\"", "2024-01-15T00:00:00Z"),
        ("0", "1970-01-01T00:00:00Z"),
    ] {
        let body = format!(r#"{{"event":"subscription.halted","created_at":{written}}}"#);
        assert_eq!(parse(&body).unwrap().occurred_at, Some(instant(read)), "{written}");
    }
    // An event that cannot be put in order must not be guessed into one.
    for written in
        ["\"yesterday\"", "-1", "true", "{}", "1e99", "99999999999999999", "\"12024-01-15\"", "\".\"", "\"1e\""]
    {
        let body = format!(r#"{{"event":"subscription.halted","created_at":{written}}}"#);
        assert_eq!(parse(&body), Err(EventError::Field("created_at")), "{written}");
    }
    for none in ["{\"event\":\"a\"}", "{\"event\":\"a\",\"created_at\":null}", "{\"event\":\"a\",\"created_at\":\"\"}"]
    {
        assert_eq!(parse(none).unwrap().occurred_at, None, "{none}");
    }
}

#[test]
fn a_tenant_is_an_id_or_there_is_none() {
    let tenant =
        |written: &str| parse(&format!(r#"{{"event":"subscription.halted","payload":{{"metadata":{written}}}}}"#));
    for none in ["{}", "null", "[]", "\"x\"", "7", r#"{"tenant_id":null}"#, r#"{"tenant_id":""}"#] {
        assert_eq!(tenant(none).unwrap().tenant_id, None, "{none}");
    }
    assert_eq!(tenant(r#"{"tenant_id":7}"#).unwrap().tenant_id, text("7"));
    let longest = format!(r#"{{"tenant_id":"{}"}}"#, "x".repeat(256));
    assert_eq!(tenant(&longest).unwrap().tenant_id, text(&"x".repeat(256)));
    let longer = format!(r#"{{"tenant_id":"{}"}}"#, "x".repeat(257));
    let unreadable = [
        r#"{"tenant_id":{}}"#,
        r#"{"tenant_id":1.5}"#,
        r#"{"tenant_id":-1}"#,
        r#"{"tenant_id":"\u0000"}"#,
        r#"{"tenant_id":"\ud800"}"#,
        &longer,
    ];
    for written in unreadable {
        assert_eq!(tenant(written), Err(EventError::Field("tenant_id")), "{written}");
    }
    assert_eq!(tenant(r#"{"tenant_id":"a","tenant_id":"b"}"#), Err(EventError::Field("metadata")));
}

#[test]
fn a_body_that_is_no_event_is_not_read() {
    for body in
        ["", "null", "[]", "7", "\"payment.captured\"", "{", "{}x", "\u{feff}{}", r#"{"a":1,"a":2}"#, "webhook_id=1"]
    {
        assert_eq!(parse(body), Err(EventError::NotJson), "{body}");
    }
    assert_eq!(
        edge_gateways::GatewayEvent::parse(Provider::BheemPay, b"{\"event\":\"\xff\"}", &http::HeaderMap::new()),
        Err(EventError::NotJson)
    );
    for body in ["{}", r#"{"event":null}"#, r#"{"event":""}"#] {
        assert_eq!(parse(body), Err(EventError::Missing("event")), "{body}");
    }
    for body in [r#"{"event":[]}"#, r#"{"event":"a\nb"}"#, r#"{"event":true}"#] {
        assert_eq!(parse(body), Err(EventError::Field("event")), "{body}");
    }
}

#[test]
fn what_people_wrote_is_cut_and_cleaned_and_never_in_the_way() {
    let long = "ä".repeat(200);
    let read = captured(&format!(r#","plan_name":"{long}""#)).unwrap();
    assert_eq!(read.plan_name, text(&"ä".repeat(128)));
    assert_eq!(captured(r#","plan_name":" a\u0000b\n""#).unwrap().plan_name, text("a b"));
    for none in ["7", "[]", "\"\"", "\"\\n\"", "\"\\ud800\"", "null"] {
        assert_eq!(captured(&format!(r#","plan_name":{none}"#)).unwrap().plan_name, None, "{none}");
    }
}

#[test]
fn a_failed_refund_says_which_one_and_why() {
    let body = r#"{"event":"refund.failed","payload":{"payment_id":"pay_1","refund_id":"rfnd_1","reference":"rfd_1",
        "amount":10.5,"currency":"INR","reason":"The bank refuses it."}}"#;
    let read = parse(body).unwrap();
    assert_eq!((read.kind, read.tenant_id), (EventKind::RefundFailed, None));
    assert_eq!(
        (read.payment_id, read.refund_id, read.refund_reference),
        (text("pay_1"), text("rfnd_1"), text("rfd_1"))
    );
    assert_eq!((read.amount.unwrap().minor, read.failure), (1_050, text("The bank refuses it.")));
}

#[test]
fn a_card_dispute_is_what_the_name_of_its_event_says() {
    let dispute = |event: &str, fields: &str| {
        let fields = format!(r#""payment_id":"pay_1","amount":100,"currency":"INR"{fields}"#);
        parse(&format!(r#"{{"event":"{event}","payload":{{{fields}}}}}"#))
    };
    for (event, status) in [
        ("created", CardDisputeStatus::Open),
        ("under_review", CardDisputeStatus::Open),
        ("won", CardDisputeStatus::Won),
        ("lost", CardDisputeStatus::Lost),
        ("closed", CardDisputeStatus::Closed),
    ] {
        let read = dispute(&format!("payment.dispute.{event}"), r#","dispute_id":"disp_1","reason":"fraud""#).unwrap();
        assert_eq!((read.kind, read.payment_id), (EventKind::PaymentDisputed, text("pay_1")));
        let card = read.card_dispute.unwrap();
        assert_eq!((card.id.as_str(), card.status, card.reason), ("disp_1", status, text("fraud")), "{event}");
    }
    let missing = EventError::Missing("dispute_id");
    assert_eq!(dispute("payment.dispute.created", ""), Err(missing));
    let unknown = dispute("payment.dispute.escalated", r#","dispute_id":"disp_1","status":"elsewhere""#);
    assert_eq!(unknown, Err(EventError::Field("status")));
}

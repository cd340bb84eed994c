//! The ERP's bodies.

use edge_gateways::{EventError, EventKind, GatewayEvent, Provider};

use crate::support::{instant, text};

fn parse(body: &str) -> Result<GatewayEvent, EventError> {
    crate::support::parse(Provider::Erp, body)
}

#[test]
fn a_payment_is_read_as_the_erp_writes_it() {
    let body = r#"{"event_type":"payment_received","organization_id":2,
        "billing_data":{"amount":99.99,"currency":"USD","description":"Monthly subscription payment","invoice_id":"INV-2025-001"},
        "timestamp":"2025-07-28T10:00:00Z"}"#;
    let read = parse(body).unwrap();
    assert_eq!((read.kind, read.name.as_str()), (EventKind::PaymentCaptured, "payment_received"));
    assert_eq!((read.tenant_id, read.tenant_json), (text("2"), text("2")));
    let amount = read.amount.unwrap();
    assert_eq!((amount.minor, amount.currency.as_str(), amount.to_decimal().as_str()), (9999, "USD", "99.99"));
    assert_eq!((read.payment_id, read.invoice_number), (text("INV-2025-001"), text("INV-2025-001")));
    assert_eq!(read.occurred_at, Some(instant("2025-07-28T10:00:00Z")));
}

#[test]
fn each_event_has_its_meaning() {
    for (event, kind, may_repeat) in [
        ("payment_received", EventKind::PaymentCaptured, false),
        ("payment_failed", EventKind::PaymentFailed, false),
        ("subscription_cancelled", EventKind::SubscriptionCancelled, false),
        ("subscription_created", EventKind::SubscriptionCreated, true),
        ("subscription_updated", EventKind::SubscriptionUpdated, true),
        ("seat_assigned", EventKind::SeatAssigned, true),
        ("seat_revoked", EventKind::SeatRevoked, true),
        ("organization_updated", EventKind::OrganizationUpdated, true),
        ("payment.captured", EventKind::Unhandled, false),
    ] {
        let read = parse(&format!(r#"{{"event_type":"{event}","organization_id":"org_1"}}"#)).unwrap();
        assert_eq!((read.kind, read.kind.may_repeat()), (kind, may_repeat), "{event}");
        assert_eq!((read.tenant_id, read.tenant_json), (text("org_1"), text("\"org_1\"")), "{event}");
    }
}

#[test]
fn an_organisation_is_an_integer_or_an_id() {
    let organization =
        |written: &str| parse(&format!(r#"{{"event_type":"seat_revoked","organization_id":{written}}}"#));
    assert_eq!(organization("90071992547409931234").unwrap().tenant_id, text("90071992547409931234"));
    assert_eq!(organization("null").unwrap().tenant_id, None);
    for written in ["2.0", "-2", "1e3", "[2]", "{}", "true"] {
        assert_eq!(organization(written), Err(EventError::Field("organization_id")), "{written}");
    }
    assert_eq!(parse("{}"), Err(EventError::Missing("event_type")));
}

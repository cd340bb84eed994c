//! Standard Webhooks, Shopify and WooCommerce.

use edge_gateways::{EventError, EventKind, GatewayEvent, Provider};
use http::HeaderMap;

use crate::support::{headers, instant, parse, text};

#[test]
fn a_standard_webhook_in_bheempays_words_means_what_bheempays_does() {
    let body = r#"{"type":"payment.captured","timestamp":"2024-01-15T10:00:00.344522Z",
        "data":{"metadata":{"tenant_id":"t"},"payment_id":"pay_1","amount":1.5,"currency":"USD"}}"#;
    let read = parse(Provider::Standard, body).unwrap();
    assert_eq!((read.kind, read.tenant_id, read.payment_id), (EventKind::PaymentCaptured, text("t"), text("pay_1")));
    assert_eq!(read.amount.unwrap().minor, 150);
    assert_eq!(read.occurred_at, Some(instant("2024-01-15T10:00:00.344Z")));
}

#[test]
fn other_standard_webhooks_are_kept_by_their_name() {
    let body = r#"{"type":"contact.created","timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"1f81eb52"}}"#;
    let read = parse(Provider::Standard, body).unwrap();
    assert_eq!((read.kind, read.name.as_str(), read.tenant_id), (EventKind::Unhandled, "contact.created", None));
    assert_eq!(parse(Provider::Standard, "{}"), Err(EventError::Missing("type")));
}

#[test]
fn clerk_tells_of_people_who_are_gone() {
    let body = r#"{"object":"event","type":"user.deleted","timestamp":1654012591835,
        "data":{"deleted":true,"id":"user_29wBMCtzATuFJut8jO2VNTVekS4","object":"user"}}"#;
    let read = parse(Provider::Clerk, body).unwrap();
    assert_eq!((read.kind, read.name.as_str()), (EventKind::UserDeleted, "user.deleted"));
    assert_eq!((read.user_id, read.tenant_id), (text("user_29wBMCtzATuFJut8jO2VNTVekS4"), None));
    assert_eq!(read.occurred_at, Some(instant("2022-05-31T15:56:31.835Z")));
    let body = r#"{"object":"event","type":"organizationMembership.deleted","timestamp":1654013847054,
        "data":{"id":"orgmem_1","object":"organization_membership","role":"org:member",
            "organization":{"id":"org_1","name":"Clinic","object":"organization","public_metadata":{"tenant_id":"t1"}},
            "public_user_data":{"user_id":"user_1","identifier":"ana@clinic.example"}}}"#;
    let read = parse(Provider::Clerk, body).unwrap();
    assert_eq!((read.kind, read.user_id), (EventKind::MembershipDeleted, text("user_1")));
    assert_eq!((read.organization_id, read.tenant_id), (text("org_1"), text("t1")));
    for (body, error) in [
        (r#"{"type":"user.deleted"}"#, EventError::Missing("data")),
        (r#"{"type":"user.deleted","data":{}}"#, EventError::Missing("user_id")),
        (r#"{"type":"user.deleted","data":{"id":[]}}"#, EventError::Field("id")),
        (
            r#"{"type":"organizationMembership.deleted","data":{"public_user_data":{"user_id":"u"}}}"#,
            EventError::Missing("organization"),
        ),
        (r#"{"data":{}}"#, EventError::Missing("type")),
    ] {
        assert_eq!(parse(Provider::Clerk, body), Err(error), "{body}");
    }
    for name in ["user.created", "user.updated", "session.removed", "organization.deleted"] {
        let read = parse(Provider::Clerk, &format!(r#"{{"type":"{name}","data":7}}"#)).unwrap();
        assert_eq!((read.kind, read.name.as_str()), (EventKind::Unhandled, name));
    }
    // From anybody else the same words mean nothing.
    assert_eq!(
        parse(Provider::Standard, r#"{"type":"user.deleted","data":{"id":"u"}}"#).unwrap().kind,
        EventKind::Unhandled
    );
}

#[test]
fn shops_name_their_events_in_headers_that_take_no_effect() {
    for (provider, name) in [(Provider::Shopify, "x-shopify-topic"), (Provider::WooCommerce, "x-wc-webhook-topic")] {
        let body = br#"{"id":1,"event":"payment.captured","payload":{"metadata":{"tenant_id":"t"}}}"#;
        let named = GatewayEvent::parse(provider, body, &headers(&[(name, "payment.captured")])).unwrap();
        assert_eq!(
            (named.kind, named.name.as_str(), named.tenant_id),
            (EventKind::Unhandled, "payment.captured", None)
        );
        assert_eq!(GatewayEvent::parse(provider, body, &HeaderMap::new()).unwrap().name, "unknown");
        assert_eq!(GatewayEvent::parse(provider, b"order_x|pay_y", &HeaderMap::new()), Err(EventError::NotJson));
    }
}

#[test]
fn what_means_nothing_here_is_readable_whatever_it_carries() {
    let twice = r#"{"a":1,"a":2}"#;
    for odd in
        ["[]", "{}", "null", "true", "-1.5", r#""""#, r#""\ud800""#, twice, r#"{"metadata":7}"#, r#"{"tenant_id":[]}"#]
    {
        let metadata = format!(r#"{{"metadata":{{"tenant_id":{odd}}}}}"#);
        for (provider, body) in [
            (Provider::BheemPay, format!(r#"{{"event":"mandate.created","payload":{odd},"created_at":{odd}}}"#)),
            (Provider::BheemPay, format!(r#"{{"event":"mandate.created","payload":{metadata}}}"#)),
            (Provider::Razorpay, format!(r#"{{"event":"settlement.processed","payload":{odd},"created_at":{odd}}}"#)),
            (Provider::Standard, format!(r#"{{"type":"user.created","data":{odd},"timestamp":{odd}}}"#)),
            (Provider::Standard, format!(r#"{{"type":"user.created","data":{metadata}}}"#)),
            (Provider::Erp, format!(r#"{{"event_type":"invoice_sent","organization_id":{odd},"timestamp":{odd}}}"#)),
        ] {
            assert_eq!(parse(provider, &body).map(|parse| parse.kind), Ok(EventKind::Unhandled), "{provider} {body}");
        }
    }
}

#[test]
fn a_provider_is_known_by_its_name() {
    for provider in Provider::ALL {
        assert_eq!(Provider::parse(provider.as_str()), Some(provider));
    }
    for name in ["", "Stripe", "paypal", "stripe "] {
        assert_eq!(Provider::parse(name), None);
    }
}

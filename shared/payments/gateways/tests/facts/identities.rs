//! When two deliveries are the same event.

use edge_gateways::{Identity, Provider, Secrets, verify};
use http::{HeaderMap, HeaderValue};

use crate::support::{NOW, secret, signed, signed_at, verified};

fn identity(provider: Provider, headers: &HeaderMap, body: &str) -> Identity {
    verified(provider, headers, body.as_bytes()).unwrap().identity
}

fn of(provider: Provider, body: &str) -> Identity {
    identity(provider, &signed(provider, body.as_bytes()), body)
}

const UNSIGNED_IDS: [(Provider, &str); 5] = [
    (Provider::BheemPay, "x-bheempay-event-id"),
    (Provider::Razorpay, "x-razorpay-event-id"),
    (Provider::Shopify, "x-shopify-event-id"),
    (Provider::Shopify, "x-shopify-webhook-id"),
    (Provider::WooCommerce, "x-wc-webhook-delivery-id"),
];

const A: &str = r#"{"event":"payment.captured","payload":{"payment_id":"pay_a"}}"#;
const B: &str = r#"{"event":"payment.captured","payload":{"payment_id":"pay_b"}}"#;

#[test]
fn a_body_under_a_fresh_unsigned_id_is_the_same_event() {
    for (provider, header) in UNSIGNED_IDS {
        let mut again = signed(provider, A.as_bytes());
        again.insert(header, HeaderValue::from_static("fresh"));
        assert_eq!(identity(provider, &again, A), of(provider, A), "{header}");
        again.remove(header);
        assert_eq!(identity(provider, &again, A), of(provider, A), "{header}");
    }
}

#[test]
fn a_body_under_another_events_unsigned_id_does_not_keep_that_one_out() {
    for (provider, header) in UNSIGNED_IDS {
        let mut stolen = signed(provider, A.as_bytes());
        stolen.insert(header, HeaderValue::from_static("id of b"));
        let mut real = signed(provider, B.as_bytes());
        real.insert(header, HeaderValue::from_static("id of b"));
        assert_ne!(identity(provider, &stolen, A), identity(provider, &real, B), "{header}");
    }
}

#[test]
fn missing_ids_do_not_collide() {
    for provider in Provider::ALL {
        if matches!(provider, Provider::Standard | Provider::Clerk) {
            continue; // Its id cannot be missing.
        }
        let bodies = [
            "{}",
            "",
            "[]",
            "{\"id\":null}",
            "{\"id\":\"\"}",
            "{\"id\":{}}",
            "{\"id\":true}",
            "\0",
            "{\"id\":\"a\\u0000\"}",
        ];
        let mut seen = std::collections::HashSet::new();
        for body in bodies {
            assert!(seen.insert(of(provider, body)), "{provider} {body:?}");
        }
    }
}

#[test]
fn a_signed_id_is_the_event_however_often_it_is_signed() {
    let earlier = edge_capabilities::Timestamp::from_millis(NOW.as_millis() - 60_000);
    let standard = Provider::Standard;
    assert_eq!(identity(standard, &signed_at(standard, b"{}", earlier), "{}"), of(standard, "{}"));
    let stripe = Provider::Stripe;
    let (body, again) = (r#"{"id":"evt_1","pending_webhooks":2}"#, r#"{"id":"evt_1","pending_webhooks":1}"#);
    assert_eq!(identity(stripe, &signed_at(stripe, body.as_bytes(), earlier), body), of(stripe, again));
    assert_ne!(of(stripe, body), of(stripe, r#"{"id":"evt_2"}"#));
    for provider in [Provider::BheemPay, Provider::Erp] {
        let body = |id: &str, attempt: u8| format!(r#"{{"event_id":{id},"attempt":{attempt}}}"#);
        assert_eq!(of(provider, &body("\"e1\"", 1)), of(provider, &body("\"e1\"", 2)), "{provider}");
        assert_ne!(of(provider, &body("\"e1\"", 1)), of(provider, &body("\"e2\"", 1)), "{provider}");
        assert_eq!(of(provider, &body("7", 1)), of(provider, &body("7", 2)), "{provider}");
    }
}

/// Each month's charge is another event, though all of them may bear the subscription's id.
#[test]
fn an_id_that_may_be_of_something_else_is_not_the_events() {
    let body = |amount: u8| format!(r#"{{"id":"sub_1","amount":{amount}}}"#);
    for provider in [Provider::BheemPay, Provider::Razorpay, Provider::Erp, Provider::Shopify, Provider::WooCommerce] {
        assert_ne!(of(provider, &body(1)), of(provider, &body(2)), "{provider}");
    }
}

#[test]
fn no_two_providers_share_an_identity() {
    let mut seen = std::collections::HashSet::new();
    for provider in Provider::ALL {
        assert!(seen.insert(of(provider, r#"{"id":"evt_1"}"#)), "{provider}");
        assert!(
            seen.insert(of(provider, r#"{"id":"evt:1"}"#)) || matches!(provider, Provider::Standard | Provider::Clerk),
            "{provider}"
        );
    }
}

#[test]
fn an_identity_fits_a_column_whatever_was_signed() {
    let long = "x".repeat(5000);
    for id in [long.as_str(), "a b", "é", "a\\nb", "\\u0000", "\\ud800"] {
        for provider in Provider::ALL {
            let identity = of(provider, &format!(r#"{{"id":"{id}","event_id":"{id}"}}"#));
            assert!(identity.as_str().len() < 256 && identity.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(identity.as_str().starts_with(&format!("{provider}:")));
        }
    }
    // An id cannot pass for the hash of another body.
    let hashed = of(Provider::Stripe, "{}");
    let hash = hashed.as_str().rsplit(':').next().unwrap();
    assert_ne!(of(Provider::Stripe, &format!(r#"{{"id":"{hash}"}}"#)), hashed);
    assert_ne!(of(Provider::Stripe, &format!(r#"{{"id":"sha256:{hash}"}}"#)), hashed);
}

#[test]
fn the_delivery_id_is_shown_and_never_counts() {
    for (provider, header) in UNSIGNED_IDS {
        let mut headers = signed(provider, b"{}");
        headers.remove("x-shopify-event-id");
        headers.insert(header, HeaderValue::from_static("del_1"));
        let secrets = Secrets::parse(provider, secret(provider));
        let delivery_id = |headers: &HeaderMap| verify(provider, &secrets, headers, b"{}", NOW).unwrap().delivery_id;
        assert_eq!(delivery_id(&headers).as_deref(), Some("del_1"));
        for unfit in [&b"\xff"[..], b"", b"  ", &[b'x'; 257]] {
            headers.insert(header, HeaderValue::from_bytes(unfit).unwrap());
            assert_eq!(delivery_id(&headers), None, "{header} {unfit:?}");
        }
    }
}

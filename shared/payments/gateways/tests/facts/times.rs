//! Signed times: how old, and how new, and how written.

use edge_capabilities::Timestamp;
use edge_gateways::{Provider, Rejection, Secrets, verify};
use http::{HeaderMap, HeaderValue};

use crate::support::{NOW, headers, secret, signed, signed_at};

const BODY: &[u8] = b"{}";

fn check(provider: Provider, signed_at_millis: i64, now: i64) -> Result<Option<i64>, Rejection> {
    let headers = signed_at(provider, BODY, Timestamp::from_millis(signed_at_millis));
    let secrets = Secrets::parse(provider, secret(provider));
    let verified = verify(provider, &secrets, &headers, BODY, Timestamp::from_millis(now));
    verified.map(|verified| verified.signed_at.map(Timestamp::as_millis))
}

#[test]
fn a_time_is_accepted_within_five_minutes_either_way() {
    let now = NOW.as_millis();
    for provider in [Provider::Stripe, Provider::Standard] {
        for seconds in [-300, -299, -1, 0, 1, 299, 300] {
            let at = now + seconds * 1000;
            assert_eq!(check(provider, at, now), Ok(Some(at)), "{provider} {seconds}");
        }
        for seconds in [-86_400, -301, 301, 86_400, -1_705_312_800] {
            let at = now + seconds * 1000;
            assert_eq!(check(provider, at, now), Err(Rejection::Timestamp), "{provider} {seconds}");
        }
        // Senders count whole seconds, and so do we.
        assert!(check(provider, now - 300_000, now + 999).is_ok());
        assert!(check(provider, now - 300_000, now + 1000).is_err());
        assert!(check(provider, now, i64::MAX).is_err());
        assert!(check(provider, now, i64::MIN).is_err());
    }
}

#[test]
fn where_no_time_is_signed_none_is_asked_for() {
    for provider in [Provider::BheemPay, Provider::Razorpay, Provider::Erp, Provider::Shopify, Provider::WooCommerce] {
        assert_eq!(check(provider, 0, i64::MAX), Ok(None), "{provider}");
    }
}

#[test]
fn a_time_is_written_as_its_digits() {
    let times = [
        "+1705312800",
        "-1705312800",
        "01705312800",
        " 1705312800x",
        "1705312800.0",
        "1.705e9",
        "0x65a50160",
        "१७०५३१२८००",
        "hello",
        "NaN",
        "9223372036854775808",
        "99999999999999999999999999",
        "-9223372036854775808",
    ];
    for time in times {
        let mut all = signed(Provider::Standard, BODY);
        all.insert("webhook-timestamp", HeaderValue::from_bytes(time.as_bytes()).unwrap());
        let mut stripe = HeaderMap::new();
        let claim = format!("t={time},v1={}", "0".repeat(64));
        stripe.insert("stripe-signature", HeaderValue::from_bytes(claim.as_bytes()).unwrap());
        for (provider, headers) in [(Provider::Standard, &all), (Provider::Stripe, &stripe)] {
            let secrets = Secrets::parse(provider, secret(provider));
            let rejection = verify(provider, &secrets, headers, BODY, NOW).unwrap_err();
            assert_eq!(rejection, Rejection::MalformedSignature, "{provider} {time:?}");
        }
    }
}

/// Signed by whoever holds the secret, so that only the time is wrong.
#[test]
fn the_ends_of_time_are_only_far_away() {
    for provider in [Provider::Stripe, Provider::Standard] {
        for millis in [0, 999, i64::MAX] {
            assert_eq!(check(provider, millis, NOW.as_millis()), Err(Rejection::Timestamp), "{provider} {millis}");
        }
        assert_eq!(check(provider, i64::MAX, i64::MAX), Ok(Some(i64::MAX / 1000 * 1000)), "{provider}");
        assert_eq!(check(provider, 0, 0), Ok(Some(0)), "{provider}");
        // Before 1970 nothing was signed: what cannot be written is not accepted, whatever the clock says.
        assert_eq!(check(provider, -1000, -1000), Err(Rejection::MalformedSignature), "{provider}");
    }
    let zeros = "0".repeat(64);
    for (time, rejection) in [
        ("9223372036854775807", Rejection::BadSignature),
        ("0", Rejection::BadSignature),
        ("00", Rejection::MalformedSignature),
        ("", Rejection::MalformedSignature),
    ] {
        let headers = headers(&[("stripe-signature", &format!("t={time},v1={zeros}"))]);
        let secrets = Secrets::parse(Provider::Stripe, "whsec_test_secret");
        assert_eq!(verify(Provider::Stripe, &secrets, &headers, BODY, NOW), Err(rejection), "{time:?}");
    }
}

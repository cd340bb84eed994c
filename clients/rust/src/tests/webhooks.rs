//! Webhooks, against what Standard Webhooks publishes and what its own libraries sign.

use http::HeaderMap;

use crate::{
    WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, WebhookError, sign_webhook, verify_webhook, verify_webhook_at,
};

/// The example in the specification of Standard Webhooks.
const SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";
const ID: &str = "msg_loFOjxBNrRLzqYUf";
const TIME: i64 = 1_731_705_121;
const BODY: &[u8] = br#"{"event_type":"ping","data":{"success":true}}"#;
const SIGNATURE: &str = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=";

const OTHER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn headers(id: &str, time: &str, signature: &str) -> HeaderMap {
    let pairs = [(WEBHOOK_ID, id), (WEBHOOK_TIMESTAMP, time), (WEBHOOK_SIGNATURE, signature)];
    let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    pairs.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn signed(signature: &str) -> HeaderMap {
    headers(ID, &TIME.to_string(), signature)
}

#[test]
fn a_message_is_signed_as_the_specification_says() {
    assert_eq!(sign_webhook(&[SECRET], ID, TIME, BODY).unwrap(), SIGNATURE);
    // The secret may be written without its prefix.
    assert_eq!(sign_webhook(&[SECRET.trim_start_matches("whsec_")], ID, TIME, BODY).unwrap(), SIGNATURE);
}

#[test]
fn what_is_signed_is_verified_with_any_secret_of_a_rotation() {
    let both = sign_webhook(&[OTHER, SECRET], ID, TIME, BODY).unwrap();
    for secrets in [&[SECRET][..], &[OTHER], &[SECRET, OTHER]] {
        let verified = verify_webhook_at(secrets, &signed(&both), BODY, TIME).unwrap();
        assert_eq!((verified.id.as_str(), verified.timestamp), (ID, TIME));
        verify_webhook_at(secrets, &signed(&format!("v1,AAAA v2,x {both}")), BODY, TIME).unwrap();
    }
    verify_webhook_at(&[OTHER, SECRET], &signed(SIGNATURE), BODY, TIME).unwrap();
}

#[test]
fn a_webhook_that_was_changed_is_refused() {
    let verify = |headers: &HeaderMap, body: &[u8]| verify_webhook_at(&[SECRET], headers, body, TIME).unwrap_err();
    let time = TIME.to_string();
    assert_eq!(verify(&signed(SIGNATURE), b"{}"), WebhookError::Signature);
    assert_eq!(verify(&headers("msg_2", &time, SIGNATURE), BODY), WebhookError::Signature);
    assert_eq!(verify(&headers(ID, &(TIME + 1).to_string(), SIGNATURE), BODY), WebhookError::Signature);
    assert_eq!(verify(&signed(&SIGNATURE.replace("v1,", "v2,")), BODY), WebhookError::Signature);
    assert_eq!(verify(&signed("v1,"), BODY), WebhookError::Signature);
    assert_eq!(verify(&signed(&sign_webhook(&[OTHER], ID, TIME, BODY).unwrap()), BODY), WebhookError::Signature);
    assert_eq!(verify(&headers(ID, &time, ""), BODY), WebhookError::Header(WEBHOOK_SIGNATURE));
    assert_eq!(verify(&headers("", &time, SIGNATURE), BODY), WebhookError::Header(WEBHOOK_ID));
    for time in ["", "x", "1731705121.0", "+1731705121", "01731705121"] {
        assert_eq!(verify(&headers(ID, time, SIGNATURE), BODY), WebhookError::Header(WEBHOOK_TIMESTAMP), "{time}");
    }
}

#[test]
fn a_webhook_is_good_for_five_minutes_both_ways() {
    for (now, is_good) in [(-301, false), (-300, true), (300, true), (301, false)] {
        let verified = verify_webhook_at(&[SECRET], &signed(SIGNATURE), BODY, TIME + now);
        assert_eq!(verified.err(), (!is_good).then_some(WebhookError::Time), "{now}");
    }
    assert_eq!(verify_webhook(&[SECRET], &signed(SIGNATURE), BODY), Err(WebhookError::Time));
}

#[test]
fn a_malformed_secret_neither_signs_nor_verifies() {
    for secrets in [&[][..], &[""], &["whsec_"], &["whsec_?"], &[SECRET, "whsec_"]] {
        assert_eq!(sign_webhook(secrets, ID, TIME, BODY), Err(WebhookError::Secret), "{secrets:?}");
        assert_eq!(verify_webhook_at(secrets, &signed(SIGNATURE), BODY, TIME), Err(WebhookError::Secret));
    }
}

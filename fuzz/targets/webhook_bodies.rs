//! Whatever a genuine body says, nothing panics, and what is read of it can be stored.
//!
//! Input: a byte that chooses the provider, then the body.

#![no_main]

use edge_capabilities::Timestamp;
use edge_gateways::{GatewayEvent, Provider, Secrets, receive, sign, verify};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    let provider = Provider::ALL[usize::from(*choice) % Provider::ALL.len()];
    let (secret, now) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Timestamp::from_millis(1_705_312_800_000));
    let headers: HeaderMap = sign(provider, secret, body, now, "evt_1").unwrap().into_iter().collect();
    let secrets = Secrets::parse(provider, secret);
    let (verified, event) = receive(provider, &secrets, &headers, body, now).unwrap();
    assert_eq!(verified, verify(provider, &secrets, &headers, body, now).unwrap());
    assert_eq!(event, GatewayEvent::parse(provider, body, &headers));
    let identity = verified.identity.as_str();
    assert!(identity.len() < 256 && identity.bytes().all(|byte| byte.is_ascii_graphic()));

    let Ok(event) = event else { return };
    let texts = [
        Some(&event.name),
        event.tenant_id.as_ref(),
        event.payment_id.as_ref(),
        event.subscription_id.as_ref(),
        event.plan_id.as_ref(),
        event.plan_name.as_ref(),
        event.billing_cycle.as_ref(),
        event.invoice_number.as_ref(),
        event.account_id.as_ref(),
        event.failure.as_ref(),
    ];
    for text in texts.into_iter().flatten() {
        assert!((1..=256).contains(&text.len()) && !text.chars().any(char::is_control));
    }
    for instant in [event.occurred_at, event.period_start, event.period_end].into_iter().flatten() {
        assert!((0..=253_402_300_799_999).contains(&instant.as_millis()));
    }
    assert!(event.amount.is_none_or(|amount| amount.minor >= 0));
    assert!(!event.kind.pays() || event.amount.is_none_or(|amount| !amount.to_decimal().is_empty()));
});

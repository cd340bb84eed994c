//! Whatever a genuine body says, nothing panics, and what is read of it can be stored.
//!
//! Input: a byte that chooses the provider, then the body.

#![no_main]

use edge_capabilities::Timestamp;
use edge_gateways::{Provider, Secrets, read, sign, verify};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    let provider = Provider::ALL[usize::from(*choice) % Provider::ALL.len()];
    let (secret, now) = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Timestamp::from_millis(1_705_312_800_000));
    let headers: HeaderMap = sign(provider, secret, body, now, "evt_1").unwrap().into_iter().collect();
    let verified = verify(provider, &Secrets::parse(provider, secret), &headers, body, now).unwrap();
    let identity = verified.identity.as_str();
    assert!(identity.len() < 256 && identity.bytes().all(|byte| byte.is_ascii_graphic()));

    let Ok(reading) = read(provider, body, &headers) else { return };
    let texts = [
        Some(&reading.event),
        reading.tenant_id.as_ref(),
        reading.payment_id.as_ref(),
        reading.subscription_id.as_ref(),
        reading.plan_id.as_ref(),
        reading.plan_name.as_ref(),
        reading.billing_cycle.as_ref(),
        reading.invoice_number.as_ref(),
        reading.account_id.as_ref(),
        reading.failure.as_ref(),
    ];
    for text in texts.into_iter().flatten() {
        assert!((1..=256).contains(&text.len()) && !text.chars().any(char::is_control));
    }
    for instant in [reading.occurred_at, reading.period_start, reading.period_end].into_iter().flatten() {
        assert!((0..=253_402_300_799_999).contains(&instant.as_millis()));
    }
    assert!(reading.amount.is_none_or(|amount| amount.minor >= 0));
    assert!(!reading.kind.pays() || reading.amount.is_none_or(|amount| !amount.to_decimal().is_empty()));
});

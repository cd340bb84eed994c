//! Requests as tests write them.

use edge_capabilities::Timestamp;
use edge_gateways::{EventError, GatewayEvent, Provider, Rejection, Secrets, Verified, receive, sign, verify};
use http::{HeaderMap, HeaderName, HeaderValue};

/// 2024-01-15T10:00:00Z.
pub const NOW: Timestamp = Timestamp::from_millis(1_705_312_800_000);

pub fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap()))
        .collect()
}

/// A secret as `provider` writes them.
pub fn secret(provider: Provider) -> &'static str {
    match provider {
        Provider::Standard | Provider::Clerk => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        Provider::Stripe => "whsec_test_secret",
        _ => "test_secret_key",
    }
}

pub fn signed_at(provider: Provider, body: &[u8], now: Timestamp) -> HeaderMap {
    sign(provider, secret(provider), body, now, "evt_1").unwrap().into_iter().collect()
}

pub fn signed(provider: Provider, body: &[u8]) -> HeaderMap {
    signed_at(provider, body, NOW)
}

/// With the provider's one secret, now.
pub fn verified(provider: Provider, headers: &HeaderMap, body: &[u8]) -> Result<Verified, Rejection> {
    let secrets = Secrets::parse(provider, secret(provider));
    let verified = verify(provider, &secrets, headers, body, NOW);
    let received = receive(provider, &secrets, headers, body, NOW);
    assert_eq!(received, verified.clone().map(|verified| (verified, GatewayEvent::parse(provider, body, headers))));
    verified
}

pub fn parse(provider: Provider, body: &str) -> Result<GatewayEvent, EventError> {
    GatewayEvent::parse(provider, body.as_bytes(), &HeaderMap::new())
}

pub fn instant(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

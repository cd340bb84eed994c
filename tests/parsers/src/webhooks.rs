//! Webhooks: headers, bodies and secrets.

use edge_capabilities::Timestamp;
use edge_gateways::{GatewayEvent, Provider, Secrets, is_set_up_ping, receive, sign, verify};
use http::{HeaderMap, HeaderValue};

/// Whatever a genuine body says, nothing panics, and what is read of it can be stored.
///
/// Input: a byte that chooses the provider, then the body.
pub(crate) fn bodies(input: &[u8]) {
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
}

/// Whatever the headers say, nothing panics, and nobody without the secret is believed.
///
/// Input: a byte that chooses the provider, then header values, one a line, and the body behind an empty line.
pub(crate) fn headers(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else { return };
    let provider = Provider::ALL[usize::from(*choice) % Provider::ALL.len()];
    let names = names(provider);
    let mut headers = HeaderMap::new();
    let mut body = rest;
    for name in names.iter().cycle() {
        let end = body.iter().position(|byte| *byte == b'\n');
        let (line, behind) = end.map_or((body, &[][..]), |end| (&body[..end], &body[end + 1..]));
        body = behind;
        if line.is_empty() {
            break;
        }
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(*name, value);
        }
    }
    let secret = match provider {
        Provider::Standard | Provider::Clerk => {
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
        }
        _ => "newer,older",
    };
    let secrets = Secrets::parse(provider, secret);
    assert!(verify(provider, &secrets, &headers, body, Timestamp::from_millis(1_705_312_800_000)).is_err());
    let _ = is_set_up_ping(provider, &headers, body);
}

/// Whatever a variable holds, nothing panics; whoever signs with one of its secrets is believed, unless it is empty.
///
/// Input: a byte that chooses the provider, then the variable.
pub(crate) fn secrets(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else { return };
    let Ok(variable) = std::str::from_utf8(rest) else { return };
    let provider = Provider::ALL[usize::from(*choice) % Provider::ALL.len()];
    let now = Timestamp::from_millis(1_705_312_800_000);
    let secrets = Secrets::parse(provider, variable);
    for secret in variable.split(',').map(str::trim) {
        let Ok(headers) = sign(provider, secret, b"{}", now, "evt_1") else { continue };
        assert!(!secret.is_empty());
        let headers: HeaderMap = headers.into_iter().collect();
        // A private key signs, and is none of those that verify.
        if !secret.starts_with("whsk_") || !matches!(provider, Provider::Standard | Provider::Clerk) {
            assert!(verify(provider, &secrets, &headers, b"{}", now).is_ok());
        }
    }
}

fn names(provider: Provider) -> &'static [&'static str] {
    match provider {
        Provider::BheemPay => &["x-bheempay-signature", "x-bheempay-event-id"],
        Provider::Razorpay => &["x-razorpay-signature", "x-razorpay-event-id"],
        Provider::Stripe => &["stripe-signature"],
        Provider::Erp => &["x-webhook-signature"],
        Provider::Standard | Provider::Clerk => &["webhook-signature", "webhook-id", "webhook-timestamp"],
        Provider::Shopify => &["x-shopify-hmac-sha256", "x-shopify-event-id", "x-shopify-webhook-id"],
        Provider::WooCommerce => &["x-wc-webhook-signature", "x-wc-webhook-delivery-id"],
    }
}

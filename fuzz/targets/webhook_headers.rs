//! Whatever the headers say, nothing panics, and nobody without the secret is believed.
//!
//! Input: a byte that chooses the provider, then header values, one a line, and the body behind an empty line.

#![no_main]

use edge_capabilities::Timestamp;
use edge_gateways::{Provider, Secrets, is_set_up_ping, verify};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fn names(provider: Provider) -> &'static [&'static str] {
    match provider {
        Provider::BheemPay => &["x-bheempay-signature", "x-bheempay-event-id"],
        Provider::Razorpay => &["x-razorpay-signature", "x-razorpay-event-id"],
        Provider::Stripe => &["stripe-signature"],
        Provider::Erp => &["x-webhook-signature"],
        Provider::Standard => &["webhook-signature", "webhook-id", "webhook-timestamp"],
        Provider::Shopify => &["x-shopify-hmac-sha256", "x-shopify-event-id", "x-shopify-webhook-id"],
        Provider::WooCommerce => &["x-wc-webhook-signature", "x-wc-webhook-delivery-id"],
    }
}

fuzz_target!(|input: &[u8]| {
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
        Provider::Standard => {
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
        }
        _ => "newer,older",
    };
    let secrets = Secrets::parse(provider, secret);
    assert!(verify(provider, &secrets, &headers, body, Timestamp::from_millis(1_705_312_800_000)).is_err());
    let _ = is_set_up_ping(provider, &headers, body);
});

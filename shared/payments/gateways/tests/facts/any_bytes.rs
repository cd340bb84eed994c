//! Whatever arrives, nothing panics, nothing unsigned is believed, and what is read can be stored.

use edge_capabilities::testing::SeededRandom;
use edge_gateways::{GatewayEvent, Provider};
use http::{HeaderMap, HeaderValue};

use crate::support::{signed, verified};

const HEADERS: [&str; 10] = [
    "x-bheempay-signature",
    "x-razorpay-signature",
    "stripe-signature",
    "x-webhook-signature",
    "webhook-signature",
    "webhook-id",
    "webhook-timestamp",
    "x-shopify-hmac-sha256",
    "x-wc-webhook-signature",
    "x-shopify-topic",
];

/// Pieces of which headers and bodies are made, so that most of the noise is nearly right.
const PIECES: [&str; 44] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "-1",
    "0",
    "1e3",
    "1E+999999999",
    "99999999999999999999",
    "0.1",
    "1567690383",
    "\"INR\"",
    "\"JPY\"",
    "\"event\"",
    "\"payload\"",
    "\"payment.captured\"",
    "\"subscription.charged\"",
    "\"metadata\"",
    "\"tenant_id\"",
    "\"amount\"",
    "\"currency\"",
    "\"entity\"",
    "\"payment\"",
    "\"created_at\"",
    "\"type\"",
    "\"data\"",
    "\"object\"",
    "\"invoice.paid\"",
    "\"lines\"",
    "\"2024-01-15\"",
    "t=",
    "v1=",
    "v1,",
    "v1a,",
    "sha256=",
    " ",
];

struct Noise(SeededRandom);

impl Noise {
    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.0.below(bound as u64)).unwrap()
    }

    fn bytes(&self, longest: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..self.below(longest) {
            match self.below(8) {
                0 => bytes.push(u8::try_from(self.below(256)).unwrap()),
                _ => bytes.extend_from_slice(PIECES[self.below(PIECES.len())].as_bytes()),
            }
        }
        bytes
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for _ in 0..self.below(6) {
            if let Ok(value) = HeaderValue::from_bytes(&self.bytes(12)) {
                headers.append(HEADERS[self.below(HEADERS.len())], value);
            }
        }
        headers
    }

    /// A real body with something done to it.
    fn mutated(&self) -> Vec<u8> {
        let mut body = SAMPLES[self.below(SAMPLES.len())].as_bytes().to_vec();
        for _ in 0..self.below(4) {
            let (at, piece) = (self.below(body.len() + 1), PIECES[self.below(PIECES.len())].as_bytes());
            match self.below(3) {
                0 => drop(body.splice(at..at, piece.iter().copied())),
                1 => drop(body.drain(at..(at + self.below(20)).min(body.len()))),
                _ => body.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
            }
        }
        body
    }
}

const SAMPLES: [&str; 4] = [
    r#"{"event":"payment.captured","payload":{"metadata":{"tenant_id":"t","billing_cycle":"monthly"},"subscription_id":"s","plan_id":"p","payment_id":"pay","amount":2499.00,"currency":"INR","period_end":"2024-02-01T00:00:00Z"},"created_at":1705312800}"#,
    r#"{"entity":"event","account_id":"acc","event":"subscription.charged","payload":{"subscription":{"entity":{"id":"sub","plan_id":"plan","current_end":1572892200,"notes":{"tenant_id":"t"}}},"payment":{"entity":{"id":"pay","amount":100000,"currency":"INR","notes":[]}}},"created_at":1567690383}"#,
    r#"{"id":"evt_1","type":"invoice.paid","created":1705312800,"data":{"object":{"id":"in_1","amount_paid":2000,"currency":"usd","lines":{"data":[{"period":{"end":1707991200},"metadata":{"tenant_id":"t"}}]}}}}"#,
    r#"{"event_type":"payment_received","organization_id":2,"billing_data":{"amount":99.99,"currency":"USD","invoice_id":"INV-1"},"timestamp":"2025-07-28T10:00:00Z"}"#,
];

#[test]
fn whatever_arrives_is_refused_or_read_into_what_can_be_stored() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64
    });
    println!("SEED={seed}");
    let noise = Noise(SeededRandom::new(seed));
    let mut events = 0;
    for _ in 0..20_000 {
        let body = if noise.below(2) == 0 { noise.bytes(40) } else { noise.mutated() };
        let provider = Provider::ALL[noise.below(Provider::ALL.len())];
        let headers = noise.headers();
        assert!(verified(provider, &headers, &body).is_err());
        let verified = verified(provider, &signed(provider, &body), &body).unwrap();
        assert!(verified.identity.as_str().len() < 256);
        if let Ok(event) = GatewayEvent::parse(provider, &body, &headers) {
            storable(&event);
            events += 1;
        }
    }
    assert!(events > 1000, "noise that is never read tests nothing");
}

fn storable(event: &GatewayEvent) {
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
        event.user_id.as_ref(),
        event.organization_id.as_ref(),
    ];
    for text in texts.into_iter().flatten() {
        assert!((1..=256).contains(&text.len()) && !text.chars().any(char::is_control), "{text:?}");
    }
    for instant in [event.occurred_at, event.period_start, event.period_end].into_iter().flatten() {
        assert!((0..=253_402_300_799_999).contains(&instant.as_millis()));
    }
    assert!(event.amount.is_none_or(|amount| amount.minor >= 0));
}

/// A guest's stack is small, and a trap takes sixteen requests with it.
#[test]
fn depth_costs_no_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let depth = 50_000;
        let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        for provider in Provider::ALL {
            for body in [deep.clone(), format!(r#"{{"event":{deep},"type":"a","event_type":"b","payload":{deep}}}"#)] {
                let _ = GatewayEvent::parse(provider, body.as_bytes(), &HeaderMap::new());
                assert!(verified(provider, &signed(provider, body.as_bytes()), body.as_bytes()).is_ok());
            }
        }
    }
}

//! What the providers' own libraries sign is believed, each with one bit flipped is not. Reads what was recorded, or what
//! `INTEROP_EVENTS` names; `run.sh` makes that anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use edge_capabilities::Timestamp;
use edge_gateways::{Provider, Rejection, Secrets, Verified, sign, verify};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

/// One webhook, and what it was signed with.
#[derive(Serialize, Deserialize)]
struct Event {
    /// Who signed it: name, version, language.
    library: String,
    /// Whose scheme.
    provider: String,
    /// As the provider writes it.
    secret: String,
    /// When it was signed, seconds since 1970.
    at: i64,
    /// The headers of the scheme.
    headers: BTreeMap<String, String>,
    /// The body, which these libraries can handle as UTF-8 alone.
    body: String,
}

impl Event {
    /// What the edge says of it with these headers and this body, when it was signed.
    fn check(&self, headers: &BTreeMap<String, Vec<u8>>, body: &[u8]) -> Option<Result<Verified, Rejection>> {
        let provider = Provider::parse(&self.provider)?;
        let pairs = headers.iter().map(|(name, value)| {
            Some((HeaderName::try_from(name.as_str()).ok()?, HeaderValue::from_bytes(value).ok()?))
        });
        let headers: HeaderMap = pairs.collect::<Option<_>>()?;
        let now = Timestamp::from_millis(self.at.checked_mul(1000)?);
        Some(verify(provider, &Secrets::parse(provider, &self.secret), &headers, body, now))
    }

    /// The headers as bytes.
    fn raw_headers(&self) -> BTreeMap<String, Vec<u8>> {
        self.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect()
    }
}

fn events() -> Vec<Event> {
    let recorded = concat!(env!("CARGO_MANIFEST_DIR"), "/recorded.jsonl").to_owned();
    let path = std::env::var("INTEROP_EVENTS").unwrap_or(recorded);
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_the_providers_libraries_sign_is_believed() {
    let mut libraries = BTreeMap::<String, u32>::new();
    for event in events() {
        let verdict = event.check(&event.raw_headers(), event.body.as_bytes()).unwrap();
        assert!(verdict.is_ok(), "{}: {verdict:?} {}", event.library, event.body);
        *libraries.entry(event.library).or_default() += 1;
    }
    for (library, count) in &libraries {
        println!("{count} events of {library}");
    }
    let names: BTreeSet<&str> = libraries.keys().map(|library| library.rsplitn(4, ' ').last().unwrap()).collect();
    assert_eq!(names, BTreeSet::from(["@shopify/shopify-api", "razorpay", "standardwebhooks", "stripe"]));
    assert_eq!(libraries.len(), 5, "Stripe's for Node and for Python");
}

#[test]
fn with_one_bit_flipped_it_is_not() {
    let (mut flips, mut letters) = (0, 0);
    for event in events() {
        let headers = event.raw_headers();
        for bit in 0..event.body.len() * 8 {
            let mut body = event.body.clone().into_bytes();
            body[bit / 8] ^= 1 << (bit % 8);
            let verdict = event.check(&headers, &body).unwrap();
            assert!(verdict.is_err(), "{}: bit {bit} of {}", event.library, event.body);
            flips += 1;
        }
        for (name, value) in &headers {
            for bit in 0..value.len() * 8 {
                let mut headers = headers.clone();
                let value = headers.get_mut(name).unwrap();
                let before = value[bit / 8];
                value[bit / 8] ^= 1 << (bit % 8);
                // None: it could not even be sent.
                let Some(verdict) = event.check(&headers, event.body.as_bytes()) else { continue };
                // Hex is the same number in both cases, which differ by one bit.
                let same_digit = bit % 8 == 5 && before.is_ascii_hexdigit() && before.is_ascii_alphabetic();
                if same_digit && matches!(event.provider.as_str(), "stripe" | "razorpay") {
                    assert!(verdict.is_ok());
                    letters += 1;
                } else {
                    assert!(verdict.is_err(), "{}: bit {bit} of {name}", event.library);
                    flips += 1;
                }
            }
        }
    }
    println!("{flips} flips refused, {letters} letters in the other case accepted");
    assert!(flips > 50_000);
}

/// For the libraries to verify, which they do by their own clock.
#[test]
fn what_is_signed_here_is_believed_here() {
    let bodies = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/bodies.json")).unwrap();
    let bodies: Vec<String> = serde_json::from_slice(&bodies).unwrap();
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let mut lines = String::new();
    for provider in Provider::ALL {
        let is_standard = matches!(provider, Provider::Standard | Provider::Clerk);
        let secret = if is_standard { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" } else { "a secret" };
        for (number, body) in bodies.iter().enumerate() {
            let id = format!("msg_{number}");
            let headers = sign(provider, secret, body.as_bytes(), Timestamp::from_millis(at * 1000), &id).unwrap();
            let headers =
                headers.into_iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
            let event = Event {
                library: "the edge".into(),
                provider: provider.as_str().into(),
                secret: secret.into(),
                at,
                headers: headers.collect(),
                body: body.clone(),
            };
            assert!(event.check(&event.raw_headers(), body.as_bytes()).unwrap().is_ok());
            lines.push_str(&serde_json::to_string(&event).unwrap());
            lines.push('\n');
        }
    }
    if let Ok(path) = std::env::var("INTEROP_SIGNED") {
        fs::write(path, lines).unwrap();
    }
}

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edge_capabilities::testing::START;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};

use super::*;
use crate::seat::{SeatStatus, SubscriptionStatus};
use crate::seat_access::{AccessDecision, Reason, SeatFacts, ShippedSeatAccess};
use crate::subject::{ExternalOrg, Id};
use crate::verdict::{Seat, Source};

/// A moment within a second.
const NOW: Timestamp = Timestamp::from_millis(START.as_millis() + 400);

fn keys(text: &str) -> TokenKeys {
    TokenKeys::parse(text).unwrap().unwrap()
}

fn key(byte: u8) -> String {
    STANDARD.encode([byte; 32])
}

fn subject() -> Subject {
    let id = |text| Id::parse(text).unwrap();
    Subject { org: ExternalOrg { application: id("healos"), id: id("hospital_456") }, user: id("user_123") }
}

/// A grant that is fresh for ten seconds, of a subscription whose period ends so many milliseconds from now.
async fn verdict(subscription_status: SubscriptionStatus, ends_in: Option<i64>) -> Verdict {
    let expires_at = ends_in.map(|millis| Timestamp::from_millis(NOW.as_millis() + millis));
    let status = SeatStatus::Active;
    let facts = SeatFacts { seat_status: status, subscription_status, expires_at, now: NOW };
    Verdict {
        access: ShippedSeatAccess.decide(facts).await,
        source: Source::Cache,
        as_of: NOW,
        fresh_until: Timestamp::from_millis(NOW.as_millis() + 10_000),
        stale_until: Timestamp::from_millis(NOW.as_millis() + 900_000),
        is_fenced: true,
        seat: Some(Seat {
            organization: "org_1".into(),
            id: "seat_789".into(),
            status,
            subscription_status,
            expires_at,
            version: 12,
        }),
    }
}

fn decode(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The header and the claims of a token, if another library than the one that signs believes it by these public keys.
fn believed(token: &str, published: &Value) -> Option<(Value, Value)> {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let header = decode(header);
    let public = published.as_array().unwrap().iter().find(|public| public["kid"] == header["kid"])?;
    let public = URL_SAFE_NO_PAD.decode(public["x"].as_str().unwrap()).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ED25519, public).verify(signed.as_bytes(), &signature).ok()?;
    Some((header, decode(claims)))
}

async fn sign(keys: &TokenKeys) -> String {
    let (subject, verdict) = (subject(), verdict(SubscriptionStatus::Active, None).await);
    keys.sign(&claims(&subject, &verdict, &ShippedSeatAccess, NOW).await.unwrap()).unwrap()
}

fn published(keys: &TokenKeys) -> Value {
    serde_json::to_value(keys.published()).unwrap()
}

#[tokio::test]
async fn a_token_is_written_as_the_contract_says_and_believed_by_others() {
    let keys = keys(&key(7));
    let token = sign(&keys).await;
    let (header, claims) = believed(&token, &published(&keys)).unwrap();
    assert_eq!(header, json!({"alg": "EdDSA", "typ": "JWT", "kid": header["kid"]}));
    let iat = NOW.as_millis() / 1000;
    let expected = json!({
        "sub": "user_123", "aud": "healos", "org": "org_1", "ext": "hospital_456", "seat": "seat_789",
        "reason": "SEAT_ACTIVE", "ver": 12, "iat": iat, "exp": iat + 10,
    });
    assert_eq!(claims, expected);
    let forged = token.replacen('.', ".e30", 1);
    assert_eq!(believed(&forged, &published(&keys)), None);
}

#[test]
fn public_keys_are_named_by_their_thumbprint() {
    // RFC 8037, appendix A.
    let keys = keys("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
    let expected = json!([{
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "alg": "EdDSA", "use": "sig",
        "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    }]);
    assert_eq!(published(&keys), expected);
}

#[tokio::test]
async fn a_token_ends_with_the_freshness_of_its_verdict_or_with_access() {
    use SubscriptionStatus as Sub;
    let day = 24 * 3600 * 1000;
    let iat = NOW.as_millis() / 1000;
    for (subscription, ends_in, expected) in [
        (Sub::Active, None, Some(10)),
        (Sub::Active, Some(day), Some(10)),
        // A trial, and a period that was cancelled, end in 3.2 s from now, which is 3.6 s after the second began.
        (Sub::Trialing, Some(3200), Some(3)),
        (Sub::Cancelled, Some(3200), Some(3)),
        (Sub::Active, Some(3600), Some(4)),
        (Sub::Active, Some(9600), Some(10)),
        (Sub::Active, Some(600), Some(1)),
        // Within this second: no token would be good.
        (Sub::Active, Some(599), None),
        (Sub::Active, Some(1), None),
        (Sub::PastDue, Some(-day), Some(10)),
        (Sub::PastDue, Some(-3 * day + 5600), Some(6)),
        (Sub::PastDue, Some(-3 * day + 5599), Some(5)),
        (Sub::PastDue, Some(-3 * day), None),
        (Sub::Active, Some(0), None),
        (Sub::Suspended, Some(day), None),
    ] {
        let (subject, verdict) = (subject(), verdict(subscription, ends_in).await);
        let claims = claims(&subject, &verdict, &ShippedSeatAccess, NOW).await;
        assert_eq!(claims.map(|claims| claims.exp - iat), expected, "{subscription:?} {ends_in:?}");
    }
    let (subject, mut stale) = (subject(), verdict(Sub::PastDue, None).await);
    assert_eq!(claims(&subject, &stale, &ShippedSeatAccess, NOW).await.unwrap().reason, "GRACE_PERIOD");
    for millis in [0, -1, 599] {
        stale.fresh_until = Timestamp::from_millis(NOW.as_millis() + millis);
        assert_eq!(claims(&subject, &stale, &ShippedSeatAccess, NOW).await, None, "{millis}");
    }
    stale.seat = None;
    stale.access = AccessDecision { has_access: false, reason: Reason::SeatNotFound };
    assert_eq!(claims(&subject, &stale, &ShippedSeatAccess, NOW).await, None);
}

#[tokio::test]
async fn the_first_key_signs_and_tokens_of_the_others_are_believed() {
    let (old, new) = (key(1), key(2));
    let before = keys(&old);
    // The new key is published, then signs, and the old one goes.
    let known = keys(&format!("{old}, {new}"));
    let changed = keys(&format!("{new},{old}"));
    let after = keys(&new);
    for (signing, believing, is_believed) in [
        (&before, &known, true),
        (&known, &before, true),
        (&changed, &known, true),
        (&before, &changed, true),
        (&changed, &before, false),
        (&before, &after, false),
    ] {
        assert_eq!(believed(&sign(signing).await, &published(believing)).is_some(), is_believed);
    }
    assert_eq!(published(&known)[1], published(&after)[0]);
    assert_eq!(keys(&format!("{new},{new}")).published().len(), 1);
}

#[test]
fn a_malformed_key_is_named_by_its_place_and_not_shown() {
    let good = key(1);
    for (text, place) in [
        ("secret".to_owned(), 1),
        (STANDARD.encode([1; 31]), 1),
        (STANDARD.encode([1; 33]), 1),
        (format!("{good},"), 2),
        (format!(",{good}"), 1),
        (format!("{good},{good},no"), 3),
        (format!("{good} {good}"), 1),
        ("é".repeat(43), 1),
    ] {
        let error = TokenKeys::parse(&text).err().unwrap();
        assert_eq!(error, TokenKeyError::Malformed(place), "{text}");
        assert!(!error.to_string().contains(&text));
    }
    for empty in ["", " ", "\n"] {
        assert!(TokenKeys::parse(empty).unwrap().is_none());
    }
}

//! Secrets: several at once, none, and none that is empty.

use edge_gateways::{Provider, Rejection, Secrets, sign, verify};
use http::HeaderMap;

use crate::support::{NOW, secret, signed};

const BODY: &[u8] = b"{}";

fn check(provider: Provider, variable: &str, headers: &HeaderMap) -> Result<usize, Rejection> {
    verify(provider, &Secrets::parse(provider, variable), headers, BODY, NOW).map(|verified| verified.secret)
}

/// What an attacker can make of a secret that is there and empty.
fn signed_with_nothing(provider: Provider) -> Vec<HeaderMap> {
    // HMAC-SHA256 with an empty key, over `{}`, `1705312800.{}` and `evt_1.1705312800.{}`.
    let hex = |text: &str| {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let mac = Hmac::<sha2::Sha256>::new_from_slice(b"").unwrap().chain_update(text).finalize().into_bytes();
        (hex::encode(mac), base64::Engine::encode(&base64::engine::general_purpose::STANDARD, mac))
    };
    let pairs = match provider {
        Provider::BheemPay => vec![("x-bheempay-signature", hex("{}").0)],
        Provider::Razorpay => vec![("x-razorpay-signature", hex("{}").0)],
        Provider::Erp => vec![("x-webhook-signature", format!("sha256={}", hex("{}").0))],
        Provider::Shopify => vec![("x-shopify-hmac-sha256", hex("{}").1)],
        Provider::WooCommerce => vec![("x-wc-webhook-signature", hex("{}").1)],
        Provider::Stripe => vec![("stripe-signature", format!("t=1705312800,v1={}", hex("1705312800.{}").0))],
        Provider::Standard | Provider::Clerk => vec![
            ("webhook-id", "evt_1".to_owned()),
            ("webhook-timestamp", "1705312800".to_owned()),
            ("webhook-signature", format!("v1,{}", hex("evt_1.1705312800.{}").1)),
        ],
    };
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    vec![crate::support::headers(&pairs)]
}

#[test]
fn an_empty_secret_never_verifies() {
    for provider in Provider::ALL {
        for headers in signed_with_nothing(provider) {
            for empty in ["", " ", ",", " , ,", ",,,", "\t", "\n"] {
                assert_eq!(check(provider, empty, &headers), Err(Rejection::NoSecret), "{provider} {empty:?}");
                assert!(Secrets::parse(provider, empty).is_empty());
            }
            for partly in [format!("{},", secret(provider)), format!(",{}", secret(provider))] {
                assert_eq!(check(provider, &partly, &headers), Err(Rejection::BadSignature), "{provider} {partly:?}");
                assert_eq!(Secrets::parse(provider, &partly).len(), 1);
            }
        }
        assert!(sign(provider, "", BODY, NOW, "evt_1").is_err(), "{provider}");
    }
    for empty in ["whsec_", "whpk_", "whsk_", "whsec_,whpk_", "whsec_===="] {
        for headers in signed_with_nothing(Provider::Standard) {
            assert_eq!(check(Provider::Standard, empty, &headers), Err(Rejection::NoSecret), "{empty}");
        }
    }
}

/// Whether its secrets are those of Standard Webhooks.
fn is_standard(provider: Provider) -> bool {
    matches!(provider, Provider::Standard | Provider::Clerk)
}

#[test]
fn old_secrets_verify_until_they_are_taken_away() {
    for provider in Provider::ALL {
        let (old, new) = (secret(provider), if is_standard(provider) { "whsec_bmV3ZXI=" } else { "newer" });
        let headers = signed(provider, BODY);
        assert_eq!(check(provider, old, &headers), Ok(0), "{provider}");
        assert_eq!(check(provider, &format!("{new},{old}"), &headers), Ok(1), "{provider}");
        assert_eq!(check(provider, &format!(" {new} ,\n{old} "), &headers), Ok(1), "{provider}");
        assert_eq!(check(provider, new, &headers), Err(Rejection::BadSignature), "{provider}");
    }
}

#[test]
fn a_key_that_standard_webhooks_cannot_have_written_is_counted_and_never_verifies() {
    let weak = "whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let identity = "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for unusable in [
        "whsec_%",
        "my secret",
        "whpk_1SiA",
        "whpk_%",
        weak,
        identity,
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=",
    ] {
        let secrets = Secrets::parse(Provider::Standard, unusable);
        assert_eq!((secrets.len(), secrets.unusable()), (0, 1), "{unusable}");
    }
    let secrets = Secrets::parse(Provider::Standard, "whsec_%,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assert_eq!((secrets.len(), secrets.unusable()), (1, 1));
}

#[test]
fn a_shared_key_may_come_without_its_padding() {
    // The vectors' lengths need none, one and two.
    for key in
        ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaQ", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBg"]
    {
        let padding = "=".repeat((4 - key.len() % 4) % 4);
        let headers = sign(Provider::Standard, &format!("whsec_{key}{padding}"), BODY, NOW, "evt_1").unwrap();
        let headers: HeaderMap = headers.into_iter().collect();
        for written in [key.to_owned(), format!("whsec_{key}"), format!("{key}{padding}")] {
            assert_eq!(check(Provider::Standard, &written, &headers), Ok(0), "{written}");
        }
    }
}

/// A public key is known to everybody: were it taken for a shared one, everybody could sign.
#[test]
fn a_public_key_is_no_shared_secret() {
    let public = "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    let forged = sign(Provider::Standard, &format!("whsec_{public}"), BODY, NOW, "evt_1").unwrap();
    let mut forged: HeaderMap = forged.into_iter().collect();
    let configured = format!("whpk_{public}");
    assert_eq!(check(Provider::Standard, &configured, &forged), Err(Rejection::BadSignature));
    let relabelled = forged["webhook-signature"].to_str().unwrap().replace("v1,", "v1a,");
    forged.insert("webhook-signature", relabelled.parse().unwrap());
    assert_eq!(check(Provider::Standard, &configured, &forged), Err(Rejection::MalformedSignature));
}

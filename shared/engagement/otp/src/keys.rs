//! What `otp_key` is used for. Each use has a key of its own, derived from it.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use edge_capabilities::{Capabilities, Config, Random, config};
use edge_database::DatabaseError;
use edge_notifications::{Opened, Unseal};
use edge_seats::TokenKeys;
use hmac::{Hmac, Mac as _};
use serde_json::{Map, Value};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::error::OtpError;

const VARIABLE: &str = "otp_key";
const NONCE: usize = 12;

/// What identifies a code, beside its digits.
pub(crate) struct CodeName<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) phone: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) id: &'a str,
}

/// The keys in `otp_key`, newest first: the base64 of 32 bytes each, separated by commas. The first makes MACs, seals and
/// signs; the others still read what they made. It has no `Debug`: a key is never printed.
pub(crate) struct OtpKeys(Vec<[u8; 32]>);

/// HMAC-SHA256 of `parts`, each with its length.
fn mac(key: &[u8], parts: &[&str]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&part.len().to_le_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

impl OtpKeys {
    /// Reads the variable.
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, OtpError> {
        Self::parse(&config::text(config, VARIABLE).await?)
    }

    /// Reads the variable's text. Errors tell nothing of what is in it.
    pub(crate) fn parse(text: &str) -> Result<Self, OtpError> {
        if text.trim().is_empty() {
            return Err(OtpError::NotConfigured(VARIABLE));
        }
        let read = |(place, written): (usize, &str)| {
            // Both alphabets of base64, with and without padding.
            let standard = written.trim().replace('-', "+").replace('_', "/");
            let bytes = STANDARD_NO_PAD.decode(standard.trim_end_matches('=')).ok();
            bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).ok_or_else(|| {
                OtpError::Misconfigured(format!(
                    "key {} of {VARIABLE} is not the base64 of 32 bytes",
                    place.saturating_add(1)
                ))
            })
        };
        text.split(',').enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The key for `usage` of each key, newest first.
    fn derived(&self, usage: &'static str) -> impl Iterator<Item = [u8; 32]> + '_ {
        self.0.iter().map(move |key| mac(key, &["bheem-edge one-time code", usage]))
    }

    fn code_mac(key: &[u8; 32], name: &CodeName<'_>, code: &str) -> [u8; 32] {
        mac(key, &[name.tenant, name.phone, name.purpose, name.id, code])
    }

    /// The MAC of a code, hex.
    pub(crate) fn mac_of(&self, name: &CodeName<'_>, code: &str) -> String {
        let first = self.derived("code").next().unwrap_or_default();
        hex::encode(Self::code_mac(&first, name, code))
    }

    /// Whether `stored` is the MAC of this code, in time that does not tell how much of it is right.
    pub(crate) fn is_mac_of(&self, stored: &str, name: &CodeName<'_>, code: &str) -> bool {
        let mut known = [0; 32];
        if hex::decode_to_slice(stored, &mut known).is_err() {
            return false;
        }
        let is_same = |key: [u8; 32]| Self::code_mac(&key, name, code).ct_eq(&known);
        self.derived("code").map(is_same).fold(subtle::Choice::from(0), |all, one| all | one).into()
    }

    /// Seals `text` for a message of `tenant`.
    pub(crate) fn seal(&self, random: &dyn Random, tenant: &str, text: &str) -> String {
        let key = self.derived("message").next().unwrap_or_default();
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: tenant.as_bytes() };
        // It fails only for texts of many gigabytes; the empty result cannot be opened.
        let sealed = ChaCha20Poly1305::new(&key.into()).encrypt(&Nonce::from(nonce), payload).unwrap_or_default();
        hex::encode([&nonce, &*sealed].concat())
    }

    /// Opens what was sealed for a message of `tenant`.
    pub(crate) fn open(&self, tenant: &str, sealed: &str) -> Option<String> {
        let bytes = hex::decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce = Nonce::try_from(nonce).ok()?;
        let open = |key: [u8; 32]| {
            let payload = Payload { msg: sealed, aad: tenant.as_bytes() };
            ChaCha20Poly1305::new(&key.into()).decrypt(&nonce, payload).ok()
        };
        self.derived("message").find_map(open).and_then(|opened| String::from_utf8(opened).ok())
    }

    /// The keys that sign tokens.
    pub(crate) fn tokens(&self) -> Result<TokenKeys, OtpError> {
        let seeds: Vec<String> = self.derived("token").map(|seed| STANDARD_NO_PAD.encode(seed)).collect();
        TokenKeys::parse(&seeds.join(","))?.ok_or(OtpError::NotConfigured(VARIABLE))
    }
}

/// Opens the codes that are sealed in messages.
pub(crate) struct CodeUnseal(Arc<dyn Config>);

impl CodeUnseal {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        Self(capabilities.config.clone())
    }
}

#[async_trait]
impl Unseal for CodeUnseal {
    async fn open(&self, tenant: &str, sealed: &str) -> Result<Opened, DatabaseError> {
        let keys = OtpKeys::load(&*self.0).await.ok();
        let opened = keys.and_then(|keys| keys.open(tenant, sealed));
        let values: Option<Map<String, Value>> = opened.and_then(|opened| serde_json::from_str(&opened).ok());
        Ok(values.map_or(Opened::Other, Opened::Values))
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::SeededRandom;

    use super::*;

    const OLD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const NEW: &str = "-_8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn keys(text: &str) -> OtpKeys {
        OtpKeys::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn name<'a>(tenant: &'a str, phone: &'a str, purpose: &'a str, id: &'a str) -> CodeName<'a> {
        CodeName { tenant, phone, purpose, id }
    }

    #[test]
    fn a_mac_is_of_one_code_of_one_tenant_phone_purpose_and_row() {
        let own = keys(OLD);
        let made = own.mac_of(&name("t", "+91", "login", "1"), "123456");
        assert!(own.is_mac_of(&made, &name("t", "+91", "login", "1"), "123456"));
        assert!(keys(&format!("{NEW},{OLD}")).is_mac_of(&made, &name("t", "+91", "login", "1"), "123456"));
        assert!(!keys(NEW).is_mac_of(&made, &name("t", "+91", "login", "1"), "123456"));
        for (other, code) in [
            (name("u", "+91", "login", "1"), "123456"),
            (name("t", "+92", "login", "1"), "123456"),
            (name("t", "+91", "signup", "1"), "123456"),
            (name("t", "+91", "login", "2"), "123456"),
            (name("t+", "91", "login", "1"), "123456"),
            (name("t", "+91", "login", "1"), "123457"),
            (name("t", "+91", "login", "11"), "23456"),
        ] {
            assert!(!own.is_mac_of(&made, &other, code));
        }
        assert!(!own.is_mac_of("zz", &name("t", "+91", "login", "1"), "123456"));
    }

    #[test]
    fn what_is_sealed_is_opened_for_its_tenant_alone_also_after_a_rotation() {
        let sealed = keys(OLD).seal(&SeededRandom::new(1), "t", r#"{"otp_code":"123456"}"#);
        assert!(!sealed.contains("123456"));
        assert_eq!(keys(&format!("{NEW}, {OLD}")).open("t", &sealed).as_deref(), Some(r#"{"otp_code":"123456"}"#));
        assert_eq!(keys(OLD).open("u", &sealed), None);
        assert_eq!(keys(NEW).open("t", &sealed), None);
        assert_eq!(keys(OLD).open("t", "00"), None);
    }

    #[test]
    fn a_key_is_32_bytes_and_an_error_does_not_repeat_it() {
        for (text, message) in [
            ("", "otp_key is empty".to_owned()),
            ("c2VjcmV0", "key 1 of otp_key is not the base64 of 32 bytes".to_owned()),
            (&format!("{OLD},!"), "key 2 of otp_key is not the base64 of 32 bytes".to_owned()),
        ] {
            assert_eq!(OtpKeys::parse(text).err().unwrap().to_string(), message);
        }
    }
}

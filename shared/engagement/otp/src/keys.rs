//! What `otp_key` is used for. Each use has a key of its own, derived from it.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use edge_capabilities::{Capabilities, Config, Random};
use edge_database::DatabaseError;
use edge_keys::{Keys, mac};
use edge_notifications::{Opened, Unseal};
use edge_seats::TokenKeys;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use crate::error::OtpError;

const VARIABLE: &str = "otp_key";

const CODE: [&str; 2] = ["bheem-edge one-time code", "code"];
const MESSAGE: [&str; 2] = ["bheem-edge one-time code", "message"];
const TOKEN: [&str; 2] = ["bheem-edge one-time code", "token"];

/// What identifies a code, beside its digits.
pub(crate) struct CodeName<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) phone: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) id: &'a str,
}

/// The keys in `otp_key`, newest first. It has no `Debug`: a key is never printed.
pub(crate) struct OtpKeys(Keys);

impl OtpKeys {
    /// Reads the variable.
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, OtpError> {
        Ok(Self(Keys::load(config, VARIABLE).await?))
    }

    fn code_mac(key: &[u8; 32], name: &CodeName<'_>, code: &str) -> [u8; 32] {
        mac(key, &[name.tenant, name.phone, name.purpose, name.id, code])
    }

    /// The MAC of a code, hex.
    pub(crate) fn mac_of(&self, name: &CodeName<'_>, code: &str) -> String {
        let first = self.0.derived(&CODE).next().unwrap_or_default();
        hex::encode(Self::code_mac(&first, name, code))
    }

    /// Whether `stored` is the MAC of this code, in time that does not tell how much of it is right.
    pub(crate) fn is_mac_of(&self, stored: &str, name: &CodeName<'_>, code: &str) -> bool {
        let mut known = [0; 32];
        if hex::decode_to_slice(stored, &mut known).is_err() {
            return false;
        }
        let is_same = |key: [u8; 32]| Self::code_mac(&key, name, code).ct_eq(&known);
        self.0.derived(&CODE).map(is_same).fold(subtle::Choice::from(0), |all, one| all | one).into()
    }

    /// Seals `text` for a message of `tenant`.
    pub(crate) fn seal(&self, random: &dyn Random, tenant: &str, text: &str) -> String {
        self.0.seal(&MESSAGE, random, tenant, text)
    }

    /// Opens what was sealed for a message of `tenant`.
    pub(crate) fn open(&self, tenant: &str, sealed: &str) -> Option<String> {
        self.0.open(&MESSAGE, tenant, sealed)
    }

    /// The keys that sign tokens.
    pub(crate) fn tokens(&self) -> Result<TokenKeys, OtpError> {
        let seeds: Vec<String> = self.0.derived(&TOKEN).map(|seed| STANDARD_NO_PAD.encode(seed)).collect();
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
        OtpKeys(Keys::parse(VARIABLE, text).unwrap_or_else(|error| panic!("{text}: {error}")))
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
}

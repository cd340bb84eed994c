//! The variables of one-time codes, and a tenant's own settings.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, text};
use edge_tenants::Tenant;
use serde::Deserialize;

use crate::code::{MAX_DIGITS, MIN_DIGITS};

/// The default of `otp_sends_per_address_per_hour`.
const SENDS_PER_ADDRESS: i64 = 100;

/// The default of `otp_sends_per_tenant_per_day`.
const SENDS_PER_TENANT: i64 = 10_000;

/// The default of `otp_prefixes`: India.
const PREFIXES: &str = "+91";

/// The variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How many codes may be sent at one address's request in an hour.
    pub(crate) per_address: i64,
    /// How many codes may be sent for a tenant in a day.
    pub(crate) per_tenant: i64,
    /// What phone numbers may begin with; None: anything.
    pub(crate) prefixes: Option<Vec<String>>,
}

impl Limits {
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        let prefixes = text(config, "otp_prefixes").await?;
        let prefixes = if prefixes.trim().is_empty() { PREFIXES } else { prefixes.as_str() };
        let prefixes: Vec<String> = prefixes.split(',').map(|prefix| prefix.trim().to_owned()).collect();
        Ok(Self {
            per_address: number(config, "otp_sends_per_address_per_hour").await?.unwrap_or(SENDS_PER_ADDRESS),
            per_tenant: number(config, "otp_sends_per_tenant_per_day").await?.unwrap_or(SENDS_PER_TENANT),
            prefixes: (!prefixes.iter().any(|prefix| prefix == "*")).then_some(prefixes),
        })
    }

    /// Whether codes may be sent to `phone`.
    pub(crate) fn allow(&self, phone: &str) -> bool {
        let begins = |prefix: &String| !prefix.is_empty() && phone.starts_with(prefix.as_str());
        self.prefixes.as_ref().is_none_or(|prefixes| prefixes.iter().any(begins))
    }
}

async fn number(config: &dyn Config, name: &str) -> Result<Option<i64>, ConfigError> {
    let value = text(config, name).await?;
    if value.is_empty() {
        return Ok(None);
    }
    let number = value.parse().ok().filter(|number: &i64| *number >= 0);
    let invalid = || ConfigError { name: name.to_owned(), reason: "it must be a whole number".to_owned() };
    number.map(Some).ok_or_else(invalid)
}

/// A tenant's codes: `"otp": {"digits", "minutes", "attempts"}` in its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodeSettings {
    /// The number of digits.
    pub(crate) digits: u32,
    /// How long a code is valid.
    pub(crate) lifetime: Duration,
    /// How often a code may be guessed.
    pub(crate) attempts: i64,
}

#[derive(Default, Deserialize)]
struct Written {
    #[serde(default)]
    digits: Option<u32>,
    #[serde(default)]
    minutes: Option<u64>,
    #[serde(default)]
    attempts: Option<i64>,
}

impl CodeSettings {
    /// Six digits, five minutes, five attempts, unless the tenant says otherwise, within bounds that keep a code safe.
    pub(crate) fn of(tenant: &Tenant) -> Self {
        let settings: serde_json::Value = serde_json::from_str(&tenant.settings).unwrap_or_default();
        let written: Written =
            settings.get("otp").cloned().and_then(|otp| serde_json::from_value(otp).ok()).unwrap_or_default();
        Self {
            digits: written.digits.unwrap_or(6).clamp(MIN_DIGITS, MAX_DIGITS),
            lifetime: Duration::from_secs(written.minutes.unwrap_or(5).clamp(1, 15).saturating_mul(60)),
            attempts: written.attempts.unwrap_or(5).clamp(1, 5),
        }
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::{START, World};
    use edge_tenants::Mode;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_number_may_be_sent_to_whose_prefix_is_allowed() {
        for (prefixes, allowed, refused) in [
            ("", &["+919876543210"][..], &["+12425550123", "+929876543210"][..]),
            ("+91, +1415", &["+919876543210", "+14155550123"], &["+12425550123"]),
            ("+91,", &["+919876543210"], &["+12425550123"]),
            ("*", &["+919876543210", "+12425550123"], &[]),
        ] {
            let world = World::new(1);
            world.config.set("otp_prefixes", prefixes);
            let limits = Limits::load(&*world.config).await.unwrap();
            assert!(allowed.iter().all(|phone| limits.allow(phone)), "{prefixes}");
            assert!(!refused.iter().any(|phone| limits.allow(phone)), "{prefixes}");
            assert_eq!((limits.per_address, limits.per_tenant), (100, 10_000));
        }
    }

    #[test]
    fn a_tenants_settings_hold_within_bounds() {
        for (settings, digits, minutes, attempts) in [
            ("{}", 6, 5, 5),
            (r#"{"otp":{"digits":8,"minutes":10,"attempts":3}}"#, 8, 10, 3),
            (r#"{"otp":{"digits":4,"minutes":1440,"attempts":100}}"#, 6, 15, 5),
            (r#"{"otp":{"digits":99,"minutes":0,"attempts":0}}"#, 9, 1, 1),
            (r#"{"otp":"x"}"#, 6, 5, 5),
            ("no json", 6, 5, 5),
        ] {
            let tenant = Tenant { settings: settings.into(), ..Tenant::new("t".into(), Mode::External, START) };
            let expected = CodeSettings { digits, lifetime: Duration::from_secs(minutes * 60), attempts };
            assert_eq!(CodeSettings::of(&tenant), expected, "{settings}");
        }
    }
}

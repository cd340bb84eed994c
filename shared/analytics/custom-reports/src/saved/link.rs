//! Links by which a report that was sent is fetched: signed, for one report of one tenant and one time at which it was due,
//! valid for a week.

use std::time::Duration;

use edge_capabilities::config::{ConfigError, text, url};
use edge_capabilities::{Config, Timestamp};
use edge_keys::{KeyError, Keys, mac};
use subtle::ConstantTimeEq as _;

use super::model::SavedReport;

const VARIABLE: &str = "encryption_key";
const USAGE: [&str; 1] = ["bheem-edge report link"];

/// What a signature has of its MAC, bytes.
const SIGNATURE: usize = 20;

/// How long after it was due a report may be fetched.
pub(crate) const VALID_FOR: Duration = Duration::from_hours(7 * 24);

/// The path of links, before the token.
pub(crate) const PATH: &str = "/api/v1/enterprise-billing/reports/custom/shared";

/// Makes links, and reads the tokens in them.
pub(crate) struct Links {
    /// `public_url`, without a slash at its end.
    base: String,
    keys: Option<Keys>,
}

/// What a token names. It is not verified: that takes the report's tenant.
pub(crate) struct Token<'t> {
    pub(crate) report: &'t str,
    pub(crate) due: Timestamp,
    signature: &'t str,
}

impl<'t> Token<'t> {
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let (rest, signature) = text.rsplit_once('.')?;
        let (report, due) = rest.split_once('.')?;
        let millis: i64 = due.parse().ok().filter(|millis: &i64| millis.to_string() == due)?;
        Some(Self { report, due: Timestamp::from_millis(millis), signature })
    }
}

impl Links {
    /// Reads the variables `public_url` and `encryption_key`.
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        let keys = match Keys::parse(VARIABLE, &text(config, VARIABLE).await?) {
            Ok(keys) => Some(keys),
            Err(KeyError::NotConfigured(_)) => None,
            Err(KeyError::Config(error)) => return Err(error),
            Err(error @ KeyError::Misconfigured(_)) => {
                return Err(ConfigError { name: VARIABLE.to_owned(), reason: error.to_string() });
            }
        };
        Ok(Self { base: url(config, "public_url").await?, keys })
    }

    /// Whether there can be links.
    pub(crate) const fn is_configured(&self) -> bool {
        self.keys.is_some() && !self.base.is_empty()
    }

    fn signatures(&self, report: &SavedReport, due: Timestamp) -> impl Iterator<Item = String> {
        let due = due.as_millis().to_string();
        let keys = self.keys.iter().flat_map(|keys| keys.derived(&USAGE));
        keys.map(move |key| {
            let mac = mac(&key, &[&report.tenant_id, &report.id, &due]);
            hex::encode(mac.get(..SIGNATURE).unwrap_or_default())
        })
    }

    /// The link to `report` as it was due at `due`. None: there is no key.
    pub(crate) fn url(&self, report: &SavedReport, due: Timestamp) -> Option<String> {
        let signature = self.signatures(report, due).next()?;
        Some(format!("{}{PATH}/{}.{}.{signature}", self.base, report.id, due.as_millis()))
    }

    /// Whether `token` is of `report` and may be used at `now`, in time that does not tell how much of it is right.
    pub(crate) fn is_valid(&self, token: &Token<'_>, report: &SavedReport, now: Timestamp) -> bool {
        let is_same = |own: String| own.as_bytes().ct_eq(token.signature.as_bytes());
        let signed =
            self.signatures(report, token.due).map(is_same).fold(subtle::Choice::from(0), |all, one| all | one);
        bool::from(signed) && token.due <= now && now < token.due.plus(VALID_FOR)
    }
}

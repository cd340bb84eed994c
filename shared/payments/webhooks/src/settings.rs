//! The variables that webhooks run by.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, millis, text, url};
use edge_gateways::{Provider, Secrets};
use edge_plans::TaxRates;

/// Upstreams that webhooks need.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `notify_url`, without a slash at its end; empty: nothing is sent.
    pub(crate) notify_url: String,
    /// `notify_api_key`.
    pub(crate) notify_api_key: String,
    /// `upstream_timeout_ms`: how long an upstream may take.
    pub(crate) timeout: Duration,
}

/// The longest that an upstream is waited for: gateways want their acknowledgement within five seconds.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(3);

impl Settings {
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        Ok(Self {
            notify_url: url(config, "notify_url").await?,
            notify_api_key: text(config, "notify_api_key").await?,
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?.min(MAX_TIMEOUT),
        })
    }
}

/// The secrets of `provider`, from the variable `webhook_secrets_<provider>`.
pub(crate) async fn secrets(config: &dyn Config, provider: Provider) -> Result<Secrets, ConfigError> {
    let variable = config.get(&format!("webhook_secrets_{provider}")).await?.unwrap_or_default();
    Ok(Secrets::parse(provider, &variable))
}

/// Without and with India's GST.
const TAX_RATES: &str = "0,18";

/// The taxes that may be on top of a price, from `tax_rates_percent`: percents, comma-separated.
pub(crate) async fn tax_rates(config: &dyn Config) -> Result<TaxRates, ConfigError> {
    let name = "tax_rates_percent";
    let written = text(config, name).await?;
    let written = if written.trim().is_empty() { TAX_RATES } else { &written };
    TaxRates::parse(written).map_err(|invalid| ConfigError { name: name.to_owned(), reason: invalid.to_string() })
}

//! The variables that webhooks run by.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, text};
use edge_gateways::{Provider, Secrets};
use edge_plans::TaxRates;

/// The longest that an upstream is waited for: gateways want their acknowledgement within five seconds.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(3);

/// The secrets of `provider`, from its variable `webhook_secrets_…`.
pub(crate) async fn secrets(config: &dyn Config, provider: Provider) -> Result<Secrets, ConfigError> {
    let variable = config.get(&format!("webhook_secrets_{}", provider.secrets_name())).await?.unwrap_or_default();
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

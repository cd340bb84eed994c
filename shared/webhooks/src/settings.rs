//! The variables that webhooks run by.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, millis, text, url};
use edge_signatures::{Provider, Secrets};

/// Upstreams that webhooks need.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `erp_url`, without a slash at its end.
    pub(crate) erp_url: String,
    /// `erp_api_key`; empty: none is sent.
    pub(crate) erp_api_key: String,
    /// `notify_url`, without a slash at its end; empty: nothing is sent. A host under `.invalid`, which leads nowhere by
    /// RFC 2606, counts as empty: the list of allowed hosts holds this variable, and nothing is no host.
    pub(crate) notify_url: String,
    /// `notify_api_key`.
    pub(crate) notify_api_key: String,
    /// `upstream_timeout_ms`: how long an upstream may take.
    pub(crate) patience: Duration,
    /// `plans_fresh_ms`: how long a plan counts as news.
    pub(crate) plans_fresh: Duration,
    /// `plans_stale_ms`: how long it is used while the ERP is down.
    pub(crate) plans_stale: Duration,
}

/// The longest that an upstream is waited for: gateways want their acknowledgement within five seconds.
const LONGEST_PATIENCE: Duration = Duration::from_secs(3);

impl Settings {
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        Ok(Self {
            erp_url: url(config, "erp_url").await?,
            erp_api_key: text(config, "erp_api_key").await?,
            notify_url: Some(url(config, "notify_url").await?)
                .filter(|url| !url.ends_with(".invalid"))
                .unwrap_or_default(),
            notify_api_key: text(config, "notify_api_key").await?,
            patience: millis(config, "upstream_timeout_ms", 2_000).await?.min(LONGEST_PATIENCE),
            plans_fresh: millis(config, "plans_fresh_ms", 60_000).await?,
            plans_stale: millis(config, "plans_stale_ms", 86_400_000).await?,
        })
    }
}

/// The secrets of `provider`, from the variable `webhook_secrets_<provider>`.
pub(crate) async fn secrets(config: &dyn Config, provider: Provider) -> Result<Secrets, ConfigError> {
    let variable = config.get(&format!("webhook_secrets_{provider}")).await?.unwrap_or_default();
    Ok(Secrets::parse(provider, &variable))
}

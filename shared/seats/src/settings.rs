//! The variables that seat verification runs by.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::ConfigError;

/// How long what is known may be used, and how to ask for news.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `erp_url`, without a slash at its end.
    pub(crate) erp_url: String,
    /// `erp_api_key`; empty: none is sent.
    pub(crate) erp_api_key: String,
    /// `seat_fresh_ms`: how long an answer counts as news.
    pub(crate) fresh: Duration,
    /// `seat_stale_ms`: how long it may be used while news is being fetched, or cannot be.
    pub(crate) stale: Duration,
    /// `seat_negative_ms`: how long a denial counts as news.
    pub(crate) negative: Duration,
    /// `upstream_timeout_ms`: how long the ERP may take.
    pub(crate) patience: Duration,
}

impl Settings {
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        let text = async |name: &str| Ok::<_, ConfigError>(config.get(name).await?.unwrap_or_default());
        let millis = async |name: &str, otherwise: u64| {
            let value = text(name).await?;
            if value.is_empty() {
                return Ok(Duration::from_millis(otherwise));
            }
            let millis = value.parse().map_err(|_| ConfigError {
                name: name.to_owned(),
                reason: "it must be a whole number of milliseconds".to_owned(),
            });
            millis.map(Duration::from_millis)
        };
        Ok(Self {
            erp_url: text("erp_url").await?.trim_end_matches('/').to_owned(),
            erp_api_key: text("erp_api_key").await?,
            fresh: millis("seat_fresh_ms", 10_000).await?,
            stale: millis("seat_stale_ms", 900_000).await?,
            negative: millis("seat_negative_ms", 5_000).await?,
            patience: millis("upstream_timeout_ms", 2_000).await?,
        })
    }
}

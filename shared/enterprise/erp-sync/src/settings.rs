//! The settings of runs.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, millis, text, url};

/// The default of `erp_sync_max_deactivations_percent`.
const DEFAULT_MAX_DEACTIVATIONS_PERCENT: i64 = 20;

/// The default of `erp_sync_every_minutes`: a day.
const DEFAULT_INTERVAL_MINUTES: u64 = 24 * 60;

/// The settings of runs.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `erp_sync_max_deactivations_percent`: a run that would deactivate more requires confirmation.
    pub(crate) max_deactivations_percent: i64,
    /// `erp_sync_every_minutes`; None: it is 0.
    pub(crate) interval: Option<Duration>,
    /// `workspace_url`, without a trailing slash: where new users sign in.
    pub(crate) workspace_url: String,
    /// How long a worker may be silent before another worker claims its run.
    pub(crate) lease: Duration,
}

impl Settings {
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        let max_percent = number(config, "erp_sync_max_deactivations_percent").await?;
        let minutes = number(config, "erp_sync_every_minutes").await?.unwrap_or(DEFAULT_INTERVAL_MINUTES);
        let timeout = millis(config, "upstream_timeout_ms", 2_000).await?;
        Ok(Self {
            max_deactivations_percent: max_percent
                .and_then(|percent| i64::try_from(percent).ok())
                .unwrap_or(DEFAULT_MAX_DEACTIVATIONS_PERCENT)
                .min(100),
            interval: (minutes > 0).then(|| Duration::from_secs(minutes.saturating_mul(60))),
            workspace_url: url(config, "workspace_url").await?,
            // The lease is extended at least once for each request of a page.
            lease: timeout.saturating_mul(2).saturating_add(Duration::from_secs(16)),
        })
    }
}

async fn number(config: &dyn Config, name: &str) -> Result<Option<u64>, ConfigError> {
    let value = text(config, name).await?;
    if value.is_empty() {
        return Ok(None);
    }
    let invalid = |_| ConfigError { name: name.to_owned(), reason: "it must be a whole number".to_owned() };
    value.parse().map(Some).map_err(invalid)
}

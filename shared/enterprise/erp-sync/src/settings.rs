//! The variables that runs go by.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, millis, text, url};

/// What share of people, in percent, a run may deactivate by itself unless told.
const DEFAULT_SHARE: i64 = 20;

/// How many minutes after a good run the next is due unless told: a day.
const DEFAULT_PERIOD: u64 = 24 * 60;

/// The variables that runs go by.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `erp_sync_max_deactivations_percent`: a run that would deactivate more asks first.
    pub(crate) share: i64,
    /// `erp_sync_every_minutes`: None, where it is 0.
    pub(crate) every: Option<Duration>,
    /// Whether messages are sent, by `notify_url`.
    pub(crate) notifies: bool,
    /// `workspace_url`, without a slash at its end: where new people sign in.
    pub(crate) workspace_url: String,
    /// How long a worker may go without a word before somebody else takes its run up.
    pub(crate) lease: Duration,
}

impl Settings {
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        let share = number(config, "erp_sync_max_deactivations_percent").await?;
        let minutes = number(config, "erp_sync_every_minutes").await?.unwrap_or(DEFAULT_PERIOD);
        let timeout = millis(config, "upstream_timeout_ms", 2_000).await?;
        Ok(Self {
            share: share.and_then(|share| i64::try_from(share).ok()).unwrap_or(DEFAULT_SHARE).min(100),
            every: (minutes > 0).then(|| Duration::from_secs(minutes.saturating_mul(60))),
            notifies: edge_notifications::is_configured(config).await?,
            workspace_url: url(config, "workspace_url").await?,
            // A page is asked for once between two words.
            lease: timeout.saturating_mul(2).saturating_add(Duration::from_secs(16)),
        })
    }
}

async fn number(config: &dyn Config, name: &str) -> Result<Option<u64>, ConfigError> {
    let value = text(config, name).await?;
    if value.is_empty() {
        return Ok(None);
    }
    let wrong = |_| ConfigError { name: name.to_owned(), reason: "it must be a whole number".to_owned() };
    value.parse().map(Some).map_err(wrong)
}

//! How Notify is reached.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, millis, text, url};

/// The longest that Notify is waited for: messages are also sent behind the answers of webhooks.
const MAX_TIMEOUT: Duration = Duration::from_secs(3);

/// The variables by which messages are sent.
#[derive(Clone, Debug)]
pub struct NotifyConfig {
    /// `notify_url`, without a slash at its end; empty: nothing is sent.
    pub(crate) url: String,
    /// `notify_api_key`.
    pub(crate) api_key: String,
    /// `upstream_timeout_ms`, three seconds at most.
    pub(crate) timeout: Duration,
}

impl NotifyConfig {
    /// Reads the variables.
    pub async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        Ok(Self {
            url: url(config, "notify_url").await?,
            api_key: text(config, "notify_api_key").await?,
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?.min(MAX_TIMEOUT),
        })
    }

    /// Whether there is an address to send messages to.
    pub fn is_configured(&self) -> bool {
        !self.url.is_empty()
    }
}

//! The variables that seat verification runs by.

use std::time::Duration;

use edge_capabilities::Config;
use edge_capabilities::config::{ConfigError, millis, text, url};

/// `seat_stale_ms`, unless told.
pub(crate) const SEAT_STALE_MILLIS: u64 = 900_000;

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
    pub(crate) timeout: Duration,
}

impl Settings {
    pub(crate) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        Ok(Self {
            erp_url: url(config, "erp_url").await?,
            erp_api_key: text(config, "erp_api_key").await?,
            fresh: millis(config, "seat_fresh_ms", 10_000).await?,
            stale: millis(config, "seat_stale_ms", SEAT_STALE_MILLIS).await?,
            negative: millis(config, "seat_negative_ms", 5_000).await?,
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?,
        })
    }
}

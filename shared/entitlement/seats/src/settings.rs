//! The variables that configure seat verification.

use std::time::Duration;

use edge_capabilities::Capabilities;
use edge_capabilities::config::millis;
use edge_upstreams::Upstream;

use crate::error::VerificationError;

/// The default of `seat_stale_ms`.
pub(crate) const DEFAULT_STALE_MILLIS: u64 = 900_000;

/// How to ask the ERP, and how long its answers may be used.
pub(crate) struct Settings {
    pub(crate) erp: Upstream,
    /// `seat_fresh_ms`: how long a grant is fresh.
    pub(crate) fresh: Duration,
    /// `seat_stale_ms`: how long an answer may be used while a newer one is being fetched or cannot be fetched.
    pub(crate) stale: Duration,
    /// `seat_negative_ms`: how long a denial is fresh.
    pub(crate) negative: Duration,
}

impl Settings {
    pub(crate) async fn load(capabilities: &Capabilities) -> Result<Self, VerificationError> {
        let config = &*capabilities.config;
        Ok(Self {
            fresh: millis(config, "seat_fresh_ms", 10_000).await?,
            stale: millis(config, "seat_stale_ms", DEFAULT_STALE_MILLIS).await?,
            negative: millis(config, "seat_negative_ms", 5_000).await?,
            erp: Upstream::erp(capabilities).await?,
        })
    }
}

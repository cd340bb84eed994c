//! How a client behaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::EdgeError;
use crate::seat::{SeatCheck, SeatVerdict};

type Answer = dyn Fn(&SeatCheck<'_>, &EdgeError) -> SeatVerdict + Send + Sync;

/// What is answered to a check while the edge cannot answer.
#[derive(Clone, Default)]
pub enum OnUnavailable {
    /// What is remembered, as long as it may be used; else as [`Deny`](Self::Deny).
    #[default]
    Stale,
    /// No access, with the reason [`EDGE_UNAVAILABLE`](crate::EDGE_UNAVAILABLE).
    Deny,
    /// The error.
    Error,
    /// What this function returns.
    Call(Arc<Answer>),
}

impl OnUnavailable {
    /// What `answer` returns for the check and the error.
    pub fn call(answer: impl Fn(&SeatCheck<'_>, &EdgeError) -> SeatVerdict + Send + Sync + 'static) -> Self {
        Self::Call(Arc::new(answer))
    }
}

impl fmt::Debug for OnUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stale => "Stale",
            Self::Deny => "Deny",
            Self::Error => "Error",
            Self::Call(_) => "Call",
        })
    }
}

/// How a client behaves.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) timeout: Duration,
    pub(crate) max_silence: Duration,
    pub(crate) max_entries: usize,
    pub(crate) on_unavailable: OnUnavailable,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(2),
            max_silence: Duration::from_secs(30),
            max_entries: 10_000,
            on_unavailable: OnUnavailable::default(),
        }
    }
}

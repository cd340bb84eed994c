//! Instants and durations.

use std::time::Duration;

use rhai::plugin::*;

use super::{Fallible, error};
use crate::contract::Instant;

/// A duration, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(u64);

#[export_module]
pub mod functions {
    /// An instant, read from a text.
    ///
    /// # Example
    /// `instant("2024-02-01T00:00:00Z")`
    #[rhai_fn(return_raw)]
    pub fn instant(text: &str) -> Fallible<Instant> {
        Instant::parse(text).map_or_else(|| error("expected an instant such as \"2024-02-01T00:00:00Z\""), Ok)
    }

    /// So many days, to be added to an instant.
    ///
    /// # Example
    /// `input.expiresAt + days(3)`
    #[rhai_fn(return_raw)]
    pub fn days(number: i64) -> Fallible<Span> {
        span(number, 24 * 3600 * 1000)
    }

    /// So many hours, to be added to an instant.
    ///
    /// # Example
    /// `input.now + hours(12)`
    #[rhai_fn(return_raw)]
    pub fn hours(number: i64) -> Fallible<Span> {
        span(number, 3600 * 1000)
    }

    /// So many minutes, to be added to an instant.
    ///
    /// # Example
    /// `input.now + minutes(30)`
    #[rhai_fn(return_raw)]
    pub fn minutes(number: i64) -> Fallible<Span> {
        span(number, 60 * 1000)
    }

    /// The instant that much later.
    #[rhai_fn(name = "+")]
    pub fn later(instant: Instant, time: Span) -> Instant {
        Instant(instant.0.plus(Duration::from_millis(time.0)))
    }

    /// The instant that much earlier.
    #[rhai_fn(name = "-")]
    pub fn earlier(instant: Instant, time: Span) -> Instant {
        let millis = i64::try_from(time.0).unwrap_or(i64::MAX);
        Instant(edge_capabilities::Timestamp::from_millis(instant.0.as_millis().saturating_sub(millis)))
    }

    /// The instant as a text.
    ///
    /// # Example
    /// `input.now.to_string()`
    #[rhai_fn(name = "to_string")]
    pub fn instant_to_string(instant: Instant) -> String {
        instant.to_string()
    }
}

fn span(number: i64, millis: u64) -> Fallible<Span> {
    match u64::try_from(number).ok().and_then(|number| number.checked_mul(millis)) {
        Some(millis) => Ok(Span(millis)),
        None => error("expected a whole number from 0 on; take away with `-`"),
    }
}

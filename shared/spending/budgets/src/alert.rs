//! Alerts: thresholds that were reached, each reported once in a period.

mod alerts;
pub(crate) mod api;

pub use alerts::Alert;

pub(crate) use alerts::Alerts;

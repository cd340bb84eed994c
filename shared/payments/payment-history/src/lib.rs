//! What gateways reported of payments, append-only. The inbox of webhooks is kept for some weeks; figures are asked for of
//! years.
//!
//! * [`Collector`]: takes the reports over from the inbox, behind the webhooks and never in their way.
//! * [`PaymentHistory`]: what was collected and given back, how attempts to collect went, and single payments.

mod api;
mod collector;
mod history;
mod payment;
mod relation;
mod totals;

pub use collector::{COLLECT, COLLECT_EVERY, Collector};
pub use history::{AttemptCounts, HistoryQuery, InvoiceCounts, PaymentHistory, PaymentPeriods, PaymentTotals};
pub use payment::{RecordedPayment, RecordedRefund};
pub use relation::RELATIONS;

//! Budgets: how much may be spent, by which part of a tenant, in which period.

pub(crate) mod api;
mod model;
mod period;
mod request;
mod store;
mod terms;

pub use model::{Budget, Change, Severity, Threshold};
pub use period::{Period, PeriodLength, Zone};
pub use store::{BudgetScope, Budgets};

#[cfg(test)]
pub(crate) use model::Limit;
pub(crate) use request::{is_valid_id, read_amount};
pub(crate) use terms::{EffectiveBudget, effective_for};

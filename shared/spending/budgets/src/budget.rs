//! Budgets: how much may be spent, by which part of a tenant, in which period.

pub(crate) mod api;
mod body;
mod model;
mod period;
mod store;
mod terms;

pub use model::{Budget, Change, Severity, Threshold};
pub(crate) use period::days_between;
pub use period::{Period, PeriodLength};
pub use store::{BudgetScope, Budgets};

pub(crate) use body::{is_id, read_amount};
#[cfg(test)]
pub(crate) use model::Limit;
pub(crate) use terms::{EffectiveBudget, effective_for};

//! The tree below an entity, with its totals in each currency.
//!
//! * [`totals`]: what entities owe; [`budgets`]: their budgets; [`api`]: the tree over HTTP.

pub(crate) mod api;
mod budgets;
mod totals;

pub(crate) use budgets::{EntityBudget, EntityBudgets};

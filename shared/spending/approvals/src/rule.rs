//! The approval rules of a tenant, which require more than the rule `approval` does.

pub(crate) mod api;
mod body;
mod effective;
mod model;
mod store;

pub use model::ApprovalRule;
pub use store::ApprovalRules;

pub(crate) use effective::effective_for;

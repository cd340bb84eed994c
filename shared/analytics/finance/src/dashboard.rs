//! The CFO dashboard: the figures of a tenant in each currency, each beside that of the period before.
//!
//! * [`cash`]: what was billed and paid, what is still to be paid and for how long.
//! * [`recurring`]: recurring revenue, and what changed it.
//! * [`deferred`]: what was charged for days to come.
//! * [`spend`]: what departments were billed, and budgets.
//! * [`contracts`]: what of contracts is still to be recognised, and which are to be renewed.
//! * [`disputes`]: open disputes and refunds.
//! * [`api`]: the dashboard over HTTP.

pub(crate) mod api;
mod cash;
mod contracts;
mod deferred;
mod disputes;
mod recurring;
mod spend;

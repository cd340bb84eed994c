//! Financial reports of a tenant over HTTP, as JSON and CSV. docs/reports.md defines every figure.
//!
//! * [`query`]: what a caller asks for: days, as of when, of which entities.
//! * [`dashboard`]: the CFO dashboard; [`cost_analysis`], [`budget_performance`], [`contracts`]: the other reports.
//! * [`figure`]: amounts and ratios as they are answered; [`csv`]: the same as CSV.
//! * [`router`]: the routes.

mod budget_performance;
mod contracts;
mod cost_analysis;
mod csv;
mod dashboard;
mod figure;
mod query;
mod router;

pub use router::{ApiDoc, router, routes};

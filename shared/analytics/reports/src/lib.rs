//! Analytics over HTTP.
//!
//! * [`query`]: what a caller asks for, and which organizations it may see.
//! * [`mrr`]: monthly recurring revenue and what changed it.
//! * [`revenue`]: payments, churn, retention, cohorts.
//! * [`seat_usage`]: how seats are used, by [`usage`] over time; [`health`]: a score of each organization.
//! * [`report`], [`csv`]: the shape of all answers.

mod csv;
mod health;
mod mrr;
mod query;
mod report;
mod retention;
mod revenue;
mod router;
mod seat_usage;
mod usage;

pub use router::{ApiDoc, jobs, router, routes};

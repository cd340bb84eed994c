//! Reports that a tenant puts together: measures and dimensions from an allow-list, a range of time, filters.
//!
//! * [`catalogue`]: the allow-list, made of what the crates that own the tables describe of them ([`edge_database::Relation`]).
//! * [`query`]: what a report asks for, as it is written; [`plan`]: the same, once it is checked.
//! * [`period`]: periods of the calendar, in the tenant's time zone.
//! * [`statement`]: the SQL of a page of rows; [`rows`]: page after page; [`output`]: rows as JSON and CSV.
//! * [`run`]: running a report; [`saved`]: reports that are saved, and sent by a schedule.
//! * [`router`]: the routes.

mod catalogue;
mod members;
mod output;
mod period;
mod plan;
mod query;
mod router;
mod rows;
mod run;
mod saved;
mod statement;

pub use router::{ApiDoc, jobs, router, routes};

//! Analytics over HTTP.
//!
//! * [`query`]: what a caller asks for, and which organizations it may see.
//! * [`mrr`]: monthly recurring revenue and what changed it.
//! * [`report`], [`csv`]: the shape of all answers.

mod csv;
mod mrr;
mod query;
mod report;
mod router;

pub use router::{ApiDoc, router};

//! Plans: what the ERP says they cost and give. The ERP is their owner; here they are read and served, never kept.
//!
//! * [`plan`]: a plan; [`reading`] and [`shown`]: as the ERP writes it and as the edge does; [`quote`]: what it costs
//!   whom.
//! * [`erp`]: asking for it; [`copy`]: what is kept of an answer; [`catalogue`]: when the one is done and when the other
//!   serves.
//! * [`router`]: over HTTP.

mod catalogue;
mod copy;
mod cycle;
mod erp;
mod plan;
mod quote;
mod reading;
mod router;
mod shown;

pub use catalogue::{Catalogue, Unknown};
pub use cycle::Cycle;
pub use plan::{Ordered, Plan, Terms, Tier, UnreadablePlan};
pub use quote::{NoQuote, Order, Quote};
pub use router::{ApiDoc, router};

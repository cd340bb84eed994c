//! Plans: what the ERP says they cost and give. The ERP is their owner; here they are read and served, never kept.
//!
//! * [`plan`]: a plan; [`reading`] and [`shown`]: as the ERP writes it and as the edge does; [`quote`]: what it costs
//!   whom; [`payment`]: what a payment bought of it, [`tax`]: what may be on top of its price.
//! * [`erp`]: asking for it; [`copy`]: what is kept of an answer; [`index`]: which names it has; [`catalogue`]: when the
//!   ERP is asked and when what is kept serves.
//! * [`router`]: over HTTP.

mod catalogue;
mod copy;
mod cycle;
mod erp;
mod index;
mod payment;
mod plan;
mod quote;
mod reading;
mod router;
mod shown;
mod tax;

pub use catalogue::{Catalogue, Unknown};
pub use cycle::Cycle;
pub use payment::{Bought, Payment};
pub use plan::{Ordered, Plan, Terms, Tier, UnreadablePlan};
pub use quote::{NoQuote, Order, Quote};
pub use router::{ApiDoc, router};
pub use tax::{InvalidTaxRates, TaxRates};

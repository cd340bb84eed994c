//! Plans: what they cost and give. The ERP owns them; the edge reads and serves them.
//!
//! * [`plan`]: a plan; [`parser`]: the ERP's JSON of it; [`response`]: the edge's JSON of it.
//! * [`quote`]: the price of an order; [`payment`]: the terms that a payment bought; [`tax`]: taxes on top of a price;
//!   [`cycle`]: billing cycles.
//! * [`erp`]: the requests to the ERP; [`snapshot`]: its answers as they are cached; [`source`]: how they are fetched and
//!   for how long they are used; [`index`]: the ids and codes of a list; [`catalogue`]: what is served.
//! * [`router`]: the HTTP API.

mod catalogue;
mod cycle;
mod erp;
mod error;
mod index;
mod metrics;
mod parser;
mod payment;
mod plan;
mod quote;
mod response;
mod router;
mod snapshot;
mod source;
mod tax;

pub use catalogue::Catalogue;
pub use cycle::Cycle;
pub use error::{InvalidTaxRates, PlansUnavailable, QuoteError, UnreadablePlan};
pub use metrics::write_metrics;
pub use payment::{Payment, Purchase};
pub use plan::{OrderDetails, Plan, Terms, Tier};
pub use quote::{Quote, QuoteRequest};
pub use router::{ApiDoc, routes};
pub use tax::TaxRates;

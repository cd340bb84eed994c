//! Invoices: what a tenant charges its customers.

pub(crate) mod api;
mod model;
mod request;
mod response;
mod store;
mod totals;

pub use model::{Customer, Invoice, InvoiceState, InvoiceStatus};
pub use store::Invoices;
pub use totals::{Item, TaxLine, Totals};

pub(crate) use model::Recorded;
pub(crate) use response::InvoiceResponse;
pub(crate) use store::{Finalization, MAX_ATTEMPTS};
pub(crate) use totals::written;

//! Invoices: what a tenant charges its customers.

pub(crate) mod api;
mod draft;
mod model;
mod request;
mod response;
mod store;
mod totals;

pub use draft::{DraftLine, NewDraft};
pub use model::{Customer, Invoice, InvoiceState, InvoiceStatus};
pub use response::InvoiceResponse;
pub use store::Invoices;
pub use totals::{Item, TaxLine, Totals};

pub(crate) use model::Recorded;
pub(crate) use store::{Finalization, MAX_ATTEMPTS};
pub(crate) use totals::written;

//! Payments of invoices.

pub(crate) mod api;
mod model;

pub(crate) use model::NewPayment;
pub use model::Payment;

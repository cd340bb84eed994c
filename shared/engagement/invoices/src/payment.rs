//! Payments of invoices.

pub(crate) mod api;
mod gateway;
mod model;

pub(crate) use gateway::{EDGE, ReportedPayments};
pub(crate) use model::NewPayment;
pub use model::{InvoiceRefund, Payment};

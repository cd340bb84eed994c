//! Consolidation: one draft of an invoice for each currency and terms of a whole tree.
//!
//! * [`chain`]: which charges are on whose invoice.
//! * [`store`]: the lines of invoices, by which a charge is on one of them.
//! * [`service`]: how the invoices of a month are made; [`job`]: what goes on where an instance died.
//! * [`response`], [`api`]: consolidated invoices over HTTP.

pub(crate) mod api;
mod chain;
mod job;
mod response;
mod service;
mod store;

pub use service::{ConsolidatedInvoice, Consolidation, Section};

pub(crate) use job::{MAKE_INVOICES, MakeInvoices};
pub(crate) use store::{InvoicedCharges, Lines};

//! Accounting systems that the edge writes to: QuickBooks Online, Xero, SAP S/4HANA, NetSuite, Sage Accounting and
//! Dynamics 365 Business Central.
//!
//! Each is an [`AccountingClient`]: it says how one signs in, finds what is already there, and writes what is not. It
//! makes one attempt at a time and says by an [`AccountingError`] what came of it. Who waits, renews tokens, tries again
//! and remembers what was written is the caller (`edge-ledger-sync`).

mod client;
mod connection;
mod document;
mod dynamics365;
mod error;
mod json;
mod netsuite;
mod oauth;
mod oauth1;
mod open;
mod provider;
mod quickbooks;
mod run_key;
mod sage;
mod sap;
mod transport;
mod xero;

pub use client::{AccountingClient, Callback, Company, Limits, Planned, SignIn};
pub use connection::{Connection, Endpoints, Environment, Tokens};
pub use document::{
    Address, Customer, Document, DocumentKind, Invoice, InvoiceLine, Journal, JournalLine, Payment, Recorded, Refund,
};
pub use error::AccountingError;
pub use open::open;
pub use provider::Provider;
pub use transport::{Transport, error_of_status};

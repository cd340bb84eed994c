//! Buying a plan: checkout, subscription, invoices, and the reconciliation of the ERP's books with what was paid.
//!
//! * [`checkout`]: from a plan to an order at BheemPay, as a saga of steps.
//! * [`gateway`]: BheemPay as the gateway of subscriptions of seats.
//! * [`subscription`], [`invoices`]: what the ERP has about a tenant afterwards.
//! * [`reconciliation`]: the ERP's invoices compared with the payments that gateways reported.
//! * [`customer`]: the buyer and the seller; [`upstream_json`]: JSON of the ERP and BheemPay.
//! * [`router`]: the routes; [`error`], [`api_error`]: errors, and how they are answered.

mod api_error;
mod checkout;
mod customer;
mod error;
mod gateway;
mod invoices;
mod reconciliation;
mod router;
mod subscription;
#[cfg(test)]
mod tests;
mod upstream_json;

pub use gateway::BheemPay;
pub use router::{ApiDoc, router, routes};

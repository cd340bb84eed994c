//! What an external tenant buys, and what becomes of it.
//!
//! * [`purchase`]: what somebody wants; [`policy`]: whether they may, by the rules `budget` and `approval`.
//! * [`permission`]: the tenant's budgets, and the people who approve.
//! * [`return_url`]: where a customer may be sent after paying.
//! * [`checkout`]: from there to an order, step by step; [`checkouts`] has each step's outcome in the database.
//! * [`holds`]: what may be held for a purchase; [`settling`]: giving it back where nothing was ordered.
//! * [`contacts`]: the tenant as a contact of the ERP's CRM; [`orders`]: BheemPay; [`customer`]: who buys.
//! * [`subscription`], [`invoices`]: what the ERP knows of it afterwards.
//! * [`reconciliation`]: the ERP's books against the payments that gateways told of.
//! * [`router`]: over HTTP.

mod checkout;
mod checkouts;
mod contacts;
mod customer;
mod holds;
mod invoices;
mod orders;
mod permission;
mod policy;
mod purchase;
mod reconciliation;
mod return_url;
mod router;
mod settling;
mod subscription;
mod trouble;
mod written;

pub use policy::{Approvals, Budgets, Requested, Spending};
pub use router::{ApiDoc, router, router_with};

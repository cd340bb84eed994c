//! What holds of the edge, by subject.

mod allocations;
mod analytics;
mod approvals;
mod batches;
mod bheempay_seats;
mod bodies;
mod budgets;
mod callers;
mod campaigns;
mod capabilities;
mod changes;
mod checkout;
mod contacts;
mod contracts;
mod conventions;
mod custom_reports;
mod disputes;
mod durability;
mod entities;
mod erp;
mod erp_sync;
pub mod faults;
mod financial_reports;
mod frozen;
mod grants;
mod host;
mod ids;
mod invalidation;
mod invoices;
mod jobs;
mod key_requests;
mod keys;
mod ledger_sync;
mod malformed;
mod members;
mod notifications;
mod numbers;
mod one_time_codes;
mod orders;
mod plans;
mod rules;
mod seat_import;
mod secrets;
mod sign_in;
mod stats;
mod stores;
mod strangers;
mod stripe;
mod subscriptions;
mod tenants;
mod tokens;
mod upstream;
mod verdicts;
mod webhooks;

use std::sync::Arc;

use futures::future::LocalBoxFuture;

use crate::shape::{Shape, Stage};

/// The subject that is about the embedded host and not about the edge.
pub const OF_THE_HOST: &str = "host";

/// Something that holds.
pub struct Fact {
    /// What it is about.
    pub subject: &'static str,
    /// What holds.
    pub name: &'static str,
    /// Fails where it does not hold.
    pub check: Box<dyn FnOnce(Arc<Stage>) -> LocalBoxFuture<'static, ()> + Send>,
    /// The shapes it holds in.
    pub holds_in: fn(Shape) -> bool,
    /// Whether it is checked once all others have been, and nothing else goes on.
    pub is_alone: bool,
}

/// Lists the facts of a module, each an `async fn(Arc<Stage>)`; behind a colon, the shapes it holds in where that is
/// not all. `(alone)` has those that load the machine so that beside others they would say more of it than of the edge.
macro_rules! facts {
    (@shapes) => { |_| true };
    (@shapes $shapes:expr) => { $shapes };
    (@alone) => { false };
    (@alone alone) => { true };
    ($($fact:ident $(($alone:ident))? $(: $shapes:expr)?),* $(,)?) => {
        /// The facts of this subject.
        pub fn facts() -> Vec<$crate::facts::Fact> {
            let subject = module_path!().rsplit("::").next().unwrap_or_default();
            vec![$($crate::facts::Fact {
                subject,
                name: stringify!($fact),
                check: Box::new(|stage| Box::pin($fact(stage))),
                holds_in: $crate::facts::facts!(@shapes $($shapes)?),
                is_alone: $crate::facts::facts!(@alone $($alone)?),
            }),*]
        }
    };
}
use facts;

/// All facts.
pub fn all() -> Vec<Fact> {
    let subjects = [
        allocations::facts(),
        analytics::facts(),
        verdicts::facts(),
        ids::facts(),
        batches::facts(),
        upstream::facts(),
        invalidation::facts(),
        invoices::facts(),
        changes::facts(),
        tokens::facts(),
        jobs::facts(),
        keys::facts(),
        key_requests::facts(),
        financial_reports::facts(),
        contacts::facts(),
        contracts::facts(),
        custom_reports::facts(),
        conventions::facts(),
        bodies::facts(),
        ledger_sync::facts(),
        malformed::facts(),
        durability::facts(),
        frozen::facts(),
        rules::facts(),
        notifications::facts(),
        numbers::facts(),
        one_time_codes::facts(),
        orders::facts(),
        tenants::facts(),
        members::facts(),
        seat_import::facts(),
        secrets::facts(),
        sign_in::facts(),
        stats::facts(),
        stores::facts(),
        strangers::facts(),
        stripe::facts(),
        bheempay_seats::facts(),
        subscriptions::facts(),
        webhooks::facts(),
        plans::facts(),
        checkout::facts(),
        entities::facts(),
        erp::facts(),
        erp_sync::facts(),
        faults::facts(),
        approvals::facts(),
        budgets::facts(),
        disputes::facts(),
        callers::facts(),
        campaigns::facts(),
        capabilities::facts(),
        grants::facts(),
        host::facts(),
    ];
    subjects.into_iter().flatten().collect()
}

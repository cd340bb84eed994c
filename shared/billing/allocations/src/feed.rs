//! What was billed, followed as it happens, so that whoever bills need not know of allocations.
//!
//! Invoices, charges and reports of payments are read in the order in which they changed or came: three times a minute from
//! a little before the last time, and once an hour from a few days before, for what came into effect late. Everything is
//! posted once, however often it is read. A tenant whose first department is made is read from its beginning.

mod document;
mod jobs;
mod store;

use edge_budgets::Refunds;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_entities::{Charges, Consolidation};
use edge_invoices::Invoices;
use edge_jobs::{JobQueue, NewJob};
use edge_tenants::Tenants;
use edge_webhooks::Payments;

use crate::service::Allocations;
use jobs::BACKFILL;
pub(crate) use jobs::register;
use store::FeedPositions;

/// Follows what was billed.
#[derive(Clone)]
pub(crate) struct Feed {
    service: Allocations,
    charges: Charges,
    consolidation: Consolidation,
    invoices: Invoices,
    inbox: Payments,
    refunds: Refunds,
    tenants: Tenants,
    positions: FeedPositions,
    queue: JobQueue,
}

impl Feed {
    /// From the invoices, charges and payments in `db` to the lines there.
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            service: Allocations::new(capabilities, db),
            charges: Charges::new(capabilities, db),
            consolidation: Consolidation::new(capabilities, db),
            invoices: Invoices::new(db.clone()),
            inbox: Payments::new(db.clone()),
            refunds: Refunds::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            positions: FeedPositions::new(db.clone()),
            queue: JobQueue::new(capabilities, db),
        }
    }

    fn now(&self) -> Timestamp {
        self.service.now()
    }

    /// Has all that `tenant` was billed before be posted, if the tenant has no departments yet: it is about to have one.
    pub(crate) async fn start(&self, tenant: &str) -> Result<(), DatabaseError> {
        if !self.service.departments.tenants_with_any(&[tenant]).await?.is_empty() {
            return Ok(());
        }
        self.queue.enqueue(NewJob::new(BACKFILL, tenant, self.now()).for_tenant(tenant)).await
    }
}

#[cfg(test)]
mod tests;

//! Collects events. Whoever changes a tenant or its members notes in the same statement that the ERP is to be told, so that
//! nothing is lost whenever an instance ends. From there the notes are moved here, in an order that keeps each one until its
//! event is stored.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::config::url;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_erp_events::{ErpEvents, EventType, NewErpEvent};
use edge_jobs::{Job, JobHandler, JobOutcome, JobQueue, JobResult, NewJob};
use edge_tenants::{FactKind, Members, MembershipFact, Tenants, UnreportedFacts};
use serde_json::json;

use super::SEND;

/// How many notes are moved in one go.
const BATCH: u32 = 200;

/// How many tenants' events are sent after one go.
const MAX_TENANTS: u32 = 500;

/// How long settled events are kept: the ERP asks for up to a year of them.
const KEPT: Duration = Duration::from_hours(24 * 400);
const MAX_REMOVED: u32 = 500;

/// Collects events.
#[derive(Clone)]
pub(crate) struct Collector {
    capabilities: Capabilities,
    db: Db,
    events: ErpEvents,
    members: Members,
    queue: JobQueue,
    tenants: Tenants,
}

impl Collector {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db, queue: &JobQueue) -> Self {
        Self {
            capabilities: capabilities.clone(),
            db: db.clone(),
            events: ErpEvents::new(db.clone()),
            members: Members::new(db.clone()),
            queue: queue.clone(),
            tenants: Tenants::new(db.clone()),
        }
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Moves everything that was noted so far into the outbox.
    pub(crate) async fn collect(&self) -> Result<(), DatabaseError> {
        while self.collect_some().await? {}
        Ok(())
    }

    /// Moves some; gives whether there may be more.
    async fn collect_some(&self) -> Result<bool, DatabaseError> {
        let changes = self.members.unreported(BATCH).await?;
        self.events.raise(&changes.iter().map(of_member).collect::<Vec<_>>()).await?;
        self.members.set_reported(&changes).await?;
        let tenants = self.tenants.unreported(BATCH).await?;
        self.events.raise(&tenants.iter().flat_map(of_tenant).collect::<Vec<_>>()).await?;
        for tenant in &tenants {
            self.tenants.set_reported(tenant).await?;
        }
        let full = |count: usize| u32::try_from(count).is_ok_and(|count| count >= BATCH);
        Ok(full(changes.len()) || full(tenants.len()))
    }
}

#[async_trait]
impl JobHandler for Collector {
    async fn run(&self, _: &Job) -> JobResult {
        let more = self.collect_some().await?;
        let now = self.now();
        // Without an ERP, events are recorded and not sent.
        if !url(&*self.capabilities.config, "erp_url").await?.is_empty() {
            let tenants = self.events.waiting_tenants(MAX_TENANTS).await?;
            let jobs = tenants.into_iter().map(|tenant| NewJob::new(SEND, &*tenant, now).for_tenant(&*tenant));
            // Those that failed go on waiting.
            self.queue.enqueue_all(jobs.collect()).await?;
        }
        let expired = self.db.expired_before(now, KEPT).await?;
        self.events.remove(expired, MAX_REMOVED).await?;
        Ok(if more { JobOutcome::Again(now) } else { JobOutcome::Done })
    }
}

fn of_member(change: &MembershipFact) -> NewErpEvent {
    let kind = if change.role.is_some() { EventType::UserAdded } else { EventType::UserRemoved };
    let data = json!({"user_id": change.user, "role": change.role});
    let id = format!("member:{}:{}", change.tenant, change.number);
    NewErpEvent::new(kind, id, &change.tenant, data, change.at)
}

fn of_tenant(tenant: &UnreportedFacts) -> Vec<NewErpEvent> {
    let event = |fact: &edge_tenants::TenantFact| {
        let kind = match fact.kind {
            FactKind::Organization => EventType::OrganizationChanged,
            FactKind::Subscription => EventType::SubscriptionChanged,
        };
        NewErpEvent::new(kind, fact.id.clone(), &tenant.tenant, fact.data.clone(), fact.at)
    };
    tenant.facts.iter().map(event).collect()
}

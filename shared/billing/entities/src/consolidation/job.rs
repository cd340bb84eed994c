//! Makes the invoices of charges that were claimed by an instance which died.

use std::time::Duration;

use async_trait::async_trait;
use edge_audit::Actor;
use edge_capabilities::Timestamp;
use edge_database::Db;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, NewJob};
use edge_tenants::Tenants;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::service::Consolidation;
use crate::entity::Entities;
use crate::period::Month;

/// The job, by the entity and the month.
pub(crate) const MAKE_INVOICES: JobKind = JobKind::new("entities.make_invoices");

/// How long whoever claims charges has for their invoices.
const WAIT: Duration = Duration::from_mins(1);

/// What it needs to know.
#[derive(Serialize, Deserialize)]
struct Payload {
    tenant: String,
    entity: String,
    period: Month,
    actor: String,
    address: Option<String>,
}

/// The job that makes the invoices of `entity` for `period`, for which `actor` asked at `now`.
pub(super) fn invoices_job(tenant: &str, entity: &str, period: Month, actor: &Actor, now: Timestamp) -> NewJob {
    let payload = json!({
        "tenant": tenant, "entity": entity, "period": period, "actor": actor.id, "address": actor.address,
    });
    let key = format!("{entity}:{period}");
    NewJob::new(MAKE_INVOICES, key, now.plus(WAIT)).for_tenant(tenant).with(payload)
}

/// Runs [`MAKE_INVOICES`].
pub(crate) struct MakeInvoices {
    consolidation: Consolidation,
    entities: Entities,
    tenants: Tenants,
}

impl MakeInvoices {
    /// Makes invoices in `db`.
    pub(crate) fn new(capabilities: &edge_capabilities::Capabilities, db: &Db) -> Self {
        Self {
            consolidation: Consolidation::new(capabilities, db),
            entities: Entities::new(capabilities, db),
            tenants: Tenants::new(db.clone()),
        }
    }
}

#[async_trait]
impl JobHandler for MakeInvoices {
    async fn run(&self, job: &Job) -> JobResult {
        let Payload { tenant, entity, period, actor, address } = job.payload()?;
        let (tenant, entity) = (self.tenants.find(&tenant).await?, self.entities.find(&tenant, &entity).await?);
        let (Some(tenant), Some(entity)) = (tenant, entity) else { return Ok(JobOutcome::Done) };
        let actor = Actor { id: actor, address };
        let made = self.consolidation.make_invoices(&tenant, &entity, period, &actor).await;
        made.map_err(|error| JobError::Retry(error.to_string()))?;
        Ok(JobOutcome::Done)
    }
}

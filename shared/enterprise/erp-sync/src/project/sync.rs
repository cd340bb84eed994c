//! Applies changes of projects in the ERP. As with employees, a project's record is written last.

use std::collections::HashMap;

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_tenants::Tenant;
use serde_json::json;

use crate::employee::sync::{BatchResult, digest, sync_actor};
use crate::project::{Project, assignment};
use crate::record::{ErpSnapshot, RecordWrite, StoredRecord};
use crate::run::{Change, Kind, Run};

/// Applies a batch of projects, each of which is in it once.
pub(crate) async fn apply(
    records: &ErpSnapshot,
    tenant: &Tenant,
    run: &Run,
    projects: &[Project],
    known: &HashMap<String, StoredRecord>,
    now: Timestamp,
) -> Result<BatchResult, DatabaseError> {
    let mut done = BatchResult::default();
    let (actor, mut changed, mut writes, mut entries) = (sync_actor(run), Vec::new(), Vec::new(), Vec::new());
    for project in projects {
        let known = known.get(&project.id);
        done.ordinals.extend(known.map(|known| known.ordinal));
        let digest = digest(project)?;
        let (change, action) = match known {
            None => (Change::Created, "project.created"),
            Some(known) if !known.is_active => (Change::Reactivated, "project.reopened"),
            Some(known) if known.digest != digest => (Change::Updated, "project.changed"),
            Some(known) => {
                done.changes.push(if known.changed_in == run.id { known.change } else { Change::Unchanged });
                continue;
            }
        };
        let data = serde_json::to_string(project).map_err(|error| DatabaseError::Refused(error.to_string()))?;
        let detail = json!({"project_id": project.id, "run": run.id});
        entries.push(AuditEntry::with_id(format!("sync.{}.{}", run.id, project.id), action, &detail, &actor, now));
        writes.push(RecordWrite {
            id: project.id.clone(),
            ordinal: known.map(|known| known.ordinal),
            user: None,
            role: None,
            data: Some(data),
            digest,
            change,
        });
        done.changes.push(change);
        changed.push(project);
    }
    assignment::queue(records, tenant, &changed, now).await?;
    records.audit().append_all(&run.tenant, &entries).await?;
    let ordinals = records.upsert(&run.tenant, Kind::Projects, &run.id, &writes, now).await?;
    done.ordinals.extend(ordinals.into_values());
    Ok(done)
}

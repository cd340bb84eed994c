//! Deactivation of employees and projects that the ERP no longer lists, after all pages are read. The run requires a
//! confirmation if the ERP's answer may be wrong: if too many records would be deactivated, if no known record is
//! listed, or if a listed item has no id.

use edge_access::Role;
use edge_audit::{Actor, AuditEntry};
use edge_capabilities::Capabilities;
use edge_database::{DatabaseError, Db, MAX_ROWS};
use edge_subscriptions::Subscriptions;
use edge_tenants::{DirectoryState, Members, People, SyncOutcome};
use serde_json::json;

use crate::employee::sync::{record_error, sync_actor};
use crate::error::SyncError;
use crate::record::{ActiveRecord, ErpSnapshot};
use crate::run::{Kind, PendingDeactivations, Progress, Run, Seen};

/// Takes away the seats of those who leave.
pub(crate) struct Leavers {
    people: People,
    subscriptions: Subscriptions,
}

impl Leavers {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { people: People::new(db.clone()), subscriptions: Subscriptions::new(capabilities, db) }
    }

    async fn revoke_seats(&self, tenant: &str, users: &[&str], actor: &Actor) -> Result<(), SyncError> {
        let addresses = self.people.emails_of(tenant, users).await?;
        let revoked = self.subscriptions.revoke_seats_of_all(tenant, users, &addresses, actor).await;
        revoked.map_err(|error| SyncError::Db(DatabaseError::Unavailable(error.to_string())))
    }
}

/// The number of records that are scanned at a time.
const SCAN_BATCH: usize = 5_000;

/// The confirmation that the deactivation of `missing` of `active` records requires; None: it requires none. At most
/// `max_percent` percent are deactivated without one.
pub(crate) fn required_confirmation(
    progress: &Progress,
    seen: &Seen,
    missing: i64,
    active: i64,
    max_percent: i64,
) -> Option<PendingDeactivations> {
    let too_many = i128::from(missing) * 100 > i128::from(max_percent) * i128::from(active);
    let reason = if missing == 0 || progress.is_cleared {
        return None;
    } else if seen.is_empty() {
        "the ERP lists no known record".to_owned()
    } else if progress.unidentified > 0 {
        format!("the ERP lists {} items without an id, which may be among the missing ones", progress.unidentified)
    } else if too_many {
        format!("more than {max_percent} % would be deactivated at once")
    } else {
        return None;
    };
    Some(PendingDeactivations { gone: missing, active, reason })
}

/// A scan of a batch of active records.
struct Scan {
    /// The number of active records in the batch.
    active: usize,
    /// Those that are missing from the run. Employees who were rehired with another id are not missing.
    missing: Vec<ActiveRecord>,
    /// The ordinal to continue from; None: there are no more records.
    next: Option<i64>,
}

async fn scan(records: &ErpSnapshot, run: &Run, after: i64) -> Result<Scan, SyncError> {
    let some = records.list_active(&run.tenant, run.kind, after, SCAN_BATCH).await?;
    let active = some.len();
    let next = (active >= SCAN_BATCH).then(|| some.iter().map(|one| one.ordinal).fold(after, i64::max));
    let mut missing: Vec<ActiveRecord> = some.into_iter().filter(|one| !run.seen.contains(one.ordinal)).collect();
    if run.kind == Kind::Employees {
        let rehired = records.seen_users(&run.tenant, &missing, &run.seen).await?;
        missing.retain(|one| !rehired.contains(one.user()));
    }
    Ok(Scan { active, missing, next })
}

/// The number of active records, and of those among them that are missing from the run.
pub(crate) async fn count_missing(records: &ErpSnapshot, run: &Run) -> Result<(i64, i64), SyncError> {
    let (mut active, mut missing, mut after) = (0_i64, 0_i64, Some(0));
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    while let Some(from) = after {
        let scanned = scan(records, run, from).await?;
        active = active.saturating_add(count(scanned.active));
        missing = missing.saturating_add(count(scanned.missing.len()));
        after = scanned.next;
    }
    Ok((active, missing))
}

/// The first `limit` records after the ordinal `after` that are missing from the run.
pub(crate) async fn list_missing(
    records: &ErpSnapshot,
    run: &Run,
    after: i64,
    limit: usize,
) -> Result<Vec<ActiveRecord>, SyncError> {
    let (mut missing, mut after) = (Vec::new(), Some(after));
    while let Some(from) = after.filter(|_| missing.len() < limit) {
        let scanned = scan(records, run, from).await?;
        missing.extend(scanned.missing);
        after = scanned.next;
    }
    missing.truncate(limit);
    Ok(missing)
}

/// The next batch of missing records after the ordinal `after`, with the ordinal to continue from. None: there are no
/// more.
pub(crate) async fn next_missing(
    records: &ErpSnapshot,
    run: &Run,
    mut after: i64,
) -> Result<Option<(Vec<ActiveRecord>, i64)>, SyncError> {
    let mut missing = Vec::new();
    loop {
        let some = records.list_active(&run.tenant, run.kind, after, SCAN_BATCH).await?;
        let is_last = some.len() < SCAN_BATCH;
        for one in some {
            after = after.max(one.ordinal);
            if !run.seen.contains(one.ordinal) {
                missing.push(one);
                if missing.len() == MAX_ROWS {
                    return Ok(Some((missing, after)));
                }
            }
        }
        if is_last {
            return Ok((!missing.is_empty()).then_some((missing, after)));
        }
    }
}

/// Deactivates `missing`; returns the number of those that could not be deactivated.
pub(crate) async fn deactivate(
    records: &ErpSnapshot,
    members: &Members,
    leavers: &Leavers,
    run: &Run,
    missing: &[ActiveRecord],
    now: edge_capabilities::Timestamp,
) -> Result<i64, SyncError> {
    let actor = sync_actor(run);
    let (mut deactivated, mut errors, mut entries) = (Vec::with_capacity(missing.len()), Vec::new(), Vec::new());
    match run.kind {
        Kind::Employees => {
            // An employee who was rehired with another id is the same user, and stays active.
            let rehired = records.seen_users(&run.tenant, missing, &run.seen).await?;
            let (rehired, left): (Vec<&ActiveRecord>, Vec<&ActiveRecord>) =
                missing.iter().partition(|one| rehired.contains(one.user()));
            deactivated.extend(rehired.iter().map(|one| one.id.as_str()));
            let users: Vec<(&str, DirectoryState)> =
                left.iter().map(|one| (one.user(), DirectoryState::Left)).collect();
            let outcomes = members.sync_directory(&run.tenant, &users, None, &actor, now).await?;
            let gone = left.iter().zip(&outcomes).filter(|(_, outcome)| **outcome != SyncOutcome::LastOwner);
            let gone: Vec<&str> = gone.map(|(one, _)| one.user()).collect();
            // Before the records say that they are gone: a run that dies here comes back to them.
            leavers.revoke_seats(&run.tenant, &gone, &actor).await?;
            for (one, outcome) in left.iter().zip(outcomes) {
                if outcome == SyncOutcome::LastOwner {
                    let message = format!(
                        "is no longer in the ERP, and is the tenant's last {}: give the role to another member first",
                        Role::Owner.as_str()
                    );
                    errors.push(record_error(&one.id, message));
                } else {
                    deactivated.push(one.id.as_str());
                }
            }
        }
        Kind::Projects => {
            for one in missing {
                let detail = json!({"project_id": one.id, "run": run.id});
                let id = format!("sync.{}.{}", run.id, one.id);
                entries.push(AuditEntry::with_id(id, "project.closed", &detail, &actor, now));
                deactivated.push(one.id.as_str());
            }
        }
    }
    records.add_errors(&run.id, &errors).await?;
    records.audit().append_all(&run.tenant, &entries).await?;
    records.deactivate(&run.tenant, run.kind, &run.id, &deactivated, now).await?;
    Ok(i64::try_from(errors.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_requires_confirmation_to_deactivate_many() {
        let mut somebody = Seen::default();
        somebody.insert(1);
        for (missing, active, max_percent, unidentified, is_cleared, seen, expected) in [
            (0, 100, 20, 0, false, &somebody, false),
            (20, 100, 20, 0, false, &somebody, false),
            (21, 100, 20, 0, false, &somebody, true),
            (21, 100, 20, 0, true, &somebody, false),
            (1, 4, 20, 0, false, &somebody, true),
            (1, 100, 0, 0, false, &somebody, true),
            (1, 100, 20, 1, false, &somebody, true),
            (100, 100, 100, 0, false, &Seen::default(), true),
            (100, 100, 100, 0, true, &Seen::default(), false),
            (0, 0, 20, 0, false, &Seen::default(), false),
        ] {
            let progress = Progress { is_cleared, unidentified, ..Progress::default() };
            assert_eq!(
                required_confirmation(&progress, seen, missing, active, max_percent).is_some(),
                expected,
                "{missing} of {active}, {max_percent} %"
            );
        }
    }
}

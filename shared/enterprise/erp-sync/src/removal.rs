//! Those that the ERP no longer has. They are deactivated once all pages are read, and never by an answer that may be broken:
//! where too many would go at once, where nobody is left, or where somebody could not be told from others, the run stops
//! and asks.

use std::collections::HashSet;

use edge_access::Role;
use edge_audit::AuditEntry;
use edge_database::MAX_ROWS;
use edge_tenants::{DirectoryState, Members, SyncOutcome};
use serde_json::json;

use crate::people::{author, wrong};
use crate::records::{Active, ErpSnapshot};
use crate::run::{Asked, Kind, Progress, Run};
use crate::seen::Seen;
use crate::work::Stop;

/// Those at a time of whom it is looked whether they were seen.
const LOOKED_AT: usize = 5_000;

/// Whether those who are gone may go: `gone` of `active`, with `share` percent allowed.
pub(crate) fn asks(progress: &Progress, seen: &Seen, gone: i64, active: i64, share: i64) -> Option<Asked> {
    let too_many = i128::from(gone) * 100 > i128::from(share) * i128::from(active);
    let reason = if gone == 0 || progress.is_cleared {
        return None;
    } else if seen.is_empty() {
        "the ERP lists nobody who is known".to_owned()
    } else if progress.unidentified > 0 {
        format!("the ERP lists {} without an id: they may be among those who seem to be gone", progress.unidentified)
    } else if too_many {
        format!("more than {share} % would be deactivated at once")
    } else {
        return None;
    };
    Some(Asked { gone, active, reason })
}

/// How many are active, and how many of them the run has not seen. Those who were taken on again under another id go
/// nowhere.
pub(crate) async fn count(records: &ErpSnapshot, run: &Run) -> Result<(i64, i64), Stop> {
    let (mut active, mut gone, mut behind) = (0_i64, 0_i64, 0);
    loop {
        let some = records.active(&run.tenant, run.kind, behind, LOOKED_AT).await?;
        let is_last = some.len() < LOOKED_AT;
        active = active.saturating_add(i64::try_from(some.len()).unwrap_or(i64::MAX));
        behind = some.iter().map(|one| one.ordinal).fold(behind, i64::max);
        let unseen: Vec<Active> = some.into_iter().filter(|one| !run.seen.contains(one.ordinal)).collect();
        let stay_on = match run.kind {
            Kind::Employees => records.users_among(&run.tenant, &unseen, &run.seen).await?,
            Kind::Projects => HashSet::new(),
        };
        let leave = unseen.iter().filter(|one| !stay_on.contains(one.user())).count();
        gone = gone.saturating_add(i64::try_from(leave).unwrap_or(i64::MAX));
        if is_last {
            return Ok((active, gone));
        }
    }
}

/// The next batch of those who are gone, behind the ordinal `behind`; and where to look on. None: there are no more.
pub(crate) async fn next_gone(
    records: &ErpSnapshot,
    run: &Run,
    mut behind: i64,
) -> Result<Option<(Vec<Active>, i64)>, Stop> {
    let mut gone = Vec::new();
    loop {
        let some = records.active(&run.tenant, run.kind, behind, LOOKED_AT).await?;
        let is_last = some.len() < LOOKED_AT;
        for one in some {
            behind = behind.max(one.ordinal);
            if !run.seen.contains(one.ordinal) {
                gone.push(one);
                if gone.len() == MAX_ROWS {
                    return Ok(Some((gone, behind)));
                }
            }
        }
        if is_last {
            return Ok((!gone.is_empty()).then_some((gone, behind)));
        }
    }
}

/// Deactivates `gone`; gives how many of them could not be.
pub(crate) async fn deactivate(
    records: &ErpSnapshot,
    members: &Members,
    run: &Run,
    gone: &[Active],
    now: edge_capabilities::Timestamp,
) -> Result<i64, Stop> {
    let author = author(run);
    let (mut left, mut stay, mut entries) = (Vec::with_capacity(gone.len()), Vec::new(), Vec::new());
    match run.kind {
        Kind::Employees => {
            // Whoever was taken on again under another id is the same user, and stays.
            let stay_on = records.users_among(&run.tenant, gone, &run.seen).await?;
            let (on, off): (Vec<&Active>, Vec<&Active>) = gone.iter().partition(|one| stay_on.contains(one.user()));
            left.extend(on.iter().map(|one| one.id.as_str()));
            let users: Vec<(&str, DirectoryState)> = off.iter().map(|one| (one.user(), DirectoryState::Left)).collect();
            let outcomes = members.sync_directory(&run.tenant, &users, None, &author, now).await?;
            for (one, outcome) in off.iter().zip(outcomes) {
                if outcome == SyncOutcome::LastOwner {
                    let message =
                        format!("is gone, and is the tenant's last {}: make somebody else one", Role::Owner.as_str());
                    stay.push(wrong(&one.id, message));
                } else {
                    left.push(one.id.as_str());
                }
            }
        }
        Kind::Projects => {
            for one in gone {
                let detail = json!({"project_id": one.id, "run": run.id});
                let id = format!("sync.{}.{}", run.id, one.id);
                entries.push(AuditEntry::with_id(id, "project.closed", &detail, &author, now));
                left.push(one.id.as_str());
            }
        }
    }
    records.note(&run.id, &stay).await?;
    records.audit().append_all(&run.tenant, &entries).await?;
    records.deactivate(&run.tenant, run.kind, &run.id, &left, now).await?;
    Ok(i64::try_from(stay.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_asks_before_it_deactivates_many() {
        let mut somebody = Seen::default();
        somebody.insert(1);
        for (gone, active, share, unidentified, is_cleared, seen, expected) in [
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
            assert_eq!(asks(&progress, seen, gone, active, share).is_some(), expected, "{gone} of {active}, {share} %");
        }
    }
}

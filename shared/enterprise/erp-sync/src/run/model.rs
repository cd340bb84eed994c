//! A sync run and its progress.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Seen;

/// The kind of records that a run syncs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SyncKind)]
pub(crate) enum Kind {
    /// Employees.
    Employees,
    /// Projects and their teams.
    Projects,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Employees, Self::Projects];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Employees => "employees",
            Self::Projects => "projects",
        }
    }

    pub(crate) fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == written)
    }
}

/// The status of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SyncRunStatus)]
pub(crate) enum Status {
    /// In progress. If its worker died, another one resumes it.
    Running,
    /// Waits for confirmation, because it would deactivate many records.
    NeedsConfirmation,
    /// Completed.
    Completed,
    /// Failed; `error` has the reason. Nothing was deactivated.
    Failed,
    /// Replaced by a later run before it was confirmed.
    Superseded,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::NeedsConfirmation => "needs_confirmation",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }

    fn parse(written: &str) -> Option<Self> {
        let all = [Self::Running, Self::NeedsConfirmation, Self::Completed, Self::Failed, Self::Superseded];
        all.into_iter().find(|status| status.as_str() == written)
    }

    /// Whether the status is final.
    pub(crate) const fn is_final(self) -> bool {
        !matches!(self, Self::Running | Self::NeedsConfirmation)
    }
}

/// The deactivations that a run asks to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct PendingDeactivations {
    /// The number of records that would be deactivated.
    pub(crate) gone: i64,
    /// The number of active records.
    pub(crate) active: i64,
    /// The reason why confirmation is required.
    pub(crate) reason: String,
}

/// The progress of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    /// Whether all pages are read.
    pub(crate) is_read: bool,
    /// Whether the deactivations are allowed: they are few enough, or were confirmed.
    pub(crate) is_cleared: bool,
    pub(crate) pages: u32,
    /// The number of consecutive pages without a new record.
    pub(crate) fruitless: u32,
    /// The number of items without an id.
    pub(crate) unidentified: i64,
    pub(crate) asked: Option<PendingDeactivations>,
    /// The number of employees deferred until all pages are read.
    pub(crate) deferred: i64,
    /// The id of the last deferred employee that was applied; None: none was.
    pub(crate) deferred_behind: Option<String>,
    pub(crate) counts: Counts,
}

/// The counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = SyncCounts)]
pub(crate) struct Counts {
    /// The number of items that the ERP listed.
    pub(crate) total: i64,
    /// The number of records that match the ERP now.
    pub(crate) synced: i64,
    /// Of the synced records: created.
    pub(crate) created: i64,
    /// Of the synced records: updated.
    pub(crate) updated: i64,
    /// Of the synced records: active again after a deactivation.
    pub(crate) reactivated: i64,
    /// Of the synced records: unchanged.
    pub(crate) unchanged: i64,
    /// Of the synced records: created or updated, but with a role that was set by hand and is kept.
    pub(crate) kept_by_hand: i64,
    /// The number of records that were deactivated because the ERP no longer lists them.
    pub(crate) deactivated: i64,
    /// The number of items that were listed before in the same run.
    pub(crate) duplicates: i64,
    /// The number of items listed as inactive.
    pub(crate) inactive: i64,
    /// The number of items with an error; see `errors`.
    pub(crate) failed: i64,
}

impl Counts {
    /// Counts the change of one record.
    pub(crate) fn add(&mut self, change: Change) {
        let count = match change {
            Change::Created => &mut self.created,
            Change::Updated => &mut self.updated,
            Change::Reactivated => &mut self.reactivated,
            Change::Kept => &mut self.kept_by_hand,
            Change::Unchanged => &mut self.unchanged,
            Change::Deactivated => return,
        };
        *count = count.saturating_add(1);
        self.synced = self.synced.saturating_add(1);
    }

    /// Whether anything changed.
    pub(crate) const fn changed_something(&self) -> bool {
        self.created > 0 || self.updated > 0 || self.reactivated > 0 || self.kept_by_hand > 0 || self.deactivated > 0
    }
}

/// The change of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Created,
    Updated,
    Reactivated,
    Kept,
    Unchanged,
    Deactivated,
}

impl Change {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Reactivated => "reactivated",
            Self::Kept => "kept",
            Self::Unchanged => "unchanged",
            Self::Deactivated => "deactivated",
        }
    }

    pub(crate) fn parse(written: &str) -> Option<Self> {
        let all = [Self::Created, Self::Updated, Self::Reactivated, Self::Kept, Self::Unchanged, Self::Deactivated];
        all.into_iter().find(|change| change.as_str() == written)
    }
}

/// A sync run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) kind: Kind,
    pub(crate) status: Status,
    /// The version of `role_mapping` that the whole run uses.
    pub(crate) rule_version: Option<i64>,
    /// The actor who started it.
    pub(crate) actor: String,
    pub(crate) address: Option<String>,
    /// The cursor of the next page.
    pub(crate) cursor: Option<String>,
    pub(crate) progress: Progress,
    pub(crate) seen: Seen,
    pub(crate) error: Option<String>,
    pub(crate) lease: String,
    pub(crate) leased_until: Timestamp,
    pub(crate) started_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
}

/// The columns in the order of [`Run::from_row`].
pub(crate) const COLUMNS: &str = "id, tenant_id, kind, status, rule_version, actor, address, page_cursor, progress, seen, \
    error, lease, leased_until, started_at, updated_at, finished_at";

impl Run {
    pub(crate) fn from_row(row: &Row) -> Result<Self, DatabaseError> {
        let unknown = |column: &str| DatabaseError::Refused(format!("erp_sync_runs.{column} is not known"));
        let text = |index| Ok::<_, DatabaseError>(row.text(index)?.to_owned());
        let optional = |index| Ok::<_, DatabaseError>(row.optional_text(index)?.map(ToOwned::to_owned));
        Ok(Self {
            id: text(0)?,
            tenant: text(1)?,
            kind: Kind::parse(row.text(2)?).ok_or_else(|| unknown("kind"))?,
            status: Status::parse(row.text(3)?).ok_or_else(|| unknown("status"))?,
            rule_version: row.optional_integer(4)?,
            actor: text(5)?,
            address: optional(6)?,
            cursor: optional(7)?,
            progress: serde_json::from_str(row.text(8)?).map_err(|_| unknown("progress"))?,
            seen: Seen::parse(row.text(9)?),
            error: optional(10)?,
            lease: text(11)?,
            leased_until: Timestamp::from_millis(row.integer(12)?),
            started_at: Timestamp::from_millis(row.integer(13)?),
            updated_at: Timestamp::from_millis(row.integer(14)?),
            finished_at: row.optional_integer(15)?.map(Timestamp::from_millis),
        })
    }
}

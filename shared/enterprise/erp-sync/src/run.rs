//! A run, and how far it is.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::seen::Seen;

/// What a run brings over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// People.
    Employees,
    /// Projects, and who works on them.
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

/// How it is with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// It is under way, or was when its worker died: whoever comes next takes it up.
    Running,
    /// It would deactivate more than it may by itself.
    NeedsConfirmation,
    /// It came to its end.
    Completed,
    /// It could not: see its error. Nobody was deactivated.
    Failed,
    /// It asked, and was answered by another run.
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

    /// Whether nothing more becomes of it.
    pub(crate) const fn is_final(self) -> bool {
        !matches!(self, Self::Running | Self::NeedsConfirmation)
    }
}

/// Those that the ERP no longer has, where a run asks before it deactivates them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Asked {
    /// How many would be deactivated.
    pub(crate) gone: i64,
    /// Of how many.
    pub(crate) active: i64,
    /// Why it asks.
    pub(crate) reason: String,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    /// All pages are read.
    pub(crate) is_read: bool,
    /// Those that the ERP no longer has may be deactivated: they are few enough, or somebody said so.
    pub(crate) is_cleared: bool,
    pub(crate) pages: u32,
    /// Pages in a row with nobody new on them.
    pub(crate) fruitless: u32,
    /// Items without an id: nobody knows whom they stand for.
    pub(crate) unidentified: i64,
    pub(crate) asked: Option<Asked>,
    /// Employees who wait until all pages are read.
    pub(crate) deferred: i64,
    /// Up to which of them, by their ids, they are taken over; None: not yet begun.
    pub(crate) deferred_behind: Option<String>,
    pub(crate) counts: Counts,
}

/// What a run has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct Counts {
    /// What the ERP listed.
    pub(crate) total: i64,
    /// Those of them that are now as the ERP has them.
    pub(crate) synced: i64,
    /// Of the synced: new.
    pub(crate) created: i64,
    /// Of the synced: changed.
    pub(crate) updated: i64,
    /// Of the synced: back after they had been gone.
    pub(crate) reactivated: i64,
    /// Of the synced: as they were.
    pub(crate) unchanged: i64,
    /// Of the synced: new or changed, but with the role that somebody gave by hand.
    pub(crate) kept_by_hand: i64,
    /// Those that the ERP no longer has.
    pub(crate) deactivated: i64,
    /// Listed more than once.
    pub(crate) duplicates: i64,
    /// Listed as no longer active.
    pub(crate) inactive: i64,
    /// Those that something is wrong with: see errors.
    pub(crate) failed: i64,
}

impl Counts {
    /// Counts what was done to one.
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

    /// Whether anything is not as it was.
    pub(crate) const fn changed_something(&self) -> bool {
        self.created > 0 || self.updated > 0 || self.reactivated > 0 || self.kept_by_hand > 0 || self.deactivated > 0
    }
}

/// What was done to one.
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

/// A run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) kind: Kind,
    pub(crate) status: Status,
    /// The version of `role_mapping` that decides from its first page to its last.
    pub(crate) rule_version: Option<i64>,
    /// Who started it.
    pub(crate) actor: String,
    pub(crate) address: Option<String>,
    /// Where the next page begins.
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

/// The columns, in the order in which [`Run::from_row`] reads them.
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

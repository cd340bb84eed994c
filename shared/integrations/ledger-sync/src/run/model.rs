//! A run.

use edge_capabilities::Timestamp;
use edge_database::{json_column, record, text_column};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::document::Counts;
use crate::error::{Reason, SyncCode};
use crate::throttle::Allowance;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = LedgerRunStatus)]
pub enum RunStatus {
    /// It has not begun.
    Queued,
    /// It goes on.
    Running,
    /// It goes on by itself at a time that it says.
    Waiting,
    /// It tried all documents. Some may have failed: see the counts.
    Completed,
    /// It could not go on: see the error.
    Failed,
    /// The integration was disconnected.
    Stopped,
}

impl RunStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Waiting, Self::Completed, Self::Failed, Self::Stopped];

    /// The status as text: `running`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    /// The status with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

text_column!(RunStatus);
json_column!(Counts);

/// A run of an integration. INVARIANT: of each integration at most one has no `finished_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// `syn_…`.
    pub id: String,
    pub(crate) tenant: String,
    /// The integration's id.
    pub integration: String,
    /// Where it stands.
    pub status: RunStatus,
    /// Who started it.
    pub actor: String,
    /// Whether the edge's records were looked through.
    pub(crate) is_collected: bool,
    /// How often in succession the provider could not do what it was asked.
    pub(crate) failures: i64,
    /// How often in succession the provider allowed nothing more.
    pub(crate) throttled: i64,
    pub(crate) throttle: Allowance,
    /// What it is done with, once it has ended.
    pub(crate) counts: Counts,
    /// When it goes on.
    pub resume_at: Option<Timestamp>,
    /// Why it waits, failed or was stopped.
    pub code: Option<SyncCode>,
    /// What there is to say about that.
    pub error: Option<String>,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it last got on.
    pub updated_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    pub(crate) revision: i64,
}

record! {
    Run in "ledger_runs" {
        id, tenant: "tenant_id", integration: "integration_id", status, actor, is_collected, failures, throttled, throttle,
        counts, resume_at, code: "error_code", error, started_at, updated_at, finished_at, revision,
    }
}

impl Run {
    /// A run that has not begun.
    pub(crate) fn new(id: String, tenant: &str, integration: &str, actor: &str, now: Timestamp) -> Self {
        Self {
            id,
            tenant: tenant.to_owned(),
            integration: integration.to_owned(),
            status: RunStatus::Queued,
            actor: actor.to_owned(),
            is_collected: false,
            failures: 0,
            throttled: 0,
            throttle: Allowance::default(),
            counts: Counts::default(),
            resume_at: None,
            code: None,
            error: None,
            started_at: now,
            updated_at: now,
            finished_at: None,
            revision: 1,
        }
    }

    /// It goes on now.
    pub(crate) fn go_on(&mut self) {
        (self.status, self.resume_at, self.code, self.error) = (RunStatus::Running, None, None, None);
    }

    /// It goes on at `until`.
    pub(crate) fn wait(&mut self, until: Timestamp, reason: Reason) {
        self.status = RunStatus::Waiting;
        self.resume_at = Some(until);
        self.say(Some(reason));
    }

    /// It has ended.
    pub(crate) fn end(&mut self, status: RunStatus, reason: Option<Reason>, now: Timestamp) {
        self.status = status;
        self.resume_at = None;
        self.finished_at = Some(now);
        self.say(reason);
    }

    fn say(&mut self, reason: Option<Reason>) {
        let (code, message) = reason.map_or((None, None), |reason| (Some(reason.code), Some(reason.message)));
        (self.code, self.error) = (code, message);
    }
}

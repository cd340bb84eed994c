//! The levels of a request.

use edge_capabilities::Timestamp;
use edge_rulebook::contract::ApprovalLevel;
use edge_tenants::Party;
use serde::{Deserialize, Serialize};

use super::model::HeldRole;

/// People who approve, before the next level is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Who may approve: `role:finance_manager`, `user:u1`, `key:k1`.
    pub approvers: Vec<String>,
    /// The number of approvals that the level needs.
    pub quorum: u32,
    /// The time after which `escalates_to` may approve as well, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalates_after_ms: Option<i64>,
    /// Who may approve after that time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalates_to: Vec<String>,
}

impl From<ApprovalLevel> for Level {
    fn from(level: ApprovalLevel) -> Self {
        Self::new(level.approvers, level.quorum)
    }
}

impl From<Level> for ApprovalLevel {
    fn from(level: Level) -> Self {
        Self { approvers: level.approvers, quorum: level.quorum }
    }
}

impl Level {
    /// A level without escalation.
    pub fn new(approvers: Vec<String>, quorum: u32) -> Self {
        Self { approvers, quorum, escalates_after_ms: None, escalates_to: Vec::new() }
    }

    /// From when on `escalates_to` may approve, where the level was reached at `reached`.
    pub(crate) fn escalates_at(&self, reached: Timestamp) -> Option<Timestamp> {
        let after = self.escalates_after_ms.filter(|_| !self.escalates_to.is_empty())?;
        Some(Timestamp::from_millis(reached.as_millis().saturating_add(after)))
    }

    /// Whether the level asks a person with these names and roles. Roles that a member of `party` gave do not count.
    pub(crate) fn asks(&self, names: &[String], roles: &[HeldRole], party: &Party, is_escalated: bool) -> bool {
        let others: &[String] = if is_escalated { &self.escalates_to } else { &[] };
        self.approvers.iter().chain(others).any(|approver| match approver.strip_prefix("role:") {
            Some(role) => roles
                .iter()
                .any(|held| held.role.eq_ignore_ascii_case(role) && !party.includes(held.given_by.as_deref())),
            None => names.contains(approver),
        })
    }
}

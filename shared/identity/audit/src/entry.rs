//! One entry of the audit log.

use edge_capabilities::{Random, Timestamp, random};
use serde::{Deserialize, Serialize};

/// The caller who changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The caller's id: `key:<id>`, `user:<sub>`, `bootstrap`.
    pub id: String,
    /// The address that the request came from.
    pub address: Option<String>,
}

/// Something that was done to a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Unique among all entries.
    pub id: String,
    /// What was done: `tenant.changed`.
    pub action: String,
    /// The object of the action and its details, JSON.
    pub detail: String,
    /// The id of the [`Actor`].
    pub actor: String,
    /// The address of the [`Actor`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it was done.
    pub at: Timestamp,
}

impl AuditEntry {
    /// An entry with a random id: `actor` does `action` at `at`.
    pub fn new(action: &str, detail: &serde_json::Value, actor: &Actor, random: &dyn Random, at: Timestamp) -> Self {
        Self::with_id(random::hex::<16>(random), action, detail, actor, at)
    }

    /// An entry whose id its writer chooses: appended again, it is there once.
    pub fn with_id(
        id: impl Into<String>,
        action: &str,
        detail: &serde_json::Value,
        actor: &Actor,
        at: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            action: action.to_owned(),
            detail: detail.to_string(),
            actor: actor.id.clone(),
            address: actor.address.clone(),
            at,
        }
    }
}

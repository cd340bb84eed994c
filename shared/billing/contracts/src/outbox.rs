//! What is still to be done about a contract's changes. It is in the row of the contract: a change and what follows from it
//! are one statement, and an instance that dies leaves the rest to a job. Each step may be repeated.

use edge_audit::AuditEntry;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::contract::DueCharge;

/// The most charges that wait in a row. A contract that was entered with many past terms is charged in several steps.
pub(crate) const MAX_CHARGES: usize = 400;

/// What is still to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// Charges to make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<DueCharge>,
    /// Entries of the audit log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audits: Vec<AuditEntry>,
    /// What people are to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
}

/// What people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// The contract renews soon.
    Renewal,
    /// The contract expires soon.
    Expiry,
    /// Notice was given.
    Notice,
    /// The contract has ended.
    Ended,
}

/// Something to tell people of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The id of the event: people are told of each once.
    pub id: String,
    /// What it is about.
    pub kind: MessageKind,
    /// What the message says.
    pub data: Map<String, Value>,
}

impl Outbox {
    /// Whether nothing is to be done.
    pub const fn is_empty(&self) -> bool {
        self.charges.is_empty() && self.audits.is_empty() && self.messages.is_empty()
    }

    /// Takes out what is done.
    pub(crate) fn remove(&mut self, done: &Self) {
        self.charges.retain(|charge| !done.charges.iter().any(|known| known.source == charge.source));
        self.audits.retain(|entry| !done.audits.iter().any(|known| known.id == entry.id));
        self.messages.retain(|message| !done.messages.iter().any(|known| known.id == message.id));
    }
}

//! What the audit log says of a contract: each event, with what changed before and after.

use edge_audit::{Actor, AuditEntry};
use edge_capabilities::Timestamp;
use serde::Serialize;

use crate::amendment::{Difference, differences};
use crate::contract::{Contract, amount};
use crate::error::ContractError;
use crate::timeline::Event;

/// The details of an entry.
#[derive(Serialize)]
struct Detail<'c> {
    contract_id: &'c str,
    contract_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amendment: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<edge_money::DecimalAmount>,
    changes: Vec<Difference>,
}

impl Contract {
    /// Has the log say what happened since `before`, which `actor` did: an entry for each event, or one for a change without
    /// an event. Nothing where nothing changed.
    pub(crate) fn audit(&mut self, before: Option<&Self>, actor: &Actor, now: Timestamp) -> Result<(), ContractError> {
        let known = before.map_or(0, |before| before.events.len());
        let new: Vec<Event> = self.events.get(known..).unwrap_or_default().to_vec();
        let changes = self.changes_since(before);
        if new.is_empty() && changes.is_empty() {
            return Ok(());
        }
        if new.is_empty() {
            let id = format!("{}.{}", self.id, self.revision.saturating_add(1));
            let entry = self.entry(id, "contract.changed", None, changes, actor, now)?;
            self.outbox.audits.push(entry);
            return Ok(());
        }
        let last = new.len().saturating_sub(1);
        let mut changes = Some(changes);
        for (index, event) in new.iter().enumerate() {
            let id = format!("{}.event.{}", self.id, event.number);
            let action = format!("contract.{}", event.kind.as_str());
            let changes = if index == last { changes.take().unwrap_or_default() } else { Vec::new() };
            let entry = self.entry(id, &action, Some(event), changes, actor, now)?;
            self.outbox.audits.push(entry);
        }
        Ok(())
    }

    fn entry(
        &self,
        id: String,
        action: &str,
        event: Option<&Event>,
        changes: Vec<Difference>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<AuditEntry, ContractError> {
        let detail = Detail {
            contract_id: &self.id,
            contract_number: self.contract_number(),
            date: event.map(|event| event.date.to_string()),
            term: event.and_then(|event| event.term),
            amendment: event.and_then(|event| event.amendment),
            amount: event.and_then(|event| event.amount).map(|minor| amount(minor, self.currency)),
            changes,
        };
        let detail = serde_json::to_string(&detail).map_err(|_| ContractError::Damaged("it cannot be written"))?;
        // The digits of amounts stay as they are.
        let entry = AuditEntry::with_id(id, action, &serde_json::Value::Null, actor, now);
        Ok(AuditEntry { detail, ..entry })
    }

    /// What of it changed since `before`.
    fn changes_since(&self, before: Option<&Self>) -> Vec<Difference> {
        let Some(before) = before else {
            return Difference::of("status", &(), &self.status).into_iter().collect();
        };
        let mut changes: Vec<Difference> = [
            Difference::of("status", &before.status, &self.status),
            Difference::of("entity_id", &before.entity_id, &self.entity_id),
            Difference::of("currency", &before.currency.as_str(), &self.currency.as_str()),
            Difference::of("start", &before.start(), &self.start()),
            Difference::of("end", &before.end(), &self.end()),
            Difference::of("version", &before.version(), &self.version()),
            Difference::of("notice", &before.notice.map(|one| one.ends_on), &self.notice.map(|one| one.ends_on)),
            Difference::of(
                "terminated",
                &before.termination.as_ref().map(|one| one.date),
                &self.termination.as_ref().map(|one| one.date),
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let (Some(old), Some(new)) = (before.versions.last(), self.versions.last()) {
            changes.extend(differences(&old.content, &new.content, self.currency));
        }
        changes
    }
}

//! What one event does to a tenant, in one statement: the new state, and in the same row the tasks that follow from it.
//! Either both are in the database or neither. The tasks are done afterwards, each in a way that may be repeated: by the
//! instance that made the change, or, if it died, by the next one.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};

use super::model::{Mode, Tenant};
use crate::subscription::{Contradiction, Effect, Event, Status, SubscriptionState, apply};
use edge_audit::AuditEntry;

/// What is still to be done about a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The event of the inbox that it is about. It is settled once everything else is done.
    pub event: String,
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Whether the event took effect; if not, a later event takes precedence.
    pub took_effect: bool,
    /// The audit entry that is still to be written, where somebody and not an event made the change.
    #[serde(default, rename = "deed", skip_serializing_if = "Option::is_none")]
    pub audit_entry: Option<AuditEntry>,
}

impl Task {
    /// The task of a change that somebody made: to write the audit entry.
    pub(crate) fn of_audit_entry(entry: AuditEntry) -> Self {
        Self { event: format!("deed:{}", entry.id), effects: Vec::new(), took_effect: true, audit_entry: Some(entry) }
    }

    /// The same for a change after which the cached verdicts about the tenant's seats are out of date.
    pub(crate) fn concerning_seats(mut self) -> Self {
        self.effects.push(Effect::RaiseFence);
        self
    }

    /// Whether it is of a change that somebody made and that concerns the tenant's seats.
    pub(crate) fn is_audited_and_concerns_seats(&self) -> bool {
        self.audit_entry.is_some() && self.effects.contains(&Effect::RaiseFence)
    }
}

/// A tenant after an event.
#[derive(Clone, Debug)]
pub struct Change {
    /// The tenant to be stored, if nobody has changed it since.
    pub tenant: Tenant,
    /// What the event added to the outbox.
    pub task: Task,
}

/// The result of an event for a tenant.
#[derive(Clone, Debug)]
pub enum SubscriptionOutcome {
    /// There is a change to store.
    Change(Box<Change>),
    /// The same was reported before.
    AlreadyKnown {
        /// Whether the subscription is in the state that the event reports.
        took_effect: bool,
    },
    /// It contradicts what is known.
    Contradiction(Contradiction),
    /// The tenant is never billed.
    NotBillable,
}

/// The result of storing a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitResult {
    /// It is stored.
    Stored,
    /// Another change came in between: read the tenant again.
    Conflict,
}

impl Tenant {
    /// The tenant after `event`, which has the id `id` in the inbox and was received at `received`; `now` is the time of the
    /// change.
    pub fn after(&self, id: &str, event: &Event, received: Timestamp, now: Timestamp) -> SubscriptionOutcome {
        if self.mode == Mode::Internal {
            return SubscriptionOutcome::NotBillable;
        }
        let step = match apply(&self.history, event, received) {
            Ok(step) => step,
            Err(contradiction) => return SubscriptionOutcome::Contradiction(contradiction),
        };
        if !step.is_news {
            return SubscriptionOutcome::AlreadyKnown { took_effect: step.took_effect };
        }
        let before = self.history.state();
        let mut tenant = self.clone();
        tenant.take_over(&before, &step.state);
        if before != step.state {
            tenant.note_subscription(id, now);
        }
        tenant.history = step.history;
        tenant.updated_at = now;
        let task =
            Task { event: id.to_owned(), effects: step.effects, took_effect: step.took_effect, audit_entry: None };
        tenant.outbox.push(task.clone());
        SubscriptionOutcome::Change(Box::new(Change { tenant, task }))
    }

    /// Takes over what differs between two states, and nothing else: what an admin set stays.
    fn take_over(&mut self, before: &SubscriptionState, after: &SubscriptionState) {
        if (before.status, before.is_paused) != (after.status, after.is_paused) {
            self.subscription_status = after.status;
            self.is_suspended = after.status == Some(Status::Suspended);
            let reason = if after.is_paused { "Paused" } else { "Payment failed" };
            self.suspended_reason = self.is_suspended.then(|| reason.to_owned());
        }
        if before.payment != after.payment {
            self.payment_status = after.payment;
        }
        if before.period_end != after.period_end {
            self.subscription_period_end = after.period_end;
        }
        if before.subscription != after.subscription {
            // The gateway's name for it, without the gateway's own.
            let bare = |name: &String| name.split_once(':').map_or(name.as_str(), |(_, bare)| bare).to_owned();
            self.erp_subscription_id = after.subscription.as_ref().map(bare);
        }
        if before.terms != after.terms
            && let Some(terms) = &after.terms
        {
            self.subscription_plan = Some(terms.plan_name.clone());
            if terms.has_quotas {
                self.max_users = terms.max_users;
                self.docs_quota_mb = terms.docs_quota_mb;
            }
        }
        let granted = after.credits.saturating_sub(before.credits);
        self.credits = self.credits.saturating_add(granted);
    }
}

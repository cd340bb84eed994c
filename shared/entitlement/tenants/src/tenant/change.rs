//! What one event does to a tenant, in one step: the new state, and in the same row what is still to be done about it.
//! Either all of it is in the database or nothing. What is to be done is done afterwards, each thing in a way that may
//! be repeated, by whoever made the change or, should that one die, by whoever comes next.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};

use super::model::{Mode, Tenant};
use crate::subscription::{Contradiction, Effect, Event, Status, SubscriptionState, apply};
use edge_audit::AuditEntry;

/// Something that is still to be done about a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The event of the inbox that it is about. It is settled once everything else is done.
    pub event: String,
    /// What is to be done.
    pub effects: Vec<Effect>,
    /// Whether the event took effect; else something later goes before it.
    pub took_effect: bool,
    /// What is still to be written into the audit: the change was somebody's, not an event's.
    #[serde(default, rename = "deed", skip_serializing_if = "Option::is_none")]
    pub audit_entry: Option<AuditEntry>,
}

impl Task {
    /// What is to be done about a change that somebody made: note it.
    pub(crate) fn of_audit_entry(entry: AuditEntry) -> Self {
        Self { event: format!("deed:{}", entry.id), effects: Vec::new(), took_effect: true, audit_entry: Some(entry) }
    }

    /// The same, where what is known of the tenant's seats is out of date by the change.
    pub(crate) fn concerning_seats(mut self) -> Self {
        self.effects.push(Effect::RaiseFence);
        self
    }

    /// Whether it is a change that somebody made which concerns the tenant's seats.
    pub(crate) fn is_audited_and_concerns_seats(&self) -> bool {
        self.audit_entry.is_some() && self.effects.contains(&Effect::RaiseFence)
    }
}

/// A tenant after an event.
#[derive(Clone, Debug)]
pub struct Change {
    /// As it is to be stored, if nobody has changed it since.
    pub tenant: Tenant,
    /// What the event added to the outbox.
    pub task: Task,
}

/// What an event comes to.
#[derive(Clone, Debug)]
pub enum SubscriptionOutcome {
    /// Something is to be stored.
    Change(Box<Change>),
    /// Everything it says was known; whether the subscription stands as it says.
    AlreadyKnown {
        /// Whether the subscription stands as the event says.
        took_effect: bool,
    },
    /// It cannot be true.
    Contradiction(Contradiction),
    /// It is about a tenant that does not pay.
    NotBillable,
}

/// What came of storing a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitResult {
    /// It is stored.
    Stored,
    /// Somebody else changed the tenant in between: look again.
    Conflict,
}

impl Tenant {
    /// The tenant after `event`, which the inbox knows as `id` and received at `received`; `now` is the time of the
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

    /// Takes over what differs between two states, and nothing else: what an admin set otherwise stays.
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

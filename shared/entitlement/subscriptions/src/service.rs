//! Changes of subscriptions and seats: decided on what there is, appended, and told of before they are answered.

use edge_applications::Applications;
use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_erp_events::ErpEvents;
use edge_jobs::JobQueue;
use edge_notifications::Notifications;
use edge_seats::Invalidation;
use edge_tenants::Tenants;
use serde_json::json;

use crate::due::due_job;
use crate::erp_event::erp_event;
use crate::error::SubscriptionError;
use crate::movement::{Account, Batch, Movement, Movements, SeatQuery, StoredSubscription};
use crate::renewal::renewal_job;
use crate::restoration::restoration;
use crate::seat::{Decided, SeatCommand, SeatError, SeatList};
use crate::subscription::{Contradiction, SubscriptionEvent, Terms};

/// How often a change is decided anew because another was faster. Each time another got on.
pub(crate) const MAX_ATTEMPTS: u32 = 200;

/// Subscriptions and seats in the record.
#[derive(Clone)]
pub struct Subscriptions {
    pub(crate) capabilities: Capabilities,
    pub(crate) movements: Movements,
    audit: AuditLog,
    erp_events: ErpEvents,
    invalidation: Invalidation,
    jobs: JobQueue,
    pub(crate) applications: Applications,
    pub(crate) notifications: Notifications,
    pub(crate) tenants: Tenants,
}

/// What an event of a gateway came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventOutcome {
    /// Whether it changed anything.
    pub is_news: bool,
    /// The terms after it.
    pub terms: Terms,
}

impl Subscriptions {
    /// Those in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            movements: Movements::new(db.clone()),
            audit: AuditLog::new(db.clone()),
            erp_events: ErpEvents::new(db.clone()),
            invalidation: Invalidation::new(capabilities, db),
            jobs: JobQueue::new(capabilities, db),
            applications: Applications::new(capabilities, db),
            notifications: Notifications::new(db.clone()),
            tenants: Tenants::new(db.clone()),
            capabilities: capabilities.clone(),
        }
    }

    /// The movements.
    pub fn movements(&self) -> &Movements {
        &self.movements
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// The subscription `id` as it is now.
    pub async fn find(&self, id: &str) -> Result<StoredSubscription, SubscriptionError> {
        let found = self.movements.subscription(id).await?.ok_or(SubscriptionError::NotFound)?;
        Ok(found.at(self.now()))
    }

    /// Makes a change: `decide` adds its movements to the batch. Where another change was faster it is decided anew. What
    /// follows from the change is done before this returns.
    pub(crate) async fn change<T>(
        &self,
        account: &Account,
        actor: &Actor,
        decide: impl Fn(&mut Batch<'_>) -> Result<T, SubscriptionError> + Sync,
    ) -> Result<T, SubscriptionError> {
        for _ in 0..MAX_ATTEMPTS {
            let head = self.movements.head(account).await?;
            let mut batch = Batch::new(account, head, actor, self.now());
            let due = batch.len();
            let decided = decide(&mut batch)?;
            if self.conclude(account, batch, due).await? {
                return Ok(decided);
            }
        }
        Err(SubscriptionError::Busy)
    }

    /// Appends `batch`, whose first `due` movements are those that came due by themselves; a batch of these alone is not
    /// appended. False: another change was faster.
    async fn conclude(&self, account: &Account, batch: Batch<'_>, due: usize) -> Result<bool, SubscriptionError> {
        if batch.len() == due {
            self.settle_undone(account).await?;
            return Ok(true);
        }
        self.append(account, batch).await
    }

    /// Does `commands` with the seats of `subscription`, all that can be done in one step; gives what became of each, in
    /// their order.
    pub async fn change_seats(
        &self,
        account: &Account,
        subscription: &str,
        commands: &[SeatCommand],
        actor: &Actor,
    ) -> Result<Vec<Result<Decided, SeatError>>, SubscriptionError> {
        let query = SeatQuery::of(commands);
        for _ in 0..MAX_ATTEMPTS {
            // INVARIANT: the head is read first. What is read after it may be newer; then the next number is taken.
            let head = self.movements.head(account).await?;
            // A subscription that another followed gives no seats any more.
            if head.as_ref().is_none_or(|head| head.subscription != subscription) {
                return Err(SubscriptionError::Inactive);
            }
            let has_pending = head.as_ref().is_some_and(|head| head.pending > 0);
            let now = self.now();
            let mut batch = Batch::new(account, head, actor, now);
            let mut seats = SeatList(self.movements.seats(account, subscription, &query).await?);
            if has_pending {
                let expired = self.movements.expired(account, subscription, now).await?;
                seats.expire(&mut batch, &expired);
            }
            let due = batch.len();
            let outcomes = commands.iter().map(|command| seats.decide(&mut batch, command)).collect();
            if self.conclude(account, batch, due).await? {
                return Ok(outcomes);
            }
        }
        Err(SubscriptionError::Busy)
    }

    /// Takes `event` of the subscription `id` into account.
    pub async fn apply_event(
        &self,
        id: &str,
        event: &SubscriptionEvent,
        actor: &Actor,
    ) -> Result<EventOutcome, SubscriptionError> {
        let stored = self.movements.subscription(id).await?.ok_or(SubscriptionError::NotFound)?;
        self.change(&stored.account, actor, |batch| {
            let last = batch.head().ok_or(SubscriptionError::NotFound)?;
            let is_last = last.subscription == id;
            let another_is_live = !is_last && last.terms.status.is_live();
            let before = if is_last { last.terms.clone() } else { stored.terms.clone() };
            let transition = before.after(event, batch.now())?;
            let is_news = transition.is_news && (is_last || transition.terms.status.is_live());
            if is_news && another_is_live {
                return Err(Contradiction::AnotherIsLive.into());
            }
            if is_news {
                // It took effect when it happened, unless that is of before the subscription.
                let at = event.at.min(batch.now()).max(before.created_at);
                batch.change_terms(id, transition.terms.clone(), at);
            }
            Ok(EventOutcome { is_news, terms: transition.terms })
        })
        .await
    }

    /// The subscription that a gateway knows by `reference`.
    pub async fn by_reference(&self, reference: &str) -> Result<Option<String>, SubscriptionError> {
        Ok(self.movements.by_reference(reference).await?)
    }

    /// Does what is due of changes whose makers have died; gives of how many accounts.
    pub async fn drain(&self, limit: u32) -> Result<usize, SubscriptionError> {
        let due = self.movements.due(self.now(), limit).await?;
        for account in &due {
            self.settle_undone(account).await?;
        }
        Ok(due.len())
    }

    /// Appends the movements of a change and does what follows from them. False: another change was faster.
    pub(crate) async fn append(&self, account: &Account, batch: Batch<'_>) -> Result<bool, SubscriptionError> {
        let movements = batch.into_rows();
        let is_appended = self.movements.append(&movements).await?;
        if is_appended {
            self.settle(account, &movements).await?;
        }
        Ok(is_appended)
    }

    /// Does what follows from changes whose makers may have died.
    pub(crate) async fn settle_undone(&self, account: &Account) -> Result<(), SubscriptionError> {
        let undone = self.movements.undone(account).await?;
        self.settle(account, &undone).await
    }

    /// Does what follows from `movements`: what is known of the organization's seats is forgotten, the audit log says
    /// who did it, the ERP and people are told, what comes due later gets its job, and the gateway is set back where it has more seats
    /// than are in force. Each may be repeated.
    async fn settle(&self, account: &Account, movements: &[Movement]) -> Result<(), SubscriptionError> {
        let (Some(first), Some(last)) = (movements.first(), movements.last()) else { return Ok(()) };
        self.invalidation.invalidate(&account.organization).await?;
        let entries: Vec<AuditEntry> = movements.iter().map(audit_entry).collect();
        self.audit.append_all(&account.organization, &entries).await?;
        let events: Vec<_> = movements.iter().filter_map(erp_event).collect();
        self.erp_events.raise(&events).await?;
        self.tell(movements).await?;
        let jobs: Vec<_> =
            movements.iter().filter_map(restoration).chain(due_job(movements)).chain(renewal_job(movements)).collect();
        if !jobs.is_empty() {
            self.jobs.enqueue_all(jobs).await?;
        }
        self.movements.done(account, first.number, last.number).await?;
        Ok(())
    }
}

fn audit_entry(movement: &Movement) -> AuditEntry {
    let of = if movement.kind.is_of_seat() { "seat" } else { "subscription" };
    let action = format!("{of}.{}", movement.kind.as_str());
    let (subscription, application) = (&movement.subscription, &movement.application);
    let detail = match &movement.seat_id {
        Some(seat) => json!({
            "subscription_id": subscription, "application": application, "seat_id": seat, "user_id": movement.user,
        }),
        None => json!({
            "subscription_id": subscription, "application": application,
            "seats": {"before": movement.seats_before, "after": movement.seats_after},
        }),
    };
    let actor = Actor { id: movement.actor.clone(), address: movement.address.clone() };
    AuditEntry::with_id(format!("movement:{}", movement.id()), &action, &detail, &actor, movement.recorded_at)
}

#[cfg(test)]
mod tests;

//! From a stored event to its effect.
//!
//! What an event does to a tenant is stored in one statement: the new state, and with it, in the same row, the tasks
//! that follow from it (raise the fence, notify people, settle the event). Until that statement nothing has happened;
//! from then on everything will. The tasks are done right after ([`Processor::do_tasks`]), each in a way that may be
//! repeated; where the worker ends before that, the next event of that tenant or a job does them.

use std::sync::Arc;
use std::time::Duration;

use edge_budgets::Settlement;
use edge_capabilities::config::url;
use edge_capabilities::{Capabilities, Timestamp, backoff, random};
use edge_database::Db;
use edge_gateways::{GatewayEvent, Provider};
use edge_jobs::JobQueue;
use edge_money::Bill;
use edge_notifications::{Notifications, Notifier, NotifyConfig};
use edge_plans::Catalogue;
use edge_seats::Invalidation;
use edge_tenants::{
    CommitResult, Effect, Event as TenantEvent, SubscriptionEvent, SubscriptionOutcome, Task, Tenant, TenantDirectory,
    Tenants,
};

use crate::action::{Action, ActionKind, classify, tenant_event};
use crate::disputes::{NoDisputes, PaymentDisputes};
use crate::drain::retry;
use crate::error::WebhookError;
use crate::event::{EventOutcome, WebhookEvent};
use crate::inbox::{Inbox, LEASE};
use crate::memberships::Memberships;
use crate::messages::events;
use crate::order::{Orders, Quote};
use crate::owner::{Owner, owner};
use crate::response::response_body;
use crate::router::Keepers;
use crate::seats::{SeatNotice, SeatOutcome, SeatSubscriptions};
use crate::settings::{MAX_TIMEOUT, tax_rates};
use crate::shops::{NoShops, ShopEvent, ShopOutcome, Shops};

/// After this many attempts an event is dead. The waits add up to some eleven hours.
const MAX_ATTEMPTS: i64 = 20;
const FIRST_WAIT: Duration = Duration::from_secs(5);
const MAX_WAIT: Duration = Duration::from_hours(1);

/// How often a change of a tenant is tried where another writer was faster. Each time that writer got on.
const MAX_CONFLICTS: u32 = 200;

/// A settled event.
pub(crate) struct Settled {
    pub(crate) outcome: EventOutcome,
    /// The answer to the gateway.
    pub(crate) answer: String,
}

/// What became of an event's change to its tenant.
enum ChangeResult {
    /// It is stored, and the event is settled with it.
    Settled(Settled),
    /// There is nothing to change: the event is still to be settled.
    Unchanged(EventOutcome),
}

/// An event together with its content.
type Parsed<'e> = (&'e WebhookEvent, &'e GatewayEvent);

/// Takes events into effect.
#[derive(Clone)]
pub(crate) struct Processor {
    pub(crate) inbox: Inbox,
    pub(crate) notifications: Notifications,
    pub(crate) notifier: Notifier,
    pub(crate) tenants: Tenants,
    pub(crate) db: Db,
    pub(crate) queue: JobQueue,
    pub(crate) capabilities: Capabilities,
    invalidation: Invalidation,
    memberships: Memberships,
    orders: Orders,
    plans: Catalogue,
    seats: SeatSubscriptions,
    pub(crate) settlement: Settlement,
    pub(crate) disputes: Arc<dyn PaymentDisputes>,
    pub(crate) shops: Arc<dyn Shops>,
}

impl Processor {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db, keepers: Keepers) -> Self {
        let Keepers { suppression, shops, disputes } = keepers;
        let notifications = Notifications::new(db.clone());
        let notifier = Notifier::new(capabilities, &notifications, Arc::new(TenantDirectory::new(db)));
        Self {
            inbox: Inbox::new(db.clone()),
            notifier: match suppression {
                Some(list) => notifier.with_suppression(list),
                None => notifier,
            },
            notifications,
            tenants: Tenants::new(db.clone()),
            db: db.clone(),
            queue: JobQueue::new(capabilities, db),
            invalidation: Invalidation::new(capabilities, db),
            memberships: Memberships::new(capabilities, db),
            orders: Orders::new(db.clone()),
            plans: Catalogue::at_most(capabilities, MAX_TIMEOUT),
            seats: SeatSubscriptions::new(capabilities, db),
            settlement: Settlement::new(capabilities, db),
            disputes: disputes.unwrap_or_else(|| Arc::new(NoDisputes)),
            shops: shops.unwrap_or_else(|| Arc::new(NoShops)),
            capabilities: capabilities.clone(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// A name for a worker.
    pub(crate) fn new_lease(&self) -> String {
        random::hex::<8>(&*self.capabilities.random)
    }

    pub(crate) async fn notify_config(&self) -> Result<NotifyConfig, WebhookError> {
        Ok(NotifyConfig::load(&*self.capabilities.config).await?)
    }

    /// Processes an event of the inbox whose body is still to be read.
    pub(crate) async fn process_stored(&self, stored: &WebhookEvent, lease: &str) -> Result<Settled, WebhookError> {
        let event = stored.parse();
        self.process(stored, lease, classify(stored.provider, &event)).await
    }

    /// Takes an event into effect and settles it; or notes that the attempt failed, and gives the reason. `lease` is
    /// held on the event.
    pub(crate) async fn process(
        &self,
        stored: &WebhookEvent,
        lease: &str,
        action: Result<Action<'_>, EventOutcome>,
    ) -> Result<Settled, WebhookError> {
        match self.take_effect(stored, lease, action).await {
            Err(WebhookError::Taken) => Err(WebhookError::Taken),
            Err(error) => {
                let failures = stored.attempts.saturating_add(1);
                let wait = backoff(&*self.capabilities.random, FIRST_WAIT, MAX_WAIT, failures);
                let due = (failures < MAX_ATTEMPTS).then(|| self.now().plus(wait));
                self.inbox.fail(&stored.id, lease, &error.to_string(), due).await?;
                if let Some(due) = due {
                    // An event whose job cannot be enqueued now is found by the job that looks for leftovers.
                    let _ = self.queue.reschedule(vec![retry(&stored.id, stored.tenant_id.as_deref(), due)]).await;
                }
                Err(error)
            }
            settled => settled,
        }
    }

    async fn take_effect(
        &self,
        stored: &WebhookEvent,
        lease: &str,
        action: Result<Action<'_>, EventOutcome>,
    ) -> Result<Settled, WebhookError> {
        let mut tenant: Option<String> = None;
        let parsed;
        let (event, outcome) = match action {
            Err(outcome) => {
                parsed = stored.parse().ok();
                (parsed.as_ref(), outcome)
            }
            Ok(Action { event, kind }) => {
                let mut order = None;
                let seats = match &kind {
                    ActionKind::ChangeSeats | ActionKind::ChangeSubscription(_) => {
                        order = self.orders.find(stored.provider, event).await?;
                        self.seats.take(stored, event, order.as_ref()).await?
                    }
                    ActionKind::InvalidateSeats { .. }
                    | ActionKind::RemoveMember { .. }
                    | ActionKind::TakeOrder
                    | ActionKind::Refund { .. }
                    | ActionKind::RefundFailed { .. }
                    | ActionKind::Dispute { .. } => None,
                };
                let outcome = match (kind, seats) {
                    (_, Some(SeatOutcome { outcome, organization, pays_order, notice })) => {
                        if let Some((organization, notice)) = organization.as_ref().zip(notice) {
                            self.tell_of_seats((stored, event), organization, notice).await?;
                        }
                        if let Some(organization) = organization.as_ref().filter(|_| pays_order) {
                            let payment = event.payment_id.as_deref().unwrap_or(&stored.id);
                            self.settlement.paid(organization, event.amount, payment).await?;
                        }
                        tenant = organization;
                        outcome
                    }
                    (ActionKind::InvalidateSeats { organization }, None) => {
                        self.invalidate(stored, organization).await?
                    }
                    (ActionKind::TakeOrder, None) => {
                        let taken = self.take_order(stored).await?;
                        tenant = taken.0;
                        taken.1
                    }
                    (ActionKind::RemoveMember { user }, None) => self.memberships.remove(stored, event, user).await?,
                    (ActionKind::Refund { payment }, None) => {
                        let taken = Box::pin(self.refund(stored, event, payment)).await?;
                        tenant = taken.0;
                        taken.1
                    }
                    (ActionKind::RefundFailed { payment }, None) => {
                        let taken = Box::pin(self.refund_failed(stored, event, payment)).await?;
                        tenant = taken.0;
                        taken.1
                    }
                    (ActionKind::Dispute { payment, dispute }, None) => {
                        let taken = Box::pin(self.dispute(stored, event, payment, dispute)).await?;
                        tenant = taken.0;
                        taken.1
                    }
                    (ActionKind::ChangeSeats, None) => EventOutcome::Ignored("unhandled_event"),
                    (ActionKind::ChangeSubscription(change), None) => {
                        match owner(&self.tenants, stored.provider, event, order).await? {
                            Err(outcome) => outcome,
                            Ok(owner) => match self.change_tenant((stored, event), &owner, *change).await? {
                                ChangeResult::Settled(settled) => return Ok(settled),
                                ChangeResult::Unchanged(outcome) => {
                                    tenant = stored_tenant(stored.provider, &owner.organization).map(ToOwned::to_owned);
                                    outcome
                                }
                            },
                        }
                    }
                };
                (Some(event), outcome)
            }
        };
        let now = self.now();
        let answer = response_body(stored, event, Some(&outcome), now);
        let answer = self.inbox.settle(&stored.id, Some(lease), tenant.as_deref(), &outcome, &answer, now).await?;
        answer.map(|answer| Settled { outcome, answer }).ok_or(WebhookError::Taken)
    }

    /// Hands what a shop says of an order to whoever keeps orders; gives the shop's tenant.
    async fn take_order(&self, stored: &WebhookEvent) -> Result<(Option<String>, EventOutcome), WebhookError> {
        let event = ShopEvent {
            provider: stored.provider,
            shop: stored.endpoint.as_deref(),
            body: &stored.body,
            received_at: stored.received_at,
        };
        Ok(match self.shops.take(&event).await? {
            ShopOutcome::Taken { tenant } => (tenant, EventOutcome::Processed),
            ShopOutcome::Ignored { tenant, reason } => (tenant, EventOutcome::Ignored(reason)),
            ShopOutcome::Unreadable { tenant, reason } => {
                (tenant, EventOutcome::Quarantined(format!("unreadable: {reason}")))
            }
        })
    }

    /// Tells an organization of a payment for seats. Whatever of its reports arrive, each payment is told of once.
    async fn tell_of_seats(
        &self,
        (stored, event): Parsed<'_>,
        organization: &str,
        notice: SeatNotice,
    ) -> Result<(), WebhookError> {
        let Some(tenant) = self.tenants.find(organization).await? else { return Ok(()) };
        let workspace = url(&*self.capabilities.config, "workspace_url").await?;
        let payment = event.payment_id.as_deref().unwrap_or(&stored.id);
        let tenant = Tenant { subscription_plan: Some(notice.plan), ..tenant };
        let event = GatewayEvent { plan_name: None, ..event.clone() };
        let events = events(&tenant, &format!("seats.{payment}"), &event, &[notice.effect], &workspace, self.now());
        Ok(self.notifications.raise_all(&events, self.now()).await?)
    }

    /// Forgets who has a seat in an organisation: the ERP has changed it.
    pub(crate) async fn invalidate(
        &self,
        stored: &WebhookEvent,
        organization: &str,
    ) -> Result<EventOutcome, WebhookError> {
        let tenant = self.tenants.of_organization(organization).await?;
        if let (Some(own), tenant) = (&stored.endpoint, &tenant)
            && tenant.as_ref().map_or(organization, |tenant| &tenant.id) != own
        {
            return Ok(EventOutcome::Quarantined("wrong_account".into()));
        }
        // Seats are kept under the id that the ERP gives with them, which is the tenant's or this.
        self.invalidation.invalidate(organization).await?;
        if let Some(tenant) = tenant.filter(|tenant| tenant.id != organization) {
            self.invalidation.invalidate(&tenant.id).await?;
        }
        Ok(EventOutcome::Processed)
    }

    /// Changes the tenant as the event says.
    async fn change_tenant(
        &self,
        (stored, event): Parsed<'_>,
        owner: &Owner,
        change: SubscriptionEvent,
    ) -> Result<ChangeResult, WebhookError> {
        let quarantined = |reason: &str| Ok(ChangeResult::Unchanged(EventOutcome::Quarantined(reason.to_owned())));
        let organization = owner.organization.as_str();
        let mut change = tenant_event(stored, event, change);
        let mut has_plan = false;
        for _ in 0..MAX_CONFLICTS {
            let found = match stored.provider {
                Provider::Erp => self.tenants.of_organization(organization).await?,
                _ => self.tenants.find(&organization.to_ascii_lowercase()).await?,
            };
            let Some(tenant) = found else { return quarantined("unknown_tenant") };
            if stored.endpoint.as_ref().is_some_and(|own| *own != tenant.id) {
                return quarantined("wrong_account");
            }
            if tenant.outbox.iter().any(|task| task.event == stored.id) {
                // Another worker made the change and did not get to the tasks.
                return self.finish((stored, event), &tenant).await;
            }
            if !has_plan {
                self.find_plan(&tenant, event, owner.quote.as_ref(), &mut change).await?;
                has_plan = true;
            }
            let changed = match tenant.after(&stored.id, &change, stored.received_at, self.now()) {
                SubscriptionOutcome::Contradiction(contradiction) => return quarantined(&contradiction.to_string()),
                SubscriptionOutcome::NotBillable => return quarantined("internal_tenant"),
                SubscriptionOutcome::AlreadyKnown { took_effect } => {
                    return Ok(ChangeResult::Unchanged(outcome(took_effect)));
                }
                SubscriptionOutcome::Change(changed) => changed,
            };
            if self.tenants.replace(&changed.tenant, self.now().plus(LEASE)).await? == CommitResult::Stored {
                return self.finish((stored, event), &changed.tenant).await;
            }
        }
        Err(WebhookError::Store("too many writers change the tenant at once".into()))
    }

    /// Does the tasks of `tenant`, the event's among them.
    async fn finish(&self, (stored, event): Parsed<'_>, tenant: &Tenant) -> Result<ChangeResult, WebhookError> {
        let settled = self.do_tasks(tenant, Some((stored, event))).await?;
        let took_effect = tenant.outbox.iter().any(|task| task.event == stored.id && task.took_effect);
        let outcome = outcome(took_effect);
        let answer = match settled {
            Some(answer) => answer,
            // Another worker settled it meanwhile.
            None => {
                let known = self.inbox.find(&stored.id).await.ok().flatten().and_then(|stored| stored.answer);
                known.unwrap_or_else(|| response_body(stored, Some(event), Some(&outcome), self.now()))
            }
        };
        Ok(ChangeResult::Settled(Settled { outcome, answer }))
    }

    /// Completes a payment by the plan to hold it against: the one that was ordered, the one it names, or else the
    /// tenant's own.
    async fn find_plan(
        &self,
        tenant: &Tenant,
        event: &GatewayEvent,
        quote: Option<&Quote>,
        change: &mut TenantEvent,
    ) -> Result<(), WebhookError> {
        let SubscriptionEvent::Paid(paid) = &mut change.what else { return Ok(()) };
        if let Some(quote) = quote {
            paid.period.cycle = paid.period.cycle.or(quote.terms.cycle);
            if paid.amount == Some((quote.minor, quote.currency.clone())) {
                // What was quoted is what was sold.
                paid.period.cycle = quote.terms.cycle.or(paid.period.cycle);
                paid.terms = Some(quote.terms.clone());
                return Ok(());
            }
            change.seats = change.seats.or(Some(quote.seats));
            change.names_plan = true;
        }
        let state = tenant.history.state();
        let own = state.terms.as_ref().map(|terms| terms.plan_id.as_str());
        let as_before = paid.amount.is_some() && paid.amount == state.price;
        let named = quote.map(|quote| quote.terms.plan_id.as_str()).or(event.plan_id.as_deref());
        let Some(id) = named.or(own) else { return Ok(()) };
        if named.is_none() && as_before {
            return Ok(());
        }
        change.tax_rates = tax_rates(&*self.capabilities.config).await?;
        // What was written beside a subscription may be older than its last upgrade.
        let of_line = event.bill.as_ref().and_then(Bill::plan_id).filter(|of_line| *of_line != id && quote.is_none());
        if let Some(of_line) = of_line {
            change.plan = self.plans.find(of_line).await?;
            if change.plan.is_some() {
                return Ok(());
            }
        }
        match self.plans.find(id).await {
            Ok(plan) => change.plan = plan,
            // A renewal as before needs nothing that the tenant does not have.
            Err(_) if as_before && own == Some(id) => paid.terms = state.terms,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Does the tasks in the outbox of the tenant `id`.
    pub(crate) async fn do_tasks_of(&self, id: &str) -> Result<(), WebhookError> {
        if let Some(tenant) = self.tenants.find(id).await? {
            self.do_tasks(&tenant, None).await?;
        }
        Ok(())
    }

    /// Does the tasks in a tenant's outbox. `current` is one of their events, where it is at hand; gives the answer to
    /// its gateway, where it was settled here.
    async fn do_tasks(&self, tenant: &Tenant, current: Option<Parsed<'_>>) -> Result<Option<String>, WebhookError> {
        if tenant.outbox.is_empty() {
            return Ok(None);
        }
        let raising = || tenant.outbox.iter().filter(|task| task.effects.contains(&Effect::RaiseFence));
        if raising().any(|task| task.audit_entry.is_none()) {
            self.invalidation.payment_changed(&tenant.id).await?;
        } else if raising().next().is_some() {
            // An administrator changed the tenant; what payments say about it is as it was.
            self.invalidation.invalidate(&tenant.id).await?;
        }
        let workspace = url(&*self.capabilities.config, "workspace_url").await?;
        let mut answer = None;
        for task in &tenant.outbox {
            match current.filter(|(stored, _)| stored.id == task.event) {
                Some((stored, event)) => {
                    answer = self.do_task(tenant, task, stored, Some(event), &workspace).await?;
                }
                // An event that was removed meanwhile was settled long ago.
                None => {
                    if let Some(stored) = self.inbox.find(&task.event).await? {
                        let event = stored.parse().ok();
                        self.do_task(tenant, task, &stored, event.as_ref(), &workspace).await?;
                    }
                }
            }
        }
        self.tenants.done(&tenant.id, &tenant.outbox).await?;
        Ok(answer)
    }

    /// Notifies people of a change, settles the budget and the event that made it; gives the answer to the gateway,
    /// where the event was open.
    async fn do_task(
        &self,
        tenant: &Tenant,
        task: &Task,
        stored: &WebhookEvent,
        event: Option<&GatewayEvent>,
        workspace: &str,
    ) -> Result<Option<String>, WebhookError> {
        if let Some(event) = event {
            let events = events(tenant, &task.event, event, &task.effects, workspace, self.now());
            self.notifications.raise_all(&events, self.now()).await?;
            let payment = event.payment_id.as_deref().unwrap_or(&task.event);
            if task.effects.contains(&Effect::NotifyPaid) {
                self.settlement.paid(&tenant.id, event.amount, payment).await?;
            } else if task.effects.contains(&Effect::NotifyFailed) {
                self.settlement.failed(&tenant.id, event.amount, payment).await?;
            }
        }
        let (now, outcome) = (self.now(), outcome(task.took_effect));
        let answer = response_body(stored, event, Some(&outcome), now);
        let tenant = stored_tenant(stored.provider, &tenant.id);
        Ok(self.inbox.settle(&task.event, None, tenant, &outcome, &answer, now).await?)
    }
}

/// The tenant that is stored with an event whose body need not name it.
fn stored_tenant(provider: Provider, tenant: &str) -> Option<&str> {
    matches!(provider, Provider::Razorpay | Provider::Stripe).then_some(tenant)
}

const fn outcome(took_effect: bool) -> EventOutcome {
    if took_effect { EventOutcome::Processed } else { EventOutcome::Ignored("superseded") }
}

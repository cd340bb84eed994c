//! From a stored event to its effect.
//!
//! What an event does to a tenant is stored in one statement: the new state, and with it, in the same row, what is
//! still to be done about it (raise the fence, tell people, settle the event). Until that statement nothing has
//! happened; from then on everything will. What is to be done is done right after, each thing so that it may be done
//! again; should whoever does it die, the next event of that tenant or the next drain does it.

use std::time::Duration;

use edge_budgets::{BudgetError, Refund, Settlement};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp, backoff, random};
use edge_database::Db;
use edge_gateways::{GatewayEvent, Provider};
use edge_money::Bill;
use edge_notifications::{Notifications, Notifier, NotifyConfig};
use edge_plans::Catalogue;
use edge_seats::{Invalidation, Unreachable};
use edge_tenants::{Applied, Event as Told, Outcome, SubscriptionEvent, Tenant, Tenants};

use crate::answers::{Said, answer};
use crate::event::{Event, Verdict};
use crate::inbox::{Inbox, LEASE};
use crate::matter::{About, Matter, matter, told};
use crate::messages::messages;
use crate::owner::{Owner, Owners, Quoted};
use crate::settings::{MAX_TIMEOUT, tax_rates};

/// How often an event is tried before it is dead. The waits add up to some eleven hours.
const TRIES: i64 = 20;
const FIRST_WAIT: Duration = Duration::from_secs(5);
const MAX_WAIT: Duration = Duration::from_hours(1);

/// How often a change is made anew because somebody else was faster. Each time somebody else got on.
const ROUNDS: u32 = 200;

/// Why an event is not in effect yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WebhookError {
    /// The ERP does not tell what is needed. Nothing has been changed.
    #[error("{0}")]
    Upstream(String),
    /// A store cannot be reached. How far the change has come is not known; another try finds out.
    #[error("{0}")]
    Store(String),
    /// Somebody else works on it.
    #[error("somebody else works on it")]
    Taken,
}

impl From<DatabaseError> for WebhookError {
    fn from(error: DatabaseError) -> Self {
        Self::Store(error.to_string())
    }
}

impl From<Unreachable> for WebhookError {
    fn from(error: Unreachable) -> Self {
        Self::Store(error.to_string())
    }
}

/// Takes events into effect.
#[derive(Clone)]
pub(crate) struct Processing {
    pub(crate) inbox: Inbox,
    pub(crate) notifications: Notifications,
    pub(crate) notifier: Notifier,
    pub(crate) tenants: Tenants,
    pub(crate) db: Db,
    capabilities: Capabilities,
    invalidation: Invalidation,
    owners: Owners,
    plans: Catalogue,
    settlement: Settlement,
}

impl Processing {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let notifications = Notifications::new(db.clone());
        Self {
            inbox: Inbox::new(db.clone()),
            notifier: Notifier::new(capabilities, &notifications),
            notifications,
            tenants: Tenants::new(db.clone()),
            db: db.clone(),
            invalidation: Invalidation::new(&capabilities.cache, &capabilities.clock, db),
            owners: Owners::new(db.clone()),
            plans: Catalogue::at_most(capabilities, MAX_TIMEOUT),
            settlement: Settlement::new(capabilities, db),
            capabilities: capabilities.clone(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// A name for whoever works on something.
    pub(crate) fn new_lease(&self) -> String {
        random::hex::<8>(&*self.capabilities.random)
    }

    pub(crate) async fn notify_config(&self) -> Result<NotifyConfig, WebhookError> {
        let config = NotifyConfig::load(&*self.capabilities.config).await;
        config.map_err(|error| WebhookError::Upstream(error.to_string()))
    }

    /// Takes `event`, which is ours by `lease`, into effect and settles it; or puts it off, and says why.
    pub(crate) async fn work(&self, event: &Event, lease: &str) -> Result<Verdict, WebhookError> {
        match self.take_effect(event, lease).await {
            Err(WebhookError::Taken) => Err(WebhookError::Taken),
            Err(trouble) => {
                let failures = event.attempts.saturating_add(1);
                let wait = backoff(&*self.capabilities.random, FIRST_WAIT, MAX_WAIT, failures);
                let due = (failures < TRIES).then(|| self.now().plus(wait));
                self.inbox.put_off(&event.id, lease, &trouble.to_string(), due).await?;
                Err(trouble)
            }
            verdict => verdict,
        }
    }

    async fn take_effect(&self, event: &Event, lease: &str) -> Result<Verdict, WebhookError> {
        let reading = event.reading();
        let mut owner: Option<String> = None;
        let verdict = match matter(event.provider, &reading) {
            Err(verdict) => verdict,
            Ok(Matter { about: About::Seats { organization }, .. }) => self.invalidate(event, organization).await?,
            Ok(Matter { reading, about: About::Refund { organization, payment } }) => {
                self.refund(event, organization, reading, payment).await?
            }
            Ok(Matter { reading, about: About::Subscription(what) }) => {
                let told = told(event, reading, *what);
                match self.owners.of(event.provider, reading).await? {
                    Err(verdict) => verdict,
                    Ok(found) => match self.change(event, &found, reading, told).await? {
                        // Settled with the change.
                        Ok(verdict) => return Ok(verdict),
                        Err(verdict) => {
                            owner = bound(event.provider, &found.organization).map(ToOwned::to_owned);
                            verdict
                        }
                    },
                }
            }
        };
        let now = self.now();
        let answer = answer(event, reading.as_ref().ok(), &Said::Settled(&verdict), now);
        if self.inbox.settle(&event.id, Some(lease), owner.as_deref(), &verdict, &answer, now).await? {
            Ok(verdict)
        } else {
            Err(WebhookError::Taken)
        }
    }

    /// The ERP has changed who has a seat.
    pub(crate) async fn invalidate(&self, event: &Event, organization: &str) -> Result<Verdict, WebhookError> {
        let tenant = self.tenants.of_organization(organization).await?;
        if let (Some(own), tenant) = (&event.endpoint, &tenant)
            && tenant.as_ref().map_or(organization, |tenant| &tenant.id) != own
        {
            return Ok(Verdict::Quarantined("wrong_account".into()));
        }
        // Seats hang on the id that the ERP gives with them, which is the tenant's or this.
        self.invalidation.forget(organization).await?;
        if let Some(tenant) = tenant.filter(|tenant| tenant.id != organization) {
            self.invalidation.forget(&tenant.id).await?;
        }
        Ok(Verdict::Processed)
    }

    /// A gateway gave a payment back. Whoever paid keeps what they bought until the gateway says otherwise: only the budget
    /// hears of it.
    async fn refund(
        &self,
        event: &Event,
        organization: &str,
        reading: &GatewayEvent,
        payment: &str,
    ) -> Result<Verdict, WebhookError> {
        let Some(tenant) = self.tenants.find(&organization.to_ascii_lowercase()).await? else {
            return Ok(Verdict::Quarantined("unknown_tenant".into()));
        };
        let refund = Refund {
            tenant: tenant.id,
            payment: payment.to_owned(),
            name: reading.refund_id.clone().unwrap_or_else(|| event.identity.clone()),
            amount: reading.amount,
            is_total: reading.is_total,
        };
        match self.settlement.refunded(&refund).await {
            Ok(()) => Ok(Verdict::Processed),
            Err(BudgetError::CurrencyMismatch) => Ok(Verdict::Quarantined("wrong_currency".into())),
            Err(refused) => Err(WebhookError::Store(refused.to_string())),
        }
    }

    /// Has the tenant follow the event. Ok: it is settled. Err: it is still to be settled, like this.
    async fn change(
        &self,
        event: &Event,
        owner: &Owner,
        reading: &GatewayEvent,
        mut told: Told,
    ) -> Result<Result<Verdict, Verdict>, WebhookError> {
        let mut asked = false;
        let organization = owner.organization.as_str();
        for _ in 0..ROUNDS {
            let found = match event.provider {
                Provider::Erp => self.tenants.of_organization(organization).await?,
                _ => self.tenants.find(&organization.to_ascii_lowercase()).await?,
            };
            let quarantined = |reason: &str| Ok(Err(Verdict::Quarantined(reason.to_owned())));
            let Some(tenant) = found else { return quarantined("unknown_tenant") };
            if event.endpoint.as_ref().is_some_and(|own| *own != tenant.id) {
                return quarantined("wrong_account");
            }
            if let Some(task) = tenant.outbox.iter().find(|task| task.event == event.id) {
                // Somebody has made the change and did not get to the rest.
                let verdict = settled(task.took_effect);
                self.spread(&tenant.id).await?;
                return Ok(Ok(verdict));
            }
            if !asked {
                self.find_plan(&tenant, reading, owner.ordered.as_ref(), &mut told).await?;
                asked = true;
            }
            let change = match tenant.after(&event.id, &told, event.received_at, self.now()) {
                Outcome::Contradiction(contradiction) => return quarantined(&contradiction.to_string()),
                Outcome::DoesNotPay => return quarantined("internal_tenant"),
                Outcome::Known { took_effect } => return Ok(Err(settled(took_effect))),
                Outcome::Change(change) => change,
            };
            if self.tenants.commit(&change, self.now().plus(LEASE)).await? == Applied::Stored {
                self.spread(&tenant.id).await?;
                return Ok(Ok(settled(change.task.took_effect)));
            }
        }
        Err(WebhookError::Store("the tenant is being changed by too many at once".into()))
    }

    /// Completes a payment by the plan to hold it against: the one that was ordered, the one it names, or else the
    /// tenant's own.
    async fn find_plan(
        &self,
        tenant: &Tenant,
        reading: &GatewayEvent,
        ordered: Option<&Quoted>,
        told: &mut Told,
    ) -> Result<(), WebhookError> {
        let SubscriptionEvent::Paid(paid) = &mut told.what else { return Ok(()) };
        if let Some(quote) = ordered {
            paid.period.cycle = paid.period.cycle.or(quote.terms.cycle);
            if paid.amount == Some((quote.minor, quote.currency.clone())) {
                // What was quoted is what was sold.
                paid.period.cycle = quote.terms.cycle.or(paid.period.cycle);
                paid.terms = Some(quote.terms.clone());
                return Ok(());
            }
            told.seats = told.seats.or(Some(quote.seats));
            told.names_plan = true;
        }
        let standing = tenant.history.standing();
        let own = standing.terms.as_ref().map(|terms| terms.plan_id.as_str());
        let as_before = paid.amount.is_some() && paid.amount == standing.price;
        let named = ordered.map(|quote| quote.terms.plan_id.as_str()).or(reading.plan_id.as_deref());
        let Some(id) = named.or(own) else { return Ok(()) };
        if named.is_none() && as_before {
            return Ok(());
        }
        let unreadable = |error: edge_capabilities::config::ConfigError| WebhookError::Upstream(error.to_string());
        told.tax_rates = tax_rates(&*self.capabilities.config).await.map_err(unreadable)?;
        // What was written beside a subscription may be older than its last upgrade.
        let of_line =
            reading.bill.as_ref().and_then(Bill::plan_id).filter(|of_line| *of_line != id && ordered.is_none());
        if let Some(of_line) = of_line {
            let unknown = |unknown: edge_plans::Unknown| WebhookError::Upstream(unknown.to_string());
            told.plan = self.plans.find(of_line).await.map_err(unknown)?;
            if told.plan.is_some() {
                return Ok(());
            }
        }
        match self.plans.find(id).await {
            Ok(plan) => told.plan = plan,
            // A renewal as before needs nothing that the tenant does not have.
            Err(_) if as_before && own == Some(id) => paid.terms = standing.terms,
            Err(unknown) => return Err(WebhookError::Upstream(unknown.to_string())),
        }
        Ok(())
    }

    /// Does what is to be done about a tenant's changes.
    pub(crate) async fn spread(&self, tenant_id: &str) -> Result<(), WebhookError> {
        let Some(tenant) = self.tenants.find(tenant_id).await? else { return Ok(()) };
        if tenant.outbox.is_empty() {
            return Ok(());
        }
        let raising = || tenant.outbox.iter().filter(|task| task.effects.contains(&edge_tenants::Effect::RaiseFence));
        if raising().any(|task| task.deed.is_none()) {
            self.invalidation.payment_changed(tenant_id).await?;
        } else if raising().next().is_some() {
            // Somebody changed the tenant; what payments say of it is as it was.
            self.invalidation.forget(tenant_id).await?;
        }
        let config = self.notify_config().await?;
        for task in &tenant.outbox {
            // An event that was removed meanwhile was settled long ago.
            let Some(event) = self.inbox.find(&task.event).await? else { continue };
            let reading = event.reading().ok();
            if let Some(reading) = &reading {
                let messages = messages(&tenant, &task.event, reading, &task.effects, self.now());
                self.notifications.queue(messages, config.is_configured(), self.now()).await?;
                self.settle_budget(&tenant.id, &task.event, reading, &task.effects).await?;
            }
            let now = self.now();
            let verdict = settled(task.took_effect);
            let answer = answer(&event, reading.as_ref(), &Said::Settled(&verdict), now);
            self.inbox.settle(&task.event, None, bound(event.provider, &tenant.id), &verdict, &answer, now).await?;
        }
        self.tenants.done(tenant_id, &tenant.outbox).await?;
        Ok(())
    }
}

impl Processing {
    /// Has the tenant's budget know of a payment that came in or failed.
    async fn settle_budget(
        &self,
        tenant: &str,
        event: &str,
        reading: &GatewayEvent,
        effects: &[edge_tenants::Effect],
    ) -> Result<(), WebhookError> {
        let payment = reading.payment_id.as_deref().unwrap_or(event);
        let settled = if effects.contains(&edge_tenants::Effect::TellPaid) {
            self.settlement.paid(tenant, reading.amount, payment).await
        } else if effects.contains(&edge_tenants::Effect::TellFailed) {
            self.settlement.failed(tenant, reading.amount, payment).await
        } else {
            Ok(())
        };
        settled.map_err(|refused| WebhookError::Store(refused.to_string()))
    }
}

/// Whose an event is to be stored as, where it need not say so itself.
fn bound(provider: Provider, tenant: &str) -> Option<&str> {
    matches!(provider, Provider::Razorpay | Provider::Stripe).then_some(tenant)
}

const fn settled(took_effect: bool) -> Verdict {
    if took_effect { Verdict::Processed } else { Verdict::Ignored("superseded") }
}

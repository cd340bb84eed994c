//! Changes of a running subscription: its seats, its plan, its end.

pub(crate) mod api;

use edge_audit::Actor;
use edge_capabilities::Timestamp;

use super::facts::Dated;
use super::plan::PlanTerms;
use super::status::Status;
use super::terms::{GatewayName, Scheduled, Terms};
use crate::error::SubscriptionError;
use crate::gateway::{
    Acknowledged, Buyer, Cancellation, Effective, GatewayError, GatewaySubscription, Gateways, Preview, TermsChange,
};
use crate::movement::{Batch, StoredSubscription};
use crate::service::Subscriptions;

/// What is to change of a subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WantedChange {
    pub(crate) seats: Option<i64>,
    pub(crate) plan: Option<PlanTerms>,
    /// When; None: more at once, fewer with the next period.
    pub(crate) effective: Option<Effective>,
    /// The version that the change was decided on; None: whichever there is.
    pub(crate) version: Option<i64>,
    /// Who asks for it.
    pub(crate) buyer: Buyer,
}

/// A change and when it takes effect.
struct Plan {
    seats: i64,
    plan: PlanTerms,
    effective: Effective,
}

fn annual(plan: &PlanTerms, seats: i64) -> i64 {
    plan.price.saturating_mul(seats).saturating_mul(super::period::payments_per_year(plan.cycle))
}

impl WantedChange {
    /// Whether it gives more than there is: more seats, or another plan.
    pub(crate) fn gives_more(&self, terms: &Terms) -> bool {
        self.seats.is_some_and(|seats| seats > terms.seats)
            || self.plan.as_ref().is_some_and(|plan| (&plan.id, plan.version) != (&terms.plan.id, terms.plan.version))
    }

    fn of(&self, terms: &Terms) -> Plan {
        let seats = self.seats.unwrap_or(terms.seats);
        let plan = self.plan.clone().unwrap_or_else(|| terms.plan.clone());
        let is_less = seats < terms.seats || annual(&plan, seats) < annual(&terms.plan, terms.seats);
        let default = if is_less { Effective::PeriodEnd } else { Effective::Now };
        Plan { seats, plan, effective: self.effective.unwrap_or(default) }
    }

    /// Makes the change in `terms`, as it is acknowledged.
    fn apply(&self, terms: &mut Terms, Acknowledged { at, unpaid }: &Acknowledged) {
        let at = *at;
        let Plan { seats, plan, effective } = self.of(terms);
        let scheduled = terms.scheduled.take();
        let (mut later_seats, mut later_plan) =
            scheduled.map_or((None, None), |scheduled| (scheduled.seats, scheduled.plan));
        let is_later = effective == Effective::PeriodEnd;
        // A change of the one keeps what is scheduled of the other; asking for what there is takes back what is scheduled.
        if self.seats.is_some() {
            later_seats = (is_later && seats != terms.seats).then_some(seats);
        }
        if self.plan.is_some() {
            later_plan = (is_later && plan != terms.plan).then(|| plan.clone());
        }
        if !is_later {
            if seats != terms.seats {
                terms.set_seats(seats, at);
                terms.unpaid_increase.clone_from(unpaid);
                // The payment may have been reported before.
                terms.settle_increase();
            }
            if plan.cycle != terms.plan.cycle && terms.status != Status::Trialing {
                terms.anchor = at;
                terms.period = Some(super::period::period_at(plan.cycle, at, at));
            }
            terms.plan = plan;
        }
        let end = terms.period.map(|(_, end)| end);
        terms.scheduled = end.filter(|_| later_seats.is_some() || later_plan.is_some()).map(|at| Scheduled {
            seats: later_seats,
            plan: later_plan,
            at,
        });
    }
}

impl StoredSubscription {
    pub(crate) fn at_gateway<'a>(&'a self, key: &'a str) -> GatewaySubscription<'a> {
        let Self { account, id, terms, .. } = self;
        GatewaySubscription { id, organization: &account.organization, application: &account.application, terms, key }
    }
}

impl Subscriptions {
    /// What `wanted` would cost.
    pub(crate) async fn preview(
        &self,
        stored: &StoredSubscription,
        wanted: &WantedChange,
        gateways: &Gateways,
    ) -> Result<Preview, SubscriptionError> {
        check_changeable(&stored.terms)?;
        let Plan { seats, plan, effective } = wanted.of(&stored.terms);
        let subscription = stored.at_gateway("preview");
        let (now, buyer) = (self.now(), Some(&wanted.buyer));
        let change = TermsChange { subscription, seats, plan: &plan, effective, now, buyer };
        Ok(gateways.get(stored.terms.gateway)?.preview(&change).await?)
    }

    /// Changes the seats or the plan of `stored`.
    pub(crate) async fn resize(
        &self,
        stored: &StoredSubscription,
        wanted: &WantedChange,
        gateways: &Gateways,
        actor: &Actor,
    ) -> Result<(), SubscriptionError> {
        check_changeable(&stored.terms)?;
        check_version(stored.version, wanted.version)?;
        // What has come due has a version of its own: a call to the gateway that was made before it is another call.
        self.write_due(&stored.account).await?;
        let stored = &self.find(&stored.id).await?;
        check_changeable(&stored.terms)?;
        check_version(stored.version, wanted.version)?;
        let Plan { seats, plan, effective } = wanted.of(&stored.terms);
        let key = format!("{}:{}:{seats}:{}:{}:{effective:?}", stored.id, stored.version, plan.id, plan.version);
        let gateway = gateways.get(stored.terms.gateway)?;
        let (now, buyer) = (self.now(), Some(&wanted.buyer));
        let change = TermsChange { subscription: stored.at_gateway(&key), seats, plan: &plan, effective, now, buyer };
        // INVARIANT: nothing more is granted than the gateway took on, so an increase is made there first. A decrease is
        // made here first: seats are free or not by the record, and what the gateway reports of it must find it scheduled.
        if wanted.gives_more(&stored.terms) && stored.terms.gateway != GatewayName::Manual {
            let acknowledged = gateway.change(&change).await?;
            return self.record(stored, wanted, None, &acknowledged, actor).await;
        }
        self.record(stored, wanted, wanted.version, &Acknowledged::at(now), actor).await?;
        if let Err(error) = gateway.change(&change).await {
            // A gateway that did not answer may have done it: what it reports next decides.
            if !matches!(error, GatewayError::Unavailable(_)) {
                self.restore(stored, actor).await?;
            }
            return Err(error.into());
        }
        Ok(())
    }

    /// Records a change; `version` is the one that it was decided on.
    async fn record(
        &self,
        stored: &StoredSubscription,
        wanted: &WantedChange,
        version: Option<i64>,
        acknowledged: &Acknowledged,
        actor: &Actor,
    ) -> Result<(), SubscriptionError> {
        let expired = self.movements.count_expired(&stored.account, &stored.id, self.now()).await?;
        let change = |batch: &mut Batch<'_>| {
            let head = batch.head().filter(|head| head.subscription == stored.id).ok_or(SubscriptionError::Inactive)?;
            check_version(head.terms_number, version)?;
            check_changeable(&head.terms)?;
            let mut terms = head.terms.clone();
            let seats = wanted.of(&terms).seats;
            // What expired is free, whether or not it is noted.
            if seats < terms.seats && head.taken().saturating_sub(expired) > seats {
                return Err(SubscriptionError::SeatsInUse);
            }
            wanted.apply(&mut terms, acknowledged);
            if terms != head.terms {
                batch.change_terms(&stored.id, terms, batch.now());
            }
            Ok(())
        };
        self.change(&stored.account, actor, change).await
    }

    /// Takes back a decrease that the gateway refused.
    async fn restore(&self, stored: &StoredSubscription, actor: &Actor) -> Result<(), SubscriptionError> {
        let change = |batch: &mut Batch<'_>| {
            let Some(head) = batch.head().filter(|head| head.subscription == stored.id) else { return Ok(()) };
            let mut terms = head.terms.clone();
            if terms.seats != stored.terms.seats {
                terms.set_seats(stored.terms.seats, batch.now());
            }
            terms.plan = stored.terms.plan.clone();
            terms.scheduled = stored.terms.scheduled.clone();
            if terms != head.terms {
                batch.change_terms(&stored.id, terms, batch.now());
            }
            Ok(())
        };
        self.change(&stored.account, actor, change).await
    }

    /// Ends `stored`: now, or with its period.
    pub(crate) async fn cancel(
        &self,
        stored: &StoredSubscription,
        immediate: bool,
        reason: Option<&str>,
        gateways: &Gateways,
        actor: &Actor,
    ) -> Result<(), SubscriptionError> {
        let is_open = |terms: &Terms| terms.status.is_live() || terms.status == Status::Incomplete;
        if !is_open(&stored.terms) {
            return Err(SubscriptionError::Inactive);
        }
        // What was never paid has no period to wait for.
        let immediate = immediate || stored.terms.status == Status::Incomplete;
        let key = format!("{}:{}:cancel:{immediate}", stored.id, stored.version);
        let cancellation = Cancellation { subscription: stored.at_gateway(&key), immediate };
        let at = gateways.get(stored.terms.gateway)?.cancel(&cancellation).await?.at;
        let change = |batch: &mut Batch<'_>| {
            let head = batch.head().filter(|head| head.subscription == stored.id).ok_or(SubscriptionError::Inactive)?;
            let mut terms = head.terms.clone();
            if !is_open(&terms) {
                // The gateway reported it already.
                return Ok(());
            }
            terms.cancel_reason = reason.map(ToOwned::to_owned).or(terms.cancel_reason);
            let was_incomplete = terms.status == Status::Incomplete;
            if immediate {
                terms.end(batch.now());
                terms.facts.end(at);
                if was_incomplete {
                    terms.status = Status::Expired;
                }
            } else {
                terms.set_cancels(true, at);
            }
            if terms != head.terms {
                batch.change_terms(&stored.id, terms, batch.now());
            }
            Ok(())
        };
        self.change(&stored.account, actor, change).await
    }

    /// Takes back a cancellation that has not taken effect.
    pub(crate) async fn reactivate(
        &self,
        stored: &StoredSubscription,
        gateways: &Gateways,
        actor: &Actor,
    ) -> Result<(), SubscriptionError> {
        if !stored.terms.status.is_live() {
            return Err(SubscriptionError::Inactive);
        }
        if !stored.terms.cancel_at_period_end {
            return Ok(());
        }
        let key = format!("{}:{}:reactivate", stored.id, stored.version);
        let at = gateways.get(stored.terms.gateway)?.reactivate(&stored.at_gateway(&key)).await?.at;
        let change = |batch: &mut Batch<'_>| {
            let head = batch.head().filter(|head| head.subscription == stored.id).ok_or(SubscriptionError::Inactive)?;
            let mut terms = head.terms.clone();
            if !terms.status.is_live() {
                return Err(SubscriptionError::Inactive);
            }
            terms.set_cancels(false, at);
            if terms != head.terms {
                batch.change_terms(&stored.id, terms, batch.now());
            }
            Ok(())
        };
        self.change(&stored.account, actor, change).await
    }
}

impl Terms {
    /// Whether it ends with its period, as of `at` by the gateway's clock.
    fn set_cancels(&mut self, cancels: bool, at: Timestamp) {
        self.cancel_at_period_end = cancels;
        self.facts.cancels = Some(Dated { at, value: cancels });
    }
}

/// Whether seats and plan may be changed.
fn check_changeable(terms: &Terms) -> Result<(), SubscriptionError> {
    match terms.status {
        Status::Trialing | Status::Active | Status::PastDue => Ok(()),
        _ => Err(SubscriptionError::Inactive),
    }
}

fn check_version(found: i64, wanted: Option<i64>) -> Result<(), SubscriptionError> {
    if wanted.is_none_or(|wanted| wanted == found) { Ok(()) } else { Err(SubscriptionError::Changed) }
}

//! Reserving amounts of a budget. The rule `budget` decides whether an amount may be reserved. The ledger makes sure that the
//! sums never go past a hard threshold, whatever the rule decides and however many requests arrive at once.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};
use edge_money::Money;
use edge_rulebook::contract::{BudgetAlert, BudgetDecision, BudgetInput, BudgetOutcome};
use edge_rulebook::{Context, Decision, RuleError, Rulebook};
use edge_tenants::Parties;

use crate::alert::Alerts;
use crate::balance::PeriodBalance;
use crate::budget::{Budget, BudgetScope, Budgets, EffectiveBudget, effective_for};
use crate::error::BudgetError;
use crate::reservation::{Ledger, MAX_ATTEMPTS, NewReservation, Reservation, ReservationKey, Settled, Settlement};

/// The actor of the entries that release expired reservations.
const EDGE: &str = "bheem-edge";

/// How long who reserves an amount has to raise the alerts that follow.
const GRACE: Duration = Duration::from_secs(10);

/// Reservations whose alerts are raised in one go.
const BATCH: u32 = 50;

/// The recurring job that raises alerts whose causers died before they could.
pub(crate) const RAISE_ALERTS: JobKind = JobKind::new("budgets.raise_alerts");
pub(crate) const RAISE_ALERTS_EVERY: Duration = Duration::from_secs(10);

fn written(alerts: &[BudgetAlert]) -> Result<String, DatabaseError> {
    serde_json::to_string(alerts).map_err(|error| DatabaseError::Refused(error.to_string()))
}

/// An amount to reserve.
#[derive(Clone, Debug)]
pub struct ReserveRequest {
    /// The caller's reference: the same for each attempt.
    pub reference: String,
    /// The amount.
    pub amount: Money,
    /// When the reservation is released automatically.
    pub expires_at: Option<Timestamp>,
    /// The caller's id.
    pub actor: String,
    /// The id of the HTTP request that this is part of.
    pub request_id: String,
    /// The rule's decision, where it decided already.
    pub decision: Option<DecisionRef>,
}

/// A decision of the rule `budget`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRef {
    /// The decision's id.
    pub id: String,
    /// The version of the rule that made it.
    pub version: i64,
}

/// The result of reserving an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The reservation.
    pub reservation: Reservation,
    /// Whether the rule decided `warn`.
    pub warned: bool,
    /// The budget's balance after the reservation.
    pub balance: PeriodBalance,
}

/// Reserves amounts, and gives access to budgets, the ledger and settlement.
#[derive(Clone)]
pub struct BudgetService {
    capabilities: Capabilities,
    budgets: Budgets,
    ledger: Ledger,
    parties: Parties,
    rulebook: Rulebook,
    settlement: Settlement,
    pub(crate) alerts: Alerts,
}

impl BudgetService {
    /// Keeps the ledger in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            alerts: Alerts::new(capabilities, db),
            budgets: Budgets::new(db.clone()),
            ledger: Ledger::new(db.clone()),
            parties: Parties::new(db.clone()),
            rulebook: Rulebook::new(capabilities, db),
            settlement: Settlement::new(capabilities, db),
            capabilities: capabilities.clone(),
        }
    }

    /// The budgets.
    pub fn budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// The present balance of `budget`, after the release of expired reservations.
    pub async fn balance(&self, budget: &Budget) -> Result<PeriodBalance, DatabaseError> {
        let now = self.now();
        loop {
            let expired = self.ledger.expired(&budget.id, now).await?;
            for reference in &expired {
                match self.settlement.release(ReservationKey { budget: &budget.id, reference }, EDGE).await {
                    // It was settled meanwhile.
                    Ok(_) | Err(BudgetError::AlreadySettled | BudgetError::ReservationNotFound) => {}
                    Err(BudgetError::Db(error)) => return Err(error),
                    Err(other) => return Err(DatabaseError::Unavailable(other.to_string())),
                }
            }
            if expired.is_empty() {
                return PeriodBalance::of(budget, &self.ledger, now).await;
            }
        }
    }

    /// The active budget of `scope`, with the terms that bind `actor`. None: there is none. [`BudgetError::Withdrawn`] where
    /// the actor's party deactivated a budget of `scope` and nobody else has agreed to it.
    pub async fn active_for(&self, scope: BudgetScope<'_>, actor: &str) -> Result<Option<Budget>, BudgetError> {
        let found = self.budgets.active(scope).await?;
        let mut all = self.budgets.inactive(scope).await?;
        all.extend(found);
        let mut active = None;
        let effective = self.effective(scope.tenant, actor, &all).await?;
        for (budget, effective) in all.iter().zip(effective) {
            match effective {
                EffectiveBudget::Withdrawn => return Err(BudgetError::Withdrawn),
                EffectiveBudget::Bound(bound) if budget.is_active => active = Some(*bound),
                EffectiveBudget::Bound(_) => {}
            }
        }
        Ok(active)
    }

    /// `budgets` of `tenant`, with the terms that bind `actor`.
    async fn effective(
        &self,
        tenant: &str,
        actor: &str,
        budgets: &[Budget],
    ) -> Result<Vec<EffectiveBudget>, DatabaseError> {
        // Most budgets were never changed: then the actors' parties need not be read.
        if budgets.iter().all(|budget| budget.is_active && budget.history.len() <= 1) {
            return Ok(budgets.iter().map(|budget| EffectiveBudget::Bound(Box::new(budget.clone()))).collect());
        }
        let actors = budgets.iter().flat_map(|budget| &budget.history).map(|change| change.actor.as_str());
        let roots = self.parties.roots(actors.chain([actor])).await?;
        let party = self.parties.of(tenant, roots.get(actor).map(String::as_str)).await?;
        let now = self.now();
        budgets.iter().map(|budget| effective_for(budget, budget.period(now)?, &party, &roots)).collect()
    }

    /// Reserves an amount of `budget`, with the terms that bind the caller. Repeating this with the same reference changes
    /// nothing.
    pub async fn reserve(&self, budget: &Budget, request: &ReserveRequest) -> Result<Reserved, BudgetError> {
        if request.amount.currency != budget.currency {
            return Err(BudgetError::CurrencyMismatch);
        }
        let amount = request.amount.minor;
        let of = budget.clone();
        let scope = BudgetScope {
            tenant: &of.tenant,
            entity: &of.entity,
            department: &of.department,
            cost_centre: &of.cost_centre,
        };
        let mut budget = budget.clone();
        let mut decision = request.decision.clone();
        let (mut warned, mut rule_alerts) = (false, Vec::new());
        for _ in 0..MAX_ATTEMPTS {
            let key = ReservationKey { budget: &budget.id, reference: &request.reference };
            if let Some(reservation) = self.ledger.find(key).await? {
                return self.repeated(&budget, request, reservation).await;
            }
            if !budget.is_active {
                return Err(BudgetError::Inactive);
            }
            let active = self.active_for(scope, &request.actor).await?;
            match active.filter(|active| active.id == budget.id) {
                Some(effective) => budget = effective,
                None => return Err(BudgetError::Inactive),
            }
            let balance = self.balance(&budget).await?;
            if decision.is_none() {
                let Decision { id, version, outcome, .. } = self.decide(&budget, &balance, request).await?;
                warned = match outcome.outcome {
                    BudgetDecision::Allow => false,
                    BudgetDecision::Warn => true,
                    BudgetDecision::Deny => {
                        self.alerts.refused(&budget, &balance, amount).await?;
                        return Err(BudgetError::Denied(outcome.reason));
                    }
                };
                rule_alerts = outcome.alerts;
                decision = Some(DecisionRef { id, version });
            }
            if balance.ceiling.is_some_and(|ceiling| balance.sums.used() > ceiling.saturating_sub(amount)) {
                self.alerts.refused(&budget, &balance, amount).await?;
                return Err(BudgetError::Exceeded);
            }
            let new = NewReservation {
                key: ReservationKey { budget: &budget.id, reference: &request.reference },
                revision: budget.revision,
                period: &balance.period,
                amount,
                ceiling: balance.ceiling,
                last_earlier_entry: balance.last_earlier_entry,
                actor: &request.actor,
                decision: decision.as_ref().map(|decision| decision.id.as_str()),
                rule_version: decision.as_ref().map(|decision| decision.version),
                expires_at: request.expires_at,
                at: self.now(),
                alerts: match (budget.thresholds.is_empty(), rule_alerts.is_empty()) {
                    (true, true) => None,
                    _ => Some((written(&rule_alerts)?, self.now().plus(GRACE))),
                },
            };
            let may_alert = new.alerts.is_some();
            if let Some(sums) = self.ledger.reserve(&new).await? {
                let balance = PeriodBalance { sums, ..balance };
                self.alerts.raise(&budget, &balance, &rule_alerts).await?;
                if may_alert {
                    let key = ReservationKey { budget: &budget.id, reference: &request.reference };
                    self.ledger.note_raised(key).await?;
                }
                let reservation = Reservation {
                    budget: budget.id.clone(),
                    reference: request.reference.clone(),
                    period: balance.period.clone(),
                    amount,
                    expires_at: request.expires_at,
                    settled: None,
                };
                return Ok(Reserved { reservation, warned, balance });
            }
            // Somebody was faster, or the budget was changed.
            let found = self.budgets.find(&of.tenant, &budget.id).await?;
            budget = found.ok_or(BudgetError::ReservationNotFound)?;
        }
        Err(BudgetError::Busy)
    }

    /// The answer to a request whose reference is reserved already.
    async fn repeated(
        &self,
        budget: &Budget,
        request: &ReserveRequest,
        reservation: Reservation,
    ) -> Result<Reserved, BudgetError> {
        if reservation.amount != request.amount.minor || reservation.settled == Some(Settled::Released) {
            return Err(BudgetError::AlreadySettled);
        }
        let balance = self.balance(budget).await?;
        Ok(Reserved { reservation, warned: false, balance })
    }

    async fn decide(
        &self,
        budget: &Budget,
        balance: &PeriodBalance,
        request: &ReserveRequest,
    ) -> Result<Decision<BudgetOutcome>, RuleError> {
        let input = BudgetInput { budget: balance.rule_input(budget), amount: request.amount.into() };
        let context = Context {
            tenant: Some(budget.tenant.clone()),
            actor: request.actor.clone(),
            request_id: request.request_id.clone(),
        };
        self.rulebook.decide(&input, &context).await
    }

    /// The settlement of reservations.
    pub fn settlement(&self) -> &Settlement {
        &self.settlement
    }
}

/// Runs [`RAISE_ALERTS`].
pub(crate) struct RaiseAlerts(pub(crate) BudgetService);

#[async_trait]
impl JobHandler for RaiseAlerts {
    async fn run(&self, _: &Job) -> JobResult {
        let Self(BudgetService { alerts, budgets, ledger, .. }) = self;
        let unraised = ledger.unraised(self.0.now(), BATCH).await?;
        for one in &unraised {
            if let Some(budget) = budgets.find(&one.tenant, &one.budget).await? {
                // Those of the period of the reservation, though another may have begun.
                let balance = PeriodBalance::of(&budget, ledger, one.at).await?;
                let by_rule: Vec<BudgetAlert> = serde_json::from_str(&one.alerts).unwrap_or_default();
                alerts.raise(&budget, &balance, &by_rule).await?;
            }
            ledger.note_raised(one.key()).await?;
        }
        let is_full = u32::try_from(unraised.len()).is_ok_and(|count| count >= BATCH);
        Ok(if is_full { JobOutcome::Again(self.0.now()) } else { JobOutcome::Done })
    }
}

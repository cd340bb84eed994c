//! Reserving, spending and giving back. The rule `budget` decides whether something may be; the ledger sees to it that the
//! sum never passes what is hard, whatever the rule says and however many come at once.

use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::{Code, Problem};
use edge_money::Money;
use edge_rulebook::contract::{BudgetDecision, BudgetInput, BudgetOutcome};
use edge_rulebook::{Context, Decision, RuleFailed, Rulebook};
use edge_tenants::Parties;

use crate::alerts::Alerts;
use crate::budget::Budget;
use crate::ledger::{Ledger, New, Reservation, Settled};
use crate::loosening::{Held, held_for};
use crate::settlement::Settlement;
use crate::standing::PeriodBalance;
use crate::store::Budgets;

/// How often an entry is made again when somebody else was faster. Each time somebody was.
pub(crate) const ROUNDS: u32 = 1000;

/// Who gives back what has lapsed.
const EDGE: &str = "bheem-edge";

/// Something to be reserved.
#[derive(Clone, Debug)]
pub struct ReserveRequest {
    /// What the caller calls it: the same for each try.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// When it is given back by itself.
    pub expires_at: Option<Timestamp>,
    /// Who asks.
    pub actor: String,
    /// The request this is part of.
    pub request_id: String,
    /// What the rule decided, where it was asked already.
    pub decided: Option<Decided>,
}

/// A decision of the rule `budget`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The decision's id.
    pub id: String,
    /// The version that made it.
    pub version: i64,
}

/// Something that is reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// What, and what became of it.
    pub reservation: Reservation,
    /// Whether the rule wants people to know.
    pub warned: bool,
    /// How the budget stands after it.
    pub standing: PeriodBalance,
}

/// Why something was not reserved or settled.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// The budget is of another currency.
    #[error("the budget is of another currency")]
    Currency,
    /// The budget is not in use.
    #[error("the budget is not in use")]
    Inactive,
    /// It was taken out of use by whoever would spend, and nobody else has agreed to it.
    #[error("the budget was taken out of use by whoever would spend")]
    Withdrawn,
    /// The rule says no: why.
    #[error("the rule denies it: {0}")]
    Denied(String),
    /// There is no room below what is hard.
    #[error("there is no room")]
    NoRoom,
    /// Nothing is reserved under this reference.
    #[error("nothing is reserved under this reference")]
    Unknown,
    /// Something else was done under this reference before.
    #[error("it was settled, or reserved for another amount")]
    Settled,
    /// Too many use the budget at once.
    #[error("too many use the budget at once")]
    Busy,
    /// The rule gave no decision.
    #[error(transparent)]
    Rule(#[from] RuleFailed),
    /// The database says no.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

/// Reserves, spends and gives back.
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

    /// How `budget` stands now, with what has lapsed given back.
    pub async fn standing(&self, budget: &Budget) -> Result<PeriodBalance, DatabaseError> {
        let now = self.now();
        loop {
            let lapsed = self.ledger.lapsed(&budget.id, now).await?;
            for reference in &lapsed {
                match self.settlement.release(&budget.id, reference, EDGE).await {
                    // Somebody settled it meanwhile.
                    Ok(_) | Err(BudgetError::Settled | BudgetError::Unknown) => {}
                    Err(BudgetError::Db(error)) => return Err(error),
                    Err(other) => return Err(DatabaseError::Unavailable(other.to_string())),
                }
            }
            if lapsed.is_empty() {
                return PeriodBalance::of(budget, &self.ledger, now).await;
            }
        }
    }

    /// The budget in use for this part of `tenant`, as it holds what `actor` spends; empty texts are the whole. None: there
    /// is none. [`BudgetError::Withdrawn`] where there would be one had the same party not taken it out of use.
    pub async fn in_use(
        &self,
        tenant: &str,
        department: &str,
        centre: &str,
        actor: &str,
    ) -> Result<Option<Budget>, BudgetError> {
        let found = self.budgets.in_use(tenant, department, centre).await?;
        let mut all = self.budgets.out_of_use(tenant, department, centre).await?;
        all.extend(found);
        let mut in_use = None;
        let held = self.held(tenant, actor, &all).await?;
        for (budget, held) in all.iter().zip(held) {
            match held {
                Held::Withdrawn => return Err(BudgetError::Withdrawn),
                Held::By(held) if budget.is_active => in_use = Some(*held),
                Held::By(_) => {}
            }
        }
        Ok(in_use)
    }

    /// How `budgets` of `tenant` hold what `actor` spends.
    async fn held(&self, tenant: &str, actor: &str, budgets: &[Budget]) -> Result<Vec<Held>, DatabaseError> {
        // Most were never changed: nobody has to be looked for.
        if budgets.iter().all(|budget| budget.is_active && budget.history.len() <= 1) {
            return Ok(budgets.iter().map(|budget| Held::By(Box::new(budget.clone()))).collect());
        }
        let actors = budgets.iter().flat_map(|budget| &budget.history).map(|change| change.actor.as_str());
        let roots = self.parties.roots(actors.chain([actor])).await?;
        let party = self.parties.of(tenant, roots.get(actor).map(String::as_str)).await?;
        let now = self.now();
        budgets.iter().map(|budget| held_for(budget, budget.period(now)?, &party, &roots)).collect()
    }

    /// Reserves from `budget`, as it holds whoever asks. Doing so again under the same reference changes nothing.
    pub async fn reserve(&self, budget: &Budget, wish: &ReserveRequest) -> Result<Reserved, BudgetError> {
        if wish.amount.currency != budget.currency {
            return Err(BudgetError::Currency);
        }
        let part = (budget.department.clone(), budget.cost_centre.clone());
        let mut budget = budget.clone();
        let mut decided = wish.decided.clone();
        let (mut warned, mut said) = (false, Vec::new());
        for _ in 0..ROUNDS {
            if let Some(reservation) = self.ledger.find(&budget.id, &wish.reference).await? {
                return self.again(&budget, wish, reservation).await;
            }
            if !budget.is_active {
                return Err(BudgetError::Inactive);
            }
            let in_use = self.in_use(&budget.tenant, &part.0, &part.1, &wish.actor).await?;
            match in_use.filter(|in_use| in_use.id == budget.id) {
                Some(held) => budget = held,
                None => return Err(BudgetError::Inactive),
            }
            let standing = self.standing(&budget).await?;
            if decided.is_none() {
                let Decision { id, version, outcome, .. } = self.decide(&budget, &standing, wish).await?;
                warned = match outcome.outcome {
                    BudgetDecision::Allow => false,
                    BudgetDecision::Warn => true,
                    BudgetDecision::Deny => {
                        self.alerts.refused(&budget, &standing, wish.amount.minor).await?;
                        return Err(BudgetError::Denied(outcome.reason));
                    }
                };
                said = outcome.alerts;
                decided = Some(Decided { id, version });
            }
            if standing.ceiling.is_some_and(|most| standing.sums.used() > most.saturating_sub(wish.amount.minor)) {
                self.alerts.refused(&budget, &standing, wish.amount.minor).await?;
                return Err(BudgetError::NoRoom);
            }
            let new = New {
                budget: &budget.id,
                revision: budget.revision,
                period: &standing.period,
                reference: &wish.reference,
                amount: wish.amount.minor,
                ceiling: standing.ceiling,
                earlier: standing.earlier,
                actor: &wish.actor,
                decision: decided.as_ref().map(|decided| decided.id.as_str()),
                rule_version: decided.as_ref().map(|decided| decided.version),
                expires_at: wish.expires_at,
                at: self.now(),
            };
            if let Some(sums) = self.ledger.reserve(&new).await? {
                let standing = PeriodBalance { sums, ..standing };
                self.alerts.raise(&budget, &standing, &said).await?;
                let reservation = Reservation {
                    budget: budget.id.clone(),
                    reference: wish.reference.clone(),
                    period: standing.period.clone(),
                    amount: wish.amount.minor,
                    expires_at: wish.expires_at,
                    settled: None,
                };
                return Ok(Reserved { reservation, warned, standing });
            }
            // Somebody was faster, or the budget was changed.
            let again = self.budgets.find(&budget.tenant, &budget.id).await?;
            budget = again.ok_or(BudgetError::Unknown)?;
        }
        Err(BudgetError::Busy)
    }

    async fn again(
        &self,
        budget: &Budget,
        wish: &ReserveRequest,
        reservation: Reservation,
    ) -> Result<Reserved, BudgetError> {
        if reservation.amount != wish.amount.minor || reservation.settled == Some(Settled::Released) {
            return Err(BudgetError::Settled);
        }
        let standing = self.standing(budget).await?;
        Ok(Reserved { reservation, warned: false, standing })
    }

    async fn decide(
        &self,
        budget: &Budget,
        standing: &PeriodBalance,
        wish: &ReserveRequest,
    ) -> Result<Decision<BudgetOutcome>, RuleFailed> {
        let input = BudgetInput { budget: standing.rule_input(budget), amount: wish.amount.into() };
        let context = Context {
            tenant: Some(budget.tenant.clone()),
            actor: wish.actor.clone(),
            request_id: wish.request_id.clone(),
        };
        self.rulebook.decide(&input, &context).await
    }

    /// Settles what was reserved.
    pub fn settlement(&self) -> &Settlement {
        &self.settlement
    }
}

impl From<BudgetError> for Problem {
    fn from(refused: BudgetError) -> Self {
        match refused {
            BudgetError::Currency => Self::field("currency", "must be the budget's"),
            BudgetError::Inactive => Self::new(Code::BudgetExceeded, "The budget is not in use."),
            BudgetError::Withdrawn => {
                let detail = "The budget was taken out of use by whoever would spend: another admin has to agree.";
                Self::new(Code::BudgetExceeded, detail)
            }
            BudgetError::Denied(reason) => {
                let reason = serde_json::to_string(&reason).unwrap_or_else(|_| "null".to_owned());
                Self::new(Code::BudgetExceeded, "The rule budget does not allow it.").with("reason", reason)
            }
            BudgetError::NoRoom => Self::new(Code::BudgetExceeded, "There is no room in the budget."),
            BudgetError::Unknown => Self::new(Code::ReservationNotFound, "Nothing is reserved under this reference."),
            BudgetError::Settled => {
                let detail = "Under this reference something else was done before: see what became of it.";
                Self::new(Code::ReservationSettled, detail)
            }
            BudgetError::Busy => Self::new(Code::StoreUnavailable, "Too many use this budget at once.").retry_after(1),
            BudgetError::Rule(failed) => failed.into(),
            BudgetError::Db(error) => error.into(),
        }
    }
}

//! The tenant's budgets, and the people who approve, as purchases need them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use edge_approvals::{ApprovalError, ApprovalService, Decided, Opinion, Ruled};
use edge_budgets::{BudgetService, Reservation, ReserveRequest, Seen, Settled};
use edge_capabilities::{Capabilities, Clock};
use edge_database::Db;
use edge_http::Problem;
use edge_money::Money;
use edge_rulebook::Decision;

use crate::policy::{Approvals, Budgets, Level, Requested, Spending};

/// How long an order may wait to be paid, until what was promised for it is given back.
const UNPAID: Duration = Duration::from_hours(24);

/// The tenants' budgets: a purchase comes from the one for all of the tenant.
pub(crate) struct BudgetAdapter {
    treasury: BudgetService,
    clock: Arc<dyn Clock>,
}

/// What the reference for the rest ends with, where an order costs more than was reckoned.
const MORE: &str = ".more";

/// What a checkout was promised.
struct Promised {
    reference: String,
    /// In the currency's smallest unit; 0: nothing.
    amount: i64,
}

/// Under which reference the checkout `checkout` is promised something for the `round`th time. What was given back
/// cannot be reserved again, so each time has its own.
fn reference(checkout: &str, round: u32) -> String {
    if round == 1 { checkout.to_owned() } else { format!("{checkout}.{round}") }
}

impl BudgetAdapter {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { treasury: BudgetService::new(capabilities, db), clock: capabilities.clock.clone() }
    }

    async fn budget(&self, spending: &Spending) -> Result<Option<edge_budgets::Budget>, Problem> {
        Ok(self.treasury.in_use(&spending.tenant, "", "", &spending.requester).await?)
    }

    /// What this very checkout was promised before, by a try that died, and under which reference it is or will be.
    async fn promised(&self, budget: &str, spending: &Spending) -> Result<Promised, Problem> {
        let mut round = 1;
        loop {
            let reference = reference(&spending.checkout, round);
            let all = self.treasury.ledger().of_reference(&reference).await?;
            let is_given_back = |found: &Reservation| found.settled == Some(Settled::Released);
            if all.is_empty() || !all.iter().all(is_given_back) {
                let open = all.iter().find(|found| found.budget == budget && found.settled.is_none());
                return Ok(Promised { amount: open.map_or(0, |found| found.amount), reference });
            }
            round += 1;
        }
    }
}

#[async_trait]
impl Budgets for BudgetAdapter {
    async fn of(&self, spending: &Spending) -> Result<Option<Seen>, Problem> {
        let Some(budget) = self.budget(spending).await? else { return Ok(None) };
        let standing = self.treasury.standing(&budget).await?;
        let promised = self.promised(&budget.id, spending).await?;
        Ok(Some(Seen {
            limit: budget.money(standing.allowance),
            spent: budget.money(standing.sums.spent),
            reserved: budget.money(standing.sums.reserved.saturating_sub(promised.amount).max(0)),
            period: standing.period,
        }))
    }

    async fn reserve(&self, spending: &Spending, decision: &Decision) -> Result<(), Problem> {
        let Some(budget) = self.budget(spending).await? else { return Ok(()) };
        // An order that costs more than was reckoned takes the rest as well.
        let promised = self.promised(&budget.id, spending).await?;
        let missing = spending.amount.minor.saturating_sub(promised.amount);
        if missing <= 0 {
            return Ok(());
        }
        let more = if promised.amount > 0 { MORE } else { "" };
        let wish = ReserveRequest {
            reference: format!("{}{more}", promised.reference),
            amount: Money { minor: missing, ..spending.amount },
            expires_at: Some(self.clock.now().plus(UNPAID)),
            actor: spending.requester.clone(),
            request_id: spending.request_id.clone(),
            decided: Some(edge_budgets::Decided { id: decision.id.clone(), version: decision.version }),
        };
        self.treasury.reserve(&budget, &wish).await?;
        Ok(())
    }

    async fn release(&self, checkout: &str, requester: &str) -> Result<(), Problem> {
        let settlement = self.treasury.settlement();
        for round in 1.. {
            let reference = reference(checkout, round);
            if self.treasury.ledger().of_reference(&reference).await?.is_empty() {
                break;
            }
            for more in ["", MORE] {
                settlement.release_all(&format!("{reference}{more}"), requester).await?;
            }
        }
        Ok(())
    }
}

/// The people who approve.
pub(crate) struct ApprovalAdapter(ApprovalService);

impl ApprovalAdapter {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self(ApprovalService::new(capabilities, db))
    }
}

fn levels(levels: &[Level]) -> Vec<edge_approvals::Level> {
    levels.iter().map(|level| edge_approvals::Level::new(level.approvers.clone(), level.quorum)).collect()
}

#[async_trait]
impl Approvals for ApprovalAdapter {
    async fn further(&self, spending: &Spending, wanted: Vec<Level>) -> Result<Vec<Level>, Problem> {
        let terms = self.0.terms(&spending.asked(), levels(&wanted)).await?;
        Ok(terms.levels.into_iter().map(Level::from).collect())
    }

    async fn ask(&self, spending: &Spending, wanted: &[Level], decision: &Decision) -> Result<Requested, Problem> {
        let asked = spending.asked();
        let terms = self.0.terms(&asked, levels(wanted)).await?;
        let ruled = Ruled {
            decision_id: decision.id.clone(),
            version: decision.version,
            sha256: decision.sha256.to_string(),
            reason: reason(&decision.outcome),
        };
        let request = self.0.ask_as(&asked, Decided { ruled, opinion: Opinion::Ask(terms) }).await?;
        Ok(Requested { id: request.id, warnings: request.warnings })
    }

    async fn granted(&self, id: &str, spending: &Spending) -> Result<bool, Problem> {
        match self.0.use_for(&spending.tenant, id, &spending.checkout, &spending.purchase()).await {
            Ok(_) => Ok(true),
            Err(ApprovalError::Unknown | ApprovalError::Unusable(_)) => Ok(false),
            Err(failed) => Err(failed.into()),
        }
    }

    async fn give_back(&self, id: &str, tenant: &str, checkout: &str) -> Result<(), Problem> {
        match self.0.give_back(tenant, id, checkout).await {
            Ok(_) | Err(ApprovalError::Unknown) => Ok(()),
            Err(failed) => Err(failed.into()),
        }
    }
}

/// The reason that an outcome gives.
fn reason(outcome: &str) -> String {
    let outcome: Option<serde_json::Value> = serde_json::from_str(outcome).ok();
    let reason = outcome.as_ref().and_then(|outcome| outcome.get("reason")).and_then(serde_json::Value::as_str);
    reason.unwrap_or_default().to_owned()
}

//! The tenant's budgets, and the people who approve, as purchases need them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use edge_approvals::{ApprovalError, ApprovalService, DecisionRef as ApprovalDecisionRef, Evaluation, Requirement};
use edge_budgets::{BudgetScope, BudgetService, DecisionRef, Reservation, ReserveRequest, Settled};
use edge_capabilities::{Capabilities, Clock};
use edge_database::Db;
use edge_http::Problem;
use edge_money::Money;
use edge_rulebook::Decision;
use edge_rulebook::contract::{ApprovalLevel, ApprovalOutcome, BudgetBalance, BudgetOutcome};

use crate::policy::{Approvals, Budgets, Requested, Spending};

/// How long an order may wait to be paid, until what was promised for it is given back.
const UNPAID: Duration = Duration::from_hours(24);

/// The tenants' budgets: a purchase comes from the one for all of the tenant.
pub(crate) struct BudgetAdapter {
    service: BudgetService,
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
        Self { service: BudgetService::new(capabilities, db), clock: capabilities.clock.clone() }
    }

    async fn budget(&self, spending: &Spending) -> Result<Option<edge_budgets::Budget>, Problem> {
        Ok(self.service.active_for(BudgetScope::whole(&spending.tenant), &spending.requester).await?)
    }

    /// What this very checkout was promised before, by a try that died, and under which reference it is or will be.
    async fn promised(&self, budget: &str, spending: &Spending) -> Result<Promised, Problem> {
        let mut round = 1;
        loop {
            let reference = reference(&spending.checkout, round);
            let all = self.service.ledger().by_reference(&reference).await?;
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
    async fn of(&self, spending: &Spending) -> Result<Option<BudgetBalance>, Problem> {
        let Some(budget) = self.budget(spending).await? else { return Ok(None) };
        let mut balance = self.service.balance(&budget).await?;
        let promised = self.promised(&budget.id, spending).await?;
        balance.sums.reserved = balance.sums.reserved.saturating_sub(promised.amount).max(0);
        Ok(Some(balance.rule_input(&budget)))
    }

    async fn reserve(&self, spending: &Spending, decision: &Decision<BudgetOutcome>) -> Result<(), Problem> {
        let Some(budget) = self.budget(spending).await? else { return Ok(()) };
        // An order that costs more than was reckoned takes the rest as well.
        let promised = self.promised(&budget.id, spending).await?;
        let missing = spending.amount.minor.saturating_sub(promised.amount);
        if missing <= 0 {
            return Ok(());
        }
        let more = if promised.amount > 0 { MORE } else { "" };
        let request = ReserveRequest {
            reference: format!("{}{more}", promised.reference),
            amount: Money { minor: missing, ..spending.amount },
            expires_at: Some(self.clock.now().plus(UNPAID)),
            actor: spending.requester.clone(),
            request_id: spending.request_id.clone(),
            decision: Some(DecisionRef { id: decision.id.clone(), version: decision.version }),
        };
        self.service.reserve(&budget, &request).await?;
        Ok(())
    }

    async fn release(&self, checkout: &str, requester: &str) -> Result<(), Problem> {
        let settlement = self.service.settlement();
        for round in 1.. {
            let reference = reference(checkout, round);
            if self.service.ledger().by_reference(&reference).await?.is_empty() {
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

#[async_trait]
impl Approvals for ApprovalAdapter {
    async fn further(&self, spending: &Spending, levels: Vec<ApprovalLevel>) -> Result<Vec<ApprovalLevel>, Problem> {
        let terms = self.0.terms(&spending.asked(), levels).await?;
        Ok(terms.levels.into_iter().map(ApprovalLevel::from).collect())
    }

    async fn ask(
        &self,
        spending: &Spending,
        levels: &[ApprovalLevel],
        decision: &Decision<ApprovalOutcome>,
    ) -> Result<Requested, Problem> {
        let asked = spending.asked();
        let terms = self.0.terms(&asked, levels.to_vec()).await?;
        let decision = ApprovalDecisionRef::from(decision);
        let evaluation = Evaluation { decision, requirement: Requirement::Approval(terms) };
        let request = self.0.submit_evaluated(&asked, evaluation).await?;
        Ok(Requested { id: request.id, warnings: request.warnings })
    }

    async fn granted(&self, id: &str, spending: &Spending) -> Result<bool, Problem> {
        match self.0.use_for(&spending.tenant, id, &spending.checkout, &spending.purchase()).await {
            Ok(_) => Ok(true),
            Err(ApprovalError::RequestNotFound | ApprovalError::Use(_)) => Ok(false),
            Err(failed) => Err(failed.into()),
        }
    }

    async fn give_back(&self, id: &str, tenant: &str, checkout: &str) -> Result<(), Problem> {
        match self.0.release(tenant, id, checkout).await {
            Ok(_) | Err(ApprovalError::RequestNotFound) => Ok(()),
            Err(failed) => Err(failed.into()),
        }
    }
}

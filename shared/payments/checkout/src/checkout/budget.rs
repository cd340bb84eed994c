//! The step that reserves a purchase in the tenant's budget: the one for the whole tenant, not for a department.

use std::sync::Arc;
use std::time::Duration;

use edge_budgets::{
    Budget, BudgetError, BudgetScope, BudgetService, DecisionRef, Reservation, ReserveRequest, Settled,
};
use edge_capabilities::{Capabilities, Clock};
use edge_database::Db;
use edge_money::Money;
use edge_rulebook::Decision;
use edge_rulebook::contract::{BudgetBalance, BudgetOutcome};

use super::policy::Spending;

/// How long an order may stay unpaid until its reservation expires.
const MAX_UNPAID: Duration = Duration::from_hours(24);

/// The suffix of the second reservation of an order that costs more than its quote.
const MORE: &str = ".more";

/// Reserves purchases in the tenants' budgets.
#[derive(Clone)]
pub(crate) struct TenantBudgets {
    service: BudgetService,
    clock: Arc<dyn Clock>,
}

/// The open reservation of a checkout, or the reference for its next one.
struct OpenReservation {
    reference: String,
    /// In the currency's smallest unit; 0: nothing is reserved.
    minor: i64,
}

/// The reference of the `round`th reservation of `checkout`. A released reference cannot be reserved again, so each round
/// has another.
fn reference(checkout: &str, round: u32) -> String {
    if round == 1 { checkout.to_owned() } else { format!("{checkout}.{round}") }
}

impl TenantBudgets {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { service: BudgetService::new(capabilities, db), clock: capabilities.clock.clone() }
    }

    /// The balance of the budget, without what this checkout itself reserved; None: the tenant has no budget.
    pub(crate) async fn balance(&self, spending: &Spending) -> Result<Option<BudgetBalance>, BudgetError> {
        let Some(budget) = self.budget(spending).await? else { return Ok(None) };
        let mut balance = self.service.balance(&budget).await?;
        let own = self.open_reservation(&budget.id, &spending.checkout).await?;
        balance.sums.reserved = balance.sums.reserved.saturating_sub(own.minor).max(0);
        Ok(Some(balance.rule_input(&budget)))
    }

    /// Reserves what the rule allowed by `decision`. Repeated for the same checkout, it changes nothing. It fails where
    /// others have used up the budget since the rule decided.
    pub(crate) async fn reserve(
        &self,
        spending: &Spending,
        decision: &Decision<BudgetOutcome>,
    ) -> Result<(), BudgetError> {
        let Some(budget) = self.budget(spending).await? else { return Ok(()) };
        // An order that costs more than its quote reserves the rest as well.
        let own = self.open_reservation(&budget.id, &spending.checkout).await?;
        let missing = spending.amount.minor.saturating_sub(own.minor);
        if missing <= 0 {
            return Ok(());
        }
        let suffix = if own.minor > 0 { MORE } else { "" };
        let request = ReserveRequest {
            reference: format!("{}{suffix}", own.reference),
            amount: Money { minor: missing, ..spending.amount },
            expires_at: Some(self.clock.now().plus(MAX_UNPAID)),
            actor: spending.requester.clone(),
            request_id: spending.request_id.clone(),
            decision: Some(DecisionRef { id: decision.id.clone(), version: decision.version }),
        };
        self.service.reserve(&budget, &request).await.map(drop)
    }

    /// Undoes [`Self::reserve`] for `checkout`, which `requester` asked for.
    pub(crate) async fn release(&self, checkout: &str, requester: &str) -> Result<(), BudgetError> {
        let settlement = self.service.settlement();
        for round in 1.. {
            let reference = reference(checkout, round);
            if self.service.ledger().by_reference(&reference).await?.is_empty() {
                break;
            }
            for suffix in ["", MORE] {
                settlement.release_all(&format!("{reference}{suffix}"), requester).await?;
            }
        }
        Ok(())
    }

    async fn budget(&self, spending: &Spending) -> Result<Option<Budget>, BudgetError> {
        self.service.active_for(BudgetScope::whole(&spending.tenant), &spending.requester).await
    }

    /// What an earlier try of this checkout reserved in `budget`.
    async fn open_reservation(&self, budget: &str, checkout: &str) -> Result<OpenReservation, BudgetError> {
        let mut round = 1;
        loop {
            let reference = reference(checkout, round);
            let all = self.service.ledger().by_reference(&reference).await?;
            let is_released = |found: &Reservation| found.settled == Some(Settled::Released);
            if all.is_empty() || !all.iter().all(is_released) {
                let open = all.iter().find(|found| found.budget == budget && found.settled.is_none());
                return Ok(OpenReservation { minor: open.map_or(0, |found| found.amount), reference });
            }
            round += 1;
        }
    }
}

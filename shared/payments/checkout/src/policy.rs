//! Whether a purchase may be made: the rule `budget` where the tenant has a budget, then the rule `approval`. A rule that
//! fails lets nothing through.
//!
//! Whose money it comes from and who was asked is for others to know: [`Budgets`] and [`Approvals`].

use std::sync::Arc;

use async_trait::async_trait;
use edge_approvals::{NewApprovalRequest, Purchase};
use edge_http::{Code, Problem};
use edge_money::Money;
use edge_rulebook::contract::{
    ApprovalDecision, ApprovalLevel, ApprovalOutcome, BudgetBalance, BudgetDecision, BudgetInput, BudgetOutcome,
    RuleInput,
};
use edge_rulebook::{Context, Decision, Rulebook};

use crate::trouble::CheckoutError;

/// A purchase that is to be allowed.
#[derive(Clone, Debug)]
pub struct Spending {
    /// The checkout it is part of: the same for each try of one purchase.
    pub checkout: String,
    /// Whose money it is.
    pub tenant: String,
    /// Who asks.
    pub requester: String,
    /// What they are to the tenant.
    pub role: String,
    /// What it costs.
    pub amount: Money,
    /// What is bought.
    pub plan: String,
    /// The request this is part of.
    pub request_id: String,
}

impl Spending {
    /// As people are asked about it.
    pub(crate) fn asked(&self) -> NewApprovalRequest {
        NewApprovalRequest {
            tenant: self.tenant.clone(),
            reference: self.checkout.clone(),
            purchase: self.purchase(),
            department: None,
            contract: None,
            description: None,
            requester: self.requester.clone(),
            role: self.role.clone(),
            request_id: self.request_id.clone(),
        }
    }

    /// What is bought, as people approve it.
    pub(crate) fn purchase(&self) -> Purchase {
        Purchase {
            kind: "checkout".to_owned(),
            minor: self.amount.minor,
            currency: self.amount.currency.as_str().to_owned(),
            plan: Some(self.plan.clone()),
        }
    }
}

/// Whose budget a purchase comes from.
#[async_trait]
pub trait Budgets: Send + Sync {
    /// The budget; None: there is none, and nothing to hold the purchase against.
    async fn of(&self, spending: &Spending) -> Result<Option<BudgetBalance>, Problem>;

    /// Promises what the rule allowed by `decision`; again for the same checkout, it changes nothing. Others may have been
    /// faster since the rule was asked: then there is no room.
    async fn reserve(&self, _spending: &Spending, _decision: &Decision<BudgetOutcome>) -> Result<(), Problem> {
        Ok(())
    }

    /// Gives back what was promised for the checkout `checkout` of `requester`, which comes to nothing.
    async fn release(&self, _checkout: &str, _requester: &str) -> Result<(), Problem> {
        Ok(())
    }
}

/// People are asked about a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// The request's id.
    pub id: String,
    /// What is amiss with it, for people: too few are known who could approve.
    pub warnings: Vec<String>,
}

/// Asking people.
#[async_trait]
pub trait Approvals: Send + Sync {
    /// Who is asked where the rule asks `levels`: the tenant may ask for more.
    async fn further(&self, _spending: &Spending, levels: Vec<ApprovalLevel>) -> Result<Vec<ApprovalLevel>, Problem> {
        Ok(levels)
    }

    /// Asks these people, once for each checkout, as the rule decided by `decision`.
    async fn ask(
        &self,
        spending: &Spending,
        levels: &[ApprovalLevel],
        decision: &Decision<ApprovalOutcome>,
    ) -> Result<Requested, Problem>;

    /// Whether the request `id` was granted for this very purchase. One that was is used up by it.
    async fn granted(&self, id: &str, spending: &Spending) -> Result<bool, Problem>;

    /// Gives the request `id` back where it was used up by the checkout `checkout`, which came to nothing.
    async fn give_back(&self, _id: &str, _tenant: &str, _checkout: &str) -> Result<(), Problem> {
        Ok(())
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may be made. What was decided is told by these decisions of the rules.
    Allowed(Vec<String>),
    /// People have to approve it first.
    Pending { request: Requested, levels: Vec<ApprovalLevel> },
}

/// Decides by the rules in force.
#[derive(Clone)]
pub(crate) struct Policy {
    pub(crate) rulebook: Rulebook,
    pub(crate) budgets: Arc<dyn Budgets>,
    pub(crate) approvals: Arc<dyn Approvals>,
}

impl Policy {
    /// Whether `spending` may be; `granted`: the request by which people are said to have approved it.
    pub(crate) async fn decide(&self, spending: &Spending, granted: Option<&str>) -> Result<Verdict, CheckoutError> {
        let mut decisions = Vec::new();
        let budget = self.budgets.of(spending).await.map_err(CheckoutError::refused)?;
        let mut promised = None;
        if let Some(budget) = budget {
            let input = BudgetInput { budget, amount: spending.amount.into() };
            let decision = self.ask(&input, spending, &mut decisions).await?;
            let allows = match decision.outcome.outcome {
                BudgetDecision::Allow | BudgetDecision::Warn => true,
                BudgetDecision::Deny => false,
            };
            if !allows || input.budget.currency != spending.amount.currency.as_str() {
                let problem = Problem::new(Code::BudgetExceeded, "The budget does not allow it.");
                return Err(CheckoutError::refused(problem.with("reason", text(&decision.outcome.reason))));
            }
            promised = Some(decision);
        }
        let input = spending.asked().rule_input().map_err(|failed| CheckoutError::refused(failed.into()))?;
        let decision = self.ask(&input, spending, &mut decisions).await?;
        match decision.outcome.outcome {
            ApprovalDecision::Approve | ApprovalDecision::Require => {}
            ApprovalDecision::Reject => {
                let problem = Problem::new(Code::PurchaseRejected, "The rule approval rejects the purchase.");
                return Err(CheckoutError::refused(problem.with("reason", text(&decision.outcome.reason))));
            }
        }
        let levels = decision.outcome.levels.clone();
        let levels = self.approvals.further(spending, levels).await.map_err(CheckoutError::refused)?;
        if levels.is_empty() {
            self.reserve(spending, promised.as_ref()).await?;
            return Ok(Verdict::Allowed(decisions));
        }
        if let Some(id) = granted {
            // What was approved is used up last: whoever finds no room may come again.
            self.reserve(spending, promised.as_ref()).await?;
            if self.approvals.granted(id, spending).await.map_err(CheckoutError::refused)? {
                return Ok(Verdict::Allowed(decisions));
            }
            self.budgets.release(&spending.checkout, &spending.requester).await.map_err(CheckoutError::refused)?;
        }
        let request = self.approvals.ask(spending, &levels, &decision).await.map_err(CheckoutError::refused)?;
        Ok(Verdict::Pending { request, levels })
    }

    async fn reserve(
        &self,
        spending: &Spending,
        decision: Option<&Decision<BudgetOutcome>>,
    ) -> Result<(), CheckoutError> {
        match decision {
            Some(decision) => self.budgets.reserve(spending, decision).await.map_err(CheckoutError::refused),
            None => Ok(()),
        }
    }

    /// Has the rule that takes `input` decide, and adds the decision's id to `decisions`.
    async fn ask<I: RuleInput>(
        &self,
        input: &I,
        spending: &Spending,
        decisions: &mut Vec<String>,
    ) -> Result<Decision<I::Outcome>, CheckoutError> {
        let context = Context {
            tenant: Some(spending.tenant.clone()),
            actor: spending.requester.clone(),
            request_id: spending.request_id.clone(),
        };
        let decision = self.rulebook.decide(input, &context).await;
        let decision = decision.map_err(|failed| CheckoutError::refused(failed.into()))?;
        decisions.push(decision.id.clone());
        Ok(decision)
    }
}

fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "null".to_owned())
}

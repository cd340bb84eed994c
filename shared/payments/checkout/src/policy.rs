//! Whether a purchase may be made: the rule `budget` where the tenant has a budget, then the rule `approval`. A rule that
//! fails lets nothing through.
//!
//! Whose money it comes from and who was asked is for others to know: [`Budgets`] and [`Approvals`].

use std::sync::Arc;

use async_trait::async_trait;
use edge_approvals::{Purchase, Submission};
use edge_budgets::Seen;
use edge_http::{Code, Problem};
use edge_money::Money;
use edge_rulebook::{Context, Decision, Rule, Rulebook};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    pub(crate) fn asked(&self) -> Submission {
        Submission {
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

/// People who approve, before the next level is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalLevel)]
pub struct Level {
    /// Who may: `role:finance_manager`.
    pub approvers: Vec<String>,
    /// How many of them have to.
    pub quorum: u32,
}

impl From<edge_approvals::Level> for Level {
    fn from(level: edge_approvals::Level) -> Self {
        Self { approvers: level.approvers, quorum: level.quorum }
    }
}

/// Whose budget a purchase comes from.
#[async_trait]
pub trait Budgets: Send + Sync {
    /// The budget; None: there is none, and nothing to hold the purchase against.
    async fn of(&self, spending: &Spending) -> Result<Option<Seen>, Problem>;

    /// Promises what the rule allowed by `decision`; again for the same checkout, it changes nothing. Others may have been
    /// faster since the rule was asked: then there is no room.
    async fn reserve(&self, _spending: &Spending, _decision: &Decision) -> Result<(), Problem> {
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
    async fn further(&self, _spending: &Spending, levels: Vec<Level>) -> Result<Vec<Level>, Problem> {
        Ok(levels)
    }

    /// Asks these people, once for each checkout, as the rule decided by `decision`.
    async fn ask(&self, spending: &Spending, levels: &[Level], decision: &Decision) -> Result<Requested, Problem>;

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
    Pending { request: Requested, levels: Vec<Level> },
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
            let input = edge_budgets::RuleInput::new(&budget, spending.amount);
            let asked = self.ask(Rule::Budget, &input, spending, &mut decisions).await?;
            let (outcome, decision): (edge_budgets::RuleOutcome, _) = asked;
            if outcome.denies() || budget.limit.currency != spending.amount.currency {
                let problem = Problem::new(Code::BudgetExceeded, "The budget does not allow it.");
                return Err(CheckoutError::refused(problem.with("reason", text(&outcome.reason))));
            }
            promised = Some(decision);
        }
        let asked = spending.asked();
        let input = edge_approvals::RuleInput::from(&asked);
        let asked = self.ask(Rule::Approval, &input, spending, &mut decisions).await?;
        let (outcome, decision): (edge_approvals::RuleOutcome, _) = asked;
        if !outcome.lets() {
            let problem = Problem::new(Code::PurchaseRejected, "The rule approval rejects the purchase.");
            return Err(CheckoutError::refused(problem.with("reason", text(&outcome.reason))));
        }
        let wanted = outcome.levels.into_iter().map(Level::from).collect();
        let levels = self.approvals.further(spending, wanted).await.map_err(CheckoutError::refused)?;
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

    async fn reserve(&self, spending: &Spending, decision: Option<&Decision>) -> Result<(), CheckoutError> {
        match decision {
            Some(decision) => self.budgets.reserve(spending, decision).await.map_err(CheckoutError::refused),
            None => Ok(()),
        }
    }

    async fn ask<O: DeserializeOwned>(
        &self,
        rule: Rule,
        input: &impl Serialize,
        spending: &Spending,
        decisions: &mut Vec<String>,
    ) -> Result<(O, Decision), CheckoutError> {
        let broken = |error: serde_json::Error| {
            CheckoutError::refused(Problem::new(Code::Internal, "The edge failed.").because(error))
        };
        let input = serde_json::to_string(input).map_err(broken)?;
        let context = Context {
            tenant: Some(spending.tenant.clone()),
            actor: spending.requester.clone(),
            request_id: spending.request_id.clone(),
        };
        let decided = self.rulebook.decide(rule, &input, &context).await;
        let decision = decided.map_err(|failed| CheckoutError::refused(failed.into()))?;
        decisions.push(decision.id.clone());
        let outcome = serde_json::from_str(&decision.outcome).map_err(broken)?;
        Ok((outcome, decision))
    }
}

fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "null".to_owned())
}

//! Whether a purchase may be made: the rule `budget` where the tenant has a budget, then the rule `approval`. A rule that
//! fails lets nothing through.

use edge_approvals::{ApprovalError, ApprovalService, NewApprovalRequest, Purchase, Terms};
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_money::Money;
use edge_rulebook::contract::{
    ApprovalDecision, ApprovalLevel, ApprovalOutcome, BudgetDecision, BudgetInput, BudgetOutcome, RuleInput,
};
use edge_rulebook::{Context, Decision, Rulebook};
use serde::Serialize;
use utoipa::ToSchema;

use super::budget::TenantBudgets;
use crate::error::CheckoutError;

/// A purchase, as budgets and approvers see it.
#[derive(Clone, Debug)]
pub(crate) struct Spending {
    /// The same for each try of one purchase.
    pub(crate) checkout: String,
    pub(crate) tenant: String,
    pub(crate) requester: String,
    /// The requester's role in the tenant.
    pub(crate) role: String,
    pub(crate) amount: Money,
    pub(crate) plan_id: String,
    pub(crate) request_id: String,
}

impl Spending {
    /// The request for approval.
    pub(crate) fn approval_request(&self) -> NewApprovalRequest {
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

    /// What the approvers approve.
    pub(crate) fn purchase(&self) -> Purchase {
        Purchase {
            kind: "checkout".to_owned(),
            minor: self.amount.minor,
            currency: self.amount.currency.as_str().to_owned(),
            plan: Some(self.plan_id.clone()),
        }
    }
}

/// A purchase that people have to approve first.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingApproval {
    /// `pending_approval`.
    status: &'static str,
    /// Once it is approved, the same request with this id goes through.
    approval_request_id: String,
    /// Who is asked, in this order.
    #[schema(value_type = Vec<DescribedLevel>)]
    levels: Vec<ApprovalLevel>,
    /// Levels for which too few people are known who could approve; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// People who approve, before the next level is asked.
#[derive(ToSchema)]
#[schema(as = ApprovalLevel)]
#[expect(dead_code, reason = "only described")]
struct DescribedLevel {
    /// Who may approve: `role:finance_manager`.
    approvers: Vec<String>,
    /// How many of them must approve.
    quorum: u32,
}

impl PendingApproval {
    pub(crate) const fn new(approval_request_id: String, levels: Vec<ApprovalLevel>, warnings: Vec<String>) -> Self {
        Self { status: "pending_approval", approval_request_id, levels, warnings }
    }
}

/// What the rules decided, where they let the purchase through.
pub(crate) struct Permission {
    /// The decision of the rule `budget`; None: the tenant has no budget.
    pub(crate) budget: Option<Decision<BudgetOutcome>>,
    pub(crate) approval: Decision<ApprovalOutcome>,
    /// The levels that have to approve: those of the rule and those that the tenant adds. Without levels nobody is asked.
    pub(crate) terms: Terms,
}

impl Permission {
    /// The ids of the decisions.
    pub(crate) fn decisions(&self) -> Vec<String> {
        let budget = self.budget.iter().map(|decision| decision.id.clone());
        budget.chain([self.approval.id.clone()]).collect()
    }
}

/// Decides by the rules in force.
#[derive(Clone)]
pub(crate) struct Policy {
    rulebook: Rulebook,
    pub(crate) budgets: TenantBudgets,
    pub(crate) approvals: ApprovalService,
}

impl Policy {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            rulebook: Rulebook::new(capabilities, db),
            budgets: TenantBudgets::new(capabilities, db),
            approvals: ApprovalService::new(capabilities, db),
        }
    }

    /// Whether the rules allow `spending`, and who has to approve it.
    pub(crate) async fn decide(&self, spending: &Spending) -> Result<Permission, CheckoutError> {
        let mut budget = None;
        if let Some(balance) = self.budgets.balance(spending).await? {
            let input = BudgetInput { budget: balance, amount: spending.amount.into() };
            let decision = self.rule(&input, spending).await?;
            let is_allowed = match decision.outcome.outcome {
                BudgetDecision::Allow | BudgetDecision::Warn => true,
                BudgetDecision::Deny => false,
            };
            if !is_allowed || input.budget.currency != spending.amount.currency.as_str() {
                return Err(CheckoutError::BudgetExceeded(decision.outcome.reason));
            }
            budget = Some(decision);
        }
        let request = spending.approval_request();
        let approval = self.rule(&request.rule_input()?, spending).await?;
        match approval.outcome.outcome {
            ApprovalDecision::Approve | ApprovalDecision::Require => {}
            ApprovalDecision::Reject => return Err(CheckoutError::PurchaseRejected(approval.outcome.reason)),
        }
        let levels = approval.outcome.levels.clone();
        let terms = self.approvals.terms(&request, levels).await.map_err(ApprovalError::from)?;
        Ok(Permission { budget, approval, terms })
    }

    async fn rule<I: RuleInput>(&self, input: &I, spending: &Spending) -> Result<Decision<I::Outcome>, CheckoutError> {
        let context = Context {
            tenant: Some(spending.tenant.clone()),
            actor: spending.requester.clone(),
            request_id: spending.request_id.clone(),
        };
        Ok(self.rulebook.decide(input, &context).await?)
    }
}

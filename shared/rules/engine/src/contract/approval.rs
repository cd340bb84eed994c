//! The rule `approval`: who has to approve a purchase.

mod quorum;

use rhai::Dynamic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::{amount, map, optional};
use super::outcome::{Fields, Outcome, list, text, whole};
use super::{Amount, RuleInput};
use crate::Rule;
use crate::failure::Failure;

/// A purchase to decide on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalInput {
    /// The kind of purchase: `checkout`.
    pub kind: String,
    /// The price.
    pub amount: Amount,
    /// The currency: ISO 4217.
    pub currency: String,
    /// The tenant that buys.
    pub tenant_id: String,
    /// The department that pays, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department_id: Option<String>,
    /// The requester.
    pub requester: Requester,
    /// The contract that covers the purchase, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<String>,
}

/// The requester.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Requester {
    /// The requester's id.
    pub id: String,
    /// The requester's role.
    pub role: String,
}

impl RuleInput for ApprovalInput {
    const RULE: Rule = Rule::Approval;
    type Outcome = ApprovalOutcome;
}

impl ApprovalInput {
    pub(super) fn into_script(self) -> Dynamic {
        let Requester { id, role } = self.requester;
        map([
            ("kind", self.kind.into()),
            ("amount", amount(self.amount)),
            ("currency", self.currency.into()),
            ("tenantId", self.tenant_id.into()),
            ("departmentId", optional(self.department_id)),
            ("requester", map([("id", id.into()), ("role", role.into())])),
            ("contractId", optional(self.contract_id)),
        ])
    }
}

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalDecision {
    /// The purchase is approved.
    Approve,
    /// The purchase requires approvals.
    Require,
    /// The purchase is rejected.
    Reject,
}

/// An approval level. It must be complete before the next level begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalLevel {
    /// The eligible approvers: `role:finance_manager`, `user:u1`.
    pub approvers: Vec<String>,
    /// The number of required approvals; not more than there are people if all are named. A person counts for one
    /// level.
    pub quorum: u32,
}

/// The outcome of the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalOutcome {
    /// The decision.
    pub outcome: ApprovalDecision,
    /// The levels in order: at least one if approvals are required, else none.
    pub levels: Vec<ApprovalLevel>,
    /// The reason, for people.
    pub reason: String,
}

impl Outcome for ApprovalOutcome {
    fn from_script(given: Dynamic) -> Result<Self, Failure> {
        let mut fields = Fields::of(given, "")?;
        let outcome = fields.one_of(
            "outcome",
            &[
                ("approve", ApprovalDecision::Approve),
                ("require", ApprovalDecision::Require),
                ("reject", ApprovalDecision::Reject),
            ],
        )?;
        let levels = fields.take("levels", |value, path| list(value, path, level))?;
        if (outcome == ApprovalDecision::Require) == levels.is_empty() {
            return Err(Failure::outcome("levels", "expected at least one level with \"require\", and none without"));
        }
        if let Err(index) = quorum::check(&levels) {
            let wrong = "exceeds the number of named people: only these are asked, and a person counts for one level";
            return Err(Failure::outcome(format!("levels[{index}].quorum"), wrong));
        }
        let reason = fields.take("reason", text)?;
        fields.end()?;
        Ok(Self { outcome, levels, reason })
    }
}

fn level(given: Dynamic, path: &str) -> Result<ApprovalLevel, Failure> {
    let mut fields = Fields::of(given, path)?;
    let approvers = fields.take("approvers", |value, path| list(value, path, text))?;
    if approvers.is_empty() {
        return Err(Failure::outcome(format!("{path}.approvers"), "expected at least one approver"));
    }
    let quorum = fields.take("quorum", |value, path| {
        u32::try_from(whole(value, path)?)
            .ok()
            .filter(|quorum| *quorum > 0)
            .ok_or_else(|| Failure::outcome(path, "expected a whole number from 1 on"))
    })?;
    fields.end()?;
    Ok(ApprovalLevel { approvers, quorum })
}

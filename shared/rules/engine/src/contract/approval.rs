//! `approval`: who has to approve a purchase.

mod quorum;

use rhai::Dynamic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::{amount, map, optional};
use super::outcome::{Fields, Outcome, list, text, whole};
use super::{Amount, RuleInput};
use crate::Rule;
use crate::failure::Failure;

/// A purchase to be decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalInput {
    /// What kind of purchase: `checkout`.
    pub kind: String,
    /// What it costs.
    pub amount: Amount,
    /// In which currency: ISO 4217.
    pub currency: String,
    /// Whose purchase it is.
    pub tenant_id: String,
    /// The department that pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department_id: Option<String>,
    /// Who asks.
    pub requester: Requester,
    /// The contract it falls under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<String>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Requester {
    /// Their id.
    pub id: String,
    /// Their role.
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

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalDecision {
    /// Goes through.
    Approve,
    /// People have to approve it first.
    Require,
    /// Does not go through.
    Reject,
}

/// People who approve, before the next level is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalLevel {
    /// Who may: `role:finance_manager`, `user:u1`.
    pub approvers: Vec<String>,
    /// How many of them have to: not more than there are, where all are named. Nobody counts for two levels.
    pub quorum: u32,
}

/// The decision on a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalOutcome {
    /// What is decided.
    pub outcome: ApprovalDecision,
    /// The levels, first to last: at least one where people are required, none else.
    pub levels: Vec<ApprovalLevel>,
    /// Why, for people.
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
            let wrong = "is more than there are people: only those named here are asked, and nobody counts twice";
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

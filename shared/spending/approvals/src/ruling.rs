//! What the rule `approval` is told of a purchase, and what it says.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::asking::Submission;
use crate::level::Level;

/// What the rule is told, as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleInput<'a> {
    kind: &'a str,
    amount: Option<Box<RawValue>>,
    currency: &'a str,
    tenant_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    department_id: Option<&'a str>,
    requester: Requester<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Requester<'a> {
    id: &'a str,
    role: &'a str,
}

/// What the rule says, from JSON.
#[derive(Deserialize)]
pub struct RuleOutcome {
    outcome: String,
    /// Who has to be asked, level by level.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

impl<'a> From<&'a Submission> for RuleInput<'a> {
    fn from(asked: &'a Submission) -> Self {
        Self {
            kind: &asked.purchase.kind,
            amount: asked.purchase.amount().and_then(|amount| RawValue::from_string(amount.to_decimal()).ok()),
            currency: &asked.purchase.currency,
            tenant_id: &asked.tenant,
            department_id: asked.department.as_deref(),
            requester: Requester { id: &asked.requester, role: &asked.role },
            contract_id: asked.contract.as_deref(),
        }
    }
}

impl RuleOutcome {
    /// Whether the purchase may be, once those who have to be asked agree.
    pub fn lets(&self) -> bool {
        matches!(self.outcome.as_str(), "approve" | "require")
    }
}

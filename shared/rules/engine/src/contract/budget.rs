//! The rule `budget`: whether a budget allows a purchase.

use rhai::Dynamic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::{amount, map};
use super::outcome::{Fields, Outcome, list, number, text};
use super::{Amount, RuleInput};
use crate::Rule;
use crate::failure::Failure;

/// A purchase, and the budget that pays for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetInput {
    /// The budget.
    pub budget: BudgetBalance,
    /// The price, in the budget's currency.
    pub amount: Amount,
}

/// A budget and its balance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Budget")]
pub struct BudgetBalance {
    /// The limit.
    pub limit: Amount,
    /// The spent amount.
    pub spent: Amount,
    /// The reserved amount, which is not spent yet.
    pub reserved: Amount,
    /// The currency: ISO 4217.
    pub currency: String,
    /// The period: `2024-02`, `monthly`.
    pub period: String,
}

impl RuleInput for BudgetInput {
    const RULE: Rule = Rule::Budget;
    type Outcome = BudgetOutcome;
}

impl BudgetInput {
    pub(super) fn into_script(self) -> Dynamic {
        let BudgetBalance { limit, spent, reserved, currency, period } = self.budget;
        map([
            (
                "budget",
                map([
                    ("limit", amount(limit)),
                    ("spent", amount(spent)),
                    ("reserved", amount(reserved)),
                    ("currency", currency.into()),
                    ("period", period.into()),
                ]),
            ),
            ("amount", amount(self.amount)),
        ])
    }
}

/// The decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BudgetDecision {
    /// The purchase is allowed.
    Allow,
    /// The purchase is allowed, with alerts.
    Warn,
    /// The purchase is denied.
    Deny,
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetAlert {
    /// The threshold that was crossed, in percent of the limit.
    pub threshold: Amount,
    /// The message, for people.
    pub message: String,
}

/// The outcome of the rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetOutcome {
    /// The decision.
    pub outcome: BudgetDecision,
    /// The alerts.
    pub alerts: Vec<BudgetAlert>,
    /// The reason, for people.
    pub reason: String,
}

impl Outcome for BudgetOutcome {
    fn from_script(given: Dynamic) -> Result<Self, Failure> {
        let mut fields = Fields::of(given, "")?;
        let outcome = fields.one_of(
            "outcome",
            &[("allow", BudgetDecision::Allow), ("warn", BudgetDecision::Warn), ("deny", BudgetDecision::Deny)],
        )?;
        let alerts = fields.take("alerts", |value, path| list(value, path, alert))?;
        let reason = fields.take("reason", text)?;
        fields.end()?;
        Ok(Self { outcome, alerts, reason })
    }
}

fn alert(given: Dynamic, path: &str) -> Result<BudgetAlert, Failure> {
    let mut fields = Fields::of(given, path)?;
    let threshold = fields.take("threshold", number)?;
    let message = fields.take("message", text)?;
    fields.end()?;
    Ok(BudgetAlert { threshold, message })
}

//! `budget`: whether a budget allows a purchase.

use rhai::Dynamic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::input::{amount, map};
use super::outcome::{Fields, Outcome, list, number, text};
use super::{Amount, RuleInput};
use crate::Rule;
use crate::failure::Failure;

/// A purchase, and the budget it would come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetInput {
    /// The budget.
    pub budget: BudgetBalance,
    /// What the purchase costs, in the budget's currency.
    pub amount: Amount,
}

/// A budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Budget")]
pub struct BudgetBalance {
    /// What may be spent.
    pub limit: Amount,
    /// What was spent.
    pub spent: Amount,
    /// What is promised and not yet spent.
    pub reserved: Amount,
    /// In which currency: ISO 4217.
    pub currency: String,
    /// For which time: `2024-02`, `monthly`.
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

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BudgetDecision {
    /// Goes through.
    Allow,
    /// Goes through, and somebody should know.
    Warn,
    /// Does not go through.
    Deny,
}

/// Something that somebody should know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetAlert {
    /// Which mark was passed, in percent of the limit.
    pub threshold: Amount,
    /// What to tell people.
    pub message: String,
}

/// The decision on a purchase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetOutcome {
    /// What is decided.
    pub outcome: BudgetDecision,
    /// What somebody should know.
    pub alerts: Vec<BudgetAlert>,
    /// Why, for people.
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

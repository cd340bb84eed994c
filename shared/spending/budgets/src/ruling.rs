//! What the rule `budget` is told of a purchase and its budget, and what it says.

use edge_money::Money;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::alerts::Said;

/// A budget, as the rule sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What may be spent.
    pub limit: Money,
    /// What was.
    pub spent: Money,
    /// What is promised.
    pub reserved: Money,
    /// For which time: `2024-02`.
    pub period: String,
}

/// What the rule is told, as JSON.
#[derive(Serialize)]
pub struct RuleInput<'a> {
    budget: BudgetInput<'a>,
    amount: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct BudgetInput<'a> {
    limit: Option<Box<RawValue>>,
    spent: Option<Box<RawValue>>,
    reserved: Option<Box<RawValue>>,
    currency: &'a str,
    period: &'a str,
}

/// What the rule says, from JSON.
#[derive(Deserialize)]
pub struct RuleOutcome {
    outcome: String,
    #[serde(default)]
    pub(crate) alerts: Vec<Said>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

impl<'a> RuleInput<'a> {
    /// That `amount` is to be spent from `budget`.
    pub fn new(budget: &'a Seen, amount: Money) -> Self {
        let number = |money: Money| RawValue::from_string(money.to_decimal()).ok();
        Self {
            budget: BudgetInput {
                limit: number(budget.limit),
                spent: number(budget.spent),
                reserved: number(budget.reserved),
                currency: budget.limit.currency.as_str(),
                period: &budget.period,
            },
            amount: number(amount),
        }
    }
}

impl RuleOutcome {
    /// Whether it may not be spent.
    pub fn denies(&self) -> bool {
        self.outcome == "deny"
    }

    /// Whether people are to know.
    pub(crate) fn warns(&self) -> bool {
        self.outcome == "warn"
    }
}

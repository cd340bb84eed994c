//! The body of requests that create and update approval rules, and its validation.

use std::collections::BTreeSet;

use edge_capabilities::{Random, random};
use edge_http::{FieldError, InvalidText, Problem};
use edge_money::{Currency, Digits};
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::ApprovalRule;
use crate::request::Level;
use crate::validation::{MAX_TEXT_LEN, is_approver, read_amount};

/// The maximum number of levels, and of approvers of a level.
const MAX_COUNT: usize = 20;

/// A year.
const MAX_MINUTES: u32 = 366 * 24 * 60;

const INVALID_APPROVERS: &str = "must be at most 20 of role:…, user:… and key:…";

/// A level to add.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = ApprovalRuleLevel)]
pub(super) struct LevelRequest {
    /// Who may approve: 1 to 20 of `role:<role>`, `user:<sub>` and `key:<id>`.
    approvers: Vec<String>,
    /// The number of approvals that the level needs. Default: 1.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 20)]
    quorum: u32,
}

const fn one() -> u32 {
    1
}

/// An approval rule to create, or the changes to one. In an update, fields that are absent keep their values.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ApprovalRuleRequest)]
pub(crate) struct RuleRequest {
    /// The name for display: 1 to 256 bytes. Required to create a rule.
    #[serde(default)]
    name: Option<String>,
    /// The kind of purchase that the rule applies to. Default: any.
    #[serde(default)]
    kind: Option<String>,
    /// The currency that the rule applies to. Required with an amount. Default: any.
    #[serde(default)]
    currency: Option<String>,
    /// The rule applies to purchases above this amount. Default: no lower bound.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    min_amount: Option<Digits>,
    /// The rule applies to purchases up to this amount, inclusive. Default: no upper bound.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    max_amount: Option<Digits>,
    /// The department that the rule applies to. Default: any.
    #[serde(default)]
    department_id: Option<String>,
    /// At most 20 levels, which are added to those that the rule `approval` requires.
    #[serde(default)]
    levels: Option<Vec<LevelRequest>>,
    /// The time that a request may be pending, and again the time that it may stay approved before it is used. Default: a
    /// week, which is also the maximum that takes effect.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 527_040)]
    expires_after_minutes: Option<u32>,
    /// The time after which `escalate_to` may approve as well, on each level.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 527_040)]
    escalate_after_minutes: Option<u32>,
    /// Who may approve after that time: at most 20 of `role:<role>`, `user:<sub>` and `key:<id>`.
    #[serde(default)]
    escalate_to: Option<Vec<String>>,
    /// Whether the rule applies. Default: `true`.
    #[serde(default)]
    is_active: Option<bool>,
}

impl RuleRequest {
    /// Validates the request; gives the rule to create.
    pub(super) fn create(&self, random: &dyn Random) -> Result<ApprovalRule, Problem> {
        let mut rule =
            ApprovalRule { id: format!("apl_{}", random::hex::<12>(random)), is_active: true, ..Default::default() };
        self.apply(&mut rule)?;
        if self.name.is_none() {
            return Err(Problem::field("name", InvalidText::<MAX_TEXT_LEN>.to_string()));
        }
        Ok(rule)
    }

    /// Validates the request and changes `rule`. Fields that are absent keep their values.
    pub(super) fn apply(&self, rule: &mut ApprovalRule) -> Result<(), Problem> {
        let texts = [("name", &self.name), ("kind", &self.kind), ("department_id", &self.department_id)];
        let invalid = texts.map(|(field, text)| FieldError::of_text::<MAX_TEXT_LEN>(field, text.as_deref()));
        let mut errors: Vec<FieldError> = invalid.into_iter().flatten().collect();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let code = self.currency.as_ref().or(rule.currency.as_ref());
        let currency = code.map(|code| Currency::parse(code)).transpose();
        if currency.is_err() {
            wrong("currency", "must be an ISO 4217 currency");
        }
        let mut amounts = [("min_amount", &self.min_amount, rule.above), ("max_amount", &self.max_amount, rule.up_to)];
        for (field, digits, minor) in &mut amounts {
            match (digits, currency) {
                (None, _) | (_, Err(_)) => {}
                (Some(_), Ok(None)) => wrong(field, "requires a currency"),
                (Some(digits), Ok(Some(currency))) => match read_amount(digits, currency) {
                    Ok(read) => *minor = Some(read),
                    Err(message) => wrong(field, &message),
                },
            }
        }
        let levels = self.levels.as_deref().unwrap_or_default();
        let is_valid_level = |level: &LevelRequest| {
            (1..=20).contains(&level.quorum)
                && (1..=MAX_COUNT).contains(&level.approvers.len())
                && level.approvers.iter().all(|approver| is_approver(approver))
        };
        if levels.len() > MAX_COUNT || !levels.iter().all(is_valid_level) {
            wrong(
                "levels",
                "must be at most 20 levels, each with a quorum of 1 to 20 and 1 to 20 of role:…, user:… and key:…",
            );
        }
        let is_possible = |level: &LevelRequest| {
            let people: BTreeSet<&String> = level.approvers.iter().collect();
            let has_role = people.iter().any(|approver| approver.starts_with("role:"));
            has_role || usize::try_from(level.quorum).is_ok_and(|quorum| quorum <= people.len())
        };
        if !levels.iter().all(is_possible) {
            wrong("levels", "must not have a quorum larger than the number of approvers, where none is a role");
        }
        let others = self.escalate_to.as_deref().unwrap_or_default();
        if others.len() > MAX_COUNT || !others.iter().all(|approver| is_approver(approver)) {
            wrong("escalate_to", INVALID_APPROVERS);
        }
        let times = [
            ("expires_after_minutes", self.expires_after_minutes),
            ("escalate_after_minutes", self.escalate_after_minutes),
        ];
        for (field, minutes) in times {
            if minutes.is_some_and(|minutes| !(1..=MAX_MINUTES).contains(&minutes)) {
                wrong(field, "must be 1 to 527,040");
            }
        }
        let (Ok(currency), true) = (currency, errors.is_empty()) else { return Err(Problem::fields(errors)) };
        let [(_, _, above), (_, _, up_to)] = amounts;
        (rule.above, rule.up_to) = (above, up_to);
        rule.currency = currency.map(|currency| currency.as_str().to_owned());
        let replace = |to: &mut Option<String>, from: &Option<String>| {
            if from.is_some() {
                to.clone_from(from);
            }
        };
        replace(&mut rule.kind, &self.kind);
        replace(&mut rule.department, &self.department_id);
        if let Some(name) = &self.name {
            rule.name.clone_from(name);
        }
        if self.levels.is_some() {
            rule.levels = levels.iter().map(|level| Level::new(level.approvers.clone(), level.quorum)).collect();
        }
        rule.expires_after_minutes = self.expires_after_minutes.or(rule.expires_after_minutes);
        rule.escalates_after_minutes = self.escalate_after_minutes.or(rule.escalates_after_minutes);
        if self.escalate_to.is_some() {
            rule.escalates_to = others.to_vec();
        }
        rule.is_active = self.is_active.unwrap_or(rule.is_active);
        Ok(())
    }
}

//! What is asked for, each part what it must be.

use std::collections::BTreeSet;

use edge_capabilities::{Random, random};
use edge_http::{FieldError, Problem};
use edge_money::{Currency, Digits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::level::Level;
use crate::request::Purchase;
use crate::rules::ApprovalRule;

const MAX_LEN: usize = 256;
const MAX_TEXT_LEN: usize = 2048;
const MAX_COUNT: usize = 20;
const MAX_MINUTES: u32 = 366 * 24 * 60;

fn read_amount(digits: &Digits, currency: Currency) -> Result<i64, String> {
    digits.read(currency).map(|money| money.minor).map_err(|invalid| invalid.to_string())
}

/// A purchase to be asked about.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = NewApprovalRequest)]
pub(super) struct NewRequest {
    /// What kind of purchase: `checkout`, unless told.
    #[serde(default)]
    kind: Option<String>,
    #[schema(value_type = f64)]
    amount: Digits,
    /// ISO 4217.
    currency: String,
    /// What is bought.
    #[serde(default)]
    plan_id: Option<String>,
    /// The department that pays.
    #[serde(default)]
    department_id: Option<String>,
    /// The contract it falls under.
    #[serde(default)]
    contract_id: Option<String>,
    /// For people.
    #[serde(default)]
    description: Option<String>,
}

/// The same, each part what it must be.
pub(super) struct Wanted {
    pub(super) purchase: Purchase,
    pub(super) department: Option<String>,
    pub(super) contract: Option<String>,
    pub(super) description: Option<String>,
}

pub(super) fn is_sane(text: &str) -> bool {
    (1..=MAX_LEN).contains(&text.len()) && !text.chars().any(char::is_control)
}

const TEXT: &str = "must be 1 to 256 bytes without control characters";

impl NewRequest {
    pub(super) fn read(self) -> Result<Wanted, Problem> {
        let mut errors = Vec::new();
        let kind = self.kind.unwrap_or_else(|| "checkout".to_owned());
        let texts = [
            ("kind", Some(&kind)),
            ("plan_id", self.plan_id.as_ref()),
            ("department_id", self.department_id.as_ref()),
            ("contract_id", self.contract_id.as_ref()),
        ];
        for (field, text) in texts {
            if text.is_some_and(|text| !is_sane(text)) {
                errors.push(FieldError::new(field, TEXT));
            }
        }
        if self.description.as_ref().is_some_and(|text| text.len() > MAX_TEXT_LEN) {
            errors.push(FieldError::new("description", "must be at most 2,048 bytes"));
        }
        let currency = Currency::parse(&self.currency);
        if let Err(invalid) = currency {
            errors.push(FieldError::new("currency", invalid.to_string()));
        }
        let minor = currency.map(|currency| read_amount(&self.amount, currency)).unwrap_or(Ok(0));
        if let Err(message) = &minor {
            errors.push(FieldError::new("amount", message));
        }
        let (Ok(currency), Ok(minor), true) = (currency, minor, errors.is_empty()) else {
            return Err(Problem::fields(errors));
        };
        let purchase = Purchase { kind, minor, currency: currency.as_str().to_owned(), plan: self.plan_id };
        let (department, contract) = (self.department_id, self.contract_id);
        Ok(Wanted { purchase, department, contract, description: self.description })
    }
}

/// A level as it is written.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = ApprovalRuleLevel)]
pub(super) struct LevelWritten {
    /// Who may: `role:finance_manager`, `user:u1`, `key:k1`.
    approvers: Vec<String>,
    /// How many of them have to: 1 unless told.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 20)]
    quorum: u32,
}

const fn one() -> u32 {
    1
}

/// What a tenant asks for of certain purchases, beyond the rule `approval`.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = NewApprovalRule)]
pub(super) struct RuleWanted {
    /// What people call it.
    #[serde(default)]
    name: Option<String>,
    /// Of which kind of purchase; of any unless told.
    #[serde(default)]
    kind: Option<String>,
    /// In which currency; required where there is an amount.
    #[serde(default)]
    currency: Option<String>,
    /// Of purchases above this amount.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    min_amount: Option<Digits>,
    /// Of purchases up to this amount and no more.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    max_amount: Option<Digits>,
    /// Of which department; of any unless told.
    #[serde(default)]
    department_id: Option<String>,
    /// Who is asked beyond those whom the rule asks.
    #[serde(default)]
    levels: Option<Vec<LevelWritten>>,
    /// How long people may take, and as long again whoever uses it: a week unless told.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 527_040)]
    expires_after_minutes: Option<u32>,
    /// After how long `escalate_to` may approve as well, on each level.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 527_040)]
    escalate_after_minutes: Option<u32>,
    /// Who they are.
    #[serde(default)]
    escalate_to: Option<Vec<String>>,
    /// Whether it is asked for; it is unless told.
    #[serde(default)]
    is_active: Option<bool>,
}

/// Whether `approver` can be asked.
pub(super) fn is_approver(approver: &str) -> bool {
    let named = approver.split_once(':').filter(|(kind, _)| matches!(*kind, "role" | "user" | "key"));
    named.is_some_and(|(_, name)| !name.is_empty()) && is_sane(approver)
}

const APPROVERS: &str = "must be up to 20 of role:…, user:… and key:…";

impl RuleWanted {
    /// A new rule.
    pub(super) fn make(&self, random: &dyn Random) -> Result<ApprovalRule, Problem> {
        let mut rule =
            ApprovalRule { id: format!("apl_{}", random::hex::<12>(random)), is_active: true, ..Default::default() };
        let named = self.name.is_some();
        match self.apply(&mut rule) {
            Ok(()) if named => Ok(rule),
            Ok(()) => Err(Problem::field("name", TEXT)),
            Err(problem) => Err(problem),
        }
    }

    /// Changes `rule`: fields that are not there stay as they are.
    pub(super) fn apply(&self, rule: &mut ApprovalRule) -> Result<(), Problem> {
        let mut errors = Vec::new();
        let mut wrong = |field: &str, message: &str| errors.push(FieldError::new(field, message));
        let texts = [("name", &self.name), ("kind", &self.kind), ("department_id", &self.department_id)];
        for (field, text) in texts {
            if text.as_ref().is_some_and(|text| !is_sane(text)) {
                wrong(field, TEXT);
            }
        }
        let code = self.currency.as_ref().or(rule.currency.as_ref());
        let currency = code.map(|code| Currency::parse(code)).transpose();
        if currency.is_err() {
            wrong("currency", "is no ISO 4217 currency");
        }
        let mut amounts = [("min_amount", &self.min_amount, rule.above), ("max_amount", &self.max_amount, rule.up_to)];
        for (field, digits, minor) in &mut amounts {
            match (digits, currency) {
                (None, _) | (_, Err(_)) => {}
                (Some(_), Ok(None)) => wrong(field, "takes a currency"),
                (Some(digits), Ok(Some(currency))) => match read_amount(digits, currency) {
                    Ok(read) => *minor = Some(read),
                    Err(message) => wrong(field, &message),
                },
            }
        }
        let levels = self.levels.as_deref().unwrap_or_default();
        let level_is_sane = |level: &LevelWritten| {
            (1..=20).contains(&level.quorum)
                && (1..=MAX_COUNT).contains(&level.approvers.len())
                && level.approvers.iter().all(|approver| is_approver(approver))
        };
        if levels.len() > MAX_COUNT || !levels.iter().all(level_is_sane) {
            wrong("levels", "must be up to 20, each with a quorum of 1 to 20 and up to 20 of role:…, user:… and key:…");
        }
        let is_met = |level: &LevelWritten| {
            let people: BTreeSet<&String> = level.approvers.iter().collect();
            let has_role = people.iter().any(|approver| approver.starts_with("role:"));
            has_role || usize::try_from(level.quorum).is_ok_and(|quorum| quorum <= people.len())
        };
        if !levels.iter().all(is_met) {
            wrong("levels", "must not ask for more people than there are, where all are named");
        }
        let others = self.escalate_to.as_deref().unwrap_or_default();
        if others.len() > MAX_COUNT || !others.iter().all(|approver| is_approver(approver)) {
            wrong("escalate_to", APPROVERS);
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
        let take = |to: &mut Option<String>, from: &Option<String>| {
            if from.is_some() {
                to.clone_from(from);
            }
        };
        take(&mut rule.kind, &self.kind);
        take(&mut rule.department, &self.department_id);
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

/// What somebody says to a request.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ApprovalAnswer)]
pub(super) struct Said {
    /// `approve` or `reject`.
    pub(super) action: crate::request::Verdict,
    /// For people: at most 2,048 bytes.
    #[serde(default)]
    pub(super) comment: Option<String>,
}

/// Requests to approve.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = BulkApproval)]
pub(super) struct Bulk {
    /// 1 to 100 of them.
    pub(super) request_ids: Vec<String>,
    /// For people, with each: at most 2,048 bytes.
    #[serde(default)]
    pub(super) comment: Option<String>,
}

pub(super) fn check_comment(comment: Option<&str>) -> Result<(), Problem> {
    if comment.is_some_and(|comment| comment.len() > MAX_TEXT_LEN) {
        return Err(Problem::field("comment", "must be at most 2,048 bytes"));
    }
    Ok(())
}

//! Requests and rules as they are shown.

use edge_capabilities::Timestamp;
use edge_money::{Currency, Money};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::delegations::Delegation;
use crate::level::Level;
use crate::request::{Action, Request, Ruled, Status, Verdict};
use crate::rules::{ApprovalRule, Change};

/// An amount as a JSON number of all its digits.
pub(super) struct Amount(Option<Money>);

impl Amount {
    fn new(minor: i64, currency: &str) -> Self {
        Self(Currency::parse(currency).ok().map(|currency| Money { minor, currency }))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self.0.map(|money| RawValue::from_string(money.to_decimal()).map_err(serde::ser::Error::custom));
        number.transpose()?.serialize(serializer)
    }
}

/// A purchase that people are asked about.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRequest)]
pub(super) struct Shown {
    id: String,
    tenant_id: String,
    status: Status,
    kind: String,
    #[schema(value_type = f64)]
    amount: Amount,
    currency: String,
    plan_id: Option<String>,
    department_id: Option<String>,
    contract_id: Option<String>,
    description: Option<String>,
    /// Who asks.
    requester: String,
    /// What decided who is asked: this version, whatever becomes of the rule.
    rule: Ruled,
    levels: Vec<LevelShown>,
    /// The level that is asked now, from 1; null: none.
    current_level: Option<usize>,
    /// What people said, oldest first.
    actions: Vec<ActionShown>,
    /// What it was used for.
    used_for: Option<String>,
    /// What was amiss when it was made: levels for which too few people were known.
    warnings: Vec<String>,
    created_at: String,
    /// When it is over: for a pending one, being asked; for an approved one, being used.
    expires_at: String,
    #[serde(skip)]
    pub(super) cursor: String,
}

/// People who approve, before the next level is asked.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRequestLevel)]
struct LevelShown {
    approvers: Vec<String>,
    quorum: u32,
    /// How many did.
    approvals: u32,
    /// Who may approve as well after a time.
    escalate_to: Vec<String>,
    /// From when on they may; null: not, or not known before the level is reached.
    escalates_at: Option<String>,
}

/// What somebody said.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalAction)]
struct ActionShown {
    /// Who.
    person: String,
    /// In whose place; null: their own.
    on_behalf_of: Option<String>,
    action: Verdict,
    /// On which level, from 1.
    level: usize,
    comment: Option<String>,
    at: String,
}

impl Shown {
    pub(super) fn new(request: Request, now: Timestamp) -> Self {
        let (status, done) = (request.status(now), request.levels_done());
        let level = |(index, level): (usize, &Level)| LevelShown {
            approvals: request.approvals(index),
            escalates_at: (index <= done)
                .then(|| level.escalates_at(request.reached(index)))
                .flatten()
                .map(Timestamp::to_rfc3339_millis),
            approvers: level.approvers.clone(),
            quorum: level.quorum,
            escalate_to: level.escalates_to.clone(),
        };
        let action = |action: &Action| ActionShown {
            person: action.person.clone(),
            on_behalf_of: action.on_behalf_of.clone(),
            action: action.verdict,
            level: action.level.saturating_add(1),
            comment: action.comment.clone(),
            at: action.at.to_rfc3339_millis(),
        };
        Self {
            levels: request.levels.iter().enumerate().map(level).collect(),
            actions: request.actions.iter().map(action).collect(),
            current_level: (status == Status::Pending).then(|| done.saturating_add(1)),
            amount: Amount::new(request.purchase.minor, &request.purchase.currency),
            cursor: cursor(request.created_at, &request.id),
            created_at: request.created_at.to_rfc3339_millis(),
            expires_at: request.expires_at.to_rfc3339_millis(),
            status,
            id: request.id,
            tenant_id: request.tenant,
            kind: request.purchase.kind,
            currency: request.purchase.currency,
            plan_id: request.purchase.plan,
            department_id: request.department,
            contract_id: request.contract,
            description: request.description,
            requester: request.requester,
            rule: request.ruled,
            used_for: request.used_for,
            warnings: request.warnings,
        }
    }
}

/// What a tenant asks for of certain purchases, beyond the rule `approval`.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRule)]
pub(super) struct RuleShown {
    id: String,
    name: String,
    kind: Option<String>,
    currency: Option<String>,
    #[schema(value_type = Option<f64>)]
    min_amount: Amount,
    #[schema(value_type = Option<f64>)]
    max_amount: Amount,
    department_id: Option<String>,
    levels: Vec<RuleLevel>,
    expires_after_minutes: Option<u32>,
    escalate_after_minutes: Option<u32>,
    escalate_to: Vec<String>,
    is_active: bool,
    created_at: Option<String>,
    updated_at: Option<String>,
    /// Who changed it, oldest first, and what it was before.
    history: Vec<Change>,
    #[serde(skip)]
    pub(super) cursor: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRuleLevelShown)]
struct RuleLevel {
    approvers: Vec<String>,
    quorum: u32,
}

impl From<ApprovalRule> for RuleShown {
    fn from(rule: ApprovalRule) -> Self {
        let currency = rule.currency.clone().unwrap_or_default();
        let amount = |minor: Option<i64>| minor.map_or(Amount(None), |minor| Amount::new(minor, &currency));
        let level = |level: Level| RuleLevel { approvers: level.approvers, quorum: level.quorum };
        Self {
            cursor: rule.created_at.map(|at| cursor(at, &rule.id)).unwrap_or_default(),
            min_amount: amount(rule.above),
            max_amount: amount(rule.up_to),
            id: rule.id,
            name: rule.name,
            kind: rule.kind,
            currency: rule.currency,
            department_id: rule.department,
            levels: rule.levels.into_iter().map(level).collect(),
            expires_after_minutes: rule.expires_after_minutes,
            escalate_after_minutes: rule.escalates_after_minutes,
            escalate_to: rule.escalates_to,
            is_active: rule.is_active,
            created_at: rule.created_at.map(Timestamp::to_rfc3339_millis),
            updated_at: rule.updated_at.map(Timestamp::to_rfc3339_millis),
            history: rule.history,
        }
    }
}

/// Somebody stands for another.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalDelegation)]
pub(super) struct DelegationShown {
    id: String,
    /// For whom.
    from: String,
    /// Who.
    to: String,
    starts_at: String,
    ends_at: String,
    reason: String,
    created_at: String,
    revoked_at: Option<String>,
    #[serde(skip)]
    pub(super) cursor: String,
}

impl From<Delegation> for DelegationShown {
    fn from(delegation: Delegation) -> Self {
        Self {
            cursor: cursor(delegation.created_at, &delegation.id),
            starts_at: delegation.starts_at.to_rfc3339_millis(),
            ends_at: delegation.ends_at.to_rfc3339_millis(),
            created_at: delegation.created_at.to_rfc3339_millis(),
            revoked_at: delegation.revoked_at.map(Timestamp::to_rfc3339_millis),
            id: delegation.id,
            from: delegation.delegator,
            to: delegation.delegate,
            reason: delegation.reason,
        }
    }
}

fn cursor(created_at: Timestamp, id: &str) -> String {
    format!("{}.{id}", created_at.as_millis())
}

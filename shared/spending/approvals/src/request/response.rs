//! Approval requests as responses show them.

use edge_capabilities::Timestamp;
use edge_money::DecimalAmount;
use serde::Serialize;
use utoipa::ToSchema;

use super::level::Level;
use super::model::{Action, DecisionRef, Request, Status, Verdict};

/// An approval request.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRequest)]
pub(crate) struct RequestResponse {
    id: String,
    tenant_id: String,
    status: Status,
    kind: String,
    #[schema(value_type = f64)]
    amount: Option<DecimalAmount>,
    currency: String,
    plan_id: Option<String>,
    department_id: Option<String>,
    contract_id: Option<String>,
    description: Option<String>,
    /// The person who requested the approval.
    requester: String,
    /// The decision of the rule `approval`. The request follows it even if the rule is changed later.
    rule: DecisionRef,
    /// The levels, in the order in which they are asked.
    levels: Vec<LevelResponse>,
    /// The number of the level that is asked now, from 1; null: the request is not pending.
    current_level: Option<usize>,
    /// The approvals and rejections, oldest first.
    actions: Vec<ActionResponse>,
    /// The reference of the purchase that the request was used for; null: it was not used.
    used_for: Option<String>,
    /// Warnings from when the request was created: levels for which too few people were known.
    warnings: Vec<String>,
    created_at: String,
    /// Until when a pending request can be approved, and an approved one used (RFC 3339).
    expires_at: String,
}

/// People who approve, before the next level is asked.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalRequestLevel)]
struct LevelResponse {
    /// Who may approve: `role:<role>`, `user:<sub>` or `key:<id>`.
    approvers: Vec<String>,
    /// The number of approvals that the level needs.
    quorum: u32,
    /// The number of approvals so far.
    approvals: u32,
    /// Who may approve as well after `escalates_at`.
    escalate_to: Vec<String>,
    /// When the level escalates (RFC 3339); null: never, or the level was not reached yet.
    escalates_at: Option<String>,
}

/// An approval or rejection that counted.
#[derive(Serialize, ToSchema)]
#[schema(as = ApprovalAction)]
struct ActionResponse {
    /// The person who acted.
    person: String,
    /// The person on whose behalf they acted; null: on their own.
    on_behalf_of: Option<String>,
    action: Verdict,
    /// The number of the level, from 1.
    level: usize,
    comment: Option<String>,
    at: String,
}

impl RequestResponse {
    pub(super) fn new(request: Request, now: Timestamp) -> Self {
        let (status, done) = (request.status(now), request.levels_done());
        let level = |(index, level): (usize, &Level)| LevelResponse {
            approvals: request.approvals(index),
            escalates_at: (index <= done)
                .then(|| level.escalates_at(request.reached(index)))
                .flatten()
                .map(Timestamp::to_rfc3339_millis),
            approvers: level.approvers.clone(),
            quorum: level.quorum,
            escalate_to: level.escalates_to.clone(),
        };
        let action = |action: &Action| ActionResponse {
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
            amount: request.purchase.amount().map(DecimalAmount),
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
            rule: request.decision,
            used_for: request.used_for,
            warnings: request.warnings,
        }
    }
}

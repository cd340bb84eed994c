//! A dispute in responses.

use edge_capabilities::Timestamp;
use edge_money::DecimalAmount;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{CardCase, Dispute, DisputeReason, DisputeStatus, Evidence, Subject};
use crate::refund::RefundStatus;
use crate::resolution::{Resolution, ResolutionKind, ResolutionRefund};

/// A dispute.
#[derive(Serialize, ToSchema)]
#[schema(as = Dispute)]
pub(crate) struct DisputeResponse {
    id: String,
    tenant_id: String,
    /// Its number within the tenant: `DSP-00042`.
    number: String,
    /// The entity that is concerned.
    entity_id: Option<String>,
    subject: Subject,
    /// The payment that is disputed, once it is known.
    payment_id: Option<String>,
    /// How much is disputed.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    currency: String,
    #[schema(inline)]
    reason: DisputeReason,
    description: Option<String>,
    #[schema(inline)]
    status: DisputeStatus,
    /// Until when it is to be decided.
    due_at: Option<String>,
    /// Whether that time is past and it is not decided. Nothing is decided by itself.
    overdue: bool,
    evidence: Vec<Evidence>,
    /// The last resolution.
    resolution: Option<ResolutionResponse>,
    /// The card dispute that opened it.
    card_dispute: Option<CardCase>,
    /// Who opened it.
    opened_by: String,
    created_at: String,
    updated_at: String,
    /// When it was resolved, rejected or withdrawn.
    closed_at: Option<String>,
}

/// A resolution.
#[derive(Serialize, ToSchema)]
#[schema(as = DisputeResolution)]
struct ResolutionResponse {
    #[schema(inline)]
    kind: ResolutionKind,
    /// How much. Null: nothing.
    #[schema(value_type = Option<f64>)]
    amount: Option<DecimalAmount>,
    /// Why.
    reason: String,
    /// Who resolved it.
    resolved_by: String,
    /// When.
    resolved_at: String,
    /// The approval that it used.
    approval_request_id: Option<String>,
    refund: Option<RefundResponse>,
    /// The charge that it posted on the entity.
    charge_id: Option<String>,
}

/// The refund of a resolution.
#[derive(Serialize, ToSchema)]
#[schema(as = DisputeRefund)]
struct RefundResponse {
    /// The edge's reference, by which BheemPay knows it too.
    id: String,
    /// BheemPay's id.
    gateway_id: Option<String>,
    #[schema(inline)]
    status: RefundStatus,
    /// Why it failed, or why its status is not known.
    reason: Option<String>,
}

impl From<&ResolutionRefund> for RefundResponse {
    fn from(refund: &ResolutionRefund) -> Self {
        let ResolutionRefund { id, gateway_id, status, reason } = refund.clone();
        Self { id, gateway_id, status, reason }
    }
}

impl ResolutionResponse {
    fn new(dispute: &Dispute, resolution: &Resolution) -> Self {
        Self {
            kind: resolution.kind,
            amount: resolution.amount.map(|minor| DecimalAmount(dispute.money(minor))),
            reason: resolution.reason.clone(),
            resolved_by: resolution.resolved_by.clone(),
            resolved_at: resolution.at.to_rfc3339_millis(),
            approval_request_id: resolution.approval.clone(),
            refund: resolution.refund.as_ref().map(RefundResponse::from),
            charge_id: resolution.charge.clone(),
        }
    }
}

impl DisputeResponse {
    /// `dispute` as it is at `now`.
    pub(crate) fn new(dispute: &Dispute, now: Timestamp) -> Self {
        let instant = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339_millis);
        Self {
            id: dispute.id.clone(),
            tenant_id: dispute.tenant.clone(),
            number: dispute.written_number(),
            entity_id: dispute.entity_id.clone(),
            subject: Subject { kind: dispute.subject_kind, id: dispute.subject_id.clone() },
            payment_id: dispute.payment.clone(),
            amount: DecimalAmount(dispute.money(dispute.amount)),
            currency: dispute.currency.to_string(),
            reason: dispute.reason,
            description: dispute.description.clone(),
            status: dispute.status,
            due_at: instant(dispute.due_at),
            overdue: dispute.is_overdue(now),
            evidence: dispute.evidence.clone(),
            resolution: dispute.resolution.as_ref().map(|it| ResolutionResponse::new(dispute, it)),
            card_dispute: dispute.card.clone(),
            opened_by: dispute.opened_by.clone(),
            created_at: dispute.created_at.to_rfc3339_millis(),
            updated_at: dispute.updated_at.to_rfc3339_millis(),
            closed_at: instant(dispute.closed_at),
        }
    }
}

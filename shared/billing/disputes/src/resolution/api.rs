//! Resolving disputes over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::EnterpriseWrite;
use edge_http::{FieldError, Problem, RequestId};
use edge_idempotency::Idempotent;
use edge_money::Digits;
use edge_rulebook::contract::ApprovalLevel;
use edge_tenants::{Parties, Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::ResolutionKind;
use super::resolver::{Resolved, Wanted};
use crate::dispute::DisputeResponse;
use crate::dispute::prose_error;
use crate::router::AppState;

/// A resolution.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct ResolveDisputeRequest {
    /// How.
    #[schema(inline)]
    kind: ResolutionKind,
    /// How much, above zero and at most what is disputed. Default: all that is disputed and left of the payment.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    amount: Option<Digits>,
    /// Why: 1 to 4000 bytes.
    reason: String,
    /// The id of the approval request by which this resolution was approved.
    #[serde(default)]
    approval_request_id: Option<String>,
}

/// A resolution that people have to approve first.
#[derive(Serialize, ToSchema)]
#[schema(as = DisputeApproval)]
pub(crate) struct PendingApprovalResponse {
    /// `pending_approval`.
    status: &'static str,
    /// Once it is approved, the same request with this id goes through.
    approval_request_id: String,
    /// The amount that is to be approved, exactly.
    #[schema(value_type = f64)]
    amount: Option<edge_money::DecimalAmount>,
    currency: String,
    /// Who is asked, in this order.
    #[schema(value_type = Vec<DescribedLevel>)]
    levels: Vec<ApprovalLevel>,
    /// Levels for which too few people are known who could approve.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// People who approve, before the next level is asked.
#[derive(ToSchema)]
#[schema(as = DisputeApprovalLevel)]
#[expect(dead_code, reason = "only described")]
struct DescribedLevel {
    /// Who may approve: `role:finance_manager`.
    approvers: Vec<String>,
    /// How many of them must approve.
    quorum: u32,
}

/// The answer to a resolution.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Dispute(Box<DisputeResponse>),
    Pending(PendingApprovalResponse),
}

/// Resolve a dispute
///
/// `refund` gives the payer money back through BheemPay: never more than was captured, however many resolve at once, and each
/// refund once. The dispute is `resolving` until the payer has the money, and open again if the refund fails. `credit` and
/// `adjustment` post a negative charge on the entity that the dispute concerns. `reject` gives nothing. Whoever opened the
/// dispute, or has the same root, does not resolve it. An amount above the tenant's setting `dispute_approval_above`
/// (50,000.00) needs an approval of exactly that amount: send the same request with its id.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/disputes/{dispute_id}/resolve", tag = "Disputes",
    security(("key" = ["enterprise:write"])),
    params(
        ("dispute_id" = String, Path, description = "The dispute's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = ResolveDisputeRequest,
    responses(
        (status = 200, description = "The dispute as it is now: `resolved`, `rejected`, or `resolving` while the refund is on its way.", body = DisputeResponse),
        (status = 202, description = "People have to approve it first.", body = PendingApprovalResponse),
        (status = 403, description = "`OWN_DISPUTE`: the caller opened it."),
        (status = 404, description = "`DISPUTE_NOT_FOUND`: the dispute does not exist or belongs to another tenant."),
        (status = 409, description = "`DISPUTE_CLOSED`: it has ended, or is being resolved; `REFUND_EXCEEDS_PAYMENT`: so much is not left of the payment; `PAYMENT_UNKNOWN`: no gateway reported the payment; `NOT_REFUNDABLE`: it was not made through BheemPay; `CARD_DISPUTE`: the payer disputes it at the bank, or was given the money there; `REQUEST_CLOSED`: the approval cannot be used for this."),
        (status = 422, description = "`UPSTREAM_REFUSED`: BheemPay refuses the refund; nothing is refunded, and the dispute is open again."),
        (status = 503, description = "`UPSTREAM_UNAVAILABLE`: BheemPay cannot be reached; nothing is refunded, and the dispute is open again."),
    ),
)]
pub(crate) async fn resolve_dispute(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    request_id: RequestId,
    Path(id): Path<String>,
    request: Idempotent<ResolveDisputeRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |body: ResolveDisputeRequest| {
        let dispute = state.find_dispute(&tenant, &id).await?;
        let mut errors: Vec<_> = prose_error("reason", &body.reason).into_iter().collect();
        errors.extend(FieldError::of_text::<64>("approval_request_id", body.approval_request_id.as_deref()));
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let amount = body.amount.as_ref().map(|digits| digits.read(dispute.currency)).transpose();
        let amount = amount.map_err(|invalid| Problem::field("amount", invalid.to_string()))?;
        let wanted = Wanted {
            kind: body.kind,
            amount: amount.map(|amount| amount.minor),
            reason: body.reason,
            approval: body.approval_request_id,
            root: Parties::root_of(&caller),
            role: caller.role().to_owned(),
            request_id: request_id.as_str().to_owned(),
            actor,
        };
        Ok(match state.resolver.resolve(&tenant, &id, &wanted).await? {
            Resolved::Done(dispute) => {
                (StatusCode::OK, Answer::Dispute(Box::new(DisputeResponse::new(&dispute, state.now()))))
            }
            Resolved::PendingApproval(request) => {
                let answer = PendingApprovalResponse {
                    status: "pending_approval",
                    amount: request.purchase.amount().map(edge_money::DecimalAmount),
                    currency: request.purchase.currency.clone(),
                    levels: request.levels.into_iter().map(ApprovalLevel::from).collect(),
                    warnings: request.warnings,
                    approval_request_id: request.id,
                };
                (StatusCode::ACCEPTED, Answer::Pending(answer))
            }
        })
    };
    state.idempotency.once(&scope, request, work).await
}

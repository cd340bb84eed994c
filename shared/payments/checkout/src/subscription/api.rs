//! Subscriptions over HTTP.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use edge_access::{BillingRead, BillingWrite};
use edge_audit::{AuditEntry, AuditLog};
use edge_capabilities::Capabilities;
use edge_http::{Json, Problem};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use edge_upstreams::Upstream;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::SubscriptionResponse;
use crate::customer::billing_user;
use crate::error::CheckoutError;
use crate::router::{AppState, check_mode};
use crate::subscription;

/// Get the subscription
///
/// Returns the subscription as the payment gateways last reported it; what they do not report comes from the ERP. A tenant
/// without a subscription gets `{"status":"not_found"}`.
#[utoipa::path(
    get, path = "/api/v1/billing/subscription", operation_id = "get_billing_subscription", tag = "Billing",
    security(("key" = ["billing:read"])),
    params(TenantHeader),
    responses((status = 200, description = "The subscription.", body = SubscriptionResponse)),
)]
pub(crate) async fn get_subscription(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<BillingRead>,
) -> Result<Response, Problem> {
    check_mode(&tenant)?;
    let erp = Upstream::erp(&state.capabilities).await.map_err(CheckoutError::from)?;
    let user = billing_user(&state.db, &tenant).await?;
    Ok(match subscription::get(&erp, &tenant, &user).await? {
        Some(subscription) => Json(subscription).into_response(),
        None => Json(json!({"status": "not_found"})).into_response(),
    })
}

/// Why and when a subscription is cancelled.
#[derive(Deserialize, ToSchema)]
#[schema(as = CancelTenantSubscriptionRequest)]
pub(crate) struct CancelSubscriptionRequest {
    /// Why, for people. At most 1,024 bytes.
    #[serde(default)]
    reason: Option<String>,
    /// Whether the subscription ends at once. Default: false, it ends with the paid period.
    #[serde(default)]
    immediate: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CancelSubscriptionResponse {
    /// `cancellation_scheduled`.
    status: &'static str,
}

/// Cancel the subscription
///
/// Cancels the subscription in the ERP. It stays active until the paid period ends, unless `immediate` is set. The tenant's
/// subscription status changes by the gateway's webhook.
#[utoipa::path(
    post, path = "/api/v1/billing/subscription/cancel", operation_id = "cancel_billing_subscription", tag = "Billing",
    security(("key" = ["billing:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CancelSubscriptionRequest,
    responses(
        (status = 200, description = "The ERP has accepted the cancellation.", body = CancelSubscriptionResponse),
        (status = 409, description = "`NO_SUBSCRIPTION`: there is nothing to cancel."),
    ),
)]
pub(crate) async fn cancel_subscription(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<BillingWrite>,
    request: Idempotent<CancelSubscriptionRequest>,
) -> Result<Response, Problem> {
    check_mode(&tenant)?;
    // A key stands for the cancellation of one tenant, also where the caller acts in many tenants.
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |request| {
            let reason = request.reason.as_deref();
            if reason.is_some_and(|reason| reason.len() > 1024) {
                return Err(Problem::field("reason", "must be at most 1,024 bytes"));
            }
            let erp = Upstream::erp(&state.capabilities).await.map_err(CheckoutError::from)?;
            let user = billing_user(&state.db, &tenant).await?;
            let immediate = request.immediate.unwrap_or(false);
            let Capabilities { clock, random, .. } = &state.capabilities;
            let detail = json!({"immediate": immediate});
            let entry = AuditEntry::new("subscription.cancel", &detail, &actor, &**random, clock.now());
            AuditLog::new(state.db.clone()).append(&tenant.id, &entry).await?;
            subscription::cancel(&erp, &tenant, &user, reason, immediate).await?;
            Ok((StatusCode::OK, CancelSubscriptionResponse { status: "cancellation_scheduled" }))
        })
        .await
}

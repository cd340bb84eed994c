//! Comments over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{EnterpriseRead, EnterpriseWrite, Scope};
use edge_audit::AuditEntry;
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::model::{Comment, Visibility};
use crate::dispute::prose_error;
use crate::router::AppState;

/// A comment to add.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = DisputeCommentRequest)]
pub(crate) struct CommentRequest {
    /// What it says: 1 to 4000 bytes.
    body: String,
    /// Who sees it: with `internal` those who may change disputes, with `shared` everybody who may read them. Default:
    /// `internal`.
    #[serde(default)]
    #[schema(inline)]
    visibility: Option<Visibility>,
}

/// A comment.
#[derive(Serialize, ToSchema)]
#[schema(as = DisputeComment)]
pub(crate) struct CommentResponse {
    id: String,
    dispute_id: String,
    body: String,
    #[schema(inline)]
    visibility: Visibility,
    /// Who wrote it.
    author: String,
    created_at: String,
}

impl From<Comment> for CommentResponse {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id,
            dispute_id: comment.dispute,
            body: comment.body,
            visibility: comment.visibility,
            author: comment.author,
            created_at: comment.created_at.to_rfc3339_millis(),
        }
    }
}

/// Add a comment to a dispute
///
/// A comment is not changed or deleted. Disputes that have ended take comments too.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/disputes/{dispute_id}/comments", operation_id = "add_dispute_comment",
    tag = "Disputes", security(("key" = ["enterprise:write"])),
    params(
        ("dispute_id" = String, Path, description = "The dispute's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CommentRequest,
    responses(
        (status = 201, description = "The comment was added.", body = CommentResponse),
        (status = 404, description = "`DISPUTE_NOT_FOUND`: the dispute does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn add_comment(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<CommentRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CommentRequest| {
        let dispute = state.find_dispute(&tenant, &id).await?;
        if let Some(error) = prose_error("body", &new.body) {
            return Err(Problem::fields(vec![error]));
        }
        let comment = Comment {
            id: format!("cmt_{}", random::hex::<12>(&*state.capabilities.random)),
            tenant: tenant.id.clone(),
            dispute: dispute.id,
            visibility: new.visibility.unwrap_or(Visibility::Internal),
            body: new.body,
            author: actor.id.clone(),
            created_at: state.now(),
        };
        let detail = json!({
            "dispute_id": comment.dispute, "before": {},
            "after": {"comment_id": comment.id, "visibility": comment.visibility.as_str()},
        });
        let entry = AuditEntry::with_id(comment.id.clone(), "dispute.commented", &detail, &actor, comment.created_at);
        state.comments.insert(&comment).await?;
        state.keeper().audit(&tenant.id, &entry).await?;
        Ok((StatusCode::CREATED, CommentResponse::from(comment)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// List the comments to a dispute
///
/// Callers without `enterprise:write` see those that are `shared`.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/disputes/{dispute_id}/comments", operation_id = "list_dispute_comments",
    tag = "Disputes", security(("key" = ["enterprise:read"])),
    params(
        ("dispute_id" = String, Path, description = "The dispute's id."),
        Page,
        TenantHeader,
    ),
    responses(
        (status = 200, description = "A page of comments, newest first.", body = Listing<CommentResponse>),
        (status = 404, description = "`DISPUTE_NOT_FOUND`: the dispute does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_comments(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<EnterpriseRead>,
    page: Page,
    Path(id): Path<String>,
) -> Result<Json<Listing<CommentResponse>>, Problem> {
    let dispute = state.find_dispute(&tenant, &id).await?;
    let cursor = page.cursor(Text::<64>::accepts)?;
    let sees_all = caller.may(Scope::EnterpriseWrite);
    let found = state.comments.list(&tenant.id, &dispute.id, sees_all, cursor, page.rows()).await?;
    let position = |comment: &Comment| Cursor::new(comment.created_at, comment.id.as_str());
    Ok(Json(page.listing(found, position, CommentResponse::from)))
}

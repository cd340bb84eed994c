//! Disputes over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use edge_money::Money;
use edge_tenants::{Parties, Scoped, Tenant, TenantHeader};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{Dispute, DisputeStatus, Subject, SubjectKind};
use super::request::{CreateDisputeRequest, UpdateDisputeRequest};
use super::response::DisputeResponse;
use super::store::DisputeFilter;
use crate::error::DisputesError;
use crate::keeper::{opened, task};
use crate::refund::CardStatus;
use crate::router::AppState;

/// Whether a text can be an id of a dispute.
fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// Create a dispute
///
/// Of a payment, an invoice or a charge. The payment may be one that no gateway has reported yet: it is looked for once the
/// dispute is resolved. The tenant's billing contact is told.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/disputes", tag = "Disputes", security(("key" = ["enterprise:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateDisputeRequest,
    responses(
        (status = 201, description = "The dispute was created.", body = DisputeResponse),
        (status = 404, description = "`ENTITY_NOT_FOUND`, `CHARGE_NOT_FOUND`: the tenant has none with this id."),
    ),
)]
pub(crate) async fn create_dispute(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    request: Idempotent<CreateDisputeRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CreateDisputeRequest| {
        new.check_subject()?;
        let found = state.known(&tenant, &new.subject).await?;
        let valid = new.validate(found.amount)?;
        if let Some(entity) = &new.entity_id {
            state.resolver.check_entity(&tenant.id, entity).await?;
        }
        let now = state.now();
        let mut dispute = Dispute {
            id: format!("dsp_{}", random::hex::<12>(&*state.capabilities.random)),
            tenant: tenant.id.clone(),
            number: state.keeper().disputes.next_number(&tenant.id).await?,
            entity_id: new.entity_id.or(found.entity),
            subject_kind: new.subject.kind,
            subject_id: new.subject.id,
            payment: found.payment,
            amount: valid.amount,
            currency: valid.currency,
            reason: new.reason,
            description: new.description,
            status: DisputeStatus::Open,
            due_at: valid.due_at,
            evidence: new.evidence,
            resolution: None,
            attempts: 0,
            card: None,
            opened_by: actor.id.clone(),
            opened_root: Parties::root_of(&caller),
            created_at: now,
            updated_at: now,
            closed_at: None,
            tasks: Vec::new(),
            revision: 1,
        };
        dispute.tasks.push(opened(&dispute, &actor, now));
        state.keeper().disputes.insert(&dispute).await?;
        let dispute = state.keeper().flush(dispute).await?;
        Ok((StatusCode::CREATED, DisputeResponse::new(&dispute, now)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DisputeListQuery {
    /// Only disputes with this status.
    #[param(inline)]
    status: Option<DisputeStatus>,
    /// Only disputes that concern this entity.
    entity_id: Option<String>,
    /// Only disputes of this thing: `payment:ID`, `invoice:ID` or `charge:ID`.
    subject: Option<String>,
    /// `true`: only disputes that were to be decided by now, and are not.
    overdue: Option<bool>,
}

/// List disputes
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/disputes", tag = "Disputes", security(("key" = ["enterprise:read"])),
    params(
        Page,
        DisputeListQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of disputes, newest first.", body = Listing<DisputeResponse>)),
)]
pub(crate) async fn list_disputes(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<DisputeResponse>>, Problem> {
    let unreadable = |_| Problem::field("status", "must be a status of a dispute");
    let Query(query) = Query::<DisputeListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let now = state.now();
    let subject = query.subject.as_deref().map(|written| {
        let (kind, id) = written.split_once(':')?;
        Some((SubjectKind::parse(kind)?, id.to_owned()))
    });
    if subject == Some(None) {
        return Err(Problem::field("subject", "must be payment:ID, invoice:ID or charge:ID"));
    }
    let filter = DisputeFilter {
        status: query.status,
        entity: query.entity_id,
        subject: subject.flatten(),
        overdue_at: query.overdue.unwrap_or(false).then_some(now),
    };
    let cursor = page.cursor(is_id)?;
    let found = state.keeper().disputes.list(&tenant.id, filter, cursor, page.rows()).await?;
    let position = |dispute: &Dispute| Cursor::new(dispute.created_at, dispute.id.as_str());
    Ok(Json(page.listing(found, position, |dispute| DisputeResponse::new(&dispute, now))))
}

/// Get a dispute
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/disputes/{dispute_id}", tag = "Disputes",
    security(("key" = ["enterprise:read"])),
    params(
        ("dispute_id" = String, Path, description = "The dispute's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The dispute; its version as `ETag`.", body = DisputeResponse),
        (status = 404, description = "`DISPUTE_NOT_FOUND`: the dispute does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_dispute(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let dispute = state.find_dispute(&tenant, &id).await?;
    Ok(state.tagged(&dispute))
}

/// Update a dispute
///
/// Fields that are absent keep their values. A dispute that is resolved, rejected or withdrawn, or is being resolved, cannot
/// be changed.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/disputes/{dispute_id}", tag = "Disputes",
    security(("key" = ["enterprise:write"])),
    params(
        ("dispute_id" = String, Path, description = "The dispute's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to change."),
        TenantHeader,
    ),
    request_body = UpdateDisputeRequest,
    responses(
        (status = 200, description = "The dispute was updated; its version as `ETag`.", body = DisputeResponse),
        (status = 404, description = "`DISPUTE_NOT_FOUND`: the dispute does not exist or belongs to another tenant."),
        (status = 409, description = "`DISPUTE_CLOSED`: it has ended, or is being resolved; `CARD_DISPUTE`: the bank decides it, so it cannot be withdrawn here."),
        (status = 412, description = "`PRECONDITION_FAILED`: it has changed since it was read."),
    ),
)]
pub(crate) async fn update_dispute(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<EnterpriseWrite>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(changes): Json<UpdateDisputeRequest>,
) -> Result<Response, Problem> {
    state.find_dispute(&tenant, &id).await?;
    let (due_at, now) = (changes.validate()?, state.now());
    let change = |dispute: &mut Dispute| {
        if !matches(&headers, dispute) {
            return Err(DisputesError::Changed);
        }
        if !dispute.status.is_open() {
            return Err(DisputesError::Closed(dispute.status));
        }
        let before = dispute.clone();
        changes.apply(dispute, due_at);
        let mut action = "dispute.changed";
        if let Some(status) = changes.status() {
            let is_withdrawn = status == DisputeStatus::Withdrawn;
            if is_withdrawn && dispute.card.as_ref().is_some_and(|card| card.status == CardStatus::Open) {
                return Err(DisputesError::CardDispute);
            }
            dispute.set_status(status, now)?;
            action = if is_withdrawn { "dispute.withdrawn" } else { action };
        }
        Ok((*dispute != before).then(|| task(&before, dispute, action, &actor, None, now)))
    };
    let dispute = state.keeper().disputes.change(&tenant.id, &id, now, change).await?;
    let dispute = state.keeper().flush(dispute).await?;
    Ok(state.tagged(&dispute))
}

/// What is known of the thing that is disputed.
#[derive(Default)]
struct Found {
    payment: Option<String>,
    entity: Option<String>,
    amount: Option<Money>,
}

fn etag(dispute: &Dispute) -> String {
    format!("\"{}\"", dispute.revision)
}

/// Whether `If-Match` names the version of `dispute`, or is absent.
fn matches(headers: &HeaderMap, dispute: &Dispute) -> bool {
    let own = etag(dispute);
    let values = headers.get_all(IF_MATCH).iter();
    let mut sent = values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).peekable();
    sent.peek().is_none() || sent.any(|known| known == "*" || known == own)
}

impl AppState {
    /// The dispute `id` of `tenant`.
    pub(crate) async fn find_dispute(&self, tenant: &Tenant, id: &str) -> Result<Dispute, Problem> {
        let found = if is_id(id) { self.keeper().disputes.find(&tenant.id, id).await? } else { None };
        found.ok_or_else(|| Problem::new(Code::DisputeNotFound, "There is no such dispute."))
    }

    /// What is known of the thing that is disputed.
    async fn known(&self, tenant: &Tenant, subject: &Subject) -> Result<Found, Problem> {
        let mut known = Found::default();
        match subject.kind {
            SubjectKind::Payment => {
                if let Some(found) = self.keeper().payment(&subject.id, Some(&tenant.id)).await? {
                    (known.payment, known.amount) = (Some(found.payment), Some(found.amount));
                }
            }
            SubjectKind::Invoice => known.amount = self.resolver.invoice(&tenant.id, &subject.id).await?,
            SubjectKind::Charge => {
                let (entity, amount) = self.resolver.charge(&tenant.id, &subject.id).await?;
                (known.entity, known.amount) = (Some(entity), Some(amount));
            }
        }
        Ok(known)
    }

    /// `dispute` with its `ETag`.
    pub(crate) fn tagged(&self, dispute: &Dispute) -> Response {
        let mut response = Json(DisputeResponse::new(dispute, self.now())).into_response();
        if let Ok(etag) = HeaderValue::try_from(etag(dispute)) {
            response.headers_mut().insert(ETAG, etag);
        }
        response
    }
}

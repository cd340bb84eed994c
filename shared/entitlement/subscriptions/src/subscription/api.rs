//! Subscriptions over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use edge_access::{AnyScope, Caller, Granted, Scope, SubscriptionsWrite};
use edge_applications::ApplicationPlan;
use edge_audit::{Actor, AuditEntry};
use edge_database::Cursor;
use edge_http::{Address, Code, FieldError, Json, Listing, Page, Problem, Raw, RequestId};
use edge_idempotency::Idempotent;
use edge_seats::{ExternalOrg, Id, StorageError};
use edge_tenants::{ExternalId, ExternalIdError, Mode, Tenant};
use http::header::ETAG;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::change::WantedChange;
use super::purchase::Purchase;
use super::request::{CancelSubscriptionRequest, CreateSubscriptionRequest, UpdateSubscriptionRequest};
use super::response::{PreviewResponse, SubscriptionResponse};
use super::terms::GatewayName;
use crate::error::SubscriptionError;
use crate::gateway::{Buyer, GatewayError};
use crate::movement::Stored;
use crate::router::AppState;
use crate::router::access::{precondition, require_any, require_word_of_platform};
use crate::seat::api::SeatResponse;

/// Who may see subscriptions: who pays for them, and who assigns their seats.
pub(crate) const READERS: &[Scope] = &[Scope::SubscriptionsRead, Scope::SubscriptionsWrite, Scope::SeatsWrite];

/// How many holders of seats a refused decrease names.
const MAX_HOLDERS: i64 = 100;

/// Create a subscription
///
/// An organization has at most one live subscription to an application. Until the gateway was paid the subscription is
/// `INCOMPLETE`: it grants nothing, and another one may replace it. `manual` and `externalOrgId` require a platform key.
#[utoipa::path(
    post, path = "/subscriptions", tag = "Subscriptions", security(("key" = ["subscriptions:write"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters.")),
    request_body = CreateSubscriptionRequest,
    responses(
        (status = 201, description = "The subscription.", body = SubscriptionResponse),
        (status = 202, description = "People have to approve it first: `status`, `approval_request_id`, `levels`.", body = Object),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`, `APPLICATION_NOT_FOUND` or `PLAN_NOT_FOUND`."),
        (status = 409, description = "`SUBSCRIPTION_EXISTS`: there is a live one; `ALREADY_EXISTS`: the external id is another organization's."),
    ),
)]
pub(crate) async fn create_subscription(
    State(state): State<AppState>,
    granted: Granted<SubscriptionsWrite>,
    address: Address,
    headers: HeaderMap,
    request_id: RequestId,
    request: Idempotent<CreateSubscriptionRequest>,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    let organization = state.organization(&caller, &headers, request.body.organization_id.as_deref()).await?;
    let actor = caller.actor(address);
    let scope = caller.idempotency_scope_in(&organization.id);
    state
        .idempotency
        .once(&scope, request, async |new| {
            let wanted = new.read()?;
            let plan = state.plan_to_sell(&caller, &new.application_slug, &new.plan_id).await?;
            check_seats(&plan, wanted.seats)?;
            if wanted.has_trial && plan.trial_days == 0 {
                return Err(Problem::field("trial", "is not offered by the plan"));
            }
            match wanted.gateway {
                GatewayName::Manual => require_word_of_platform(&caller, &organization)?,
                GatewayName::Bheempay if organization.mode == Mode::Internal => {
                    let detail = "This is one of the group's own companies: it is never billed.";
                    return Err(Problem::new(Code::InternalTenant, detail));
                }
                GatewayName::Bheempay | GatewayName::Stripe => {}
            }
            let purchase = Purchase {
                organization: &organization,
                plan: &plan,
                seats: wanted.seats,
                gateway: wanted.gateway,
                has_trial: wanted.has_trial,
                imported: wanted.imported,
                success_url: new.success_url.as_deref(),
                cancel_url: new.cancel_url.as_deref(),
                buyer: buyer(&caller, &actor, &request_id, new.approval_request_id.as_deref())?,
            };
            if wanted.imported.is_some() {
                require_platform(&caller)?;
            }
            if let Some(external_org) = &new.external_org_id {
                require_platform(&caller)?;
                state.service.check_purchase(&purchase).await?;
                state.set_external_id(&organization, &new.application_slug, external_org, &actor).await?;
            }
            let id = match state.service.purchase(&purchase, &state.gateways, &actor).await {
                Err(SubscriptionError::Gateway(GatewayError::ApprovalRequired(answer))) => {
                    return Ok((StatusCode::ACCEPTED, Created::Pending(pending(&answer)?)));
                }
                made => made?,
            };
            let stored = state.service.find(&id).await?;
            if let Some(customer) = &stored.terms.customer
                && stored.terms.gateway == GatewayName::Stripe
            {
                state.tenants.set_stripe_customer(&organization.id, customer, state.now()).await?;
            }
            Ok((StatusCode::CREATED, Created::Subscription(Box::new(state.subscription_response(stored).await?))))
        })
        .await
}

/// The answer to a new subscription.
#[derive(Serialize)]
#[serde(untagged)]
enum Created {
    Subscription(Box<SubscriptionResponse>),
    /// People have to approve it first.
    Pending(serde_json::Value),
}

fn pending(answer: &str) -> Result<serde_json::Value, Problem> {
    let unreadable = |_| Problem::new(Code::Internal, "The answer could not be written.");
    serde_json::from_str(answer).map_err(unreadable)
}

/// Who buys, for the rules that a gateway's purchases go through.
fn buyer(caller: &Caller, actor: &Actor, request: &RequestId, approval: Option<&str>) -> Result<Buyer, Problem> {
    if let Some(error) = FieldError::of_text::<128>("approvalRequestId", approval) {
        return Err(Problem::fields(vec![error]));
    }
    Ok(Buyer {
        actor: actor.id.clone(),
        address: actor.address.clone(),
        role: caller.role().to_owned(),
        request_id: request.as_str().to_owned(),
        approval: approval.map(ToOwned::to_owned),
    })
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionListQuery {
    /// Only those of this organization.
    organization_id: Option<String>,
    /// Only those to this application.
    application_slug: Option<String>,
}

/// List subscriptions
///
/// Newest first. A platform key lists those of all organizations.
#[utoipa::path(
    get, path = "/subscriptions", tag = "Subscriptions", security(("key" = ["subscriptions:read"])),
    params(Page, SubscriptionListQuery),
    responses((status = 200, description = "A page of subscriptions.", body = Listing<SubscriptionResponse>)),
)]
pub(crate) async fn list_subscriptions(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    headers: HeaderMap,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<SubscriptionResponse>>, Problem> {
    let caller = granted.caller;
    require_any(&caller, READERS)?;
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<SubscriptionListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let organization = state.listed(&caller, &headers, query.organization_id)?;
    let cursor = page.cursor(is_id)?;
    let movements = state.service.movements();
    let application = query.application_slug.as_deref();
    let found = movements.subscriptions(organization.as_deref(), application, cursor, page.rows()).await?;
    let mut rows = Vec::new();
    for stored in found {
        let position = Cursor::new(stored.terms.created_at, stored.id.as_str());
        let is_allowed = caller.speaks_for(&stored.account.application);
        let response = state.subscription_response(stored.at(state.now())).await?;
        rows.push((position, is_allowed.then_some(response)));
    }
    let listing = page.listing(rows, |(position, _)| position.clone(), |(_, response)| response);
    Ok(Json(Listing { data: listing.data.into_iter().flatten().collect(), next_cursor: listing.next_cursor }))
}

/// Get a subscription
#[utoipa::path(
    get, path = "/subscriptions/{id}", tag = "Subscriptions", security(("key" = ["subscriptions:read"])),
    params(("id" = String, Path, description = "The subscription's id.")),
    responses(
        (status = 200, description = "The subscription; its version as `ETag`.", body = SubscriptionResponse),
        (status = 404, description = "`SUBSCRIPTION_NOT_FOUND`."),
    ),
)]
pub(crate) async fn get_subscription(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    require_any(&granted.caller, READERS)?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    Ok(with_etag(state.subscription_response(stored).await?))
}

/// Update a subscription
///
/// More seats count at once, and are prorated. Fewer count from the next period on, or with `effective: "now"` at once where
/// they are free. Asking for what there is takes back what is scheduled.
#[utoipa::path(
    patch, path = "/subscriptions/{id}", tag = "Subscriptions", security(("key" = ["subscriptions:write"])),
    params(
        ("id" = String, Path, description = "The subscription's id."),
        ("If-Match" = Option<String>, Header, description = "The version that the change was decided on."),
    ),
    request_body = UpdateSubscriptionRequest,
    responses(
        (status = 200, description = "The subscription; its version as `ETag`.", body = SubscriptionResponse),
        (status = 202, description = "People have to approve it first: `status`, `approval_request_id`, `levels`.", body = Object),
        (status = 409, description = "`SEATS_IN_USE`: more seats are in use, see `holders`; `SUBSCRIPTION_INACTIVE`: it is not paid or has ended; `PAYMENT_PENDING`: more seats are still to be paid."),
        (status = 412, description = "`PRECONDITION_FAILED`: it was changed since."),
    ),
)]
pub(crate) async fn update_subscription(
    State(state): State<AppState>,
    granted: Granted<SubscriptionsWrite>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
    request_id: RequestId,
    Json(request): Json<UpdateSubscriptionRequest>,
) -> Result<Response, Problem> {
    let caller = granted.caller;
    let actor = caller.actor(address);
    let buyer = buyer(&caller, &actor, &request_id, request.approval_request_id.as_deref())?;
    let mut stored = state.subscription(&caller, &headers, &id).await?;
    let version = precondition(&headers);
    if version.is_some_and(|version| version != Some(stored.version)) {
        return Err(SubscriptionError::Changed.into());
    }
    let wanted = state.wanted_change(&caller, &stored, &request).await?;
    let wanted = WantedChange { version: version.flatten(), buyer, ..wanted };
    if wanted.seats.is_some() || wanted.plan.is_some() {
        if stored.terms.gateway == GatewayName::Manual && wanted.gives_more(&stored.terms) {
            require_word_of_platform(&caller, &state.organization_of(&stored).await?)?;
        }
        match state.service.resize(&stored, &wanted, &state.gateways, &actor).await {
            Ok(()) => {}
            Err(SubscriptionError::Gateway(GatewayError::ApprovalRequired(answer))) => {
                return Ok((StatusCode::ACCEPTED, Json(pending(&answer)?)).into_response());
            }
            Err(error) => return Err(state.with_holders(&stored, error).await),
        }
        stored = state.service.find(&id).await?;
    }
    match request.cancel_at_period_end {
        Some(true) => state.service.cancel(&stored, false, None, &state.gateways, &actor).await?,
        Some(false) => state.service.reactivate(&stored, &state.gateways, &actor).await?,
        None => {}
    }
    let stored = state.service.find(&id).await?;
    Ok(with_etag(state.subscription_response(stored).await?))
}

/// Preview a change
///
/// What the same body would cost if it were sent to update the subscription. Nothing is changed.
#[utoipa::path(
    post, path = "/subscriptions/{id}/preview", tag = "Subscriptions", security(("key" = ["subscriptions:read"])),
    params(("id" = String, Path, description = "The subscription's id.")), request_body = UpdateSubscriptionRequest,
    responses((status = 200, description = "The lines and their sum.", body = PreviewResponse)),
)]
pub(crate) async fn preview_subscription(
    State(state): State<AppState>,
    granted: Granted<AnyScope>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(request): Json<UpdateSubscriptionRequest>,
) -> Result<Json<PreviewResponse>, Problem> {
    require_any(&granted.caller, &[Scope::SubscriptionsRead, Scope::SubscriptionsWrite])?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    let wanted = state.wanted_change(&granted.caller, &stored, &request).await?;
    Ok(Json(state.service.preview(&stored, &wanted, &state.gateways).await?.into()))
}

/// Cancel a subscription
///
/// By default it ends with its period and grants access until then. With `immediate` it ends now: the next check denies.
#[utoipa::path(
    post, path = "/subscriptions/{id}/cancel", tag = "Subscriptions", security(("key" = ["subscriptions:write"])),
    params(("id" = String, Path, description = "The subscription's id.")), request_body = CancelSubscriptionRequest,
    responses(
        (status = 200, description = "The subscription.", body = SubscriptionResponse),
        (status = 409, description = "`SUBSCRIPTION_INACTIVE`: it has ended."),
    ),
)]
pub(crate) async fn cancel_subscription(
    State(state): State<AppState>,
    granted: Granted<SubscriptionsWrite>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Raw,
) -> Result<Response, Problem> {
    let request: CancelSubscriptionRequest = optional(&body)?;
    request.check()?;
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    let actor = granted.caller.actor(address);
    let immediate = request.immediate == Some(true);
    state.service.cancel(&stored, immediate, request.reason.as_deref(), &state.gateways, &actor).await?;
    Ok(with_etag(state.subscription_response(state.service.find(&id).await?).await?))
}

/// Reactivate a subscription
///
/// Takes back a cancellation before it takes effect: the same subscription goes on, and nothing is charged.
#[utoipa::path(
    post, path = "/subscriptions/{id}/reactivate", tag = "Subscriptions", security(("key" = ["subscriptions:write"])),
    params(("id" = String, Path, description = "The subscription's id.")),
    responses(
        (status = 200, description = "The subscription.", body = SubscriptionResponse),
        (status = 409, description = "`SUBSCRIPTION_INACTIVE`: it has ended; create another."),
    ),
)]
pub(crate) async fn reactivate_subscription(
    State(state): State<AppState>,
    granted: Granted<SubscriptionsWrite>,
    address: Address,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let stored = state.subscription(&granted.caller, &headers, &id).await?;
    state.service.reactivate(&stored, &state.gateways, &granted.caller.actor(address)).await?;
    Ok(with_etag(state.subscription_response(state.service.find(&id).await?).await?))
}

/// A body that may be left out.
pub(crate) fn optional<T: DeserializeOwned + Default>(Raw(bytes): &Raw) -> Result<T, Problem> {
    if bytes.is_empty() {
        return Ok(T::default());
    }
    let value = serde_json::from_slice(bytes).map_err(|_| Problem::field("body", "must be JSON"))?;
    edge_http::read_json(&value)
}

fn with_etag(response: SubscriptionResponse) -> Response {
    let etag = HeaderValue::try_from(response.etag());
    let mut response = Json(response).into_response();
    if let Ok(etag) = etag {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn check_seats(plan: &ApplicationPlan, seats: i64) -> Result<(), Problem> {
    let is_allowed = seats >= i64::from(plan.min_seats) && plan.max_seats.is_none_or(|max| seats <= i64::from(max));
    if is_allowed {
        return Ok(());
    }
    let most = plan.max_seats.map_or_else(|| "any number".to_owned(), |max| max.to_string());
    Err(Problem::field("seats", format!("must be from {} to {most} with this plan", plan.min_seats)))
}

fn require_platform(caller: &Caller) -> Result<(), Problem> {
    match caller.tenant {
        None => Ok(()),
        Some(_) => {
            let detail = "What other systems call an organization, and have of it, is the platform's to say: this requires a platform key.";
            Err(Problem::new(Code::PermissionDenied, detail))
        }
    }
}

/// Why an external id was not set.
enum Failed {
    ExternalId(ExternalIdError),
    Storage(StorageError),
}

impl From<StorageError> for Failed {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::ExternalId(error) => error.into(),
            Failed::Storage(error) => error.into(),
        }
    }
}

impl AppState {
    /// The plan `plan` of the application `slug`, as it is sold now.
    async fn plan_to_sell(&self, caller: &Caller, slug: &str, plan: &str) -> Result<ApplicationPlan, Problem> {
        if !caller.speaks_for(slug) {
            return Err(Problem::new(Code::PermissionDenied, "The API key is not allowed to use this application."));
        }
        if self.applications.registered(slug).await?.is_none() {
            return Err(Problem::new(Code::ApplicationNotFound, "There is no such application."));
        }
        let found = self.plans.current(slug, plan).await?.filter(|plan| plan.active);
        found.ok_or_else(|| Problem::new(Code::PlanNotFound, "The application has no such plan."))
    }

    /// What `request` asks to change of `stored`.
    async fn wanted_change(
        &self,
        caller: &Caller,
        stored: &Stored,
        request: &UpdateSubscriptionRequest,
    ) -> Result<WantedChange, Problem> {
        let effective = request.effective()?;
        let (slug, terms) = (&stored.account.application, &stored.terms);
        let plan = match &request.plan_id {
            None => None,
            // Asking for the plan that there is keeps its price.
            Some(plan) if *plan == terms.plan.id => Some(terms.plan.clone()),
            Some(plan) => {
                let plan = self.plan_to_sell(caller, slug, plan).await?;
                if plan.price_per_seat.currency != terms.plan.currency {
                    return Err(Problem::field("planId", "must be a plan of the subscription's currency"));
                }
                check_seats(&plan, request.seats.unwrap_or(terms.seats))?;
                Some((&plan).into())
            }
        };
        if let Some(seats) = request.seats.filter(|seats| *seats != terms.seats)
            && plan.as_ref().is_none_or(|plan| *plan == terms.plan)
            && let Some(sold) = self.plans.version(slug, &terms.plan.id, terms.plan.version).await?
        {
            check_seats(&sold, seats)?;
        }
        Ok(WantedChange { seats: request.seats, plan, effective, ..WantedChange::default() })
    }

    pub(crate) async fn subscription_response(&self, stored: Stored) -> Result<SubscriptionResponse, Problem> {
        let movements = self.service.movements();
        let expired = match stored.pending {
            0 => 0,
            _ => movements.count_expired(&stored.account, &stored.id, self.now()).await?,
        };
        Ok(SubscriptionResponse::new(stored, expired))
    }

    /// The answer to `error`, with who has the seats where they are in use.
    async fn with_holders(&self, stored: &Stored, error: SubscriptionError) -> Problem {
        let is_in_use = error == SubscriptionError::SeatsInUse;
        let problem = Problem::from(error);
        if !is_in_use {
            return problem;
        }
        let now = self.now();
        match self.service.movements().live(&stored.account, &stored.id, now, MAX_HOLDERS).await {
            Ok(seats) => {
                let holders: Vec<SeatResponse> = seats.into_iter().map(|seat| SeatResponse::new(seat, now)).collect();
                problem.with("holders", serde_json::to_string(&holders).unwrap_or_else(|_| "[]".to_owned()))
            }
            Err(_) => problem,
        }
    }

    /// Sets what the application calls the organization.
    async fn set_external_id(
        &self,
        organization: &Tenant,
        application: &str,
        external_org: &str,
        actor: &Actor,
    ) -> Result<(), Problem> {
        let read =
            |field: &str, text: &str| Id::parse(text).map_err(|invalid| Problem::field(field, invalid.to_string()));
        let slug = read("applicationSlug", application)?;
        let external_org = read("externalOrgId", external_org)?;
        let now = self.now();
        let set = ExternalId {
            application: application.to_owned(),
            external_org: external_org.as_str().to_owned(),
            set_by: actor.id.clone(),
            set_at: now,
        };
        let alias = |external_org: &Id| ExternalOrg { application: slug.clone(), id: external_org.clone() };
        let mut before = None;
        let change = async || {
            before = self.external_ids.set(&organization.id, &set).await.map_err(Failed::ExternalId)?;
            let no_longer = before.as_deref().and_then(|before| Id::parse(before).ok());
            Ok::<_, Failed>(no_longer.iter().chain([&external_org]).map(&alias).collect())
        };
        self.invalidation.rebind(&organization.id, change).await?;
        let detail =
            serde_json::json!({"application": application, "external_org": set.external_org, "before": before});
        let entry = AuditEntry::new("external_id.set", &detail, actor, &*self.capabilities.random, now);
        Ok(self.service.audit().append(&organization.id, &entry).await?)
    }
}

//! Buying a subscription over HTTP.

use axum::extract::State;
use axum::response::Response;
use edge_access::{Caller, Granted, SubscriptionsWrite};
use edge_applications::ApplicationPlan;
use edge_audit::Actor;
use edge_http::{Address, Code, FieldError, Problem, RequestId};
use edge_idempotency::Idempotent;
use edge_seats::{ExternalOrg, Id};
use edge_tenants::{Mode, Tenant};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use super::Purchase;
use crate::error::SubscriptionError;
use crate::gateway::{Buyer, GatewayError};
use crate::router::AppState;
use crate::router::access::require_word_of_platform;
use crate::subscription::request::CreateSubscriptionRequest;
use crate::subscription::response::SubscriptionResponse;
use crate::subscription::terms::GatewayName;

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

/// The answer of the rules where people have to approve a purchase first.
pub(in crate::subscription) fn pending(answer: &str) -> Result<serde_json::Value, Problem> {
    let unreadable = |_| Problem::new(Code::Internal, "The answer could not be written.");
    serde_json::from_str(answer).map_err(unreadable)
}

/// Who buys, for the rules that a gateway's purchases go through.
pub(in crate::subscription) fn buyer(
    caller: &Caller,
    actor: &Actor,
    request: &RequestId,
    approval: Option<&str>,
) -> Result<Buyer, Problem> {
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

/// Checks that `plan` is sold for so many seats.
pub(in crate::subscription) fn check_seats(plan: &ApplicationPlan, seats: i64) -> Result<(), Problem> {
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

impl AppState {
    /// The plan `plan` of the application `slug`, as it is sold now.
    pub(in crate::subscription) async fn plan_to_sell(
        &self,
        caller: &Caller,
        slug: &str,
        plan: &str,
    ) -> Result<ApplicationPlan, Problem> {
        if !caller.speaks_for(slug) {
            return Err(Problem::new(Code::PermissionDenied, "The API key is not allowed to use this application."));
        }
        if self.applications.registered(slug).await?.is_none() {
            return Err(Problem::new(Code::ApplicationNotFound, "There is no such application."));
        }
        let found = self.plans.current(slug, plan).await?.filter(|plan| plan.active);
        found.ok_or_else(|| Problem::new(Code::PlanNotFound, "The application has no such plan."))
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
        let org = ExternalOrg {
            application: read("applicationSlug", application)?,
            id: read("externalOrgId", external_org)?,
        };
        self.external_ids.set(&organization.id, &org, actor).await?;
        Ok(())
    }
}

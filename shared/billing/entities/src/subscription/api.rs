//! Subscriptions of entities over HTTP.

use axum::extract::{Path, State};
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_http::{Code, FieldError, Json, Listing, Problem};
use edge_invoices::Date;
use edge_money::{DecimalAmount, Money};
use edge_subscriptions::{GatewayName, StoredSubscription, SubscriptionError};
use edge_tenants::{Scoped, Tenant, TenantHeader};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Belonging;
use crate::entity::is_id;
use crate::period::zone_of;
use crate::router::AppState;

/// Since when a subscription belongs to an entity.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub(crate) struct AssignSubscriptionRequest {
    /// The first day, where the tenant is. Default: today; of a subscription that belonged to no entity, the day on which it
    /// began.
    #[serde(default)]
    #[schema(format = Date)]
    from: Option<String>,
    /// The day before which it ends. Default: it does not.
    #[serde(default)]
    #[schema(format = Date)]
    to: Option<String>,
}

/// A subscription that belongs to an entity.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntitySubscription {
    subscription_id: String,
    entity_id: String,
    /// The first day on which it belongs to the entity.
    #[schema(format = Date)]
    from: String,
    /// The day before which that ends; null: it does not.
    #[schema(format = Date)]
    to: Option<String>,
    application_slug: String,
    plan_id: String,
    status: &'static str,
    seats: i64,
    /// The price of a seat for one billing cycle.
    #[schema(value_type = f64)]
    price_per_seat: DecimalAmount,
    currency: String,
    /// `monthly`, `quarterly` or `annual`.
    billing_cycle: &'static str,
    /// Null: the first period has not begun.
    current_period_start: Option<String>,
    current_period_end: Option<String>,
    gateway: GatewayName,
    /// Who collects the money: `entity`, by charges for each period; `gateway`, so that the entity is not charged.
    billed_by: &'static str,
}

impl EntitySubscription {
    fn new(stored: StoredSubscription, belonging: &Belonging) -> Self {
        let terms = stored.terms;
        let (start, end) = terms.period.unzip();
        Self {
            subscription_id: stored.id,
            entity_id: belonging.entity_id.clone(),
            from: belonging.from.to_string(),
            to: belonging.to.map(|to| to.to_string()),
            application_slug: stored.account.application,
            status: terms.status.as_str(),
            seats: terms.seats,
            price_per_seat: DecimalAmount(Money { minor: terms.plan.price, currency: terms.plan.currency }),
            currency: terms.plan.currency.to_string(),
            billing_cycle: terms.plan.cycle.as_str(),
            plan_id: terms.plan.id,
            current_period_start: start.map(|at| at.to_rfc3339_millis()),
            current_period_end: end.map(|at| at.to_rfc3339_millis()),
            gateway: terms.gateway,
            billed_by: if terms.gateway == GatewayName::Manual { "entity" } else { "gateway" },
        }
    }
}

/// List subscriptions of an entity
///
/// Those that belong to it, have belonged to it, or will, each with its days.
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/entities/{entity_id}/subscriptions", tag = "Entities",
    security(("key" = ["enterprise:read"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The subscriptions, in the order in which they came to an entity.", body = Listing<EntitySubscription>),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_entity_subscriptions(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Json<Listing<EntitySubscription>>, Problem> {
    let entity = state.find_entity(&tenant, &id).await?;
    let mut data = Vec::new();
    for row in state.entity_subscriptions.of_tenant(&tenant.id).await? {
        for belonging in row.entities.iter().filter(|belonging| belonging.entity_id == entity.id) {
            let stored = state.find_subscription(&tenant, &row.subscription_id).await?;
            data.push(EntitySubscription::new(stored, belonging));
        }
    }
    Ok(Json(Listing { data, next_cursor: None }))
}

/// Assign a subscription to an entity
///
/// From the first day on the subscription belongs to this entity and to no other. Without a payment gateway, its periods are
/// charged to the entity that it belongs to when they begin; charges that are posted already stay where they are.
#[utoipa::path(
    put, path = "/api/v1/enterprise-billing/entities/{entity_id}/subscriptions/{subscription_id}", tag = "Entities",
    security(("key" = ["enterprise:write"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        ("subscription_id" = String, Path, description = "The subscription's id."),
        TenantHeader,
    ),
    request_body = AssignSubscriptionRequest,
    responses(
        (status = 200, description = "The subscription belongs to the entity.", body = EntitySubscription),
        (status = 404, description = "`ENTITY_NOT_FOUND`, `SUBSCRIPTION_NOT_FOUND`: the entity or the subscription does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn assign_subscription(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<EnterpriseWrite>,
    Path((id, subscription)): Path<(String, String)>,
    Json(request): Json<AssignSubscriptionRequest>,
) -> Result<Json<EntitySubscription>, Problem> {
    let entity = state.find_entity(&tenant, &id).await?;
    let stored = state.find_subscription(&tenant, &subscription).await?;
    let known = state.entity_subscriptions.find(&tenant.id, &subscription).await?;
    let began = Date::of(stored.terms.created_at, &zone_of(&tenant));
    let first = if known.is_some() { state.today(&tenant) } else { began };
    let new = request.read(entity.id, first)?;
    state.entity_subscriptions.assign(&tenant.id, &subscription, new.clone(), &actor).await?;
    let known = state.entity_subscriptions.find(&tenant.id, &subscription).await?;
    let belonging = known.and_then(|known| known.entities.into_iter().find(|one| one.holds(new.from)));
    Ok(Json(EntitySubscription::new(stored, &belonging.unwrap_or(new))))
}

impl AssignSubscriptionRequest {
    /// Validates the request; gives when the subscription belongs to `entity`.
    fn read(self, entity: String, first: Date) -> Result<Belonging, Problem> {
        let mut errors = Vec::new();
        let mut read = |field: &str, text: Option<String>| {
            let date = text.as_deref().map(Date::parse);
            if date == Some(None) {
                errors.push(FieldError::new(field, "must be a date such as 2026-03-31"));
            }
            date.flatten()
        };
        let from = read("from", self.from).unwrap_or(first);
        let to = read("to", self.to);
        if to.is_some_and(|to| to <= from) {
            errors.push(FieldError::new("to", "must be after `from`"));
        }
        if errors.is_empty() { Ok(Belonging { entity_id: entity, from, to }) } else { Err(Problem::fields(errors)) }
    }
}

impl AppState {
    /// The subscription `id` of `tenant`.
    async fn find_subscription(&self, tenant: &Tenant, id: &str) -> Result<StoredSubscription, Problem> {
        let unknown = || Problem::new(Code::SubscriptionNotFound, "There is no such subscription.");
        if !is_id(id) {
            return Err(unknown());
        }
        match self.subscriptions.find(id).await {
            Ok(stored) if stored.account.organization == tenant.id => Ok(stored),
            Ok(_) | Err(SubscriptionError::NotFound) => Err(unknown()),
            Err(error) => Err(error.into()),
        }
    }
}

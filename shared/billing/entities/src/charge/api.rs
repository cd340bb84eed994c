//! Charges over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{EnterpriseRead, EnterpriseWrite};
use edge_database::Cursor;
use edge_http::{FieldError, Json, Listing, Page, Problem};
use edge_idempotency::Idempotent;
use edge_invoices::Date;
use edge_money::{Currency, DecimalAmount, Digits};
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Charge, ChargeSource, NewCharge};
use crate::consolidation::InvoicedCharges;
use crate::entity::{EntityStatus, is_id};
use crate::error::EntityError;
use crate::period::zone_of;
use crate::router::AppState;

const MAX_LEN: usize = 256;
const MAX_TERMS_DAYS: u32 = 3_650;

/// The largest amount, in the currency's smallest unit: sums of many such are still in range.
const MAX_AMOUNT: u64 = 1_000_000_000_000_000;

/// A charge to post.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateChargeRequest {
    /// What stands on the invoice: 1 to 256 bytes.
    description: String,
    /// How much. Negative: a credit.
    #[schema(value_type = f64)]
    amount: Digits,
    /// The ISO 4217 code of the currency.
    currency: String,
    /// The day that it is of: it is billed with this month, or later. Default: today, where the tenant is.
    #[serde(default)]
    #[schema(format = Date)]
    date: Option<String>,
    /// How many days after the invoice's date it is due. Default: `payment_terms_days` of the entity.
    #[serde(default)]
    terms_days: Option<u32>,
}

/// What a charge is for.
#[derive(Serialize, ToSchema)]
#[schema(as = ChargeSource)]
struct SourceResponse {
    /// What it is: `contract`, `subscription`, `sla`, `dispute`.
    kind: String,
    id: String,
}

/// A charge.
#[derive(Serialize, ToSchema)]
#[schema(as = Charge)]
pub(crate) struct ChargeResponse {
    id: String,
    entity_id: String,
    description: String,
    /// Negative: a credit.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    currency: String,
    #[schema(format = Date)]
    date: String,
    /// The first of the days that it is for; null: it is for its own day alone.
    #[schema(format = Date)]
    service_from: Option<String>,
    /// The day after the last of them.
    #[schema(format = Date)]
    service_to: Option<String>,
    /// How many days after the invoice's date it is due.
    terms_days: u32,
    /// What it is for; null: it was posted by hand.
    source: Option<SourceResponse>,
    /// The consolidated invoice that it is on; null: none yet.
    invoice_id: Option<String>,
    /// The month of that invoice.
    period: Option<String>,
    created_at: String,
}

impl From<ChargeSource> for SourceResponse {
    fn from(ChargeSource { kind, id }: ChargeSource) -> Self {
        Self { kind, id }
    }
}

impl ChargeResponse {
    /// `charge`, which is on the invoice `invoiced`.
    fn new(charge: Charge, invoiced: Option<&InvoicedCharges>) -> Self {
        Self {
            invoice_id: invoiced.map(|invoiced| invoiced.invoice_id(&charge.tenant_id)),
            period: invoiced.map(|invoiced| invoiced.period.to_string()),
            amount: DecimalAmount(charge.money()),
            source: charge.source().map(Into::into),
            currency: charge.currency.to_string(),
            service_from: charge.service().map(|(from, _)| from.to_string()),
            service_to: charge.service().map(|(_, to)| to.to_string()),
            date: charge.date.to_string(),
            terms_days: charge.terms_days,
            created_at: charge.created_at.to_rfc3339_millis(),
            id: charge.id,
            entity_id: charge.entity_id,
            description: charge.description,
        }
    }
}

impl CreateChargeRequest {
    /// Validates the request; gives what to charge the entity `id`.
    fn read(self, id: &str, today: Date) -> Result<NewCharge, Problem> {
        let mut errors: Vec<FieldError> =
            FieldError::of_text::<MAX_LEN>("description", Some(&self.description)).into_iter().collect();
        let currency = Currency::parse(&self.currency);
        if let Err(invalid) = currency {
            errors.push(FieldError::new("currency", invalid.to_string()));
        }
        let amount = currency.ok().map(|currency| self.amount.read(currency));
        match amount {
            Some(Err(invalid)) => errors.push(FieldError::new("amount", invalid.to_string())),
            Some(Ok(amount)) if amount.minor == 0 => errors.push(FieldError::new("amount", "must not be zero")),
            Some(Ok(amount)) if amount.minor.unsigned_abs() > MAX_AMOUNT => {
                errors.push(FieldError::new("amount", "is out of range"));
            }
            _ => {}
        }
        let date = self.date.as_deref().map_or(Some(today), Date::parse);
        if date.is_none() {
            errors.push(FieldError::new("date", "must be a date such as 2026-03-31"));
        }
        if self.terms_days.is_some_and(|days| days > MAX_TERMS_DAYS) {
            errors.push(FieldError::new("terms_days", format!("must be 0 to {MAX_TERMS_DAYS}")));
        }
        let (Some(Ok(amount)), Some(date), true) = (amount, date, errors.is_empty()) else {
            return Err(Problem::fields(errors));
        };
        let Self { description, terms_days, .. } = self;
        Ok(NewCharge { entity_id: id.to_owned(), description, amount, date, service: None, terms_days, source: None })
    }
}

/// Create a charge
///
/// The charge is on the next consolidated invoice of its month, or of a later one.
#[utoipa::path(
    post, path = "/api/v1/enterprise-billing/entities/{entity_id}/charges", tag = "Entities",
    security(("key" = ["enterprise:write"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateChargeRequest,
    responses(
        (status = 201, description = "The charge was created.", body = ChargeResponse),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
        (status = 409, description = "`ENTITY_CLOSED`: the entity is closed."),
    ),
)]
pub(crate) async fn create_charge(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<EnterpriseWrite>,
    Path(id): Path<String>,
    request: Idempotent<CreateChargeRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CreateChargeRequest| {
        let entity = state.find_entity(&tenant, &id).await?;
        if entity.status == EntityStatus::Closed {
            return Err(EntityError::Closed.into());
        }
        let new = new.read(&id, state.today(&tenant))?;
        let charge = state.charges.post_by(&tenant.id, new, &actor).await?;
        Ok((StatusCode::CREATED, ChargeResponse::new(charge, None)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// List charges of an entity
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/entities/{entity_id}/charges", tag = "Entities",
    security(("key" = ["enterprise:read"])),
    params(
        ("entity_id" = String, Path, description = "The entity's id."),
        Page,
        TenantHeader,
    ),
    responses(
        (status = 200, description = "A page of charges, newest first.", body = Listing<ChargeResponse>),
        (status = 404, description = "`ENTITY_NOT_FOUND`: the entity does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_charges(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
    page: Page,
) -> Result<Json<Listing<ChargeResponse>>, Problem> {
    let entity = state.find_entity(&tenant, &id).await?;
    let cursor = page.cursor(is_id)?;
    let found = state.charges.list(&tenant.id, &entity.id, cursor, page.rows()).await?;
    let position = |charge: &Charge| Cursor::new(charge.created_at, charge.id.as_str());
    let ids: Vec<&str> = found.iter().map(|charge| charge.id.as_str()).collect();
    let invoiced = state.lines.of_charges(&ids).await?;
    Ok(Json(page.listing(found, position, |charge| {
        let invoiced = invoiced.get(&charge.id);
        ChargeResponse::new(charge, invoiced)
    })))
}

impl AppState {
    /// The day that it is where `tenant` is.
    pub(crate) fn today(&self, tenant: &Tenant) -> Date {
        Date::of(self.now(), &zone_of(tenant))
    }
}

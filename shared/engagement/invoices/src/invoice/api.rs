//! Invoices over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{InvoicesRead, InvoicesWrite};
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use edge_printouts::Format;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::model::{Invoice, InvoiceState, InvoiceStatus};
use super::request::{CreateInvoiceRequest, UpdateInvoiceRequest};
use super::response::InvoiceResponse;
use super::store::InvoiceFilter;
use crate::error::InvoiceError;
use crate::printout::page;
use crate::router::AppState;
use crate::settings::InvoiceSettings;
use edge_time_zones::Date;

/// Whether a text can be an id of an invoice.
fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// Create an invoice
///
/// The invoice is `pending` until it is finalised: it can be changed, and has no number. Amounts are rounded half up, each
/// line's and then the tax of each rate on the sum of its lines; `total` is the sum of what is shown.
#[utoipa::path(
    post, path = "/api/v1/invoices", tag = "Invoices", security(("key" = ["invoices:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateInvoiceRequest,
    responses(
        (status = 201, description = "The invoice was created.", body = InvoiceResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another invoice has this provider, account and external id."),
    ),
)]
pub(crate) async fn create_invoice(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<InvoicesWrite>,
    request: Idempotent<CreateInvoiceRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CreateInvoiceRequest| {
        let mut invoice = state.draft(&tenant);
        new.apply(&mut invoice)?;
        state.service.invoices().insert(&invoice).await?;
        let detail = json!({"invoice_id": invoice.id});
        state.audit(&invoice, "invoice.created", "created", &detail, &actor).await?;
        Ok((StatusCode::CREATED, state.response(&tenant, &invoice)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InvoiceListQuery {
    /// Only invoices with this status.
    #[param(inline)]
    status: Option<InvoiceStatus>,
    /// Only invoices with this id at a payment provider.
    external_id: Option<String>,
}

/// List invoices
#[utoipa::path(
    get, path = "/api/v1/invoices", operation_id = "list_customer_invoices", tag = "Invoices",
    security(("key" = ["invoices:read"])),
    params(
        Page,
        InvoiceListQuery,
        TenantHeader,
    ),
    responses((status = 200, description = "A page of invoices, newest first.", body = Listing<InvoiceResponse>)),
)]
pub(crate) async fn list_invoices(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<InvoicesRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<InvoiceResponse>>, Problem> {
    let unreadable = |_| Problem::field("status", "must be pending, sent, paid, overdue or cancelled");
    let Query(InvoiceListQuery { status, external_id }) = Query::try_from_uri(&uri).map_err(unreadable)?;
    let filter = InvoiceFilter { status, external_id };
    let today = Date::of(state.now(), &InvoiceSettings::of(&tenant).zone);
    let cursor = page.cursor(is_id)?;
    let found = state.service.invoices().list(&tenant.id, filter, today, cursor, page.rows()).await?;
    let position = |invoice: &Invoice| Cursor::new(invoice.created_at, invoice.id.as_str());
    Ok(Json(page.listing(found, position, |invoice| state.response(&tenant, &invoice))))
}

/// Get an invoice
///
/// As JSON, or by `Accept` as a page to print: `text/html`, or `application/pdf`. The PDF file has a font for Latin, Greek
/// and Cyrillic scripts; other characters are boxes there.
#[utoipa::path(
    get, path = "/api/v1/invoices/{invoice_id}", tag = "Invoices", security(("key" = ["invoices:read"])),
    params(
        ("invoice_id" = String, Path, description = "The invoice's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The invoice; its version as `ETag`.", content(
            (InvoiceResponse = "application/json"),
            (String = "text/html"),
            (Vec<u8> = "application/pdf"),
        )),
        (status = 404, description = "`INVOICE_NOT_FOUND`: the invoice does not exist or belongs to another tenant."),
        (status = 406, description = "`NOT_ACCEPTABLE`: the header `Accept` names none of these types."),
    ),
)]
pub(crate) async fn get_invoice(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<InvoicesRead>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let format = Format::accepted(&headers).ok_or_else(|| edge_printouts::not_acceptable("invoice"))?;
    let invoice = state.find_invoice(&tenant, &id).await?;
    let response = if format == Format::Json {
        state.tagged(&tenant, &invoice)
    } else {
        let name = invoice.invoice_number().unwrap_or_else(|| invoice.id.clone());
        edge_printouts::printed(format, &page(&invoice, &tenant, state.now()), &name)?
    };
    Ok(edge_printouts::with_headers(response))
}

/// Update an invoice
///
/// Fields that are absent or null keep their values. Only a `pending` invoice can be changed. A finalised invoice may still
/// get its `external_id`, once.
#[utoipa::path(
    put, path = "/api/v1/invoices/{invoice_id}", tag = "Invoices", security(("key" = ["invoices:write"])),
    params(
        ("invoice_id" = String, Path, description = "The invoice's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to change."),
        TenantHeader,
    ),
    request_body = UpdateInvoiceRequest,
    responses(
        (status = 200, description = "The invoice was updated; its version as `ETag`.", body = InvoiceResponse),
        (status = 404, description = "`INVOICE_NOT_FOUND`: the invoice does not exist or belongs to another tenant."),
        (status = 409, description = "`INVOICE_FINALIZED`: it is finalised; `INVOICE_CANCELLED`: it is voided; `ALREADY_EXISTS`: another invoice has this provider, account and external id."),
        (status = 412, description = "`PRECONDITION_FAILED`: it has changed since it was read."),
    ),
)]
pub(crate) async fn update_invoice(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<InvoicesWrite>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(changes): Json<UpdateInvoiceRequest>,
) -> Result<Response, Problem> {
    let mut refused = None;
    let change = |invoice: &mut Invoice| {
        if !matches(&headers, invoice) {
            return Err(InvoiceError::Changed);
        }
        check_changeable(invoice, &changes)?;
        let before = invoice.clone();
        if let Err(problem) = changes.apply(invoice) {
            refused = Some(problem);
            *invoice = before;
            return Ok((false, ()));
        }
        let is_changed = *invoice != before;
        if is_changed {
            invoice.updated_at = state.now();
        }
        Ok((is_changed, ()))
    };
    let found = state.find_invoice(&tenant, &id).await?;
    let (invoice, ()) = state.service.invoices().change(&tenant.id, &id, change).await?;
    if let Some(problem) = refused {
        return Err(problem);
    }
    if invoice.external_id != found.external_id && invoice.state == InvoiceState::Open {
        // It may have been paid under that name before.
        state.service.follow_up(&tenant.id, &id).await?;
    }
    if invoice.revision != found.revision {
        let detail = json!({"invoice_id": invoice.id});
        state.audit(&invoice, "invoice.changed", &invoice.revision.to_string(), &detail, &actor).await?;
    }
    Ok(state.tagged(&tenant, &invoice))
}

/// Finalize an invoice
///
/// The invoice gets the next number of its series and year, its dates and its reminders. Numbers have no gaps, and the
/// invoice keeps its number. An invoice that is finalised already stays as it is. One with nothing to pay is `paid`.
#[utoipa::path(
    post, path = "/api/v1/invoices/{invoice_id}/finalize", tag = "Invoices", security(("key" = ["invoices:write"])),
    params(
        ("invoice_id" = String, Path, description = "The invoice's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The invoice is finalised; its version as `ETag`.", body = InvoiceResponse),
        (status = 404, description = "`INVOICE_NOT_FOUND`: the invoice does not exist or belongs to another tenant."),
        (status = 409, description = "`INVOICE_CANCELLED`: it is voided."),
    ),
)]
pub(crate) async fn finalize_invoice(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<InvoicesWrite>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    state.find_invoice(&tenant, &id).await?;
    let invoice = state.service.finalize(&tenant, &id).await?;
    let detail = json!({"invoice_id": invoice.id, "invoice_number": invoice.invoice_number()});
    state.audit(&invoice, "invoice.finalized", "finalized", &detail, &actor).await?;
    Ok(state.tagged(&tenant, &invoice))
}

/// Void an invoice
///
/// The invoice is `cancelled`: it keeps its number, nothing of it is to be paid, and no reminder of it is sent any more. An
/// invoice of which anything is paid cannot be voided.
#[utoipa::path(
    post, path = "/api/v1/invoices/{invoice_id}/void", tag = "Invoices", security(("key" = ["invoices:write"])),
    params(
        ("invoice_id" = String, Path, description = "The invoice's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The invoice is voided; its version as `ETag`.", body = InvoiceResponse),
        (status = 404, description = "`INVOICE_NOT_FOUND`: the invoice does not exist or belongs to another tenant."),
        (status = 409, description = "`INVOICE_PAID`: it is paid, at least in part."),
    ),
)]
pub(crate) async fn void_invoice(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<InvoicesWrite>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    state.find_invoice(&tenant, &id).await?;
    let invoice = state.service.void(&tenant.id, &id).await?;
    let detail = json!({"invoice_id": invoice.id, "invoice_number": invoice.invoice_number()});
    state.audit(&invoice, "invoice.voided", "voided", &detail, &actor).await?;
    Ok(state.tagged(&tenant, &invoice))
}

/// An error if `changes` may not be made to `invoice`.
fn check_changeable(invoice: &Invoice, changes: &UpdateInvoiceRequest) -> Result<(), InvoiceError> {
    match invoice.state {
        InvoiceState::Draft => Ok(()),
        InvoiceState::Void => Err(InvoiceError::Void),
        InvoiceState::Open | InvoiceState::Paid if changes.is_external_id() && invoice.external_id.is_none() => Ok(()),
        InvoiceState::Open | InvoiceState::Paid => Err(InvoiceError::Finalized),
    }
}

fn etag(invoice: &Invoice) -> String {
    format!("\"{}\"", invoice.revision)
}

/// Whether `If-Match` names the version of `invoice`, or is absent.
fn matches(headers: &HeaderMap, invoice: &Invoice) -> bool {
    let own = etag(invoice);
    let values = headers.get_all(IF_MATCH).iter();
    let mut sent = values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).peekable();
    sent.peek().is_none() || sent.any(|known| known == "*" || known == own)
}

impl AppState {
    fn draft(&self, tenant: &Tenant) -> Invoice {
        Invoice::draft(format!("inv_{}", random::hex::<12>(&*self.capabilities.random)), tenant, self.now())
    }

    /// The invoice `id` of `tenant`.
    pub(crate) async fn find_invoice(&self, tenant: &Tenant, id: &str) -> Result<Invoice, Problem> {
        let found = if is_id(id) { self.service.invoices().find(&tenant.id, id).await? } else { None };
        found.ok_or_else(|| Problem::new(Code::InvoiceNotFound, "There is no such invoice."))
    }

    /// `invoice` of `tenant` as it is now.
    pub(crate) fn response(&self, tenant: &Tenant, invoice: &Invoice) -> InvoiceResponse {
        InvoiceResponse::new(invoice, &InvoiceSettings::of(tenant).zone, self.now())
    }

    /// `invoice` with its `ETag`.
    fn tagged(&self, tenant: &Tenant, invoice: &Invoice) -> Response {
        let mut response = Json(self.response(tenant, invoice)).into_response();
        if let Ok(etag) = HeaderValue::try_from(etag(invoice)) {
            response.headers_mut().insert(ETAG, etag);
        }
        response
    }
}

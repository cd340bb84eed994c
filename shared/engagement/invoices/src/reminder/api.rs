//! Reminders over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{InvoicesRead, InvoicesWrite};
use edge_capabilities::Timestamp;
use edge_http::{Json, Listing, Problem};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, Tenant, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::model::{MAX_TRIES, Reminder, ReminderStatus, ReminderType};
use crate::error::InvoiceError;
use crate::invoice::{Invoice, InvoiceState};
use crate::router::AppState;
use crate::settings::InvoiceSettings;

/// A reminder to schedule.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = InvoiceReminderRequest)]
pub(crate) struct ReminderRequest {
    /// Its type.
    reminder_type: ReminderType,
    /// When it is to go out (RFC 3339). Default: at its type's time, or now if that is past.
    #[serde(default)]
    #[schema(format = DateTime)]
    scheduled_at: Option<String>,
}

/// A reminder of an invoice.
#[derive(Serialize, ToSchema)]
#[schema(as = InvoiceReminder)]
pub(crate) struct ReminderResponse {
    id: String,
    invoice_id: String,
    reminder_type: ReminderType,
    status: ReminderStatus,
    /// When it is to go out; null: the invoice has no due date yet, or the tenant's settings have no reminder of this type.
    scheduled_at: Option<String>,
    /// When it went out.
    sent_at: Option<String>,
    /// The id of its message in the outbox.
    message_id: Option<String>,
    /// How many tries failed.
    retry_count: i64,
    /// How many tries are made at most.
    max_retries: i64,
    /// Why it was not sent, or the last try failed.
    error: Option<String>,
}

impl ReminderResponse {
    fn new(invoice: &Invoice, reminder: &Reminder, settings: &InvoiceSettings) -> Self {
        let instant = |at: Timestamp| at.to_rfc3339_millis();
        let scheduled = invoice.due_date.map_or(reminder.at, |due| reminder.scheduled_at(due, settings));
        Self {
            id: format!("{}.{}", invoice.id, reminder.kind.as_str()),
            invoice_id: invoice.id.clone(),
            reminder_type: reminder.kind,
            status: reminder.status,
            scheduled_at: scheduled.map(instant),
            sent_at: reminder.sent_at.map(instant),
            message_id: reminder.message_id.clone(),
            retry_count: reminder.retries,
            max_retries: MAX_TRIES,
            error: reminder.error.clone(),
        }
    }
}

/// Schedule a reminder of an invoice
///
/// Finalising an invoice schedules its reminders by itself. This call moves one that waits, or schedules one that was not
/// sent. An invoice has one reminder of each type, and each is sent once.
#[utoipa::path(
    post, path = "/api/v1/invoices/{invoice_id}/reminders", tag = "Invoices", security(("key" = ["invoices:write"])),
    params(
        ("invoice_id" = String, Path, description = "The invoice's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = ReminderRequest,
    responses(
        (status = 201, description = "The reminder is scheduled.", body = ReminderResponse),
        (status = 404, description = "`INVOICE_NOT_FOUND`: the invoice does not exist or belongs to another tenant."),
        (status = 409, description = "`INVOICE_PAID`: it is paid; `INVOICE_CANCELLED`: it is voided; `ALREADY_EXISTS`: the reminder was sent, or is being sent."),
    ),
)]
pub(crate) async fn schedule_reminder(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<InvoicesWrite>,
    Path(id): Path<String>,
    request: Idempotent<ReminderRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |body: ReminderRequest| {
        let at = body.scheduled_at.as_deref().map(|text| {
            Timestamp::parse(text).ok_or_else(|| Problem::field("scheduled_at", "must be a date and time (RFC 3339)"))
        });
        let at = at.transpose()?;
        state.find_invoice(&tenant, &id).await?;
        let invoice = state.service.schedule_reminder(&tenant, &id, body.reminder_type, at).await?;
        let detail = json!({"invoice_id": invoice.id, "reminder_type": body.reminder_type.as_str()});
        let mark = format!("{}.{}", invoice.revision, body.reminder_type.as_str());
        state.audit(&invoice, "invoice.reminder_scheduled", &mark, &detail, &actor).await?;
        let mut all = state.reminders(&tenant, &invoice).into_iter();
        let found = all.find(|reminder| reminder.reminder_type == body.reminder_type);
        let response = found.ok_or(InvoiceError::NotFound)?;
        Ok((StatusCode::CREATED, response))
    };
    state.idempotency.once(&scope, request, work).await
}

/// List the reminders of an invoice
#[utoipa::path(
    get, path = "/api/v1/invoices/{invoice_id}/reminders", tag = "Invoices", security(("key" = ["invoices:read"])),
    params(
        ("invoice_id" = String, Path, description = "The invoice's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "All its reminders, in the order of their types.", body = Listing<ReminderResponse>),
        (status = 404, description = "`INVOICE_NOT_FOUND`: the invoice does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn list_reminders(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<InvoicesRead>,
    Path(id): Path<String>,
) -> Result<Json<Listing<ReminderResponse>>, Problem> {
    let mut invoice = state.find_invoice(&tenant, &id).await?;
    // What became of a message is noted some seconds after it is known.
    state.service.look_at_message(&mut invoice).await?;
    Ok(Json(Listing { data: state.reminders(&tenant, &invoice), next_cursor: None }))
}

impl AppState {
    fn reminders(&self, tenant: &Tenant, invoice: &Invoice) -> Vec<ReminderResponse> {
        let settings = InvoiceSettings::of(tenant);
        invoice.reminders.iter().map(|reminder| ReminderResponse::new(invoice, reminder, &settings)).collect()
    }
}

impl Invoice {
    /// Schedules the reminder of `kind`: at `at`, or at its type's time, but not before `now`.
    pub(crate) fn schedule_reminder(
        &mut self,
        kind: ReminderType,
        at: Option<Timestamp>,
        settings: &InvoiceSettings,
        now: Timestamp,
    ) -> Result<(), InvoiceError> {
        match self.state {
            InvoiceState::Draft | InvoiceState::Open => {}
            InvoiceState::Paid => return Err(InvoiceError::Paid),
            InvoiceState::Void => return Err(InvoiceError::Void),
        }
        let regular = self.due_date.and_then(|due| Reminder::new(kind, None).scheduled_at(due, settings));
        let is_late = self.state == InvoiceState::Open && regular.is_none_or(|at| at <= now);
        let new = Reminder::new(kind, at.or_else(|| is_late.then_some(now)));
        match self.reminders.iter_mut().find(|reminder| reminder.kind == kind) {
            Some(known) if matches!(known.status, ReminderStatus::Queued | ReminderStatus::Sent) => {
                return Err(InvoiceError::ReminderSent);
            }
            // The tries go on counting: each has an event of its own.
            Some(known) if known.status == ReminderStatus::Scheduled => {
                *known = Reminder { retries: known.retries, error: known.error.take(), ..new };
            }
            Some(known) => *known = Reminder { retries: known.retries.saturating_add(1), ..new },
            None => {
                self.reminders.push(new);
                self.reminders.sort_by_key(|reminder| reminder.kind);
            }
        }
        self.updated_at = now;
        Ok(())
    }
}

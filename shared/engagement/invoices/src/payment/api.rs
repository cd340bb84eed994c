//! Payments over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::InvoicesWrite;
use edge_capabilities::{Timestamp, random};
use edge_http::{FieldError, InvalidText, Problem, Text};
use edge_idempotency::Idempotent;
use edge_money::{Currency, DecimalAmount, Digits};
use edge_tenants::{Scoped, TenantHeader};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{NewPayment, Payment};
use crate::invoice::{Invoice, InvoiceResponse};
use crate::router::AppState;

const MAX_LEN: usize = 256;

/// A payment to record.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = InvoicePaymentRequest)]
pub(crate) struct PaymentRequest {
    /// The amount, above zero. What is beyond the invoice's total is its `credit`.
    #[schema(value_type = f64)]
    amount: Digits,
    /// The currency, which must be the invoice's.
    #[serde(default)]
    currency: Option<String>,
    /// What the payer or the bank knows the payment by. A reference is recorded once for each invoice. Default: the
    /// payment's own id.
    #[serde(default)]
    reference: Option<String>,
    /// How it was paid, such as `bank_transfer`.
    #[serde(default)]
    method: Option<String>,
    /// When it was paid (RFC 3339). Default: now.
    #[serde(default)]
    #[schema(format = DateTime)]
    paid_at: Option<String>,
}

/// A payment of an invoice.
#[derive(Serialize, ToSchema)]
#[schema(as = InvoicePayment)]
pub(crate) struct PaymentResponse {
    id: String,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    reference: String,
    method: Option<String>,
    /// When it was paid.
    paid_at: String,
    /// When it was recorded.
    created_at: String,
}

impl PaymentResponse {
    pub(crate) fn new(invoice: &Invoice, payment: &Payment) -> Self {
        Self {
            id: payment.id.clone(),
            amount: DecimalAmount(invoice.money(payment.amount)),
            reference: payment.reference.clone(),
            method: payment.method.clone(),
            paid_at: payment.paid_at.to_rfc3339_millis(),
            created_at: payment.created_at.to_rfc3339_millis(),
        }
    }
}

impl PaymentRequest {
    /// Validates the request for an invoice in `currency`.
    fn read(&self, currency: Currency, id: String, now: Timestamp, actor: &str) -> Result<NewPayment, Problem> {
        let mut errors = Vec::new();
        if self.currency.as_ref().is_some_and(|code| Currency::parse(code) != Ok(currency)) {
            errors.push(FieldError::new("currency", "must be the invoice's currency"));
        }
        let amount = match self.amount.read(currency) {
            Ok(money) if money.minor > 0 => money.minor,
            Ok(_) => {
                errors.push(FieldError::new("amount", "must be above zero"));
                0
            }
            Err(invalid) => {
                errors.push(FieldError::new("amount", invalid.to_string()));
                0
            }
        };
        for (field, text) in [("reference", &self.reference), ("method", &self.method)] {
            if text.as_ref().is_some_and(|text| !Text::<MAX_LEN>::accepts(text)) {
                errors.push(FieldError::new(field, InvalidText::<MAX_LEN>.to_string()));
            }
        }
        let paid_at = self.paid_at.as_deref().map(Timestamp::parse);
        if paid_at == Some(None) {
            errors.push(FieldError::new("paid_at", "must be a date and time (RFC 3339)"));
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        Ok(NewPayment {
            amount,
            reference: self.reference.clone().unwrap_or_else(|| id.clone()),
            method: self.method.clone(),
            paid_at: paid_at.flatten().unwrap_or(now),
            actor: actor.to_owned(),
            id,
        })
    }
}

/// Record a payment of an invoice
///
/// A payment with a `reference` that the invoice has already is that payment: nothing is recorded again. An invoice whose
/// payments reach its total is paid, and no reminder of it is sent any more. What is paid beyond the total is `credit`.
#[utoipa::path(
    post, path = "/api/v1/invoices/{invoice_id}/payments", tag = "Invoices", security(("key" = ["invoices:write"])),
    params(
        ("invoice_id" = String, Path, description = "The invoice's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = PaymentRequest,
    responses(
        (status = 201, description = "The payment was recorded; the invoice as it is now.", body = InvoiceResponse),
        (status = 404, description = "`INVOICE_NOT_FOUND`: the invoice does not exist or belongs to another tenant."),
        (status = 409, description = "`INVOICE_PENDING`: it is not finalised; `INVOICE_CANCELLED`: it is voided; `ALREADY_EXISTS`: a payment with this reference has another amount."),
    ),
)]
pub(crate) async fn record_payment(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<InvoicesWrite>,
    headers: HeaderMap,
    Path(id): Path<String>,
    request: Idempotent<PaymentRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    // Should this instance die before it can store the answer, the repetition finds the payment by this.
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let default_reference = key.map(|key| format!("{}/{key}", caller.id));
    let work = async |body: PaymentRequest| {
        let invoice = state.find_invoice(&tenant, &id).await?;
        let payment_id = format!("pay_{}", random::hex::<12>(&*state.capabilities.random));
        let mut payment = body.read(invoice.currency, payment_id, state.now(), &actor.id)?;
        if body.reference.is_none() {
            payment.reference = default_reference.unwrap_or(payment.reference);
        }
        let reference = payment.reference.clone();
        let (invoice, _) = state.service.pay(&tenant.id, &id, payment).await?;
        if let Some(payment) = invoice.payments.iter().find(|payment| payment.reference == reference) {
            let amount = invoice.money(payment.amount).to_decimal();
            let detail = serde_json::json!({"invoice_id": invoice.id, "payment_id": payment.id, "amount": amount});
            state.audit(&invoice, "invoice.payment_recorded", &payment.id, &detail, &actor).await?;
        }
        Ok((StatusCode::CREATED, state.response(&tenant, &invoice)))
    };
    state.idempotency.once(&scope, request, work).await
}

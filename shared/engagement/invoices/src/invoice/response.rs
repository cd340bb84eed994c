//! An invoice in responses.

use edge_capabilities::Timestamp;
use edge_money::DecimalAmount;
use edge_time_zones::Zone;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::model::{Customer, Invoice, InvoiceStatus};
use super::totals::{Item, TaxLine, Totals};
use crate::payment::InvoiceRefund;
use crate::payment::api::PaymentResponse;
use edge_time_zones::Date;

/// A decimal that is written as a JSON number with its own digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecimalNumber(Decimal);

impl Serialize for DecimalNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.0.to_string()).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

/// An invoice.
#[derive(Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceResponse {
    id: String,
    tenant_id: String,
    /// Its number in its series and year; null until it is finalised.
    invoice_number: Option<String>,
    series: String,
    customer: Customer,
    currency: String,
    items: Vec<ItemResponse>,
    /// The tax of each rate.
    taxes: Vec<TaxResponse>,
    /// The sum of the lines.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    /// The sum of the taxes.
    #[schema(value_type = f64)]
    tax: DecimalAmount,
    /// `amount` plus `tax`.
    #[schema(value_type = f64)]
    total: DecimalAmount,
    #[schema(value_type = f64)]
    amount_paid: DecimalAmount,
    /// What is still to be paid.
    #[schema(value_type = f64)]
    amount_due: DecimalAmount,
    /// What was paid beyond the total.
    #[schema(value_type = f64)]
    credit: DecimalAmount,
    status: InvoiceStatus,
    /// Its date; null: the day on which it will be finalised.
    #[schema(value_type = Option<String>, format = Date)]
    issue_date: Option<String>,
    /// The last day on which it is not overdue.
    #[schema(value_type = Option<String>, format = Date)]
    due_date: Option<String>,
    /// How many days after its date it is due, where it has no due date yet; null: as the tenant's settings say.
    due_days: Option<u32>,
    notes: Option<String>,
    /// The payments, in the order in which they were recorded.
    payments: Vec<PaymentResponse>,
    /// What was given back of the payments.
    #[schema(value_type = f64)]
    amount_refunded: DecimalAmount,
    /// What was given back, in the order in which it was recorded.
    refunds: Vec<RefundResponse>,
    /// The payment provider that knows it by `external_id`.
    provider: Option<String>,
    /// The account at the provider.
    account: Option<String>,
    external_id: Option<String>,
    /// When it was paid in full.
    paid_at: Option<String>,
    finalized_at: Option<String>,
    voided_at: Option<String>,
    created_at: String,
    updated_at: String,
}

/// A line of an invoice.
#[derive(Serialize, ToSchema)]
#[schema(as = InvoiceItem)]
pub(crate) struct ItemResponse {
    description: String,
    #[schema(value_type = f64)]
    quantity: DecimalNumber,
    #[schema(value_type = f64)]
    unit_price: DecimalAmount,
    /// Per cent.
    #[schema(value_type = f64)]
    tax_rate: DecimalNumber,
    /// `quantity` times `unit_price`, rounded half up.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    /// The section of the invoice that it is in; omitted where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<String>,
}

/// The tax of one rate.
#[derive(Serialize, ToSchema)]
#[schema(as = InvoiceTax)]
pub(crate) struct TaxResponse {
    /// Per cent.
    #[schema(value_type = f64)]
    rate: DecimalNumber,
    /// The sum of the lines of this rate.
    #[schema(value_type = f64)]
    taxable: DecimalAmount,
    /// The tax on it, rounded half up.
    #[schema(value_type = f64)]
    tax: DecimalAmount,
}

/// What was given back of a payment.
#[derive(Serialize, ToSchema)]
#[schema(as = InvoiceRefund)]
pub(crate) struct RefundResponse {
    /// Its id at the gateway.
    reference: String,
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    refunded_at: String,
}

impl RefundResponse {
    fn new(invoice: &Invoice, refund: &InvoiceRefund) -> Self {
        Self {
            reference: refund.name.clone(),
            amount: DecimalAmount(invoice.money(refund.amount)),
            refunded_at: refund.at.to_rfc3339_millis(),
        }
    }
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl InvoiceResponse {
    /// `invoice`, as it is at `now` in `zone`.
    pub fn new(invoice: &Invoice, zone: &Zone, now: Timestamp) -> Self {
        let amount = |minor| DecimalAmount(invoice.money(minor));
        let Totals { lines, taxes, .. } = Totals::of(&invoice.items).unwrap_or_default();
        let item = |(item, line): (&Item, i64)| ItemResponse {
            description: item.description.clone(),
            quantity: DecimalNumber(item.quantity),
            unit_price: amount(item.unit_price),
            tax_rate: DecimalNumber(item.tax_rate),
            amount: amount(line),
            section: item.section.clone(),
        };
        let tax = |TaxLine { rate, taxable, tax }| TaxResponse {
            rate: DecimalNumber(rate),
            taxable: amount(taxable),
            tax: amount(tax),
        };
        let instant = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339_millis);
        Self {
            id: invoice.id.clone(),
            tenant_id: invoice.tenant.clone(),
            invoice_number: invoice.invoice_number(),
            series: invoice.series.clone(),
            customer: invoice.customer.clone(),
            currency: invoice.currency.to_string(),
            items: invoice.items.iter().zip(lines).map(item).collect(),
            taxes: taxes.into_iter().map(tax).collect(),
            amount: amount(invoice.amount),
            tax: amount(invoice.tax),
            total: amount(invoice.total),
            amount_paid: amount(invoice.amount_paid),
            amount_due: amount(invoice.amount_due()),
            credit: amount(invoice.credit()),
            status: invoice.status(Date::of(now, zone)),
            issue_date: invoice.issue_date.map(|date| date.to_string()),
            due_date: invoice.due_date.map(|date| date.to_string()),
            due_days: invoice.due_days,
            notes: invoice.notes.clone(),
            payments: invoice.payments.iter().map(|payment| PaymentResponse::new(invoice, payment)).collect(),
            amount_refunded: amount(invoice.amount_refunded()),
            refunds: invoice.refunds.iter().map(|refund| RefundResponse::new(invoice, refund)).collect(),
            provider: non_empty(&invoice.provider),
            account: non_empty(&invoice.account),
            external_id: invoice.external_id.clone(),
            paid_at: instant(invoice.paid_at),
            finalized_at: instant(invoice.finalized_at),
            voided_at: instant(invoice.voided_at),
            created_at: invoice.created_at.to_rfc3339_millis(),
            updated_at: invoice.updated_at.to_rfc3339_millis(),
        }
    }
}

//! Invoices.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List invoices: `GET /api/v1/invoices`.
    ///
    /// The key needs `invoices:read`.
    pub async fn list_customer_invoices(&self, query_parameters: &ListCustomerInvoicesQuery) -> Result<ListingInvoice, EdgeError> {
        let path = Path::new("/api/v1/invoices").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an invoice: `POST /api/v1/invoices`.
    ///
    /// The invoice is `pending` until it is finalised: it can be changed, and has no number. Amounts are rounded half up, each
    /// line's and then the tax of each rate on the sum of its lines; `total` is the sum of what is shown.
    ///
    /// The key needs `invoices:write`.
    pub async fn create_invoice(&self, body: &CreateInvoiceRequest) -> Result<Invoice, EdgeError> {
        let path = Path::new("/api/v1/invoices");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get an invoice: `GET /api/v1/invoices/{invoice_id}`.
    ///
    /// As JSON, or by `Accept` as a page to print: `text/html`, or `application/pdf`. The PDF file has a font for Latin, Greek
    /// and Cyrillic scripts; other characters are boxes there.
    ///
    /// The key needs `invoices:read`.
    pub async fn get_invoice(&self, invoice_id: &str) -> Result<Invoice, EdgeError> {
        let path = Path::new("/api/v1/invoices/").value(invoice_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update an invoice: `PUT /api/v1/invoices/{invoice_id}`.
    ///
    /// Fields that are absent or null keep their values. Only a `pending` invoice can be changed. A finalised invoice may still
    /// get its `external_id`, once.
    ///
    /// The key needs `invoices:write`.
    pub async fn update_invoice(&self, invoice_id: &str, body: &UpdateInvoiceRequest) -> Result<Invoice, EdgeError> {
        let path = Path::new("/api/v1/invoices/").value(invoice_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Finalize an invoice: `POST /api/v1/invoices/{invoice_id}/finalize`.
    ///
    /// The invoice gets the next number of its series and year, its dates and its reminders. Numbers have no gaps, and the
    /// invoice keeps its number. An invoice that is finalised already stays as it is. One with nothing to pay is `paid`.
    ///
    /// The key needs `invoices:write`.
    pub async fn finalize_invoice(&self, invoice_id: &str) -> Result<Invoice, EdgeError> {
        let path = Path::new("/api/v1/invoices/").value(invoice_id).text("/finalize");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Record a payment of an invoice: `POST /api/v1/invoices/{invoice_id}/payments`.
    ///
    /// A payment with a `reference` that the invoice has already is that payment: nothing is recorded again. An invoice whose
    /// payments reach its total is paid, and no reminder of it is sent any more. What is paid beyond the total is `credit`.
    ///
    /// The key needs `invoices:write`.
    pub async fn record_payment(&self, invoice_id: &str, body: &InvoicePaymentRequest) -> Result<Invoice, EdgeError> {
        let path = Path::new("/api/v1/invoices/").value(invoice_id).text("/payments");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List the reminders of an invoice: `GET /api/v1/invoices/{invoice_id}/reminders`.
    ///
    /// The key needs `invoices:read`.
    pub async fn list_reminders(&self, invoice_id: &str) -> Result<ListingInvoiceReminder, EdgeError> {
        let path = Path::new("/api/v1/invoices/").value(invoice_id).text("/reminders");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Schedule a reminder of an invoice: `POST /api/v1/invoices/{invoice_id}/reminders`.
    ///
    /// Finalising an invoice schedules its reminders by itself. This call moves one that waits, or schedules one that was not
    /// sent. An invoice has one reminder of each type, and each is sent once.
    ///
    /// The key needs `invoices:write`.
    pub async fn schedule_reminder(&self, invoice_id: &str, body: &InvoiceReminderRequest) -> Result<InvoiceReminder, EdgeError> {
        let path = Path::new("/api/v1/invoices/").value(invoice_id).text("/reminders");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Void an invoice: `POST /api/v1/invoices/{invoice_id}/void`.
    ///
    /// The invoice is `cancelled`: it keeps its number, nothing of it is to be paid, and no reminder of it is sent any more. An
    /// invoice of which anything is paid cannot be voided.
    ///
    /// The key needs `invoices:write`.
    pub async fn void_invoice(&self, invoice_id: &str) -> Result<Invoice, EdgeError> {
        let path = Path::new("/api/v1/invoices/").value(invoice_id).text("/void");
        self.json(http::Method::POST, path, Body::None).await
    }
}

/// The query of [`list_customer_invoices`](Api::list_customer_invoices).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListCustomerInvoicesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only invoices with this status. One of `pending`, `sent`, `paid`, `overdue`, `cancelled`.
    pub status: Option<String>,
    /// Only invoices with this id at a payment provider.
    pub external_id: Option<String>,
}

/// An invoice to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateInvoiceRequest {
    /// The account at the provider, where its ids are unique only within one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The ISO 4217 code of the currency of all its amounts.
    pub currency: String,
    /// Whom it is for.
    pub customer: InvoiceCustomer,
    /// The last day on which it is not overdue. Default: 14 days after its date, or the tenant's setting
    /// `invoices.due_days`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<String>,
    /// Its id at the provider. A tenant has one invoice of each provider, account and external id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Its date. Default: the day on which it is finalised, where the tenant is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<String>,
    /// Its lines: 1 to 200.
    pub items: Vec<InvoiceItemRequest>,
    /// A note to the customer: up to 2000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The payment provider that knows it by `external_id`. Default: `stripe` where there is an `external_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The series that it is numbered in: 1 to 16 letters and digits. Default: the tenant's setting `invoices.series`,
    /// else `INV`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
}

/// An invoice.
#[derive(Clone, Debug, Deserialize)]
pub struct Invoice {
    /// The account at the provider.
    pub account: Option<String>,
    /// The sum of the lines.
    pub amount: f64,
    /// What is still to be paid.
    pub amount_due: f64,
    /// `amount_paid`.
    pub amount_paid: f64,
    /// What was given back of the payments.
    pub amount_refunded: f64,
    /// `created_at`.
    pub created_at: String,
    /// What was paid beyond the total.
    pub credit: f64,
    /// `currency`.
    pub currency: String,
    /// `customer`.
    pub customer: InvoiceCustomer,
    /// The last day on which it is not overdue.
    pub due_date: Option<String>,
    /// How many days after its date it is due, where it has no due date yet; null: as the tenant's settings say.
    pub due_days: Option<i32>,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `finalized_at`.
    pub finalized_at: Option<String>,
    /// `id`.
    pub id: String,
    /// Its number in its series and year; null until it is finalised.
    pub invoice_number: Option<String>,
    /// Its date; null: the day on which it will be finalised.
    pub issue_date: Option<String>,
    /// `items`.
    pub items: Vec<InvoiceItem>,
    /// `notes`.
    pub notes: Option<String>,
    /// When it was paid in full.
    pub paid_at: Option<String>,
    /// The payments, in the order in which they were recorded.
    pub payments: Vec<InvoicePayment>,
    /// The payment provider that knows it by `external_id`.
    pub provider: Option<String>,
    /// What was given back, in the order in which it was recorded.
    pub refunds: Vec<InvoiceRefund>,
    /// `series`.
    pub series: String,
    /// `status`.
    pub status: InvoiceStatus,
    /// The sum of the taxes.
    pub tax: f64,
    /// The tax of each rate.
    pub taxes: Vec<InvoiceTax>,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `amount` plus `tax`.
    pub total: f64,
    /// `updated_at`.
    pub updated_at: String,
    /// `voided_at`.
    pub voided_at: Option<String>,
}

/// A line of an invoice.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InvoiceItemRequest {
    /// What is charged: 1 to 256 bytes.
    pub description: String,
    /// How many, with at most 6 decimals. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Option<f64>>,
    /// The section of the invoice that it is in. Lines of one section stand together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Option<String>>,
    /// The tax on top, per cent: 0 to 100, with at most 4 decimals. Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_rate: Option<Option<f64>>,
    /// The price of one, in the invoice's currency. Negative: a discount.
    pub unit_price: f64,
}

/// A payment to record.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InvoicePaymentRequest {
    /// The amount, above zero. What is beyond the invoice's total is its `credit`.
    pub amount: f64,
    /// The currency, which must be the invoice's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How it was paid, such as `bank_transfer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// When it was paid (RFC 3339). Default: now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<String>,
    /// What the payer or the bank knows the payment by. A reference is recorded once for each invoice. Default: the
    /// payment's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A reminder of an invoice.
#[derive(Clone, Debug, Deserialize)]
pub struct InvoiceReminder {
    /// Why it was not sent, or the last try failed.
    pub error: Option<String>,
    /// `id`.
    pub id: String,
    /// `invoice_id`.
    pub invoice_id: String,
    /// How many tries are made at most.
    pub max_retries: i64,
    /// The id of its message in the outbox.
    pub message_id: Option<String>,
    /// `reminder_type`.
    pub reminder_type: ReminderType,
    /// How many tries failed.
    pub retry_count: i64,
    /// When it is to go out; null: the invoice has no due date yet, or the tenant's settings have no reminder of this type.
    pub scheduled_at: Option<String>,
    /// When it went out.
    pub sent_at: Option<String>,
    /// `status`.
    pub status: ReminderStatus,
}

/// A reminder to schedule.
#[derive(Clone, Debug, Serialize)]
pub struct InvoiceReminderRequest {
    /// Its type.
    pub reminder_type: ReminderType,
    /// When it is to go out (RFC 3339). Default: at its type's time, or now if that is past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingInvoice {
    /// The entries of the page.
    pub data: Vec<Invoice>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingInvoiceReminder {
    /// The entries of the page.
    pub data: Vec<InvoiceReminder>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// What became of a reminder.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ReminderStatus {
    /// `scheduled`.
    #[serde(rename = "scheduled")]
    Scheduled,
    /// `queued`.
    #[serde(rename = "queued")]
    Queued,
    /// `sent`.
    #[serde(rename = "sent")]
    Sent,
    /// `failed`.
    #[serde(rename = "failed")]
    Failed,
    /// `skipped`.
    #[serde(rename = "skipped")]
    Skipped,
    /// `cancelled`.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The type of a reminder. An invoice has at most one of each.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ReminderType {
    /// `due`.
    #[serde(rename = "due")]
    Due,
    /// `overdue_1day`.
    #[serde(rename = "overdue_1day")]
    Overdue1day,
    /// `overdue_7day`.
    #[serde(rename = "overdue_7day")]
    Overdue7day,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The changes to an invoice. Fields that are absent or null keep their values. Of a finalised invoice only `external_id`,
/// `provider` and `account` can be set, once.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateInvoiceRequest {
    /// The account at the provider, where its ids are unique only within one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Option<String>>,
    /// The ISO 4217 code of the currency. With another currency, `items` are required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Option<String>>,
    /// `customer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Option<InvoiceCustomer>>,
    /// The last day on which it is not overdue. Default: 14 days after its date, or the tenant's setting
    /// `invoices.due_days`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Option<String>>,
    /// Its id at the provider. A tenant has one invoice of each provider, account and external id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Option<String>>,
    /// Its date. Default: the day on which it is finalised, where the tenant is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Option<String>>,
    /// Its lines: 1 to 200. They replace the present ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Option<Vec<InvoiceItemRequest>>>,
    /// A note to the customer: up to 2000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Option<String>>,
    /// The payment provider that knows it by `external_id`. Default: `stripe` where there is an `external_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Option<String>>,
    /// The series that it is numbered in: 1 to 16 letters and digits. Default: the tenant's setting `invoices.series`,
    /// else `INV`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Option<String>>,
}

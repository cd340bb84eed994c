//! Billing.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// Create a checkout: `POST /api/v1/billing/checkout`.
    ///
    /// Creates an order at BheemPay. The customer pays it on the payment page that `key_id` and `gateway_response` are for.
    /// With an `Idempotency-Key` the request can be repeated after any failure: it continues where the last one stopped, and
    /// only one order is created.
    ///
    /// The key needs `billing:write`.
    pub async fn create_checkout(&self, body: &CreateCheckoutRequest) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/billing/checkout");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get an order: `GET /api/v1/billing/checkout/{order_id}`.
    ///
    /// Returns the order as BheemPay has it.
    ///
    /// The key needs `billing:read`.
    pub async fn get_order(&self, order_id: &str) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/billing/checkout/").value(order_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List invoices: `GET /api/v1/billing/invoices`.
    ///
    /// Returns the tenant's invoices as the ERP has them.
    ///
    /// The key needs `billing:read`.
    pub async fn list_invoices(&self, query_parameters: &ListInvoicesQuery) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/billing/invoices").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Reconcile invoices with payments: `GET /api/v1/billing/reconciliation`.
    ///
    /// Compares the ERP's invoices with the payments that gateways reported by webhook. It lists payments whose invoice is
    /// missing, doubled or different, and what the ERP's books should contain for them. A tenant's key sees its own payments.
    /// A platform key sees those of all tenants, or of the one that it names. Payments are kept for 30 days.
    ///
    /// The key needs `billing:read`.
    pub async fn get_reconciliation(&self, query_parameters: &GetReconciliationQuery) -> Result<Reconciliation, EdgeError> {
        let path = Path::new("/api/v1/billing/reconciliation").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get the subscription: `GET /api/v1/billing/subscription`.
    ///
    /// Returns the subscription as the payment gateways last reported it; what they do not report comes from the ERP. A tenant
    /// without a subscription gets `{"status":"not_found"}`.
    ///
    /// The key needs `billing:read`.
    pub async fn get_billing_subscription(&self) -> Result<TenantSubscription, EdgeError> {
        let path = Path::new("/api/v1/billing/subscription");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Cancel the subscription: `POST /api/v1/billing/subscription/cancel`.
    ///
    /// Cancels the subscription in the ERP. It stays active until the paid period ends, unless `immediate` is set. The tenant's
    /// subscription status changes by the gateway's webhook.
    ///
    /// The key needs `billing:write`.
    pub async fn cancel_billing_subscription(&self, body: &CancelTenantSubscriptionRequest) -> Result<CancelSubscriptionResponse, EdgeError> {
        let path = Path::new("/api/v1/billing/subscription/cancel");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Verify a payment: `POST /api/v1/billing/verify`.
    ///
    /// Asks BheemPay whether the payment that the customer's browser reports is genuine. The subscription itself changes by
    /// the gateway's webhook.
    ///
    /// The key needs `billing:write`.
    pub async fn verify_payment(&self, body: &VerifyPaymentRequest) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/billing/verify");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }
}

/// The query of [`list_invoices`](Api::list_invoices).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListInvoicesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`get_reconciliation`](Api::get_reconciliation).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetReconciliationQuery {
    /// The start of the range: an RFC 3339 time, or a day like `2025-01-31`, which begins at midnight UTC.
    pub from: Option<String>,
    /// The end of the range, which is not part of it: a time or a day.
    pub to: Option<String>,
}

/// `BookedInvoice`.
#[derive(Clone, Debug, Deserialize)]
pub struct BookedInvoice {
    /// `company_id`.
    pub company_id: String,
    /// `customer_id`.
    pub customer_id: String,
    /// `invoice_number`.
    pub invoice_number: String,
    /// `payment_id`.
    pub payment_id: String,
    /// `status`.
    pub status: String,
    /// `total_amount`.
    pub total_amount: f64,
}

/// All records of a payment in the ERP.
#[derive(Clone, Debug, Deserialize)]
pub struct Books {
    /// `credits`.
    pub credits: i64,
    /// `customer_payment`.
    pub customer_payment: CustomerPayment,
    /// `invoice`.
    pub invoice: BookedInvoice,
    /// `journal_entries`.
    pub journal_entries: Vec<JournalEntry>,
}

/// `CancelSubscriptionResponse`.
#[derive(Clone, Debug, Deserialize)]
pub struct CancelSubscriptionResponse {
    /// `cancellation_scheduled`.
    pub status: String,
}

/// Why and when a subscription is cancelled.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CancelTenantSubscriptionRequest {
    /// Whether the subscription ends at once. Default: false, it ends with the paid period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub immediate: Option<bool>,
    /// Why, for people. At most 1,024 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A purchase of a plan.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateCheckoutRequest {
    /// The id of the approval request by which this purchase was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_request_id: Option<String>,
    /// `monthly` or `annual`. Default: the plan's own billing cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<String>,
    /// Where the customer is sent after cancelling. The same hosts are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_url: Option<String>,
    /// The plan's `sku_id` or `sku_code`.
    pub plan_id: String,
    /// The number of seats. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<i64>,
    /// Where the customer is sent after paying: an https URL at a public host. If the tenant's setting
    /// `checkout_return_hosts` lists hosts, it must be one of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_url: Option<String>,
    /// The code of one of the plan's tiers. Default: the plan itself, at its own price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier_code: Option<String>,
}

/// `CustomerPayment`.
#[derive(Clone, Debug, Deserialize)]
pub struct CustomerPayment {
    /// `amount`.
    pub amount: f64,
    /// `company_id`.
    pub company_id: String,
    /// `customer_id`.
    pub customer_id: String,
    /// `gateway_payment_id`.
    pub gateway_payment_id: String,
    /// `payment_method`.
    pub payment_method: String,
    /// `status`.
    pub status: String,
}

/// A field that differs.
#[derive(Clone, Debug, Deserialize)]
pub struct Difference {
    /// `expected`.
    pub expected: Option<String>,
    /// `field`.
    pub field: String,
    /// `found`.
    pub found: Option<String>,
}

/// `JournalEntry`.
#[derive(Clone, Debug, Deserialize)]
pub struct JournalEntry {
    /// `entry_date`.
    pub entry_date: String,
    /// `lines`.
    pub lines: Vec<JournalLine>,
    /// `reference`.
    pub reference: String,
}

/// `JournalLine`.
#[derive(Clone, Debug, Deserialize)]
pub struct JournalLine {
    /// The account's number: `1200`.
    pub account: String,
    /// `account_name`.
    pub account_name: String,
    /// `credit`.
    pub credit: Option<f64>,
    /// `debit`.
    pub debit: Option<f64>,
    /// `description`.
    pub description: String,
}

/// The ERP's invoices, compared with the payments that gateways reported.
#[derive(Clone, Debug, Deserialize)]
pub struct Reconciliation {
    /// Payments with more than one invoice.
    pub doubled: Vec<ReconciliationFinding>,
    /// `from`.
    pub from: String,
    /// The number of payments with one invoice that agrees with them.
    pub matched: i32,
    /// Payments without an invoice.
    pub missing: Vec<ReconciliationFinding>,
    /// Payments whose invoice differs from them.
    pub off: Vec<ReconciliationFinding>,
    /// The number of payments that were compared.
    pub payments: i32,
    /// Payments of this time that were refunded at any later time, in part or in full. They are compared too, except
    /// for the status of their invoices.
    pub refunded: Vec<RefundedPayment>,
    /// `to`.
    pub to: String,
    /// Invoices of this time that are marked as paid, for which no gateway reported a payment.
    pub unpaid: Vec<UnmatchedInvoice>,
}

/// A payment whose books are not as they should be.
#[derive(Clone, Debug, Deserialize)]
pub struct ReconciliationFinding {
    /// `amount`.
    pub amount: Option<f64>,
    /// `currency`.
    pub currency: Option<String>,
    /// `differences`.
    pub differences: Vec<Difference>,
    /// `expected`.
    pub expected: Option<Books>,
    /// `invoice_number`.
    pub invoice_number: Option<String>,
    /// The numbers of its invoices.
    pub invoices: Vec<String>,
    /// `paid_at`.
    pub paid_at: String,
    /// `payment_id`.
    pub payment_id: Option<String>,
    /// `tenant_id`.
    pub tenant_id: String,
}

/// A payment that was refunded, in part or in full.
#[derive(Clone, Debug, Deserialize)]
pub struct RefundedPayment {
    /// The paid amount.
    pub amount: Option<f64>,
    /// `currency`.
    pub currency: String,
    /// The journal entries that the books should contain for what was refunded.
    pub expected: Vec<JournalEntry>,
    /// `invoice_number`.
    pub invoice_number: Option<String>,
    /// `payment_id`.
    pub payment_id: Option<String>,
    /// The refunded amount.
    pub refunded: Option<f64>,
    /// `tenant_id`.
    pub tenant_id: String,
}

/// A tenant's subscription.
#[derive(Clone, Debug, Deserialize)]
pub struct TenantSubscription {
    /// `next_billing_date`.
    pub next_billing_date: Option<String>,
    /// `paid`, `pending`, `failed`, or another word of the ERP.
    pub payment_status: Option<String>,
    /// The end of the paid period.
    pub period_end: Option<String>,
    /// The name of the plan.
    pub plan: Option<String>,
    /// `price`.
    pub price: Option<f64>,
    /// `active`, `past_due`, `suspended`, `cancelled`, or another word of the ERP.
    pub status: String,
    /// `subscription_id`.
    pub subscription_id: Option<String>,
}

/// An invoice without a payment.
#[derive(Clone, Debug, Deserialize)]
pub struct UnmatchedInvoice {
    /// `invoice_number`.
    pub invoice_number: Option<String>,
    /// `tenant_id`.
    pub tenant_id: String,
}

/// What the payment gateway returned to the customer's browser.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VerifyPaymentRequest {
    /// `order_id`.
    pub order_id: String,
    /// `payment_id`.
    pub payment_id: String,
    /// `signature`.
    pub signature: String,
}

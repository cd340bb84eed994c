//! The result of a reconciliation.

use edge_capabilities::Timestamp;
use edge_ledger::{Entry, ErpRecords, Side};
use edge_money::{DecimalAmount, Money};
use edge_webhooks::Payment;
use serde::Serialize;
use utoipa::ToSchema;

use crate::customer::COMPANY_ID;

/// The ERP's invoices, compared with the payments that gateways reported.
#[derive(Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub(crate) struct ReconciliationResponse {
    from: String,
    to: String,
    /// The number of payments that were compared.
    pub(super) payments: u32,
    /// The number of payments with one invoice that agrees with them.
    pub(super) matched: u32,
    /// Payments without an invoice.
    pub(super) missing: Vec<Finding>,
    /// Payments with more than one invoice.
    pub(super) doubled: Vec<Finding>,
    /// Payments whose invoice differs from them.
    pub(super) off: Vec<Finding>,
    /// Invoices of this time that are marked as paid, for which no gateway reported a payment.
    pub(super) unpaid: Vec<UnmatchedInvoice>,
    /// Payments of this time that were refunded at any later time, in part or in full. They are compared too, except
    /// for the status of their invoices.
    pub(super) refunded: Vec<Refunded>,
}

/// A payment whose books are not as they should be.
#[derive(Serialize, ToSchema)]
#[schema(as = ReconciliationFinding)]
pub(crate) struct Finding {
    tenant_id: String,
    payment_id: Option<String>,
    invoice_number: Option<String>,
    #[schema(value_type = Option<f64>)]
    amount: Option<DecimalAmount>,
    currency: Option<String>,
    paid_at: String,
    /// The numbers of its invoices.
    invoices: Vec<String>,
    differences: Vec<Difference>,
    /// What the books should contain; null where the gateway does not report the amount.
    expected: Option<Books>,
}

/// A field that differs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Difference {
    pub(super) field: &'static str,
    pub(super) expected: Option<String>,
    pub(super) found: Option<String>,
}

/// An invoice without a payment.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmatchedInvoice {
    tenant_id: String,
    invoice_number: Option<String>,
}

/// A payment that was refunded, in part or in full.
#[derive(Serialize, ToSchema)]
#[schema(as = RefundedPayment)]
pub(crate) struct Refunded {
    tenant_id: String,
    payment_id: Option<String>,
    invoice_number: Option<String>,
    /// The paid amount.
    #[schema(value_type = Option<f64>)]
    amount: Option<DecimalAmount>,
    /// The refunded amount.
    #[schema(value_type = Option<f64>)]
    refunded: Option<DecimalAmount>,
    currency: String,
    /// The journal entries that the books should contain for what was refunded.
    expected: Vec<JournalEntry>,
}

/// All records of a payment in the ERP.
#[derive(Serialize, ToSchema)]
struct Books {
    customer_payment: CustomerPayment,
    invoice: Invoice,
    journal_entries: Vec<JournalEntry>,
    credits: i64,
}

#[derive(Serialize, ToSchema)]
struct CustomerPayment {
    company_id: &'static str,
    customer_id: String,
    #[schema(value_type = f64)]
    amount: Option<DecimalAmount>,
    payment_method: &'static str,
    gateway_payment_id: String,
    status: &'static str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BookedInvoice)]
struct Invoice {
    company_id: &'static str,
    customer_id: String,
    invoice_number: String,
    #[schema(value_type = f64)]
    total_amount: Option<DecimalAmount>,
    status: &'static str,
    payment_id: String,
}

#[derive(Serialize, ToSchema)]
struct JournalEntry {
    entry_date: String,
    reference: String,
    lines: Vec<JournalLine>,
}

#[derive(Serialize, ToSchema)]
struct JournalLine {
    /// The account's number: `1200`.
    account: &'static str,
    account_name: &'static str,
    #[schema(value_type = Option<f64>)]
    debit: Option<DecimalAmount>,
    #[schema(value_type = Option<f64>)]
    credit: Option<DecimalAmount>,
    description: &'static str,
}

impl ReconciliationResponse {
    pub(super) fn new(from: Timestamp, to: Timestamp) -> Self {
        Self {
            from: from.to_string(),
            to: to.to_string(),
            payments: 0,
            matched: 0,
            missing: Vec::new(),
            doubled: Vec::new(),
            off: Vec::new(),
            unpaid: Vec::new(),
            refunded: Vec::new(),
        }
    }
}

impl UnmatchedInvoice {
    pub(super) fn new(tenant: &str, invoice_number: Option<String>) -> Self {
        Self { tenant_id: tenant.to_owned(), invoice_number }
    }
}

impl Refunded {
    pub(super) fn new(payment: &Payment, refunded: Money, expected: &[Entry]) -> Self {
        Self {
            tenant_id: payment.tenant.clone(),
            payment_id: payment.id.clone(),
            invoice_number: payment.invoice.clone(),
            amount: payment.amount.map(DecimalAmount),
            refunded: Some(DecimalAmount(refunded)),
            currency: refunded.currency.to_string(),
            expected: expected.iter().map(JournalEntry::from).collect(),
        }
    }
}

impl Finding {
    pub(super) fn new(
        payment: &Payment,
        invoices: Vec<String>,
        differences: Vec<Difference>,
        records: Option<&ErpRecords>,
    ) -> Self {
        Self {
            tenant_id: payment.tenant.clone(),
            payment_id: payment.id.clone(),
            invoice_number: payment.invoice.clone(),
            amount: payment.amount.map(DecimalAmount),
            currency: payment.amount.map(|money| money.currency.as_str().to_owned()),
            paid_at: payment.at.to_string(),
            invoices,
            differences,
            expected: records.map(Books::from),
        }
    }
}

impl From<&ErpRecords> for Books {
    fn from(records: &ErpRecords) -> Self {
        let ErpRecords { payment, invoice, journal, credits } = records;
        Self {
            customer_payment: CustomerPayment {
                company_id: COMPANY_ID,
                customer_id: payment.customer.clone(),
                amount: Some(DecimalAmount(payment.amount)),
                payment_method: payment.method,
                gateway_payment_id: payment.gateway_payment_id.clone(),
                status: payment.status,
            },
            invoice: Invoice {
                company_id: COMPANY_ID,
                customer_id: invoice.customer.clone(),
                invoice_number: invoice.number.clone(),
                total_amount: Some(DecimalAmount(invoice.total)),
                status: invoice.status,
                payment_id: invoice.payment.clone(),
            },
            journal_entries: journal.iter().map(JournalEntry::from).collect(),
            credits: *credits,
        }
    }
}

impl From<&Entry> for JournalEntry {
    fn from(entry: &Entry) -> Self {
        let line = |line: &edge_ledger::Line| {
            let amount: Money = entry.amount(line);
            let of = |side| (line.side == side).then_some(DecimalAmount(amount));
            JournalLine {
                account: line.account.code(),
                account_name: line.account.name(),
                debit: of(Side::Debit),
                credit: of(Side::Credit),
                description: line.description,
            }
        };
        Self {
            entry_date: entry.date().to_string(),
            reference: entry.reference().to_owned(),
            lines: entry.lines().iter().map(line).collect(),
        }
    }
}

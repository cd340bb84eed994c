//! What was found, as it is shown.

use edge_capabilities::Timestamp;
use edge_ledger::{Entry, Records, Side};
use edge_money::Money;
use edge_webhooks::Payment;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::customer::COMPANY_ID;
use crate::written::number;

/// The ERP's invoices, held against the payments that gateways told of.
#[derive(Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub(crate) struct Report {
    from: String,
    to: String,
    /// Payments that were looked at.
    pub(super) payments: u32,
    /// Those that have one invoice, which says the same.
    pub(super) matched: u32,
    /// Those that have none.
    pub(super) missing: Vec<Finding>,
    /// Those that have more than one.
    pub(super) doubled: Vec<Finding>,
    /// Those whose invoice says something else.
    pub(super) off: Vec<Finding>,
    /// Invoices of this time that say they are paid, and no gateway told of it.
    pub(super) unpaid: Vec<Unpaid>,
    /// Payments of this time of which something was given back, whenever that was. They are held against their invoices
    /// all the same, but for those invoices' status.
    pub(super) refunded: Vec<Refunded>,
}

/// A payment whose books are not as they must be.
#[derive(Serialize, ToSchema)]
pub(crate) struct Finding {
    tenant_id: String,
    payment_id: Option<String>,
    invoice_number: Option<String>,
    #[schema(value_type = Option<f64>)]
    amount: Option<Box<RawValue>>,
    currency: Option<String>,
    paid_at: String,
    /// The invoices that there are.
    invoices: Vec<String>,
    differences: Vec<Difference>,
    /// What the books must say; null where the gateway does not tell what was paid.
    expected: Option<Books>,
}

/// What is not as it must be.
#[derive(Serialize, ToSchema)]
pub(crate) struct Difference {
    pub(super) field: &'static str,
    pub(super) expected: Option<String>,
    pub(super) found: Option<String>,
}

/// An invoice without a payment.
#[derive(Serialize, ToSchema)]
pub(crate) struct Unpaid {
    tenant_id: String,
    invoice_number: Option<String>,
}

/// A payment of which something was given back.
#[derive(Serialize, ToSchema)]
#[schema(as = RefundedPayment)]
pub(crate) struct Refunded {
    tenant_id: String,
    payment_id: Option<String>,
    invoice_number: Option<String>,
    /// What was paid.
    #[schema(value_type = Option<f64>)]
    amount: Option<Box<RawValue>>,
    /// What was given back of it.
    #[schema(value_type = Option<f64>)]
    refunded: Option<Box<RawValue>>,
    currency: String,
}

/// All that a payment leaves behind in the ERP.
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
    amount: Option<Box<RawValue>>,
    payment_method: &'static str,
    gateway_payment_id: String,
    status: &'static str,
}

#[derive(Serialize, ToSchema)]
struct Invoice {
    company_id: &'static str,
    customer_id: String,
    invoice_number: String,
    #[schema(value_type = f64)]
    total_amount: Option<Box<RawValue>>,
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
    debit: Option<Box<RawValue>>,
    #[schema(value_type = Option<f64>)]
    credit: Option<Box<RawValue>>,
    description: &'static str,
}

impl Report {
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

impl Unpaid {
    pub(super) fn new(tenant: &str, invoice_number: Option<String>) -> Self {
        Self { tenant_id: tenant.to_owned(), invoice_number }
    }
}

impl Refunded {
    pub(super) fn new(payment: &Payment, refunded: Money) -> Self {
        Self {
            tenant_id: payment.tenant.clone(),
            payment_id: payment.id.clone(),
            invoice_number: payment.invoice.clone(),
            amount: payment.amount.and_then(number),
            refunded: number(refunded),
            currency: refunded.currency.to_string(),
        }
    }
}

impl Finding {
    pub(super) fn new(
        payment: &Payment,
        invoices: Vec<String>,
        differences: Vec<Difference>,
        records: Option<&Records>,
    ) -> Self {
        Self {
            tenant_id: payment.tenant.clone(),
            payment_id: payment.id.clone(),
            invoice_number: payment.invoice.clone(),
            amount: payment.amount.and_then(number),
            currency: payment.amount.map(|money| money.currency.as_str().to_owned()),
            paid_at: payment.at.to_string(),
            invoices,
            differences,
            expected: records.map(Books::from),
        }
    }
}

impl From<&Records> for Books {
    fn from(records: &Records) -> Self {
        let Records { payment, invoice, journal, credits } = records;
        Self {
            customer_payment: CustomerPayment {
                company_id: COMPANY_ID,
                customer_id: payment.customer.clone(),
                amount: number(payment.amount),
                payment_method: payment.method,
                gateway_payment_id: payment.gateway_payment_id.clone(),
                status: payment.status,
            },
            invoice: Invoice {
                company_id: COMPANY_ID,
                customer_id: invoice.customer.clone(),
                invoice_number: invoice.number.clone(),
                total_amount: number(invoice.total),
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
            let of = |side| (line.side == side).then(|| number(amount)).flatten();
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

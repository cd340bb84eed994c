//! Compares the ERP's invoices with the payments that gateways reported: which invoices are missing, doubled or
//! different, and what the books should contain.

pub(crate) mod api;
mod report;

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use edge_capabilities::Timestamp;
use edge_database::Db;
use edge_gateways::Provider;
use edge_ledger::{Entry, ErpRecords, Gateway, Product, expected_records, expected_refund};
use edge_money::{Currency, Money};
use edge_plans::Cycle;
use edge_subscriptions::Movements;
use edge_tenants::{Mode, Tenant, Tenants};
use edge_upstreams::Upstream;
use edge_webhooks::{Payment, Payments};
use serde_json::value::RawValue;

use crate::error::CheckoutError;
use crate::invoices;
use crate::upstream_json::JsonObject;
pub(crate) use report::ReconciliationResponse;
use report::{Difference, Finding, Refunded, UnmatchedInvoice};

/// How many payment events are read at most.
const MAX_EVENTS: u32 = 5_000;
/// For how many tenants the ERP is asked for invoices at most.
const MAX_TENANTS: usize = 200;

/// The time zone of BHM001's books, in seconds east of UTC: India's.
const BOOKS_UTC_OFFSET: i32 = 5 * 3600 + 1800;

/// An invoice of the ERP, as far as it can be read.
struct Invoice {
    number: Option<String>,
    payment: Option<String>,
    status: Option<String>,
    amount: Option<Result<Money, ()>>,
    issued_at: Option<Timestamp>,
    /// Whether it belongs to a reported payment.
    has_payment: bool,
}

/// Compares the invoices of `tenant`, or of all tenants that paid, with the payments from `from` until before `to`.
pub(crate) async fn reconcile(
    db: &Db,
    tenants: &Tenants,
    erp: &Upstream,
    tenant: Option<&Tenant>,
    from: Timestamp,
    to: Timestamp,
) -> Result<ReconciliationResponse, CheckoutError> {
    let tenant_id = tenant.map(|tenant| tenant.id.as_str());
    let payments = Payments::new(db.clone())
        .between(from, to, tenant_id, MAX_EVENTS)
        .await?
        .ok_or(CheckoutError::TooManyPayments)?;
    let mut by_tenant = BTreeMap::<String, Vec<Payment>>::new();
    for payment in payments {
        by_tenant.entry(payment.tenant.clone()).or_default().push(payment);
    }
    if let Some(tenant) = tenant {
        by_tenant.entry(tenant.id.clone()).or_default();
    }
    if by_tenant.len() > MAX_TENANTS {
        return Err(CheckoutError::TooManyPayments);
    }
    let mut report = ReconciliationResponse::new(from, to);
    for (id, payments) in by_tenant {
        // A tenant that is not known, or is not billed, has no books.
        let Some(tenant) = tenants.find(&id).await?.filter(|tenant| tenant.mode == Mode::External) else { continue };
        let mut compared = Vec::new();
        for payment in payments {
            // Without a contact in the CRM there are no books, and seats of the edge's own need none.
            if tenant.erp_customer_id.is_some() || !is_of_seats(db, &payment).await? {
                compared.push(payment);
            }
        }
        let payments = compared;
        let found = invoices::list_all(erp, &tenant).await?;
        let mut invoices: Vec<Invoice> = found.iter().filter_map(|json| Invoice::read(json)).collect();
        for payment in &payments {
            report.add(&tenant, payment, &mut invoices)?;
        }
        let in_range = |invoice: &&Invoice| invoice.issued_at.is_some_and(|at| from <= at && at < to);
        let unmatched =
            invoices.iter().filter(|invoice| !invoice.has_payment && invoice.is_marked_paid()).filter(in_range);
        report.unpaid.extend(unmatched.map(|invoice| UnmatchedInvoice::new(&tenant.id, invoice.number.clone())));
    }
    Ok(report)
}

/// Whether a payment is for seats that the edge keeps itself.
async fn is_of_seats(db: &Db, payment: &Payment) -> Result<bool, CheckoutError> {
    let Some(subscription) = payment.subscription.as_deref().filter(|_| !payment.names_seats) else {
        return Ok(payment.names_seats);
    };
    Ok(Movements::new(db.clone()).by_reference(subscription).await?.is_some())
}

impl ReconciliationResponse {
    /// Adds the comparison of one payment with the tenant's invoices.
    fn add(&mut self, tenant: &Tenant, payment: &Payment, invoices: &mut [Invoice]) -> Result<(), CheckoutError> {
        self.payments = self.payments.saturating_add(1);
        if let Some(back) = payment.refunded {
            self.refunded.push(Refunded::new(payment, back, &refund_entries(tenant, payment)?));
        }
        let of_payment: Vec<&mut Invoice> = invoices.iter_mut().filter(|invoice| invoice.is_of(payment)).collect();
        let numbers: Vec<String> = of_payment.iter().filter_map(|invoice| invoice.number.clone()).collect();
        let differences = match &*of_payment {
            [only] => only.differences(payment),
            _ => Vec::new(),
        };
        let count = of_payment.len();
        for invoice in of_payment {
            invoice.has_payment = true;
        }
        if count == 1 && differences.is_empty() {
            self.matched = self.matched.saturating_add(1);
            return Ok(());
        }
        let records = books(tenant, payment)?;
        let finding = Finding::new(payment, numbers, differences, records.as_ref());
        match count {
            0 => self.missing.push(finding),
            1 => self.off.push(finding),
            _ => self.doubled.push(finding),
        }
        Ok(())
    }
}

impl Invoice {
    fn read(json: &RawValue) -> Option<Self> {
        let invoice = JsonObject::of(json)?;
        let currency = invoice.text(&["currency"]).map_or(Ok(Currency::INR), |code| Currency::parse(&code));
        let amounts = ["total_amount", "total", "amount"];
        let date = invoice.text(&["invoice_date", "created_at", "date"]);
        Some(Self {
            number: invoice.text(&["invoice_number", "number"]),
            payment: invoice.text(&["gateway_payment_id", "payment_id", "payment_reference"]),
            status: invoice.text(&["status"]),
            amount: match currency {
                Ok(currency) => invoice.amount(&amounts, currency),
                Err(_) => Some(Err(())),
            },
            issued_at: date
                .and_then(|date| Timestamp::parse(&date).or_else(|| Timestamp::parse(&format!("{date}T00:00:00Z")))),
            has_payment: false,
        })
    }

    fn is_of(&self, payment: &Payment) -> bool {
        let same = |ours: &Option<String>, theirs: &Option<String>| ours.is_some() && ours == theirs;
        same(&self.payment, &payment.id) || same(&self.number, &payment.invoice)
    }

    fn is_marked_paid(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status.eq_ignore_ascii_case("paid"))
    }

    fn differences(&self, payment: &Payment) -> Vec<Difference> {
        let mut differences = Vec::new();
        let mut compare = |field: &'static str, expected: Option<String>, found: Option<String>| {
            if expected.is_some() && expected != found {
                differences.push(Difference { field, expected, found });
            }
        };
        let format = |money: Money| format!("{} {}", money.to_decimal(), money.currency);
        let found = self.amount.map(|amount| amount.map_or_else(|()| "unreadable".to_owned(), format));
        compare("total_amount", payment.amount.map(format), found);
        compare("invoice_number", payment.invoice.clone(), self.number.clone());
        if self.payment.is_some() {
            compare("payment_id", payment.id.clone(), self.payment.clone());
        }
        // It is not specified which status the ERP gives the invoice of a refunded payment.
        let status = payment.refunded.is_none().then(|| "PAID".to_owned());
        compare("status", status, self.status.as_ref().map(|status| status.to_ascii_uppercase()));
        differences
    }
}

/// What the books must contain for `payment`; None: the gateway does not report the amount.
fn books(tenant: &Tenant, payment: &Payment) -> Result<Option<ErpRecords>, CheckoutError> {
    Ok(as_booked(tenant, payment)?.and_then(|payment| expected_records(&payment).ok()))
}

/// The journal entries that the books must contain for what was refunded of `payment`.
fn refund_entries(tenant: &Tenant, payment: &Payment) -> Result<Vec<Entry>, CheckoutError> {
    let Some(booked) = as_booked(tenant, payment)? else { return Ok(Vec::new()) };
    let (mut entries, mut before) = (Vec::new(), 0_i64);
    for refund in &payment.refunds {
        let (at, back) = (refund.at, refund.amount);
        let on = day(at).ok_or_else(|| CheckoutError::Internal("a refund without a day".to_owned()))?;
        entries.extend(expected_refund(&booked, back.minor, before, on).ok());
        before = before.saturating_add(back.minor);
    }
    Ok(entries)
}

/// `payment` as the books have it; None: the gateway does not report the amount.
fn as_booked(tenant: &Tenant, payment: &Payment) -> Result<Option<edge_ledger::Payment>, CheckoutError> {
    let Some(amount) = payment.amount else { return Ok(None) };
    let terms = tenant.history.state().terms;
    let cycle = payment.cycle.as_deref().and_then(Cycle::parse);
    let cycle = cycle.or_else(|| terms.as_ref()?.cycle).unwrap_or(Cycle::Monthly);
    let plan = payment.plan.as_deref().or(tenant.subscription_plan.as_deref()).unwrap_or_default();
    let no_day = || CheckoutError::Internal("a payment without a day".to_owned());
    Ok(Some(edge_ledger::Payment {
        id: payment.id.clone().unwrap_or_default(),
        gateway: if payment.provider == Provider::Stripe { Gateway::Stripe } else { Gateway::Razorpay },
        customer: tenant.erp_customer_id.clone().unwrap_or_default(),
        invoice: payment.invoice.clone().unwrap_or_default(),
        amount,
        // Gateways do not report the tax.
        tax: 0,
        product: Product::of_plan(plan),
        cycle,
        paid_on: day(payment.at).ok_or_else(no_day)?,
        credits: terms.map_or(0, |terms| terms.credits),
    }))
}

/// The day in the books.
fn day(at: Timestamp) -> Option<NaiveDate> {
    let offset = FixedOffset::east_opt(BOOKS_UTC_OFFSET)?;
    Some(DateTime::from_timestamp_millis(at.as_millis())?.with_timezone(&offset).date_naive())
}

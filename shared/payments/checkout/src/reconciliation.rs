//! The ERP's books against the payments that gateways told of: what is missing, doubled or off, and what there must be.

mod shown;

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use edge_capabilities::Timestamp;
use edge_database::Db;
use edge_gateways::Provider;
use edge_http::{Code, Problem};
use edge_ledger::{Gateway, Product, Records, expected};
use edge_money::{Currency, Money};
use edge_plans::Cycle;
use edge_tenants::{Mode, Tenant, Tenants};
use edge_upstreams::Upstream;
use edge_webhooks::{Payment, Payments};
use serde_json::value::RawValue;

use crate::invoices;
use crate::trouble::CheckoutError;
use crate::written::Object;
pub(crate) use shown::Report;
use shown::{Difference, Finding, Refunded, Unpaid};

/// Events that are looked at, and tenants whose invoices are asked for.
const MAX_EVENTS: u32 = 5_000;
const MAX_TENANTS: usize = 200;

/// BHM001's calendar: India's.
const HOURS_OF_INDIA: i32 = 5 * 3600 + 1800;

/// An invoice of the ERP's, as far as it can be read.
struct Invoice {
    number: Option<String>,
    payment: Option<String>,
    status: Option<String>,
    amount: Option<Result<Money, ()>>,
    written_at: Option<Timestamp>,
    /// Whether a payment is for it.
    is_paid_for: bool,
}

/// Holds the invoices of `tenant`, or of everybody who paid, against the payments from `from` until before `to`.
pub(crate) async fn reconcile(
    db: &Db,
    tenants: &Tenants,
    erp: &Upstream,
    tenant: Option<&Tenant>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Report, CheckoutError> {
    let too_many =
        || CheckoutError::refused(Problem::field("to", "is too far from from: too much was paid in between"));
    let of = tenant.map(|tenant| tenant.id.as_str());
    let payments = Payments::new(db.clone()).between(from, to, of, MAX_EVENTS).await?.ok_or_else(too_many)?;
    let mut by_tenant = BTreeMap::<String, Vec<Payment>>::new();
    for payment in payments {
        by_tenant.entry(payment.tenant.clone()).or_default().push(payment);
    }
    if let Some(tenant) = tenant {
        by_tenant.entry(tenant.id.clone()).or_default();
    }
    if by_tenant.len() > MAX_TENANTS {
        return Err(too_many());
    }
    let mut report = Report::new(from, to);
    for (id, payments) in by_tenant {
        // One who was never known or does not pay has no books.
        let Some(tenant) = tenants.find(&id).await?.filter(|tenant| tenant.mode == Mode::External) else { continue };
        let written = invoices::all(erp, &tenant).await?;
        let mut invoices: Vec<Invoice> = written.iter().filter_map(|json| Invoice::read(json)).collect();
        for payment in &payments {
            report.hold(&tenant, payment, &mut invoices)?;
        }
        let in_time = |invoice: &&Invoice| invoice.written_at.is_some_and(|at| from <= at && at < to);
        let unpaid = invoices.iter().filter(|invoice| !invoice.is_paid_for && invoice.says_paid()).filter(in_time);
        report.unpaid.extend(unpaid.map(|invoice| Unpaid::new(&tenant.id, invoice.number.clone())));
    }
    Ok(report)
}

impl Report {
    /// Holds one payment against the tenant's invoices.
    fn hold(&mut self, tenant: &Tenant, payment: &Payment, invoices: &mut [Invoice]) -> Result<(), CheckoutError> {
        self.payments = self.payments.saturating_add(1);
        self.refunded.extend(payment.refunded.map(|back| Refunded::new(payment, back)));
        let of_payment: Vec<&mut Invoice> = invoices.iter_mut().filter(|invoice| invoice.is_of(payment)).collect();
        let numbers: Vec<String> = of_payment.iter().filter_map(|invoice| invoice.number.clone()).collect();
        let differences = match &*of_payment {
            [only] => only.differences(payment),
            _ => Vec::new(),
        };
        let count = of_payment.len();
        for invoice in of_payment {
            invoice.is_paid_for = true;
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
        let invoice = Object::of(json)?;
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
            written_at: date
                .and_then(|date| Timestamp::parse(&date).or_else(|| Timestamp::parse(&format!("{date}T00:00:00Z")))),
            is_paid_for: false,
        })
    }

    fn is_of(&self, payment: &Payment) -> bool {
        let same = |ours: &Option<String>, theirs: &Option<String>| ours.is_some() && ours == theirs;
        same(&self.payment, &payment.id) || same(&self.number, &payment.invoice)
    }

    fn says_paid(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status.eq_ignore_ascii_case("paid"))
    }

    fn differences(&self, payment: &Payment) -> Vec<Difference> {
        let mut differences = Vec::new();
        let mut hold = |field: &'static str, wanted: Option<String>, found: Option<String>| {
            if wanted.is_some() && wanted != found {
                differences.push(Difference { field, expected: wanted, found });
            }
        };
        let written = |money: Money| format!("{} {}", money.to_decimal(), money.currency);
        let found = self.amount.map(|amount| amount.map_or_else(|()| "unreadable".to_owned(), written));
        hold("total_amount", payment.amount.map(written), found);
        hold("invoice_number", payment.invoice.clone(), self.number.clone());
        if self.payment.is_some() {
            hold("payment_id", payment.id.clone(), self.payment.clone());
        }
        // How the ERP writes that something was given back is its own affair.
        let status = payment.refunded.is_none().then(|| "PAID".to_owned());
        hold("status", status, self.status.as_ref().map(|status| status.to_ascii_uppercase()));
        differences
    }
}

/// What the books must say of `payment`; None: it does not say what was paid.
fn books(tenant: &Tenant, payment: &Payment) -> Result<Option<Records>, CheckoutError> {
    let Some(amount) = payment.amount else { return Ok(None) };
    let terms = tenant.history.standing().terms;
    let cycle = payment.cycle.as_deref().and_then(Cycle::parse);
    let cycle = cycle.or_else(|| terms.as_ref()?.cycle).unwrap_or(Cycle::Monthly);
    let plan = payment.plan.as_deref().or(tenant.subscription_plan.as_deref()).unwrap_or_default();
    let beyond =
        || CheckoutError::refused(Problem::new(Code::Internal, "The edge failed.").because("a payment without a day"));
    let payment = edge_ledger::Payment {
        id: payment.id.clone().unwrap_or_default(),
        gateway: if payment.provider == Provider::Stripe { Gateway::Stripe } else { Gateway::Razorpay },
        customer: tenant.erp_customer_id.clone().unwrap_or_default(),
        invoice: payment.invoice.clone().unwrap_or_default(),
        amount,
        // Gateways do not tell it.
        tax: 0,
        product: Product::of_plan(plan),
        cycle,
        paid_on: day(payment.at).ok_or_else(beyond)?,
        credits: terms.map_or(0, |terms| terms.credits),
    };
    Ok(expected(&payment).ok())
}

/// The day in India.
fn day(at: Timestamp) -> Option<NaiveDate> {
    let india = FixedOffset::east_opt(HOURS_OF_INDIA)?;
    Some(DateTime::from_timestamp_millis(at.as_millis())?.with_timezone(&india).date_naive())
}

//! Payments that gateways reported of invoices which they know by an id of their own.
//!
//! The inbox of webhooks keeps for weeks what it was told. So a payment that was reported before its invoice was finalised,
//! or before it had its `external_id`, waits there: the invoice looks back once it has both. What is reported later is found
//! by two jobs: one that looks at the last minutes, and one that looks at the last days, for what came into effect late.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::clock::millis;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, JobRunner};
use edge_money::{Currency, Money};
use edge_webhooks::{PaymentRefund, PaymentReport, Payments, ReceivedReport, ReportKind};

use super::model::{InvoiceRefund, NewPayment};
use crate::error::InvoiceError;
use crate::invoice::{Invoice, InvoiceState, Invoices, Recorded};

const LATELY: JobKind = JobKind::new("invoices.payments_of_minutes");
const LATELY_EVERY: Duration = Duration::from_mins(1);
const LATELY_SPAN: Duration = Duration::from_mins(15);

const LATE: JobKind = JobKind::new("invoices.payments_of_days");
const LATE_EVERY: Duration = Duration::from_hours(1);
const LATE_SPAN: Duration = Duration::from_hours(24 * 3);

/// How far back an invoice looks: longer than the inbox keeps events.
const LONG_AGO: Duration = Duration::from_hours(24 * 90);

/// How much a gateway's clock may be ahead.
const AHEAD: Duration = Duration::from_hours(1);

/// Events in one read of the inbox.
const PAGE: u32 = 500;

/// The most events of one tenant that an invoice looks back at.
const MAX_EVENTS: u32 = 10_000;

/// Who recorded such a payment.
pub(crate) const EDGE: &str = "bheem-edge";

/// A payment as a gateway reported it.
struct Reported<'r> {
    provider: &'static str,
    name: &'r str,
    amount: Money,
    at: Timestamp,
}

/// Takes over what gateways reported.
#[derive(Clone)]
pub(crate) struct ReportedPayments {
    capabilities: Capabilities,
    inbox: Payments,
    invoices: Invoices,
}

impl ReportedPayments {
    /// From the inbox in `db` to the invoices there.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let (inbox, invoices) = (Payments::new(db.clone()), Invoices::new(db.clone()));
        Self { capabilities: capabilities.clone(), inbox, invoices }
    }

    /// `runner` with the two jobs.
    #[must_use]
    pub fn jobs(&self, runner: JobRunner) -> JobRunner {
        let of = |span| Reports { payments: self.clone(), span };
        runner.repeat(LATELY, LATELY_EVERY, of(LATELY_SPAN)).repeat(LATE, LATE_EVERY, of(LATE_SPAN))
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    fn ago(&self, span: Duration) -> Timestamp {
        Timestamp::from_millis(self.now().as_millis().saturating_sub(millis(span)))
    }

    /// Records in `invoice` what was reported of it before; gives it as it is then.
    pub(crate) async fn look_back(&self, invoice: Invoice) -> Result<Invoice, JobError> {
        let Some(external_id) = invoice.external_id.clone() else { return Ok(invoice) };
        if invoice.state != InvoiceState::Open {
            return Ok(invoice);
        }
        let (from, to) = (self.ago(LONG_AGO), self.now().plus(AHEAD));
        let found = self.inbox.between(from, to, Some(&invoice.tenant), MAX_EVENTS).await?;
        let mut invoice = invoice;
        for payment in found.unwrap_or_default() {
            let is_named = payment.id.as_deref() == Some(&*external_id);
            let provider = payment.provider.as_str();
            if let Some(amount) = payment.amount.filter(|_| is_named && provider == invoice.provider) {
                let reported = Reported { provider, name: &external_id, amount, at: payment.at };
                invoice = self.record(&invoice, &reported).await?;
                for PaymentRefund { name, amount, at } in payment.refunds {
                    let refund = InvoiceRefund { name, amount: amount.minor, at };
                    let of = (invoice.tenant.as_str(), provider, external_id.as_str());
                    self.note_refund(of, &refund, amount.currency).await?;
                }
            }
        }
        Ok(invoice)
    }

    async fn note_refund(
        &self,
        of: (&str, &str, &str),
        refund: &InvoiceRefund,
        currency: Currency,
    ) -> Result<(), JobError> {
        let noted = self.invoices.refunded(of, refund, currency, self.now()).await;
        noted.map_err(|error| JobError::Retry(error.to_string()))
    }

    /// Notes what an event of the inbox reports as given back.
    async fn take_refund(&self, report: &PaymentReport, is_total: bool) -> Result<(), JobError> {
        let (provider, payment) = (report.provider.as_str(), report.payment.as_str());
        let name = report.name.strip_prefix("refunded:").and_then(|rest| rest.strip_prefix(payment)?.strip_prefix(':'));
        let Some(tenant) = &report.organization else { return Ok(()) };
        for invoice in self.invoices.of_provider(tenant, provider, payment).await? {
            let refunded = invoice.amount_refunded();
            let left = invoice.amount_paid.saturating_sub(refunded).max(0);
            let amount = match report.amount {
                None => left,
                Some(total) if is_total => total.minor.saturating_sub(refunded).clamp(0, left),
                Some(amount) => amount.minor.min(left),
            };
            let currency = report.amount.map_or(invoice.currency, |amount| amount.currency);
            let refund = InvoiceRefund { name: name.unwrap_or(&report.name).to_owned(), amount, at: report.at };
            self.note_refund((tenant, provider, payment), &refund, currency).await?;
        }
        Ok(())
    }

    /// Records what an event of the inbox reports.
    async fn take(&self, received: &ReceivedReport) -> Result<(), JobError> {
        if let Some(report) = &received.report
            && let ReportKind::Refunded { is_total } = report.kind
        {
            return self.take_refund(report, is_total).await;
        }
        let Some(report) = received.report.as_ref().filter(|report| report.kind == ReportKind::Paid) else {
            return Ok(());
        };
        let (Some(tenant), Some(amount)) = (&report.organization, report.amount) else { return Ok(()) };
        let provider = report.provider.as_str();
        let found = self.invoices.of_provider(tenant, provider, &report.payment).await?;
        for invoice in found {
            let reported = Reported { provider, name: &report.payment, amount, at: report.at };
            self.record(&invoice, &reported).await?;
        }
        Ok(())
    }

    /// Records a payment of `invoice`, unless that is paid already, by this or by something else.
    async fn record(&self, invoice: &Invoice, reported: &Reported<'_>) -> Result<Invoice, JobError> {
        let Reported { provider, name, amount, at } = *reported;
        let new = NewPayment {
            id: format!("pay_{provider}_{name}"),
            amount: amount.minor,
            reference: format!("{provider} {name}"),
            method: Some(provider.to_owned()),
            paid_at: at,
            actor: EDGE.to_owned(),
        };
        let change = |invoice: &mut Invoice| {
            if invoice.state != InvoiceState::Open || amount.currency != invoice.currency || amount.minor <= 0 {
                return Ok((false, ()));
            }
            match invoice.pay(new.clone(), self.now()) {
                Ok(recorded) => Ok((recorded == Recorded::New, ())),
                // A gateway reports a payment once, with one amount.
                Err(InvoiceError::OtherPayment) => Ok((false, ())),
                Err(error) => Err(error),
            }
        };
        let changed = self.invoices.change(&invoice.tenant, &invoice.id, change).await;
        changed.map(|(invoice, ())| invoice).map_err(|error| JobError::Retry(error.to_string()))
    }
}

/// Takes over what was received in the last `span`, again and again: an event may come into effect late.
struct Reports {
    payments: ReportedPayments,
    span: Duration,
}

impl Reports {
    async fn page(&self, cursor: &(Timestamp, String)) -> Result<Vec<ReceivedReport>, DatabaseError> {
        self.payments.inbox.received_after((cursor.0, &cursor.1), PAGE).await
    }
}

#[async_trait]
impl JobHandler for Reports {
    async fn run(&self, _: &Job) -> JobResult {
        let mut cursor = (self.payments.ago(self.span), String::new());
        loop {
            let events = self.page(&cursor).await?;
            for event in &events {
                self.payments.take(event).await?;
            }
            match events.last() {
                Some(last) => cursor = (last.received_at, last.event.clone()),
                None => return Ok(JobOutcome::Done),
            }
        }
    }
}

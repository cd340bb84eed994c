//! The job that follows an invoice up once it is finalised: it tells the customer of it, and reminds them until it is paid.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult, NewJob};
use edge_notifications::{MessageState, Notifications};
use edge_tenants::{Tenant, Tenants};

use serde::Deserialize;
use serde_json::json;

use super::message::{announcement, reminder_event, reminder_id};
use super::step::MessageReport;
use crate::error::InvoiceError;
use crate::invoice::{Invoice, InvoiceState, Invoices};
use crate::payment::ReportedPayments;
use crate::settings::InvoiceSettings;

/// The kind of these jobs. It goes on until the invoice needs it no more, however often the database fails.
pub(crate) const FOLLOW_UP: JobKind = JobKind { max_attempts: i64::MAX, ..JobKind::new("invoices.follow_up") };

/// How long a request that finalises an invoice may take after it has enqueued the job.
const MAX_REQUEST_TIME: Duration = Duration::from_mins(10);

/// How soon it is looked again what became of a message, or of an invoice that is about to be finalised.
const SOON: Duration = Duration::from_secs(20);

/// The job that follows up the invoice `id` of `tenant`, due now.
pub(crate) fn follow_up_job(tenant: &str, id: &str, now: Timestamp) -> NewJob {
    NewJob::new(FOLLOW_UP, id, now).for_tenant(tenant).with(json!({"enqueued_at": now}))
}

/// What the job knows.
#[derive(Deserialize)]
struct FollowUpPayload {
    enqueued_at: Timestamp,
}

/// Follows invoices up.
pub(crate) struct FollowUp {
    capabilities: Capabilities,
    invoices: Invoices,
    notifications: Notifications,
    reported: ReportedPayments,
    tenants: Tenants,
}

impl FollowUp {
    /// Follows up the invoices in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            invoices: Invoices::new(db.clone()),
            notifications: Notifications::new(db.clone()),
            reported: ReportedPayments::new(capabilities, db),
            tenants: Tenants::new(db.clone()),
        }
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// What became of the message of the reminder of `invoice` that is queued; None: none is, or its message is not in the
    /// outbox yet.
    async fn report(&self, invoice: &Invoice) -> Result<Option<MessageReport>, DatabaseError> {
        let Some(reminder) = invoice.queued_reminder() else { return Ok(None) };
        let messages = self.notifications.of_event(&invoice.tenant, &reminder_id(invoice, reminder)).await?;
        // Over several channels, the best that came of it counts.
        let rank = |state| match state {
            MessageState::Sent | MessageState::Delivered | MessageState::Read => 4,
            MessageState::Queued => 3,
            MessageState::Dead => 2,
            MessageState::Failed => 1,
            MessageState::Suppressed => 0,
        };
        let best = messages.into_iter().max_by_key(|message| rank(message.status));
        Ok(best.map(|message| MessageReport {
            id: message.id,
            state: message.status,
            reason: message.reason,
            sent_at: message.sent_at,
        }))
    }

    /// Notes in `invoice` what became of the message of the reminder that is queued.
    pub(crate) async fn look_at_message(&self, invoice: &mut Invoice) -> Result<(), DatabaseError> {
        if let Some(report) = self.report(invoice).await? {
            invoice.note_report(&report, self.now());
        }
        Ok(())
    }

    /// Tells the customer that the invoice was finalised, once. A later run may raise the same event again, which changes
    /// nothing.
    async fn announce(&self, invoice: &Invoice, tenant: &Tenant) -> Result<(), JobError> {
        if invoice.announced_at.is_some() {
            return Ok(());
        }
        if invoice.state != InvoiceState::Void {
            self.notifications.raise(&announcement(invoice, tenant), self.now()).await?;
        }
        let note = |invoice: &mut Invoice| {
            let is_new = invoice.announced_at.is_none();
            invoice.announced_at = invoice.announced_at.or(Some(self.now()));
            Ok((is_new, ()))
        };
        self.change(invoice, note).await.map(drop)
    }

    async fn change(
        &self,
        invoice: &Invoice,
        change: impl FnMut(&mut Invoice) -> Result<(bool, ()), InvoiceError>,
    ) -> Result<Invoice, JobError> {
        let changed = self.invoices.change(&invoice.tenant, &invoice.id, change).await;
        changed.map(|(invoice, ())| invoice).map_err(|error| JobError::Retry(error.to_string()))
    }

    /// Notes what became of the last reminder, and sends the one that is due. The row says that a reminder is queued before
    /// its message is in the outbox: whoever finds no message queues it again, under the same id.
    async fn remind(&self, invoice: Invoice, tenant: &Tenant) -> JobResult {
        let settings = InvoiceSettings::of(tenant);
        let report = self.report(&invoice).await?;
        let queued = invoice.queued_reminder().map(|reminder| (reminder.kind, reminder.retries));
        let step = |invoice: &mut Invoice| {
            let before = invoice.reminders.clone();
            let is_same = invoice.queued_reminder().map(|reminder| (reminder.kind, reminder.retries)) == queued;
            if let Some(report) = report.as_ref().filter(|_| is_same) {
                invoice.note_report(report, self.now());
            }
            invoice.queue_due_reminder(&settings, self.now());
            Ok((invoice.reminders != before, ()))
        };
        let invoice = self.change(&invoice, step).await?;
        if let Some(reminder) = invoice.queued_reminder() {
            self.notifications.raise(&reminder_event(&invoice, reminder, tenant), self.now()).await?;
            return Ok(JobOutcome::Again(self.now().plus(SOON)));
        }
        Ok(invoice.next_look(&settings, self.now()).map_or(JobOutcome::Done, JobOutcome::Again))
    }
}

#[async_trait]
impl JobHandler for FollowUp {
    async fn run(&self, job: &Job) -> JobResult {
        let tenant = job.tenant().unwrap_or_default();
        let Some(invoice) = self.invoices.find(tenant, &job.key).await? else { return Ok(JobOutcome::Done) };
        if invoice.state == InvoiceState::Draft {
            // The job is enqueued before the invoice is finalised.
            let enqueued_at = job.payload::<FollowUpPayload>()?.enqueued_at;
            let is_new = enqueued_at.plus(MAX_REQUEST_TIME) > self.now();
            return Ok(if is_new { JobOutcome::Again(self.now().plus(SOON)) } else { JobOutcome::Done });
        }
        let Some(tenant) = self.tenants.find(tenant).await? else { return Ok(JobOutcome::Done) };
        let invoice = self.reported.look_back(invoice).await?;
        self.announce(&invoice, &tenant).await?;
        self.remind(invoice, &tenant).await
    }
}

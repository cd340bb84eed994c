//! What is done with invoices.

use std::sync::Arc;

use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_jobs::JobQueue;
use edge_notifications::Notifications;
use edge_tenants::Tenant;

use crate::error::InvoiceError;
use crate::invoice::{Finalization, Invoice, InvoiceState, Invoices, MAX_ATTEMPTS, NewDraft, Recorded};
use crate::payment::NewPayment;
use crate::reminder::{FollowUp, ReminderType, announcement_id, follow_up_job, planned};
use crate::settings::InvoiceSettings;
use edge_time_zones::Date;

/// Finalises, pays and voids invoices.
#[derive(Clone)]
pub struct InvoiceService {
    capabilities: Capabilities,
    invoices: Invoices,
    notifications: Notifications,
    queue: JobQueue,
    follow_up: Arc<FollowUp>,
}

impl InvoiceService {
    /// Keeps invoices in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            invoices: Invoices::new(db.clone()),
            notifications: Notifications::new(db.clone()),
            queue: JobQueue::new(capabilities, db),
            follow_up: Arc::new(FollowUp::new(capabilities, db)),
            capabilities: capabilities.clone(),
        }
    }

    /// The invoices.
    pub fn invoices(&self) -> &Invoices {
        &self.invoices
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// Finalises the invoice `id` of `tenant`: it gets its number, its dates and its reminders, and cannot be changed any
    /// more. One that is finalised already stays as it is. One with nothing to pay is paid.
    pub async fn finalize(&self, tenant: &Tenant, id: &str) -> Result<Invoice, InvoiceError> {
        let settings = InvoiceSettings::of(tenant);
        for _ in 0..MAX_ATTEMPTS {
            let invoice = self.invoices.find(&tenant.id, id).await?.ok_or(InvoiceError::NotFound)?;
            match invoice.state {
                InvoiceState::Draft => {}
                InvoiceState::Open | InvoiceState::Paid => return Ok(invoice),
                InvoiceState::Void => return Err(InvoiceError::Void),
            }
            let new = finalization(&invoice, &settings, self.now());
            // Before the invoice is finalised: an instance that dies right after that leaves nothing undone.
            self.queue.enqueue(follow_up_job(&tenant.id, id, new.now)).await?;
            if let Some(finalized) = self.invoices.finalize(&invoice, &new).await? {
                return Ok(finalized);
            }
        }
        Err(InvoiceError::Busy)
    }

    /// Makes a draft, once for each id; gives it as it is now, and whether it is new.
    pub async fn draft_once(&self, tenant: &Tenant, new: NewDraft) -> Result<(Invoice, bool), InvoiceError> {
        if let Some(known) = self.invoices.find(&tenant.id, &new.id).await? {
            return Ok((known, false));
        }
        let draft = new.invoice(tenant, self.now())?;
        if self.invoices.insert_new(&draft).await? {
            return Ok((draft, true));
        }
        // Somebody else was faster.
        let known = self.invoices.find(&tenant.id, &draft.id).await?;
        Ok((known.ok_or(InvoiceError::NotFound)?, false))
    }

    /// Records a payment of the invoice `id` of `tenant`, once by its reference.
    pub(crate) async fn pay(
        &self,
        tenant: &str,
        id: &str,
        payment: NewPayment,
    ) -> Result<(Invoice, Recorded), InvoiceError> {
        let change = |invoice: &mut Invoice| {
            let recorded = invoice.pay(payment.clone(), self.now())?;
            Ok((recorded == Recorded::New, recorded))
        };
        self.invoices.change(tenant, id, change).await
    }

    /// Voids the invoice `id` of `tenant`. One that is voided already stays as it is.
    pub async fn void(&self, tenant: &str, id: &str) -> Result<Invoice, InvoiceError> {
        let change = |invoice: &mut Invoice| Ok((invoice.void(self.now())?, ()));
        let (invoice, ()) = self.invoices.change(tenant, id, change).await?;
        // A reminder needs no such call: whoever sends it asks first.
        self.notifications.cancel(tenant, &announcement_id(id), self.now()).await?;
        Ok(invoice)
    }

    /// Schedules the reminder of `kind` of the invoice `id` of `tenant`: at `at`, or at its type's time.
    pub(crate) async fn schedule_reminder(
        &self,
        tenant: &Tenant,
        id: &str,
        kind: ReminderType,
        at: Option<Timestamp>,
    ) -> Result<Invoice, InvoiceError> {
        let settings = InvoiceSettings::of(tenant);
        // Before the reminder is in the row: an instance that dies right after that leaves nothing undone.
        self.queue.enqueue(follow_up_job(&tenant.id, id, self.now())).await?;
        let change = |invoice: &mut Invoice| {
            invoice.schedule_reminder(kind, at, &settings, self.now())?;
            Ok((true, ()))
        };
        let (invoice, ()) = self.invoices.change(&tenant.id, id, change).await?;
        // The job may have run between the two.
        self.queue.enqueue(follow_up_job(&tenant.id, id, self.now())).await?;
        Ok(invoice)
    }

    /// Has the invoice `id` of `tenant` be followed up now.
    pub(crate) async fn follow_up(&self, tenant: &str, id: &str) -> Result<(), DatabaseError> {
        self.queue.enqueue(follow_up_job(tenant, id, self.now())).await
    }

    /// Has `invoice` say what became of the message of its last reminder.
    pub(crate) async fn look_at_message(&self, invoice: &mut Invoice) -> Result<(), DatabaseError> {
        self.follow_up.look_at_message(invoice).await
    }
}

fn finalization(invoice: &Invoice, settings: &InvoiceSettings, now: Timestamp) -> Finalization {
    let issue_date = invoice.issue_date.unwrap_or_else(|| Date::of(now, &settings.zone));
    let due_date =
        invoice.due_date.unwrap_or_else(|| issue_date.plus_days(invoice.due_days.unwrap_or(settings.due_days)));
    let is_paid = invoice.total == 0;
    let reminders = if is_paid { Vec::new() } else { planned(&invoice.reminders, due_date, settings, now) };
    Finalization {
        state: if is_paid { InvoiceState::Paid } else { InvoiceState::Open },
        issue_date,
        due_date,
        reminders,
        now,
        paid_at: is_paid.then_some(now),
    }
}

//! What is done with invoices.

use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_tenants::Tenant;

use crate::error::InvoiceError;
use crate::invoice::{Finalization, Invoice, InvoiceState, Invoices, MAX_ATTEMPTS, Recorded};
use crate::payment::NewPayment;
use crate::reminder::planned;
use crate::settings::InvoiceSettings;

/// Finalises, pays and voids invoices.
#[derive(Clone)]
pub struct InvoiceService {
    capabilities: Capabilities,
    invoices: Invoices,
}

impl InvoiceService {
    /// Keeps invoices in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { invoices: Invoices::new(db.clone()), capabilities: capabilities.clone() }
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
            if let Some(finalized) = self.invoices.finalize(&invoice, &new).await? {
                return Ok(finalized);
            }
        }
        Err(InvoiceError::Busy)
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
        self.invoices.change(tenant, id, change).await.map(|(invoice, ())| invoice)
    }
}

fn finalization(invoice: &Invoice, settings: &InvoiceSettings, now: Timestamp) -> Finalization {
    let issue_date = invoice.issue_date.unwrap_or_else(|| settings.zone.date(now));
    let due_date = invoice.due_date.unwrap_or_else(|| issue_date.plus_days(settings.due_days));
    let is_paid = invoice.total == 0;
    let reminders = if is_paid { Vec::new() } else { planned(due_date, settings, now) };
    Finalization {
        state: if is_paid { InvoiceState::Paid } else { InvoiceState::Open },
        issue_date,
        due_date,
        reminders,
        now,
        paid_at: is_paid.then_some(now),
    }
}

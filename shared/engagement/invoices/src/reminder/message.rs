//! What people are told of an invoice.

use std::sync::Arc;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Clock};
use edge_database::{DatabaseError, Db};
use edge_notifications::event_types::{WORKSPACE_INVOICE_GENERATED, WORKSPACE_PAYMENT_REMINDER};
use edge_notifications::{NewEvent, Opened, Recipient, Unseal};
use edge_tenants::{Tenant, Tenants};
use serde_json::{Map, Value, json};

use super::model::{Reminder, ReminderStatus};
use crate::invoice::{Invoice, InvoiceState, Invoices, written};
use crate::settings::InvoiceSettings;
use edge_time_zones::Date;

/// What tells the sender that a message is a reminder, whose values are asked for right before it is sent.
const REMINDER: &str = "invoice-reminder";

/// The id of the event that the invoice `id` was finalised.
pub(crate) fn announcement_id(id: &str) -> String {
    format!("invoice.{id}")
}

/// The id of the event of a try to send a reminder.
pub(super) fn reminder_id(invoice: &Invoice, reminder: &Reminder) -> String {
    let event = format!("invoice.{}.{}", invoice.id, reminder.kind.as_str());
    if reminder.retries == 0 { event } else { format!("{event}.{}", reminder.retries) }
}

fn recipient(invoice: &Invoice) -> Recipient {
    let customer = &invoice.customer;
    Recipient {
        user_id: None,
        email: customer.email.clone(),
        phone: customer.phone.clone(),
        name: Some(customer.display_name().to_owned()),
        locale: customer.locale.clone(),
    }
}

/// What both messages say. `amount` is in the currency's smallest unit.
fn data(invoice: &Invoice, tenant: &Tenant, amount: i64) -> Value {
    json!({
        "customer_name": invoice.customer.display_name(), "company_name": tenant.name, "invoice_id": invoice.id,
        "invoice_number": invoice.invoice_number(), "amount": written(amount, invoice.currency),
        "total": written(invoice.total, invoice.currency), "amount_paid": written(invoice.amount_paid, invoice.currency),
        "currency": invoice.currency.as_str(), "due_date": invoice.due_date.map(|date| date.to_string()),
    })
}

/// The event that the invoice was finalised.
pub(super) fn announcement(invoice: &Invoice, tenant: &Tenant) -> NewEvent {
    NewEvent::new(&WORKSPACE_INVOICE_GENERATED, &tenant.id, announcement_id(&invoice.id))
        .to(recipient(invoice))
        .with(data(invoice, tenant, invoice.total))
}

/// The event of a try to send a reminder: what it says is asked for once more when it is sent.
pub(super) fn reminder_event(invoice: &Invoice, reminder: &Reminder, tenant: &Tenant) -> NewEvent {
    let sealed = json!([REMINDER, invoice.id, reminder.kind.as_str()]).to_string();
    let mut event = NewEvent::new(&WORKSPACE_PAYMENT_REMINDER, &tenant.id, reminder_id(invoice, reminder))
        .to(recipient(invoice))
        .with(data(invoice, tenant, invoice.amount_due()));
    event.sealed = Some(sealed);
    event
}

/// What reminders say: the sender asks right before it sends one, so that nobody is reminded of an invoice that was paid
/// while the message waited, or of more than the rest.
pub struct ReminderValues {
    clock: Arc<dyn Clock>,
    invoices: Invoices,
    tenants: Tenants,
}

impl ReminderValues {
    /// Of the invoices in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let (invoices, tenants) = (Invoices::new(db.clone()), Tenants::new(db.clone()));
        Self { clock: capabilities.clock.clone(), invoices, tenants }
    }

    /// What the reminder of this type of the invoice `id` says; None: nobody is to be reminded any more.
    async fn current(&self, tenant: &str, id: &str, kind: &str) -> Result<Option<Map<String, Value>>, DatabaseError> {
        let found = self.invoices.find(tenant, id).await?.filter(|invoice| invoice.state == InvoiceState::Open);
        let (Some(invoice), Some(tenant)) = (found, self.tenants.find(tenant).await?) else { return Ok(None) };
        let is_wanted = |one: &&Reminder| one.kind.as_str() == kind && one.status == ReminderStatus::Queued;
        let Some(reminder) = invoice.reminders.iter().find(is_wanted) else { return Ok(None) };
        let mut values = data(&invoice, &tenant, invoice.amount_due());
        let today = Date::of(self.clock.now(), &InvoiceSettings::of(&tenant).zone);
        if let Value::Object(values) = &mut values {
            values.insert("reminder_type".to_owned(), reminder.kind.as_str().into());
            values.insert("status".to_owned(), invoice.status(today).as_str().into());
            values.retain(|_, value| !value.is_null());
        }
        Ok(match values {
            Value::Object(values) => Some(values),
            _ => None,
        })
    }
}

#[async_trait]
impl Unseal for ReminderValues {
    async fn open(&self, tenant: &str, sealed: &str) -> Result<Opened, DatabaseError> {
        let parts: Option<[String; 3]> = serde_json::from_str(sealed).ok();
        let Some([_, id, kind]) = parts.filter(|[mark, ..]| mark == REMINDER) else { return Ok(Opened::Other) };
        Ok(self.current(tenant, &id, &kind).await?.map_or(Opened::Unwanted, Opened::Values))
    }
}

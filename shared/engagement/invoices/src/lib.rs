//! Invoices of a tenant's customers: numbers without gaps, payments, and reminders that stop when an invoice is paid.
//!
//! * [`invoice`]: invoices, the arithmetic of their totals, and finalising, which gives them their numbers.
//! * [`payment`]: what was paid.
//! * [`reminder`]: reminders, and when they go out.
//! * [`calendar`]: dates, and the clock of a tenant's time zone; [`settings`]: a tenant's settings.
//! * [`service`]: what is done with invoices.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod calendar;
mod error;
mod invoice;
mod payment;
mod reminder;
mod router;
mod service;
mod settings;

pub use calendar::{Date, TimeOfDay, Zone};
pub use error::InvoiceError;
pub use invoice::{Customer, Invoice, InvoiceState, InvoiceStatus, Invoices, Item, TaxLine, Totals};
pub use payment::Payment;
pub use reminder::{Reminder, ReminderStatus, ReminderType};
pub use router::{ApiDoc, router, routes};
pub use service::InvoiceService;
pub use settings::InvoiceSettings;

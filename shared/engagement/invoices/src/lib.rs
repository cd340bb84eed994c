//! Invoices of a tenant's customers: numbers without gaps, payments, and reminders that stop when an invoice is paid.
//!
//! * [`invoice`]: invoices, the arithmetic of their totals, and finalising, which gives them their numbers.
//! * [`payment`]: what was paid.
//! * [`reminder`]: reminders, and when they go out.
//! * [`figures`]: sums over all invoices of a tenant.
//! * [`printout`]: an invoice as a page to print.
//! * [`calendar`]: the clock of a tenant's time zone; [`settings`]: a tenant's settings.
//! * [`service`]: what is done with invoices.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod calendar;
mod error;
mod figures;
mod invoice;
mod payment;
mod printout;
mod relation;
mod reminder;
mod router;
mod service;
mod settings;

pub use calendar::TimeOfDay;
pub use edge_time_zones::Date;
pub use error::InvoiceError;
pub use figures::{Age, AsOf, InSpan, InvoicesOf, Outstanding, Span};
pub use invoice::{
    Customer, DraftLine, Invoice, InvoiceResponse, InvoiceState, InvoiceStatus, Invoices, Item, NewDraft, TaxLine,
    Totals,
};
pub use payment::{InvoiceRefund, Payment};
pub use relation::RELATIONS;
pub use reminder::{Reminder, ReminderStatus, ReminderType, ReminderValues};
pub use router::{ApiDoc, jobs, router, routes};
pub use service::InvoiceService;
pub use settings::InvoiceSettings;

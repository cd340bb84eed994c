//! Reminders of invoices that are to be paid.

mod model;

pub(crate) use model::planned;
pub use model::{Reminder, ReminderStatus, ReminderType};

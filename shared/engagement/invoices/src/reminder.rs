//! Reminders of invoices that are to be paid.

pub(crate) mod api;
mod follow_up;
mod message;
mod model;
mod step;

pub(crate) use follow_up::{FOLLOW_UP, FollowUp, follow_up_job};
pub use message::ReminderValues;
pub use model::{Reminder, ReminderStatus, ReminderType};

pub(crate) use message::announcement_id;
pub(crate) use model::planned;

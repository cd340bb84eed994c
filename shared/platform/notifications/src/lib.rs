//! Messages to people, which Bheem Notify delivers. This crate owns the table `notifications`, the one outbox: a message is
//! stored first and sent later, so that whether Notify answers does not matter to what the message is about.
//!
//! * [`Notifications`]: queues, redacts, removes and counts messages. What a message says is up to the crate that queues it.
//! * [`Notifier`]: sends them, by the variables in [`NotifyConfig`]: at once, and by a job where that fails.

mod notifier;
mod outbox;
mod retry;

pub use notifier::{Notifier, NotifyConfig, SendResult, is_configured};
pub use outbox::{Channel, Message, Notifications};
pub use retry::SendCounts;

#[cfg(test)]
mod tests;

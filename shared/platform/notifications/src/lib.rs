//! Messages to people, which Bheem Notify delivers. This crate owns the table `notifications`, the one outbox: a message is
//! stored first and sent later, so that whether Notify answers does not matter to what the message is about.
//!
//! * [`Notifications`]: queues, redacts, removes and counts messages. What a message says is up to the crate that queues it.
//! * [`Notifier`]: sends the messages that are due, by the variables in [`NotifyConfig`].

mod notifier;
mod outbox;

pub use notifier::{Notifier, NotifyConfig, SendResult, is_configured};
pub use outbox::{Channel, Message, Notifications};

#[cfg(test)]
mod tests;

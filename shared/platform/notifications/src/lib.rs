//! Messages to people, which Bheem Notify delivers. This crate owns the one outbox: a message is stored first and sent
//! later, so that whether Notify answers does not matter to what the message is about.
//!
//! * [`Notifications`]: whoever sees that something happened raises an event ([`NewEvent`] of an [`EventType`]), and may
//!   cancel it. It becomes a message per recipient and channel, and an entry in the feed of each recipient who is a user.
//! * [`Notifier`]: sends messages, at once, and by a job where that fails. What a person wants ([`Preferences`]), what the
//!   tenant has in place of a template ([`Mapping`]) and whether the message is still of use is looked at right before.
//! * [`Directory`], [`Unseal`], [`SuppressionList`]: what the sender needs to be told by others.
//!
//! ```ignore
//! let event = NewEvent::new(&event_types::WORKSPACE_INVOICE_GENERATED, &tenant.id, format!("invoice.{}", invoice.id))
//!     .to(Recipient::by_email(&invoice.email).named(&invoice.name))
//!     .with(json!({"invoice_number": invoice.number, "amount": "₹2,499.00", "due_date": "2026-02-01"}));
//! notifications.raise(&event, now).await?;
//! // Once it is paid, what is still queued is not sent:
//! notifications.cancel(&tenant.id, &format!("invoice.{}", invoice.id), now).await?;
//! ```

mod channel;
mod claim;
mod clean;
mod config;
mod digest;
mod directory;
mod event;
pub mod event_types;
mod feed;
mod mapping;
mod notifier;
mod once;
mod outage;
mod outbox;
mod phone;
mod preferences;
mod request;
mod retry;
mod state;
mod suppression;
mod template;
mod text;

pub use channel::Channel;
pub use config::NotifyConfig;
pub use directory::{Contact, Directory, Opened, Unseal};
pub use event::{Content, NewEvent, Recipient};
pub use event_types::{Category, EventType};
pub use mapping::{Mapping, Mappings, VariablePaths, Variables};
pub use notifier::{Notifier, SendResult};
pub use outbox::{Message, MessageFilter, Notifications};
pub use phone::phone_number;
pub use preferences::{Digest, PreferenceStore, Preferences, QuietHours, is_timezone};
pub use retry::SendCounts;
pub use state::MessageState;
pub use suppression::SuppressionList;
pub use text::{MessageText, NewMessage};

#[cfg(test)]
mod tests;

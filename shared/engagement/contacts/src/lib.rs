//! Contacts: people whom a tenant writes to, and what they want and did.
//!
//! * [`contact`]: contacts, and what may stand in their fields.
//! * [`suppression`]: addresses that a tenant does not write to.
//! * [`activity`]: replies and clicks, bounces and complaints.
//! * [`unsubscribe`]: signed links, and words in replies.
//! * [`import`]: files of contacts.
//! * [`keys`]: the server key. [`router`]: the routes; the handlers of each resource are in its `api`.
//!
//! This crate owns the tables `contacts`, `contact_suppressions`, `contact_events`, `contact_erasures` and those of imports.

mod activity;
mod contact;
mod error;
mod import;
mod keys;
mod router;
mod suppression;
mod unsubscribe;

pub use activity::{Activities, Activity, ActivityKind, ActivityListener, Feedback, FeedbackReceiver};
pub use contact::{Attributes, Contact, Contacts};
pub use error::ContactError;
pub use router::{ApiDoc, jobs, router, routes};
pub use suppression::{Suppressed, Suppression, SuppressionReason, Suppressions, normalized};
pub use unsubscribe::{UnsubscribeLink, UnsubscribeLinks};

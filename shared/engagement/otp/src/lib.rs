//! One-time codes that prove who holds a phone. This crate owns the tables `otp_codes` and `otp_sends`.
//!
//! * [`code`]: drawing codes; [`keys`]: what the server key is used for: the MACs of codes, sealing them until they are sent,
//!   and the tokens that say that a phone was verified.
//! * [`service`]: sending and verifying; [`store`]: the statements that count; [`settings`]: the variables and a tenant's own.
//! * [`api`]: the HTTP routes.
//!
//! A code is nowhere to be read: its row holds a MAC under a key that is not in the database, and the message that waits to be
//! sent holds it sealed, until it is sent and no longer.

mod api;
mod code;
mod error;
mod keys;
mod service;
mod settings;
mod store;

use std::sync::Arc;

use edge_capabilities::Capabilities;
use edge_notifications::Unseal;

pub use api::{ApiDoc, jobs, routes};

/// Opens the codes that are sealed in messages.
pub fn unseal(capabilities: &Capabilities) -> Arc<dyn Unseal> {
    Arc::new(keys::CodeUnseal::new(capabilities))
}

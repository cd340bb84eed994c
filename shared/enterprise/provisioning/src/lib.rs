//! What the ERP asks of the edge: organisations and e-mail accounts that it provisions, and a summary of their usage. Paths,
//! fields and codes are the ERP's; its ids of organisations are tenants' numbers.
//!
//! * [`organization`]: organisations; [`email_account`]: e-mail accounts. Both are provisioned step by step.
//! * [`mail_service`]: where domains and mailboxes are made. [`domain_name`], [`local_part`], [`password`]: what they consist
//!   of.
//! * [`events`]: what the ERP is told of, collected and sent.
//! * [`usage`]: the summary, with these events.
//! * [`router`]: the HTTP routes.

mod domain_name;
mod email_account;
mod error;
mod events;
mod local_part;
mod mail_service;
mod organization;
mod password;
mod router;
mod usage;

pub use email_account::EmailAccountRecords;
pub use router::{ApiDoc, router};

#[cfg(test)]
mod tests;

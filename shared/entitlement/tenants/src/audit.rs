//! The audit log of a tenant: what was done to it, and who was given which membership or key.
//!
//! Members' rows and keys' rows say themselves who wrote them. Everything else is an entry of the log: with a change of the
//! tenant itself in the same statement, as part of its outbox.

pub(crate) mod api;

use edge_access::CREATED_KEYS;
use edge_audit::Source;

use crate::members::CHANGED_MEMBERS;

/// What belongs to a tenant's audit log beside the entries of the log itself.
pub(crate) const SOURCES: [Source; 2] = [CHANGED_MEMBERS, CREATED_KEYS];

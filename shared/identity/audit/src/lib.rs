//! The audit log: who did what to a tenant. Its entries are never changed or deleted.
//!
//! An entry is in the database before the change that it describes is acknowledged. It holds no personal data: of a
//! personal field it only says that the field was changed.

mod entry;
mod log;

pub use entry::{Actor, AuditEntry};
pub use log::{AuditFilter, AuditLog, Source, Subject};

//! Errors of the ERP sync.

use edge_capabilities::config::ConfigError;
use edge_capabilities::database::DatabaseError;
use edge_tenants::MemberError;

/// Another worker holds the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LeaseLost;

/// A page could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageError {
    /// A later attempt may succeed.
    Retryable(String),
    /// A later attempt would fail as well.
    Permanent(String),
}

/// Why a worker stopped.
#[derive(Debug)]
pub(crate) enum SyncError {
    /// Another worker has claimed the run.
    LeaseLost,
    /// The run has failed.
    Failed(String),
    /// The database failed: the run is resumed later.
    Db(DatabaseError),
}

impl From<LeaseLost> for SyncError {
    fn from(_: LeaseLost) -> Self {
        Self::LeaseLost
    }
}

impl From<DatabaseError> for SyncError {
    fn from(error: DatabaseError) -> Self {
        Self::Db(error)
    }
}

impl From<ConfigError> for SyncError {
    fn from(error: ConfigError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<MemberError> for SyncError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Db(error) => Self::Db(error),
            other => Self::Db(DatabaseError::Unavailable(other.to_string())),
        }
    }
}

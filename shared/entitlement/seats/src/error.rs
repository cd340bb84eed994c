//! Errors of seat verification.

use std::time::Duration;

use edge_capabilities::config::ConfigError;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_upstreams::UpstreamError;

/// The ERP did not say whether the user has a seat.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErpError {
    /// There was no usable response.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The answer has a status that says nothing about seats.
    #[error("the ERP answered with the status {0}")]
    Status(u16),
    /// The answer cannot be read.
    #[error("the ERP's answer cannot be read: {0}")]
    Unreadable(String),
}

/// The cache or the database failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The cache failed.
    #[error(transparent)]
    Cache(#[from] StoreError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

/// The edge cannot determine whether the user has a seat.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerificationError {
    /// The ERP gave no answer, and no cached verdict is usable.
    #[error(transparent)]
    Erp(#[from] ErpError),
    /// Another instance asked the ERP and got no answer.
    #[error("the ERP did not answer another instance")]
    OtherInstance,
    /// No answer of the ERP arrived in time.
    #[error("there was no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The ERP answered, but the tenant's row, which takes precedence over the answer, cannot be read.
    #[error("the tenant cannot be read: {0}")]
    Db(DatabaseError),
    /// The configuration is invalid.
    #[error("{0}")]
    Misconfigured(String),
}

/// No seat token can be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenKeyError {
    /// There is no key.
    #[error("seat_token_key is empty")]
    NotConfigured,
    /// The key at this place, from 1, is malformed.
    #[error("key {0} of seat_token_key is not the base64 of 32 bytes")]
    Malformed(usize),
    /// The variable cannot be read.
    #[error("{0}")]
    Misconfigured(String),
    /// A part of the token cannot be written.
    #[error("the token cannot be written: {0}")]
    Unwritable(String),
}

impl From<ConfigError> for TokenKeyError {
    fn from(error: ConfigError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}

impl From<ConfigError> for VerificationError {
    fn from(error: ConfigError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}

impl From<UpstreamError> for VerificationError {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Misconfigured(reason) => Self::Misconfigured(reason),
            UpstreamError::NoResponse(..) => Self::Erp(error.into()),
        }
    }
}

//! The errors of this crate.

use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_seats::StorageError;

use crate::gateway::GatewayError;
use crate::seat::SeatError;
use crate::subscription::{Contradiction, NotImportable};

/// Why a subscription or a seat was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionError {
    /// There is no such subscription.
    #[error("there is no such subscription")]
    NotFound,
    /// The organization has a live subscription to the application.
    #[error("the organization has a subscription to the application")]
    Exists,
    /// The subscription has ended, or was never paid.
    #[error("the subscription is not active")]
    Inactive,
    /// The subscription was changed since the caller read it.
    #[error("the subscription was changed meanwhile")]
    Changed,
    /// More seats are assigned or offered than there would be.
    #[error("more seats are in use")]
    SeatsInUse,
    /// The organization has had its trial of the application.
    #[error("the organization has had its trial")]
    TrialUsed,
    /// What another system has of the subscription cannot be taken over.
    #[error("a subscription of another system {0}")]
    NotImportable(#[from] NotImportable),
    /// Too many change the subscription at once.
    #[error("too many change the subscription at once")]
    Busy,
    /// The seat cannot become what was asked for.
    #[error(transparent)]
    Seat(#[from] SeatError),
    /// The gateway did not do it.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The event cannot be about the subscription.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The cache failed. The change is made, and is told of later.
    #[error(transparent)]
    Cache(#[from] StoreError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

impl From<StorageError> for SubscriptionError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Cache(error) => Self::Cache(error),
            StorageError::Db(error) => Self::Db(error),
        }
    }
}

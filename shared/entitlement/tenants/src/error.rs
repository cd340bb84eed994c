//! The errors of this crate.

use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_seats::StorageError;

/// Why a tenant was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// Another tenant has this value of this field.
    #[error("another tenant has this {0}")]
    Taken(&'static str),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

impl TenantError {
    pub(crate) fn from_write(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Duplicate(message) => {
                // SQLite names the column (tenants.slug), PostgreSQL the constraint (tenants_slug_key).
                let taken =
                    ["slug", "domain", "number", "stripe_customer"].into_iter().find(|field| message.contains(field));
                match taken {
                    Some("stripe_customer") => Self::Taken("stripe_customer_id"),
                    taken => Self::Taken(taken.unwrap_or("id")),
                }
            }
            other => Self::Db(other),
        }
    }
}

/// Why a user was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// The user belongs to the tenant already.
    #[error("the user belongs to the tenant already")]
    IsMember,
    /// The user does not belong to the tenant.
    #[error("the user does not belong to the tenant")]
    IsNoMember,
    /// The tenant would have no owner.
    #[error("the tenant would have no owner")]
    LastOwner,
    /// The tenant has as many users as it may.
    #[error("the tenant has as many users as it may")]
    Full,
    /// Too many change the tenant at once.
    #[error("the tenant is being changed by too many at once")]
    Busy,
    /// The cache failed.
    #[error(transparent)]
    Cache(StoreError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

/// Why an external id was not set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExternalIdError {
    /// The external id belongs to another tenant.
    #[error("the external id belongs to another tenant")]
    Taken,
    /// Too many change the external id at once.
    #[error("the external id is being changed by too many at once")]
    Busy,
    /// The cache failed.
    #[error(transparent)]
    Cache(StoreError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

macro_rules! from_storage_error {
    ($($error:ty),+) => {$(
        impl From<StorageError> for $error {
            fn from(error: StorageError) -> Self {
                match error {
                    StorageError::Cache(error) => Self::Cache(error),
                    StorageError::Db(error) => Self::Db(error),
                }
            }
        }
    )+};
}

from_storage_error!(ExternalIdError, MemberError);

//! The error of this crate.

use edge_budgets::BudgetError;
use edge_capabilities::config::ConfigError;
use edge_capabilities::database::DatabaseError;
use edge_plans::PlansUnavailable;
use edge_seats::StorageError;
use edge_subscriptions::SubscriptionError;
use edge_tenants::{MemberError, TenantError};

use crate::disputes::DisputeError;
use crate::shops::ShopError;

/// Why an event is not in effect yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WebhookError {
    /// An upstream does not give what is needed. Nothing has been changed.
    #[error("{0}")]
    Upstream(String),
    /// A store cannot be reached. It is not known how far the change has come; another attempt finds out.
    #[error("{0}")]
    Store(String),
    /// Another worker holds the event.
    #[error("another worker holds the event")]
    Taken,
}

macro_rules! from {
    ($($error:ty => $variant:ident),* $(,)?) => {$(
        impl From<$error> for WebhookError {
            fn from(error: $error) -> Self {
                Self::$variant(error.to_string())
            }
        }
    )*};
}

from! {
    BudgetError => Store,
    ConfigError => Upstream,
    DatabaseError => Store,
    DisputeError => Store,
    MemberError => Store,
    PlansUnavailable => Upstream,
    ShopError => Store,
    StorageError => Store,
    SubscriptionError => Store,
    TenantError => Store,
}

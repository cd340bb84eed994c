//! Why something was not done with an order or a shop.

use edge_capabilities::database::DatabaseError;

/// Why something was not done with an order or a shop.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// The tenant has no such order.
    #[error("there is no such order")]
    NotFound,
    /// The order has no such item.
    #[error("there is no such item")]
    ItemNotFound,
    /// It is confirmed, so it does not become pending again.
    #[error("the order is confirmed")]
    Confirmed,
    /// It is cancelled.
    #[error("the order is cancelled")]
    Cancelled,
    /// It is shipped.
    #[error("the order is shipped")]
    Shipped,
    /// It is not shipped yet.
    #[error("the order is not shipped yet")]
    NotShipped,
    /// It has as many shipments as an order may have.
    #[error("the order has too many shipments")]
    TooManyShipments,
    /// Another order of the tenant has this platform and external id.
    #[error("another order has this external id")]
    ExternalIdTaken,
    /// It was changed since the caller read it.
    #[error("the order was changed")]
    Changed,
    /// Too many callers change it at once.
    #[error("too many callers change the order at once")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

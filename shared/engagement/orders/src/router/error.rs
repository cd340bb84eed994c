//! Errors as HTTP answers.

use edge_http::{Code, Problem};

use crate::error::OrderError;

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NotFound => Self::new(Code::OrderNotFound, "There is no such order."),
            OrderError::ItemNotFound => Self::new(Code::OrderItemNotFound, "The order has no such item."),
            OrderError::Confirmed => Self::field("status", "must not be pending: the order is confirmed"),
            OrderError::Cancelled => Self::new(Code::OrderCancelled, "The order is cancelled."),
            OrderError::Shipped => Self::new(Code::OrderShipped, "The order is shipped: it can only be returned."),
            OrderError::NotShipped => Self::new(Code::OrderNotShipped, "The order is not shipped yet."),
            OrderError::TooManyShipments => Self::field("status", "must not be shipped: there are too many shipments"),
            OrderError::ExternalIdTaken => {
                Self::new(Code::AlreadyExists, "Another order has this platform and external id.")
            }
            OrderError::Changed => Self::new(Code::PreconditionFailed, "The order has changed since it was read."),
            OrderError::Busy => {
                Self::new(Code::StoreUnavailable, "Too many callers change this order at once; try again.")
                    .retry_after(1)
            }
            OrderError::Db(error) => error.into(),
        }
    }
}

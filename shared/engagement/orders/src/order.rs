//! Orders: what is known of them, and what becomes of them.

pub(crate) mod api;
mod change;
mod model;
mod quantities;
mod request;
mod response;
mod store;

pub use model::{
    Customer, Item, Message, MessageProgress, MessageType, Order, OrderStatus, Refund, RefundKind, RefundLine,
    Shipment, ShipmentStatus, Source, Units,
};
pub use quantities::Quantities;
pub use store::Orders;

pub(crate) use quantities::News;
pub(crate) use request::{MAX_QUANTITY, PackRequest};
pub(crate) use response::ItemResponse;

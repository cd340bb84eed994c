//! Orders of a tenant's customers: packed, shipped, and followed by messages, once each per shipment.
//!
//! * [`order`]: orders, their units, and the status that follows from these.
//! * [`packing`]: how many of an item are packed, and the packing list.
//! * [`message`]: what people are told of a shipment; [`settings`]: a tenant's settings.
//! * [`shop`]: shops, what they report, and what is asked for because it was lost.
//! * [`service`]: what is done with orders.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod error;
mod message;
mod order;
mod packing;
mod router;
mod service;
mod settings;
mod shop;

pub use error::OrderError;
pub use order::{
    Customer, Item, Message, MessageProgress, MessageType, Order, OrderStatus, Orders, Quantities, Refund, RefundKind,
    RefundLine, Shipment, ShipmentStatus, Source, Units,
};
pub use router::{ApiDoc, jobs, router, routes};
pub use shop::{Platform, Shop, ShopOrders, Shops};

/// What stands for a shop of its own in orders that came by the routes without a token.
pub(crate) const DEFAULT_SHOP: &str = "default";

//! An order in responses.

use edge_capabilities::Timestamp;
use edge_money::DecimalAmount;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{
    Customer, Item, Message, MessageProgress, MessageType, Order, OrderStatus, Shipment, ShipmentStatus, Units,
};

/// An order of a tenant's customer.
#[derive(Serialize, ToSchema)]
#[schema(as = CustomerOrder)]
pub(crate) struct OrderResponse {
    id: String,
    tenant_id: String,
    order_number: String,
    status: OrderStatus,
    /// Where it comes from, such as `shopify`.
    external_platform: Option<String>,
    /// Its id there.
    external_id: Option<String>,
    /// The id of the shop that sends it; null: it was made here, or came without a shop of its own.
    shop_id: Option<String>,
    customer: Customer,
    currency: String,
    #[schema(value_type = f64)]
    total_amount: DecimalAmount,
    items: Vec<ItemResponse>,
    shipments: Vec<ShipmentResponse>,
    /// What people were told.
    messages: Vec<MessageResponse>,
    notes: Option<String>,
    order_date: String,
    /// When the last of it was shipped.
    shipped_date: Option<String>,
    /// When the last of it was delivered.
    delivered_date: Option<String>,
    cancelled_at: Option<String>,
    /// When the shop last changed it, by the shop's clock.
    external_updated_at: Option<String>,
    created_at: String,
    updated_at: String,
}

/// An item of an order. `0 <= packed_quantity <= quantity - cancelled_quantity`.
#[derive(Serialize, ToSchema)]
#[schema(as = CustomerOrderItem)]
pub(crate) struct ItemResponse {
    id: String,
    order_id: String,
    sku: Option<String>,
    product_name: String,
    /// How many were ordered.
    quantity: i64,
    /// How many of them are not wanted any more.
    cancelled_quantity: i64,
    packed_quantity: i64,
    shipped_quantity: i64,
    delivered_quantity: i64,
    /// How many of those that were shipped came back.
    returned_quantity: i64,
    /// Whether all that are wanted are packed.
    is_packed: bool,
    /// Whether it goes into a parcel.
    requires_shipping: bool,
    /// The price of one.
    #[schema(value_type = Option<f64>)]
    unit_price: Option<DecimalAmount>,
}

/// A shipment of an order.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderShipment)]
pub(crate) struct ShipmentResponse {
    id: String,
    status: ShipmentStatus,
    items: Vec<Units>,
    tracking_number: Option<String>,
    tracking_url: Option<String>,
    carrier: Option<String>,
    shipped_at: Option<String>,
    delivered_at: Option<String>,
}

/// A message about a shipment.
#[derive(Serialize, ToSchema)]
#[schema(as = OrderMessage)]
pub(crate) struct MessageResponse {
    message_type: MessageType,
    /// The shipment; of a packing list the number of the parcel, from 1.
    shipment: String,
    /// `queued`: it is in the outbox, under `event_id`.
    progress: MessageProgress,
    /// The `event_id` of its messages in the outbox.
    event_id: String,
    at: String,
}

impl ItemResponse {
    pub(crate) fn new(order: &Order, item: &Item) -> Self {
        let quantities = order.quantities(item);
        Self {
            id: item.id.clone(),
            order_id: order.id.clone(),
            sku: item.sku.clone(),
            product_name: item.product_name.clone(),
            quantity: item.quantity,
            cancelled_quantity: quantities.cancelled,
            packed_quantity: quantities.packed,
            shipped_quantity: quantities.shipped,
            delivered_quantity: quantities.delivered,
            returned_quantity: quantities.returned,
            is_packed: quantities.packed >= quantities.wanted && quantities.wanted > 0,
            requires_shipping: item.requires_shipping,
            unit_price: item.unit_price.map(|minor| DecimalAmount(order.money(minor))),
        }
    }
}

impl ShipmentResponse {
    fn new(order: &Order, shipment: &Shipment) -> Self {
        let has_left = shipment.status == ShipmentStatus::Shipped;
        let moved = || order.units_of(&shipment.id).into_iter();
        let items = match has_left {
            true => moved().map(|(item, quantity)| Units { item_id: item.id.clone(), quantity }).collect(),
            false => shipment.items.clone(),
        };
        Self {
            id: shipment.id.clone(),
            status: shipment.status,
            items,
            tracking_number: shipment.tracking_number.clone(),
            tracking_url: shipment.tracking_url.clone(),
            carrier: shipment.carrier.clone(),
            shipped_at: has_left.then(|| shipment.at.to_rfc3339_millis()),
            delivered_at: shipment.delivered_at.filter(|_| has_left).map(Timestamp::to_rfc3339_millis),
        }
    }
}

impl MessageResponse {
    fn new(order: &Order, message: &Message) -> Self {
        Self {
            message_type: message.kind,
            shipment: message.shipment.clone(),
            progress: message.progress,
            event_id: message.event_id(&order.id),
            at: message.at.to_rfc3339_millis(),
        }
    }
}

impl OrderResponse {
    pub(crate) fn new(order: &Order) -> Self {
        let instant = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339_millis);
        let shop = order.is_of_shop() && order.shop != crate::DEFAULT_SHOP;
        Self {
            id: order.id.clone(),
            tenant_id: order.tenant.clone(),
            order_number: order.order_number.clone(),
            status: order.status,
            external_platform: order.platform.clone(),
            external_id: order.external_id.clone(),
            shop_id: shop.then(|| order.shop.clone()),
            customer: order.customer.clone(),
            currency: order.currency.to_string(),
            total_amount: DecimalAmount(order.money(order.total_amount)),
            items: order.items.iter().map(|item| ItemResponse::new(order, item)).collect(),
            shipments: order.shipments.iter().map(|shipment| ShipmentResponse::new(order, shipment)).collect(),
            messages: order.messages.iter().map(|message| MessageResponse::new(order, message)).collect(),
            notes: order.notes.clone(),
            order_date: order.ordered_at.to_rfc3339_millis(),
            shipped_date: instant(order.shipped_at),
            delivered_date: instant(order.delivered_at),
            cancelled_at: instant(order.cancellation()),
            external_updated_at: instant(order.source.at),
            created_at: order.created_at.to_rfc3339_millis(),
            updated_at: order.updated_at.to_rfc3339_millis(),
        }
    }
}

//! An order, and what is known of it.

use edge_capabilities::Timestamp;
use edge_database::{json_column, record, text_column};
use edge_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The status of an order: see [`super::quantities`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CustomerOrderStatus)]
pub enum OrderStatus {
    /// It is not to be packed yet.
    Pending,
    /// It is to be packed, or packed, and not all of it is shipped.
    Confirmed,
    /// All of it is shipped.
    Shipped,
    /// All of it is delivered.
    Delivered,
    /// Nothing of it is wanted any more, and nothing was shipped.
    Cancelled,
    /// All that was shipped came back.
    Returned,
}

impl OrderStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Confirmed, Self::Shipped, Self::Delivered, Self::Cancelled, Self::Returned];

    /// The status as text: `shipped`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
        }
    }

    /// The status with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// Who ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderCustomer)]
pub struct Customer {
    /// The customer's id, as the shop or the tenant knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The e-mail address, where messages go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number, where messages go if there is no e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where the order goes; it may have several lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The language in which messages are, such as `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// What was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Unique within the order: the shop's id of the line, or `itm_…`.
    pub id: String,
    /// The article's number; two items may have the same.
    #[serde(default)]
    pub sku: Option<String>,
    /// What it is called.
    pub product_name: String,
    /// How many were ordered.
    pub quantity: i64,
    /// How many of them were taken off the order again, otherwise than by a refund.
    #[serde(default)]
    pub removed: i64,
    /// How many were packed here. INVARIANT after [`Order::settle`]: no more than are wanted.
    #[serde(default)]
    pub packed: i64,
    /// Whether it goes into a parcel.
    #[serde(default = "yes")]
    pub requires_shipping: bool,
    /// The price of one, in the smallest unit of the order's currency.
    #[serde(default)]
    pub unit_price: Option<i64>,
}

const fn yes() -> bool {
    true
}

/// Whether a shipment is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShipmentStatus {
    /// It is planned, and moves nothing.
    Waiting,
    /// It left.
    Shipped,
    /// It did not take place.
    Cancelled,
}

/// Some units of an order that go out together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// Unique within the order: the shop's id of it, or `shp_…`.
    pub id: String,
    /// Whether it is on its way.
    pub status: ShipmentStatus,
    /// How many of which items.
    pub items: Vec<Units>,
    /// The carrier's number of it.
    #[serde(default)]
    pub tracking_number: Option<String>,
    /// Where it can be followed.
    #[serde(default)]
    pub tracking_url: Option<String>,
    /// Who carries it.
    #[serde(default)]
    pub carrier: Option<String>,
    /// When it left.
    pub at: Timestamp,
    /// When it arrived.
    #[serde(default)]
    pub delivered_at: Option<Timestamp>,
    /// When this became known of it, by the shop's clock: of two reports the later holds.
    pub stated_at: Timestamp,
    /// Whether it ever left: one that was called off afterwards counts as a parcel that was packed.
    #[serde(default)]
    pub was_shipped: bool,
}

/// How many of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderUnits)]
pub struct Units {
    /// The item's id.
    pub item_id: String,
    /// How many.
    pub quantity: i64,
}

/// What a refund does to its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefundKind {
    /// They are not shipped, if they are not yet.
    Cancel,
    /// They came back, if they were shipped; else they are not shipped.
    Return,
}

/// Units that were given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    /// The item's id.
    pub item_id: String,
    /// How many.
    pub quantity: i64,
    /// What becomes of them.
    pub kind: RefundKind,
}

/// A refund. The shop does not change one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The shop's id of it.
    pub id: String,
    /// What was given back.
    pub items: Vec<RefundLine>,
}

/// What a shop said of the whole order last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// When the order was in this state, by the shop's clock.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// How far the order had come by then: of two states of one second the further holds.
    #[serde(default)]
    pub progress: i64,
    /// When the shop was asked for this state; None: it sent it.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// Whether it is to be packed.
    #[serde(default)]
    pub is_confirmed: bool,
    /// When it was cancelled.
    #[serde(default)]
    pub cancelled_at: Option<Timestamp>,
    /// Whether all of it came back.
    #[serde(default)]
    pub is_returned: bool,
    /// When the edge heard that the shop deleted it.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}

/// What people are told of a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageType {
    /// What is to be packed, to those who pack.
    PackingList,
    /// To the customer: it left.
    ShippingNotification,
    /// To the customer: it arrived.
    DeliveryConfirmation,
}

impl MessageType {
    /// The type as text: `packing_list`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PackingList => "packing_list",
            Self::ShippingNotification => "shipping_notification",
            Self::DeliveryConfirmation => "delivery_confirmation",
        }
    }
}

/// How far a message has come. It only goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageProgress {
    /// It is still to be put into the outbox.
    Due,
    /// It is in the outbox.
    Queued,
    /// It is still to be taken out of the outbox, if it was not sent by then.
    Withdrawing,
    /// It was taken out.
    Withdrawn,
    /// It was not put into the outbox: it was no news any more.
    Skipped,
}

/// A message about a shipment of the order. INVARIANT: one of each type and shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What it says.
    pub kind: MessageType,
    /// The shipment's id; of a packing list the number of the parcel, from 1.
    pub shipment: String,
    /// How far it has come.
    pub progress: MessageProgress,
    /// When it became due.
    pub at: Timestamp,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// `ord_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The id of the shop that sends it; empty: none does.
    pub shop: String,
    /// `shopify`, `woocommerce`, or what a caller says.
    pub platform: Option<String>,
    /// Its id there.
    pub external_id: Option<String>,
    /// Its number, as people know it.
    pub order_number: String,
    /// Its status, which follows from the rest.
    pub status: OrderStatus,
    /// Whether the shop sent it itself, and not only a part such as a shipment.
    pub is_known: bool,
    /// Who ordered.
    pub customer: Customer,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What it costs, in the currency's smallest unit.
    pub total_amount: i64,
    /// What was ordered.
    pub items: Vec<Item>,
    /// Its shipments, in the order in which they became known.
    pub shipments: Vec<Shipment>,
    /// Its refunds.
    pub refunds: Vec<Refund>,
    /// What people are told of it.
    pub messages: Vec<Message>,
    /// What its shop said last.
    pub source: Source,
    /// A note of the tenant's.
    pub notes: Option<String>,
    /// Whether a caller confirmed it.
    pub is_confirmed: bool,
    /// When a caller cancelled it.
    pub cancelled_at: Option<Timestamp>,
    /// When a caller noted that it came back.
    pub returned_at: Option<Timestamp>,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// When the last of it was shipped.
    pub shipped_at: Option<Timestamp>,
    /// When the last of it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// When somebody else is to put its messages into the outbox. None: nothing is to be.
    pub tell_at: Option<Timestamp>,
    /// When the edge heard of it.
    pub created_at: Timestamp,
    /// When it was last changed here.
    pub updated_at: Timestamp,
    pub(crate) revision: i64,
}

text_column!(OrderStatus);
json_column!(Customer, Source);
record! {
    Order in "orders" {
        id, tenant: "tenant_id", shop, platform, external_id, order_number, status, is_known, customer, currency,
        total_amount, items, shipments, refunds, messages, source, notes, is_confirmed, cancelled_at, returned_at,
        ordered_at, shipped_at, delivered_at, tell_at, created_at, updated_at, revision,
    }
}

impl Order {
    /// A new order of `tenant` without anything in it.
    pub(crate) fn new(id: String, tenant: &str, now: Timestamp) -> Self {
        Self {
            id,
            tenant: tenant.to_owned(),
            shop: String::new(),
            platform: None,
            external_id: None,
            order_number: String::new(),
            status: OrderStatus::Pending,
            is_known: true,
            customer: Customer::default(),
            currency: Currency::INR,
            total_amount: 0,
            items: Vec::new(),
            shipments: Vec::new(),
            refunds: Vec::new(),
            messages: Vec::new(),
            source: Source::default(),
            notes: None,
            is_confirmed: false,
            cancelled_at: None,
            returned_at: None,
            ordered_at: now,
            shipped_at: None,
            delivered_at: None,
            tell_at: None,
            created_at: now,
            updated_at: now,
            revision: 1,
        }
    }

    /// An amount in its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }

    /// When it was cancelled, by its shop or by a caller.
    pub fn cancellation(&self) -> Option<Timestamp> {
        self.cancelled_at.or(self.source.cancelled_at).or(self.source.deleted_at)
    }

    /// Whether a shop sends it.
    pub fn is_of_shop(&self) -> bool {
        !self.shop.is_empty()
    }
}

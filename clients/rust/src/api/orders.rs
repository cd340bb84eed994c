//! Orders.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List orders: `GET /api/v1/orders`.
    ///
    /// The key needs `orders:read`.
    pub async fn list_customer_orders(&self, query_parameters: &ListCustomerOrdersQuery) -> Result<ListingCustomerOrder, EdgeError> {
        let path = Path::new("/api/v1/orders").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an order: `POST /api/v1/orders`.
    ///
    /// The order is `pending`, or `confirmed` where the request says so: then it is to be packed, and those who pack are sent the
    /// packing list. Orders of shops come by themselves.
    ///
    /// The key needs `orders:write`.
    pub async fn create_customer_order(&self, body: &CreateCustomerOrderRequest) -> Result<CustomerOrder, EdgeError> {
        let path = Path::new("/api/v1/orders");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List shops: `GET /api/v1/orders/shops`.
    ///
    /// The key needs `orders:read`.
    pub async fn list_shops(&self, query_parameters: &ListShopsQuery) -> Result<ListingShop, EdgeError> {
        let path = Path::new("/api/v1/orders/shops").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Connect a shop: `POST /api/v1/orders/shops`.
    ///
    /// The shop's webhooks about orders, fulfillments and refunds go to `url`, signed with `secret`, and become orders of this
    /// tenant. With `access` the shop is also asked, every five minutes, for orders that changed meanwhile. To replace the secret
    /// or the access, disconnect the shop and connect it again: its orders stay.
    ///
    /// The key needs `orders:write`.
    pub async fn connect_shop(&self, body: &ConnectShopRequest) -> Result<Shop, EdgeError> {
        let path = Path::new("/api/v1/orders/shops");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Disconnect a shop: `DELETE /api/v1/orders/shops/{shop_id}`.
    ///
    /// Its webhooks are not accepted any more. Its orders stay.
    ///
    /// The key needs `orders:write`.
    pub async fn disconnect_shop(&self, shop_id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/orders/shops/").value(shop_id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Get an order: `GET /api/v1/orders/{order_id}`.
    ///
    /// The key needs `orders:read`.
    pub async fn get_customer_order(&self, order_id: &str) -> Result<CustomerOrder, EdgeError> {
        let path = Path::new("/api/v1/orders/").value(order_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update an order: `PUT /api/v1/orders/{order_id}`.
    ///
    /// Fields that are absent or null keep their values. The status goes forward only: what is shipped can no longer be
    /// cancelled, only returned. With `shipped` all that is wanted and not shipped yet is a shipment, which the customer is told
    /// of; with `delivered` all shipments arrived.
    ///
    /// The key needs `orders:write`.
    pub async fn update_customer_order(&self, order_id: &str, body: &UpdateCustomerOrderRequest) -> Result<CustomerOrder, EdgeError> {
        let path = Path::new("/api/v1/orders/").value(order_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Note how many of an item are packed: `PUT /api/v1/orders/{order_id}/items/{item_id}/pack`.
    ///
    /// The number is absolute: the same request again changes nothing. More than are wanted count as all that are wanted, less
    /// than are shipped as those that are shipped.
    ///
    /// The key needs `orders:write`.
    pub async fn pack_order_item(&self, order_id: &str, item_id: &str, body: &PackRequest) -> Result<CustomerOrderItem, EdgeError> {
        let path = Path::new("/api/v1/orders/").value(order_id).text("/items/").value(item_id).text("/pack");
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Get the packing list of an order: `GET /api/v1/orders/{order_id}/packing-list`.
    ///
    /// As a page to print: `text/html`, or by `Accept` `application/pdf`; or as `application/json`.
    ///
    /// The key needs `orders:read`.
    pub async fn get_packing_list(&self, order_id: &str) -> Result<PackingList, EdgeError> {
        let path = Path::new("/api/v1/orders/").value(order_id).text("/packing-list");
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`list_customer_orders`](Api::list_customer_orders).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListCustomerOrdersQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only orders with this status. One of `pending`, `confirmed`, `shipped`, `delivered`, `cancelled`, `returned`.
    pub status: Option<String>,
    /// Only orders from here, such as `shopify`.
    pub external_platform: Option<String>,
    /// Only orders with this id there.
    pub external_id: Option<String>,
    /// Only orders with this number.
    pub order_number: Option<String>,
}

/// The query of [`list_shops`](Api::list_shops).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListShopsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// A shop to connect.
#[derive(Clone, Debug, Serialize)]
pub struct ConnectShopRequest {
    /// `access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<ShopAccess>,
    /// What it runs on.
    pub platform: ShopPlatform,
    /// What it signs its webhooks with. It is stored encrypted, and never shown.
    pub secret: String,
    /// Its address: `acme.myshopify.com`, or of a WooCommerce shop `https://shop.example`.
    pub shop: String,
}

/// An order to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateCustomerOrderRequest {
    /// The ISO 4217 code of the currency of its amounts. Default: `INR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// `customer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<OrderCustomer>,
    /// Its id there. A tenant has one order of each platform and external id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Where it comes from, such as `shopify`. Default: `custom`, where there is an `external_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_platform: Option<String>,
    /// What was ordered: 1 to 500 items.
    pub items: Vec<OrderItemRequest>,
    /// A note: up to 2000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// When it was ordered (RFC 3339). Default: now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_date: Option<String>,
    /// Its number, as people know it. Default: one is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CustomerOrderStatus>,
    /// What it costs. Default: the sum of the items that have a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_amount: Option<f64>,
}

/// An order of a tenant's customer.
#[derive(Clone, Debug, Deserialize)]
pub struct CustomerOrder {
    /// `cancelled_at`.
    pub cancelled_at: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `customer`.
    pub customer: OrderCustomer,
    /// When the last of it was delivered.
    pub delivered_date: Option<String>,
    /// Its id there.
    pub external_id: Option<String>,
    /// Where it comes from, such as `shopify`.
    pub external_platform: Option<String>,
    /// When the shop last changed it, by the shop's clock.
    pub external_updated_at: Option<String>,
    /// `id`.
    pub id: String,
    /// `items`.
    pub items: Vec<CustomerOrderItem>,
    /// What people were told.
    pub messages: Vec<OrderMessage>,
    /// `notes`.
    pub notes: Option<String>,
    /// `order_date`.
    pub order_date: String,
    /// `order_number`.
    pub order_number: String,
    /// `shipments`.
    pub shipments: Vec<OrderShipment>,
    /// When the last of it was shipped.
    pub shipped_date: Option<String>,
    /// The id of the shop that sends it; null: it was made here, or came without a shop of its own.
    pub shop_id: Option<String>,
    /// `status`.
    pub status: CustomerOrderStatus,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `total_amount`.
    pub total_amount: f64,
    /// `updated_at`.
    pub updated_at: String,
}

/// An item of an order. `0 <= packed_quantity <= quantity - cancelled_quantity`.
#[derive(Clone, Debug, Deserialize)]
pub struct CustomerOrderItem {
    /// How many of them are not wanted any more.
    pub cancelled_quantity: i64,
    /// `delivered_quantity`.
    pub delivered_quantity: i64,
    /// `id`.
    pub id: String,
    /// Whether all that are wanted are packed.
    pub is_packed: bool,
    /// `order_id`.
    pub order_id: String,
    /// `packed_quantity`.
    pub packed_quantity: i64,
    /// `product_name`.
    pub product_name: String,
    /// How many were ordered.
    pub quantity: i64,
    /// Whether it goes into a parcel.
    pub requires_shipping: bool,
    /// How many of those that were shipped came back.
    pub returned_quantity: i64,
    /// `shipped_quantity`.
    pub shipped_quantity: i64,
    /// `sku`.
    pub sku: Option<String>,
    /// The price of one.
    pub unit_price: Option<f64>,
}

/// The status of an order: see [`super::quantities`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum CustomerOrderStatus {
    /// `pending`.
    #[serde(rename = "pending")]
    Pending,
    /// `confirmed`.
    #[serde(rename = "confirmed")]
    Confirmed,
    /// `shipped`.
    #[serde(rename = "shipped")]
    Shipped,
    /// `delivered`.
    #[serde(rename = "delivered")]
    Delivered,
    /// `cancelled`.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// `returned`.
    #[serde(rename = "returned")]
    Returned,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingCustomerOrder {
    /// The entries of the page.
    pub data: Vec<CustomerOrder>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingShop {
    /// The entries of the page.
    pub data: Vec<Shop>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// How far a message has come. It only goes forward.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum MessageProgress {
    /// `due`.
    #[serde(rename = "due")]
    Due,
    /// `queued`.
    #[serde(rename = "queued")]
    Queued,
    /// `withdrawing`.
    #[serde(rename = "withdrawing")]
    Withdrawing,
    /// `withdrawn`.
    #[serde(rename = "withdrawn")]
    Withdrawn,
    /// `skipped`.
    #[serde(rename = "skipped")]
    Skipped,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// What people are told of a shipment.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum MessageType {
    /// `packing_list`.
    #[serde(rename = "packing_list")]
    PackingList,
    /// `shipping_notification`.
    #[serde(rename = "shipping_notification")]
    ShippingNotification,
    /// `delivery_confirmation`.
    #[serde(rename = "delivery_confirmation")]
    DeliveryConfirmation,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// Who ordered.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct OrderCustomer {
    /// Where the order goes; it may have several lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The e-mail address, where messages go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The customer's id, as the shop or the tenant knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The language in which messages are, such as `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The phone number, where messages go if there is no e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// An item to order.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OrderItemRequest {
    /// What it is called: 1 to 256 bytes.
    pub product_name: String,
    /// How many: 1 to 1000000.
    pub quantity: i64,
    /// Whether it goes into a parcel. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requires_shipping: Option<bool>,
    /// The article's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// The price of one, in the order's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<f64>,
}

/// A message about a shipment.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderMessage {
    /// `at`.
    pub at: String,
    /// The `event_id` of its messages in the outbox.
    pub event_id: String,
    /// `message_type`.
    pub message_type: MessageType,
    /// `queued`: it is in the outbox, under `event_id`.
    pub progress: MessageProgress,
    /// The shipment; of a packing list the number of the parcel, from 1.
    pub shipment: String,
}

/// A shipment of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderShipment {
    /// `carrier`.
    pub carrier: Option<String>,
    /// `delivered_at`.
    pub delivered_at: Option<String>,
    /// `id`.
    pub id: String,
    /// `items`.
    pub items: Vec<OrderUnits>,
    /// `shipped_at`.
    pub shipped_at: Option<String>,
    /// `status`.
    pub status: ShipmentStatus,
    /// `tracking_number`.
    pub tracking_number: Option<String>,
    /// `tracking_url`.
    pub tracking_url: Option<String>,
}

/// How many of an item.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderUnits {
    /// The item's id.
    pub item_id: String,
    /// How many.
    pub quantity: i64,
}

/// How many of an item are packed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PackRequest {
    /// How many are packed in all, not how many more. More than are wanted count as all.
    pub packed_quantity: i64,
}

/// An item on a packing list.
#[derive(Clone, Debug, Deserialize)]
pub struct PackingLine {
    /// `cancelled_quantity`.
    pub cancelled_quantity: i64,
    /// `item_id`.
    pub item_id: String,
    /// `packed_quantity`.
    pub packed_quantity: i64,
    /// `product_name`.
    pub product_name: String,
    /// `quantity`.
    pub quantity: i64,
    /// `sku`.
    pub sku: Option<String>,
    /// How many are still to be packed.
    pub to_pack: i64,
}

/// A packing list.
#[derive(Clone, Debug, Deserialize)]
pub struct PackingList {
    /// Where the order goes.
    pub address: Option<String>,
    /// `items`.
    pub items: Vec<PackingLine>,
    /// `notes`.
    pub notes: Option<String>,
    /// `order_id`.
    pub order_id: String,
    /// `order_number`.
    pub order_number: String,
    /// `status`.
    pub status: CustomerOrderStatus,
}

/// Whether a shipment is on its way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ShipmentStatus {
    /// `waiting`.
    #[serde(rename = "waiting")]
    Waiting,
    /// `shipped`.
    #[serde(rename = "shipped")]
    Shipped,
    /// `cancelled`.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A connected shop.
#[derive(Clone, Debug, Deserialize)]
pub struct Shop {
    /// `created_at`.
    pub created_at: String,
    /// Whether the shop is asked for orders whose webhooks were lost.
    pub has_access: bool,
    /// `id`.
    pub id: String,
    /// `platform`.
    pub platform: ShopPlatform,
    /// Why it could not be asked.
    pub poll_error: Option<String>,
    /// When it was asked last.
    pub polled_at: Option<String>,
    /// `shop`.
    pub shop: String,
    /// Where the shop sends its webhooks.
    pub url: String,
}

/// What a shop lets the edge in with.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ShopAccess {
    /// The consumer key of a WooCommerce shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The consumer secret of a WooCommerce shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The access token of a Shopify app that may read orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// What a shop runs on.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ShopPlatform {
    /// `shopify`.
    #[serde(rename = "shopify")]
    Shopify,
    /// `woocommerce`.
    #[serde(rename = "woocommerce")]
    Woocommerce,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The changes to an order. Fields that are absent or null keep their values.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateCustomerOrderRequest {
    /// Who carries the shipment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Option<String>>,
    /// `customer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Option<OrderCustomer>>,
    /// A note: up to 2000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Option<String>>,
    /// Its number. Not of an order of a shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_number: Option<Option<String>>,
    /// `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Option<CustomerOrderStatus>>,
    /// What it costs. Not of an order of a shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_amount: Option<Option<f64>>,
    /// The carrier's number of the shipment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<Option<String>>,
    /// Where the shipment can be followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_url: Option<Option<String>>,
}

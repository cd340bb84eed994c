//! The bodies of requests that create and update orders, and their validation.

use edge_capabilities::{Random, Timestamp, random};
use edge_http::{FieldErrors, Problem};
use edge_money::{Currency, Digits};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::Tracking;
use super::model::{Customer, Item, Order, OrderStatus};

const MAX_LEN: usize = 256;
const MAX_TEXT: usize = 2_000;
const MAX_ITEMS: usize = 500;

/// The most units of an item.
pub(crate) const MAX_QUANTITY: i64 = 1_000_000;

/// An item to order.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = OrderItemRequest)]
pub(crate) struct ItemRequest {
    /// The article's number.
    #[serde(default)]
    sku: Option<String>,
    /// What it is called: 1 to 256 bytes.
    product_name: String,
    /// How many: 1 to 1000000.
    quantity: i64,
    /// The price of one, in the order's currency.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    unit_price: Option<Digits>,
    /// Whether it goes into a parcel. Default: true.
    #[serde(default)]
    requires_shipping: Option<bool>,
}

/// An order to create.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = CreateCustomerOrderRequest)]
pub(crate) struct CreateOrderRequest {
    /// Its number, as people know it. Default: one is made.
    #[serde(default)]
    order_number: Option<String>,
    /// Who ordered.
    #[serde(default)]
    customer: Option<Customer>,
    /// The ISO 4217 code of the currency of its amounts. Default: `INR`.
    #[serde(default)]
    currency: Option<String>,
    /// What was ordered: 1 to 500 items.
    items: Vec<ItemRequest>,
    /// What it costs. Default: the sum of the items that have a price.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    total_amount: Option<Digits>,
    /// `pending` (the default), or `confirmed`: it is to be packed.
    #[serde(default)]
    status: Option<OrderStatus>,
    /// Where it comes from, such as `shopify`. Default: `custom`, where there is an `external_id`.
    #[serde(default)]
    external_platform: Option<String>,
    /// Its id there. A tenant has one order of each platform and external id.
    #[serde(default)]
    external_id: Option<String>,
    /// When it was ordered (RFC 3339). Default: now.
    #[serde(default)]
    #[schema(format = DateTime)]
    order_date: Option<String>,
    /// A note: up to 2000 bytes.
    #[serde(default)]
    notes: Option<String>,
}

/// The changes to an order. Fields that are absent or null keep their values.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = UpdateCustomerOrderRequest)]
pub(crate) struct UpdateOrderRequest {
    /// What becomes of it: `confirmed`; `shipped`, all of it that was not shipped yet; `delivered`; `cancelled`, until it is
    /// shipped; `returned`, after that.
    #[serde(default)]
    status: Option<OrderStatus>,
    /// The carrier's number of the shipment.
    #[serde(default)]
    tracking_number: Option<String>,
    /// Where the shipment can be followed.
    #[serde(default)]
    tracking_url: Option<String>,
    /// Who carries the shipment.
    #[serde(default)]
    carrier: Option<String>,
    /// Its number. Not of an order of a shop.
    #[serde(default)]
    order_number: Option<String>,
    /// Who ordered. Not of an order of a shop.
    #[serde(default)]
    customer: Option<Customer>,
    /// What it costs. Not of an order of a shop.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    total_amount: Option<Digits>,
    /// A note: up to 2000 bytes.
    #[serde(default)]
    notes: Option<String>,
}

/// How many of an item are packed.
#[derive(Clone, Copy, Deserialize, ToSchema)]
pub(crate) struct PackRequest {
    /// How many are packed in all, not how many more. More than are wanted count as all.
    pub(crate) packed_quantity: i64,
}

fn check_customer(errors: &mut FieldErrors, customer: &Customer) {
    let Customer { id, name, email, phone, address, locale } = customer;
    for (field, value) in [("id", id), ("name", name), ("phone", phone), ("locale", locale)] {
        errors.check_text::<MAX_LEN>(format!("customer.{field}"), value.as_deref());
    }
    errors.check_lines::<MAX_TEXT>("customer.address", address.as_deref());
    errors.check_email("customer.email", email.as_deref());
}

fn read_amount(errors: &mut FieldErrors, field: &str, digits: &Digits, currency: Currency) -> Option<i64> {
    match digits.read(currency) {
        Ok(money) if money.minor >= 0 => Some(money.minor),
        Ok(_) => {
            errors.add(field, "must not be below zero");
            None
        }
        Err(invalid) => {
            errors.add(field, invalid.to_string());
            None
        }
    }
}

fn read_items(
    errors: &mut FieldErrors,
    requests: &[ItemRequest],
    currency: Currency,
    random: &dyn Random,
) -> Vec<Item> {
    if !(1..=MAX_ITEMS).contains(&requests.len()) {
        errors.add("items", format!("must be 1 to {MAX_ITEMS} items"));
        return Vec::new();
    }
    let mut items = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let ItemRequest { sku, product_name, quantity, unit_price, requires_shipping } = request;
        let path = |field: &str| format!("items[{index}].{field}");
        errors.check_text::<MAX_LEN>(path("sku"), sku.as_deref());
        errors.check_text::<MAX_LEN>(path("product_name"), Some(product_name));
        if !(1..=MAX_QUANTITY).contains(quantity) {
            errors.add(path("quantity"), format!("must be a whole number from 1 to {MAX_QUANTITY}"));
        }
        let price = unit_price.as_ref().and_then(|price| read_amount(errors, &path("unit_price"), price, currency));
        items.push(Item {
            id: format!("itm_{}", random::hex::<6>(random)),
            sku: sku.clone(),
            product_name: product_name.clone(),
            quantity: *quantity,
            removed: 0,
            packed: 0,
            requires_shipping: requires_shipping.unwrap_or(true),
            unit_price: price,
        });
    }
    items
}

impl CreateOrderRequest {
    /// Validates the request, and writes it into `order`.
    pub(crate) fn apply(&self, order: &mut Order, random: &dyn Random) -> Result<(), Problem> {
        let mut errors = FieldErrors::default();
        let lines = [
            ("order_number", &self.order_number),
            ("external_platform", &self.external_platform),
            ("external_id", &self.external_id),
        ];
        for (field, value) in lines {
            errors.check_text::<MAX_LEN>(field, value.as_deref());
        }
        errors.check_lines::<MAX_TEXT>("notes", self.notes.as_deref());
        if let Some(customer) = &self.customer {
            check_customer(&mut errors, customer);
            order.customer = customer.clone();
        }
        match self.status.unwrap_or(OrderStatus::Pending) {
            OrderStatus::Pending => {}
            OrderStatus::Confirmed => order.is_confirmed = true,
            _ => errors.add("status", "must be pending or confirmed"),
        }
        if let Some(date) = &self.order_date {
            match Timestamp::parse(date) {
                Some(at) => order.ordered_at = at,
                None => errors.add("order_date", "must be a date and time (RFC 3339)"),
            }
        }
        match self.currency.as_deref().map_or(Ok(Currency::INR), Currency::parse) {
            Err(invalid) => errors.add("currency", invalid.to_string()),
            Ok(currency) => {
                order.currency = currency;
                order.items = read_items(&mut errors, &self.items, currency, random);
                order.total_amount = match &self.total_amount {
                    Some(digits) => read_amount(&mut errors, "total_amount", digits, currency).unwrap_or_default(),
                    None => sum(&order.items).unwrap_or_else(|| {
                        errors.add("items", "have a total that is out of range");
                        0
                    }),
                };
            }
        }
        order.external_id.clone_from(&self.external_id);
        order.platform = self.external_platform.clone().or(self.external_id.as_ref().map(|_| "custom".to_owned()));
        order.notes = self.notes.clone().filter(|notes| !notes.is_empty());
        let made =
            || format!("ORD-{}", order.id.trim_start_matches("ord_").get(..8).unwrap_or_default().to_uppercase());
        order.order_number = self.order_number.clone().unwrap_or_else(made);
        errors.finish().map_err(Problem::fields)
    }
}

fn sum(items: &[Item]) -> Option<i64> {
    items.iter().try_fold(0_i64, |sum, item| {
        let amount = item.unit_price.unwrap_or_default().checked_mul(item.quantity)?;
        sum.checked_add(amount)
    })
}

impl UpdateOrderRequest {
    /// Validates the changes, and makes those to `order` that are no steps of its status.
    pub(crate) fn apply(&self, order: &mut Order) -> Result<(), Problem> {
        let mut errors = FieldErrors::default();
        let lines = [
            ("order_number", &self.order_number),
            ("tracking_number", &self.tracking_number),
            ("tracking_url", &self.tracking_url),
            ("carrier", &self.carrier),
        ];
        for (field, value) in lines {
            errors.check_text::<MAX_LEN>(field, value.as_deref());
        }
        if self.tracking_url.as_deref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            errors.add("tracking_url", "must be an address that begins with https://");
        }
        errors.check_lines::<MAX_TEXT>("notes", self.notes.as_deref());
        let of_shop = [
            ("order_number", self.order_number.is_some()),
            ("customer", self.customer.is_some()),
            ("total_amount", self.total_amount.is_some()),
        ];
        for (field, _) in of_shop.into_iter().filter(|(_, is_set)| *is_set && order.is_of_shop()) {
            errors.add(field, "is the shop's, and changes there");
        }
        if let Some(customer) = &self.customer {
            check_customer(&mut errors, customer);
            order.customer = customer.clone();
        }
        if let Some(number) = &self.order_number {
            order.order_number.clone_from(number);
        }
        if let Some(digits) = &self.total_amount {
            order.total_amount = read_amount(&mut errors, "total_amount", digits, order.currency).unwrap_or_default();
        }
        if self.notes.is_some() {
            order.notes = self.notes.clone().filter(|notes| !notes.is_empty());
        }
        let has_tracking = self.tracking() != Tracking::default();
        if has_tracking && self.status != Some(OrderStatus::Shipped) {
            errors.add("status", "must be shipped where the shipment is described");
        }
        errors.finish().map_err(Problem::fields)
    }

    /// The step to take.
    pub(crate) const fn status(&self) -> Option<OrderStatus> {
        self.status
    }

    /// What is known of the shipment.
    pub(crate) fn tracking(&self) -> Tracking {
        let Self { tracking_number, tracking_url, carrier, .. } = self.clone();
        Tracking { number: tracking_number, url: tracking_url, carrier }
    }
}

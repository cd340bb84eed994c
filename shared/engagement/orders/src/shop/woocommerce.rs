//! What WooCommerce's bodies say: an order as it is when the webhook is delivered, or the id alone of one that was deleted.
//! An order has no shipments there: one that is completed left.

use edge_capabilities::Timestamp;
use edge_http::is_email;
use serde_json::Value;

use super::report::{OrderReport, Report, Unreadable, address, amount, count, currency, id, items, list, name, text};
use crate::order::{Customer, Item, Shipment, ShipmentStatus, Units};

/// What stands for the shipment of a completed order.
const COMPLETED: &str = "completed";

/// Reads a body.
pub(crate) fn read(body: &Value) -> Result<Report, Unreadable> {
    let fields = body.as_object().ok_or(Unreadable("the body"))?;
    if let (1, Some(id)) = (fields.len(), id(fields.get("id"))) {
        return Ok(Report::Deleted(id));
    }
    if !["line_items", "status", "date_modified_gmt"].iter().all(|name| fields.contains_key(*name)) {
        return Ok(Report::Nothing("unhandled_event"));
    }
    let status = text(body, "status").ok_or(Unreadable("status"))?;
    if status == "checkout-draft" || status == "auto-draft" {
        return Ok(Report::Nothing("draft"));
    }
    order(body, &status).map(|order| Report::Order(Box::new(order)))
}

/// An instant in UTC without an offset, as WooCommerce writes it.
fn instant(value: &Value, name: &'static str) -> Result<Option<Timestamp>, Unreadable> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => {
            let text = text.trim_end_matches('Z');
            Timestamp::parse(&format!("{text}Z")).map(Some).ok_or(Unreadable(name))
        }
        Some(_) => Err(Unreadable(name)),
    }
}

fn order(body: &Value, status: &str) -> Result<OrderReport, Unreadable> {
    let external_id = id(body.get("id")).ok_or(Unreadable("id"))?;
    let at = instant(body, "date_modified_gmt")?.ok_or(Unreadable("date_modified_gmt"))?;
    let ordered_at = instant(body, "date_created_gmt")?.unwrap_or(at);
    let completed_at = instant(body, "date_completed_gmt")?;
    let is_paid = instant(body, "date_paid_gmt")?.is_some();
    let currency = currency(body)?;
    let (rank, is_confirmed, is_over) = match status {
        "pending" => (0, false, false),
        "on-hold" => (1, false, false),
        "failed" => (1, false, true),
        "processing" => (2, true, false),
        COMPLETED => (4, true, false),
        "cancelled" => (5, false, true),
        "refunded" => (6, false, true),
        "trash" => (7, false, true),
        // A plugin's own.
        _ => (3, is_paid, false),
    };
    // What was completed left, whatever became of the order afterwards; unless the shop works on it again.
    let left = status == COMPLETED || (is_over && completed_at.is_some());
    let item = |value: &Value| {
        let id = id(value.get("id")).ok_or(Unreadable("line_items"))?;
        Ok(Item {
            sku: text(value, "sku"),
            product_name: text(value, "name").unwrap_or_else(|| id.clone()),
            quantity: count(value, "quantity")?,
            removed: 0,
            packed: 0,
            requires_shipping: true,
            unit_price: amount(value, "price", currency).ok(),
            id,
        })
    };
    let items = items(list(body, "line_items"), item)?;
    let shipment = || Shipment {
        id: COMPLETED.to_owned(),
        status: ShipmentStatus::Shipped,
        items: items.iter().map(|item| Units { item_id: item.id.clone(), quantity: item.quantity }).collect(),
        tracking_number: None,
        tracking_url: None,
        carrier: None,
        at: completed_at.unwrap_or(at),
        delivered_at: None,
        stated_at: at,
        was_shipped: true,
    };
    let refunds = i64::try_from(list(body, "refunds").len()).unwrap_or(i64::MAX).min(1_000);
    Ok(OrderReport {
        order_number: text(body, "number").or_else(|| id(body.get("number"))).unwrap_or_else(|| external_id.clone()),
        at,
        progress: rank * 1_024 + refunds,
        is_confirmed,
        cancelled_at: is_over.then_some(at),
        is_returned: left && status == "refunded",
        customer: customer(body),
        currency,
        total_amount: amount(body, "total", currency)?,
        shipments: left.then(shipment).into_iter().collect(),
        has_all_shipments: true,
        items,
        refunds: Vec::new(),
        ordered_at,
        external_id,
    })
}

fn customer(body: &Value) -> Customer {
    let (billing, shipping) = (body.get("billing"), body.get("shipping"));
    let lines: [&[&str]; 6] =
        [&["company"], &["address_1"], &["address_2"], &["postcode", "city"], &["state"], &["country"]];
    let of = |name: &'static str| [shipping, billing].into_iter().flatten().find_map(|part| text(part, name));
    let customer = body.get("customer_id").and_then(Value::as_u64).filter(|id| *id > 0);
    Customer {
        id: customer.map(|id| id.to_string()),
        name: name(shipping).or_else(|| name(billing)),
        email: billing.and_then(|billing| text(billing, "email")).filter(|email| is_email(email)),
        phone: of("phone"),
        address: address(shipping, &lines).or_else(|| address(billing, &lines)),
        locale: None,
    }
}

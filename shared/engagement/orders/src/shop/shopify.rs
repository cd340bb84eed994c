//! What Shopify's bodies say. Its topic and its shop stand in headers that nobody signed: what happened is read from the body.

use edge_capabilities::Timestamp;
use edge_http::is_email;
use serde_json::Value;

use super::report::{
    OrderReport, Report, Unreadable, address, amount, count, currency, id, items, line, list, name, text,
};
use crate::order::{Customer, Item, Refund, RefundKind, RefundLine, Shipment, ShipmentStatus, Units};

/// States of the payment in which an order is to be packed, and how far each has come.
const PAID: [(&str, i64); 5] =
    [("authorized", 1), ("partially_paid", 2), ("paid", 3), ("partially_refunded", 4), ("refunded", 5)];

/// Reads a body.
pub(crate) fn read(body: &Value) -> Result<Report, Unreadable> {
    let of_order = || id(body.get("order_id")).ok_or(Unreadable("order_id"));
    if body.get("refund_line_items").is_some() {
        return Ok(Report::Refund(of_order()?, refund(body)?));
    }
    let has = |name: &str| body.get(name).is_some();
    if !has("line_items") {
        return Ok(Report::Nothing("unhandled_event"));
    }
    if has("order_id") && !has("total_price") {
        return Ok(Report::Shipment(of_order()?, shipment(body)?));
    }
    // Carts, checkouts and drafts have lines too.
    if !has("financial_status") || !has("total_price") {
        return Ok(Report::Nothing("unhandled_event"));
    }
    order(body).map(|order| Report::Order(Box::new(order)))
}

fn instant(value: &Value, name: &'static str) -> Result<Option<Timestamp>, Unreadable> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(written) => written.as_str().and_then(Timestamp::parse).map(Some).ok_or(Unreadable(name)),
    }
}

fn order(body: &Value) -> Result<OrderReport, Unreadable> {
    let external_id = id(body.get("id")).ok_or(Unreadable("id"))?;
    let at = instant(body, "updated_at")?.ok_or(Unreadable("updated_at"))?;
    let currency = currency(body)?;
    let shipments: Vec<Shipment> = list(body, "fulfillments").iter().map(shipment).collect::<Result<_, _>>()?;
    let refunds: Vec<Refund> = list(body, "refunds").iter().map(refund).collect::<Result<_, _>>()?;
    let refunded = |item: &str| {
        let lines = refunds.iter().flat_map(|refund| &refund.items).filter(|line| line.item_id == item);
        lines.map(|line| line.quantity).fold(0_i64, i64::saturating_add)
    };
    let item = |value: &Value| {
        let id = id(value.get("id")).ok_or(Unreadable("line_items"))?;
        let quantity = count(value, "quantity")?;
        let current = value.get("current_quantity").and_then(Value::as_i64);
        let removed = current.map_or(0, |current| quantity.saturating_sub(current).saturating_sub(refunded(&id)));
        Ok(Item {
            sku: text(value, "sku"),
            product_name: text(value, "name").or_else(|| text(value, "title")).unwrap_or_else(|| id.clone()),
            quantity,
            removed: removed.clamp(0, quantity),
            packed: 0,
            requires_shipping: value.get("requires_shipping").and_then(Value::as_bool).unwrap_or(true),
            unit_price: amount(value, "price", currency).ok(),
            id,
        })
    };
    let paid = body.get("financial_status").and_then(Value::as_str);
    let paid = PAID.iter().find(|(status, _)| Some(*status) == paid).map(|(_, rank)| *rank);
    let cancelled_at = instant(body, "cancelled_at")?;
    let items = items(list(body, "line_items"), item)?;
    let removed = items.iter().map(|item| item.removed).fold(0_i64, i64::saturating_add);
    let progress = progress(cancelled_at.is_some(), refunds.len(), &shipments, removed, paid.unwrap_or_default());
    Ok(OrderReport {
        order_number: text(body, "name")
            .or_else(|| id(body.get("order_number")))
            .unwrap_or_else(|| external_id.clone()),
        at,
        progress,
        is_confirmed: paid.is_some(),
        cancelled_at,
        is_returned: false,
        customer: customer(body),
        currency,
        total_amount: amount(body, "total_price", currency)?,
        items,
        shipments,
        has_all_shipments: false,
        refunds,
        ordered_at: instant(body, "created_at")?.unwrap_or(at),
        external_id,
    })
}

/// How far an order has come: what happened to it only adds to that.
fn progress(is_cancelled: bool, refunds: usize, shipments: &[Shipment], removed: i64, paid: i64) -> i64 {
    let moved = shipments.iter().map(|shipment| match shipment.status {
        ShipmentStatus::Waiting => 1,
        ShipmentStatus::Shipped if shipment.delivered_at.is_none() => 2,
        ShipmentStatus::Shipped => 3,
        ShipmentStatus::Cancelled => 4,
    });
    let moved = moved.fold(0_i64, i64::saturating_add).min(1_000);
    let refunds = i64::try_from(refunds).unwrap_or(i64::MAX).min(1_000);
    let ranks = [i64::from(is_cancelled), refunds, moved, removed.min(1_000), paid];
    ranks.into_iter().fold(0, |sum, rank| sum * 1_024 + rank)
}

fn customer(body: &Value) -> Customer {
    let (customer, shipping) = (body.get("customer"), body.get("shipping_address"));
    let to = shipping.and_then(|to| text(to, "name"));
    let phone = [Some(body), shipping, customer].into_iter().flatten().find_map(|part| text(part, "phone"));
    let emails = [Some(body), customer].into_iter().flatten();
    let email = emails.filter_map(|part| text(part, "email")).find(|email| is_email(email));
    let lines: [&[&str]; 6] =
        [&["company"], &["address1"], &["address2"], &["zip", "city"], &["province"], &["country"]];
    Customer {
        id: customer.and_then(|customer| id(customer.get("id"))),
        name: to.or_else(|| name(customer)),
        email,
        phone,
        address: address(shipping, &lines),
        locale: line(body.get("customer_locale").and_then(Value::as_str)),
    }
}

fn shipment(value: &Value) -> Result<Shipment, Unreadable> {
    let status = match value.get("status").and_then(Value::as_str) {
        Some("success") => ShipmentStatus::Shipped,
        Some("cancelled" | "error" | "failure") => ShipmentStatus::Cancelled,
        // Planned, or waiting for somebody: nothing moved.
        _ => ShipmentStatus::Waiting,
    };
    let at = instant(value, "created_at")?;
    let stated_at = instant(value, "updated_at")?.or(at).ok_or(Unreadable("fulfillments.updated_at"))?;
    let arrived = matches!(value.get("shipment_status").and_then(Value::as_str), Some("delivered" | "picked_up"));
    let units = |line: &Value| {
        let item_id = id(line.get("id")).ok_or(Unreadable("fulfillments.line_items"))?;
        Ok(Units { item_id, quantity: count(line, "quantity")? })
    };
    let first = |name: &str| line(list(value, name).first().and_then(Value::as_str));
    let url = text(value, "tracking_url").or_else(|| first("tracking_urls"));
    Ok(Shipment {
        id: id(value.get("id")).ok_or(Unreadable("fulfillments.id"))?,
        status,
        items: list(value, "line_items").iter().map(units).collect::<Result<_, _>>()?,
        tracking_number: text(value, "tracking_number").or_else(|| first("tracking_numbers")),
        tracking_url: url.filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        carrier: text(value, "tracking_company"),
        at: at.unwrap_or(stated_at),
        delivered_at: arrived.then_some(stated_at),
        stated_at,
        was_shipped: status == ShipmentStatus::Shipped,
    })
}

fn refund(value: &Value) -> Result<Refund, Unreadable> {
    let units = |line: &Value| {
        let kind = match line.get("restock_type").and_then(Value::as_str) {
            Some("return") => RefundKind::Return,
            _ => RefundKind::Cancel,
        };
        let item_id = id(line.get("line_item_id")).ok_or(Unreadable("refund_line_items.line_item_id"))?;
        Ok(RefundLine { item_id, quantity: count(line, "quantity")?, kind })
    };
    Ok(Refund {
        id: id(value.get("id")).ok_or(Unreadable("refunds.id"))?,
        items: list(value, "refund_line_items").iter().map(units).collect::<Result<_, _>>()?,
    })
}

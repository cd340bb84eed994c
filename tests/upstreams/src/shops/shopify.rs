//! Shopify's orders, fulfillments and refunds, with the fields of its REST resources.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use chrono::DateTime;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Book, merged, now};
use crate::Upstreams;

/// A new order, with these fields in place of its own.
pub(super) fn order(book: &mut Book, fields: &Value) -> Value {
    let number = book.shopify.len().wrapping_add(1_001);
    let id = book.large_id();
    let line = |book: &mut Book, name: &str, sku: &str, quantity: i64, price: &str| {
        json!({"id": book.large_id(), "sku": sku, "name": name, "title": name, "quantity": quantity,
            "current_quantity": quantity, "fulfillable_quantity": quantity, "fulfillment_status": null, "price": price,
            "requires_shipping": true, "variant_id": null})
    };
    let lines = [line(book, "Shirt", "SHIRT-M", 2, "499.50"), line(book, "Cap", "CAP", 1, "100.00")];
    let address = json!({"name": "Zoë Söhne", "address1": "Hauptstraße 1", "address2": null, "zip": "10115",
        "city": "Berlin", "province": null, "country": "Germany", "phone": null});
    let order = json!({
        "id": id, "admin_graphql_api_id": format!("gid://shopify/Order/{id}"), "name": format!("#{number}"),
        "order_number": number, "email": "zoe@soehne.example", "phone": null, "created_at": now(), "updated_at": now(),
        "cancelled_at": null, "cancel_reason": null, "closed_at": null, "test": false, "currency": "INR",
        "presentment_currency": "INR", "total_price": "1099.00", "financial_status": "pending", "fulfillment_status": null,
        "customer": {"id": 115_310_627_314_723_954_u64, "first_name": "Zoë", "last_name": "Söhne"},
        "customer_locale": "en", "shipping_address": address, "line_items": lines, "fulfillments": [], "refunds": [],
    });
    let order = merged(order, fields);
    book.shopify.push(order.clone());
    order
}

/// What was fulfilled of a line.
fn fulfilled(order: &Value, line: &Value) -> i64 {
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    list(order, "fulfillments")
        .iter()
        .filter(|one| one["status"] == "success")
        .flat_map(|one| list(one, "line_items"))
        .filter(|units| units["id"] == line["id"])
        .filter_map(|units| units.get("quantity")?.as_i64())
        .sum()
}

/// Something happens to the order `id`: what is sent of it. None: there is no such order, or no such thing happens.
pub(super) fn step(book: &mut Book, id: u64, step: &str, fields: &Value) -> Option<Vec<Value>> {
    let new_id = book.large_id();
    let order = book.shopify.iter_mut().find(|order| order["id"] == id)?;
    let at = now();
    let lines = order["line_items"].as_array().cloned().unwrap_or_default();
    let mut part = None;
    match step {
        "touch" => *order = merged(order.take(), fields),
        "pay" => order["financial_status"] = json!("paid"),
        "cancel" => {
            order["cancelled_at"] = json!(at);
            order["cancel_reason"] = json!("customer");
        }
        "fulfill" => {
            let open = |line: &Value| {
                let open = line["current_quantity"].as_i64().unwrap_or(0).saturating_sub(fulfilled(order, line));
                (open > 0)
                    .then(|| json!({"id": line["id"], "quantity": open, "sku": line["sku"], "name": line["name"]}))
            };
            let units: Vec<Value> = lines.iter().filter_map(open).collect();
            let fulfillment = json!({
                "id": new_id, "order_id": id, "status": "success", "created_at": at, "updated_at": at,
                "tracking_company": "UPS", "tracking_number": "1Z2345", "tracking_numbers": ["1Z2345"],
                "tracking_urls": ["https://www.ups.com/track?tracknum=1Z2345"], "shipment_status": null, "line_items": units,
            });
            let fulfillment = merged(fulfillment, fields);
            order["fulfillments"].as_array_mut()?.push(fulfillment.clone());
            order["fulfillment_status"] = json!("fulfilled");
            part = Some(fulfillment);
        }
        "deliver" | "unfulfill" => {
            let fulfillment = order["fulfillments"].as_array_mut()?.last_mut()?;
            match step {
                "deliver" => fulfillment["shipment_status"] = json!("delivered"),
                _ => fulfillment["status"] = json!("cancelled"),
            }
            fulfillment["updated_at"] = json!(at);
            part = Some(fulfillment.clone());
        }
        "refund" => {
            let line = lines.first()?;
            let kind = if fulfilled(order, line) > 0 { "return" } else { "cancel" };
            let units = json!({"line_item_id": line["id"], "quantity": 1, "restock_type": kind});
            let refund = json!({"id": new_id, "order_id": id, "created_at": at, "refund_line_items": [units]});
            let refund = merged(refund, fields);
            let current = line["current_quantity"].as_i64()?.saturating_sub(1);
            if let Some(quantity) = order.pointer_mut("/line_items/0/current_quantity") {
                *quantity = json!(current);
            }
            order["refunds"].as_array_mut()?.push(refund.clone());
            part = Some(refund);
        }
        _ => return None,
    }
    order["updated_at"] = json!(at);
    Some([order.clone()].into_iter().chain(part).collect())
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    updated_at_min: String,
    #[serde(default)]
    limit: Option<usize>,
    /// Where the last page ended, and since when.
    #[serde(default)]
    page_info: Option<String>,
}

/// The orders that changed, oldest change first, page by page.
pub(super) async fn list(
    State(upstreams): State<Arc<Upstreams>>,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Response {
    if headers.get("x-shopify-access-token").is_none_or(|token| token.is_empty()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"errors": "Invalid API key or access token"}))).into_response();
    }
    let instant = |text: &str| DateTime::parse_from_rfc3339(text).map_or(0, |at| at.timestamp());
    let (since, from) = match query.page_info.as_deref().and_then(|info| info.split_once('-')) {
        Some((since, from)) => (since.parse().unwrap_or(0), from.parse().unwrap_or(0)),
        None => (instant(&query.updated_at_min), 0_usize),
    };
    let changed = |order: &Value| instant(order["updated_at"].as_str().unwrap_or_default());
    let mut found: Vec<Value> =
        upstreams.shops.book().shopify.iter().filter(|one| changed(one) >= since).cloned().collect();
    found.sort_by_key(changed);
    let limit = query.limit.unwrap_or(50).clamp(1, 250);
    let page: Vec<&Value> = found.iter().skip(from).take(limit).collect();
    let end = from.saturating_add(page.len());
    let mut response = Json(json!({"orders": page})).into_response();
    if end < found.len() {
        let link = format!("<https://shop/admin/orders.json?limit={limit}&page_info={since}-{end}>; rel=\"next\"");
        if let Ok(link) = link.parse() {
            response.headers_mut().insert("link", link);
        }
    }
    response
}

//! WooCommerce's orders, with the fields of its REST API. A step of an order is a status, `touch`, or `delete`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Book, merged, now};
use crate::Upstreams;

/// Without an offset, as its fields that end in `_gmt` are.
fn gmt() -> String {
    now().chars().take(19).collect()
}

/// A new order, with these fields in place of its own.
pub(super) fn order(book: &mut Book, fields: &Value) -> Value {
    let id = book.small_id();
    let mut line = |name: &str, sku: &str, quantity: i64, total: &str| json!({"id": book.small_id(), "name": name, "sku": sku, "quantity": quantity, "total": total});
    let lines = [line("Shirt", "SHIRT-M", 2, "999.00"), line("Cap", "CAP", 1, "100.00")];
    let address = json!({"first_name": "Zoë", "last_name": "Söhne", "company": "", "address_1": "Hauptstraße 1",
        "address_2": "", "city": "Berlin", "state": "", "postcode": "10115", "country": "DE", "phone": ""});
    let order = json!({
        "id": id, "number": id.to_string(), "status": "pending", "currency": "INR", "total": "1099.00",
        "date_created_gmt": gmt(), "date_modified_gmt": gmt(), "date_paid_gmt": null, "date_completed_gmt": null,
        "customer_id": 0, "billing": merged(address.clone(), &json!({"email": "zoe@soehne.example"})),
        "shipping": address, "line_items": lines, "refunds": [], "meta_data": [],
    });
    let order = merged(order, fields);
    book.woocommerce.push(order.clone());
    order
}

/// Something happens to the order `id`: what is sent of it. None: there is no such order.
pub(super) fn step(book: &mut Book, id: u64, step: &str, fields: &Value) -> Option<Vec<Value>> {
    let order = book.woocommerce.iter_mut().find(|order| order["id"] == id)?;
    let is_deleted = step == "delete";
    match step {
        "touch" => *order = merged(order.take(), fields),
        "delete" => order["status"] = json!("trash"),
        status => order["status"] = json!(status),
    }
    for (status, field) in [("processing", "date_paid_gmt"), ("completed", "date_completed_gmt")] {
        if step == status && order[field].is_null() {
            order[field] = json!(gmt());
        }
    }
    order["date_modified_gmt"] = json!(gmt());
    // The id alone of what is deleted.
    Some(vec![if is_deleted { json!({"id": id}) } else { order.clone() }])
}

#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    modified_after: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    per_page: Option<usize>,
    #[serde(default)]
    page: Option<usize>,
}

/// The orders that changed, oldest change first, page by page. Those in the bin are listed by themselves.
pub(super) async fn list(
    State(upstreams): State<Arc<Upstreams>>,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Response {
    let basic = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !basic.starts_with("Basic ") {
        let problem = json!({"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources."});
        return (StatusCode::UNAUTHORIZED, Json(problem)).into_response();
    }
    let since: String = query.modified_after.chars().take(19).collect();
    let changed = |order: &Value| order["date_modified_gmt"].as_str().unwrap_or_default().to_owned();
    let is_listed = |order: &&Value| {
        let status = order["status"].as_str().unwrap_or_default();
        let is_wanted = if query.status == "any" { status != "trash" } else { status == query.status };
        is_wanted && changed(order) > since
    };
    let mut found: Vec<Value> = upstreams.shops.book().woocommerce.iter().filter(is_listed).cloned().collect();
    found.sort_by_key(changed);
    let size = query.per_page.unwrap_or(10).clamp(1, 100);
    let from = query.page.unwrap_or(1).saturating_sub(1).saturating_mul(size);
    Json(found.into_iter().skip(from).take(size).collect::<Vec<_>>()).into_response()
}

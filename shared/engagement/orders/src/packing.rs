//! Packing: how many of an item are packed, and the list of what is to be packed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{OrdersRead, OrdersWrite};
use edge_http::{Json, Problem};
use edge_printouts::{Format, Page};
use edge_tenants::{Scoped, Tenant, TenantHeader};
use edge_time_zones::Zone;
use http::HeaderMap;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::order::{Item, ItemResponse, Order, OrderStatus, PackRequest};
use crate::router::AppState;

/// What stands above the lines of a packing list.
const COLUMNS: [&str; 5] = ["Item", "Ordered", "Cancelled", "Packed", "To pack"];

/// A packing list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackingList {
    order_id: String,
    order_number: String,
    status: OrderStatus,
    /// Where the order goes.
    address: Option<String>,
    notes: Option<String>,
    items: Vec<PackingLine>,
}

/// An item on a packing list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackingLine {
    item_id: String,
    sku: Option<String>,
    product_name: String,
    quantity: i64,
    cancelled_quantity: i64,
    packed_quantity: i64,
    /// How many are still to be packed.
    to_pack: i64,
}

impl PackingLine {
    fn new(order: &Order, item: &Item) -> Self {
        let quantities = order.quantities(item);
        Self {
            item_id: item.id.clone(),
            sku: item.sku.clone(),
            product_name: item.product_name.clone(),
            quantity: item.quantity,
            cancelled_quantity: quantities.cancelled,
            packed_quantity: quantities.packed,
            to_pack: quantities.wanted.saturating_sub(quantities.packed),
        }
    }
}

impl PackingList {
    fn new(order: &Order) -> Self {
        Self {
            order_id: order.id.clone(),
            order_number: order.order_number.clone(),
            status: order.status,
            address: order.customer.address.clone(),
            notes: order.notes.clone(),
            items: order.parcel_items().map(|item| PackingLine::new(order, item)).collect(),
        }
    }

    /// The list as a page to print.
    fn page(&self, order: &Order, tenant: &Tenant) -> Page {
        let zone = Zone::parse(&tenant.timezone).unwrap_or(Zone::UTC);
        let lines = |text: &Option<String>| text.iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
        let mut recipient: Vec<String> = order.customer.name.iter().cloned().collect();
        recipient.extend::<Vec<String>>(lines(&self.address));
        recipient.extend(order.customer.phone.clone());
        let row = |line: &PackingLine| {
            let name = match &line.sku {
                Some(sku) => format!("{} ({sku})", line.product_name),
                None => line.product_name.clone(),
            };
            let numbers = [line.quantity, line.cancelled_quantity, line.packed_quantity, line.to_pack];
            let [ordered, cancelled, packed, to_pack] = numbers.map(|number| number.to_string());
            [name, ordered, cancelled, packed, to_pack]
        };
        let to_pack = self.items.iter().map(|line| line.to_pack).fold(0_i64, i64::saturating_add);
        Page {
            title: format!("Packing list {}", self.order_number),
            stamp: match self.status {
                OrderStatus::Pending => Some("NOT CONFIRMED"),
                OrderStatus::Confirmed => None,
                OrderStatus::Shipped => Some("SHIPPED"),
                OrderStatus::Delivered => Some("DELIVERED"),
                OrderStatus::Cancelled => Some("CANCELLED"),
                OrderStatus::Returned => Some("RETURNED"),
            },
            sender: vec![tenant.name.clone()],
            recipient,
            facts: vec![("Order date", zone.date_of(order.ordered_at))],
            columns: COLUMNS,
            rows: self.items.iter().map(row).collect(),
            sums: vec![("To pack".to_owned(), to_pack.to_string())],
            notes: lines(&self.notes),
        }
    }
}

/// Note how many of an item are packed
///
/// The number is absolute: the same request again changes nothing. More than are wanted count as all that are wanted, less
/// than are shipped as those that are shipped.
#[utoipa::path(
    put, path = "/api/v1/orders/{order_id}/items/{item_id}/pack", operation_id = "pack_order_item", tag = "Orders",
    security(("key" = ["orders:write"])),
    params(
        ("order_id" = String, Path, description = "The order's id."),
        ("item_id" = String, Path, description = "The item's id."),
        TenantHeader,
    ),
    request_body = PackRequest,
    responses(
        (status = 200, description = "The item as it is now.", body = ItemResponse),
        (status = 404, description = "`ORDER_NOT_FOUND`, `ORDER_ITEM_NOT_FOUND`: the order or the item does not exist, or belongs to another tenant."),
        (status = 409, description = "`ORDER_CANCELLED`: the order is cancelled."),
    ),
)]
pub(crate) async fn pack_item(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<OrdersWrite>,
    Path((id, item_id)): Path<(String, String)>,
    Json(PackRequest { packed_quantity }): Json<PackRequest>,
) -> Result<Json<ItemResponse>, Problem> {
    if packed_quantity < 0 {
        return Err(Problem::field("packed_quantity", "must not be below zero"));
    }
    let found = state.find_order(&tenant.id, &id).await?;
    let pack = |order: &mut Order| order.pack(&item_id, packed_quantity, state.now());
    let order = state.service.change(&tenant.id, &id, pack).await?;
    let item = order.items.iter().find(|item| item.id == item_id).ok_or(crate::error::OrderError::ItemNotFound)?;
    if order.revision != found.revision {
        let detail = json!({"order_id": order.id, "item_id": item.id, "packed_quantity": item.packed});
        state.audit(&order, "order.packed", &order.revision.to_string(), &detail, &actor).await?;
    }
    Ok(Json(ItemResponse::new(&order, item)))
}

/// Get the packing list of an order
///
/// As a page to print: `text/html`, or by `Accept` `application/pdf`; or as `application/json`.
#[utoipa::path(
    get, path = "/api/v1/orders/{order_id}/packing-list", operation_id = "get_packing_list", tag = "Orders",
    security(("key" = ["orders:read"])),
    params(("order_id" = String, Path, description = "The order's id."), TenantHeader),
    responses(
        (status = 200, description = "The packing list.", content(
            (String = "text/html"),
            (Vec<u8> = "application/pdf"),
            (PackingList = "application/json"),
        )),
        (status = 404, description = "`ORDER_NOT_FOUND`: the order does not exist or belongs to another tenant."),
        (status = 406, description = "`NOT_ACCEPTABLE`: the header `Accept` names none of these types."),
    ),
)]
pub(crate) async fn get_packing_list(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<OrdersRead>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let format = Format::accepted_or(&headers, Format::Html);
    let format = format.ok_or_else(|| edge_printouts::not_acceptable("packing list"))?;
    let order = state.find_order(&tenant.id, &id).await?;
    let list = PackingList::new(&order);
    let response = if format == Format::Json {
        Json(list).into_response()
    } else {
        let name = format!("packing-list-{}", list.order_number);
        edge_printouts::printed(format, &list.page(&order, &tenant), &name)?
    };
    Ok(edge_printouts::with_headers(response))
}

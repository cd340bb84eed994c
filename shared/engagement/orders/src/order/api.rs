//! Orders over HTTP.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use edge_access::{OrdersRead, OrdersWrite};
use edge_capabilities::random;
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem, Text};
use edge_idempotency::Idempotent;
use edge_tenants::{Scoped, TenantHeader};
use http::header::{ETAG, IF_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::model::{Order, OrderStatus};
use super::quantities::News;
use super::request::{CreateOrderRequest, UpdateOrderRequest};
use super::response::OrderResponse;
use super::store::OrderFilter;
use crate::error::OrderError;
use crate::router::AppState;

/// Whether a text can be an id of an order.
fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// Create an order
///
/// The order is `pending`, or `confirmed` where the request says so: then it is to be packed, and those who pack are sent the
/// packing list. Orders of shops come by themselves.
#[utoipa::path(
    post, path = "/api/v1/orders", operation_id = "create_customer_order", tag = "Orders",
    security(("key" = ["orders:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = CreateOrderRequest,
    responses(
        (status = 201, description = "The order was created.", body = OrderResponse),
        (status = 409, description = "`ALREADY_EXISTS`: another order has this platform and external id."),
    ),
)]
pub(crate) async fn create_order(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<OrdersWrite>,
    request: Idempotent<CreateOrderRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: CreateOrderRequest| {
        let now = state.now();
        let id = format!("ord_{}", random::hex::<12>(&*state.capabilities.random));
        let mut order = Order::new(id, &tenant.id, now);
        new.apply(&mut order, &*state.capabilities.random)?;
        order.settle(News::ALL, now);
        order.schedule_messages(now);
        state.service.orders().insert(&order).await?;
        let order = state.service.tell(order).await?;
        let detail = json!({"order_id": order.id, "order_number": order.order_number});
        state.audit(&order, "order.created", "created", &detail, &actor).await?;
        Ok((StatusCode::CREATED, OrderResponse::new(&order)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderListQuery {
    /// Only orders with this status.
    #[param(inline)]
    status: Option<OrderStatus>,
    /// Only orders from here, such as `shopify`.
    external_platform: Option<String>,
    /// Only orders with this id there.
    external_id: Option<String>,
    /// Only orders with this number.
    order_number: Option<String>,
}

/// List orders
#[utoipa::path(
    get, path = "/api/v1/orders", operation_id = "list_customer_orders", tag = "Orders",
    security(("key" = ["orders:read"])), params(Page, OrderListQuery, TenantHeader),
    responses((status = 200, description = "A page of orders, newest first.", body = Listing<OrderResponse>)),
)]
pub(crate) async fn list_orders(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<OrdersRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<OrderResponse>>, Problem> {
    let unreadable = |_| {
        let known: Vec<&str> = OrderStatus::ALL.into_iter().map(OrderStatus::as_str).collect();
        Problem::field("status", format!("must be one of {}", known.join(", ")))
    };
    let Query(query) = Query::<OrderListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let OrderListQuery { status, external_platform: platform, external_id, order_number } = query;
    let filter = OrderFilter { status, platform, external_id, order_number };
    let cursor = page.cursor(is_id)?;
    let found = state.service.orders().list(&tenant.id, filter, cursor, page.rows()).await?;
    let position = |order: &Order| Cursor::new(order.created_at, order.id.as_str());
    Ok(Json(page.listing(found, position, |order| OrderResponse::new(&order))))
}

/// Get an order
#[utoipa::path(
    get, path = "/api/v1/orders/{order_id}", operation_id = "get_customer_order", tag = "Orders",
    security(("key" = ["orders:read"])),
    params(("order_id" = String, Path, description = "The order's id."), TenantHeader),
    responses(
        (status = 200, description = "The order; its version as `ETag`.", body = OrderResponse),
        (status = 404, description = "`ORDER_NOT_FOUND`: the order does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_order(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<OrdersRead>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let order = state.find_order(&tenant.id, &id).await?;
    Ok(tagged(&order))
}

/// Update an order
///
/// Fields that are absent or null keep their values. The status goes forward only: what is shipped can no longer be
/// cancelled, only returned. With `shipped` all that is wanted and not shipped yet is a shipment, which the customer is told
/// of; with `delivered` all shipments arrived.
#[utoipa::path(
    put, path = "/api/v1/orders/{order_id}", operation_id = "update_customer_order", tag = "Orders",
    security(("key" = ["orders:write"])),
    params(
        ("order_id" = String, Path, description = "The order's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version to change."),
        TenantHeader,
    ),
    request_body = UpdateOrderRequest,
    responses(
        (status = 200, description = "The order was updated; its version as `ETag`.", body = OrderResponse),
        (status = 404, description = "`ORDER_NOT_FOUND`: the order does not exist or belongs to another tenant."),
        (status = 409, description = "`ORDER_CANCELLED`: it is cancelled; `ORDER_SHIPPED`: it is shipped, and does not go back; `ORDER_NOT_SHIPPED`: it is not shipped yet."),
        (status = 412, description = "`PRECONDITION_FAILED`: it has changed since it was read."),
    ),
)]
pub(crate) async fn update_order(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<OrdersWrite>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(changes): Json<UpdateOrderRequest>,
) -> Result<Response, Problem> {
    let found = state.find_order(&tenant.id, &id).await?;
    let mut refused = None;
    let change = |order: &mut Order| {
        if !matches(&headers, order) {
            return Err(OrderError::Changed);
        }
        let before = order.clone();
        if let Err(problem) = changes.apply(order) {
            refused = Some(problem);
            *order = before;
            return Ok(());
        }
        changes.status().map_or(Ok(()), |status| order.set_status(status, &changes.tracking(), state.now()))
    };
    let order = state.service.change(&tenant.id, &id, change).await?;
    if let Some(problem) = refused {
        return Err(problem);
    }
    if order.revision != found.revision {
        let detail = json!({"order_id": order.id, "status": order.status});
        state.audit(&order, "order.changed", &order.revision.to_string(), &detail, &actor).await?;
    }
    Ok(tagged(&order))
}

fn etag(order: &Order) -> String {
    format!("\"{}\"", order.revision)
}

/// Whether `If-Match` names the version of `order`, or is absent.
fn matches(headers: &HeaderMap, order: &Order) -> bool {
    let own = etag(order);
    let values = headers.get_all(IF_MATCH).iter();
    let mut sent = values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).map(str::trim).peekable();
    sent.peek().is_none() || sent.any(|known| known == "*" || known == own)
}

/// `order` with its `ETag`.
fn tagged(order: &Order) -> Response {
    let mut response = Json(OrderResponse::new(order)).into_response();
    if let Ok(etag) = HeaderValue::try_from(etag(order)) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

impl AppState {
    /// The order `id` of `tenant`.
    pub(crate) async fn find_order(&self, tenant: &str, id: &str) -> Result<Order, Problem> {
        let found = if is_id(id) { self.service.orders().find(tenant, id).await? } else { None };
        found.ok_or_else(|| Problem::new(Code::OrderNotFound, "There is no such order."))
    }
}

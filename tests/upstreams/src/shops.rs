//! Two shops, one of Shopify's and one of WooCommerce's: they send what happens to their orders by webhooks, signed as theirs
//! are, and answer whoever asks for orders that changed.

mod shopify;
mod woocommerce;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use chrono::{SecondsFormat, Utc};
use edge_gateways::Provider;
use http::StatusCode;
use serde_json::{Value, json};

use crate::Upstreams;
use crate::outgoing::{Delivery, Hold, Outgoing, Webhook};

/// Shopify's sample id: above 2^53.
const FIRST_ID: u64 = 820_982_911_946_154_508;

/// Both shops.
pub struct Shops {
    book: Mutex<Book>,
    shopify: Outgoing,
    woocommerce: Outgoing,
}

#[derive(Default)]
pub(crate) struct Book {
    shopify: Vec<Value>,
    woocommerce: Vec<Value>,
    ids: u64,
}

impl Default for Shops {
    fn default() -> Self {
        let (shopify, woocommerce) = (Outgoing::of(Provider::Shopify), Outgoing::of(Provider::WooCommerce));
        Self { book: Mutex::default(), shopify, woocommerce }
    }
}

impl Book {
    fn new_id(&mut self) -> u64 {
        self.ids = self.ids.wrapping_add(1);
        self.ids
    }

    /// Ids as Shopify's are.
    pub(crate) fn large_id(&mut self) -> u64 {
        self.new_id().wrapping_add(FIRST_ID)
    }

    /// Ids as WooCommerce's are.
    pub(crate) fn small_id(&mut self) -> u64 {
        self.new_id().wrapping_add(700)
    }
}

impl Shops {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outgoing(&self, platform: &str) -> Option<&Outgoing> {
        match platform {
            "shopify" => Some(&self.shopify),
            "woocommerce" => Some(&self.woocommerce),
            _ => None,
        }
    }
}

/// Now, in seconds, as Shopify writes it.
pub(crate) fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// `fields` with those of `changes` in their place.
pub(crate) fn merged(mut fields: Value, changes: &Value) -> Value {
    if let (Some(fields), Some(changes)) = (fields.as_object_mut(), changes.as_object()) {
        fields.extend(changes.clone());
    }
    fields
}

type Shared = State<Arc<Upstreams>>;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/_control/shops/{platform}/webhook", put(set_webhook))
        .route("/_control/shops/{platform}/hold", put(hold))
        .route("/_control/shops/{platform}/deliver", post(deliver))
        .route("/_control/shops/{platform}/held", delete(lose))
        .route("/_control/shops/{platform}/orders", post(order).get(orders))
        .route("/_control/shops/{platform}/orders/{id}/{step}", post(step))
        .route("/admin/api/{version}/orders.json", get(shopify::list))
        .route("/wp-json/wc/v3/orders", get(woocommerce::list))
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"errors": "Not Found"}))).into_response()
}

async fn set_webhook(State(upstreams): Shared, Path(platform): Path<String>, Json(webhook): Json<Webhook>) -> Response {
    let Some(outgoing) = upstreams.shops.outgoing(&platform) else { return unknown() };
    outgoing.set(webhook);
    StatusCode::NO_CONTENT.into_response()
}

async fn hold(State(upstreams): Shared, Path(platform): Path<String>, Json(hold): Json<Hold>) -> Response {
    let Some(outgoing) = upstreams.shops.outgoing(&platform) else { return unknown() };
    outgoing.hold(&hold);
    StatusCode::NO_CONTENT.into_response()
}

async fn deliver(State(upstreams): Shared, Path(platform): Path<String>, Json(delivery): Json<Delivery>) -> Response {
    let Some(outgoing) = upstreams.shops.outgoing(&platform) else { return unknown() };
    let (delivered, answers) = outgoing.deliver(&delivery).await;
    Json(json!({"delivered": delivered, "answers": answers})).into_response()
}

/// The webhooks that are held back are never sent.
async fn lose(State(upstreams): Shared, Path(platform): Path<String>) -> Response {
    let Some(outgoing) = upstreams.shops.outgoing(&platform) else { return unknown() };
    Json(json!({"lost": outgoing.lose()})).into_response()
}

async fn orders(State(upstreams): Shared, Path(platform): Path<String>) -> Json<Value> {
    let book = upstreams.shops.book();
    let all = if platform == "shopify" { &book.shopify } else { &book.woocommerce };
    Json(json!({"data": all}))
}

/// Somebody orders.
async fn order(State(upstreams): Shared, Path(platform): Path<String>, Json(fields): Json<Value>) -> Response {
    let Some(outgoing) = upstreams.shops.outgoing(&platform) else { return unknown() };
    let order = {
        let mut book = upstreams.shops.book();
        if platform == "shopify" { shopify::order(&mut book, &fields) } else { woocommerce::order(&mut book, &fields) }
    };
    let answers = outgoing.follow(vec![order.clone()]).await;
    (StatusCode::CREATED, Json(json!({"answers": answers, "id": order.get("id"), "order": order}))).into_response()
}

/// Something happens to an order.
async fn step(
    State(upstreams): Shared,
    Path((platform, id, step)): Path<(String, u64, String)>,
    body: Option<Json<Value>>,
) -> Response {
    let Some(outgoing) = upstreams.shops.outgoing(&platform) else { return unknown() };
    let fields = body.map_or(Value::Null, |Json(fields)| fields);
    let events = {
        let mut book = upstreams.shops.book();
        match platform.as_str() {
            "shopify" => shopify::step(&mut book, id, &step, &fields),
            _ => woocommerce::step(&mut book, id, &step, &fields),
        }
    };
    let Some(events) = events else { return unknown() };
    let answers = outgoing.follow(events.clone()).await;
    Json(json!({"events": events, "answers": answers})).into_response()
}

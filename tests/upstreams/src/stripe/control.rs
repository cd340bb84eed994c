//! Steering Stripe: what customers, their banks and the time do.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Shared;
use super::books::Books;
use super::error::StripeError;
use super::request::Answer;
use crate::Upstreams;
use crate::outgoing::{Delivery, Hold, Webhook};

pub(super) fn router() -> Router<Arc<Upstreams>> {
    Router::new()
        .route("/c/pay/{session}", get(show_page).post(pay_page))
        .route("/_control/stripe/webhook", put(set_webhook))
        .route("/_control/stripe/hold", put(hold))
        .route("/_control/stripe/held", get(held))
        .route("/_control/stripe/deliver", post(deliver))
        .route("/_control/stripe/clock", put(set_clock))
        .route("/_control/stripe/sessions/{id}/{what}", post(of_session))
        .route("/_control/stripe/customers/{id}/{what}", post(of_customer))
        .route("/_control/stripe/invoices/{id}/{what}", post(of_invoice))
        .route("/_control/stripe/subscriptions/{id}/{what}", post(of_subscription))
}

type Target = Path<(String, String)>;

/// Does something, and sends the webhooks that follow; gives what each was answered.
async fn act(upstreams: &Upstreams, act: impl FnOnce(&mut Books) -> Result<Value, StripeError>) -> Response {
    let (result, events) = {
        let mut books = upstreams.stripe.books();
        books.request = (None, None);
        (act(&mut books), books.take_events())
    };
    let kinds: Vec<Value> = events.iter().filter_map(|event| event.get("type").cloned()).collect();
    let webhooks = upstreams.stripe.webhooks.follow(events).await;
    match result {
        Ok(object) => Json(json!({"object": object, "events": kinds, "webhooks": webhooks})).into_response(),
        error => {
            let answer = Answer::from(error);
            (answer.status, Json(answer.body)).into_response()
        }
    }
}

fn no_such_act(what: &str) -> StripeError {
    StripeError::no_route("POST", what)
}

async fn of_session(State(upstreams): Shared, Path((id, what)): Target) -> Response {
    act(&upstreams, |books| match what.as_str() {
        "pay" => books.pay_session(&id),
        "expire" => books.expire_session(&id),
        _ => Err(no_such_act(&what)),
    })
    .await
}

/// Has the customer's card declined from now on, or accepted again.
async fn of_customer(State(upstreams): Shared, Path((id, what)): Target) -> Response {
    act(&upstreams, |books| {
        match what.as_str() {
            "decline" => books.declined.insert(id.clone()),
            "accept" => books.declined.remove(&id),
            _ => return Err(no_such_act(&what)),
        };
        books.render_customer(&id)
    })
    .await
}

async fn of_invoice(State(upstreams): Shared, Path((id, what)): Target) -> Response {
    act(&upstreams, |books| match what.as_str() {
        // A charge that fails again is no error of whoever steers.
        "retry" => match books.pay_invoice(&id) {
            Err(error) if error.status == StatusCode::PAYMENT_REQUIRED => books.render_invoice(books.invoice(&id)?),
            result => result,
        },
        "void" => books.void_invoice(&id),
        _ => Err(no_such_act(&what)),
    })
    .await
}

#[derive(Default, Deserialize)]
struct Steering {
    /// By how much a subscription is moved into the past.
    #[serde(default)]
    seconds: i64,
    /// Whether it ends when charging is given up.
    #[serde(default)]
    ends: bool,
}

async fn of_subscription(State(upstreams): Shared, Path((id, what)): Target, body: Bytes) -> Response {
    let steering = if body.is_empty() { Ok(Steering::default()) } else { serde_json::from_slice(&body) };
    let Ok(Steering { seconds, ends }) = steering else { return StatusCode::BAD_REQUEST.into_response() };
    act(&upstreams, |books| match what.as_str() {
        "age" => books.age(&id, seconds).and_then(|()| books.render_subscription(&id)),
        "renew" => books.renew(&id),
        "give_up" => books.give_up(&id, ends),
        "pause" => books.pause(&id, true),
        "resume" => books.pause(&id, false),
        _ => Err(no_such_act(&what)),
    })
    .await
}

async fn set_webhook(State(upstreams): Shared, Json(webhook): Json<Webhook>) -> StatusCode {
    upstreams.stripe.webhooks.set(webhook);
    StatusCode::NO_CONTENT
}

async fn hold(State(upstreams): Shared, Json(hold): Json<Hold>) -> StatusCode {
    upstreams.stripe.webhooks.hold(&hold);
    StatusCode::NO_CONTENT
}

async fn held(State(upstreams): Shared) -> Json<Value> {
    Json(json!({"data": upstreams.stripe.webhooks.held()}))
}

async fn deliver(State(upstreams): Shared, Json(delivery): Json<Delivery>) -> Json<Value> {
    let (count, answers) = upstreams.stripe.webhooks.deliver(&delivery).await;
    Json(json!({"events": count, "webhooks": answers}))
}

#[derive(Deserialize)]
struct Clock {
    /// Seconds since 1970 at which the time stands still; null: it goes on.
    now: Option<i64>,
}

async fn set_clock(State(upstreams): Shared, Json(Clock { now }): Json<Clock>) -> StatusCode {
    upstreams.stripe.books().frozen = now;
    StatusCode::NO_CONTENT
}

/// The page where a customer pays.
async fn show_page(State(upstreams): Shared, Path(session): Path<String>) -> Response {
    match upstreams.stripe.books().show_session(&session) {
        Ok(object) => {
            let of = |name: &str| object.get(name).cloned().unwrap_or_default().to_string().replace('"', "");
            Html(format!(
                "<!doctype html><title>Stripe, stand-in</title><p>{} {} (smallest unit), {}</p>\
                 <form method=post><button>Pay</button></form>",
                of("amount_total"),
                of("currency"),
                of("status"),
            ))
            .into_response()
        }
        Err(error) => (error.status, Json(error.body())).into_response(),
    }
}

/// Pays, and sends the customer back.
async fn pay_page(State(upstreams): Shared, Path(session): Path<String>) -> Response {
    let answer = act(&upstreams, |books| books.pay_session(&session)).await;
    let back = upstreams.stripe.books().return_url(&session);
    match back.filter(|_| answer.status() == StatusCode::OK) {
        Some(back) => Redirect::to(&back).into_response(),
        None => answer,
    }
}

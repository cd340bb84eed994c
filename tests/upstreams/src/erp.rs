//! The ERP's own endpoints.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::json;

use crate::Upstreams;
use crate::directory::Found;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new().route("/api/v1/seats/{application}/{external_org}/{user}", get(seat))
}

async fn seat(
    State(upstreams): State<Arc<Upstreams>>,
    Path((application, external_org, user)): Path<(String, String, String)>,
) -> Response {
    let not_found = |code: &str| (StatusCode::NOT_FOUND, Json(json!({ "code": code }))).into_response();
    match upstreams.directory.find(&application, &external_org, &user) {
        Found::Seat(seat) => Json(seat).into_response(),
        Found::NoOrganization => not_found("ORGANIZATION_NOT_FOUND"),
        Found::NoSeat => not_found("SEAT_NOT_FOUND"),
    }
}

//! The ERP's own endpoints.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::Upstreams;
use crate::directory::Found;

pub(crate) fn router() -> Router<Arc<Upstreams>> {
    Router::new().route("/api/v1/seats/{application}/{external_org}/{user}", get(seat))
}

/// The organisation that a question about a seat is about: application and organisation's id there.
pub(crate) fn asked_about(path: &str) -> Option<(String, String)> {
    let mut segments = path.strip_prefix("/api/v1/seats/")?.split('/');
    let mut decoded = || Some(percent_decode_str(segments.next()?).decode_utf8().ok()?.into_owned());
    Some((decoded()?, decoded()?))
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

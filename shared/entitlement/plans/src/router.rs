//! The HTTP API of plans. No credential is needed: prices are public.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use edge_capabilities::Capabilities;
use edge_http::{Code, Direct, LogOutcome, Problem, Routes};
use http::header::{AGE, CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use utoipa::OpenApi;

use crate::catalogue::{Catalogue, FRESH, Served};
use crate::error::PlansUnavailable;
use crate::response::{PlanResponse, PlansResponse};

const HEADERS: usize = 8;

/// The routes of the component `plan-lookup`. Most requests are for the list.
pub fn routes(capabilities: Capabilities) -> Routes {
    let catalogue = Catalogue::new(&capabilities);
    let plans = Direct::new(Method::GET, "/api/v1/billing/plans", list, catalogue.clone());
    let routes = Router::new()
        .route("/api/v1/billing/plans", get(list))
        .route("/api/v1/billing/plans/{plan}", get(show))
        .with_state(catalogue);
    edge_http::finish_with(routes, plans, "plan-lookup", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(list, show))]
pub struct ApiDoc;

/// List plans
///
/// Returns the plans on sale in the ERP, from the edge's cache; `Age` is the age of the cached snapshot. While the ERP
/// is down, the last known plans are served for a day.
#[utoipa::path(
    get, path = "/api/v1/billing/plans", operation_id = "list_plans", tag = "Plans",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier response.")),
    responses(
        (status = 200, description = "All plans, with their tiers.", body = PlansResponse),
        (status = 304, description = "Not modified since that `ETag`."),
        (status = 503, description = "`UPSTREAM_UNAVAILABLE`: the ERP does not answer and nothing is cached."),
    ),
)]
async fn list(State(catalogue): State<Catalogue>, request: Request) -> Response {
    answer(catalogue.all().await, request.headers())
}

/// Get a plan
#[utoipa::path(
    get, path = "/api/v1/billing/plans/{plan}", operation_id = "get_plan", tag = "Plans",
    params(
        ("plan" = String, Path, description = "The plan's `sku_id` or `sku_code`."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier response."),
    ),
    responses(
        (status = 200, description = "The plan, with its tiers.", body = PlanResponse),
        (status = 304, description = "Not modified since that `ETag`."),
        (status = 404, description = "`PLAN_NOT_FOUND`."),
        (status = 503, description = "`UPSTREAM_UNAVAILABLE`: the ERP does not answer and nothing is cached."),
    ),
)]
async fn show(State(catalogue): State<Catalogue>, Path(plan): Path<String>, request: Request) -> Response {
    answer(catalogue.one(&plan).await, request.headers())
}

fn answer(served: Result<Option<Served>, PlansUnavailable>, request: &HeaderMap) -> Response {
    match served {
        Ok(Some(served)) => serve(served, request),
        Ok(None) => Problem::new(Code::PlanNotFound, "There is no such plan.").into_response(),
        Err(error) => {
            let problem = Problem::new(Code::UpstreamUnavailable, "The ERP does not tell its plans now; try again.");
            problem.retry_after(1).because(error).into_response()
        }
    }
}

fn serve(served: Served, request: &HeaderMap) -> Response {
    let Served { snapshot, age, cache_control, source } = served;
    let is_not_modified = edge_http::if_none_match(request, snapshot.etag.as_bytes());
    let mut response = Response::new(if is_not_modified { Body::empty() } else { Body::from(snapshot.body) });
    // Room for these headers and those that every response gets: one allocation.
    let mut headers = HeaderMap::with_capacity(HEADERS);
    if is_not_modified {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    headers.insert(ETAG, snapshot.etag);
    headers.insert(CACHE_CONTROL, cache_control);
    headers.insert(AGE, HeaderValue::from(age / 1000));
    *response.headers_mut() = headers;
    if source != FRESH {
        response.extensions_mut().insert(LogOutcome(source));
    }
    response
}

#[cfg(test)]
mod tests;

//! The HTTP API of seat verification.

mod changes;
mod error;
mod invalidation;
mod jwks;
mod verification;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use edge_access::{Authenticator, Caller};
use edge_capabilities::{Capabilities, Clock, Counters};
use edge_database::Db;
use edge_http::{Direct, Routes};
use http::Method;
use utoipa::OpenApi;

use crate::seat_access::{Reason, SeatAccess};
use crate::seat_record::{NoRecord, SeatRecord};
use crate::subject::ExternalOrg;
use crate::token::SeatTokens;
use crate::verdict::Source;
use crate::verification::Verification;

/// The counter of verdicts, by source and reason. If there is no verdict, the source is [`NO_VERDICT`] and the reason
/// is the error code.
pub(crate) const VERDICTS: &str = "seat_verdicts";
/// The source that is counted if there is no verdict.
pub(crate) const NO_VERDICT: &str = "none";

pub use changes::{ChangesApiDoc, changes_router};

#[derive(Clone)]
struct AppState(Arc<Services>);

struct Services {
    authenticator: Authenticator,
    verification: Verification,
    tokens: SeatTokens,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

impl std::ops::Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

/// The routes of seats, which are all in the ERP, deciding by `rule`.
pub fn router(capabilities: Capabilities, rule: Arc<dyn SeatAccess>) -> Router {
    routes_with(capabilities, rule, Arc::new(NoRecord), Router::new()).into_router()
}

/// The routes of the component `seat-verification`: those of seats, deciding by `rule` and reading `record`, and `others`.
/// Most requests are checks.
pub fn routes_with(
    capabilities: Capabilities,
    rule: Arc<dyn SeatAccess>,
    record: Arc<dyn SeatRecord>,
    others: Router,
) -> Routes {
    let db = Db::new(capabilities.db.clone());
    let counters = Counters::new(&capabilities);
    let state = AppState(Arc::new(Services {
        authenticator: Authenticator::new(&capabilities, &db),
        verification: Verification::with_record(capabilities.clone(), &db, rule, record),
        tokens: SeatTokens::new(capabilities.config.clone()),
        clock: capabilities.clock.clone(),
        counters,
    }));
    let check = Direct::new(Method::POST, "/verify-seat", verification::verify_seat, state.clone());
    let routes = Router::new()
        .route("/verify-seat", post(verification::verify_seat))
        .route("/verify-seats", post(verification::verify_seats))
        .route("/api/v1/seats/invalidate", post(invalidation::invalidate))
        .route("/.well-known/jwks.json", get(jwks::jwks))
        .with_state(state)
        .merge(others);
    edge_http::finish_with(routes, check, "seat-verification", &capabilities)
}

impl AppState {
    /// Whether `org` is bound to the caller's tenant at the edge.
    async fn is_bound_to_own(&self, caller: &Caller, org: &ExternalOrg) -> bool {
        let bound = self.verification.invalidation().tenant_of(org).await;
        bound.ok().flatten().is_some_and(|tenant| caller.sees(&tenant))
    }
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(
    paths(verification::verify_seat, verification::verify_seats, invalidation::invalidate, jwks::jwks),
    components(schemas(Reason, Source))
)]
pub struct ApiDoc;

#[cfg(test)]
mod tests;

//! Rules over HTTP.

mod decisions;
mod error;
mod evaluation;
mod rules;
#[cfg(test)]
mod tests;
mod versions;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Path};
use axum::routing::{get, post};
use edge_access::{Authenticator, Caller};
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_http::{BodyLimit, Code, FieldError, Problem};
use edge_idempotency::Idempotency;
use edge_rules::Rule;
use http::request::Parts;
use utoipa::OpenApi;

use crate::rulebook::Rulebook;
use crate::versions::Actor;

#[derive(Clone)]
struct AppState {
    authenticator: Authenticator,
    idempotency: Idempotency,
    rulebook: Rulebook,
}

edge_http::state_parts!(AppState { authenticator: Authenticator });

/// The routes of the component `rules`.
pub fn router(capabilities: Capabilities) -> Router {
    let db = Db::new(capabilities.db.clone());
    let state = AppState {
        authenticator: Authenticator::new(&capabilities, &db),
        idempotency: Idempotency::new(&capabilities, &db),
        rulebook: Rulebook::new(&capabilities, &db),
    };
    let one = Router::new()
        .route("/", get(rules::one))
        .route("/schema", get(rules::schema))
        .route("/versions", get(rules::versions).post(versions::push))
        .route("/versions/{version}", get(rules::version))
        .route("/check", post(versions::check))
        .route("/activate", post(versions::activate))
        .route("/rollback", post(versions::roll_back))
        .route("/evaluate", post(evaluation::evaluate))
        .route("/backtest", post(evaluation::backtest))
        .route("/decisions", get(decisions::decisions))
        .route("/audit", get(decisions::audit));
    let routes = Router::new()
        .route("/api/v1/rules", get(rules::list))
        .route("/api/v1/rules/", get(rules::list))
        .nest("/api/v1/rules/{name}", one)
        .layer(DefaultBodyLimit::disable())
        .layer(BodyLimit::LARGE.layer())
        .with_state(state);
    edge_http::finish(routes, "rules", &capabilities)
}

/// The OpenAPI description of these routes.
#[derive(OpenApi)]
#[openapi(paths(
    rules::list,
    rules::one,
    rules::schema,
    rules::versions,
    rules::version,
    versions::check,
    versions::push,
    versions::activate,
    versions::roll_back,
    evaluation::evaluate,
    evaluation::backtest,
    decisions::decisions,
    decisions::audit
))]
pub struct ApiDoc;

/// The rule that the path names.
struct RulePath(Rule);

impl<S: Sync + Send> FromRequestParts<S> for RulePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let unknown = || Problem::new(Code::RuleNotFound, "There is no such rule.");
        // All paths here begin with the name; some go on with a version.
        let named = match Path::<(String, String)>::from_request_parts(parts, state).await {
            Ok(Path((name, _))) => name,
            Err(_) => Path::<String>::from_request_parts(parts, state).await.map_err(|_| unknown())?.0,
        };
        Rule::parse(&named).map(Self).ok_or_else(unknown)
    }
}

/// Where the request came from: what the host says, which no caller can make up.
struct Address(Option<String>);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let address = parts.headers.get("spin-client-addr").and_then(|address| address.to_str().ok());
        Ok(Self(address.map(ToOwned::to_owned)))
    }
}

/// The caller as one who changes rules: they are the platform's, so no tenant's caller may.
fn actor(caller: &Caller, address: Address) -> Result<Actor, Problem> {
    of_the_platform(caller)?;
    Ok(Actor { id: caller.id.to_string(), address: address.0 })
}

fn of_the_platform(caller: &Caller) -> Result<(), Problem> {
    match caller.tenant {
        None => Ok(()),
        Some(_) => Err(Problem::new(
            Code::PermissionDenied,
            "Rules belong to the platform: a tenant's key is not allowed to do this.",
        )),
    }
}

/// A number in a query, or what is wrong with it.
fn number(field: &str, text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<i64> {
    let read = text?.parse().ok();
    if read.is_none() {
        errors.push(FieldError::new(field, "must be a whole number"));
    }
    read
}

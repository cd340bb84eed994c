//! Fetching the issuer's keys, in a component without a public route that the others call within the application. So the
//! others need no permission to connect to the issuer, which their manifest could not express: `allowed_outbound_hosts`
//! accepts no URL with a path.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use edge_capabilities::http::UpstreamName;
use edge_capabilities::{Capabilities, config};
use edge_http::{Code, Problem};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode};

use super::is_reachable_url;

/// The URL at which the other components get the keys.
pub(super) const KEYS_URL: &str = "http://passport-keys.spin.internal/keys";

/// The timeout of the request to the issuer.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The maximum size of the key set, bytes.
const MAX_SET_BYTES: usize = 1 << 20;

/// The routes of the component `passport-keys`.
pub fn router(capabilities: Capabilities) -> Router {
    let routes = Router::new().route("/keys", get(keys)).with_state(capabilities.clone());
    edge_http::finish(routes, "passport-keys", &capabilities)
}

async fn keys(State(capabilities): State<Capabilities>) -> Result<Response, Problem> {
    let unavailable = |cause: &dyn ToString| {
        let detail = "The issuer's keys cannot be fetched; try again.";
        Problem::new(Code::UpstreamUnavailable, detail).retry_after(1).because(cause.to_string())
    };
    let url = config::text(&*capabilities.config, "passport_jwks_url").await.map_err(|error| unavailable(&error))?;
    if !is_reachable_url(&url) {
        return Err(unavailable(&"passport_jwks_url is not set"));
    }
    let request = Request::get(url).header(ACCEPT, "application/json").body(Bytes::new());
    let request = request.map_err(|_| unavailable(&"passport_jwks_url is no URL"))?;
    let answer = capabilities.http.send(UpstreamName::Passport, request, TIMEOUT).await;
    let answer = answer.map_err(|error| unavailable(&error))?;
    if answer.status() != StatusCode::OK {
        return Err(unavailable(&format!("the issuer answered with the status {}", answer.status().as_u16())));
    }
    let set = answer.into_body();
    if set.len() > MAX_SET_BYTES {
        return Err(unavailable(&"the issuer's set of keys is too large"));
    }
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], set).into_response())
}

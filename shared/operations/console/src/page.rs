//! The one page of the app, and the page that shows the API's description. They are never stored: they name the scripts of
//! this build, and the app's nonce is good once.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use edge_capabilities::{Config, random};
use edge_http::{Code, Problem};
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::assets::{API_PAGE, PAGE, SAFETY};
use crate::{AppState, settings};

/// What stands in the page for the nonce of its styles.
const NONCE: &str = "__STYLE_NONCE__";

/// The page where there is no app.
const MISSING: &str = include_str!("missing.html");

/// The page in place of the one that shows the API's description.
const API_PAGE_MISSING: &str = include_str!("missing-api.html");

/// What the page that shows the API's description may do: Swagger UI writes styles into its elements.
const API_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; \
     font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(crate) async fn redirect() -> Redirect {
    Redirect::permanent("/console/")
}

/// The app finds out from the address which of its pages is wanted. Only a browser that wants a page gets one.
pub(crate) async fn page(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    let wants_page = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html") || value.contains("*/*"));
    let fetched = headers.get("sec-fetch-dest").is_some_and(|dest| dest != "document" && dest != "empty");
    if !wants_page || fetched {
        return Err(Problem::new(Code::NotFound, "There is nothing at this path."));
    }
    let nonce = random::hex::<16>(&*state.random);
    let policy = policy(&state.config, &nonce).await;
    Ok(match PAGE {
        Some(page) => html(StatusCode::OK, page.replace(NONCE, &nonce), policy),
        None => html(StatusCode::NOT_IMPLEMENTED, MISSING, policy),
    })
}

/// The API's description, shown by Swagger UI.
pub(crate) async fn api_page() -> Response {
    html(StatusCode::OK, API_PAGE.unwrap_or(API_PAGE_MISSING), API_POLICY)
}

fn html(status: StatusCode, page: impl Into<Body>, policy: HeaderValue) -> Response {
    let mut response = (status, SAFETY, [(CACHE_CONTROL, "no-store")], Html(page.into())).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(http::header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// Scripts come from the edge alone, and no text becomes markup except through Svelte's own templates. The editor adds
/// styles, by the nonce. Besides the edge, the app calls only the issuer that people sign in at.
async fn policy(config: &Arc<dyn Config>, nonce: &str) -> HeaderValue {
    let issuer = settings::issuer_origin(&**config).await.map(|origin| format!(" {origin}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'{issuer}; \
         img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
    );
    // Its parts are checked: an origin without blanks, and hexadecimal digits.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

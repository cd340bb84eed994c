//! The page that somebody sees who comes back from a provider.

use axum::response::{IntoResponse as _, Response};
use edge_http::{escape_html, page_policy};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue, StatusCode};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:12vh auto;max-width:32rem;padding:0 1.5rem;color:#1c2430}\
h1{font-size:1.4rem}a{color:#0b57d0}";

/// Whether whoever asks is a browser.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let accept = headers.get(http::header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.contains("text/html")
}

/// A page with a heading and a sentence, and a way back to the console. The address bar holds the code: no cache keeps the
/// page, and no link from it tells where one comes from.
pub(super) fn page(status: StatusCode, heading: &str, text: &str, console: &str) -> Response {
    let (heading, text, console) = (escape_html(heading), escape_html(text), escape_html(console));
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{heading}</title><style>{STYLE}</style></head><body><h1>{heading}</h1>\
         <p>{text}</p><p><a href=\"{console}\">Back to the integrations</a></p></body></html>"
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(policy) = HeaderValue::from_str(&page_policy(STYLE, "'none'")) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

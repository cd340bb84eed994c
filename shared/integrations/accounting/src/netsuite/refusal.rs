//! What NetSuite's errors mean.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::error::AccountingError;
use crate::json;
use crate::provider::Provider;
use crate::transport::error_of_status;

/// Codes that say that too much is under way at once.
const LIMITS: [&str; 5] = [
    "CONCURRENCY_LIMIT_EXCEEDED",
    "REQUEST_LIMIT_EXCEEDED",
    "SSS_REQUEST_LIMIT_EXCEEDED",
    "WS_CONCUR_SESSION_DISALLWD",
    "WS_REQUEST_BLOCKED",
];

/// Code and text of the first error.
fn details(body: &[u8]) -> (String, String) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = json::text(&body, "/o:errorDetails/0/o:errorCode");
    let detail = json::text(&body, "/o:errorDetails/0/detail");
    let detail = if detail.is_empty() { json::text(&body, "/title") } else { detail };
    (code, detail)
}

/// Whether a 404 says that the record is not there, and not that there is no such address.
pub(crate) fn is_absence(response: &Response<Bytes>) -> bool {
    let (code, detail) = details(response.body());
    code == "NONEXISTENT_ID" || detail.contains("record instance does not exist")
}

fn is_closed_period(code: &str, detail: &str) -> bool {
    let detail = detail.to_ascii_lowercase();
    code.contains("PRD_CLOSED")
        || code == "CLOSED_TRAN_PRD"
        || (detail.contains("period") && (detail.contains("closed") || detail.contains("locked")))
}

/// The limit of concurrent requests can look like a login that failed.
fn speaks_of_limit(response: &Response<Bytes>) -> bool {
    let text = String::from_utf8_lossy(response.body()).to_ascii_lowercase();
    text.contains("concurren") || text.contains("request limit")
}

/// What a response that is no success means.
pub(crate) fn error_of(response: &Response<Bytes>) -> AccountingError {
    let (code, detail) = details(response.body());
    let status = response.status();
    let is_limit = LIMITS.contains(&code.as_str()) || (status == StatusCode::UNAUTHORIZED && speaks_of_limit(response));
    let meant = if is_limit { StatusCode::TOO_MANY_REQUESTS } else { status };
    if let Some(error) = error_of_status(Provider::NetSuite, meant, response.headers()) {
        return match error {
            AccountingError::Unauthorized(_) if !detail.is_empty() => {
                AccountingError::Unauthorized(format!("NetSuite refuses the sign-in: {detail}"))
            }
            error => error,
        };
    }
    let says = match detail.as_str() {
        "" => format!("NetSuite answered with the status {}", status.as_u16()),
        detail => format!("NetSuite: {detail}"),
    };
    if is_closed_period(&code, &detail) {
        return AccountingError::PeriodClosed(says);
    }
    if code.starts_with("DUP_") || detail.contains("already exists") {
        return AccountingError::Duplicate(says);
    }
    let code = if code.is_empty() { status.as_str().to_owned() } else { code };
    AccountingError::Refused { code, message: says }
}

/// What a refusal of the token endpoint means.
pub(crate) fn of_tokens(response: &Response<Bytes>, body: &Value) -> AccountingError {
    let (error, description) = (json::text(body, "/error"), json::text(body, "/error_description"));
    let says = format!("NetSuite refuses the assertion: {error} {description}");
    match error.as_str() {
        "invalid_client" | "invalid_grant" | "unauthorized_client" | "access_denied" => {
            AccountingError::NeedsReauth(says.trim_end().to_owned())
        }
        _ if response.status() == StatusCode::UNAUTHORIZED => AccountingError::NeedsReauth(says.trim_end().to_owned()),
        _ => match error_of_status(Provider::NetSuite, response.status(), response.headers()) {
            Some(error) => error,
            None => AccountingError::Misconfigured(says.trim_end().to_owned()),
        },
    }
}

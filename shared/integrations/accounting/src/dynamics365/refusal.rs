//! What Business Central's errors mean.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::error::AccountingError;
use crate::json;
use crate::provider::Provider;
use crate::transport::error_of_status;

/// Whether the message says that the posting date is outside of what may be posted. It is the same for the company, for the
/// user, and for a fiscal year that was closed.
fn is_closed_period(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("range of allowed posting dates")
        || message.contains("posting date is not within")
        || (message.contains("period") && message.contains("closed"))
}

/// What a response that is no success means.
pub(crate) fn error_of(response: &Response<Bytes>) -> AccountingError {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let (code, message) = (json::text(&body, "/error/code"), json::text(&body, "/error/message"));
    let status = response.status();
    if let Some(error) = error_of_status(Provider::Dynamics365, status, response.headers()) {
        return match error {
            AccountingError::Unauthorized(_) if !message.is_empty() => {
                AccountingError::Unauthorized(format!("Business Central: {message}"))
            }
            error => error,
        };
    }
    let says = match message.as_str() {
        "" => format!("Business Central answered with the status {}", status.as_u16()),
        message => format!("Business Central: {message}"),
    };
    if is_closed_period(&message) {
        return AccountingError::PeriodClosed(says);
    }
    match code.as_str() {
        "Internal_EntityWithSameKeyExists" => AccountingError::Duplicate(says),
        // Somebody changed it meanwhile: nothing was done.
        "Request_EntityChanged" => AccountingError::Unavailable(says),
        _ if status == StatusCode::PRECONDITION_FAILED => AccountingError::Unavailable(says),
        "Internal_CompanyNotFound" | "Internal_TenantUnavailable" => AccountingError::Misconfigured(says),
        "Internal_InvalidTableRelation" => AccountingError::Missing(says),
        "" => AccountingError::Refused { code: status.as_str().to_owned(), message: says },
        _ => AccountingError::Refused { code, message: says },
    }
}

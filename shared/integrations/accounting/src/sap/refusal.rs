//! What SAP's errors mean.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use super::xml::{elements, text};
use crate::error::AccountingError;
use crate::json;
use crate::provider::Provider;
use crate::transport::error_of_status;

/// What a message means, whichever service says it. `code`: number and class, such as `201(F5)` or `F5/201`.
fn meaning(code: &str, message: &str) -> AccountingError {
    let says = format!("SAP: {message}");
    let lower = message.to_ascii_lowercase();
    let is_period = lower.contains("period") && (lower.contains("not open") || lower.contains("closed"));
    if is_period {
        return AccountingError::PeriodClosed(says);
    }
    if lower.contains("locked by") || lower.contains("currently being processed") || lower.contains("being edited by") {
        return AccountingError::Unavailable(says);
    }
    let is_account = lower.contains("account") && !lower.contains("account type");
    if is_account && (lower.contains("does not exist") || lower.contains("not defined") || lower.contains("not found"))
    {
        return AccountingError::Missing(says);
    }
    if lower.contains("already exists") {
        return AccountingError::Duplicate(says);
    }
    AccountingError::refused(code, says)
}

/// What a response of an OData service that is no success means.
pub(crate) fn error_of(response: &Response<Bytes>) -> AccountingError {
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let code = json::text(&body, "/error/code");
    // Version 4 of OData has the text itself, version 2 an object with its language.
    let message = json::text(&body, "/error/message/value");
    let status = response.status();
    if let Some(error) = error_of_status(Provider::Sap, status, response.headers()) {
        return match error {
            AccountingError::Unauthorized(_) => AccountingError::Unauthorized(
                "SAP refuses the sign-in: the password of the communication user, or the token".to_owned(),
            ),
            error => error,
        };
    }
    if status == StatusCode::FORBIDDEN {
        let says = "SAP refuses access: the communication user's arrangement lacks the scenario of this service";
        return AccountingError::refused("403", says);
    }
    if message.is_empty() {
        let says = format!("SAP answered with the status {}", status.as_u16());
        return AccountingError::refused(status.as_str(), says);
    }
    meaning(&code, &message)
}

/// What a SOAP fault means, or another response that is no success.
pub(crate) fn of_fault(response: &Response<Bytes>, body: &str) -> AccountingError {
    let code = text(body, "faultcode");
    // The sender's fault: it will be refused again.
    if code.rsplit(':').next() == Some("Client") {
        return AccountingError::refused(code.clone(), format!("SAP: {}", text(body, "faultstring")));
    }
    error_of(response)
}

/// What the log of an entry says that was not posted.
pub(crate) fn of_log(confirmation: &str) -> Option<AccountingError> {
    let log = elements(confirmation, "Log").into_iter().next()?;
    let items = elements(log, "Item");
    let is_error = |item: &&&str| text(item, "SeverityCode") == "3";
    // The first one says only that there are errors in the document.
    let says = |item: &&str| (text(item, "TypeID"), text(item, "Note"));
    let errors: Vec<(String, String)> = items.iter().filter(is_error).map(says).collect();
    let detail = errors.iter().find(|(code, _)| code != "609(RW)").or_else(|| errors.first())?;
    Some(meaning(&detail.0, &detail.1))
}

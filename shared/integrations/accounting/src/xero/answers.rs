//! What Xero's answers mean.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::error::AccountingError;
use crate::json;
use crate::provider::Provider;
use crate::transport::error_of_status;

/// The code of a refusal because another contact has the name.
pub(super) const NAME_TAKEN: &str = "name_taken";

/// The body of an answer that is no error.
pub(super) fn body(response: &Response<Bytes>) -> Result<Value, AccountingError> {
    let status = response.status();
    let body: Option<Value> = serde_json::from_slice(response.body()).ok();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(throttled(response));
    }
    if let Some(error) = error_of_status(Provider::Xero, status, response.headers()) {
        return Err(error);
    }
    match (status, body) {
        (StatusCode::OK, Some(body)) if is_written(&body) => Ok(body),
        (StatusCode::OK | StatusCode::BAD_REQUEST, Some(body)) => Err(refusal(&body)),
        (StatusCode::OK, None) => Err(AccountingError::Unknown("Xero's answer cannot be read".to_owned())),
        (StatusCode::FORBIDDEN, _) => Err(AccountingError::NeedsReauth(
            "Xero does not let the connection into this organisation any more".to_owned(),
        )),
        (status, body) => {
            let said = body.as_ref().map(said).unwrap_or_default();
            Err(AccountingError::refused(status.as_str(), format!("Xero answered {} {said}", status.as_u16())))
        }
    }
}

fn throttled(response: &Response<Bytes>) -> AccountingError {
    let problem = response.headers().get("x-rate-limit-problem").and_then(|problem| problem.to_str().ok());
    let is_daily = problem.is_some_and(|problem| problem.to_ascii_lowercase().starts_with("da"));
    match error_of_status(Provider::Xero, response.status(), response.headers()) {
        Some(AccountingError::Throttled { wait, .. }) => AccountingError::Throttled { wait, daily: is_daily },
        _ => AccountingError::Throttled { wait: None, daily: is_daily },
    }
}

/// Whether no element of a list has validation errors, which may come with the status 200 too.
fn is_written(body: &Value) -> bool {
    let lists = body.as_object().into_iter().flatten().filter_map(|(_, list)| list.as_array());
    let mut elements = lists.flatten();
    !elements.any(|element| {
        !json::list(element, "/ValidationErrors").is_empty() || json::text(element, "/StatusAttributeString") == "ERROR"
    })
}

/// The messages of a refusal.
fn said(body: &Value) -> String {
    let mut messages = Vec::new();
    let lists = body.as_object().into_iter().flatten().filter_map(|(_, list)| list.as_array());
    for element in lists.flatten() {
        messages.extend(json::list(element, "/ValidationErrors").iter().map(|error| json::text(error, "/Message")));
    }
    if messages.is_empty() {
        messages.extend(["/Detail", "/Message"].map(|pointer| json::text(body, pointer)));
    }
    messages.retain(|message| !message.is_empty());
    messages.dedup();
    messages.join(" ")
}

fn refusal(body: &Value) -> AccountingError {
    let message = said(body);
    let folded = message.to_lowercase();
    if folded.contains("lock date") {
        AccountingError::PeriodClosed(message)
    } else if folded.contains("contact name") && folded.contains("must be unique") {
        AccountingError::refused(NAME_TAKEN, message)
    } else if folded.contains("must be unique") {
        AccountingError::Duplicate(message)
    } else if folded.contains("account") && (folded.contains("code '") || folded.contains("could not be found")) {
        AccountingError::Missing(message)
    } else {
        let code = match json::text(body, "/Type") {
            code if code.is_empty() => "ValidationException".to_owned(),
            code => code,
        };
        AccountingError::refused(code, message)
    }
}

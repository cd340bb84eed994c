//! What Sage's answers mean: lists of `{"$severity","$dataCode","$message","$source"}`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::error::AccountingError;
use crate::json;
use crate::provider::Provider;
use crate::transport::error_of_status;

/// The body of an answer that is no error.
pub(super) fn body(response: &Response<Bytes>) -> Result<Value, AccountingError> {
    let status = response.status();
    let body: Option<Value> = serde_json::from_slice(response.body()).ok();
    let errors = body.as_ref().map(|body| json::list(body, "").to_vec()).unwrap_or_default();
    let says = said(&errors);
    if status == StatusCode::UNAUTHORIZED && says.to_lowercase().contains("subscription") {
        // A new token would not help.
        return Err(AccountingError::NeedsReauth(says));
    }
    if let Some(error) = error_of_status(Provider::Sage, status, response.headers()) {
        return Err(error);
    }
    match body {
        Some(body) if status.is_success() => Ok(body),
        None if status.is_success() => Err(AccountingError::Unknown("Sage's answer cannot be read".to_owned())),
        _ if status == StatusCode::FORBIDDEN => {
            Err(AccountingError::NeedsReauth(format!("Sage does not let the connection into this business ({says})")))
        }
        _ => Err(refusal(status, &errors, says)),
    }
}

fn said(errors: &[Value]) -> String {
    let one = |error: &Value| match (json::text(error, "/$source"), json::text(error, "/$message")) {
        (source, message) if source.is_empty() => message,
        (source, message) => format!("{source}: {message}"),
    };
    errors.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn refusal(status: StatusCode, errors: &[Value], says: String) -> AccountingError {
    let folded = says.to_lowercase();
    let is_of = |fields: &[&str]| {
        errors.iter().any(|error| {
            let source = json::text(error, "/$source");
            fields.iter().any(|field| source.contains(field))
        })
    };
    if folded.contains("lockdown") || folded.contains("locked period") || folded.contains("year end date") {
        AccountingError::PeriodClosed(says)
    } else if is_of(&["reference"]) && (folded.contains("already") || folded.contains("unique")) {
        AccountingError::Duplicate(says)
    } else if is_of(&["ledger_account", "bank_account", "tax_rate"]) {
        AccountingError::Missing(says)
    } else {
        let code = errors.first().map(|error| json::text(error, "/$dataCode")).filter(|code| !code.is_empty());
        let says = if says.is_empty() { format!("Sage answered with the status {}", status.as_u16()) } else { says };
        AccountingError::refused(code.unwrap_or_else(|| status.as_str().to_owned()), says)
    }
}

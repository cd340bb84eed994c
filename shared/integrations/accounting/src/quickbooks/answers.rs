//! What QuickBooks' answers mean. Faults come under any status, 200 too.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use crate::error::AccountingError;
use crate::json;
use crate::provider::Provider;
use crate::transport::error_of_status;

/// The body of an answer that is no fault.
pub(super) fn body(response: &Response<Bytes>) -> Result<Value, AccountingError> {
    let status = response.status();
    let body: Option<Value> = serde_json::from_slice(response.body()).ok();
    if let Some(error) = error_of_status(Provider::QuickBooks, status, response.headers()) {
        return Err(error);
    }
    let error = body.as_ref().and_then(|body| body.pointer("/Fault/Error/0").or(body.pointer("/fault/error/0")));
    match (error, body.as_ref()) {
        (Some(error), Some(body)) => Err(fault(status, error, &json::text(body, "/Fault/type"))),
        (None, Some(body)) if status.is_success() => Ok(body.clone()),
        (None, None) if status.is_success() => {
            Err(AccountingError::Unknown("QuickBooks' answer cannot be read".to_owned()))
        }
        _ if status == StatusCode::FORBIDDEN => Err(disconnected()),
        _ => {
            let says = format!("QuickBooks answered with the status {}", status.as_u16());
            Err(AccountingError::refused(status.as_str(), says))
        }
    }
}

fn disconnected() -> AccountingError {
    AccountingError::NeedsReauth("QuickBooks does not let the connection into this company any more".to_owned())
}

fn fault(status: StatusCode, error: &Value, kind: &str) -> AccountingError {
    let either = |upper: &str, lower: &str| match json::text(error, upper) {
        text if text.is_empty() => json::text(error, lower),
        text => text,
    };
    let (message, detail) = (either("/Message", "/message"), either("/Detail", "/detail"));
    let code = json::text(error, "/code");
    let says = if detail.is_empty() || detail == message { message } else { format!("{message}: {detail}") };
    let folded = says.to_lowercase();
    match code.trim_start_matches('0') {
        "6140" | "6240" => AccountingError::Duplicate(says),
        "6210" => AccountingError::PeriodClosed(says),
        "610" | "2500" => AccountingError::Missing(says),
        "3001" => AccountingError::Throttled { wait: None, daily: false },
        "3200" => AccountingError::Unauthorized(says),
        "3100" | "3202" => disconnected(),
        // Failures of the service itself.
        "10000" => AccountingError::Unknown(says),
        _ if folded.contains("period has closed") || folded.contains("closed the books") => {
            AccountingError::PeriodClosed(says)
        }
        _ if kind.eq_ignore_ascii_case("SystemFault") => AccountingError::Unknown(says),
        _ if status == StatusCode::FORBIDDEN => disconnected(),
        _ => AccountingError::refused(code, says),
    }
}

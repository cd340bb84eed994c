//! NetSuite: SuiteTalk REST web services, the record service, as the REST API Browser has its records.

mod record;
mod signature;

use serde_json::{Value, json};

use crate::books::Books;
use crate::call::{Call, Reply};
use crate::fault::{FaultKind, throttled};
use crate::provider::Spec;
use crate::shape::set;

pub(crate) use signature::{CERTIFICATE, private_key};

pub(crate) const SPEC: Spec =
    Spec { name: "netsuite", company: (ACCOUNT, "NetSuite account 1234567_SB1"), answer, refuse };

/// The account.
pub(crate) const ACCOUNT: &str = "1234567_SB1";

/// The token, and its secret.
pub(crate) const TOKEN_ID: &str = "netsuite-token";
pub(crate) const TOKEN_SECRET: &str = "netsuite-token-secret";

const RECORDS: &str = "/services/rest/record/v1/";

fn error(status: u16, code: &str, detail: &str, path: &str) -> Reply {
    let title = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        _ => "Internal Server Error",
    };
    let mut details = json!({"detail": detail, "o:errorCode": code});
    if !path.is_empty() {
        set(&mut details, "o:errorPath", json!(path));
    }
    let body = json!({
        "type": "https://www.rfc-editor.org/rfc/rfc9110.html#name-status-codes",
        "title": title, "status": status, "o:errorDetails": [details],
    });
    let mut reply = Reply::json(status, &body);
    if let Some(content_type) = reply.headers.first_mut() {
        content_type.1 = "application/vnd.oracle.resource+json; type=error".to_owned();
    }
    reply
}

fn unauthorized(detail: &str) -> Reply {
    error(401, "INVALID_LOGIN", detail, "").with("WWW-Authenticate", format!("OAuth realm=\"{ACCOUNT}\""))
}

fn answer(books: &mut Books, call: &Call) -> Reply {
    if call.path == signature::TOKEN {
        return signature::token(books, call);
    }
    if let Err(detail) = signature::check(books, call) {
        return unauthorized(&detail);
    }
    let Some(path) = call.path.strip_prefix(RECORDS) else {
        return error(404, "NONEXISTENT_URL", "There is no such address.", "");
    };
    let mut segments = path.split('/').map(|segment| segment.replace("%3A", ":"));
    let (name, id) = (segments.next().unwrap_or_default(), segments.next());
    match (call.method.as_str(), id) {
        ("GET", None) => record::search(books, call, &name),
        ("GET", Some(id)) => record::get(books, &name, &id),
        ("PUT", Some(id)) => match (id.strip_prefix("eid:"), call.json()) {
            _ if call.header("content-type") != Some("application/json") => {
                error(400, "INVALID_CONTENT", "The content type must be application/json.", "")
            }
            (None, _) => error(400, "INVALID_PARAMETER", "An upsert needs an external ID.", ""),
            (_, None) => error(400, "INVALID_CONTENT", "Invalid content in the request body.", ""),
            (Some(external_id), Some(body)) => record::put(books, call, &name, external_id, body),
        },
        _ => error(405, "METHOD_NOT_ALLOWED", "The method is not allowed.", ""),
    }
}

fn refuse(kind: &FaultKind, call: &Call) -> Reply {
    match kind {
        FaultKind::Throttled { retry_after, .. } => {
            let detail = "Concurrent request limit exceeded. Request blocked.";
            throttled(*retry_after, error(429, "CONCURRENCY_LIMIT_EXCEEDED", detail, ""))
        }
        FaultKind::Unauthorized => unauthorized("Invalid login attempt."),
        FaultKind::Status { status } => error(*status, "UNEXPECTED_ERROR", "An unexpected error occurred.", ""),
        FaultKind::Duplicate => error(400, "DUP_RCRD", "This record already exists", &call.path),
        FaultKind::PeriodClosed => closed_period(),
        _ => error(400, "USER_ERROR", "Please enter value(s) for: Location.", "location"),
    }
}

fn closed_period() -> Reply {
    let detail = "The posting period of the transaction date is closed or locked.";
    error(400, "USER_ERROR", detail, "tranDate")
}

/// A page of a collection.
fn page(items: Vec<Value>) -> Reply {
    let count = items.len();
    let body = json!({
        "links": [], "count": count, "hasMore": false, "items": items, "offset": 0, "totalResults": count,
    });
    Reply::json(200, &body)
}

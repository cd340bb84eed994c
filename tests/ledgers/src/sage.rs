//! Sage Accounting: the API 3.1, as Sage's OpenAPI description has it, which its clients are generated from
//! (`nook-io/python-sage`, `SynergiTech/sage-php`), and its guides.

mod documents;
mod lists;
mod shapes;

use serde_json::{Value, json};

use crate::books::Books;
use crate::call::{Call, Reply};
use crate::fault::{FaultKind, throttled};
use crate::grants::{Issued, Rotation};
use crate::oauth::OAuth;
use crate::provider::Spec;

pub(crate) const SPEC: Spec =
    Spec { name: "sage", company: ("8d6f7e1c2b3a4958a7b6c5d4e3f20112", "Demo Business Ltd"), answer, refuse };

/// Access tokens are good for five minutes; refresh tokens for 31 days, each once.
const OAUTH: OAuth = OAuth {
    provider: "sage",
    rotation: Rotation {
        access_seconds: 300,
        refresh_seconds: Some(31 * 86_400),
        replaced_after_seconds: 0,
        grace_seconds: 0,
    },
    basic: false,
    pkce: false,
    scope: "full_access",
};

fn tokens(issued: &Issued, rotation: Rotation) -> Value {
    json!({
        "access_token": issued.access, "expires_in": rotation.access_seconds, "token_type": "bearer",
        "refresh_token": issued.refresh, "refresh_token_expires_in": issued.refresh_seconds,
        "scope": "full_access", "requested_by_id": "b2c3d4e5",
    })
}

fn answer(books: &mut Books, call: &Call) -> Reply {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/oauth2/auth/central") if call.parameter("filter") == Some("apiv3.1") => {
            OAUTH.consent(books, call, &[("country", "GB".to_owned())])
        }
        ("POST", "/token") => OAUTH.token(books, call, tokens),
        ("POST", "/revoke") => OAUTH.revoke(books, call),
        _ if !books.grants.is_good(call.bearer(), books.now) => unauthorized(),
        (_, path) => match path.strip_prefix("/v3.1/") {
            Some(resource) => api(books, call, resource),
            None => error(404, "RecordNotFound", "The resource was not found", ""),
        },
    }
}

fn api(books: &mut Books, call: &Call, resource: &str) -> Reply {
    // Without the header it is the lead business, and nobody says so.
    let lead = books.companies.first().map(|company| company.id.clone()).unwrap_or_default();
    let business = call.header("x-business").map_or(lead, str::to_owned);
    if !books.companies.iter().any(|company| company.id == business) {
        return error(403, "AuthorizationFailure", "You do not have access to this business", "");
    }
    match call.method.as_str() {
        "GET" => lists::read(books, call, &business, resource),
        "POST" if call.header("content-type") != Some("application/json") => Reply::empty(415),
        "POST" => documents::write(books, call, &business, resource),
        _ => error(405, "MethodNotAllowed", "The method is not allowed", ""),
    }
}

/// A list of one error.
fn error(status: u16, code: &str, message: &str, source: &str) -> Reply {
    let error = json!({"$severity": "error", "$dataCode": code, "$message": message, "$source": source});
    Reply::json(status, &json!([error]))
}

fn invalid(message: &str, source: &str) -> Reply {
    error(422, "ValidationError", message, source)
}

fn unauthorized() -> Reply {
    error(401, "AuthenticationFailure", "The access token is invalid or has expired", "")
}

fn taken() -> Reply {
    invalid("Reference has already been taken", "reference")
}

fn closed() -> Reply {
    invalid("The date must be after the year end lockdown date", "date")
}

fn refuse(kind: &FaultKind, _call: &Call) -> Reply {
    match kind {
        FaultKind::Throttled { retry_after, .. } => {
            throttled(*retry_after, error(429, "TooManyRequests", "Too many requests", ""))
        }
        FaultKind::Unauthorized => unauthorized(),
        FaultKind::Status { status } => Reply::empty(*status),
        FaultKind::Duplicate => taken(),
        FaultKind::PeriodClosed => closed(),
        _ => invalid("Ledger account can't be blank", "invoice_lines[0].ledger_account_id"),
    }
}

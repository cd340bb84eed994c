//! Xero: the accounting API 2.0, as its OpenAPI description (XeroAPI/Xero-OpenAPI, `xero_accounting.yaml`) has it, and the
//! messages that its developers quote.

mod documents;
mod filter;
mod shapes;

use serde_json::{Value, json};

use crate::books::Books;
use crate::call::{Call, Reply};
use crate::fault::{FaultKind, throttled};
use crate::grants::{Issued, Rotation};
use crate::oauth::OAuth;
use crate::provider::Spec;

pub(crate) const SPEC: Spec =
    Spec { name: "xero", company: ("45e4708e-d862-4111-ab3a-dd8cd03913e1", "Demo Company (Global)"), answer, refuse };

/// Access tokens are good for 30 minutes; refresh tokens for 60 days, each once, and 30 minutes more.
const OAUTH: OAuth = OAuth {
    provider: "xero",
    rotation: Rotation {
        access_seconds: 1_800,
        refresh_seconds: Some(60 * 86_400),
        replaced_after_seconds: 0,
        grace_seconds: 1_800,
    },
    basic: true,
    pkce: true,
    scope: "offline_access",
};

const API: &str = "/api.xro/2.0/";

fn tokens(issued: &Issued, rotation: Rotation) -> Value {
    json!({
        "access_token": issued.access,
        "expires_in": rotation.access_seconds,
        "token_type": "Bearer",
        "refresh_token": issued.refresh,
        "scope": "offline_access accounting.contacts accounting.invoices accounting.payments accounting.manualjournals",
    })
}

fn answer(books: &mut Books, call: &Call) -> Reply {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/identity/connect/authorize") => OAUTH.consent(books, call, &[]),
        ("POST", "/connect/token") => OAUTH.token(books, call, tokens),
        ("POST", "/connect/revocation") => OAUTH.revoke(books, call),
        _ if !books.grants.is_good(call.bearer(), books.now) => unauthorized(),
        ("GET", "/connections") => connections(books),
        (_, path) => match path.strip_prefix(API) {
            Some(resource) => api(books, call, resource),
            None => Reply::empty(404),
        },
    }
}

/// What needs an organisation.
fn api(books: &mut Books, call: &Call, resource: &str) -> Reply {
    let tenant = call.header("xero-tenant-id").unwrap_or_default().to_owned();
    if !books.companies.iter().any(|company| company.id == tenant) {
        let body = json!({"Type": null, "Title": "Forbidden", "Status": 403, "Detail": "AuthenticationUnsuccessful"});
        return Reply::json(403, &body);
    }
    if call.header("accept") != Some("application/json") {
        return Reply::text(200, "text/xml", "<Response/>");
    }
    if call.method == "GET" {
        return documents::read(books, call, &tenant, resource);
    }
    if call.method != "PUT" || call.header("content-type") != Some("application/json") {
        return Reply::empty(405);
    }
    let Some(key) = call.header("idempotency-key") else { return documents::write(books, call, &tenant, resource) };
    if key.len() > 128 {
        return invalid(&json!({}), "The Idempotency-Key must have at most 128 characters.");
    }
    let (key, asked) = (format!("{tenant}/{key}"), format!("{} {}", call.name(), String::from_utf8_lossy(&call.body)));
    match books.answered.get(&key) {
        Some((before, reply)) if *before == asked => reply.clone(),
        Some(_) => invalid(&json!({}), "The Idempotency-Key was used for another request."),
        None => {
            let reply = documents::write(books, call, &tenant, resource);
            // Refusals are not kept.
            if reply.status == 200 {
                books.answered.insert(key, (asked, reply.clone()));
            }
            reply
        }
    }
}

fn unauthorized() -> Reply {
    let body = json!({"Type": null, "Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired: token expired"});
    Reply::json(401, &body)
}

/// A `ValidationException` about `element`.
fn invalid(element: &Value, message: &str) -> Reply {
    let element = crate::shape::with(element, json!({"ValidationErrors": [{"Message": message}]}));
    let body = json!({
        "ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred",
        "Elements": [element],
    });
    Reply::json(400, &body)
}

fn connections(books: &Books) -> Reply {
    let connection = |company: &crate::Company| {
        json!({
            "id": company.id, "authEventId": company.id, "tenantId": company.id, "tenantType": "ORGANISATION",
            "tenantName": company.name, "createdDateUtc": "2026-01-01T00:00:00.0000000",
            "updatedDateUtc": "2026-01-01T00:00:00.0000000",
        })
    };
    Reply::json(200, &books.companies.iter().map(connection).collect())
}

fn refuse(kind: &FaultKind, call: &Call) -> Reply {
    match kind {
        FaultKind::Throttled { retry_after, daily } => {
            let reply = Reply::empty(429).with("X-Rate-Limit-Problem", if *daily { "day" } else { "minute" });
            throttled(*retry_after, reply)
        }
        FaultKind::Unauthorized => unauthorized(),
        FaultKind::Status { status } => Reply::empty(*status),
        FaultKind::Duplicate => invalid(&json!({}), documents::duplicate(&call.path)),
        FaultKind::PeriodClosed => invalid(&json!({}), documents::CLOSED),
        _ => invalid(&json!({}), "Account code '9999' is not a valid code for this document."),
    }
}

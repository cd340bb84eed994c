//! Xero: the accounting API 2.0, as its OpenAPI description (XeroAPI/Xero-OpenAPI, `xero_accounting.yaml`) has it.

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
        _ => Reply::empty(404),
    }
}

fn unauthorized() -> Reply {
    let body = json!({"Type": null, "Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired: token expired"});
    Reply::json(401, &body)
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

fn refuse(kind: &FaultKind, _call: &Call) -> Reply {
    match kind {
        FaultKind::Throttled { retry_after, daily } => {
            let reply = Reply::empty(429).with("X-Rate-Limit-Problem", if *daily { "day" } else { "minute" });
            throttled(*retry_after, reply)
        }
        FaultKind::Unauthorized => unauthorized(),
        FaultKind::Status { status } => Reply::empty(*status),
        _ => Reply::empty(400),
    }
}

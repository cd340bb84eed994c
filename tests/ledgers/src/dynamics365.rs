//! Dynamics 365 Business Central: the API v2.0, as Microsoft's reference has its entities
//! (MicrosoftDocs/dynamics365smb-devitpro-pb, `dev-itpro/api-reference/v2.0`).

mod entities;
mod journals;

use serde_json::{Value, json};

use crate::books::{Books, Stored};
use crate::call::{Call, Reply};
use crate::fault::{FaultKind, throttled};
use crate::grants::{Issued, Rotation};
use crate::oauth::OAuth;
use crate::provider::Spec;

pub(crate) const SPEC: Spec = Spec {
    name: "dynamics365",
    company: ("5106c77f-50d8-f011-8545-6045bd1b7ad9", "CRONUS International Ltd."),
    answer,
    refuse,
};

/// The directory.
pub(crate) const TENANT: &str = "7e1c5a4e-3f0b-4a4c-9d6e-2b8f0a1c3d5e";

const OAUTH: OAuth = OAuth {
    provider: "dynamics365",
    rotation: Rotation { access_seconds: 3_599, refresh_seconds: None, replaced_after_seconds: 0, grace_seconds: 0 },
    basic: false,
    pkce: false,
    scope: "https://api.businesscentral.dynamics.com/.default",
};

fn tokens(issued: &Issued, rotation: Rotation) -> Value {
    json!({
        "token_type": "Bearer", "expires_in": rotation.access_seconds, "ext_expires_in": rotation.access_seconds,
        "access_token": issued.access,
    })
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    let message = format!("{message}  CorrelationId:  00000000-0000-0000-0000-000000000001.");
    Reply::json(status, &json!({"error": {"code": code, "message": message}}))
}

fn not_found() -> Reply {
    error(404, "BadRequest_ResourceNotFound", "Resource not found for the segment.")
}

fn unauthorized() -> Reply {
    error(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")
}

fn dialog(message: &str) -> Reply {
    error(400, "Application_DialogException", message)
}

fn closed_period(field: &str) -> Reply {
    dialog(&format!("Posting Date is not within your range of allowed posting dates in {field}."))
}

/// `name(id)`: the name, and the id.
fn addressed(segment: &str) -> (&str, Option<&str>) {
    match segment.split_once('(') {
        Some((name, id)) => (name, id.strip_suffix(')')),
        None => (segment, None),
    }
}

/// The one condition of a filter: `field eq 'value'`.
fn filter(call: &Call) -> Result<Option<(String, String)>, Reply> {
    let Some(filter) = call.parameter("$filter") else { return Ok(None) };
    let bad = || error(400, "BadRequest_NotFound", "Bad Request - Error in query syntax.");
    let (field, value) = filter.split_once(" eq ").ok_or_else(bad)?;
    let value = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).ok_or_else(bad)?;
    let is_escaped = value.replace("''", "").find('\'').is_none();
    if !is_escaped || field.contains(' ') {
        return Err(bad());
    }
    Ok(Some((field.to_owned(), value.replace("''", "'"))))
}

/// A page of a set.
fn page(set: &str, entities: Vec<Value>, call: &Call) -> Reply {
    let top = call.parameter("$top").and_then(|top| top.parse().ok()).unwrap_or(20_000);
    let entities: Vec<Value> = entities.into_iter().take(top).collect();
    Reply::json(200, &json!({"@odata.context": format!("{}/$metadata#{set}", call.base), "value": entities}))
}

/// The version of a document, as `@odata.etag` shows it.
fn etag(document: &Stored) -> String {
    format!("W/\"JzE5OzEwMDsx{};'\"", document.version)
}

/// Whether a change names the version that there is.
fn check_version(call: &Call, document: &Stored) -> Result<(), Reply> {
    match call.header("if-match") {
        None => Err(error(400, "BadRequest_InvalidToken", "Could not validate the client concurrency token.")),
        Some("*") => Ok(()),
        Some(version) if version == etag(document) => Ok(()),
        Some(_) => Err(error(409, "Request_EntityChanged", "Another user has already changed the record.")),
    }
}

fn answer(books: &mut Books, call: &Call) -> Reply {
    let segments = call.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    if let [tenant, "oauth2", "v2.0", "token"] = segments.as_slice() {
        return match *tenant {
            TENANT if call.method == "POST" => OAUTH.token(books, call, tokens),
            _ => Reply::json(
                400,
                &json!({"error": "invalid_request", "error_description": "AADSTS90002: no such tenant"}),
            ),
        };
    }
    let ["v2.0", TENANT, environment, "api", "v2.0", path @ ..] = segments.as_slice() else { return not_found() };
    if !books.grants.is_good(call.bearer(), books.now) {
        return unauthorized();
    }
    if !["Production", "Sandbox"].contains(environment) {
        return error(404, "BadRequest_NotFound", "There is no such environment.");
    }
    let (first, rest) = path.split_first().unwrap_or((&"", &[]));
    let ("companies", company) = addressed(first) else { return not_found() };
    let Some(company) = company else { return companies(books, call) };
    if !books.companies.iter().any(|known| known.id == company) {
        return error(404, "Internal_CompanyNotFound", "The company is not found.");
    }
    if call.method == "POST" && !call.body.is_empty() && call.header("content-type") != Some("application/json") {
        return error(415, "BadRequest", "The content type is not supported.");
    }
    let (set, rest) = rest.split_first().unwrap_or((&"", &[]));
    let (set, id) = addressed(set);
    match (call.method.as_str(), set, id, rest) {
        ("GET", "generalLedgerSetup", None, []) => {
            let setup = json!({"id": company, "allowPostingFrom": "0001-01-01", "allowPostingTo": "0001-01-01",
                "additionalReportingCurrency": "", "localCurrencyCode": books.base_currency, "localCurrencySymbol": "$"});
            page(set, vec![setup], call)
        }
        ("GET", "accounts", None, []) => entities::accounts(books, call),
        ("GET", "customers", None, []) => entities::customers(books, company, call),
        ("POST", "customers", None, []) => entities::create_customer(books, company, call),
        ("GET", "salesInvoices", None, []) => entities::invoices(books, company, call),
        ("GET", "salesInvoices", Some(id), []) => entities::invoice(books, company, id),
        ("POST", "salesInvoices", None, []) => entities::create_invoice(books, company, call),
        ("POST", "salesInvoices", Some(id), ["Microsoft.NAV.post"]) => entities::post_invoice(books, company, id),
        ("GET", "generalLedgerEntries", None, []) => journals::entries(books, company, call),
        ("GET", "journals" | "customerPaymentJournals", None, []) => journals::list(books, company, set, call),
        ("POST", "journals" | "customerPaymentJournals", None, []) => journals::create(books, company, set, call),
        ("DELETE", "journals" | "customerPaymentJournals", Some(id), []) => journals::delete(books, company, id, call),
        ("POST", "journals", Some(id), ["Microsoft.NAV.post"]) => journals::post(books, company, id),
        _ => not_found(),
    }
}

fn companies(books: &Books, call: &Call) -> Reply {
    let company = |company: &crate::Company| {
        json!({
            "id": company.id, "systemVersion": "27.0", "timestamp": 1, "name": company.name, "displayName": company.name,
            "businessProfileId": "", "systemCreatedAt": "2026-01-01T00:00:00Z", "systemModifiedAt": "2026-01-01T00:00:00Z",
        })
    };
    page("companies", books.companies.iter().map(company).collect(), call)
}

fn refuse(kind: &FaultKind, _call: &Call) -> Reply {
    match kind {
        FaultKind::Throttled { retry_after, .. } => {
            throttled(*retry_after, error(429, "Application_TooManyRequests", "Too many requests reached."))
        }
        FaultKind::Unauthorized => unauthorized(),
        FaultKind::Status { status } => error(*status, "Internal_ServerError", "An error occurred."),
        FaultKind::Duplicate => error(400, "Internal_EntityWithSameKeyExists", "The record already exists."),
        FaultKind::PeriodClosed => closed_period("General Ledger Setup"),
        _ => {
            error(400, "Application_FieldValidationException", "Gen. Bus. Posting Group must have a value in Customer.")
        }
    }
}

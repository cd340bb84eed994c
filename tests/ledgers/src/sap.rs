//! SAP S/4HANA: the OData services `API_BUSINESS_PARTNER`, `API_COMPANYCODE_SRV` and `API_OPLACCTGDOCITEMCUBE_SRV`, and the
//! SOAP service "Journal Entry - Post (Synchronous)" of the communication scenario SAP_COM_0002, as SAP's Business
//! Accelerator Hub has them.

mod entry;
mod partner;
mod xml;

use serde_json::{Value, json};

use crate::books::Books;
use crate::call::{Call, Reply};
use crate::fault::{FaultKind, throttled};
use crate::grants::{Issued, Rotation};
use crate::oauth::OAuth;
use crate::provider::Spec;

pub(crate) const SPEC: Spec = Spec { name: "sap", company: ("1010", "Company Code 1010"), answer, refuse };

/// The communication user, and its password.
pub(crate) const USER: (&str, &str) = ("sap-user", "sap-password");

const OAUTH: OAuth = OAuth {
    provider: "sap",
    rotation: Rotation { access_seconds: 3_600, refresh_seconds: None, replaced_after_seconds: 0, grace_seconds: 0 },
    basic: true,
    pkce: false,
    scope: "",
};

const SERVICES: &str = "/sap/opu/odata/sap/";
const JOURNAL: &str = "/sap/bc/srt/scs_ext/sap/journalentrycreaterequestconfi";

fn tokens(issued: &Issued, rotation: Rotation) -> Value {
    json!({"access_token": issued.access, "token_type": "Bearer", "expires_in": rotation.access_seconds.to_string()})
}

/// An error of an OData service, version 2.
fn error(status: u16, code: &str, message: &str) -> Reply {
    let body = json!({"error": {"code": code, "message": {"lang": "en", "value": message},
        "innererror": {"errordetails": [{"code": code, "message": message, "severity": "error", "target": ""}]}}});
    Reply::json(status, &body)
}

fn unauthorized() -> Reply {
    Reply::text(401, "text/html; charset=utf-8", "<html><head><title>Logon Error Message</title></head></html>")
        .with("WWW-Authenticate", "Basic realm=\"SAP NetWeaver Application Server [S4H/100]\"")
}

/// A list of OData, version 2.
fn results(entities: Vec<Value>) -> Reply {
    Reply::json(200, &json!({"d": {"results": entities}}))
}

fn answer(books: &mut Books, call: &Call) -> Reply {
    if (call.method.as_str(), call.path.as_str()) == ("POST", "/sap/bc/sec/oauth2/token") {
        return OAUTH.token(books, call, tokens);
    }
    let is_user = call.basic() == Some((USER.0.to_owned(), USER.1.to_owned()));
    if !is_user && !books.grants.is_good(call.bearer(), books.now) {
        return unauthorized();
    }
    if call.path == JOURNAL {
        return match call.method.as_str() {
            "POST" => entry::post(books, call),
            _ => Reply::empty(405),
        };
    }
    let Some(path) = call.path.strip_prefix(SERVICES) else { return Reply::empty(404) };
    match (call.method.as_str(), path) {
        ("GET", "API_BUSINESS_PARTNER/") => {
            with_token(books, call, Reply::json(200, &json!({"d": {"EntitySets": []}})))
        }
        ("GET", "API_BUSINESS_PARTNER/A_BusinessPartner") => partner::list(books, call),
        ("POST", "API_BUSINESS_PARTNER/A_BusinessPartner") => match check_token(books, call) {
            Ok(()) => partner::create(books, call),
            Err(reply) => reply,
        },
        ("GET", "API_COMPANYCODE_SRV/A_CompanyCode") => {
            let company =
                |company: &crate::Company| json!({"CompanyCode": company.id, "CompanyCodeName": company.name});
            results(books.companies.iter().map(company).collect())
        }
        ("GET", "API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube") => entry::items(books, call),
        _ => error(404, "/IWFND/MED/170", "No service found for namespace, name, version."),
    }
}

/// Whoever asks for a CSRF token gets one, with the cookie of a session that it is good in.
fn with_token(books: &mut Books, call: &Call, reply: Reply) -> Reply {
    if !call.header("x-csrf-token").is_some_and(|token| token.eq_ignore_ascii_case("fetch")) {
        return reply;
    }
    let id = books.next_id();
    let (token, session) = (format!("csrf-{id}=="), format!("session-{id}"));
    books.notes.insert(format!("csrf {session}"), token.clone());
    reply
        .with("x-csrf-token", token)
        .with("Set-Cookie", format!("SAP_SESSIONID_S4H_100={session}; path=/; HttpOnly"))
        .with("Set-Cookie", "sap-usercontext=sap-client=100; path=/")
}

/// Whether a request that writes has the token of its session.
fn check_token(books: &Books, call: &Call) -> Result<(), Reply> {
    let cookies = call.header("cookie").unwrap_or_default().split("; ");
    let session = cookies.filter_map(|cookie| cookie.strip_prefix("SAP_SESSIONID_S4H_100=")).next().unwrap_or_default();
    let token = books.notes.get(&format!("csrf {session}"));
    if token.is_some() && token.map(String::as_str) == call.header("x-csrf-token") {
        return Ok(());
    }
    Err(Reply::text(403, "text/plain; charset=utf-8", "CSRF token validation failed").with("x-csrf-token", "Required"))
}

/// The conditions of a filter: `A eq 'x' and B eq 'y'`.
fn filter(call: &Call) -> Result<Vec<(String, String)>, Reply> {
    let bad = || error(400, "/IWFND/CM_MGW_RT/021", "Invalid filter query.");
    let written = call.parameter("$filter").unwrap_or_default();
    let condition = |condition: &str| {
        let (field, value) = condition.split_once(" eq ").ok_or_else(bad)?;
        let value = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).ok_or_else(bad)?;
        Ok((field.to_owned(), value.replace("''", "'")))
    };
    written.split(" and ").filter(|condition| !condition.is_empty()).map(condition).collect()
}

/// `entities` that fit the filter, at most `$top`, with the fields of `$select`.
fn chosen(entities: impl Iterator<Item = Value>, call: &Call) -> Reply {
    let conditions = match filter(call) {
        Ok(conditions) => conditions,
        Err(reply) => return reply,
    };
    if call.parameter("$format") != Some("json") && call.header("accept") != Some("application/json") {
        return Reply::text(200, "application/atom+xml", "<feed/>");
    }
    let mut fitting = Vec::new();
    for entity in entities {
        if let Some((field, _)) = conditions.iter().find(|(field, _)| entity.get(field).is_none()) {
            let says = format!("Property {field} not found in type.");
            return error(400, "/IWBEP/CM_MGW_RT/020", &says);
        }
        if conditions.iter().all(|(field, value)| entity.get(field).and_then(Value::as_str) == Some(value)) {
            fitting.push(entity);
        }
    }
    let select: Option<Vec<&str>> = call.parameter("$select").map(|select| select.split(',').collect());
    let top = call.parameter("$top").and_then(|top| top.parse().ok()).unwrap_or(usize::MAX);
    for entity in &mut fitting {
        if let (Some(select), Some(entity)) = (&select, entity.as_object_mut()) {
            entity.retain(|field, _| select.contains(&field.as_str()));
        }
    }
    results(fitting.into_iter().take(top).collect())
}

fn refuse(kind: &FaultKind, call: &Call) -> Reply {
    let is_journal = call.path == JOURNAL;
    match kind {
        FaultKind::Throttled { retry_after, .. } => throttled(*retry_after, error(429, "429", "Too many requests.")),
        FaultKind::Unauthorized => unauthorized(),
        FaultKind::Status { status } if is_journal && *status >= 500 => entry::fault(*status),
        FaultKind::Status { status } => error(*status, "SY/530", "An exception was raised."),
        FaultKind::PeriodClosed if is_journal => entry::closed_period("2026-01-31"),
        FaultKind::PeriodClosed => error(400, "F5/201", "Posting period 001 2026 is not open"),
        FaultKind::Duplicate if is_journal => entry::refusal("304(F5)", "The document already exists"),
        FaultKind::Duplicate => error(400, "R1/180", "Business partner already exists"),
        _ if is_journal => entry::refusal("808(F5)", "Field Profit Ctr. is a required field for G/L account 1010 4000"),
        _ => error(400, "R11/401", "Enter the region"),
    }
}

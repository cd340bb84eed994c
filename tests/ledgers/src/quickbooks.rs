//! QuickBooks Online: the accounting API v3, as Intuit's XML schemas (intuit/QuickBooks-V3-Java-SDK, `Finance.xsd`) and its
//! developers have it.

mod documents;
mod query;
mod shapes;

use serde_json::{Value, json};

use crate::books::Books;
use crate::call::{Call, Reply};
use crate::fault::{FaultKind, throttled};
use crate::grants::{Issued, Rotation};
use crate::oauth::OAuth;
use crate::provider::Spec;

pub(crate) const SPEC: Spec =
    Spec { name: "quickbooks", company: ("9341453172058217", "Craig's Design and Landscaping"), answer, refuse };

/// Access tokens are good for an hour; refresh tokens for 100 days, and they change about daily.
const OAUTH: OAuth = OAuth {
    provider: "quickbooks",
    rotation: Rotation {
        access_seconds: 3_600,
        refresh_seconds: Some(101 * 86_400),
        replaced_after_seconds: 86_400,
        grace_seconds: 86_400,
    },
    basic: true,
    pkce: false,
    scope: "com.intuit.quickbooks.accounting",
};

const MINOR_VERSION: &str = "75";

fn tokens(issued: &Issued, rotation: Rotation) -> Value {
    json!({
        "token_type": "bearer", "access_token": issued.access, "expires_in": rotation.access_seconds,
        "refresh_token": issued.refresh, "x_refresh_token_expires_in": issued.refresh_seconds,
    })
}

fn answer(books: &mut Books, call: &Call) -> Reply {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/connect/oauth2") => {
            let realm = books.companies.first().map(|company| company.id.clone()).unwrap_or_default();
            OAUTH.consent(books, call, &[("realmId", realm)])
        }
        ("POST", "/oauth2/v1/tokens/bearer") => OAUTH.token(books, call, tokens),
        ("POST", "/v2/oauth2/tokens/revoke") => OAUTH.revoke(books, call),
        _ if !books.grants.is_good(call.bearer(), books.now) => unauthorized(),
        _ => api(books, call),
    }
}

/// `/v3/company/{realmId}/…`.
fn api(books: &mut Books, call: &Call) -> Reply {
    let segments = call.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["v3", "company", realm, resource, rest @ ..] = segments.as_slice() else { return Reply::empty(404) };
    let Some(company) = books.companies.iter().find(|company| company.id == *realm).cloned() else {
        let error = fault("AuthorizationFault", "003100", "ApplicationAuthorizationFailed", "", "");
        return Reply { status: 403, ..error };
    };
    if call.header("accept") != Some("application/json") {
        return Reply::text(200, "application/xml", "<IntuitResponse/>");
    }
    if call.parameter("minorversion") != Some(MINOR_VERSION) {
        return fault("ValidationFault", "2010", "Request has invalid or unsupported property", "minorversion", "");
    }
    match (call.method.as_str(), *resource, rest) {
        ("GET", "companyinfo", [id]) if id == realm => {
            let info = json!({
                "CompanyName": company.name, "LegalName": company.name, "Country": "US", "Id": "1", "SyncToken": "4",
                "domain": "QBO", "sparse": false,
            });
            Reply::json(200, &json!({"CompanyInfo": info, "time": "2026-11-30T00:00:00.000-08:00"}))
        }
        ("GET", "query", []) => query::run(books, &company.id, call.parameter("query").unwrap_or_default()),
        ("POST", resource, []) => write(books, call, &company.id, resource),
        _ => Reply::empty(404),
    }
}

fn write(books: &mut Books, call: &Call, realm: &str, resource: &str) -> Reply {
    if call.header("content-type") != Some("application/json") {
        return Reply::empty(415);
    }
    let Some(key) = call.parameter("requestid") else { return documents::write(books, call, realm, resource) };
    if key.is_empty() || key.len() > 50 {
        return fault("ValidationFault", "2050", "String length is either shorter or longer than supported", "", "");
    }
    // The first answer again, whatever is asked.
    let key = format!("{realm}/{key}");
    if let Some((_, reply)) = books.answered.get(&key) {
        return reply.clone();
    }
    let reply = documents::write(books, call, realm, resource);
    books.answered.insert(key, (String::new(), reply.clone()));
    reply
}

fn unauthorized() -> Reply {
    let error = json!({"message": "message=AuthenticationFailed; errorCode=003200; statusCode=401", "code": "3200"});
    let body = json!({"warnings": null, "fault": {"error": [error], "type": "AUTHENTICATION"}, "report": null});
    Reply::json(401, &body)
}

/// A `Fault` of one error.
fn fault(kind: &str, code: &str, message: &str, detail: &str, element: &str) -> Reply {
    let error = json!({"Message": message, "Detail": detail, "code": code, "element": element});
    Reply::json(400, &json!({"Fault": {"Error": [error], "type": kind}, "time": "2026-11-30T00:00:00.000-08:00"}))
}

fn duplicate_number() -> Reply {
    let detail = "Duplicate Document Number Error : You must specify a different number. This number has already been \
                  used. DocNumber is assigned to TxnType=Invoice";
    fault("ValidationFault", "6140", "Duplicate Document Number Error", detail, "")
}

fn duplicate_name() -> Reply {
    fault("ValidationFault", "6240", "Duplicate Name Exists Error", "The name supplied already exists. : null", "")
}

fn closed() -> Reply {
    let detail = "The account period has closed and the account books cannot be updated through through the QBO Services \
                  API. Please use the QBO website to make these changes.";
    fault("ValidationFault", "6210", "Account Period Closed, Cannot Update Through Services API", detail, "")
}

fn refuse(kind: &FaultKind, call: &Call) -> Reply {
    match kind {
        FaultKind::Throttled { retry_after, .. } => {
            let message = "message=ThrottleExceeded; errorCode=003001; statusCode=429";
            let reply = Reply { status: 429, ..fault("SERVICE", "3001", message, "", "") };
            throttled(*retry_after, reply)
        }
        FaultKind::Unauthorized => unauthorized(),
        FaultKind::Status { status } => Reply::empty(*status),
        FaultKind::Duplicate if call.path.ends_with("/customer") => duplicate_name(),
        FaultKind::Duplicate => duplicate_number(),
        FaultKind::PeriodClosed => closed(),
        _ => {
            // Faults come under the status 200 too.
            let detail = "Business Validation Error: Unexpected Internal Error.";
            let reply = fault("ValidationFault", "6000", "A business validation error has occurred", detail, "");
            Reply { status: 200, ..reply }
        }
    }
}

//! Errors as Stripe writes them.

use http::StatusCode;
use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StripeError {
    pub(super) status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl StripeError {
    fn invalid(code: Option<&'static str>, message: String, param: Option<&str>) -> Self {
        let kind = "invalid_request_error";
        Self { status: StatusCode::BAD_REQUEST, kind, code, message, param: param.map(ToOwned::to_owned) }
    }

    pub(super) fn missing(param: &str) -> Self {
        Self::invalid(Some("parameter_missing"), format!("Missing required param: {param}."), Some(param))
    }

    pub(super) fn unknown(param: &str) -> Self {
        Self::invalid(Some("parameter_unknown"), format!("Received unknown parameter: {param}"), Some(param))
    }

    pub(super) fn wrong(param: &str, message: impl Into<String>) -> Self {
        Self::invalid(None, message.into(), Some(param))
    }

    pub(super) fn no_integer(param: &str, text: &str) -> Self {
        Self::invalid(Some("parameter_invalid_integer"), format!("Invalid integer: {text}"), Some(param))
    }

    /// What the thing's state does not allow.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::invalid(None, message.into(), None)
    }

    /// A thing that a parameter names and that does not exist.
    pub(super) fn no_such(what: &str, id: &str, param: &str) -> Self {
        Self::invalid(Some("resource_missing"), format!("No such {what}: '{id}'"), Some(param))
    }

    /// The same where the path names it.
    pub(super) fn not_found(what: &str, id: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::no_such(what, id, "id") }
    }

    pub(super) fn no_route(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self { status: StatusCode::NOT_FOUND, ..Self::invalid(None, message, None) }
    }

    pub(super) fn unauthorized(message: &str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Self::invalid(None, message.to_owned(), None) }
    }

    /// The card was declined.
    pub(super) fn declined() -> Self {
        let (kind, code) = ("card_error", Some("card_declined"));
        let message = "Your card was declined.".to_owned();
        Self { status: StatusCode::PAYMENT_REQUIRED, kind, code, message, param: None }
    }

    /// The key was used for another request.
    pub(super) fn key_reused(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a \
             key other than '{key}' if you meant to execute a different request."
        );
        let kind = "idempotency_error";
        Self { status: StatusCode::BAD_REQUEST, kind, code: None, message, param: None }
    }

    pub(super) fn body(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        let decline = (self.kind == "card_error").then_some("generic_decline");
        let more = [("code", self.code), ("param", self.param.as_deref()), ("decline_code", decline)];
        if let Some(error) = error.as_object_mut() {
            error.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))));
        }
        json!({ "error": error })
    }
}

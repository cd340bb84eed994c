//! Errors as the caller sees them: RFC 9457 problem+json, with a code in capitals. This is the catalogue; what is not
//! in it cannot be answered.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use edge_capabilities::database::DatabaseError;
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A stable error code for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// 400: the request cannot be parsed, or a field is invalid.
    ValidationError,
    /// 400: the webhook's signature is missing, malformed or wrong.
    InvalidSignature,
    /// 400: an internal tenant is never billed.
    InternalTenant,
    /// 401: the credential is missing or unknown.
    Unauthenticated,
    /// 403: the credential lacks the required right.
    PermissionDenied,
    /// 403: the approval request is the caller's own.
    OwnRequest,
    /// 403: the caller is not a current approver of the request.
    NotAnApprover,
    /// 404: the resource does not exist or belongs to another tenant.
    NotFound,
    /// 404: there is no such API key.
    ApiKeyNotFound,
    /// 404: there is no such organisation, or it is another tenant's.
    OrganizationNotFound,
    /// 404: there is no such rule.
    RuleNotFound,
    /// 404: the rule has no such version.
    VersionNotFound,
    /// 404: there is no such tenant, or it is not the caller's.
    TenantNotFound,
    /// 404: the tenant has no such user.
    UserNotFound,
    /// 404: the tenant has no external id in this application.
    ExternalIdNotFound,
    /// 404: there is no such plan.
    PlanNotFound,
    /// 404: there is no such order, or it is another tenant's.
    OrderNotFound,
    /// 404: there is no such webhook event.
    EventNotFound,
    /// 404: there is no such webhook endpoint.
    EndpointNotFound,
    /// 404: there is no such budget, or it is another tenant's.
    BudgetNotFound,
    /// 404: nothing was reserved under that reference.
    ReservationNotFound,
    /// 404: there is no such approval request, or it is another tenant's.
    ApprovalRequestNotFound,
    /// 404: there is no such approval rule, or it is another tenant's.
    ApprovalRuleNotFound,
    /// 404: there is no such delegation, or it is somebody else's.
    DelegationNotFound,
    /// 405: the path does not support this method.
    MethodNotAllowed,
    /// 409: a request with this Idempotency-Key is still running.
    IdempotencyInProgress,
    /// 409: there is no earlier version of the rule to go back to.
    NothingToRollBack,
    /// 409: the rule `budget` does not allow the purchase.
    BudgetExceeded,
    /// 409: the rule `approval` rejects the purchase.
    PurchaseRejected,
    /// 409: this person has reached the limit of delegations that have not ended.
    DelegationLimitReached,
    /// 409: the approval request is already approved, rejected, used or expired.
    RequestClosed,
    /// 409: this person has already been counted for the approval request.
    AlreadyCounted,
    /// 409: the reservation is already committed or released, or has another amount.
    ReservationSettled,
    /// 409: there is no subscription to cancel.
    NoSubscription,
    /// 409: a value that must be unique is already in use.
    AlreadyExists,
    /// 409: a tenant must keep at least one owner.
    LastOwner,
    /// 409: the tenant's plan allows no more users.
    UserLimitReached,
    /// 412: the resource has changed since it was read.
    PreconditionFailed,
    /// 413: the body exceeds the route's limit: 1 MiB for webhooks and rules, 64 KiB otherwise.
    PayloadTooLarge,
    /// 415: the body is not JSON, or it is compressed.
    UnsupportedMediaType,
    /// 422: this Idempotency-Key was used for another request.
    IdempotencyKeyReused,
    /// 422: the script or its tests do not pass the check.
    RuleInvalid,
    /// 422: an upstream refuses the purchase; repeating the request does not help.
    UpstreamRefused,
    /// 428: the header `If-Match` with the resource's ETag is required.
    PreconditionRequired,
    /// 429: the caller exceeded its rate limit.
    RateLimited,
    /// 500: an internal error of the edge.
    Internal,
    /// 500: a rule failed to make a decision; nothing was granted.
    RuleFailed,
    /// 503: a store of the edge cannot be reached.
    StoreUnavailable,
    /// 503: an upstream cannot be reached or returned an unreadable response.
    UpstreamUnavailable,
}

impl Code {
    /// The HTTP status that goes with the code.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::ValidationError | Self::InvalidSignature | Self::InternalTenant => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::PermissionDenied | Self::OwnRequest | Self::NotAnApprover => StatusCode::FORBIDDEN,
            Self::NotFound
            | Self::ApiKeyNotFound
            | Self::OrganizationNotFound
            | Self::RuleNotFound
            | Self::VersionNotFound
            | Self::TenantNotFound
            | Self::UserNotFound
            | Self::ExternalIdNotFound
            | Self::PlanNotFound
            | Self::OrderNotFound
            | Self::EventNotFound
            | Self::EndpointNotFound
            | Self::BudgetNotFound
            | Self::ReservationNotFound
            | Self::ApprovalRequestNotFound
            | Self::ApprovalRuleNotFound
            | Self::DelegationNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::IdempotencyInProgress
            | Self::NothingToRollBack
            | Self::BudgetExceeded
            | Self::PurchaseRejected
            | Self::DelegationLimitReached
            | Self::RequestClosed
            | Self::AlreadyCounted
            | Self::ReservationSettled
            | Self::NoSubscription
            | Self::AlreadyExists
            | Self::LastOwner
            | Self::UserLimitReached => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IdempotencyKeyReused | Self::RuleInvalid | Self::UpstreamRefused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal | Self::RuleFailed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::StoreUnavailable | Self::UpstreamUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The code as it is written: `VALIDATION_ERROR`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ValidationError => "VALIDATION_ERROR",
            Self::InvalidSignature => "INVALID_SIGNATURE",
            Self::InternalTenant => "INTERNAL_TENANT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::OwnRequest => "OWN_REQUEST",
            Self::NotAnApprover => "NOT_AN_APPROVER",
            Self::NotFound => "NOT_FOUND",
            Self::ApiKeyNotFound => "API_KEY_NOT_FOUND",
            Self::OrganizationNotFound => "ORGANIZATION_NOT_FOUND",
            Self::RuleNotFound => "RULE_NOT_FOUND",
            Self::VersionNotFound => "VERSION_NOT_FOUND",
            Self::TenantNotFound => "TENANT_NOT_FOUND",
            Self::UserNotFound => "USER_NOT_FOUND",
            Self::ExternalIdNotFound => "EXTERNAL_ID_NOT_FOUND",
            Self::PlanNotFound => "PLAN_NOT_FOUND",
            Self::OrderNotFound => "ORDER_NOT_FOUND",
            Self::EventNotFound => "EVENT_NOT_FOUND",
            Self::EndpointNotFound => "ENDPOINT_NOT_FOUND",
            Self::BudgetNotFound => "BUDGET_NOT_FOUND",
            Self::ReservationNotFound => "RESERVATION_NOT_FOUND",
            Self::ApprovalRequestNotFound => "APPROVAL_REQUEST_NOT_FOUND",
            Self::ApprovalRuleNotFound => "APPROVAL_RULE_NOT_FOUND",
            Self::DelegationNotFound => "DELEGATION_NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::IdempotencyInProgress => "IDEMPOTENCY_IN_PROGRESS",
            Self::NothingToRollBack => "NOTHING_TO_ROLL_BACK",
            Self::BudgetExceeded => "BUDGET_EXCEEDED",
            Self::PurchaseRejected => "PURCHASE_REJECTED",
            Self::DelegationLimitReached => "DELEGATION_LIMIT_REACHED",
            Self::RequestClosed => "REQUEST_CLOSED",
            Self::AlreadyCounted => "ALREADY_COUNTED",
            Self::ReservationSettled => "RESERVATION_SETTLED",
            Self::NoSubscription => "NO_SUBSCRIPTION",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::LastOwner => "LAST_OWNER",
            Self::UserLimitReached => "USER_LIMIT_REACHED",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::RuleInvalid => "RULE_INVALID",
            Self::UpstreamRefused => "UPSTREAM_REFUSED",
            Self::PreconditionRequired => "PRECONDITION_REQUIRED",
            Self::RateLimited => "RATE_LIMITED",
            Self::Internal => "INTERNAL",
            Self::RuleFailed => "RULE_FAILED",
            Self::StoreUnavailable => "STORE_UNAVAILABLE",
            Self::UpstreamUnavailable => "UPSTREAM_UNAVAILABLE",
        }
    }
}

/// An invalid field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field in the body: `userId`, `requests[3].userId`.
    pub field: String,
    /// What is wrong with the field.
    pub message: String,
}

impl FieldError {
    /// `field` is not what it must be: `message`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// An error on its way to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    members: Members,
    retry_after_secs: Option<u32>,
    accept_encoding: Option<&'static str>,
    cause: Option<String>,
}

impl Problem {
    /// An error with a sentence for the caller. The sentence quotes nothing that the caller may not see.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            members: Members::default(),
            retry_after_secs: None,
            accept_encoding: None,
            cause: None,
        }
    }

    /// Fields that are not what they must be.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::ValidationError, "The request is not valid: see errors.") }
    }

    /// One field that is not what it must be.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(field, message)])
    }

    /// Tells the caller when to try again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_secs: Some(seconds), ..self }
    }

    /// Tells the caller which encodings of a body are read, where it sent another.
    #[must_use]
    pub(crate) fn accept_encoding(self, encodings: &'static str) -> Self {
        Self { accept_encoding: Some(encodings), ..self }
    }

    /// Adds the member `name` to the body: `json` is JSON, written as it is.
    #[must_use]
    pub fn with(mut self, name: &'static str, json: impl Into<String>) -> Self {
        self.members.0.push((name, json.into()));
        self
    }

    /// Notes why, for the log; the caller does not see it.
    #[must_use]
    pub fn because(self, cause: impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), ..self }
    }

    /// Why, for the log.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The fields it names.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The error as it is written, for the request `request_id`.
    pub fn body(&self, request_id: &str) -> ProblemBody {
        let status = self.code.status();
        ProblemBody {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or("Error").into(),
            status: status.as_u16(),
            detail: self.detail.clone().into_owned(),
            code: self.code,
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            members: self.members.clone(),
        }
    }

    /// The whole answer, for the request `request_id`.
    pub(crate) fn render(&self, request_id: &str) -> Response {
        let body = serde_json::to_vec(&self.body(request_id)).unwrap_or_default();
        let mut response = (self.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_secs {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(encodings) = self.accept_encoding {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(encodings));
        }
        if self.code == Code::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        let problem = match error {
            DatabaseError::Unavailable(_) | DatabaseError::NewerSchema(_) => {
                Self::new(Code::StoreUnavailable, "The edge's database cannot be reached; try again.").retry_after(1)
            }
            DatabaseError::Duplicate(_) | DatabaseError::Refused(_) => Self::new(Code::Internal, "The edge failed."),
        };
        problem.because(error)
    }
}

/// What travels from where the error arose to the border, which knows the request id and writes the body.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives `rendered` what the router said beside the problem: which methods a path does take.
pub(crate) fn keep_allow(rendered: &mut Response, original: &Response) {
    if let Some(allow) = original.headers().get(ALLOW) {
        rendered.headers_mut().insert(ALLOW, allow.clone());
    }
}

/// An error: RFC 9457, `application/problem+json`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody {
    /// Always `about:blank`: the code says what went wrong.
    #[serde(rename = "type")]
    pub kind: String,
    /// The reason phrase of the HTTP status.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// An explanation of the error for people.
    pub detail: String,
    /// The error code, for programs.
    pub code: Code,
    /// The request's id, as in `X-Request-Id` and in the log.
    pub request_id: String,
    /// The invalid fields; omitted if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What this problem says beyond what all say.
    #[serde(flatten)]
    #[schema(ignore)]
    pub members: Members,
}

/// Members of a problem beyond those that all have, each with its JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members(Vec<(&'static str, String)>);

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, json) in &self.0 {
            let value: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_written_as_the_contract_says() {
        let problem = Problem::field("userId", "must not be empty");
        let written = serde_json::to_value(problem.body("req_1")).unwrap();
        let expected = serde_json::json!({
            "type": "about:blank", "title": "Bad Request", "status": 400, "code": "VALIDATION_ERROR",
            "detail": "The request is not valid: see errors.", "requestId": "req_1",
            "errors": [{"field": "userId", "message": "must not be empty"}],
        });
        assert_eq!(written, expected);
    }

    #[test]
    fn a_member_stands_in_the_body_digit_by_digit() {
        let problem = Problem::new(Code::RuleInvalid, "No.").with("tests", r#"[{"expected":20.00}]"#);
        let written = serde_json::to_string(&problem.body("req_1")).unwrap();
        assert!(written.ends_with(r#""code":"RULE_INVALID","requestId":"req_1","tests":[{"expected":20.00}]}"#));
    }

    #[test]
    fn serde_and_as_str_write_the_same_code() {
        for code in [Code::ValidationError, Code::IdempotencyKeyReused, Code::UpstreamUnavailable, Code::NotFound] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}

//! Errors as callers see them: RFC 9457 problem+json with an error code. This is the complete catalogue of codes.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use edge_capabilities::database::DatabaseError;
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::field_errors::FieldError;

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident $status:ident $text:literal;)*) => {
        /// A stable error code for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The HTTP status of the code.
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$code => StatusCode::$status,)*
                }
            }

            /// The code's text: `VALIDATION_ERROR`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)*
                }
            }
        }
    };
}

codes! {
    /// 400: the request cannot be parsed, or a field is invalid.
    ValidationError BAD_REQUEST "VALIDATION_ERROR";
    /// 400: the webhook's signature is missing, malformed or wrong.
    InvalidSignature BAD_REQUEST "INVALID_SIGNATURE";
    /// 400: the one-time code is wrong, used, expired or unknown.
    OtpInvalid BAD_REQUEST "OTP_INVALID";
    /// 400: an internal tenant is never billed.
    InternalTenant BAD_REQUEST "INTERNAL_TENANT";
    /// 400: another customer has the domain.
    OrganizationAlreadyExists BAD_REQUEST "ORGANIZATION_ALREADY_EXISTS";
    /// 400: the customer was provisioned with other fields.
    OdooCustomerIdExists BAD_REQUEST "ODOO_CUSTOMER_ID_EXISTS";
    /// 400: the domain has an e-mail account with this address.
    EmailAccountAlreadyExists BAD_REQUEST "EMAIL_ACCOUNT_ALREADY_EXISTS";
    /// 400: the consent is unknown, used or expired: it is to be begun anew.
    ConsentInvalid BAD_REQUEST "CONSENT_INVALID";
    /// 401: the credential is missing or unknown.
    Unauthenticated UNAUTHORIZED "UNAUTHENTICATED";
    /// 403: the credential lacks the required right.
    PermissionDenied FORBIDDEN "PERMISSION_DENIED";
    /// 403: the approval request is the caller's own.
    OwnRequest FORBIDDEN "OWN_REQUEST";
    /// 403: the caller, or somebody with the same root, opened the dispute.
    OwnDispute FORBIDDEN "OWN_DISPUTE";
    /// 403: the caller is not a current approver of the request.
    NotAnApprover FORBIDDEN "NOT_AN_APPROVER";
    /// 403: whoever was asked did not consent.
    ConsentDenied FORBIDDEN "CONSENT_DENIED";
    /// 404: the resource does not exist or belongs to another tenant.
    NotFound NOT_FOUND "NOT_FOUND";
    /// 404: there is no such API key.
    ApiKeyNotFound NOT_FOUND "API_KEY_NOT_FOUND";
    /// 404: there is no such organisation, or it is another tenant's.
    OrganizationNotFound NOT_FOUND "ORGANIZATION_NOT_FOUND";
    /// 404: nobody registered this application.
    ApplicationNotFound NOT_FOUND "APPLICATION_NOT_FOUND";
    /// 404: the organisation has no such domain.
    DomainNotFound NOT_FOUND "DOMAIN_NOT_FOUND";
    /// 404: there is no such rule.
    RuleNotFound NOT_FOUND "RULE_NOT_FOUND";
    /// 404: the rule has no such version.
    VersionNotFound NOT_FOUND "VERSION_NOT_FOUND";
    /// 404: there is no such tenant, or it is not the caller's.
    TenantNotFound NOT_FOUND "TENANT_NOT_FOUND";
    /// 404: the tenant has no such user.
    UserNotFound NOT_FOUND "USER_NOT_FOUND";
    /// 404: the tenant has no external id in this application.
    ExternalIdNotFound NOT_FOUND "EXTERNAL_ID_NOT_FOUND";
    /// 404: there is no such plan.
    PlanNotFound NOT_FOUND "PLAN_NOT_FOUND";
    /// 404: there is no such order, or it is another tenant's.
    OrderNotFound NOT_FOUND "ORDER_NOT_FOUND";
    /// 404: the order has no such item.
    OrderItemNotFound NOT_FOUND "ORDER_ITEM_NOT_FOUND";
    /// 404: there is no such shop, or it is another tenant's.
    ShopNotFound NOT_FOUND "SHOP_NOT_FOUND";
    /// 404: there is no such subscription, or it is another organisation's.
    SubscriptionNotFound NOT_FOUND "SUBSCRIPTION_NOT_FOUND";
    /// 404: there is no such seat, or it is not offered to the caller.
    SeatNotFound NOT_FOUND "SEAT_NOT_FOUND";
    /// 404: there is no such contact, or it is another tenant's.
    ContactNotFound NOT_FOUND "CONTACT_NOT_FOUND";
    /// 404: there is no such campaign, or it is another tenant's.
    CampaignNotFound NOT_FOUND "CAMPAIGN_NOT_FOUND";
    /// 404: the campaign has no such step.
    StepNotFound NOT_FOUND "STEP_NOT_FOUND";
    /// 404: the contact was never enrolled in the campaign.
    NotEnrolled NOT_FOUND "NOT_ENROLLED";
    /// 404: there is no such entity, or it is another tenant's.
    EntityNotFound NOT_FOUND "ENTITY_NOT_FOUND";
    /// 404: there is no such charge, or it is another tenant's.
    ChargeNotFound NOT_FOUND "CHARGE_NOT_FOUND";
    /// 404: there is no such invoice, or it is another tenant's.
    InvoiceNotFound NOT_FOUND "INVOICE_NOT_FOUND";
    /// 404: there is no such contract, or it is another tenant's.
    ContractNotFound NOT_FOUND "CONTRACT_NOT_FOUND";
    /// 404: there is no such webhook event.
    EventNotFound NOT_FOUND "EVENT_NOT_FOUND";
    /// 404: there is no such message, or it is another tenant's.
    MessageNotFound NOT_FOUND "MESSAGE_NOT_FOUND";
    /// 404: there is no such job.
    JobNotFound NOT_FOUND "JOB_NOT_FOUND";
    /// 404: there is no such webhook endpoint.
    EndpointNotFound NOT_FOUND "ENDPOINT_NOT_FOUND";
    /// 404: there is no such budget, or it is another tenant's.
    BudgetNotFound NOT_FOUND "BUDGET_NOT_FOUND";
    /// 404: there is no such department, or it is another tenant's.
    DepartmentNotFound NOT_FOUND "DEPARTMENT_NOT_FOUND";
    /// 404: nothing was reserved under that reference.
    ReservationNotFound NOT_FOUND "RESERVATION_NOT_FOUND";
    /// 404: there is no such approval request, or it is another tenant's.
    ApprovalRequestNotFound NOT_FOUND "APPROVAL_REQUEST_NOT_FOUND";
    /// 404: there is no such approval rule, or it is another tenant's.
    ApprovalRuleNotFound NOT_FOUND "APPROVAL_RULE_NOT_FOUND";
    /// 404: there is no such delegation, or it is somebody else's.
    DelegationNotFound NOT_FOUND "DELEGATION_NOT_FOUND";
    /// 404: there is no such dispute, or it is another tenant's.
    DisputeNotFound NOT_FOUND "DISPUTE_NOT_FOUND";
    /// 404: there is no such report, or it is another tenant's.
    ReportNotFound NOT_FOUND "REPORT_NOT_FOUND";
    /// 404: there is no such integration, or it is another tenant's.
    IntegrationNotFound NOT_FOUND "INTEGRATION_NOT_FOUND";
    /// 405: the path does not support this method.
    MethodNotAllowed METHOD_NOT_ALLOWED "METHOD_NOT_ALLOWED";
    /// 406: the resource is not there in a type that the caller accepts.
    NotAcceptable NOT_ACCEPTABLE "NOT_ACCEPTABLE";
    /// 409: a request with this Idempotency-Key is still running.
    IdempotencyInProgress CONFLICT "IDEMPOTENCY_IN_PROGRESS";
    /// 409: there is no earlier version of the rule to go back to.
    NothingToRollBack CONFLICT "NOTHING_TO_ROLL_BACK";
    /// 409: the rule `budget` does not allow the purchase.
    BudgetExceeded CONFLICT "BUDGET_EXCEEDED";
    /// 409: the shares of a source would be more than all of it.
    AllocationExceeded CONFLICT "ALLOCATION_EXCEEDED";
    /// 409: the department has a share of the source at that time.
    AllocationOverlaps CONFLICT "ALLOCATION_OVERLAPS";
    /// 409: lines were posted as of that day or a later one.
    AllocationPosted CONFLICT "ALLOCATION_POSTED";
    /// 409: the headcounts that a source is split by add up to 0.
    DriverTotalZero CONFLICT "DRIVER_TOTAL_ZERO";
    /// 409: an earlier change of the subscription is still to be paid.
    PaymentPending CONFLICT "PAYMENT_PENDING";
    /// 409: the rule `approval` rejects the purchase.
    PurchaseRejected CONFLICT "PURCHASE_REJECTED";
    /// 409: this person has reached the limit of delegations that have not ended.
    DelegationLimitReached CONFLICT "DELEGATION_LIMIT_REACHED";
    /// 409: the approval request is already approved, rejected, used or expired.
    RequestClosed CONFLICT "REQUEST_CLOSED";
    /// 409: this person has already been counted for the approval request.
    AlreadyCounted CONFLICT "ALREADY_COUNTED";
    /// 409: the reservation is already committed or released, or has another amount.
    ReservationSettled CONFLICT "RESERVATION_SETTLED";
    /// 409: there is no subscription to cancel.
    NoSubscription CONFLICT "NO_SUBSCRIPTION";
    /// 409: the organisation has a live subscription to the application.
    SubscriptionExists CONFLICT "SUBSCRIPTION_EXISTS";
    /// 409: the subscription is not paid, or it has ended.
    SubscriptionInactive CONFLICT "SUBSCRIPTION_INACTIVE";
    /// 409: more seats are in use than there would be.
    SeatsInUse CONFLICT "SEATS_IN_USE";
    /// 409: the ERP has seats that are not in the edge's record, from which they are to be read.
    SeatsNotImported CONFLICT "SEATS_NOT_IMPORTED";
    /// 409: all purchased seats are assigned or offered.
    SeatLimitReached CONFLICT "SEAT_LIMIT_REACHED";
    /// 409: the seat was assigned a short time ago and cannot be transferred yet.
    SeatCooldown CONFLICT "SEAT_COOLDOWN";
    /// 409: the seat was revoked.
    SeatRevoked CONFLICT "SEAT_REVOKED";
    /// 409: nobody has accepted the seat yet.
    SeatPending CONFLICT "SEAT_PENDING";
    /// 409: the invitation was not accepted in time.
    InvitationExpired CONFLICT "INVITATION_EXPIRED";
    /// 409: the invoice is not finalised yet.
    InvoicePending CONFLICT "INVOICE_PENDING";
    /// 409: the invoice is finalised, so it cannot be changed any more.
    InvoiceFinalized CONFLICT "INVOICE_FINALIZED";
    /// 409: the invoice is paid, at least in part.
    InvoicePaid CONFLICT "INVOICE_PAID";
    /// 409: the invoice is voided.
    InvoiceCancelled CONFLICT "INVOICE_CANCELLED";
    /// 409: the entity would be below itself.
    HierarchyCycle CONFLICT "HIERARCHY_CYCLE";
    /// 409: an entity would be more than 8 levels deep.
    HierarchyTooDeep CONFLICT "HIERARCHY_TOO_DEEP";
    /// 409: the entity has active children.
    EntityHasChildren CONFLICT "ENTITY_HAS_CHILDREN";
    /// 409: the entity, or its parent, is closed.
    EntityClosed CONFLICT "ENTITY_CLOSED";
    /// 409: the dispute is resolved, rejected or withdrawn, or is being resolved.
    DisputeClosed CONFLICT "DISPUTE_CLOSED";
    /// 409: the payer disputes the payment at the bank, or has got the money back there.
    CardDispute CONFLICT "CARD_DISPUTE";
    /// 409: no gateway has reported the payment.
    PaymentUnknown CONFLICT "PAYMENT_UNKNOWN";
    /// 409: the payment was not made through BheemPay.
    NotRefundable CONFLICT "NOT_REFUNDABLE";
    /// 409: so much is not left of the payment.
    RefundExceedsPayment CONFLICT "REFUND_EXCEEDS_PAYMENT";
    /// 409: the order is cancelled.
    OrderCancelled CONFLICT "ORDER_CANCELLED";
    /// 409: the order is shipped, so it does not go back.
    OrderShipped CONFLICT "ORDER_SHIPPED";
    /// 409: the order is not shipped yet.
    OrderNotShipped CONFLICT "ORDER_NOT_SHIPPED";
    /// 409: the contact wants no messages over a channel of the campaign.
    ContactUnsubscribed CONFLICT "CONTACT_UNSUBSCRIBED";
    /// 409: the campaign has no active step.
    CampaignEmpty CONFLICT "CAMPAIGN_EMPTY";
    /// 409: the campaign was never activated, or is paused.
    CampaignNotActive CONFLICT "CAMPAIGN_NOT_ACTIVE";
    /// 409: the contract is not a draft any more, so it cannot be edited.
    ContractNotDraft CONFLICT "CONTRACT_NOT_DRAFT";
    /// 409: the contract is not signed, or it has ended.
    ContractNotActive CONFLICT "CONTRACT_NOT_ACTIVE";
    /// 409: the contract was renewed, and the next term has not begun.
    AlreadyRenewed CONFLICT "ALREADY_RENEWED";
    /// 409: the contract is not renewed: it says so, or notice was given.
    ContractNotRenewable CONFLICT "CONTRACT_NOT_RENEWABLE";
    /// 409: an amendment of the contract waits for approval.
    AmendmentPending CONFLICT "AMENDMENT_PENDING";
    /// 409: the amendment is dated before one that is agreed on.
    AmendmentOutOfOrder CONFLICT "AMENDMENT_OUT_OF_ORDER";
    /// 409: documents were written to the books of another company.
    CompanyChanged CONFLICT "COMPANY_CHANGED";
    /// 409: nobody has to consent: the credentials are enough.
    ConsentNotNeeded CONFLICT "CONSENT_NOT_NEEDED";
    /// 409: the integration is not connected to the books of a company.
    IntegrationNotConnected CONFLICT "INTEGRATION_NOT_CONNECTED";
    /// 409: a run of the integration is open.
    SyncRunning CONFLICT "SYNC_RUNNING";
    /// 409: a value that must be unique is already in use.
    AlreadyExists CONFLICT "ALREADY_EXISTS";
    /// 409: a tenant must keep at least one owner.
    LastOwner CONFLICT "LAST_OWNER";
    /// 409: the tenant's plan allows no more users.
    UserLimitReached CONFLICT "USER_LIMIT_REACHED";
    /// 412: the resource has changed since it was read.
    PreconditionFailed PRECONDITION_FAILED "PRECONDITION_FAILED";
    /// 413: the body exceeds the route's limit: 32 MiB for imports, 1 MiB for webhooks and rules, 64 KiB otherwise.
    PayloadTooLarge PAYLOAD_TOO_LARGE "PAYLOAD_TOO_LARGE";
    /// 415: the body is not JSON, or it is compressed.
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "UNSUPPORTED_MEDIA_TYPE";
    /// 422: this Idempotency-Key was used for another request.
    IdempotencyKeyReused UNPROCESSABLE_ENTITY "IDEMPOTENCY_KEY_REUSED";
    /// 422: the script or its tests do not pass the check.
    RuleInvalid UNPROCESSABLE_ENTITY "RULE_INVALID";
    /// 422: an upstream refuses the purchase; repeating the request does not help.
    UpstreamRefused UNPROCESSABLE_ENTITY "UPSTREAM_REFUSED";
    /// 428: the header `If-Match` with the resource's ETag is required.
    PreconditionRequired PRECONDITION_REQUIRED "PRECONDITION_REQUIRED";
    /// 429: a one-time code was sent to this phone a short time ago.
    OtpCooldown TOO_MANY_REQUESTS "OTP_COOLDOWN";
    /// 429: as many one-time codes were sent as may be.
    OtpLimitReached TOO_MANY_REQUESTS "OTP_LIMIT_REACHED";
    /// 429: the caller exceeded its rate limit.
    RateLimited TOO_MANY_REQUESTS "RATE_LIMITED";
    /// 500: an internal error of the edge.
    Internal INTERNAL_SERVER_ERROR "INTERNAL";
    /// 500: a rule failed to make a decision; nothing was granted.
    RuleFailed INTERNAL_SERVER_ERROR "RULE_FAILED";
    /// 500: provisioning stopped half-way; the same request goes on with it.
    ProvisioningFailed INTERNAL_SERVER_ERROR "PROVISIONING_FAILED";
    /// 503: a store of the edge cannot be reached.
    StoreUnavailable SERVICE_UNAVAILABLE "STORE_UNAVAILABLE";
    /// 503: what this is about is not known yet.
    NotYetKnown SERVICE_UNAVAILABLE "NOT_YET_KNOWN";
    /// 503: the edge lacks the settings that this needs.
    NotConfigured SERVICE_UNAVAILABLE "NOT_CONFIGURED";
    /// 503: an upstream cannot be reached or returned an unreadable response.
    UpstreamUnavailable SERVICE_UNAVAILABLE "UPSTREAM_UNAVAILABLE";
}

/// An error response.
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
    /// An error with a sentence for the caller, which must quote nothing that the caller may not see.
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

    /// A request with invalid fields.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Code::ValidationError, "The request is not valid: see errors.") }
    }

    /// A request with one invalid field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(field, message)])
    }

    /// Tells the caller when to try again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_secs: Some(seconds), ..self }
    }

    /// Tells the caller which encodings of a body are accepted.
    #[must_use]
    pub(crate) fn accept_encoding(self, encodings: &'static str) -> Self {
        Self { accept_encoding: Some(encodings), ..self }
    }

    /// Adds the member `name` to the body; `json` is its value as JSON.
    #[must_use]
    pub fn with(mut self, name: &'static str, json: impl Into<String>) -> Self {
        self.members.0.push((name, json.into()));
        self
    }

    /// Sets the cause for the log; the caller does not see it.
    #[must_use]
    pub fn because(self, cause: impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), ..self }
    }

    /// The cause, for the log.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The error code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The sentence for the caller.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The invalid fields.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The body of the response to the request `request_id`.
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

    /// The response to the request `request_id`.
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

/// Carries the problem in the extensions of a response to the layer, which knows the request id and writes the body.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Copies to `rendered` the header `Allow` that the router set: the methods that a path supports.
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
    /// The members of this problem beyond those that all have.
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
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}

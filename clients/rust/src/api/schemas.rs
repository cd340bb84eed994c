//! Schemas of several subjects.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// An API key, without its secret.
#[derive(Clone, Debug, Deserialize)]
pub struct ApiKey {
    /// The applications that the key may be used for; null if all are allowed.
    pub applications: Option<Vec<String>>,
    /// When the key was created, RFC 3339.
    pub created_at: String,
    /// The id of the caller that created the key.
    pub created_by: String,
    /// When the key expires, RFC 3339; null if it does not expire.
    pub expires_at: Option<String>,
    /// The key's id.
    pub id: String,
    /// When the key was last used, RFC 3339, to within an hour; null: never.
    pub last_used_at: Option<String>,
    /// The key's name.
    pub name: String,
    /// The origin of the chain of keys that created this key: a person of the tenant, or the first key bound to it.
    /// Omitted if the chain begins with this key.
    pub root: Option<String>,
    /// The key's scopes.
    pub scopes: Vec<Scope>,
    /// `tenant_id`.
    pub tenant_id: Option<TenantId>,
}

/// A stable error code for programs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum Code {
    /// `VALIDATION_ERROR`.
    #[serde(rename = "VALIDATION_ERROR")]
    ValidationError,
    /// `INVALID_SIGNATURE`.
    #[serde(rename = "INVALID_SIGNATURE")]
    InvalidSignature,
    /// `OTP_INVALID`.
    #[serde(rename = "OTP_INVALID")]
    OtpInvalid,
    /// `INTERNAL_TENANT`.
    #[serde(rename = "INTERNAL_TENANT")]
    InternalTenant,
    /// `ORGANIZATION_ALREADY_EXISTS`.
    #[serde(rename = "ORGANIZATION_ALREADY_EXISTS")]
    OrganizationAlreadyExists,
    /// `ODOO_CUSTOMER_ID_EXISTS`.
    #[serde(rename = "ODOO_CUSTOMER_ID_EXISTS")]
    OdooCustomerIdExists,
    /// `EMAIL_ACCOUNT_ALREADY_EXISTS`.
    #[serde(rename = "EMAIL_ACCOUNT_ALREADY_EXISTS")]
    EmailAccountAlreadyExists,
    /// `CONSENT_INVALID`.
    #[serde(rename = "CONSENT_INVALID")]
    ConsentInvalid,
    /// `UNAUTHENTICATED`.
    #[serde(rename = "UNAUTHENTICATED")]
    Unauthenticated,
    /// `PERMISSION_DENIED`.
    #[serde(rename = "PERMISSION_DENIED")]
    PermissionDenied,
    /// `OWN_REQUEST`.
    #[serde(rename = "OWN_REQUEST")]
    OwnRequest,
    /// `OWN_DISPUTE`.
    #[serde(rename = "OWN_DISPUTE")]
    OwnDispute,
    /// `NOT_AN_APPROVER`.
    #[serde(rename = "NOT_AN_APPROVER")]
    NotAnApprover,
    /// `CONSENT_DENIED`.
    #[serde(rename = "CONSENT_DENIED")]
    ConsentDenied,
    /// `NOT_FOUND`.
    #[serde(rename = "NOT_FOUND")]
    NotFound,
    /// `API_KEY_NOT_FOUND`.
    #[serde(rename = "API_KEY_NOT_FOUND")]
    ApiKeyNotFound,
    /// `ORGANIZATION_NOT_FOUND`.
    #[serde(rename = "ORGANIZATION_NOT_FOUND")]
    OrganizationNotFound,
    /// `APPLICATION_NOT_FOUND`.
    #[serde(rename = "APPLICATION_NOT_FOUND")]
    ApplicationNotFound,
    /// `DOMAIN_NOT_FOUND`.
    #[serde(rename = "DOMAIN_NOT_FOUND")]
    DomainNotFound,
    /// `RULE_NOT_FOUND`.
    #[serde(rename = "RULE_NOT_FOUND")]
    RuleNotFound,
    /// `VERSION_NOT_FOUND`.
    #[serde(rename = "VERSION_NOT_FOUND")]
    VersionNotFound,
    /// `TENANT_NOT_FOUND`.
    #[serde(rename = "TENANT_NOT_FOUND")]
    TenantNotFound,
    /// `USER_NOT_FOUND`.
    #[serde(rename = "USER_NOT_FOUND")]
    UserNotFound,
    /// `EXTERNAL_ID_NOT_FOUND`.
    #[serde(rename = "EXTERNAL_ID_NOT_FOUND")]
    ExternalIdNotFound,
    /// `PLAN_NOT_FOUND`.
    #[serde(rename = "PLAN_NOT_FOUND")]
    PlanNotFound,
    /// `ORDER_NOT_FOUND`.
    #[serde(rename = "ORDER_NOT_FOUND")]
    OrderNotFound,
    /// `ORDER_ITEM_NOT_FOUND`.
    #[serde(rename = "ORDER_ITEM_NOT_FOUND")]
    OrderItemNotFound,
    /// `SHOP_NOT_FOUND`.
    #[serde(rename = "SHOP_NOT_FOUND")]
    ShopNotFound,
    /// `SUBSCRIPTION_NOT_FOUND`.
    #[serde(rename = "SUBSCRIPTION_NOT_FOUND")]
    SubscriptionNotFound,
    /// `SEAT_NOT_FOUND`.
    #[serde(rename = "SEAT_NOT_FOUND")]
    SeatNotFound,
    /// `CONTACT_NOT_FOUND`.
    #[serde(rename = "CONTACT_NOT_FOUND")]
    ContactNotFound,
    /// `CAMPAIGN_NOT_FOUND`.
    #[serde(rename = "CAMPAIGN_NOT_FOUND")]
    CampaignNotFound,
    /// `STEP_NOT_FOUND`.
    #[serde(rename = "STEP_NOT_FOUND")]
    StepNotFound,
    /// `NOT_ENROLLED`.
    #[serde(rename = "NOT_ENROLLED")]
    NotEnrolled,
    /// `ENTITY_NOT_FOUND`.
    #[serde(rename = "ENTITY_NOT_FOUND")]
    EntityNotFound,
    /// `CHARGE_NOT_FOUND`.
    #[serde(rename = "CHARGE_NOT_FOUND")]
    ChargeNotFound,
    /// `INVOICE_NOT_FOUND`.
    #[serde(rename = "INVOICE_NOT_FOUND")]
    InvoiceNotFound,
    /// `CONTRACT_NOT_FOUND`.
    #[serde(rename = "CONTRACT_NOT_FOUND")]
    ContractNotFound,
    /// `EVENT_NOT_FOUND`.
    #[serde(rename = "EVENT_NOT_FOUND")]
    EventNotFound,
    /// `MESSAGE_NOT_FOUND`.
    #[serde(rename = "MESSAGE_NOT_FOUND")]
    MessageNotFound,
    /// `JOB_NOT_FOUND`.
    #[serde(rename = "JOB_NOT_FOUND")]
    JobNotFound,
    /// `ENDPOINT_NOT_FOUND`.
    #[serde(rename = "ENDPOINT_NOT_FOUND")]
    EndpointNotFound,
    /// `BUDGET_NOT_FOUND`.
    #[serde(rename = "BUDGET_NOT_FOUND")]
    BudgetNotFound,
    /// `DEPARTMENT_NOT_FOUND`.
    #[serde(rename = "DEPARTMENT_NOT_FOUND")]
    DepartmentNotFound,
    /// `RESERVATION_NOT_FOUND`.
    #[serde(rename = "RESERVATION_NOT_FOUND")]
    ReservationNotFound,
    /// `APPROVAL_REQUEST_NOT_FOUND`.
    #[serde(rename = "APPROVAL_REQUEST_NOT_FOUND")]
    ApprovalRequestNotFound,
    /// `APPROVAL_RULE_NOT_FOUND`.
    #[serde(rename = "APPROVAL_RULE_NOT_FOUND")]
    ApprovalRuleNotFound,
    /// `DELEGATION_NOT_FOUND`.
    #[serde(rename = "DELEGATION_NOT_FOUND")]
    DelegationNotFound,
    /// `DISPUTE_NOT_FOUND`.
    #[serde(rename = "DISPUTE_NOT_FOUND")]
    DisputeNotFound,
    /// `REPORT_NOT_FOUND`.
    #[serde(rename = "REPORT_NOT_FOUND")]
    ReportNotFound,
    /// `INTEGRATION_NOT_FOUND`.
    #[serde(rename = "INTEGRATION_NOT_FOUND")]
    IntegrationNotFound,
    /// `METHOD_NOT_ALLOWED`.
    #[serde(rename = "METHOD_NOT_ALLOWED")]
    MethodNotAllowed,
    /// `NOT_ACCEPTABLE`.
    #[serde(rename = "NOT_ACCEPTABLE")]
    NotAcceptable,
    /// `IDEMPOTENCY_IN_PROGRESS`.
    #[serde(rename = "IDEMPOTENCY_IN_PROGRESS")]
    IdempotencyInProgress,
    /// `NOTHING_TO_ROLL_BACK`.
    #[serde(rename = "NOTHING_TO_ROLL_BACK")]
    NothingToRollBack,
    /// `BUDGET_EXCEEDED`.
    #[serde(rename = "BUDGET_EXCEEDED")]
    BudgetExceeded,
    /// `ALLOCATION_EXCEEDED`.
    #[serde(rename = "ALLOCATION_EXCEEDED")]
    AllocationExceeded,
    /// `ALLOCATION_OVERLAPS`.
    #[serde(rename = "ALLOCATION_OVERLAPS")]
    AllocationOverlaps,
    /// `ALLOCATION_POSTED`.
    #[serde(rename = "ALLOCATION_POSTED")]
    AllocationPosted,
    /// `DRIVER_TOTAL_ZERO`.
    #[serde(rename = "DRIVER_TOTAL_ZERO")]
    DriverTotalZero,
    /// `PAYMENT_PENDING`.
    #[serde(rename = "PAYMENT_PENDING")]
    PaymentPending,
    /// `PURCHASE_REJECTED`.
    #[serde(rename = "PURCHASE_REJECTED")]
    PurchaseRejected,
    /// `DELEGATION_LIMIT_REACHED`.
    #[serde(rename = "DELEGATION_LIMIT_REACHED")]
    DelegationLimitReached,
    /// `REQUEST_CLOSED`.
    #[serde(rename = "REQUEST_CLOSED")]
    RequestClosed,
    /// `ALREADY_COUNTED`.
    #[serde(rename = "ALREADY_COUNTED")]
    AlreadyCounted,
    /// `RESERVATION_SETTLED`.
    #[serde(rename = "RESERVATION_SETTLED")]
    ReservationSettled,
    /// `NO_SUBSCRIPTION`.
    #[serde(rename = "NO_SUBSCRIPTION")]
    NoSubscription,
    /// `SUBSCRIPTION_EXISTS`.
    #[serde(rename = "SUBSCRIPTION_EXISTS")]
    SubscriptionExists,
    /// `SUBSCRIPTION_INACTIVE`.
    #[serde(rename = "SUBSCRIPTION_INACTIVE")]
    SubscriptionInactive,
    /// `SEATS_IN_USE`.
    #[serde(rename = "SEATS_IN_USE")]
    SeatsInUse,
    /// `SEATS_NOT_IMPORTED`.
    #[serde(rename = "SEATS_NOT_IMPORTED")]
    SeatsNotImported,
    /// `SEAT_LIMIT_REACHED`.
    #[serde(rename = "SEAT_LIMIT_REACHED")]
    SeatLimitReached,
    /// `SEAT_COOLDOWN`.
    #[serde(rename = "SEAT_COOLDOWN")]
    SeatCooldown,
    /// `SEAT_REVOKED`.
    #[serde(rename = "SEAT_REVOKED")]
    SeatRevoked,
    /// `SEAT_PENDING`.
    #[serde(rename = "SEAT_PENDING")]
    SeatPending,
    /// `INVITATION_EXPIRED`.
    #[serde(rename = "INVITATION_EXPIRED")]
    InvitationExpired,
    /// `INVOICE_PENDING`.
    #[serde(rename = "INVOICE_PENDING")]
    InvoicePending,
    /// `INVOICE_FINALIZED`.
    #[serde(rename = "INVOICE_FINALIZED")]
    InvoiceFinalized,
    /// `INVOICE_PAID`.
    #[serde(rename = "INVOICE_PAID")]
    InvoicePaid,
    /// `INVOICE_CANCELLED`.
    #[serde(rename = "INVOICE_CANCELLED")]
    InvoiceCancelled,
    /// `HIERARCHY_CYCLE`.
    #[serde(rename = "HIERARCHY_CYCLE")]
    HierarchyCycle,
    /// `HIERARCHY_TOO_DEEP`.
    #[serde(rename = "HIERARCHY_TOO_DEEP")]
    HierarchyTooDeep,
    /// `ENTITY_HAS_CHILDREN`.
    #[serde(rename = "ENTITY_HAS_CHILDREN")]
    EntityHasChildren,
    /// `ENTITY_CLOSED`.
    #[serde(rename = "ENTITY_CLOSED")]
    EntityClosed,
    /// `DISPUTE_CLOSED`.
    #[serde(rename = "DISPUTE_CLOSED")]
    DisputeClosed,
    /// `CARD_DISPUTE`.
    #[serde(rename = "CARD_DISPUTE")]
    CardDispute,
    /// `PAYMENT_UNKNOWN`.
    #[serde(rename = "PAYMENT_UNKNOWN")]
    PaymentUnknown,
    /// `NOT_REFUNDABLE`.
    #[serde(rename = "NOT_REFUNDABLE")]
    NotRefundable,
    /// `REFUND_EXCEEDS_PAYMENT`.
    #[serde(rename = "REFUND_EXCEEDS_PAYMENT")]
    RefundExceedsPayment,
    /// `ORDER_CANCELLED`.
    #[serde(rename = "ORDER_CANCELLED")]
    OrderCancelled,
    /// `ORDER_SHIPPED`.
    #[serde(rename = "ORDER_SHIPPED")]
    OrderShipped,
    /// `ORDER_NOT_SHIPPED`.
    #[serde(rename = "ORDER_NOT_SHIPPED")]
    OrderNotShipped,
    /// `CONTACT_UNSUBSCRIBED`.
    #[serde(rename = "CONTACT_UNSUBSCRIBED")]
    ContactUnsubscribed,
    /// `CAMPAIGN_EMPTY`.
    #[serde(rename = "CAMPAIGN_EMPTY")]
    CampaignEmpty,
    /// `CAMPAIGN_NOT_ACTIVE`.
    #[serde(rename = "CAMPAIGN_NOT_ACTIVE")]
    CampaignNotActive,
    /// `CONTRACT_NOT_DRAFT`.
    #[serde(rename = "CONTRACT_NOT_DRAFT")]
    ContractNotDraft,
    /// `CONTRACT_NOT_ACTIVE`.
    #[serde(rename = "CONTRACT_NOT_ACTIVE")]
    ContractNotActive,
    /// `ALREADY_RENEWED`.
    #[serde(rename = "ALREADY_RENEWED")]
    AlreadyRenewed,
    /// `CONTRACT_NOT_RENEWABLE`.
    #[serde(rename = "CONTRACT_NOT_RENEWABLE")]
    ContractNotRenewable,
    /// `AMENDMENT_PENDING`.
    #[serde(rename = "AMENDMENT_PENDING")]
    AmendmentPending,
    /// `AMENDMENT_OUT_OF_ORDER`.
    #[serde(rename = "AMENDMENT_OUT_OF_ORDER")]
    AmendmentOutOfOrder,
    /// `COMPANY_CHANGED`.
    #[serde(rename = "COMPANY_CHANGED")]
    CompanyChanged,
    /// `CONSENT_NOT_NEEDED`.
    #[serde(rename = "CONSENT_NOT_NEEDED")]
    ConsentNotNeeded,
    /// `INTEGRATION_NOT_CONNECTED`.
    #[serde(rename = "INTEGRATION_NOT_CONNECTED")]
    IntegrationNotConnected,
    /// `SYNC_RUNNING`.
    #[serde(rename = "SYNC_RUNNING")]
    SyncRunning,
    /// `ALREADY_EXISTS`.
    #[serde(rename = "ALREADY_EXISTS")]
    AlreadyExists,
    /// `LAST_OWNER`.
    #[serde(rename = "LAST_OWNER")]
    LastOwner,
    /// `USER_LIMIT_REACHED`.
    #[serde(rename = "USER_LIMIT_REACHED")]
    UserLimitReached,
    /// `PRECONDITION_FAILED`.
    #[serde(rename = "PRECONDITION_FAILED")]
    PreconditionFailed,
    /// `PAYLOAD_TOO_LARGE`.
    #[serde(rename = "PAYLOAD_TOO_LARGE")]
    PayloadTooLarge,
    /// `UNSUPPORTED_MEDIA_TYPE`.
    #[serde(rename = "UNSUPPORTED_MEDIA_TYPE")]
    UnsupportedMediaType,
    /// `IDEMPOTENCY_KEY_REUSED`.
    #[serde(rename = "IDEMPOTENCY_KEY_REUSED")]
    IdempotencyKeyReused,
    /// `RULE_INVALID`.
    #[serde(rename = "RULE_INVALID")]
    RuleInvalid,
    /// `UPSTREAM_REFUSED`.
    #[serde(rename = "UPSTREAM_REFUSED")]
    UpstreamRefused,
    /// `PRECONDITION_REQUIRED`.
    #[serde(rename = "PRECONDITION_REQUIRED")]
    PreconditionRequired,
    /// `OTP_COOLDOWN`.
    #[serde(rename = "OTP_COOLDOWN")]
    OtpCooldown,
    /// `OTP_LIMIT_REACHED`.
    #[serde(rename = "OTP_LIMIT_REACHED")]
    OtpLimitReached,
    /// `RATE_LIMITED`.
    #[serde(rename = "RATE_LIMITED")]
    RateLimited,
    /// `INTERNAL`.
    #[serde(rename = "INTERNAL")]
    Internal,
    /// `RULE_FAILED`.
    #[serde(rename = "RULE_FAILED")]
    RuleFailed,
    /// `PROVISIONING_FAILED`.
    #[serde(rename = "PROVISIONING_FAILED")]
    ProvisioningFailed,
    /// `STORE_UNAVAILABLE`.
    #[serde(rename = "STORE_UNAVAILABLE")]
    StoreUnavailable,
    /// `NOT_YET_KNOWN`.
    #[serde(rename = "NOT_YET_KNOWN")]
    NotYetKnown,
    /// `NOT_CONFIGURED`.
    #[serde(rename = "NOT_CONFIGURED")]
    NotConfigured,
    /// `UPSTREAM_UNAVAILABLE`.
    #[serde(rename = "UPSTREAM_UNAVAILABLE")]
    UpstreamUnavailable,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// What happens at the end of a term.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ContractRenewalMode {
    /// `auto`.
    #[serde(rename = "auto")]
    Auto,
    /// `manual`.
    #[serde(rename = "manual")]
    Manual,
    /// `none`.
    #[serde(rename = "none")]
    None,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// What became of a contract.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ContractStatus {
    /// `draft`.
    #[serde(rename = "draft")]
    Draft,
    /// `pending_approval`.
    #[serde(rename = "pending_approval")]
    PendingApproval,
    /// `active`.
    #[serde(rename = "active")]
    Active,
    /// `renewed`.
    #[serde(rename = "renewed")]
    Renewed,
    /// `expired`.
    #[serde(rename = "expired")]
    Expired,
    /// `terminated`.
    #[serde(rename = "terminated")]
    Terminated,
    /// `cancelled`.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A new API key. It is shown only once.
#[derive(Clone, Debug, Deserialize)]
pub struct CreatedApiKey {
    /// The key's id, used to revoke it.
    pub id: String,
    /// The complete key, to be sent as `Authorization: Bearer …`.
    pub key: String,
}

/// An invalid field of a request.
#[derive(Clone, Debug, Deserialize)]
pub struct FieldError {
    /// The path of the field in the body: `userId`, `requests[3].userId`.
    pub field: String,
    /// What is wrong with the field.
    pub message: String,
}

/// Who takes the money.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum GatewayName {
    /// `stripe`.
    #[serde(rename = "stripe")]
    Stripe,
    /// `bheempay`.
    #[serde(rename = "bheempay")]
    Bheempay,
    /// `manual`.
    #[serde(rename = "manual")]
    Manual,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// Whom an invoice is for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct InvoiceCustomer {
    /// The postal address; it may have several lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The e-mail address, where the invoice and its reminders go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The customer's id, as the tenant knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The language in which messages are, such as `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// The name. Required unless there is an e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The tax number, such as a GSTIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
}

/// A line of an invoice.
#[derive(Clone, Debug, Deserialize)]
pub struct InvoiceItem {
    /// `quantity` times `unit_price`, rounded half up.
    pub amount: f64,
    /// `description`.
    pub description: String,
    /// `quantity`.
    pub quantity: f64,
    /// The section of the invoice that it is in; omitted where there is none.
    pub section: Option<String>,
    /// Per cent.
    pub tax_rate: f64,
    /// `unit_price`.
    pub unit_price: f64,
}

/// A payment of an invoice.
#[derive(Clone, Debug, Deserialize)]
pub struct InvoicePayment {
    /// `amount`.
    pub amount: f64,
    /// When it was recorded.
    pub created_at: String,
    /// `id`.
    pub id: String,
    /// `method`.
    pub method: Option<String>,
    /// When it was paid.
    pub paid_at: String,
    /// `reference`.
    pub reference: String,
}

/// What was given back of a payment.
#[derive(Clone, Debug, Deserialize)]
pub struct InvoiceRefund {
    /// `amount`.
    pub amount: f64,
    /// Its id at the gateway.
    pub reference: String,
    /// `refunded_at`.
    pub refunded_at: String,
}

/// The status of an invoice, as callers see it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum InvoiceStatus {
    /// `pending`.
    #[serde(rename = "pending")]
    Pending,
    /// `sent`.
    #[serde(rename = "sent")]
    Sent,
    /// `paid`.
    #[serde(rename = "paid")]
    Paid,
    /// `overdue`.
    #[serde(rename = "overdue")]
    Overdue,
    /// `cancelled`.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The tax of one rate.
#[derive(Clone, Debug, Deserialize)]
pub struct InvoiceTax {
    /// Per cent.
    pub rate: f64,
    /// The tax on it, rounded half up.
    pub tax: f64,
    /// The sum of the lines of this rate.
    pub taxable: f64,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingApiKey {
    /// The entries of the page.
    pub data: Vec<ApiKey>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingTenantDeed {
    /// The entries of the page.
    pub data: Vec<TenantDeed>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// Whether a tenant pays.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Mode {
    /// `internal`.
    #[serde(rename = "internal")]
    Internal,
    /// `external`.
    #[serde(rename = "external")]
    External,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The API key to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewApiKey {
    /// The applications that the key may be used for; only applications that the caller may use. By default they are the
    /// caller's own: all applications, if the caller is not restricted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applications: Option<Vec<String>>,
    /// When the key expires, RFC 3339; not later than the key that creates it. By default both expire at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// A name that tells people who uses the key and for what; 1 to 200 characters.
    pub name: String,
    /// The scopes of the key: at least one, and only scopes that the caller has.
    pub scopes: Vec<Scope>,
    /// The tenant that the key belongs to. By default it is the caller's tenant; a key that the platform creates belongs
    /// to the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
}

/// An error: RFC 9457, `application/problem+json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Problem {
    /// The error code, for programs.
    pub code: Code,
    /// An explanation of the error for people.
    pub detail: String,
    /// The invalid fields; omitted if there are none.
    pub errors: Option<Vec<FieldError>>,
    /// The request's id, as in `X-Request-Id` and in the log.
    #[serde(rename = "requestId")]
    pub request_id: String,
    /// The HTTP status.
    pub status: i32,
    /// The reason phrase of the HTTP status.
    pub title: String,
    /// Always `about:blank`: the code says what went wrong.
    pub r#type: String,
}

/// A public key of tokens (RFC 7517, RFC 8037).
#[derive(Clone, Debug, Deserialize)]
pub struct PublicKey {
    /// `EdDSA`.
    pub alg: String,
    /// `Ed25519`.
    pub crv: String,
    /// The key's thumbprint (RFC 7638), which the header of its tokens names.
    pub kid: String,
    /// `OKP`.
    pub kty: String,
    /// `sig`: it verifies signatures.
    pub r#use: String,
    /// The key, base64url.
    pub x: String,
}

/// The keys that were revoked together.
#[derive(Clone, Debug, Deserialize)]
pub struct RevokedApiKeys {
    /// The ids of the revoked keys, beginning with the requested key; it is omitted if it had been revoked before.
    pub revoked: Vec<String>,
}

/// The role of a person within a tenant.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Role {
    /// `OWNER`.
    #[serde(rename = "OWNER")]
    Owner,
    /// `BILLING_ADMIN`.
    #[serde(rename = "BILLING_ADMIN")]
    BillingAdmin,
    /// `ADMIN`.
    #[serde(rename = "ADMIN")]
    Admin,
    /// `MANAGER`.
    #[serde(rename = "MANAGER")]
    Manager,
    /// `MEMBER`.
    #[serde(rename = "MEMBER")]
    Member,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A right that a credential may have.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Scope {
    /// `seats:verify`.
    #[serde(rename = "seats:verify")]
    SeatsVerify,
    /// `seats:write`.
    #[serde(rename = "seats:write")]
    SeatsWrite,
    /// `plans:read`.
    #[serde(rename = "plans:read")]
    PlansRead,
    /// `billing:read`.
    #[serde(rename = "billing:read")]
    BillingRead,
    /// `billing:write`.
    #[serde(rename = "billing:write")]
    BillingWrite,
    /// `rules:evaluate`.
    #[serde(rename = "rules:evaluate")]
    RulesEvaluate,
    /// `rules:read`.
    #[serde(rename = "rules:read")]
    RulesRead,
    /// `rules:write`.
    #[serde(rename = "rules:write")]
    RulesWrite,
    /// `webhooks:read`.
    #[serde(rename = "webhooks:read")]
    WebhooksRead,
    /// `webhooks:write`.
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
    /// `tenants:admin`.
    #[serde(rename = "tenants:admin")]
    TenantsAdmin,
    /// `erp:admin`.
    #[serde(rename = "erp:admin")]
    ErpAdmin,
    /// `applications:read`.
    #[serde(rename = "applications:read")]
    ApplicationsRead,
    /// `applications:write`.
    #[serde(rename = "applications:write")]
    ApplicationsWrite,
    /// `organizations:read`.
    #[serde(rename = "organizations:read")]
    OrganizationsRead,
    /// `organizations:write`.
    #[serde(rename = "organizations:write")]
    OrganizationsWrite,
    /// `subscriptions:read`.
    #[serde(rename = "subscriptions:read")]
    SubscriptionsRead,
    /// `subscriptions:write`.
    #[serde(rename = "subscriptions:write")]
    SubscriptionsWrite,
    /// `analytics:read`.
    #[serde(rename = "analytics:read")]
    AnalyticsRead,
    /// `enterprise:read`.
    #[serde(rename = "enterprise:read")]
    EnterpriseRead,
    /// `enterprise:write`.
    #[serde(rename = "enterprise:write")]
    EnterpriseWrite,
    /// `reports:read`.
    #[serde(rename = "reports:read")]
    ReportsRead,
    /// `integrations:admin`.
    #[serde(rename = "integrations:admin")]
    IntegrationsAdmin,
    /// `invoices:read`.
    #[serde(rename = "invoices:read")]
    InvoicesRead,
    /// `invoices:write`.
    #[serde(rename = "invoices:write")]
    InvoicesWrite,
    /// `messages:read`.
    #[serde(rename = "messages:read")]
    MessagesRead,
    /// `messages:write`.
    #[serde(rename = "messages:write")]
    MessagesWrite,
    /// `otp:send`.
    #[serde(rename = "otp:send")]
    OtpSend,
    /// `orders:read`.
    #[serde(rename = "orders:read")]
    OrdersRead,
    /// `orders:write`.
    #[serde(rename = "orders:write")]
    OrdersWrite,
    /// `jobs:read`.
    #[serde(rename = "jobs:read")]
    JobsRead,
    /// `jobs:write`.
    #[serde(rename = "jobs:write")]
    JobsWrite,
    /// `operations:read`.
    #[serde(rename = "operations:read")]
    OperationsRead,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The check could not be answered.
#[derive(Clone, Debug, Deserialize)]
pub struct SeatCheckResultError {
    /// Why the check failed.
    pub error: Problem,
}

/// The state of an organisation's subscription.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SubscriptionStatus {
    /// `TRIALING`.
    #[serde(rename = "TRIALING")]
    Trialing,
    /// `ACTIVE`.
    #[serde(rename = "ACTIVE")]
    Active,
    /// `PAST_DUE`.
    #[serde(rename = "PAST_DUE")]
    PastDue,
    /// `CANCELLED`.
    #[serde(rename = "CANCELLED")]
    Cancelled,
    /// `SUSPENDED`.
    #[serde(rename = "SUSPENDED")]
    Suspended,
    /// `EXPIRED`.
    #[serde(rename = "EXPIRED")]
    Expired,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// An audit entry of a tenant.
#[derive(Clone, Debug, Deserialize)]
pub struct TenantDeed {
    /// `tenant.created`, `tenant.changed`, `user.added`, `user.role_changed`, `user.changed`, `user.removed`,
    /// `user.erased`, `api_key.created`, `api_key.revoked`, `external_id.set`, `external_id.removed`.
    pub action: String,
    /// The actor: `key:<id>`, `user:<sub>`, `bootstrap`.
    pub actor: String,
    /// The actor's address, if known.
    pub address: Option<String>,
    /// `at`.
    pub at: String,
    /// The object of the action and its details, without personal data.
    pub detail: serde_json::Value,
}

/// A tenant's id, which is also the organisation's id in the ERP's answers.
pub type TenantId = String;

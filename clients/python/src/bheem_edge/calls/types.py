"""The shapes of what the edge is asked and answers.

Made from docs/openapi.json by generate.py: do not change it by hand.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union

AllocationLineAction = Literal["post", "allocate", "reverse"]
"""Why a line was posted."""

AllocationMethod = Literal["percentage", "fixed", "headcount", "usage"]
"""How a department's share is measured."""

AmendmentStatus = Literal["pending_approval", "approved", "rejected"]
"""What became of an amendment."""

ApprovalStatus = Literal["pending", "approved", "rejected", "used", "expired"]
"""The status of a request."""

ApprovalVerdict = Literal["approve", "reject"]
"""An approval or a rejection."""

BudgetPeriod = Literal["monthly", "quarterly", "yearly"]
"""The length of a budget's period."""

CallerKind = Literal["key", "person"]
"""The kinds of callers."""

Code = Literal[
    "VALIDATION_ERROR",
    "INVALID_SIGNATURE",
    "OTP_INVALID",
    "INTERNAL_TENANT",
    "ORGANIZATION_ALREADY_EXISTS",
    "ODOO_CUSTOMER_ID_EXISTS",
    "EMAIL_ACCOUNT_ALREADY_EXISTS",
    "CONSENT_INVALID",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "OWN_REQUEST",
    "OWN_DISPUTE",
    "NOT_AN_APPROVER",
    "CONSENT_DENIED",
    "NOT_FOUND",
    "API_KEY_NOT_FOUND",
    "ORGANIZATION_NOT_FOUND",
    "APPLICATION_NOT_FOUND",
    "DOMAIN_NOT_FOUND",
    "RULE_NOT_FOUND",
    "VERSION_NOT_FOUND",
    "TENANT_NOT_FOUND",
    "USER_NOT_FOUND",
    "EXTERNAL_ID_NOT_FOUND",
    "PLAN_NOT_FOUND",
    "ORDER_NOT_FOUND",
    "ORDER_ITEM_NOT_FOUND",
    "SHOP_NOT_FOUND",
    "SUBSCRIPTION_NOT_FOUND",
    "SEAT_NOT_FOUND",
    "CONTACT_NOT_FOUND",
    "CAMPAIGN_NOT_FOUND",
    "STEP_NOT_FOUND",
    "NOT_ENROLLED",
    "ENTITY_NOT_FOUND",
    "CHARGE_NOT_FOUND",
    "INVOICE_NOT_FOUND",
    "CONTRACT_NOT_FOUND",
    "EVENT_NOT_FOUND",
    "MESSAGE_NOT_FOUND",
    "JOB_NOT_FOUND",
    "ENDPOINT_NOT_FOUND",
    "BUDGET_NOT_FOUND",
    "DEPARTMENT_NOT_FOUND",
    "RESERVATION_NOT_FOUND",
    "APPROVAL_REQUEST_NOT_FOUND",
    "APPROVAL_RULE_NOT_FOUND",
    "DELEGATION_NOT_FOUND",
    "DISPUTE_NOT_FOUND",
    "REPORT_NOT_FOUND",
    "INTEGRATION_NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "IDEMPOTENCY_IN_PROGRESS",
    "NOTHING_TO_ROLL_BACK",
    "BUDGET_EXCEEDED",
    "ALLOCATION_EXCEEDED",
    "ALLOCATION_OVERLAPS",
    "ALLOCATION_POSTED",
    "DRIVER_TOTAL_ZERO",
    "PAYMENT_PENDING",
    "PURCHASE_REJECTED",
    "DELEGATION_LIMIT_REACHED",
    "REQUEST_CLOSED",
    "ALREADY_COUNTED",
    "RESERVATION_SETTLED",
    "NO_SUBSCRIPTION",
    "SUBSCRIPTION_EXISTS",
    "SUBSCRIPTION_INACTIVE",
    "SEATS_IN_USE",
    "SEATS_NOT_IMPORTED",
    "SEAT_LIMIT_REACHED",
    "SEAT_COOLDOWN",
    "SEAT_REVOKED",
    "SEAT_PENDING",
    "INVITATION_EXPIRED",
    "INVOICE_PENDING",
    "INVOICE_FINALIZED",
    "INVOICE_PAID",
    "INVOICE_CANCELLED",
    "HIERARCHY_CYCLE",
    "HIERARCHY_TOO_DEEP",
    "ENTITY_HAS_CHILDREN",
    "ENTITY_CLOSED",
    "DISPUTE_CLOSED",
    "CARD_DISPUTE",
    "PAYMENT_UNKNOWN",
    "NOT_REFUNDABLE",
    "REFUND_EXCEEDS_PAYMENT",
    "ORDER_CANCELLED",
    "ORDER_SHIPPED",
    "ORDER_NOT_SHIPPED",
    "CONTACT_UNSUBSCRIBED",
    "CAMPAIGN_EMPTY",
    "CAMPAIGN_NOT_ACTIVE",
    "CONTRACT_NOT_DRAFT",
    "CONTRACT_NOT_ACTIVE",
    "ALREADY_RENEWED",
    "CONTRACT_NOT_RENEWABLE",
    "AMENDMENT_PENDING",
    "AMENDMENT_OUT_OF_ORDER",
    "COMPANY_CHANGED",
    "CONSENT_NOT_NEEDED",
    "INTEGRATION_NOT_CONNECTED",
    "SYNC_RUNNING",
    "ALREADY_EXISTS",
    "LAST_OWNER",
    "USER_LIMIT_REACHED",
    "PRECONDITION_FAILED",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "IDEMPOTENCY_KEY_REUSED",
    "RULE_INVALID",
    "UPSTREAM_REFUSED",
    "PRECONDITION_REQUIRED",
    "OTP_COOLDOWN",
    "OTP_LIMIT_REACHED",
    "RATE_LIMITED",
    "INTERNAL",
    "RULE_FAILED",
    "PROVISIONING_FAILED",
    "STORE_UNAVAILABLE",
    "NOT_YET_KNOWN",
    "NOT_CONFIGURED",
    "UPSTREAM_UNAVAILABLE",
]
"""A stable error code for programs."""

ContactStatus = Literal["active", "suppressed"]
"""Whether a contact can be written to."""

ContractCycle = Literal["monthly", "quarterly", "semi_annual", "annual"]
"""How often a recurring line is charged."""

ContractEventKind = Literal[
    "created",
    "submitted",
    "rejected",
    "signed",
    "cancelled",
    "amendment_submitted",
    "amendment_rejected",
    "amended",
    "renewed",
    "notice_given",
    "terminated",
    "expired",
    "sla_reported",
    "usage_reported",
]
"""What happened."""

ContractLineKind = Literal["recurring", "one_off", "usage"]
"""How a line is charged."""

ContractParty = Literal["customer", "seller"]
"""A party of a contract."""

ContractRenewalMode = Literal["auto", "manual", "none"]
"""What happens at the end of a term."""

ContractStatus = Literal["draft", "pending_approval", "active", "renewed", "expired", "terminated", "cancelled"]
"""What became of a contract."""

CostBasis = Literal["billed", "paid"]
"""Which lines are costs: of a bill and its payment one."""

CustomerOrderStatus = Literal["pending", "confirmed", "shipped", "delivered", "cancelled", "returned"]
"""The status of an order: see [`super::quantities`]."""

DelayType = Literal["hours", "days", "weeks"]
"""What a delay counts."""

DepartmentStatus = Literal["active", "closed"]
"""Whether a department may get shares."""

DocumentKind = Literal["customers", "invoices", "payments", "refunds", "journals"]
"""A kind of document."""

DocumentState = Literal["pending", "sending", "sent", "failed", "blocked", "cancelled"]
"""What became of a document."""

EntityStatus = Literal["active", "closed"]
"""Whether an entity is in use."""

Environment = Literal["production", "sandbox"]
"""Where what is written ends up."""

GatewayName = Literal["stripe", "bheempay", "manual"]
"""Who takes the money."""

GlKind = Literal["revenue", "cash", "receivable", "deferred", "tax", "refund"]
"""What an amount is to the general ledger."""

ImportStatus = Literal["queued", "running", "completed", "failed"]
"""What became of an import."""

IntegrationStatus = Literal["configured", "needs_consent", "needs_company", "connected", "needs_reauth", "disconnected"]
"""How an integration stands."""

InvoiceStatus = Literal["pending", "sent", "paid", "overdue", "cancelled"]
"""The status of an invoice, as callers see it."""

JobState = Literal["queued", "running", "dead"]
"""The state of a job."""

LedgerLogOutcome = Literal["sent", "linked", "deferred", "failed", "blocked", "cancelled"]
"""What came of an attempt."""

LedgerRunStatus = Literal["queued", "running", "waiting", "completed", "failed", "stopped"]
"""Where a run stands."""

MessageProgress = Literal["due", "queued", "withdrawing", "withdrawn", "skipped"]
"""How far a message has come. It only goes forward."""

MessageType = Literal["packing_list", "shipping_notification", "delivery_confirmation"]
"""What people are told of a shipment."""

Mode = Literal["internal", "external"]
"""Whether a tenant pays."""

Provider = Literal["quickbooks", "xero", "sap", "netsuite", "sage", "dynamics365"]
"""An accounting system."""

Reason = Literal[
    "SEAT_ACTIVE",
    "GRACE_PERIOD",
    "ORGANIZATION_NOT_FOUND",
    "SEAT_NOT_FOUND",
    "SEAT_REVOKED",
    "SEAT_PENDING",
    "SUBSCRIPTION_PAST_DUE",
    "SUBSCRIPTION_CANCELLED",
    "SUBSCRIPTION_SUSPENDED",
    "SUBSCRIPTION_EXPIRED",
]
"""Why access is granted or denied."""

ReminderStatus = Literal["scheduled", "queued", "sent", "failed", "skipped", "cancelled"]
"""What became of a reminder."""

ReminderType = Literal["due", "overdue_1day", "overdue_7day"]
"""The type of a reminder. An invoice has at most one of each."""

Role = Literal["OWNER", "BILLING_ADMIN", "ADMIN", "MANAGER", "MEMBER"]
"""The role of a person within a tenant."""

Scope = Literal[
    "seats:verify",
    "seats:write",
    "plans:read",
    "billing:read",
    "billing:write",
    "rules:evaluate",
    "rules:read",
    "rules:write",
    "webhooks:read",
    "webhooks:write",
    "tenants:admin",
    "erp:admin",
    "applications:read",
    "applications:write",
    "organizations:read",
    "organizations:write",
    "subscriptions:read",
    "subscriptions:write",
    "analytics:read",
    "enterprise:read",
    "enterprise:write",
    "reports:read",
    "integrations:admin",
    "invoices:read",
    "invoices:write",
    "messages:read",
    "messages:write",
    "otp:send",
    "orders:read",
    "orders:write",
    "jobs:read",
    "jobs:write",
    "operations:read",
]
"""A right that a credential may have."""

SeatSource = Literal["erp", "edge"]
"""Where the seats of an application live."""

SeatState = Literal["PENDING", "ACTIVE", "REVOKED"]
"""The state of a seat."""

Severity = Literal["soft", "hard"]
"""The effect of a threshold."""

ShipmentStatus = Literal["waiting", "shipped", "cancelled"]
"""Whether a shipment is on its way."""

ShopPlatform = Literal["shopify", "woocommerce"]
"""What a shop runs on."""

Source = Literal["erp", "record", "cache", "stale"]
"""Where the result of a seat check comes from."""

SourceKind = Literal["subscription", "invoice", "amount"]
"""What is split."""

StatsWindow = Literal["15m", "24h", "30d"]
"""A window of time that ends now."""

Status = Literal["received", "processed", "ignored", "failed", "dead", "quarantined"]
"""The state of an event."""

SubscriptionStatus = Literal["TRIALING", "ACTIVE", "PAST_DUE", "CANCELLED", "SUSPENDED", "EXPIRED"]
"""The state of an organisation's subscription."""

SuppressionReason = Literal["unsubscribed", "replied", "bounced", "complained", "manual"]
"""Why an address is suppressed."""

SyncCode = Literal[
    "MISSING_GL_MAPPING",
    "NUMBER_TOO_LONG",
    "RECORD_UNREADABLE",
    "WAITS_FOR_DOCUMENT",
    "PERIOD_CLOSED",
    "VOIDED_AFTER_SENT",
    "DUPLICATE_NUMBER",
    "REFUSED",
    "MISSING_IN_BOOKS",
    "MISCONFIGURED",
    "PROVIDER_UNAVAILABLE",
    "THROTTLED",
    "DAILY_LIMIT",
    "NEEDS_REAUTH",
    "DISCONNECTED",
    "INTERRUPTED",
]
"""Why a document was not written, or a run has stopped or waits."""

SyncKind = Literal["employees", "projects"]
"""The kind of records that a run syncs."""

SyncRunStatus = Literal["running", "needs_confirmation", "completed", "failed", "superseded"]
"""The status of a run."""

TenantId = str
"""A tenant's id, which is also the organisation's id in the ERP's answers."""

TokenState = Literal["ok", "off", "malformed"]
"""Whether seat tokens can be signed, as the readiness check shows it."""

UpstreamState = Literal["up", "degraded", "down", "idle"]
"""How the calls of the last minutes went."""


class ActivateRuleRequest(TypedDict):
    """The version to activate."""
    version: int
    """The version's number."""


class Alive(TypedDict):
    """The process is alive."""
    status: str
    """Always `ok`."""


_AllocationRequiredKeywords = TypedDict("_AllocationRequiredKeywords", {"from": "str"})


class _AllocationRequired(_AllocationRequiredKeywords):
    created_at: str
    department_id: str
    id: str
    method: AllocationMethod
    source: AllocationSource


class Allocation(_AllocationRequired, total=False):
    """A department's share of a source."""
    amount: float | None
    """The amount, of `fixed`; null: all that the others leave."""
    basis_points: int | None
    """The percentage in basis points, of `percentage`."""
    currency: str | None
    driver: float | None
    """What the department uses, of `usage`."""
    gl_code: str | None
    to: str | None
    """The day after the last; null: there is no last."""


class _AllocationLineRequired(TypedDict):
    action: AllocationLineAction
    amount: float
    """The amount; negative: given back."""
    currency: str
    date: str
    """The day that it counts for, in the tenant's time zone."""
    document: str
    """The document: `invoice:ID`, `charge:ID` or `payment:ID`."""
    id: str
    kind: GlKind
    """What the amount is to the general ledger."""
    posted_at: str
    source: str
    """What was split: `subscription:ID`, `invoice:ID` or `amount:ID`."""


class AllocationLine(_AllocationLineRequired, total=False):
    """A posted line."""
    cost_center: str | None
    """The department's cost centre when the line was posted."""
    department_id: str | None
    """The department; null: nobody shares it."""
    entity_id: str | None
    gl_code: str | None
    """The account of the general ledger when the line was posted."""
    plan_id: str | None


class AllocationPreview(TypedDict):
    """What a source's departments would get of an amount."""
    currency: str
    lines: list[AllocationPreviewLine]
    """What each department gets, in the order of their ids."""
    unallocated: float
    """What no department gets. It and the lines add up to the amount."""


class _AllocationPreviewLineRequired(TypedDict):
    amount: float
    department_id: str


class AllocationPreviewLine(_AllocationPreviewLineRequired, total=False):
    """What a department would get."""
    gl_code: str | None
    """The account of the general ledger; null: none is known."""


class _AllocationShareRequestRequired(TypedDict):
    department_id: str
    """The department."""
    method: AllocationMethod
    """How the share is measured."""


class AllocationShareRequest(_AllocationShareRequestRequired, total=False):
    """A department's share of the whole split of a source."""
    amount: float | None
    """The amount, of `fixed`. Without one, the department takes all that the others leave."""
    basis_points: int | None
    """The percentage in basis points, of `percentage`: 1 to 10000."""
    currency: str | None
    """The currency of the amount. Default: that of the department's entity."""
    driver: float | None
    """What the department uses, of `usage`; of `headcount`: a number in place of the department's headcount."""
    gl_code: str | None
    """The account of the general ledger, whatever mappings say."""


class AllocationSource(TypedDict):
    """What is split, written as `subscription:sub_1`."""
    id: str
    """Its id."""
    kind: SourceKind
    """What it is."""


class _AllocationTotalRequired(TypedDict):
    amount: float
    currency: str
    lines: int
    """How many lines there are."""


class AllocationTotal(_AllocationTotalRequired, total=False):
    """The sum of some posted lines."""
    value: str | None
    """What the lines have in common, such as the department's id; null: nothing, such as lines that nobody shares."""


class AllocationTotals(TypedDict):
    """The sums of posted lines."""
    by: str
    """By what lines are summed up."""
    data: list[AllocationTotal]
    """The sums, by value and currency."""


class AmendContractRequest(TypedDict):
    """An amendment."""
    changes: ContractRequest
    """The fields that change: `title`, `counterparty`, `lines`, `renewal`, `termination`, `sla`, `documents`. Lines
    replace all present ones; a line that stays keeps its id.
    """
    effective_date: str
    """From when it holds. It may be past, but not before an amendment that is agreed on."""
    reason: str
    """Why: 1 to 256 bytes."""


class _ApiKeyRequired(TypedDict):
    created_at: str
    """When the key was created, RFC 3339."""
    created_by: str
    """The id of the caller that created the key."""
    id: str
    """The key's id."""
    name: str
    """The key's name."""
    scopes: list[Scope]
    """The key's scopes."""


class ApiKey(_ApiKeyRequired, total=False):
    """An API key, without its secret."""
    applications: list[str] | None
    """The applications that the key may be used for; null if all are allowed."""
    expires_at: str | None
    """When the key expires, RFC 3339; null if it does not expire."""
    last_used_at: str | None
    """When the key was last used, RFC 3339, to within an hour; null: never."""
    root: str | None
    """The origin of the chain of keys that created this key: a person of the tenant, or the first key bound to it.
    Omitted if the chain begins with this key.
    """
    tenant_id: TenantId | None


class Application(TypedDict):
    """An application."""
    createdAt: str
    externalIdName: str
    """The application's name for an organisation's id."""
    invitationDays: int
    """The days for which an invitation to a seat holds."""
    name: str
    seatCooldownHours: int
    """The hours that must pass before a seat that was assigned can be transferred."""
    seatSource: SeatSource
    """Where the application's seats live: in the ERP, or in the edge's own database."""
    slug: str
    updatedAt: str


class _ApplicationPlanRequired(TypedDict):
    active: bool
    """Whether the plan is sold."""
    applicationSlug: str
    billingCycle: str
    """`monthly`, `quarterly` or `annual`."""
    createdAt: str
    currency: str
    id: str
    minSeats: int
    name: str
    number: int
    """The plan's number among the plans of all applications."""
    pricePerSeat: float
    """The price of one seat for one billing cycle."""
    trialDays: int
    """The days for which a new subscription is not paid."""
    updatedAt: str
    version: int
    """The plan's version. A subscription keeps the version that it was sold under."""


class ApplicationPlan(_ApplicationPlanRequired, total=False):
    """A plan of an application."""
    maxSeats: int | None
    """Null: any number of seats can be bought."""
    stripePriceId: str | None
    """The id of the same price at Stripe."""


class _ApprovalActionRequired(TypedDict):
    action: ApprovalVerdict
    at: str
    level: int
    """The number of the level, from 1."""
    person: str
    """The person who acted."""


class ApprovalAction(_ApprovalActionRequired, total=False):
    """An approval or rejection that counted."""
    comment: str | None
    on_behalf_of: str | None
    """The person on whose behalf they acted; null: on their own."""


class ApprovalDecision(TypedDict):
    """The decision of the rule `approval` that a request follows, even if the rule is changed later."""
    decision_id: str
    """The decision's id."""
    reason: str
    """The reason that the rule gave."""
    sha256: str
    """The SHA-256 of that version."""
    version: int
    """The version of the rule that made the decision."""


_ApprovalDelegationRequiredKeywords = TypedDict("_ApprovalDelegationRequiredKeywords", {"from": "str"})


class _ApprovalDelegationRequired(_ApprovalDelegationRequiredKeywords):
    created_at: str
    ends_at: str
    id: str
    reason: str
    starts_at: str
    to: str
    """The delegate."""


class ApprovalDelegation(_ApprovalDelegationRequired, total=False):
    """A delegation: a person may approve and reject on behalf of another for a time."""
    revoked_at: str | None
    """When the delegation was revoked, or one of the two people was removed from the tenant (RFC 3339); null:
    neither.
    """


class ApprovalLevel(TypedDict):
    """People who approve, before the next level is asked."""
    approvers: list[str]
    """Who may approve: `role:finance_manager`."""
    quorum: int
    """How many of them must approve."""


class _ApprovalRequestRequired(TypedDict):
    actions: list[ApprovalAction]
    """The approvals and rejections, oldest first."""
    amount: float
    created_at: str
    currency: str
    expires_at: str
    """Until when a pending request can be approved, and an approved one used (RFC 3339)."""
    id: str
    kind: str
    levels: list[ApprovalRequestLevel]
    """The levels, in the order in which they are asked."""
    requester: str
    """The person who requested the approval."""
    rule: ApprovalDecision
    """The decision of the rule `approval`. The request follows it even if the rule is changed later."""
    status: ApprovalStatus
    tenant_id: str
    warnings: list[str]
    """Warnings from when the request was created: levels for which too few people were known."""


class ApprovalRequest(_ApprovalRequestRequired, total=False):
    """An approval request."""
    contract_id: str | None
    current_level: int | None
    """The number of the level that is asked now, from 1; null: the request is not pending."""
    department_id: str | None
    description: str | None
    plan_id: str | None
    used_for: str | None
    """The reference of the purchase that the request was used for; null: it was not used."""


class _ApprovalRequestLevelRequired(TypedDict):
    approvals: int
    """The number of approvals so far."""
    approvers: list[str]
    """Who may approve: `role:<role>`, `user:<sub>` or `key:<id>`."""
    escalate_to: list[str]
    """Who may approve as well after `escalates_at`."""
    quorum: int
    """The number of approvals that the level needs."""


class ApprovalRequestLevel(_ApprovalRequestLevelRequired, total=False):
    """People who approve, before the next level is asked."""
    escalates_at: str | None
    """When the level escalates (RFC 3339); null: never, or the level was not reached yet."""


class ApprovalRoleMembers(TypedDict):
    """The members of a role."""
    people: list[str]
    """At most 200 people: `user:<sub>` or `key:<id>`."""


class ApprovalRoles(TypedDict):
    """The members of each role."""
    roles: dict[str, list[str]]


class _ApprovalRuleRequired(TypedDict):
    escalate_to: list[str]
    history: list[ApprovalRuleChange]
    """The changes to the rule, oldest first."""
    id: str
    is_active: bool
    levels: list[ApprovalRuleLevelResponse]
    name: str


class ApprovalRule(_ApprovalRuleRequired, total=False):
    """An approval rule of a tenant: what it requires of certain purchases, beyond the rule `approval`."""
    created_at: str | None
    currency: str | None
    department_id: str | None
    escalate_after_minutes: int | None
    expires_after_minutes: int | None
    kind: str | None
    max_amount: float | None
    min_amount: float | None
    updated_at: str | None


class _ApprovalRuleChangeRequired(TypedDict):
    actor: str
    """The caller who made the change: `key:<id>`, `user:<sub>` or `bootstrap`."""
    at: str
    """When the change was made (RFC 3339)."""
    before: dict[str, Any]
    """The rule before the change; null: it was created."""


class ApprovalRuleChange(_ApprovalRuleChangeRequired, total=False):
    """A change to an approval rule."""
    address: str | None
    """The IP address that the change came from."""
    by_admin: bool
    """Whether the caller had `tenants:admin`."""


class _ApprovalRuleLevelRequired(TypedDict):
    approvers: list[str]
    """Who may approve: 1 to 20 of `role:<role>`, `user:<sub>` and `key:<id>`."""


class ApprovalRuleLevel(_ApprovalRuleLevelRequired, total=False):
    """A level to add."""
    quorum: int
    """The number of approvals that the level needs. Default: 1."""


class ApprovalRuleLevelResponse(TypedDict):
    """A level that the rule adds."""
    approvers: list[str]
    quorum: int


class ApprovalRuleRequest(TypedDict, total=False):
    """An approval rule to create, or the changes to one. In an update, fields that are absent keep their values."""
    currency: str | None
    """The currency that the rule applies to. Required with an amount. Default: any."""
    department_id: str | None
    """The department that the rule applies to. Default: any."""
    escalate_after_minutes: int | None
    """The time after which `escalate_to` may approve as well, on each level."""
    escalate_to: list[str] | None
    """Who may approve after that time: at most 20 of `role:<role>`, `user:<sub>` and `key:<id>`."""
    expires_after_minutes: int | None
    """The time that a request may be pending, and again the time that it may stay approved before it is used.
    Default: a week, which is also the maximum that takes effect.
    """
    is_active: bool | None
    """Whether the rule applies. Default: `true`."""
    kind: str | None
    """The kind of purchase that the rule applies to. Default: any."""
    levels: list[ApprovalRuleLevel] | None
    """At most 20 levels, which are added to those that the rule `approval` requires."""
    max_amount: float | None
    """The rule applies to purchases up to this amount, inclusive. Default: no upper bound."""
    min_amount: float | None
    """The rule applies to purchases above this amount. Default: no lower bound."""
    name: str | None
    """The name for display: 1 to 256 bytes. Required to create a rule."""


class AssignSeatsRequest(TypedDict, total=False):
    """The seats to assign: one, or `assignments`."""
    email: str | None
    """The address to invite. It is compared in lower case."""
    userId: str | None
    """The user's id in the application."""
    assignments: list[SeatAssignment] | None
    """Up to 100, each with its own outcome."""


class AssignSeatsResponse(TypedDict):
    """The outcomes of several assignments, in their order."""
    results: list[SeatOutcome]


_AssignSubscriptionRequestKeywords = TypedDict("_AssignSubscriptionRequestKeywords", {"from": "str | None"}, total=False)


class AssignSubscriptionRequest(_AssignSubscriptionRequestKeywords, total=False):
    """Since when a subscription belongs to an entity."""
    to: str | None
    """The day before which it ends. Default: it does not."""


class _AttemptsRequired(TypedDict):
    failed: int
    succeeded: int
    total: int


class Attempts(_AttemptsRequired, total=False):
    """Attempts in the period."""
    rate: float | None
    """The share that succeeded; null: there were none."""


class _AuditEntryResponseRequired(TypedDict):
    action: str
    """The action: `created`, `activated` or `rolled_back`."""
    actor: str
    """Who performed the action."""
    at: str
    """When the action happened, RFC 3339."""
    diff: str
    """The difference from the previous version, as a unified diff of script and tests."""
    version: int
    """The version that was created, activated or restored."""


class AuditEntryResponse(_AuditEntryResponseRequired, total=False):
    """An entry of a rule's audit trail."""
    address: str | None
    """The network address of the request; null if it is unknown."""
    note: str | None
    """The author's note on the version."""
    previousVersion: int | None
    """The version that was active before; null for a version shipped with the build."""


class AuthorizeResponse(TypedDict):
    """Where somebody consents."""
    expires_at: str
    """Until when whoever consents there is taken back."""
    url: str
    """The provider's page, to be opened in a browser."""


class BacktestRuleRequest(TypedDict, total=False):
    """What to run on recorded decisions: either a script or an existing version."""
    limit: int | None
    """How many of the latest decisions to compare: 1 to 10000; the default is 1000."""
    script: str | None
    """The script to run."""
    version: int | None
    """The number of the version to run."""


class _BillingEventRequired(TypedDict):
    description: str
    event_date: str
    event_type: str
    """`user_added`, `user_removed`, `storage_reported`, `seat_assigned`, `seat_revoked`, `subscription_changed`,
    `organization_changed`.
    """
    id: int
    odoo_synced: bool
    """Whether the ERP has taken it."""
    quantity: int
    sync_status: str
    """`pending`: it will be sent, again if need be. `synced`. `dead`: it was given up."""


class BillingEvent(_BillingEventRequired, total=False):
    """An event that the ERP is told of."""
    details: BillingEventDetails | None
    organization_id: int | None
    """The organization's number; null: it no longer exists."""
    unit_price: float | None
    """Null: it has no price."""


class _BillingEventDetailsRequired(TypedDict):
    attempts: int
    event_id: str
    """The id under which the ERP is sent the event."""
    occurred_at: str


class BillingEventDetails(_BillingEventDetailsRequired, total=False):
    """More about an event."""
    error: str | None
    """Why the ERP did not take it last."""
    synced_at: str | None


class BookedInvoice(TypedDict):
    company_id: str
    customer_id: str
    invoice_number: str
    payment_id: str
    status: str
    total_amount: float


class Books(TypedDict):
    """All records of a payment in the ERP."""
    credits: int
    customer_payment: CustomerPayment
    invoice: BookedInvoice
    journal_entries: list[JournalEntry]


class _BudgetRequired(TypedDict):
    carry_over: bool
    """Whether the amount left at the end of a period may be spent in the next."""
    created_at: str
    currency: str
    current: BudgetPeriodBalance
    """The balance of the current period."""
    history: list[BudgetChange]
    """The changes to the budget, oldest first."""
    id: str
    is_active: bool
    limit: float
    """The amount that may be spent in each period, from the current period on."""
    name: str
    period: BudgetPeriod
    tenant_id: str
    thresholds: list[BudgetThreshold]
    time_zone: str
    updated_at: str


class Budget(_BudgetRequired, total=False):
    """A budget."""
    cost_centre: str | None
    """The cost centre that the budget covers; null: all cost centres."""
    department_id: str | None
    """The department that the budget covers; null: the whole tenant."""
    entity_id: str | None
    """The entity that the budget covers; null: all entities."""


class BudgetAlert(TypedDict):
    """A threshold that was reached."""
    allowance: float
    message: str
    period: str
    raised_at: str
    severity: str
    """`soft` or `hard`."""
    threshold: str
    """The threshold, as a percentage of the period's allowance."""
    used: float
    """The highest amount that was used."""


class _BudgetChangeRequired(TypedDict):
    actor: str
    """The caller who made the change: `key:<id>`, `user:<sub>` or `bootstrap`."""
    at: str
    """When the change was made (RFC 3339)."""
    fields: dict[str, Any]
    """The new value of each changed field."""


class BudgetChange(_BudgetChangeRequired, total=False):
    """A change to a budget."""
    address: str | None
    """The IP address that the change came from."""
    by_admin: bool
    """Whether the caller had `tenants:admin`."""


class BudgetDay(TypedDict):
    """The totals at the end of a day."""
    date: str
    """The date in the budget's time zone."""
    remaining: float
    reserved: float
    spent: float


class _BudgetForecastRequired(TypedDict):
    remaining: float
    """The amount that will be left. It is negative when the allowance will be exceeded."""
    used: float
    """The amount that will be spent or reserved."""


class BudgetForecast(_BudgetForecastRequired, total=False):
    """The forecast of the period's end at the present rate of spending."""
    runs_out_at: str | None
    """When the allowance will be used up (RFC 3339); null: not in this period."""


_BudgetPerformanceRequiredKeywords = TypedDict("_BudgetPerformanceRequiredKeywords", {"from": "str"})


class _BudgetPerformanceRequired(_BudgetPerformanceRequiredKeywords):
    as_of: str
    """The day at whose end the figures are taken."""
    previous_period: ReportPeriod
    """The period before."""
    timezone: str
    to: str
    """The day after the last one."""
    rows: list[BudgetPerformanceRow]
    """The budgets in their periods, in the order in which budgets were made."""
    totals: list[PerformanceFigures]
    """The sums of the rows, in each currency."""


class BudgetPerformance(_BudgetPerformanceRequired, total=False):
    """Budget performance."""
    entity_id: str | None
    """The entity that it is about, with those below it; null: all."""


class _BudgetPerformanceRowRequired(TypedDict):
    actual: float
    """What was spent, less refunds."""
    budget: float
    """What may be spent: `limit` and `carried`."""
    carried: float
    """What is carried over from periods before."""
    currency: str
    limit: float
    """The limit of the period."""
    reserved: float
    """What is reserved, and no part of `actual`."""
    variance: float
    """`actual` less `budget`: above zero where more was spent."""
    budget_id: str
    name: str
    period: str
    """The name of the period: `2024-02`, `2024-Q1` or `2024`."""
    period_from: str
    """Its first day."""
    period_to: str
    """The day after its last one."""


class BudgetPerformanceRow(_BudgetPerformanceRowRequired, total=False):
    """A budget in one of its periods."""
    variance_percent: float | None
    """`variance` in per cent of `budget`; null: there is no budget."""
    cost_center: str | None
    department_id: str | None
    entity_id: str | None


_BudgetPeriodBalanceKeywords = TypedDict("_BudgetPeriodBalanceKeywords", {"from": "str"})


class BudgetPeriodBalance(_BudgetPeriodBalanceKeywords):
    """The balance of a budget in a period."""
    allowance: float
    """The amount that may be spent in this period: `limit` plus `carried`."""
    carried: float
    """The amount carried over from earlier periods."""
    limit: float
    period: str
    """The name of the period: `2024-02`, `2024-Q1` or `2024`."""
    remaining: float
    """The amount still available. It is negative when more was used than the allowance."""
    reserved: float
    """The amount reserved and neither spent nor released."""
    spent: float
    to: str
    """The end of the period (RFC 3339), exclusive."""


class _BudgetReservationRequired(TypedDict):
    amount: float
    budget_id: str
    currency: str
    period: str
    reference: str
    spent: float
    """The amount that was spent and not refunded."""
    status: str
    """`reserved`, `committed`, `released` or `refunded` (the whole spent amount was refunded)."""


class BudgetReservation(_BudgetReservationRequired, total=False):
    """A reservation and its status."""
    expires_at: str | None
    """When the reservation is released automatically (RFC 3339); null: never."""


class BudgetThreshold(TypedDict):
    """A percentage of a budget's allowance that triggers an effect."""
    percent: int
    """The percentage of the period's allowance: 1 to 1000."""
    severity: Severity
    """The effect of reaching the threshold."""


_BudgetTrackingKeywords = TypedDict("_BudgetTrackingKeywords", {"from": "str"})


class BudgetTracking(_BudgetTrackingKeywords):
    """A budget's current period, burn-down and forecast."""
    allowance: float
    """The amount that may be spent in this period: `limit` plus `carried`."""
    carried: float
    """The amount carried over from earlier periods."""
    limit: float
    period: str
    """The name of the period: `2024-02`, `2024-Q1` or `2024`."""
    remaining: float
    """The amount still available. It is negative when more was used than the allowance."""
    reserved: float
    """The amount reserved and neither spent nor released."""
    spent: float
    to: str
    """The end of the period (RFC 3339), exclusive."""
    budget_id: str
    burn_down: list[BudgetDay]
    """The totals at the end of each day so far; for today, the totals until now."""
    currency: str
    forecast: BudgetForecast


class _BulkApproveRequestRequired(TypedDict):
    request_ids: list[str]
    """The ids of 1 to 100 requests."""


class BulkApproveRequest(_BulkApproveRequestRequired, total=False):
    """The requests to approve."""
    comment: str | None
    """A comment for display, on each request: at most 2,048 bytes."""


class BulkApproveResponse(TypedDict):
    """The results of a bulk approval."""
    results: list[BulkApproveResult]
    """The result for each request, in the order of `request_ids`."""


class BulkApproveResult1(TypedDict):
    """The approval was counted."""
    request: ApprovalRequest
    """The request after the approval."""
    request_id: str


class BulkApproveResult2(TypedDict):
    """The approval was refused."""
    error: Problem
    """The reason."""
    request_id: str


class _CampaignRequired(TypedDict):
    created_at: str
    id: str
    name: str
    status: Literal["draft", "active", "paused"]
    """`draft`, `active` or `paused`."""
    steps: list[CampaignStep]
    """By number."""
    stop_on_reply: bool
    updated_at: str
    variables: dict[str, Any]
    version: int
    """The version of what it says. Contacts go through the version that there was when they were enrolled."""


class Campaign(_CampaignRequired, total=False):
    """A campaign."""
    activated_at: str | None
    """When it was last activated."""
    description: str | None
    quiet_hours: CampaignQuietHours | None


class CampaignEnrollRequest(TypedDict, total=False):
    """How a contact is enrolled. Nothing is required."""
    restart: bool
    """Whether a contact whose way through the campaign has ended begins anew. The default is false."""


class _CampaignProgressRequired(TypedDict):
    campaign_id: str
    contact_id: str
    enrollment_id: str
    messages_sent: int
    replies_received: int
    """How many of its messages were replied to."""
    started_at: str
    status: str
    """`active`, `completed`, `paused` (as the campaign is), `stopped` or `unsubscribed`."""
    steps: list[CampaignProgressStep]
    steps_completed: int
    """How many steps are behind, sent or not."""


class CampaignProgress(_CampaignProgressRequired, total=False):
    """How far a contact is in a campaign."""
    completed_at: str | None
    current_step: int | None
    """The number of the step that comes next. Null: there is none."""
    current_step_id: str | None
    last_engagement_at: str | None
    """When the contact last replied to one of its messages, or followed a link in one."""
    last_step_at: str | None
    next_step_scheduled_at: str | None
    """When the next step is due. Null: there is none, or it is not known before the message before it was sent."""
    reason: str | None
    """Why it ended: `REPLIED`, `UNSUBSCRIBED`, `BOUNCED`, `COMPLAINED`, `CONTACT_ERASED`, `CAMPAIGN_GONE`."""
    version: int | None
    """The version of the campaign that the contact goes through. Null: the campaign was never active."""


class _CampaignProgressStepRequired(TypedDict):
    channel: str
    queued_at: str
    state: Literal["queued", "sent", "failed", "skipped"]
    """`queued`, `sent`, `failed` or `skipped`."""
    step_id: str
    step_number: int


class CampaignProgressStep(_CampaignProgressStepRequired, total=False):
    """What became of a step."""
    clicked_at: str | None
    message_id: str | None
    """The message's id (`GET /api/v1/notifications/messages/{id}`). Null: there is none."""
    reason: str | None
    """Why it failed or was skipped: `CONDITIONS`, `EXPIRED`, `NO_ADDRESS`, `TEMPLATE: line …`, or the message's
    reason.
    """
    replied_at: str | None
    sent_at: str | None


_CampaignQuietHoursKeywords = TypedDict("_CampaignQuietHoursKeywords", {"from": "str"})


class CampaignQuietHours(_CampaignQuietHoursKeywords):
    """The part of the day in which nothing is sent, where the contact is; over midnight where `from` is after `to`."""
    to: str
    """When it ends."""


class CampaignRequest(TypedDict, total=False):
    """A campaign to create, or the changes to one. A field that is absent keeps its value; one that is null is
    emptied.
    """
    description: str | None
    """What it is for: up to 2,000 bytes."""
    name: str | None
    """The name, which templates know as `campaign.name`: 1 to 200 bytes. Required."""
    quiet_hours: CampaignQuietHours | None
    stop_on_reply: bool | None
    """Whether it ends for a contact who replied. The default is false."""
    variables: dict[str, Any] | None
    """What its templates know as `campaign.NAME`: at most 50 texts, numbers or booleans by name. They replace those
    that are there.
    """


class CampaignStats(TypedDict):
    """The funnel of a campaign."""
    active: int
    campaign_id: str
    clicks: int
    completed: int
    enrolled: int
    """How many contacts were enrolled, each as often as it was."""
    messages_sent: int
    replies: int
    steps: list[CampaignStepStats]
    """By number."""
    stopped: int
    unsubscribed: int


class _CampaignStepRequired(TypedDict):
    campaign_id: str
    channel: str
    conditions: dict[str, Any]
    """`replied`, `clicked`, `attributes`; what is not there is not asked for."""
    delay: int
    delay_type: Literal["hours", "days", "weeks"]
    """`hours`, `days` or `weeks`."""
    expires_after_hours: int
    id: str
    is_active: bool
    message_template: str
    step_number: int


class CampaignStep(_CampaignStepRequired, total=False):
    """A step."""
    subject: str | None


class CampaignStepConditions(TypedDict, total=False):
    """Who is sent a step: those of whom all of this holds."""
    attributes: dict[str, Any]
    """Attributes of the contact: a value, a list of values of which it has one, or null where it has none."""
    clicked: bool | None
    """Whether the contact followed a link since it was enrolled."""
    replied: bool | None
    """Whether the contact replied since it was enrolled."""


class CampaignStepRequest(TypedDict, total=False):
    """A step to create, or the changes to one. A field that is absent keeps its value."""
    channel: str | None
    """`EMAIL`, `SMS` or `WHATSAPP`. Required."""
    conditions: CampaignStepConditions | None
    delay: int | None
    """How long after the message before it is sent, or after the enrolment: 0 to 10,000. The default is 0."""
    delay_type: DelayType | None
    expires_after_hours: int | None
    """How many hours after it was due it is still sent, 1 to 2,160. The default is 72."""
    is_active: bool | None
    """Whether it is sent. The default is true."""
    message_template: str | None
    """What it says, of an e-mail HTML, with `{{ contact.name }}`, `{{ campaign.name }}`, `{{ unsubscribe_url }}`: up
    to 16 KiB. Required.
    """
    step_number: int | None
    """Its place among the steps, from 1. The default is the last."""
    subject: str | None
    """The template of an e-mail's subject. The default is the campaign's name."""


class CampaignStepStats(TypedDict):
    """A step of the funnel."""
    clicked: int
    """How many of its messages had a link that was followed."""
    failed: int
    queued: int
    """How many of its messages wait in the outbox."""
    reached: int
    """How many contacts came to it."""
    replied: int
    """How many of its messages were replied to."""
    sent: int
    skipped: int
    step_id: str
    step_number: int


class CancelSubscriptionRequest(TypedDict, total=False):
    """How a subscription ends."""
    immediate: bool | None
    """Whether it ends now; by default it ends with its period."""
    reason: str | None
    """Why."""


class CancelSubscriptionResponse(TypedDict):
    status: str
    """`cancellation_scheduled`."""


class CancelTenantSubscriptionRequest(TypedDict, total=False):
    """Why and when a subscription is cancelled."""
    immediate: bool | None
    """Whether the subscription ends at once. Default: false, it ends with the paid period."""
    reason: str | None
    """Why, for people. At most 1,024 bytes."""


_CfoDashboardRequiredKeywords = TypedDict("_CfoDashboardRequiredKeywords", {"from": "str"})


class _CfoDashboardRequired(_CfoDashboardRequiredKeywords):
    as_of: str
    """The day at whose end the figures are taken."""
    previous_period: ReportPeriod
    """The period before."""
    timezone: str
    to: str
    """The day after the last one."""
    currencies: list[CfoDashboardFigures]
    """The figures of each currency. They are never added up over currencies."""


class CfoDashboard(_CfoDashboardRequired, total=False):
    """The CFO dashboard."""
    entity_id: str | None
    """The entity that it is about, with those below it; null: all."""


class CfoDashboardFigures(TypedDict):
    """The figures of a currency, each beside that of the period before."""
    backlog: Compared_ContractBacklog
    """Contracts in force at the end of the period."""
    budgets: Compared_ReportBudgets
    """Budgets in the periods of theirs that the last day is in."""
    collected: Compared_ReportCollected
    """What was paid in the period."""
    currency: str
    deferred_revenue: Compared_DeferredRevenue
    """What was charged for days that are still to come."""
    deferred_schedule: list[ScheduledMonth]
    """When what is deferred at the end of the period is recognised: the months add up to it."""
    dso: Compared_Option_f64
    """Days sales outstanding: receivables at the end ÷ invoiced in the period × days of the period; null: nothing
    was invoiced.
    """
    invoiced: Compared_ReportInvoiced
    """Invoices whose dates are in the period."""
    open_disputes: Compared_ReportOpenDisputes
    """Disputes that are not decided at the end of the period."""
    receivables: Compared_ReportReceivables
    """What is still to be paid at the end of the period."""
    recurring: Compared_RecurringRevenue
    """Monthly and annual recurring revenue, and what changed it."""
    refunds_under_way: RefundsUnderWay
    """Refunds of disputes that are not made yet, as it is now."""
    renewals: ReportRenewals
    """Contracts that are to be renewed within 90 days of the end of the period."""
    spend: ReportSpend
    """What departments were billed in the period."""


class _ChargeRequired(TypedDict):
    amount: float
    """Negative: a credit."""
    created_at: str
    currency: str
    date: str
    description: str
    entity_id: str
    id: str
    terms_days: int
    """How many days after the invoice's date it is due."""


class Charge(_ChargeRequired, total=False):
    """A charge."""
    invoice_id: str | None
    """The consolidated invoice that it is on; null: none yet."""
    period: str | None
    """The month of that invoice."""
    service_from: str | None
    """The first of the days that it is for; null: it is for its own day alone."""
    service_to: str | None
    """The day after the last of them."""
    source: ChargeSource | None


class ChargeSource(TypedDict):
    """What a charge is for."""
    id: str
    kind: str
    """What it is: `contract`, `subscription`, `sla`, `dispute`."""


class _CheckRuleRequestRequired(TypedDict):
    script: str
    """The script, which must define `fn decide(input)`."""


class CheckRuleRequest(_CheckRuleRequestRequired, total=False):
    """The script to check."""
    tests: Any
    """The tests: a list, an object with the list as its `tests`, or either of these as a JSON string."""


class _ChecksRequired(TypedDict):
    cache: str
    """The key-value store: `ok`, `unreachable`, or `not_writable` if it can be read but not written."""
    clock: str
    """The node's clock: `ok`; `behind` if there are records dated more than five minutes later; `off` if it differs
    by more than five minutes from the clock of the database server; `unknown` if the database does not respond.
    """
    record: str
    """The SQL database: `ok`, `unreachable`, `not_writable` if it can be read but not written, or `newer_schema` if
    a newer build changed the schema and this build is not known to work with it.
    """
    rules: str
    """The rules: `ok`; `lapsed` if an activated version does not compile on this build, so that the latest version
    that compiles is used instead; `unknown` if no store can tell which version is active.
    """


class Checks(_ChecksRequired, total=False):
    """The state of each dependency."""
    lapsed: list[Lapsed]
    """The rules that use an earlier version than the activated one; omitted if there are none."""
    seat_tokens: TokenState | None
    upstreams: dict[str, str] | None
    """The upstreams of this node whose calls fail at once or are held back, by scheme, host and port: `open`,
    `probing` or `ramping`. The embedded host adds it; omitted on Spin.
    """


class ClaimSeatRequest(TypedDict, total=False):
    """How an invitation is accepted."""
    code: str | None
    """The code of the invitation. Not needed with a token whose verified address is the invited one."""


class Cohort(TypedDict):
    """The customers that first paid in one month."""
    cohort: str
    """The first day of the month."""
    customers: int
    """How many there were at the end of that month."""
    mrr: float
    """What they paid then."""
    points: list[CohortPoint]


class _CohortPointRequired(TypedDict):
    at: str
    """The first day of the month."""
    customers: int
    month: int
    """How many months after the first."""
    mrr: float


class CohortPoint(_CohortPointRequired, total=False):
    """The customers of a cohort at the end of a month."""
    customerRetention: float | None
    """The share of customers that still pay; null: there were none."""
    revenueRetention: float | None
    """The share of what they paid in the first month; null: that was nothing."""


class CommitBudgetReservationRequest(TypedDict, total=False):
    """The part of a reservation that is spent."""
    amount: float | None
    """The amount spent, at most the reserved amount. The rest is released. Default: the whole reserved amount."""


class Company(TypedDict):
    """A company whose books the tokens reach."""
    id: str
    """Its id at the provider: `realmId`, Xero's `tenantId`, Sage's business, Business Central's company."""
    name: str
    """Its name."""


class ComparedContractBacklogCurrent(TypedDict):
    """What contracts in force charge in all, and what of that is recognised."""
    backlog: float
    """`contracted` less `recognised`."""
    contracted: float
    """What their terms charge in all: recurring lines and lines that are charged once, without usage."""
    contracts: int
    recognised: float
    """What of that is for days until the end of the period."""


class ComparedContractBacklogPrevious(TypedDict):
    """What contracts in force charge in all, and what of that is recognised."""
    backlog: float
    """`contracted` less `recognised`."""
    contracted: float
    """What their terms charge in all: recurring lines and lines that are charged once, without usage."""
    contracts: int
    recognised: float
    """What of that is for days until the end of the period."""


class Compared_ContractBacklog(TypedDict):
    """A figure, and the same of the period before."""
    current: ComparedContractBacklogCurrent
    """What contracts in force charge in all, and what of that is recognised."""
    previous: ComparedContractBacklogPrevious
    """What contracts in force charge in all, and what of that is recognised."""


class ComparedDeferredRevenueCurrent(TypedDict):
    """Deferred revenue in a period: opening + charged − recognised = closing."""
    charged: float
    """Charges whose dates are in the period."""
    closing: float
    """What of charges until the end is for later days."""
    opening: float
    recognised: float
    """What of all charges is for days of the period."""


class ComparedDeferredRevenuePrevious(TypedDict):
    """Deferred revenue in a period: opening + charged − recognised = closing."""
    charged: float
    """Charges whose dates are in the period."""
    closing: float
    """What of charges until the end is for later days."""
    opening: float
    recognised: float
    """What of all charges is for days of the period."""


class Compared_DeferredRevenue(TypedDict):
    """A figure, and the same of the period before."""
    current: ComparedDeferredRevenueCurrent
    """Deferred revenue in a period: opening + charged − recognised = closing."""
    previous: ComparedDeferredRevenuePrevious
    """Deferred revenue in a period: opening + charged − recognised = closing."""


class Compared_Option_f64(TypedDict):
    """A figure, and the same of the period before."""
    current: float | None
    previous: float | None


class _ComparedRecurringRevenueCurrentRequired(TypedDict):
    contracts: RecurringMovements
    """Of recurring lines of contracts, without lines for plans that are subscribed to."""
    total: RecurringMovements
    """The two together."""


class ComparedRecurringRevenueCurrent(_ComparedRecurringRevenueCurrentRequired, total=False):
    """Recurring revenue, by where it comes from."""
    subscriptions: RecurringMovements | None


class _ComparedRecurringRevenuePreviousRequired(TypedDict):
    contracts: RecurringMovements
    """Of recurring lines of contracts, without lines for plans that are subscribed to."""
    total: RecurringMovements
    """The two together."""


class ComparedRecurringRevenuePrevious(_ComparedRecurringRevenuePreviousRequired, total=False):
    """Recurring revenue, by where it comes from."""
    subscriptions: RecurringMovements | None


class Compared_RecurringRevenue(TypedDict):
    """A figure, and the same of the period before."""
    current: ComparedRecurringRevenueCurrent
    """Recurring revenue, by where it comes from."""
    previous: ComparedRecurringRevenuePrevious
    """Recurring revenue, by where it comes from."""


class _ComparedReportBudgetsCurrentRequired(TypedDict):
    actual: float
    """What was spent, less refunds."""
    budget: float
    """What may be spent: limits, and what is carried over."""
    budgets: int
    reserved: float
    """What is reserved, and no part of `actual`."""
    variance: float
    """`actual` less `budget`: above zero where more was spent."""


class ComparedReportBudgetsCurrent(_ComparedReportBudgetsCurrentRequired, total=False):
    """All budgets in the periods of theirs that a day is in."""
    variance_percent: float | None
    """`variance` in per cent of `budget`; null: there is no budget."""


class _ComparedReportBudgetsPreviousRequired(TypedDict):
    actual: float
    """What was spent, less refunds."""
    budget: float
    """What may be spent: limits, and what is carried over."""
    budgets: int
    reserved: float
    """What is reserved, and no part of `actual`."""
    variance: float
    """`actual` less `budget`: above zero where more was spent."""


class ComparedReportBudgetsPrevious(_ComparedReportBudgetsPreviousRequired, total=False):
    """All budgets in the periods of theirs that a day is in."""
    variance_percent: float | None
    """`variance` in per cent of `budget`; null: there is no budget."""


class Compared_ReportBudgets(TypedDict):
    """A figure, and the same of the period before."""
    current: ComparedReportBudgetsCurrent
    """All budgets in the periods of theirs that a day is in."""
    previous: ComparedReportBudgetsPrevious
    """All budgets in the periods of theirs that a day is in."""


class ComparedReportCollectedCurrent(TypedDict):
    """What was paid and given back in a period."""
    collected: float
    """The two together."""
    gateways: float
    """Payments that gateways reported as paid."""
    invoices: float
    """Payments of invoices that were recorded by hand. With `entity_id`: all payments of invoices."""
    net: float
    """`collected` less `refunded`."""
    refunded: float
    """What gateways reported as given back. With `entity_id`: 0."""


class ComparedReportCollectedPrevious(TypedDict):
    """What was paid and given back in a period."""
    collected: float
    """The two together."""
    gateways: float
    """Payments that gateways reported as paid."""
    invoices: float
    """Payments of invoices that were recorded by hand. With `entity_id`: all payments of invoices."""
    net: float
    """`collected` less `refunded`."""
    refunded: float
    """What gateways reported as given back. With `entity_id`: 0."""


class Compared_ReportCollected(TypedDict):
    """A figure, and the same of the period before."""
    current: ComparedReportCollectedCurrent
    """What was paid and given back in a period."""
    previous: ComparedReportCollectedPrevious
    """What was paid and given back in a period."""


class ComparedReportInvoicedCurrent(TypedDict):
    """The invoices of a period."""
    amount: float
    """The sum of their totals, with taxes."""
    invoices: int


class ComparedReportInvoicedPrevious(TypedDict):
    """The invoices of a period."""
    amount: float
    """The sum of their totals, with taxes."""
    invoices: int


class Compared_ReportInvoiced(TypedDict):
    """A figure, and the same of the period before."""
    current: ComparedReportInvoicedCurrent
    """The invoices of a period."""
    previous: ComparedReportInvoicedPrevious
    """The invoices of a period."""


class ComparedReportOpenDisputesCurrent(TypedDict):
    """Disputes that are not decided."""
    amount: float
    """What is disputed."""
    disputes: int


class ComparedReportOpenDisputesPrevious(TypedDict):
    """Disputes that are not decided."""
    amount: float
    """What is disputed."""
    disputes: int


class Compared_ReportOpenDisputes(TypedDict):
    """A figure, and the same of the period before."""
    current: ComparedReportOpenDisputesCurrent
    """Disputes that are not decided."""
    previous: ComparedReportOpenDisputesPrevious
    """Disputes that are not decided."""


class ComparedReportReceivablesCurrent(TypedDict):
    """What is still to be paid of invoices, by how many days its due date is past."""
    credits: float
    """What was paid beyond totals, and totals below zero: no part of `total`."""
    days_1_30: float
    days_31_60: float
    days_61_90: float
    invoices: int
    """The invoices of which something is to be paid."""
    not_due: float
    over_90_days: float
    total: float
    """All ages together, without credits."""


class ComparedReportReceivablesPrevious(TypedDict):
    """What is still to be paid of invoices, by how many days its due date is past."""
    credits: float
    """What was paid beyond totals, and totals below zero: no part of `total`."""
    days_1_30: float
    days_31_60: float
    days_61_90: float
    invoices: int
    """The invoices of which something is to be paid."""
    not_due: float
    over_90_days: float
    total: float
    """All ages together, without credits."""


class Compared_ReportReceivables(TypedDict):
    """A figure, and the same of the period before."""
    current: ComparedReportReceivablesCurrent
    """What is still to be paid of invoices, by how many days its due date is past."""
    previous: ComparedReportReceivablesPrevious
    """What is still to be paid of invoices, by how many days its due date is past."""


class Compared_f64(TypedDict):
    """A figure, and the same of the period before."""
    current: float
    previous: float


class CompletedSyncRun(TypedDict):
    """A completed run."""
    finished_at: str
    job_id: str


class _ComponentStatsRequired(TypedDict):
    component: str
    errors: int
    """Answers with a 5xx status."""
    refused: int
    """Answers with a 4xx status."""
    requests: int
    requests_per_second: float


class ComponentStats(_ComponentStatsRequired, total=False):
    """The requests of a component."""
    error_rate: float | None
    p50_ms: float | None
    """Half of the requests took no longer, milliseconds; an estimate."""
    p99_ms: float | None
    """99 of 100 requests took no longer."""


class _ConfigureIntegrationRequestRequired(TypedDict):
    provider: Provider
    """The accounting system."""


class ConfigureIntegrationRequest(_ConfigureIntegrationRequestRequired, total=False):
    """An integration to configure."""
    credentials: dict[str, Any]
    """Credentials by name: see the guide to integrations. Those that are not there stay as they are; null takes one
    away, and the operator's are used. They are stored encrypted, and never shown.
    """
    environment: Environment | None
    name: str | None
    """What to call it: 1 to 100 bytes. Default: the provider's name. A tenant may have several integrations with one
    provider, under different names.
    """
    settings: dict[str, Any]
    """Settings: `sync`, a list of `customers`, `invoices`, `payments`, `refunds`, `journals` (default: all); `from`,
    a date before which nothing is synchronised; `company_id`; and options of the provider. Those that are not
    there stay as they are.
    """


class _ConnectShopRequestRequired(TypedDict):
    platform: ShopPlatform
    """What it runs on."""
    secret: str
    """What it signs its webhooks with. It is stored encrypted, and never shown."""
    shop: str
    """Its address: `acme.myshopify.com`, or of a WooCommerce shop `https://shop.example`."""


class ConnectShopRequest(_ConnectShopRequestRequired, total=False):
    """A shop to connect."""
    access: ShopAccess | None


class _ConsentResponseRequired(TypedDict):
    integration_id: str
    provider: Provider
    status: IntegrationStatus


class ConsentResponse(_ConsentResponseRequired, total=False):
    """What came of a consent."""
    company: Company | None
    problem: str | None
    """What is to be done for it to work, if it does not."""


class ConsolidateRequest(TypedDict):
    """A month to invoice."""
    period: str
    """The month, such as `2026-11`, where the tenant is."""


class _ConsolidatedInvoiceRequired(TypedDict):
    amount: float
    """The sum of the lines."""
    amount_due: float
    """What is still to be paid."""
    amount_paid: float
    amount_refunded: float
    """What was given back of the payments."""
    created_at: str
    credit: float
    """What was paid beyond the total."""
    currency: str
    customer: InvoiceCustomer
    id: str
    items: list[InvoiceItem]
    payments: list[InvoicePayment]
    """The payments, in the order in which they were recorded."""
    refunds: list[InvoiceRefund]
    """What was given back, in the order in which it was recorded."""
    series: str
    status: InvoiceStatus
    tax: float
    """The sum of the taxes."""
    taxes: list[InvoiceTax]
    """The tax of each rate."""
    tenant_id: str
    total: float
    """`amount` plus `tax`."""
    updated_at: str
    entity_id: str
    """The entity whose invoice it is."""
    period: str
    """The month."""
    sections: list[InvoiceSection]
    """What is invoiced, entity by entity: the payer itself first, then by name."""
    terms_days: int
    """How many days after its date it is due."""


class ConsolidatedInvoice(_ConsolidatedInvoiceRequired, total=False):
    """An invoice of an entity for a month."""
    account: str | None
    """The account at the provider."""
    due_date: str | None
    """The last day on which it is not overdue."""
    due_days: int | None
    """How many days after its date it is due, where it has no due date yet; null: as the tenant's settings say."""
    external_id: str | None
    finalized_at: str | None
    invoice_number: str | None
    """Its number in its series and year; null until it is finalised."""
    issue_date: str | None
    """Its date; null: the day on which it will be finalised."""
    notes: str | None
    paid_at: str | None
    """When it was paid in full."""
    provider: str | None
    """The payment provider that knows it by `external_id`."""
    voided_at: str | None


class ConsolidatedInvoices(TypedDict):
    """The invoices of an entity."""
    invoices: list[ConsolidatedInvoice]


class _ContactRequired(TypedDict):
    attributes: dict[str, Any]
    """Custom fields."""
    created_at: str
    id: str
    revision: int
    status: ContactStatus
    """`suppressed`: every channel by which it is reached is suppressed."""
    suppressed_channels: list[str]
    """The channels over which it is not written to: it unsubscribed, an address bounced, or an administrator said
    so.
    """
    tags: list[str]
    unsubscribe_urls: dict[str, Any]
    """The links by which the person unsubscribes, by channel, for messages that the edge does not write. Empty
    without `unsubscribe_key`.
    """
    updated_at: str


class Contact(_ContactRequired, total=False):
    """A contact."""
    email: str | None
    locale: str | None
    name: str | None
    phone: str | None
    """`+` and digits."""
    source: str | None
    timezone: str | None


class _ContactImportRequired(TypedDict):
    created: int
    """The records that made a contact."""
    created_at: str
    errors: list[ContactImportError]
    """The first 1000 errors, by line."""
    failed: int
    """The records with errors. They change nothing."""
    job_id: str
    processed_rows: int
    """The records that were read: `created`, `updated` and `failed` together."""
    progress: int
    """How much of the file is read, per cent."""
    status: ImportStatus
    total_rows: int
    """The records of the file."""
    updated: int
    """The records of a contact that was there."""
    updated_at: str


class ContactImport(_ContactImportRequired, total=False):
    """An import."""
    error: str | None
    """Why the import was given up."""
    finished_at: str | None


class ContactImportError(TypedDict):
    """What is wrong with a record."""
    field: str
    """The field: `email`, `attributes.plan`; `line`: the record as a whole."""
    line: int
    """The number of the record's first line in the file, from 1."""
    message: str


class ContactInfo(TypedDict, total=False):
    address: str | None
    phone: str | None
    primary_email: str | None
    """The first administrator's e-mail address. The default is `admin@` and the domain."""


class ContactRequest(TypedDict, total=False):
    """A contact to create, or the changes to one. A field that is absent keeps its value; one that is null is
    emptied.
    """
    attributes: dict[str, Any] | None
    """Custom fields: at most 100 texts, numbers or booleans by name. They are added to those that are there; null
    removes one.
    """
    email: str | None
    """The e-mail address. Required where there is no phone."""
    locale: str | None
    """The language."""
    name: str | None
    """The name: 1 to 256 bytes."""
    phone: str | None
    """The phone number: `+` and digits, the country's code first."""
    source: str | None
    """Where the contact is from: 1 to 64 bytes."""
    tags: list[str] | None
    """At most 50 words that contacts are sorted by. They replace those that are there."""
    timezone: str | None
    """The time zone that the person lives in."""


class _ContractRequired(TypedDict):
    acv: float
    """The annual contract value: the recurring lines in a year, on average."""
    amendments: list[ContractAmendment]
    """The amendments, oldest first."""
    counterparty: str
    created_at: str
    currency: str
    documents: list[ContractDocument]
    end: str
    """The day after the last of the terms that are agreed on."""
    entity_id: str
    id: str
    last_notice_day: str
    """The last day on which notice is in time for the end of the last term."""
    lines: list[ContractLine]
    """The lines that hold today, or on its first or last day, at that day's prices."""
    mrr: float
    """The monthly recurring revenue of the lines above."""
    renewal: ContractRenewal
    sla: list[ContractServiceLevel]
    start: str
    """The first day."""
    status: ContractStatus
    tcv: float
    """The total contract value: recurring lines over all terms that are agreed on, and lines that are charged once."""
    tenant_id: str
    termination: ContractTermination
    terms: list[ContractTerm]
    """The terms that are agreed on."""
    title: str
    updated_at: str
    version: int
    """The number of the newest version: 1, and one more for each amendment that was agreed on."""


class Contract(_ContractRequired, total=False):
    """A contract."""
    approval_request_id: str | None
    """The approval request of its signing; null: nobody was asked."""
    billed_until: str | None
    """Up to and with which day its charges are made."""
    fee: float | None
    """The fee of the termination; null: it was not terminated."""
    notice: ContractNotice | None
    number: str | None
    """Its number; null until it is signed."""
    signed_on: str | None
    """When it was signed, where the tenant is."""
    terminated: ContractTerminated | None


class _ContractAmendmentRequired(TypedDict):
    diff: list[ContractDifference]
    """What it changes."""
    effective_date: str
    number: int
    preview: ContractAmendmentPreview
    """What it changes in money, as it was when it was asked for."""
    reason: str
    requested_at: str
    requested_by: str
    status: AmendmentStatus


class ContractAmendment(_ContractAmendmentRequired, total=False):
    """An amendment."""
    approval_request_id: str | None
    decided_at: str | None
    version: int | None
    """The version that it made; null: none."""


class ContractAmendmentPreview(TypedDict):
    """What an amendment changes in money."""
    mrr_after: float
    mrr_before: float
    proration: ContractProration
    tcv_after: float
    tcv_before: float


class ContractApprovalLevel(TypedDict):
    """People who approve, before the next level is asked."""
    approvers: list[str]
    """Who may approve: `role:finance_manager`."""
    quorum: int
    """How many of them must approve."""


class ContractCreditStep(TypedDict):
    """A credit of a service level."""
    basis_points: int
    below: float


class ContractCreditStepRequest(TypedDict):
    """A credit of a service level."""
    basis_points: int
    """The share of the month's fee, in hundredths of a per cent: 0 to 10,000."""
    below: float
    """Values below this get the credit."""


class ContractDifference(TypedDict):
    """A field that differs, with its values as they are written in JSON."""
    after: dict[str, Any]
    """Its value after."""
    before: dict[str, Any]
    """Its value before."""
    field: str
    """The field: `lines`."""


class ContractDocument(TypedDict):
    """A document of a contract, which is kept elsewhere."""
    name: str
    """Its name."""
    sha256: str
    """The SHA-256 of its bytes, 64 hexadecimal digits."""
    url: str
    """Where it is: an http or https URL."""


class _ContractEventRequired(TypedDict):
    actor: str
    """Who did it; `edge`: it happened by itself."""
    at: str
    """When it happened."""
    date: str
    """From which day it counts."""
    event: ContractEventKind
    number: int
    """Its number, from 1."""


class ContractEvent(_ContractEventRequired, total=False):
    """An event in the life of a contract."""
    amendment: int | None
    """The number of the amendment that it is about."""
    amount: float | None
    """The fee, credit or charge."""
    detail: str | None
    """More about it."""
    term: int | None
    """The number of the term that it is about."""


class _ContractFeeRequired(TypedDict):
    kind: str
    """`none`, `fixed`, `percent_remaining` or `months`."""


class ContractFee(_ContractFeeRequired, total=False):
    """The fee of a termination."""
    value: float | None
    """The amount; the per cent of what remains; the number of months."""


class _ContractFeeRequestRequired(TypedDict):
    kind: str
    """`none`, `fixed`, `percent_remaining` or `months`."""


class ContractFeeRequest(_ContractFeeRequestRequired, total=False):
    """A fee. It is never more than what remains of the commitment."""
    value: float | None
    """The amount; the per cent of what remains; the number of months."""


class _ContractLineRequired(TypedDict):
    description: str
    discount_basis_points: int
    id: str
    """By which amendments and usage reports name it."""
    kind: ContractLineKind
    quantity: float
    unit_price: float
    """The price of one, for a whole cycle."""


class ContractLine(_ContractLineRequired, total=False):
    """A line of a contract."""
    amount: float | None
    """What it costs for a whole cycle, or once; null: by what is reported."""
    cycle: ContractCycle | None
    plan_id: str | None


class _ContractLineRequestRequired(TypedDict):
    description: str
    """What it is for: 1 to 200 bytes."""
    kind: str
    """`recurring`: in each cycle, in advance. `one_off`: once. `usage`: by what is reported."""
    unit_price: float
    """The price of one, for a whole cycle."""


class ContractLineRequest(_ContractLineRequestRequired, total=False):
    """A line of a contract."""
    cycle: str | None
    """How often a recurring line is charged: `monthly`, `quarterly`, `semi_annual`, `annual`. Default: `monthly`."""
    discount_basis_points: int | None
    """The discount, in hundredths of a per cent: 0 to 10,000. Default: 0."""
    id: str | None
    """In an amendment, the id of the line that stays. Default: the line of the same kind, plan, description and
    cycle.
    """
    plan_id: str | None
    """The plan that it is for."""
    quantity: float | None
    """How many, with at most 6 decimals. Default: 1."""


class ContractNotice(TypedDict):
    """A notice."""
    at: str
    by: ContractParty
    date: str
    """The day on which it was given, where the tenant is."""
    ends_on: str
    """When the contract ends."""
    in_time: bool
    """Whether it was in time for the end of the term that ran."""
    last_notice_day: str
    """The last day on which it was."""


class _ContractPendingApprovalRequired(TypedDict):
    approval_request_id: str
    """Once it is approved, the contract goes on by itself."""
    contract: Contract
    """The contract."""
    levels: list[ContractApprovalLevel]
    """Who is asked, in this order."""
    status: str
    """`pending_approval`."""


class ContractPendingApproval(_ContractPendingApprovalRequired, total=False):
    """Something that people have to approve first."""
    warnings: list[str]
    """Levels for which too few people are known who could approve; absent where there are none."""


class ContractProration(TypedDict):
    """What changes in periods that are charged, or begin before the effective date."""
    charge: float
    """What is charged for the same days."""
    credit: float
    """What is given back: zero or negative."""
    net: float
    """The two together."""


class ContractRenewal(TypedDict):
    """How a contract is renewed."""
    mode: ContractRenewalMode
    """What happens at the end of a term."""
    notice_days: int
    """How many days before the end of a term notice can be given for it: 0 to 3,650. The last such day counts."""
    term_months: int
    """The length of the terms after the first, in months: 1 to 120."""
    uplift_basis_points: int
    """How much dearer each further term is, in hundredths of a per cent: 0 to 10,000."""


class _ContractRenewalRequestRequired(TypedDict):
    mode: str
    """`auto`, `manual` or `none`."""


class ContractRenewalRequest(_ContractRenewalRequestRequired, total=False):
    """How a contract is renewed."""
    notice_days: int | None
    """How many days before the end of a term notice can be given: 0 to 3,650. Default: 0."""
    term_months: int | None
    """The length of further terms, in months: 1 to 120. Default: 12."""
    uplift_basis_points: int | None
    """How much dearer each further term is, in hundredths of a per cent: 0 to 10,000. Default: 0."""


class ContractRequest(TypedDict, total=False):
    """The fields of a contract. In an update, fields that are absent or null keep their values."""
    counterparty: str | None
    """The other party: 1 to 256 bytes. Required to create one."""
    currency: str | None
    """The ISO 4217 code of the currency of all its amounts. Required to create one. With another currency, `lines`
    are required.
    """
    documents: list[ContractDocument] | None
    """The documents: at most 50."""
    end: str | None
    """The day after the last of the first term. Default: the start and `renewal.term_months`."""
    entity_id: str | None
    """The entity that it is charged to. Required to create one."""
    lines: list[ContractLineRequest] | None
    """What is charged: 1 to 50 lines. Required to create one. They replace the present ones."""
    renewal: ContractRenewalRequest | None
    sla: list[ContractServiceLevelRequest] | None
    """The service levels: at most 20."""
    start: str | None
    """The first day, where the tenant is. It may be past: the terms since then run at once. Required to create one."""
    termination: ContractTerminationRequest | None
    title: str | None
    """What it is called: 1 to 256 bytes. Required to create one."""


class ContractServiceLevel(TypedDict):
    """A service level."""
    credit_steps: list[ContractCreditStep]
    metric: str
    target: float


class _ContractServiceLevelRequestRequired(TypedDict):
    metric: str
    """What is measured: 1 to 64 bytes."""
    target: float
    """What is promised, with at most 4 decimals."""


class ContractServiceLevelRequest(_ContractServiceLevelRequestRequired, total=False):
    """A service level."""
    credit_steps: list[ContractCreditStepRequest]
    """The credits for less: at most 20."""


class ContractTerm(TypedDict):
    """A term: `[start, end)`."""
    end: str
    number: int
    start: str
    uplift_basis_points: int
    """How much dearer it is than the term before."""


class ContractTerminated(TypedDict):
    """A termination."""
    at: str
    by: str
    credit: float
    """What of that was charged before, and is given back."""
    date: str
    """The first day on which the contract is not in force any more."""
    fee: float
    """The fee: never more than `remaining`."""
    reason: str
    remaining: float
    """What remained of the commitment: the recurring charges of the days from `date` on."""


class ContractTermination(TypedDict):
    """What ending a contract early costs."""
    fee: ContractFee


class ContractTerminationRequest(TypedDict, total=False):
    """What ending a contract early costs."""
    fee: ContractFeeRequest | None


class ContractTimeline(TypedDict):
    """What happened to a contract."""
    data: list[ContractEvent]
    """The events, oldest first."""


class ContractUsageReport(TypedDict):
    """What was reported of usage, and the charge."""
    amount: float
    """The charge."""
    at: str
    currency: str
    line_id: str
    month: str
    quantity: float


class ContractUsageReportList(TypedDict):
    """What was reported of usage."""
    data: list[ContractUsageReport]
    """The reports, in the order in which they were made."""


class ContractUsageReportRequest(TypedDict):
    """A report of usage."""
    line_id: str
    """The id of a usage line of the contract."""
    month: str
    """The month: `2026-10`."""
    quantity: float
    """How many, with at most 6 decimals."""


_ContractsReportRequiredKeywords = TypedDict("_ContractsReportRequiredKeywords", {"from": "str"})


class _ContractsReportRequired(_ContractsReportRequiredKeywords):
    as_of: str
    """The day at whose end the figures are taken."""
    previous_period: ReportPeriod
    """The period before."""
    timezone: str
    to: str
    """The day after the last one."""
    rows: list[ReportContract]
    """The contracts that ran in the period, by number."""
    totals: list[ReportContractTotals]
    """The sums of the rows, in each currency."""


class ContractsReport(_ContractsReportRequired, total=False):
    """Contracts."""
    entity_id: str | None
    """The entity that it is about, with those below it; null: all."""


_CostAnalysisRequiredKeywords = TypedDict("_CostAnalysisRequiredKeywords", {"from": "str"})


class _CostAnalysisRequired(_CostAnalysisRequiredKeywords):
    as_of: str
    """The day at whose end the figures are taken."""
    previous_period: ReportPeriod
    """The period before."""
    timezone: str
    to: str
    """The day after the last one."""
    basis: CostBasis
    currencies: list[ReportCosts]
    """The costs in each currency. They are never added up over currencies."""


class CostAnalysis(_CostAnalysisRequired, total=False):
    """Cost analysis."""
    entity_id: str | None
    """The entity that it is about, with those below it; null: all."""


class Coverage(TypedDict):
    """How much of a script is covered by its tests."""
    branches: int
    """The number of branches: each `if`, each `else` (also where it is not written), each case of a `switch` and
    each loop.
    """
    lines: int
    """The number of executable lines."""
    missedBranches: list[int]
    """The lines where branches begin that no test takes."""
    missedLines: list[int]
    """The executable lines that no test reaches."""


class _CreateAllocationRequestRequired(TypedDict):
    method: AllocationMethod
    """How the share is measured."""
    source: AllocationSource
    """What is split."""


_CreateAllocationRequestKeywords = TypedDict("_CreateAllocationRequestKeywords", {"from": "str | None"}, total=False)


class CreateAllocationRequest(_CreateAllocationRequestRequired, _CreateAllocationRequestKeywords, total=False):
    """A share of a source for one department."""
    amount: float | None
    """The amount, of `fixed`. Without one, the department takes all that the others leave."""
    basis_points: int | None
    """The percentage in basis points, of `percentage`: 1 to 10000."""
    currency: str | None
    """The currency of the amount. Default: that of the department's entity."""
    driver: float | None
    """What the department uses, of `usage`: any measure that is the same for all shares, with at most 3 decimals. Of
    `headcount`: a number in place of the department's headcount.
    """
    gl_code: str | None
    """The account of the general ledger, whatever mappings say."""
    to: str | None
    """The day after the last. Default: the share has no end."""


class _CreateApplicationRequestRequired(TypedDict):
    slug: str
    """The application's name in paths and seat checks: 1 to 63 of `a`–`z`, `0`–`9`, `-` and `_`, unique."""


class CreateApplicationRequest(_CreateApplicationRequestRequired, total=False):
    """A request to register an application."""
    externalIdName: str | None
    """The application's name for an organisation's id: `hospital_id`. Default: `external_id`."""
    force: bool | None
    """Whether the seats live at the edge although the ERP has seats that were not imported. Default: false."""
    invitationDays: int | None
    """The days for which an invitation to a seat holds: 1 to 366. Default: 7."""
    name: str | None
    """The application's name for people, 1 to 256 bytes. Default: the slug."""
    seatCooldownHours: int | None
    """The hours that must pass before a seat that was assigned can be transferred. Default: 0."""
    seatSource: SeatSource | None


class _CreateApprovalDelegationRequestRequired(TypedDict):
    ends_at: str
    """The end of the delegation (RFC 3339), at most a year after its beginning."""
    to: str
    """The person who may act on behalf of the caller: `user:<sub>` or `key:<id>`."""


class CreateApprovalDelegationRequest(_CreateApprovalDelegationRequestRequired, total=False):
    """A delegation to create."""
    reason: str | None
    """The reason for display. It is cut off after 1,024 characters."""
    starts_at: str | None
    """The beginning of the delegation (RFC 3339). Default: now."""


class _CreateApprovalRequestRequired(TypedDict):
    amount: float
    """The price, in `currency`."""
    currency: str
    """The ISO 4217 code of the currency."""


class CreateApprovalRequest(_CreateApprovalRequestRequired, total=False):
    """A purchase to approve."""
    contract_id: str | None
    """The contract that covers the purchase."""
    department_id: str | None
    """The department that pays."""
    description: str | None
    """A description for the approvers: at most 2,048 bytes."""
    kind: str | None
    """The kind of purchase: 1 to 256 bytes. Default: `checkout`."""
    plan_id: str | None
    """The plan that is bought."""


class _CreateBudgetRequestRequired(TypedDict):
    currency: str
    """The ISO 4217 code of the currency of all the budget's amounts."""
    limit: float
    """The amount that may be spent in each period."""
    name: str
    """The budget's name for display: 1 to 256 bytes."""
    period: str
    """The length of a period: `monthly`, `quarterly` or `yearly`."""


class CreateBudgetRequest(_CreateBudgetRequestRequired, total=False):
    """A budget to create."""
    carry_over: bool | None
    """Whether the amount left at the end of a period may be spent in the next. Default: `false`."""
    cost_centre: str | None
    """The cost centre that the budget covers. Default: all cost centres."""
    department_id: str | None
    """The department that the budget covers. Default: the whole tenant."""
    entity_id: str | None
    """The entity that the budget covers. Default: all entities."""
    thresholds: list[BudgetThreshold] | None
    """At most 10 thresholds, each at another percentage. Default: soft at 80 percent and hard at 100 percent."""
    time_zone: str | None
    """The IANA time zone in which periods begin and end, such as `Asia/Kolkata`. Default: `UTC`."""


class _CreateBudgetReservationRequestRequired(TypedDict):
    amount: float
    """The amount to reserve, in the budget's currency."""
    reference: str
    """The caller's reference of the reservation: 1 to 256 bytes. One reference reserves only once."""


class CreateBudgetReservationRequest(_CreateBudgetReservationRequestRequired, total=False):
    """An amount to reserve."""
    expires_at: str | None
    """When the reservation is released automatically (RFC 3339). Default: never."""


class _CreateChargeRequestRequired(TypedDict):
    amount: float
    """How much. Negative: a credit."""
    currency: str
    """The ISO 4217 code of the currency."""
    description: str
    """What stands on the invoice: 1 to 256 bytes."""


class CreateChargeRequest(_CreateChargeRequestRequired, total=False):
    """A charge to post."""
    date: str | None
    """The day that it is of: it is billed with this month, or later. Default: today, where the tenant is."""
    terms_days: int | None
    """How many days after the invoice's date it is due. Default: `payment_terms_days` of the entity."""


class _CreateCheckoutRequestRequired(TypedDict):
    plan_id: str
    """The plan's `sku_id` or `sku_code`."""


class CreateCheckoutRequest(_CreateCheckoutRequestRequired, total=False):
    """A purchase of a plan."""
    approval_request_id: str | None
    """The id of the approval request by which this purchase was approved."""
    billing_cycle: str | None
    """`monthly` or `annual`. Default: the plan's own billing cycle."""
    cancel_url: str | None
    """Where the customer is sent after cancelling. The same hosts are allowed."""
    seats: int | None
    """The number of seats. Default: 1."""
    success_url: str | None
    """Where the customer is sent after paying: an https URL at a public host. If the tenant's setting
    `checkout_return_hosts` lists hosts, it must be one of those.
    """
    tier_code: str | None
    """The code of one of the plan's tiers. Default: the plan itself, at its own price."""


class _CreateCustomerOrderRequestRequired(TypedDict):
    items: list[OrderItemRequest]
    """What was ordered: 1 to 500 items."""


class CreateCustomerOrderRequest(_CreateCustomerOrderRequestRequired, total=False):
    """An order to create."""
    currency: str | None
    """The ISO 4217 code of the currency of its amounts. Default: `INR`."""
    customer: OrderCustomer | None
    external_id: str | None
    """Its id there. A tenant has one order of each platform and external id."""
    external_platform: str | None
    """Where it comes from, such as `shopify`. Default: `custom`, where there is an `external_id`."""
    notes: str | None
    """A note: up to 2000 bytes."""
    order_date: str | None
    """When it was ordered (RFC 3339). Default: now."""
    order_number: str | None
    """Its number, as people know it. Default: one is made."""
    status: CustomerOrderStatus | None
    total_amount: float | None
    """What it costs. Default: the sum of the items that have a price."""


class _CreateDepartmentRequestRequired(TypedDict):
    entity_id: str
    """The entity that it belongs to."""
    name: str
    """Its name for display: 1 to 256 bytes."""


class CreateDepartmentRequest(_CreateDepartmentRequestRequired, total=False):
    """A department to create."""
    code: str | None
    """Its code, unique within the entity."""
    cost_center: str | None
    """Its cost centre."""
    gl_code: str | None
    """The account of the general ledger of its lines for which no mapping names one."""
    headcount: int | None
    """How many people it has. It is the driver of shares by `headcount`."""
    headcount_from: str | None
    """The first day with this headcount, in the tenant's time zone. Default: today."""
    manager_user_id: str | None
    """The user who manages it."""
    parent_id: str | None
    """The department of the same entity that it is part of."""
    status: DepartmentStatus | None


class _CreateDisputeRequestRequired(TypedDict):
    reason: Literal["duplicate", "incorrect_amount", "service_not_provided", "unauthorized", "other"]
    """Why."""
    subject: DisputeSubject
    """What is disputed."""


class CreateDisputeRequest(_CreateDisputeRequestRequired, total=False):
    """A dispute to create."""
    amount: float | None
    """How much is disputed, above zero, and at most what was paid. Default: all of it; required where the payment or
    the invoice is not known.
    """
    currency: str | None
    """The ISO 4217 code of the currency. Default: that of what is disputed."""
    description: str | None
    """Why, in words: up to 4000 bytes."""
    due_at: str | None
    """Until when it is to be decided (RFC 3339)."""
    entity_id: str | None
    """The entity that is concerned."""
    evidence: list[DisputeEvidence]
    """The evidence: up to 50 pieces."""


class CreateEndpointRequest(TypedDict):
    """A request to create a webhook endpoint."""
    tenant_id: str
    """The tenant's id."""


class _CreateEntityRequestRequired(TypedDict):
    name: str
    """What people call it: 1 to 256 bytes."""


class CreateEntityRequest(_CreateEntityRequestRequired, total=False):
    """An entity to create."""
    address: str | None
    """The postal address; it may have several lines."""
    billing_email: str | None
    """The e-mail address where its invoices go."""
    code: str | None
    """What you know it by: unique within the tenant."""
    consolidate_to_parent: bool | None
    """Whether its charges are on the invoice of the entity above it. Default: `true`."""
    country: str | None
    """Its country: two letters of ISO 3166-1."""
    currency: str | None
    """The ISO 4217 code of its currency. It may be charged in any. Default: the parent's."""
    legal_name: str | None
    """Its name on invoices. Default: `name`."""
    parent_id: str | None
    """The entity above it. Default: it is the root of a tree."""
    payment_terms_days: int | None
    """How many days after an invoice's date its charges are due that do not say. Default: 30."""
    tax_id: str | None
    """Its tax number."""


class _CreateGlMappingRequestRequired(TypedDict):
    gl_code: str
    """The account of the general ledger: 1 to 256 bytes."""


class CreateGlMappingRequest(_CreateGlMappingRequestRequired, total=False):
    """A mapping to create, or to give another account."""
    department_id: str | None
    """Only amounts of this department."""
    kind: GlKind | None
    plan_id: str | None
    """Only amounts for this plan."""


class _CreateInvoiceRequestRequired(TypedDict):
    currency: str
    """The ISO 4217 code of the currency of all its amounts."""
    customer: InvoiceCustomer
    """Whom it is for."""
    items: list[InvoiceItemRequest]
    """Its lines: 1 to 200."""


class CreateInvoiceRequest(_CreateInvoiceRequestRequired, total=False):
    """An invoice to create."""
    account: str | None
    """The account at the provider, where its ids are unique only within one."""
    due_date: str | None
    """The last day on which it is not overdue. Default: 14 days after its date, or the tenant's setting
    `invoices.due_days`.
    """
    external_id: str | None
    """Its id at the provider. A tenant has one invoice of each provider, account and external id."""
    issue_date: str | None
    """Its date. Default: the day on which it is finalised, where the tenant is."""
    notes: str | None
    """A note to the customer: up to 2000 bytes."""
    provider: str | None
    """The payment provider that knows it by `external_id`. Default: `stripe` where there is an `external_id`."""
    series: str | None
    """The series that it is numbered in: 1 to 16 letters and digits. Default: the tenant's setting
    `invoices.series`, else `INV`.
    """


class _CreateMemberRequestRequired(TypedDict):
    user_id: str
    """The user's id in the product's accounts, 1 to 256 bytes."""


class CreateMemberRequest(_CreateMemberRequestRequired, total=False):
    """A request to add a user to a tenant."""
    email: str | None
    name: str | None
    role: Role | None


class _CreateOrganizationRequestRequired(TypedDict):
    name: str


class CreateOrganizationRequest(_CreateOrganizationRequestRequired, total=False):
    """A request to create an organization."""
    billingEmail: str | None
    """The address for bills. Required with a platform key unless `ownerEmail` is sent."""
    erpCompanyCode: str | None
    """The company's code in the ERP, which internal organizations have. Requires a platform key."""
    externalIds: dict[str, str] | None
    """The organization's id in each application. Requires a platform key."""
    mode: Mode | None
    ownerEmail: str | None
    """The owner's address. Default: the address in the person's token, or `billingEmail`."""
    ownerUserId: str | None
    """The user who becomes the organization's OWNER. Required with a platform key; a person becomes the OWNER of
    their organization.
    """
    slug: str | None
    """1 to 63 of `a`–`z`, `0`–`9` and `-`, unique. The default is made from the name."""
    stripeCustomerId: str | None
    """The organization's customer at Stripe, unique. Requires a platform key."""
    timezone: str | None
    """An IANA time zone: `Asia/Kolkata`. Default: `UTC`."""


class _CreatePlanRequestRequired(TypedDict):
    currency: str
    """The ISO 4217 code of the price's currency."""
    name: str
    pricePerSeat: float
    """The price of one seat for one billing cycle, not negative."""


class CreatePlanRequest(_CreatePlanRequestRequired, total=False):
    """A request to create a plan."""
    active: bool | None
    """Whether the plan is sold. Default: true."""
    billingCycle: str | None
    """`monthly` (default), `quarterly` or `annual`."""
    id: str | None
    """The plan's id within the application: 1 to 64 of `A`–`Z`, `a`–`z`, `0`–`9`, `.`, `_` and `-`. The default is a
    random id.
    """
    maxSeats: int | None
    """The largest number of seats that can be bought; null (default): any number."""
    minSeats: int | None
    """The smallest number of seats that can be bought. Default: 1."""
    stripePriceId: str | None
    """The id of the same price at Stripe."""
    trialDays: int | None
    """The days for which a new subscription is not paid: 0 (default) to 730."""


class _CreateRuleVersionRequestRequired(TypedDict):
    script: str
    """The script, which must define `fn decide(input)`."""


class CreateRuleVersionRequest(_CreateRuleVersionRequestRequired, total=False):
    """The version to create."""
    note: str | None
    """A note on the version, at most 1000 characters. By default there is none."""
    tests: Any
    """The tests: a list, an object with the list as its `tests`, or either of these as a JSON string."""


class _CreateSubscriptionRequestRequired(TypedDict):
    applicationSlug: str
    """The application's slug."""
    gateway: GatewayName
    """`stripe`, `bheempay` or `manual`. `manual` requires a platform key: nobody pays."""
    planId: str
    """The plan's id within the application."""
    seats: int
    """The number of seats, within what the plan allows."""


class CreateSubscriptionRequest(_CreateSubscriptionRequestRequired, total=False):
    """A new subscription."""
    approvalRequestId: str | None
    """The id of the approval request by which this purchase was approved."""
    cancelUrl: str | None
    """Where the buyer goes without paying."""
    externalOrgId: str | None
    """The organization's id in the application. Requires a platform key."""
    imported: ImportedRequest | None
    organizationId: str | None
    """The organization. Required with a platform key; else it is the caller's own."""
    successUrl: str | None
    """Where the buyer goes after paying."""
    trial: bool | None
    """Whether it begins with the plan's trial. An organization has one trial of an application."""


class CreateSuppressionRequest(TypedDict):
    """An address to suppress."""
    address: str
    """The e-mail address, the phone number, or the user's id."""
    channel: str
    """`EMAIL`, `SMS`, `WHATSAPP` or `PUSH`."""


class _CreateTenantRequestRequired(TypedDict):
    name: str
    owner_email: str
    slug: str
    """1 to 63 of `a`–`z`, `0`–`9` and `-`, unique."""


class CreateTenantRequest(_CreateTenantRequestRequired, total=False):
    """A request to create a tenant."""
    billing_email: str | None
    billing_phone: str | None
    docs_quota_mb: int | None
    """The document quota in MB; null means unlimited."""
    domain: str | None
    """Unique."""
    erp_company_code: str | None
    """Internal tenants must have one."""
    erp_company_id: str | None
    erp_customer_id: str | None
    max_users: int | None
    """The maximum number of users; null means unlimited."""
    plan: str | None
    settings: dict[str, Any]
    """A JSON object of at most 16 KiB."""
    stripe_customer_id: str | None
    """The tenant's customer at Stripe, unique."""
    id: str | None
    """A UUID chosen by the caller. The default is a random UUID."""
    tenant_mode: Mode
    timezone: str | None
    """An IANA time zone: `Asia/Kolkata`. The default is `UTC`."""


class CreatedApiKey(TypedDict):
    """A new API key. It is shown only once."""
    id: str
    """The key's id, used to revoke it."""
    key: str
    """The complete key, to be sent as `Authorization: Bearer …`."""


class CreatedRuleVersion(TypedDict):
    """A version that was created."""
    sha256: str
    """The SHA-256 of the version's script and tests."""
    version: int
    """The version's number."""


class CurrencyRevenue(TypedDict):
    """What was paid in one currency."""
    amount: float
    """What was paid, less refunds."""
    collected: float
    currency: str
    refunded: float


class _CurrentCallerRequired(TypedDict):
    id: str
    """The id of the key, or the person's id at the issuer."""
    kind: CallerKind
    """Whether the credential is an API key or a person's token."""
    name: str
    """The name of the key; the person's name, else their e-mail address, else their id."""
    roles: list[str]
    """The person's roles in the tenant. Keys have none."""
    scopes: list[Scope]
    """The scopes of the credential."""


class CurrentCaller(_CurrentCallerRequired, total=False):
    """The caller, and what its credential allows."""
    applications: list[str] | None
    """The applications that the credential may be used for; null: all."""
    expires_at: str | None
    """When the credential expires, RFC 3339; null: it does not."""
    tenant_id: TenantId | None


class CustomReport(TypedDict, total=False):
    """What a report asks for. The names of members are those of `GET /reports/custom/members`."""
    dimensions: list[str]
    """What is grouped by: up to 12 dimensions of the measures' source and of those that it joins. With an amount,
    its currency is one of them, also where it is not named.
    """
    filters: list[ReportFilter]
    """What all records and rows of the report fulfil: up to 20 conditions."""
    limit: int | None
    """The most rows: 1 to 100,000, which is the default."""
    measures: list[str]
    """What is added up: up to 20 measures, all of one source."""
    name: str | None
    """The name, 1 to 200 bytes, under which the report is saved. Absent: it is run."""
    order: list[ReportOrder]
    """The order of the rows; by default that of the columns."""
    schedule: ReportSchedule | None
    time: ReportTime | None
    timezone: str | None
    """The IANA time zone whose days count; by default the tenant's."""


class _CustomerOrderRequired(TypedDict):
    created_at: str
    currency: str
    customer: OrderCustomer
    id: str
    items: list[CustomerOrderItem]
    messages: list[OrderMessage]
    """What people were told."""
    order_date: str
    order_number: str
    shipments: list[OrderShipment]
    status: CustomerOrderStatus
    tenant_id: str
    total_amount: float
    updated_at: str


class CustomerOrder(_CustomerOrderRequired, total=False):
    """An order of a tenant's customer."""
    cancelled_at: str | None
    delivered_date: str | None
    """When the last of it was delivered."""
    external_id: str | None
    """Its id there."""
    external_platform: str | None
    """Where it comes from, such as `shopify`."""
    external_updated_at: str | None
    """When the shop last changed it, by the shop's clock."""
    notes: str | None
    shipped_date: str | None
    """When the last of it was shipped."""
    shop_id: str | None
    """The id of the shop that sends it; null: it was made here, or came without a shop of its own."""


class _CustomerOrderItemRequired(TypedDict):
    cancelled_quantity: int
    """How many of them are not wanted any more."""
    delivered_quantity: int
    id: str
    is_packed: bool
    """Whether all that are wanted are packed."""
    order_id: str
    packed_quantity: int
    product_name: str
    quantity: int
    """How many were ordered."""
    requires_shipping: bool
    """Whether it goes into a parcel."""
    returned_quantity: int
    """How many of those that were shipped came back."""
    shipped_quantity: int


class CustomerOrderItem(_CustomerOrderItemRequired, total=False):
    """An item of an order. `0 <= packed_quantity <= quantity - cancelled_quantity`."""
    sku: str | None
    unit_price: float | None
    """The price of one."""


class CustomerPayment(TypedDict):
    amount: float
    company_id: str
    customer_id: str
    gateway_payment_id: str
    payment_method: str
    status: str


class _DepartmentRequired(TypedDict):
    created_at: str
    entity_id: str
    headcount: int
    """How many people it has today."""
    headcounts: list[DepartmentHeadcount]
    """How many people it had and has, each from a day on."""
    id: str
    name: str
    status: DepartmentStatus
    tenant_id: str
    updated_at: str


class Department(_DepartmentRequired, total=False):
    """A department."""
    code: str | None
    """Its code, unique within the entity."""
    cost_center: str | None
    gl_code: str | None
    """The account of the general ledger of its lines for which no mapping names one."""
    manager_user_id: str | None
    parent_id: str | None
    """The department of the same entity that it is part of."""


class DepartmentDetails(TypedDict, total=False):
    """What a department may have besides."""
    code: str | None
    """Its code, unique within the entity."""
    cost_center: str | None
    """Its cost centre."""
    gl_code: str | None
    """The account of the general ledger of its lines for which no mapping names one."""
    headcount: int | None
    """How many people it has. It is the driver of shares by `headcount`."""
    headcount_from: str | None
    """The first day with this headcount, in the tenant's time zone. Default: today."""
    manager_user_id: str | None
    """The user who manages it."""
    parent_id: str | None
    """The department of the same entity that it is part of."""
    status: DepartmentStatus | None


_DepartmentHeadcountKeywords = TypedDict("_DepartmentHeadcountKeywords", {"from": "str"})


class DepartmentHeadcount(_DepartmentHeadcountKeywords):
    """How many people a department has from a day on."""
    headcount: int
    """How many people."""


class DetailsRequest(TypedDict, total=False):
    """What an invoice may have besides."""
    account: str | None
    """The account at the provider, where its ids are unique only within one."""
    due_date: str | None
    """The last day on which it is not overdue. Default: 14 days after its date, or the tenant's setting
    `invoices.due_days`.
    """
    external_id: str | None
    """Its id at the provider. A tenant has one invoice of each provider, account and external id."""
    issue_date: str | None
    """Its date. Default: the day on which it is finalised, where the tenant is."""
    notes: str | None
    """A note to the customer: up to 2000 bytes."""
    provider: str | None
    """The payment provider that knows it by `external_id`. Default: `stripe` where there is an `external_id`."""
    series: str | None
    """The series that it is numbered in: 1 to 16 letters and digits. Default: the tenant's setting
    `invoices.series`, else `INV`.
    """


class _DifferenceRequired(TypedDict):
    field: str


class Difference(_DifferenceRequired, total=False):
    """A field that differs."""
    expected: str | None
    found: str | None


class _DisconnectResponseRequired(TypedDict):
    created_at: str
    environment: Environment
    id: str
    name: str
    provider: Provider
    settings: IntegrationSettings
    status: IntegrationStatus
    updated_at: str
    revoked: bool
    """Whether the provider made the tokens worthless. False: it could not be told; the edge has erased them all the
    same, and the app's access can be taken back at the provider.
    """


class DisconnectResponse(_DisconnectResponseRequired, total=False):
    """What came of disconnecting an integration."""
    companies: list[Company] | None
    """The companies that can be reached, where there are several or none: `settings.company_id` chooses."""
    company: Company | None
    connected_at: str | None
    connected_by: str | None
    """Who consented, or gave the credentials."""
    problem: str | None
    """What is to be done for it to work, if it does not."""
    revocation_problem: str | None
    """Why it could not be told."""


class _DisputeRequired(TypedDict):
    amount: float
    """How much is disputed."""
    created_at: str
    currency: str
    evidence: list[DisputeEvidence]
    id: str
    number: str
    """Its number within the tenant: `DSP-00042`."""
    opened_by: str
    """Who opened it."""
    overdue: bool
    """Whether that time is past and it is not decided. Nothing is decided by itself."""
    reason: Literal["duplicate", "incorrect_amount", "service_not_provided", "unauthorized", "other"]
    """Why something is disputed."""
    status: Literal["open", "under_review", "awaiting_customer", "resolving", "resolved", "rejected", "withdrawn"]
    """Where a dispute stands."""
    subject: DisputeSubject
    tenant_id: str
    updated_at: str


class Dispute(_DisputeRequired, total=False):
    """A dispute."""
    card_dispute: DisputeCardCase | None
    closed_at: str | None
    """When it was resolved, rejected or withdrawn."""
    description: str | None
    due_at: str | None
    """Until when it is to be decided."""
    entity_id: str | None
    """The entity that is concerned."""
    payment_id: str | None
    """The payment that is disputed, once it is known."""
    resolution: DisputeResolution | None


class _DisputeApprovalRequired(TypedDict):
    amount: float
    """The amount that is to be approved, exactly."""
    approval_request_id: str
    """Once it is approved, the same request with this id goes through."""
    currency: str
    levels: list[DisputeApprovalLevel]
    """Who is asked, in this order."""
    status: str
    """`pending_approval`."""


class DisputeApproval(_DisputeApprovalRequired, total=False):
    """A resolution that people have to approve first."""
    warnings: list[str]
    """Levels for which too few people are known who could approve."""


class DisputeApprovalLevel(TypedDict):
    """People who approve, before the next level is asked."""
    approvers: list[str]
    """Who may approve: `role:finance_manager`."""
    quorum: int
    """How many of them must approve."""


class _DisputeCardCaseRequired(TypedDict):
    id: str
    """Its id there."""
    provider: str
    """The gateway."""
    status: Literal["open", "won", "lost", "closed"]
    """What became of it."""


class DisputeCardCase(_DisputeCardCaseRequired, total=False):
    """The card dispute that opened a dispute."""
    reason: str | None
    """Why, in the gateway's words."""


class DisputeComment(TypedDict):
    """A comment."""
    author: str
    """Who wrote it."""
    body: str
    created_at: str
    dispute_id: str
    id: str
    visibility: Literal["internal", "shared"]
    """Who sees a comment."""


class _DisputeCommentRequestRequired(TypedDict):
    body: str
    """What it says: 1 to 4000 bytes."""


class DisputeCommentRequest(_DisputeCommentRequestRequired, total=False):
    """A comment to add."""
    visibility: Literal["internal", "shared"] | None
    """Who sees it: with `internal` those who may change disputes, with `shared` everybody who may read them.
    Default: `internal`.
    """


class DisputeEvidence(TypedDict, total=False):
    """A piece of evidence. A text alone is its description."""
    description: str | None
    """What it says or shows: up to 4000 bytes."""
    name: str | None
    """What it is: up to 256 bytes."""
    sha256: str | None
    """The SHA-256 of what is there, in hex."""
    url: str | None
    """Where it is: an `https` URL."""


class _DisputeRefundRequired(TypedDict):
    id: str
    """The edge's reference, by which BheemPay knows it too."""
    status: Literal["pending", "processed", "failed", "unknown"]
    """The status of a refund as callers see it."""


class DisputeRefund(_DisputeRefundRequired, total=False):
    """The refund of a resolution."""
    gateway_id: str | None
    """BheemPay's id."""
    reason: str | None
    """Why it failed, or why its status is not known."""


class _DisputeResolutionRequired(TypedDict):
    kind: Literal["refund", "credit", "adjustment", "reject"]
    """How a dispute is resolved."""
    reason: str
    """Why."""
    resolved_at: str
    """When."""
    resolved_by: str
    """Who resolved it."""


class DisputeResolution(_DisputeResolutionRequired, total=False):
    """A resolution."""
    amount: float | None
    """How much. Null: nothing."""
    approval_request_id: str | None
    """The approval that it used."""
    charge_id: str | None
    """The charge that it posted on the entity."""
    refund: DisputeRefund | None


class DisputeSubject(TypedDict):
    """The thing that is disputed."""
    id: str
    """Its id: 1 to 256 bytes."""
    kind: Literal["payment", "invoice", "charge"]
    """What it is."""


class _DnsRecordRequired(TypedDict):
    name: str
    type: str
    """`MX`, `TXT`, `CNAME`."""
    value: str


class DnsRecord(_DnsRecordRequired, total=False):
    """A DNS record that the owner of a domain has to publish, so that mail reaches the mail service and is believed."""
    priority: int | None
    ttl: int | None


class DrainResult(TypedDict):
    """The work that a drain did."""
    more: bool
    """Whether there is more to do right away."""
    put_off: int
    """Events of which an attempt failed."""
    removed: int
    """Old events and notifications that were removed."""
    sent: int
    """Notifications that were sent."""
    settled: int
    """Events that were settled."""
    spread: int
    """Tenants whose pending changes were propagated."""
    unsent: int
    """Notifications that could not be sent."""


class Drained(TypedDict):
    """The work that was done."""
    completed: int
    """The number of jobs that were completed."""
    dead: int
    """The number of jobs that failed for good."""
    more: bool
    """Whether there is more to do right away."""
    retried: int
    """The number of attempts that failed and are made again."""


class _EmailAccountRequired(TypedDict):
    email: str
    id: int
    organization_id: int
    """The organization's number."""
    quota: int
    """Bytes."""
    user_id: str
    """The user's id in the rest of this API."""


class EmailAccount(_EmailAccountRequired, total=False):
    """The account."""
    first_name: str | None
    last_name: str | None


class _EmailAccountDataRequired(TypedDict):
    address: str
    """The part of the address before the `@`, at most 64 bytes. Capitals do not matter."""
    domain: int
    """The `domain_id` that provisioning the organization returned."""
    organization_id: int
    """The organization's number."""


class EmailAccountData(_EmailAccountDataRequired, total=False):
    quota: int | None
    """Bytes, at least 1048576 (1 MiB). The default is an equal share of the organization's storage."""
    user_info: UserInfo


class EmailAccountDetails(TypedDict):
    """The steps that are done."""
    mailbox_created: bool
    quota_set: bool
    user_profile_created: bool


class _EntityRequired(TypedDict):
    consolidate_to_parent: bool
    """Whether its charges are on the invoice of the entity above it."""
    created_at: str
    currency: str
    id: str
    name: str
    payment_terms_days: int
    """How many days after an invoice's date its charges are due that do not say."""
    status: EntityStatus
    tenant_id: str
    updated_at: str
    version: int
    """Raised by each change. Send it as `If-Match` to change the entity only if nobody else has."""


class Entity(_EntityRequired, total=False):
    """An entity."""
    address: str | None
    billing_email: str | None
    code: str | None
    country: str | None
    legal_name: str | None
    """Its name on invoices; null: `name`."""
    parent_id: str | None
    """The entity above it; null: it is the root of a tree."""
    tax_id: str | None


class _EntityBudgetRequired(TypedDict):
    allowance: float
    """What may be spent in the period."""
    currency: str
    id: str
    name: str
    period: str
    """The name of the period: `2024-02`, `2024-Q1` or `2024`."""
    remaining: float
    reserved: float
    spent: float


class EntityBudget(_EntityBudgetRequired, total=False):
    """A budget of an entity, as it is in the current period."""
    department_id: str | None
    """The department that it covers; null: the whole entity."""


class _EntityDetailsRequired(TypedDict):
    consolidate_to_parent: bool
    """Whether its charges are on the invoice of the entity above it."""
    created_at: str
    currency: str
    id: str
    name: str
    payment_terms_days: int
    """How many days after an invoice's date its charges are due that do not say."""
    status: EntityStatus
    tenant_id: str
    updated_at: str
    version: int
    """Raised by each change. Send it as `If-Match` to change the entity only if nobody else has."""
    budgets: list[EntityBudget]
    """Its active budgets."""


class EntityDetails(_EntityDetailsRequired, total=False):
    """An entity, and its budgets."""
    address: str | None
    billing_email: str | None
    code: str | None
    country: str | None
    legal_name: str | None
    """Its name on invoices; null: `name`."""
    parent_id: str | None
    """The entity above it; null: it is the root of a tree."""
    tax_id: str | None


_EntitySubscriptionRequiredKeywords = TypedDict("_EntitySubscriptionRequiredKeywords", {"from": "str"})


class _EntitySubscriptionRequired(_EntitySubscriptionRequiredKeywords):
    application_slug: str
    billed_by: str
    """Who collects the money: `entity`, by charges for each period; `gateway`, so that the entity is not charged."""
    billing_cycle: str
    """`monthly`, `quarterly` or `annual`."""
    currency: str
    entity_id: str
    gateway: GatewayName
    plan_id: str
    price_per_seat: float
    """The price of a seat for one billing cycle."""
    seats: int
    status: str
    subscription_id: str


class EntitySubscription(_EntitySubscriptionRequired, total=False):
    """A subscription that belongs to an entity."""
    current_period_end: str | None
    current_period_start: str | None
    """Null: the first period has not begun."""
    to: str | None
    """The day before which that ends; null: it does not."""


class EntityTotal(TypedDict):
    """What is owed in a currency."""
    currency: str
    draft_invoices: float
    """Consolidated invoices that are not finalised."""
    open_invoices: float
    """What is still to be paid of consolidated invoices that are finalised."""
    overdue_invoices: float
    """What of `open_invoices` is overdue."""
    unbilled: float
    """Charges that are on no invoice yet."""


class _EntityTreeRequired(TypedDict):
    consolidate_to_parent: bool
    """Whether its charges are on the invoice of the entity above it."""
    created_at: str
    currency: str
    id: str
    name: str
    payment_terms_days: int
    """How many days after an invoice's date its charges are due that do not say."""
    status: EntityStatus
    tenant_id: str
    updated_at: str
    version: int
    """Raised by each change. Send it as `If-Match` to change the entity only if nobody else has."""
    budgets: list[EntityBudget]
    """Its active budgets."""
    children: list[EntityTree]
    """The entities right below it, by name."""
    own: list[EntityTotal]
    """What the entity owes by itself, in each currency."""
    totals: list[EntityTotal]
    """What it owes together with all entities below it, in each currency."""


class EntityTree(_EntityTreeRequired, total=False):
    """An entity, and the tree below it."""
    address: str | None
    billing_email: str | None
    code: str | None
    country: str | None
    legal_name: str | None
    """Its name on invoices; null: `name`."""
    parent_id: str | None
    """The entity above it; null: it is the root of a tree."""
    tax_id: str | None


class _EvaluateRuleRequestRequired(TypedDict):
    input: dict[str, Any]
    """The input, which must match the rule's input schema."""


class EvaluateRuleRequest(_EvaluateRuleRequestRequired, total=False):
    """The input of an evaluation."""
    version: int | None
    """The number of the version to evaluate, active or not. The default is the active version."""


class ExternalId(TypedDict):
    """A tenant's external id in an application."""
    applicationSlug: str
    externalOrgId: str
    setAt: str
    setBy: str


class FailureReason(TypedDict):
    """Why attempts failed."""
    count: int
    reason: str
    """In the gateway's words; `unknown`: it did not say."""


class Feed(TypedDict):
    """A part of a feed, oldest entry first."""
    data: list[FeedEntry]
    next: str
    """The `after` of the next request."""
    unread: int
    """The number of entries in the whole feed that are not read."""


class _FeedEntryRequired(TypedDict):
    created_at: str
    data: dict[str, Any]
    """The event's data."""
    event_id: str
    event_type: str
    id: str
    is_read: bool
    title: str
    """What happened, in a few words."""


class FeedEntry(_FeedEntryRequired, total=False):
    """An entry of a feed."""
    category: str | None
    read_at: str | None
    """Null: the entry is not read."""


class FeedRead(TypedDict):
    """What was read."""
    read: int
    """The number of entries that are read now and were not before."""
    unread: int
    """The number of entries that are still not read."""


class FieldError(TypedDict):
    """An invalid field of a request."""
    field: str
    """The path of the field in the body: `userId`, `requests[3].userId`."""
    message: str
    """What is wrong with the field."""


class Finding(TypedDict):
    """A message about a place in a script."""
    column: int
    """The column, starting at 1; 0 if the message is not about a column."""
    line: int
    """The line, starting at 1; 0 if the message is not about a line."""
    message: str
    """The message."""


class GiveNoticeRequest(TypedDict):
    """A notice."""
    by: ContractParty
    """Who gives it: `customer` or `seller`."""


class _GlMappingRequired(TypedDict):
    created_at: str
    gl_code: str
    id: str
    updated_at: str


class GlMapping(_GlMappingRequired, total=False):
    """A mapping to an account of the general ledger."""
    department_id: str | None
    kind: GlKind | None
    plan_id: str | None


class _HealthPointRequired(TypedDict):
    at: str
    """The day on which it begins."""
    band: str
    parts: Parts


class HealthPoint(_HealthPointRequired, total=False):
    """How well it did in a period."""
    score: float | None


class _HealthResultRequired(TypedDict):
    band: str
    """`healthy`, `at_risk`, `critical` or `unknown`."""
    organizationId: str
    parts: Parts
    points: list[HealthPoint]


class HealthResult(_HealthResultRequired, total=False):
    """How well an organization does."""
    score: float | None
    """Of the whole range: 0 to 100; null: no part is known."""


class _ImportedRequestRequired(TypedDict):
    status: SubscriptionStatus
    """Its state there: `ACTIVE`, `TRIALING`, `PAST_DUE`, or `CANCELLED` for one that ends with its period."""


class ImportedRequest(_ImportedRequestRequired, total=False):
    """A subscription as another system has it."""
    currentPeriodEnd: str | None
    """When its period ends, RFC 3339; null: it has no end. Required unless it is `ACTIVE`."""


class _IntegrationRequired(TypedDict):
    created_at: str
    environment: Environment
    id: str
    name: str
    provider: Provider
    settings: IntegrationSettings
    status: IntegrationStatus
    updated_at: str


class Integration(_IntegrationRequired, total=False):
    """An integration with an accounting system."""
    companies: list[Company] | None
    """The companies that can be reached, where there are several or none: `settings.company_id` chooses."""
    company: Company | None
    connected_at: str | None
    connected_by: str | None
    """Who consented, or gave the credentials."""
    problem: str | None
    """What is to be done for it to work, if it does not."""


class _IntegrationSettingsRequired(TypedDict):
    sync: list[DocumentKind]
    """The kinds of documents that are synchronised."""


_IntegrationSettingsKeywords = TypedDict("_IntegrationSettingsKeywords", {"from": "str | None"}, total=False)


class IntegrationSettings(_IntegrationSettingsRequired, _IntegrationSettingsKeywords, total=False):
    """What a tenant chose for an integration."""
    company_id: str | None
    """The company whose books are written to, of those that can be reached. None: the only one."""
    every_minutes: int | None
    """How often a run starts by itself, in minutes. None: never."""


class _IntegrationStatusResponseRequired(TypedDict):
    created_at: str
    environment: Environment
    id: str
    name: str
    provider: Provider
    settings: IntegrationSettings
    status: IntegrationStatus
    updated_at: str


class IntegrationStatusResponse(_IntegrationStatusResponseRequired, total=False):
    """How an integration stands, with its last run."""
    companies: list[Company] | None
    """The companies that can be reached, where there are several or none: `settings.company_id` chooses."""
    company: Company | None
    connected_at: str | None
    connected_by: str | None
    """Who consented, or gave the credentials."""
    problem: str | None
    """What is to be done for it to work, if it does not."""
    last_run: LedgerRun | None


class InvalidateSeatsRequest(TypedDict, total=False):
    """The organisation whose cached seats are invalidated: either `organizationId`, or `applicationSlug` and
    `externalOrgId`.
    """
    applicationSlug: str | None
    """The application's slug; required together with `externalOrgId`."""
    externalOrgId: str | None
    """The organisation's id in the application; required together with `applicationSlug`."""
    organizationId: str | None
    """The organisation's id in the ERP."""


class InvalidateSeatsResponse(TypedDict):
    """The result of an invalidation: data cached before it is no longer served."""
    fence: int
    """The organisation's fence number, which increases with every invalidation."""


class _InvoiceRequired(TypedDict):
    amount: float
    """The sum of the lines."""
    amount_due: float
    """What is still to be paid."""
    amount_paid: float
    amount_refunded: float
    """What was given back of the payments."""
    created_at: str
    credit: float
    """What was paid beyond the total."""
    currency: str
    customer: InvoiceCustomer
    id: str
    items: list[InvoiceItem]
    payments: list[InvoicePayment]
    """The payments, in the order in which they were recorded."""
    refunds: list[InvoiceRefund]
    """What was given back, in the order in which it was recorded."""
    series: str
    status: InvoiceStatus
    tax: float
    """The sum of the taxes."""
    taxes: list[InvoiceTax]
    """The tax of each rate."""
    tenant_id: str
    total: float
    """`amount` plus `tax`."""
    updated_at: str


class Invoice(_InvoiceRequired, total=False):
    """An invoice."""
    account: str | None
    """The account at the provider."""
    due_date: str | None
    """The last day on which it is not overdue."""
    due_days: int | None
    """How many days after its date it is due, where it has no due date yet; null: as the tenant's settings say."""
    external_id: str | None
    finalized_at: str | None
    invoice_number: str | None
    """Its number in its series and year; null until it is finalised."""
    issue_date: str | None
    """Its date; null: the day on which it will be finalised."""
    notes: str | None
    paid_at: str | None
    """When it was paid in full."""
    provider: str | None
    """The payment provider that knows it by `external_id`."""
    voided_at: str | None


class InvoiceCustomer(TypedDict, total=False):
    """Whom an invoice is for."""
    address: str | None
    """The postal address; it may have several lines."""
    email: str | None
    """The e-mail address, where the invoice and its reminders go."""
    id: str | None
    """The customer's id, as the tenant knows it."""
    locale: str | None
    """The language in which messages are, such as `en`."""
    name: str | None
    """The name. Required unless there is an e-mail address."""
    phone: str | None
    """The phone number."""
    tax_id: str | None
    """The tax number, such as a GSTIN."""


class _InvoiceItemRequired(TypedDict):
    amount: float
    """`quantity` times `unit_price`, rounded half up."""
    description: str
    quantity: float
    tax_rate: float
    """Per cent."""
    unit_price: float


class InvoiceItem(_InvoiceItemRequired, total=False):
    """A line of an invoice."""
    section: str | None
    """The section of the invoice that it is in; omitted where there is none."""


class _InvoiceItemRequestRequired(TypedDict):
    description: str
    """What is charged: 1 to 256 bytes."""
    unit_price: float
    """The price of one, in the invoice's currency. Negative: a discount."""


class InvoiceItemRequest(_InvoiceItemRequestRequired, total=False):
    """A line of an invoice."""
    quantity: float | None
    """How many, with at most 6 decimals. Default: 1."""
    section: str | None
    """The section of the invoice that it is in. Lines of one section stand together."""
    tax_rate: float | None
    """The tax on top, per cent: 0 to 100, with at most 4 decimals. Default: 0."""


class _InvoicePaymentRequired(TypedDict):
    amount: float
    created_at: str
    """When it was recorded."""
    id: str
    paid_at: str
    """When it was paid."""
    reference: str


class InvoicePayment(_InvoicePaymentRequired, total=False):
    """A payment of an invoice."""
    method: str | None


class _InvoicePaymentRequestRequired(TypedDict):
    amount: float
    """The amount, above zero. What is beyond the invoice's total is its `credit`."""


class InvoicePaymentRequest(_InvoicePaymentRequestRequired, total=False):
    """A payment to record."""
    currency: str | None
    """The currency, which must be the invoice's."""
    method: str | None
    """How it was paid, such as `bank_transfer`."""
    paid_at: str | None
    """When it was paid (RFC 3339). Default: now."""
    reference: str | None
    """What the payer or the bank knows the payment by. A reference is recorded once for each invoice. Default: the
    payment's own id.
    """


class InvoiceRefund(TypedDict):
    """What was given back of a payment."""
    amount: float
    reference: str
    """Its id at the gateway."""
    refunded_at: str


class _InvoiceReminderRequired(TypedDict):
    id: str
    invoice_id: str
    max_retries: int
    """How many tries are made at most."""
    reminder_type: ReminderType
    retry_count: int
    """How many tries failed."""
    status: ReminderStatus


class InvoiceReminder(_InvoiceReminderRequired, total=False):
    """A reminder of an invoice."""
    error: str | None
    """Why it was not sent, or the last try failed."""
    message_id: str | None
    """The id of its message in the outbox."""
    scheduled_at: str | None
    """When it is to go out; null: the invoice has no due date yet, or the tenant's settings have no reminder of this
    type.
    """
    sent_at: str | None
    """When it went out."""


class _InvoiceReminderRequestRequired(TypedDict):
    reminder_type: ReminderType
    """Its type."""


class InvoiceReminderRequest(_InvoiceReminderRequestRequired, total=False):
    """A reminder to schedule."""
    scheduled_at: str | None
    """When it is to go out (RFC 3339). Default: at its type's time, or now if that is past."""


class InvoiceSection(TypedDict):
    """What is invoiced of one entity."""
    amount: float
    """The sum of its charges."""
    charges: list[InvoicedCharge]
    entity_id: str
    name: str


class InvoiceTax(TypedDict):
    """The tax of one rate."""
    rate: float
    """Per cent."""
    tax: float
    """The tax on it, rounded half up."""
    taxable: float
    """The sum of the lines of this rate."""


class InvoicedCharge(TypedDict):
    """A charge on an invoice."""
    amount: float
    date: str
    description: str
    id: str


class _InvoicesRequired(TypedDict):
    firstTry: int
    """Those that were paid at the first attempt."""
    paid: int
    recovered: int
    """Those that were paid at a later attempt."""
    total: int


class Invoices(_InvoicesRequired, total=False):
    """Invoices whose first attempt was in the period."""
    firstTryRate: float | None
    rate: float | None
    """The share that was paid; null: there were none."""
    recoveredRate: float | None
    """Their share of those that were not paid at the first attempt; null: there were none."""


class _JobRequired(TypedDict):
    attempts: int
    """The number of attempts, the current one included."""
    created_at: str
    id: str
    key: str
    """What the job is about, unique within the kind."""
    kind: str
    """What the job does: `webhooks.event`."""
    state: JobState


class Job(_JobRequired, total=False):
    """A job."""
    due_at: str | None
    """When the next attempt is made; for a running job, when another worker takes it over; null if the job is dead."""
    last_error: str | None
    """Why the last attempt failed."""
    tenant_id: str | None
    """The tenant that the job is done for."""


class JobStats(TypedDict):
    """Jobs, now."""
    dead: int
    lag_seconds: float
    """For how long the oldest job that is due has been waiting, seconds."""
    queued: int
    running: int


class JournalEntry(TypedDict):
    entry_date: str
    lines: list[JournalLine]
    reference: str


class _JournalLineRequired(TypedDict):
    account: str
    """The account's number: `1200`."""
    account_name: str
    description: str


class JournalLine(_JournalLineRequired, total=False):
    credit: float | None
    debit: float | None


class Lapsed(TypedDict):
    """A rule that does not use its activated version."""
    deciding: int
    """The version that is used instead."""
    rule: str
    """The rule's name."""
    version: int
    """The activated version, which does not compile on this build."""


class _LedgerDocumentRequired(TypedDict):
    attempts: int
    """How often it was attempted in the last run."""
    created_at: str
    id: str
    kind: DocumentKind
    local_id: str
    """What the edge knows it by."""
    number: str
    """Its number in the books."""
    state: DocumentState
    updated_at: str


class LedgerDocument(_LedgerDocumentRequired, total=False):
    """What became of a document in the books."""
    date: str | None
    """Null: it has none."""
    error: LedgerDocumentError | None
    remote_id: str | None
    """Its id in the books."""
    remote_number: str | None
    """Its number in the books, where the provider gave it another."""
    sent_at: str | None


class LedgerDocumentError(TypedDict):
    """Why a document was not written, and what to do about it."""
    code: SyncCode
    message: str
    """What there is to say, such as the provider's own words."""
    remedy: str
    """What somebody has to do about it."""


class _LedgerDryRunRequired(TypedDict):
    data: list[PlannedLedgerDocument]
    """What would be sent, in the order in which it would be."""
    dry_run: bool
    """Always true."""
    is_complete: bool
    """Whether all of the edge's records were looked through. False: ask again, and more is known."""


class LedgerDryRun(_LedgerDryRunRequired, total=False):
    """A page of what would be sent."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _LedgerLogEntryRequired(TypedDict):
    actor: str
    """Who started the run."""
    at: str
    attempt: int
    """How often it had been attempted in the run, this time included."""
    duration_ms: int
    id: str
    kind: str
    """The kind of document, such as `invoices`."""
    number: str
    """The document's number in the books."""
    outcome: LedgerLogOutcome
    run_id: str


class LedgerLogEntry(_LedgerLogEntryRequired, total=False):
    """An attempt at a document."""
    error: LedgerDocumentError | None
    remote_id: str | None
    """Its id in the books."""


class _LedgerRunRequired(TypedDict):
    documents: dict[str, dict[str, int]]
    """All documents of the integration, by kind and state."""
    done: dict[str, dict[str, int]]
    """What the run is done with, by kind and state."""
    id: str
    started_at: str
    started_by: str
    """Who started it."""
    status: LedgerRunStatus
    updated_at: str


class LedgerRun(_LedgerRunRequired, total=False):
    """A run of an integration."""
    error: LedgerDocumentError | None
    finished_at: str | None
    resume_at: str | None
    """When it goes on by itself, while it waits."""


_ListingAllocationDataItemRequiredKeywords = TypedDict("_ListingAllocationDataItemRequiredKeywords", {"from": "str"})


class _ListingAllocationDataItemRequired(_ListingAllocationDataItemRequiredKeywords):
    created_at: str
    department_id: str
    id: str
    method: AllocationMethod
    source: AllocationSource


class ListingAllocationDataItem(_ListingAllocationDataItemRequired, total=False):
    """A department's share of a source."""
    amount: float | None
    """The amount, of `fixed`; null: all that the others leave."""
    basis_points: int | None
    """The percentage in basis points, of `percentage`."""
    currency: str | None
    driver: float | None
    """What the department uses, of `usage`."""
    gl_code: str | None
    to: str | None
    """The day after the last; null: there is no last."""


class _Listing_AllocationRequired(TypedDict):
    data: list[ListingAllocationDataItem]
    """The entries of the page."""


class Listing_Allocation(_Listing_AllocationRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingAllocationLineDataItemRequired(TypedDict):
    action: AllocationLineAction
    amount: float
    """The amount; negative: given back."""
    currency: str
    date: str
    """The day that it counts for, in the tenant's time zone."""
    document: str
    """The document: `invoice:ID`, `charge:ID` or `payment:ID`."""
    id: str
    kind: GlKind
    """What the amount is to the general ledger."""
    posted_at: str
    source: str
    """What was split: `subscription:ID`, `invoice:ID` or `amount:ID`."""


class ListingAllocationLineDataItem(_ListingAllocationLineDataItemRequired, total=False):
    """A posted line."""
    cost_center: str | None
    """The department's cost centre when the line was posted."""
    department_id: str | None
    """The department; null: nobody shares it."""
    entity_id: str | None
    gl_code: str | None
    """The account of the general ledger when the line was posted."""
    plan_id: str | None


class _Listing_AllocationLineRequired(TypedDict):
    data: list[ListingAllocationLineDataItem]
    """The entries of the page."""


class Listing_AllocationLine(_Listing_AllocationLineRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingApiKeyDataItemRequired(TypedDict):
    created_at: str
    """When the key was created, RFC 3339."""
    created_by: str
    """The id of the caller that created the key."""
    id: str
    """The key's id."""
    name: str
    """The key's name."""
    scopes: list[Scope]
    """The key's scopes."""


class ListingApiKeyDataItem(_ListingApiKeyDataItemRequired, total=False):
    """An API key, without its secret."""
    applications: list[str] | None
    """The applications that the key may be used for; null if all are allowed."""
    expires_at: str | None
    """When the key expires, RFC 3339; null if it does not expire."""
    last_used_at: str | None
    """When the key was last used, RFC 3339, to within an hour; null: never."""
    root: str | None
    """The origin of the chain of keys that created this key: a person of the tenant, or the first key bound to it.
    Omitted if the chain begins with this key.
    """
    tenant_id: TenantId | None


class _Listing_ApiKeyRequired(TypedDict):
    data: list[ListingApiKeyDataItem]
    """The entries of the page."""


class Listing_ApiKey(_Listing_ApiKeyRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class ListingApplicationDataItem(TypedDict):
    """An application."""
    createdAt: str
    externalIdName: str
    """The application's name for an organisation's id."""
    invitationDays: int
    """The days for which an invitation to a seat holds."""
    name: str
    seatCooldownHours: int
    """The hours that must pass before a seat that was assigned can be transferred."""
    seatSource: SeatSource
    """Where the application's seats live: in the ERP, or in the edge's own database."""
    slug: str
    updatedAt: str


class _Listing_ApplicationRequired(TypedDict):
    data: list[ListingApplicationDataItem]
    """The entries of the page."""


class Listing_Application(_Listing_ApplicationRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingApplicationPlanDataItemRequired(TypedDict):
    active: bool
    """Whether the plan is sold."""
    applicationSlug: str
    billingCycle: str
    """`monthly`, `quarterly` or `annual`."""
    createdAt: str
    currency: str
    id: str
    minSeats: int
    name: str
    number: int
    """The plan's number among the plans of all applications."""
    pricePerSeat: float
    """The price of one seat for one billing cycle."""
    trialDays: int
    """The days for which a new subscription is not paid."""
    updatedAt: str
    version: int
    """The plan's version. A subscription keeps the version that it was sold under."""


class ListingApplicationPlanDataItem(_ListingApplicationPlanDataItemRequired, total=False):
    """A plan of an application."""
    maxSeats: int | None
    """Null: any number of seats can be bought."""
    stripePriceId: str | None
    """The id of the same price at Stripe."""


class _Listing_ApplicationPlanRequired(TypedDict):
    data: list[ListingApplicationPlanDataItem]
    """The entries of the page."""


class Listing_ApplicationPlan(_Listing_ApplicationPlanRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


_ListingApprovalDelegationDataItemRequiredKeywords = TypedDict("_ListingApprovalDelegationDataItemRequiredKeywords", {"from": "str"})


class _ListingApprovalDelegationDataItemRequired(_ListingApprovalDelegationDataItemRequiredKeywords):
    created_at: str
    ends_at: str
    id: str
    reason: str
    starts_at: str
    to: str
    """The delegate."""


class ListingApprovalDelegationDataItem(_ListingApprovalDelegationDataItemRequired, total=False):
    """A delegation: a person may approve and reject on behalf of another for a time."""
    revoked_at: str | None
    """When the delegation was revoked, or one of the two people was removed from the tenant (RFC 3339); null:
    neither.
    """


class _Listing_ApprovalDelegationRequired(TypedDict):
    data: list[ListingApprovalDelegationDataItem]
    """The entries of the page."""


class Listing_ApprovalDelegation(_Listing_ApprovalDelegationRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingApprovalRequestDataItemRequired(TypedDict):
    actions: list[ApprovalAction]
    """The approvals and rejections, oldest first."""
    amount: float
    created_at: str
    currency: str
    expires_at: str
    """Until when a pending request can be approved, and an approved one used (RFC 3339)."""
    id: str
    kind: str
    levels: list[ApprovalRequestLevel]
    """The levels, in the order in which they are asked."""
    requester: str
    """The person who requested the approval."""
    rule: ApprovalDecision
    """The decision of the rule `approval`. The request follows it even if the rule is changed later."""
    status: ApprovalStatus
    tenant_id: str
    warnings: list[str]
    """Warnings from when the request was created: levels for which too few people were known."""


class ListingApprovalRequestDataItem(_ListingApprovalRequestDataItemRequired, total=False):
    """An approval request."""
    contract_id: str | None
    current_level: int | None
    """The number of the level that is asked now, from 1; null: the request is not pending."""
    department_id: str | None
    description: str | None
    plan_id: str | None
    used_for: str | None
    """The reference of the purchase that the request was used for; null: it was not used."""


class _Listing_ApprovalRequestRequired(TypedDict):
    data: list[ListingApprovalRequestDataItem]
    """The entries of the page."""


class Listing_ApprovalRequest(_Listing_ApprovalRequestRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingApprovalRuleDataItemRequired(TypedDict):
    escalate_to: list[str]
    history: list[ApprovalRuleChange]
    """The changes to the rule, oldest first."""
    id: str
    is_active: bool
    levels: list[ApprovalRuleLevelResponse]
    name: str


class ListingApprovalRuleDataItem(_ListingApprovalRuleDataItemRequired, total=False):
    """An approval rule of a tenant: what it requires of certain purchases, beyond the rule `approval`."""
    created_at: str | None
    currency: str | None
    department_id: str | None
    escalate_after_minutes: int | None
    expires_after_minutes: int | None
    kind: str | None
    max_amount: float | None
    min_amount: float | None
    updated_at: str | None


class _Listing_ApprovalRuleRequired(TypedDict):
    data: list[ListingApprovalRuleDataItem]
    """The entries of the page."""


class Listing_ApprovalRule(_Listing_ApprovalRuleRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingAuditEntryResponseDataItemRequired(TypedDict):
    action: str
    """The action: `created`, `activated` or `rolled_back`."""
    actor: str
    """Who performed the action."""
    at: str
    """When the action happened, RFC 3339."""
    diff: str
    """The difference from the previous version, as a unified diff of script and tests."""
    version: int
    """The version that was created, activated or restored."""


class ListingAuditEntryResponseDataItem(_ListingAuditEntryResponseDataItemRequired, total=False):
    """An entry of a rule's audit trail."""
    address: str | None
    """The network address of the request; null if it is unknown."""
    note: str | None
    """The author's note on the version."""
    previousVersion: int | None
    """The version that was active before; null for a version shipped with the build."""


class _Listing_AuditEntryResponseRequired(TypedDict):
    data: list[ListingAuditEntryResponseDataItem]
    """The entries of the page."""


class Listing_AuditEntryResponse(_Listing_AuditEntryResponseRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingBudgetDataItemRequired(TypedDict):
    carry_over: bool
    """Whether the amount left at the end of a period may be spent in the next."""
    created_at: str
    currency: str
    current: BudgetPeriodBalance
    """The balance of the current period."""
    history: list[BudgetChange]
    """The changes to the budget, oldest first."""
    id: str
    is_active: bool
    limit: float
    """The amount that may be spent in each period, from the current period on."""
    name: str
    period: BudgetPeriod
    tenant_id: str
    thresholds: list[BudgetThreshold]
    time_zone: str
    updated_at: str


class ListingBudgetDataItem(_ListingBudgetDataItemRequired, total=False):
    """A budget."""
    cost_centre: str | None
    """The cost centre that the budget covers; null: all cost centres."""
    department_id: str | None
    """The department that the budget covers; null: the whole tenant."""
    entity_id: str | None
    """The entity that the budget covers; null: all entities."""


class _Listing_BudgetRequired(TypedDict):
    data: list[ListingBudgetDataItem]
    """The entries of the page."""


class Listing_Budget(_Listing_BudgetRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class ListingBudgetAlertDataItem(TypedDict):
    """A threshold that was reached."""
    allowance: float
    message: str
    period: str
    raised_at: str
    severity: str
    """`soft` or `hard`."""
    threshold: str
    """The threshold, as a percentage of the period's allowance."""
    used: float
    """The highest amount that was used."""


class _Listing_BudgetAlertRequired(TypedDict):
    data: list[ListingBudgetAlertDataItem]
    """The entries of the page."""


class Listing_BudgetAlert(_Listing_BudgetAlertRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingCampaignDataItemRequired(TypedDict):
    created_at: str
    id: str
    name: str
    status: Literal["draft", "active", "paused"]
    """`draft`, `active` or `paused`."""
    steps: list[CampaignStep]
    """By number."""
    stop_on_reply: bool
    updated_at: str
    variables: dict[str, Any]
    version: int
    """The version of what it says. Contacts go through the version that there was when they were enrolled."""


class ListingCampaignDataItem(_ListingCampaignDataItemRequired, total=False):
    """A campaign."""
    activated_at: str | None
    """When it was last activated."""
    description: str | None
    quiet_hours: CampaignQuietHours | None


class _Listing_CampaignRequired(TypedDict):
    data: list[ListingCampaignDataItem]
    """The entries of the page."""


class Listing_Campaign(_Listing_CampaignRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingCampaignStepDataItemRequired(TypedDict):
    campaign_id: str
    channel: str
    conditions: dict[str, Any]
    """`replied`, `clicked`, `attributes`; what is not there is not asked for."""
    delay: int
    delay_type: Literal["hours", "days", "weeks"]
    """`hours`, `days` or `weeks`."""
    expires_after_hours: int
    id: str
    is_active: bool
    message_template: str
    step_number: int


class ListingCampaignStepDataItem(_ListingCampaignStepDataItemRequired, total=False):
    """A step."""
    subject: str | None


class _Listing_CampaignStepRequired(TypedDict):
    data: list[ListingCampaignStepDataItem]
    """The entries of the page."""


class Listing_CampaignStep(_Listing_CampaignStepRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingChargeDataItemRequired(TypedDict):
    amount: float
    """Negative: a credit."""
    created_at: str
    currency: str
    date: str
    description: str
    entity_id: str
    id: str
    terms_days: int
    """How many days after the invoice's date it is due."""


class ListingChargeDataItem(_ListingChargeDataItemRequired, total=False):
    """A charge."""
    invoice_id: str | None
    """The consolidated invoice that it is on; null: none yet."""
    period: str | None
    """The month of that invoice."""
    service_from: str | None
    """The first of the days that it is for; null: it is for its own day alone."""
    service_to: str | None
    """The day after the last of them."""
    source: ChargeSource | None


class _Listing_ChargeRequired(TypedDict):
    data: list[ListingChargeDataItem]
    """The entries of the page."""


class Listing_Charge(_Listing_ChargeRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingContactDataItemRequired(TypedDict):
    attributes: dict[str, Any]
    """Custom fields."""
    created_at: str
    id: str
    revision: int
    status: ContactStatus
    """`suppressed`: every channel by which it is reached is suppressed."""
    suppressed_channels: list[str]
    """The channels over which it is not written to: it unsubscribed, an address bounced, or an administrator said
    so.
    """
    tags: list[str]
    unsubscribe_urls: dict[str, Any]
    """The links by which the person unsubscribes, by channel, for messages that the edge does not write. Empty
    without `unsubscribe_key`.
    """
    updated_at: str


class ListingContactDataItem(_ListingContactDataItemRequired, total=False):
    """A contact."""
    email: str | None
    locale: str | None
    name: str | None
    phone: str | None
    """`+` and digits."""
    source: str | None
    timezone: str | None


class _Listing_ContactRequired(TypedDict):
    data: list[ListingContactDataItem]
    """The entries of the page."""


class Listing_Contact(_Listing_ContactRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingContractDataItemRequired(TypedDict):
    acv: float
    """The annual contract value: the recurring lines in a year, on average."""
    amendments: list[ContractAmendment]
    """The amendments, oldest first."""
    counterparty: str
    created_at: str
    currency: str
    documents: list[ContractDocument]
    end: str
    """The day after the last of the terms that are agreed on."""
    entity_id: str
    id: str
    last_notice_day: str
    """The last day on which notice is in time for the end of the last term."""
    lines: list[ContractLine]
    """The lines that hold today, or on its first or last day, at that day's prices."""
    mrr: float
    """The monthly recurring revenue of the lines above."""
    renewal: ContractRenewal
    sla: list[ContractServiceLevel]
    start: str
    """The first day."""
    status: ContractStatus
    tcv: float
    """The total contract value: recurring lines over all terms that are agreed on, and lines that are charged once."""
    tenant_id: str
    termination: ContractTermination
    terms: list[ContractTerm]
    """The terms that are agreed on."""
    title: str
    updated_at: str
    version: int
    """The number of the newest version: 1, and one more for each amendment that was agreed on."""


class ListingContractDataItem(_ListingContractDataItemRequired, total=False):
    """A contract."""
    approval_request_id: str | None
    """The approval request of its signing; null: nobody was asked."""
    billed_until: str | None
    """Up to and with which day its charges are made."""
    fee: float | None
    """The fee of the termination; null: it was not terminated."""
    notice: ContractNotice | None
    number: str | None
    """Its number; null until it is signed."""
    signed_on: str | None
    """When it was signed, where the tenant is."""
    terminated: ContractTerminated | None


class _Listing_ContractRequired(TypedDict):
    data: list[ListingContractDataItem]
    """The entries of the page."""


class Listing_Contract(_Listing_ContractRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingCustomerOrderDataItemRequired(TypedDict):
    created_at: str
    currency: str
    customer: OrderCustomer
    id: str
    items: list[CustomerOrderItem]
    messages: list[OrderMessage]
    """What people were told."""
    order_date: str
    order_number: str
    shipments: list[OrderShipment]
    status: CustomerOrderStatus
    tenant_id: str
    total_amount: float
    updated_at: str


class ListingCustomerOrderDataItem(_ListingCustomerOrderDataItemRequired, total=False):
    """An order of a tenant's customer."""
    cancelled_at: str | None
    delivered_date: str | None
    """When the last of it was delivered."""
    external_id: str | None
    """Its id there."""
    external_platform: str | None
    """Where it comes from, such as `shopify`."""
    external_updated_at: str | None
    """When the shop last changed it, by the shop's clock."""
    notes: str | None
    shipped_date: str | None
    """When the last of it was shipped."""
    shop_id: str | None
    """The id of the shop that sends it; null: it was made here, or came without a shop of its own."""


class _Listing_CustomerOrderRequired(TypedDict):
    data: list[ListingCustomerOrderDataItem]
    """The entries of the page."""


class Listing_CustomerOrder(_Listing_CustomerOrderRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingDepartmentDataItemRequired(TypedDict):
    created_at: str
    entity_id: str
    headcount: int
    """How many people it has today."""
    headcounts: list[DepartmentHeadcount]
    """How many people it had and has, each from a day on."""
    id: str
    name: str
    status: DepartmentStatus
    tenant_id: str
    updated_at: str


class ListingDepartmentDataItem(_ListingDepartmentDataItemRequired, total=False):
    """A department."""
    code: str | None
    """Its code, unique within the entity."""
    cost_center: str | None
    gl_code: str | None
    """The account of the general ledger of its lines for which no mapping names one."""
    manager_user_id: str | None
    parent_id: str | None
    """The department of the same entity that it is part of."""


class _Listing_DepartmentRequired(TypedDict):
    data: list[ListingDepartmentDataItem]
    """The entries of the page."""


class Listing_Department(_Listing_DepartmentRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingDisputeDataItemRequired(TypedDict):
    amount: float
    """How much is disputed."""
    created_at: str
    currency: str
    evidence: list[DisputeEvidence]
    id: str
    number: str
    """Its number within the tenant: `DSP-00042`."""
    opened_by: str
    """Who opened it."""
    overdue: bool
    """Whether that time is past and it is not decided. Nothing is decided by itself."""
    reason: Literal["duplicate", "incorrect_amount", "service_not_provided", "unauthorized", "other"]
    """Why something is disputed."""
    status: Literal["open", "under_review", "awaiting_customer", "resolving", "resolved", "rejected", "withdrawn"]
    """Where a dispute stands."""
    subject: DisputeSubject
    tenant_id: str
    updated_at: str


class ListingDisputeDataItem(_ListingDisputeDataItemRequired, total=False):
    """A dispute."""
    card_dispute: DisputeCardCase | None
    closed_at: str | None
    """When it was resolved, rejected or withdrawn."""
    description: str | None
    due_at: str | None
    """Until when it is to be decided."""
    entity_id: str | None
    """The entity that is concerned."""
    payment_id: str | None
    """The payment that is disputed, once it is known."""
    resolution: DisputeResolution | None


class _Listing_DisputeRequired(TypedDict):
    data: list[ListingDisputeDataItem]
    """The entries of the page."""


class Listing_Dispute(_Listing_DisputeRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class ListingDisputeCommentDataItem(TypedDict):
    """A comment."""
    author: str
    """Who wrote it."""
    body: str
    created_at: str
    dispute_id: str
    id: str
    visibility: Literal["internal", "shared"]
    """Who sees a comment."""


class _Listing_DisputeCommentRequired(TypedDict):
    data: list[ListingDisputeCommentDataItem]
    """The entries of the page."""


class Listing_DisputeComment(_Listing_DisputeCommentRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingEntityDataItemRequired(TypedDict):
    consolidate_to_parent: bool
    """Whether its charges are on the invoice of the entity above it."""
    created_at: str
    currency: str
    id: str
    name: str
    payment_terms_days: int
    """How many days after an invoice's date its charges are due that do not say."""
    status: EntityStatus
    tenant_id: str
    updated_at: str
    version: int
    """Raised by each change. Send it as `If-Match` to change the entity only if nobody else has."""


class ListingEntityDataItem(_ListingEntityDataItemRequired, total=False):
    """An entity."""
    address: str | None
    billing_email: str | None
    code: str | None
    country: str | None
    legal_name: str | None
    """Its name on invoices; null: `name`."""
    parent_id: str | None
    """The entity above it; null: it is the root of a tree."""
    tax_id: str | None


class _Listing_EntityRequired(TypedDict):
    data: list[ListingEntityDataItem]
    """The entries of the page."""


class Listing_Entity(_Listing_EntityRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


_ListingEntitySubscriptionDataItemRequiredKeywords = TypedDict("_ListingEntitySubscriptionDataItemRequiredKeywords", {"from": "str"})


class _ListingEntitySubscriptionDataItemRequired(_ListingEntitySubscriptionDataItemRequiredKeywords):
    application_slug: str
    billed_by: str
    """Who collects the money: `entity`, by charges for each period; `gateway`, so that the entity is not charged."""
    billing_cycle: str
    """`monthly`, `quarterly` or `annual`."""
    currency: str
    entity_id: str
    gateway: GatewayName
    plan_id: str
    price_per_seat: float
    """The price of a seat for one billing cycle."""
    seats: int
    status: str
    subscription_id: str


class ListingEntitySubscriptionDataItem(_ListingEntitySubscriptionDataItemRequired, total=False):
    """A subscription that belongs to an entity."""
    current_period_end: str | None
    current_period_start: str | None
    """Null: the first period has not begun."""
    to: str | None
    """The day before which that ends; null: it does not."""


class _Listing_EntitySubscriptionRequired(TypedDict):
    data: list[ListingEntitySubscriptionDataItem]
    """The entries of the page."""


class Listing_EntitySubscription(_Listing_EntitySubscriptionRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class ListingExternalIdDataItem(TypedDict):
    """A tenant's external id in an application."""
    applicationSlug: str
    externalOrgId: str
    setAt: str
    setBy: str


class _Listing_ExternalIdRequired(TypedDict):
    data: list[ListingExternalIdDataItem]
    """The entries of the page."""


class Listing_ExternalId(_Listing_ExternalIdRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingGlMappingDataItemRequired(TypedDict):
    created_at: str
    gl_code: str
    id: str
    updated_at: str


class ListingGlMappingDataItem(_ListingGlMappingDataItemRequired, total=False):
    """A mapping to an account of the general ledger."""
    department_id: str | None
    kind: GlKind | None
    plan_id: str | None


class _Listing_GlMappingRequired(TypedDict):
    data: list[ListingGlMappingDataItem]
    """The entries of the page."""


class Listing_GlMapping(_Listing_GlMappingRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingIntegrationDataItemRequired(TypedDict):
    created_at: str
    environment: Environment
    id: str
    name: str
    provider: Provider
    settings: IntegrationSettings
    status: IntegrationStatus
    updated_at: str


class ListingIntegrationDataItem(_ListingIntegrationDataItemRequired, total=False):
    """An integration with an accounting system."""
    companies: list[Company] | None
    """The companies that can be reached, where there are several or none: `settings.company_id` chooses."""
    company: Company | None
    connected_at: str | None
    connected_by: str | None
    """Who consented, or gave the credentials."""
    problem: str | None
    """What is to be done for it to work, if it does not."""


class _Listing_IntegrationRequired(TypedDict):
    data: list[ListingIntegrationDataItem]
    """The entries of the page."""


class Listing_Integration(_Listing_IntegrationRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingInvoiceDataItemRequired(TypedDict):
    amount: float
    """The sum of the lines."""
    amount_due: float
    """What is still to be paid."""
    amount_paid: float
    amount_refunded: float
    """What was given back of the payments."""
    created_at: str
    credit: float
    """What was paid beyond the total."""
    currency: str
    customer: InvoiceCustomer
    id: str
    items: list[InvoiceItem]
    payments: list[InvoicePayment]
    """The payments, in the order in which they were recorded."""
    refunds: list[InvoiceRefund]
    """What was given back, in the order in which it was recorded."""
    series: str
    status: InvoiceStatus
    tax: float
    """The sum of the taxes."""
    taxes: list[InvoiceTax]
    """The tax of each rate."""
    tenant_id: str
    total: float
    """`amount` plus `tax`."""
    updated_at: str


class ListingInvoiceDataItem(_ListingInvoiceDataItemRequired, total=False):
    """An invoice."""
    account: str | None
    """The account at the provider."""
    due_date: str | None
    """The last day on which it is not overdue."""
    due_days: int | None
    """How many days after its date it is due, where it has no due date yet; null: as the tenant's settings say."""
    external_id: str | None
    finalized_at: str | None
    invoice_number: str | None
    """Its number in its series and year; null until it is finalised."""
    issue_date: str | None
    """Its date; null: the day on which it will be finalised."""
    notes: str | None
    paid_at: str | None
    """When it was paid in full."""
    provider: str | None
    """The payment provider that knows it by `external_id`."""
    voided_at: str | None


class _Listing_InvoiceRequired(TypedDict):
    data: list[ListingInvoiceDataItem]
    """The entries of the page."""


class Listing_Invoice(_Listing_InvoiceRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingInvoiceReminderDataItemRequired(TypedDict):
    id: str
    invoice_id: str
    max_retries: int
    """How many tries are made at most."""
    reminder_type: ReminderType
    retry_count: int
    """How many tries failed."""
    status: ReminderStatus


class ListingInvoiceReminderDataItem(_ListingInvoiceReminderDataItemRequired, total=False):
    """A reminder of an invoice."""
    error: str | None
    """Why it was not sent, or the last try failed."""
    message_id: str | None
    """The id of its message in the outbox."""
    scheduled_at: str | None
    """When it is to go out; null: the invoice has no due date yet, or the tenant's settings have no reminder of this
    type.
    """
    sent_at: str | None
    """When it went out."""


class _Listing_InvoiceReminderRequired(TypedDict):
    data: list[ListingInvoiceReminderDataItem]
    """The entries of the page."""


class Listing_InvoiceReminder(_Listing_InvoiceReminderRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingJobDataItemRequired(TypedDict):
    attempts: int
    """The number of attempts, the current one included."""
    created_at: str
    id: str
    key: str
    """What the job is about, unique within the kind."""
    kind: str
    """What the job does: `webhooks.event`."""
    state: JobState


class ListingJobDataItem(_ListingJobDataItemRequired, total=False):
    """A job."""
    due_at: str | None
    """When the next attempt is made; for a running job, when another worker takes it over; null if the job is dead."""
    last_error: str | None
    """Why the last attempt failed."""
    tenant_id: str | None
    """The tenant that the job is done for."""


class _Listing_JobRequired(TypedDict):
    data: list[ListingJobDataItem]
    """The entries of the page."""


class Listing_Job(_Listing_JobRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingLedgerDocumentDataItemRequired(TypedDict):
    attempts: int
    """How often it was attempted in the last run."""
    created_at: str
    id: str
    kind: DocumentKind
    local_id: str
    """What the edge knows it by."""
    number: str
    """Its number in the books."""
    state: DocumentState
    updated_at: str


class ListingLedgerDocumentDataItem(_ListingLedgerDocumentDataItemRequired, total=False):
    """What became of a document in the books."""
    date: str | None
    """Null: it has none."""
    error: LedgerDocumentError | None
    remote_id: str | None
    """Its id in the books."""
    remote_number: str | None
    """Its number in the books, where the provider gave it another."""
    sent_at: str | None


class _Listing_LedgerDocumentRequired(TypedDict):
    data: list[ListingLedgerDocumentDataItem]
    """The entries of the page."""


class Listing_LedgerDocument(_Listing_LedgerDocumentRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingLedgerLogEntryDataItemRequired(TypedDict):
    actor: str
    """Who started the run."""
    at: str
    attempt: int
    """How often it had been attempted in the run, this time included."""
    duration_ms: int
    id: str
    kind: str
    """The kind of document, such as `invoices`."""
    number: str
    """The document's number in the books."""
    outcome: LedgerLogOutcome
    run_id: str


class ListingLedgerLogEntryDataItem(_ListingLedgerLogEntryDataItemRequired, total=False):
    """An attempt at a document."""
    error: LedgerDocumentError | None
    remote_id: str | None
    """Its id in the books."""


class _Listing_LedgerLogEntryRequired(TypedDict):
    data: list[ListingLedgerLogEntryDataItem]
    """The entries of the page."""


class Listing_LedgerLogEntry(_Listing_LedgerLogEntryRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingNotificationMessageDataItemRequired(TypedDict):
    attempts: int
    """How often it was sent."""
    channel: str
    created_at: str
    event_id: str
    id: str
    recipient: MessageRecipient
    send_at: str
    state: str
    """`queued`, `sent`, `delivered`, `read`, `failed`, `suppressed` or `dead`."""
    updated_at: str
    """When the state last changed."""


class ListingNotificationMessageDataItem(_ListingNotificationMessageDataItemRequired, total=False):
    """A message."""
    category: str | None
    event_type: str | None
    """Null: the message was queued before events had types."""
    expires_at: str | None
    reason: str | None
    """Why the message is in its state: `MISSING_VARIABLE: host_name`, `INVALID_VARIABLE: meeting_url`,
    `INVALID_ADDRESS`, `TOO_LONG`, `PREFERENCES`, `DISABLED`, `NO_ADDRESS`, `SUPPRESSED`, `EXPIRED`, `CANCELLED`,
    `NOT_CONFIGURED`, `DIGEST`, `OUTCOME_UNKNOWN`, or the reason of the last failure.
    """
    sent_at: str | None
    template: str | None
    """The template or the text that was sent."""


class _Listing_NotificationMessageRequired(TypedDict):
    data: list[ListingNotificationMessageDataItem]
    """The entries of the page."""


class Listing_NotificationMessage(_Listing_NotificationMessageRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingOrganizationDataItemRequired(TypedDict):
    createdAt: str
    externalIds: dict[str, str]
    """The organization's id in each application."""
    id: str
    """The organization's id, which is the tenant's id."""
    mode: Mode
    name: str
    number: int
    """The organization's number among all organizations, from 1."""
    slug: str
    status: str
    """`active`, `suspended` by payment events, or `inactive`."""
    timezone: str
    """The IANA time zone."""
    updatedAt: str


class ListingOrganizationDataItem(_ListingOrganizationDataItemRequired, total=False):
    """An organization."""
    billingEmail: str | None
    erpCompanyCode: str | None
    """The company's code in the ERP."""
    ownerUserId: str | None
    """The user who has been an OWNER for the longest time; null: the organization has none."""
    stripeCustomerId: str | None


class _Listing_OrganizationRequired(TypedDict):
    data: list[ListingOrganizationDataItem]
    """The entries of the page."""


class Listing_Organization(_Listing_OrganizationRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingProjectDataItemRequired(TypedDict):
    id: str
    """The project's id in the ERP."""
    name: str
    team: list[str]
    """The ids of the employees who work on it, in the ERP."""


class ListingProjectDataItem(_ListingProjectDataItemRequired, total=False):
    """A project."""
    description: str | None


class _Listing_ProjectRequired(TypedDict):
    data: list[ListingProjectDataItem]
    """The entries of the page."""


class Listing_Project(_Listing_ProjectRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingRuleResponseDataItemRequired(TypedDict):
    author: str
    """Who created the version."""
    createdAt: str
    """When the version was created, RFC 3339."""
    name: str
    """The rule's name: `approval`, `budget`, `role_mapping` or `seat_access`."""
    sha256: str
    """The SHA-256 of the version's script and tests."""
    version: int
    """The number of the active version."""


class ListingRuleResponseDataItem(_ListingRuleResponseDataItemRequired, total=False):
    """A rule and its active version."""
    activatedAt: str | None
    """When the version was activated, RFC 3339; null if nobody activated it."""
    activatedBy: str | None
    """Who activated the version; null for the version shipped with the build, which nobody activated."""
    note: str | None
    """The author's note on the version."""
    script: str | None
    """The version's script; omitted in lists."""
    tests: dict[str, Any] | None
    """The version's tests; omitted in lists."""


class _Listing_RuleResponseRequired(TypedDict):
    data: list[ListingRuleResponseDataItem]
    """The entries of the page."""


class Listing_RuleResponse(_Listing_RuleResponseRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingRuleVersionDataItemRequired(TypedDict):
    active: bool
    """Whether this version is active."""
    author: str
    """Who created the version."""
    createdAt: str
    """When the version was created, RFC 3339."""
    sha256: str
    """The SHA-256 of the version's script and tests."""
    version: int
    """The version's number."""


class ListingRuleVersionDataItem(_ListingRuleVersionDataItemRequired, total=False):
    """A version of a rule."""
    basedOn: int | None
    """The version that was active when this version was created; null for a version shipped with the build."""
    note: str | None
    """The author's note on the version."""
    script: str | None
    """The version's script; omitted in lists."""
    tests: dict[str, Any] | None
    """The version's tests; omitted in lists."""


class _Listing_RuleVersionRequired(TypedDict):
    data: list[ListingRuleVersionDataItem]
    """The entries of the page."""


class Listing_RuleVersion(_Listing_RuleVersionRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingSavedReportDataItemRequired(TypedDict):
    created_at: str
    created_by: str
    """Who saved it."""
    id: str
    updated_at: str


class ListingSavedReportDataItem(_ListingSavedReportDataItemRequired, total=False):
    """A saved report."""
    dimensions: list[str]
    """What is grouped by: up to 12 dimensions of the measures' source and of those that it joins. With an amount,
    its currency is one of them, also where it is not named.
    """
    filters: list[ReportFilter]
    """What all records and rows of the report fulfil: up to 20 conditions."""
    limit: int | None
    """The most rows: 1 to 100,000, which is the default."""
    measures: list[str]
    """What is added up: up to 20 measures, all of one source."""
    name: str | None
    """The name, 1 to 200 bytes, under which the report is saved. Absent: it is run."""
    order: list[ReportOrder]
    """The order of the rows; by default that of the columns."""
    schedule: ReportSchedule | None
    time: ReportTime | None
    timezone: str | None
    """The IANA time zone whose days count; by default the tenant's."""
    next_at: str | None
    """When it is sent next; null: it is not."""


class _Listing_SavedReportRequired(TypedDict):
    data: list[ListingSavedReportDataItem]
    """The entries of the page."""


class Listing_SavedReport(_Listing_SavedReportRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingSeatDataItemRequired(TypedDict):
    seatId: str
    state: SeatState
    version: int
    """Increases with every change. Pass it to `POST /verify-seat` as `minVersion` to exclude older data."""


class ListingSeatDataItem(_ListingSeatDataItemRequired, total=False):
    """A seat."""
    assignedAt: str | None
    """When it was assigned; null: it was not."""
    email: str | None
    """To whom it was offered, in lower case; null: it was assigned to a user."""
    expiresAt: str | None
    """When the offer ends; null: it is not an offer."""
    userId: str | None
    """Who has the seat; null: nobody has accepted it."""


class _Listing_SeatRequired(TypedDict):
    data: list[ListingSeatDataItem]
    """The entries of the page."""


class Listing_Seat(_Listing_SeatRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingShopDataItemRequired(TypedDict):
    created_at: str
    has_access: bool
    """Whether the shop is asked for orders whose webhooks were lost."""
    id: str
    platform: ShopPlatform
    shop: str
    url: str
    """Where the shop sends its webhooks."""


class ListingShopDataItem(_ListingShopDataItemRequired, total=False):
    """A connected shop."""
    poll_error: str | None
    """Why it could not be asked."""
    polled_at: str | None
    """When it was asked last."""


class _Listing_ShopRequired(TypedDict):
    data: list[ListingShopDataItem]
    """The entries of the page."""


class Listing_Shop(_Listing_ShopRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingSubscriptionDataItemRequired(TypedDict):
    applicationSlug: str
    billingCycle: str
    """`monthly`, `quarterly` or `annual`."""
    cancelAtPeriodEnd: bool
    """Whether the subscription ends with its period."""
    createdAt: str
    currency: str
    gateway: GatewayName
    id: str
    organizationId: str
    planId: str
    planVersion: int
    """The version of the plan that the subscription was sold under."""
    pricePerSeat: float
    """The price of a seat for one billing cycle."""
    seats: SeatCounts
    status: str
    """`INCOMPLETE`, `TRIALING`, `ACTIVE`, `PAST_DUE`, `CANCELLED`, `SUSPENDED` or `EXPIRED`."""
    version: int
    """Increases with every change of the subscription. Send it as `If-Match` to change it only if nobody else has."""


class ListingSubscriptionDataItem(_ListingSubscriptionDataItemRequired, total=False):
    """A subscription."""
    checkout: dict[str, Any]
    """What your own page needs to take the payment, of a gateway that has orders: `order_id`, `amount`, `currency`,
    `key_id`, `gateway_response`. Omitted once it is paid.
    """
    checkoutUrl: str | None
    """The gateway's page where it is paid; omitted once it is paid, and where the gateway has no such page."""
    currentPeriodEnd: str | None
    currentPeriodStart: str | None
    """Null: the first period has not begun."""
    endedAt: str | None
    """When it ended; null: it has not."""
    scheduled: ScheduledResponse | None
    trialEnd: str | None
    """When the trial ends or ended; null: there was none."""
    unpaidIncrease: UnpaidIncreaseResponse | None


class _Listing_SubscriptionRequired(TypedDict):
    data: list[ListingSubscriptionDataItem]
    """The entries of the page."""


class Listing_Subscription(_Listing_SubscriptionRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingSuppressionDataItemRequired(TypedDict):
    channel: str
    created_at: str
    id: str
    reason: SuppressionReason


class ListingSuppressionDataItem(_ListingSuppressionDataItemRequired, total=False):
    """An address that is not written to over a channel."""
    address: str | None
    """Null: the contact was erased, and a hash of the address is all that is left."""


class _Listing_SuppressionRequired(TypedDict):
    data: list[ListingSuppressionDataItem]
    """The entries of the page."""


class Listing_Suppression(_Listing_SuppressionRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingSyncDeactivationDataItemRequired(TypedDict):
    erp_id: str
    """The id in the ERP."""


class ListingSyncDeactivationDataItem(_ListingSyncDeactivationDataItemRequired, total=False):
    """An employee or a project that a run would deactivate."""
    department: str | None
    job_title: str | None
    name: str | None
    """The name of the person or the project; null if it is not known."""
    role: Role | None
    user_id: str | None
    """The employee's user; null for projects."""


class _Listing_SyncDeactivationRequired(TypedDict):
    data: list[ListingSyncDeactivationDataItem]
    """The entries of the page."""


class Listing_SyncDeactivation(_Listing_SyncDeactivationRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingTenantDataItemRequired(TypedDict):
    created_at: str
    credits: int
    id: str
    """The tenant's id, which is also the organisation's id in ERP responses."""
    is_active: bool
    is_suspended: bool
    name: str
    number: int
    """The tenant's number among all tenants, from 1."""
    owner_email: str
    settings: dict[str, Any]
    slug: str
    tenant_mode: Mode
    timezone: str
    """The tenant's IANA time zone."""
    updated_at: str


class ListingTenantDataItem(_ListingTenantDataItemRequired, total=False):
    """A tenant."""
    billing_email: str | None
    billing_phone: str | None
    docs_quota_mb: int | None
    """The document quota in MB; null means unlimited."""
    domain: str | None
    erp_company_code: str | None
    erp_company_id: str | None
    erp_customer_id: str | None
    erp_subscription_id: str | None
    """The subscription that was last paid for."""
    max_users: int | None
    """The maximum number of users; null means unlimited."""
    payment_status: str | None
    """`paid`, `pending`, `failed`; null if nothing was ever paid."""
    plan: str | None
    """The platform's name for the tenant's plan."""
    stripe_customer_id: str | None
    """The tenant's customer at Stripe."""
    subscription_period_end: str | None
    """The end of the paid period."""
    subscription_plan: str | None
    """The plan that was last paid for."""
    subscription_status: str | None
    """`active`, `past_due`, `suspended`, `cancelled`; null if nothing was ever paid."""
    suspended_reason: str | None


class _Listing_TenantRequired(TypedDict):
    data: list[ListingTenantDataItem]
    """The entries of the page."""


class Listing_Tenant(_Listing_TenantRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingTenantDeedDataItemRequired(TypedDict):
    action: str
    """`tenant.created`, `tenant.changed`, `user.added`, `user.role_changed`, `user.changed`, `user.removed`,
    `user.erased`, `api_key.created`, `api_key.revoked`, `external_id.set`, `external_id.removed`.
    """
    actor: str
    """The actor: `key:<id>`, `user:<sub>`, `bootstrap`."""
    at: str
    detail: dict[str, Any]
    """The object of the action and its details, without personal data."""


class ListingTenantDeedDataItem(_ListingTenantDeedDataItemRequired, total=False):
    """An audit entry of a tenant."""
    address: str | None
    """The actor's address, if known."""


class _Listing_TenantDeedRequired(TypedDict):
    data: list[ListingTenantDeedDataItem]
    """The entries of the page."""


class Listing_TenantDeed(_Listing_TenantDeedRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingUserDataItemRequired(TypedDict):
    joined_at: str
    role: Role
    updated_at: str
    """When the role was last changed."""
    user_id: str


class ListingUserDataItem(_ListingUserDataItemRequired, total=False):
    """A user of a tenant."""
    department: str | None
    email: str | None
    erp_employee_id: str | None
    """The employee's id in the ERP."""
    job_title: str | None
    name: str | None
    provisioned_by: str | None
    """The source that created the user: `admin`, `self`, `erp_hr`."""


class _Listing_UserRequired(TypedDict):
    data: list[ListingUserDataItem]
    """The entries of the page."""


class Listing_User(_Listing_UserRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class _ListingWebhookEventDataItemRequired(TypedDict):
    answer: dict[str, Any]
    """The response that the sender received."""
    attempts: int
    """The number of failed attempts to apply the event."""
    event: str
    """The sender's name for the event type, for example `payment.captured`."""
    id: str
    occurred_at: str
    provider: str
    """The sender of the event."""
    received_at: str
    status: Status


class ListingWebhookEventDataItem(_ListingWebhookEventDataItemRequired, total=False):
    """A webhook event."""
    gateway_event_id: str | None
    """The sender's id of the delivery. Most senders do not sign it."""
    next_attempt_at: str | None
    """When the next attempt is made."""
    reason: str | None
    """The reason why the event is not in effect; null if it is in effect or soon will be."""
    settled_at: str | None
    """When the event took effect or was found to have no effect."""
    tenant_id: str | None


class _Listing_WebhookEventRequired(TypedDict):
    data: list[ListingWebhookEventDataItem]
    """The entries of the page."""


class Listing_WebhookEvent(_Listing_WebhookEventRequired, total=False):
    """A page of a list."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""


class MarkFeedReadRequest(TypedDict, total=False):
    """Which entries were read."""
    ids: list[str]
    """The ids of entries, up to 500."""
    up_to: str | None
    """All entries up to this `next` of a previous response."""
    user_id: str | None
    """The user. Required with a key; a person's own by default."""


class MessageRecipient(TypedDict, total=False):
    """To whom a message goes."""
    email: str | None
    locale: str | None
    name: str | None
    phone: str | None
    user_id: str | None


class MrrPoint(TypedDict):
    """Recurring revenue in a period: opening + new + expansion + reactivation - contraction - churn = closing."""
    arr: float
    """The recurring amount of a year at the end."""
    at: str
    """The day on which it begins."""
    churn: float
    closing: float
    contraction: float
    customers: int
    """The customers that pay, at the end."""
    expansion: float
    new: float
    opening: float
    reactivation: float
    seats: int
    """The seats that are paid for, at the end."""


class MrrResult(TypedDict):
    """Recurring revenue in a currency."""
    currency: str
    points: list[MrrPoint]


class _NewApiKeyRequired(TypedDict):
    name: str
    """A name that tells people who uses the key and for what; 1 to 200 characters."""
    scopes: list[Scope]
    """The scopes of the key: at least one, and only scopes that the caller has."""


class NewApiKey(_NewApiKeyRequired, total=False):
    """The API key to create."""
    applications: list[str] | None
    """The applications that the key may be used for; only applications that the caller may use. By default they are
    the caller's own: all applications, if the caller is not restricted.
    """
    expires_at: str | None
    """When the key expires, RFC 3339; not later than the key that creates it. By default both expire at the same
    time.
    """
    tenant_id: str | None
    """The tenant that the key belongs to. By default it is the caller's tenant; a key that the platform creates
    belongs to the platform.
    """


class NotificationEventType(TypedDict):
    """A type of events."""
    category: str
    """The group by which people choose what they are told."""
    channels: list[str]
    """The channels over which it is sent: `EMAIL`, `SMS`, `WHATSAPP`, `PUSH`."""
    description: str
    event_type: str
    is_critical: bool
    """Whether it is sent whatever the person prefers."""
    required_variables: list[str]
    """The variables without which an e-mail is not sent."""
    template: str
    """The template as the workspace lists it."""
    template_names: dict[str, Any]
    """What is sent over each channel: the template's name at Notify, or the text."""


class NotificationEventTypes(TypedDict):
    """All types of events."""
    data: list[NotificationEventType]
    """The types of the workspace."""
    edge: list[NotificationEventType]
    """The types that only the edge raises, from what it sees itself."""


class _NotificationMappingRequired(TypedDict):
    channel: str
    default_variables: dict[str, Any]
    event_type: str
    is_enabled: bool
    updated_at: str
    variable_mapping: dict[str, Any]


class NotificationMapping(_NotificationMappingRequired, total=False):
    """A mapping of a type of events to a template."""
    description: str | None
    template_name: str | None
    """Null: the edge's own."""


class _NotificationMappingsRequired(TypedDict):
    data: list[NotificationMapping]


class NotificationMappings(_NotificationMappingsRequired, total=False):
    """All mappings of a tenant."""
    nextCursor: str | None
    """Always null: there are as many as there are types and channels, at most."""


class _NotificationMessageRequired(TypedDict):
    attempts: int
    """How often it was sent."""
    channel: str
    created_at: str
    event_id: str
    id: str
    recipient: MessageRecipient
    send_at: str
    state: str
    """`queued`, `sent`, `delivered`, `read`, `failed`, `suppressed` or `dead`."""
    updated_at: str
    """When the state last changed."""


class NotificationMessage(_NotificationMessageRequired, total=False):
    """A message."""
    category: str | None
    event_type: str | None
    """Null: the message was queued before events had types."""
    expires_at: str | None
    reason: str | None
    """Why the message is in its state: `MISSING_VARIABLE: host_name`, `INVALID_VARIABLE: meeting_url`,
    `INVALID_ADDRESS`, `TOO_LONG`, `PREFERENCES`, `DISABLED`, `NO_ADDRESS`, `SUPPRESSED`, `EXPIRED`, `CANCELLED`,
    `NOT_CONFIGURED`, `DIGEST`, `OUTCOME_UNKNOWN`, or the reason of the last failure.
    """
    sent_at: str | None
    template: str | None
    """The template or the text that was sent."""


class _NotificationPreferencesRequired(TypedDict):
    categories: dict[str, Any]
    digest: str
    timezone: str
    """The zone in which the quiet hours count: the person's, or the tenant's."""
    user_id: str


class NotificationPreferences(_NotificationPreferencesRequired, total=False):
    """A person's preferences."""
    quiet_hours: NotificationQuietHours | None


_NotificationQuietHoursKeywords = TypedDict("_NotificationQuietHoursKeywords", {"from": "str"})


class NotificationQuietHours(_NotificationQuietHoursKeywords):
    """A part of the day."""
    to: str


class NotificationRecipient(TypedDict, total=False):
    """A person to tell, by a user's id, an e-mail address, a phone number, or several of them."""
    email: str | None
    locale: str | None
    name: str | None
    phone: str | None
    """`+` and 7 to 15 digits; spaces, dashes, dots and brackets are left out."""
    user_id: str | None
    """The id of a user of the tenant. Where the e-mail address or the name is not given, it is what the tenant knows
    of the user; the user's preferences hold, and the event is in the user's feed.
    """


class _NotifyReportRequired(TypedDict):
    status: str
    """`success`: the report counted, now or before, or came too late to count; `ignored`: it says nothing of a
    message or of a person who is known.
    """


class NotifyReport(_NotifyReportRequired, total=False):
    """What became of a report."""
    state: str | None
    """The message's state now."""


class _OrderRequired(TypedDict):
    amount: float
    """The amount to pay."""
    checkout_id: str
    currency: str
    """The ISO 4217 code."""
    gateway_response: dict[str, Any]
    """The gateway's answer, for the same page."""
    order_id: str
    """The id of the order at the payment gateway."""
    plan_name: str


class Order(_OrderRequired, total=False):
    """An order, ready to be paid."""
    key_id: str | None
    """The gateway's public key, for the page that takes the payment."""


class OrderCustomer(TypedDict, total=False):
    """Who ordered."""
    address: str | None
    """Where the order goes; it may have several lines."""
    email: str | None
    """The e-mail address, where messages go."""
    id: str | None
    """The customer's id, as the shop or the tenant knows it."""
    locale: str | None
    """The language in which messages are, such as `en`."""
    name: str | None
    """The name."""
    phone: str | None
    """The phone number, where messages go if there is no e-mail address."""


class _OrderItemRequestRequired(TypedDict):
    product_name: str
    """What it is called: 1 to 256 bytes."""
    quantity: int
    """How many: 1 to 1000000."""


class OrderItemRequest(_OrderItemRequestRequired, total=False):
    """An item to order."""
    requires_shipping: bool | None
    """Whether it goes into a parcel. Default: true."""
    sku: str | None
    """The article's number."""
    unit_price: float | None
    """The price of one, in the order's currency."""


class OrderMessage(TypedDict):
    """A message about a shipment."""
    at: str
    event_id: str
    """The `event_id` of its messages in the outbox."""
    message_type: MessageType
    progress: MessageProgress
    """`queued`: it is in the outbox, under `event_id`."""
    shipment: str
    """The shipment; of a packing list the number of the parcel, from 1."""


class _OrderShipmentRequired(TypedDict):
    id: str
    items: list[OrderUnits]
    status: ShipmentStatus


class OrderShipment(_OrderShipmentRequired, total=False):
    """A shipment of an order."""
    carrier: str | None
    delivered_at: str | None
    shipped_at: str | None
    tracking_number: str | None
    tracking_url: str | None


class OrderUnits(TypedDict):
    """How many of an item."""
    item_id: str
    """The item's id."""
    quantity: int
    """How many."""


class _OrganizationRequired(TypedDict):
    createdAt: str
    externalIds: dict[str, str]
    """The organization's id in each application."""
    id: str
    """The organization's id, which is the tenant's id."""
    mode: Mode
    name: str
    number: int
    """The organization's number among all organizations, from 1."""
    slug: str
    status: str
    """`active`, `suspended` by payment events, or `inactive`."""
    timezone: str
    """The IANA time zone."""
    updatedAt: str


class Organization(_OrganizationRequired, total=False):
    """An organization."""
    billingEmail: str | None
    erpCompanyCode: str | None
    """The company's code in the ERP."""
    ownerUserId: str | None
    """The user who has been an OWNER for the longest time; null: the organization has none."""
    stripeCustomerId: str | None


class _OrganizationDataRequired(TypedDict):
    domain: str
    """The domain of the organisation's e-mail addresses. Letters of any script are converted to ASCII."""
    name: str
    """At most 200 characters."""
    odoo_customer_id: int
    """The customer's id in Odoo, unique."""


class OrganizationData(_OrganizationDataRequired, total=False):
    contact_info: ContactInfo | None
    max_storage_gb: int | None
    """The storage for all mailboxes together, GiB. The default is 50."""
    max_users: int | None
    """The maximum number of users. The default is 10."""
    plan_id: int | None
    """The plan's number, or its id."""


class _OrganizationDetailsRequired(TypedDict):
    email_accounts: int
    is_active: bool
    organization_id: str
    """The organization's id in the rest of this API."""
    revenue_by_currency: list[CurrencyRevenue]
    """What it paid in the period, in each currency."""


class OrganizationDetails(_OrganizationDetailsRequired, total=False):
    """More about an organization."""
    domain_name: str | None
    max_users: int | None


class _OrganizationStorageRequired(TypedDict):
    used_gb: float
    """The quotas of its e-mail accounts, GiB."""


class OrganizationStorage(_OrganizationStorageRequired, total=False):
    """The storage of an organization."""
    limit_gb: float | None
    """GiB; null: no limit."""
    percentage: float | None
    """Null: no limit."""


class _OrganizationSubscriptionRequired(TypedDict):
    status: str


class OrganizationSubscription(_OrganizationSubscriptionRequired, total=False):
    """The subscription of an organization."""
    amount: float | None
    """The plan's price; of a plan that was not provisioned, the last payment of the period."""
    currency: str | None
    plan_name: str | None


class _OrganizationUsageRequired(TypedDict):
    id: int
    """The organization's number."""
    name: str
    storage: OrganizationStorage
    users: OrganizationUsers


class OrganizationUsage(_OrganizationUsageRequired, total=False):
    """One organization."""
    details: OrganizationDetails | None
    odoo_customer_id: int | None
    subscription: OrganizationSubscription | None


class OrganizationUsers(TypedDict):
    """The users of an organization."""
    active: int
    """All of them while the organization is active, else none."""
    inactive: int
    total: int


class OtpTokenKeys(TypedDict):
    """The public keys of the tokens."""
    keys: list[PublicKey]


class PackRequest(TypedDict):
    """How many of an item are packed."""
    packed_quantity: int
    """How many are packed in all, not how many more. More than are wanted count as all."""


class _PackingLineRequired(TypedDict):
    cancelled_quantity: int
    item_id: str
    packed_quantity: int
    product_name: str
    quantity: int
    to_pack: int
    """How many are still to be packed."""


class PackingLine(_PackingLineRequired, total=False):
    """An item on a packing list."""
    sku: str | None


class _PackingListRequired(TypedDict):
    items: list[PackingLine]
    order_id: str
    order_number: str
    status: CustomerOrderStatus


class PackingList(_PackingListRequired, total=False):
    """A packing list."""
    address: str | None
    """Where the order goes."""
    notes: str | None


class _PartRequired(TypedDict):
    weight: int


class Part(_PartRequired, total=False):
    """A part of a score."""
    value: float | None
    """0 to 100; null: not known."""


class Parts(TypedDict):
    """The parts of a score."""
    engagement: Part
    payments: Part
    utilization: Part


class PaymentSuccess(TypedDict):
    """How attempts to collect went."""
    byAttempt: Attempts
    byInvoice: Invoices
    failureReasons: list[FailureReason]
    """Why attempts failed, in the gateways' words, the most frequent first."""


class _PendingApprovalRequired(TypedDict):
    approval_request_id: str
    """Once it is approved, the same request with this id goes through."""
    levels: list[ApprovalLevel]
    """Who is asked, in this order."""
    status: str
    """`pending_approval`."""


class PendingApproval(_PendingApprovalRequired, total=False):
    """A purchase that people have to approve first."""
    warnings: list[str]
    """Levels for which too few people are known who could approve; absent where there are none."""


class PendingDeactivations(TypedDict):
    """The deactivations that a run asks to confirm."""
    active: int
    """The number of active records."""
    gone: int
    """The number of records that would be deactivated."""
    reason: str
    """The reason why confirmation is required."""


class _PerformanceFiguresRequired(TypedDict):
    actual: float
    """What was spent, less refunds."""
    budget: float
    """What may be spent: `limit` and `carried`."""
    carried: float
    """What is carried over from periods before."""
    currency: str
    limit: float
    """The limit of the period."""
    reserved: float
    """What is reserved, and no part of `actual`."""
    variance: float
    """`actual` less `budget`: above zero where more was spent."""


class PerformanceFigures(_PerformanceFiguresRequired, total=False):
    """What was used of budgets."""
    variance_percent: float | None
    """`variance` in per cent of `budget`; null: there is no budget."""


class Person(TypedDict, total=False):
    """Fields that may be empty: left out they stay, null clears them."""
    email: str | None
    name: str | None


class _PlaceInScriptRequired(TypedDict):
    message: str
    """The message."""


class PlaceInScript(_PlaceInScriptRequired, total=False):
    """A message about a place in a script."""
    column: int | None
    """The column, starting at 1; 0 if the message is not about a column."""
    line: int | None
    """The line, starting at 1; 0 if the message is not about a line."""


class _PlanRequired(TypedDict):
    currency: str
    """The ISO 4217 currency code."""
    name: str
    sku_id: str
    tiers: list[Tier]


class Plan(_PlanRequired, total=False):
    """A plan."""
    base_price: float | None
    billing_cycle: str | None
    """`monthly`, `quarterly`, `annual`."""
    description: str | None
    offer_price: float | None
    """The price that currently applies instead of the base price."""
    setup_fee: float | None
    """A one-time fee, charged in addition to the first price."""
    sku_code: str | None
    trial_period_days: int | None


class Planned(TypedDict):
    """A request that would write a document."""
    body: dict[str, Any]
    """The JSON body."""
    method: str
    """The method."""
    path: str
    """The path and query. What only the books know, such as the id of an account, is written `{account 4000}`."""


class _PlannedLedgerDocumentRequired(TypedDict):
    kind: DocumentKind
    local_id: str
    """What the edge knows it by."""
    number: str
    """Its number in the books."""
    requests: list[Planned]
    """The requests that would write it. Empty: it would not be written."""


class PlannedLedgerDocument(_PlannedLedgerDocumentRequired, total=False):
    """A document that would be sent."""
    date: str | None
    """Null: it has none."""
    error: LedgerDocumentError | None


class Plans(TypedDict):
    """The plans on sale."""
    plans: list[Plan]


class PreviewLineResponse(TypedDict):
    """A line of a preview."""
    amount: float
    description: str
    quantity: int


class _ProblemRequired(TypedDict):
    code: Code
    """The error code, for programs."""
    detail: str
    """An explanation of the error for people."""
    requestId: str
    """The request's id, as in `X-Request-Id` and in the log."""
    status: int
    """The HTTP status."""
    title: str
    """The reason phrase of the HTTP status."""
    type: str
    """Always `about:blank`: the code says what went wrong."""


class Problem(_ProblemRequired, total=False):
    """An error: RFC 9457, `application/problem+json`."""
    errors: list[FieldError]
    """The invalid fields; omitted if there are none."""


class _ProcessApprovalRequestRequired(TypedDict):
    action: ApprovalVerdict
    """`approve` or `reject`."""


class ProcessApprovalRequest(_ProcessApprovalRequestRequired, total=False):
    """An approval or a rejection."""
    comment: str | None
    """A comment for display: at most 2,048 bytes."""


class _ProjectRequired(TypedDict):
    id: str
    """The project's id in the ERP."""
    name: str
    team: list[str]
    """The ids of the employees who work on it, in the ERP."""


class Project(_ProjectRequired, total=False):
    """A project."""
    description: str | None


class ProvisionEmailAccountRequest(TypedDict):
    """A request to provision an e-mail account."""
    email_account_data: EmailAccountData


class ProvisionOrganizationRequest(TypedDict):
    """A request to provision an organisation."""
    organization_data: OrganizationData


class ProvisionResponse(TypedDict):
    """The group's own companies."""
    created: list[str]
    """The codes of the companies for which this request created tenants."""
    data: list[Tenant]
    """All internal companies, sorted by code."""


class ProvisionedEmailAccount(TypedDict):
    """A provisioned e-mail account."""
    email_account: EmailAccount
    provisioned: bool
    provisioning_details: EmailAccountDetails


class _ProvisionedOrganizationRequired(TypedDict):
    organization: ProvisionedOrganizationFields
    provisioned: bool
    provisioning_details: ProvisioningDetails


class ProvisionedOrganization(_ProvisionedOrganizationRequired, total=False):
    """A provisioned organisation."""
    subscription: ProvisionedSubscription | None


class ProvisionedOrganizationFields(TypedDict):
    """The organisation."""
    created_at: str
    domain_id: int
    """The `domain` of the organisation's e-mail accounts."""
    domain_name: str
    """The domain in ASCII."""
    id: int
    """The organisation's number."""
    is_active: bool
    max_storage_gb: int
    max_users: int
    name: str
    odoo_customer_id: int
    organization_id: str
    """The organisation's id in the rest of this API."""


class ProvisionedSubscription(TypedDict):
    """The organisation's subscription."""
    amount: float
    """The plan's price."""
    currency: str
    id: int
    plan_name: str
    status: str


class _ProvisioningDetailsRequired(TypedDict):
    dns_records_generated: bool
    domain_created: bool
    initial_admin_created: bool


class ProvisioningDetails(_ProvisioningDetailsRequired, total=False):
    """The steps of provisioning that are done."""
    dns_records: list[DnsRecord]
    """The DNS records that the owner of the domain has to publish."""


class PublicKey(TypedDict):
    """A public key of tokens (RFC 7517, RFC 8037)."""
    alg: str
    """`EdDSA`."""
    crv: str
    """`Ed25519`."""
    kid: str
    """The key's thumbprint (RFC 7638), which the header of its tokens names."""
    kty: str
    """`OKP`."""
    use: str
    """`sig`: it verifies signatures."""
    x: str
    """The key, base64url."""


class PutNotificationMapping(TypedDict, total=False):
    """A mapping of a type of events to a template."""
    default_variables: dict[str, Any]
    """The values of variables that the event has no value for."""
    description: str | None
    is_enabled: bool | None
    """Whether anything is sent. The default is true."""
    template_name: str | None
    """The template's name at Notify; for `SMS` and `PUSH` the text, with `{{variables}}`. The default is the edge's
    own.
    """
    variable_mapping: dict[str, Any]
    """The path in the event of each variable's value: `data.document_name`, `recipient.name`. By default, and where
    it is empty, the variables are the event's data.
    """


class PutNotificationPreferences(TypedDict, total=False):
    """A person's preferences, all of them."""
    categories: dict[str, dict[str, bool]]
    """Which channels are wanted for which category: `{"billing": {"EMAIL": true, "SMS": false}}`. What is not said
    is wanted.
    """
    digest: str | None
    """`none`, or `daily`: the e-mails of a day are one, sent at 8:00. The default is `none`."""
    quiet_hours: NotificationQuietHours | None
    timezone: str | None
    """The person's time zone. The default is the tenant's."""


class _RaiseEventRequestRequired(TypedDict):
    event_type: str
    recipients: list[NotificationRecipient]
    """The people to tell, 1 to 500."""


class RaiseEventRequest(_RaiseEventRequestRequired, total=False):
    """An event to tell people of."""
    data: dict[str, Any]
    """The values of the template's variables."""
    expires_at: str | None
    """After when it is not sent any more (RFC 3339). The default is never."""
    send_at: str | None
    """When to send (RFC 3339). The default is now."""


class RaisedEvent(TypedDict):
    """An event, and the messages about it."""
    event_id: str
    messages: list[NotificationMessage]
    """One message per recipient and channel."""


class Ready(TypedDict):
    """Whether the edge is ready to serve requests."""
    checks: Checks
    """The results of the checks."""
    status: str
    """`ready` or `not ready`."""


_ReconciliationKeywords = TypedDict("_ReconciliationKeywords", {"from": "str"})


class Reconciliation(_ReconciliationKeywords):
    """The ERP's invoices, compared with the payments that gateways reported."""
    doubled: list[ReconciliationFinding]
    """Payments with more than one invoice."""
    matched: int
    """The number of payments with one invoice that agrees with them."""
    missing: list[ReconciliationFinding]
    """Payments without an invoice."""
    off: list[ReconciliationFinding]
    """Payments whose invoice differs from them."""
    payments: int
    """The number of payments that were compared."""
    refunded: list[RefundedPayment]
    """Payments of this time that were refunded at any later time, in part or in full. They are compared too, except
    for the status of their invoices.
    """
    to: str
    unpaid: list[UnmatchedInvoice]
    """Invoices of this time that are marked as paid, for which no gateway reported a payment."""


class _ReconciliationFindingRequired(TypedDict):
    differences: list[Difference]
    invoices: list[str]
    """The numbers of its invoices."""
    paid_at: str
    tenant_id: str


class ReconciliationFinding(_ReconciliationFindingRequired, total=False):
    """A payment whose books are not as they should be."""
    amount: float | None
    currency: str | None
    expected: Books | None
    invoice_number: str | None
    payment_id: str | None


class RecurringMovements(TypedDict):
    """Recurring revenue in a period: opening + new + expansion + reactivation − contraction − churn = closing."""
    arr: float
    """The recurring amount of a year at the end."""
    churn: float
    contraction: float
    expansion: float
    mrr: float
    """Monthly recurring revenue at the end."""
    new: float
    opening: float
    """Monthly recurring revenue at the beginning."""
    reactivation: float


class _RefundedPaymentRequired(TypedDict):
    currency: str
    expected: list[JournalEntry]
    """The journal entries that the books should contain for what was refunded."""
    tenant_id: str


class RefundedPayment(_RefundedPaymentRequired, total=False):
    """A payment that was refunded, in part or in full."""
    amount: float | None
    """The paid amount."""
    invoice_number: str | None
    payment_id: str | None
    refunded: float | None
    """The refunded amount."""


class RefundsUnderWay(TypedDict):
    """Refunds of disputes that are not made yet, as it is now."""
    pending: float
    """The gateway makes them, or is about to be asked."""
    refunds: int
    total: float
    """The two together."""
    unknown: float
    """The gateway was asked, and what came of it is not known."""


class RenewContractRequest(TypedDict, total=False):
    """A renewal."""
    term_months: int | None
    """The length of the next term, in months: 1 to 120. Default: the contract's."""
    uplift_basis_points: int | None
    """How much dearer it is, in hundredths of a per cent: 0 to 10,000. Default: the contract's."""


class RenewalsDue(TypedDict):
    """Contracts of which something is due in so many days."""
    arr: float
    """Their recurring amount of a year, on their last days."""
    contracts: int
    days: str
    """`0_30`, `31_60` or `61_90`: the days from the end of the period on."""


class _ReplayRequestRequired(TypedDict):
    status: Status
    """`dead`, `quarantined`, `ignored` or `failed`."""


class ReplayRequest(_ReplayRequestRequired, total=False):
    """The events to replay."""
    limit: int | None
    """The maximum number of events, oldest first: 1 to 1000. The default is 1000."""
    provider: str | None
    """Replays only events from this sender."""


class ReplayResponse(TypedDict):
    """The result of a replay request."""
    replayed: int
    """The number of events that are due again."""


class Report(TypedDict):
    """The report of a check."""
    coverage: Coverage
    """How much of the script is covered by the tests."""
    errors: list[Finding]
    """The errors found."""
    ok: bool
    """Whether the script may be stored: it has no errors and every test passed."""
    tests: list[TestResult]
    """The results of the tests."""
    warnings: list[Finding]
    """Probable mistakes, which do not prevent storing."""


class _ReportColumnRequired(TypedDict):
    description: str
    """What it means."""
    name: str
    """Its name in the rows: `charges.amount`; of a period with its length, `charges.date.month`."""
    type: str
    """`text`, `currency`, `date`, `time`, `number`, `boolean` or `amount`."""


class ReportColumn(_ReportColumnRequired, total=False):
    """A column of a report."""
    currency: str | None
    """Of amounts: the column that holds the currency."""


class _ReportContractRequired(TypedDict):
    acv: float
    """The annual contract value: the recurring part of that for a year."""
    arr: float
    """The recurring amount of a year at the end of the period, or on its last day."""
    backlog: float
    """`tcv` less `recognised`."""
    counterparty: str
    currency: str
    days_to_end: int
    """Days from the end of the period to its end; negative: it has ended."""
    end: str
    """The day after the last of the terms that are agreed on, or of its termination."""
    entity_id: str
    id: str
    last_notice_day: str
    """The last day on which notice is in time for its end."""
    recognised: float
    """What of the total contract value is for days until the end of the period."""
    start: str
    status: ContractStatus
    """`active`, `renewed`, `expired` or `terminated`, at the end of the period."""
    tcv: float
    """The total contract value: what its terms charge in all, without usage."""
    title: str


class ReportContract(_ReportContractRequired, total=False):
    """A contract."""
    number: str | None
    renewal_mode: ContractRenewalMode | None


class ReportContractTotals(TypedDict):
    """The sums of contracts."""
    acv: float
    arr: float
    backlog: float
    contracts: int
    currency: str
    recognised: float
    tcv: float


class _ReportCostRequired(TypedDict):
    amount: float
    lines: int
    """The lines that it is the sum of."""
    value: str
    """What it is: a department's id, a cost centre, an account, a plan, a month."""


class ReportCost(_ReportCostRequired, total=False):
    """What of the costs has something in common."""
    name: str | None
    """The department's name."""
    previous: float | None
    """In the period before. Of a month: null."""


class ReportCostTable(TypedDict):
    """The costs by one dimension: the costs and what is unallocated add up to the total."""
    by: str
    """`department`, `cost_center`, `gl_code`, `plan` or `month`."""
    costs: list[ReportCost]
    total: Compared_f64
    unallocated: Compared_f64
    """What has no department, cost centre, account or plan."""


class ReportCosts(TypedDict):
    """The costs in a currency."""
    currency: str
    tables: list[ReportCostTable]
    total: Compared_f64


class _ReportDepartmentSpendRequired(TypedDict):
    amount: float
    department_id: str
    previous: float
    """In the period before."""


class ReportDepartmentSpend(_ReportDepartmentSpendRequired, total=False):
    """What a department was billed."""
    name: str | None


class _ReportFilterRequired(TypedDict):
    member: str
    """A dimension, or a measure of the report."""
    operator: str
    """One of the member's operators."""


class ReportFilter(_ReportFilterRequired, total=False):
    """A condition."""
    values: list[Any]
    """What it is compared with: texts, numbers, booleans; dates and times as texts. `equals` and `not_equals` take
    up to 100, of which one is enough; `set` and `not_set` none; the others one.
    """


_ReportHeadRequiredKeywords = TypedDict("_ReportHeadRequiredKeywords", {"from": "str"})


class _ReportHeadRequired(_ReportHeadRequiredKeywords):
    as_of: str
    """The day at whose end the figures are taken."""
    previous_period: ReportPeriod
    """The period before."""
    timezone: str
    to: str
    """The day after the last one."""


class ReportHead(_ReportHeadRequired, total=False):
    """What a report is about."""
    entity_id: str | None
    """The entity that it is about, with those below it; null: all."""


class _ReportMemberRequired(TypedDict):
    description: str
    """What it means."""
    name: str
    """Its name: `invoices.total`."""
    operators: list[str]
    """How a filter may compare it."""
    type: str
    """`text`, `currency`, `date`, `time`, `number` or `boolean`; `amount`: a decimal number in a currency."""


class ReportMember(_ReportMemberRequired, total=False):
    """A measure or a dimension."""
    currency: str | None
    """Of amounts: the dimension that holds the currency. A report with the amount has it too."""
    granularities: list[str]
    """The lengths of the periods that `time` may cut it into; empty: none."""
    is_optional: bool | None
    """Of dimensions: whether a record may have none."""


class ReportMembers(TypedDict):
    """What reports may be made of."""
    sources: list[ReportSource]
    """What is counted and added up."""


class _ReportOrderRequired(TypedDict):
    member: str
    """A measure or dimension of the report; the dimension of `time` stands for its period."""


class ReportOrder(_ReportOrderRequired, total=False):
    """A column that rows are ordered by."""
    direction: str | None
    """`asc` or `desc`; by default `asc`. Rows without a value are last either way."""


_ReportPeriodKeywords = TypedDict("_ReportPeriodKeywords", {"from": "str"})


class ReportPeriod(_ReportPeriodKeywords):
    """A period: `[from, to)`."""
    to: str


class ReportRenewals(TypedDict):
    """Contracts that are to be renewed."""
    by_end: list[RenewalsDue]
    """By the end of the last term, of contracts that are renewed by themselves or by hand."""
    by_notice: list[RenewalsDue]
    """By the last day on which notice is in time, of contracts that are renewed by themselves."""


class _ReportResultRequired(TypedDict):
    columns: list[ReportColumn]
    """What the rows hold."""
    is_truncated: bool
    """Whether there are more rows than the limit."""
    row_count: int
    """How many rows there are."""
    rows: list[dict[str, Any]]
    """The rows, by the names of the columns. Amounts are decimal numbers; null where there is no value."""
    timezone: str
    """Whose days count."""


_ReportResultKeywords = TypedDict("_ReportResultKeywords", {"from": "str | None"}, total=False)


class ReportResult(_ReportResultRequired, _ReportResultKeywords, total=False):
    """The rows of a report."""
    to: str | None
    """The day after the last one."""


class ReportSchedule(TypedDict):
    """When a report is sent, and to whom."""
    at: str
    """The time of the day in the tenant's time zone: `08:00`. Where the clocks skip it, right after; where they show
    it twice, the first time.
    """
    every: str
    """`day`; `week`: on Mondays; `month`: on the first."""
    recipients: list[str]
    """The e-mail addresses: 1 to 20."""


class ReportSource(TypedDict):
    """A kind of records."""
    description: str
    """What its records are."""
    dimensions: list[ReportMember]
    """What is grouped and filtered by."""
    joins: list[str]
    """The sources whose dimensions a report of this one may use too."""
    measures: list[ReportMember]
    """What is added up. All measures of a report are of one source."""
    name: str
    """Its name, which the names of its members begin with."""


class ReportSpend(TypedDict):
    """What was billed, by department: the departments and what nobody shares add up to the total."""
    departments: list[ReportDepartmentSpend]
    total: Compared_f64
    unallocated: Compared_f64
    """What no department shares."""


class _ReportTimeRequired(TypedDict):
    dimension: str
    """A dimension of the type `date` or `time`."""


_ReportTimeKeywords = TypedDict("_ReportTimeKeywords", {"from": "str | None"}, total=False)


class ReportTime(_ReportTimeRequired, _ReportTimeKeywords, total=False):
    """A range of time: `from` and `to`, or `range`."""
    granularity: str | None
    """`day`, `week` (from Monday on), `month`, `quarter` or `year`. Absent: the range is not cut."""
    range: str | None
    """In place of `from` and `to`, days that move with the day of the run: `last_` or `this_` with `day`, `week`,
    `month`, `quarter` or `year`.
    """
    to: str | None
    """The day after the last one."""


class _ReportHealthResultResultsItemRequired(TypedDict):
    band: str
    """`healthy`, `at_risk`, `critical` or `unknown`."""
    organizationId: str
    parts: Parts
    points: list[HealthPoint]


class ReportHealthResultResultsItem(_ReportHealthResultResultsItemRequired, total=False):
    """How well an organization does."""
    score: float | None
    """Of the whole range: 0 to 100; null: no part is known."""


_Report_HealthResultRequiredKeywords = TypedDict("_Report_HealthResultRequiredKeywords", {"from": "str"})


class _Report_HealthResultRequired(_Report_HealthResultRequiredKeywords):
    definitions: dict[str, str]
    """What the figures mean, by their names."""
    granularity: str
    """`day` or `month`."""
    results: list[ReportHealthResultResultsItem]
    timezone: str
    """The time zone in which days and months begin."""
    to: str
    """The day after the last one."""


class Report_HealthResult(_Report_HealthResultRequired, total=False):
    """An answer."""
    asOf: str | None
    """As known when; null: now."""
    nextCursor: str | None
    """Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages."""


class ReportMrrResultResultsItem(TypedDict):
    """Recurring revenue in a currency."""
    currency: str
    points: list[MrrPoint]


_Report_MrrResultRequiredKeywords = TypedDict("_Report_MrrResultRequiredKeywords", {"from": "str"})


class _Report_MrrResultRequired(_Report_MrrResultRequiredKeywords):
    definitions: dict[str, str]
    """What the figures mean, by their names."""
    granularity: str
    """`day` or `month`."""
    results: list[ReportMrrResultResultsItem]
    timezone: str
    """The time zone in which days and months begin."""
    to: str
    """The day after the last one."""


class Report_MrrResult(_Report_MrrResultRequired, total=False):
    """An answer."""
    asOf: str | None
    """As known when; null: now."""
    nextCursor: str | None
    """Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages."""


class ReportRevenueResultResultsItem(TypedDict):
    """Revenue in a currency."""
    cohorts: list[Cohort]
    """What became of the customers that first paid in each month of the range."""
    currency: str
    points: list[RevenuePoint]


_Report_RevenueResultRequiredKeywords = TypedDict("_Report_RevenueResultRequiredKeywords", {"from": "str"})


class _Report_RevenueResultRequired(_Report_RevenueResultRequiredKeywords):
    definitions: dict[str, str]
    """What the figures mean, by their names."""
    granularity: str
    """`day` or `month`."""
    results: list[ReportRevenueResultResultsItem]
    timezone: str
    """The time zone in which days and months begin."""
    to: str
    """The day after the last one."""


class Report_RevenueResult(_Report_RevenueResultRequired, total=False):
    """An answer."""
    asOf: str | None
    """As known when; null: now."""
    nextCursor: str | None
    """Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages."""


class ReportSeatUsageResultResultsItem(TypedDict):
    """The seats of an organization in an application."""
    applicationSlug: str
    currency: str
    """The currency in which the seats are paid."""
    organizationId: str
    points: list[SeatUsagePoint]


_Report_SeatUsageResultRequiredKeywords = TypedDict("_Report_SeatUsageResultRequiredKeywords", {"from": "str"})


class _Report_SeatUsageResultRequired(_Report_SeatUsageResultRequiredKeywords):
    definitions: dict[str, str]
    """What the figures mean, by their names."""
    granularity: str
    """`day` or `month`."""
    results: list[ReportSeatUsageResultResultsItem]
    timezone: str
    """The time zone in which days and months begin."""
    to: str
    """The day after the last one."""


class Report_SeatUsageResult(_Report_SeatUsageResultRequired, total=False):
    """An answer."""
    asOf: str | None
    """As known when; null: now."""
    nextCursor: str | None
    """Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages."""


class _ResolveDisputeRequestRequired(TypedDict):
    kind: Literal["refund", "credit", "adjustment", "reject"]
    """How."""
    reason: str
    """Why: 1 to 4000 bytes."""


class ResolveDisputeRequest(_ResolveDisputeRequestRequired, total=False):
    """A resolution."""
    amount: float | None
    """How much, above zero and at most what is disputed. Default: all that is disputed and left of the payment."""
    approval_request_id: str | None
    """The id of the approval request by which this resolution was approved."""


class Rest(TypedDict, total=False):
    """Fields that may be empty: left out they stay, null clears them."""
    billing_email: str | None
    billing_phone: str | None
    docs_quota_mb: int | None
    """The document quota in MB; null means unlimited."""
    domain: str | None
    """Unique."""
    erp_company_code: str | None
    """Internal tenants must have one."""
    erp_company_id: str | None
    erp_customer_id: str | None
    max_users: int | None
    """The maximum number of users; null means unlimited."""
    plan: str | None
    settings: dict[str, Any]
    """A JSON object of at most 16 KiB."""
    stripe_customer_id: str | None
    """The tenant's customer at Stripe, unique."""


class _RevenuePointRequired(TypedDict):
    at: str
    """The day on which it begins."""
    collected: float
    customers: int
    """The customers that pay, at the end."""
    mrr: float
    """Monthly recurring revenue at the end."""
    net: float
    paymentSuccess: PaymentSuccess
    refunded: float


class RevenuePoint(_RevenuePointRequired, total=False):
    """Revenue in a period. Shares are fractions; null where they are shares of nothing."""
    arpa: float | None
    grossChurn: float | None
    grr: float | None
    logoChurn: float | None
    netChurn: float | None
    nrr: float | None
    quickRatio: float | None
    revenuePerSeat: float | None


class RevenueResult(TypedDict):
    """Revenue in a currency."""
    cohorts: list[Cohort]
    """What became of the customers that first paid in each month of the range."""
    currency: str
    points: list[RevenuePoint]


class RevokedApiKeys(TypedDict):
    """The keys that were revoked together."""
    revoked: list[str]
    """The ids of the revoked keys, beginning with the requested key; it is omitted if it had been revoked before."""


class RuleActivation(TypedDict):
    """The active version of a rule."""
    name: str
    """The rule's name."""
    sha256: str
    """The SHA-256 of the version's script and tests."""
    version: int
    """The number of the active version."""


class RuleBacktest(TypedDict):
    """The result of a backtest. Each compared decision is the same, reworded, changed, or an error."""
    changed: int
    """How many decisions would have had a different outcome."""
    compared: int
    """How many decisions were compared: fewer than requested if no more exist or the time limit was reached."""
    cutShort: bool
    """Whether the time limit was reached before all decisions were compared."""
    errors: int
    """On how many decisions the script fails."""
    examples: list[RuleBacktestExample]
    """Examples of changed or failed decisions, newest first; at most 20."""
    reworded: int
    """How many decisions would have been the same, but with a different reason or message for people."""


class RuleBacktestExample(TypedDict):
    """A decision that would have had a different outcome."""
    after: dict[str, Any]
    """The outcome of the tested script, or `{"error"}`."""
    before: dict[str, Any]
    """The recorded outcome, or `{"error"}`."""
    decisionId: str
    """The id of the recorded decision."""
    input: dict[str, Any]
    """The recorded input."""


class _RuleDecisionRequired(TypedDict):
    actor: str
    """The caller that requested the decision."""
    at: str
    """When the decision was made, RFC 3339."""
    durationUs: int
    """How long the evaluation took, in microseconds."""
    id: str
    """The decision's id."""
    input: dict[str, Any]
    """The rule's input. Secrets are masked."""
    operations: int
    """How many operations the script used."""
    requestId: str
    """The id of the request that led to the decision."""
    sha256: str
    """The SHA-256 of the version's script and tests."""
    version: int
    """The number of the version that decided."""


class RuleDecision(_RuleDecisionRequired, total=False):
    """A recorded decision."""
    failure: RuleDecisionFailure | None
    outcome: dict[str, Any] | None
    """The rule's outcome; null if the rule failed."""
    tenantId: str | None
    """The tenant that the decision was made for; null for the platform."""


class _RuleDecisionFailureRequired(TypedDict):
    message: str
    """The error message."""


class RuleDecisionFailure(_RuleDecisionFailureRequired, total=False):
    """Why a decision failed."""
    line: int | None
    """The line of the script, starting at 1; null if it is unknown."""


class _RuleDecisionPageRequired(TypedDict):
    data: list[RuleDecision]
    """The decisions."""


class RuleDecisionPage(_RuleDecisionPageRequired, total=False):
    """A page of decisions."""
    nextCursor: str | None
    """The `cursor` of the next page; null on the last page."""
    unwritten: int | None
    """How many decisions of all rules are not recorded: they are lost or still being written. Null for a tenant's
    key, or if the number is unknown.
    """


class RuleEvaluation(TypedDict):
    """The result of an evaluation."""
    durationUs: int
    """How long the evaluation took, in microseconds."""
    log: list[str]
    """The executed lines and the output of the script."""
    operations: int
    """How many operations the script used."""
    outcome: dict[str, Any]
    """The outcome, which matches the rule's outcome schema."""
    version: int
    """The number of the version that was evaluated."""


class RuleInvalid(TypedDict):
    """A `Problem` with the report of the check that the version did not pass."""
    code: Code
    """Always `RULE_INVALID`."""
    coverage: dict[str, Any]
    """How much of the script is covered by the tests."""
    detail: str
    errors: list[PlaceInScript]
    """The errors of the script, with their places."""
    ok: bool
    """Always false: the version did not pass the check."""
    requestId: str
    status: int
    tests: list[dict[str, Any]]
    """The results of the tests."""
    title: str
    type: str
    warnings: list[PlaceInScript]
    """Probable mistakes in the script, with their places."""


class _RuleResponseRequired(TypedDict):
    author: str
    """Who created the version."""
    createdAt: str
    """When the version was created, RFC 3339."""
    name: str
    """The rule's name: `approval`, `budget`, `role_mapping` or `seat_access`."""
    sha256: str
    """The SHA-256 of the version's script and tests."""
    version: int
    """The number of the active version."""


class RuleResponse(_RuleResponseRequired, total=False):
    """A rule and its active version."""
    activatedAt: str | None
    """When the version was activated, RFC 3339; null if nobody activated it."""
    activatedBy: str | None
    """Who activated the version; null for the version shipped with the build, which nobody activated."""
    note: str | None
    """The author's note on the version."""
    script: str | None
    """The version's script; omitted in lists."""
    tests: dict[str, Any] | None
    """The version's tests; omitted in lists."""


class RuleStats(TypedDict):
    """The decisions of a rule."""
    decisions: int
    """Decisions and failures. Each seat check is a decision of `seat_access`."""
    decisions_per_second: float
    failures: int
    """Times at which the rule made no decision."""
    rule: str


class _RuleVersionRequired(TypedDict):
    active: bool
    """Whether this version is active."""
    author: str
    """Who created the version."""
    createdAt: str
    """When the version was created, RFC 3339."""
    sha256: str
    """The SHA-256 of the version's script and tests."""
    version: int
    """The version's number."""


class RuleVersion(_RuleVersionRequired, total=False):
    """A version of a rule."""
    basedOn: int | None
    """The version that was active when this version was created; null for a version shipped with the build."""
    note: str | None
    """The author's note on the version."""
    script: str | None
    """The version's script; omitted in lists."""
    tests: dict[str, Any] | None
    """The version's tests; omitted in lists."""


class _SavedReportRequired(TypedDict):
    created_at: str
    created_by: str
    """Who saved it."""
    id: str
    updated_at: str


class SavedReport(_SavedReportRequired, total=False):
    """A saved report."""
    dimensions: list[str]
    """What is grouped by: up to 12 dimensions of the measures' source and of those that it joins. With an amount,
    its currency is one of them, also where it is not named.
    """
    filters: list[ReportFilter]
    """What all records and rows of the report fulfil: up to 20 conditions."""
    limit: int | None
    """The most rows: 1 to 100,000, which is the default."""
    measures: list[str]
    """What is added up: up to 20 measures, all of one source."""
    name: str | None
    """The name, 1 to 200 bytes, under which the report is saved. Absent: it is run."""
    order: list[ReportOrder]
    """The order of the rows; by default that of the columns."""
    schedule: ReportSchedule | None
    time: ReportTime | None
    timezone: str | None
    """The IANA time zone whose days count; by default the tenant's."""
    next_at: str | None
    """When it is sent next; null: it is not."""


class ScheduledMonth(TypedDict):
    """What is recognised in a month."""
    amount: float
    month: str
    """The month, `2026-12`; of the month of the last day only what is left of it. `later`: after the last of the
    months.
    """


class _ScheduledResponseRequired(TypedDict):
    at: str
    """When."""


class ScheduledResponse(_ScheduledResponseRequired, total=False):
    """A change of a subscription that takes effect later."""
    planId: str | None
    seats: int | None


class _SeatRequired(TypedDict):
    seatId: str
    state: SeatState
    version: int
    """Increases with every change. Pass it to `POST /verify-seat` as `minVersion` to exclude older data."""


class Seat(_SeatRequired, total=False):
    """A seat."""
    assignedAt: str | None
    """When it was assigned; null: it was not."""
    email: str | None
    """To whom it was offered, in lower case; null: it was assigned to a user."""
    expiresAt: str | None
    """When the offer ends; null: it is not an offer."""
    userId: str | None
    """Who has the seat; null: nobody has accepted it."""


class SeatAssignment(TypedDict, total=False):
    """Who gets a seat: either `userId` or `email`."""
    email: str | None
    """The address to invite. It is compared in lower case."""
    userId: str | None
    """The user's id in the application."""


class SeatChange(TypedDict):
    """An organisation of an application whose seats may have changed."""
    applicationSlug: str
    """The application's slug."""
    externalOrgId: str
    """The organisation's id in the application."""
    fence: int
    """The organisation's fence number, which increases with every change."""


class SeatChanges(TypedDict):
    """What has changed since a position."""
    changes: list[SeatChange]
    """The organisations whose seats may have changed, each once. What is remembered of their users must be
    forgotten.
    """
    next: str
    """The position to pass as `since` next."""
    reset: bool
    """Whether changes may have been missed: everything that is remembered must be forgotten."""


class _SeatCheckRequired(TypedDict):
    applicationSlug: str
    """The application's slug."""
    externalOrgId: str
    """The organisation's id in the application."""
    userId: str
    """The user's id in the application."""


class SeatCheck(_SeatCheckRequired, total=False):
    """The user, application and organisation to check. Each id is 1 to 256 bytes of UTF-8 without control characters
    and is compared byte for byte.
    """
    lifetime: bool
    """Whether the result has its lifetime: `now`, `freshUntil` and `staleUntil`, for a client that remembers it and
    follows the changes of seats. By default it has none.
    """
    minVersion: int | None
    """The lowest acceptable `version` of the seat: older cached data is not used. By default any version is
    accepted.
    """
    token: bool
    """Whether a grant has a token, which is verified without asking. By default it has none."""


class SeatCheckResult2(TypedDict):
    """The check could not be answered."""
    error: Problem
    """Why the check failed."""


class SeatCounts(TypedDict):
    """The seats of a subscription."""
    assigned: int
    """The seats that users have."""
    available: int
    """The seats that may be assigned."""
    overAssigned: int
    """How many more seats are in use than are purchased: the number fell. Nobody loses a seat by that, but none is
    assigned until enough are taken away.
    """
    pending: int
    """The invitations that may still be accepted."""
    purchased: int


class SeatOutcome2(TypedDict):
    """There is none."""
    error: Problem
    """Why."""


class SeatTokenKeysKeysItem(TypedDict):
    """A public key of tokens (RFC 7517, RFC 8037)."""
    alg: str
    """`EdDSA`."""
    crv: str
    """`Ed25519`."""
    kid: str
    """The key's thumbprint (RFC 7638), which the header of its tokens names."""
    kty: str
    """`OKP`."""
    use: str
    """`sig`: it verifies signatures."""
    x: str
    """The key, base64url."""


class SeatTokenKeys(TypedDict):
    """The public keys of seat tokens (RFC 7517)."""
    keys: list[SeatTokenKeysKeysItem]
    """The keys, newest first."""


class _SeatUsagePointRequired(TypedDict):
    assigned: int
    at: str
    """The day on which it begins."""
    peak: int
    purchased: int


class SeatUsagePoint(_SeatUsagePointRequired, total=False):
    """The seats in a period. Shares are fractions; null where they are shares of nothing."""
    active28: int | None
    """The same of 28 days."""
    active30: int | None
    """The same of 30 days."""
    active7: int | None
    """The users that were active in the 7 days to the end; null: not known."""
    timeWeightedUtilization: float | None
    utilization: float | None


class SeatUsageResult(TypedDict):
    """The seats of an organization in an application."""
    applicationSlug: str
    currency: str
    """The currency in which the seats are paid."""
    organizationId: str
    points: list[SeatUsagePoint]


class _SeatVerdictRequired(TypedDict):
    asOf: str
    """When the ERP or the record reported this state, RFC 3339."""
    hasAccess: bool
    """Whether the user has access."""
    reason: Reason
    """Why access is granted or denied."""
    source: Source
    """Where the result comes from."""


class SeatVerdict(_SeatVerdictRequired, total=False):
    """The result of a seat check: a grant or a denial."""
    expiresAt: str | None
    """When the paid period ends, RFC 3339; null if this is unknown or the period has no end."""
    freshUntil: str | None
    """Until when the result is fresh, if the lifetime was asked for. At most the end of access."""
    now: str | None
    """The time at which the edge answered, RFC 3339, if the lifetime was asked for."""
    seatId: str | None
    """The seat's id; null if the user has no seat."""
    staleUntil: str | None
    """Until when the result may be used while the edge cannot be reached, if the lifetime was asked for. At most the
    end of access; for a denial, and where the result must not be remembered, not after `freshUntil`.
    """
    subscriptionStatus: SubscriptionStatus | None
    token: str | None
    """A JWT that says the same (EdDSA), if it was asked for and access is granted."""
    version: int | None
    """The version of the seat, which increases with every change. Pass it as `minVersion` to exclude older data."""


class _SendCodeRequestRequired(TypedDict):
    phone_number: str
    """`+` and 7 to 15 digits; spaces, dashes, dots and brackets are left out."""
    purpose: str
    """`signup`, `login`, `verification` or `password_reset`."""


class SendCodeRequest(_SendCodeRequestRequired, total=False):
    """A request for a code."""
    channel: str | None
    """`sms` or `whatsapp`. The default is `sms`."""


class SentCodeResponse(TypedDict):
    """A code that is on its way."""
    expires_at: str
    """When the code is no longer valid (RFC 3339)."""
    request_id: str
    resend_after: int
    """The number of seconds after which another code may be asked for."""


class _SetAllocationsRequestRequired(TypedDict):
    shares: list[AllocationShareRequest]
    """The shares: 1 to 200, each of another department."""


_SetAllocationsRequestKeywords = TypedDict("_SetAllocationsRequestKeywords", {"from": "str | None"}, total=False)


class SetAllocationsRequest(_SetAllocationsRequestRequired, _SetAllocationsRequestKeywords, total=False):
    """The whole split of a source."""


class SetExternalIdRequest(TypedDict):
    """A tenant's external id in an application."""
    externalOrgId: str
    """The tenant's id in the application, 1 to 256 bytes: `hospital_id` in HealOS, `company_id` in PowerDialer."""


class _ShopRequired(TypedDict):
    created_at: str
    has_access: bool
    """Whether the shop is asked for orders whose webhooks were lost."""
    id: str
    platform: ShopPlatform
    shop: str
    url: str
    """Where the shop sends its webhooks."""


class Shop(_ShopRequired, total=False):
    """A connected shop."""
    poll_error: str | None
    """Why it could not be asked."""
    polled_at: str | None
    """When it was asked last."""


class ShopAccess(TypedDict, total=False):
    """What a shop lets the edge in with."""
    key: str | None
    """The consumer key of a WooCommerce shop."""
    secret: str | None
    """The consumer secret of a WooCommerce shop."""
    token: str | None
    """The access token of a Shopify app that may read orders."""


class SlaReport(TypedDict):
    """What was reported of a service level, and the credit."""
    at: str
    basis_points: int
    """The share of the month's fee that is given back."""
    credit: float
    """The credit. All credits of a month together are never more than its fee."""
    currency: str
    fee: float
    """The recurring charges of the month's days."""
    metric: str
    month: str
    target: float
    value: float


class SlaReportList(TypedDict):
    """What was reported of service levels."""
    data: list[SlaReport]
    """The reports, in the order in which they were made."""


class SlaReportRequest(TypedDict):
    """A report of a service level."""
    metric: str
    """One of the contract's service levels."""
    month: str
    """The month: `2026-10`."""
    value: float
    """What was measured, with at most 4 decimals."""


_SourceAllocationsRequiredKeywords = TypedDict("_SourceAllocationsRequiredKeywords", {"from": "str"})


class _SourceAllocationsRequired(_SourceAllocationsRequiredKeywords):
    shares: list[Allocation]
    """The shares on that day."""
    source: AllocationSource


class SourceAllocations(_SourceAllocationsRequired, total=False):
    """A source, and how it is split from a day on."""
    posted_to: str | None
    """The last day as of which lines were posted: earlier days cannot be changed any more."""
    to: str | None
    """The day after the last; null: there is no last."""
    unallocated_basis_points: int | None
    """The basis points that nobody has. Null where departments take all that is left."""


class StartLedgerSyncRequest(TypedDict, total=False):
    """How to run. The body is optional."""
    dry_run: bool
    """Whether to list what would be sent, and send nothing."""


class StartSyncRequest(TypedDict, total=False):
    """The confirmation of a waiting run. The body is optional."""
    confirm_deactivations: bool
    """Whether a run that waits for confirmation continues and deactivates the users in question."""


class StartSyncResponse(TypedDict):
    """A sync run in progress."""
    job_id: str
    """The run's id; if a run was already in progress, the id of that run."""
    status: str
    """`sync_started`."""


class StartedContactImport(TypedDict):
    """An import that was begun."""
    job_id: str
    """The import's id."""


class StartedLedgerSync(TypedDict):
    """A run that was started."""
    run_id: str
    status: LedgerRunStatus


_StatsRequiredKeywords = TypedDict("_StatsRequiredKeywords", {"from": "str"})


class _StatsRequired(_StatsRequiredKeywords):
    components: list[ComponentStats]
    """By component, those without requests left out."""
    decisions_unwritten: int
    """Decisions of rules that are not in the database now: on their way, or lost."""
    errors: int
    """Answers with a 5xx status."""
    jobs: JobStats
    requests: int
    """All requests that components answered. Requests that the host turned away, and those for the API's description
    and the console's files, are not counted.
    """
    requests_per_second: float
    rules: list[RuleStats]
    to: str
    upstreams: list[UpstreamStats]
    verdicts: list[VerdictStats]
    """By source and reason, those without verdicts left out."""
    webhooks: WebhookStats
    window: StatsWindow


class Stats(_StatsRequired, total=False):
    """Figures of a window of time."""
    cache_hit_rate: float | None
    """The share of verdicts that were answered from the cache, fresh or stale; null if there was none."""
    error_rate: float | None
    """The share of requests that were answered with a 5xx status; null if there was none."""


class _SubscriptionRequired(TypedDict):
    applicationSlug: str
    billingCycle: str
    """`monthly`, `quarterly` or `annual`."""
    cancelAtPeriodEnd: bool
    """Whether the subscription ends with its period."""
    createdAt: str
    currency: str
    gateway: GatewayName
    id: str
    organizationId: str
    planId: str
    planVersion: int
    """The version of the plan that the subscription was sold under."""
    pricePerSeat: float
    """The price of a seat for one billing cycle."""
    seats: SeatCounts
    status: str
    """`INCOMPLETE`, `TRIALING`, `ACTIVE`, `PAST_DUE`, `CANCELLED`, `SUSPENDED` or `EXPIRED`."""
    version: int
    """Increases with every change of the subscription. Send it as `If-Match` to change it only if nobody else has."""


class Subscription(_SubscriptionRequired, total=False):
    """A subscription."""
    checkout: dict[str, Any]
    """What your own page needs to take the payment, of a gateway that has orders: `order_id`, `amount`, `currency`,
    `key_id`, `gateway_response`. Omitted once it is paid.
    """
    checkoutUrl: str | None
    """The gateway's page where it is paid; omitted once it is paid, and where the gateway has no such page."""
    currentPeriodEnd: str | None
    currentPeriodStart: str | None
    """Null: the first period has not begun."""
    endedAt: str | None
    """When it ended; null: it has not."""
    scheduled: ScheduledResponse | None
    trialEnd: str | None
    """When the trial ends or ended; null: there was none."""
    unpaidIncrease: UnpaidIncreaseResponse | None


class SubscriptionPreview(TypedDict):
    """What a change costs."""
    currency: str
    dueNow: float
    """What is due at once."""
    lines: list[PreviewLineResponse]
    """The lines, each rounded by itself."""
    total: float
    """Their sum; negative: a credit."""


class _SuppressionRequired(TypedDict):
    channel: str
    created_at: str
    id: str
    reason: SuppressionReason


class Suppression(_SuppressionRequired, total=False):
    """An address that is not written to over a channel."""
    address: str | None
    """Null: the contact was erased, and a hash of the address is all that is left."""


class SyncCounts(TypedDict, total=False):
    """The counts of a run."""
    created: int
    """Of the synced records: created."""
    deactivated: int
    """The number of records that were deactivated because the ERP no longer lists them."""
    duplicates: int
    """The number of items that were listed before in the same run."""
    failed: int
    """The number of items with an error; see `errors`."""
    inactive: int
    """The number of items listed as inactive."""
    kept_by_hand: int
    """Of the synced records: created or updated, but with a role that was set by hand and is kept."""
    reactivated: int
    """Of the synced records: active again after a deactivation."""
    synced: int
    """The number of records that match the ERP now."""
    total: int
    """The number of items that the ERP listed."""
    unchanged: int
    """Of the synced records: unchanged."""
    updated: int
    """Of the synced records: updated."""


class _SyncDeactivationRequired(TypedDict):
    erp_id: str
    """The id in the ERP."""


class SyncDeactivation(_SyncDeactivationRequired, total=False):
    """An employee or a project that a run would deactivate."""
    department: str | None
    job_title: str | None
    name: str | None
    """The name of the person or the project; null if it is not known."""
    role: Role | None
    user_id: str | None
    """The employee's user; null for projects."""


class SyncDrained(TypedDict):
    """The work that was done."""
    started: int
    """The number of due runs that were started."""
    taken_up: int
    """The number of resumed runs."""


class _SyncErrorRequired(TypedDict):
    error: str


class SyncError(_SyncErrorRequired, total=False):
    """An error about an item that the ERP lists."""
    employee_id: str | None
    """The id of the employee or project in the ERP; null if it has none."""


class _SyncRunRequired(TypedDict):
    job_id: str
    kind: SyncKind
    pages: int
    """The number of pages that were read."""
    started_at: str
    started_by: str
    status: SyncRunStatus
    updated_at: str
    """When the run last made progress."""


class SyncRun(_SyncRunRequired, total=False):
    """A sync run."""
    created: int
    """Of the synced records: created."""
    deactivated: int
    """The number of records that were deactivated because the ERP no longer lists them."""
    duplicates: int
    """The number of items that were listed before in the same run."""
    failed: int
    """The number of items with an error; see `errors`."""
    inactive: int
    """The number of items listed as inactive."""
    kept_by_hand: int
    """Of the synced records: created or updated, but with a role that was set by hand and is kept."""
    reactivated: int
    """Of the synced records: active again after a deactivation."""
    synced: int
    """The number of records that match the ERP now."""
    total: int
    """The number of items that the ERP listed."""
    unchanged: int
    """Of the synced records: unchanged."""
    updated: int
    """Of the synced records: updated."""
    deactivations: PendingDeactivations | None
    error: str | None
    """Why the run failed."""
    finished_at: str | None
    phase: str | None
    """The phase of a run in progress: `reading` or `deactivating`; null after its end."""
    rule_version: int | None
    """The version of `role_mapping` that the whole run uses."""


class _SyncStatusRequired(TypedDict):
    errors: list[SyncError]
    """The first 100 errors about items."""
    pages: int
    status: str
    """The run's status; `never_run` if there was no run."""
    tenant_id: str


class SyncStatus(_SyncStatusRequired, total=False):
    """The status of a sync: a run, the last completed run, and the next one."""
    created: int
    """Of the synced records: created."""
    deactivated: int
    """The number of records that were deactivated because the ERP no longer lists them."""
    duplicates: int
    """The number of items that were listed before in the same run."""
    failed: int
    """The number of items with an error; see `errors`."""
    inactive: int
    """The number of items listed as inactive."""
    kept_by_hand: int
    """Of the synced records: created or updated, but with a role that was set by hand and is kept."""
    reactivated: int
    """Of the synced records: active again after a deactivation."""
    synced: int
    """The number of records that match the ERP now."""
    total: int
    """The number of items that the ERP listed."""
    unchanged: int
    """Of the synced records: unchanged."""
    updated: int
    """Of the synced records: updated."""
    deactivations: PendingDeactivations | None
    employees: SyncRun | None
    error: str | None
    """Why the run failed."""
    finished_at: str | None
    job_id: str | None
    """The run's id."""
    kind: SyncKind | None
    last_good_run: CompletedSyncRun | None
    next_due: str | None
    """When the next run of this kind is due; null if no run has completed yet."""
    phase: str | None
    projects: SyncRun | None
    rule_version: int | None
    started_at: str | None
    updated_at: str | None


class _TenantRequired(TypedDict):
    created_at: str
    credits: int
    id: str
    """The tenant's id, which is also the organisation's id in ERP responses."""
    is_active: bool
    is_suspended: bool
    name: str
    number: int
    """The tenant's number among all tenants, from 1."""
    owner_email: str
    settings: dict[str, Any]
    slug: str
    tenant_mode: Mode
    timezone: str
    """The tenant's IANA time zone."""
    updated_at: str


class Tenant(_TenantRequired, total=False):
    """A tenant."""
    billing_email: str | None
    billing_phone: str | None
    docs_quota_mb: int | None
    """The document quota in MB; null means unlimited."""
    domain: str | None
    erp_company_code: str | None
    erp_company_id: str | None
    erp_customer_id: str | None
    erp_subscription_id: str | None
    """The subscription that was last paid for."""
    max_users: int | None
    """The maximum number of users; null means unlimited."""
    payment_status: str | None
    """`paid`, `pending`, `failed`; null if nothing was ever paid."""
    plan: str | None
    """The platform's name for the tenant's plan."""
    stripe_customer_id: str | None
    """The tenant's customer at Stripe."""
    subscription_period_end: str | None
    """The end of the paid period."""
    subscription_plan: str | None
    """The plan that was last paid for."""
    subscription_status: str | None
    """`active`, `past_due`, `suspended`, `cancelled`; null if nothing was ever paid."""
    suspended_reason: str | None


class _TenantDeedRequired(TypedDict):
    action: str
    """`tenant.created`, `tenant.changed`, `user.added`, `user.role_changed`, `user.changed`, `user.removed`,
    `user.erased`, `api_key.created`, `api_key.revoked`, `external_id.set`, `external_id.removed`.
    """
    actor: str
    """The actor: `key:<id>`, `user:<sub>`, `bootstrap`."""
    at: str
    detail: dict[str, Any]
    """The object of the action and its details, without personal data."""


class TenantDeed(_TenantDeedRequired, total=False):
    """An audit entry of a tenant."""
    address: str | None
    """The actor's address, if known."""


class _TenantSubscriptionRequired(TypedDict):
    status: str
    """`active`, `past_due`, `suspended`, `cancelled`, or another word of the ERP."""


class TenantSubscription(_TenantSubscriptionRequired, total=False):
    """A tenant's subscription."""
    next_billing_date: str | None
    payment_status: str | None
    """`paid`, `pending`, `failed`, or another word of the ERP."""
    period_end: str | None
    """The end of the paid period."""
    plan: str | None
    """The name of the plan."""
    price: float | None
    subscription_id: str | None


class TerminateContractRequest(TypedDict, total=False):
    """A termination."""
    date: str | None
    """The first day on which the contract is not in force any more. Default: today, where the tenant is."""
    reason: str | None
    """Why: 1 to 256 bytes."""


class _TestResultRequired(TypedDict):
    expected: dict[str, Any]
    """The expected outcome."""
    name: str
    """The test's name."""
    passed: bool
    """Whether the actual outcome equals the expected outcome."""


class TestResult(_TestResultRequired, total=False):
    """The result of a test."""
    actual: dict[str, Any] | None
    """The actual outcome; null if the rule failed."""
    error: str | None
    """Why the rule failed; null if it did not fail."""
    group: str | None
    """The group that the test belongs to; omitted if there is none."""


class _TierRequired(TypedDict):
    features_included: dict[str, Any]
    is_featured: bool
    tier_code: str


class Tier(_TierRequired, total=False):
    max_storage_gb: int | None
    """The storage limit in GB; null means unlimited."""
    max_users: int | None
    """The maximum number of users; null means unlimited."""
    price: float | None
    """The price; null means the plan's own price."""
    tier_name: str | None


class TransferSeatRequest(TypedDict):
    """Another user who gets a seat."""
    userId: str
    """The user's id in the application."""


class _UnmatchedInvoiceRequired(TypedDict):
    tenant_id: str


class UnmatchedInvoice(_UnmatchedInvoiceRequired, total=False):
    """An invoice without a payment."""
    invoice_number: str | None


class _UnpaidIncreaseResponseRequired(TypedDict):
    lapsesAt: str
    """When they go."""
    seats: int
    """The number of seats with them."""


class UnpaidIncreaseResponse(_UnpaidIncreaseResponseRequired, total=False):
    """More seats that count already and go unless they are paid in time."""
    checkout: dict[str, Any]
    """What your own page needs to take the payment."""
    checkoutUrl: str | None
    """The gateway's page where they are paid."""


class UpdateApplicationRequest(TypedDict, total=False):
    """The fields of an application that can be updated. Omitted fields keep their values; of a new application they
    have the default.
    """
    externalIdName: str | None
    """The application's name for an organisation's id: `hospital_id`. Default: `external_id`."""
    force: bool | None
    """Whether `seatSource` becomes `edge` although the ERP has seats that were not imported. Default: false."""
    invitationDays: int | None
    """The days for which an invitation to a seat holds: 1 to 366. Default: 7."""
    name: str | None
    """The application's name for people, 1 to 256 bytes. Default: the slug."""
    seatCooldownHours: int | None
    """The hours that must pass before a seat that was assigned can be transferred. Default: 0."""
    seatSource: SeatSource | None


class UpdateBudgetRequest(TypedDict, total=False):
    """The changes to a budget. Fields that are absent keep their values."""
    carry_over: bool | None
    """Whether the amount left at the end of a period may be spent in the next."""
    cost_centre: str | None
    """Cannot be changed."""
    currency: str | None
    """Cannot be changed: create another budget instead."""
    department_id: str | None
    """Cannot be changed."""
    entity_id: str | None
    """Cannot be changed."""
    is_active: bool | None
    """Whether the budget is enforced. Only one budget can be active for each tenant, entity, department and cost
    centre.
    """
    limit: float | None
    """The amount that may be spent in each period, from the current period on."""
    name: str | None
    """The budget's name for display: 1 to 256 bytes."""
    period: str | None
    """Cannot be changed."""
    thresholds: list[BudgetThreshold] | None
    """At most 10 thresholds, each at another percentage. They replace the present ones."""
    time_zone: str | None
    """Cannot be changed."""


class UpdateCustomerOrderRequest(TypedDict, total=False):
    """The changes to an order. Fields that are absent or null keep their values."""
    carrier: str | None
    """Who carries the shipment."""
    customer: OrderCustomer | None
    notes: str | None
    """A note: up to 2000 bytes."""
    order_number: str | None
    """Its number. Not of an order of a shop."""
    status: CustomerOrderStatus | None
    total_amount: float | None
    """What it costs. Not of an order of a shop."""
    tracking_number: str | None
    """The carrier's number of the shipment."""
    tracking_url: str | None
    """Where the shipment can be followed."""


class UpdateDepartmentRequest(TypedDict, total=False):
    """The changes to a department. Fields that are absent keep their values; null removes a value."""
    code: str | None
    """Its code, unique within the entity."""
    cost_center: str | None
    """Its cost centre."""
    gl_code: str | None
    """The account of the general ledger of its lines for which no mapping names one."""
    headcount: int | None
    """How many people it has. It is the driver of shares by `headcount`."""
    headcount_from: str | None
    """The first day with this headcount, in the tenant's time zone. Default: today."""
    manager_user_id: str | None
    """The user who manages it."""
    parent_id: str | None
    """The department of the same entity that it is part of."""
    status: DepartmentStatus | None
    entity_id: str | None
    """Cannot be changed."""
    name: str | None
    """Its name for display: 1 to 256 bytes."""


class UpdateDisputeRequest(TypedDict, total=False):
    """The changes to a dispute. Fields that are absent keep their values."""
    description: str | None
    """Why, in words: up to 4000 bytes."""
    due_at: str | None
    """Until when it is to be decided (RFC 3339); null: until nobody says when."""
    evidence: list[DisputeEvidence] | None
    """The evidence: up to 50 pieces. They replace the present ones."""
    status: Literal["open", "under_review", "awaiting_customer", "resolving", "resolved", "rejected", "withdrawn"] | None
    """`open`, `under_review`, `awaiting_customer` or `withdrawn`."""


class UpdateEntityRequest(TypedDict, total=False):
    """The changes to an entity. Fields that are absent keep their values; null takes out what need not be there."""
    address: str | None
    """The postal address; it may have several lines."""
    billing_email: str | None
    """The e-mail address where its invoices go."""
    code: str | None
    """What you know it by: unique within the tenant."""
    consolidate_to_parent: bool | None
    """Whether its charges are on the invoice of the entity above it."""
    country: str | None
    """Its country: two letters of ISO 3166-1."""
    currency: str | None
    """The ISO 4217 code of its currency."""
    legal_name: str | None
    """Its name on invoices."""
    name: str | None
    """What people call it: 1 to 256 bytes."""
    parent_id: str | None
    """The entity above it; null: it becomes the root of a tree. What is charged from the next month on is billed
    there.
    """
    payment_terms_days: int | None
    """How many days after an invoice's date its charges are due that do not say; for charges from now on."""
    status: EntityStatus | None
    tax_id: str | None
    """Its tax number."""


class UpdateInvoiceRequest(TypedDict, total=False):
    """The changes to an invoice. Fields that are absent or null keep their values. Of a finalised invoice only
    `external_id`, `provider` and `account` can be set, once.
    """
    account: str | None
    """The account at the provider, where its ids are unique only within one."""
    due_date: str | None
    """The last day on which it is not overdue. Default: 14 days after its date, or the tenant's setting
    `invoices.due_days`.
    """
    external_id: str | None
    """Its id at the provider. A tenant has one invoice of each provider, account and external id."""
    issue_date: str | None
    """Its date. Default: the day on which it is finalised, where the tenant is."""
    notes: str | None
    """A note to the customer: up to 2000 bytes."""
    provider: str | None
    """The payment provider that knows it by `external_id`. Default: `stripe` where there is an `external_id`."""
    series: str | None
    """The series that it is numbered in: 1 to 16 letters and digits. Default: the tenant's setting
    `invoices.series`, else `INV`.
    """
    currency: str | None
    """The ISO 4217 code of the currency. With another currency, `items` are required."""
    customer: InvoiceCustomer | None
    items: list[InvoiceItemRequest] | None
    """Its lines: 1 to 200. They replace the present ones."""


class UpdateMemberRequest(TypedDict, total=False):
    """The fields of a user that can be updated."""
    email: str | None
    name: str | None
    role: Role | None


class UpdateOrganizationRequest(TypedDict, total=False):
    """The fields of an organization that can be updated."""
    billingEmail: str | None
    erpCompanyCode: str | None
    externalIds: dict[str, str | None] | None
    """The ids to change, by application; null removes one."""
    mode: Mode | None
    name: str | None
    ownerUserId: str | None
    """Cannot be changed here: it follows from the roles of the users."""
    slug: str | None
    """Requires a platform key, as do all fields below `timezone`."""
    status: str | None
    """`active` or `inactive`: an inactive organization is closed to its keys and people, and gets no seat."""
    stripeCustomerId: str | None
    timezone: str | None
    """An IANA time zone: `Asia/Kolkata`."""


class UpdatePlanRequest(TypedDict, total=False):
    """The fields of a plan that can be updated. Omitted fields keep their values; null clears an optional field."""
    active: bool | None
    """Whether the plan is sold. Default: true."""
    billingCycle: str | None
    """`monthly`, `quarterly` or `annual`."""
    currency: str | None
    """The ISO 4217 code of the price's currency."""
    maxSeats: int | None
    """The largest number of seats that can be bought; null (default): any number."""
    minSeats: int | None
    """The smallest number of seats that can be bought. Default: 1."""
    name: str | None
    pricePerSeat: float | None
    """The price of one seat for one billing cycle. Running subscriptions keep their price. If the price changes and
    `stripePriceId` is omitted, the plan has no price at Stripe any more.
    """
    stripePriceId: str | None
    """The id of the same price at Stripe."""
    trialDays: int | None
    """The days for which a new subscription is not paid: 0 (default) to 730."""


class UpdateSubscriptionRequest(TypedDict, total=False):
    """A change of a subscription. Fields that are absent stay as they are."""
    approvalRequestId: str | None
    """The id of the approval request by which this change was approved."""
    cancelAtPeriodEnd: bool | None
    """Whether the subscription ends with its period."""
    effective: str | None
    """When seats or plan change: `now` or `period_end`. By default more seats and dearer plans now, the others with
    the next period.
    """
    planId: str | None
    """The plan's id within the application."""
    seats: int | None
    """The number of seats. More count at once; fewer by default with the next period."""


class UpdateTenantRequest(TypedDict, total=False):
    """The fields of a tenant that can be updated."""
    billing_email: str | None
    billing_phone: str | None
    docs_quota_mb: int | None
    """The document quota in MB; null means unlimited."""
    domain: str | None
    """Unique."""
    erp_company_code: str | None
    """Internal tenants must have one."""
    erp_company_id: str | None
    erp_customer_id: str | None
    max_users: int | None
    """The maximum number of users; null means unlimited."""
    plan: str | None
    settings: dict[str, Any]
    """A JSON object of at most 16 KiB."""
    stripe_customer_id: str | None
    """The tenant's customer at Stripe, unique."""
    is_active: bool | None
    name: str | None
    owner_email: str | None
    slug: str | None
    tenant_mode: Mode | None
    timezone: str | None
    """An IANA time zone: `Asia/Kolkata`."""


class _UpstreamStatsRequired(TypedDict):
    calls: int
    calls_per_second: float
    failures: int
    """Calls without an answer, and answers with a 5xx status."""
    state: UpstreamState
    upstream: str


class UpstreamStats(_UpstreamStatsRequired, total=False):
    """The calls to an upstream."""
    error_rate: float | None
    p50_ms: float | None
    p99_ms: float | None


class UsagePeriod(TypedDict):
    """The days of the summary, in UTC, the last one included."""
    end_date: str
    start_date: str


_UsageStatsRequiredKeywords = TypedDict("_UsageStatsRequiredKeywords", {"from": "str"})


class _UsageStatsRequired(_UsageStatsRequiredKeywords):
    api_keys: int
    """The number of working API keys."""
    credits: int
    decisions: dict[str, int]
    """Rule decisions for the tenant, by rule."""
    external_ids: int
    """The number of applications in which the tenant has an external id."""
    tenant_id: str
    to: str
    users: UsersUsed
    webhook_events: dict[str, int]
    """Webhook events about the tenant, by outcome."""


class UsageStats(_UsageStatsRequired, total=False):
    """A tenant's usage and limits."""
    docs_quota_mb: int | None
    """The limit; null means unlimited."""


class UsageSummary(TypedDict):
    """How organizations are used, and what they paid."""
    billing_events: list[BillingEvent]
    organizations: list[OrganizationUsage]
    period: UsagePeriod
    summary: UsageTotals
    truncated: UsageTruncated
    """Which lists are cut off: ask for one organization, or for fewer days."""


class UsageTotals(TypedDict):
    """The totals."""
    active_organizations: int
    active_users: int
    """The users of active organizations."""
    currency: str
    """The reporting currency."""
    revenue_by_currency: list[CurrencyRevenue]
    """What was paid in the period, in each currency. Currencies are not converted."""
    suspended_organizations: int
    total_organizations: int
    total_revenue: float
    """What was paid in the period, less refunds, in the reporting currency."""
    total_storage_gb: float
    """The quotas of all e-mail accounts, GiB."""
    total_users: int


class UsageTruncated(TypedDict):
    """Which lists are cut off."""
    billing_events: bool
    organizations: bool


class _UserRequired(TypedDict):
    joined_at: str
    role: Role
    updated_at: str
    """When the role was last changed."""
    user_id: str


class User(_UserRequired, total=False):
    """A user of a tenant."""
    department: str | None
    email: str | None
    erp_employee_id: str | None
    """The employee's id in the ERP."""
    job_title: str | None
    name: str | None
    provisioned_by: str | None
    """The source that created the user: `admin`, `self`, `erp_hr`."""


class UserInfo(TypedDict, total=False):
    first_name: str | None
    """At most 30 characters."""
    last_name: str | None
    """At most 30 characters."""


class _UsersUsedRequired(TypedDict):
    by_role: dict[str, int]
    """`OWNER`, `BILLING_ADMIN`, `ADMIN`, `MANAGER`, `MEMBER`."""
    total: int


class UsersUsed(_UsersUsedRequired, total=False):
    """The tenant's users."""
    max: int | None
    """The maximum number of users; null means unlimited."""


class VerdictStats(TypedDict):
    """Verdicts of one source, for one reason."""
    count: int
    per_second: float
    reason: str
    source: str
    """`erp`, `record`, `cache`, `stale`; `none`: the edge could not know."""


class VerifiedResponse(TypedDict):
    """A phone that was verified."""
    token: str
    """A JWT of five minutes that says so, signed by one of the keys at `/api/v1/otp/jwks.json`: `sub` is the phone
    number, `aud` is `otp`, beside `purpose` and `tenant_id`.
    """
    verified: bool
    """Always true."""


class VerifyCodeRequest(TypedDict):
    """A code to verify."""
    code: str
    phone_number: str
    purpose: str


class VerifyPaymentRequest(TypedDict):
    """What the payment gateway returned to the customer's browser."""
    order_id: str
    payment_id: str
    signature: str


class VerifySeatsRequest(TypedDict):
    """A batch of seat checks."""
    requests: list[SeatCheck]
    """The checks, at most 100."""


class VerifySeatsResponse(TypedDict):
    """The results of a batch, in the order of the checks."""
    results: list[SeatCheckResult]
    """One result for each check."""


class WebhookEndpoint(TypedDict):
    """A webhook endpoint of one organisation, shown only once."""
    id: str
    """The endpoint's id, used to delete it."""
    token: str
    """The token that identifies the sender, in addition to the signature."""
    url: str
    """The address to which the ERP posts the organisation's events."""


class _WebhookEventRequired(TypedDict):
    answer: dict[str, Any]
    """The response that the sender received."""
    attempts: int
    """The number of failed attempts to apply the event."""
    event: str
    """The sender's name for the event type, for example `payment.captured`."""
    id: str
    occurred_at: str
    provider: str
    """The sender of the event."""
    received_at: str
    status: Status


class WebhookEvent(_WebhookEventRequired, total=False):
    """A webhook event."""
    gateway_event_id: str | None
    """The sender's id of the delivery. Most senders do not sign it."""
    next_attempt_at: str | None
    """When the next attempt is made."""
    reason: str | None
    """The reason why the event is not in effect; null if it is in effect or soon will be."""
    settled_at: str | None
    """When the event took effect or was found to have no effect."""
    tenant_id: str | None


_WebhookStatsKeywords = TypedDict("_WebhookStatsKeywords", {"in": "int"})


class WebhookStats(_WebhookStatsKeywords):
    """Webhooks."""
    dead: int
    """Events that were given up and wait for somebody now."""
    duplicates: int
    """Of these, events that had come in before."""
    in_per_second: float
    open: int
    """Events that are not settled now."""
    quarantined: int
    """Events that cannot be true and wait for somebody now."""
    rejected: int
    """Deliveries that were turned away in the window: a wrong signature, a body that is too large."""


AssignedSeats = Union["Seat", "AssignSeatsResponse"]
"""What is answered to a request for seats."""

BulkApproveResult = Union["BulkApproveResult1", "BulkApproveResult2"]
"""The result for one request."""

SeatCheckResult = Union["SeatVerdict", "SeatCheckResult2"]
"""The result of one check of a batch."""

SeatOutcome = Union["Seat", "SeatOutcome2"]
"""The outcome of one assignment."""

// Made from docs/openapi.json by `npm run types`.

/** What the edge is sent and what it answers, by name. */
export interface Schemas {
  /** The version to activate. */
  ActivateRuleRequest: {
    /** The version's number. */
    version: number;
  };

  /** The process is alive. */
  Alive: {
    /** Always `ok`. */
    status: string;
  };

  /** A department's share of a source. */
  Allocation: {
    /** The amount, of `fixed`; null: all that the others leave. */
    amount?: number | null;
    /** The percentage in basis points, of `percentage`. */
    basis_points?: number | null;
    created_at: string;
    currency?: string | null;
    department_id: string;
    /** What the department uses, of `usage`. */
    driver?: number | null;
    /** The first day, in the tenant's time zone. */
    from: string;
    gl_code?: string | null;
    id: string;
    method: Schemas["AllocationMethod"];
    source: Schemas["AllocationSource"];
    /** The day after the last; null: there is no last. */
    to?: string | null;
  };

  /** A posted line. */
  AllocationLine: {
    action: Schemas["AllocationLineAction"];
    /** The amount; negative: given back. */
    amount: number;
    /** The department's cost centre when the line was posted. */
    cost_center?: string | null;
    currency: string;
    /** The day that it counts for, in the tenant's time zone. */
    date: string;
    /** The department; null: nobody shares it. */
    department_id?: string | null;
    /** The document: `invoice:ID`, `charge:ID` or `payment:ID`. */
    document: string;
    entity_id?: string | null;
    /** The account of the general ledger when the line was posted. */
    gl_code?: string | null;
    id: string;
    /** What the amount is to the general ledger. */
    kind: Schemas["GlKind"];
    plan_id?: string | null;
    posted_at: string;
    /** What was split: `subscription:ID`, `invoice:ID` or `amount:ID`. */
    source: string;
  };

  /** Why a line was posted. */
  AllocationLineAction: "post" | "allocate" | "reverse";

  /** How a department's share is measured. */
  AllocationMethod: "percentage" | "fixed" | "headcount" | "usage";

  /** What a source's departments would get of an amount. */
  AllocationPreview: {
    currency: string;
    /** What each department gets, in the order of their ids. */
    lines: Array<Schemas["AllocationPreviewLine"]>;
    /** What no department gets. It and the lines add up to the amount. */
    unallocated: number;
  };

  /** What a department would get. */
  AllocationPreviewLine: {
    amount: number;
    department_id: string;
    /** The account of the general ledger; null: none is known. */
    gl_code?: string | null;
  };

  /** A department's share of the whole split of a source. */
  AllocationShareRequest: {
    /** The amount, of `fixed`. Without one, the department takes all that the others leave. */
    amount?: number | null;
    /** The percentage in basis points, of `percentage`: 1 to 10000. */
    basis_points?: number | null;
    /** The currency of the amount. Default: that of the department's entity. */
    currency?: string | null;
    /** The department. */
    department_id: string;
    /** What the department uses, of `usage`; of `headcount`: a number in place of the department's headcount. */
    driver?: number | null;
    /** The account of the general ledger, whatever mappings say. */
    gl_code?: string | null;
    /** How the share is measured. */
    method: Schemas["AllocationMethod"];
  };

  /** What is split, written as `subscription:sub_1`. */
  AllocationSource: {
    /** Its id. */
    id: string;
    /** What it is. */
    kind: Schemas["SourceKind"];
  };

  /** The sum of some posted lines. */
  AllocationTotal: {
    amount: number;
    currency: string;
    /** How many lines there are. */
    lines: number;
    /** What the lines have in common, such as the department's id; null: nothing, such as lines that nobody shares. */
    value?: string | null;
  };

  /** The sums of posted lines. */
  AllocationTotals: {
    /** By what lines are summed up. */
    by: string;
    /** The sums, by value and currency. */
    data: Array<Schemas["AllocationTotal"]>;
  };

  /** An amendment. */
  AmendContractRequest: {
    /**
     * The fields that change: `title`, `counterparty`, `lines`, `renewal`, `termination`, `sla`, `documents`. Lines replace all
     * present ones; a line that stays keeps its id.
     */
    changes: Schemas["ContractRequest"];
    /** From when it holds. It may be past, but not before an amendment that is agreed on. */
    effective_date: string;
    /** Why: 1 to 256 bytes. */
    reason: string;
  };

  /** What became of an amendment. */
  AmendmentStatus: "pending_approval" | "approved" | "rejected";

  /** An API key, without its secret. */
  ApiKey: {
    /** The applications that the key may be used for; null if all are allowed. */
    applications?: Array<string> | null;
    /** When the key was created, RFC 3339. */
    created_at: string;
    /** The id of the caller that created the key. */
    created_by: string;
    /** When the key expires, RFC 3339; null if it does not expire. */
    expires_at?: string | null;
    /** The key's id. */
    id: string;
    /** When the key was last used, RFC 3339, to within an hour; null: never. */
    last_used_at?: string | null;
    /** The key's name. */
    name: string;
    /**
     * The origin of the chain of keys that created this key: a person of the tenant, or the first key bound to it.
     * Omitted if the chain begins with this key.
     */
    root?: string | null;
    /** The key's scopes. */
    scopes: Array<Schemas["Scope"]>;
    tenant_id?: null | Schemas["TenantId"];
  };

  /** An application. */
  Application: {
    createdAt: string;
    /** The application's name for an organisation's id. */
    externalIdName: string;
    /** The days for which an invitation to a seat holds. */
    invitationDays: number;
    name: string;
    /** The hours that must pass before a seat that was assigned can be transferred. */
    seatCooldownHours: number;
    /** Where the application's seats live: in the ERP, or in the edge's own database. */
    seatSource: Schemas["SeatSource"];
    slug: string;
    updatedAt: string;
  };

  /** A plan of an application. */
  ApplicationPlan: {
    /** Whether the plan is sold. */
    active: boolean;
    applicationSlug: string;
    /** `monthly`, `quarterly` or `annual`. */
    billingCycle: string;
    createdAt: string;
    currency: string;
    id: string;
    /** Null: any number of seats can be bought. */
    maxSeats?: number | null;
    minSeats: number;
    name: string;
    /** The plan's number among the plans of all applications. */
    number: number;
    /** The price of one seat for one billing cycle. */
    pricePerSeat: number;
    /** The id of the same price at Stripe. */
    stripePriceId?: string | null;
    /** The days for which a new subscription is not paid. */
    trialDays: number;
    updatedAt: string;
    /** The plan's version. A subscription keeps the version that it was sold under. */
    version: number;
  };

  /** An approval or rejection that counted. */
  ApprovalAction: {
    action: Schemas["ApprovalVerdict"];
    at: string;
    comment?: string | null;
    /** The number of the level, from 1. */
    level: number;
    /** The person on whose behalf they acted; null: on their own. */
    on_behalf_of?: string | null;
    /** The person who acted. */
    person: string;
  };

  /** The decision of the rule `approval` that a request follows, even if the rule is changed later. */
  ApprovalDecision: {
    /** The decision's id. */
    decision_id: string;
    /** The reason that the rule gave. */
    reason: string;
    /** The SHA-256 of that version. */
    sha256: string;
    /** The version of the rule that made the decision. */
    version: number;
  };

  /** A delegation: a person may approve and reject on behalf of another for a time. */
  ApprovalDelegation: {
    created_at: string;
    ends_at: string;
    /** The person on whose behalf the delegate may act. */
    from: string;
    id: string;
    reason: string;
    /** When the delegation was revoked, or one of the two people was removed from the tenant (RFC 3339); null: neither. */
    revoked_at?: string | null;
    starts_at: string;
    /** The delegate. */
    to: string;
  };

  /** People who approve, before the next level is asked. */
  ApprovalLevel: {
    /** Who may approve: `role:finance_manager`. */
    approvers: Array<string>;
    /** How many of them must approve. */
    quorum: number;
  };

  /** An approval request. */
  ApprovalRequest: {
    /** The approvals and rejections, oldest first. */
    actions: Array<Schemas["ApprovalAction"]>;
    amount: number;
    contract_id?: string | null;
    created_at: string;
    currency: string;
    /** The number of the level that is asked now, from 1; null: the request is not pending. */
    current_level?: number | null;
    department_id?: string | null;
    description?: string | null;
    /** Until when a pending request can be approved, and an approved one used (RFC 3339). */
    expires_at: string;
    id: string;
    kind: string;
    /** The levels, in the order in which they are asked. */
    levels: Array<Schemas["ApprovalRequestLevel"]>;
    plan_id?: string | null;
    /** The person who requested the approval. */
    requester: string;
    /** The decision of the rule `approval`. The request follows it even if the rule is changed later. */
    rule: Schemas["ApprovalDecision"];
    status: Schemas["ApprovalStatus"];
    tenant_id: string;
    /** The reference of the purchase that the request was used for; null: it was not used. */
    used_for?: string | null;
    /** Warnings from when the request was created: levels for which too few people were known. */
    warnings: Array<string>;
  };

  /** People who approve, before the next level is asked. */
  ApprovalRequestLevel: {
    /** The number of approvals so far. */
    approvals: number;
    /** Who may approve: `role:<role>`, `user:<sub>` or `key:<id>`. */
    approvers: Array<string>;
    /** Who may approve as well after `escalates_at`. */
    escalate_to: Array<string>;
    /** When the level escalates (RFC 3339); null: never, or the level was not reached yet. */
    escalates_at?: string | null;
    /** The number of approvals that the level needs. */
    quorum: number;
  };

  /** The members of a role. */
  ApprovalRoleMembers: {
    /** At most 200 people: `user:<sub>` or `key:<id>`. */
    people: Array<string>;
  };

  /** The members of each role. */
  ApprovalRoles: {
    roles: { [name: string]: Array<string> };
  };

  /** An approval rule of a tenant: what it requires of certain purchases, beyond the rule `approval`. */
  ApprovalRule: {
    created_at?: string | null;
    currency?: string | null;
    department_id?: string | null;
    escalate_after_minutes?: number | null;
    escalate_to: Array<string>;
    expires_after_minutes?: number | null;
    /** The changes to the rule, oldest first. */
    history: Array<Schemas["ApprovalRuleChange"]>;
    id: string;
    is_active: boolean;
    kind?: string | null;
    levels: Array<Schemas["ApprovalRuleLevelResponse"]>;
    max_amount?: number | null;
    min_amount?: number | null;
    name: string;
    updated_at?: string | null;
  };

  /** A change to an approval rule. */
  ApprovalRuleChange: {
    /** The caller who made the change: `key:<id>`, `user:<sub>` or `bootstrap`. */
    actor: string;
    /** The IP address that the change came from. */
    address?: string | null;
    /** When the change was made (RFC 3339). */
    at: string;
    /** The rule before the change; null: it was created. */
    before: { [name: string]: unknown };
    /** Whether the caller had `tenants:admin`. */
    by_admin?: boolean;
  };

  /** A level to add. */
  ApprovalRuleLevel: {
    /** Who may approve: 1 to 20 of `role:<role>`, `user:<sub>` and `key:<id>`. */
    approvers: Array<string>;
    /** The number of approvals that the level needs. Default: 1. */
    quorum?: number;
  };

  /** A level that the rule adds. */
  ApprovalRuleLevelResponse: {
    approvers: Array<string>;
    quorum: number;
  };

  /** An approval rule to create, or the changes to one. In an update, fields that are absent keep their values. */
  ApprovalRuleRequest: {
    /** The currency that the rule applies to. Required with an amount. Default: any. */
    currency?: string | null;
    /** The department that the rule applies to. Default: any. */
    department_id?: string | null;
    /** The time after which `escalate_to` may approve as well, on each level. */
    escalate_after_minutes?: number | null;
    /** Who may approve after that time: at most 20 of `role:<role>`, `user:<sub>` and `key:<id>`. */
    escalate_to?: Array<string> | null;
    /**
     * The time that a request may be pending, and again the time that it may stay approved before it is used. Default: a
     * week, which is also the maximum that takes effect.
     */
    expires_after_minutes?: number | null;
    /** Whether the rule applies. Default: `true`. */
    is_active?: boolean | null;
    /** The kind of purchase that the rule applies to. Default: any. */
    kind?: string | null;
    /** At most 20 levels, which are added to those that the rule `approval` requires. */
    levels?: Array<Schemas["ApprovalRuleLevel"]> | null;
    /** The rule applies to purchases up to this amount, inclusive. Default: no upper bound. */
    max_amount?: number | null;
    /** The rule applies to purchases above this amount. Default: no lower bound. */
    min_amount?: number | null;
    /** The name for display: 1 to 256 bytes. Required to create a rule. */
    name?: string | null;
  };

  /** The status of a request. */
  ApprovalStatus: "pending" | "approved" | "rejected" | "used" | "expired";

  /** An approval or a rejection. */
  ApprovalVerdict: "approve" | "reject";

  /** The seats to assign: one, or `assignments`. */
  AssignSeatsRequest: (Schemas["SeatAssignment"]) & ({
    /** Up to 100, each with its own outcome. */
    assignments?: Array<Schemas["SeatAssignment"]> | null;
  });

  /** The outcomes of several assignments, in their order. */
  AssignSeatsResponse: {
    results: Array<Schemas["SeatOutcome"]>;
  };

  /** Since when a subscription belongs to an entity. */
  AssignSubscriptionRequest: {
    /**
     * The first day, where the tenant is. Default: today; of a subscription that belonged to no entity, the day on which it
     * began.
     */
    from?: string | null;
    /** The day before which it ends. Default: it does not. */
    to?: string | null;
  };

  /** What is answered to a request for seats. */
  AssignedSeats: Schemas["Seat"] | Schemas["AssignSeatsResponse"];

  /** Attempts in the period. */
  Attempts: {
    failed: number;
    /** The share that succeeded; null: there were none. */
    rate?: number | null;
    succeeded: number;
    total: number;
  };

  /** An entry of a rule's audit trail. */
  AuditEntryResponse: {
    /** The action: `created`, `activated` or `rolled_back`. */
    action: string;
    /** Who performed the action. */
    actor: string;
    /** The network address of the request; null if it is unknown. */
    address?: string | null;
    /** When the action happened, RFC 3339. */
    at: string;
    /** The difference from the previous version, as a unified diff of script and tests. */
    diff: string;
    /** The author's note on the version. */
    note?: string | null;
    /** The version that was active before; null for a version shipped with the build. */
    previousVersion?: number | null;
    /** The version that was created, activated or restored. */
    version: number;
  };

  /** Where somebody consents. */
  AuthorizeResponse: {
    /** Until when whoever consents there is taken back. */
    expires_at: string;
    /** The provider's page, to be opened in a browser. */
    url: string;
  };

  /** What to run on recorded decisions: either a script or an existing version. */
  BacktestRuleRequest: {
    /** How many of the latest decisions to compare: 1 to 10000; the default is 1000. */
    limit?: number | null;
    /** The script to run. */
    script?: string | null;
    /** The number of the version to run. */
    version?: number | null;
  };

  /** An event that the ERP is told of. */
  BillingEvent: {
    description: string;
    details?: null | Schemas["BillingEventDetails"];
    event_date: string;
    /**
     * `user_added`, `user_removed`, `storage_reported`, `seat_assigned`, `seat_revoked`, `subscription_changed`,
     * `organization_changed`.
     */
    event_type: string;
    id: number;
    /** Whether the ERP has taken it. */
    odoo_synced: boolean;
    /** The organization's number; null: it no longer exists. */
    organization_id?: number | null;
    quantity: number;
    /** `pending`: it will be sent, again if need be. `synced`. `dead`: it was given up. */
    sync_status: string;
    /** Null: it has no price. */
    unit_price?: number | null;
  };

  /** More about an event. */
  BillingEventDetails: {
    attempts: number;
    /** Why the ERP did not take it last. */
    error?: string | null;
    /** The id under which the ERP is sent the event. */
    event_id: string;
    occurred_at: string;
    synced_at?: string | null;
  };

  BookedInvoice: {
    company_id: string;
    customer_id: string;
    invoice_number: string;
    payment_id: string;
    status: string;
    total_amount: number;
  };

  /** All records of a payment in the ERP. */
  Books: {
    credits: number;
    customer_payment: Schemas["CustomerPayment"];
    invoice: Schemas["BookedInvoice"];
    journal_entries: Array<Schemas["JournalEntry"]>;
  };

  /** A budget. */
  Budget: {
    /** Whether the amount left at the end of a period may be spent in the next. */
    carry_over: boolean;
    /** The cost centre that the budget covers; null: all cost centres. */
    cost_centre?: string | null;
    created_at: string;
    currency: string;
    /** The balance of the current period. */
    current: Schemas["BudgetPeriodBalance"];
    /** The department that the budget covers; null: the whole tenant. */
    department_id?: string | null;
    /** The entity that the budget covers; null: all entities. */
    entity_id?: string | null;
    /** The changes to the budget, oldest first. */
    history: Array<Schemas["BudgetChange"]>;
    id: string;
    is_active: boolean;
    /** The amount that may be spent in each period, from the current period on. */
    limit: number;
    name: string;
    period: Schemas["BudgetPeriod"];
    tenant_id: string;
    thresholds: Array<Schemas["BudgetThreshold"]>;
    time_zone: string;
    updated_at: string;
  };

  /** A threshold that was reached. */
  BudgetAlert: {
    allowance: number;
    message: string;
    period: string;
    raised_at: string;
    /** `soft` or `hard`. */
    severity: string;
    /** The threshold, as a percentage of the period's allowance. */
    threshold: string;
    /** The highest amount that was used. */
    used: number;
  };

  /** A change to a budget. */
  BudgetChange: {
    /** The caller who made the change: `key:<id>`, `user:<sub>` or `bootstrap`. */
    actor: string;
    /** The IP address that the change came from. */
    address?: string | null;
    /** When the change was made (RFC 3339). */
    at: string;
    /** Whether the caller had `tenants:admin`. */
    by_admin?: boolean;
    /** The new value of each changed field. */
    fields: { [name: string]: unknown };
  };

  /** The totals at the end of a day. */
  BudgetDay: {
    /** The date in the budget's time zone. */
    date: string;
    remaining: number;
    reserved: number;
    spent: number;
  };

  /** The forecast of the period's end at the present rate of spending. */
  BudgetForecast: {
    /** The amount that will be left. It is negative when the allowance will be exceeded. */
    remaining: number;
    /** When the allowance will be used up (RFC 3339); null: not in this period. */
    runs_out_at?: string | null;
    /** The amount that will be spent or reserved. */
    used: number;
  };

  /** Budget performance. */
  BudgetPerformance: (Schemas["ReportHead"]) & ({
    /** The budgets in their periods, in the order in which budgets were made. */
    rows: Array<Schemas["BudgetPerformanceRow"]>;
    /** The sums of the rows, in each currency. */
    totals: Array<Schemas["PerformanceFigures"]>;
  });

  /** A budget in one of its periods. */
  BudgetPerformanceRow: (Schemas["PerformanceFigures"]) & ({
    budget_id: string;
    cost_center?: string | null;
    department_id?: string | null;
    entity_id?: string | null;
    name: string;
    /** The name of the period: `2024-02`, `2024-Q1` or `2024`. */
    period: string;
    /** Its first day. */
    period_from: string;
    /** The day after its last one. */
    period_to: string;
  });

  /** The length of a budget's period. */
  BudgetPeriod: "monthly" | "quarterly" | "yearly";

  /** The balance of a budget in a period. */
  BudgetPeriodBalance: {
    /** The amount that may be spent in this period: `limit` plus `carried`. */
    allowance: number;
    /** The amount carried over from earlier periods. */
    carried: number;
    /** The beginning of the period (RFC 3339). */
    from: string;
    limit: number;
    /** The name of the period: `2024-02`, `2024-Q1` or `2024`. */
    period: string;
    /** The amount still available. It is negative when more was used than the allowance. */
    remaining: number;
    /** The amount reserved and neither spent nor released. */
    reserved: number;
    spent: number;
    /** The end of the period (RFC 3339), exclusive. */
    to: string;
  };

  /** A reservation and its status. */
  BudgetReservation: {
    amount: number;
    budget_id: string;
    currency: string;
    /** When the reservation is released automatically (RFC 3339); null: never. */
    expires_at?: string | null;
    period: string;
    reference: string;
    /** The amount that was spent and not refunded. */
    spent: number;
    /** `reserved`, `committed`, `released` or `refunded` (the whole spent amount was refunded). */
    status: string;
  };

  /** A percentage of a budget's allowance that triggers an effect. */
  BudgetThreshold: {
    /** The percentage of the period's allowance: 1 to 1000. */
    percent: number;
    /** The effect of reaching the threshold. */
    severity: Schemas["Severity"];
  };

  /** A budget's current period, burn-down and forecast. */
  BudgetTracking: (Schemas["BudgetPeriodBalance"]) & ({
    budget_id: string;
    /** The totals at the end of each day so far; for today, the totals until now. */
    burn_down: Array<Schemas["BudgetDay"]>;
    currency: string;
    forecast: Schemas["BudgetForecast"];
  });

  /** The requests to approve. */
  BulkApproveRequest: {
    /** A comment for display, on each request: at most 2,048 bytes. */
    comment?: string | null;
    /** The ids of 1 to 100 requests. */
    request_ids: Array<string>;
  };

  /** The results of a bulk approval. */
  BulkApproveResponse: {
    /** The result for each request, in the order of `request_ids`. */
    results: Array<Schemas["BulkApproveResult"]>;
  };

  /** The result for one request. */
  BulkApproveResult: {
    /** The request after the approval. */
    request: Schemas["ApprovalRequest"];
    request_id: string;
  } | {
    /** The reason. */
    error: Schemas["Problem"];
    request_id: string;
  };

  /** The kinds of callers. */
  CallerKind: "key" | "person";

  /** A campaign. */
  Campaign: {
    /** When it was last activated. */
    activated_at?: string | null;
    created_at: string;
    description?: string | null;
    id: string;
    name: string;
    quiet_hours?: null | Schemas["CampaignQuietHours"];
    /** `draft`, `active` or `paused`. */
    status: "draft" | "active" | "paused";
    /** By number. */
    steps: Array<Schemas["CampaignStep"]>;
    stop_on_reply: boolean;
    updated_at: string;
    variables: { [name: string]: unknown };
    /** The version of what it says. Contacts go through the version that there was when they were enrolled. */
    version: number;
  };

  /** How a contact is enrolled. Nothing is required. */
  CampaignEnrollRequest: {
    /** Whether a contact whose way through the campaign has ended begins anew. The default is false. */
    restart?: boolean;
  };

  /** How far a contact is in a campaign. */
  CampaignProgress: {
    campaign_id: string;
    completed_at?: string | null;
    contact_id: string;
    /** The number of the step that comes next. Null: there is none. */
    current_step?: number | null;
    current_step_id?: string | null;
    enrollment_id: string;
    /** When the contact last replied to one of its messages, or followed a link in one. */
    last_engagement_at?: string | null;
    last_step_at?: string | null;
    messages_sent: number;
    /** When the next step is due. Null: there is none, or it is not known before the message before it was sent. */
    next_step_scheduled_at?: string | null;
    /** Why it ended: `REPLIED`, `UNSUBSCRIBED`, `BOUNCED`, `COMPLAINED`, `CONTACT_ERASED`, `CAMPAIGN_GONE`. */
    reason?: string | null;
    /** How many of its messages were replied to. */
    replies_received: number;
    started_at: string;
    /** `active`, `completed`, `paused` (as the campaign is), `stopped` or `unsubscribed`. */
    status: string;
    steps: Array<Schemas["CampaignProgressStep"]>;
    /** How many steps are behind, sent or not. */
    steps_completed: number;
    /** The version of the campaign that the contact goes through. Null: the campaign was never active. */
    version?: number | null;
  };

  /** What became of a step. */
  CampaignProgressStep: {
    channel: string;
    clicked_at?: string | null;
    /** The message's id (`GET /api/v1/notifications/messages/{id}`). Null: there is none. */
    message_id?: string | null;
    queued_at: string;
    /** Why it failed or was skipped: `CONDITIONS`, `EXPIRED`, `NO_ADDRESS`, `TEMPLATE: line …`, or the message's reason. */
    reason?: string | null;
    replied_at?: string | null;
    sent_at?: string | null;
    /** `queued`, `sent`, `failed` or `skipped`. */
    state: "queued" | "sent" | "failed" | "skipped";
    step_id: string;
    step_number: number;
  };

  /** The part of the day in which nothing is sent, where the contact is; over midnight where `from` is after `to`. */
  CampaignQuietHours: {
    /** When it begins. */
    from: string;
    /** When it ends. */
    to: string;
  };

  /** A campaign to create, or the changes to one. A field that is absent keeps its value; one that is null is emptied. */
  CampaignRequest: {
    /** What it is for: up to 2,000 bytes. */
    description?: string | null;
    /** The name, which templates know as `campaign.name`: 1 to 200 bytes. Required. */
    name?: string | null;
    quiet_hours?: null | Schemas["CampaignQuietHours"];
    /** Whether it ends for a contact who replied. The default is false. */
    stop_on_reply?: boolean | null;
    /**
     * What its templates know as `campaign.NAME`: at most 50 texts, numbers or booleans by name. They replace those that
     * are there.
     */
    variables?: { [name: string]: unknown } | null;
  };

  /** The funnel of a campaign. */
  CampaignStats: {
    active: number;
    campaign_id: string;
    clicks: number;
    completed: number;
    /** How many contacts were enrolled, each as often as it was. */
    enrolled: number;
    messages_sent: number;
    replies: number;
    /** By number. */
    steps: Array<Schemas["CampaignStepStats"]>;
    stopped: number;
    unsubscribed: number;
  };

  /** A step. */
  CampaignStep: {
    campaign_id: string;
    channel: string;
    /** `replied`, `clicked`, `attributes`; what is not there is not asked for. */
    conditions: { [name: string]: unknown };
    delay: number;
    /** `hours`, `days` or `weeks`. */
    delay_type: "hours" | "days" | "weeks";
    expires_after_hours: number;
    id: string;
    is_active: boolean;
    message_template: string;
    step_number: number;
    subject?: string | null;
  };

  /** Who is sent a step: those of whom all of this holds. */
  CampaignStepConditions: {
    /** Attributes of the contact: a value, a list of values of which it has one, or null where it has none. */
    attributes?: { [name: string]: unknown };
    /** Whether the contact followed a link since it was enrolled. */
    clicked?: boolean | null;
    /** Whether the contact replied since it was enrolled. */
    replied?: boolean | null;
  };

  /** A step to create, or the changes to one. A field that is absent keeps its value. */
  CampaignStepRequest: {
    /** `EMAIL`, `SMS` or `WHATSAPP`. Required. */
    channel?: string | null;
    conditions?: null | Schemas["CampaignStepConditions"];
    /** How long after the message before it is sent, or after the enrolment: 0 to 10,000. The default is 0. */
    delay?: number | null;
    delay_type?: null | Schemas["DelayType"];
    /** How many hours after it was due it is still sent, 1 to 2,160. The default is 72. */
    expires_after_hours?: number | null;
    /** Whether it is sent. The default is true. */
    is_active?: boolean | null;
    /**
     * What it says, of an e-mail HTML, with `{{ contact.name }}`, `{{ campaign.name }}`, `{{ unsubscribe_url }}`: up to
     * 16 KiB. Required.
     */
    message_template?: string | null;
    /** Its place among the steps, from 1. The default is the last. */
    step_number?: number | null;
    /** The template of an e-mail's subject. The default is the campaign's name. */
    subject?: string | null;
  };

  /** A step of the funnel. */
  CampaignStepStats: {
    /** How many of its messages had a link that was followed. */
    clicked: number;
    failed: number;
    /** How many of its messages wait in the outbox. */
    queued: number;
    /** How many contacts came to it. */
    reached: number;
    /** How many of its messages were replied to. */
    replied: number;
    sent: number;
    skipped: number;
    step_id: string;
    step_number: number;
  };

  /** How a subscription ends. */
  CancelSubscriptionRequest: {
    /** Whether it ends now; by default it ends with its period. */
    immediate?: boolean | null;
    /** Why. */
    reason?: string | null;
  };

  CancelSubscriptionResponse: {
    /** `cancellation_scheduled`. */
    status: string;
  };

  /** Why and when a subscription is cancelled. */
  CancelTenantSubscriptionRequest: {
    /** Whether the subscription ends at once. Default: false, it ends with the paid period. */
    immediate?: boolean | null;
    /** Why, for people. At most 1,024 bytes. */
    reason?: string | null;
  };

  /** The CFO dashboard. */
  CfoDashboard: (Schemas["ReportHead"]) & ({
    /** The figures of each currency. They are never added up over currencies. */
    currencies: Array<Schemas["CfoDashboardFigures"]>;
  });

  /** The figures of a currency, each beside that of the period before. */
  CfoDashboardFigures: {
    /** Contracts in force at the end of the period. */
    backlog: Schemas["Compared_ContractBacklog"];
    /** Budgets in the periods of theirs that the last day is in. */
    budgets: Schemas["Compared_ReportBudgets"];
    /** What was paid in the period. */
    collected: Schemas["Compared_ReportCollected"];
    currency: string;
    /** What was charged for days that are still to come. */
    deferred_revenue: Schemas["Compared_DeferredRevenue"];
    /** When what is deferred at the end of the period is recognised: the months add up to it. */
    deferred_schedule: Array<Schemas["ScheduledMonth"]>;
    /**
     * Days sales outstanding: receivables at the end ÷ invoiced in the period × days of the period; null: nothing was
     * invoiced.
     */
    dso: Schemas["Compared_Option_f64"];
    /** Invoices whose dates are in the period. */
    invoiced: Schemas["Compared_ReportInvoiced"];
    /** Disputes that are not decided at the end of the period. */
    open_disputes: Schemas["Compared_ReportOpenDisputes"];
    /** What is still to be paid at the end of the period. */
    receivables: Schemas["Compared_ReportReceivables"];
    /** Monthly and annual recurring revenue, and what changed it. */
    recurring: Schemas["Compared_RecurringRevenue"];
    /** Refunds of disputes that are not made yet, as it is now. */
    refunds_under_way: Schemas["RefundsUnderWay"];
    /** Contracts that are to be renewed within 90 days of the end of the period. */
    renewals: Schemas["ReportRenewals"];
    /** What departments were billed in the period. */
    spend: Schemas["ReportSpend"];
  };

  /** A charge. */
  Charge: {
    /** Negative: a credit. */
    amount: number;
    created_at: string;
    currency: string;
    date: string;
    description: string;
    entity_id: string;
    id: string;
    /** The consolidated invoice that it is on; null: none yet. */
    invoice_id?: string | null;
    /** The month of that invoice. */
    period?: string | null;
    /** The first of the days that it is for; null: it is for its own day alone. */
    service_from?: string | null;
    /** The day after the last of them. */
    service_to?: string | null;
    source?: null | Schemas["ChargeSource"];
    /** How many days after the invoice's date it is due. */
    terms_days: number;
  };

  /** What a charge is for. */
  ChargeSource: {
    id: string;
    /** What it is: `contract`, `subscription`, `sla`, `dispute`. */
    kind: string;
  };

  /** The script to check. */
  CheckRuleRequest: {
    /** The script, which must define `fn decide(input)`. */
    script: string;
    /** The tests: a list, an object with the list as its `tests`, or either of these as a JSON string. */
    tests?: unknown;
  };

  /** The state of each dependency. */
  Checks: {
    /** The key-value store: `ok`, `unreachable`, or `not_writable` if it can be read but not written. */
    cache: string;
    /**
     * The node's clock: `ok`; `behind` if there are records dated more than five minutes later; `off` if it differs by
     * more than five minutes from the clock of the database server; `unknown` if the database does not respond.
     */
    clock: string;
    /** The rules that use an earlier version than the activated one; omitted if there are none. */
    lapsed?: Array<Schemas["Lapsed"]>;
    /**
     * The SQL database: `ok`, `unreachable`, `not_writable` if it can be read but not written, or `newer_schema` if a
     * newer build changed the schema and this build is not known to work with it.
     */
    record: string;
    /**
     * The rules: `ok`; `lapsed` if an activated version does not compile on this build, so that the latest version
     * that compiles is used instead; `unknown` if no store can tell which version is active.
     */
    rules: string;
    seat_tokens?: null | Schemas["TokenState"];
    /**
     * The upstreams of this node whose calls fail at once or are held back, by scheme, host and port: `open`, `probing` or
     * `ramping`. The embedded host adds it; omitted on Spin.
     */
    upstreams?: { [name: string]: string } | null;
  };

  /** How an invitation is accepted. */
  ClaimSeatRequest: {
    /** The code of the invitation. Not needed with a token whose verified address is the invited one. */
    code?: string | null;
  };

  /** A stable error code for programs. */
  Code: "VALIDATION_ERROR" | "INVALID_SIGNATURE" | "OTP_INVALID" | "INTERNAL_TENANT" | "ORGANIZATION_ALREADY_EXISTS" | "ODOO_CUSTOMER_ID_EXISTS" | "EMAIL_ACCOUNT_ALREADY_EXISTS" | "CONSENT_INVALID" | "UNAUTHENTICATED" | "PERMISSION_DENIED" | "OWN_REQUEST" | "OWN_DISPUTE" | "NOT_AN_APPROVER" | "CONSENT_DENIED" | "NOT_FOUND" | "API_KEY_NOT_FOUND" | "ORGANIZATION_NOT_FOUND" | "APPLICATION_NOT_FOUND" | "DOMAIN_NOT_FOUND" | "RULE_NOT_FOUND" | "VERSION_NOT_FOUND" | "TENANT_NOT_FOUND" | "USER_NOT_FOUND" | "EXTERNAL_ID_NOT_FOUND" | "PLAN_NOT_FOUND" | "ORDER_NOT_FOUND" | "ORDER_ITEM_NOT_FOUND" | "SHOP_NOT_FOUND" | "SUBSCRIPTION_NOT_FOUND" | "SEAT_NOT_FOUND" | "CONTACT_NOT_FOUND" | "CAMPAIGN_NOT_FOUND" | "STEP_NOT_FOUND" | "NOT_ENROLLED" | "ENTITY_NOT_FOUND" | "CHARGE_NOT_FOUND" | "INVOICE_NOT_FOUND" | "CONTRACT_NOT_FOUND" | "EVENT_NOT_FOUND" | "MESSAGE_NOT_FOUND" | "JOB_NOT_FOUND" | "ENDPOINT_NOT_FOUND" | "BUDGET_NOT_FOUND" | "DEPARTMENT_NOT_FOUND" | "RESERVATION_NOT_FOUND" | "APPROVAL_REQUEST_NOT_FOUND" | "APPROVAL_RULE_NOT_FOUND" | "DELEGATION_NOT_FOUND" | "DISPUTE_NOT_FOUND" | "REPORT_NOT_FOUND" | "INTEGRATION_NOT_FOUND" | "METHOD_NOT_ALLOWED" | "NOT_ACCEPTABLE" | "IDEMPOTENCY_IN_PROGRESS" | "NOTHING_TO_ROLL_BACK" | "BUDGET_EXCEEDED" | "ALLOCATION_EXCEEDED" | "ALLOCATION_OVERLAPS" | "ALLOCATION_POSTED" | "DRIVER_TOTAL_ZERO" | "PAYMENT_PENDING" | "PURCHASE_REJECTED" | "DELEGATION_LIMIT_REACHED" | "REQUEST_CLOSED" | "ALREADY_COUNTED" | "RESERVATION_SETTLED" | "NO_SUBSCRIPTION" | "SUBSCRIPTION_EXISTS" | "SUBSCRIPTION_INACTIVE" | "SEATS_IN_USE" | "SEATS_NOT_IMPORTED" | "SEAT_LIMIT_REACHED" | "SEAT_COOLDOWN" | "SEAT_REVOKED" | "SEAT_PENDING" | "INVITATION_EXPIRED" | "INVOICE_PENDING" | "INVOICE_FINALIZED" | "INVOICE_PAID" | "INVOICE_CANCELLED" | "HIERARCHY_CYCLE" | "HIERARCHY_TOO_DEEP" | "ENTITY_HAS_CHILDREN" | "ENTITY_CLOSED" | "DISPUTE_CLOSED" | "CARD_DISPUTE" | "PAYMENT_UNKNOWN" | "NOT_REFUNDABLE" | "REFUND_EXCEEDS_PAYMENT" | "ORDER_CANCELLED" | "ORDER_SHIPPED" | "ORDER_NOT_SHIPPED" | "CONTACT_UNSUBSCRIBED" | "CAMPAIGN_EMPTY" | "CAMPAIGN_NOT_ACTIVE" | "CONTRACT_NOT_DRAFT" | "CONTRACT_NOT_ACTIVE" | "ALREADY_RENEWED" | "CONTRACT_NOT_RENEWABLE" | "AMENDMENT_PENDING" | "AMENDMENT_OUT_OF_ORDER" | "COMPANY_CHANGED" | "CONSENT_NOT_NEEDED" | "INTEGRATION_NOT_CONNECTED" | "SYNC_RUNNING" | "ALREADY_EXISTS" | "LAST_OWNER" | "USER_LIMIT_REACHED" | "PRECONDITION_FAILED" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "IDEMPOTENCY_KEY_REUSED" | "RULE_INVALID" | "UPSTREAM_REFUSED" | "PRECONDITION_REQUIRED" | "OTP_COOLDOWN" | "OTP_LIMIT_REACHED" | "RATE_LIMITED" | "INTERNAL" | "RULE_FAILED" | "PROVISIONING_FAILED" | "STORE_UNAVAILABLE" | "NOT_YET_KNOWN" | "NOT_CONFIGURED" | "UPSTREAM_UNAVAILABLE";

  /** The customers that first paid in one month. */
  Cohort: {
    /** The first day of the month. */
    cohort: string;
    /** How many there were at the end of that month. */
    customers: number;
    /** What they paid then. */
    mrr: number;
    points: Array<Schemas["CohortPoint"]>;
  };

  /** The customers of a cohort at the end of a month. */
  CohortPoint: {
    /** The first day of the month. */
    at: string;
    /** The share of customers that still pay; null: there were none. */
    customerRetention?: number | null;
    customers: number;
    /** How many months after the first. */
    month: number;
    mrr: number;
    /** The share of what they paid in the first month; null: that was nothing. */
    revenueRetention?: number | null;
  };

  /** The part of a reservation that is spent. */
  CommitBudgetReservationRequest: {
    /** The amount spent, at most the reserved amount. The rest is released. Default: the whole reserved amount. */
    amount?: number | null;
  };

  /** A company whose books the tokens reach. */
  Company: {
    /** Its id at the provider: `realmId`, Xero's `tenantId`, Sage's business, Business Central's company. */
    id: string;
    /** Its name. */
    name: string;
  };

  /** A figure, and the same of the period before. */
  Compared_ContractBacklog: {
    /** What contracts in force charge in all, and what of that is recognised. */
    current: {
      /** `contracted` less `recognised`. */
      backlog: number;
      /** What their terms charge in all: recurring lines and lines that are charged once, without usage. */
      contracted: number;
      contracts: number;
      /** What of that is for days until the end of the period. */
      recognised: number;
    };
    /** What contracts in force charge in all, and what of that is recognised. */
    previous: {
      /** `contracted` less `recognised`. */
      backlog: number;
      /** What their terms charge in all: recurring lines and lines that are charged once, without usage. */
      contracted: number;
      contracts: number;
      /** What of that is for days until the end of the period. */
      recognised: number;
    };
  };

  /** A figure, and the same of the period before. */
  Compared_DeferredRevenue: {
    /** Deferred revenue in a period: opening + charged − recognised = closing. */
    current: {
      /** Charges whose dates are in the period. */
      charged: number;
      /** What of charges until the end is for later days. */
      closing: number;
      opening: number;
      /** What of all charges is for days of the period. */
      recognised: number;
    };
    /** Deferred revenue in a period: opening + charged − recognised = closing. */
    previous: {
      /** Charges whose dates are in the period. */
      charged: number;
      /** What of charges until the end is for later days. */
      closing: number;
      opening: number;
      /** What of all charges is for days of the period. */
      recognised: number;
    };
  };

  /** A figure, and the same of the period before. */
  Compared_Option_f64: {
    current: null | number;
    previous: null | number;
  };

  /** A figure, and the same of the period before. */
  Compared_RecurringRevenue: {
    /** Recurring revenue, by where it comes from. */
    current: {
      /** Of recurring lines of contracts, without lines for plans that are subscribed to. */
      contracts: Schemas["RecurringMovements"];
      subscriptions?: null | Schemas["RecurringMovements"];
      /** The two together. */
      total: Schemas["RecurringMovements"];
    };
    /** Recurring revenue, by where it comes from. */
    previous: {
      /** Of recurring lines of contracts, without lines for plans that are subscribed to. */
      contracts: Schemas["RecurringMovements"];
      subscriptions?: null | Schemas["RecurringMovements"];
      /** The two together. */
      total: Schemas["RecurringMovements"];
    };
  };

  /** A figure, and the same of the period before. */
  Compared_ReportBudgets: {
    /** All budgets in the periods of theirs that a day is in. */
    current: {
      /** What was spent, less refunds. */
      actual: number;
      /** What may be spent: limits, and what is carried over. */
      budget: number;
      budgets: number;
      /** What is reserved, and no part of `actual`. */
      reserved: number;
      /** `actual` less `budget`: above zero where more was spent. */
      variance: number;
      /** `variance` in per cent of `budget`; null: there is no budget. */
      variance_percent?: number | null;
    };
    /** All budgets in the periods of theirs that a day is in. */
    previous: {
      /** What was spent, less refunds. */
      actual: number;
      /** What may be spent: limits, and what is carried over. */
      budget: number;
      budgets: number;
      /** What is reserved, and no part of `actual`. */
      reserved: number;
      /** `actual` less `budget`: above zero where more was spent. */
      variance: number;
      /** `variance` in per cent of `budget`; null: there is no budget. */
      variance_percent?: number | null;
    };
  };

  /** A figure, and the same of the period before. */
  Compared_ReportCollected: {
    /** What was paid and given back in a period. */
    current: {
      /** The two together. */
      collected: number;
      /** Payments that gateways reported as paid. */
      gateways: number;
      /** Payments of invoices that were recorded by hand. With `entity_id`: all payments of invoices. */
      invoices: number;
      /** `collected` less `refunded`. */
      net: number;
      /** What gateways reported as given back. With `entity_id`: 0. */
      refunded: number;
    };
    /** What was paid and given back in a period. */
    previous: {
      /** The two together. */
      collected: number;
      /** Payments that gateways reported as paid. */
      gateways: number;
      /** Payments of invoices that were recorded by hand. With `entity_id`: all payments of invoices. */
      invoices: number;
      /** `collected` less `refunded`. */
      net: number;
      /** What gateways reported as given back. With `entity_id`: 0. */
      refunded: number;
    };
  };

  /** A figure, and the same of the period before. */
  Compared_ReportInvoiced: {
    /** The invoices of a period. */
    current: {
      /** The sum of their totals, with taxes. */
      amount: number;
      invoices: number;
    };
    /** The invoices of a period. */
    previous: {
      /** The sum of their totals, with taxes. */
      amount: number;
      invoices: number;
    };
  };

  /** A figure, and the same of the period before. */
  Compared_ReportOpenDisputes: {
    /** Disputes that are not decided. */
    current: {
      /** What is disputed. */
      amount: number;
      disputes: number;
    };
    /** Disputes that are not decided. */
    previous: {
      /** What is disputed. */
      amount: number;
      disputes: number;
    };
  };

  /** A figure, and the same of the period before. */
  Compared_ReportReceivables: {
    /** What is still to be paid of invoices, by how many days its due date is past. */
    current: {
      /** What was paid beyond totals, and totals below zero: no part of `total`. */
      credits: number;
      days_1_30: number;
      days_31_60: number;
      days_61_90: number;
      /** The invoices of which something is to be paid. */
      invoices: number;
      not_due: number;
      over_90_days: number;
      /** All ages together, without credits. */
      total: number;
    };
    /** What is still to be paid of invoices, by how many days its due date is past. */
    previous: {
      /** What was paid beyond totals, and totals below zero: no part of `total`. */
      credits: number;
      days_1_30: number;
      days_31_60: number;
      days_61_90: number;
      /** The invoices of which something is to be paid. */
      invoices: number;
      not_due: number;
      over_90_days: number;
      /** All ages together, without credits. */
      total: number;
    };
  };

  /** A figure, and the same of the period before. */
  Compared_f64: {
    current: number;
    previous: number;
  };

  /** A completed run. */
  CompletedSyncRun: {
    finished_at: string;
    job_id: string;
  };

  /** The requests of a component. */
  ComponentStats: {
    component: string;
    error_rate?: number | null;
    /** Answers with a 5xx status. */
    errors: number;
    /** Half of the requests took no longer, milliseconds; an estimate. */
    p50_ms?: number | null;
    /** 99 of 100 requests took no longer. */
    p99_ms?: number | null;
    /** Answers with a 4xx status. */
    refused: number;
    requests: number;
    requests_per_second: number;
  };

  /** An integration to configure. */
  ConfigureIntegrationRequest: {
    /**
     * Credentials by name: see the guide to integrations. Those that are not there stay as they are; null takes one away,
     * and the operator's are used. They are stored encrypted, and never shown.
     */
    credentials?: { [name: string]: unknown };
    environment?: null | Schemas["Environment"];
    /**
     * What to call it: 1 to 100 bytes. Default: the provider's name. A tenant may have several integrations with one
     * provider, under different names.
     */
    name?: string | null;
    /** The accounting system. */
    provider: Schemas["Provider"];
    /**
     * Settings: `sync`, a list of `customers`, `invoices`, `payments`, `refunds`, `journals` (default: all); `from`, a date
     * before which nothing is synchronised; `company_id`; and options of the provider. Those that are not there stay as
     * they are.
     */
    settings?: { [name: string]: unknown };
  };

  /** A shop to connect. */
  ConnectShopRequest: {
    access?: null | Schemas["ShopAccess"];
    /** What it runs on. */
    platform: Schemas["ShopPlatform"];
    /** What it signs its webhooks with. It is stored encrypted, and never shown. */
    secret: string;
    /** Its address: `acme.myshopify.com`, or of a WooCommerce shop `https://shop.example`. */
    shop: string;
  };

  /** What came of a consent. */
  ConsentResponse: {
    company?: null | Schemas["Company"];
    integration_id: string;
    /** What is to be done for it to work, if it does not. */
    problem?: string | null;
    provider: Schemas["Provider"];
    status: Schemas["IntegrationStatus"];
  };

  /** A month to invoice. */
  ConsolidateRequest: {
    /** The month, such as `2026-11`, where the tenant is. */
    period: string;
  };

  /** An invoice of an entity for a month. */
  ConsolidatedInvoice: (Schemas["Invoice"]) & ({
    /** The entity whose invoice it is. */
    entity_id: string;
    /** The month. */
    period: string;
    /** What is invoiced, entity by entity: the payer itself first, then by name. */
    sections: Array<Schemas["InvoiceSection"]>;
    /** How many days after its date it is due. */
    terms_days: number;
  });

  /** The invoices of an entity. */
  ConsolidatedInvoices: {
    invoices: Array<Schemas["ConsolidatedInvoice"]>;
  };

  /** A contact. */
  Contact: {
    /** Custom fields. */
    attributes: { [name: string]: unknown };
    created_at: string;
    email?: string | null;
    id: string;
    locale?: string | null;
    name?: string | null;
    /** `+` and digits. */
    phone?: string | null;
    revision: number;
    source?: string | null;
    /** `suppressed`: every channel by which it is reached is suppressed. */
    status: Schemas["ContactStatus"];
    /** The channels over which it is not written to: it unsubscribed, an address bounced, or an administrator said so. */
    suppressed_channels: Array<string>;
    tags: Array<string>;
    timezone?: string | null;
    /**
     * The links by which the person unsubscribes, by channel, for messages that the edge does not write. Empty without
     * `unsubscribe_key`.
     */
    unsubscribe_urls: { [name: string]: unknown };
    updated_at: string;
  };

  /** An import. */
  ContactImport: {
    /** The records that made a contact. */
    created: number;
    created_at: string;
    /** Why the import was given up. */
    error?: string | null;
    /** The first 1000 errors, by line. */
    errors: Array<Schemas["ContactImportError"]>;
    /** The records with errors. They change nothing. */
    failed: number;
    finished_at?: string | null;
    job_id: string;
    /** The records that were read: `created`, `updated` and `failed` together. */
    processed_rows: number;
    /** How much of the file is read, per cent. */
    progress: number;
    status: Schemas["ImportStatus"];
    /** The records of the file. */
    total_rows: number;
    /** The records of a contact that was there. */
    updated: number;
    updated_at: string;
  };

  /** What is wrong with a record. */
  ContactImportError: {
    /** The field: `email`, `attributes.plan`; `line`: the record as a whole. */
    field: string;
    /** The number of the record's first line in the file, from 1. */
    line: number;
    message: string;
  };

  ContactInfo: {
    address?: string | null;
    phone?: string | null;
    /** The first administrator's e-mail address. The default is `admin@` and the domain. */
    primary_email?: string | null;
  };

  /** A contact to create, or the changes to one. A field that is absent keeps its value; one that is null is emptied. */
  ContactRequest: {
    /**
     * Custom fields: at most 100 texts, numbers or booleans by name. They are added to those that are there; null removes
     * one.
     */
    attributes?: { [name: string]: unknown } | null;
    /** The e-mail address. Required where there is no phone. */
    email?: string | null;
    /** The language. */
    locale?: string | null;
    /** The name: 1 to 256 bytes. */
    name?: string | null;
    /** The phone number: `+` and digits, the country's code first. */
    phone?: string | null;
    /** Where the contact is from: 1 to 64 bytes. */
    source?: string | null;
    /** At most 50 words that contacts are sorted by. They replace those that are there. */
    tags?: Array<string> | null;
    /** The time zone that the person lives in. */
    timezone?: string | null;
  };

  /** Whether a contact can be written to. */
  ContactStatus: "active" | "suppressed";

  /** A contract. */
  Contract: {
    /** The annual contract value: the recurring lines in a year, on average. */
    acv: number;
    /** The amendments, oldest first. */
    amendments: Array<Schemas["ContractAmendment"]>;
    /** The approval request of its signing; null: nobody was asked. */
    approval_request_id?: string | null;
    /** Up to and with which day its charges are made. */
    billed_until?: string | null;
    counterparty: string;
    created_at: string;
    currency: string;
    documents: Array<Schemas["ContractDocument"]>;
    /** The day after the last of the terms that are agreed on. */
    end: string;
    entity_id: string;
    /** The fee of the termination; null: it was not terminated. */
    fee?: number | null;
    id: string;
    /** The last day on which notice is in time for the end of the last term. */
    last_notice_day: string;
    /** The lines that hold today, or on its first or last day, at that day's prices. */
    lines: Array<Schemas["ContractLine"]>;
    /** The monthly recurring revenue of the lines above. */
    mrr: number;
    notice?: null | Schemas["ContractNotice"];
    /** Its number; null until it is signed. */
    number?: string | null;
    renewal: Schemas["ContractRenewal"];
    /** When it was signed, where the tenant is. */
    signed_on?: string | null;
    sla: Array<Schemas["ContractServiceLevel"]>;
    /** The first day. */
    start: string;
    status: Schemas["ContractStatus"];
    /** The total contract value: recurring lines over all terms that are agreed on, and lines that are charged once. */
    tcv: number;
    tenant_id: string;
    terminated?: null | Schemas["ContractTerminated"];
    termination: Schemas["ContractTermination"];
    /** The terms that are agreed on. */
    terms: Array<Schemas["ContractTerm"]>;
    title: string;
    updated_at: string;
    /** The number of the newest version: 1, and one more for each amendment that was agreed on. */
    version: number;
  };

  /** An amendment. */
  ContractAmendment: {
    approval_request_id?: string | null;
    decided_at?: string | null;
    /** What it changes. */
    diff: Array<Schemas["ContractDifference"]>;
    effective_date: string;
    number: number;
    /** What it changes in money, as it was when it was asked for. */
    preview: Schemas["ContractAmendmentPreview"];
    reason: string;
    requested_at: string;
    requested_by: string;
    status: Schemas["AmendmentStatus"];
    /** The version that it made; null: none. */
    version?: number | null;
  };

  /** What an amendment changes in money. */
  ContractAmendmentPreview: {
    mrr_after: number;
    mrr_before: number;
    proration: Schemas["ContractProration"];
    tcv_after: number;
    tcv_before: number;
  };

  /** People who approve, before the next level is asked. */
  ContractApprovalLevel: {
    /** Who may approve: `role:finance_manager`. */
    approvers: Array<string>;
    /** How many of them must approve. */
    quorum: number;
  };

  /** A credit of a service level. */
  ContractCreditStep: {
    basis_points: number;
    below: number;
  };

  /** A credit of a service level. */
  ContractCreditStepRequest: {
    /** The share of the month's fee, in hundredths of a per cent: 0 to 10,000. */
    basis_points: number;
    /** Values below this get the credit. */
    below: number;
  };

  /** How often a recurring line is charged. */
  ContractCycle: "monthly" | "quarterly" | "semi_annual" | "annual";

  /** A field that differs, with its values as they are written in JSON. */
  ContractDifference: {
    /** Its value after. */
    after: { [name: string]: unknown };
    /** Its value before. */
    before: { [name: string]: unknown };
    /** The field: `lines`. */
    field: string;
  };

  /** A document of a contract, which is kept elsewhere. */
  ContractDocument: {
    /** Its name. */
    name: string;
    /** The SHA-256 of its bytes, 64 hexadecimal digits. */
    sha256: string;
    /** Where it is: an http or https URL. */
    url: string;
  };

  /** An event in the life of a contract. */
  ContractEvent: {
    /** Who did it; `edge`: it happened by itself. */
    actor: string;
    /** The number of the amendment that it is about. */
    amendment?: number | null;
    /** The fee, credit or charge. */
    amount?: number | null;
    /** When it happened. */
    at: string;
    /** From which day it counts. */
    date: string;
    /** More about it. */
    detail?: string | null;
    event: Schemas["ContractEventKind"];
    /** Its number, from 1. */
    number: number;
    /** The number of the term that it is about. */
    term?: number | null;
  };

  /** What happened. */
  ContractEventKind: "created" | "submitted" | "rejected" | "signed" | "cancelled" | "amendment_submitted" | "amendment_rejected" | "amended" | "renewed" | "notice_given" | "terminated" | "expired" | "sla_reported" | "usage_reported";

  /** The fee of a termination. */
  ContractFee: {
    /** `none`, `fixed`, `percent_remaining` or `months`. */
    kind: string;
    /** The amount; the per cent of what remains; the number of months. */
    value?: number | null;
  };

  /** A fee. It is never more than what remains of the commitment. */
  ContractFeeRequest: {
    /** `none`, `fixed`, `percent_remaining` or `months`. */
    kind: string;
    /** The amount; the per cent of what remains; the number of months. */
    value?: number | null;
  };

  /** A line of a contract. */
  ContractLine: {
    /** What it costs for a whole cycle, or once; null: by what is reported. */
    amount?: number | null;
    cycle?: null | Schemas["ContractCycle"];
    description: string;
    discount_basis_points: number;
    /** By which amendments and usage reports name it. */
    id: string;
    kind: Schemas["ContractLineKind"];
    plan_id?: string | null;
    quantity: number;
    /** The price of one, for a whole cycle. */
    unit_price: number;
  };

  /** How a line is charged. */
  ContractLineKind: "recurring" | "one_off" | "usage";

  /** A line of a contract. */
  ContractLineRequest: {
    /** How often a recurring line is charged: `monthly`, `quarterly`, `semi_annual`, `annual`. Default: `monthly`. */
    cycle?: string | null;
    /** What it is for: 1 to 200 bytes. */
    description: string;
    /** The discount, in hundredths of a per cent: 0 to 10,000. Default: 0. */
    discount_basis_points?: number | null;
    /** In an amendment, the id of the line that stays. Default: the line of the same kind, plan, description and cycle. */
    id?: string | null;
    /** `recurring`: in each cycle, in advance. `one_off`: once. `usage`: by what is reported. */
    kind: string;
    /** The plan that it is for. */
    plan_id?: string | null;
    /** How many, with at most 6 decimals. Default: 1. */
    quantity?: number | null;
    /** The price of one, for a whole cycle. */
    unit_price: number;
  };

  /** A notice. */
  ContractNotice: {
    at: string;
    by: Schemas["ContractParty"];
    /** The day on which it was given, where the tenant is. */
    date: string;
    /** When the contract ends. */
    ends_on: string;
    /** Whether it was in time for the end of the term that ran. */
    in_time: boolean;
    /** The last day on which it was. */
    last_notice_day: string;
  };

  /** A party of a contract. */
  ContractParty: "customer" | "seller";

  /** Something that people have to approve first. */
  ContractPendingApproval: {
    /** Once it is approved, the contract goes on by itself. */
    approval_request_id: string;
    /** The contract. */
    contract: Schemas["Contract"];
    /** Who is asked, in this order. */
    levels: Array<Schemas["ContractApprovalLevel"]>;
    /** `pending_approval`. */
    status: string;
    /** Levels for which too few people are known who could approve; absent where there are none. */
    warnings?: Array<string>;
  };

  /** What changes in periods that are charged, or begin before the effective date. */
  ContractProration: {
    /** What is charged for the same days. */
    charge: number;
    /** What is given back: zero or negative. */
    credit: number;
    /** The two together. */
    net: number;
  };

  /** How a contract is renewed. */
  ContractRenewal: {
    /** What happens at the end of a term. */
    mode: Schemas["ContractRenewalMode"];
    /** How many days before the end of a term notice can be given for it: 0 to 3,650. The last such day counts. */
    notice_days: number;
    /** The length of the terms after the first, in months: 1 to 120. */
    term_months: number;
    /** How much dearer each further term is, in hundredths of a per cent: 0 to 10,000. */
    uplift_basis_points: number;
  };

  /** What happens at the end of a term. */
  ContractRenewalMode: "auto" | "manual" | "none";

  /** How a contract is renewed. */
  ContractRenewalRequest: {
    /** `auto`, `manual` or `none`. */
    mode: string;
    /** How many days before the end of a term notice can be given: 0 to 3,650. Default: 0. */
    notice_days?: number | null;
    /** The length of further terms, in months: 1 to 120. Default: 12. */
    term_months?: number | null;
    /** How much dearer each further term is, in hundredths of a per cent: 0 to 10,000. Default: 0. */
    uplift_basis_points?: number | null;
  };

  /** The fields of a contract. In an update, fields that are absent or null keep their values. */
  ContractRequest: {
    /** The other party: 1 to 256 bytes. Required to create one. */
    counterparty?: string | null;
    /**
     * The ISO 4217 code of the currency of all its amounts. Required to create one. With another currency, `lines` are
     * required.
     */
    currency?: string | null;
    /** The documents: at most 50. */
    documents?: Array<Schemas["ContractDocument"]> | null;
    /** The day after the last of the first term. Default: the start and `renewal.term_months`. */
    end?: string | null;
    /** The entity that it is charged to. Required to create one. */
    entity_id?: string | null;
    /** What is charged: 1 to 50 lines. Required to create one. They replace the present ones. */
    lines?: Array<Schemas["ContractLineRequest"]> | null;
    renewal?: null | Schemas["ContractRenewalRequest"];
    /** The service levels: at most 20. */
    sla?: Array<Schemas["ContractServiceLevelRequest"]> | null;
    /** The first day, where the tenant is. It may be past: the terms since then run at once. Required to create one. */
    start?: string | null;
    termination?: null | Schemas["ContractTerminationRequest"];
    /** What it is called: 1 to 256 bytes. Required to create one. */
    title?: string | null;
  };

  /** A service level. */
  ContractServiceLevel: {
    credit_steps: Array<Schemas["ContractCreditStep"]>;
    metric: string;
    target: number;
  };

  /** A service level. */
  ContractServiceLevelRequest: {
    /** The credits for less: at most 20. */
    credit_steps?: Array<Schemas["ContractCreditStepRequest"]>;
    /** What is measured: 1 to 64 bytes. */
    metric: string;
    /** What is promised, with at most 4 decimals. */
    target: number;
  };

  /** What became of a contract. */
  ContractStatus: "draft" | "pending_approval" | "active" | "renewed" | "expired" | "terminated" | "cancelled";

  /** A term: `[start, end)`. */
  ContractTerm: {
    end: string;
    number: number;
    start: string;
    /** How much dearer it is than the term before. */
    uplift_basis_points: number;
  };

  /** A termination. */
  ContractTerminated: {
    at: string;
    by: string;
    /** What of that was charged before, and is given back. */
    credit: number;
    /** The first day on which the contract is not in force any more. */
    date: string;
    /** The fee: never more than `remaining`. */
    fee: number;
    reason: string;
    /** What remained of the commitment: the recurring charges of the days from `date` on. */
    remaining: number;
  };

  /** What ending a contract early costs. */
  ContractTermination: {
    fee: Schemas["ContractFee"];
  };

  /** What ending a contract early costs. */
  ContractTerminationRequest: {
    fee?: null | Schemas["ContractFeeRequest"];
  };

  /** What happened to a contract. */
  ContractTimeline: {
    /** The events, oldest first. */
    data: Array<Schemas["ContractEvent"]>;
  };

  /** What was reported of usage, and the charge. */
  ContractUsageReport: {
    /** The charge. */
    amount: number;
    at: string;
    currency: string;
    line_id: string;
    month: string;
    quantity: number;
  };

  /** What was reported of usage. */
  ContractUsageReportList: {
    /** The reports, in the order in which they were made. */
    data: Array<Schemas["ContractUsageReport"]>;
  };

  /** A report of usage. */
  ContractUsageReportRequest: {
    /** The id of a usage line of the contract. */
    line_id: string;
    /** The month: `2026-10`. */
    month: string;
    /** How many, with at most 6 decimals. */
    quantity: number;
  };

  /** Contracts. */
  ContractsReport: (Schemas["ReportHead"]) & ({
    /** The contracts that ran in the period, by number. */
    rows: Array<Schemas["ReportContract"]>;
    /** The sums of the rows, in each currency. */
    totals: Array<Schemas["ReportContractTotals"]>;
  });

  /** Cost analysis. */
  CostAnalysis: (Schemas["ReportHead"]) & ({
    basis: Schemas["CostBasis"];
    /** The costs in each currency. They are never added up over currencies. */
    currencies: Array<Schemas["ReportCosts"]>;
  });

  /** Which lines are costs: of a bill and its payment one. */
  CostBasis: "billed" | "paid";

  /** How much of a script is covered by its tests. */
  Coverage: {
    /**
     * The number of branches: each `if`, each `else` (also where it is not written), each case of a `switch` and each
     * loop.
     */
    branches: number;
    /** The number of executable lines. */
    lines: number;
    /** The lines where branches begin that no test takes. */
    missedBranches: Array<number>;
    /** The executable lines that no test reaches. */
    missedLines: Array<number>;
  };

  /** A share of a source for one department. */
  CreateAllocationRequest: {
    /** The amount, of `fixed`. Without one, the department takes all that the others leave. */
    amount?: number | null;
    /** The percentage in basis points, of `percentage`: 1 to 10000. */
    basis_points?: number | null;
    /** The currency of the amount. Default: that of the department's entity. */
    currency?: string | null;
    /**
     * What the department uses, of `usage`: any measure that is the same for all shares, with at most 3 decimals. Of
     * `headcount`: a number in place of the department's headcount.
     */
    driver?: number | null;
    /** The first day, in the tenant's time zone. Default: today. */
    from?: string | null;
    /** The account of the general ledger, whatever mappings say. */
    gl_code?: string | null;
    /** How the share is measured. */
    method: Schemas["AllocationMethod"];
    /** What is split. */
    source: Schemas["AllocationSource"];
    /** The day after the last. Default: the share has no end. */
    to?: string | null;
  };

  /** A request to register an application. */
  CreateApplicationRequest: {
    /** The application's name for an organisation's id: `hospital_id`. Default: `external_id`. */
    externalIdName?: string | null;
    /** Whether the seats live at the edge although the ERP has seats that were not imported. Default: false. */
    force?: boolean | null;
    /** The days for which an invitation to a seat holds: 1 to 366. Default: 7. */
    invitationDays?: number | null;
    /** The application's name for people, 1 to 256 bytes. Default: the slug. */
    name?: string | null;
    /** The hours that must pass before a seat that was assigned can be transferred. Default: 0. */
    seatCooldownHours?: number | null;
    seatSource?: null | Schemas["SeatSource"];
    /** The application's name in paths and seat checks: 1 to 63 of `a`–`z`, `0`–`9`, `-` and `_`, unique. */
    slug: string;
  };

  /** A delegation to create. */
  CreateApprovalDelegationRequest: {
    /** The end of the delegation (RFC 3339), at most a year after its beginning. */
    ends_at: string;
    /** The reason for display. It is cut off after 1,024 characters. */
    reason?: string | null;
    /** The beginning of the delegation (RFC 3339). Default: now. */
    starts_at?: string | null;
    /** The person who may act on behalf of the caller: `user:<sub>` or `key:<id>`. */
    to: string;
  };

  /** A purchase to approve. */
  CreateApprovalRequest: {
    /** The price, in `currency`. */
    amount: number;
    /** The contract that covers the purchase. */
    contract_id?: string | null;
    /** The ISO 4217 code of the currency. */
    currency: string;
    /** The department that pays. */
    department_id?: string | null;
    /** A description for the approvers: at most 2,048 bytes. */
    description?: string | null;
    /** The kind of purchase: 1 to 256 bytes. Default: `checkout`. */
    kind?: string | null;
    /** The plan that is bought. */
    plan_id?: string | null;
  };

  /** A budget to create. */
  CreateBudgetRequest: {
    /** Whether the amount left at the end of a period may be spent in the next. Default: `false`. */
    carry_over?: boolean | null;
    /** The cost centre that the budget covers. Default: all cost centres. */
    cost_centre?: string | null;
    /** The ISO 4217 code of the currency of all the budget's amounts. */
    currency: string;
    /** The department that the budget covers. Default: the whole tenant. */
    department_id?: string | null;
    /** The entity that the budget covers. Default: all entities. */
    entity_id?: string | null;
    /** The amount that may be spent in each period. */
    limit: number;
    /** The budget's name for display: 1 to 256 bytes. */
    name: string;
    /** The length of a period: `monthly`, `quarterly` or `yearly`. */
    period: string;
    /** At most 10 thresholds, each at another percentage. Default: soft at 80 percent and hard at 100 percent. */
    thresholds?: Array<Schemas["BudgetThreshold"]> | null;
    /** The IANA time zone in which periods begin and end, such as `Asia/Kolkata`. Default: `UTC`. */
    time_zone?: string | null;
  };

  /** An amount to reserve. */
  CreateBudgetReservationRequest: {
    /** The amount to reserve, in the budget's currency. */
    amount: number;
    /** When the reservation is released automatically (RFC 3339). Default: never. */
    expires_at?: string | null;
    /** The caller's reference of the reservation: 1 to 256 bytes. One reference reserves only once. */
    reference: string;
  };

  /** A charge to post. */
  CreateChargeRequest: {
    /** How much. Negative: a credit. */
    amount: number;
    /** The ISO 4217 code of the currency. */
    currency: string;
    /** The day that it is of: it is billed with this month, or later. Default: today, where the tenant is. */
    date?: string | null;
    /** What stands on the invoice: 1 to 256 bytes. */
    description: string;
    /** How many days after the invoice's date it is due. Default: `payment_terms_days` of the entity. */
    terms_days?: number | null;
  };

  /** A purchase of a plan. */
  CreateCheckoutRequest: {
    /** The id of the approval request by which this purchase was approved. */
    approval_request_id?: string | null;
    /** `monthly` or `annual`. Default: the plan's own billing cycle. */
    billing_cycle?: string | null;
    /** Where the customer is sent after cancelling. The same hosts are allowed. */
    cancel_url?: string | null;
    /** The plan's `sku_id` or `sku_code`. */
    plan_id: string;
    /** The number of seats. Default: 1. */
    seats?: number | null;
    /**
     * Where the customer is sent after paying: an https URL at a public host. If the tenant's setting
     * `checkout_return_hosts` lists hosts, it must be one of those.
     */
    success_url?: string | null;
    /** The code of one of the plan's tiers. Default: the plan itself, at its own price. */
    tier_code?: string | null;
  };

  /** An order to create. */
  CreateCustomerOrderRequest: {
    /** The ISO 4217 code of the currency of its amounts. Default: `INR`. */
    currency?: string | null;
    customer?: null | Schemas["OrderCustomer"];
    /** Its id there. A tenant has one order of each platform and external id. */
    external_id?: string | null;
    /** Where it comes from, such as `shopify`. Default: `custom`, where there is an `external_id`. */
    external_platform?: string | null;
    /** What was ordered: 1 to 500 items. */
    items: Array<Schemas["OrderItemRequest"]>;
    /** A note: up to 2000 bytes. */
    notes?: string | null;
    /** When it was ordered (RFC 3339). Default: now. */
    order_date?: string | null;
    /** Its number, as people know it. Default: one is made. */
    order_number?: string | null;
    status?: null | Schemas["CustomerOrderStatus"];
    /** What it costs. Default: the sum of the items that have a price. */
    total_amount?: number | null;
  };

  /** A department to create. */
  CreateDepartmentRequest: (Schemas["DepartmentDetails"]) & ({
    /** The entity that it belongs to. */
    entity_id: string;
    /** Its name for display: 1 to 256 bytes. */
    name: string;
  });

  /** A dispute to create. */
  CreateDisputeRequest: {
    /**
     * How much is disputed, above zero, and at most what was paid. Default: all of it; required where the payment or the
     * invoice is not known.
     */
    amount?: number | null;
    /** The ISO 4217 code of the currency. Default: that of what is disputed. */
    currency?: string | null;
    /** Why, in words: up to 4000 bytes. */
    description?: string | null;
    /** Until when it is to be decided (RFC 3339). */
    due_at?: string | null;
    /** The entity that is concerned. */
    entity_id?: string | null;
    /** The evidence: up to 50 pieces. */
    evidence?: Array<Schemas["DisputeEvidence"]>;
    /** Why. */
    reason: "duplicate" | "incorrect_amount" | "service_not_provided" | "unauthorized" | "other";
    /** What is disputed. */
    subject: Schemas["DisputeSubject"];
  };

  /** A request to create a webhook endpoint. */
  CreateEndpointRequest: {
    /** The tenant's id. */
    tenant_id: string;
  };

  /** An entity to create. */
  CreateEntityRequest: {
    /** The postal address; it may have several lines. */
    address?: string | null;
    /** The e-mail address where its invoices go. */
    billing_email?: string | null;
    /** What you know it by: unique within the tenant. */
    code?: string | null;
    /** Whether its charges are on the invoice of the entity above it. Default: `true`. */
    consolidate_to_parent?: boolean | null;
    /** Its country: two letters of ISO 3166-1. */
    country?: string | null;
    /** The ISO 4217 code of its currency. It may be charged in any. Default: the parent's. */
    currency?: string | null;
    /** Its name on invoices. Default: `name`. */
    legal_name?: string | null;
    /** What people call it: 1 to 256 bytes. */
    name: string;
    /** The entity above it. Default: it is the root of a tree. */
    parent_id?: string | null;
    /** How many days after an invoice's date its charges are due that do not say. Default: 30. */
    payment_terms_days?: number | null;
    /** Its tax number. */
    tax_id?: string | null;
  };

  /** A mapping to create, or to give another account. */
  CreateGlMappingRequest: {
    /** Only amounts of this department. */
    department_id?: string | null;
    /** The account of the general ledger: 1 to 256 bytes. */
    gl_code: string;
    kind?: null | Schemas["GlKind"];
    /** Only amounts for this plan. */
    plan_id?: string | null;
  };

  /** An invoice to create. */
  CreateInvoiceRequest: (Schemas["DetailsRequest"]) & ({
    /** The ISO 4217 code of the currency of all its amounts. */
    currency: string;
    /** Whom it is for. */
    customer: Schemas["InvoiceCustomer"];
    /** Its lines: 1 to 200. */
    items: Array<Schemas["InvoiceItemRequest"]>;
  });

  /** A request to add a user to a tenant. */
  CreateMemberRequest: (Schemas["Person"]) & ({
    role?: null | Schemas["Role"];
    /** The user's id in the product's accounts, 1 to 256 bytes. */
    user_id: string;
  });

  /** A request to create an organization. */
  CreateOrganizationRequest: {
    /** The address for bills. Required with a platform key unless `ownerEmail` is sent. */
    billingEmail?: string | null;
    /** The company's code in the ERP, which internal organizations have. Requires a platform key. */
    erpCompanyCode?: string | null;
    /** The organization's id in each application. Requires a platform key. */
    externalIds?: { [name: string]: string } | null;
    mode?: null | Schemas["Mode"];
    name: string;
    /** The owner's address. Default: the address in the person's token, or `billingEmail`. */
    ownerEmail?: string | null;
    /**
     * The user who becomes the organization's OWNER. Required with a platform key; a person becomes the OWNER of their
     * organization.
     */
    ownerUserId?: string | null;
    /** 1 to 63 of `a`–`z`, `0`–`9` and `-`, unique. The default is made from the name. */
    slug?: string | null;
    /** The organization's customer at Stripe, unique. Requires a platform key. */
    stripeCustomerId?: string | null;
    /** An IANA time zone: `Asia/Kolkata`. Default: `UTC`. */
    timezone?: string | null;
  };

  /** A request to create a plan. */
  CreatePlanRequest: {
    /** Whether the plan is sold. Default: true. */
    active?: boolean | null;
    /** `monthly` (default), `quarterly` or `annual`. */
    billingCycle?: string | null;
    /** The ISO 4217 code of the price's currency. */
    currency: string;
    /**
     * The plan's id within the application: 1 to 64 of `A`–`Z`, `a`–`z`, `0`–`9`, `.`, `_` and `-`. The default is a
     * random id.
     */
    id?: string | null;
    /** The largest number of seats that can be bought; null (default): any number. */
    maxSeats?: number | null;
    /** The smallest number of seats that can be bought. Default: 1. */
    minSeats?: number | null;
    name: string;
    /** The price of one seat for one billing cycle, not negative. */
    pricePerSeat: number;
    /** The id of the same price at Stripe. */
    stripePriceId?: string | null;
    /** The days for which a new subscription is not paid: 0 (default) to 730. */
    trialDays?: number | null;
  };

  /** The version to create. */
  CreateRuleVersionRequest: {
    /** A note on the version, at most 1000 characters. By default there is none. */
    note?: string | null;
    /** The script, which must define `fn decide(input)`. */
    script: string;
    /** The tests: a list, an object with the list as its `tests`, or either of these as a JSON string. */
    tests?: unknown;
  };

  /** A new subscription. */
  CreateSubscriptionRequest: {
    /** The application's slug. */
    applicationSlug: string;
    /** The id of the approval request by which this purchase was approved. */
    approvalRequestId?: string | null;
    /** Where the buyer goes without paying. */
    cancelUrl?: string | null;
    /** The organization's id in the application. Requires a platform key. */
    externalOrgId?: string | null;
    /** `stripe`, `bheempay` or `manual`. `manual` requires a platform key: nobody pays. */
    gateway: Schemas["GatewayName"];
    imported?: null | Schemas["ImportedRequest"];
    /** The organization. Required with a platform key; else it is the caller's own. */
    organizationId?: string | null;
    /** The plan's id within the application. */
    planId: string;
    /** The number of seats, within what the plan allows. */
    seats: number;
    /** Where the buyer goes after paying. */
    successUrl?: string | null;
    /** Whether it begins with the plan's trial. An organization has one trial of an application. */
    trial?: boolean | null;
  };

  /** An address to suppress. */
  CreateSuppressionRequest: {
    /** The e-mail address, the phone number, or the user's id. */
    address: string;
    /** `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`. */
    channel: string;
  };

  /** A request to create a tenant. */
  CreateTenantRequest: (Schemas["Rest"]) & ({
    /** A UUID chosen by the caller. The default is a random UUID. */
    id?: string | null;
    name: string;
    owner_email: string;
    /** 1 to 63 of `a`–`z`, `0`–`9` and `-`, unique. */
    slug: string;
    tenant_mode?: Schemas["Mode"];
    /** An IANA time zone: `Asia/Kolkata`. The default is `UTC`. */
    timezone?: string | null;
  });

  /** A new API key. It is shown only once. */
  CreatedApiKey: {
    /** The key's id, used to revoke it. */
    id: string;
    /** The complete key, to be sent as `Authorization: Bearer …`. */
    key: string;
  };

  /** A version that was created. */
  CreatedRuleVersion: {
    /** The SHA-256 of the version's script and tests. */
    sha256: string;
    /** The version's number. */
    version: number;
  };

  /** What was paid in one currency. */
  CurrencyRevenue: {
    /** What was paid, less refunds. */
    amount: number;
    collected: number;
    currency: string;
    refunded: number;
  };

  /** The caller, and what its credential allows. */
  CurrentCaller: {
    /** The applications that the credential may be used for; null: all. */
    applications?: Array<string> | null;
    /** When the credential expires, RFC 3339; null: it does not. */
    expires_at?: string | null;
    /** The id of the key, or the person's id at the issuer. */
    id: string;
    /** Whether the credential is an API key or a person's token. */
    kind: Schemas["CallerKind"];
    /** The name of the key; the person's name, else their e-mail address, else their id. */
    name: string;
    /** The person's roles in the tenant. Keys have none. */
    roles: Array<string>;
    /** The scopes of the credential. */
    scopes: Array<Schemas["Scope"]>;
    tenant_id?: null | Schemas["TenantId"];
  };

  /** What a report asks for. The names of members are those of `GET /reports/custom/members`. */
  CustomReport: {
    /**
     * What is grouped by: up to 12 dimensions of the measures' source and of those that it joins. With an amount, its
     * currency is one of them, also where it is not named.
     */
    dimensions?: Array<string>;
    /** What all records and rows of the report fulfil: up to 20 conditions. */
    filters?: Array<Schemas["ReportFilter"]>;
    /** The most rows: 1 to 100,000, which is the default. */
    limit?: number | null;
    /** What is added up: up to 20 measures, all of one source. */
    measures?: Array<string>;
    /** The name, 1 to 200 bytes, under which the report is saved. Absent: it is run. */
    name?: string | null;
    /** The order of the rows; by default that of the columns. */
    order?: Array<Schemas["ReportOrder"]>;
    schedule?: null | Schemas["ReportSchedule"];
    time?: null | Schemas["ReportTime"];
    /** The IANA time zone whose days count; by default the tenant's. */
    timezone?: string | null;
  };

  /** An order of a tenant's customer. */
  CustomerOrder: {
    cancelled_at?: string | null;
    created_at: string;
    currency: string;
    customer: Schemas["OrderCustomer"];
    /** When the last of it was delivered. */
    delivered_date?: string | null;
    /** Its id there. */
    external_id?: string | null;
    /** Where it comes from, such as `shopify`. */
    external_platform?: string | null;
    /** When the shop last changed it, by the shop's clock. */
    external_updated_at?: string | null;
    id: string;
    items: Array<Schemas["CustomerOrderItem"]>;
    /** What people were told. */
    messages: Array<Schemas["OrderMessage"]>;
    notes?: string | null;
    order_date: string;
    order_number: string;
    shipments: Array<Schemas["OrderShipment"]>;
    /** When the last of it was shipped. */
    shipped_date?: string | null;
    /** The id of the shop that sends it; null: it was made here, or came without a shop of its own. */
    shop_id?: string | null;
    status: Schemas["CustomerOrderStatus"];
    tenant_id: string;
    total_amount: number;
    updated_at: string;
  };

  /** An item of an order. `0 <= packed_quantity <= quantity - cancelled_quantity`. */
  CustomerOrderItem: {
    /** How many of them are not wanted any more. */
    cancelled_quantity: number;
    delivered_quantity: number;
    id: string;
    /** Whether all that are wanted are packed. */
    is_packed: boolean;
    order_id: string;
    packed_quantity: number;
    product_name: string;
    /** How many were ordered. */
    quantity: number;
    /** Whether it goes into a parcel. */
    requires_shipping: boolean;
    /** How many of those that were shipped came back. */
    returned_quantity: number;
    shipped_quantity: number;
    sku?: string | null;
    /** The price of one. */
    unit_price?: number | null;
  };

  /** The status of an order: see [`super::quantities`]. */
  CustomerOrderStatus: "pending" | "confirmed" | "shipped" | "delivered" | "cancelled" | "returned";

  CustomerPayment: {
    amount: number;
    company_id: string;
    customer_id: string;
    gateway_payment_id: string;
    payment_method: string;
    status: string;
  };

  /** What a delay counts. */
  DelayType: "hours" | "days" | "weeks";

  /** A department. */
  Department: {
    /** Its code, unique within the entity. */
    code?: string | null;
    cost_center?: string | null;
    created_at: string;
    entity_id: string;
    /** The account of the general ledger of its lines for which no mapping names one. */
    gl_code?: string | null;
    /** How many people it has today. */
    headcount: number;
    /** How many people it had and has, each from a day on. */
    headcounts: Array<Schemas["DepartmentHeadcount"]>;
    id: string;
    manager_user_id?: string | null;
    name: string;
    /** The department of the same entity that it is part of. */
    parent_id?: string | null;
    status: Schemas["DepartmentStatus"];
    tenant_id: string;
    updated_at: string;
  };

  /** What a department may have besides. */
  DepartmentDetails: {
    /** Its code, unique within the entity. */
    code?: string | null;
    /** Its cost centre. */
    cost_center?: string | null;
    /** The account of the general ledger of its lines for which no mapping names one. */
    gl_code?: string | null;
    /** How many people it has. It is the driver of shares by `headcount`. */
    headcount?: number | null;
    /** The first day with this headcount, in the tenant's time zone. Default: today. */
    headcount_from?: string | null;
    /** The user who manages it. */
    manager_user_id?: string | null;
    /** The department of the same entity that it is part of. */
    parent_id?: string | null;
    status?: null | Schemas["DepartmentStatus"];
  };

  /** How many people a department has from a day on. */
  DepartmentHeadcount: {
    /** The first day, in the tenant's time zone. */
    from: string;
    /** How many people. */
    headcount: number;
  };

  /** Whether a department may get shares. */
  DepartmentStatus: "active" | "closed";

  /** What an invoice may have besides. */
  DetailsRequest: {
    /** The account at the provider, where its ids are unique only within one. */
    account?: string | null;
    /**
     * The last day on which it is not overdue. Default: 14 days after its date, or the tenant's setting
     * `invoices.due_days`.
     */
    due_date?: string | null;
    /** Its id at the provider. A tenant has one invoice of each provider, account and external id. */
    external_id?: string | null;
    /** Its date. Default: the day on which it is finalised, where the tenant is. */
    issue_date?: string | null;
    /** A note to the customer: up to 2000 bytes. */
    notes?: string | null;
    /** The payment provider that knows it by `external_id`. Default: `stripe` where there is an `external_id`. */
    provider?: string | null;
    /**
     * The series that it is numbered in: 1 to 16 letters and digits. Default: the tenant's setting `invoices.series`,
     * else `INV`.
     */
    series?: string | null;
  };

  /** A field that differs. */
  Difference: {
    expected?: string | null;
    field: string;
    found?: string | null;
  };

  /** What came of disconnecting an integration. */
  DisconnectResponse: (Schemas["Integration"]) & ({
    /** Why it could not be told. */
    revocation_problem?: string | null;
    /**
     * Whether the provider made the tokens worthless. False: it could not be told; the edge has erased them all the same,
     * and the app's access can be taken back at the provider.
     */
    revoked: boolean;
  });

  /** A dispute. */
  Dispute: {
    /** How much is disputed. */
    amount: number;
    card_dispute?: null | Schemas["DisputeCardCase"];
    /** When it was resolved, rejected or withdrawn. */
    closed_at?: string | null;
    created_at: string;
    currency: string;
    description?: string | null;
    /** Until when it is to be decided. */
    due_at?: string | null;
    /** The entity that is concerned. */
    entity_id?: string | null;
    evidence: Array<Schemas["DisputeEvidence"]>;
    id: string;
    /** Its number within the tenant: `DSP-00042`. */
    number: string;
    /** Who opened it. */
    opened_by: string;
    /** Whether that time is past and it is not decided. Nothing is decided by itself. */
    overdue: boolean;
    /** The payment that is disputed, once it is known. */
    payment_id?: string | null;
    /** Why something is disputed. */
    reason: "duplicate" | "incorrect_amount" | "service_not_provided" | "unauthorized" | "other";
    resolution?: null | Schemas["DisputeResolution"];
    /** Where a dispute stands. */
    status: "open" | "under_review" | "awaiting_customer" | "resolving" | "resolved" | "rejected" | "withdrawn";
    subject: Schemas["DisputeSubject"];
    tenant_id: string;
    updated_at: string;
  };

  /** A resolution that people have to approve first. */
  DisputeApproval: {
    /** The amount that is to be approved, exactly. */
    amount: number;
    /** Once it is approved, the same request with this id goes through. */
    approval_request_id: string;
    currency: string;
    /** Who is asked, in this order. */
    levels: Array<Schemas["DisputeApprovalLevel"]>;
    /** `pending_approval`. */
    status: string;
    /** Levels for which too few people are known who could approve. */
    warnings?: Array<string>;
  };

  /** People who approve, before the next level is asked. */
  DisputeApprovalLevel: {
    /** Who may approve: `role:finance_manager`. */
    approvers: Array<string>;
    /** How many of them must approve. */
    quorum: number;
  };

  /** The card dispute that opened a dispute. */
  DisputeCardCase: {
    /** Its id there. */
    id: string;
    /** The gateway. */
    provider: string;
    /** Why, in the gateway's words. */
    reason?: string | null;
    /** What became of it. */
    status: "open" | "won" | "lost" | "closed";
  };

  /** A comment. */
  DisputeComment: {
    /** Who wrote it. */
    author: string;
    body: string;
    created_at: string;
    dispute_id: string;
    id: string;
    /** Who sees a comment. */
    visibility: "internal" | "shared";
  };

  /** A comment to add. */
  DisputeCommentRequest: {
    /** What it says: 1 to 4000 bytes. */
    body: string;
    /**
     * Who sees it: with `internal` those who may change disputes, with `shared` everybody who may read them. Default:
     * `internal`.
     */
    visibility?: null | "internal" | "shared";
  };

  /** A piece of evidence. A text alone is its description. */
  DisputeEvidence: {
    /** What it says or shows: up to 4000 bytes. */
    description?: string | null;
    /** What it is: up to 256 bytes. */
    name?: string | null;
    /** The SHA-256 of what is there, in hex. */
    sha256?: string | null;
    /** Where it is: an `https` URL. */
    url?: string | null;
  };

  /** The refund of a resolution. */
  DisputeRefund: {
    /** BheemPay's id. */
    gateway_id?: string | null;
    /** The edge's reference, by which BheemPay knows it too. */
    id: string;
    /** Why it failed, or why its status is not known. */
    reason?: string | null;
    /** The status of a refund as callers see it. */
    status: "pending" | "processed" | "failed" | "unknown";
  };

  /** A resolution. */
  DisputeResolution: {
    /** How much. Null: nothing. */
    amount?: number | null;
    /** The approval that it used. */
    approval_request_id?: string | null;
    /** The charge that it posted on the entity. */
    charge_id?: string | null;
    /** How a dispute is resolved. */
    kind: "refund" | "credit" | "adjustment" | "reject";
    /** Why. */
    reason: string;
    refund?: null | Schemas["DisputeRefund"];
    /** When. */
    resolved_at: string;
    /** Who resolved it. */
    resolved_by: string;
  };

  /** The thing that is disputed. */
  DisputeSubject: {
    /** Its id: 1 to 256 bytes. */
    id: string;
    /** What it is. */
    kind: "payment" | "invoice" | "charge";
  };

  /** A DNS record that the owner of a domain has to publish, so that mail reaches the mail service and is believed. */
  DnsRecord: {
    name: string;
    priority?: number | null;
    ttl?: number | null;
    /** `MX`, `TXT`, `CNAME`. */
    type: string;
    value: string;
  };

  /** A kind of document. */
  DocumentKind: "customers" | "invoices" | "payments" | "refunds" | "journals";

  /** What became of a document. */
  DocumentState: "pending" | "sending" | "sent" | "failed" | "blocked" | "cancelled";

  /** The work that a drain did. */
  DrainResult: {
    /** Whether there is more to do right away. */
    more: boolean;
    /** Events of which an attempt failed. */
    put_off: number;
    /** Old events and notifications that were removed. */
    removed: number;
    /** Notifications that were sent. */
    sent: number;
    /** Events that were settled. */
    settled: number;
    /** Tenants whose pending changes were propagated. */
    spread: number;
    /** Notifications that could not be sent. */
    unsent: number;
  };

  /** The work that was done. */
  Drained: {
    /** The number of jobs that were completed. */
    completed: number;
    /** The number of jobs that failed for good. */
    dead: number;
    /** Whether there is more to do right away. */
    more: boolean;
    /** The number of attempts that failed and are made again. */
    retried: number;
  };

  /** The account. */
  EmailAccount: {
    email: string;
    first_name?: string | null;
    id: number;
    last_name?: string | null;
    /** The organization's number. */
    organization_id: number;
    /** Bytes. */
    quota: number;
    /** The user's id in the rest of this API. */
    user_id: string;
  };

  EmailAccountData: {
    /** The part of the address before the `@`, at most 64 bytes. Capitals do not matter. */
    address: string;
    /** The `domain_id` that provisioning the organization returned. */
    domain: number;
    /** The organization's number. */
    organization_id: number;
    /** Bytes, at least 1048576 (1 MiB). The default is an equal share of the organization's storage. */
    quota?: number | null;
    user_info?: Schemas["UserInfo"];
  };

  /** The steps that are done. */
  EmailAccountDetails: {
    mailbox_created: boolean;
    quota_set: boolean;
    user_profile_created: boolean;
  };

  /** An entity. */
  Entity: {
    address?: string | null;
    billing_email?: string | null;
    code?: string | null;
    /** Whether its charges are on the invoice of the entity above it. */
    consolidate_to_parent: boolean;
    country?: string | null;
    created_at: string;
    currency: string;
    id: string;
    /** Its name on invoices; null: `name`. */
    legal_name?: string | null;
    name: string;
    /** The entity above it; null: it is the root of a tree. */
    parent_id?: string | null;
    /** How many days after an invoice's date its charges are due that do not say. */
    payment_terms_days: number;
    status: Schemas["EntityStatus"];
    tax_id?: string | null;
    tenant_id: string;
    updated_at: string;
    /** Raised by each change. Send it as `If-Match` to change the entity only if nobody else has. */
    version: number;
  };

  /** A budget of an entity, as it is in the current period. */
  EntityBudget: {
    /** What may be spent in the period. */
    allowance: number;
    currency: string;
    /** The department that it covers; null: the whole entity. */
    department_id?: string | null;
    id: string;
    name: string;
    /** The name of the period: `2024-02`, `2024-Q1` or `2024`. */
    period: string;
    remaining: number;
    reserved: number;
    spent: number;
  };

  /** An entity, and its budgets. */
  EntityDetails: (Schemas["Entity"]) & ({
    /** Its active budgets. */
    budgets: Array<Schemas["EntityBudget"]>;
  });

  /** Whether an entity is in use. */
  EntityStatus: "active" | "closed";

  /** A subscription that belongs to an entity. */
  EntitySubscription: {
    application_slug: string;
    /** Who collects the money: `entity`, by charges for each period; `gateway`, so that the entity is not charged. */
    billed_by: string;
    /** `monthly`, `quarterly` or `annual`. */
    billing_cycle: string;
    currency: string;
    current_period_end?: string | null;
    /** Null: the first period has not begun. */
    current_period_start?: string | null;
    entity_id: string;
    /** The first day on which it belongs to the entity. */
    from: string;
    gateway: Schemas["GatewayName"];
    plan_id: string;
    /** The price of a seat for one billing cycle. */
    price_per_seat: number;
    seats: number;
    status: string;
    subscription_id: string;
    /** The day before which that ends; null: it does not. */
    to?: string | null;
  };

  /** What is owed in a currency. */
  EntityTotal: {
    currency: string;
    /** Consolidated invoices that are not finalised. */
    draft_invoices: number;
    /** What is still to be paid of consolidated invoices that are finalised. */
    open_invoices: number;
    /** What of `open_invoices` is overdue. */
    overdue_invoices: number;
    /** Charges that are on no invoice yet. */
    unbilled: number;
  };

  /** An entity, and the tree below it. */
  EntityTree: (Schemas["Entity"]) & ({
    /** Its active budgets. */
    budgets: Array<Schemas["EntityBudget"]>;
    /** The entities right below it, by name. */
    children: Array<Schemas["EntityTree"]>;
    /** What the entity owes by itself, in each currency. */
    own: Array<Schemas["EntityTotal"]>;
    /** What it owes together with all entities below it, in each currency. */
    totals: Array<Schemas["EntityTotal"]>;
  });

  /** Where what is written ends up. */
  Environment: "production" | "sandbox";

  /** The input of an evaluation. */
  EvaluateRuleRequest: {
    /** The input, which must match the rule's input schema. */
    input: { [name: string]: unknown };
    /** The number of the version to evaluate, active or not. The default is the active version. */
    version?: number | null;
  };

  /** A tenant's external id in an application. */
  ExternalId: {
    applicationSlug: string;
    externalOrgId: string;
    setAt: string;
    setBy: string;
  };

  /** Why attempts failed. */
  FailureReason: {
    count: number;
    /** In the gateway's words; `unknown`: it did not say. */
    reason: string;
  };

  /** A part of a feed, oldest entry first. */
  Feed: {
    data: Array<Schemas["FeedEntry"]>;
    /** The `after` of the next request. */
    next: string;
    /** The number of entries in the whole feed that are not read. */
    unread: number;
  };

  /** An entry of a feed. */
  FeedEntry: {
    category?: string | null;
    created_at: string;
    /** The event's data. */
    data: { [name: string]: unknown };
    event_id: string;
    event_type: string;
    id: string;
    is_read: boolean;
    /** Null: the entry is not read. */
    read_at?: string | null;
    /** What happened, in a few words. */
    title: string;
  };

  /** What was read. */
  FeedRead: {
    /** The number of entries that are read now and were not before. */
    read: number;
    /** The number of entries that are still not read. */
    unread: number;
  };

  /** An invalid field of a request. */
  FieldError: {
    /** The path of the field in the body: `userId`, `requests[3].userId`. */
    field: string;
    /** What is wrong with the field. */
    message: string;
  };

  /** A message about a place in a script. */
  Finding: {
    /** The column, starting at 1; 0 if the message is not about a column. */
    column: number;
    /** The line, starting at 1; 0 if the message is not about a line. */
    line: number;
    /** The message. */
    message: string;
  };

  /** Who takes the money. */
  GatewayName: "stripe" | "bheempay" | "manual";

  /** A notice. */
  GiveNoticeRequest: {
    /** Who gives it: `customer` or `seller`. */
    by: Schemas["ContractParty"];
  };

  /** What an amount is to the general ledger. */
  GlKind: "revenue" | "cash" | "receivable" | "deferred" | "tax" | "refund";

  /** A mapping to an account of the general ledger. */
  GlMapping: {
    created_at: string;
    department_id?: string | null;
    gl_code: string;
    id: string;
    kind?: null | Schemas["GlKind"];
    plan_id?: string | null;
    updated_at: string;
  };

  /** How well it did in a period. */
  HealthPoint: {
    /** The day on which it begins. */
    at: string;
    band: string;
    parts: Schemas["Parts"];
    score?: number | null;
  };

  /** How well an organization does. */
  HealthResult: {
    /** `healthy`, `at_risk`, `critical` or `unknown`. */
    band: string;
    organizationId: string;
    parts: Schemas["Parts"];
    points: Array<Schemas["HealthPoint"]>;
    /** Of the whole range: 0 to 100; null: no part is known. */
    score?: number | null;
  };

  /** What became of an import. */
  ImportStatus: "queued" | "running" | "completed" | "failed";

  /** A subscription as another system has it. */
  ImportedRequest: {
    /** When its period ends, RFC 3339; null: it has no end. Required unless it is `ACTIVE`. */
    currentPeriodEnd?: string | null;
    /** Its state there: `ACTIVE`, `TRIALING`, `PAST_DUE`, or `CANCELLED` for one that ends with its period. */
    status: Schemas["SubscriptionStatus"];
  };

  /** An integration with an accounting system. */
  Integration: {
    /** The companies that can be reached, where there are several or none: `settings.company_id` chooses. */
    companies?: Array<Schemas["Company"]> | null;
    company?: null | Schemas["Company"];
    connected_at?: string | null;
    /** Who consented, or gave the credentials. */
    connected_by?: string | null;
    created_at: string;
    environment: Schemas["Environment"];
    id: string;
    name: string;
    /** What is to be done for it to work, if it does not. */
    problem?: string | null;
    provider: Schemas["Provider"];
    settings: Schemas["IntegrationSettings"];
    status: Schemas["IntegrationStatus"];
    updated_at: string;
  };

  /** What a tenant chose for an integration. */
  IntegrationSettings: {
    /** The company whose books are written to, of those that can be reached. None: the only one. */
    company_id?: string | null;
    /** How often a run starts by itself, in minutes. None: never. */
    every_minutes?: number | null;
    /** Documents that are dated before are left out. None: none is. */
    from?: string | null;
    /** The kinds of documents that are synchronised. */
    sync: Array<Schemas["DocumentKind"]>;
  };

  /** How an integration stands. */
  IntegrationStatus: "configured" | "needs_consent" | "needs_company" | "connected" | "needs_reauth" | "disconnected";

  /** How an integration stands, with its last run. */
  IntegrationStatusResponse: (Schemas["Integration"]) & ({
    last_run?: null | Schemas["LedgerRun"];
  });

  /**
   * The organisation whose cached seats are invalidated: either `organizationId`, or `applicationSlug` and
   * `externalOrgId`.
   */
  InvalidateSeatsRequest: {
    /** The application's slug; required together with `externalOrgId`. */
    applicationSlug?: string | null;
    /** The organisation's id in the application; required together with `applicationSlug`. */
    externalOrgId?: string | null;
    /** The organisation's id in the ERP. */
    organizationId?: string | null;
  };

  /** The result of an invalidation: data cached before it is no longer served. */
  InvalidateSeatsResponse: {
    /** The organisation's fence number, which increases with every invalidation. */
    fence: number;
  };

  /** An invoice. */
  Invoice: {
    /** The account at the provider. */
    account?: string | null;
    /** The sum of the lines. */
    amount: number;
    /** What is still to be paid. */
    amount_due: number;
    amount_paid: number;
    /** What was given back of the payments. */
    amount_refunded: number;
    created_at: string;
    /** What was paid beyond the total. */
    credit: number;
    currency: string;
    customer: Schemas["InvoiceCustomer"];
    /** The last day on which it is not overdue. */
    due_date?: string | null;
    /** How many days after its date it is due, where it has no due date yet; null: as the tenant's settings say. */
    due_days?: number | null;
    external_id?: string | null;
    finalized_at?: string | null;
    id: string;
    /** Its number in its series and year; null until it is finalised. */
    invoice_number?: string | null;
    /** Its date; null: the day on which it will be finalised. */
    issue_date?: string | null;
    items: Array<Schemas["InvoiceItem"]>;
    notes?: string | null;
    /** When it was paid in full. */
    paid_at?: string | null;
    /** The payments, in the order in which they were recorded. */
    payments: Array<Schemas["InvoicePayment"]>;
    /** The payment provider that knows it by `external_id`. */
    provider?: string | null;
    /** What was given back, in the order in which it was recorded. */
    refunds: Array<Schemas["InvoiceRefund"]>;
    series: string;
    status: Schemas["InvoiceStatus"];
    /** The sum of the taxes. */
    tax: number;
    /** The tax of each rate. */
    taxes: Array<Schemas["InvoiceTax"]>;
    tenant_id: string;
    /** `amount` plus `tax`. */
    total: number;
    updated_at: string;
    voided_at?: string | null;
  };

  /** Whom an invoice is for. */
  InvoiceCustomer: {
    /** The postal address; it may have several lines. */
    address?: string | null;
    /** The e-mail address, where the invoice and its reminders go. */
    email?: string | null;
    /** The customer's id, as the tenant knows it. */
    id?: string | null;
    /** The language in which messages are, such as `en`. */
    locale?: string | null;
    /** The name. Required unless there is an e-mail address. */
    name?: string | null;
    /** The phone number. */
    phone?: string | null;
    /** The tax number, such as a GSTIN. */
    tax_id?: string | null;
  };

  /** A line of an invoice. */
  InvoiceItem: {
    /** `quantity` times `unit_price`, rounded half up. */
    amount: number;
    description: string;
    quantity: number;
    /** The section of the invoice that it is in; omitted where there is none. */
    section?: string | null;
    /** Per cent. */
    tax_rate: number;
    unit_price: number;
  };

  /** A line of an invoice. */
  InvoiceItemRequest: {
    /** What is charged: 1 to 256 bytes. */
    description: string;
    /** How many, with at most 6 decimals. Default: 1. */
    quantity?: number | null;
    /** The section of the invoice that it is in. Lines of one section stand together. */
    section?: string | null;
    /** The tax on top, per cent: 0 to 100, with at most 4 decimals. Default: 0. */
    tax_rate?: number | null;
    /** The price of one, in the invoice's currency. Negative: a discount. */
    unit_price: number;
  };

  /** A payment of an invoice. */
  InvoicePayment: {
    amount: number;
    /** When it was recorded. */
    created_at: string;
    id: string;
    method?: string | null;
    /** When it was paid. */
    paid_at: string;
    reference: string;
  };

  /** A payment to record. */
  InvoicePaymentRequest: {
    /** The amount, above zero. What is beyond the invoice's total is its `credit`. */
    amount: number;
    /** The currency, which must be the invoice's. */
    currency?: string | null;
    /** How it was paid, such as `bank_transfer`. */
    method?: string | null;
    /** When it was paid (RFC 3339). Default: now. */
    paid_at?: string | null;
    /**
     * What the payer or the bank knows the payment by. A reference is recorded once for each invoice. Default: the
     * payment's own id.
     */
    reference?: string | null;
  };

  /** What was given back of a payment. */
  InvoiceRefund: {
    amount: number;
    /** Its id at the gateway. */
    reference: string;
    refunded_at: string;
  };

  /** A reminder of an invoice. */
  InvoiceReminder: {
    /** Why it was not sent, or the last try failed. */
    error?: string | null;
    id: string;
    invoice_id: string;
    /** How many tries are made at most. */
    max_retries: number;
    /** The id of its message in the outbox. */
    message_id?: string | null;
    reminder_type: Schemas["ReminderType"];
    /** How many tries failed. */
    retry_count: number;
    /** When it is to go out; null: the invoice has no due date yet, or the tenant's settings have no reminder of this type. */
    scheduled_at?: string | null;
    /** When it went out. */
    sent_at?: string | null;
    status: Schemas["ReminderStatus"];
  };

  /** A reminder to schedule. */
  InvoiceReminderRequest: {
    /** Its type. */
    reminder_type: Schemas["ReminderType"];
    /** When it is to go out (RFC 3339). Default: at its type's time, or now if that is past. */
    scheduled_at?: string | null;
  };

  /** What is invoiced of one entity. */
  InvoiceSection: {
    /** The sum of its charges. */
    amount: number;
    charges: Array<Schemas["InvoicedCharge"]>;
    entity_id: string;
    name: string;
  };

  /** The status of an invoice, as callers see it. */
  InvoiceStatus: "pending" | "sent" | "paid" | "overdue" | "cancelled";

  /** The tax of one rate. */
  InvoiceTax: {
    /** Per cent. */
    rate: number;
    /** The tax on it, rounded half up. */
    tax: number;
    /** The sum of the lines of this rate. */
    taxable: number;
  };

  /** A charge on an invoice. */
  InvoicedCharge: {
    amount: number;
    date: string;
    description: string;
    id: string;
  };

  /** Invoices whose first attempt was in the period. */
  Invoices: {
    /** Those that were paid at the first attempt. */
    firstTry: number;
    firstTryRate?: number | null;
    paid: number;
    /** The share that was paid; null: there were none. */
    rate?: number | null;
    /** Those that were paid at a later attempt. */
    recovered: number;
    /** Their share of those that were not paid at the first attempt; null: there were none. */
    recoveredRate?: number | null;
    total: number;
  };

  /** A job. */
  Job: {
    /** The number of attempts, the current one included. */
    attempts: number;
    created_at: string;
    /** When the next attempt is made; for a running job, when another worker takes it over; null if the job is dead. */
    due_at?: string | null;
    id: string;
    /** What the job is about, unique within the kind. */
    key: string;
    /** What the job does: `webhooks.event`. */
    kind: string;
    /** Why the last attempt failed. */
    last_error?: string | null;
    state: Schemas["JobState"];
    /** The tenant that the job is done for. */
    tenant_id?: string | null;
  };

  /** The state of a job. */
  JobState: "queued" | "running" | "dead";

  /** Jobs, now. */
  JobStats: {
    dead: number;
    /** For how long the oldest job that is due has been waiting, seconds. */
    lag_seconds: number;
    queued: number;
    running: number;
  };

  JournalEntry: {
    entry_date: string;
    lines: Array<Schemas["JournalLine"]>;
    reference: string;
  };

  JournalLine: {
    /** The account's number: `1200`. */
    account: string;
    account_name: string;
    credit?: number | null;
    debit?: number | null;
    description: string;
  };

  /** A rule that does not use its activated version. */
  Lapsed: {
    /** The version that is used instead. */
    deciding: number;
    /** The rule's name. */
    rule: string;
    /** The activated version, which does not compile on this build. */
    version: number;
  };

  /** What became of a document in the books. */
  LedgerDocument: {
    /** How often it was attempted in the last run. */
    attempts: number;
    created_at: string;
    /** Null: it has none. */
    date?: string | null;
    error?: null | Schemas["LedgerDocumentError"];
    id: string;
    kind: Schemas["DocumentKind"];
    /** What the edge knows it by. */
    local_id: string;
    /** Its number in the books. */
    number: string;
    /** Its id in the books. */
    remote_id?: string | null;
    /** Its number in the books, where the provider gave it another. */
    remote_number?: string | null;
    sent_at?: string | null;
    state: Schemas["DocumentState"];
    updated_at: string;
  };

  /** Why a document was not written, and what to do about it. */
  LedgerDocumentError: {
    code: Schemas["SyncCode"];
    /** What there is to say, such as the provider's own words. */
    message: string;
    /** What somebody has to do about it. */
    remedy: string;
  };

  /** A page of what would be sent. */
  LedgerDryRun: {
    /** What would be sent, in the order in which it would be. */
    data: Array<Schemas["PlannedLedgerDocument"]>;
    /** Always true. */
    dry_run: boolean;
    /** Whether all of the edge's records were looked through. False: ask again, and more is known. */
    is_complete: boolean;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** An attempt at a document. */
  LedgerLogEntry: {
    /** Who started the run. */
    actor: string;
    at: string;
    /** How often it had been attempted in the run, this time included. */
    attempt: number;
    duration_ms: number;
    error?: null | Schemas["LedgerDocumentError"];
    id: string;
    /** The kind of document, such as `invoices`. */
    kind: string;
    /** The document's number in the books. */
    number: string;
    outcome: Schemas["LedgerLogOutcome"];
    /** Its id in the books. */
    remote_id?: string | null;
    run_id: string;
  };

  /** What came of an attempt. */
  LedgerLogOutcome: "sent" | "linked" | "deferred" | "failed" | "blocked" | "cancelled";

  /** A run of an integration. */
  LedgerRun: {
    /** All documents of the integration, by kind and state. */
    documents: { [name: string]: { [name: string]: number } };
    /** What the run is done with, by kind and state. */
    done: { [name: string]: { [name: string]: number } };
    error?: null | Schemas["LedgerDocumentError"];
    finished_at?: string | null;
    id: string;
    /** When it goes on by itself, while it waits. */
    resume_at?: string | null;
    started_at: string;
    /** Who started it. */
    started_by: string;
    status: Schemas["LedgerRunStatus"];
    updated_at: string;
  };

  /** Where a run stands. */
  LedgerRunStatus: "queued" | "running" | "waiting" | "completed" | "failed" | "stopped";

  /** A page of a list. */
  Listing_Allocation: {
    /** The entries of the page. */
    data: Array<{
      /** The amount, of `fixed`; null: all that the others leave. */
      amount?: number | null;
      /** The percentage in basis points, of `percentage`. */
      basis_points?: number | null;
      created_at: string;
      currency?: string | null;
      department_id: string;
      /** What the department uses, of `usage`. */
      driver?: number | null;
      /** The first day, in the tenant's time zone. */
      from: string;
      gl_code?: string | null;
      id: string;
      method: Schemas["AllocationMethod"];
      source: Schemas["AllocationSource"];
      /** The day after the last; null: there is no last. */
      to?: string | null;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_AllocationLine: {
    /** The entries of the page. */
    data: Array<{
      action: Schemas["AllocationLineAction"];
      /** The amount; negative: given back. */
      amount: number;
      /** The department's cost centre when the line was posted. */
      cost_center?: string | null;
      currency: string;
      /** The day that it counts for, in the tenant's time zone. */
      date: string;
      /** The department; null: nobody shares it. */
      department_id?: string | null;
      /** The document: `invoice:ID`, `charge:ID` or `payment:ID`. */
      document: string;
      entity_id?: string | null;
      /** The account of the general ledger when the line was posted. */
      gl_code?: string | null;
      id: string;
      /** What the amount is to the general ledger. */
      kind: Schemas["GlKind"];
      plan_id?: string | null;
      posted_at: string;
      /** What was split: `subscription:ID`, `invoice:ID` or `amount:ID`. */
      source: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_ApiKey: {
    /** The entries of the page. */
    data: Array<{
      /** The applications that the key may be used for; null if all are allowed. */
      applications?: Array<string> | null;
      /** When the key was created, RFC 3339. */
      created_at: string;
      /** The id of the caller that created the key. */
      created_by: string;
      /** When the key expires, RFC 3339; null if it does not expire. */
      expires_at?: string | null;
      /** The key's id. */
      id: string;
      /** When the key was last used, RFC 3339, to within an hour; null: never. */
      last_used_at?: string | null;
      /** The key's name. */
      name: string;
      /**
       * The origin of the chain of keys that created this key: a person of the tenant, or the first key bound to it.
       * Omitted if the chain begins with this key.
       */
      root?: string | null;
      /** The key's scopes. */
      scopes: Array<Schemas["Scope"]>;
      tenant_id?: null | Schemas["TenantId"];
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Application: {
    /** The entries of the page. */
    data: Array<{
      createdAt: string;
      /** The application's name for an organisation's id. */
      externalIdName: string;
      /** The days for which an invitation to a seat holds. */
      invitationDays: number;
      name: string;
      /** The hours that must pass before a seat that was assigned can be transferred. */
      seatCooldownHours: number;
      /** Where the application's seats live: in the ERP, or in the edge's own database. */
      seatSource: Schemas["SeatSource"];
      slug: string;
      updatedAt: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_ApplicationPlan: {
    /** The entries of the page. */
    data: Array<{
      /** Whether the plan is sold. */
      active: boolean;
      applicationSlug: string;
      /** `monthly`, `quarterly` or `annual`. */
      billingCycle: string;
      createdAt: string;
      currency: string;
      id: string;
      /** Null: any number of seats can be bought. */
      maxSeats?: number | null;
      minSeats: number;
      name: string;
      /** The plan's number among the plans of all applications. */
      number: number;
      /** The price of one seat for one billing cycle. */
      pricePerSeat: number;
      /** The id of the same price at Stripe. */
      stripePriceId?: string | null;
      /** The days for which a new subscription is not paid. */
      trialDays: number;
      updatedAt: string;
      /** The plan's version. A subscription keeps the version that it was sold under. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_ApprovalDelegation: {
    /** The entries of the page. */
    data: Array<{
      created_at: string;
      ends_at: string;
      /** The person on whose behalf the delegate may act. */
      from: string;
      id: string;
      reason: string;
      /** When the delegation was revoked, or one of the two people was removed from the tenant (RFC 3339); null: neither. */
      revoked_at?: string | null;
      starts_at: string;
      /** The delegate. */
      to: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_ApprovalRequest: {
    /** The entries of the page. */
    data: Array<{
      /** The approvals and rejections, oldest first. */
      actions: Array<Schemas["ApprovalAction"]>;
      amount: number;
      contract_id?: string | null;
      created_at: string;
      currency: string;
      /** The number of the level that is asked now, from 1; null: the request is not pending. */
      current_level?: number | null;
      department_id?: string | null;
      description?: string | null;
      /** Until when a pending request can be approved, and an approved one used (RFC 3339). */
      expires_at: string;
      id: string;
      kind: string;
      /** The levels, in the order in which they are asked. */
      levels: Array<Schemas["ApprovalRequestLevel"]>;
      plan_id?: string | null;
      /** The person who requested the approval. */
      requester: string;
      /** The decision of the rule `approval`. The request follows it even if the rule is changed later. */
      rule: Schemas["ApprovalDecision"];
      status: Schemas["ApprovalStatus"];
      tenant_id: string;
      /** The reference of the purchase that the request was used for; null: it was not used. */
      used_for?: string | null;
      /** Warnings from when the request was created: levels for which too few people were known. */
      warnings: Array<string>;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_ApprovalRule: {
    /** The entries of the page. */
    data: Array<{
      created_at?: string | null;
      currency?: string | null;
      department_id?: string | null;
      escalate_after_minutes?: number | null;
      escalate_to: Array<string>;
      expires_after_minutes?: number | null;
      /** The changes to the rule, oldest first. */
      history: Array<Schemas["ApprovalRuleChange"]>;
      id: string;
      is_active: boolean;
      kind?: string | null;
      levels: Array<Schemas["ApprovalRuleLevelResponse"]>;
      max_amount?: number | null;
      min_amount?: number | null;
      name: string;
      updated_at?: string | null;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_AuditEntryResponse: {
    /** The entries of the page. */
    data: Array<{
      /** The action: `created`, `activated` or `rolled_back`. */
      action: string;
      /** Who performed the action. */
      actor: string;
      /** The network address of the request; null if it is unknown. */
      address?: string | null;
      /** When the action happened, RFC 3339. */
      at: string;
      /** The difference from the previous version, as a unified diff of script and tests. */
      diff: string;
      /** The author's note on the version. */
      note?: string | null;
      /** The version that was active before; null for a version shipped with the build. */
      previousVersion?: number | null;
      /** The version that was created, activated or restored. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Budget: {
    /** The entries of the page. */
    data: Array<{
      /** Whether the amount left at the end of a period may be spent in the next. */
      carry_over: boolean;
      /** The cost centre that the budget covers; null: all cost centres. */
      cost_centre?: string | null;
      created_at: string;
      currency: string;
      /** The balance of the current period. */
      current: Schemas["BudgetPeriodBalance"];
      /** The department that the budget covers; null: the whole tenant. */
      department_id?: string | null;
      /** The entity that the budget covers; null: all entities. */
      entity_id?: string | null;
      /** The changes to the budget, oldest first. */
      history: Array<Schemas["BudgetChange"]>;
      id: string;
      is_active: boolean;
      /** The amount that may be spent in each period, from the current period on. */
      limit: number;
      name: string;
      period: Schemas["BudgetPeriod"];
      tenant_id: string;
      thresholds: Array<Schemas["BudgetThreshold"]>;
      time_zone: string;
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_BudgetAlert: {
    /** The entries of the page. */
    data: Array<{
      allowance: number;
      message: string;
      period: string;
      raised_at: string;
      /** `soft` or `hard`. */
      severity: string;
      /** The threshold, as a percentage of the period's allowance. */
      threshold: string;
      /** The highest amount that was used. */
      used: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Campaign: {
    /** The entries of the page. */
    data: Array<{
      /** When it was last activated. */
      activated_at?: string | null;
      created_at: string;
      description?: string | null;
      id: string;
      name: string;
      quiet_hours?: null | Schemas["CampaignQuietHours"];
      /** `draft`, `active` or `paused`. */
      status: "draft" | "active" | "paused";
      /** By number. */
      steps: Array<Schemas["CampaignStep"]>;
      stop_on_reply: boolean;
      updated_at: string;
      variables: { [name: string]: unknown };
      /** The version of what it says. Contacts go through the version that there was when they were enrolled. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_CampaignStep: {
    /** The entries of the page. */
    data: Array<{
      campaign_id: string;
      channel: string;
      /** `replied`, `clicked`, `attributes`; what is not there is not asked for. */
      conditions: { [name: string]: unknown };
      delay: number;
      /** `hours`, `days` or `weeks`. */
      delay_type: "hours" | "days" | "weeks";
      expires_after_hours: number;
      id: string;
      is_active: boolean;
      message_template: string;
      step_number: number;
      subject?: string | null;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Charge: {
    /** The entries of the page. */
    data: Array<{
      /** Negative: a credit. */
      amount: number;
      created_at: string;
      currency: string;
      date: string;
      description: string;
      entity_id: string;
      id: string;
      /** The consolidated invoice that it is on; null: none yet. */
      invoice_id?: string | null;
      /** The month of that invoice. */
      period?: string | null;
      /** The first of the days that it is for; null: it is for its own day alone. */
      service_from?: string | null;
      /** The day after the last of them. */
      service_to?: string | null;
      source?: null | Schemas["ChargeSource"];
      /** How many days after the invoice's date it is due. */
      terms_days: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Contact: {
    /** The entries of the page. */
    data: Array<{
      /** Custom fields. */
      attributes: { [name: string]: unknown };
      created_at: string;
      email?: string | null;
      id: string;
      locale?: string | null;
      name?: string | null;
      /** `+` and digits. */
      phone?: string | null;
      revision: number;
      source?: string | null;
      /** `suppressed`: every channel by which it is reached is suppressed. */
      status: Schemas["ContactStatus"];
      /** The channels over which it is not written to: it unsubscribed, an address bounced, or an administrator said so. */
      suppressed_channels: Array<string>;
      tags: Array<string>;
      timezone?: string | null;
      /**
       * The links by which the person unsubscribes, by channel, for messages that the edge does not write. Empty without
       * `unsubscribe_key`.
       */
      unsubscribe_urls: { [name: string]: unknown };
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Contract: {
    /** The entries of the page. */
    data: Array<{
      /** The annual contract value: the recurring lines in a year, on average. */
      acv: number;
      /** The amendments, oldest first. */
      amendments: Array<Schemas["ContractAmendment"]>;
      /** The approval request of its signing; null: nobody was asked. */
      approval_request_id?: string | null;
      /** Up to and with which day its charges are made. */
      billed_until?: string | null;
      counterparty: string;
      created_at: string;
      currency: string;
      documents: Array<Schemas["ContractDocument"]>;
      /** The day after the last of the terms that are agreed on. */
      end: string;
      entity_id: string;
      /** The fee of the termination; null: it was not terminated. */
      fee?: number | null;
      id: string;
      /** The last day on which notice is in time for the end of the last term. */
      last_notice_day: string;
      /** The lines that hold today, or on its first or last day, at that day's prices. */
      lines: Array<Schemas["ContractLine"]>;
      /** The monthly recurring revenue of the lines above. */
      mrr: number;
      notice?: null | Schemas["ContractNotice"];
      /** Its number; null until it is signed. */
      number?: string | null;
      renewal: Schemas["ContractRenewal"];
      /** When it was signed, where the tenant is. */
      signed_on?: string | null;
      sla: Array<Schemas["ContractServiceLevel"]>;
      /** The first day. */
      start: string;
      status: Schemas["ContractStatus"];
      /** The total contract value: recurring lines over all terms that are agreed on, and lines that are charged once. */
      tcv: number;
      tenant_id: string;
      terminated?: null | Schemas["ContractTerminated"];
      termination: Schemas["ContractTermination"];
      /** The terms that are agreed on. */
      terms: Array<Schemas["ContractTerm"]>;
      title: string;
      updated_at: string;
      /** The number of the newest version: 1, and one more for each amendment that was agreed on. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_CustomerOrder: {
    /** The entries of the page. */
    data: Array<{
      cancelled_at?: string | null;
      created_at: string;
      currency: string;
      customer: Schemas["OrderCustomer"];
      /** When the last of it was delivered. */
      delivered_date?: string | null;
      /** Its id there. */
      external_id?: string | null;
      /** Where it comes from, such as `shopify`. */
      external_platform?: string | null;
      /** When the shop last changed it, by the shop's clock. */
      external_updated_at?: string | null;
      id: string;
      items: Array<Schemas["CustomerOrderItem"]>;
      /** What people were told. */
      messages: Array<Schemas["OrderMessage"]>;
      notes?: string | null;
      order_date: string;
      order_number: string;
      shipments: Array<Schemas["OrderShipment"]>;
      /** When the last of it was shipped. */
      shipped_date?: string | null;
      /** The id of the shop that sends it; null: it was made here, or came without a shop of its own. */
      shop_id?: string | null;
      status: Schemas["CustomerOrderStatus"];
      tenant_id: string;
      total_amount: number;
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Department: {
    /** The entries of the page. */
    data: Array<{
      /** Its code, unique within the entity. */
      code?: string | null;
      cost_center?: string | null;
      created_at: string;
      entity_id: string;
      /** The account of the general ledger of its lines for which no mapping names one. */
      gl_code?: string | null;
      /** How many people it has today. */
      headcount: number;
      /** How many people it had and has, each from a day on. */
      headcounts: Array<Schemas["DepartmentHeadcount"]>;
      id: string;
      manager_user_id?: string | null;
      name: string;
      /** The department of the same entity that it is part of. */
      parent_id?: string | null;
      status: Schemas["DepartmentStatus"];
      tenant_id: string;
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Dispute: {
    /** The entries of the page. */
    data: Array<{
      /** How much is disputed. */
      amount: number;
      card_dispute?: null | Schemas["DisputeCardCase"];
      /** When it was resolved, rejected or withdrawn. */
      closed_at?: string | null;
      created_at: string;
      currency: string;
      description?: string | null;
      /** Until when it is to be decided. */
      due_at?: string | null;
      /** The entity that is concerned. */
      entity_id?: string | null;
      evidence: Array<Schemas["DisputeEvidence"]>;
      id: string;
      /** Its number within the tenant: `DSP-00042`. */
      number: string;
      /** Who opened it. */
      opened_by: string;
      /** Whether that time is past and it is not decided. Nothing is decided by itself. */
      overdue: boolean;
      /** The payment that is disputed, once it is known. */
      payment_id?: string | null;
      /** Why something is disputed. */
      reason: "duplicate" | "incorrect_amount" | "service_not_provided" | "unauthorized" | "other";
      resolution?: null | Schemas["DisputeResolution"];
      /** Where a dispute stands. */
      status: "open" | "under_review" | "awaiting_customer" | "resolving" | "resolved" | "rejected" | "withdrawn";
      subject: Schemas["DisputeSubject"];
      tenant_id: string;
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_DisputeComment: {
    /** The entries of the page. */
    data: Array<{
      /** Who wrote it. */
      author: string;
      body: string;
      created_at: string;
      dispute_id: string;
      id: string;
      /** Who sees a comment. */
      visibility: "internal" | "shared";
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Entity: {
    /** The entries of the page. */
    data: Array<{
      address?: string | null;
      billing_email?: string | null;
      code?: string | null;
      /** Whether its charges are on the invoice of the entity above it. */
      consolidate_to_parent: boolean;
      country?: string | null;
      created_at: string;
      currency: string;
      id: string;
      /** Its name on invoices; null: `name`. */
      legal_name?: string | null;
      name: string;
      /** The entity above it; null: it is the root of a tree. */
      parent_id?: string | null;
      /** How many days after an invoice's date its charges are due that do not say. */
      payment_terms_days: number;
      status: Schemas["EntityStatus"];
      tax_id?: string | null;
      tenant_id: string;
      updated_at: string;
      /** Raised by each change. Send it as `If-Match` to change the entity only if nobody else has. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_EntitySubscription: {
    /** The entries of the page. */
    data: Array<{
      application_slug: string;
      /** Who collects the money: `entity`, by charges for each period; `gateway`, so that the entity is not charged. */
      billed_by: string;
      /** `monthly`, `quarterly` or `annual`. */
      billing_cycle: string;
      currency: string;
      current_period_end?: string | null;
      /** Null: the first period has not begun. */
      current_period_start?: string | null;
      entity_id: string;
      /** The first day on which it belongs to the entity. */
      from: string;
      gateway: Schemas["GatewayName"];
      plan_id: string;
      /** The price of a seat for one billing cycle. */
      price_per_seat: number;
      seats: number;
      status: string;
      subscription_id: string;
      /** The day before which that ends; null: it does not. */
      to?: string | null;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_ExternalId: {
    /** The entries of the page. */
    data: Array<{
      applicationSlug: string;
      externalOrgId: string;
      setAt: string;
      setBy: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_GlMapping: {
    /** The entries of the page. */
    data: Array<{
      created_at: string;
      department_id?: string | null;
      gl_code: string;
      id: string;
      kind?: null | Schemas["GlKind"];
      plan_id?: string | null;
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Integration: {
    /** The entries of the page. */
    data: Array<{
      /** The companies that can be reached, where there are several or none: `settings.company_id` chooses. */
      companies?: Array<Schemas["Company"]> | null;
      company?: null | Schemas["Company"];
      connected_at?: string | null;
      /** Who consented, or gave the credentials. */
      connected_by?: string | null;
      created_at: string;
      environment: Schemas["Environment"];
      id: string;
      name: string;
      /** What is to be done for it to work, if it does not. */
      problem?: string | null;
      provider: Schemas["Provider"];
      settings: Schemas["IntegrationSettings"];
      status: Schemas["IntegrationStatus"];
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Invoice: {
    /** The entries of the page. */
    data: Array<{
      /** The account at the provider. */
      account?: string | null;
      /** The sum of the lines. */
      amount: number;
      /** What is still to be paid. */
      amount_due: number;
      amount_paid: number;
      /** What was given back of the payments. */
      amount_refunded: number;
      created_at: string;
      /** What was paid beyond the total. */
      credit: number;
      currency: string;
      customer: Schemas["InvoiceCustomer"];
      /** The last day on which it is not overdue. */
      due_date?: string | null;
      /** How many days after its date it is due, where it has no due date yet; null: as the tenant's settings say. */
      due_days?: number | null;
      external_id?: string | null;
      finalized_at?: string | null;
      id: string;
      /** Its number in its series and year; null until it is finalised. */
      invoice_number?: string | null;
      /** Its date; null: the day on which it will be finalised. */
      issue_date?: string | null;
      items: Array<Schemas["InvoiceItem"]>;
      notes?: string | null;
      /** When it was paid in full. */
      paid_at?: string | null;
      /** The payments, in the order in which they were recorded. */
      payments: Array<Schemas["InvoicePayment"]>;
      /** The payment provider that knows it by `external_id`. */
      provider?: string | null;
      /** What was given back, in the order in which it was recorded. */
      refunds: Array<Schemas["InvoiceRefund"]>;
      series: string;
      status: Schemas["InvoiceStatus"];
      /** The sum of the taxes. */
      tax: number;
      /** The tax of each rate. */
      taxes: Array<Schemas["InvoiceTax"]>;
      tenant_id: string;
      /** `amount` plus `tax`. */
      total: number;
      updated_at: string;
      voided_at?: string | null;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_InvoiceReminder: {
    /** The entries of the page. */
    data: Array<{
      /** Why it was not sent, or the last try failed. */
      error?: string | null;
      id: string;
      invoice_id: string;
      /** How many tries are made at most. */
      max_retries: number;
      /** The id of its message in the outbox. */
      message_id?: string | null;
      reminder_type: Schemas["ReminderType"];
      /** How many tries failed. */
      retry_count: number;
      /** When it is to go out; null: the invoice has no due date yet, or the tenant's settings have no reminder of this type. */
      scheduled_at?: string | null;
      /** When it went out. */
      sent_at?: string | null;
      status: Schemas["ReminderStatus"];
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Job: {
    /** The entries of the page. */
    data: Array<{
      /** The number of attempts, the current one included. */
      attempts: number;
      created_at: string;
      /** When the next attempt is made; for a running job, when another worker takes it over; null if the job is dead. */
      due_at?: string | null;
      id: string;
      /** What the job is about, unique within the kind. */
      key: string;
      /** What the job does: `webhooks.event`. */
      kind: string;
      /** Why the last attempt failed. */
      last_error?: string | null;
      state: Schemas["JobState"];
      /** The tenant that the job is done for. */
      tenant_id?: string | null;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_LedgerDocument: {
    /** The entries of the page. */
    data: Array<{
      /** How often it was attempted in the last run. */
      attempts: number;
      created_at: string;
      /** Null: it has none. */
      date?: string | null;
      error?: null | Schemas["LedgerDocumentError"];
      id: string;
      kind: Schemas["DocumentKind"];
      /** What the edge knows it by. */
      local_id: string;
      /** Its number in the books. */
      number: string;
      /** Its id in the books. */
      remote_id?: string | null;
      /** Its number in the books, where the provider gave it another. */
      remote_number?: string | null;
      sent_at?: string | null;
      state: Schemas["DocumentState"];
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_LedgerLogEntry: {
    /** The entries of the page. */
    data: Array<{
      /** Who started the run. */
      actor: string;
      at: string;
      /** How often it had been attempted in the run, this time included. */
      attempt: number;
      duration_ms: number;
      error?: null | Schemas["LedgerDocumentError"];
      id: string;
      /** The kind of document, such as `invoices`. */
      kind: string;
      /** The document's number in the books. */
      number: string;
      outcome: Schemas["LedgerLogOutcome"];
      /** Its id in the books. */
      remote_id?: string | null;
      run_id: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_NotificationMessage: {
    /** The entries of the page. */
    data: Array<{
      /** How often it was sent. */
      attempts: number;
      category?: string | null;
      channel: string;
      created_at: string;
      event_id: string;
      /** Null: the message was queued before events had types. */
      event_type?: string | null;
      expires_at?: string | null;
      id: string;
      /**
       * Why the message is in its state: `MISSING_VARIABLE: host_name`, `INVALID_VARIABLE: meeting_url`, `INVALID_ADDRESS`,
       * `TOO_LONG`, `PREFERENCES`, `DISABLED`, `NO_ADDRESS`, `SUPPRESSED`, `EXPIRED`, `CANCELLED`, `NOT_CONFIGURED`, `DIGEST`,
       * `OUTCOME_UNKNOWN`, or the reason of the last failure.
       */
      reason?: string | null;
      recipient: Schemas["MessageRecipient"];
      send_at: string;
      sent_at?: string | null;
      /** `queued`, `sent`, `delivered`, `read`, `failed`, `suppressed` or `dead`. */
      state: string;
      /** The template or the text that was sent. */
      template?: string | null;
      /** When the state last changed. */
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Organization: {
    /** The entries of the page. */
    data: Array<{
      billingEmail?: string | null;
      createdAt: string;
      /** The company's code in the ERP. */
      erpCompanyCode?: string | null;
      /** The organization's id in each application. */
      externalIds: { [name: string]: string };
      /** The organization's id, which is the tenant's id. */
      id: string;
      mode: Schemas["Mode"];
      name: string;
      /** The organization's number among all organizations, from 1. */
      number: number;
      /** The user who has been an OWNER for the longest time; null: the organization has none. */
      ownerUserId?: string | null;
      slug: string;
      /** `active`, `suspended` by payment events, or `inactive`. */
      status: string;
      stripeCustomerId?: string | null;
      /** The IANA time zone. */
      timezone: string;
      updatedAt: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Project: {
    /** The entries of the page. */
    data: Array<{
      description?: string | null;
      /** The project's id in the ERP. */
      id: string;
      name: string;
      /** The ids of the employees who work on it, in the ERP. */
      team: Array<string>;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_RuleResponse: {
    /** The entries of the page. */
    data: Array<{
      /** When the version was activated, RFC 3339; null if nobody activated it. */
      activatedAt?: string | null;
      /** Who activated the version; null for the version shipped with the build, which nobody activated. */
      activatedBy?: string | null;
      /** Who created the version. */
      author: string;
      /** When the version was created, RFC 3339. */
      createdAt: string;
      /** The rule's name: `approval`, `budget`, `role_mapping` or `seat_access`. */
      name: string;
      /** The author's note on the version. */
      note?: string | null;
      /** The version's script; omitted in lists. */
      script?: string | null;
      /** The SHA-256 of the version's script and tests. */
      sha256: string;
      /** The version's tests; omitted in lists. */
      tests?: { [name: string]: unknown } | null;
      /** The number of the active version. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_RuleVersion: {
    /** The entries of the page. */
    data: Array<{
      /** Whether this version is active. */
      active: boolean;
      /** Who created the version. */
      author: string;
      /** The version that was active when this version was created; null for a version shipped with the build. */
      basedOn?: number | null;
      /** When the version was created, RFC 3339. */
      createdAt: string;
      /** The author's note on the version. */
      note?: string | null;
      /** The version's script; omitted in lists. */
      script?: string | null;
      /** The SHA-256 of the version's script and tests. */
      sha256: string;
      /** The version's tests; omitted in lists. */
      tests?: { [name: string]: unknown } | null;
      /** The version's number. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_SavedReport: {
    /** The entries of the page. */
    data: Array<(Schemas["CustomReport"]) & ({
      created_at: string;
      /** Who saved it. */
      created_by: string;
      id: string;
      /** When it is sent next; null: it is not. */
      next_at?: string | null;
      updated_at: string;
    })>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Seat: {
    /** The entries of the page. */
    data: Array<{
      /** When it was assigned; null: it was not. */
      assignedAt?: string | null;
      /** To whom it was offered, in lower case; null: it was assigned to a user. */
      email?: string | null;
      /** When the offer ends; null: it is not an offer. */
      expiresAt?: string | null;
      seatId: string;
      state: Schemas["SeatState"];
      /** Who has the seat; null: nobody has accepted it. */
      userId?: string | null;
      /** Increases with every change. Pass it to `POST /verify-seat` as `minVersion` to exclude older data. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Shop: {
    /** The entries of the page. */
    data: Array<{
      created_at: string;
      /** Whether the shop is asked for orders whose webhooks were lost. */
      has_access: boolean;
      id: string;
      platform: Schemas["ShopPlatform"];
      /** Why it could not be asked. */
      poll_error?: string | null;
      /** When it was asked last. */
      polled_at?: string | null;
      shop: string;
      /** Where the shop sends its webhooks. */
      url: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Subscription: {
    /** The entries of the page. */
    data: Array<{
      applicationSlug: string;
      /** `monthly`, `quarterly` or `annual`. */
      billingCycle: string;
      /** Whether the subscription ends with its period. */
      cancelAtPeriodEnd: boolean;
      /**
       * What your own page needs to take the payment, of a gateway that has orders: `order_id`, `amount`, `currency`,
       * `key_id`, `gateway_response`. Omitted once it is paid.
       */
      checkout?: { [name: string]: unknown };
      /** The gateway's page where it is paid; omitted once it is paid, and where the gateway has no such page. */
      checkoutUrl?: string | null;
      createdAt: string;
      currency: string;
      currentPeriodEnd?: string | null;
      /** Null: the first period has not begun. */
      currentPeriodStart?: string | null;
      /** When it ended; null: it has not. */
      endedAt?: string | null;
      gateway: Schemas["GatewayName"];
      id: string;
      organizationId: string;
      planId: string;
      /** The version of the plan that the subscription was sold under. */
      planVersion: number;
      /** The price of a seat for one billing cycle. */
      pricePerSeat: number;
      scheduled?: null | Schemas["ScheduledResponse"];
      seats: Schemas["SeatCounts"];
      /** `INCOMPLETE`, `TRIALING`, `ACTIVE`, `PAST_DUE`, `CANCELLED`, `SUSPENDED` or `EXPIRED`. */
      status: string;
      /** When the trial ends or ended; null: there was none. */
      trialEnd?: string | null;
      unpaidIncrease?: null | Schemas["UnpaidIncreaseResponse"];
      /** Increases with every change of the subscription. Send it as `If-Match` to change it only if nobody else has. */
      version: number;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Suppression: {
    /** The entries of the page. */
    data: Array<{
      /** Null: the contact was erased, and a hash of the address is all that is left. */
      address?: string | null;
      channel: string;
      created_at: string;
      id: string;
      reason: Schemas["SuppressionReason"];
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_SyncDeactivation: {
    /** The entries of the page. */
    data: Array<{
      department?: string | null;
      /** The id in the ERP. */
      erp_id: string;
      job_title?: string | null;
      /** The name of the person or the project; null if it is not known. */
      name?: string | null;
      role?: null | Schemas["Role"];
      /** The employee's user; null for projects. */
      user_id?: string | null;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_Tenant: {
    /** The entries of the page. */
    data: Array<{
      billing_email?: string | null;
      billing_phone?: string | null;
      created_at: string;
      credits: number;
      /** The document quota in MB; null means unlimited. */
      docs_quota_mb?: number | null;
      domain?: string | null;
      erp_company_code?: string | null;
      erp_company_id?: string | null;
      erp_customer_id?: string | null;
      /** The subscription that was last paid for. */
      erp_subscription_id?: string | null;
      /** The tenant's id, which is also the organisation's id in ERP responses. */
      id: string;
      is_active: boolean;
      is_suspended: boolean;
      /** The maximum number of users; null means unlimited. */
      max_users?: number | null;
      name: string;
      /** The tenant's number among all tenants, from 1. */
      number: number;
      owner_email: string;
      /** `paid`, `pending`, `failed`; null if nothing was ever paid. */
      payment_status?: string | null;
      /** The platform's name for the tenant's plan. */
      plan?: string | null;
      settings: { [name: string]: unknown };
      slug: string;
      /** The tenant's customer at Stripe. */
      stripe_customer_id?: string | null;
      /** The end of the paid period. */
      subscription_period_end?: string | null;
      /** The plan that was last paid for. */
      subscription_plan?: string | null;
      /** `active`, `past_due`, `suspended`, `cancelled`; null if nothing was ever paid. */
      subscription_status?: string | null;
      suspended_reason?: string | null;
      tenant_mode: Schemas["Mode"];
      /** The tenant's IANA time zone. */
      timezone: string;
      updated_at: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_TenantDeed: {
    /** The entries of the page. */
    data: Array<{
      /**
       * `tenant.created`, `tenant.changed`, `user.added`, `user.role_changed`, `user.changed`, `user.removed`,
       * `user.erased`, `api_key.created`, `api_key.revoked`, `external_id.set`, `external_id.removed`.
       */
      action: string;
      /** The actor: `key:<id>`, `user:<sub>`, `bootstrap`. */
      actor: string;
      /** The actor's address, if known. */
      address?: string | null;
      at: string;
      /** The object of the action and its details, without personal data. */
      detail: { [name: string]: unknown };
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_User: {
    /** The entries of the page. */
    data: Array<{
      department?: string | null;
      email?: string | null;
      /** The employee's id in the ERP. */
      erp_employee_id?: string | null;
      job_title?: string | null;
      joined_at: string;
      name?: string | null;
      /** The source that created the user: `admin`, `self`, `erp_hr`. */
      provisioned_by?: string | null;
      role: Schemas["Role"];
      /** When the role was last changed. */
      updated_at: string;
      user_id: string;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** A page of a list. */
  Listing_WebhookEvent: {
    /** The entries of the page. */
    data: Array<{
      /** The response that the sender received. */
      answer: { [name: string]: unknown };
      /** The number of failed attempts to apply the event. */
      attempts: number;
      /** The sender's name for the event type, for example `payment.captured`. */
      event: string;
      /** The sender's id of the delivery. Most senders do not sign it. */
      gateway_event_id?: string | null;
      id: string;
      /** When the next attempt is made. */
      next_attempt_at?: string | null;
      occurred_at: string;
      /** The sender of the event. */
      provider: string;
      /** The reason why the event is not in effect; null if it is in effect or soon will be. */
      reason?: string | null;
      received_at: string;
      /** When the event took effect or was found to have no effect. */
      settled_at?: string | null;
      status: Schemas["Status"];
      tenant_id?: string | null;
    }>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
  };

  /** Which entries were read. */
  MarkFeedReadRequest: {
    /** The ids of entries, up to 500. */
    ids?: Array<string>;
    /** All entries up to this `next` of a previous response. */
    up_to?: string | null;
    /** The user. Required with a key; a person's own by default. */
    user_id?: string | null;
  };

  /** How far a message has come. It only goes forward. */
  MessageProgress: "due" | "queued" | "withdrawing" | "withdrawn" | "skipped";

  /** To whom a message goes. */
  MessageRecipient: {
    email?: string | null;
    locale?: string | null;
    name?: string | null;
    phone?: string | null;
    user_id?: string | null;
  };

  /** What people are told of a shipment. */
  MessageType: "packing_list" | "shipping_notification" | "delivery_confirmation";

  /** Whether a tenant pays. */
  Mode: "internal" | "external";

  /** Recurring revenue in a period: opening + new + expansion + reactivation - contraction - churn = closing. */
  MrrPoint: {
    /** The recurring amount of a year at the end. */
    arr: number;
    /** The day on which it begins. */
    at: string;
    churn: number;
    closing: number;
    contraction: number;
    /** The customers that pay, at the end. */
    customers: number;
    expansion: number;
    new: number;
    opening: number;
    reactivation: number;
    /** The seats that are paid for, at the end. */
    seats: number;
  };

  /** Recurring revenue in a currency. */
  MrrResult: {
    currency: string;
    points: Array<Schemas["MrrPoint"]>;
  };

  /** The API key to create. */
  NewApiKey: {
    /**
     * The applications that the key may be used for; only applications that the caller may use. By default they are the
     * caller's own: all applications, if the caller is not restricted.
     */
    applications?: Array<string> | null;
    /** When the key expires, RFC 3339; not later than the key that creates it. By default both expire at the same time. */
    expires_at?: string | null;
    /** A name that tells people who uses the key and for what; 1 to 200 characters. */
    name: string;
    /** The scopes of the key: at least one, and only scopes that the caller has. */
    scopes: Array<Schemas["Scope"]>;
    /**
     * The tenant that the key belongs to. By default it is the caller's tenant; a key that the platform creates belongs
     * to the platform.
     */
    tenant_id?: string | null;
  };

  /** A type of events. */
  NotificationEventType: {
    /** The group by which people choose what they are told. */
    category: string;
    /** The channels over which it is sent: `EMAIL`, `SMS`, `WHATSAPP`, `PUSH`. */
    channels: Array<string>;
    description: string;
    event_type: string;
    /** Whether it is sent whatever the person prefers. */
    is_critical: boolean;
    /** The variables without which an e-mail is not sent. */
    required_variables: Array<string>;
    /** The template as the workspace lists it. */
    template: string;
    /** What is sent over each channel: the template's name at Notify, or the text. */
    template_names: { [name: string]: unknown };
  };

  /** All types of events. */
  NotificationEventTypes: {
    /** The types of the workspace. */
    data: Array<Schemas["NotificationEventType"]>;
    /** The types that only the edge raises, from what it sees itself. */
    edge: Array<Schemas["NotificationEventType"]>;
  };

  /** A mapping of a type of events to a template. */
  NotificationMapping: {
    channel: string;
    default_variables: { [name: string]: unknown };
    description?: string | null;
    event_type: string;
    is_enabled: boolean;
    /** Null: the edge's own. */
    template_name?: string | null;
    updated_at: string;
    variable_mapping: { [name: string]: unknown };
  };

  /** All mappings of a tenant. */
  NotificationMappings: {
    data: Array<Schemas["NotificationMapping"]>;
    /** Always null: there are as many as there are types and channels, at most. */
    nextCursor?: string | null;
  };

  /** A message. */
  NotificationMessage: {
    /** How often it was sent. */
    attempts: number;
    category?: string | null;
    channel: string;
    created_at: string;
    event_id: string;
    /** Null: the message was queued before events had types. */
    event_type?: string | null;
    expires_at?: string | null;
    id: string;
    /**
     * Why the message is in its state: `MISSING_VARIABLE: host_name`, `INVALID_VARIABLE: meeting_url`, `INVALID_ADDRESS`,
     * `TOO_LONG`, `PREFERENCES`, `DISABLED`, `NO_ADDRESS`, `SUPPRESSED`, `EXPIRED`, `CANCELLED`, `NOT_CONFIGURED`, `DIGEST`,
     * `OUTCOME_UNKNOWN`, or the reason of the last failure.
     */
    reason?: string | null;
    recipient: Schemas["MessageRecipient"];
    send_at: string;
    sent_at?: string | null;
    /** `queued`, `sent`, `delivered`, `read`, `failed`, `suppressed` or `dead`. */
    state: string;
    /** The template or the text that was sent. */
    template?: string | null;
    /** When the state last changed. */
    updated_at: string;
  };

  /** A person's preferences. */
  NotificationPreferences: {
    categories: { [name: string]: unknown };
    digest: string;
    quiet_hours?: null | Schemas["NotificationQuietHours"];
    /** The zone in which the quiet hours count: the person's, or the tenant's. */
    timezone: string;
    user_id: string;
  };

  /** A part of the day. */
  NotificationQuietHours: {
    from: string;
    to: string;
  };

  /** A person to tell, by a user's id, an e-mail address, a phone number, or several of them. */
  NotificationRecipient: {
    email?: string | null;
    locale?: string | null;
    name?: string | null;
    /** `+` and 7 to 15 digits; spaces, dashes, dots and brackets are left out. */
    phone?: string | null;
    /**
     * The id of a user of the tenant. Where the e-mail address or the name is not given, it is what the tenant knows of
     * the user; the user's preferences hold, and the event is in the user's feed.
     */
    user_id?: string | null;
  };

  /** What became of a report. */
  NotifyReport: {
    /** The message's state now. */
    state?: string | null;
    /**
     * `success`: the report counted, now or before, or came too late to count; `ignored`: it says nothing of a message or of
     * a person who is known.
     */
    status: string;
  };

  /** An order, ready to be paid. */
  Order: {
    /** The amount to pay. */
    amount: number;
    checkout_id: string;
    /** The ISO 4217 code. */
    currency: string;
    /** The gateway's answer, for the same page. */
    gateway_response: { [name: string]: unknown };
    /** The gateway's public key, for the page that takes the payment. */
    key_id?: string | null;
    /** The id of the order at the payment gateway. */
    order_id: string;
    plan_name: string;
  };

  /** Who ordered. */
  OrderCustomer: {
    /** Where the order goes; it may have several lines. */
    address?: string | null;
    /** The e-mail address, where messages go. */
    email?: string | null;
    /** The customer's id, as the shop or the tenant knows it. */
    id?: string | null;
    /** The language in which messages are, such as `en`. */
    locale?: string | null;
    /** The name. */
    name?: string | null;
    /** The phone number, where messages go if there is no e-mail address. */
    phone?: string | null;
  };

  /** An item to order. */
  OrderItemRequest: {
    /** What it is called: 1 to 256 bytes. */
    product_name: string;
    /** How many: 1 to 1000000. */
    quantity: number;
    /** Whether it goes into a parcel. Default: true. */
    requires_shipping?: boolean | null;
    /** The article's number. */
    sku?: string | null;
    /** The price of one, in the order's currency. */
    unit_price?: number | null;
  };

  /** A message about a shipment. */
  OrderMessage: {
    at: string;
    /** The `event_id` of its messages in the outbox. */
    event_id: string;
    message_type: Schemas["MessageType"];
    /** `queued`: it is in the outbox, under `event_id`. */
    progress: Schemas["MessageProgress"];
    /** The shipment; of a packing list the number of the parcel, from 1. */
    shipment: string;
  };

  /** A shipment of an order. */
  OrderShipment: {
    carrier?: string | null;
    delivered_at?: string | null;
    id: string;
    items: Array<Schemas["OrderUnits"]>;
    shipped_at?: string | null;
    status: Schemas["ShipmentStatus"];
    tracking_number?: string | null;
    tracking_url?: string | null;
  };

  /** How many of an item. */
  OrderUnits: {
    /** The item's id. */
    item_id: string;
    /** How many. */
    quantity: number;
  };

  /** An organization. */
  Organization: {
    billingEmail?: string | null;
    createdAt: string;
    /** The company's code in the ERP. */
    erpCompanyCode?: string | null;
    /** The organization's id in each application. */
    externalIds: { [name: string]: string };
    /** The organization's id, which is the tenant's id. */
    id: string;
    mode: Schemas["Mode"];
    name: string;
    /** The organization's number among all organizations, from 1. */
    number: number;
    /** The user who has been an OWNER for the longest time; null: the organization has none. */
    ownerUserId?: string | null;
    slug: string;
    /** `active`, `suspended` by payment events, or `inactive`. */
    status: string;
    stripeCustomerId?: string | null;
    /** The IANA time zone. */
    timezone: string;
    updatedAt: string;
  };

  OrganizationData: {
    contact_info?: null | Schemas["ContactInfo"];
    /** The domain of the organisation's e-mail addresses. Letters of any script are converted to ASCII. */
    domain: string;
    /** The storage for all mailboxes together, GiB. The default is 50. */
    max_storage_gb?: number | null;
    /** The maximum number of users. The default is 10. */
    max_users?: number | null;
    /** At most 200 characters. */
    name: string;
    /** The customer's id in Odoo, unique. */
    odoo_customer_id: number;
    /** The plan's number, or its id. */
    plan_id?: number | null;
  };

  /** More about an organization. */
  OrganizationDetails: {
    domain_name?: string | null;
    email_accounts: number;
    is_active: boolean;
    max_users?: number | null;
    /** The organization's id in the rest of this API. */
    organization_id: string;
    /** What it paid in the period, in each currency. */
    revenue_by_currency: Array<Schemas["CurrencyRevenue"]>;
  };

  /** The storage of an organization. */
  OrganizationStorage: {
    /** GiB; null: no limit. */
    limit_gb?: number | null;
    /** Null: no limit. */
    percentage?: number | null;
    /** The quotas of its e-mail accounts, GiB. */
    used_gb: number;
  };

  /** The subscription of an organization. */
  OrganizationSubscription: {
    /** The plan's price; of a plan that was not provisioned, the last payment of the period. */
    amount?: number | null;
    currency?: string | null;
    plan_name?: string | null;
    status: string;
  };

  /** One organization. */
  OrganizationUsage: {
    details?: null | Schemas["OrganizationDetails"];
    /** The organization's number. */
    id: number;
    name: string;
    odoo_customer_id?: number | null;
    storage: Schemas["OrganizationStorage"];
    subscription?: null | Schemas["OrganizationSubscription"];
    users: Schemas["OrganizationUsers"];
  };

  /** The users of an organization. */
  OrganizationUsers: {
    /** All of them while the organization is active, else none. */
    active: number;
    inactive: number;
    total: number;
  };

  /** The public keys of the tokens. */
  OtpTokenKeys: {
    keys: Array<Schemas["PublicKey"]>;
  };

  /** How many of an item are packed. */
  PackRequest: {
    /** How many are packed in all, not how many more. More than are wanted count as all. */
    packed_quantity: number;
  };

  /** An item on a packing list. */
  PackingLine: {
    cancelled_quantity: number;
    item_id: string;
    packed_quantity: number;
    product_name: string;
    quantity: number;
    sku?: string | null;
    /** How many are still to be packed. */
    to_pack: number;
  };

  /** A packing list. */
  PackingList: {
    /** Where the order goes. */
    address?: string | null;
    items: Array<Schemas["PackingLine"]>;
    notes?: string | null;
    order_id: string;
    order_number: string;
    status: Schemas["CustomerOrderStatus"];
  };

  /** A part of a score. */
  Part: {
    /** 0 to 100; null: not known. */
    value?: number | null;
    weight: number;
  };

  /** The parts of a score. */
  Parts: {
    engagement: Schemas["Part"];
    payments: Schemas["Part"];
    utilization: Schemas["Part"];
  };

  /** How attempts to collect went. */
  PaymentSuccess: {
    byAttempt: Schemas["Attempts"];
    byInvoice: Schemas["Invoices"];
    /** Why attempts failed, in the gateways' words, the most frequent first. */
    failureReasons: Array<Schemas["FailureReason"]>;
  };

  /** A purchase that people have to approve first. */
  PendingApproval: {
    /** Once it is approved, the same request with this id goes through. */
    approval_request_id: string;
    /** Who is asked, in this order. */
    levels: Array<Schemas["ApprovalLevel"]>;
    /** `pending_approval`. */
    status: string;
    /** Levels for which too few people are known who could approve; absent where there are none. */
    warnings?: Array<string>;
  };

  /** The deactivations that a run asks to confirm. */
  PendingDeactivations: {
    /** The number of active records. */
    active: number;
    /** The number of records that would be deactivated. */
    gone: number;
    /** The reason why confirmation is required. */
    reason: string;
  };

  /** What was used of budgets. */
  PerformanceFigures: {
    /** What was spent, less refunds. */
    actual: number;
    /** What may be spent: `limit` and `carried`. */
    budget: number;
    /** What is carried over from periods before. */
    carried: number;
    currency: string;
    /** The limit of the period. */
    limit: number;
    /** What is reserved, and no part of `actual`. */
    reserved: number;
    /** `actual` less `budget`: above zero where more was spent. */
    variance: number;
    /** `variance` in per cent of `budget`; null: there is no budget. */
    variance_percent?: number | null;
  };

  /** Fields that may be empty: left out they stay, null clears them. */
  Person: {
    email?: string | null;
    name?: string | null;
  };

  /** A message about a place in a script. */
  PlaceInScript: {
    /** The column, starting at 1; 0 if the message is not about a column. */
    column?: number | null;
    /** The line, starting at 1; 0 if the message is not about a line. */
    line?: number | null;
    /** The message. */
    message: string;
  };

  /** A plan. */
  Plan: {
    base_price?: number | null;
    /** `monthly`, `quarterly`, `annual`. */
    billing_cycle?: string | null;
    /** The ISO 4217 currency code. */
    currency: string;
    description?: string | null;
    name: string;
    /** The price that currently applies instead of the base price. */
    offer_price?: number | null;
    /** A one-time fee, charged in addition to the first price. */
    setup_fee?: number | null;
    sku_code?: string | null;
    sku_id: string;
    tiers: Array<Schemas["Tier"]>;
    trial_period_days?: number | null;
  };

  /** A request that would write a document. */
  Planned: {
    /** The JSON body. */
    body: { [name: string]: unknown };
    /** The method. */
    method: string;
    /** The path and query. What only the books know, such as the id of an account, is written `{account 4000}`. */
    path: string;
  };

  /** A document that would be sent. */
  PlannedLedgerDocument: {
    /** Null: it has none. */
    date?: string | null;
    error?: null | Schemas["LedgerDocumentError"];
    kind: Schemas["DocumentKind"];
    /** What the edge knows it by. */
    local_id: string;
    /** Its number in the books. */
    number: string;
    /** The requests that would write it. Empty: it would not be written. */
    requests: Array<Schemas["Planned"]>;
  };

  /** The plans on sale. */
  Plans: {
    plans: Array<Schemas["Plan"]>;
  };

  /** A line of a preview. */
  PreviewLineResponse: {
    amount: number;
    description: string;
    quantity: number;
  };

  /** An error: RFC 9457, `application/problem+json`. */
  Problem: {
    /** The error code, for programs. */
    code: Schemas["Code"];
    /** An explanation of the error for people. */
    detail: string;
    /** The invalid fields; omitted if there are none. */
    errors?: Array<Schemas["FieldError"]>;
    /** The request's id, as in `X-Request-Id` and in the log. */
    requestId: string;
    /** The HTTP status. */
    status: number;
    /** The reason phrase of the HTTP status. */
    title: string;
    /** Always `about:blank`: the code says what went wrong. */
    type: string;
  };

  /** An approval or a rejection. */
  ProcessApprovalRequest: {
    /** `approve` or `reject`. */
    action: Schemas["ApprovalVerdict"];
    /** A comment for display: at most 2,048 bytes. */
    comment?: string | null;
  };

  /** A project. */
  Project: {
    description?: string | null;
    /** The project's id in the ERP. */
    id: string;
    name: string;
    /** The ids of the employees who work on it, in the ERP. */
    team: Array<string>;
  };

  /** An accounting system. */
  Provider: "quickbooks" | "xero" | "sap" | "netsuite" | "sage" | "dynamics365";

  /** A request to provision an e-mail account. */
  ProvisionEmailAccountRequest: {
    email_account_data: Schemas["EmailAccountData"];
  };

  /** A request to provision an organisation. */
  ProvisionOrganizationRequest: {
    organization_data: Schemas["OrganizationData"];
  };

  /** The group's own companies. */
  ProvisionResponse: {
    /** The codes of the companies for which this request created tenants. */
    created: Array<string>;
    /** All internal companies, sorted by code. */
    data: Array<Schemas["Tenant"]>;
  };

  /** A provisioned e-mail account. */
  ProvisionedEmailAccount: {
    email_account: Schemas["EmailAccount"];
    provisioned: boolean;
    provisioning_details: Schemas["EmailAccountDetails"];
  };

  /** A provisioned organisation. */
  ProvisionedOrganization: {
    organization: Schemas["ProvisionedOrganizationFields"];
    provisioned: boolean;
    provisioning_details: Schemas["ProvisioningDetails"];
    subscription?: null | Schemas["ProvisionedSubscription"];
  };

  /** The organisation. */
  ProvisionedOrganizationFields: {
    created_at: string;
    /** The `domain` of the organisation's e-mail accounts. */
    domain_id: number;
    /** The domain in ASCII. */
    domain_name: string;
    /** The organisation's number. */
    id: number;
    is_active: boolean;
    max_storage_gb: number;
    max_users: number;
    name: string;
    odoo_customer_id: number;
    /** The organisation's id in the rest of this API. */
    organization_id: string;
  };

  /** The organisation's subscription. */
  ProvisionedSubscription: {
    /** The plan's price. */
    amount: number;
    currency: string;
    id: number;
    plan_name: string;
    status: string;
  };

  /** The steps of provisioning that are done. */
  ProvisioningDetails: {
    /** The DNS records that the owner of the domain has to publish. */
    dns_records?: Array<Schemas["DnsRecord"]>;
    dns_records_generated: boolean;
    domain_created: boolean;
    initial_admin_created: boolean;
  };

  /** A public key of tokens (RFC 7517, RFC 8037). */
  PublicKey: {
    /** `EdDSA`. */
    alg: string;
    /** `Ed25519`. */
    crv: string;
    /** The key's thumbprint (RFC 7638), which the header of its tokens names. */
    kid: string;
    /** `OKP`. */
    kty: string;
    /** `sig`: it verifies signatures. */
    use: string;
    /** The key, base64url. */
    x: string;
  };

  /** A mapping of a type of events to a template. */
  PutNotificationMapping: {
    /** The values of variables that the event has no value for. */
    default_variables?: { [name: string]: unknown };
    description?: string | null;
    /** Whether anything is sent. The default is true. */
    is_enabled?: boolean | null;
    /** The template's name at Notify; for `SMS` and `PUSH` the text, with `{{variables}}`. The default is the edge's own. */
    template_name?: string | null;
    /**
     * The path in the event of each variable's value: `data.document_name`, `recipient.name`. By default, and where it is
     * empty, the variables are the event's data.
     */
    variable_mapping?: { [name: string]: unknown };
  };

  /** A person's preferences, all of them. */
  PutNotificationPreferences: {
    /** Which channels are wanted for which category: `{"billing": {"EMAIL": true, "SMS": false}}`. What is not said is wanted. */
    categories?: { [name: string]: { [name: string]: boolean } };
    /** `none`, or `daily`: the e-mails of a day are one, sent at 8:00. The default is `none`. */
    digest?: string | null;
    quiet_hours?: null | Schemas["NotificationQuietHours"];
    /** The person's time zone. The default is the tenant's. */
    timezone?: string | null;
  };

  /** An event to tell people of. */
  RaiseEventRequest: {
    /** The values of the template's variables. */
    data?: { [name: string]: unknown };
    event_type: string;
    /** After when it is not sent any more (RFC 3339). The default is never. */
    expires_at?: string | null;
    /** The people to tell, 1 to 500. */
    recipients: Array<Schemas["NotificationRecipient"]>;
    /** When to send (RFC 3339). The default is now. */
    send_at?: string | null;
  };

  /** An event, and the messages about it. */
  RaisedEvent: {
    event_id: string;
    /** One message per recipient and channel. */
    messages: Array<Schemas["NotificationMessage"]>;
  };

  /** Whether the edge is ready to serve requests. */
  Ready: {
    /** The results of the checks. */
    checks: Schemas["Checks"];
    /** `ready` or `not ready`. */
    status: string;
  };

  /** Why access is granted or denied. */
  Reason: "SEAT_ACTIVE" | "GRACE_PERIOD" | "ORGANIZATION_NOT_FOUND" | "SEAT_NOT_FOUND" | "SEAT_REVOKED" | "SEAT_PENDING" | "SUBSCRIPTION_PAST_DUE" | "SUBSCRIPTION_CANCELLED" | "SUBSCRIPTION_SUSPENDED" | "SUBSCRIPTION_EXPIRED";

  /** The ERP's invoices, compared with the payments that gateways reported. */
  Reconciliation: {
    /** Payments with more than one invoice. */
    doubled: Array<Schemas["ReconciliationFinding"]>;
    from: string;
    /** The number of payments with one invoice that agrees with them. */
    matched: number;
    /** Payments without an invoice. */
    missing: Array<Schemas["ReconciliationFinding"]>;
    /** Payments whose invoice differs from them. */
    off: Array<Schemas["ReconciliationFinding"]>;
    /** The number of payments that were compared. */
    payments: number;
    /**
     * Payments of this time that were refunded at any later time, in part or in full. They are compared too, except
     * for the status of their invoices.
     */
    refunded: Array<Schemas["RefundedPayment"]>;
    to: string;
    /** Invoices of this time that are marked as paid, for which no gateway reported a payment. */
    unpaid: Array<Schemas["UnmatchedInvoice"]>;
  };

  /** A payment whose books are not as they should be. */
  ReconciliationFinding: {
    amount?: number | null;
    currency?: string | null;
    differences: Array<Schemas["Difference"]>;
    expected?: null | Schemas["Books"];
    invoice_number?: string | null;
    /** The numbers of its invoices. */
    invoices: Array<string>;
    paid_at: string;
    payment_id?: string | null;
    tenant_id: string;
  };

  /** Recurring revenue in a period: opening + new + expansion + reactivation − contraction − churn = closing. */
  RecurringMovements: {
    /** The recurring amount of a year at the end. */
    arr: number;
    churn: number;
    contraction: number;
    expansion: number;
    /** Monthly recurring revenue at the end. */
    mrr: number;
    new: number;
    /** Monthly recurring revenue at the beginning. */
    opening: number;
    reactivation: number;
  };

  /** A payment that was refunded, in part or in full. */
  RefundedPayment: {
    /** The paid amount. */
    amount?: number | null;
    currency: string;
    /** The journal entries that the books should contain for what was refunded. */
    expected: Array<Schemas["JournalEntry"]>;
    invoice_number?: string | null;
    payment_id?: string | null;
    /** The refunded amount. */
    refunded?: number | null;
    tenant_id: string;
  };

  /** Refunds of disputes that are not made yet, as it is now. */
  RefundsUnderWay: {
    /** The gateway makes them, or is about to be asked. */
    pending: number;
    refunds: number;
    /** The two together. */
    total: number;
    /** The gateway was asked, and what came of it is not known. */
    unknown: number;
  };

  /** What became of a reminder. */
  ReminderStatus: "scheduled" | "queued" | "sent" | "failed" | "skipped" | "cancelled";

  /** The type of a reminder. An invoice has at most one of each. */
  ReminderType: "due" | "overdue_1day" | "overdue_7day";

  /** A renewal. */
  RenewContractRequest: {
    /** The length of the next term, in months: 1 to 120. Default: the contract's. */
    term_months?: number | null;
    /** How much dearer it is, in hundredths of a per cent: 0 to 10,000. Default: the contract's. */
    uplift_basis_points?: number | null;
  };

  /** Contracts of which something is due in so many days. */
  RenewalsDue: {
    /** Their recurring amount of a year, on their last days. */
    arr: number;
    contracts: number;
    /** `0_30`, `31_60` or `61_90`: the days from the end of the period on. */
    days: string;
  };

  /** The events to replay. */
  ReplayRequest: {
    /** The maximum number of events, oldest first: 1 to 1000. The default is 1000. */
    limit?: number | null;
    /** Replays only events from this sender. */
    provider?: string | null;
    /** `dead`, `quarantined`, `ignored` or `failed`. */
    status: Schemas["Status"];
  };

  /** The result of a replay request. */
  ReplayResponse: {
    /** The number of events that are due again. */
    replayed: number;
  };

  /** The report of a check. */
  Report: {
    /** How much of the script is covered by the tests. */
    coverage: Schemas["Coverage"];
    /** The errors found. */
    errors: Array<Schemas["Finding"]>;
    /** Whether the script may be stored: it has no errors and every test passed. */
    ok: boolean;
    /** The results of the tests. */
    tests: Array<Schemas["TestResult"]>;
    /** Probable mistakes, which do not prevent storing. */
    warnings: Array<Schemas["Finding"]>;
  };

  /** A column of a report. */
  ReportColumn: {
    /** Of amounts: the column that holds the currency. */
    currency?: string | null;
    /** What it means. */
    description: string;
    /** Its name in the rows: `charges.amount`; of a period with its length, `charges.date.month`. */
    name: string;
    /** `text`, `currency`, `date`, `time`, `number`, `boolean` or `amount`. */
    type: string;
  };

  /** A contract. */
  ReportContract: {
    /** The annual contract value: the recurring part of that for a year. */
    acv: number;
    /** The recurring amount of a year at the end of the period, or on its last day. */
    arr: number;
    /** `tcv` less `recognised`. */
    backlog: number;
    counterparty: string;
    currency: string;
    /** Days from the end of the period to its end; negative: it has ended. */
    days_to_end: number;
    /** The day after the last of the terms that are agreed on, or of its termination. */
    end: string;
    entity_id: string;
    id: string;
    /** The last day on which notice is in time for its end. */
    last_notice_day: string;
    number?: string | null;
    /** What of the total contract value is for days until the end of the period. */
    recognised: number;
    renewal_mode?: null | Schemas["ContractRenewalMode"];
    start: string;
    /** `active`, `renewed`, `expired` or `terminated`, at the end of the period. */
    status: Schemas["ContractStatus"];
    /** The total contract value: what its terms charge in all, without usage. */
    tcv: number;
    title: string;
  };

  /** The sums of contracts. */
  ReportContractTotals: {
    acv: number;
    arr: number;
    backlog: number;
    contracts: number;
    currency: string;
    recognised: number;
    tcv: number;
  };

  /** What of the costs has something in common. */
  ReportCost: {
    amount: number;
    /** The lines that it is the sum of. */
    lines: number;
    /** The department's name. */
    name?: string | null;
    /** In the period before. Of a month: null. */
    previous?: number | null;
    /** What it is: a department's id, a cost centre, an account, a plan, a month. */
    value: string;
  };

  /** The costs by one dimension: the costs and what is unallocated add up to the total. */
  ReportCostTable: {
    /** `department`, `cost_center`, `gl_code`, `plan` or `month`. */
    by: string;
    costs: Array<Schemas["ReportCost"]>;
    total: Schemas["Compared_f64"];
    /** What has no department, cost centre, account or plan. */
    unallocated: Schemas["Compared_f64"];
  };

  /** The costs in a currency. */
  ReportCosts: {
    currency: string;
    tables: Array<Schemas["ReportCostTable"]>;
    total: Schemas["Compared_f64"];
  };

  /** What a department was billed. */
  ReportDepartmentSpend: {
    amount: number;
    department_id: string;
    name?: string | null;
    /** In the period before. */
    previous: number;
  };

  /** A condition. */
  ReportFilter: {
    /** A dimension, or a measure of the report. */
    member: string;
    /** One of the member's operators. */
    operator: string;
    /**
     * What it is compared with: texts, numbers, booleans; dates and times as texts. `equals` and `not_equals` take up to
     * 100, of which one is enough; `set` and `not_set` none; the others one.
     */
    values?: Array<unknown>;
  };

  /** What a report is about. */
  ReportHead: {
    /** The day at whose end the figures are taken. */
    as_of: string;
    /** The entity that it is about, with those below it; null: all. */
    entity_id?: string | null;
    /** The first day of the period. */
    from: string;
    /** The period before. */
    previous_period: Schemas["ReportPeriod"];
    timezone: string;
    /** The day after the last one. */
    to: string;
  };

  /** A measure or a dimension. */
  ReportMember: {
    /** Of amounts: the dimension that holds the currency. A report with the amount has it too. */
    currency?: string | null;
    /** What it means. */
    description: string;
    /** The lengths of the periods that `time` may cut it into; empty: none. */
    granularities?: Array<string>;
    /** Of dimensions: whether a record may have none. */
    is_optional?: boolean | null;
    /** Its name: `invoices.total`. */
    name: string;
    /** How a filter may compare it. */
    operators: Array<string>;
    /** `text`, `currency`, `date`, `time`, `number` or `boolean`; `amount`: a decimal number in a currency. */
    type: string;
  };

  /** What reports may be made of. */
  ReportMembers: {
    /** What is counted and added up. */
    sources: Array<Schemas["ReportSource"]>;
  };

  /** A column that rows are ordered by. */
  ReportOrder: {
    /** `asc` or `desc`; by default `asc`. Rows without a value are last either way. */
    direction?: string | null;
    /** A measure or dimension of the report; the dimension of `time` stands for its period. */
    member: string;
  };

  /** A period: `[from, to)`. */
  ReportPeriod: {
    from: string;
    to: string;
  };

  /** Contracts that are to be renewed. */
  ReportRenewals: {
    /** By the end of the last term, of contracts that are renewed by themselves or by hand. */
    by_end: Array<Schemas["RenewalsDue"]>;
    /** By the last day on which notice is in time, of contracts that are renewed by themselves. */
    by_notice: Array<Schemas["RenewalsDue"]>;
  };

  /** The rows of a report. */
  ReportResult: {
    /** What the rows hold. */
    columns: Array<Schemas["ReportColumn"]>;
    /** The first day of the range; null: the report has none. */
    from?: string | null;
    /** Whether there are more rows than the limit. */
    is_truncated: boolean;
    /** How many rows there are. */
    row_count: number;
    /** The rows, by the names of the columns. Amounts are decimal numbers; null where there is no value. */
    rows: Array<{ [name: string]: unknown }>;
    /** Whose days count. */
    timezone: string;
    /** The day after the last one. */
    to?: string | null;
  };

  /** When a report is sent, and to whom. */
  ReportSchedule: {
    /**
     * The time of the day in the tenant's time zone: `08:00`. Where the clocks skip it, right after; where they show it
     * twice, the first time.
     */
    at: string;
    /** `day`; `week`: on Mondays; `month`: on the first. */
    every: string;
    /** The e-mail addresses: 1 to 20. */
    recipients: Array<string>;
  };

  /** A kind of records. */
  ReportSource: {
    /** What its records are. */
    description: string;
    /** What is grouped and filtered by. */
    dimensions: Array<Schemas["ReportMember"]>;
    /** The sources whose dimensions a report of this one may use too. */
    joins: Array<string>;
    /** What is added up. All measures of a report are of one source. */
    measures: Array<Schemas["ReportMember"]>;
    /** Its name, which the names of its members begin with. */
    name: string;
  };

  /** What was billed, by department: the departments and what nobody shares add up to the total. */
  ReportSpend: {
    departments: Array<Schemas["ReportDepartmentSpend"]>;
    total: Schemas["Compared_f64"];
    /** What no department shares. */
    unallocated: Schemas["Compared_f64"];
  };

  /** A range of time: `from` and `to`, or `range`. */
  ReportTime: {
    /** A dimension of the type `date` or `time`. */
    dimension: string;
    /** The first day: `2026-01-01`. */
    from?: string | null;
    /** `day`, `week` (from Monday on), `month`, `quarter` or `year`. Absent: the range is not cut. */
    granularity?: string | null;
    /**
     * In place of `from` and `to`, days that move with the day of the run: `last_` or `this_` with `day`, `week`, `month`,
     * `quarter` or `year`.
     */
    range?: string | null;
    /** The day after the last one. */
    to?: string | null;
  };

  /** An answer. */
  Report_HealthResult: {
    /** As known when; null: now. */
    asOf?: string | null;
    /** What the figures mean, by their names. */
    definitions: { [name: string]: string };
    /** The first day. */
    from: string;
    /** `day` or `month`. */
    granularity: string;
    /** Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages. */
    nextCursor?: string | null;
    results: Array<{
      /** `healthy`, `at_risk`, `critical` or `unknown`. */
      band: string;
      organizationId: string;
      parts: Schemas["Parts"];
      points: Array<Schemas["HealthPoint"]>;
      /** Of the whole range: 0 to 100; null: no part is known. */
      score?: number | null;
    }>;
    /** The time zone in which days and months begin. */
    timezone: string;
    /** The day after the last one. */
    to: string;
  };

  /** An answer. */
  Report_MrrResult: {
    /** As known when; null: now. */
    asOf?: string | null;
    /** What the figures mean, by their names. */
    definitions: { [name: string]: string };
    /** The first day. */
    from: string;
    /** `day` or `month`. */
    granularity: string;
    /** Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages. */
    nextCursor?: string | null;
    results: Array<{
      currency: string;
      points: Array<Schemas["MrrPoint"]>;
    }>;
    /** The time zone in which days and months begin. */
    timezone: string;
    /** The day after the last one. */
    to: string;
  };

  /** An answer. */
  Report_RevenueResult: {
    /** As known when; null: now. */
    asOf?: string | null;
    /** What the figures mean, by their names. */
    definitions: { [name: string]: string };
    /** The first day. */
    from: string;
    /** `day` or `month`. */
    granularity: string;
    /** Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages. */
    nextCursor?: string | null;
    results: Array<{
      /** What became of the customers that first paid in each month of the range. */
      cohorts: Array<Schemas["Cohort"]>;
      currency: string;
      points: Array<Schemas["RevenuePoint"]>;
    }>;
    /** The time zone in which days and months begin. */
    timezone: string;
    /** The day after the last one. */
    to: string;
  };

  /** An answer. */
  Report_SeatUsageResult: {
    /** As known when; null: now. */
    asOf?: string | null;
    /** What the figures mean, by their names. */
    definitions: { [name: string]: string };
    /** The first day. */
    from: string;
    /** `day` or `month`. */
    granularity: string;
    /** Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages. */
    nextCursor?: string | null;
    results: Array<{
      applicationSlug: string;
      /** The currency in which the seats are paid. */
      currency: string;
      organizationId: string;
      points: Array<Schemas["SeatUsagePoint"]>;
    }>;
    /** The time zone in which days and months begin. */
    timezone: string;
    /** The day after the last one. */
    to: string;
  };

  /** A resolution. */
  ResolveDisputeRequest: {
    /** How much, above zero and at most what is disputed. Default: all that is disputed and left of the payment. */
    amount?: number | null;
    /** The id of the approval request by which this resolution was approved. */
    approval_request_id?: string | null;
    /** How. */
    kind: "refund" | "credit" | "adjustment" | "reject";
    /** Why: 1 to 4000 bytes. */
    reason: string;
  };

  /** Fields that may be empty: left out they stay, null clears them. */
  Rest: {
    billing_email?: string | null;
    billing_phone?: string | null;
    /** The document quota in MB; null means unlimited. */
    docs_quota_mb?: number | null;
    /** Unique. */
    domain?: string | null;
    /** Internal tenants must have one. */
    erp_company_code?: string | null;
    erp_company_id?: string | null;
    erp_customer_id?: string | null;
    /** The maximum number of users; null means unlimited. */
    max_users?: number | null;
    plan?: string | null;
    /** A JSON object of at most 16 KiB. */
    settings?: { [name: string]: unknown };
    /** The tenant's customer at Stripe, unique. */
    stripe_customer_id?: string | null;
  };

  /** Revenue in a period. Shares are fractions; null where they are shares of nothing. */
  RevenuePoint: {
    arpa?: number | null;
    /** The day on which it begins. */
    at: string;
    collected: number;
    /** The customers that pay, at the end. */
    customers: number;
    grossChurn?: number | null;
    grr?: number | null;
    logoChurn?: number | null;
    /** Monthly recurring revenue at the end. */
    mrr: number;
    net: number;
    netChurn?: number | null;
    nrr?: number | null;
    paymentSuccess: Schemas["PaymentSuccess"];
    quickRatio?: number | null;
    refunded: number;
    revenuePerSeat?: number | null;
  };

  /** Revenue in a currency. */
  RevenueResult: {
    /** What became of the customers that first paid in each month of the range. */
    cohorts: Array<Schemas["Cohort"]>;
    currency: string;
    points: Array<Schemas["RevenuePoint"]>;
  };

  /** The keys that were revoked together. */
  RevokedApiKeys: {
    /** The ids of the revoked keys, beginning with the requested key; it is omitted if it had been revoked before. */
    revoked: Array<string>;
  };

  /** The role of a person within a tenant. */
  Role: "OWNER" | "BILLING_ADMIN" | "ADMIN" | "MANAGER" | "MEMBER";

  /** The active version of a rule. */
  RuleActivation: {
    /** The rule's name. */
    name: string;
    /** The SHA-256 of the version's script and tests. */
    sha256: string;
    /** The number of the active version. */
    version: number;
  };

  /** The result of a backtest. Each compared decision is the same, reworded, changed, or an error. */
  RuleBacktest: {
    /** How many decisions would have had a different outcome. */
    changed: number;
    /** How many decisions were compared: fewer than requested if no more exist or the time limit was reached. */
    compared: number;
    /** Whether the time limit was reached before all decisions were compared. */
    cutShort: boolean;
    /** On how many decisions the script fails. */
    errors: number;
    /** Examples of changed or failed decisions, newest first; at most 20. */
    examples: Array<Schemas["RuleBacktestExample"]>;
    /** How many decisions would have been the same, but with a different reason or message for people. */
    reworded: number;
  };

  /** A decision that would have had a different outcome. */
  RuleBacktestExample: {
    /** The outcome of the tested script, or `{"error"}`. */
    after: { [name: string]: unknown };
    /** The recorded outcome, or `{"error"}`. */
    before: { [name: string]: unknown };
    /** The id of the recorded decision. */
    decisionId: string;
    /** The recorded input. */
    input: { [name: string]: unknown };
  };

  /** A recorded decision. */
  RuleDecision: {
    /** The caller that requested the decision. */
    actor: string;
    /** When the decision was made, RFC 3339. */
    at: string;
    /** How long the evaluation took, in microseconds. */
    durationUs: number;
    failure?: null | Schemas["RuleDecisionFailure"];
    /** The decision's id. */
    id: string;
    /** The rule's input. Secrets are masked. */
    input: { [name: string]: unknown };
    /** How many operations the script used. */
    operations: number;
    /** The rule's outcome; null if the rule failed. */
    outcome?: { [name: string]: unknown } | null;
    /** The id of the request that led to the decision. */
    requestId: string;
    /** The SHA-256 of the version's script and tests. */
    sha256: string;
    /** The tenant that the decision was made for; null for the platform. */
    tenantId?: string | null;
    /** The number of the version that decided. */
    version: number;
  };

  /** Why a decision failed. */
  RuleDecisionFailure: {
    /** The line of the script, starting at 1; null if it is unknown. */
    line?: number | null;
    /** The error message. */
    message: string;
  };

  /** A page of decisions. */
  RuleDecisionPage: {
    /** The decisions. */
    data: Array<Schemas["RuleDecision"]>;
    /** The `cursor` of the next page; null on the last page. */
    nextCursor?: string | null;
    /**
     * How many decisions of all rules are not recorded: they are lost or still being written. Null for a tenant's key,
     * or if the number is unknown.
     */
    unwritten?: number | null;
  };

  /** The result of an evaluation. */
  RuleEvaluation: {
    /** How long the evaluation took, in microseconds. */
    durationUs: number;
    /** The executed lines and the output of the script. */
    log: Array<string>;
    /** How many operations the script used. */
    operations: number;
    /** The outcome, which matches the rule's outcome schema. */
    outcome: { [name: string]: unknown };
    /** The number of the version that was evaluated. */
    version: number;
  };

  /** A `Problem` with the report of the check that the version did not pass. */
  RuleInvalid: {
    /** Always `RULE_INVALID`. */
    code: Schemas["Code"];
    /** How much of the script is covered by the tests. */
    coverage: { [name: string]: unknown };
    detail: string;
    /** The errors of the script, with their places. */
    errors: Array<Schemas["PlaceInScript"]>;
    /** Always false: the version did not pass the check. */
    ok: boolean;
    requestId: string;
    status: number;
    /** The results of the tests. */
    tests: Array<{ [name: string]: unknown }>;
    title: string;
    type: string;
    /** Probable mistakes in the script, with their places. */
    warnings: Array<Schemas["PlaceInScript"]>;
  };

  /** A rule and its active version. */
  RuleResponse: {
    /** When the version was activated, RFC 3339; null if nobody activated it. */
    activatedAt?: string | null;
    /** Who activated the version; null for the version shipped with the build, which nobody activated. */
    activatedBy?: string | null;
    /** Who created the version. */
    author: string;
    /** When the version was created, RFC 3339. */
    createdAt: string;
    /** The rule's name: `approval`, `budget`, `role_mapping` or `seat_access`. */
    name: string;
    /** The author's note on the version. */
    note?: string | null;
    /** The version's script; omitted in lists. */
    script?: string | null;
    /** The SHA-256 of the version's script and tests. */
    sha256: string;
    /** The version's tests; omitted in lists. */
    tests?: { [name: string]: unknown } | null;
    /** The number of the active version. */
    version: number;
  };

  /** The decisions of a rule. */
  RuleStats: {
    /** Decisions and failures. Each seat check is a decision of `seat_access`. */
    decisions: number;
    decisions_per_second: number;
    /** Times at which the rule made no decision. */
    failures: number;
    rule: string;
  };

  /** A version of a rule. */
  RuleVersion: {
    /** Whether this version is active. */
    active: boolean;
    /** Who created the version. */
    author: string;
    /** The version that was active when this version was created; null for a version shipped with the build. */
    basedOn?: number | null;
    /** When the version was created, RFC 3339. */
    createdAt: string;
    /** The author's note on the version. */
    note?: string | null;
    /** The version's script; omitted in lists. */
    script?: string | null;
    /** The SHA-256 of the version's script and tests. */
    sha256: string;
    /** The version's tests; omitted in lists. */
    tests?: { [name: string]: unknown } | null;
    /** The version's number. */
    version: number;
  };

  /** A saved report. */
  SavedReport: (Schemas["CustomReport"]) & ({
    created_at: string;
    /** Who saved it. */
    created_by: string;
    id: string;
    /** When it is sent next; null: it is not. */
    next_at?: string | null;
    updated_at: string;
  });

  /** What is recognised in a month. */
  ScheduledMonth: {
    amount: number;
    /** The month, `2026-12`; of the month of the last day only what is left of it. `later`: after the last of the months. */
    month: string;
  };

  /** A change of a subscription that takes effect later. */
  ScheduledResponse: {
    /** When. */
    at: string;
    planId?: string | null;
    seats?: number | null;
  };

  /** A right that a credential may have. */
  Scope: "seats:verify" | "seats:write" | "plans:read" | "billing:read" | "billing:write" | "rules:evaluate" | "rules:read" | "rules:write" | "webhooks:read" | "webhooks:write" | "tenants:admin" | "erp:admin" | "applications:read" | "applications:write" | "organizations:read" | "organizations:write" | "subscriptions:read" | "subscriptions:write" | "analytics:read" | "enterprise:read" | "enterprise:write" | "reports:read" | "integrations:admin" | "invoices:read" | "invoices:write" | "messages:read" | "messages:write" | "otp:send" | "orders:read" | "orders:write" | "jobs:read" | "jobs:write" | "operations:read";

  /** A seat. */
  Seat: {
    /** When it was assigned; null: it was not. */
    assignedAt?: string | null;
    /** To whom it was offered, in lower case; null: it was assigned to a user. */
    email?: string | null;
    /** When the offer ends; null: it is not an offer. */
    expiresAt?: string | null;
    seatId: string;
    state: Schemas["SeatState"];
    /** Who has the seat; null: nobody has accepted it. */
    userId?: string | null;
    /** Increases with every change. Pass it to `POST /verify-seat` as `minVersion` to exclude older data. */
    version: number;
  };

  /** Who gets a seat: either `userId` or `email`. */
  SeatAssignment: {
    /** The address to invite. It is compared in lower case. */
    email?: string | null;
    /** The user's id in the application. */
    userId?: string | null;
  };

  /** An organisation of an application whose seats may have changed. */
  SeatChange: {
    /** The application's slug. */
    applicationSlug: string;
    /** The organisation's id in the application. */
    externalOrgId: string;
    /** The organisation's fence number, which increases with every change. */
    fence: number;
  };

  /** What has changed since a position. */
  SeatChanges: {
    /** The organisations whose seats may have changed, each once. What is remembered of their users must be forgotten. */
    changes: Array<Schemas["SeatChange"]>;
    /** The position to pass as `since` next. */
    next: string;
    /** Whether changes may have been missed: everything that is remembered must be forgotten. */
    reset: boolean;
  };

  /**
   * The user, application and organisation to check. Each id is 1 to 256 bytes of UTF-8 without control characters and
   * is compared byte for byte.
   */
  SeatCheck: {
    /** The application's slug. */
    applicationSlug: string;
    /** The organisation's id in the application. */
    externalOrgId: string;
    /**
     * Whether the result has its lifetime: `now`, `freshUntil` and `staleUntil`, for a client that remembers it and
     * follows the changes of seats. By default it has none.
     */
    lifetime?: boolean;
    /** The lowest acceptable `version` of the seat: older cached data is not used. By default any version is accepted. */
    minVersion?: number | null;
    /** Whether a grant has a token, which is verified without asking. By default it has none. */
    token?: boolean;
    /** The user's id in the application. */
    userId: string;
  };

  /** The result of one check of a batch. */
  SeatCheckResult: Schemas["SeatVerdict"] | {
    /** Why the check failed. */
    error: Schemas["Problem"];
  };

  /** The seats of a subscription. */
  SeatCounts: {
    /** The seats that users have. */
    assigned: number;
    /** The seats that may be assigned. */
    available: number;
    /**
     * How many more seats are in use than are purchased: the number fell. Nobody loses a seat by that, but none is
     * assigned until enough are taken away.
     */
    overAssigned: number;
    /** The invitations that may still be accepted. */
    pending: number;
    purchased: number;
  };

  /** The outcome of one assignment. */
  SeatOutcome: Schemas["Seat"] | {
    /** Why. */
    error: Schemas["Problem"];
  };

  /** Where the seats of an application live. */
  SeatSource: "erp" | "edge";

  /** The state of a seat. */
  SeatState: "PENDING" | "ACTIVE" | "REVOKED";

  /** The public keys of seat tokens (RFC 7517). */
  SeatTokenKeys: {
    /** The keys, newest first. */
    keys: Array<{
      /** `EdDSA`. */
      alg: string;
      /** `Ed25519`. */
      crv: string;
      /** The key's thumbprint (RFC 7638), which the header of its tokens names. */
      kid: string;
      /** `OKP`. */
      kty: string;
      /** `sig`: it verifies signatures. */
      use: string;
      /** The key, base64url. */
      x: string;
    }>;
  };

  /** The seats in a period. Shares are fractions; null where they are shares of nothing. */
  SeatUsagePoint: {
    /** The same of 28 days. */
    active28?: number | null;
    /** The same of 30 days. */
    active30?: number | null;
    /** The users that were active in the 7 days to the end; null: not known. */
    active7?: number | null;
    assigned: number;
    /** The day on which it begins. */
    at: string;
    peak: number;
    purchased: number;
    timeWeightedUtilization?: number | null;
    utilization?: number | null;
  };

  /** The seats of an organization in an application. */
  SeatUsageResult: {
    applicationSlug: string;
    /** The currency in which the seats are paid. */
    currency: string;
    organizationId: string;
    points: Array<Schemas["SeatUsagePoint"]>;
  };

  /** The result of a seat check: a grant or a denial. */
  SeatVerdict: {
    /** When the ERP or the record reported this state, RFC 3339. */
    asOf: string;
    /** When the paid period ends, RFC 3339; null if this is unknown or the period has no end. */
    expiresAt?: string | null;
    /** Until when the result is fresh, if the lifetime was asked for. At most the end of access. */
    freshUntil?: string | null;
    /** Whether the user has access. */
    hasAccess: boolean;
    /** The time at which the edge answered, RFC 3339, if the lifetime was asked for. */
    now?: string | null;
    /** Why access is granted or denied. */
    reason: Schemas["Reason"];
    /** The seat's id; null if the user has no seat. */
    seatId?: string | null;
    /** Where the result comes from. */
    source: Schemas["Source"];
    /**
     * Until when the result may be used while the edge cannot be reached, if the lifetime was asked for. At most the end
     * of access; for a denial, and where the result must not be remembered, not after `freshUntil`.
     */
    staleUntil?: string | null;
    subscriptionStatus?: null | Schemas["SubscriptionStatus"];
    /** A JWT that says the same (EdDSA), if it was asked for and access is granted. */
    token?: string | null;
    /** The version of the seat, which increases with every change. Pass it as `minVersion` to exclude older data. */
    version?: number | null;
  };

  /** A request for a code. */
  SendCodeRequest: {
    /** `sms` or `whatsapp`. The default is `sms`. */
    channel?: string | null;
    /** `+` and 7 to 15 digits; spaces, dashes, dots and brackets are left out. */
    phone_number: string;
    /** `signup`, `login`, `verification` or `password_reset`. */
    purpose: string;
  };

  /** A code that is on its way. */
  SentCodeResponse: {
    /** When the code is no longer valid (RFC 3339). */
    expires_at: string;
    request_id: string;
    /** The number of seconds after which another code may be asked for. */
    resend_after: number;
  };

  /** The whole split of a source. */
  SetAllocationsRequest: {
    /** The first day, in the tenant's time zone. Default: today. */
    from?: string | null;
    /** The shares: 1 to 200, each of another department. */
    shares: Array<Schemas["AllocationShareRequest"]>;
  };

  /** A tenant's external id in an application. */
  SetExternalIdRequest: {
    /** The tenant's id in the application, 1 to 256 bytes: `hospital_id` in HealOS, `company_id` in PowerDialer. */
    externalOrgId: string;
  };

  /** The effect of a threshold. */
  Severity: "soft" | "hard";

  /** Whether a shipment is on its way. */
  ShipmentStatus: "waiting" | "shipped" | "cancelled";

  /** A connected shop. */
  Shop: {
    created_at: string;
    /** Whether the shop is asked for orders whose webhooks were lost. */
    has_access: boolean;
    id: string;
    platform: Schemas["ShopPlatform"];
    /** Why it could not be asked. */
    poll_error?: string | null;
    /** When it was asked last. */
    polled_at?: string | null;
    shop: string;
    /** Where the shop sends its webhooks. */
    url: string;
  };

  /** What a shop lets the edge in with. */
  ShopAccess: {
    /** The consumer key of a WooCommerce shop. */
    key?: string | null;
    /** The consumer secret of a WooCommerce shop. */
    secret?: string | null;
    /** The access token of a Shopify app that may read orders. */
    token?: string | null;
  };

  /** What a shop runs on. */
  ShopPlatform: "shopify" | "woocommerce";

  /** What was reported of a service level, and the credit. */
  SlaReport: {
    at: string;
    /** The share of the month's fee that is given back. */
    basis_points: number;
    /** The credit. All credits of a month together are never more than its fee. */
    credit: number;
    currency: string;
    /** The recurring charges of the month's days. */
    fee: number;
    metric: string;
    month: string;
    target: number;
    value: number;
  };

  /** What was reported of service levels. */
  SlaReportList: {
    /** The reports, in the order in which they were made. */
    data: Array<Schemas["SlaReport"]>;
  };

  /** A report of a service level. */
  SlaReportRequest: {
    /** One of the contract's service levels. */
    metric: string;
    /** The month: `2026-10`. */
    month: string;
    /** What was measured, with at most 4 decimals. */
    value: number;
  };

  /** Where the result of a seat check comes from. */
  Source: "erp" | "record" | "cache" | "stale";

  /** A source, and how it is split from a day on. */
  SourceAllocations: {
    /** The first day. */
    from: string;
    /** The last day as of which lines were posted: earlier days cannot be changed any more. */
    posted_to?: string | null;
    /** The shares on that day. */
    shares: Array<Schemas["Allocation"]>;
    source: Schemas["AllocationSource"];
    /** The day after the last; null: there is no last. */
    to?: string | null;
    /** The basis points that nobody has. Null where departments take all that is left. */
    unallocated_basis_points?: number | null;
  };

  /** What is split. */
  SourceKind: "subscription" | "invoice" | "amount";

  /** How to run. The body is optional. */
  StartLedgerSyncRequest: {
    /** Whether to list what would be sent, and send nothing. */
    dry_run?: boolean;
  };

  /** The confirmation of a waiting run. The body is optional. */
  StartSyncRequest: {
    /** Whether a run that waits for confirmation continues and deactivates the users in question. */
    confirm_deactivations?: boolean;
  };

  /** A sync run in progress. */
  StartSyncResponse: {
    /** The run's id; if a run was already in progress, the id of that run. */
    job_id: string;
    /** `sync_started`. */
    status: string;
  };

  /** An import that was begun. */
  StartedContactImport: {
    /** The import's id. */
    job_id: string;
  };

  /** A run that was started. */
  StartedLedgerSync: {
    run_id: string;
    status: Schemas["LedgerRunStatus"];
  };

  /** Figures of a window of time. */
  Stats: {
    /** The share of verdicts that were answered from the cache, fresh or stale; null if there was none. */
    cache_hit_rate?: number | null;
    /** By component, those without requests left out. */
    components: Array<Schemas["ComponentStats"]>;
    /** Decisions of rules that are not in the database now: on their way, or lost. */
    decisions_unwritten: number;
    /** The share of requests that were answered with a 5xx status; null if there was none. */
    error_rate?: number | null;
    /** Answers with a 5xx status. */
    errors: number;
    /** When the window begins. Later than the window says if the edge has counted for less long. */
    from: string;
    jobs: Schemas["JobStats"];
    /**
     * All requests that components answered. Requests that the host turned away, and those for the API's description and
     * the console's files, are not counted.
     */
    requests: number;
    requests_per_second: number;
    rules: Array<Schemas["RuleStats"]>;
    to: string;
    upstreams: Array<Schemas["UpstreamStats"]>;
    /** By source and reason, those without verdicts left out. */
    verdicts: Array<Schemas["VerdictStats"]>;
    webhooks: Schemas["WebhookStats"];
    window: Schemas["StatsWindow"];
  };

  /** A window of time that ends now. */
  StatsWindow: "15m" | "24h" | "30d";

  /** The state of an event. */
  Status: "received" | "processed" | "ignored" | "failed" | "dead" | "quarantined";

  /** A subscription. */
  Subscription: {
    applicationSlug: string;
    /** `monthly`, `quarterly` or `annual`. */
    billingCycle: string;
    /** Whether the subscription ends with its period. */
    cancelAtPeriodEnd: boolean;
    /**
     * What your own page needs to take the payment, of a gateway that has orders: `order_id`, `amount`, `currency`,
     * `key_id`, `gateway_response`. Omitted once it is paid.
     */
    checkout?: { [name: string]: unknown };
    /** The gateway's page where it is paid; omitted once it is paid, and where the gateway has no such page. */
    checkoutUrl?: string | null;
    createdAt: string;
    currency: string;
    currentPeriodEnd?: string | null;
    /** Null: the first period has not begun. */
    currentPeriodStart?: string | null;
    /** When it ended; null: it has not. */
    endedAt?: string | null;
    gateway: Schemas["GatewayName"];
    id: string;
    organizationId: string;
    planId: string;
    /** The version of the plan that the subscription was sold under. */
    planVersion: number;
    /** The price of a seat for one billing cycle. */
    pricePerSeat: number;
    scheduled?: null | Schemas["ScheduledResponse"];
    seats: Schemas["SeatCounts"];
    /** `INCOMPLETE`, `TRIALING`, `ACTIVE`, `PAST_DUE`, `CANCELLED`, `SUSPENDED` or `EXPIRED`. */
    status: string;
    /** When the trial ends or ended; null: there was none. */
    trialEnd?: string | null;
    unpaidIncrease?: null | Schemas["UnpaidIncreaseResponse"];
    /** Increases with every change of the subscription. Send it as `If-Match` to change it only if nobody else has. */
    version: number;
  };

  /** What a change costs. */
  SubscriptionPreview: {
    currency: string;
    /** What is due at once. */
    dueNow: number;
    /** The lines, each rounded by itself. */
    lines: Array<Schemas["PreviewLineResponse"]>;
    /** Their sum; negative: a credit. */
    total: number;
  };

  /** The state of an organisation's subscription. */
  SubscriptionStatus: "TRIALING" | "ACTIVE" | "PAST_DUE" | "CANCELLED" | "SUSPENDED" | "EXPIRED";

  /** An address that is not written to over a channel. */
  Suppression: {
    /** Null: the contact was erased, and a hash of the address is all that is left. */
    address?: string | null;
    channel: string;
    created_at: string;
    id: string;
    reason: Schemas["SuppressionReason"];
  };

  /** Why an address is suppressed. */
  SuppressionReason: "unsubscribed" | "replied" | "bounced" | "complained" | "manual";

  /** Why a document was not written, or a run has stopped or waits. */
  SyncCode: "MISSING_GL_MAPPING" | "NUMBER_TOO_LONG" | "RECORD_UNREADABLE" | "WAITS_FOR_DOCUMENT" | "PERIOD_CLOSED" | "VOIDED_AFTER_SENT" | "DUPLICATE_NUMBER" | "REFUSED" | "MISSING_IN_BOOKS" | "MISCONFIGURED" | "PROVIDER_UNAVAILABLE" | "THROTTLED" | "DAILY_LIMIT" | "NEEDS_REAUTH" | "DISCONNECTED" | "INTERRUPTED";

  /** The counts of a run. */
  SyncCounts: {
    /** Of the synced records: created. */
    created?: number;
    /** The number of records that were deactivated because the ERP no longer lists them. */
    deactivated?: number;
    /** The number of items that were listed before in the same run. */
    duplicates?: number;
    /** The number of items with an error; see `errors`. */
    failed?: number;
    /** The number of items listed as inactive. */
    inactive?: number;
    /** Of the synced records: created or updated, but with a role that was set by hand and is kept. */
    kept_by_hand?: number;
    /** Of the synced records: active again after a deactivation. */
    reactivated?: number;
    /** The number of records that match the ERP now. */
    synced?: number;
    /** The number of items that the ERP listed. */
    total?: number;
    /** Of the synced records: unchanged. */
    unchanged?: number;
    /** Of the synced records: updated. */
    updated?: number;
  };

  /** An employee or a project that a run would deactivate. */
  SyncDeactivation: {
    department?: string | null;
    /** The id in the ERP. */
    erp_id: string;
    job_title?: string | null;
    /** The name of the person or the project; null if it is not known. */
    name?: string | null;
    role?: null | Schemas["Role"];
    /** The employee's user; null for projects. */
    user_id?: string | null;
  };

  /** The work that was done. */
  SyncDrained: {
    /** The number of due runs that were started. */
    started: number;
    /** The number of resumed runs. */
    taken_up: number;
  };

  /** An error about an item that the ERP lists. */
  SyncError: {
    /** The id of the employee or project in the ERP; null if it has none. */
    employee_id?: string | null;
    error: string;
  };

  /** The kind of records that a run syncs. */
  SyncKind: "employees" | "projects";

  /** A sync run. */
  SyncRun: (Schemas["SyncCounts"]) & ({
    deactivations?: null | Schemas["PendingDeactivations"];
    /** Why the run failed. */
    error?: string | null;
    finished_at?: string | null;
    job_id: string;
    kind: Schemas["SyncKind"];
    /** The number of pages that were read. */
    pages: number;
    /** The phase of a run in progress: `reading` or `deactivating`; null after its end. */
    phase?: string | null;
    /** The version of `role_mapping` that the whole run uses. */
    rule_version?: number | null;
    started_at: string;
    started_by: string;
    status: Schemas["SyncRunStatus"];
    /** When the run last made progress. */
    updated_at: string;
  });

  /** The status of a run. */
  SyncRunStatus: "running" | "needs_confirmation" | "completed" | "failed" | "superseded";

  /** The status of a sync: a run, the last completed run, and the next one. */
  SyncStatus: (Schemas["SyncCounts"]) & ({
    deactivations?: null | Schemas["PendingDeactivations"];
    employees?: null | Schemas["SyncRun"];
    /** Why the run failed. */
    error?: string | null;
    /** The first 100 errors about items. */
    errors: Array<Schemas["SyncError"]>;
    finished_at?: string | null;
    /** The run's id. */
    job_id?: string | null;
    kind?: null | Schemas["SyncKind"];
    last_good_run?: null | Schemas["CompletedSyncRun"];
    /** When the next run of this kind is due; null if no run has completed yet. */
    next_due?: string | null;
    pages: number;
    phase?: string | null;
    projects?: null | Schemas["SyncRun"];
    rule_version?: number | null;
    started_at?: string | null;
    /** The run's status; `never_run` if there was no run. */
    status: string;
    tenant_id: string;
    updated_at?: string | null;
  });

  /** A tenant. */
  Tenant: {
    billing_email?: string | null;
    billing_phone?: string | null;
    created_at: string;
    credits: number;
    /** The document quota in MB; null means unlimited. */
    docs_quota_mb?: number | null;
    domain?: string | null;
    erp_company_code?: string | null;
    erp_company_id?: string | null;
    erp_customer_id?: string | null;
    /** The subscription that was last paid for. */
    erp_subscription_id?: string | null;
    /** The tenant's id, which is also the organisation's id in ERP responses. */
    id: string;
    is_active: boolean;
    is_suspended: boolean;
    /** The maximum number of users; null means unlimited. */
    max_users?: number | null;
    name: string;
    /** The tenant's number among all tenants, from 1. */
    number: number;
    owner_email: string;
    /** `paid`, `pending`, `failed`; null if nothing was ever paid. */
    payment_status?: string | null;
    /** The platform's name for the tenant's plan. */
    plan?: string | null;
    settings: { [name: string]: unknown };
    slug: string;
    /** The tenant's customer at Stripe. */
    stripe_customer_id?: string | null;
    /** The end of the paid period. */
    subscription_period_end?: string | null;
    /** The plan that was last paid for. */
    subscription_plan?: string | null;
    /** `active`, `past_due`, `suspended`, `cancelled`; null if nothing was ever paid. */
    subscription_status?: string | null;
    suspended_reason?: string | null;
    tenant_mode: Schemas["Mode"];
    /** The tenant's IANA time zone. */
    timezone: string;
    updated_at: string;
  };

  /** An audit entry of a tenant. */
  TenantDeed: {
    /**
     * `tenant.created`, `tenant.changed`, `user.added`, `user.role_changed`, `user.changed`, `user.removed`,
     * `user.erased`, `api_key.created`, `api_key.revoked`, `external_id.set`, `external_id.removed`.
     */
    action: string;
    /** The actor: `key:<id>`, `user:<sub>`, `bootstrap`. */
    actor: string;
    /** The actor's address, if known. */
    address?: string | null;
    at: string;
    /** The object of the action and its details, without personal data. */
    detail: { [name: string]: unknown };
  };

  /** A tenant's id, which is also the organisation's id in the ERP's answers. */
  TenantId: string;

  /** A tenant's subscription. */
  TenantSubscription: {
    next_billing_date?: string | null;
    /** `paid`, `pending`, `failed`, or another word of the ERP. */
    payment_status?: string | null;
    /** The end of the paid period. */
    period_end?: string | null;
    /** The name of the plan. */
    plan?: string | null;
    price?: number | null;
    /** `active`, `past_due`, `suspended`, `cancelled`, or another word of the ERP. */
    status: string;
    subscription_id?: string | null;
  };

  /** A termination. */
  TerminateContractRequest: {
    /** The first day on which the contract is not in force any more. Default: today, where the tenant is. */
    date?: string | null;
    /** Why: 1 to 256 bytes. */
    reason?: string | null;
  };

  /** The result of a test. */
  TestResult: {
    /** The actual outcome; null if the rule failed. */
    actual?: { [name: string]: unknown } | null;
    /** Why the rule failed; null if it did not fail. */
    error?: string | null;
    /** The expected outcome. */
    expected: { [name: string]: unknown };
    /** The group that the test belongs to; omitted if there is none. */
    group?: string | null;
    /** The test's name. */
    name: string;
    /** Whether the actual outcome equals the expected outcome. */
    passed: boolean;
  };

  Tier: {
    features_included: { [name: string]: unknown };
    is_featured: boolean;
    /** The storage limit in GB; null means unlimited. */
    max_storage_gb?: number | null;
    /** The maximum number of users; null means unlimited. */
    max_users?: number | null;
    /** The price; null means the plan's own price. */
    price?: number | null;
    tier_code: string;
    tier_name?: string | null;
  };

  /** Whether seat tokens can be signed, as the readiness check shows it. */
  TokenState: "ok" | "off" | "malformed";

  /** Another user who gets a seat. */
  TransferSeatRequest: {
    /** The user's id in the application. */
    userId: string;
  };

  /** An invoice without a payment. */
  UnmatchedInvoice: {
    invoice_number?: string | null;
    tenant_id: string;
  };

  /** More seats that count already and go unless they are paid in time. */
  UnpaidIncreaseResponse: {
    /** What your own page needs to take the payment. */
    checkout?: { [name: string]: unknown };
    /** The gateway's page where they are paid. */
    checkoutUrl?: string | null;
    /** When they go. */
    lapsesAt: string;
    /** The number of seats with them. */
    seats: number;
  };

  /**
   * The fields of an application that can be updated. Omitted fields keep their values; of a new application they have
   * the default.
   */
  UpdateApplicationRequest: {
    /** The application's name for an organisation's id: `hospital_id`. Default: `external_id`. */
    externalIdName?: string | null;
    /** Whether `seatSource` becomes `edge` although the ERP has seats that were not imported. Default: false. */
    force?: boolean | null;
    /** The days for which an invitation to a seat holds: 1 to 366. Default: 7. */
    invitationDays?: number | null;
    /** The application's name for people, 1 to 256 bytes. Default: the slug. */
    name?: string | null;
    /** The hours that must pass before a seat that was assigned can be transferred. Default: 0. */
    seatCooldownHours?: number | null;
    seatSource?: null | Schemas["SeatSource"];
  };

  /** The changes to a budget. Fields that are absent keep their values. */
  UpdateBudgetRequest: {
    /** Whether the amount left at the end of a period may be spent in the next. */
    carry_over?: boolean | null;
    /** Cannot be changed. */
    cost_centre?: string | null;
    /** Cannot be changed: create another budget instead. */
    currency?: string | null;
    /** Cannot be changed. */
    department_id?: string | null;
    /** Cannot be changed. */
    entity_id?: string | null;
    /**
     * Whether the budget is enforced. Only one budget can be active for each tenant, entity, department and
     * cost centre.
     */
    is_active?: boolean | null;
    /** The amount that may be spent in each period, from the current period on. */
    limit?: number | null;
    /** The budget's name for display: 1 to 256 bytes. */
    name?: string | null;
    /** Cannot be changed. */
    period?: string | null;
    /** At most 10 thresholds, each at another percentage. They replace the present ones. */
    thresholds?: Array<Schemas["BudgetThreshold"]> | null;
    /** Cannot be changed. */
    time_zone?: string | null;
  };

  /** The changes to an order. Fields that are absent or null keep their values. */
  UpdateCustomerOrderRequest: {
    /** Who carries the shipment. */
    carrier?: string | null;
    customer?: null | Schemas["OrderCustomer"];
    /** A note: up to 2000 bytes. */
    notes?: string | null;
    /** Its number. Not of an order of a shop. */
    order_number?: string | null;
    status?: null | Schemas["CustomerOrderStatus"];
    /** What it costs. Not of an order of a shop. */
    total_amount?: number | null;
    /** The carrier's number of the shipment. */
    tracking_number?: string | null;
    /** Where the shipment can be followed. */
    tracking_url?: string | null;
  };

  /** The changes to a department. Fields that are absent keep their values; null removes a value. */
  UpdateDepartmentRequest: (Schemas["DepartmentDetails"]) & ({
    /** Cannot be changed. */
    entity_id?: string | null;
    /** Its name for display: 1 to 256 bytes. */
    name?: string | null;
  });

  /** The changes to a dispute. Fields that are absent keep their values. */
  UpdateDisputeRequest: {
    /** Why, in words: up to 4000 bytes. */
    description?: string | null;
    /** Until when it is to be decided (RFC 3339); null: until nobody says when. */
    due_at?: string | null;
    /** The evidence: up to 50 pieces. They replace the present ones. */
    evidence?: Array<Schemas["DisputeEvidence"]> | null;
    /** `open`, `under_review`, `awaiting_customer` or `withdrawn`. */
    status?: null | "open" | "under_review" | "awaiting_customer" | "resolving" | "resolved" | "rejected" | "withdrawn";
  };

  /** The changes to an entity. Fields that are absent keep their values; null takes out what need not be there. */
  UpdateEntityRequest: {
    /** The postal address; it may have several lines. */
    address?: string | null;
    /** The e-mail address where its invoices go. */
    billing_email?: string | null;
    /** What you know it by: unique within the tenant. */
    code?: string | null;
    /** Whether its charges are on the invoice of the entity above it. */
    consolidate_to_parent?: boolean | null;
    /** Its country: two letters of ISO 3166-1. */
    country?: string | null;
    /** The ISO 4217 code of its currency. */
    currency?: string | null;
    /** Its name on invoices. */
    legal_name?: string | null;
    /** What people call it: 1 to 256 bytes. */
    name?: string | null;
    /** The entity above it; null: it becomes the root of a tree. What is charged from the next month on is billed there. */
    parent_id?: string | null;
    /** How many days after an invoice's date its charges are due that do not say; for charges from now on. */
    payment_terms_days?: number | null;
    status?: null | Schemas["EntityStatus"];
    /** Its tax number. */
    tax_id?: string | null;
  };

  /**
   * The changes to an invoice. Fields that are absent or null keep their values. Of a finalised invoice only `external_id`,
   * `provider` and `account` can be set, once.
   */
  UpdateInvoiceRequest: (Schemas["DetailsRequest"]) & ({
    /** The ISO 4217 code of the currency. With another currency, `items` are required. */
    currency?: string | null;
    customer?: null | Schemas["InvoiceCustomer"];
    /** Its lines: 1 to 200. They replace the present ones. */
    items?: Array<Schemas["InvoiceItemRequest"]> | null;
  });

  /** The fields of a user that can be updated. */
  UpdateMemberRequest: (Schemas["Person"]) & ({
    role?: null | Schemas["Role"];
  });

  /** The fields of an organization that can be updated. */
  UpdateOrganizationRequest: {
    billingEmail?: string | null;
    erpCompanyCode?: string | null;
    /** The ids to change, by application; null removes one. */
    externalIds?: { [name: string]: string | null } | null;
    mode?: null | Schemas["Mode"];
    name?: string | null;
    /** Cannot be changed here: it follows from the roles of the users. */
    ownerUserId?: string | null;
    /** Requires a platform key, as do all fields below `timezone`. */
    slug?: string | null;
    /** `active` or `inactive`: an inactive organization is closed to its keys and people, and gets no seat. */
    status?: string | null;
    stripeCustomerId?: string | null;
    /** An IANA time zone: `Asia/Kolkata`. */
    timezone?: string | null;
  };

  /** The fields of a plan that can be updated. Omitted fields keep their values; null clears an optional field. */
  UpdatePlanRequest: {
    /** Whether the plan is sold. Default: true. */
    active?: boolean | null;
    /** `monthly`, `quarterly` or `annual`. */
    billingCycle?: string | null;
    /** The ISO 4217 code of the price's currency. */
    currency?: string | null;
    /** The largest number of seats that can be bought; null (default): any number. */
    maxSeats?: number | null;
    /** The smallest number of seats that can be bought. Default: 1. */
    minSeats?: number | null;
    name?: string | null;
    /**
     * The price of one seat for one billing cycle. Running subscriptions keep their price. If the price changes and
     * `stripePriceId` is omitted, the plan has no price at Stripe any more.
     */
    pricePerSeat?: number | null;
    /** The id of the same price at Stripe. */
    stripePriceId?: string | null;
    /** The days for which a new subscription is not paid: 0 (default) to 730. */
    trialDays?: number | null;
  };

  /** A change of a subscription. Fields that are absent stay as they are. */
  UpdateSubscriptionRequest: {
    /** The id of the approval request by which this change was approved. */
    approvalRequestId?: string | null;
    /** Whether the subscription ends with its period. */
    cancelAtPeriodEnd?: boolean | null;
    /**
     * When seats or plan change: `now` or `period_end`. By default more seats and dearer plans now, the others with the
     * next period.
     */
    effective?: string | null;
    /** The plan's id within the application. */
    planId?: string | null;
    /** The number of seats. More count at once; fewer by default with the next period. */
    seats?: number | null;
  };

  /** The fields of a tenant that can be updated. */
  UpdateTenantRequest: (Schemas["Rest"]) & ({
    is_active?: boolean | null;
    name?: string | null;
    owner_email?: string | null;
    slug?: string | null;
    tenant_mode?: null | Schemas["Mode"];
    /** An IANA time zone: `Asia/Kolkata`. */
    timezone?: string | null;
  });

  /** How the calls of the last minutes went. */
  UpstreamState: "up" | "degraded" | "down" | "idle";

  /** The calls to an upstream. */
  UpstreamStats: {
    calls: number;
    calls_per_second: number;
    error_rate?: number | null;
    /** Calls without an answer, and answers with a 5xx status. */
    failures: number;
    p50_ms?: number | null;
    p99_ms?: number | null;
    state: Schemas["UpstreamState"];
    upstream: string;
  };

  /** The days of the summary, in UTC, the last one included. */
  UsagePeriod: {
    end_date: string;
    start_date: string;
  };

  /** A tenant's usage and limits. */
  UsageStats: {
    /** The number of working API keys. */
    api_keys: number;
    credits: number;
    /** Rule decisions for the tenant, by rule. */
    decisions: { [name: string]: number };
    /** The limit; null means unlimited. */
    docs_quota_mb?: number | null;
    /** The number of applications in which the tenant has an external id. */
    external_ids: number;
    /** The time from which decisions and events are counted. */
    from: string;
    tenant_id: string;
    to: string;
    users: Schemas["UsersUsed"];
    /** Webhook events about the tenant, by outcome. */
    webhook_events: { [name: string]: number };
  };

  /** How organizations are used, and what they paid. */
  UsageSummary: {
    billing_events: Array<Schemas["BillingEvent"]>;
    organizations: Array<Schemas["OrganizationUsage"]>;
    period: Schemas["UsagePeriod"];
    summary: Schemas["UsageTotals"];
    /** Which lists are cut off: ask for one organization, or for fewer days. */
    truncated: Schemas["UsageTruncated"];
  };

  /** The totals. */
  UsageTotals: {
    active_organizations: number;
    /** The users of active organizations. */
    active_users: number;
    /** The reporting currency. */
    currency: string;
    /** What was paid in the period, in each currency. Currencies are not converted. */
    revenue_by_currency: Array<Schemas["CurrencyRevenue"]>;
    suspended_organizations: number;
    total_organizations: number;
    /** What was paid in the period, less refunds, in the reporting currency. */
    total_revenue: number;
    /** The quotas of all e-mail accounts, GiB. */
    total_storage_gb: number;
    total_users: number;
  };

  /** Which lists are cut off. */
  UsageTruncated: {
    billing_events: boolean;
    organizations: boolean;
  };

  /** A user of a tenant. */
  User: {
    department?: string | null;
    email?: string | null;
    /** The employee's id in the ERP. */
    erp_employee_id?: string | null;
    job_title?: string | null;
    joined_at: string;
    name?: string | null;
    /** The source that created the user: `admin`, `self`, `erp_hr`. */
    provisioned_by?: string | null;
    role: Schemas["Role"];
    /** When the role was last changed. */
    updated_at: string;
    user_id: string;
  };

  UserInfo: {
    /** At most 30 characters. */
    first_name?: string | null;
    /** At most 30 characters. */
    last_name?: string | null;
  };

  /** The tenant's users. */
  UsersUsed: {
    /** `OWNER`, `BILLING_ADMIN`, `ADMIN`, `MANAGER`, `MEMBER`. */
    by_role: { [name: string]: number };
    /** The maximum number of users; null means unlimited. */
    max?: number | null;
    total: number;
  };

  /** Verdicts of one source, for one reason. */
  VerdictStats: {
    count: number;
    per_second: number;
    reason: string;
    /** `erp`, `record`, `cache`, `stale`; `none`: the edge could not know. */
    source: string;
  };

  /** A phone that was verified. */
  VerifiedResponse: {
    /**
     * A JWT of five minutes that says so, signed by one of the keys at `/api/v1/otp/jwks.json`: `sub` is the phone number,
     * `aud` is `otp`, beside `purpose` and `tenant_id`.
     */
    token: string;
    /** Always true. */
    verified: boolean;
  };

  /** A code to verify. */
  VerifyCodeRequest: {
    code: string;
    phone_number: string;
    purpose: string;
  };

  /** What the payment gateway returned to the customer's browser. */
  VerifyPaymentRequest: {
    order_id: string;
    payment_id: string;
    signature: string;
  };

  /** A batch of seat checks. */
  VerifySeatsRequest: {
    /** The checks, at most 100. */
    requests: Array<Schemas["SeatCheck"]>;
  };

  /** The results of a batch, in the order of the checks. */
  VerifySeatsResponse: {
    /** One result for each check. */
    results: Array<Schemas["SeatCheckResult"]>;
  };

  /** A webhook endpoint of one organisation, shown only once. */
  WebhookEndpoint: {
    /** The endpoint's id, used to delete it. */
    id: string;
    /** The token that identifies the sender, in addition to the signature. */
    token: string;
    /** The address to which the ERP posts the organisation's events. */
    url: string;
  };

  /** A webhook event. */
  WebhookEvent: {
    /** The response that the sender received. */
    answer: { [name: string]: unknown };
    /** The number of failed attempts to apply the event. */
    attempts: number;
    /** The sender's name for the event type, for example `payment.captured`. */
    event: string;
    /** The sender's id of the delivery. Most senders do not sign it. */
    gateway_event_id?: string | null;
    id: string;
    /** When the next attempt is made. */
    next_attempt_at?: string | null;
    occurred_at: string;
    /** The sender of the event. */
    provider: string;
    /** The reason why the event is not in effect; null if it is in effect or soon will be. */
    reason?: string | null;
    received_at: string;
    /** When the event took effect or was found to have no effect. */
    settled_at?: string | null;
    status: Schemas["Status"];
    tenant_id?: string | null;
  };

  /** Webhooks. */
  WebhookStats: {
    /** Events that were given up and wait for somebody now. */
    dead: number;
    /** Of these, events that had come in before. */
    duplicates: number;
    /** Genuine deliveries in the window. */
    in: number;
    in_per_second: number;
    /** Events that are not settled now. */
    open: number;
    /** Events that cannot be true and wait for somebody now. */
    quarantined: number;
    /** Deliveries that were turned away in the window: a wrong signature, a body that is too large. */
    rejected: number;
  };
}

/** What each operation is called with and what it answers. */
export interface Operations {
  /**
   * List the keys of seat tokens
   * The public keys that verify seat tokens. A token's header names its key by `kid`. No credential is needed.
   */
  "GET /.well-known/jwks.json": {
    response: Schemas["SeatTokenKeys"];
  };

  /**
   * Get the health of organizations
   * A score of each organization with its parts and their weights, by id, in pages. With `Accept: text/csv` the points are
   * lines of CSV.
   */
  "GET /analytics/health": {
    query?: {
      /** The first day, `2026-01-01`. By default twelve months or 30 days before `to`. */
      from?: string;
      /** The day after the last one. By default tomorrow. */
      to?: string;
      /** An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`. */
      timezone?: string;
      /** `month` or `day`. By default `month`. */
      granularity?: string;
      /** Only this application. */
      applicationSlug?: string;
      /** Only this organization. */
      organizationId?: string;
      /** Only this currency, ISO 4217. */
      currency?: string;
      /** Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now. */
      asOf?: string;
      /** How many organizations a page has: 1 to 100. By default 50. */
      limit?: number;
      /** The `nextCursor` of the page before. */
      cursor?: string;
    };
    response: Schemas["Report_HealthResult"];
  };

  /**
   * Get monthly recurring revenue
   * Points of MRR with its movements, in each currency by itself. With `Accept: text/csv` the points are lines of CSV.
   */
  "GET /analytics/mrr": {
    query?: {
      /** The first day, `2026-01-01`. By default twelve months or 30 days before `to`. */
      from?: string;
      /** The day after the last one. By default tomorrow. */
      to?: string;
      /** An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`. */
      timezone?: string;
      /** `month` or `day`. By default `month`. */
      granularity?: string;
      /** Only this application. */
      applicationSlug?: string;
      /** Only this organization. */
      organizationId?: string;
      /** Only this currency, ISO 4217. */
      currency?: string;
      /** Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now. */
      asOf?: string;
    };
    response: Schemas["Report_MrrResult"];
  };

  /**
   * Get revenue
   * What was collected and given back, how attempts to collect went, churn and retention, and cohorts; in each currency by
   * itself. With `Accept: text/csv` the points are lines of CSV.
   */
  "GET /analytics/revenue": {
    query?: {
      /** The first day, `2026-01-01`. By default twelve months or 30 days before `to`. */
      from?: string;
      /** The day after the last one. By default tomorrow. */
      to?: string;
      /** An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`. */
      timezone?: string;
      /** `month` or `day`. By default `month`. */
      granularity?: string;
      /** Only this application. */
      applicationSlug?: string;
      /** Only this organization. */
      organizationId?: string;
      /** Only this currency, ISO 4217. */
      currency?: string;
      /** Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now. */
      asOf?: string;
    };
    response: Schemas["Report_RevenueResult"];
  };

  /**
   * Get seat usage
   * For each organization and application, by id, in pages. With `Accept: text/csv` the points are lines of CSV.
   */
  "GET /analytics/seat-usage": {
    query?: {
      /** The first day, `2026-01-01`. By default twelve months or 30 days before `to`. */
      from?: string;
      /** The day after the last one. By default tomorrow. */
      to?: string;
      /** An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`. */
      timezone?: string;
      /** `month` or `day`. By default `month`. */
      granularity?: string;
      /** Only this application. */
      applicationSlug?: string;
      /** Only this organization. */
      organizationId?: string;
      /** Only this currency, ISO 4217. */
      currency?: string;
      /** Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now. */
      asOf?: string;
      /** How many organizations a page has: 1 to 100. By default 50. */
      limit?: number;
      /** The `nextCursor` of the page before. */
      cursor?: string;
    };
    response: Schemas["Report_SeatUsageResult"];
  };

  /**
   * List API keys
   * Returns the newest keys first and omits revoked keys. A tenant's key sees only the keys of its tenant.
   */
  "GET /api/v1/api-keys": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_ApiKey"];
  };

  /**
   * Create an API key
   * The key is shown only in this response. Repeating the request with the same `Idempotency-Key` returns the same key.
   */
  "POST /api/v1/api-keys": {
    body: Schemas["NewApiKey"];
    response: Schemas["CreatedApiKey"];
  };

  /**
   * Revoke an API key
   * The key stops working on the whole node within one second. Keys created with it, directly or through other keys,
   * keep working unless `?descendants=revoke` is sent; the response then lists all revoked keys.
   */
  "DELETE /api/v1/api-keys/{id}": {
    path: {
      /** The API key's id. */
      id: string;
    };
    query?: {
      /** `revoke` also revokes all keys that descend from this key. By default they are kept. */
      descendants?: string;
    };
    response: Schemas["RevokedApiKeys"] | undefined;
  };

  /**
   * Create a checkout
   * Creates an order at BheemPay. The customer pays it on the payment page that `key_id` and `gateway_response` are for.
   * With an `Idempotency-Key` the request can be repeated after any failure: it continues where the last one stopped, and
   * only one order is created.
   */
  "POST /api/v1/billing/checkout": {
    headers?: {
      /** 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateCheckoutRequest"];
    response: Schemas["Order"] | Schemas["PendingApproval"];
  };

  /**
   * Get an order
   * Returns the order as BheemPay has it.
   */
  "GET /api/v1/billing/checkout/{order_id}": {
    path: {
      /** The id of the order. */
      order_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: { [name: string]: unknown };
  };

  /**
   * List invoices
   * Returns the tenant's invoices as the ERP has them.
   */
  "GET /api/v1/billing/invoices": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: { [name: string]: unknown };
  };

  /**
   * List plans
   * Returns the plans on sale in the ERP, from the edge's cache; `Age` is the age of the cached snapshot. While the ERP
   * is down, the last known plans are served for a day.
   */
  "GET /api/v1/billing/plans": {
    headers?: {
      /** The `ETag` of an earlier response. */
      "If-None-Match"?: string | null;
    };
    response: Schemas["Plans"] | undefined;
  };

  /** Get a plan */
  "GET /api/v1/billing/plans/{plan}": {
    path: {
      /** The plan's `sku_id` or `sku_code`. */
      plan: string;
    };
    headers?: {
      /** The `ETag` of an earlier response. */
      "If-None-Match"?: string | null;
    };
    response: Schemas["Plan"] | undefined;
  };

  /**
   * Reconcile invoices with payments
   * Compares the ERP's invoices with the payments that gateways reported by webhook. It lists payments whose invoice is
   * missing, doubled or different, and what the ERP's books should contain for them. A tenant's key sees its own payments.
   * A platform key sees those of all tenants, or of the one that it names. Payments are kept for 30 days.
   */
  "GET /api/v1/billing/reconciliation": {
    query?: {
      /** The start of the range: an RFC 3339 time, or a day like `2025-01-31`, which begins at midnight UTC. */
      from?: string;
      /** The end of the range, which is not part of it: a time or a day. */
      to?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Reconciliation"];
  };

  /**
   * Get the subscription
   * Returns the subscription as the payment gateways last reported it; what they do not report comes from the ERP. A tenant
   * without a subscription gets `{"status":"not_found"}`.
   */
  "GET /api/v1/billing/subscription": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["TenantSubscription"];
  };

  /**
   * Cancel the subscription
   * Cancels the subscription in the ERP. It stays active until the paid period ends, unless `immediate` is set. The tenant's
   * subscription status changes by the gateway's webhook.
   */
  "POST /api/v1/billing/subscription/cancel": {
    headers?: {
      /** 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CancelTenantSubscriptionRequest"];
    response: Schemas["CancelSubscriptionResponse"];
  };

  /**
   * Verify a payment
   * Asks BheemPay whether the payment that the customer's browser reports is genuine. The subscription itself changes by
   * the gateway's webhook.
   */
  "POST /api/v1/billing/verify": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["VerifyPaymentRequest"];
    response: { [name: string]: unknown };
  };

  /** Receive a BheemPay event */
  "POST /api/v1/billing/webhook": {
    body: Array<number>;
    response: undefined;
  };

  /** List campaigns */
  "GET /api/v1/campaigns": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only campaigns in this state. */
      status?: "draft" | "active" | "paused";
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Campaign"];
  };

  /**
   * Create a campaign
   * The campaign is a `draft`: it sends nothing until it is activated.
   */
  "POST /api/v1/campaigns": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CampaignRequest"];
    response: Schemas["Campaign"];
  };

  /** Get a campaign */
  "GET /api/v1/campaigns/{campaign_id}": {
    path: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Campaign"];
  };

  /**
   * Update a campaign
   * Fields that are absent keep their values. `stop_on_reply` and `quiet_hours` hold at once for everybody; what messages say
   * changes for contacts who are enrolled after that.
   */
  "PUT /api/v1/campaigns/{campaign_id}": {
    path: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /** The `ETag` of the version to change. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CampaignRequest"];
    response: Schemas["Campaign"];
  };

  /**
   * Activate a campaign
   * What is due is sent from now on. What fell due while the campaign was paused is sent too. A campaign that is active
   * already stays as it is.
   */
  "POST /api/v1/campaigns/{campaign_id}/activate": {
    path: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Campaign"];
  };

  /**
   * Pause a campaign
   * Nothing is sent until it is activated again; what is due waits. A campaign that is paused already stays as it is.
   */
  "POST /api/v1/campaigns/{campaign_id}/pause": {
    path: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Campaign"];
  };

  /**
   * Get a campaign's statistics
   * How many contacts are where, and what became of each step.
   */
  "GET /api/v1/campaigns/{campaign_id}/stats": {
    path: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["CampaignStats"];
  };

  /** List the steps of a campaign */
  "GET /api/v1/campaigns/{campaign_id}/steps": {
    path: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_CampaignStep"];
  };

  /**
   * Create a step
   * A template that cannot be rendered is refused with the line. Contacts who are enrolled already go through the campaign as
   * it was then.
   */
  "POST /api/v1/campaigns/{campaign_id}/steps": {
    path: {
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CampaignStepRequest"];
    response: Schemas["CampaignStep"];
  };

  /**
   * Update a step
   * Fields that are absent keep their values. Contacts who are enrolled already go through the campaign as it was then.
   */
  "PUT /api/v1/campaigns/{campaign_id}/steps/{step_id}": {
    path: {
      /** The campaign's id. */
      campaign_id: string;
      /** The step's id. */
      step_id: string;
    };
    headers?: {
      /** The `ETag` of the campaign's version to change. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CampaignStepRequest"];
    response: Schemas["CampaignStep"];
  };

  /** List contacts */
  "GET /api/v1/contacts": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only the contact with this e-mail address. */
      email?: string;
      /** Only the contact with this phone number. */
      phone?: string;
      /** Only contacts from this source. */
      source?: string;
      /** Only contacts with this tag. */
      tag?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Contact"];
  };

  /**
   * Create a contact
   * A contact has an e-mail address, a phone number or both; a tenant has one contact of each. Phone numbers are kept as `+`
   * and digits.
   */
  "POST /api/v1/contacts": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ContactRequest"];
    response: Schemas["Contact"];
  };

  /**
   * Import contacts
   * A CSV file in UTF-8 with a header: `email` or `phone`, and `name`, `timezone`, `locale`, `source`, `tags` (separated by
   * semicolons); other columns are attributes. At most 100,000 records and 32 MiB. A record of an address that a contact has
   * changes that contact; its empty fields change nothing. The file is read behind the answer.
   */
  "POST /api/v1/contacts/import": {
    headers: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
      "Content-Type": "text/csv";
    };
    body: string | Uint8Array | Blob;
    response: Schemas["StartedContactImport"];
  };

  /**
   * Get an import
   * How far an import is, what came of it so far, and what is wrong with which records.
   */
  "GET /api/v1/contacts/imports/{job_id}": {
    path: {
      /** The import's id. */
      job_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["ContactImport"];
  };

  /** List suppressions */
  "GET /api/v1/contacts/suppressions": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only of this channel: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`. */
      channel?: string;
      /** Only for this reason. */
      reason?: "unsubscribed" | "replied" | "bounced" | "complained" | "manual";
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Suppression"];
  };

  /**
   * Suppress an address
   * The tenant does not write to the address over the channel any more, also not what is queued already. What is critical,
   * such as a one-time code, goes nevertheless.
   */
  "POST /api/v1/contacts/suppressions": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateSuppressionRequest"];
    response: Schemas["Suppression"];
  };

  /**
   * Remove a suppression
   * The tenant writes to the address again. Do this only where the person has asked for it.
   */
  "DELETE /api/v1/contacts/suppressions/{suppression_id}": {
    path: {
      /** The suppression's id. */
      suppression_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /** Get a contact */
  "GET /api/v1/contacts/{contact_id}": {
    path: {
      /** The contact's id. */
      contact_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Contact"];
  };

  /**
   * Update a contact
   * Fields that are absent keep their values, fields that are null are emptied.
   */
  "PUT /api/v1/contacts/{contact_id}": {
    path: {
      /** The contact's id. */
      contact_id: string;
    };
    headers?: {
      /** The `ETag` of the version to change. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ContactRequest"];
    response: Schemas["Contact"];
  };

  /**
   * Erase a contact
   * What is known of the person is removed: the contact, its replies and clicks, and its addresses in messages that are sent.
   * That an address is suppressed stays known, by a hash of it. An import that began before that does not make the contact
   * again.
   */
  "DELETE /api/v1/contacts/{contact_id}": {
    path: {
      /** The contact's id. */
      contact_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /**
   * Enroll a contact
   * The contact goes through the campaign as it is now: through the version that there is, or, in a draft, through the one
   * that is activated. The first delay counts from now, in a draft from the activation. A contact who is enrolled already
   * stays so.
   */
  "POST /api/v1/contacts/{contact_id}/campaign/{campaign_id}/enroll": {
    path: {
      /** The contact's id. */
      contact_id: string;
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body?: null | Schemas["CampaignEnrollRequest"];
    response: Schemas["CampaignProgress"];
  };

  /**
   * Get a contact's progress
   * What became of each step of the last enrolment, and when the next is due.
   */
  "GET /api/v1/contacts/{contact_id}/campaigns/{campaign_id}/progress": {
    path: {
      /** The contact's id. */
      contact_id: string;
      /** The campaign's id. */
      campaign_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["CampaignProgress"];
  };

  /** Get a source's allocations */
  "GET /api/v1/enterprise-billing/allocations": {
    query: {
      /** The source: `subscription:ID`, `invoice:ID` or `amount:ID`. */
      source: string;
      /** The day, in the tenant's time zone. Default: today. */
      at?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["SourceAllocations"];
  };

  /**
   * Set a source's allocations
   * The shares are the whole split of the source from a day on, until the next day for which shares are set already. They add
   * up to exactly 10000 basis points, or name who takes what is left: one department by `fixed` without an amount, or several
   * by `headcount` or `usage`.
   */
  "PUT /api/v1/enterprise-billing/allocations": {
    query: {
      /** The source: `subscription:ID`, `invoice:ID` or `amount:ID`. */
      source: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["SetAllocationsRequest"];
    response: Schemas["SourceAllocations"];
  };

  /**
   * List posted lines
   * What departments got of finalised invoices, of charges of entities and of payments of subscriptions, and what nobody shares of them. A line never
   * changes: what is given back is lines more.
   */
  "GET /api/v1/enterprise-billing/allocations/lines": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only lines of this department; `unallocated`: only lines that nobody shares. */
      department_id?: string;
      /** Only lines of departments of this entity. */
      entity_id?: string;
      /** Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`. */
      source?: string;
      /** Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`. */
      document?: string;
      /** Only lines of this kind. */
      kind?: "revenue" | "cash" | "receivable" | "deferred" | "tax" | "refund";
      /** Only lines on this account of the general ledger. */
      gl_code?: string;
      /** Only lines of this cost centre. */
      cost_center?: string;
      /** Only lines for this plan. */
      plan_id?: string;
      /** Only lines in this currency. */
      currency?: string;
      /** Only lines from this day on, in the tenant's time zone. */
      from?: string;
      /** Only lines before this day. */
      to?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_AllocationLine"];
  };

  /**
   * Preview a split
   * Shows how an amount of the source would be split on a day, to the smallest unit. Nothing is posted.
   */
  "GET /api/v1/enterprise-billing/allocations/preview": {
    query: {
      /** The source: `subscription:ID`, `invoice:ID` or `amount:ID`. */
      source: string;
      /** The amount; negative: given back. */
      amount: number;
      /** The ISO 4217 code of its currency. */
      currency: string;
      /** The day, in the tenant's time zone, or an instant (RFC 3339). Default: now. */
      at?: string;
      /** What the amount is, for the accounts of the general ledger. Default: `revenue`. */
      kind?: "revenue" | "cash" | "receivable" | "deferred" | "tax" | "refund";
      /** The plan that it is for, for the accounts of the general ledger. */
      plan_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["AllocationPreview"];
  };

  /**
   * Get the sums of posted lines
   * All sums together are what was billed less what was given back, in each currency: what nobody shares is one of them.
   */
  "GET /api/v1/enterprise-billing/allocations/totals": {
    query?: {
      /** `department`, `cost_center`, `gl_code`, `plan`, `month`, `kind` or `entity`. Default: `department`. */
      by?: string;
      /** Only lines of this department; `unallocated`: only lines that nobody shares. */
      department_id?: string;
      /** Only lines of departments of this entity. */
      entity_id?: string;
      /** Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`. */
      source?: string;
      /** Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`. */
      document?: string;
      /** Only lines of this kind. */
      kind?: "revenue" | "cash" | "receivable" | "deferred" | "tax" | "refund";
      /** Only lines on this account of the general ledger. */
      gl_code?: string;
      /** Only lines of this cost centre. */
      cost_center?: string;
      /** Only lines for this plan. */
      plan_id?: string;
      /** Only lines in this currency. */
      currency?: string;
      /** Only lines from this day on, in the tenant's time zone. */
      from?: string;
      /** Only lines before this day. */
      to?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["AllocationTotals"];
  };

  /**
   * List delegations
   * Without `billing:read`, this returns only those from or to the caller.
   */
  "GET /api/v1/enterprise-billing/approvals/delegations": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_ApprovalDelegation"];
  };

  /**
   * Create a delegation
   * The delegate may approve and reject on behalf of the caller for a time: where a level asks the caller by name, or by a
   * role that the caller then has as a member or by `PUT …/roles/{role}`. If a level asks both, they count as two people, until
   * one acts on behalf of the other.
   */
  "POST /api/v1/enterprise-billing/approvals/delegations": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateApprovalDelegationRequest"];
    response: Schemas["ApprovalDelegation"];
  };

  /**
   * Revoke a delegation
   * Callers can revoke their own delegations. A caller with `tenants:admin` can revoke any delegation of the tenant.
   */
  "DELETE /api/v1/enterprise-billing/approvals/delegations/{delegation_id}": {
    path: {
      /** The delegation's id. */
      delegation_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /**
   * List approval requests
   * With `waits_for=me`, this requires no scope.
   */
  "GET /api/v1/enterprise-billing/approvals/requests": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only requests with this status: `pending`, `approved`, `rejected`, `used` or `expired`. */
      status?: string;
      /** Only requests of this kind. */
      kind?: string;
      /** Only requests of this person. */
      requester?: string;
      /**
       * `me`: only pending requests that the caller can approve or reject now. A page may then have fewer entries than `limit`,
       * or none, although another follows.
       */
      waits_for?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_ApprovalRequest"];
  };

  /**
   * Create an approval request
   * The rule `approval` decides who has to approve the purchase. The request follows this decision even if the rule is changed
   * later. If no approval is required, the request is approved at once; if the rule rejects the purchase, it is rejected at
   * once.
   */
  "POST /api/v1/enterprise-billing/approvals/requests": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateApprovalRequest"];
    response: Schemas["ApprovalRequest"];
  };

  /**
   * Approve several requests
   * Each request is approved independently: an error for one does not affect the others.
   */
  "POST /api/v1/enterprise-billing/approvals/requests/bulk-approve": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["BulkApproveRequest"];
    response: Schemas["BulkApproveResponse"];
  };

  /**
   * Get an approval request
   * The requester and the people whom a level of the request asks can get it without `billing:read`.
   */
  "GET /api/v1/enterprise-billing/approvals/requests/{request_id}": {
    path: {
      /** The request's id. */
      request_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["ApprovalRequest"];
  };

  /**
   * Approve or reject a request
   * Requires no scope, but the present level of the request must ask the caller: by name, by role, or as the delegate of a
   * person whom it asks. Nobody can approve or reject their own request, and nobody is counted twice.
   */
  "POST /api/v1/enterprise-billing/approvals/requests/{request_id}/process": {
    path: {
      /** The request's id. */
      request_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ProcessApprovalRequest"];
    response: Schemas["ApprovalRequest"];
  };

  /** List roles and their members */
  "GET /api/v1/enterprise-billing/approvals/roles": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["ApprovalRoles"];
  };

  /**
   * Set the members of a role
   * Replaces the present members. People also have the role if their token says so, or if it is their role as a member of the
   * tenant.
   */
  "PUT /api/v1/enterprise-billing/approvals/roles/{role}": {
    path: {
      /** The role as the rule `approval` spells it, such as `finance_manager`. */
      role: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ApprovalRoleMembers"];
    response: Schemas["ApprovalRoleMembers"];
  };

  /** List approval rules */
  "GET /api/v1/enterprise-billing/approvals/rules": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_ApprovalRule"];
  };

  /**
   * Create an approval rule
   * An approval rule adds levels or shortens times. It never requires less than the rule `approval` does. `escalate_to`, which
   * lets others approve as well, requires `tenants:admin`.
   */
  "POST /api/v1/enterprise-billing/approvals/rules": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ApprovalRuleRequest"];
    response: Schemas["ApprovalRule"];
  };

  /**
   * Update an approval rule
   * Fields that are absent keep their values. Existing requests do not change. A change that requires less requires
   * `tenants:admin`. The caller who makes such a change remains bound by the previous rule until another caller with
   * `tenants:admin` changes it.
   */
  "PUT /api/v1/enterprise-billing/approvals/rules/{rule_id}": {
    path: {
      /** The rule's id. */
      rule_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ApprovalRuleRequest"];
    response: Schemas["ApprovalRule"];
  };

  /** List budgets */
  "GET /api/v1/enterprise-billing/budgets": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only budgets of this entity. */
      entity_id?: string;
      /** Only budgets of this department. */
      department_id?: string;
      /** Only budgets for this cost centre. */
      cost_centre?: string;
      /** `true`: only active budgets; `false`: only inactive budgets. */
      is_active?: boolean;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Budget"];
  };

  /**
   * Create a budget
   * Only one budget can be active for each combination of tenant, entity, department and cost centre. A request that is repeated
   * with the same `Idempotency-Key` creates only one budget.
   */
  "POST /api/v1/enterprise-billing/budgets": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateBudgetRequest"];
    response: Schemas["Budget"];
  };

  /** Get a budget */
  "GET /api/v1/enterprise-billing/budgets/{budget_id}": {
    path: {
      /** The budget's id. */
      budget_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Budget"];
  };

  /**
   * Update a budget
   * Fields that are absent keep their values. A new limit applies from the current period on. A change that allows more
   * spending requires `tenants:admin`. The caller who makes such a change remains bound by the previous budget until
   * another caller with `tenants:admin` changes it.
   */
  "PUT /api/v1/enterprise-billing/budgets/{budget_id}": {
    path: {
      /** The budget's id. */
      budget_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["UpdateBudgetRequest"];
    response: Schemas["Budget"];
  };

  /**
   * List a budget's alerts
   * Each threshold raises at most one alert in a period. The alert is listed here and sent through Notify.
   */
  "GET /api/v1/enterprise-billing/budgets/{budget_id}/alerts": {
    path: {
      /** The budget's id. */
      budget_id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_BudgetAlert"];
  };

  /**
   * Reserve an amount of a budget
   * The rule `budget` decides whether the amount may be reserved. A hard threshold is enforced even when many requests
   * arrive at once.
   */
  "POST /api/v1/enterprise-billing/budgets/{budget_id}/reservations": {
    path: {
      /** The budget's id. */
      budget_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateBudgetReservationRequest"];
    response: Schemas["BudgetReservation"];
  };

  /**
   * Commit a reservation
   * Records the reserved amount, or a part of it, as spent.
   */
  "POST /api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/commit": {
    path: {
      /** The budget's id. */
      budget_id: string;
      /** The caller's reference of the reservation. */
      reference: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CommitBudgetReservationRequest"];
    response: Schemas["BudgetReservation"];
  };

  /**
   * Release a reservation
   * Returns the reserved amount to the budget.
   */
  "POST /api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/release": {
    path: {
      /** The budget's id. */
      budget_id: string;
      /** The caller's reference of the reservation. */
      reference: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["BudgetReservation"];
  };

  /**
   * Get a budget's tracking
   * Returns the amounts spent and reserved in the current period, day by day, and a forecast of the period's end at the
   * present rate of spending.
   */
  "GET /api/v1/enterprise-billing/budgets/{budget_id}/tracking": {
    path: {
      /** The budget's id. */
      budget_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["BudgetTracking"];
  };

  /** List contracts */
  "GET /api/v1/enterprise-billing/contracts": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only contracts with this status. */
      status?: "draft" | "pending_approval" | "active" | "renewed" | "expired" | "terminated" | "cancelled";
      /** Only contracts of this entity. */
      entity_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Contract"];
  };

  /**
   * Create a contract
   * The contract is a `draft`: it can be edited, charges nothing and has no number until it is activated. Amounts are in its
   * currency. A recurring line is charged in advance, on the first day of each cycle; a last cycle that the term cuts short costs
   * its share of days.
   */
  "POST /api/v1/enterprise-billing/contracts": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ContractRequest"];
    response: Schemas["Contract"];
  };

  /** Get a contract */
  "GET /api/v1/enterprise-billing/contracts/{contract_id}": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Contract"];
  };

  /**
   * Update a contract
   * Fields that are absent or null keep their values. Only a `draft` can be edited; a contract that is signed is amended.
   */
  "PUT /api/v1/enterprise-billing/contracts/{contract_id}": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /** The `ETag` of the version to change. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ContractRequest"];
    response: Schemas["Contract"];
  };

  /**
   * Activate a contract
   * The rule `approval` decides on its total value, with the kind `contract`. Where nobody has to approve it, it is signed: it
   * gets the tenant's next number, and what its lines charged since its first day is charged. Where people have to approve it, it
   * waits, and goes on by itself once they did. If they reject it, or do not approve it in time, it is a draft again.
   */
  "POST /api/v1/enterprise-billing/contracts/{contract_id}/activate": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Contract"] | Schemas["ContractPendingApproval"];
  };

  /**
   * Amend a contract
   * The amendment is a version of its own, which is never changed: with what it changes, and what that changes in money. A period
   * that is charged already is credited from the effective date on at the old prices, and charged at the new ones, for the share
   * of its days. The rule `approval` decides, with the kind `contract`, on the value of the contract before or after the
   * amendment, whichever is greater.
   */
  "POST /api/v1/enterprise-billing/contracts/{contract_id}/amend": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["AmendContractRequest"];
    response: Schemas["Contract"] | Schemas["ContractPendingApproval"];
  };

  /**
   * Cancel a contract
   * A draft, or a contract that waits for approval, is given up. One that is signed is terminated instead.
   */
  "POST /api/v1/enterprise-billing/contracts/{contract_id}/cancel": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Contract"];
  };

  /**
   * Give notice of a contract
   * Given until `last_notice_day`, that day included, the contract is not renewed again; given later, it is renewed once more, and
   * not after that. A second notice changes nothing.
   */
  "POST /api/v1/enterprise-billing/contracts/{contract_id}/notice": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["GiveNoticeRequest"];
    response: Schemas["Contract"];
  };

  /**
   * Renew a contract
   * One term is added to those that are agreed on. Until it begins, the contract cannot be renewed again.
   */
  "POST /api/v1/enterprise-billing/contracts/{contract_id}/renew": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["RenewContractRequest"];
    response: Schemas["Contract"];
  };

  /** List reports of service levels */
  "GET /api/v1/enterprise-billing/contracts/{contract_id}/sla-reports": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["SlaReportList"];
  };

  /**
   * Report a service level
   * Of each metric and month there is one report, and its credit once: a charge below zero. The same report again has the same
   * answer.
   */
  "POST /api/v1/enterprise-billing/contracts/{contract_id}/sla-reports": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["SlaReportRequest"];
    response: Schemas["SlaReport"];
  };

  /**
   * Terminate a contract
   * What is charged of the days from `date` on is given back, and the fee of the contract is charged: never more than what
   * remains of the commitment. A contract that was terminated stays as it is: the answer is the same, with the one fee.
   */
  "POST /api/v1/enterprise-billing/contracts/{contract_id}/terminate": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["TerminateContractRequest"];
    response: Schemas["Contract"];
  };

  /** Get the timeline of a contract */
  "GET /api/v1/enterprise-billing/contracts/{contract_id}/timeline": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["ContractTimeline"];
  };

  /** List reports of usage */
  "GET /api/v1/enterprise-billing/contracts/{contract_id}/usage-reports": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["ContractUsageReportList"];
  };

  /**
   * Report usage of a contract
   * Of each usage line and month there is one report, which is charged once. The same report again has the same answer.
   */
  "POST /api/v1/enterprise-billing/contracts/{contract_id}/usage-reports": {
    path: {
      /** The contract's id. */
      contract_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ContractUsageReportRequest"];
    response: Schemas["ContractUsageReport"];
  };

  /** List departments */
  "GET /api/v1/enterprise-billing/departments": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only departments of this entity. */
      entity_id?: string;
      /** Only departments that are directly part of this one. */
      parent_id?: string;
      /** Only departments with this status. */
      status?: "active" | "closed";
      /** Only departments with this code. */
      code?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Department"];
  };

  /** Create a department */
  "POST /api/v1/enterprise-billing/departments": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateDepartmentRequest"];
    response: Schemas["Department"];
  };

  /** Get a department */
  "GET /api/v1/enterprise-billing/departments/{department_id}": {
    path: {
      /** The department's id. */
      department_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Department"];
  };

  /**
   * Update a department
   * Fields that are absent keep their values; null removes one. A department stays in its entity and is never below itself,
   * whoever moves departments at the same time. A headcount holds from `headcount_from` on; lines that were posted stay as
   * they are.
   */
  "PUT /api/v1/enterprise-billing/departments/{department_id}": {
    path: {
      /** The department's id. */
      department_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["UpdateDepartmentRequest"];
    response: Schemas["Department"];
  };

  /**
   * List a department's allocations
   * Also those that have ended or have not begun yet.
   */
  "GET /api/v1/enterprise-billing/departments/{department_id}/allocations": {
    path: {
      /** The department's id. */
      department_id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Allocation"];
  };

  /**
   * Create an allocation
   * Gives the department a share of a source, beside the shares that others have of it. Together they never are more than all
   * of the source, whoever adds shares at the same time; what is short of it is `unallocated`.
   */
  "POST /api/v1/enterprise-billing/departments/{department_id}/allocations": {
    path: {
      /** The department's id. */
      department_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateAllocationRequest"];
    response: Schemas["Allocation"];
  };

  /** List disputes */
  "GET /api/v1/enterprise-billing/disputes": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only disputes with this status. */
      status?: "open" | "under_review" | "awaiting_customer" | "resolving" | "resolved" | "rejected" | "withdrawn";
      /** Only disputes that concern this entity. */
      entity_id?: string;
      /** Only disputes of this thing: `payment:ID`, `invoice:ID` or `charge:ID`. */
      subject?: string;
      /** `true`: only disputes that were to be decided by now, and are not. */
      overdue?: boolean;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Dispute"];
  };

  /**
   * Create a dispute
   * Of a payment, an invoice or a charge. The payment may be one that no gateway has reported yet: it is looked for once the
   * dispute is resolved. The tenant's billing contact is told.
   */
  "POST /api/v1/enterprise-billing/disputes": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateDisputeRequest"];
    response: Schemas["Dispute"];
  };

  /** Get a dispute */
  "GET /api/v1/enterprise-billing/disputes/{dispute_id}": {
    path: {
      /** The dispute's id. */
      dispute_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Dispute"];
  };

  /**
   * Update a dispute
   * Fields that are absent keep their values. A dispute that is resolved, rejected or withdrawn, or is being resolved, cannot
   * be changed.
   */
  "PUT /api/v1/enterprise-billing/disputes/{dispute_id}": {
    path: {
      /** The dispute's id. */
      dispute_id: string;
    };
    headers?: {
      /** The `ETag` of the version to change. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["UpdateDisputeRequest"];
    response: Schemas["Dispute"];
  };

  /**
   * List the comments to a dispute
   * Callers without `enterprise:write` see those that are `shared`.
   */
  "GET /api/v1/enterprise-billing/disputes/{dispute_id}/comments": {
    path: {
      /** The dispute's id. */
      dispute_id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_DisputeComment"];
  };

  /**
   * Add a comment to a dispute
   * A comment is not changed or deleted. Disputes that have ended take comments too.
   */
  "POST /api/v1/enterprise-billing/disputes/{dispute_id}/comments": {
    path: {
      /** The dispute's id. */
      dispute_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["DisputeCommentRequest"];
    response: Schemas["DisputeComment"];
  };

  /**
   * Resolve a dispute
   * `refund` gives the payer money back through BheemPay: never more than was captured, however many resolve at once, and each
   * refund once. The dispute is `resolving` until the payer has the money, and open again if the refund fails. `credit` and
   * `adjustment` post a negative charge on the entity that the dispute concerns. `reject` gives nothing. Whoever opened the
   * dispute, or has the same root, does not resolve it. An amount above the tenant's setting `dispute_approval_above`
   * (50,000.00) needs an approval of exactly that amount: send the same request with its id.
   */
  "POST /api/v1/enterprise-billing/disputes/{dispute_id}/resolve": {
    path: {
      /** The dispute's id. */
      dispute_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ResolveDisputeRequest"];
    response: Schemas["Dispute"] | Schemas["DisputeApproval"];
  };

  /** List entities */
  "GET /api/v1/enterprise-billing/entities": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only entities right below this one. */
      parent_id?: string;
      /** Only entities with this status. */
      status?: "active" | "closed";
      /** Only the entity with this code. */
      code?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Entity"];
  };

  /**
   * Create an entity
   * An entity is the root of a tree, or below another one. A tree has at most 8 levels.
   */
  "POST /api/v1/enterprise-billing/entities": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateEntityRequest"];
    response: Schemas["Entity"];
  };

  /** Get an entity */
  "GET /api/v1/enterprise-billing/entities/{entity_id}": {
    path: {
      /** The entity's id. */
      entity_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["EntityDetails"];
  };

  /**
   * Update an entity
   * Fields that are absent keep their values. An entity may be moved below another one, or become the root of a tree: what
   * is charged from the next month on is billed there, and invoices stay as they are.
   */
  "PUT /api/v1/enterprise-billing/entities/{entity_id}": {
    path: {
      /** The entity's id. */
      entity_id: string;
    };
    headers?: {
      /** The `ETag` of the version to change. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["UpdateEntityRequest"];
    response: Schemas["Entity"];
  };

  /** List charges of an entity */
  "GET /api/v1/enterprise-billing/entities/{entity_id}/charges": {
    path: {
      /** The entity's id. */
      entity_id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Charge"];
  };

  /**
   * Create a charge
   * The charge is on the next consolidated invoice of its month, or of a later one.
   */
  "POST /api/v1/enterprise-billing/entities/{entity_id}/charges": {
    path: {
      /** The entity's id. */
      entity_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateChargeRequest"];
    response: Schemas["Charge"];
  };

  /**
   * Get the hierarchy of an entity
   * The tree below the entity, with the totals of each entity in each currency: by itself, and with all that is below it.
   */
  "GET /api/v1/enterprise-billing/entities/{entity_id}/hierarchy": {
    path: {
      /** The entity's id. */
      entity_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["EntityTree"];
  };

  /** List consolidated invoices */
  "GET /api/v1/enterprise-billing/entities/{entity_id}/invoices": {
    path: {
      /** The entity's id. */
      entity_id: string;
    };
    query?: {
      /** Only invoices for this month, such as `2026-11`. */
      period?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["ConsolidatedInvoices"];
  };

  /**
   * Create consolidated invoices
   * Makes a draft of an invoice for each currency and terms, with a section for each entity: of all charges until the end of
   * the month that are on no invoice yet, of the entity and of those below it that are billed with their parents. The same
   * month again gives the same invoices: what is charged later is on those of the next month. Where there is nothing to
   * invoice, the list is empty, and the month may be asked for again. Credits that are more than what is charged in their
   * currency and terms wait for the next month.
   */
  "POST /api/v1/enterprise-billing/entities/{entity_id}/invoices": {
    path: {
      /** The entity's id. */
      entity_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ConsolidateRequest"];
    response: Schemas["ConsolidatedInvoices"];
  };

  /**
   * List subscriptions of an entity
   * Those that belong to it, have belonged to it, or will, each with its days.
   */
  "GET /api/v1/enterprise-billing/entities/{entity_id}/subscriptions": {
    path: {
      /** The entity's id. */
      entity_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_EntitySubscription"];
  };

  /**
   * Assign a subscription to an entity
   * From the first day on the subscription belongs to this entity and to no other. Without a payment gateway, its periods are
   * charged to the entity that it belongs to when they begin; charges that are posted already stay where they are.
   */
  "PUT /api/v1/enterprise-billing/entities/{entity_id}/subscriptions/{subscription_id}": {
    path: {
      /** The entity's id. */
      entity_id: string;
      /** The subscription's id. */
      subscription_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["AssignSubscriptionRequest"];
    response: Schemas["EntitySubscription"];
  };

  /** List GL mappings */
  "GET /api/v1/enterprise-billing/gl-mappings": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only mappings of this kind. */
      kind?: "revenue" | "cash" | "receivable" | "deferred" | "tax" | "refund";
      /** Only mappings of this department. */
      department_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_GlMapping"];
  };

  /**
   * Create a GL mapping
   * A mapping for the same kind, department and plan gets the new account. Lines that were posted keep theirs. The most
   * specific mapping counts: of department, kind and plan; of department and kind; of kind and plan; of the kind; then the
   * department's own account; then a mapping for any kind.
   */
  "POST /api/v1/enterprise-billing/gl-mappings": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateGlMappingRequest"];
    response: Schemas["GlMapping"];
  };

  /** List integrations */
  "GET /api/v1/enterprise-billing/integrations": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Integration"];
  };

  /**
   * Take somebody back who consented
   * The provider sends a browser here from its page. The answer is a page, or JSON for whoever does not accept HTML. It takes
   * no credential: the `state` is one, for one use.
   */
  "GET /api/v1/enterprise-billing/integrations/callback": {
    query?: {
      /** What `authorize` put into the page's address. */
      state?: string;
      /** The authorization code. */
      code?: string;
      /** Why nobody consented. */
      error?: string;
    };
    response: Schemas["ConsentResponse"];
  };

  /**
   * Configure an integration
   * Creates the tenant's integration with this provider under this name, or changes it. Where nobody has to consent, the edge
   * signs in at once, and `status` says what came of it; else `authorize` comes next. Once documents were written to the books
   * of a company, the integration keeps to it: other books take another integration, under another name.
   */
  "POST /api/v1/enterprise-billing/integrations/configure": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ConfigureIntegrationRequest"];
    response: Schemas["Integration"];
  };

  /**
   * Begin a consent
   * Answers the address of the provider's page, where somebody who may write to the books signs in and consents. The provider
   * sends them back to `callback`, once, within ten minutes.
   */
  "GET /api/v1/enterprise-billing/integrations/{integration_id}/authorize": {
    path: {
      /** The integration's id. */
      integration_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["AuthorizeResponse"];
  };

  /**
   * Disconnect an integration
   * A run in progress stops. The tokens become worthless at the provider, if it answers, and all secrets are erased in any
   * case. What was written is remembered: configured again, the integration goes on with it.
   */
  "POST /api/v1/enterprise-billing/integrations/{integration_id}/disconnect": {
    path: {
      /** The integration's id. */
      integration_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["DisconnectResponse"];
  };

  /**
   * List the documents of an integration
   * What is, or is to be, in the books: what became of it, why something was not sent, and what to do about it.
   */
  "GET /api/v1/enterprise-billing/integrations/{integration_id}/documents": {
    path: {
      /** The integration. */
      integration_id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only documents of this kind: `customers`, `invoices`, `payments`, `refunds` or `journals`. */
      kind?: string;
      /** Only documents in this state: `pending`, `sending`, `sent`, `failed`, `blocked` or `cancelled`. */
      state?: string;
      /** `true`: only documents with an error. */
      errors?: boolean;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_LedgerDocument"];
  };

  /**
   * List attempts at documents
   * An entry for each attempt at a document: in which run, who started it, what came of it, and how long it took. Entries are
   * kept for 90 days.
   */
  "GET /api/v1/enterprise-billing/integrations/{integration_id}/logs": {
    path: {
      /** The integration. */
      integration_id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only attempts of this run. */
      run_id?: string;
      /** Only attempts at documents of this kind, such as `invoices`. */
      kind?: string;
      /** Only attempts with this outcome, such as `failed`. */
      outcome?: string;
      /** Only attempts at the document with this number. */
      number?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_LedgerLogEntry"];
  };

  /**
   * Get the status of an integration
   * How it stands, what is to be done for it to work, and its last run.
   */
  "GET /api/v1/enterprise-billing/integrations/{integration_id}/status": {
    path: {
      /** The integration's id. */
      integration_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["IntegrationStatusResponse"];
  };

  /**
   * Sync an integration
   * Starts a run, which writes what the books lack: customers, invoices, payments, refunds and journals, each document once.
   * The run goes on by itself; `GET …/status` shows how far it is. With `"dry_run": true` nothing is sent, nobody is asked, and
   * the answer is a page of what would be sent.
   */
  "POST /api/v1/enterprise-billing/integrations/{integration_id}/sync": {
    path: {
      /** The integration. */
      integration_id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body?: null | Schemas["StartLedgerSyncRequest"];
    response: Schemas["LedgerDryRun"] | Schemas["StartedLedgerSync"];
  };

  /**
   * Get the performance of budgets
   * Each budget in each of its periods that has a day in the period asked for: what may be spent, what is reserved, what was
   * spent, and the variance. With `Accept: text/csv` each is a line of CSV.
   */
  "GET /api/v1/enterprise-billing/reports/budget-performance": {
    query?: {
      /** The day at whose end the figures are taken: what happened later is ignored. Default: today. */
      as_of?: string;
      /** The first day of the period. Default: the first day of the month of its last day. */
      from?: string;
      /** The day after the last one. Default: the first day of the month after `as_of`. */
      to?: string;
      /** An IANA time zone, whose days these are. Default: the tenant's. */
      timezone?: string;
      /** Only figures of this entity and those below it. */
      entity_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["BudgetPerformance"];
  };

  /**
   * Get the CFO dashboard
   * Figures of a period and as of its end, in each currency by itself, each beside that of the period before. docs/reports.md
   * defines each. With `Accept: text/csv` each figure is a line of CSV.
   */
  "GET /api/v1/enterprise-billing/reports/cfo-dashboard": {
    query?: {
      /** The day at whose end the figures are taken: what happened later is ignored. Default: today. */
      as_of?: string;
      /** The first day of the period. Default: the first day of the month of its last day. */
      from?: string;
      /** The day after the last one. Default: the first day of the month after `as_of`. */
      to?: string;
      /** An IANA time zone, whose days these are. Default: the tenant's. */
      timezone?: string;
      /** Only figures of this entity and those below it. */
      entity_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["CfoDashboard"];
  };

  /**
   * Get the contracts
   * The contracts that ran in the period: what they are worth, what of that is recognised, and when they are to be renewed.
   * With `Accept: text/csv` each is a line of CSV.
   */
  "GET /api/v1/enterprise-billing/reports/contracts": {
    query?: {
      /** The day at whose end the figures are taken: what happened later is ignored. Default: today. */
      as_of?: string;
      /** The first day of the period. Default: the first day of the month of its last day. */
      from?: string;
      /** The day after the last one. Default: the first day of the month after `as_of`. */
      to?: string;
      /** An IANA time zone, whose days these are. Default: the tenant's. */
      timezone?: string;
      /** Only figures of this entity and those below it. */
      entity_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["ContractsReport"];
  };

  /**
   * Get the cost analysis
   * What was billed in a period, by department, cost centre, account of the general ledger, plan and month, in each currency by
   * itself. Each table adds up to the total. With `Accept: text/csv` each cost is a line of CSV.
   */
  "GET /api/v1/enterprise-billing/reports/cost-analysis": {
    query?: {
      /** The day at whose end the figures are taken: what happened later is ignored. Default: today. */
      as_of?: string;
      /** The first day of the period. Default: the first day of the month of its last day. */
      from?: string;
      /** The day after the last one. Default: the first day of the month after `as_of`. */
      to?: string;
      /** An IANA time zone, whose days these are. Default: the tenant's. */
      timezone?: string;
      /** Only figures of this entity and those below it. */
      entity_id?: string;
      /** Which lines are costs. Default: `billed`. */
      basis?: "billed" | "paid";
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["CostAnalysis"];
  };

  /** List saved reports */
  "GET /api/v1/enterprise-billing/reports/custom": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_SavedReport"];
  };

  /**
   * Run or save a custom report
   * Only members of the allow-list are known. All measures are of one source; dimensions may also be of the sources that it
   * joins. With `Accept: text/csv` the rows are CSV, safe to open in a spreadsheet. Rows are sent as they are read: an answer
   * that breaks off is not whole. With a `name` the report is saved, which needs the scope `enterprise:write` too, and not run.
   */
  "POST /api/v1/enterprise-billing/reports/custom": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters; only what is saved has a use for it. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CustomReport"];
    response: Schemas["ReportResult"] | string | Schemas["SavedReport"];
  };

  /** List what custom reports may be made of */
  "GET /api/v1/enterprise-billing/reports/custom/members": {
    response: Schemas["ReportMembers"];
  };

  /**
   * Fetch a report that was sent
   * As CSV, by the link in the message, without a key. The link is for one report and one time at which it was due, and works
   * for seven days. The rows are those that there are now, in the range as of that time.
   */
  "GET /api/v1/enterprise-billing/reports/custom/shared/{token}": {
    path: {
      /** What the link has after `/shared/`. */
      token: string;
    };
    response: string;
  };

  /** Get a saved report */
  "GET /api/v1/enterprise-billing/reports/custom/{report_id}": {
    path: {
      /** The report's id. */
      report_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["SavedReport"];
  };

  /**
   * Replace a saved report
   * It needs the scope `enterprise:write` too.
   */
  "PUT /api/v1/enterprise-billing/reports/custom/{report_id}": {
    path: {
      /** The report's id. */
      report_id: string;
    };
    headers?: {
      /** The `ETag` of the version to replace. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CustomReport"];
    response: Schemas["SavedReport"];
  };

  /**
   * Delete a saved report
   * It is not sent any more, and links to it do not work any more. It needs the scope `enterprise:write` too.
   */
  "DELETE /api/v1/enterprise-billing/reports/custom/{report_id}": {
    path: {
      /** The report's id. */
      report_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /**
   * Run a saved report
   * With `Accept: text/csv` the rows are CSV.
   */
  "POST /api/v1/enterprise-billing/reports/custom/{report_id}/run": {
    path: {
      /** The report's id. */
      report_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["ReportResult"] | string;
  };

  /**
   * List what a run would deactivate
   * Lists whom the run deactivates if it is confirmed, in the order in which the ERP's records were first seen. The list is
   * empty if no run waits for confirmation.
   */
  "GET /api/v1/erp-sync/deactivations": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** `employees`, which is the default, or `projects`. */
      kind?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_SyncDeactivation"];
  };

  /**
   * Resume and start sync runs
   * A scheduler calls this, or better `POST /api/v1/jobs/drain`. It resumes runs whose worker died, and starts the next run
   * where a run ended `erp_sync_every_minutes` ago. The value of the variable `drain_key` is accepted as a credential too.
   */
  "POST /api/v1/erp-sync/drain": {
    response: Schemas["SyncDrained"];
  };

  /**
   * Sync employees from HR
   * Starts a run or joins the run in progress. Its status is at `/api/v1/erp-sync/status`. A run that would deactivate
   * many users stops and waits for confirmation: `{"confirm_deactivations":true}` continues it; without it, a new run
   * starts.
   */
  "POST /api/v1/erp-sync/employees": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body?: null | Schemas["StartSyncRequest"];
    response: Schemas["StartSyncResponse"];
  };

  /**
   * List projects
   * Returns the projects in the ERP as the last run found them, sorted by id.
   */
  "GET /api/v1/erp-sync/projects": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Project"];
  };

  /**
   * Sync projects from the ERP
   * Works like the sync of employees.
   */
  "POST /api/v1/erp-sync/projects": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body?: null | Schemas["StartSyncRequest"];
    response: Schemas["StartSyncResponse"];
  };

  /**
   * Get the status of a sync run
   * Without `kind` or `job_id`, this returns the run that was started last. The request also resumes a run whose worker
   * died, from where it stopped.
   */
  "GET /api/v1/erp-sync/status": {
    query?: {
      /** Returns the last run of this kind: `employees` or `projects`. */
      kind?: string;
      /** Returns the run with this id. */
      job_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["SyncStatus"];
  };

  /** List invoices */
  "GET /api/v1/invoices": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only invoices with this status. */
      status?: "pending" | "sent" | "paid" | "overdue" | "cancelled";
      /** Only invoices with this id at a payment provider. */
      external_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Invoice"];
  };

  /**
   * Create an invoice
   * The invoice is `pending` until it is finalised: it can be changed, and has no number. Amounts are rounded half up, each
   * line's and then the tax of each rate on the sum of its lines; `total` is the sum of what is shown.
   */
  "POST /api/v1/invoices": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateInvoiceRequest"];
    response: Schemas["Invoice"];
  };

  /**
   * Get an invoice
   * As JSON, or by `Accept` as a page to print: `text/html`, or `application/pdf`. The PDF file has a font for Latin, Greek
   * and Cyrillic scripts; other characters are boxes there.
   */
  "GET /api/v1/invoices/{invoice_id}": {
    path: {
      /** The invoice's id. */
      invoice_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Invoice"] | string | Uint8Array;
  };

  /**
   * Update an invoice
   * Fields that are absent or null keep their values. Only a `pending` invoice can be changed. A finalised invoice may still
   * get its `external_id`, once.
   */
  "PUT /api/v1/invoices/{invoice_id}": {
    path: {
      /** The invoice's id. */
      invoice_id: string;
    };
    headers?: {
      /** The `ETag` of the version to change. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["UpdateInvoiceRequest"];
    response: Schemas["Invoice"];
  };

  /**
   * Finalize an invoice
   * The invoice gets the next number of its series and year, its dates and its reminders. Numbers have no gaps, and the
   * invoice keeps its number. An invoice that is finalised already stays as it is. One with nothing to pay is `paid`.
   */
  "POST /api/v1/invoices/{invoice_id}/finalize": {
    path: {
      /** The invoice's id. */
      invoice_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Invoice"];
  };

  /**
   * Record a payment of an invoice
   * A payment with a `reference` that the invoice has already is that payment: nothing is recorded again. An invoice whose
   * payments reach its total is paid, and no reminder of it is sent any more. What is paid beyond the total is `credit`.
   */
  "POST /api/v1/invoices/{invoice_id}/payments": {
    path: {
      /** The invoice's id. */
      invoice_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["InvoicePaymentRequest"];
    response: Schemas["Invoice"];
  };

  /** List the reminders of an invoice */
  "GET /api/v1/invoices/{invoice_id}/reminders": {
    path: {
      /** The invoice's id. */
      invoice_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_InvoiceReminder"];
  };

  /**
   * Schedule a reminder of an invoice
   * Finalising an invoice schedules its reminders by itself. This call moves one that waits, or schedules one that was not
   * sent. An invoice has one reminder of each type, and each is sent once.
   */
  "POST /api/v1/invoices/{invoice_id}/reminders": {
    path: {
      /** The invoice's id. */
      invoice_id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["InvoiceReminderRequest"];
    response: Schemas["InvoiceReminder"];
  };

  /**
   * Void an invoice
   * The invoice is `cancelled`: it keeps its number, nothing of it is to be paid, and no reminder of it is sent any more. An
   * invoice of which anything is paid cannot be voided.
   */
  "POST /api/v1/invoices/{invoice_id}/void": {
    path: {
      /** The invoice's id. */
      invoice_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Invoice"];
  };

  /**
   * List jobs
   * Jobs are listed newest first. Completed jobs are removed and not listed. A tenant's key lists only that tenant's jobs.
   */
  "GET /api/v1/jobs": {
    query?: {
      /** Returns only jobs in this state. */
      state?: Schemas["JobState"];
      /** Returns only jobs of this kind, for example `webhooks.event`. */
      kind?: string;
      /** Returns only jobs for this tenant. */
      tenant_id?: string;
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_Job"];
  };

  /**
   * Run jobs that are due
   * A scheduler calls this, for example every ten seconds. It runs all jobs that are due in all components, for some 20
   * seconds at most. The value of the variable `drain_key` is accepted as a credential too.
   */
  "POST /api/v1/jobs/drain": {
    response: Schemas["Drained"];
  };

  /** Get a job */
  "GET /api/v1/jobs/{id}": {
    path: {
      /** The job's id. */
      id: string;
    };
    response: Schemas["Job"];
  };

  /**
   * Replay a job
   * A dead job, or one that waits, is due immediately and is run by the next drain, with all its attempts. A running job is
   * left as it is.
   */
  "POST /api/v1/jobs/{id}/replay": {
    path: {
      /** The job's id. */
      id: string;
    };
    response: Schemas["Job"];
  };

  /**
   * Get the caller
   * Returns who the credential belongs to, its scopes and when it expires. Every valid credential may ask.
   */
  "GET /api/v1/me": {
    response: Schemas["CurrentCaller"];
  };

  /**
   * List types of events
   * Each type has a category, channels, a template, and the variables that its template needs.
   */
  "GET /api/v1/notifications/event-types": {
    response: Schemas["NotificationEventTypes"];
  };

  /**
   * Raise an event
   * Queues one message per recipient and channel of the event's type. Whether and when each is sent is decided when it is
   * sent: by the person's preferences and quiet hours, the tenant's mappings and `expires_at`. A message without a value for
   * a variable that its template needs fails, and names the variable.
   */
  "POST /api/v1/notifications/events": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["RaiseEventRequest"];
    response: Schemas["RaisedEvent"];
  };

  /**
   * Read a feed
   * The entries of a user's feed after `after`, oldest first. If there are none, the request waits up to `wait` seconds.
   */
  "GET /api/v1/notifications/feed": {
    query?: {
      /** The `next` of the previous response. By default the feed is read from its beginning. */
      after?: string;
      /** How long to wait for an entry if there is none, seconds: 0 to 25; the default is 0. */
      wait?: string;
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: string;
      /** The user. Required with a key; a person reads their own feed. */
      user_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Feed"];
  };

  /**
   * Mark entries as read
   * By their `ids`, or all `up_to` a place; with neither, all of them.
   */
  "POST /api/v1/notifications/feed/read": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["MarkFeedReadRequest"];
    response: Schemas["FeedRead"];
  };

  /** List mappings */
  "GET /api/v1/notifications/mappings": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["NotificationMappings"];
  };

  /** Get a mapping */
  "GET /api/v1/notifications/mappings/{event_type}/{channel}": {
    path: {
      /** The type of events. */
      event_type: string;
      /** `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`. */
      channel: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["NotificationMapping"];
  };

  /**
   * Set a mapping
   * Replaces the template, the variables and their defaults that the tenant sends for a type of events over a channel.
   */
  "PUT /api/v1/notifications/mappings/{event_type}/{channel}": {
    path: {
      /** The type of events. */
      event_type: string;
      /** `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`. */
      channel: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["PutNotificationMapping"];
    response: Schemas["NotificationMapping"];
  };

  /**
   * Remove a mapping
   * The edge's own template is sent again.
   */
  "DELETE /api/v1/notifications/mappings/{event_type}/{channel}": {
    path: {
      /** The type of events. */
      event_type: string;
      /** `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`. */
      channel: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /** List messages */
  "GET /api/v1/notifications/messages": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only messages in this state. */
      state?: string;
      /** Only messages over this channel. By default all but the entries of feeds, `IN_APP`. */
      channel?: string;
      /** Only messages of this type of events. */
      event_type?: string;
      /** Only messages about this event. */
      event_id?: string;
      /** Only messages for this user. */
      user_id?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_NotificationMessage"];
  };

  /** Get a message */
  "GET /api/v1/notifications/messages/{id}": {
    path: {
      /** The message's id. */
      id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["NotificationMessage"];
  };

  /**
   * Replay a message
   * Has a message be sent again that failed, was suppressed or given up. A message in another state stays as it is.
   */
  "POST /api/v1/notifications/messages/{id}/replay": {
    path: {
      /** The message's id. */
      id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["NotificationMessage"];
  };

  /**
   * Get a user's preferences
   * A person reads their own; everybody else's take `messages:read`.
   */
  "GET /api/v1/notifications/preferences/{user_id}": {
    path: {
      /** The user's id. */
      user_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["NotificationPreferences"];
  };

  /**
   * Set a user's preferences
   * What is critical is sent whatever the person prefers: codes, failed payments, security. A person sets their own;
   * everybody else's take `messages:write`.
   */
  "PUT /api/v1/notifications/preferences/{user_id}": {
    path: {
      /** The user's id. */
      user_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["PutNotificationPreferences"];
    response: Schemas["NotificationPreferences"];
  };

  /** List orders */
  "GET /api/v1/orders": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only orders with this status. */
      status?: "pending" | "confirmed" | "shipped" | "delivered" | "cancelled" | "returned";
      /** Only orders from here, such as `shopify`. */
      external_platform?: string;
      /** Only orders with this id there. */
      external_id?: string;
      /** Only orders with this number. */
      order_number?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_CustomerOrder"];
  };

  /**
   * Create an order
   * The order is `pending`, or `confirmed` where the request says so: then it is to be packed, and those who pack are sent the
   * packing list. Orders of shops come by themselves.
   */
  "POST /api/v1/orders": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["CreateCustomerOrderRequest"];
    response: Schemas["CustomerOrder"];
  };

  /** List shops */
  "GET /api/v1/orders/shops": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["Listing_Shop"];
  };

  /**
   * Connect a shop
   * The shop's webhooks about orders, fulfillments and refunds go to `url`, signed with `secret`, and become orders of this
   * tenant. With `access` the shop is also asked, every five minutes, for orders that changed meanwhile. To replace the secret
   * or the access, disconnect the shop and connect it again: its orders stay.
   */
  "POST /api/v1/orders/shops": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["ConnectShopRequest"];
    response: Schemas["Shop"];
  };

  /**
   * Disconnect a shop
   * Its webhooks are not accepted any more. Its orders stay.
   */
  "DELETE /api/v1/orders/shops/{shop_id}": {
    path: {
      /** The shop's id. */
      shop_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /** Get an order */
  "GET /api/v1/orders/{order_id}": {
    path: {
      /** The order's id. */
      order_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: Schemas["CustomerOrder"];
  };

  /**
   * Update an order
   * Fields that are absent or null keep their values. The status goes forward only: what is shipped can no longer be
   * cancelled, only returned. With `shipped` all that is wanted and not shipped yet is a shipment, which the customer is told
   * of; with `delivered` all shipments arrived.
   */
  "PUT /api/v1/orders/{order_id}": {
    path: {
      /** The order's id. */
      order_id: string;
    };
    headers?: {
      /** The `ETag` of the version to change. */
      "If-Match"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["UpdateCustomerOrderRequest"];
    response: Schemas["CustomerOrder"];
  };

  /**
   * Note how many of an item are packed
   * The number is absolute: the same request again changes nothing. More than are wanted count as all that are wanted, less
   * than are shipped as those that are shipped.
   */
  "PUT /api/v1/orders/{order_id}/items/{item_id}/pack": {
    path: {
      /** The order's id. */
      order_id: string;
      /** The item's id. */
      item_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["PackRequest"];
    response: Schemas["CustomerOrderItem"];
  };

  /**
   * Get the packing list of an order
   * As a page to print: `text/html`, or by `Accept` `application/pdf`; or as `application/json`.
   */
  "GET /api/v1/orders/{order_id}/packing-list": {
    path: {
      /** The order's id. */
      order_id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: string | Uint8Array | Schemas["PackingList"];
  };

  /** List the keys of the tokens */
  "GET /api/v1/otp/jwks.json": {
    response: Schemas["OtpTokenKeys"];
  };

  /**
   * Send a one-time code
   * Sends a code of six digits that is valid for five minutes. Each phone and purpose has one valid code, the last one. The
   * answer is the same for every number.
   */
  "POST /api/v1/otp/send": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["SendCodeRequest"];
    response: Schemas["SentCodeResponse"];
  };

  /**
   * Verify a one-time code
   * A code is accepted once. After five wrong guesses it is refused even if it is right.
   */
  "POST /api/v1/otp/verify": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: Schemas["VerifyCodeRequest"];
    response: Schemas["VerifiedResponse"];
  };

  /** List rules */
  "GET /api/v1/rules": {
    response: Schemas["Listing_RuleResponse"];
  };

  /**
   * Get a rule
   * Returns the active version. To activate another version, send the `ETag` of this response as `If-Match`.
   */
  "GET /api/v1/rules/{name}": {
    path: {
      /** The rule's name. */
      name: string;
    };
    response: Schemas["RuleResponse"] | undefined;
  };

  /**
   * Activate a rule version
   * `If-Match` must contain the ETag of the version to replace. If another version was activated in the meantime,
   * nothing is changed. After the response, every instance uses the new version from its next request on.
   */
  "POST /api/v1/rules/{name}/activate": {
    path: {
      /** The rule's name. */
      name: string;
    };
    headers: {
      /** The ETag returned with the rule. */
      "If-Match": string;
    };
    body: Schemas["ActivateRuleRequest"];
    response: Schemas["RuleActivation"];
  };

  /**
   * List a rule's audit trail
   * Returns the creation, activation and rollback of versions, newest first. Entries are never changed or deleted.
   */
  "GET /api/v1/rules/{name}/audit": {
    path: {
      /** The rule's name. */
      name: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_AuditEntryResponse"];
  };

  /**
   * Backtest a rule
   * Runs a script or version on the latest recorded decisions, newest first, and compares the outcomes. Nothing is
   * recorded.
   */
  "POST /api/v1/rules/{name}/backtest": {
    path: {
      /** The rule's name. */
      name: string;
    };
    body: Schemas["BacktestRuleRequest"];
    response: Schemas["RuleBacktest"];
  };

  /**
   * Check a script
   * Compiles the script, searches it for mistakes and runs its tests. Nothing is stored.
   */
  "POST /api/v1/rules/{name}/check": {
    path: {
      /** The rule's name. */
      name: string;
    };
    body: Schemas["CheckRuleRequest"];
    response: Schemas["Report"];
  };

  /**
   * List a rule's decisions
   * Returns the newest decisions first. A tenant's key sees only the decisions of its tenant.
   */
  "GET /api/v1/rules/{name}/decisions": {
    path: {
      /** The rule's name. */
      name: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only decisions made by this version. */
      version?: number;
      /** Only decisions made for this tenant. */
      tenant?: string;
      /** Only decisions made at this time or later, RFC 3339. */
      from?: string;
      /** Only decisions made before this time, RFC 3339. */
      to?: string;
      /**
       * Only decisions with this outcome: `approve`, `require`, `reject`; `allow`, `warn`, `deny`; a role; `true`,
       * `false`; `failed`.
       */
      outcome?: string;
    };
    response: Schemas["RuleDecisionPage"];
  };

  /**
   * Evaluate a rule
   * The decision is recorded. If the rule fails, the recorded decision contains the reason; the response does not.
   */
  "POST /api/v1/rules/{name}/evaluate": {
    path: {
      /** The rule's name. */
      name: string;
    };
    body: Schemas["EvaluateRuleRequest"];
    response: Schemas["RuleEvaluation"];
  };

  /**
   * Roll back a rule
   * Activates the version that was active before. Rolling back twice goes back two steps. Without `If-Match`, whichever
   * version is active is rolled back.
   */
  "POST /api/v1/rules/{name}/rollback": {
    path: {
      /** The rule's name. */
      name: string;
    };
    headers?: {
      /** The ETag returned with the rule. */
      "If-Match"?: string | null;
    };
    response: Schemas["RuleActivation"];
  };

  /**
   * Get a rule's schema
   * Returns the JSON Schemas of the rule's input and outcome.
   */
  "GET /api/v1/rules/{name}/schema": {
    path: {
      /** The rule's name. */
      name: string;
    };
    response: unknown;
  };

  /**
   * List a rule's versions
   * Returns the newest versions first.
   */
  "GET /api/v1/rules/{name}/versions": {
    path: {
      /** The rule's name. */
      name: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_RuleVersion"];
  };

  /**
   * Create a rule version
   * Checks the version and stores it. It has no effect until it is activated. Sending the same script and tests again
   * returns the same version.
   */
  "POST /api/v1/rules/{name}/versions": {
    path: {
      /** The rule's name. */
      name: string;
    };
    body: Schemas["CreateRuleVersionRequest"];
    response: Schemas["CreatedRuleVersion"];
  };

  /** Get a rule version */
  "GET /api/v1/rules/{name}/versions/{version}": {
    path: {
      /** The rule's name. */
      name: string;
      /** The version's number. */
      version: number;
    };
    response: Schemas["RuleVersion"];
  };

  /**
   * Follow changes of seats
   * Lists the organisations whose seats may have changed since `since`, in the applications of the key. If there are none,
   * the request waits up to `wait` seconds. A client that follows the list may answer seat checks from its own memory.
   */
  "GET /api/v1/seats/changes": {
    query?: {
      /** The `next` of the previous response. By default the response has the present `next` alone. */
      since?: string;
      /** How long to wait for a change if there is none, seconds: 0 to 25; the default is 0. */
      wait?: number;
    };
    response: Schemas["SeatChanges"] | undefined;
  };

  /**
   * Invalidate an organisation's seats
   * After the response, the next check of any user of the organisation asks the ERP, on every instance. The subscription
   * state reported by payment events is kept.
   */
  "POST /api/v1/seats/invalidate": {
    body: Schemas["InvalidateSeatsRequest"];
    response: Schemas["InvalidateSeatsResponse"];
  };

  /**
   * Delete a tenant's seat override
   * Requires a platform key. The subscription state from earlier payment events no longer takes precedence over the
   * state in the ERP; the next payment event takes precedence again. A tenant that is not active still gets no seat.
   */
  "DELETE /api/v1/seats/overrides/{organizationId}": {
    path: {
      /** The organisation's id, which is the tenant's id at the edge. */
      organizationId: string;
    };
    response: undefined;
  };

  /**
   * Get figures of the edge
   * Rates and quantiles of a window that ends now, of all nodes together: requests, seat verdicts, upstreams, webhooks, jobs
   * and rules. They hold over restarts. A window begins up to a minute earlier than it says, one of 24 hours or 30 days up
   * to an hour; `from` says when. Requires a platform key.
   */
  "GET /api/v1/stats": {
    query?: {
      /** By default `15m`. */
      window?: Schemas["StatsWindow"];
    };
    response: Schemas["Stats"];
  };

  /**
   * List tenants
   * Tenants are listed newest first. A tenant's key lists only its own tenant.
   */
  "GET /api/v1/tenants": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only tenants whose name, slug or id contains this text, in upper or lower case. */
      search?: string;
    };
    response: Schemas["Listing_Tenant"];
  };

  /**
   * Create a tenant
   * Requires a platform key. Repeating the request with the same `Idempotency-Key` creates only one tenant.
   */
  "POST /api/v1/tenants": {
    body: Schemas["CreateTenantRequest"];
    response: Schemas["Tenant"];
  };

  /**
   * Provision internal tenants
   * Creates tenants for the group's own companies, BHM001 to BHM008: internal, with the plan `enterprise` and unlimited
   * users. Existing tenants are not changed. Requires a platform key.
   */
  "POST /api/v1/tenants/provision-internal": {
    response: Schemas["ProvisionResponse"];
  };

  /** Get a tenant */
  "GET /api/v1/tenants/{id}": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    response: Schemas["Tenant"];
  };

  /**
   * Update a tenant
   * Omitted fields keep their values; null clears an optional field. A tenant's own key can change the tenant's names,
   * addresses and settings, but nothing that the tenant pays for.
   */
  "PUT /api/v1/tenants/{id}": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    body: Schemas["UpdateTenantRequest"];
    response: Schemas["Tenant"];
  };

  /**
   * List a tenant's API keys
   * Keys are listed newest first, without revoked keys.
   */
  "GET /api/v1/tenants/{id}/api-keys": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_ApiKey"];
  };

  /**
   * Create an API key for a tenant
   * Works like `/api/v1/api-keys`. The key can read and change only this tenant's data and has no scope that its creator
   * lacks.
   */
  "POST /api/v1/tenants/{id}/api-keys": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    body: Schemas["NewApiKey"];
    response: Schemas["CreatedApiKey"];
  };

  /**
   * Revoke a tenant's API key
   * The key stops working everywhere on this node within one second. Its descendants, the keys created with it directly
   * or indirectly, keep working unless `?descendants=revoke` is given; then the response lists all revoked keys.
   */
  "DELETE /api/v1/tenants/{id}/api-keys/{key_id}": {
    path: {
      /** The tenant's id. */
      id: string;
      /** The key's id. */
      key_id: string;
    };
    query?: {
      /** `revoke` also revokes all descendants of the key. */
      descendants?: string;
    };
    response: Schemas["RevokedApiKeys"] | undefined;
  };

  /**
   * List a tenant's audit entries
   * Entries are listed newest first. They are never changed or deleted.
   */
  "GET /api/v1/tenants/{id}/audit": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /**
       * Only entries with this action: `user.added`; or with all actions that begin with it and a dot: `user`. A page may
       * then have fewer entries than `limit`, or none, although another follows.
       */
      action?: string;
      /** Only entries of this actor: `key:<id>`, `user:<sub>`, `bootstrap`. */
      actor?: string;
      /** Only entries from this time on, RFC 3339. */
      from?: string;
      /** Only entries before this time, RFC 3339. */
      to?: string;
    };
    response: Schemas["Listing_TenantDeed"];
  };

  /** List a tenant's external ids */
  "GET /api/v1/tenants/{id}/external-ids": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    response: Schemas["Listing_ExternalId"];
  };

  /**
   * Set a tenant's external id
   * Requires a platform key. From then on, payment events of the tenant apply to seat checks under this id, regardless
   * of the organisation's id in the ERP.
   */
  "PUT /api/v1/tenants/{id}/external-ids/{applicationSlug}": {
    path: {
      /** The tenant's id. */
      id: string;
      /** The application. */
      applicationSlug: string;
    };
    body: Schemas["SetExternalIdRequest"];
    response: Schemas["ExternalId"];
  };

  /**
   * Delete a tenant's external id
   * Requires a platform key.
   */
  "DELETE /api/v1/tenants/{id}/external-ids/{applicationSlug}": {
    path: {
      /** The tenant's id. */
      id: string;
      /** The application. */
      applicationSlug: string;
    };
    response: undefined;
  };

  /** Get a tenant's usage */
  "GET /api/v1/tenants/{id}/usage/stats": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    query?: {
      /** The number of days to look back: 1 to 366. The default is 30. */
      days?: number;
    };
    response: Schemas["UsageStats"];
  };

  /**
   * List users
   * Users are sorted by id.
   */
  "GET /api/v1/tenants/{id}/users": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_User"];
  };

  /** Add a user */
  "POST /api/v1/tenants/{id}/users": {
    path: {
      /** The tenant's id. */
      id: string;
    };
    body: Schemas["CreateMemberRequest"];
    response: Schemas["User"];
  };

  /**
   * Update a user
   * Omitted fields keep their values; null clears an optional field.
   */
  "PUT /api/v1/tenants/{id}/users/{user_id}": {
    path: {
      /** The tenant's id. */
      id: string;
      /** The user's id. */
      user_id: string;
    };
    body: Schemas["UpdateMemberRequest"];
    response: Schemas["User"];
  };

  /**
   * Remove a user
   * The user's personal data is deleted. The user's id stays in the audit and payment records. The user's token no
   * longer grants access. API keys that the user created keep working unless `?api_keys=revoke` is given.
   */
  "DELETE /api/v1/tenants/{id}/users/{user_id}": {
    path: {
      /** The tenant's id. */
      id: string;
      /** The user's id. */
      user_id: string;
    };
    query?: {
      /** `revoke` also revokes the keys that the user created and all their descendants. */
      api_keys?: string;
    };
    response: undefined;
  };

  /**
   * Process pending webhook work
   * A scheduler calls this, or better `POST /api/v1/jobs/drain`. It processes events that are due, propagates changes
   * that are still pending, sends unsent notifications and deletes old events.
   */
  "POST /api/v1/webhooks/drain": {
    response: Schemas["DrainResult"];
  };

  /**
   * Create a webhook endpoint
   * The endpoint receives the events of one organisation. The token is shown only in this response. To replace it,
   * create another endpoint and delete this one.
   */
  "POST /api/v1/webhooks/endpoints": {
    body: Schemas["CreateEndpointRequest"];
    response: Schemas["WebhookEndpoint"];
  };

  /** Delete a webhook endpoint */
  "DELETE /api/v1/webhooks/endpoints/{id}": {
    path: {
      /** The endpoint's id. */
      id: string;
    };
    response: undefined;
  };

  /**
   * List webhook events
   * Events are listed newest first. A tenant's key lists only that tenant's events.
   */
  "GET /api/v1/webhooks/events": {
    query?: {
      /** Returns only events with this status. */
      status?: Schemas["Status"];
      /**
       * Returns only events from this sender:
       * `bheempay`, `razorpay`, `stripe`, `erp`, `standard`, `shopify`, `woocommerce`.
       */
      provider?: string;
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_WebhookEvent"];
  };

  /**
   * Replay webhook events
   * The events are due immediately and are processed by the next drain.
   */
  "POST /api/v1/webhooks/events/replay": {
    body: Schemas["ReplayRequest"];
    response: Schemas["ReplayResponse"];
  };

  /** Get a webhook event */
  "GET /api/v1/webhooks/events/{id}": {
    path: {
      /** The event's id. */
      id: string;
    };
    response: Schemas["WebhookEvent"];
  };

  /**
   * Get a webhook event's body
   * Returns the body as the sender posted it, byte for byte. Browsers download it and never show it as a page.
   */
  "GET /api/v1/webhooks/events/{id}/body": {
    path: {
      /** The event's id. */
      id: string;
    };
    response: Uint8Array;
  };

  /**
   * Replay a webhook event
   * The event can have any status. An event that is already in effect is not applied a second time.
   */
  "POST /api/v1/webhooks/events/{id}/replay": {
    path: {
      /** The event's id. */
      id: string;
    };
    response: Schemas["WebhookEvent"];
  };

  /**
   * List applications
   * Applications are sorted by slug.
   */
  "GET /applications": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_Application"];
  };

  /**
   * Register an application
   * Requires a platform key. An application that nobody registered can be checked for seats too: its seats live in the
   * ERP.
   */
  "POST /applications": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
    };
    body: Schemas["CreateApplicationRequest"];
    response: Schemas["Application"];
  };

  /** Get an application */
  "GET /applications/{slug}": {
    path: {
      /** The application's slug. */
      slug: string;
    };
    response: Schemas["Application"];
  };

  /**
   * Update an application
   * Omitted fields keep their values. Requires a platform key. A new `seatSource` is in force once it is answered. It
   * becomes `edge` only if each organization for which the ERP gave a seat has a live subscription here, or with `force`.
   */
  "PATCH /applications/{slug}": {
    path: {
      /** The application's slug. */
      slug: string;
    };
    body: Schemas["UpdateApplicationRequest"];
    response: Schemas["Application"];
  };

  /**
   * List an application's plans
   * Plans are listed newest first, each in its last version, also those that are not sold any more.
   */
  "GET /applications/{slug}/plans": {
    path: {
      /** The application's slug. */
      slug: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_ApplicationPlan"];
  };

  /**
   * Create a plan
   * Requires a platform key.
   */
  "POST /applications/{slug}/plans": {
    path: {
      /** The application's slug. */
      slug: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
    };
    body: Schemas["CreatePlanRequest"];
    response: Schemas["ApplicationPlan"];
  };

  /**
   * Update a plan
   * Requires a platform key. A change is a new version of the plan, for new subscriptions; running subscriptions keep the
   * version that they were sold under.
   */
  "PATCH /applications/{slug}/plans/{planId}": {
    path: {
      /** The application's slug. */
      slug: string;
      /** The plan's id. */
      planId: string;
    };
    body: Schemas["UpdatePlanRequest"];
    response: Schemas["ApplicationPlan"];
  };

  /**
   * Send an event again
   * An event that was given up is sent to the ERP by the next drain, with all its attempts, before those that were raised after
   * it. Another event is left as it is. The id is `details.event_id` of the usage summary.
   */
  "POST /erp/billing-events/{event_id}/replay": {
    path: {
      /** The event's id. */
      event_id: string;
    };
    response: Schemas["BillingEvent"];
  };

  /**
   * Provision an e-mail account
   * Creates the mailbox at the mail service, and its user. The quotas of all accounts together stay within the
   * organization's storage. The path without the last slash works too.
   */
  "POST /erp/provision/email-account/": {
    body: Schemas["ProvisionEmailAccountRequest"];
    response: Schemas["ProvisionedEmailAccount"];
  };

  /**
   * Provision an organization
   * Creates the organization, its domain at the mail service and its first administrator. The same request again gets the
   * first answer, with the header `Idempotent-Replay: true`; a request that failed half-way goes on. Requires a platform
   * key. The path without the last slash works too.
   */
  "POST /erp/provision/organization/": {
    body: Schemas["ProvisionOrganizationRequest"];
    response: Schemas["ProvisionedOrganization"];
  };

  /**
   * Get a usage summary
   * Returns organizations with their users, storage and subscription, what was paid, and the events that the ERP is told of.
   * Days are in UTC. A tenant's key gets its own organization only. The path without the last slash works too.
   */
  "GET /erp/usage-summary/": {
    query?: {
      /** The number of the only organization to summarize. */
      organization_id?: number;
      /** The first day, `YYYY-MM-DD`. The default is the first of the month of the last day. */
      start_date?: string;
      /** The last day, which is included. The default is today. */
      end_date?: string;
      /** `true` adds `details` to each organization and event. */
      include_details?: string;
    };
    response: Schemas["UsageSummary"];
  };

  /**
   * Receive an ERP event
   * The response has the format that the ERP expects.
   */
  "POST /erp/webhooks/billing/": {
    body: Array<number>;
    response: undefined;
  };

  /**
   * Receive an ERP event for one organisation
   * Only events of that organisation take effect.
   */
  "POST /erp/webhooks/billing/{token}": {
    path: {
      /** The token that was returned when the endpoint was created. */
      token: string;
    };
    body: Array<number>;
    response: undefined;
  };

  /**
   * Check liveness
   * Succeeds as long as the process can respond. No store is accessed.
   */
  "GET /healthz": {
    response: Schemas["Alive"];
  };

  /**
   * Get metrics
   * Returns counts of webhooks, seat verdicts, rules and calls to upstreams by outcome, in the Prometheus text format.
   * All instances of the edge share the same counters, which are a second or two behind.
   */
  "GET /metrics": {
    response: string;
  };

  /**
   * List organizations
   * Organizations are listed newest first. A tenant's key lists only its own; a person lists those of which they are a
   * member with the right to read them.
   */
  "GET /organizations": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_Organization"];
  };

  /**
   * Create an organization
   * With a platform key, `ownerUserId` names the OWNER. A person who is signed in becomes the OWNER and reaches the
   * organization by `X-Tenant-Id`; in a tenant, only its OWNER may create another organization. Repeating the request
   * with the same `Idempotency-Key` creates only one organization.
   */
  "POST /organizations": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
    };
    body: Schemas["CreateOrganizationRequest"];
    response: Schemas["Organization"];
  };

  /** Get an organization */
  "GET /organizations/{id}": {
    path: {
      /** The organization's id. */
      id: string;
    };
    response: Schemas["Organization"];
  };

  /**
   * Update an organization
   * Omitted fields keep their values; null clears an optional field. An organization's own callers can change its name,
   * its billing address and its time zone.
   */
  "PATCH /organizations/{id}": {
    path: {
      /** The organization's id. */
      id: string;
    };
    body: Schemas["UpdateOrganizationRequest"];
    response: Schemas["Organization"];
  };

  /**
   * List an organization's audit entries
   * Entries are listed newest first. They are never changed or deleted.
   */
  "GET /organizations/{id}/audit": {
    path: {
      /** The organization's id. */
      id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
    };
    response: Schemas["Listing_TenantDeed"];
  };

  /**
   * Delete a person's data
   * Removes the user from the organization and deletes the person's data everywhere. The user's id stays in the audit
   * and payment records. What was begun and not finished is finished when the request is repeated.
   */
  "DELETE /organizations/{id}/users/{userId}": {
    path: {
      /** The organization's id. */
      id: string;
      /** The user's id. */
      userId: string;
    };
    query?: {
      /** `revoke` also revokes the keys that the user created and all their descendants. */
      api_keys?: string;
    };
    response: undefined;
  };

  /**
   * Check readiness
   * Reads and writes the stores. The ERP is not checked, because the edge continues with cached data without it. A
   * lapsed rule is reported but does not make the edge unready, because the latest version that compiles is used.
   */
  "GET /readyz": {
    response: Schemas["Ready"];
  };

  /** List SCIM resource types */
  "GET /scim/v2/ResourceTypes": {
    response: undefined;
  };

  /** Get the SCIM resource type of users */
  "GET /scim/v2/ResourceTypes/User": {
    response: undefined;
  };

  /** List SCIM schemas */
  "GET /scim/v2/Schemas": {
    response: undefined;
  };

  /** Get a SCIM schema */
  "GET /scim/v2/Schemas/{id}": {
    path: {
      /** The schema's URN. */
      id: string;
    };
    response: undefined;
  };

  /** Get the SCIM service's features */
  "GET /scim/v2/ServiceProviderConfig": {
    response: undefined;
  };

  /** List users (SCIM) */
  "GET /scim/v2/Users": {
    query?: {
      /** One comparison: `userName eq "…"`, `externalId eq "…"`. */
      filter?: string;
      /** The position of the first user, from 1. */
      startIndex?: number;
      /** The maximum number of users: at most 200; the default is 100. */
      count?: number;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /**
   * Create a user (SCIM)
   * The user becomes a member of the tenant with the role MEMBER. An existing member with the same e-mail address, or
   * whose id is the `externalId`, is linked and keeps its role.
   */
  "POST /scim/v2/Users": {
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: { [name: string]: unknown };
    response: undefined;
  };

  /** Get a user (SCIM) */
  "GET /scim/v2/Users/{id}": {
    path: {
      /** The user's SCIM id. */
      id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /**
   * Replace a user (SCIM)
   * A user who is not `active` is no member of the tenant any more and loses all seats.
   */
  "PUT /scim/v2/Users/{id}": {
    path: {
      /** The user's SCIM id. */
      id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: { [name: string]: unknown };
    response: undefined;
  };

  /**
   * Delete a user (SCIM)
   * The user is no member of the tenant any more, loses all seats, and the person's data is deleted.
   */
  "DELETE /scim/v2/Users/{id}": {
    path: {
      /** The user's SCIM id. */
      id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    response: undefined;
  };

  /**
   * Update a user (SCIM)
   * A user who is not `active` is no member of the tenant any more and loses all seats. `op` is read in any case, with and
   * without `path`; `active` may be a text.
   */
  "PATCH /scim/v2/Users/{id}": {
    path: {
      /** The user's SCIM id. */
      id: string;
    };
    headers?: {
      /**
       * The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
       * default it is the tenant of their token. With a tenant's own key it can be omitted.
       */
      "X-Tenant-Id"?: string | null;
    };
    body: { [name: string]: unknown };
    response: undefined;
  };

  /**
   * List subscriptions
   * Newest first. A platform key lists those of all organizations.
   */
  "GET /subscriptions": {
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only those of this organization. */
      organizationId?: string;
      /** Only those to this application. */
      applicationSlug?: string;
    };
    response: Schemas["Listing_Subscription"];
  };

  /**
   * Create a subscription
   * An organization has at most one live subscription to an application. Until the gateway was paid the subscription is
   * `INCOMPLETE`: it grants nothing, and another one may replace it. `manual` and `externalOrgId` require a platform key.
   */
  "POST /subscriptions": {
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
    };
    body: Schemas["CreateSubscriptionRequest"];
    response: Schemas["Subscription"] | { [name: string]: unknown };
  };

  /** Get a subscription */
  "GET /subscriptions/{id}": {
    path: {
      /** The subscription's id. */
      id: string;
    };
    response: Schemas["Subscription"];
  };

  /**
   * Update a subscription
   * More seats count at once, and are prorated. Fewer count from the next period on, or with `effective: "now"` at once where
   * they are free. Asking for what there is takes back what is scheduled.
   */
  "PATCH /subscriptions/{id}": {
    path: {
      /** The subscription's id. */
      id: string;
    };
    headers?: {
      /** The version that the change was decided on. */
      "If-Match"?: string | null;
    };
    body: Schemas["UpdateSubscriptionRequest"];
    response: Schemas["Subscription"] | { [name: string]: unknown };
  };

  /**
   * Cancel a subscription
   * By default it ends with its period and grants access until then. With `immediate` it ends now: the next check denies.
   */
  "POST /subscriptions/{id}/cancel": {
    path: {
      /** The subscription's id. */
      id: string;
    };
    body: Schemas["CancelSubscriptionRequest"];
    response: Schemas["Subscription"];
  };

  /**
   * Preview a change
   * What the same body would cost if it were sent to update the subscription. Nothing is changed.
   */
  "POST /subscriptions/{id}/preview": {
    path: {
      /** The subscription's id. */
      id: string;
    };
    body: Schemas["UpdateSubscriptionRequest"];
    response: Schemas["SubscriptionPreview"];
  };

  /**
   * Reactivate a subscription
   * Takes back a cancellation before it takes effect: the same subscription goes on, and nothing is charged.
   */
  "POST /subscriptions/{id}/reactivate": {
    path: {
      /** The subscription's id. */
      id: string;
    };
    response: Schemas["Subscription"];
  };

  /**
   * List seats
   * Those that changed last first. An offer that has expired is `REVOKED`.
   */
  "GET /subscriptions/{id}/seats": {
    path: {
      /** The subscription's id. */
      id: string;
    };
    query?: {
      /** The maximum number of entries: 1 to 200; the default is 50. */
      limit?: number;
      /** The `nextCursor` of the previous page. By default the first page is returned. */
      cursor?: string;
      /** Only seats in this state: `PENDING`, `ACTIVE` or `REVOKED`. */
      state?: string;
    };
    response: Schemas["Listing_Seat"];
  };

  /**
   * Assign seats
   * `userId` assigns a seat to a user, `email` offers one to an address. A user or an address that has one keeps it (200, the
   * same seat). With `assignments`, up to 100 are assigned in one step, each with its own outcome in `results`.
   */
  "POST /subscriptions/{id}/seats": {
    path: {
      /** The subscription's id. */
      id: string;
    };
    headers?: {
      /** A key of 1 to 255 visible ASCII characters. */
      "Idempotency-Key"?: string | null;
    };
    body: Schemas["AssignSeatsRequest"];
    response: Schemas["AssignedSeats"];
  };

  /**
   * Revoke a seat
   * The next check denies. Revoking is final: the same user gets another seat later.
   */
  "DELETE /subscriptions/{id}/seats/{seatId}": {
    path: {
      /** The subscription's id. */
      id: string;
      /** The seat's id. */
      seatId: string;
    };
    response: undefined;
  };

  /**
   * Claim a seat
   * Takes a person's token: the seat becomes that person's if its verified address is the invited one, or with the `code` of
   * the invitation. A person who has a seat keeps that one, and the offer ends.
   */
  "POST /subscriptions/{id}/seats/{seatId}/claim": {
    path: {
      /** The subscription's id. */
      id: string;
      /** The seat's id. */
      seatId: string;
    };
    body: Schemas["ClaimSeatRequest"];
    response: Schemas["Seat"];
  };

  /**
   * Transfer a seat
   * The seat is revoked and another one assigned to the other user, in one step. A seat that was assigned less than the
   * application's `seatCooldownHours` ago cannot be transferred.
   */
  "POST /subscriptions/{id}/seats/{seatId}/transfer": {
    path: {
      /** The subscription's id. */
      id: string;
      /** The seat's id. */
      seatId: string;
    };
    body: Schemas["TransferSeatRequest"];
    response: Schemas["Seat"];
  };

  /**
   * Show an unsubscribe link
   * A page that asks whether to unsubscribe. It changes nothing: programs that look at mail follow links.
   */
  "GET /unsubscribe/{token}": {
    path: {
      /** The signed token of a link. */
      token: string;
    };
    response: string;
  };

  /**
   * Unsubscribe
   * The contact of the link is not written to any more over its channel, also not what is queued already. Mail programs send
   * this by themselves (RFC 8058), so no key and no page is needed; whatever the body says is not looked at.
   */
  "POST /unsubscribe/{token}": {
    path: {
      /** The signed token of a link. */
      token: string;
    };
    response: string;
  };

  /**
   * Verify a seat
   * Checks whether a user has a seat. The result comes from the cache when the cached data is recent enough: see
   * `source` and `asOf`. A denial is also returned with status 200.
   */
  "POST /verify-seat": {
    body: Schemas["SeatCheck"];
    response: Schemas["SeatVerdict"];
  };

  /**
   * Verify several seats
   * Takes up to 100 checks and returns the results in the same order. A check that fails does not affect the others.
   * Identical checks are looked up once.
   */
  "POST /verify-seats": {
    body: Schemas["VerifySeatsRequest"];
    response: Schemas["VerifySeatsResponse"];
  };

  /**
   * Receive a delivery report
   * Notify reports by Standard Webhooks that a message was sent, delivered, read, or that it failed; a terminal state stays.
   * And what people did: `message.replied` (`from`, `channel`, `text`), `message.clicked` (`url`), `message.bounced`
   * (`bounce_type`), `message.complained`, `message.unsubscribed`. Each is noted once by its `webhook-id`. An address that
   * bounces, complains, unsubscribes or replies STOP is suppressed.
   */
  "POST /webhooks/notify": {
    body: { [name: string]: unknown };
    response: Schemas["NotifyReport"];
  };

  /** Receive a Razorpay event */
  "POST /webhooks/razorpay": {
    body: Array<number>;
    response: undefined;
  };

  /**
   * Receive a Shopify event
   * It belongs to the tenant `shop_default_tenant`; without one it is ignored, `no_shop`. What happened is read from the
   * body, never from the headers, which are not signed.
   */
  "POST /webhooks/shopify": {
    body: Array<number>;
    response: undefined;
  };

  /**
   * Receive an event of one Shopify shop
   * It is signed with the secret of the shop, and belongs to its tenant.
   */
  "POST /webhooks/shopify/{token}": {
    path: {
      /** The token in the `url` of the shop. */
      token: string;
    };
    body: Array<number>;
    response: undefined;
  };

  /**
   * Receive a Standard Webhooks event
   * The signature is in `webhook-id`, `webhook-timestamp` and `webhook-signature`, or in `svix-id`, `svix-timestamp` and
   * `svix-signature`. From the source `clerk`, `user.deleted` and `organizationMembership.deleted` end memberships and free
   * seats.
   */
  "POST /webhooks/standard/{source}": {
    path: {
      /** A readable name of the sender. Duplicates are recognized by the signed id, not by this name. */
      source: string;
    };
    body: Array<number>;
    response: undefined;
  };

  /** Receive a Stripe event */
  "POST /webhooks/stripe": {
    body: Array<number>;
    response: undefined;
  };

  /**
   * Receive a WooCommerce event
   * As a Shopify event. The unsigned ping that WooCommerce sends during setup is answered with 200 and changes nothing.
   */
  "POST /webhooks/woocommerce": {
    body: Array<number>;
    response: undefined;
  };

  /**
   * Receive an event of one WooCommerce shop
   * It is signed with the secret of the shop, and belongs to its tenant.
   */
  "POST /webhooks/woocommerce/{token}": {
    path: {
      /** The token in the `url` of the shop. */
      token: string;
    };
    body: Array<number>;
    response: undefined;
  };
}

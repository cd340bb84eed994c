-- What may be spent. limits is JSON: from which period on which limit holds, in the currency's smallest unit; thresholds is
-- JSON; history is JSON, who changed what, and is only ever added to. department_id and cost_centre are empty where there is
-- none: of each tenant, department and cost centre one budget is in use.
CREATE TABLE IF NOT EXISTS budgets (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL,
    department_id TEXT NOT NULL,
    cost_centre   TEXT NOT NULL,
    name          TEXT NOT NULL,
    currency      TEXT NOT NULL,
    every         TEXT NOT NULL,
    time_zone     TEXT NOT NULL,
    carry_over    BIGINT NOT NULL,
    limits        TEXT NOT NULL,
    thresholds    TEXT NOT NULL,
    is_active     BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    history       TEXT NOT NULL,
    revision      BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS budgets_in_use ON budgets (tenant_id, department_id, cost_centre) WHERE is_active = 1;

CREATE INDEX IF NOT EXISTS budgets_newest ON budgets (tenant_id, created_at, id);

-- What was promised, spent and given back. Rows are added, never changed and never deleted. A budget's numbers count up by
-- one, so of two entries that were made on the same state one finds its number taken. spent and reserved are the period's
-- sums after the entry. step is one of reserve, settle and refund, and each is taken once for a reference: what is committed
-- cannot be released.
CREATE TABLE IF NOT EXISTS budget_ledger (
    budget_id       TEXT NOT NULL,
    number          BIGINT NOT NULL,
    period          TEXT NOT NULL,
    step            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    reference       TEXT NOT NULL,
    spent_change    BIGINT NOT NULL,
    reserved_change BIGINT NOT NULL,
    spent           BIGINT NOT NULL,
    reserved        BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    decision_id     TEXT,
    rule_version    BIGINT,
    expires_at      BIGINT,
    at              BIGINT NOT NULL,
    PRIMARY KEY (budget_id, number),
    UNIQUE (budget_id, reference, step)
);

CREATE INDEX IF NOT EXISTS budget_ledger_of_period ON budget_ledger (budget_id, period, number);

CREATE INDEX IF NOT EXISTS budget_ledger_lapsing ON budget_ledger (budget_id, expires_at) WHERE expires_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS budget_ledger_of_reference ON budget_ledger (reference);

-- Thresholds that were reached, each once in a period.
CREATE TABLE IF NOT EXISTS budget_alerts (
    budget_id TEXT NOT NULL,
    period    TEXT NOT NULL,
    threshold TEXT NOT NULL,
    severity  TEXT NOT NULL,
    message   TEXT NOT NULL,
    used      BIGINT NOT NULL,
    allowance BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (budget_id, period, threshold)
);

-- Purchases that people are asked about. request is JSON: what is asked, of whom, by which version of the rule, and all that
-- people did, which is only ever added to; the other columns are there to find it by.
CREATE TABLE IF NOT EXISTS approval_requests (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    reference  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    requester  TEXT NOT NULL,
    status     TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    request    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    UNIQUE (tenant_id, reference)
);

CREATE INDEX IF NOT EXISTS approval_requests_newest ON approval_requests (tenant_id, created_at, id);

-- What a tenant asks for beyond the rule, as data. rule is JSON.
CREATE TABLE IF NOT EXISTS approval_rules (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    rule       TEXT NOT NULL,
    is_active  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    history    TEXT NOT NULL,
    revision   BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS approval_rules_newest ON approval_rules (tenant_id, created_at, id);

-- Who has a role that rules ask for, beyond what tokens say.
CREATE TABLE IF NOT EXISTS approval_roles (
    tenant_id TEXT NOT NULL,
    role      TEXT NOT NULL,
    person    TEXT NOT NULL,
    set_by    TEXT NOT NULL,
    set_at    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, role, person)
);

CREATE INDEX IF NOT EXISTS approval_roles_of_person ON approval_roles (tenant_id, person);

-- Who acts for whom, and from when until when. roles is JSON: what the one had by token when it was made.
CREATE TABLE IF NOT EXISTS approval_delegations (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    delegator  TEXT NOT NULL,
    delegate   TEXT NOT NULL,
    roles      TEXT NOT NULL,
    starts_at  BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX IF NOT EXISTS approval_delegations_to ON approval_delegations (tenant_id, delegate, ends_at);

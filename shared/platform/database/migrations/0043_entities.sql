-- The legal entities of a tenant. They are trees; placements is JSON: from which month on which parent an entity is billed
-- with. untold is JSON: entries of the audit log that are still to be appended.
CREATE TABLE IF NOT EXISTS entities (
    id                    TEXT PRIMARY KEY,
    tenant_id             TEXT NOT NULL,
    parent_id             TEXT,
    name                  TEXT NOT NULL,
    code                  TEXT,
    legal_name            TEXT,
    tax_id                TEXT,
    country               TEXT,
    currency              TEXT NOT NULL,
    billing_email         TEXT,
    address               TEXT,
    payment_terms_days    BIGINT NOT NULL,
    consolidate_to_parent BIGINT NOT NULL,
    status                TEXT NOT NULL,
    placements            TEXT NOT NULL,
    created_at            BIGINT NOT NULL,
    updated_at            BIGINT NOT NULL,
    untold                TEXT NOT NULL,
    revision              BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS entities_codes ON entities (tenant_id, code);
CREATE INDEX IF NOT EXISTS entities_by_tenant ON entities (tenant_id, created_at, id);
CREATE INDEX IF NOT EXISTS entities_by_parent ON entities (tenant_id, parent_id);
CREATE INDEX IF NOT EXISTS entities_untold ON entities (updated_at) WHERE untold <> '[]';

-- How often the trees of a tenant changed, on PostgreSQL: of two changes that were decided on the same trees one finds the
-- number raised, and is decided anew.
CREATE TABLE IF NOT EXISTS entity_trees (
    tenant_id TEXT PRIMARY KEY,
    revision  BIGINT NOT NULL
);

-- What an entity is charged. Rows are added and never changed, but for untold. Amounts are in the currency's smallest unit,
-- dates are texts such as 2026-11-01. Of what source_kind and source_id name there is one charge.
CREATE TABLE IF NOT EXISTS entity_charges (
    id          TEXT PRIMARY KEY,
    tenant_id   TEXT NOT NULL,
    entity_id   TEXT NOT NULL,
    description TEXT NOT NULL,
    amount      BIGINT NOT NULL,
    currency    TEXT NOT NULL,
    date        TEXT NOT NULL,
    terms_days  BIGINT NOT NULL,
    source_kind TEXT,
    source_id   TEXT,
    created_at  BIGINT NOT NULL,
    untold      TEXT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS entity_charges_sources ON entity_charges (tenant_id, source_kind, source_id);
CREATE INDEX IF NOT EXISTS entity_charges_by_entity ON entity_charges (tenant_id, entity_id, created_at, id);
CREATE INDEX IF NOT EXISTS entity_charges_untold ON entity_charges (created_at) WHERE untold <> '[]';

-- The lines of consolidated invoices: which charge is on the invoice of which entity and month. A charge has one line. The
-- lines of an entity and a month are numbered from 1 and added by one statement: of two such statements one fails as a whole.
CREATE TABLE IF NOT EXISTS entity_invoice_lines (
    charge_id  TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    payer_id   TEXT NOT NULL,
    period     TEXT NOT NULL,
    number     BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS entity_invoice_lines_numbers ON entity_invoice_lines (tenant_id, payer_id, period, number);

-- Which entity a subscription belongs to. entities is JSON: one entity at a time, from a day on and until another.
CREATE TABLE IF NOT EXISTS entity_subscriptions (
    subscription_id TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL,
    entities        TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    untold          TEXT NOT NULL,
    revision        BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS entity_subscriptions_by_tenant ON entity_subscriptions (tenant_id, created_at, subscription_id);
CREATE INDEX IF NOT EXISTS entity_subscriptions_untold ON entity_subscriptions (updated_at) WHERE untold <> '[]';

-- How many days after its date an invoice is due that has no due date. NULL: as the tenant's settings say.
ALTER TABLE invoices ADD COLUMN due_days BIGINT;

-- The entity that a budget covers; empty: all entities. Of each tenant, entity, department and cost centre one budget is in use.
ALTER TABLE budgets ADD COLUMN entity_id TEXT NOT NULL DEFAULT '';

CREATE UNIQUE INDEX IF NOT EXISTS budgets_of_scope ON budgets (tenant_id, entity_id, department_id, cost_centre) WHERE is_active = 1;
DROP INDEX IF EXISTS budgets_in_use;

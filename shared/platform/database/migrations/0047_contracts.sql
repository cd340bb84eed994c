-- Contracts. What is agreed on, what happened, and what is still to be done about it are JSON in the row, so that whatever
-- changes a contract is one statement on one revision of it. Dates are texts such as 2026-03-31. due_at is when a job looks at
-- the contract; NULL: never.
CREATE TABLE IF NOT EXISTS contracts (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    number     BIGINT,
    entity_id  TEXT NOT NULL,
    status     TEXT NOT NULL,
    currency   TEXT NOT NULL,
    starts_on  TEXT NOT NULL,
    ends_on    TEXT NOT NULL,
    contract   TEXT NOT NULL,
    due_at     BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision   BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS contracts_numbers ON contracts (tenant_id, number);
CREATE INDEX IF NOT EXISTS contracts_by_tenant ON contracts (tenant_id, created_at, id);
CREATE INDEX IF NOT EXISTS contracts_due ON contracts (due_at) WHERE due_at IS NOT NULL;

-- The last number of each tenant, on PostgreSQL: whoever signs a contract waits here for those before.
CREATE TABLE IF NOT EXISTS contract_numbers (
    tenant_id TEXT PRIMARY KEY,
    last      BIGINT NOT NULL
);

-- Invoices of tenants. Amounts are in the currency's smallest unit, dates are texts such as 2026-03-31. Items, payments and
-- reminders are in the row, so that whatever changes an invoice is one statement on one revision of it.
CREATE TABLE IF NOT EXISTS invoices (
    id           TEXT PRIMARY KEY,
    tenant_id    TEXT NOT NULL,
    series       TEXT NOT NULL,
    number_year  BIGINT,
    number       BIGINT,
    customer     TEXT NOT NULL,
    currency     TEXT NOT NULL,
    items        TEXT NOT NULL,
    amount       BIGINT NOT NULL,
    tax          BIGINT NOT NULL,
    total        BIGINT NOT NULL,
    amount_paid  BIGINT NOT NULL,
    state        TEXT NOT NULL,
    issue_date   TEXT,
    due_date     TEXT,
    notes        TEXT,
    provider     TEXT NOT NULL,
    account      TEXT NOT NULL,
    external_id  TEXT,
    payments     TEXT NOT NULL,
    reminders    TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    finalized_at BIGINT,
    announced_at BIGINT,
    paid_at      BIGINT,
    voided_at    BIGINT,
    revision     BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS invoices_numbers ON invoices (tenant_id, series, number_year, number);
CREATE UNIQUE INDEX IF NOT EXISTS invoices_external ON invoices (tenant_id, provider, account, external_id);
CREATE INDEX IF NOT EXISTS invoices_by_tenant ON invoices (tenant_id, created_at, id);

-- The last number of each series and year, on PostgreSQL: whoever finalises an invoice waits here for those before.
CREATE TABLE IF NOT EXISTS invoice_numbers (
    tenant_id TEXT NOT NULL,
    series    TEXT NOT NULL,
    year      BIGINT NOT NULL,
    last      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, series, year)
);

-- What of a tenant's is, or is to be, in its books: a row for each document and integration. id is also the idempotency key
-- at the provider. source_id is the record that it is read from. remote is JSON: the document there. sending_at is when a
-- write of it was begun of which it is not known what came of it. date is a text such as 2026-11-01; empty: it has none.
CREATE TABLE IF NOT EXISTS ledger_documents (
    id             TEXT PRIMARY KEY,
    tenant_id      TEXT NOT NULL,
    integration_id TEXT NOT NULL,
    kind           TEXT NOT NULL,
    local_id       TEXT NOT NULL,
    source_id      TEXT NOT NULL,
    number         TEXT NOT NULL,
    date           TEXT NOT NULL,
    state          TEXT NOT NULL,
    remote         TEXT,
    attempts       BIGINT NOT NULL,
    retry_at       BIGINT,
    sending_at     BIGINT,
    error_code     TEXT,
    error          TEXT,
    run_id         TEXT,
    settled_run    TEXT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    sent_at        BIGINT,
    revision       BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS ledger_documents_local ON ledger_documents (integration_id, kind, local_id);
CREATE INDEX IF NOT EXISTS ledger_documents_open ON ledger_documents (integration_id, kind, date, id)
    WHERE state NOT IN ('sent', 'cancelled');
CREATE INDEX IF NOT EXISTS ledger_documents_by_tenant ON ledger_documents (tenant_id, created_at, id);
CREATE INDEX IF NOT EXISTS ledger_documents_by_integration ON ledger_documents (integration_id, created_at, id);

-- Up to where the edge's records were looked through for an integration, with the settings that it had.
CREATE TABLE IF NOT EXISTS ledger_positions (
    integration_id TEXT PRIMARY KEY,
    settings       TEXT NOT NULL,
    invoices_at    BIGINT NOT NULL,
    invoices_id    TEXT NOT NULL,
    lines_at       BIGINT NOT NULL,
    lines_id       TEXT NOT NULL
);

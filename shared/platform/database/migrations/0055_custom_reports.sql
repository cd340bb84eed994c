-- Reports that tenants put together and saved. query, what is asked for, and schedule, when the report is sent and to whom, are
-- JSON. due_at is when it is sent next; NULL: never. untold is JSON: entries of the audit log that are still to be appended.
CREATE TABLE IF NOT EXISTS custom_reports (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,
    schedule   TEXT,
    due_at     BIGINT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    untold     TEXT NOT NULL,
    revision   BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS custom_reports_by_tenant ON custom_reports (tenant_id, created_at, id);
CREATE INDEX IF NOT EXISTS custom_reports_due ON custom_reports (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS custom_reports_untold ON custom_reports (updated_at) WHERE untold <> '[]';

-- What the ERP's HR and projects said last, of each person and project. ordinal numbers a tenant's records of a kind, so that
-- a run can say in a bit whom it has seen. role and user_id are those of employees, data is JSON, that of projects. digest
-- is a hash of all that was said: what comes again as it was is not written again. changed_in is the run that last changed
-- the row, and change what it did.
CREATE TABLE IF NOT EXISTS erp_records (
    tenant_id  TEXT NOT NULL,
    kind       TEXT NOT NULL,
    erp_id     TEXT NOT NULL,
    ordinal    BIGINT NOT NULL,
    user_id    TEXT,
    role       TEXT,
    data       TEXT,
    digest     TEXT NOT NULL,
    is_active  BIGINT NOT NULL,
    changed_in TEXT NOT NULL,
    change     TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, erp_id),
    UNIQUE (tenant_id, kind, ordinal)
);

CREATE INDEX IF NOT EXISTS erp_records_by_user ON erp_records (tenant_id, user_id);

CREATE INDEX IF NOT EXISTS erp_records_by_run ON erp_records (changed_in, change);

-- Runs. progress is JSON: where the run is and what it has done; seen is the bits of those it has seen, in hexadecimal.
-- Whoever works on a run holds its lease. Of each tenant and kind one run is open.
CREATE TABLE IF NOT EXISTS erp_sync_runs (
    id           TEXT PRIMARY KEY,
    tenant_id    TEXT NOT NULL,
    kind         TEXT NOT NULL,
    status       TEXT NOT NULL,
    rule_version BIGINT,
    actor        TEXT NOT NULL,
    address      TEXT,
    page_cursor  TEXT,
    progress     TEXT NOT NULL,
    seen         TEXT NOT NULL,
    error        TEXT,
    lease        TEXT NOT NULL,
    leased_until BIGINT NOT NULL,
    started_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    finished_at  BIGINT
);

CREATE UNIQUE INDEX IF NOT EXISTS erp_sync_runs_open ON erp_sync_runs (tenant_id, kind) WHERE finished_at IS NULL;

CREATE INDEX IF NOT EXISTS erp_sync_runs_newest ON erp_sync_runs (tenant_id, kind, started_at);

CREATE INDEX IF NOT EXISTS erp_sync_runs_working ON erp_sync_runs (status, leased_until);

-- What a run could not do for whom.
CREATE TABLE IF NOT EXISTS erp_sync_errors (
    run_id  TEXT NOT NULL,
    item    TEXT NOT NULL,
    erp_id  TEXT,
    message TEXT NOT NULL,
    PRIMARY KEY (run_id, item)
);

CREATE INDEX IF NOT EXISTS tenant_people_by_email ON tenant_people (tenant_id, LOWER(email));

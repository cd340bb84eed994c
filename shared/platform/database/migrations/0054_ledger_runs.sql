-- Runs of integrations; of each integration one is open. throttle is JSON: what is left of the requests that the provider
-- allows. counts is JSON: what became of documents by kind and state, once the run has ended.
CREATE TABLE IF NOT EXISTS ledger_runs (
    id             TEXT PRIMARY KEY,
    tenant_id      TEXT NOT NULL,
    integration_id TEXT NOT NULL,
    status         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    is_collected   BIGINT NOT NULL,
    failures       BIGINT NOT NULL,
    throttled      BIGINT NOT NULL,
    throttle       TEXT NOT NULL,
    counts         TEXT NOT NULL,
    resume_at      BIGINT,
    error_code     TEXT,
    error          TEXT,
    started_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    finished_at    BIGINT,
    revision       BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS ledger_runs_open ON ledger_runs (integration_id) WHERE finished_at IS NULL;
CREATE INDEX IF NOT EXISTS ledger_runs_by_integration ON ledger_runs (integration_id, started_at, id);
CREATE INDEX IF NOT EXISTS ledger_runs_of_all ON ledger_runs (started_at, id) WHERE finished_at IS NULL;

-- What was attempted: a row for each attempt at a document.
CREATE TABLE IF NOT EXISTS ledger_logs (
    id             TEXT PRIMARY KEY,
    tenant_id      TEXT NOT NULL,
    integration_id TEXT NOT NULL,
    run_id         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    kind           TEXT NOT NULL,
    number         TEXT NOT NULL,
    attempt        BIGINT NOT NULL,
    outcome        TEXT NOT NULL,
    remote_id      TEXT,
    error_code     TEXT,
    error          TEXT,
    duration_ms    BIGINT NOT NULL,
    at             BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS ledger_logs_by_integration ON ledger_logs (integration_id, at, id);
CREATE INDEX IF NOT EXISTS ledger_logs_by_age ON ledger_logs (at);

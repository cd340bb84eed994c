-- What happens later. Two jobs of one kind with one key are the same job. payload is JSON. tenant_id is empty where the job
-- is no tenant's. due_at is when the job is next taken up: it waits until then, or the lease of its worker lasts until then;
-- NULL: the job is dead. again_at is when a job is due once more that was enqueued while a worker had it.
CREATE TABLE IF NOT EXISTS jobs (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL,
    tenant_id  TEXT NOT NULL,
    payload    TEXT NOT NULL,
    due_at     BIGINT,
    again_at   BIGINT,
    lease      TEXT,
    attempts   BIGINT NOT NULL,
    error      TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (kind, key)
);

CREATE INDEX IF NOT EXISTS jobs_due ON jobs (kind, tenant_id, due_at, id) WHERE due_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS jobs_newest ON jobs (created_at, id);

CREATE INDEX IF NOT EXISTS jobs_by_tenant ON jobs (tenant_id, created_at, id);

CREATE INDEX IF NOT EXISTS jobs_dead ON jobs (created_at, id) WHERE due_at IS NULL;

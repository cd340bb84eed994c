-- API keys. The secret is kept as its SHA-256; scopes and applications are JSON lists, applications NULL for all.
CREATE TABLE IF NOT EXISTS api_keys (
    id            TEXT PRIMARY KEY,
    secret_sha256 TEXT NOT NULL,
    name          TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    tenant_id     TEXT,
    applications  TEXT,
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,
    revoked_at    BIGINT
);

CREATE INDEX IF NOT EXISTS api_keys_newest ON api_keys (created_at, id);

-- Answers to requests that carried an Idempotency-Key: status and answer are NULL while the request is running.
CREATE TABLE IF NOT EXISTS idempotent_requests (
    caller      TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    started_at  BIGINT NOT NULL,
    status      BIGINT,
    answer      TEXT,
    PRIMARY KEY (caller, key)
);

CREATE INDEX IF NOT EXISTS idempotent_requests_oldest ON idempotent_requests (started_at);

-- The inbox: what gateways sent, once it was verified. identity is what makes two deliveries the same event; body is the
-- body as it came (t: text, x: hex); endpoint is the tenant of the address it came to, where it has one of its own;
-- answer is what the gateway was told, JSON. Whoever works on an event holds its lease.
CREATE TABLE IF NOT EXISTS webhook_events (
    id           TEXT PRIMARY KEY,
    provider     TEXT NOT NULL,
    identity     TEXT NOT NULL,
    gateway_id   TEXT,
    event        TEXT NOT NULL,
    tenant_id    TEXT,
    endpoint     TEXT,
    body         TEXT NOT NULL,
    status       TEXT NOT NULL,
    reason       TEXT,
    answer       TEXT,
    received_at  BIGINT NOT NULL,
    occurred_at  BIGINT NOT NULL,
    settled_at   BIGINT,
    attempts     BIGINT NOT NULL,
    due_at       BIGINT,
    lease        TEXT,
    leased_until BIGINT NOT NULL,
    UNIQUE (provider, identity)
);

CREATE INDEX IF NOT EXISTS webhook_events_newest ON webhook_events (received_at, id);

CREATE INDEX IF NOT EXISTS webhook_events_by_status ON webhook_events (status, received_at, id);

CREATE INDEX IF NOT EXISTS webhook_events_due ON webhook_events (due_at);

-- The ERP's addresses for single organisations. The token in the address is kept as its SHA-256.
CREATE TABLE IF NOT EXISTS webhook_endpoints (
    id           TEXT PRIMARY KEY,
    tenant_id    TEXT NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    created_by   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    revoked_at   BIGINT
);

-- What is to be told to people through Bheem Notify; body is what is sent to path, JSON.
CREATE TABLE IF NOT EXISTS notifications (
    id           TEXT PRIMARY KEY,
    tenant_id    TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    path         TEXT NOT NULL,
    body         TEXT NOT NULL,
    status       TEXT NOT NULL,
    reason       TEXT,
    attempts     BIGINT NOT NULL,
    due_at       BIGINT,
    created_at   BIGINT NOT NULL,
    settled_at   BIGINT
);

CREATE INDEX IF NOT EXISTS notifications_due ON notifications (due_at);

CREATE INDEX IF NOT EXISTS notifications_oldest ON notifications (created_at);

-- Purchases on their way to an order. Each step's outcome is stored before the next begins, so that whoever tries again
-- goes on from there: quote is what it costs and gives, decision what the rules said of it, both JSON; order_id and answer
-- are there once BheemPay has made the order. idempotency_key is the tenant's for it; a purchase older than a day gives its
-- key back and has none. Whoever works on it holds its lease.
CREATE TABLE IF NOT EXISTS checkouts (
    id              TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL,
    idempotency_key TEXT,
    fingerprint     TEXT NOT NULL,
    actor           TEXT NOT NULL,
    quote           TEXT,
    decision        TEXT,
    order_id        TEXT,
    answer          TEXT,
    status          BIGINT,
    created_at      BIGINT NOT NULL,
    ordered_at      BIGINT,
    lease           TEXT NOT NULL,
    leased_until    BIGINT NOT NULL,
    UNIQUE (tenant_id, idempotency_key)
);

CREATE UNIQUE INDEX IF NOT EXISTS checkouts_order ON checkouts (order_id);

CREATE INDEX IF NOT EXISTS checkouts_newest ON checkouts (tenant_id, created_at, id);

-- Making a tenant a contact of the ERP's CRM, once. tries counts how often the CRM was asked to without a clear no: from the
-- second on it may have made one whose id was never heard.
CREATE TABLE IF NOT EXISTS crm_contacts (
    tenant_id    TEXT PRIMARY KEY,
    contact_id   TEXT,
    tries        BIGINT NOT NULL,
    lease        TEXT NOT NULL,
    leased_until BIGINT NOT NULL
);

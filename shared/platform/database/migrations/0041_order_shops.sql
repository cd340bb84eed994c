-- The shops whose orders come by webhooks. secret is what they sign with, access what they let the edge in with, both sealed
-- for the tenant. token names the shop in the address of its webhooks. polled_to is up to which change of an order the shop
-- was asked.
CREATE TABLE IF NOT EXISTS order_shops (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    platform   TEXT NOT NULL,
    shop       TEXT NOT NULL,
    token      TEXT NOT NULL UNIQUE,
    secret     TEXT NOT NULL,
    access     TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    polled_to  BIGINT,
    polled_at  BIGINT,
    poll_error TEXT
);

CREATE INDEX IF NOT EXISTS order_shops_by_tenant ON order_shops (tenant_id, created_at, id);

-- What is to be packed, and what a shop calls it, are asked for often.
CREATE INDEX IF NOT EXISTS orders_by_status ON orders (tenant_id, status, created_at, id);
CREATE INDEX IF NOT EXISTS orders_by_external_id ON orders (tenant_id, external_id, created_at, id);

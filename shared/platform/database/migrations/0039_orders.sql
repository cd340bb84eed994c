-- Orders of tenants' customers: those of their shops, and those that they made here. Amounts are in the currency's smallest
-- unit. What changes an order is one statement on one revision of its row: items, shipments, refunds and the messages that
-- are still to be raised (then tell_at is when somebody else takes them up) are in it. shop is the shop that knows the
-- order by external_id; empty: none does. source is what the shop said of the whole order last, JSON; an order of which
-- only parts were heard of is not known yet.
CREATE TABLE IF NOT EXISTS orders (
    id             TEXT PRIMARY KEY,
    tenant_id      TEXT NOT NULL,
    shop           TEXT NOT NULL,
    platform       TEXT,
    external_id    TEXT,
    order_number   TEXT NOT NULL,
    status         TEXT NOT NULL,
    is_known       BIGINT NOT NULL,
    customer       TEXT NOT NULL,
    currency       TEXT NOT NULL,
    total_amount   BIGINT NOT NULL,
    items          TEXT NOT NULL,
    shipments      TEXT NOT NULL,
    refunds        TEXT NOT NULL,
    messages       TEXT NOT NULL,
    source         TEXT NOT NULL,
    notes          TEXT,
    is_confirmed   BIGINT NOT NULL,
    cancelled_at   BIGINT,
    returned_at    BIGINT,
    ordered_at     BIGINT NOT NULL,
    shipped_at     BIGINT,
    delivered_at   BIGINT,
    tell_at        BIGINT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    revision       BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS orders_external ON orders (tenant_id, shop, platform, external_id);
CREATE INDEX IF NOT EXISTS orders_by_tenant ON orders (tenant_id, created_at, id);
CREATE INDEX IF NOT EXISTS orders_to_tell ON orders (tell_at) WHERE tell_at IS NOT NULL;

-- Purchases for which a budget or an approval may be held, until it is certain what became of them. The row is written
-- before anything is held and deleted once there is an order, or once all was given back. is_ordering is 1 from before
-- BheemPay is asked for the order until its answer is known: while it is, there may be an order that nobody has heard of.
CREATE TABLE IF NOT EXISTS checkout_holds (
    checkout_id TEXT PRIMARY KEY,
    tenant_id   TEXT NOT NULL,
    requester   TEXT NOT NULL,
    approval_id TEXT,
    is_ordering BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS checkout_holds_of_tenant ON checkout_holds (tenant_id, created_at, checkout_id);

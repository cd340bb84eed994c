-- What the ERP is still to be told of. unreported of a tenant is a JSON list of facts, of a membership 0 or 1; whoever has
-- stored them as events takes them away, and nothing else of a row.
ALTER TABLE tenants ADD COLUMN unreported TEXT NOT NULL DEFAULT '[]';

CREATE INDEX IF NOT EXISTS tenants_unreported ON tenants (id) WHERE unreported <> '[]';

ALTER TABLE tenant_memberships ADD COLUMN unreported BIGINT NOT NULL DEFAULT 0;

CREATE INDEX IF NOT EXISTS tenant_memberships_unreported ON tenant_memberships (tenant_id, number) WHERE unreported = 1;

-- The events that the ERP is told of. An event is stored once, by its id; a tenant's events are sent in the order of number.
-- data is JSON without anything personal, price_minor in the currency's smallest unit, status pending, synced or dead.
CREATE TABLE IF NOT EXISTS erp_events (
    number      BIGINT PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    tenant_id   TEXT NOT NULL,
    event_type  TEXT NOT NULL,
    quantity    BIGINT NOT NULL,
    price_minor BIGINT,
    currency    TEXT,
    data        TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    status      TEXT NOT NULL,
    attempts    BIGINT NOT NULL,
    error       TEXT,
    synced_at   BIGINT
);

CREATE INDEX IF NOT EXISTS erp_events_pending ON erp_events (tenant_id, number) WHERE status = 'pending';

CREATE INDEX IF NOT EXISTS erp_events_of_tenant ON erp_events (tenant_id, occurred_at);

CREATE INDEX IF NOT EXISTS erp_events_oldest ON erp_events (occurred_at, number);

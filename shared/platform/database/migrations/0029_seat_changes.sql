-- What followers of the changes feed are told. `fence` is the number that callers are shown; it grows with `sequence`. A
-- row with an `application` is about that external id alone; its organization_id begins with a tab, which no id of an
-- organisation does, and tenant_id is the tenant that it was, or is, an external id of.
ALTER TABLE seat_fences ADD COLUMN fence BIGINT;
ALTER TABLE seat_fences ADD COLUMN application TEXT;
ALTER TABLE seat_fences ADD COLUMN external_org TEXT;
ALTER TABLE seat_fences ADD COLUMN tenant_id TEXT;

-- Every organisation that the ERP ever gave for an external id: a verdict may be remembered under an earlier one.
CREATE TABLE IF NOT EXISTS organization_aliases (
    organization_id TEXT NOT NULL,
    application     TEXT NOT NULL,
    external_org    TEXT NOT NULL,
    PRIMARY KEY (organization_id, application, external_org)
);

CREATE INDEX IF NOT EXISTS organization_names_by_organization ON organization_names (organization_id);

-- Numbers of the feed: `purged`, the highest sequence number that was deleted; `resets`, how often followers had to forget
-- everything; `cache:<id>`, up to which sequence number the cache with this id was reconciled.
CREATE TABLE IF NOT EXISTS seat_feed (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

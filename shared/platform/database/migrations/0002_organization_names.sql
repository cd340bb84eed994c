-- Which organisation an application means by an id of its own; NULL where no check has met it yet. What payment events
-- said up to `cleared` no longer counts for it.
CREATE TABLE IF NOT EXISTS organization_names (
    application     TEXT NOT NULL,
    external_org    TEXT NOT NULL,
    organization_id TEXT,
    cleared         BIGINT NOT NULL,
    PRIMARY KEY (application, external_org)
);

-- What a payment event said of an organisation's subscription, which goes before what the ERP says.
CREATE TABLE IF NOT EXISTS subscription_overrides (
    organization_id TEXT PRIMARY KEY,
    status          TEXT NOT NULL,
    period_end      BIGINT,
    number          BIGINT NOT NULL
);

-- Numbers that put what happened into an order.
CREATE TABLE IF NOT EXISTS sequences (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Tenants. Flags are 0 or 1, settings is JSON, max_users and docs_quota_mb are NULL for no limit. What gateways said of
-- the subscription is history, JSON; what follows from the last change and is still to be spread is outbox, JSON, and
-- outbox_due says when somebody other than whoever made the change may spread it. Every change raises revision, and is
-- made only on the revision it was decided on.
CREATE TABLE IF NOT EXISTS tenants (
    id                      TEXT PRIMARY KEY,
    name                    TEXT NOT NULL,
    slug                    TEXT NOT NULL UNIQUE,
    domain                  TEXT UNIQUE,
    tenant_mode             TEXT NOT NULL,
    erp_company_code        TEXT,
    erp_company_id          TEXT,
    erp_customer_id         TEXT,
    erp_subscription_id     TEXT,
    owner_email             TEXT NOT NULL,
    billing_email           TEXT,
    billing_phone           TEXT,
    plan                    TEXT,
    subscription_status     TEXT,
    payment_status          TEXT,
    subscription_plan       TEXT,
    subscription_period_end BIGINT,
    max_users               BIGINT,
    docs_quota_mb           BIGINT,
    credits                 BIGINT NOT NULL,
    is_active               BIGINT NOT NULL,
    is_suspended            BIGINT NOT NULL,
    suspended_reason        TEXT,
    settings                TEXT NOT NULL,
    created_at              BIGINT NOT NULL,
    updated_at              BIGINT NOT NULL,
    history                 TEXT NOT NULL,
    outbox                  TEXT NOT NULL,
    outbox_due              BIGINT,
    revision                BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS tenants_newest ON tenants (created_at, id);

CREATE INDEX IF NOT EXISTS tenants_outbox ON tenants (outbox_due);

CREATE INDEX IF NOT EXISTS tenants_company ON tenants (erp_company_id);

CREATE INDEX IF NOT EXISTS tenants_customer ON tenants (erp_customer_id);

-- The applications whose seats are sold. seat_source is erp or edge.
CREATE TABLE IF NOT EXISTS applications (
    slug                TEXT PRIMARY KEY,
    name                TEXT NOT NULL,
    external_id_name    TEXT NOT NULL,
    seat_source         TEXT NOT NULL,
    seat_cooldown_hours BIGINT NOT NULL,
    invitation_days     BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    updated_by          TEXT NOT NULL,
    revision            BIGINT NOT NULL
);

-- The versions of their plans. Rows are added, never changed and never deleted: of each plan the one with the highest
-- version counts. price_minor is of one seat, in the currency's smallest unit. All versions of a plan have one number,
-- which is unique among the plans of all applications.
CREATE TABLE IF NOT EXISTS application_plans (
    application     TEXT NOT NULL,
    id              TEXT NOT NULL,
    version         BIGINT NOT NULL,
    number          BIGINT NOT NULL,
    name            TEXT NOT NULL,
    price_minor     BIGINT NOT NULL,
    currency        TEXT NOT NULL,
    billing_cycle   TEXT NOT NULL,
    trial_days      BIGINT NOT NULL,
    min_seats       BIGINT NOT NULL,
    max_seats       BIGINT,
    stripe_price_id TEXT,
    active          BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    updated_by      TEXT NOT NULL,
    PRIMARY KEY (application, id, version)
);

CREATE UNIQUE INDEX IF NOT EXISTS application_plans_number ON application_plans (number, version);

CREATE INDEX IF NOT EXISTS application_plans_by_id ON application_plans (id, version);

CREATE INDEX IF NOT EXISTS application_plans_newest ON application_plans (application, created_at, id);

-- What changed what is subscribed to, without the seats: for the figures of recurring revenue.
CREATE INDEX IF NOT EXISTS subscription_movements_of_terms ON subscription_movements (organization_id, application, number)
    WHERE terms IS NOT NULL;

CREATE INDEX IF NOT EXISTS subscription_movements_terms_recorded ON subscription_movements (recorded_at, subscription_id, number)
    WHERE terms IS NOT NULL;

-- Recurring revenue, rolled up. A batch is what some organizations' new movements change in the sums; changes and customers
-- are JSON, and NULL once they are in the two tables below, whose rows name the last batch that they hold. stream is the
-- time zone of the calendar, and the version of the reckoning. The cursor is up to where movements were looked at.
CREATE TABLE IF NOT EXISTS mrr_batches (
    stream              TEXT NOT NULL,
    number              BIGINT NOT NULL,
    cursor_at           BIGINT NOT NULL,
    cursor_subscription TEXT NOT NULL,
    cursor_number       BIGINT NOT NULL,
    known_at            BIGINT NOT NULL,
    changes             TEXT,
    customers           TEXT,
    PRIMARY KEY (stream, number)
);

-- Up to where the movements of an organization are in the sums: the last number of each application, JSON; and when
-- something is due next.
CREATE TABLE IF NOT EXISTS mrr_customers (
    stream          TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    batch           BIGINT NOT NULL,
    numbers         TEXT NOT NULL,
    known_at        BIGINT NOT NULL,
    due_at          BIGINT,
    PRIMARY KEY (stream, organization_id)
);

CREATE INDEX IF NOT EXISTS mrr_customers_due ON mrr_customers (stream, due_at) WHERE due_at IS NOT NULL;

-- The sums of a period: amounts are a year's, in the currency's smallest unit. application is empty for all together.
-- period is when it begins; cohort, for months, the month in which the customers first paid, else 0.
CREATE TABLE IF NOT EXISTS mrr_rollups (
    stream       TEXT NOT NULL,
    granularity  TEXT NOT NULL,
    application  TEXT NOT NULL,
    currency     TEXT NOT NULL,
    period       BIGINT NOT NULL,
    cohort       BIGINT NOT NULL,
    new          BIGINT NOT NULL,
    expansion    BIGINT NOT NULL,
    contraction  BIGINT NOT NULL,
    churn        BIGINT NOT NULL,
    reactivation BIGINT NOT NULL,
    started      BIGINT NOT NULL,
    returned     BIGINT NOT NULL,
    departed     BIGINT NOT NULL,
    seats        BIGINT NOT NULL,
    batch        BIGINT NOT NULL,
    PRIMARY KEY (stream, granularity, application, currency, period, cohort)
);

-- Every change of what is paid and of who has a seat, where an application's seats are kept here. Rows are added; of what
-- they say only an address is ever taken out, where a person's data is deleted. The movements of one organization and
-- application are numbered without a gap, and each holds the sums after it: of two changes that were decided on the same
-- state one finds its number taken. terms is JSON, on the rows that change what is subscribed to; terms_number is the row
-- with those in force. A seat is what the last row about it says. Amounts are in the currency's smallest unit, a year's.
-- effects_due is NULL once what follows from the row is done.
CREATE TABLE IF NOT EXISTS subscription_movements (
    organization_id TEXT NOT NULL,
    application     TEXT NOT NULL,
    number          BIGINT NOT NULL,
    subscription_id TEXT NOT NULL,
    kind            TEXT NOT NULL,
    effective_at    BIGINT NOT NULL,
    recorded_at     BIGINT NOT NULL,
    currency        TEXT NOT NULL,
    seats_before    BIGINT NOT NULL,
    seats_after     BIGINT NOT NULL,
    assigned_before BIGINT NOT NULL,
    assigned_after  BIGINT NOT NULL,
    annual_before   BIGINT NOT NULL,
    annual_after    BIGINT NOT NULL,
    pending         BIGINT NOT NULL,
    terms_number    BIGINT NOT NULL,
    terms           TEXT,
    reference       TEXT,
    seat_id         TEXT,
    user_id         TEXT,
    email           TEXT,
    seat_state      TEXT,
    assigned_at     BIGINT,
    expires_at      BIGINT,
    code_sha256     TEXT,
    actor           TEXT NOT NULL,
    address         TEXT,
    effects_due     BIGINT,
    PRIMARY KEY (organization_id, application, number)
);

CREATE UNIQUE INDEX IF NOT EXISTS subscription_movements_of_subscription ON subscription_movements (subscription_id, number);

CREATE INDEX IF NOT EXISTS subscription_movements_of_seat ON subscription_movements (seat_id, number)
    WHERE seat_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS subscription_movements_of_user ON subscription_movements (organization_id, user_id, application, number)
    WHERE user_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS subscription_movements_of_address ON subscription_movements (organization_id, email, application, number)
    WHERE email IS NOT NULL;

CREATE INDEX IF NOT EXISTS subscription_movements_expiring ON subscription_movements (organization_id, application, expires_at)
    WHERE seat_state = 'PENDING';

CREATE INDEX IF NOT EXISTS subscription_movements_newest ON subscription_movements (recorded_at, subscription_id)
    WHERE kind = 'created';

CREATE INDEX IF NOT EXISTS subscription_movements_newest_of_organization ON subscription_movements (organization_id, recorded_at, subscription_id)
    WHERE kind = 'created';

CREATE INDEX IF NOT EXISTS subscription_movements_by_reference ON subscription_movements (reference)
    WHERE reference IS NOT NULL;

CREATE INDEX IF NOT EXISTS subscription_movements_recorded ON subscription_movements (recorded_at, subscription_id, number);

CREATE INDEX IF NOT EXISTS subscription_movements_due ON subscription_movements (organization_id, application, effects_due)
    WHERE effects_due IS NOT NULL;

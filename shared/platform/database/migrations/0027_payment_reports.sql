-- What gateways reported of payments, taken over from webhook_events, which are removed after some weeks. Rows are added.
-- payment is the invoice, where the gateway has one: all attempts to collect it have the same. kind is paid, failed or
-- refunded; the amount of a refund is what was given back by it; reason is why an attempt failed, in the gateway's words,
-- else empty.
CREATE TABLE IF NOT EXISTS payment_reports (
    id              TEXT PRIMARY KEY,
    provider        TEXT NOT NULL,
    kind            TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    application     TEXT NOT NULL,
    payment         TEXT NOT NULL,
    currency        TEXT NOT NULL,
    amount          BIGINT NOT NULL,
    reason          TEXT NOT NULL,
    at              BIGINT NOT NULL,
    recorded_at     BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS payment_reports_at ON payment_reports (at);

CREATE INDEX IF NOT EXISTS payment_reports_of_organization ON payment_reports (organization_id, at);

CREATE INDEX IF NOT EXISTS payment_reports_of_payment ON payment_reports (payment);

-- Up to where the inbox was looked at, and the events that are to be looked at again: those that may still come into effect,
-- and refunds of payments that are not known.
CREATE TABLE IF NOT EXISTS payment_report_position (
    name        TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL,
    event       TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS payment_reports_awaited (
    event TEXT PRIMARY KEY
);

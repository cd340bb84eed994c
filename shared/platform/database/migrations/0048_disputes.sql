-- Disputes of payments, invoices and charges. amount is in the smallest unit of currency. evidence is a JSON list; resolution,
-- the last one, and card, the card dispute that opened it, are JSON objects. attempts counts the resolutions. tasks is what is
-- still to be done about changes: entries of the audit log, and what people are told.
CREATE TABLE IF NOT EXISTS disputes (
    id           TEXT PRIMARY KEY,
    tenant_id    TEXT NOT NULL,
    number       BIGINT NOT NULL,
    entity_id    TEXT,
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    payment      TEXT,
    amount       BIGINT NOT NULL,
    currency     TEXT NOT NULL,
    reason       TEXT NOT NULL,
    description  TEXT,
    status       TEXT NOT NULL,
    due_at       BIGINT,
    evidence     TEXT NOT NULL,
    resolution   TEXT,
    attempts     BIGINT NOT NULL,
    card         TEXT,
    opened_by    TEXT NOT NULL,
    opened_root  TEXT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    closed_at    BIGINT,
    tasks        TEXT NOT NULL,
    revision     BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS disputes_of_tenant ON disputes (tenant_id, created_at, id);

CREATE INDEX IF NOT EXISTS disputes_of_subject ON disputes (tenant_id, subject_kind, subject_id);

CREATE INDEX IF NOT EXISTS disputes_resolving ON disputes (updated_at, id) WHERE status = 'resolving';

CREATE INDEX IF NOT EXISTS disputes_with_tasks ON disputes (updated_at, id) WHERE tasks <> '[]';

-- What people write to disputes. visibility is internal or shared.
CREATE TABLE IF NOT EXISTS dispute_comments (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    dispute_id TEXT NOT NULL,
    visibility TEXT NOT NULL,
    body       TEXT NOT NULL,
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS dispute_comments_of_dispute ON dispute_comments (tenant_id, dispute_id, created_at, id);

-- What was captured of a payment, and all that was given back of it or is to be: refunds and card_disputes are JSON lists.
-- taken is the sum of the refunds that did not fail. captured is missing while the payment is not known.
CREATE TABLE IF NOT EXISTS refund_accounts (
    tenant_id     TEXT NOT NULL,
    payment       TEXT NOT NULL,
    provider      TEXT NOT NULL,
    currency      TEXT,
    captured      BIGINT,
    taken         BIGINT NOT NULL,
    is_barred     BIGINT NOT NULL,
    refunds       TEXT NOT NULL,
    card_disputes TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    revision      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, payment)
);

CREATE INDEX IF NOT EXISTS refund_accounts_of_payment ON refund_accounts (payment);

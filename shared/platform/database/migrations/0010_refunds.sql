-- What gateways said they gave back of payments. A refund may be told of before its payment, so it is written down first and
-- then held against whatever that payment spent. refund is what the gateway calls it, else what makes its event the same as
-- another delivery. amount is in the currency's smallest unit, and missing where all is given back that is left; is_total
-- says that it is all that was given back so far.
CREATE TABLE IF NOT EXISTS payment_refunds (
    tenant_id TEXT NOT NULL,
    payment   TEXT NOT NULL,
    refund    TEXT NOT NULL,
    amount    BIGINT,
    currency  TEXT,
    is_total  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, payment, refund)
);

CREATE INDEX IF NOT EXISTS payment_refunds_since ON payment_refunds (at);

-- step is reserve, settle, refund for the rest of what was spent, or refund:<refund> for one of several.
CREATE INDEX IF NOT EXISTS budget_ledger_settled_by ON budget_ledger (actor) WHERE step = 'settle';

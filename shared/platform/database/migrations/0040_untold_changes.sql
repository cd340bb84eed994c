-- What people are still to be told of a change, in the row of the change: 1, or the time after which another instance does it.
ALTER TABLE tenant_memberships ADD COLUMN untold BIGINT NOT NULL DEFAULT 0;

CREATE INDEX IF NOT EXISTS tenant_memberships_untold ON tenant_memberships (tenant_id, number) WHERE untold = 1;

ALTER TABLE approval_requests ADD COLUMN tell_due BIGINT;

CREATE INDEX IF NOT EXISTS approval_requests_untold ON approval_requests (tell_due) WHERE tell_due IS NOT NULL;

-- The code of an invitation, until the message to the invited is queued.
ALTER TABLE subscription_movements ADD COLUMN invitation_code TEXT;

-- Of a reservation the alerts that the rule asked for, JSON, until all alerts that follow from it are raised.
ALTER TABLE budget_ledger ADD COLUMN alerts TEXT;

ALTER TABLE budget_ledger ADD COLUMN alerts_due BIGINT;

CREATE INDEX IF NOT EXISTS budget_ledger_alerts ON budget_ledger (alerts_due) WHERE alerts_due IS NOT NULL;

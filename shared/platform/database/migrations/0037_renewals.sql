-- Of which end of a period the tenant was told that its subscription renews then.
ALTER TABLE tenants ADD COLUMN renewal_told BIGINT;

CREATE INDEX IF NOT EXISTS tenants_by_renewal ON tenants (subscription_status, subscription_period_end)
    WHERE subscription_period_end IS NOT NULL;

-- Subscriptions of seats that are there already get the job that tells of their renewal.
INSERT INTO jobs (id, kind, key, tenant_id, payload, due_at, attempts, created_at)
    SELECT 'job_renewal_' || subscription_id, 'subscriptions.tell_renewal', subscription_id, organization_id, 'null', 0, 0, 0
    FROM subscription_movements WHERE kind = 'created'
    ON CONFLICT (kind, key) DO NOTHING;

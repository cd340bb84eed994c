-- Indices by tenant, where what is one tenant's is listed or counted: without them each list reads what is everybody's.
-- What belongs to no tenant is left out: most events that gateways send mean nothing here.
CREATE INDEX IF NOT EXISTS api_keys_of_tenant ON api_keys (tenant_id, created_at, id) WHERE tenant_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS webhook_events_of_tenant ON webhook_events (tenant_id, received_at, id) WHERE tenant_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS rule_decisions_of_tenant ON rule_decisions (tenant_id, rule, decided_at, id)
    WHERE tenant_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS notifications_of_tenant ON notifications (tenant_id, created_at, id);

CREATE INDEX IF NOT EXISTS approval_delegations_newest ON approval_delegations (tenant_id, created_at, id);

CREATE INDEX IF NOT EXISTS payment_refunds_of_tenant ON payment_refunds (tenant_id, at, refund);

-- Whose subscription it is that a gateway tells of.
CREATE INDEX IF NOT EXISTS tenants_subscription ON tenants (erp_subscription_id);

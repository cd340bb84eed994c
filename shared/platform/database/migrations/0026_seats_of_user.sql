-- Whose seats are freed where a person's account at the identity provider is deleted.
CREATE INDEX IF NOT EXISTS subscription_movements_of_anybody ON subscription_movements (user_id, organization_id)
    WHERE user_id IS NOT NULL;

-- Tenants as organizations. A tenant's number counts all tenants from 1, in the order in which they were created; 0 is a
-- tenant that an older build made beside this one, which gets its number when it is read. timezone is an IANA name.
ALTER TABLE tenants ADD COLUMN number BIGINT NOT NULL DEFAULT 0;

ALTER TABLE tenants ADD COLUMN timezone TEXT NOT NULL DEFAULT 'UTC';

ALTER TABLE tenants ADD COLUMN stripe_customer_id TEXT;

UPDATE tenants SET number = counted.place
FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY created_at, id) AS place FROM tenants) AS counted
WHERE counted.id = tenants.id;

CREATE UNIQUE INDEX IF NOT EXISTS tenants_number ON tenants (number) WHERE number > 0;

CREATE UNIQUE INDEX IF NOT EXISTS tenants_stripe_customer ON tenants (stripe_customer_id) WHERE stripe_customer_id IS NOT NULL;

-- The organizations of a person.
CREATE INDEX IF NOT EXISTS tenant_memberships_of_user ON tenant_memberships (user_id, tenant_id, number);

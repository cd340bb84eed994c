-- Users as identity providers provisioned them by SCIM. user_id is the member of the tenant that each is; folded_name is
-- user_name in lower case; attributes is JSON: what the provider sent beyond the other columns.
CREATE TABLE IF NOT EXISTS scim_users (
    tenant_id   TEXT NOT NULL,
    id          TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    user_name   TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    external_id TEXT,
    active      BIGINT NOT NULL,
    attributes  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE UNIQUE INDEX IF NOT EXISTS scim_users_name ON scim_users (tenant_id, folded_name);

CREATE INDEX IF NOT EXISTS scim_users_external_id ON scim_users (tenant_id, external_id) WHERE external_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS scim_users_of_member ON scim_users (tenant_id, user_id);

CREATE INDEX IF NOT EXISTS scim_users_newest ON scim_users (tenant_id, created_at, id);

-- Connections of tenants to accounting systems. credentials (what the tenant gave) and tokens are sealed for tenant and
-- integration. tokens_version counts the tokens that there were; the last came at tokens_at. settings, companies (those that the tokens reach) and tasks
-- (what is still to be done about changes) are JSON. written_company is the company that documents were written to: no other
-- one follows it. Whoever renews the tokens holds lease until lease_until.
CREATE TABLE IF NOT EXISTS integrations (
    id              TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL,
    provider        TEXT NOT NULL,
    name            TEXT NOT NULL,
    environment     TEXT NOT NULL,
    status          TEXT NOT NULL,
    settings        TEXT NOT NULL,
    credentials     TEXT,
    tokens          TEXT,
    tokens_version  BIGINT NOT NULL,
    tokens_at       BIGINT,
    companies       TEXT NOT NULL,
    company_id      TEXT,
    company_name    TEXT,
    written_company TEXT,
    lease           TEXT,
    lease_until     BIGINT,
    problem         TEXT,
    connected_by    TEXT,
    connected_at    BIGINT,
    created_by      TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    tasks           TEXT NOT NULL,
    revision        BIGINT NOT NULL,
    UNIQUE (tenant_id, provider, name)
);

CREATE INDEX IF NOT EXISTS integrations_of_tenant ON integrations (tenant_id, created_at, id);

CREATE INDEX IF NOT EXISTS integrations_by_tokens ON integrations (status, tokens_at, id);

CREATE INDEX IF NOT EXISTS integrations_with_tasks ON integrations (updated_at, id) WHERE tasks <> '[]';

-- Consents that people were sent to a provider's page for. state is the SHA-256 of what comes back with them, in hex; verifier
-- is what proves the code to be theirs, sealed.
CREATE TABLE IF NOT EXISTS integration_consents (
    state          TEXT PRIMARY KEY,
    tenant_id      TEXT NOT NULL,
    integration_id TEXT NOT NULL,
    person         TEXT NOT NULL,
    verifier       TEXT,
    redirect_uri   TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS integration_consents_of_integration ON integration_consents (tenant_id, integration_id);

CREATE INDEX IF NOT EXISTS integration_consents_expiring ON integration_consents (expires_at);

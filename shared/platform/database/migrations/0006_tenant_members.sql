-- Who belongs to a tenant, and as what. Rows are added, never changed and never deleted: of each user the one with the
-- highest number counts, and all of them are the audit. A tenant's numbers count up by one, so of two changes that were
-- decided on the same state one finds its number taken. role is NULL where the user was removed.
CREATE TABLE IF NOT EXISTS tenant_memberships (
    tenant_id TEXT NOT NULL,
    number    BIGINT NOT NULL,
    user_id   TEXT NOT NULL,
    role      TEXT,
    before    TEXT,
    actor     TEXT NOT NULL,
    address   TEXT,
    at        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

CREATE INDEX IF NOT EXISTS tenant_memberships_by_user ON tenant_memberships (tenant_id, user_id, number);

-- What is known of the people behind the users, apart from the audit, so that it can be deleted.
CREATE TABLE IF NOT EXISTS tenant_people (
    tenant_id       TEXT NOT NULL,
    user_id         TEXT NOT NULL,
    email           TEXT,
    name            TEXT,
    erp_employee_id TEXT,
    department      TEXT,
    job_title       TEXT,
    provisioned_by  TEXT NOT NULL,
    joined_at       BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

-- What applications call a tenant.
CREATE TABLE IF NOT EXISTS tenant_external_ids (
    application  TEXT NOT NULL,
    external_org TEXT NOT NULL,
    tenant_id    TEXT NOT NULL,
    set_by       TEXT NOT NULL,
    set_at       BIGINT NOT NULL,
    PRIMARY KEY (application, external_org),
    UNIQUE (tenant_id, application)
);

-- What was done to tenants, beyond their members. Rows are added, never changed and never deleted. detail is JSON, and
-- holds nothing personal.
CREATE TABLE IF NOT EXISTS tenant_deeds (
    id        TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    action    TEXT NOT NULL,
    detail    TEXT NOT NULL,
    actor     TEXT NOT NULL,
    address   TEXT,
    at        BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS tenant_deeds_newest ON tenant_deeds (tenant_id, at, id);

-- Departments of a tenant's entities. Headcounts are in the row, each with the first day on which it holds.
CREATE TABLE IF NOT EXISTS departments (
    id              TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL,
    entity_id       TEXT NOT NULL,
    parent_id       TEXT,
    name            TEXT NOT NULL,
    code            TEXT,
    cost_center     TEXT,
    gl_code         TEXT,
    manager_user_id TEXT,
    headcounts      TEXT NOT NULL,
    status          TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    revision        BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS departments_codes ON departments (tenant_id, entity_id, code);
CREATE INDEX IF NOT EXISTS departments_by_tenant ON departments (tenant_id, created_at, id);

-- How often a department of the entity was moved in the tree, so that of two moves at once one is tried again.
CREATE TABLE IF NOT EXISTS department_trees (
    tenant_id TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    moves     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, entity_id)
);

-- What is split over departments, with all its shares, so that whatever changes them is one statement on one revision.
CREATE TABLE IF NOT EXISTS allocation_sources (
    tenant_id    TEXT NOT NULL,
    source       TEXT NOT NULL,
    allocations  TEXT NOT NULL,
    posted_to    TEXT,
    repost_due   BIGINT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    revision     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, source)
);

CREATE INDEX IF NOT EXISTS allocation_sources_due ON allocation_sources (repost_due) WHERE repost_due IS NOT NULL;

-- Which source has the allocation of a department. The source's row says whether and how it holds.
CREATE TABLE IF NOT EXISTS department_allocations (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL,
    department_id TEXT NOT NULL,
    source        TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS department_allocations_by_department
    ON department_allocations (tenant_id, department_id, created_at, id);

-- The lines of documents that were split, which never change. Each step of a document (its posting, what is given back of
-- it) takes the next number, so of two statements that begin at the same state one is refused.
CREATE TABLE IF NOT EXISTS allocation_lines (
    id            TEXT NOT NULL,
    tenant_id     TEXT NOT NULL,
    document      TEXT NOT NULL,
    step          BIGINT NOT NULL,
    number        BIGINT NOT NULL,
    action        TEXT NOT NULL,
    source        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    entity_id     TEXT,
    department_id TEXT,
    cost_center   TEXT,
    gl_code       TEXT,
    plan_id       TEXT,
    amount        BIGINT NOT NULL,
    currency      TEXT NOT NULL,
    date          TEXT NOT NULL,
    posted_at     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, document, step, number)
);

CREATE INDEX IF NOT EXISTS allocation_lines_by_tenant ON allocation_lines (tenant_id, posted_at, id);
CREATE INDEX IF NOT EXISTS allocation_lines_by_date ON allocation_lines (tenant_id, date);
CREATE INDEX IF NOT EXISTS allocation_lines_by_source ON allocation_lines (tenant_id, source, document);
CREATE INDEX IF NOT EXISTS allocation_lines_by_department ON allocation_lines (tenant_id, department_id, date);

-- Accounts of the general ledger. Empty texts stand for any department, plan or kind, so that each scope is there once.
CREATE TABLE IF NOT EXISTS gl_mappings (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL,
    kind          TEXT NOT NULL,
    department_id TEXT NOT NULL,
    plan_id       TEXT NOT NULL,
    gl_code       TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    revision      BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS gl_mappings_scopes ON gl_mappings (tenant_id, kind, department_id, plan_id);
CREATE INDEX IF NOT EXISTS gl_mappings_by_tenant ON gl_mappings (tenant_id, created_at, id);

-- Up to when what was billed has been posted.
CREATE TABLE IF NOT EXISTS allocation_feeds (
    name TEXT PRIMARY KEY,
    at   BIGINT NOT NULL
);

-- Invoices are followed in the order in which they change.
CREATE INDEX IF NOT EXISTS invoices_by_change ON invoices (updated_at, id);

-- People whom tenants write to. email_key is the address by which they are told apart. attributes is a JSON object, tags a
-- JSON list.
CREATE TABLE IF NOT EXISTS contacts (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    name       TEXT,
    email      TEXT,
    email_key  TEXT,
    phone      TEXT,
    attributes TEXT NOT NULL,
    tags       TEXT NOT NULL,
    timezone   TEXT,
    locale     TEXT,
    source     TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision   BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS contacts_by_email ON contacts (email_key, tenant_id);
CREATE UNIQUE INDEX IF NOT EXISTS contacts_by_phone ON contacts (phone, tenant_id);
CREATE INDEX IF NOT EXISTS contacts_by_tenant ON contacts (tenant_id, created_at, id);

-- Addresses that a tenant does not write to over a channel. Once the contact is erased, address is a hash of it.
CREATE TABLE IF NOT EXISTS contact_suppressions (
    id         TEXT PRIMARY KEY,
    tenant_id  TEXT NOT NULL,
    channel    TEXT NOT NULL,
    address    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS contact_suppressions_by_address ON contact_suppressions (tenant_id, address, channel);
CREATE INDEX IF NOT EXISTS contact_suppressions_by_tenant ON contact_suppressions (tenant_id, created_at, id);

-- What people did with messages, as Notify reports it; id is the webhook's. detail is a reply's text or a click's URL.
CREATE TABLE IF NOT EXISTS contact_events (
    id          TEXT NOT NULL,
    tenant_id   TEXT NOT NULL,
    contact_id  TEXT,
    kind        TEXT NOT NULL,
    channel     TEXT NOT NULL,
    message_id  TEXT,
    detail      TEXT,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (id, tenant_id)
);

CREATE INDEX IF NOT EXISTS contact_events_of_contact ON contact_events (contact_id, kind, occurred_at);
CREATE INDEX IF NOT EXISTS contact_events_oldest ON contact_events (received_at);

-- Files of contacts. columns is a JSON list; next_chunk is the first chunk that is still to be read.
CREATE TABLE IF NOT EXISTS contact_imports (
    id          TEXT PRIMARY KEY,
    tenant_id   TEXT NOT NULL,
    columns     TEXT NOT NULL,
    status      TEXT NOT NULL,
    total_rows  BIGINT NOT NULL,
    chunks      BIGINT NOT NULL,
    next_chunk  BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    updated     BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    error       TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE INDEX IF NOT EXISTS contact_imports_open ON contact_imports (created_at) WHERE finished_at IS NULL;
CREATE INDEX IF NOT EXISTS contact_imports_oldest ON contact_imports (created_at);

-- The records of a file, whole ones; line is the number of the first line. They are kept until they are read.
CREATE TABLE IF NOT EXISTS contact_import_chunks (
    import_id  TEXT NOT NULL,
    position   BIGINT NOT NULL,
    line       BIGINT NOT NULL,
    body       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (import_id, position)
);

CREATE INDEX IF NOT EXISTS contact_import_chunks_oldest ON contact_import_chunks (created_at);

CREATE TABLE IF NOT EXISTS contact_import_errors (
    import_id TEXT NOT NULL,
    line      BIGINT NOT NULL,
    field     TEXT NOT NULL,
    message   TEXT NOT NULL,
    PRIMARY KEY (import_id, line, field)
);

-- Campaigns. steps is a JSON list, variables and quiet_hours are JSON objects. version grows with each change of what messages
-- say or when they go out.
CREATE TABLE IF NOT EXISTS campaigns (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL,
    name          TEXT NOT NULL,
    description   TEXT,
    status        TEXT NOT NULL,
    version       BIGINT NOT NULL,
    steps         TEXT NOT NULL,
    variables     TEXT NOT NULL,
    stop_on_reply BIGINT NOT NULL,
    quiet_hours   TEXT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    activated_at  BIGINT,
    revision      BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS campaigns_by_tenant ON campaigns (tenant_id, created_at, id);

CREATE INDEX IF NOT EXISTS campaigns_active ON campaigns (id, tenant_id) WHERE status = 'active';

-- What a version says, JSON. It never changes.
CREATE TABLE IF NOT EXISTS campaign_versions (
    campaign_id TEXT NOT NULL,
    version     BIGINT NOT NULL,
    definition  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, version)
);

-- Contacts on their way through a version; version is 0 until the campaign is first activated. position counts the active
-- steps of the version that are behind. Delays count from base_at. due_at is when it is looked at next: none while it waits
-- for what becomes of the message message_id, and once it has ended; while a worker has it (lease), when that ends.
CREATE TABLE IF NOT EXISTS campaign_enrolments (
    id              TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL,
    campaign_id     TEXT NOT NULL,
    contact_id      TEXT NOT NULL,
    version         BIGINT NOT NULL,
    status          TEXT NOT NULL,
    reason          TEXT,
    position        BIGINT NOT NULL,
    base_at         BIGINT NOT NULL,
    scheduled_at    BIGINT,
    due_at          BIGINT,
    lease           TEXT,
    message_id      TEXT,
    steps_completed BIGINT NOT NULL,
    messages_sent   BIGINT NOT NULL,
    started_at      BIGINT NOT NULL,
    last_step_at    BIGINT,
    completed_at    BIGINT
);

CREATE INDEX IF NOT EXISTS campaign_enrolments_due ON campaign_enrolments (campaign_id, due_at) WHERE due_at IS NOT NULL;

CREATE UNIQUE INDEX IF NOT EXISTS campaign_enrolments_active ON campaign_enrolments (contact_id, campaign_id)
    WHERE status = 'active';

CREATE INDEX IF NOT EXISTS campaign_enrolments_of_contact ON campaign_enrolments (contact_id, campaign_id, started_at);

CREATE INDEX IF NOT EXISTS campaign_enrolments_by_status ON campaign_enrolments (campaign_id, status);

-- What became of each step of an enrolment, once. id is the message's. look_at is when the outbox is asked what became of it.
CREATE TABLE IF NOT EXISTS campaign_sends (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL,
    campaign_id   TEXT NOT NULL,
    enrolment_id  TEXT NOT NULL,
    contact_id    TEXT NOT NULL,
    step_id       TEXT NOT NULL,
    step_number   BIGINT NOT NULL,
    channel       TEXT NOT NULL,
    state         TEXT NOT NULL,
    reason        TEXT,
    look_at       BIGINT,
    queued_at     BIGINT NOT NULL,
    settled_at    BIGINT,
    replied_at    BIGINT,
    clicked_at    BIGINT
);

CREATE UNIQUE INDEX IF NOT EXISTS campaign_sends_of_enrolment ON campaign_sends (enrolment_id, step_id);

CREATE INDEX IF NOT EXISTS campaign_sends_open ON campaign_sends (look_at) WHERE look_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS campaign_sends_of_step ON campaign_sends (campaign_id, step_id, state);

-- What a message is about and for whom, and what became of it. body is JSON: of a message with an event_type, its recipient
-- and the event's data; of one without, what is sent to path. sealed is JSON that only the sender can read, and only until
-- the message is sent. send_at is when it was to be sent first, expires_at after when it is not sent any more. position is
-- its place in the feed of user_id. digest is the message that it is sent as a part of. status_at is when status last changed.
ALTER TABLE notifications ADD COLUMN event_type TEXT;
ALTER TABLE notifications ADD COLUMN channel TEXT;
ALTER TABLE notifications ADD COLUMN user_id TEXT;
ALTER TABLE notifications ADD COLUMN template TEXT;
ALTER TABLE notifications ADD COLUMN sealed TEXT;
ALTER TABLE notifications ADD COLUMN provider_id TEXT;
ALTER TABLE notifications ADD COLUMN digest TEXT;
ALTER TABLE notifications ADD COLUMN send_at BIGINT;
ALTER TABLE notifications ADD COLUMN expires_at BIGINT;
ALTER TABLE notifications ADD COLUMN sent_at BIGINT;
ALTER TABLE notifications ADD COLUMN status_at BIGINT;
ALTER TABLE notifications ADD COLUMN position BIGINT;
ALTER TABLE notifications ADD COLUMN replays BIGINT NOT NULL DEFAULT 0;

CREATE INDEX IF NOT EXISTS notifications_of_event ON notifications (tenant_id, event_id);

CREATE INDEX IF NOT EXISTS notifications_by_provider_id ON notifications (provider_id) WHERE provider_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS notifications_of_digest ON notifications (digest) WHERE digest IS NOT NULL;

CREATE UNIQUE INDEX IF NOT EXISTS notifications_feed ON notifications (tenant_id, user_id, position)
    WHERE position IS NOT NULL;

-- What tenants send in place of the templates that the edge has. The two mappings are JSON objects.
CREATE TABLE IF NOT EXISTS notification_mappings (
    tenant_id         TEXT NOT NULL,
    event_type        TEXT NOT NULL,
    channel           TEXT NOT NULL,
    template_name     TEXT,
    variable_mapping  TEXT NOT NULL,
    default_variables TEXT NOT NULL,
    description       TEXT,
    is_enabled        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, event_type, channel)
);

-- What people want to be told, and when. preferences is JSON.
CREATE TABLE IF NOT EXISTS notification_preferences (
    tenant_id   TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    preferences TEXT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

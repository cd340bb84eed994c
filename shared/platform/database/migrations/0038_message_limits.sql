-- is_limited is 0 for what is sent at once, whatever its tenant's limit: critical messages and entries of feeds.
ALTER TABLE notifications ADD COLUMN is_limited BIGINT NOT NULL DEFAULT 1;

UPDATE notifications SET is_limited = 0
    WHERE due_at IS NOT NULL AND (channel = 'IN_APP' OR event_type IN ('WORKSPACE_PASSWORD_RESET', 'WORKSPACE_LOGIN_ALERT',
        'WORKSPACE_PAYMENT_FAILED', 'WORKSPACE_OTP'));

CREATE INDEX IF NOT EXISTS notifications_lanes ON notifications (is_limited, tenant_id, due_at, id)
    WHERE due_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS notifications_by_expiry ON notifications (expires_at)
    WHERE expires_at IS NOT NULL AND due_at IS NOT NULL;

-- How many messages of a tenant were sent in a minute, counted from the epoch, and how many may be: per_minute. granted is
-- what the last sender got, claimed_at when that was.
CREATE TABLE IF NOT EXISTS notification_rates (
    tenant_id  TEXT PRIMARY KEY,
    minute     BIGINT NOT NULL,
    taken      BIGINT NOT NULL,
    granted    BIGINT NOT NULL,
    per_minute BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL
);

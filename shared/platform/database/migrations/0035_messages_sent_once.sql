-- When the sending began of a message that is sent at most once: whoever finds it set leaves the message alone.
ALTER TABLE notifications ADD COLUMN begun_at BIGINT;

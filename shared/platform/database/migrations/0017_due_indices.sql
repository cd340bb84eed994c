-- Most rows of both tables are settled when they are written, or soon after, and then due never: they are left out. Each index
-- has a new name because the old name stands for the old index.
CREATE INDEX IF NOT EXISTS webhook_events_open ON webhook_events (due_at) WHERE due_at IS NOT NULL;

DROP INDEX IF EXISTS webhook_events_due;

CREATE INDEX IF NOT EXISTS notifications_open ON notifications (due_at) WHERE due_at IS NOT NULL;

DROP INDEX IF EXISTS notifications_due;

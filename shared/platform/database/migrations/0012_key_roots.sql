-- Whom the chain of issuing of an API key began with: user:<sub> or key:<id>. NULL: the key was made by a build that
-- does not keep it; it is found by created_by when the key is next read.
ALTER TABLE api_keys ADD COLUMN root TEXT;

CREATE INDEX IF NOT EXISTS api_keys_by_maker ON api_keys (created_by);

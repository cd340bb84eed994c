-- When a key was last used, to within an hour.
ALTER TABLE api_keys ADD COLUMN last_used_at BIGINT;

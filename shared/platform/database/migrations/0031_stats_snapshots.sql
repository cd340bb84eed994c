-- The counters of the cache, as they stood at times: what happened between two times is the difference. carried holds what
-- counters had when the cache lost them; it is added to counts. One row a minute for an hour, one an hour for a month.
CREATE TABLE IF NOT EXISTS stats_snapshots (
    number    BIGINT PRIMARY KEY,
    taken_at  BIGINT NOT NULL,
    is_hourly BIGINT NOT NULL,
    counts    TEXT NOT NULL,
    carried   TEXT NOT NULL
);

-- An edge that is new has counted nothing yet; one that is not new may have counted for long.
INSERT INTO stats_snapshots (number, taken_at, is_hourly, counts, carried)
    SELECT 0, 0, 1, '{}', '{}' WHERE NOT EXISTS (SELECT 1 FROM jobs);

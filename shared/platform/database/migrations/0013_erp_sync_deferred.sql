-- Employees of whom a run cannot say yet who they are: somebody else had their address when their page was read.
CREATE TABLE IF NOT EXISTS erp_sync_deferred (
    run_id TEXT NOT NULL,
    erp_id TEXT NOT NULL,
    page   BIGINT NOT NULL,
    -- In small letters.
    email  TEXT NOT NULL,
    -- The employee, JSON.
    data   TEXT NOT NULL,
    PRIMARY KEY (run_id, erp_id)
);

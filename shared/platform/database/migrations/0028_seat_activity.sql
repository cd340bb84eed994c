-- Who used a seat on which day (counted from 1970, UTC): a row for each user and day. user_key stands for the user; who it
-- is cannot be read from it. Rows are removed after some months.
CREATE TABLE IF NOT EXISTS seat_activity (
    organization_id TEXT NOT NULL,
    application     TEXT NOT NULL,
    day             BIGINT NOT NULL,
    user_key        BIGINT NOT NULL,
    PRIMARY KEY (organization_id, application, day, user_key)
);

CREATE INDEX IF NOT EXISTS seat_activity_oldest ON seat_activity (day);

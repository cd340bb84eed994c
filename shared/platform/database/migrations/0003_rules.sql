-- Versions of rules. Rows are added, never changed and never deleted: with the activations they are the audit. The
-- version that was in force when one was made is its base, to tell what its author changed.
CREATE TABLE IF NOT EXISTS rule_versions (
    rule       TEXT NOT NULL,
    version    BIGINT NOT NULL,
    sha256     TEXT NOT NULL,
    script     TEXT NOT NULL,
    tests      TEXT,
    note       TEXT,
    author     TEXT NOT NULL,
    address    TEXT,
    base       BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (rule, version),
    UNIQUE (rule, sha256)
);

-- Which version was put in force when: the one with the highest number is. Rows are added, never changed and never
-- deleted. What was in force before is named twice: by its version, and by the number of its own activation, 0 where it
-- was in force without one. Both are NULL where there is nothing to go back to.
CREATE TABLE IF NOT EXISTS rule_activations (
    rule           TEXT NOT NULL,
    number         BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    replaced       BIGINT NOT NULL,
    before_version BIGINT,
    before_number  BIGINT,
    action         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    address        TEXT,
    activated_at   BIGINT NOT NULL,
    PRIMARY KEY (rule, number)
);

-- What rules decided. Input and outcome are JSON; word is what the outcome comes to, failure and place say why there is
-- none.
CREATE TABLE IF NOT EXISTS rule_decisions (
    id          TEXT PRIMARY KEY,
    rule        TEXT NOT NULL,
    version     BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    tenant_id   TEXT,
    actor       TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    input       TEXT NOT NULL,
    outcome     TEXT,
    word        TEXT NOT NULL,
    failure     TEXT,
    line        BIGINT,
    operations  BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    decided_at  BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS rule_decisions_newest ON rule_decisions (rule, decided_at, id);

CREATE INDEX IF NOT EXISTS rule_decisions_oldest ON rule_decisions (decided_at);

-- One-time codes, one for each tenant, phone and purpose: the last that was sent. code_mac is an HMAC under a key that is not
-- in the database.
CREATE TABLE IF NOT EXISTS otp_codes (
    tenant_id    TEXT NOT NULL,
    phone        TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    id           TEXT NOT NULL,
    code_mac     TEXT NOT NULL,
    attempts     BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    consumed_at  BIGINT,
    PRIMARY KEY (tenant_id, phone, purpose)
);

CREATE INDEX IF NOT EXISTS otp_codes_oldest ON otp_codes (expires_at);

-- How often codes were sent to a phone, from an address or for a tenant since began_at.
CREATE TABLE IF NOT EXISTS otp_sends (
    name     TEXT PRIMARY KEY,
    began_at BIGINT NOT NULL,
    sends    BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS otp_sends_oldest ON otp_sends (began_at);

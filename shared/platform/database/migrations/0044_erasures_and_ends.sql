-- Addresses of contacts who were erased, as hashes: an import that began before that does not make them again.
CREATE TABLE IF NOT EXISTS contact_erasures (
    tenant_id TEXT NOT NULL,
    address   TEXT NOT NULL,
    erased_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, address)
);

CREATE INDEX IF NOT EXISTS contact_erasures_of_tenant ON contact_erasures (tenant_id, erased_at);
CREATE INDEX IF NOT EXISTS contact_erasures_oldest ON contact_erasures (erased_at);

-- Which enrolments ended when, for those who remove them.
CREATE INDEX IF NOT EXISTS campaign_enrolments_ended ON campaign_enrolments (completed_at) WHERE completed_at IS NOT NULL;

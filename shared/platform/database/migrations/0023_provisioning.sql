-- The organisations that the ERP asked for, by its customer, and how far each has come: dns_records is NULL until the mail
-- service has made the domain, answer is NULL until everything is done. answer is what every later request for the same is
-- given.
CREATE TABLE IF NOT EXISTS provisioned_organizations (
    odoo_customer_id BIGINT PRIMARY KEY,
    domain           TEXT NOT NULL UNIQUE,
    domain_number    BIGINT NOT NULL UNIQUE,
    tenant_id        TEXT NOT NULL UNIQUE,
    admin_user_id    TEXT NOT NULL,
    fingerprint      TEXT NOT NULL,
    dns_records      TEXT,
    tenant_created   BIGINT NOT NULL,
    admin_created    BIGINT NOT NULL,
    answer           TEXT,
    created_at       BIGINT NOT NULL
);

-- E-mail accounts. Rows are added and never deleted, and a tenant's places count up by one, so of two accounts that were
-- decided on the same state one finds its place taken. status is pending, ready or refused; one that was refused takes neither
-- its address nor its quota, which is in bytes. The password is kept nowhere.
CREATE TABLE IF NOT EXISTS email_accounts (
    number        BIGINT PRIMARY KEY,
    tenant_id     TEXT NOT NULL,
    place         BIGINT NOT NULL,
    domain_number BIGINT NOT NULL,
    local_part    TEXT NOT NULL,
    quota         BIGINT NOT NULL,
    user_id       TEXT NOT NULL,
    status        TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (tenant_id, place)
);

CREATE UNIQUE INDEX IF NOT EXISTS email_accounts_address ON email_accounts (domain_number, local_part)
    WHERE status <> 'refused';

-- The ERP knows a tenant that it provisioned by its number.
ALTER TABLE tenants ADD COLUMN is_provisioned BIGINT NOT NULL DEFAULT 0;

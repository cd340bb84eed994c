-- When the first and the last payment of an invoice were made, the sum of those that gateways reported, and what was paid beyond
-- the total. NULL: nothing was, or an older build recorded the payments.
ALTER TABLE invoices ADD COLUMN first_paid_at BIGINT;

ALTER TABLE invoices ADD COLUMN last_paid_at BIGINT;

ALTER TABLE invoices ADD COLUMN paid_by_gateways BIGINT;

ALTER TABLE invoices ADD COLUMN overpaid BIGINT;

-- Invoices of which something is to be paid or was paid too much, those of a day, those that were paid or voided since a time:
-- for figures over all invoices of a tenant.
CREATE INDEX IF NOT EXISTS invoices_open ON invoices (tenant_id) WHERE state = 'open';

CREATE INDEX IF NOT EXISTS invoices_overpaid ON invoices (tenant_id) WHERE overpaid IS NOT NULL;

CREATE INDEX IF NOT EXISTS invoices_by_issue ON invoices (tenant_id, issue_date);

CREATE INDEX IF NOT EXISTS invoices_by_payment ON invoices (tenant_id, last_paid_at) WHERE amount_paid <> 0;

CREATE INDEX IF NOT EXISTS invoices_voided ON invoices (tenant_id, voided_at) WHERE voided_at IS NOT NULL;

-- The days that a charge is for, counted from 1970-01-01: from the first one to the day after the last one. NULL: it is for its
-- date alone.
ALTER TABLE entity_charges ADD COLUMN service_from BIGINT;

ALTER TABLE entity_charges ADD COLUMN service_to BIGINT;

CREATE INDEX IF NOT EXISTS entity_charges_by_date ON entity_charges (tenant_id, date);

CREATE INDEX IF NOT EXISTS entity_charges_by_service ON entity_charges (tenant_id, service_to) WHERE service_to IS NOT NULL;

-- Disputes that are not decided yet, or were decided since a time.
CREATE INDEX IF NOT EXISTS disputes_by_end ON disputes (tenant_id, closed_at);

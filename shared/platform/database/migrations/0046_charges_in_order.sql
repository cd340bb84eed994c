-- Charges are followed in the order in which they were posted.
CREATE INDEX IF NOT EXISTS entity_charges_in_order ON entity_charges (created_at, id);

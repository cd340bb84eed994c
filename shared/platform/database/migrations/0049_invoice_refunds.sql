-- What was given back of the payments of an invoice, a JSON list.
ALTER TABLE invoices ADD COLUMN refunds TEXT NOT NULL DEFAULT '[]';

-- Entries of the audit log that are still to be appended, JSON, in the row that changed.
ALTER TABLE departments ADD COLUMN untold TEXT NOT NULL DEFAULT '[]';

ALTER TABLE allocation_sources ADD COLUMN untold TEXT NOT NULL DEFAULT '[]';

ALTER TABLE gl_mappings ADD COLUMN untold TEXT NOT NULL DEFAULT '[]';

CREATE INDEX IF NOT EXISTS departments_untold ON departments (updated_at) WHERE untold <> '[]';
CREATE INDEX IF NOT EXISTS allocation_sources_untold ON allocation_sources (updated_at) WHERE untold <> '[]';
CREATE INDEX IF NOT EXISTS gl_mappings_untold ON gl_mappings (updated_at) WHERE untold <> '[]';

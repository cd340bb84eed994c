//! Imports in the database.

use edge_capabilities::Timestamp;
use edge_csv::BadLine;
use edge_database::{Conditions, DatabaseError, Db, Value, columns, read_all};

use super::file::File;
use super::model::{Import, ImportStatus, RowError};

/// The most errors that are kept of an import, and shown.
pub(crate) const MAX_ERRORS: i64 = 1_000;

/// Parts of a file that are stored in one statement.
const PARTS_AT_ONCE: usize = 2;

/// What came of a part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PartResult {
    pub(super) created: i64,
    pub(super) updated: i64,
    /// The records with errors.
    pub(super) failed: i64,
    pub(super) errors: Vec<BadLine>,
}

/// Imports in a database.
#[derive(Clone)]
pub(crate) struct Imports(pub(super) Db);

impl Imports {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores a file, and then the import of it: without that the file is as good as not there.
    pub(super) async fn insert(&self, import: &Import, file: &File<'_>) -> Result<(), DatabaseError> {
        let head = "INSERT INTO contact_import_chunks (import_id, position, line, body, created_at)";
        let parts: Vec<(i64, &(u64, &str))> = (0..).zip(&file.parts).collect();
        for some in parts.chunks(PARTS_AT_ONCE) {
            let row = |(position, (line, body)): &(i64, &(u64, &str))| {
                vec![
                    import.id.as_str().into(),
                    (*position).into(),
                    i64::try_from(*line).unwrap_or(i64::MAX).into(),
                    (*body).into(),
                    import.created_at.into(),
                ]
            };
            self.0.insert_rows(head, some.iter().map(row).collect(), "").await?;
        }
        self.0.insert(import).await
    }

    /// The import `id` of `tenant`.
    pub(crate) async fn find(&self, tenant: &str, id: &str) -> Result<Option<Import>, DatabaseError> {
        self.0.find(Conditions::of("id", id).and("tenant_id", tenant)).await
    }

    /// The import `id`, for the job.
    pub(super) async fn find_any(&self, id: &str) -> Result<Option<Import>, DatabaseError> {
        self.0.find(Conditions::of("id", id)).await
    }

    /// The first errors of the import `id`, by line.
    pub(crate) async fn errors(&self, id: &str) -> Result<Vec<RowError>, DatabaseError> {
        let order = format!("line, field LIMIT {MAX_ERRORS}");
        self.0.select(Conditions::of("import_id", id), &order).await
    }

    /// The part of `import` that is to be read next: the number of its first line, and the part.
    pub(super) async fn next_part(&self, import: &Import) -> Result<Option<(u64, String)>, DatabaseError> {
        let statement = "SELECT line, body FROM contact_import_chunks WHERE import_id = $1 AND position = $2";
        let rows = self.0.query(statement, &[import.id.as_str().into(), import.next_chunk.into()]).await?;
        let read = |row: &edge_capabilities::database::Row| {
            Ok((u64::try_from(row.integer(0)?).unwrap_or_default(), row.text(1)?.to_owned()))
        };
        rows.first().map(read).transpose()
    }

    /// Notes that the next part of `import` is read and what came of it, once; gives the import as it is now. None: another
    /// worker did.
    pub(super) async fn advance(
        &self,
        import: &Import,
        result: &PartResult,
        now: Timestamp,
    ) -> Result<Option<Import>, DatabaseError> {
        if import.failed < MAX_ERRORS && !result.errors.is_empty() {
            let head = "INSERT INTO contact_import_errors (import_id, line, field, message)";
            let row = |error: &BadLine| {
                vec![
                    import.id.as_str().into(),
                    i64::try_from(error.line).unwrap_or(i64::MAX).into(),
                    error.field.as_str().into(),
                    error.problem.as_str().into(),
                ]
            };
            let rows = result.errors.iter().map(row).collect();
            self.0.insert_rows(head, rows, "ON CONFLICT DO NOTHING").await?;
        }
        let statement = format!(
            "UPDATE contact_imports SET next_chunk = next_chunk + 1, status = 'running', created = created + $3,
                updated = updated + $4, failed = failed + $5, updated_at = $6
             WHERE id = $1 AND next_chunk = $2 AND finished_at IS NULL RETURNING {}",
            columns::<Import>()
        );
        let values: [Value; 6] = [
            import.id.as_str().into(),
            import.next_chunk.into(),
            result.created.into(),
            result.updated.into(),
            result.failed.into(),
            now.into(),
        ];
        Ok(read_all(&self.0.query(&statement, &values).await?)?.pop())
    }

    /// Notes that an import ended, and removes its file.
    pub(super) async fn finish(
        &self,
        id: &str,
        status: ImportStatus,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        self.remove_file(id).await?;
        let statement = "UPDATE contact_imports SET status = $2, error = $3, updated_at = $4, finished_at = $4
            WHERE id = $1 AND finished_at IS NULL";
        let values = [id.into(), status.as_str().into(), error.into(), now.into()];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Removes what is there of a file.
    pub(super) async fn remove_file(&self, id: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM contact_import_chunks WHERE import_id = $1", &[id.into()]).await.map(drop)
    }

    /// Up to `limit` imports that did not end.
    pub(super) async fn open(&self, limit: u32) -> Result<Vec<Import>, DatabaseError> {
        let order = format!("created_at LIMIT {limit}");
        self.0.select(Conditions::default().and_null("finished_at"), &order).await
    }

    /// Removes files without an import that were begun before `files`, and imports that were made before `imports`.
    pub(super) async fn remove_old(&self, files: Timestamp, imports: Timestamp) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM contact_import_chunks WHERE created_at < $1
            AND NOT EXISTS (SELECT 1 FROM contact_imports WHERE contact_imports.id = contact_import_chunks.import_id)";
        self.0.query(statement, &[files.into()]).await?;
        let old = "SELECT id FROM contact_imports WHERE created_at < $1 AND finished_at IS NOT NULL";
        let statement = format!("DELETE FROM contact_import_errors WHERE import_id IN ({old})");
        self.0.query(&statement, &[imports.into()]).await?;
        let statement = "DELETE FROM contact_imports WHERE created_at < $1 AND finished_at IS NOT NULL";
        self.0.query(statement, &[imports.into()]).await.map(drop)
    }
}

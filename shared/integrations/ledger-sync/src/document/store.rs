//! Rows of documents in the database. Whatever changes a row is one statement on one revision of it.

use std::collections::BTreeMap;

use edge_accounting::DocumentKind;
use edge_capabilities::Timestamp;
use edge_database::{Column as _, Conditions, Cursor, DatabaseError, Db, MAX_ROWS, Record as _, columns};
use serde::{Deserialize, Serialize};

use super::model::{DocumentRow, DocumentState, Seen};
use crate::error::SyncCode;

/// How many documents there are of each state, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts(pub(crate) BTreeMap<String, BTreeMap<String, i64>>);

/// What is left to do of a kind in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoundState {
    /// Nothing.
    Nothing,
    /// Something from this time on.
    Later(Timestamp),
}

/// Rows of documents.
#[derive(Clone)]
pub(crate) struct Documents(Db);

/// Which documents a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(crate) struct DocumentFilter {
    pub(crate) kind: Option<DocumentKind>,
    pub(crate) state: Option<DocumentState>,
    pub(crate) has_error: bool,
}

impl Documents {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Adds rows for those of `seen` that have none.
    pub(crate) async fn add(
        &self,
        (tenant, integration): (&str, &str),
        seen: Vec<Seen>,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        // No statement may write one row twice.
        let new: BTreeMap<_, _> = seen
            .into_iter()
            .map(|seen| DocumentRow::new(tenant, integration, seen, now))
            .map(|row| (row.id.clone(), row))
            .collect();
        let rows = new.values().map(edge_database::Record::values).collect::<Result<Vec<_>, _>>()?;
        let head = format!("INSERT INTO {} ({})", DocumentRow::TABLE, columns::<DocumentRow>());
        self.0.insert_rows(&head, rows, "ON CONFLICT DO NOTHING").await.map(drop)
    }

    /// Notes that invoices which are in the books were voided at the edge.
    pub(crate) async fn note_voided(
        &self,
        integration: &str,
        invoices: &[String],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let code = SyncCode::VoidedAfterSent;
        for ids in invoices.chunks(MAX_ROWS) {
            let (condition, mut values) = Conditions::of("integration_id", integration)
                .and("kind", DocumentKind::Invoice.as_str())
                .and("state", DocumentState::Sent.as_str())
                .and_null("error_code")
                .and_in("local_id", ids.iter().map(String::as_str))
                .into_parts();
            let first = values.len().saturating_add(1);
            values.extend([code.to_value()?, "The invoice was voided after it was sent.".into(), now.into()]);
            let statement = format!(
                "UPDATE ledger_documents SET error_code = ${first}, error = ${}, updated_at = ${}, revision = revision + 1
                 WHERE {condition}",
                first.saturating_add(1),
                first.saturating_add(2)
            );
            self.0.query_owned(&statement, values).await?;
        }
        Ok(())
    }

    /// Up to `limit` documents of `kind` that the run `run` is not done with, those whose time has come.
    pub(crate) async fn next(
        &self,
        integration: &str,
        kind: DocumentKind,
        run: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, DatabaseError> {
        let conditions = open(integration, kind, run).and_where("(retry_at IS NULL OR retry_at <= ?)", now);
        self.0.select(conditions, &format!("date, id LIMIT {limit}")).await
    }

    /// When the run `run` has to go on with `kind`.
    pub(crate) async fn left(
        &self,
        integration: &str,
        kind: DocumentKind,
        run: &str,
    ) -> Result<FoundState, DatabaseError> {
        let (condition, values) = open(integration, kind, run).into_parts();
        let statement = format!("SELECT COUNT(*), MIN(retry_at) FROM ledger_documents WHERE {condition}");
        let rows = self.0.query_owned(&statement, values).await?;
        let Some(row) = rows.first() else { return Ok(FoundState::Nothing) };
        if row.integer(0)? == 0 {
            return Ok(FoundState::Nothing);
        }
        Ok(FoundState::Later(Timestamp::from_millis(row.optional_integer(1)?.unwrap_or_default())))
    }

    /// Stores `row` unless it was changed since it was read; gives whether it did, and raises its revision.
    pub(crate) async fn store(&self, row: &mut DocumentRow) -> Result<bool, DatabaseError> {
        let fixed = ["tenant_id", "integration_id", "kind", "local_id", "source_id", "number", "date", "created_at"];
        let is_stored = self.0.update_if_revision(row, &["id"], &fixed).await?;
        if is_stored {
            row.revision = row.revision.saturating_add(1);
        }
        Ok(is_stored)
    }

    /// The rows of documents of `kind` with these local ids.
    pub(crate) async fn of_local_ids(
        &self,
        integration: &str,
        kind: DocumentKind,
        ids: &[String],
    ) -> Result<Vec<DocumentRow>, DatabaseError> {
        let mut found = Vec::new();
        for ids in ids.chunks(MAX_ROWS) {
            let of = Conditions::of("integration_id", integration)
                .and("kind", kind.as_str())
                .and_in("local_id", ids.iter().map(String::as_str));
            found.extend(self.0.select(of, "id").await?);
        }
        Ok(found)
    }

    /// Up to `limit` documents of an integration, newest first.
    pub(crate) async fn list(
        &self,
        (tenant, integration): (&str, &str),
        filter: &DocumentFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, DatabaseError> {
        let conditions = Conditions::of("integration_id", integration)
            .and("tenant_id", tenant)
            .and_if("kind", filter.kind.map(DocumentKind::as_str))
            .and_if("state", filter.state.map(DocumentState::as_str));
        let conditions = if filter.has_error { conditions.and_where("error_code <> ?", "") } else { conditions };
        self.0.page(conditions, "created_at", cursor, limit).await
    }

    /// Up to `limit` documents of `kind` that are not in the books, from after `(date, id)`, in the order in which they are
    /// sent.
    pub(crate) async fn unsent_after(
        &self,
        integration: &str,
        kind: DocumentKind,
        (date, id): (&str, &str),
        limit: u32,
    ) -> Result<Vec<DocumentRow>, DatabaseError> {
        let statement = format!(
            "SELECT {} FROM ledger_documents WHERE integration_id = $1 AND kind = $2
                AND state NOT IN ('sent', 'cancelled') AND (date > $3 OR (date = $3 AND id > $4))
             ORDER BY date, id LIMIT {limit}",
            columns::<DocumentRow>()
        );
        let values = vec![integration.into(), kind.as_str().into(), date.into(), id.into()];
        edge_database::read_all(&self.0.query_owned(&statement, values).await?)
    }

    /// How many documents there are of each kind and state; of a run, those alone that it is done with.
    pub(crate) async fn counts(&self, integration: &str, run: Option<&str>) -> Result<Counts, DatabaseError> {
        let (condition, values) = Conditions::of("integration_id", integration).and_if("settled_run", run).into_parts();
        let statement =
            format!("SELECT kind, state, COUNT(*) FROM ledger_documents WHERE {condition} GROUP BY kind, state");
        let mut counts = Counts::default();
        for row in self.0.query_owned(&statement, values).await? {
            let of_kind = counts.0.entry(row.text(0)?.to_owned()).or_default();
            of_kind.insert(row.text(1)?.to_owned(), row.integer(2)?);
        }
        Ok(counts)
    }
}

/// What the run `run` is not done with of `kind`.
fn open(integration: &str, kind: DocumentKind, run: &str) -> Conditions {
    Conditions::of("integration_id", integration)
        .and("kind", kind.as_str())
        .and_where("state NOT IN ('sent', 'cancelled') AND (settled_run IS NULL OR settled_run <> ?)", run)
}

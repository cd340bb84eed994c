//! The rows of a report, page after page. Each page begins after the last row of the one before, so that no more than a page
//! is in memory, and what comes in meanwhile neither repeats nor hides a row that was there.

use edge_capabilities::database::Row;
use edge_database::{DatabaseError, Db};

use crate::plan::Plan;
use crate::statement;

/// Rows of a page. Each page is one statement, which groups all records that are left: fewer pages are faster, and a page of
/// ten columns takes some 10 MiB. Tests turn more pages.
const PAGE: u32 = if cfg!(debug_assertions) { 2_500 } else { 25_000 };

/// The rows of a report.
pub(crate) struct Rows {
    db: Db,
    pub(crate) plan: Plan,
    tenant: String,
    last: Option<Row>,
    /// How many rows may still come.
    left: u32,
    is_done: bool,
}

impl Rows {
    /// The rows of `plan` for `tenant`, up to `most`.
    pub(crate) fn new(db: &Db, plan: Plan, tenant: &str, most: u32) -> Self {
        Self { db: db.clone(), plan, tenant: tenant.to_owned(), last: None, left: most, is_done: false }
    }

    /// The next page; empty: there is none.
    pub(crate) async fn next(&mut self) -> Result<Vec<Row>, DatabaseError> {
        if self.is_done || self.left == 0 {
            return Ok(Vec::new());
        }
        let count = self.left.min(PAGE);
        let dialect = self.db.dialect().await?;
        let page = statement::page(&self.plan, &self.tenant, dialect, self.last.as_ref(), count);
        let rows = self.db.query_owned(&page.text, page.values).await?;
        let found = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        self.left = self.left.saturating_sub(found);
        self.is_done = found < count;
        self.last = rows.last().cloned();
        Ok(rows)
    }
}

//! The database: SQL state that must not be lost. Migrations create and change its tables. They run before the first
//! statement of an instance, and once, however many instances start together.

mod health;
mod migrations;
mod records;
mod relation;
mod retention;
mod runner;
mod statement;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use edge_capabilities::Database;
use edge_capabilities::database::Row;

pub use edge_capabilities::database::{Cursor, DatabaseError, Dialect, Value};
pub use health::{CLOCK_TOLERANCE, ClockState};
pub use records::{
    Column, Conditions, Fields, MAX_ROWS, Record, changed_rows, columns, places, read_all, retry_on_conflict,
};
pub use relation::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Reference, Relation};

/// A migration that was not yet applied to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingMigration {
    /// Its position in the order of migrations, from 1.
    pub version: i64,
    /// The name of its file.
    pub name: &'static str,
}

/// The migrations that were not yet applied to `database`. An error also if a newer build changed the database, and this
/// build cannot work with the change or cannot know whether it can.
pub async fn pending_migrations(database: &dyn Database) -> Result<Vec<PendingMigration>, DatabaseError> {
    let missing = runner::missing(database, migrations::ALL).await?;
    let all = migrations::numbered(migrations::ALL);
    let pending = all.filter(|(version, _)| missing.contains(version));
    Ok(pending.map(|(version, migration)| PendingMigration { version, name: migration.name }).collect())
}

/// The database of the edge, with all its tables.
#[derive(Clone)]
pub struct Db {
    database: Arc<dyn Database>,
    /// Whether this instance knows that all migrations were applied.
    is_prepared: Arc<AtomicBool>,
}

impl Db {
    /// The database behind `database`.
    pub fn new(database: Arc<dyn Database>) -> Self {
        Self { database, is_prepared: Arc::default() }
    }

    /// Runs one statement atomically and returns all its rows. `parameters` are the values of `$1`, `$2`, ….
    pub async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        self.prepare().await?;
        self.database.query(statement, parameters).await
    }

    /// As [`Db::query`], with parameters that need not be copied.
    pub async fn query_owned(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        self.prepare().await?;
        self.database.query_owned(statement, parameters).await
    }

    /// Which database this is, for the few statements that one of them needs otherwise.
    pub async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        self.database.dialect().await
    }

    /// The next number of the sequence `name`, from 1, greater than all numbers before it.
    pub async fn next_number(&self, name: &str) -> Result<i64, DatabaseError> {
        self.next_numbers(name, 1).await
    }

    /// The last of the next `count` numbers of the sequence `name`.
    pub async fn next_numbers(&self, name: &str, count: i64) -> Result<i64, DatabaseError> {
        let statement = "INSERT INTO sequences (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = sequences.value + excluded.value RETURNING value";
        let rows = self.query(statement, &[name.into(), count.into()]).await?;
        rows.first().ok_or_else(|| DatabaseError::Refused("RETURNING gave no row".into()))?.integer(0)
    }

    /// Applies the migrations, unless this instance has done so.
    pub async fn prepare(&self) -> Result<(), DatabaseError> {
        if !self.is_prepared.load(Ordering::Relaxed) {
            // Several requests may do this at the same time.
            self.migrate().await?;
            self.is_prepared.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Boxed and never inlined: as part of every future that runs a statement, the migrations' code would be in a program
    /// once for each crate that does.
    #[cold]
    #[inline(never)]
    fn migrate(&self) -> Pin<Box<dyn Future<Output = Result<(), DatabaseError>> + Send + '_>> {
        Box::pin(runner::migrate(&*self.database, migrations::ALL))
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::MemoryDatabase;

    use super::*;

    #[tokio::test]
    async fn twenty_first_statements_together_find_the_tables_is_prepared() {
        let database = Arc::new(MemoryDatabase::new());
        let first = async |_| {
            let db = Db::new(database.clone());
            db.query("SELECT COUNT(*) FROM api_keys", &[]).await.unwrap()[0].integer(0).unwrap()
        };
        let counts = futures::future::join_all((0..20).map(first)).await;
        assert_eq!(counts, [0; 20]);
        assert_eq!(runner::missing(&*database, migrations::ALL).await, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn a_database_that_was_down_is_prepared_when_it_is_back() {
        let database = Arc::new(MemoryDatabase::new());
        let db = Db::new(database.clone());
        database.set_down(true);
        assert!(matches!(db.prepare().await, Err(DatabaseError::Unavailable(_))));
        database.set_down(false);
        db.prepare().await.unwrap();
    }
}

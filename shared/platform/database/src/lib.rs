//! The database: SQL state that must not be lost. Its tables are made and changed by migrations, which run by
//! themselves before the first statement of an instance, and once, however many instances start together.

mod health;
mod migrations;
mod records;
mod retention;
mod runner;
mod statement;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use edge_capabilities::Database;
use edge_capabilities::database::Row;

pub use edge_capabilities::database::{Cursor, DatabaseError, Value};
pub use health::{CLOCK_TOLERANCE, ClockState};
pub use records::{Column, Conditions, Fields, MAX_ROWS, Record, columns, places, read_all, retry_on_conflict};

/// A migration that a database has not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingMigration {
    /// Its place in the order of migrations, from 1.
    pub version: i64,
    /// The name of its file.
    pub name: &'static str,
}

/// The migrations that `database` has not seen. An error also where a newer build changed it in a way that this build
/// cannot work with, or cannot know to.
pub async fn pending_migrations(database: &dyn Database) -> Result<Vec<PendingMigration>, DatabaseError> {
    let missing = runner::missing(database, migrations::ALL).await?;
    let all = migrations::numbered(migrations::ALL);
    let pending = all.filter(|(version, _)| missing.contains(version));
    Ok(pending.map(|(version, migration)| PendingMigration { version, name: migration.name }).collect())
}

/// The database of the edge, with all its tables in place.
#[derive(Clone)]
pub struct Db {
    database: Arc<dyn Database>,
    /// Whether this instance has seen the tables in place.
    in_place: Arc<AtomicBool>,
}

impl Db {
    /// The database kept in `database`.
    pub fn new(database: Arc<dyn Database>) -> Self {
        Self { database, in_place: Arc::default() }
    }

    /// Runs one statement, atomically, and gives all its rows. `parameters` stand for `$1`, `$2`, ….
    pub async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        self.prepare().await?;
        self.database.query(statement, parameters).await
    }

    /// The next number of the sequence `name`, from 1: above every number that was given before.
    pub async fn next_number(&self, name: &str) -> Result<i64, DatabaseError> {
        let statement = "INSERT INTO sequences (name, value) VALUES ($1, 1)
            ON CONFLICT (name) DO UPDATE SET value = sequences.value + 1 RETURNING value";
        let rows = self.query(statement, &[name.into()]).await?;
        rows.first().ok_or_else(|| DatabaseError::Refused("RETURNING gave no row".into()))?.integer(0)
    }

    /// Makes sure that the tables are in place.
    pub async fn prepare(&self) -> Result<(), DatabaseError> {
        if !self.in_place.load(Ordering::Relaxed) {
            // Several may come here together.
            runner::migrate(&*self.database, migrations::ALL).await?;
            self.in_place.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::MemoryDatabase;

    use super::*;

    #[tokio::test]
    async fn twenty_first_statements_together_find_the_tables_in_place() {
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

//! The record: SQL state that must not be lost. Its tables are made and changed by migrations, which run by
//! themselves before the first statement of an instance, and once, however many instances start together.

mod migrations;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use edge_capabilities::Database;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value};

/// The record of the edge, with all its tables in place.
#[derive(Clone)]
pub struct Record {
    database: Arc<dyn Database>,
    /// Whether this instance has seen the tables in place.
    in_place: Arc<AtomicBool>,
}

impl Record {
    /// The record kept in `database`.
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
            // Several may come here together: each statement of a migration may run again.
            migrate(&*self.database).await?;
            self.in_place.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

async fn migrate(database: &dyn Database) -> Result<(), DatabaseError> {
    if applied(database).await >= Some(migrations::LATEST) {
        return Ok(());
    }
    match database.dialect().await? {
        Dialect::Postgres => {
            for migration in migrations::ALL {
                database.query(&migrations::for_postgres(migration), &[]).await?;
            }
        }
        Dialect::Sqlite => {
            // Readers beside the writer. It stays with the file; while others hold the file it cannot be changed, and
            // then they have changed it.
            let _ = database.query("PRAGMA journal_mode = WAL", &[]).await;
            for migration in migrations::ALL {
                for statement in migrations::for_sqlite(migration) {
                    database.query(&statement, &[]).await?;
                }
            }
        }
    }
    Ok(())
}

/// The newest migration that the database has seen; None where it has seen none or cannot say.
async fn applied(database: &dyn Database) -> Option<i64> {
    let rows = database.query("SELECT MAX(version) FROM schema_migrations", &[]).await.ok()?;
    rows.first()?.optional_integer(0).ok()?
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::MemoryDatabase;

    use super::*;

    #[tokio::test]
    async fn twenty_first_statements_together_find_the_tables_in_place() {
        let database = Arc::new(MemoryDatabase::new());
        let first = async |_| {
            let record = Record::new(database.clone());
            record.query("SELECT COUNT(*) FROM api_keys", &[]).await.unwrap()[0].integer(0).unwrap()
        };
        let counts = futures::future::join_all((0..20).map(first)).await;
        assert_eq!(counts, [0; 20]);
        assert_eq!(applied(&*database).await, Some(migrations::LATEST));
    }

    #[tokio::test]
    async fn a_database_that_was_down_is_prepared_when_it_is_back() {
        let database = Arc::new(MemoryDatabase::new());
        let record = Record::new(database.clone());
        database.set_down(true);
        assert!(matches!(record.prepare().await, Err(DatabaseError::Unavailable(_))));
        database.set_down(false);
        record.prepare().await.unwrap();
    }
}

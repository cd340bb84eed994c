//! The application's database, for the host itself. Components reach it through Spin's interfaces.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use async_trait::async_trait;
use edge_capabilities::Database;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value, postgres, sqlite};

use crate::capabilities::postgres::Pools;

/// A SQLite file, or nothing where a file is only looked for.
pub(super) struct Sqlite(Mutex<rusqlite::Connection>);

impl Sqlite {
    /// The database at `path`; where there is no file it is created, or an empty database in memory takes its place.
    pub(super) fn open(path: &Path, create: bool) -> anyhow::Result<Self> {
        let connection = if path.exists() || create {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)
                    .with_context(|| format!("cannot create the folder {}", parent.display()))?;
            }
            rusqlite::Connection::open(path)
        } else {
            rusqlite::Connection::open_in_memory()
        };
        Ok(Self(Mutex::new(connection.with_context(|| format!("cannot open the database {}", path.display()))?)))
    }
}

#[async_trait]
impl Database for Sqlite {
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        sqlite::query(&self.0.lock().unwrap_or_else(PoisonError::into_inner), statement, parameters)
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(Dialect::Sqlite)
    }
}

/// A PostgreSQL database.
pub(super) struct Postgres(deadpool_postgres::Object);

impl Postgres {
    /// A connection to the database at `url`.
    pub(super) async fn connect(url: &str) -> anyhow::Result<Self> {
        Ok(Self(Pools::default().connect(url).await.context("cannot connect to database_url")?))
    }
}

#[async_trait]
impl Database for Postgres {
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        postgres::query(&self.0, statement, parameters).await
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(Dialect::Postgres)
    }
}

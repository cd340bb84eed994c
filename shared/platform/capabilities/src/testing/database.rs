use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::types::{Value as Sqlite, ValueRef};

use crate::Database;
use crate::database::{DatabaseError, Dialect, Row, Value, numbered_parameters};

/// A database in memory: SQLite, the same engine that Spin runs.
pub struct MemoryDatabase {
    connection: Mutex<Option<rusqlite::Connection>>,
    down: AtomicBool,
    hanging: AtomicBool,
    full: AtomicBool,
    asked: AtomicU64,
}

impl Default for MemoryDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryDatabase {
    /// An empty record.
    pub fn new() -> Self {
        Self {
            connection: Mutex::new(rusqlite::Connection::open_in_memory().ok()),
            down: AtomicBool::new(false),
            hanging: AtomicBool::new(false),
            full: AtomicBool::new(false),
            asked: AtomicU64::new(0),
        }
    }

    /// Makes every statement fail as unavailable, or work again.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Makes every statement wait, as a server that is frozen does, or goes on with those that wait.
    pub fn set_hanging(&self, hanging: bool) {
        self.hanging.store(hanging, Ordering::SeqCst);
    }

    /// How many statements it was asked to run so far.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// Makes every write fail as where the disk is full, or work again.
    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    fn run(&self, statement: &str, parameters: &[Value]) -> rusqlite::Result<Vec<Row>> {
        let guard = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = guard.as_ref().ok_or(rusqlite::Error::InvalidQuery)?;
        let mut prepared = connection.prepare(&numbered_parameters(statement))?;
        let parameters = parameters.iter().map(|value| match value {
            Value::Null => Sqlite::Null,
            Value::Integer(integer) => Sqlite::Integer(*integer),
            Value::Text(text) => Sqlite::Text(text.clone()),
        });
        let columns = prepared.column_count();
        let mut found = prepared.query(rusqlite::params_from_iter(parameters))?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let values = (0..columns).map(|index| {
                Ok(match row.get_ref(index)? {
                    ValueRef::Integer(integer) => Value::Integer(integer),
                    ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                    _ => Value::Null,
                })
            });
            rows.push(Row(values.collect::<rusqlite::Result<_>>()?));
        }
        Ok(rows)
    }
}

#[async_trait]
impl Database for MemoryDatabase {
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        while self.hanging.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if self.down.load(Ordering::SeqCst) {
            return Err(DatabaseError::Unavailable("told to fail".into()));
        }
        if self.full.load(Ordering::SeqCst) && !statement.trim_start().starts_with("SELECT") {
            return Err(DatabaseError::from_sqlite("database or disk is full"));
        }
        self.run(statement, parameters).map_err(|error| DatabaseError::from_sqlite(&error.to_string()))
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(Dialect::Sqlite)
    }
}

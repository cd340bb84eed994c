use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::Database;
use crate::database::{DatabaseError, Dialect, Row, Value, sqlite};

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
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = || DatabaseError::Unavailable("SQLite opens no database in memory".into());
        sqlite::query(connection.as_ref().ok_or_else(closed)?, statement, parameters)
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(Dialect::Sqlite)
    }
}

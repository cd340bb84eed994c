//! The SQLite file: API keys and verdicts.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

/// How long a key is used before it is read again, as in the edge.
const RECHECK: Duration = Duration::from_millis(300);

const KEY: &str = "SELECT secret_sha256, scopes, applications, expires_at FROM api_keys WHERE id = ?1";
const VERDICT: &str = "SELECT v.seat_id, v.seat_status, v.subscription_status, v.period_end, v.version, v.as_of,
        v.fresh_until, v.fence = f.number
    FROM verdicts v JOIN fences f ON f.organization = v.organization
    WHERE v.application = ?1 AND v.external_org = ?2 AND v.user = ?3";

thread_local! {
    static CONNECTION: OnceCell<Connection> = const { OnceCell::new() };
}

#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) secret_sha256: String,
    pub(crate) scopes: String,
    pub(crate) applications: String,
    /// Milliseconds since 1970.
    pub(crate) expires_at: Option<i64>,
}

/// A verdict as it is stored; instants in milliseconds since 1970.
pub(crate) struct Stored {
    pub(crate) seat_id: String,
    pub(crate) seat_status: String,
    pub(crate) subscription_status: String,
    pub(crate) period_end: i64,
    pub(crate) version: i64,
    pub(crate) as_of: i64,
    pub(crate) fresh_until: i64,
    /// Whether the organisation's fence is still the one it was read under.
    pub(crate) stands: bool,
}

pub(crate) struct Store {
    path: PathBuf,
    keys: Mutex<HashMap<String, (Key, Instant)>>,
}

impl Store {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, keys: Mutex::default() }
    }

    /// Each thread reads by a connection of its own.
    fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        CONNECTION.with(|cell| {
            if let Some(connection) = cell.get() {
                return work(connection);
            }
            let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
            work(cell.get_or_init(|| connection))
        })
    }

    pub(crate) fn key(&self, id: &str) -> rusqlite::Result<Option<Key>> {
        let lock = || self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((key, read_at)) = lock().get(id)
            && read_at.elapsed() < RECHECK
        {
            return Ok(Some(key.clone()));
        }
        let read = self.with(|connection| {
            let key = |row: &rusqlite::Row<'_>| {
                Ok(Key {
                    secret_sha256: row.get(0)?,
                    scopes: row.get(1)?,
                    applications: row.get(2)?,
                    expires_at: row.get(3)?,
                })
            };
            connection.prepare_cached(KEY)?.query_row(params![id], key).optional()
        })?;
        if let Some(key) = &read {
            lock().insert(id.to_owned(), (key.clone(), Instant::now()));
        }
        Ok(read)
    }

    pub(crate) fn verdict(
        &self,
        application: &str,
        organisation: &str,
        user: &str,
    ) -> rusqlite::Result<Option<Stored>> {
        self.with(|connection| {
            let stored = |row: &rusqlite::Row<'_>| {
                Ok(Stored {
                    seat_id: row.get(0)?,
                    seat_status: row.get(1)?,
                    subscription_status: row.get(2)?,
                    period_end: row.get(3)?,
                    version: row.get(4)?,
                    as_of: row.get(5)?,
                    fresh_until: row.get(6)?,
                    stands: row.get(7)?,
                })
            };
            connection.prepare_cached(VERDICT)?.query_row(params![application, organisation, user], stored).optional()
        })
    }
}

//! A key-value store in a SQLite file, with the table and the encodings of Spin's, so that either host can go on with
//! the other's file.
//!
//! Readers share nothing but a pool of connections (write-ahead logging lets them run beside the writer). One thread
//! writes: whatever waits for it goes into one transaction, so that a burst of writes costs one commit.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::oneshot;

use super::Store;

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL,
    key   TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (store, key)
) WITHOUT ROWID";
const GET: &str = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2";
const SET: &str = "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3)
    ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";
const DELETE: &str = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2";
const KEYS: &str = "SELECT key FROM spin_key_value WHERE store = ?1";

/// The most writes that share one transaction: bounds how long the first of them waits.
const BATCH: usize = 256;

/// One label of one file.
pub(super) struct SqliteStore {
    label: String,
    file: Arc<File>,
}

struct File {
    path: std::path::PathBuf,
    readers: Mutex<Vec<Connection>>,
    writer: mpsc::Sender<Job>,
    /// A store without a path lives in a temporary folder that goes with it.
    _temporary: Option<tempfile::TempDir>,
}

struct Job {
    label: String,
    write: Write,
    done: oneshot::Sender<anyhow::Result<i64>>,
}

enum Write {
    Set(Vec<(String, Vec<u8>)>),
    Delete(Vec<String>),
    Increment(String, i64),
    Swap(String, Option<Vec<u8>>, Vec<u8>),
}

impl Write {
    /// Counters order what other machines do and swaps decide races: these must outlive a loss of power.
    fn must_be_on_disk(&self) -> bool {
        matches!(self, Self::Increment(..) | Self::Swap(..))
    }
}

impl SqliteStore {
    pub(super) fn open(label: &str, path: Option<&Path>) -> anyhow::Result<Self> {
        let temporary = path.is_none().then(tempfile::tempdir).transpose()?;
        let path = match (path, &temporary) {
            (Some(path), _) => path.to_owned(),
            (None, Some(folder)) => folder.path().join("key_value.db"),
            (None, None) => return Err(anyhow!("a store needs a path or a temporary folder")),
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
        }
        let connection =
            connect(&path).with_context(|| format!("cannot open the key-value store {}", path.display()))?;
        connection.execute_batch(SCHEMA)?;
        let (writer, jobs) = mpsc::channel();
        std::thread::Builder::new().name(format!("kv-{label}")).spawn(move || write_all(connection, &jobs))?;
        let file = File { path, readers: Mutex::default(), writer, _temporary: temporary };
        Ok(Self { label: label.to_owned(), file: Arc::new(file) })
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> anyhow::Result<T> {
        let idle = self.file.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.file.path)?,
        };
        let result = read(&connection);
        self.file.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(result?)
    }

    async fn write(&self, write: Write) -> anyhow::Result<i64> {
        let (done, result) = oneshot::channel();
        let job = Job { label: self.label.clone(), write, done };
        self.file.writer.send(job).map_err(|_| anyhow!("the writer of the key-value store is gone"))?;
        result.await.map_err(|_| anyhow!("the writer of the key-value store is gone"))?
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Reads of a large store go through the page cache of the system, without a copy or a call for each page.
    connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    Ok(connection)
}

fn write_all(mut connection: Connection, jobs: &mpsc::Receiver<Job>) {
    let mut synchronous = "NORMAL";
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(BATCH));
        let wanted = if batch.iter().any(|job| job.write.must_be_on_disk()) { "FULL" } else { "NORMAL" };
        if wanted != synchronous && connection.pragma_update(None, "synchronous", wanted).is_ok() {
            synchronous = wanted;
        }
        let result = commit(&mut connection, &batch);
        match result {
            Ok(outcomes) => {
                for (job, outcome) in batch.into_iter().zip(outcomes) {
                    let _ = job.done.send(outcome);
                }
            }
            Err(error) => {
                for job in batch {
                    let _ = job.done.send(Err(anyhow!("{error}")));
                }
            }
        }
    }
}

/// Runs the batch in one transaction. The inner results are those of writes that were refused without having changed
/// anything; the outer error means that nothing of the batch was kept.
fn commit(connection: &mut Connection, batch: &[Job]) -> rusqlite::Result<Vec<anyhow::Result<i64>>> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let outcomes =
        batch.iter().map(|job| apply(&transaction, &job.label, &job.write)).collect::<rusqlite::Result<_>>()?;
    transaction.commit()?;
    Ok(outcomes)
}

fn apply(connection: &Connection, label: &str, write: &Write) -> rusqlite::Result<anyhow::Result<i64>> {
    match write {
        Write::Set(entries) => {
            for (key, value) in entries {
                set(connection, label, key, value)?;
            }
            Ok(Ok(0))
        }
        Write::Delete(keys) => {
            for key in keys {
                connection.prepare_cached(DELETE)?.execute(params![label, key])?;
            }
            Ok(Ok(0))
        }
        Write::Increment(key, delta) => {
            let sum = match get(connection, label, key)? {
                None => Some(*delta),
                Some(bytes) => match <[u8; 8]>::try_from(bytes) {
                    Ok(bytes) => i64::from_le_bytes(bytes).checked_add(*delta),
                    Err(_) => return Ok(Err(anyhow!("the value is not a counter"))),
                },
            };
            let Some(sum) = sum else { return Ok(Err(anyhow!("the counter would overflow"))) };
            set(connection, label, key, &sum.to_le_bytes())?;
            Ok(Ok(sum))
        }
        Write::Swap(key, seen, value) => {
            if get(connection, label, key)? != *seen {
                return Ok(Ok(0));
            }
            set(connection, label, key, value)?;
            Ok(Ok(1))
        }
    }
}

fn get(connection: &Connection, label: &str, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    connection.prepare_cached(GET)?.query_row(params![label, key], |row| row.get(0)).optional()
}

fn set(connection: &Connection, label: &str, key: &str, value: &[u8]) -> rusqlite::Result<()> {
    connection.prepare_cached(SET)?.execute(params![label, key, value]).map(drop)
}

#[async_trait]
impl Store for SqliteStore {
    async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        self.read(|connection| get(connection, &self.label, key))
    }

    async fn get_many(&self, keys: Vec<String>) -> anyhow::Result<Vec<(String, Option<Vec<u8>>)>> {
        self.read(|connection| {
            keys.into_iter().map(|key| get(connection, &self.label, &key).map(|value| (key, value))).collect()
        })
    }

    async fn set_many(&self, entries: Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
        self.write(Write::Set(entries)).await.map(drop)
    }

    async fn delete_many(&self, keys: Vec<String>) -> anyhow::Result<()> {
        self.write(Write::Delete(keys)).await.map(drop)
    }

    async fn increment(&self, key: String, delta: i64) -> anyhow::Result<i64> {
        self.write(Write::Increment(key, delta)).await
    }

    async fn swap(&self, key: String, seen: Option<Vec<u8>>, value: Vec<u8>) -> anyhow::Result<bool> {
        self.write(Write::Swap(key, seen, value)).await.map(|swapped| swapped == 1)
    }

    async fn keys(&self) -> anyhow::Result<Vec<String>> {
        self.read(|connection| {
            connection.prepare_cached(KEYS)?.query_map(params![self.label], |row| row.get(0))?.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::key_value::contract;

    #[tokio::test]
    async fn keeps_the_contract_of_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kv.db");
        contract::check(&SqliteStore::open("default", Some(&path)).unwrap()).await;
        contract::check(&SqliteStore::open("other", None).unwrap()).await;
    }

    #[tokio::test]
    async fn labels_of_one_file_do_not_mix_and_a_restart_finds_everything() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kv.db");
        let open = |label: &str| SqliteStore::open(label, Some(&path)).unwrap();
        open("a").set_many(vec![("k".into(), b"v".to_vec())]).await.unwrap();
        assert_eq!(open("b").get("k").await.unwrap(), None);
        assert_eq!(open("a").get("k").await.unwrap(), Some(b"v".to_vec()));
    }
}

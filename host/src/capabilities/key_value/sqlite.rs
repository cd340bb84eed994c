//! A key-value store in a SQLite file, with the table and the encodings of Spin's, so that either host can go on with
//! the other's file.
//!
//! The file is this process's alone while it runs: what was read or written lately is kept in memory and read from
//! there. One thread writes: whatever waits for it goes into one transaction, so that a burst of writes costs one
//! commit. Threads that serve requests never wait for it: what is not in memory it reads for them while it has the file.

mod recent;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::oneshot;

use super::Store;
use crate::capabilities::disk::{end_after_failed_sync, start_over};
use crate::capabilities::open_file::OpenFile;
use recent::Recent;

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

/// The most jobs that are done together, the writes in one transaction: bounds how long the first of them waits.
const BATCH: usize = 256;

/// One label of one file.
pub(super) struct SqliteStore {
    label: Arc<Label>,
    file: Arc<SqliteFile>,
}

struct Label {
    name: String,
    /// INVARIANT: changed only by whoever holds the file's connection, so that it never gets behind the file.
    recent: Mutex<Recent>,
}

/// A file, open.
pub(super) struct SqliteFile {
    connection: Arc<Mutex<Connection>>,
    writer: mpsc::Sender<Job>,
    /// A file without a path lives in a temporary folder that goes with it.
    _temporary: Option<tempfile::TempDir>,
}

enum Job {
    Write(WriteJob),
    Read(ReadJob),
}

struct WriteJob {
    label: Arc<Label>,
    write: Write,
    done: oneshot::Sender<anyhow::Result<i64>>,
}

struct ReadJob {
    label: Arc<Label>,
    keys: Vec<String>,
    done: oneshot::Sender<anyhow::Result<Vec<Option<Vec<u8>>>>>,
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

impl SqliteFile {
    pub(super) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
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
        let connection = Arc::new(Mutex::new(connection));
        let (writer, jobs) = mpsc::channel();
        let writers = connection.clone();
        let file =
            OpenFile::at(&path).with_context(|| format!("cannot find the key-value store {}", path.display()))?;
        std::thread::Builder::new().name("key-value".into()).spawn(move || work_off(&writers, &file, &jobs))?;
        Ok(Self { connection, writer, _temporary: temporary })
    }
}

impl SqliteStore {
    pub(super) fn new(label: &str, file: Arc<SqliteFile>) -> Self {
        Self { label: Arc::new(Label { name: label.to_owned(), recent: Mutex::default() }), file }
    }

    async fn write(&self, write: Write) -> anyhow::Result<i64> {
        let (done, result) = oneshot::channel();
        self.order(Job::Write(WriteJob { label: self.label.clone(), write, done }))?;
        result.await.map_err(|_| gone())?
    }

    /// The values of keys that are not in memory, in their order.
    async fn read(&self, keys: Vec<String>) -> anyhow::Result<Vec<Option<Vec<u8>>>> {
        // INVARIANT: nothing waits for the connection here. The writer has it while it commits and syncs, and this thread may
        // be the only one that serves requests.
        match self.file.connection.try_lock() {
            Ok(connection) => return self.label.read(&connection, &keys),
            Err(TryLockError::Poisoned(connection)) => return self.label.read(&connection.into_inner(), &keys),
            Err(TryLockError::WouldBlock) => {}
        }
        let (done, result) = oneshot::channel();
        self.order(Job::Read(ReadJob { label: self.label.clone(), keys, done }))?;
        result.await.map_err(|_| gone())?
    }

    fn order(&self, job: Job) -> anyhow::Result<()> {
        self.file.writer.send(job).map_err(|_| gone())
    }
}

fn gone() -> anyhow::Error {
    anyhow!("the writer of the key-value store is gone")
}

impl Label {
    /// What is in memory of `key`.
    fn known(&self, key: &str) -> Option<Option<Vec<u8>>> {
        Some(lock(&self.recent).get(key)?.map(|value| value.to_vec()))
    }

    /// Reads the values of `keys`, and keeps them in memory.
    fn read(&self, connection: &Connection, keys: &[String]) -> anyhow::Result<Vec<Option<Vec<u8>>>> {
        let read = |key: &String| {
            let value = get(connection, &self.name, key)?;
            lock(&self.recent).keep(key, value.as_deref());
            Ok(value)
        };
        keys.iter().map(read).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    // Nobody else may write behind this process's back: it would not notice.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Reads of a large store go through the page cache of the system, without a copy or a call for each page.
    connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    connection.execute_batch(SCHEMA)?;
    start_over(&connection)?;
    Ok(connection)
}

/// The write-ahead log of a file. What was committed is in it, and on disk once it is synced.
struct Journal(PathBuf);

impl Journal {
    fn of(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push("-wal");
        Self(name.into())
    }

    /// An error: it cannot be opened, and nothing was tried.
    fn sync(&self) -> anyhow::Result<()> {
        let file = File::open(&self.0).context("cannot sync the key-value store")?;
        if let Err(error) = file.sync_data() {
            end_after_failed_sync(&format!("{}: {error}", self.0.display()));
        }
        Ok(())
    }
}

fn work_off(connection: &Mutex<Connection>, file: &OpenFile, jobs: &mpsc::Receiver<Job>) {
    let journal = Journal::of(file.path());
    while let Ok(first) = jobs.recv() {
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for job in std::iter::once(first).chain(jobs.try_iter().take(BATCH)) {
            match job {
                Job::Read(job) => reads.push(job),
                Job::Write(job) => writes.push(job),
            }
        }
        let mut connection = lock(connection);
        for ReadJob { label, keys, done } in reads {
            let _ = done.send(label.read(&connection, &keys));
        }
        if !writes.is_empty() {
            // What is written to a file that was deleted is gone with this process: fences must outlive it.
            let there = file.check().map_err(anyhow::Error::msg);
            let committed = there.and_then(|()| Ok(commit(&mut connection, &writes)?));
            drop(connection);
            write_down(&journal, writes, committed);
        }
    }
}

/// Answers those who ordered the writes, once what they wrote is where it must be.
fn write_down(journal: &Journal, writes: Vec<WriteJob>, committed: anyhow::Result<Vec<anyhow::Result<i64>>>) {
    let on_disk = committed.and_then(|outcomes| {
        if writes.iter().any(|job| job.write.must_be_on_disk()) {
            journal.sync()?;
        }
        Ok(outcomes)
    });
    match on_disk {
        Ok(outcomes) => {
            for (job, outcome) in writes.into_iter().zip(outcomes) {
                let _ = job.done.send(outcome);
            }
        }
        Err(error) => {
            for job in writes {
                let _ = job.done.send(Err(anyhow!("{error:#}")));
            }
        }
    }
}

/// Runs the batch in one transaction. The inner results are those of writes that were refused without having changed
/// anything; the outer error means that nothing of the batch was kept.
fn commit(connection: &mut Connection, batch: &[WriteJob]) -> rusqlite::Result<Vec<anyhow::Result<i64>>> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut changes = Vec::new();
    let mut outcomes = Vec::with_capacity(batch.len());
    for job in batch {
        let mut changed = Vec::new();
        outcomes.push(apply(&transaction, &job.label.name, &job.write, &mut changed)?);
        changes.push((&job.label.recent, changed));
    }
    transaction.commit()?;
    for (recent, changed) in changes {
        let mut recent = lock(recent);
        for (key, value) in changed {
            recent.keep(&key, value.as_deref());
        }
    }
    Ok(outcomes)
}

/// A key and what it holds now.
type Change = (String, Option<Vec<u8>>);

fn apply(
    connection: &Connection,
    label: &str,
    write: &Write,
    changes: &mut Vec<Change>,
) -> rusqlite::Result<anyhow::Result<i64>> {
    let mut set = |key: &str, value: Vec<u8>| -> rusqlite::Result<()> {
        connection.prepare_cached(SET)?.execute(params![label, key, value])?;
        changes.push((key.to_owned(), Some(value)));
        Ok(())
    };
    match write {
        Write::Set(entries) => {
            for (key, value) in entries {
                set(key, value.clone())?;
            }
            Ok(Ok(0))
        }
        Write::Delete(keys) => {
            for key in keys {
                connection.prepare_cached(DELETE)?.execute(params![label, key])?;
                changes.push((key.clone(), None));
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
            set(key, sum.to_le_bytes().to_vec())?;
            Ok(Ok(sum))
        }
        Write::Swap(key, seen, value) => {
            if get(connection, label, key)? != *seen {
                return Ok(Ok(0));
            }
            set(key, value.clone())?;
            Ok(Ok(1))
        }
    }
}

fn get(connection: &Connection, label: &str, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    connection.prepare_cached(GET)?.query_row(params![label, key], |row| row.get(0)).optional()
}

#[async_trait]
impl Store for SqliteStore {
    async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match self.label.known(key) {
            Some(value) => Ok(value),
            None => Ok(self.read(vec![key.to_owned()]).await?.pop().flatten()),
        }
    }

    async fn get_many(&self, keys: Vec<String>) -> anyhow::Result<Vec<(String, Option<Vec<u8>>)>> {
        let known: Vec<_> = keys.iter().map(|key| self.label.known(key)).collect();
        let unknown = keys.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(key, _)| key.clone());
        let unknown: Vec<_> = unknown.collect();
        let mut read = if unknown.is_empty() { Vec::new() } else { self.read(unknown).await? }.into_iter();
        let values = known.into_iter().map(|known| known.or_else(|| read.next()).flatten());
        Ok(keys.into_iter().zip(values).collect())
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
        let (connection, label) = (self.file.connection.clone(), self.label.clone());
        let read = move || {
            let connection = lock(&connection);
            let mut statement = connection.prepare_cached(KEYS)?;
            let keys = statement.query_map(params![label.name], |row| row.get(0))?;
            Ok(keys.collect::<rusqlite::Result<_>>()?)
        };
        tokio::task::spawn_blocking(read).await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capabilities::key_value::contract;

    fn open(path: Option<&Path>, label: &str) -> SqliteStore {
        SqliteStore::new(label, Arc::new(SqliteFile::open(path).unwrap()))
    }

    #[tokio::test]
    async fn keeps_the_contract_of_a_store() {
        let folder = tempfile::tempdir().unwrap();
        contract::check(&open(Some(&folder.path().join("kv.db")), "default")).await;
        contract::check(&open(None, "other")).await;
    }

    #[tokio::test]
    async fn a_restart_finds_everything() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kv.db");
        let first = open(Some(&path), "a");
        first.set_many(vec![("k".into(), b"v".to_vec())]).await.unwrap();
        assert_eq!(first.increment("n".into(), 7).await.unwrap(), 7);
        let connection = Arc::downgrade(&first.file.connection);
        drop(first);
        // The writer lets go of the file once its stores have gone.
        while connection.strong_count() > 0 {
            std::thread::yield_now();
        }
        let again = open(Some(&path), "a");
        assert_eq!(again.get("k").await.unwrap(), Some(b"v".to_vec()));
        assert_eq!(again.increment("n".into(), 1).await.unwrap(), 8);
    }

    #[tokio::test]
    async fn labels_of_one_file_do_not_mix() {
        let file = Arc::new(SqliteFile::open(None).unwrap());
        let (one, other) = (SqliteStore::new("a", file.clone()), SqliteStore::new("b", file));
        one.set_many(vec![("k".into(), b"v".to_vec())]).await.unwrap();
        assert_eq!(other.get("k").await.unwrap(), None);
        assert_eq!(one.get("k").await.unwrap(), Some(b"v".to_vec()));
    }

    #[tokio::test]
    async fn who_reads_never_waits_for_the_connection_on_the_thread_that_serves_others() {
        let store = open(None, "a");
        store.set_many(vec![("k".into(), b"v".to_vec())]).await.unwrap();
        let mut keys = Box::pin(store.get_many(["m", "k", "n"].map(str::to_owned).to_vec()));
        {
            let _writing = lock(&store.file.connection);
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(keys.as_mut().poll(&mut context).is_pending());
        }
        let read = keys.await.unwrap();
        assert_eq!(
            read,
            [("m", None), ("k", Some("v")), ("n", None)]
                .map(|(key, value)| { (key.to_owned(), value.map(|value: &str| value.as_bytes().to_vec())) })
        );
        assert_eq!(store.get("m").await.unwrap(), None);
    }

    #[tokio::test]
    async fn nothing_is_written_to_a_file_that_was_lost_under_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kv.db");
        let store = open(Some(&path), "a");
        assert_eq!(store.increment("n".into(), 1).await.unwrap(), 1);
        let aside = folder.path().join("aside");
        std::fs::rename(&path, &aside).unwrap();
        assert!(store.increment("n".into(), 1).await.is_err());
        std::fs::write(&path, "").unwrap();
        assert!(store.set_many(vec![("k".into(), b"v".to_vec())]).await.is_err());
        std::fs::rename(&aside, &path).unwrap();
        assert_eq!(store.increment("n".into(), 1).await.unwrap(), 2);
    }

    #[test]
    fn a_second_process_is_kept_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kv.db");
        let _first = open(Some(&path), "a");
        let second = Connection::open(&path).unwrap();
        second.busy_timeout(std::time::Duration::ZERO).unwrap();
        assert!(second.query_row("SELECT COUNT(*) FROM spin_key_value", [], |row| row.get::<_, i64>(0)).is_err());
    }
}

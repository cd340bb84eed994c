//! Writes of all connections to one database, several at a time. SQLite lets one write at a time and waits for the disk at the
//! end of each: those that come meanwhile are written together, and wait for the disk once. Nobody is answered before that.
//!
//! Each is as whole as by itself: one that fails takes nothing of itself and nobody else with it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use super::{connect, failed, run};
use crate::bindings::spin::sqlite::sqlite::{Error, QueryResult, Value};
use crate::capabilities::open_file::OpenFile;

/// The most writes that are made together: the first of them waits for the last.
const MAX_COUNT: usize = 64;

/// Statements kept prepared.
const PREPARED: usize = 64;

/// What came of a write.
pub struct Written {
    /// What it gave.
    pub result: Result<QueryResult, Error>,
    /// The row that it inserted, and how many it changed.
    pub last: (i64, u64),
}

struct Write {
    statement: String,
    parameters: Vec<Value>,
    done: oneshot::Sender<Written>,
}

/// Writes to one database, on a thread of its own.
pub struct Writer(Sender<Write>);

impl Writer {
    /// A thread that writes to the database in `file`, for as long as its value is there.
    pub fn start(file: Arc<OpenFile>) -> Self {
        let (sender, receiver) = channel();
        // Where there is no thread to be had nobody receives, and each write says so.
        let _ = std::thread::Builder::new().name("sqlite-writer".into()).spawn(move || serve(&file, &receiver));
        Self(sender)
    }

    /// Makes a write.
    pub async fn write(&self, statement: String, parameters: Vec<Value>) -> Result<Written, Error> {
        let (done, written) = oneshot::channel();
        self.0.send(Write { statement, parameters, done }).map_err(failed)?;
        written.await.map_err(failed)
    }
}

fn refuse(batch: Vec<Write>, error: &str) {
    for write in batch {
        let _ = write.done.send(Written { result: Err(failed(error)), last: (0, 0) });
    }
}

fn serve(file: &OpenFile, writes: &Receiver<Write>) {
    let mut connection = None;
    while let Ok(first) = writes.recv() {
        let mut batch = vec![first];
        batch.extend(writes.try_iter().take(MAX_COUNT.saturating_sub(1)));
        if let Err(error) = file.check() {
            refuse(batch, &error);
            continue;
        }
        if connection.is_none() {
            match connect(file.path()) {
                Ok(new) => {
                    new.set_prepared_statement_cache_capacity(PREPARED);
                    connection = Some(new);
                }
                Err(error) => {
                    refuse(batch, &error.to_string());
                    continue;
                }
            }
        }
        let Some(connection) = &connection else { continue };
        let written = match if batch.len() > 1 { together(connection, &batch) } else { Ok(None) } {
            Ok(Some(written)) => written,
            Ok(None) => batch.iter().map(|write| alone(connection, write)).collect(),
            Err(error) => {
                refuse(batch, &error.to_string());
                continue;
            }
        };
        for (write, written) in batch.into_iter().zip(written) {
            // Whoever asked may be gone.
            let _ = write.done.send(written);
        }
    }
}

fn alone(connection: &Connection, write: &Write) -> Written {
    let result = run(connection, &write.statement, write.parameters.clone());
    Written { result, last: (connection.last_insert_rowid(), connection.changes()) }
}

/// All of them in one transaction; None: it came to nothing, and nothing of any of them is written. An error: somebody else
/// writes, and whoever waits for them one after the other waits for as many times as long.
fn together(connection: &Connection, batch: &[Write]) -> rusqlite::Result<Option<Vec<Written>>> {
    match connection.execute_batch("BEGIN IMMEDIATE") {
        Ok(()) => {}
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => return Err(error),
        Err(_) => return Ok(None),
    }
    let written = each(connection, batch);
    if written.is_some() && connection.execute_batch("COMMIT").is_ok() {
        return Ok(written);
    }
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    Ok(None)
}

fn each(connection: &Connection, batch: &[Write]) -> Option<Vec<Written>> {
    let step = |statement| connection.execute_batch(statement).ok();
    let mut all = Vec::with_capacity(batch.len());
    for write in batch {
        step("SAVEPOINT one")?;
        let written = alone(connection, write);
        // Some errors end the whole transaction: a disk that is full.
        if connection.is_autocommit() {
            return None;
        }
        if written.result.is_err() {
            step("ROLLBACK TO one")?;
        }
        step("RELEASE one")?;
        all.push(written);
    }
    Some(all)
}

/// Where a statement is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// With the writes of others.
    Together,
    /// On the guest's own connection, of which nothing is left afterwards.
    Read,
    /// On the guest's own connection.
    Own,
    /// The same, and all that follow on that connection: it may be in a transaction or have settings of its own.
    OwnFromNowOn,
}

impl Place {
    /// Where `statement` is to run.
    pub fn of(statement: &str) -> Self {
        let mut words = statement.split_whitespace().map(str::to_ascii_uppercase);
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match first.as_str() {
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE" => Self::Together,
            "SELECT" | "VALUES" => Self::Read,
            "WITH" | "EXPLAIN" | "ALTER" | "DROP" => Self::Own,
            "CREATE" if !second.starts_with("TEMP") => Self::Own,
            // It belongs to the file.
            "PRAGMA" if second.starts_with("JOURNAL_MODE") => Self::Own,
            _ => Self::OwnFromNowOn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(result: &QueryResult) -> i64 {
        match &result.rows[0].values[0] {
            Value::Integer(integer) => *integer,
            _ => panic!("not an integer"),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn writes_that_come_together_are_each_whole_and_fail_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
            .unwrap();
        let writer = Arc::new(Writer::start(Arc::new(OpenFile::at(&path).unwrap())));
        let writes: Vec<_> = (0..500_i64)
            .map(|number| {
                let writer = writer.clone();
                // Each id twice: one of the two must fail, whichever comes second.
                let statement = "INSERT INTO t (id, n) VALUES (?1, ?2) RETURNING id".to_owned();
                let parameters = vec![Value::Integer(number / 2 + 1), Value::Integer(number)];
                tokio::spawn(async move { writer.write(statement, parameters).await.unwrap() })
            })
            .collect();
        let mut good = 0;
        for write in writes {
            let written = write.await.unwrap();
            if let Ok(result) = written.result {
                assert_eq!((integer(&result), 1), (written.last.0, written.last.1));
                good += 1;
            }
        }
        let stored: i64 = connection.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!((good, stored), (250, 250));
    }

    #[test]
    fn a_batch_holds_what_worked_and_nothing_of_what_did_not() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("db")).unwrap();
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY)").unwrap();
        let write = |statement: &str| {
            let (done, _) = oneshot::channel();
            Write { statement: statement.into(), parameters: Vec::new(), done }
        };
        let batch = [
            write("INSERT INTO t (id) VALUES (1)"),
            write("INSERT INTO t (id) VALUES (2), (1)"),
            write("INSERT INTO nowhere (id) VALUES (1)"),
            write("UPDATE t SET id = id + 10"),
        ];
        let outcomes: Vec<bool> =
            together(&connection, &batch).unwrap().unwrap().iter().map(|written| written.result.is_ok()).collect();
        assert_eq!(outcomes, [true, false, false, true]);
        let ids: i64 = connection.query_row("SELECT SUM(id) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!((ids, connection.is_autocommit()), (11, true));
    }

    #[test]
    fn while_another_process_writes_all_wait_once_and_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let (connection, other) = (Connection::open(&path).unwrap(), Connection::open(&path).unwrap());
        connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY)").unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let write = || {
            let (done, _) = oneshot::channel();
            Write { statement: "INSERT INTO t (id) VALUES (1)".into(), parameters: Vec::new(), done }
        };
        let refused = together(&connection, &[write(), write()]).err().unwrap();
        assert_eq!(refused.to_string(), "database is locked");
        other.execute_batch("ROLLBACK").unwrap();
        assert!(together(&connection, &[write(), write()]).unwrap().is_some());
    }

    #[test]
    fn only_what_means_the_same_on_another_connection_is_written_together() {
        for (statement, place) in [
            ("INSERT INTO t VALUES (1)", Place::Together),
            ("\n  update t SET a = 1", Place::Together),
            ("SELECT 1", Place::Read),
            ("WITH x AS (SELECT 1) SELECT * FROM x", Place::Own),
            ("CREATE TABLE t (a)", Place::Own),
            ("PRAGMA journal_mode = WAL", Place::Own),
            ("PRAGMA foreign_keys = ON", Place::OwnFromNowOn),
            ("CREATE TEMP TABLE t (a)", Place::OwnFromNowOn),
            ("BEGIN", Place::OwnFromNowOn),
            ("-- a comment\nINSERT INTO t VALUES (1)", Place::OwnFromNowOn),
            ("", Place::OwnFromNowOn),
        ] {
            assert_eq!(Place::of(statement), place, "{statement}");
        }
    }
}

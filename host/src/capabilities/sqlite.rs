//! `spin:sqlite@3.1.0`: SQLite databases by label. Each `open` is a connection of its own, as in Spin; writes of all
//! connections are made together where that makes no difference to them ([`writer`]), and a connection that has only read
//! is used again once its instance has ended.

mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Context as _;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, hooks};
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use crate::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::capabilities::disk::start_over;
use crate::capabilities::open_file::OpenFile;
use crate::capabilities::{Instance, Served};
use crate::runtime_config::SqliteBackend;
use writer::{Place, Writer};

/// The most bytes one result may hold: a query without a limit must not take the host down.
const MAX_RESULT_LEN: usize = 64 << 20;

/// Connections kept for the next instance. Each has the statements prepared that it ran last.
const MAX_IDLE: usize = 32;

/// Where the database of one label is.
#[derive(Clone)]
pub struct Database {
    file: Arc<OpenFile>,
    /// Started by the first write.
    writer: Arc<OnceLock<Writer>>,
    /// Connections of instances that have ended.
    idle: Arc<Mutex<Vec<Connection>>>,
    /// A database without a path lives in a temporary folder that goes with it.
    _temporary: Option<Arc<tempfile::TempDir>>,
}

impl Database {
    /// Makes sure the database can be opened, so that a folder that cannot be written stops the start.
    pub fn open(backend: &SqliteBackend) -> anyhow::Result<Self> {
        let (path, temporary) = match &backend.0 {
            Some(path) => (path.clone(), None),
            None => {
                let folder = tempfile::tempdir()?;
                (folder.path().join("sqlite.db"), Some(Arc::new(folder)))
            }
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
        }
        // The only time that a file is made.
        let opened = Connection::open(&path).and_then(|connection| {
            // The file is there from the first read or write on.
            connection.query_row("PRAGMA schema_version", [], |_| Ok(()))?;
            start_over(&connection)
        });
        opened.with_context(|| format!("cannot open the database {}", path.display()))?;
        let file = OpenFile::at(&path).with_context(|| format!("cannot find the database {}", path.display()))?;
        Ok(Self { file: Arc::new(file), writer: Arc::default(), idle: Arc::default(), _temporary: temporary })
    }
}

/// The resource behind a guest's `connection`: opened by its first statement.
#[derive(Clone)]
pub struct OpenDatabase {
    database: Database,
    connection: Arc<LazyConnection>,
    /// Whether all its statements run on it.
    is_its_own: Arc<AtomicBool>,
    /// What the last write said of itself, where it was not made on this connection: the row it inserted, how many it
    /// changed.
    last: Arc<Mutex<Option<(i64, u64)>>>,
}

/// A connection that is not there before the first statement.
struct LazyConnection {
    connection: Mutex<Option<Connection>>,
    /// Whether a statement ran on it that may have left something of itself, if only how many rows it changed.
    is_used_up: AtomicBool,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Drop for LazyConnection {
    fn drop(&mut self) {
        // Where a thread has panicked with it nobody knows what is left.
        let Ok(connection) = self.connection.get_mut() else { return };
        if let Some(connection) = connection.take_if(|_| !*self.is_used_up.get_mut()) {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < MAX_IDLE {
                idle.push(connection);
            }
        }
    }
}

impl OpenDatabase {
    fn new(database: Database) -> Self {
        let connection = LazyConnection {
            connection: Mutex::default(),
            is_used_up: AtomicBool::new(false),
            idle: database.idle.clone(),
        };
        Self { database, connection: Arc::new(connection), is_its_own: Arc::default(), last: Arc::default() }
    }
}

/// Connects to a file that is there.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    // Each instance keeps a connection. Pages are read through the system's page cache, which all of them share, and not
    // kept once more by each: memory would grow with the database times the instances.
    connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    connection.pragma_update(None, "cache_size", -128)?;
    // Without it, a statement on a table with a partial index is planned anew each time that it is run, for its parameters
    // might be what the index is about.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A guest may not reach other files of the host through ATTACH.
    connection.authorizer(Some(|context: hooks::AuthContext<'_>| match context.action {
        hooks::AuthAction::Attach { filename } if !matches!(filename, "" | ":memory:") => hooks::Authorization::Deny,
        _ => hooks::Authorization::Allow,
    }))?;
    Ok(connection)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn failed(error: impl ToString) -> Error {
    Error::Io(error.to_string())
}

/// Runs `work` on the connection, on a thread where blocking is allowed.
async fn on<T: Send + 'static>(
    open: OpenDatabase,
    work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let OpenDatabase { database, connection, .. } = open;
    let run = move || {
        database.file.check().map_err(Error::Io)?;
        let mut guard = connection.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match &mut *guard {
            Some(connection) => connection,
            none => {
                let idle = database.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                none.insert(idle.map_or_else(|| connect(database.file.path()), Ok).map_err(failed)?)
            }
        };
        work(connection)
    };
    tokio::task::spawn_blocking(run).await.map_err(failed)?
}

async fn execute(open: OpenDatabase, statement: String, parameters: Vec<Value>) -> Result<QueryResult, Error> {
    let place = Place::of(&statement);
    if place == Place::OwnFromNowOn {
        open.is_its_own.store(true, Ordering::Relaxed);
    }
    if place == Place::Together && !open.is_its_own.load(Ordering::Relaxed) {
        let writer = open.database.writer.get_or_init(|| Writer::start(open.database.file.clone()));
        let written = writer.write(statement, parameters).await?;
        *open.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(written.last);
        return written.result;
    }
    if place != Place::Read {
        open.connection.is_used_up.store(true, Ordering::Relaxed);
    }
    if !matches!(place, Place::Read | Place::Own) {
        *open.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
    on(open, move |connection| run(connection, &statement, parameters)).await
}

/// The row that the last write inserted, and how many it changed.
async fn last(open: OpenDatabase) -> (i64, u64) {
    let last = *open.last.lock().unwrap_or_else(PoisonError::into_inner);
    match last {
        Some(last) => last,
        None => {
            on(open, |connection| Ok((connection.last_insert_rowid(), connection.changes()))).await.unwrap_or_default()
        }
    }
}

fn run(connection: &Connection, statement: &str, parameters: Vec<Value>) -> Result<QueryResult, Error> {
    let mut statement = connection.prepare_cached(statement).map_err(failed)?;
    let columns: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
    let parameters = parameters.into_iter().map(|value| match value {
        Value::Integer(integer) => rusqlite::types::Value::Integer(integer),
        Value::Real(real) => rusqlite::types::Value::Real(real),
        Value::Text(text) => rusqlite::types::Value::Text(text),
        Value::Blob(blob) => rusqlite::types::Value::Blob(blob),
        Value::Null => rusqlite::types::Value::Null,
    });
    let mut found = statement.query(rusqlite::params_from_iter(parameters)).map_err(failed)?;
    let mut rows = Vec::new();
    let mut size = 0_usize;
    while let Some(row) = found.next().map_err(failed)? {
        let mut values = Vec::with_capacity(columns.len());
        for index in 0..columns.len() {
            let value = value_from(row.get_ref(index).map_err(failed)?)?;
            size = size.saturating_add(size_of_value(&value));
            values.push(value);
        }
        if size > MAX_RESULT_LEN {
            return Err(Error::Io(format!("the result is larger than {MAX_RESULT_LEN} bytes")));
        }
        rows.push(RowResult { values });
    }
    Ok(QueryResult { columns, rows })
}

fn value_from(value: ValueRef<'_>) -> Result<Value, Error> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).map_err(failed)?.to_owned()),
        ValueRef::Blob(blob) => Value::Blob(blob.to_owned()),
    })
}

fn size_of_value(value: &Value) -> usize {
    let held = match value {
        Value::Text(text) => text.len(),
        Value::Blob(blob) => blob.len(),
        Value::Integer(_) | Value::Real(_) | Value::Null => 0,
    };
    held.saturating_add(size_of::<Value>())
}

impl Instance {
    fn open_database(&mut self, label: &str) -> Result<Resource<OpenDatabase>, Error> {
        let database = self.grants.sqlite_databases.get(label).cloned().ok_or(Error::AccessDenied)?;
        self.table.push(OpenDatabase::new(database)).map_err(failed)
    }

    fn database_of(&mut self, handle: &Resource<OpenDatabase>) -> Result<OpenDatabase, Error> {
        self.table.get(handle).cloned().map_err(|_| Error::InvalidConnection)
    }
}

impl Host for Instance {}

impl HostConnection for Instance {
    async fn open(&mut self, database: String) -> Result<Resource<OpenDatabase>, Error> {
        self.open_database(&database)
    }

    async fn execute(
        &mut self,
        connection: Resource<OpenDatabase>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<QueryResult, Error> {
        execute(self.database_of(&connection)?, statement, parameters).await
    }

    async fn last_insert_rowid(&mut self, connection: Resource<OpenDatabase>) -> i64 {
        let Ok(open) = self.database_of(&connection) else { return 0 };
        last(open).await.0
    }

    async fn changes(&mut self, connection: Resource<OpenDatabase>) -> u64 {
        let Ok(open) = self.database_of(&connection) else { return 0 };
        last(open).await.1
    }

    async fn drop(&mut self, connection: Resource<OpenDatabase>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Served {
    async fn open_async(accessor: &Accessor<T, Self>, database: String) -> Result<Resource<OpenDatabase>, Error> {
        accessor.with(|mut access| access.get().open_database(&database))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<OpenDatabase>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Result<(Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>), Error> {
        let open = accessor.with(|mut access| access.get().database_of(&connection))?;
        let result = execute(open, statement, parameters).await?;
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, result.rows).map_err(failed)?;
            let complete = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) }).map_err(failed)?;
            Ok((result.columns, rows, complete))
        })
    }

    async fn last_insert_rowid_async(accessor: &Accessor<T, Self>, connection: Resource<OpenDatabase>) -> i64 {
        let Ok(open) = accessor.with(|mut access| access.get().database_of(&connection)) else { return 0 };
        last(open).await.0
    }

    async fn changes_async(accessor: &Accessor<T, Self>, connection: Resource<OpenDatabase>) -> u64 {
        let Ok(open) = accessor.with(|mut access| access.get().database_of(&connection)) else { return 0 };
        last(open).await.1
    }
}

#[cfg(test)]
mod tests;

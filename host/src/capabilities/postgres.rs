//! `spin:postgres@4.2.0`: PostgreSQL, through a pool of connections for each address. As in Spin, a connection goes
//! back to its pool when the guest drops it, and what belonged to its session is discarded before it is used again.
//!
//! A server that stops being the primary goes on answering on connections that are there, and refuses each write. So only
//! servers that take writes are connected to, of several the first that does; and once a server says that it shuts down or
//! takes no writes, none of the connections to it is used again.

mod values;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, TimeoutType,
};
use edge_capabilities::breaker::Policy;
use tokio_postgres::config::{Host as Server, SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};
use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use crate::bindings::spin::postgres::postgres::{
    Column, DbError, DbValue, Error, Host, HostConnection, HostConnectionBuilder, HostConnectionBuilderWithStore,
    HostConnectionWithStore, ParameterValue, QueryError, RowSet,
};
use crate::capabilities::guard::{Guard, Health, RemoteStore};
use crate::capabilities::{Instance, Served, tls};

/// Connections per address. Enough to keep a PostgreSQL server with a few cores busy, few enough for its default
/// `max_connections` of 100 with several edges.
const POOL_SIZE: usize = 24;

/// How long a guest waits for a free or a new connection.
const POOL_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

/// How long a connection may take to be cleaned before it is used again: a server that does not even do that is gone.
const RECYCLE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(2);

/// When a server counts as gone. While it is busy some connections come free, which it is not while it is gone.
const BREAKER_POLICY: Policy = Policy::new(5, std::time::Duration::from_secs(1));

/// The resource behind a guest's `connection`.
pub struct OpenConnection(Arc<Session>);

/// A connection of a pool.
struct Session {
    connection: Object,
    left: Arc<Left>,
}

/// When the youngest connection was made of those that led to a server which takes no writes; None: none did.
#[derive(Default)]
struct Left(Mutex<Option<Instant>>);

impl Left {
    fn leave(&self, made: Instant) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = (*left).max(Some(made));
    }

    /// Whether a connection that was made then is not to be used again.
    fn holds(&self, made: Instant) -> bool {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left.is_some_and(|left| made <= left)
    }
}

/// The resource behind a guest's `connection-builder`.
pub struct ConnectionBuilder {
    address: String,
    ca_root: Option<String>,
}

/// All pools of the application, by address and root certificate.
#[derive(Default)]
pub struct Pools(Mutex<HashMap<(String, Option<String>), Guarded>>);

/// A pool, and the breaker of the server behind it.
#[derive(Clone)]
struct Guarded {
    pool: Pool,
    left: Arc<Left>,
    guard: Arc<Guard>,
}

impl Pools {
    /// A connection to `address`, for the host itself.
    pub async fn connect(&self, address: &str) -> anyhow::Result<Object> {
        Ok(self.pool(address, None)?.pool.get().await?)
    }

    fn pool(&self, address: &str, ca_root: Option<&str>) -> anyhow::Result<Guarded> {
        let key = (address.to_owned(), ca_root.map(ToOwned::to_owned));
        let mut pools = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        let mut config: Config = address.parse().context("not a PostgreSQL address")?;
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        let manager_config = ManagerConfig { recycling_method: RecyclingMethod::Clean };
        let manager = if config.get_ssl_mode() == SslMode::Disable {
            Manager::from_config(config, NoTls, manager_config)
        } else {
            let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls::client_config(ca_root)?);
            Manager::from_config(config, tls, manager_config)
        };
        let left = Arc::<Left>::default();
        let to_check = left.clone();
        let check = move |_: &mut deadpool_postgres::ClientWrapper, metrics: &deadpool_postgres::Metrics| {
            if to_check.holds(metrics.created) { Err(HookError::message("its server takes no writes")) } else { Ok(()) }
        };
        let pool = Pool::builder(manager)
            .pre_recycle(Hook::sync_fn(check))
            .max_size(POOL_SIZE)
            .runtime(deadpool_postgres::Runtime::Tokio1)
            .wait_timeout(Some(POOL_TIMEOUT))
            .create_timeout(Some(POOL_TIMEOUT))
            .recycle_timeout(Some(RECYCLE_TIMEOUT))
            .build()?;
        let guarded = Guarded { pool, left, guard: Arc::new(Guard::new(RemoteStore::Database, BREAKER_POLICY)) };
        pools.insert(key, guarded.clone());
        Ok(guarded)
    }
}

fn not_connected(error: impl Into<anyhow::Error>) -> Error {
    Error::ConnectionFailed(format!("{:#}", error.into()))
}

async fn open(instance: &OpenRequest) -> Result<OpenConnection, Error> {
    let pool = instance.pools.pool(&instance.address, instance.ca_root.as_deref()).map_err(not_connected)?;
    Ok(OpenConnection(Arc::new(pool.session().await?)))
}

impl Guarded {
    async fn session(self) -> Result<Session, Error> {
        let Self { pool, left, guard } = self;
        let answered = guard.clone();
        // A connection that takes longer than its caller waits is made all the same, for the next caller: else none would
        // ever be made to a server that is far away or busy, by callers that wait for less than that takes. Spawned when it is
        // first polled: not at all while the breaker is open.
        let connecting = async {
            let task = tokio::spawn(async move {
                let connection = pool.get().await;
                if connection.is_ok() {
                    answered.answered();
                }
                connection
            });
            task.await
        };
        let connection = guard.run(connecting, |made| made.as_ref().map_or(Health::Unknown, health)).await;
        let connection = connection.map_err(not_connected)?.map_err(not_connected)?.map_err(not_connected)?;
        Ok(Session { connection, left })
    }
}

/// What a wait for a connection says of the server. That all are in use says nothing.
const fn health(connection: &Result<Object, PoolError>) -> Health {
    match connection {
        Ok(_) => Health::Well,
        Err(PoolError::Backend(_) | PoolError::Timeout(TimeoutType::Create | TimeoutType::Recycle)) => Health::Ill,
        Err(_) => Health::Unknown,
    }
}

/// An address that the component may connect to, with the pools to do it.
struct OpenRequest {
    pools: Arc<Pools>,
    address: String,
    ca_root: Option<String>,
}

impl Instance {
    fn may_open(&self, address: String, ca_root: Option<String>) -> Result<OpenRequest, Error> {
        let config: Config = address.parse().map_err(not_connected)?;
        for (index, server) in config.get_hosts().iter().enumerate() {
            let ports = config.get_ports();
            let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
            let allowed = match server {
                Server::Tcp(host) => self.grants.allowed_hosts.allow("postgres", host, port),
                Server::Unix(_) => false,
            };
            if !allowed {
                let host = match server {
                    Server::Tcp(host) => format!("postgres://{host}:{port}"),
                    Server::Unix(path) => path.display().to_string(),
                };
                return Err(Error::ConnectionFailed(format!("allowed_outbound_hosts does not hold {host}")));
            }
        }
        Ok(OpenRequest { pools: self.grants.application.postgres.clone(), address, ca_root })
    }

    fn keep_connection(&mut self, connection: OpenConnection) -> Result<Resource<OpenConnection>, Error> {
        self.table.push(connection).map_err(|error| Error::Other(error.to_string()))
    }

    fn connection_of(&mut self, handle: &Resource<OpenConnection>) -> Result<Arc<Session>, Error> {
        self.table.get(handle).map(|open| open.0.clone()).map_err(|error| Error::Other(error.to_string()))
    }

    fn request_of(&mut self, builder: &Resource<ConnectionBuilder>) -> Result<OpenRequest, Error> {
        let builder = self.table.get(builder).map_err(|error| Error::Other(error.to_string()))?;
        let (address, ca_root) = (builder.address.clone(), builder.ca_root.clone());
        self.may_open(address, ca_root)
    }
}

impl Session {
    /// What the guest is told of `error`, by which the server may have said that it is not to be asked again.
    fn failed(&self, error: &tokio_postgres::Error) -> Error {
        if error.code().is_some_and(is_not_to_be_asked_again) {
            self.left.leave(Object::metrics(&self.connection).created);
        }
        query_failed(error)
    }
}

/// Whether a server that answers so shuts down, starts up, was demoted, or has lost the connection on its side.
fn is_not_to_be_asked_again(code: &SqlState) -> bool {
    let is_gone = [
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
    ];
    is_gone.contains(code) || code.code().starts_with("08")
}

fn query_failed(error: &tokio_postgres::Error) -> Error {
    let as_text = format!("{error:?}");
    let Some(detail) = error.as_db_error() else {
        return if error.is_closed() {
            Error::ConnectionFailed(as_text)
        } else {
            Error::QueryFailed(QueryError::Text(as_text))
        };
    };
    let extras = [
        ("column", detail.column()),
        ("constraint", detail.constraint()),
        ("hint", detail.hint()),
        ("table", detail.table()),
        ("schema", detail.schema()),
    ];
    let extras = extras.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    Error::QueryFailed(QueryError::DbError(DbError {
        as_text,
        severity: detail.severity().to_owned(),
        code: detail.code().code().to_owned(),
        message: detail.message().to_owned(),
        detail: detail.detail().map(ToOwned::to_owned),
        extras,
    }))
}

async fn query(session: &Session, statement: &str, parameters: &[ParameterValue]) -> Result<RowSet, Error> {
    let parameters = values::to_sql(parameters)?;
    let asked = async {
        let prepared = session.connection.prepare_cached(statement).await?;
        let found = session.connection.query(&prepared, &values::references(&parameters)).await?;
        Ok((prepared, found))
    };
    let (prepared, found) = RemoteStore::Database.watch(asked).await.map_err(|error| session.failed(&error))?;
    let columns: Vec<Column> = prepared.columns().iter().map(values::column).collect();
    let rows = found.iter().map(values::row).collect::<Result<_, _>>()?;
    Ok(RowSet { columns, rows })
}

async fn execute(session: &Session, statement: &str, parameters: &[ParameterValue]) -> Result<u64, Error> {
    let parameters = values::to_sql(parameters)?;
    let references = values::references(&parameters);
    let done = RemoteStore::Database.watch(session.connection.execute(statement, &references)).await;
    done.map_err(|error| session.failed(&error))
}

impl Host for Instance {}

impl HostConnectionBuilder for Instance {
    async fn new(&mut self, address: String) -> Resource<ConnectionBuilder> {
        let builder = ConnectionBuilder { address, ca_root: None };
        // A full table leaves a handle that every later call refuses.
        self.table.push(builder).unwrap_or_else(|_| Resource::new_own(u32::MAX))
    }

    async fn set_ca_root(&mut self, builder: Resource<ConnectionBuilder>, certificate: String) -> Result<(), Error> {
        let builder = self.table.get_mut(&builder).map_err(|error| Error::Other(error.to_string()))?;
        builder.ca_root = Some(certificate);
        Ok(())
    }

    async fn build(&mut self, builder: Resource<ConnectionBuilder>) -> Result<Resource<OpenConnection>, Error> {
        let connection = open(&self.request_of(&builder)?).await?;
        self.keep_connection(connection)
    }

    async fn drop(&mut self, builder: Resource<ConnectionBuilder>) -> wasmtime::Result<()> {
        self.table.delete(builder)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionBuilderWithStore<T> for Served {
    async fn build_async(
        accessor: &Accessor<T, Self>,
        builder: Resource<ConnectionBuilder>,
    ) -> Result<Resource<OpenConnection>, Error> {
        let request = accessor.with(|mut access| access.get().request_of(&builder))?;
        let connection = open(&request).await?;
        accessor.with(|mut access| access.get().keep_connection(connection))
    }
}

impl HostConnection for Instance {
    async fn open(&mut self, address: String) -> Result<Resource<OpenConnection>, Error> {
        let connection = open(&self.may_open(address, None)?).await?;
        self.keep_connection(connection)
    }

    async fn query(
        &mut self,
        connection: Resource<OpenConnection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<RowSet, Error> {
        let connection = self.connection_of(&connection)?;
        query(&connection, &statement, &parameters).await
    }

    async fn execute(
        &mut self,
        connection: Resource<OpenConnection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<u64, Error> {
        let connection = self.connection_of(&connection)?;
        execute(&connection, &statement, &parameters).await
    }

    async fn drop(&mut self, connection: Resource<OpenConnection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for Served {
    async fn open_async(accessor: &Accessor<T, Self>, address: String) -> Result<Resource<OpenConnection>, Error> {
        let request = accessor.with(|mut access| access.get().may_open(address, None))?;
        let connection = open(&request).await?;
        accessor.with(|mut access| access.get().keep_connection(connection))
    }

    async fn query_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<OpenConnection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<(Vec<Column>, StreamReader<Vec<DbValue>>, FutureReader<Result<(), Error>>), Error> {
        let connection = accessor.with(|mut access| access.get().connection_of(&connection))?;
        let found = query(&connection, &statement, &parameters).await?;
        let other = |error: wasmtime::Error| Error::Other(error.to_string());
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, found.rows).map_err(other)?;
            let complete = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) }).map_err(other)?;
            Ok((found.columns, rows, complete))
        })
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<OpenConnection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> Result<u64, Error> {
        let connection = accessor.with(|mut access| access.get().connection_of(&connection))?;
        execute(&connection, &statement, &parameters).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const READY: &[u8] = b"Z\0\0\0\x05I";
    const DONE: &[u8] = b"C\0\0\0\x08SET\0";
    /// `transaction_read_only` is `off`.
    const TAKES_WRITES: &[u8] = b"T\0\0\0\x1a\0\x01r\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0\
        D\0\0\0\x0d\0\x01\0\0\0\x03off";

    /// A server that takes `delay` until it lets anybody in.
    async fn serve(mut stream: TcpStream, delay: Duration) -> std::io::Result<()> {
        let length = stream.read_u32().await?;
        let mut message = vec![0; length as usize - 4];
        stream.read_exact(&mut message).await?;
        tokio::time::sleep(delay).await;
        stream.write_all(&[b"R\0\0\0\x08\0\0\0\0", READY].concat()).await?;
        loop {
            let _kind = stream.read_u8().await?;
            let length = stream.read_u32().await?;
            message.resize(length as usize - 4, 0);
            stream.read_exact(&mut message).await?;
            let answer: &[&[u8]] =
                if message.starts_with(b"SHOW ") { &[TAKES_WRITES, DONE, READY] } else { &[DONE, READY] };
            stream.write_all(&answer.concat()).await?;
        }
    }

    #[tokio::test]
    async fn callers_that_wait_for_less_than_a_connection_takes_get_one_in_the_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("postgres://edge@{}/edge?sslmode=disable", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Duration::from_millis(700)));
            }
        });
        let pools = Pools::default();
        let mut abandoned = 0;
        loop {
            let pool = pools.pool(&address, None).unwrap();
            match tokio::time::timeout(Duration::from_millis(250), pool.session()).await {
                Ok(session) => break drop(session.unwrap_or_else(|error| panic!("{error:?}"))),
                Err(_) => abandoned += 1,
            }
            assert!(abandoned < 8, "each connection is given up before it is made");
        }
        assert!(abandoned >= 2, "{abandoned}");
        assert!(RemoteStore::Database.unanswered() >= abandoned);
    }
}

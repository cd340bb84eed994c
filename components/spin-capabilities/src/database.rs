//! The database: PostgreSQL where the variable `database_url` names one, else Spin's SQLite, label `default`.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::breaker::{Breaker, Policy};
use edge_capabilities::clock::within;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value, numbered_parameters};
use edge_capabilities::{Clock as _, Config, Database};
use spin_sdk::pg::{self, DbValue, ParameterValue, PgError, QueryError};
use spin_sdk::sqlite;

use crate::clock::HostClock;

/// The time-out of a statement on PostgreSQL. The host aborts a request after thirty seconds, and the caller then gets no
/// response.
const STATEMENT: Duration = Duration::from_secs(10);

/// When the breaker of PostgreSQL opens. Callers with cached data abandon a statement early.
const GONE: Policy = Policy::new(3, Duration::from_secs(1));

pub(crate) struct Db {
    config: Arc<dyn Config>,
    backend: OnceLock<Backend>,
    breaker: Breaker,
}

enum Backend {
    Sqlite(sqlite::Connection),
    Postgres(String),
}

impl Db {
    pub(crate) fn new(config: Arc<dyn Config>) -> Self {
        Self { config, backend: OnceLock::new(), breaker: Breaker::new(GONE) }
    }

    async fn backend(&self) -> Result<&Backend, DatabaseError> {
        if let Some(backend) = self.backend.get() {
            return Ok(backend);
        }
        let unavailable = |error: &dyn ToString| DatabaseError::Unavailable(error.to_string());
        let url = self.config.get("database_url").await.map_err(|error| unavailable(&error))?.unwrap_or_default();
        let backend = if url.is_empty() {
            let connection = sqlite::Connection::open_default().await.map_err(|error| unavailable(&error))?;
            Backend::Sqlite(connection)
        } else {
            Backend::Postgres(url)
        };
        Ok(self.backend.get_or_init(|| backend))
    }

    async fn run(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        match self.backend().await? {
            Backend::Sqlite(connection) => query_sqlite(connection, statement, parameters).await,
            // A connection goes back to Spin's pool when it is dropped: one for each statement, none held.
            Backend::Postgres(url) => self.in_time(query_postgres(url, statement, parameters)).await,
        }
    }

    /// Runs a query, unless the breaker is open; an error also after the time-out.
    async fn in_time<T>(
        &self,
        query: impl Future<Output = Result<T, DatabaseError>> + Send,
    ) -> Result<T, DatabaseError> {
        let watch = self.breaker.watch(|| HostClock.elapsed());
        let watch = watch.map_err(|open| DatabaseError::Unavailable(open.to_string()))?;
        match within(&HostClock, STATEMENT, query).await {
            Some(answer) => {
                watch.succeeded();
                answer
            }
            None => {
                watch.failed();
                Err(DatabaseError::Unavailable(format!("no answer within {STATEMENT:?}")))
            }
        }
    }
}

#[async_trait]
impl Database for Db {
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        self.run(statement, parameters.to_vec()).await
    }

    async fn query_owned(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        self.run(statement, parameters).await
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(match self.backend().await? {
            Backend::Sqlite(_) => Dialect::Sqlite,
            Backend::Postgres(_) => Dialect::Postgres,
        })
    }
}

async fn query_sqlite(
    connection: &sqlite::Connection,
    statement: &str,
    parameters: Vec<Value>,
) -> Result<Vec<Row>, DatabaseError> {
    let parameters = parameters.into_iter().map(|value| match value {
        Value::Null => sqlite::Value::Null,
        Value::Integer(integer) => sqlite::Value::Integer(integer),
        Value::Text(text) => sqlite::Value::Text(text),
    });
    let failed = |error: sqlite::Error| DatabaseError::from_sqlite(&error.to_string());
    let result = connection.execute(numbered_parameters(statement), parameters).await.map_err(failed)?;
    let rows = result.collect().await.map_err(failed)?;
    rows.into_iter().map(|row| row.values.into_iter().map(from_sqlite).collect::<Result<_, _>>().map(Row)).collect()
}

fn from_sqlite(value: sqlite::Value) -> Result<Value, DatabaseError> {
    match value {
        sqlite::Value::Null => Ok(Value::Null),
        sqlite::Value::Integer(integer) => Ok(Value::Integer(integer)),
        sqlite::Value::Text(text) => Ok(Value::Text(text)),
        sqlite::Value::Real(_) | sqlite::Value::Blob(_) => Err(unknown_kind("neither integer nor text")),
    }
}

async fn query_postgres(url: &str, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
    let parameters: Vec<ParameterValue> = parameters
        .into_iter()
        .map(|value| match value {
            Value::Null => ParameterValue::DbNull,
            Value::Integer(integer) => ParameterValue::Int64(integer),
            Value::Text(text) => ParameterValue::Str(text),
        })
        .collect();
    let connection = pg::Connection::open(url).await.map_err(|error| from_pg_error(&error))?;
    let mut result = connection.query(statement, parameters).await.map_err(|error| from_pg_error(&error))?;
    let mut rows = Vec::new();
    while let Some(row) = result.rows().next().await {
        rows.push(Row(row.into_iter().map(from_postgres).collect::<Result<_, _>>()?));
    }
    result.result().await.map_err(|error| from_pg_error(&error))?;
    Ok(rows)
}

fn from_postgres(value: DbValue) -> Result<Value, DatabaseError> {
    match value {
        DbValue::DbNull => Ok(Value::Null),
        DbValue::Int64(integer) => Ok(Value::Integer(integer)),
        DbValue::Int32(integer) => Ok(Value::Integer(integer.into())),
        DbValue::Str(text) => Ok(Value::Text(text)),
        other => Err(unknown_kind(&format!("{other:?}"))),
    }
}

fn from_pg_error(error: &pg::Error) -> DatabaseError {
    match error {
        pg::Error::PgError(PgError::ConnectionFailed(reason)) => DatabaseError::Unavailable(reason.clone()),
        pg::Error::PgError(PgError::QueryFailed(QueryError::DbError(detail))) => match detail.code.as_str() {
            "23505" => DatabaseError::Duplicate(detail.message.clone()),
            // Connection exceptions, insufficient resources, operator intervention, serialisation; a read-only standby, a
            // lock that was not to be had in time.
            code if ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class))
                || ["25006", "55P03"].contains(&code) =>
            {
                DatabaseError::Unavailable(detail.message.clone())
            }
            _ => DatabaseError::Refused(detail.message.clone()),
        },
        other => DatabaseError::Unavailable(other.to_string()),
    }
}

fn unknown_kind(what: &str) -> DatabaseError {
    DatabaseError::Refused(format!("the result holds a value of another kind: {what}"))
}

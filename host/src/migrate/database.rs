//! The database's database, for the host itself. Components have theirs through Spin's interfaces.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use async_trait::async_trait;
use edge_capabilities::Database;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value, numbered_parameters};
use rusqlite::types::ValueRef;
use tokio_postgres::types::{ToSql, Type};

use crate::capabilities::postgres::Pools;

/// A SQLite file, or nothing where a file is only looked for.
pub(super) struct Sqlite(Mutex<rusqlite::Connection>);

impl Sqlite {
    /// The database at `path`; where there is none it is made, or else an empty one in memory stands for it.
    pub(super) fn open(path: &Path, make: bool) -> anyhow::Result<Self> {
        let connection = if path.exists() || make {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)
                    .with_context(|| format!("cannot make the folder {}", parent.display()))?;
            }
            rusqlite::Connection::open(path)
        } else {
            rusqlite::Connection::open_in_memory()
        };
        Ok(Self(Mutex::new(connection.with_context(|| format!("cannot open the database {}", path.display()))?)))
    }

    fn run(&self, statement: &str, parameters: &[Value]) -> rusqlite::Result<Vec<Row>> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut prepared = connection.prepare(&numbered_parameters(statement))?;
        let columns = prepared.column_count();
        let parameters = parameters.iter().map(|value| match value {
            Value::Null => rusqlite::types::Value::Null,
            Value::Integer(integer) => rusqlite::types::Value::Integer(*integer),
            Value::Text(text) => rusqlite::types::Value::Text(text.clone()),
        });
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
impl Database for Sqlite {
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        self.run(statement, parameters).map_err(|error| DatabaseError::from_sqlite(&error.to_string()))
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
        let parameters: Vec<Box<dyn ToSql + Send + Sync>> = parameters
            .iter()
            .map(|value| -> Box<dyn ToSql + Send + Sync> {
                match value {
                    Value::Null => Box::new(None::<i64>),
                    Value::Integer(integer) => Box::new(*integer),
                    Value::Text(text) => Box::new(text.clone()),
                }
            })
            .collect();
        let references: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect();
        let rows = self.0.query(statement, &references).await.map_err(|error| from_postgres(&error))?;
        let read = |row: &tokio_postgres::Row| {
            let values = row.columns().iter().enumerate().map(|(index, column)| {
                let value = if *column.type_() == Type::INT8 {
                    row.try_get::<_, Option<i64>>(index).map(|integer| integer.map(Value::Integer))
                } else {
                    row.try_get::<_, Option<String>>(index).map(|text| text.map(Value::Text))
                };
                value.map(|value| value.unwrap_or(Value::Null)).map_err(|error| from_postgres(&error))
            });
            values.collect::<Result<_, _>>().map(Row)
        };
        rows.iter().map(read).collect()
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(Dialect::Postgres)
    }
}

fn from_postgres(error: &tokio_postgres::Error) -> DatabaseError {
    match error.as_db_error() {
        // Syntax, names that are not known, and rights.
        Some(detail) if detail.code().code().starts_with("42") => DatabaseError::Refused(detail.message().to_owned()),
        Some(detail) => DatabaseError::Unavailable(detail.message().to_owned()),
        None => DatabaseError::Unavailable(error.to_string()),
    }
}

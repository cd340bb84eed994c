//! Statements on a PostgreSQL connection, for tests and for the host.

use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error};

use super::{DatabaseError, Row, Value};

/// Runs `statement` on the connection of `client`.
pub async fn query(client: &Client, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
    run(client, statement, parameters).await.map_err(|error| from_postgres(&error))
}

async fn run(client: &Client, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, Error> {
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
    let references: Vec<_> = parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect();
    let rows = client.query(statement, &references).await?;
    let read = |row: &tokio_postgres::Row| {
        let values = row.columns().iter().enumerate().map(|(index, column)| {
            let value = if *column.type_() == Type::INT8 {
                row.try_get::<_, Option<i64>>(index)?.map(Value::Integer)
            } else {
                row.try_get::<_, Option<String>>(index)?.map(Value::Text)
            };
            Ok(value.unwrap_or(Value::Null))
        });
        values.collect::<Result<_, Error>>().map(Row)
    };
    rows.iter().map(read).collect()
}

fn from_postgres(error: &Error) -> DatabaseError {
    match error.as_db_error() {
        // Syntax, unknown names and missing rights.
        Some(detail) if *detail.code() == SqlState::UNIQUE_VIOLATION => {
            DatabaseError::Duplicate(detail.message().to_owned())
        }
        Some(detail) if detail.code().code().starts_with("42") => DatabaseError::Refused(detail.message().to_owned()),
        Some(detail) => DatabaseError::Unavailable(detail.message().to_owned()),
        None => DatabaseError::Unavailable(error.to_string()),
    }
}

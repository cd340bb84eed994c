//! Statements on a SQLite connection, for tests and for the host.

use rusqlite::Connection;
use rusqlite::types::{Value as SqliteValue, ValueRef};

use super::{DatabaseError, Row, Value};

/// Runs `statement` on `connection`.
pub fn query(connection: &Connection, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
    run(connection, statement, parameters).map_err(|error| DatabaseError::from_sqlite(&error.to_string()))
}

fn run(connection: &Connection, statement: &str, parameters: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut prepared = connection.prepare(&super::numbered_parameters(statement))?;
    let parameters = parameters.iter().map(|value| match value {
        Value::Null => SqliteValue::Null,
        Value::Integer(integer) => SqliteValue::Integer(*integer),
        Value::Text(text) => SqliteValue::Text(text.clone()),
    });
    let columns = prepared.column_count();
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

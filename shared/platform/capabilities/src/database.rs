//! The database: SQL that runs on both SQLite and PostgreSQL, with `$1` parameters, `ON CONFLICT` and `RETURNING`. The
//! only types are texts, integers (timestamps are milliseconds) and NULL.

#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;

use std::fmt;

use async_trait::async_trait;

use crate::Timestamp;

/// A value in or out of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// NULL.
    Null,
    /// `BIGINT`.
    Integer(i64),
    /// `TEXT`.
    Text(String),
}

/// A row of a result, in the order of the statement's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

/// The kind of database. Migrations depend on it, and what locks rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A position in a list that is ordered by a time and then by an id, newest first: the rows after the row with these.
/// Written as `<milliseconds>.<id>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The time of the row.
    pub at: Timestamp,
    /// The id of the row.
    pub id: String,
}

impl Cursor {
    /// The position of the row with this time and this id.
    pub fn new(at: Timestamp, id: impl Into<String>) -> Self {
        Self { at, id: id.into() }
    }

    /// Reads a cursor as it is written.
    pub fn parse(text: &str) -> Option<Self> {
        let (millis, id) = text.split_once('.')?;
        Some(Self::new(Timestamp::from_millis(millis.parse().ok()?), id))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.at.as_millis(), self.id)
    }
}

/// Why a statement did not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// The database cannot be reached or is too busy.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A unique constraint was violated.
    #[error("there is one already: {0}")]
    Duplicate(String),
    /// A newer build changed the database, and this build cannot work with the change or cannot know whether it can.
    #[error("{0}")]
    NewerSchema(String),
    /// The database refused the statement: a bug of the edge.
    #[error("the statement failed: {0}")]
    Refused(String),
}

/// The database.
#[async_trait]
pub trait Database: Send + Sync {
    /// Runs one statement atomically and returns all its rows. `parameters` are the values of `$1`, `$2`, ….
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError>;

    /// As [`Database::query`], with parameters that need not be copied.
    async fn query_owned(&self, statement: &str, parameters: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        self.query(statement, &parameters).await
    }

    /// Which database this is.
    async fn dialect(&self) -> Result<Dialect, DatabaseError>;
}

impl Row {
    /// The integer in column `index`, from 0.
    pub fn integer(&self, index: usize) -> Result<i64, DatabaseError> {
        match self.0.get(index) {
            Some(Value::Integer(integer)) => Ok(*integer),
            other => Err(unexpected(index, "an integer", other)),
        }
    }

    /// The text in column `index`, from 0.
    pub fn text(&self, index: usize) -> Result<&str, DatabaseError> {
        match self.0.get(index) {
            Some(Value::Text(text)) => Ok(text),
            other => Err(unexpected(index, "a text", other)),
        }
    }

    /// The integer or NULL in column `index`, from 0.
    pub fn optional_integer(&self, index: usize) -> Result<Option<i64>, DatabaseError> {
        match self.0.get(index) {
            Some(Value::Null) => Ok(None),
            _ => self.integer(index).map(Some),
        }
    }

    /// The text or NULL in column `index`, from 0.
    pub fn optional_text(&self, index: usize) -> Result<Option<&str>, DatabaseError> {
        match self.0.get(index) {
            Some(Value::Null) => Ok(None),
            _ => self.text(index).map(Some),
        }
    }
}

fn unexpected(index: usize, wanted: &str, found: Option<&Value>) -> DatabaseError {
    let found = match found {
        None => "nothing",
        Some(Value::Null) => "NULL",
        Some(Value::Integer(_)) => "an integer",
        Some(Value::Text(_)) => "a text",
    };
    DatabaseError::Refused(format!("column {index} holds {found}, not {wanted}"))
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<crate::Timestamp> for Value {
    fn from(instant: crate::Timestamp) -> Self {
        Self::Integer(instant.as_millis())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What SQLite says where the file cannot be used, whatever the statement is.
const UNAVAILABLE: [&str; 9] = [
    "database is locked",
    "database table is locked",
    "disk I/O",
    "unable to open",
    "disk is full",
    "readonly database",
    "disk image is malformed",
    "file is not a database",
    "locking protocol",
];

impl DatabaseError {
    /// What SQLite's message of an error means.
    pub fn from_sqlite(message: &str) -> Self {
        let of = |part: &str| message.contains(part);
        if of("UNIQUE constraint failed") || of("PRIMARY KEY must be unique") {
            Self::Duplicate(message.to_owned())
        } else if UNAVAILABLE.into_iter().any(of) {
            Self::Unavailable(message.to_owned())
        } else {
            Self::Refused(message.to_owned())
        }
    }
}

/// `$1` as SQLite wants it, `?1`: there `$1` would be a name, and names are numbered in the order they occur.
/// Statements of ours hold no `$` in a literal.
pub fn numbered_parameters(statement: &str) -> String {
    statement.replace('$', "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_used_is_no_fault_of_the_statement() {
        for message in [
            "database is locked",
            "database or disk is full",
            "attempt to write a readonly database",
            "disk I/O error",
            "unable to open database file",
            "database disk image is malformed",
            "file is not a database",
            "locking protocol",
        ] {
            let error = DatabaseError::from_sqlite(message);
            assert_eq!(error, DatabaseError::Unavailable(message.into()));
        }
        assert!(matches!(DatabaseError::from_sqlite("no such table: a"), DatabaseError::Refused(_)));
        let duplicate = DatabaseError::from_sqlite("UNIQUE constraint failed: a.b");
        assert!(matches!(duplicate, DatabaseError::Duplicate(_)));
    }
}

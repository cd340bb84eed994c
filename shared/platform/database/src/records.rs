//! Rows as values of Rust types: each type lists its columns once, and statements and readers are built from that list.

use std::fmt::Write as _;
use std::future::Future;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{Cursor, DatabaseError, Row, Value};
use edge_money::Currency;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Db;

/// A type that is stored as rows of one table. [`crate::record!`] implements it for a struct.
pub trait Record: Sized {
    /// The table.
    const TABLE: &'static str;
    /// Its columns, as a list for statements: `id, tenant_id, name`.
    const COLUMNS: &'static [&'static str];

    /// The values of the columns, in their order.
    fn values(&self) -> Result<Vec<Value>, DatabaseError>;

    /// Reads a row that was selected by [`columns`].
    fn read(row: &Fields<'_>) -> Result<Self, DatabaseError>;
}

/// A row whose columns are read by name.
pub struct Fields<'r> {
    columns: &'static [&'static str],
    row: &'r Row,
}

impl Fields<'_> {
    /// The value of `column`.
    pub fn get<T: Column>(&self, column: &str) -> Result<T, DatabaseError> {
        let place = self.columns.iter().position(|known| *known == column);
        let value = place.and_then(|place| self.row.0.get(place));
        let value = value.ok_or_else(|| DatabaseError::Refused(format!("column {column} was not selected")))?;
        T::from_value(value).map_err(|reason| DatabaseError::Refused(format!("column {column}: {reason}")))
    }
}

/// A type that is stored in one column.
pub trait Column: Sized {
    /// The value to store.
    fn to_value(&self) -> Result<Value, DatabaseError>;

    /// Reads a stored value; the error says what is wrong with it.
    fn from_value(value: &Value) -> Result<Self, String>;
}

fn unexpected<T>(wanted: &str, found: &Value) -> Result<T, String> {
    let found = match found {
        Value::Null => "NULL",
        Value::Integer(_) => "an integer",
        Value::Text(_) => "a text",
    };
    Err(format!("holds {found}, not {wanted}"))
}

impl Column for String {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(self.as_str().into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            other => unexpected("a text", other),
        }
    }
}

impl Column for i64 {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(Value::Integer(*self))
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Integer(integer) => Ok(*integer),
            other => unexpected("an integer", other),
        }
    }
}

impl Column for u32 {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(Value::Integer(i64::from(*self)))
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let integer = i64::from_value(value)?;
        Self::try_from(integer).map_err(|_| format!("holds {integer}, which is out of range"))
    }
}

/// 0 or 1.
impl Column for bool {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(Value::Integer(i64::from(*self)))
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        i64::from_value(value).map(|integer| integer != 0)
    }
}

/// Milliseconds since 1970.
impl Column for Timestamp {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok((*self).into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        i64::from_value(value).map(Self::from_millis)
    }
}

/// The ISO 4217 code.
impl Column for Currency {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(self.as_str().into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        Self::parse(&String::from_value(value)?).map_err(|error| error.to_string())
    }
}

/// None is NULL.
impl<T: Column> Column for Option<T> {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        self.as_ref().map_or(Ok(Value::Null), Column::to_value)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        if *value == Value::Null { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

/// JSON text.
impl<T: Serialize + DeserializeOwned> Column for Vec<T> {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        serde_json::to_string(self).map(Into::into).map_err(|error| DatabaseError::Refused(error.to_string()))
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        serde_json::from_str(&String::from_value(value)?).map_err(|error| error.to_string())
    }
}

/// Implements [`Column`] for a type that is kept as the text that its `as_str` gives and its `parse` reads.
#[macro_export]
macro_rules! text_column {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::Column for $type {
            fn to_value(&self) -> Result<$crate::Value, $crate::DatabaseError> {
                Ok(self.as_str().into())
            }

            fn from_value(value: &$crate::Value) -> Result<Self, String> {
                let text = <String as $crate::Column>::from_value(value)?;
                <$type>::parse(&text).ok_or_else(|| format!("holds {text:?}, which is not known"))
            }
        }
    )*};
}

/// Implements [`Column`] for a type that is kept as JSON text.
#[macro_export]
macro_rules! json_column {
    ($($type:ty),* $(,)?) => {$(
        impl $crate::Column for $type {
            fn to_value(&self) -> Result<$crate::Value, $crate::DatabaseError> {
                let text = serde_json::to_string(self);
                text.map(Into::into).map_err(|error| $crate::DatabaseError::Refused(error.to_string()))
            }

            fn from_value(value: &$crate::Value) -> Result<Self, String> {
                let text = <String as $crate::Column>::from_value(value)?;
                serde_json::from_str(&text).map_err(|error| error.to_string())
            }
        }
    )*};
}

/// Implements [`Record`] for a struct whose fields are columns of the same names, or of the names given:
///
/// ```ignore
/// edge_database::record! {
///     Endpoint in "webhook_endpoints" { id, tenant_id, token: "token_sha256", created_at }
/// }
/// ```
#[macro_export]
macro_rules! record {
    ($type:ident in $table:literal { $($field:ident $(: $column:literal)?),* $(,)? }) => {
        impl $crate::Record for $type {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$($crate::record!(@name $field $($column)?)),*];

            fn values(&self) -> Result<Vec<$crate::Value>, $crate::DatabaseError> {
                Ok(vec![$($crate::Column::to_value(&self.$field)?),*])
            }

            fn read(row: &$crate::Fields<'_>) -> Result<Self, $crate::DatabaseError> {
                Ok(Self { $($field: row.get($crate::record!(@name $field $($column)?))?),* })
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $column:literal) => { $column };
}

/// The columns of `T`, for a statement: `id, tenant_id, name`.
pub fn columns<T: Record>() -> String {
    T::COLUMNS.join(", ")
}

/// Reads rows that were selected by [`columns`].
pub fn read_all<T: Record>(rows: &[Row]) -> Result<Vec<T>, DatabaseError> {
    rows.iter().map(|row| T::read(&Fields { columns: T::COLUMNS, row })).collect()
}

/// The conditions of a `WHERE`, joined by AND, with their values.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    text: String,
    values: Vec<Value>,
}

impl Conditions {
    /// `column = value`.
    pub fn of(column: &str, value: impl Into<Value>) -> Self {
        Self::default().and(column, value)
    }

    /// And `column = value`.
    #[must_use]
    pub fn and(self, column: &str, value: impl Into<Value>) -> Self {
        self.and_where(&format!("{column} = ?"), value)
    }

    /// And `column = value`, where there is one.
    #[must_use]
    pub fn and_if(self, column: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            None => self,
            Some(value) => self.and(column, value),
        }
    }

    /// And `column IS NULL`.
    #[must_use]
    pub fn and_null(mut self, column: &str) -> Self {
        self.push_condition(&format!("{column} IS NULL"));
        self
    }

    /// And `column` is one of `values`.
    #[must_use]
    pub fn and_in<V: Into<Value>>(mut self, column: &str, values: impl IntoIterator<Item = V>) -> Self {
        let before = self.values.len();
        self.values.extend(values.into_iter().map(Into::into));
        let (first, count) = (before.saturating_add(1), self.values.len().saturating_sub(before));
        // `IN ()` is not SQL.
        let condition = if count == 0 { "1 = 0".to_owned() } else { format!("{column} IN ({})", places(first, count)) };
        self.push_condition(&condition);
        self
    }

    /// And `condition`, in which `?` stands for `value`.
    #[must_use]
    pub fn and_where(mut self, condition: &str, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self.push_condition(&condition.replace('?', &format!("${}", self.values.len())));
        self
    }

    /// The text of the conditions and their values, for a statement that is written by hand.
    #[must_use]
    pub fn into_parts(self) -> (String, Vec<Value>) {
        (self.text, self.values)
    }

    fn push_condition(&mut self, condition: &str) {
        if !self.text.is_empty() {
            self.text.push_str(" AND ");
        }
        self.text.push_str(condition);
    }

    fn push(&mut self, value: impl Into<Value>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }
}

impl Db {
    /// Stores a new row; [`DatabaseError::Duplicate`] where a unique constraint forbids it.
    pub async fn insert<T: Record>(&self, record: &T) -> Result<(), DatabaseError> {
        let values = record.values()?;
        let statement = format!("INSERT INTO {} ({}) VALUES ({})", T::TABLE, columns::<T>(), places(1, values.len()));
        self.query(&statement, &values).await.map(drop)
    }

    /// Stores a new row unless a unique constraint forbids it; gives whether it did.
    pub async fn insert_new<T: Record>(&self, record: &T) -> Result<bool, DatabaseError> {
        let values = record.values()?;
        let (columns, places) = (columns::<T>(), places(1, values.len()));
        let statement = format!(
            "INSERT INTO {} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING RETURNING {}",
            T::TABLE,
            T::COLUMNS.first().unwrap_or(&"1"),
        );
        Ok(!self.query(&statement, &values).await?.is_empty())
    }

    /// Inserts `rows` in as few statements as they fit in: `head VALUES … tail`. Gives what the statements return.
    pub async fn insert_rows(&self, head: &str, rows: Vec<Vec<Value>>, tail: &str) -> Result<Vec<Row>, DatabaseError> {
        let mut returned = Vec::new();
        for batch in rows.chunks(MAX_ROWS) {
            let (mut texts, mut values) = (Vec::with_capacity(batch.len()), Vec::new());
            for row in batch {
                texts.push(format!("({})", places(values.len().saturating_add(1), row.len())));
                values.extend(row.iter().cloned());
            }
            returned.extend(self.query(&format!("{head} VALUES {} {tail}", texts.join(", ")), &values).await?);
        }
        Ok(returned)
    }

    /// The first row that meets `conditions`.
    pub async fn find<T: Record>(&self, conditions: Conditions) -> Result<Option<T>, DatabaseError> {
        let statement = format!("SELECT {} FROM {} WHERE {}", columns::<T>(), T::TABLE, conditions.text);
        let rows = self.query(&statement, &conditions.values).await?;
        Ok(read_all(rows.get(..1).unwrap_or_default())?.pop())
    }

    /// All rows that meet `conditions`, ordered by `order`: `created_at, id`.
    pub async fn select<T: Record>(&self, conditions: Conditions, order: &str) -> Result<Vec<T>, DatabaseError> {
        let statement =
            format!("SELECT {} FROM {} WHERE {} ORDER BY {order}", columns::<T>(), T::TABLE, conditions.text);
        read_all(&self.query(&statement, &conditions.values).await?)
    }

    /// Up to `limit` rows that meet `conditions`, newest first by the column `at` and then `id`, from after `cursor`.
    pub async fn page<T: Record>(
        &self,
        mut conditions: Conditions,
        at: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<T>, DatabaseError> {
        if let Some(cursor) = cursor {
            let (time, id) = (conditions.push(cursor.at), conditions.push(cursor.id));
            conditions.push_condition(&format!("({at} < ${time} OR ({at} = ${time} AND id < ${id}))"));
        }
        let filter = if conditions.text.is_empty() { String::new() } else { format!("WHERE {}", conditions.text) };
        let limit = conditions.push(i64::from(limit));
        let (columns, table) = (columns::<T>(), T::TABLE);
        let statement = format!("SELECT {columns} FROM {table} {filter} ORDER BY {at} DESC, id DESC LIMIT ${limit}");
        read_all(&self.query(&statement, &conditions.values).await?)
    }

    /// Replaces the row of `record` where its `revision` is still the one that was read, and adds one to it; gives whether
    /// it did. `key` are the columns that find the row; they and `fixed` are not written.
    pub async fn update_if_revision<T: Record>(
        &self,
        record: &T,
        key: &[&str],
        fixed: &[&str],
    ) -> Result<bool, DatabaseError> {
        let (mut set, mut condition, mut values) = (String::new(), String::new(), Vec::new());
        for (column, value) in T::COLUMNS.iter().zip(record.values()?) {
            if fixed.contains(column) {
                continue;
            }
            values.push(value);
            let place = values.len();
            let (text, link) = if key.contains(column) || *column == "revision" {
                (&mut condition, " AND ")
            } else {
                (&mut set, ", ")
            };
            let link = if text.is_empty() { "" } else { link };
            let _ = write!(text, "{link}{column} = ${place}");
        }
        let statement =
            format!("UPDATE {} SET {set}, revision = revision + 1 WHERE {condition} RETURNING revision", T::TABLE);
        Ok(!self.query(&statement, &values).await?.is_empty())
    }
}

/// The most rows in one statement. With up to 65 columns it stays below what SQLite and PostgreSQL take.
pub const MAX_ROWS: usize = 500;

/// `count` parameters from the `first`: `$3, $4, $5`.
pub fn places(first: usize, count: usize) -> String {
    (first..first.saturating_add(count)).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// `rows` as the table `changed`, from which one statement changes many rows: `WITH changed (id, at) AS (VALUES
/// (CAST($1 AS TEXT), CAST($2 AS BIGINT)), …)`, with its parameters. `columns` are names and SQL types, for PostgreSQL takes
/// a parameter without one for a text. At most [`MAX_ROWS`] rows; none is not SQL.
pub fn changed_rows(columns: &[(&str, &str)], rows: Vec<Vec<Value>>) -> (String, Vec<Value>) {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let (mut texts, mut values) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let mut casts = Vec::with_capacity(row.len());
        for (value, (_, kind)) in row.into_iter().zip(columns) {
            values.push(value);
            casts.push(format!("CAST(${} AS {kind})", values.len()));
        }
        texts.push(format!("({})", casts.join(", ")));
    }
    (format!("WITH changed ({}) AS (VALUES {})", names.join(", "), texts.join(", ")), values)
}

/// Repeats `attempt`, at most `times`, until it returns a value; None: all attempts conflicted. An attempt returns None if
/// the data that it read was changed by another writer.
pub async fn retry_on_conflict<T, E, F>(times: u32, mut attempt: impl FnMut() -> F) -> Result<Option<T>, E>
where
    F: Future<Output = Result<Option<T>, E>>,
{
    for _ in 0..times {
        if let Some(done) = attempt().await? {
            return Ok(Some(done));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;

//! Values between WIT and PostgreSQL. Ranges and intervals are refused by name: nothing this host serves has them.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Column as Described, Row};

use crate::bindings::spin::postgres::postgres::{Column, DbDataType, DbValue, Error, ParameterValue};

type Parameter = Box<dyn ToSql + Send + Sync>;

/// NULL of whichever type the statement wants.
#[derive(Debug)]
struct Null;

impl ToSql for Null {
    fn to_sql(&self, _: &Type, _: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(IsNull::Yes)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The parameters of a statement, in its order.
pub(super) fn to_sql(parameters: &[ParameterValue]) -> Result<Vec<Parameter>, Error> {
    parameters.iter().enumerate().map(|(index, value)| parameter(index, value)).collect()
}

/// What the client library takes.
pub(super) fn references(parameters: &[Parameter]) -> Vec<&(dyn ToSql + Sync)> {
    parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect()
}

fn parameter(index: usize, value: &ParameterValue) -> Result<Parameter, Error> {
    let bad = |what: &str| Error::BadParameter(format!("${}: {what}", index.saturating_add(1)));
    let decimal = |text: &str| text.parse::<Decimal>().map_err(|_| bad("not a decimal"));
    Ok(match value {
        ParameterValue::Boolean(value) => Box::new(*value),
        ParameterValue::Int8(value) => Box::new(*value),
        ParameterValue::Int16(value) => Box::new(*value),
        ParameterValue::Int32(value) => Box::new(*value),
        ParameterValue::Int64(value) => Box::new(*value),
        ParameterValue::Floating32(value) => Box::new(*value),
        ParameterValue::Floating64(value) => Box::new(*value),
        ParameterValue::Str(value) => Box::new(value.clone()),
        ParameterValue::Binary(value) => Box::new(value.clone()),
        ParameterValue::Date((year, month, day)) => {
            Box::new(date(*year, *month, *day).ok_or_else(|| bad("not a date"))?)
        }
        ParameterValue::Time((hour, minute, second, nanosecond)) => {
            Box::new(time(*hour, *minute, *second, *nanosecond).ok_or_else(|| bad("not a time"))?)
        }
        ParameterValue::Datetime((year, month, day, hour, minute, second, nanosecond)) => {
            let date = date(*year, *month, *day);
            let time = time(*hour, *minute, *second, *nanosecond);
            Box::new(
                date.zip(time)
                    .map(|(date, time)| NaiveDateTime::new(date, time))
                    .ok_or_else(|| bad("not a date-time"))?,
            )
        }
        ParameterValue::Timestamp(seconds) => {
            Box::new(DateTime::from_timestamp(*seconds, 0).ok_or_else(|| bad("not an instant"))?)
        }
        ParameterValue::Uuid(value) => Box::new(uuid::Uuid::try_parse(value).map_err(|_| bad("not a UUID"))?),
        ParameterValue::Jsonb(value) => {
            Box::new(serde_json::from_slice::<serde_json::Value>(value).map_err(|_| bad("not JSON"))?)
        }
        ParameterValue::Decimal(value) => Box::new(decimal(value)?),
        ParameterValue::ArrayInt32(values) => Box::new(values.clone()),
        ParameterValue::ArrayInt64(values) => Box::new(values.clone()),
        ParameterValue::ArrayStr(values) => Box::new(values.clone()),
        ParameterValue::ArrayDecimal(values) => {
            let read = |value: &Option<String>| value.as_deref().map(decimal).transpose();
            Box::new(values.iter().map(read).collect::<Result<Vec<_>, _>>()?)
        }
        ParameterValue::DbNull => Box::new(Null),
        ParameterValue::RangeInt32(_) | ParameterValue::RangeInt64(_) | ParameterValue::RangeDecimal(_) => {
            return Err(bad("this host serves no ranges"));
        }
        ParameterValue::Interval(_) => return Err(bad("this host serves no intervals")),
    })
}

fn date(year: i32, month: u8, day: u8) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
}

fn time(hour: u8, minute: u8, second: u8, nanosecond: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nanosecond)
}

/// A column's name and type.
pub(super) fn column(column: &Described) -> Column {
    let data_type = match *column.type_() {
        Type::BOOL => DbDataType::Boolean,
        Type::CHAR => DbDataType::Int8,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => DbDataType::Str,
        Type::BYTEA => DbDataType::Binary,
        Type::DATE => DbDataType::Date,
        Type::TIME => DbDataType::Time,
        Type::TIMESTAMP => DbDataType::Datetime,
        Type::TIMESTAMPTZ => DbDataType::Timestamp,
        Type::UUID => DbDataType::Uuid,
        Type::JSON | Type::JSONB => DbDataType::Jsonb,
        Type::NUMERIC => DbDataType::Decimal,
        Type::INT4_ARRAY => DbDataType::ArrayInt32,
        Type::INT8_ARRAY => DbDataType::ArrayInt64,
        Type::NUMERIC_ARRAY => DbDataType::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY => DbDataType::ArrayStr,
        ref other => DbDataType::Other(other.name().to_owned()),
    };
    Column { name: column.name().to_owned(), data_type }
}

/// All values of a row.
pub(super) fn row(row: &Row) -> Result<Vec<DbValue>, Error> {
    row.columns().iter().enumerate().map(|(index, column)| value(row, index, column.type_())).collect()
}

fn value(row: &Row, index: usize, kind: &Type) -> Result<DbValue, Error> {
    let strings =
        |values: Vec<Option<Decimal>>| values.into_iter().map(|value| value.map(|it| it.to_string())).collect();
    match *kind {
        Type::BOOL => get(row, index, DbValue::Boolean),
        Type::CHAR => get(row, index, DbValue::Int8),
        Type::INT2 => get(row, index, DbValue::Int16),
        Type::INT4 => get(row, index, DbValue::Int32),
        Type::INT8 => get(row, index, DbValue::Int64),
        Type::FLOAT4 => get(row, index, DbValue::Floating32),
        Type::FLOAT8 => get(row, index, DbValue::Floating64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => get(row, index, DbValue::Str),
        Type::BYTEA => get(row, index, DbValue::Binary),
        Type::DATE => {
            get(row, index, |date: NaiveDate| DbValue::Date((date.year(), small(date.month()), small(date.day()))))
        }
        Type::TIME => get(row, index, |time: NaiveTime| {
            DbValue::Time((small(time.hour()), small(time.minute()), small(time.second()), time.nanosecond()))
        }),
        Type::TIMESTAMP => get(row, index, |at: NaiveDateTime| {
            DbValue::Datetime((
                at.year(),
                small(at.month()),
                small(at.day()),
                small(at.hour()),
                small(at.minute()),
                small(at.second()),
                at.nanosecond(),
            ))
        }),
        Type::TIMESTAMPTZ => get(row, index, |at: DateTime<chrono::Utc>| DbValue::Timestamp(at.timestamp())),
        Type::UUID => get(row, index, |uuid: uuid::Uuid| DbValue::Uuid(uuid.to_string())),
        Type::JSON | Type::JSONB => {
            get(row, index, |json: serde_json::Value| DbValue::Jsonb(json.to_string().into_bytes()))
        }
        Type::NUMERIC => get(row, index, |decimal: Decimal| DbValue::Decimal(decimal.to_string())),
        Type::INT4_ARRAY => get(row, index, DbValue::ArrayInt32),
        Type::INT8_ARRAY => get(row, index, DbValue::ArrayInt64),
        Type::NUMERIC_ARRAY => get(row, index, |values| DbValue::ArrayDecimal(strings(values))),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY => get(row, index, DbValue::ArrayStr),
        _ => get(row, index, |Raw(bytes)| DbValue::Unsupported(bytes)),
    }
}

/// Parts of dates and times are below 256 by their nature.
fn small(part: u32) -> u8 {
    u8::try_from(part).unwrap_or(u8::MAX)
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, index: usize, wrap: impl FnOnce(T) -> DbValue) -> Result<DbValue, Error> {
    match row.try_get::<_, Option<T>>(index) {
        Ok(Some(value)) => Ok(wrap(value)),
        Ok(None) => Ok(DbValue::DbNull),
        Err(error) => Err(Error::ValueConversionFailed(error.to_string())),
    }
}

/// The bytes of a value of whichever type.
struct Raw(Vec<u8>);

impl FromSql<'_> for Raw {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw.to_owned()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

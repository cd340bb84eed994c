//! Months, which are the periods of consolidated invoices.

use std::fmt;

use edge_capabilities::Timestamp;
use edge_database::{Column, DatabaseError, Value};
use edge_tenants::Tenant;
use edge_time_zones::Zone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A month of the calendar, written as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    year: u16,
    month: u8,
}

/// The time zone of `tenant`. One that this build does not know counts as UTC.
pub fn zone_of(tenant: &Tenant) -> Zone {
    Zone::parse(&tenant.timezone).unwrap_or(Zone::UTC)
}

impl Month {
    /// The month of this text, from the year 1000 on. (As texts, such months are in the order of time.)
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_written = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let (year, month) = text.split_once('-').filter(|_| is_written)?;
        let (year, month): (u16, u8) = (year.parse().ok()?, month.parse().ok()?);
        ((1000..=9999).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The month that it is in `zone` at `at`.
    pub(crate) fn of(at: Timestamp, zone: &Zone) -> Option<Self> {
        zone.date_of(at).get(..7).and_then(Self::parse)
    }

    /// The month after it.
    pub(crate) fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year.saturating_add(1), month: 1 }
        } else {
            Self { month: self.month.saturating_add(1), ..self }
        }
    }

    /// Its first day, as a date is written. (As texts, dates are in the order of time.)
    pub(crate) fn first_day(self) -> String {
        format!("{self}-01")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

impl Column for Month {
    fn to_value(&self) -> Result<Value, DatabaseError> {
        Ok(self.to_string().into())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        Self::parse(&text).ok_or_else(|| format!("holds {text:?}, which is no month"))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("must be a month such as 2026-11"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_as_it_is_written_or_not_at_all() {
        for text in ["2026-11", "1000-01", "9999-12"] {
            assert_eq!(Month::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "2026-1", "2026-13", "2026-00", "0999-12", "2026-11-01", "2026/11", "+026-11"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
        for (month, next) in [("2026-11", "2026-12"), ("2026-12", "2027-01")] {
            assert_eq!(Month::parse(month).unwrap().next().to_string(), next);
        }
        let at = Timestamp::parse("2026-11-30T23:30:00Z").unwrap();
        for (zone, month) in [("UTC", "2026-11"), ("Asia/Kolkata", "2026-12")] {
            assert_eq!(Month::of(at, &Zone::parse(zone).unwrap()).unwrap().to_string(), month);
        }
    }
}

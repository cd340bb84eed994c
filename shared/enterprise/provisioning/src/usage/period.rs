//! The days that a summary is about.

use chrono::{DateTime, Datelike as _, Days, NaiveDate};
use edge_capabilities::Timestamp;
use edge_http::{FieldError, Problem};

/// The longest period, days: a leap year.
const MAX_DAYS: i64 = 366;

/// Days in UTC, the last one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
}

impl Period {
    /// Reads the days as `YYYY-MM-DD`. Without an end it ends today; without a start it begins with the month of its end.
    pub(crate) fn read(start: Option<&str>, end: Option<&str>, now: Timestamp) -> Result<Self, Problem> {
        let today = DateTime::from_timestamp_millis(now.as_millis()).unwrap_or_default().date_naive();
        let mut errors = Vec::new();
        let mut date = |field: &str, written: Option<&str>| match written.filter(|written| !written.is_empty()) {
            None => None,
            Some(written) => {
                let date = read_date(written);
                if date.is_none() {
                    errors.push(FieldError::new(field, "must be a date, YYYY-MM-DD"));
                }
                date
            }
        };
        let (start, end) = (date("start_date", start), date("end_date", end));
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let end = end.or_else(|| start.filter(|start| *start > today)).unwrap_or(today);
        let start = start.or_else(|| end.with_day(1)).unwrap_or(end);
        if start > end {
            return Err(Problem::field("end_date", "must not be before start_date"));
        }
        if end.signed_duration_since(start).num_days() >= MAX_DAYS {
            return Err(Problem::field("end_date", "must be within 366 days of start_date"));
        }
        Ok(Self { start, end })
    }

    /// Its first instant, and the first one after it.
    pub(crate) fn instants(self) -> (Timestamp, Timestamp) {
        let midnight = |day: NaiveDate| {
            let at = day.and_hms_opt(0, 0, 0).map(|at| at.and_utc().timestamp_millis());
            Timestamp::from_millis(at.unwrap_or_default())
        };
        (midnight(self.start), midnight(self.end.checked_add_days(Days::new(1)).unwrap_or(self.end)))
    }
}

fn read_date(written: &str) -> Option<NaiveDate> {
    let is_plain = written.len() == 10 && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_plain.then(|| written.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(start: &str, end: &str) -> Result<(String, String), String> {
        let now = Timestamp::parse("2025-07-28T10:00:00Z").unwrap();
        let period = Period::read(Some(start), Some(end), now);
        let period = period.map(|period| (period.start.to_string(), period.end.to_string()));
        period.map_err(|problem| problem.errors()[0].field.clone())
    }

    #[test]
    fn what_is_left_out_is_this_month_until_today() {
        let days = |start: &str, end: &str| Ok((start.to_owned(), end.to_owned()));
        assert_eq!(read("", ""), days("2025-07-01", "2025-07-28"));
        assert_eq!(read("2025-06-15", ""), days("2025-06-15", "2025-07-28"));
        assert_eq!(read("", "2025-05-10"), days("2025-05-01", "2025-05-10"));
        assert_eq!(read("2025-09-01", ""), days("2025-09-01", "2025-09-01"));
        assert_eq!(read("2024-01-01", "2024-12-31"), days("2024-01-01", "2024-12-31"));
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for (start, end, field) in [
            ("2025-7-1", "", "start_date"),
            ("2025-02-29", "", "start_date"),
            ("", "tomorrow", "end_date"),
            ("+002025-07", "", "start_date"),
            ("2025-07-02", "2025-07-01", "end_date"),
            ("2024-01-01", "2025-01-01", "end_date"),
        ] {
            assert_eq!(read(start, end), Err(field.into()), "{start} {end}");
        }
    }

    #[test]
    fn the_last_day_belongs_to_it() {
        let now = Timestamp::from_millis(0);
        let (from, to) = Period::read(Some("2025-07-01"), Some("2025-07-31"), now).unwrap().instants();
        assert_eq!((from.to_string(), to.to_string()), ("2025-07-01T00:00:00Z".into(), "2025-08-01T00:00:00Z".into()));
    }
}

//! When a saved report is sent.

use edge_capabilities::Timestamp;
use edge_http::{FieldError, is_email};
use edge_invoices::TimeOfDay;
use edge_time_zones::{Date, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::period::Granularity;

const MAX_RECIPIENTS: usize = 20;

/// When a report is sent, and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReportSchedule {
    /// `day`; `week`: on Mondays; `month`: on the first.
    #[schema(example = "month")]
    pub(crate) every: String,
    /// The time of the day in the tenant's time zone: `08:00`. Where the clocks skip it, right after; where they show it
    /// twice, the first time.
    #[schema(example = "08:00")]
    pub(crate) at: String,
    /// The e-mail addresses: 1 to 20.
    pub(crate) recipients: Vec<String>,
}

impl ReportSchedule {
    /// What is wrong with it.
    pub(crate) fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.every().is_none() {
            errors.push(FieldError::new("schedule.every", "must be `day`, `week` or `month`"));
        }
        if TimeOfDay::parse(&self.at).is_none() {
            errors.push(FieldError::new("schedule.at", "must be a time such as 08:00"));
        }
        if !(1..=MAX_RECIPIENTS).contains(&self.recipients.len()) {
            errors.push(FieldError::new("schedule.recipients", format!("must be 1 to {MAX_RECIPIENTS} addresses")));
        }
        for (place, address) in self.recipients.iter().enumerate() {
            if !is_email(address) {
                errors.push(FieldError::new(format!("schedule.recipients[{place}]"), "must be an e-mail address"));
            }
        }
        errors
    }

    fn every(&self) -> Option<Granularity> {
        Granularity::parse(&self.every)
            .filter(|every| matches!(every, Granularity::Day | Granularity::Week | Granularity::Month))
    }

    /// The first time after `after` at which it is sent. It is counted by the calendar and not in hours, so that the clocks'
    /// changes move nothing. None: it is not valid.
    pub(crate) fn next(&self, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let (every, time) = (self.every()?, TimeOfDay::parse(&self.at)?);
        let first = every.first(Date::of(after, zone));
        (0..=2).map(|count| time.on(every.later(first, count), zone)).find(|at| *at > after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(every: &str, at: &str, zone: &str, after: &str) -> String {
        let schedule = ReportSchedule { every: every.into(), at: at.into(), recipients: Vec::new() };
        let zone = Zone::parse(zone).unwrap();
        schedule.next(Timestamp::parse(after).unwrap(), &zone).unwrap().to_string()
    }

    #[test]
    fn the_clocks_changes_move_nothing() {
        for (every, at, zone, times) in [
            ("day", "08:00", "Europe/Berlin", ["2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z"]),
            ("day", "08:00", "Europe/Berlin", ["2026-10-24T06:00:00Z", "2026-10-25T07:00:00Z", "2026-10-26T07:00:00Z"]),
            // Skipped, and shown twice.
            ("day", "02:30", "Europe/Berlin", ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
            ("day", "02:30", "Europe/Berlin", ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
            ("week", "09:15", "Asia/Kolkata", ["2026-11-30T03:45:00Z", "2026-12-07T03:45:00Z", "2026-12-14T03:45:00Z"]),
            (
                "month",
                "00:00",
                "America/New_York",
                ["2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"],
            ),
        ] {
            for pair in times.windows(2) {
                assert_eq!(next(every, at, zone, pair[0]), pair[1], "{every} {at} {zone}");
            }
            let before = Timestamp::parse(times[0]).unwrap().as_millis() - 1;
            assert_eq!(next(every, at, zone, &Timestamp::from_millis(before).to_rfc3339_millis()), times[0]);
        }
    }
}

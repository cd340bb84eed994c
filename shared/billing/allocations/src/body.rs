//! What the bodies of requests have in common.

use edge_capabilities::Timestamp;
use edge_http::{FieldError, Problem, Text};
use edge_invoices::Date;
use edge_time_zones::Zone;

use crate::error::AllocationError;

/// The longest text of a field.
pub(crate) const MAX_LEN: usize = 256;

/// Whether a text can be an id of the edge's own.
pub(crate) fn is_id(text: &str) -> bool {
    Text::<64>::accepts(text)
}

/// The day of a text: a date, or an instant (RFC 3339), which counts as the day that it is in `zone`.
pub(crate) fn read_day(text: &str, zone: &Zone) -> Option<Date> {
    Date::parse(text).or_else(|| Timestamp::parse(text).map(|at| Date::of(at, zone)))
}

/// Collects what is wrong with a request.
#[derive(Default)]
pub(crate) struct Errors(Vec<FieldError>);

impl Errors {
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// Checks a text that has one line and is not empty, where there is one.
    pub(crate) fn check_text(&mut self, field: &str, text: Option<&str>) {
        self.0.extend(FieldError::of_text::<MAX_LEN>(field, text));
    }

    pub(crate) fn read_day(&mut self, field: &str, text: Option<&str>, zone: &Zone) -> Option<Date> {
        let day = read_day(text?, zone);
        if day.is_none() {
            self.add(field, "must be a date such as 2026-03-31");
        }
        day
    }

    /// An error if anything is wrong.
    pub(crate) fn finish(self) -> Result<(), AllocationError> {
        if self.0.is_empty() { Ok(()) } else { Err(AllocationError::Invalid(self.0)) }
    }

    /// As [`Errors::finish`], for a handler.
    pub(crate) fn into_result(self) -> Result<(), Problem> {
        self.finish().map_err(Into::into)
    }
}

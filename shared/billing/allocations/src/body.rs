//! What the bodies of requests have in common.

use edge_capabilities::Timestamp;
use edge_http::{FieldErrors, Text};
use edge_invoices::Date;
use edge_time_zones::Zone;

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

/// The day of a field in which a date may stand.
pub(crate) fn check_day(errors: &mut FieldErrors, field: &str, text: Option<&str>, zone: &Zone) -> Option<Date> {
    let day = read_day(text?, zone);
    if day.is_none() {
        errors.add(field, "must be a date such as 2026-03-31");
    }
    day
}

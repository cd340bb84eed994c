//! How many requests are answered.

use serde::{Deserialize, Serialize};

use crate::fault::FaultKind;

/// How many requests the API answers. Tokens and the consent page are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// In a minute. None: any number.
    pub per_minute: Option<u64>,
    /// In a day. None: any number.
    pub per_day: Option<u64>,
}

/// A span of time, and the requests in it.
#[derive(Clone, Copy, Default)]
struct Span {
    number: i64,
    count: u64,
}

impl Span {
    /// Milliseconds from `now` to the end of the span of so many milliseconds, if another request is one too many in it.
    fn left(&mut self, now: i64, length: i64, most: Option<u64>) -> Option<i64> {
        let number = now.div_euclid(length);
        if number != self.number {
            *self = Self { number, count: 0 };
        }
        most.is_some_and(|most| self.count >= most).then(|| length.saturating_sub(now.rem_euclid(length)))
    }
}

/// The requests so far.
#[derive(Default)]
pub(crate) struct Counted {
    pub limits: Limits,
    minute: Span,
    day: Span,
    /// How many were too many.
    pub refused: u64,
}

impl Counted {
    /// No requests yet, within these limits.
    pub fn within(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Counts a request; what happens to it, if it is one too many.
    pub fn count(&mut self, now: i64) -> Option<FaultKind> {
        let day = self.day.left(now, 86_400_000, self.limits.per_day);
        let minute = self.minute.left(now, 60_000, self.limits.per_minute);
        let Some(left) = day.or(minute) else {
            self.minute.count = self.minute.count.saturating_add(1);
            self.day.count = self.day.count.saturating_add(1);
            return None;
        };
        self.refused = self.refused.saturating_add(1);
        // Whole seconds, and not too few.
        let seconds = u64::try_from(left).unwrap_or_default().div_ceil(1_000);
        Some(FaultKind::Throttled { retry_after: Some(seconds), daily: day.is_some() })
    }
}

//! The shape of all answers: the range, the definitions of the figures, and results that are never summed across currencies.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use edge_capabilities::Timestamp;
use edge_http::{Code, Json, Problem};
use edge_money::{Currency, DecimalAmount, Money};
use edge_mrr::{Cell, Sums};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde::Serialize;
use utoipa::ToSchema;

use crate::csv::csv;
use crate::query::AnalyticsQuery;

/// An answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report<R> {
    /// The first day.
    from: String,
    /// The day after the last one.
    to: String,
    /// The time zone in which days and months begin.
    timezone: String,
    /// `day` or `month`.
    granularity: String,
    /// As known when; null: now.
    as_of: Option<String>,
    /// What the figures mean, by their names.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    definitions: BTreeMap<&'static str, &'static str>,
    results: Vec<R>,
    /// Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages.
    next_cursor: Option<String>,
}

impl<R: Serialize> Report<R> {
    pub(crate) fn new(ask: &AnalyticsQuery, definitions: &[(&'static str, &'static str)], results: Vec<R>) -> Self {
        let zone = &ask.calendar.zone;
        Self {
            from: zone.date_of(ask.from),
            to: zone.date_of(ask.to),
            timezone: zone.as_str().to_owned(),
            granularity: ask.calendar.granularity.as_str().to_owned(),
            as_of: ask.as_of.map(Timestamp::to_rfc3339_millis),
            definitions: definitions.iter().copied().collect(),
            results,
            next_cursor: None,
        }
    }

    /// With the place where the next page begins.
    pub(crate) fn with_next(self, next_cursor: Option<String>) -> Self {
        Self { next_cursor, ..self }
    }

    /// The answer in the format that `headers` accept: JSON, or CSV with a line for each point.
    pub(crate) fn respond(self, headers: &HeaderMap) -> Result<Response, Problem> {
        let accepted = headers.get(ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
        let first = accepted.split(',').next().unwrap_or_default().trim().to_ascii_lowercase();
        if first == "text/csv" || first.starts_with("text/csv;") {
            let text =
                csv(&self.results).map_err(|error| Problem::new(Code::Internal, "The edge failed.").because(error))?;
            return Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response());
        }
        Ok(Json(self).into_response())
    }
}

/// What there is at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Level {
    /// The recurring amount of a year, in the currency's smallest unit.
    pub(crate) annual: i64,
    /// The customers that pay.
    pub(crate) customers: i64,
    /// The seats that are paid for.
    pub(crate) seats: i64,
}

impl Level {
    pub(crate) fn after(self, sums: &Sums) -> Self {
        Self {
            annual: self.annual.saturating_add(sums.annual()),
            customers: self.customers.saturating_add(sums.customers()),
            seats: self.seats.saturating_add(sums.seats),
        }
    }
}

/// What changed in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) start: Timestamp,
    pub(crate) opening: Level,
    pub(crate) sums: Sums,
    pub(crate) closing: Level,
}

/// The periods of `ask` that have begun, in each currency; a currency that is asked for is there even if nothing is in it.
pub(crate) fn periods(ask: &AnalyticsQuery, cells: &BTreeMap<Cell, Sums>) -> BTreeMap<Currency, Vec<Period>> {
    let boundaries = ask.boundaries();
    let mut before: BTreeMap<Currency, Level> = BTreeMap::new();
    let mut within: BTreeMap<(Currency, usize), Sums> = BTreeMap::new();
    before.extend(ask.currency.map(|currency| (currency, Level::default())));
    for (cell, sums) in cells {
        let opening = before.entry(cell.currency).or_default();
        match boundaries.partition_point(|boundary| *boundary <= cell.period).checked_sub(1) {
            None => *opening = opening.after(sums),
            Some(place) => within.entry((cell.currency, place)).or_default().add(sums),
        }
    }
    let starts = boundaries.split_last().map(|(_, starts)| starts).unwrap_or_default();
    let mut periods = BTreeMap::new();
    for (currency, mut level) in before {
        let mut of_currency = Vec::with_capacity(starts.len());
        for (place, start) in starts.iter().enumerate().filter(|(_, start)| **start <= ask.known_until()) {
            let sums = within.get(&(currency, place)).copied().unwrap_or_default();
            let closing = level.after(&sums);
            of_currency.push(Period { start: *start, opening: level, sums, closing });
            level = closing;
        }
        periods.insert(currency, of_currency);
    }
    periods
}

/// A twelfth of the amount of a year, rounded half away from zero.
pub(crate) fn monthly(annual: i64) -> i64 {
    divide(annual, 12)
}

/// `amount` divided by `by`, which is positive, rounded half away from zero.
pub(crate) fn divide(amount: i64, by: i64) -> i64 {
    let half = by.checked_div(2).unwrap_or_default();
    let half = if amount < 0 { half.saturating_neg() } else { half };
    amount.saturating_add(half).checked_div(by).unwrap_or_default()
}

/// An amount in the smallest unit of `currency`, as it is answered.
pub(crate) const fn amount(minor: i64, currency: Currency) -> DecimalAmount {
    DecimalAmount(Money { minor, currency })
}

/// `part` of `whole`; None where there is no whole.
pub(crate) fn rate(part: i64, whole: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a share is answered as a fraction, with the digits of a double")]
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_twelfth_rounded_once() {
        for (annual, minor) in [(12_000, 1_000), (10_000, 833), (10, 1), (6, 1), (5, 0), (0, 0), (-6, -1), (-5, 0)] {
            assert_eq!(monthly(annual), minor, "{annual}");
        }
    }

    #[test]
    fn a_share_of_nothing_is_unknown() {
        assert_eq!((rate(20, 100), rate(9, 17), rate(0, 0), rate(3, 0)), (Some(0.2), Some(9.0 / 17.0), None, None));
    }
}

//! What a caller asks for: a period, as of which day, in which time zone, and of which entities.

use axum::extract::FromRequestParts;
use edge_access::ReportsRead;
use edge_capabilities::Timestamp;
use edge_entities::zone_of;
use edge_http::{Code, FieldError, Problem};
use edge_invoices::{AsOf, Span};
use edge_tenants::{Scoped, Tenant};
use edge_time_zones::{Date, Zone};
use http::header::ACCEPT;
use http::request::Parts;
use http::{HeaderMap, Uri};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::router::AppState;

/// The longest period, in days.
const MAX_DAYS: i64 = 3_700;

/// The query parameters, for the OpenAPI description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the description reads it")]
pub(crate) struct ReportParams {
    /// The day at whose end the figures are taken: what happened later is ignored. Default: today.
    #[param(format = Date)]
    as_of: Option<String>,
    /// The first day of the period. Default: the first day of the month of its last day.
    #[param(format = Date)]
    from: Option<String>,
    /// The day after the last one. Default: the first day of the month after `as_of`.
    #[param(format = Date)]
    to: Option<String>,
    /// An IANA time zone, whose days these are. Default: the tenant's.
    timezone: Option<String>,
    /// Only figures of this entity and those below it.
    entity_id: Option<String>,
}

/// What a report is about.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportHead {
    /// The day at whose end the figures are taken.
    #[schema(format = Date)]
    as_of: String,
    /// The first day of the period.
    #[schema(format = Date)]
    from: String,
    /// The day after the last one.
    #[schema(format = Date)]
    to: String,
    timezone: String,
    /// The entity that it is about, with those below it; null: all.
    entity_id: Option<String>,
    /// The period before.
    previous_period: PeriodDays,
}

/// A period: `[from, to)`.
#[derive(Serialize, ToSchema)]
#[schema(as = ReportPeriod)]
pub(crate) struct PeriodDays {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
}

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
}

impl Format {
    fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
        let first = accepted.split([',', ';']).next().unwrap_or_default().trim();
        if first.eq_ignore_ascii_case("text/csv") { Self::Csv } else { Self::Json }
    }
}

/// An entity and all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntityScope {
    pub(crate) id: String,
    /// Its id and the ids of those below it.
    pub(crate) ids: Vec<String>,
}

/// A query of a caller who may see the answer: as an argument of a handler, it authorises the caller first.
pub(crate) struct ReportQuery {
    pub(crate) tenant: Tenant,
    pub(crate) days: ReportDays,
    pub(crate) entity: Option<EntityScope>,
    pub(crate) format: Format,
}

/// The days that a report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportDays {
    /// The day at whose end figures are taken.
    pub(crate) as_of: Date,
    /// The first day of the period.
    pub(crate) from: Date,
    /// The day after the last.
    pub(crate) to: Date,
    /// The first day of the period before, which ends where this one begins.
    pub(crate) previous_from: Date,
    pub(crate) zone: Zone,
}

impl ReportDays {
    fn new(as_of: Date, from: Date, to: Date, zone: Zone) -> Self {
        Self { previous_from: before(from, to), as_of, from, to, zone }
    }

    /// The day after the last of the period that counts.
    pub(crate) fn end(&self) -> Date {
        self.to.min(self.as_of.plus_days(1))
    }

    /// The period before (0) and the period as far as it counts (1).
    pub(crate) fn spans(&self) -> [Span; 2] {
        let span =
            |from: Date, to: Date| Span { from, to, begins: from.begins(&self.zone), ends: to.begins(&self.zone) };
        [span(self.previous_from, self.from), span(self.from, self.end())]
    }

    /// The last day of the period before (0), and of the period (1), each with its end.
    pub(crate) fn ends(&self) -> [AsOf; 2] {
        self.spans().map(|span| AsOf { day: span.to.minus_days(1), ends: span.ends })
    }

    /// The beginnings of the two periods, and the end.
    pub(crate) fn boundaries(&self) -> Vec<Timestamp> {
        let [previous, current] = self.spans();
        vec![previous.begins, current.begins, current.ends]
    }
}

/// The first day of a period as long as `[from, to)` that ends where that begins: as many months, if they are whole ones, else
/// as many days.
fn before(from: Date, to: Date) -> Date {
    let is_whole = from == from.first_of_month() && to == to.first_of_month();
    if !is_whole {
        return from.minus_days(u32::try_from(from.days_until(to)).unwrap_or_default());
    }
    let (mut begins, mut month) = (from, from);
    while month < to {
        begins = begins.minus_days(1).first_of_month();
        month = month.plus_months(1);
    }
    begins
}

/// The parameters as they were sent; an error of each that is wrong.
struct Parameters {
    sent: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Parameters {
    fn read(uri: &Uri) -> Result<Self, Problem> {
        let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        let sent = query.map_err(|_| Problem::field("query", "cannot be read"))?.0;
        Ok(Self { sent, errors: Vec::new() })
    }

    fn wrong(&mut self, name: &str, message: &str) {
        self.errors.push(FieldError::new(name, message));
    }

    /// The parameter `name`, read by `parse`; `message` says what it must be.
    fn take<T>(&mut self, name: &str, message: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let mut values = self.sent.iter().filter(|(sent, _)| sent == name).map(|(_, value)| value.as_str());
        let value = values.next()?.to_owned();
        if values.next().is_some() {
            self.wrong(name, "is sent more than once");
            return None;
        }
        let read = parse(&value);
        if read.is_none() {
            self.wrong(name, message);
        }
        read
    }
}

/// Reads the days and the entity's id of `uri`, where it is `now`.
fn read(uri: &Uri, own: Zone, now: Timestamp) -> Result<(ReportDays, Option<String>), Problem> {
    let mut sent = Parameters::read(uri)?;
    let zone = sent.take("timezone", "is no time zone of the IANA database", Zone::parse).unwrap_or(own);
    let today = Date::of(now, &zone);
    let date = "must be a date like 2026-01-31";
    let as_of = sent.take("as_of", date, Date::parse).unwrap_or(today);
    let to = sent.take("to", date, Date::parse).unwrap_or_else(|| as_of.first_of_month().plus_months(1));
    let last = to.minus_days(1).min(as_of);
    let from = sent.take("from", date, Date::parse).unwrap_or_else(|| last.first_of_month());
    let is_id = |id: &str| (1..=64).contains(&id.len()) && !id.chars().any(char::is_control);
    let entity = sent.take("entity_id", "must be 1 to 64 bytes", |id| is_id(id).then(|| id.to_owned()));
    if sent.errors.is_empty() {
        if as_of > today {
            sent.wrong("as_of", "must not be in the future");
        } else if from > as_of {
            sent.wrong("from", "must not be after as_of");
        } else if from >= to {
            sent.wrong("to", "must be after from");
        } else if from.days_until(to) > MAX_DAYS || from.year() < 1100 || to.year() > 9000 {
            sent.wrong("to", "is too far from from: at most ten years");
        }
    }
    if sent.errors.is_empty() {
        Ok((ReportDays::new(as_of, from, to, zone), entity))
    } else {
        Err(Problem::fields(sent.errors))
    }
}

impl ReportQuery {
    /// What the report is about.
    pub(crate) fn head(&self) -> ReportHead {
        let days = &self.days;
        ReportHead {
            as_of: days.as_of.to_string(),
            from: days.from.to_string(),
            to: days.to.to_string(),
            timezone: days.zone.as_str().to_owned(),
            entity_id: self.entity.as_ref().map(|entity| entity.id.clone()),
            previous_period: PeriodDays { from: days.previous_from.to_string(), to: days.from.to_string() },
        }
    }

    /// The ids of the entities that it is about; None: all.
    pub(crate) fn entities(&self) -> Option<&[String]> {
        self.entity.as_ref().map(|entity| entity.ids.as_slice())
    }
}

impl FromRequestParts<AppState> for ReportQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Scoped { tenant, .. } = Scoped::<ReportsRead>::from_request_parts(parts, state).await?;
        let (days, entity) = read(&parts.uri, zone_of(&tenant), state.now())?;
        let entity = match entity {
            None => None,
            Some(id) => {
                let unknown = || Problem::new(Code::EntityNotFound, "There is no such entity.");
                let ids = state.entities.below(&tenant.id, &id).await?.ok_or_else(unknown)?;
                Some(EntityScope { id, ids })
            }
        };
        Ok(Self { format: Format::of(&parts.headers), tenant, days, entity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<(ReportDays, Option<String>), Problem> {
        let uri = format!("/reports?{query}").parse().unwrap();
        read(&uri, Zone::parse("Asia/Kolkata").unwrap(), Timestamp::parse("2026-11-29T20:00:00Z").unwrap())
    }

    #[test]
    fn a_parameter_that_cannot_be_is_named() {
        for (query, field) in [
            ("as_of=2026-02-30", "as_of"),
            ("as_of=2026-12-01", "as_of"),
            ("from=tomorrow", "from"),
            ("from=2026-12-01", "from"),
            ("from=2026-11-02&to=2026-11-02", "to"),
            ("from=1990-01-01", "to"),
            ("timezone=Mars", "timezone"),
            ("entity_id=", "entity_id"),
            ("from=2026-01-01&from=2026-01-02", "from"),
        ] {
            let problem = ask(query).unwrap_err();
            let named: Vec<&str> = problem.errors().iter().map(|error| error.field.as_ref()).collect();
            assert_eq!(named, [field], "{query}");
        }
    }

    #[test]
    fn the_period_is_a_month_unless_it_is_said_and_the_one_before_is_as_long() {
        for (query, as_of, from, to, previous, end) in [
            // It is the 30th in Kolkata already.
            ("", "2026-11-30", "2026-11-01", "2026-12-01", "2026-10-01", "2026-12-01"),
            ("timezone=UTC", "2026-11-29", "2026-11-01", "2026-12-01", "2026-10-01", "2026-11-30"),
            ("as_of=2026-03-31", "2026-03-31", "2026-03-01", "2026-04-01", "2026-02-01", "2026-04-01"),
            ("from=2026-01-01&to=2026-07-01", "2026-11-30", "2026-01-01", "2026-07-01", "2025-07-01", "2026-07-01"),
            ("from=2026-03-05&to=2026-03-15", "2026-11-30", "2026-03-05", "2026-03-15", "2026-02-23", "2026-03-15"),
            ("from=2026-11-10", "2026-11-30", "2026-11-10", "2026-12-01", "2026-10-20", "2026-12-01"),
            ("to=2026-03-15", "2026-11-30", "2026-03-01", "2026-03-15", "2026-02-15", "2026-03-15"),
        ] {
            let (days, _) = ask(query).unwrap();
            let shown = [days.as_of, days.from, days.to, days.previous_from, days.end()].map(|date| date.to_string());
            assert_eq!(shown, [as_of, from, to, previous, end], "{query}");
        }
    }
}

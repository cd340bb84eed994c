//! What a caller asks for: a range of dates, how it is cut, and which organizations it is about.

use axum::extract::FromRequestParts;
use edge_access::{AnalyticsRead, Caller, Granted, X_TENANT_ID};
use edge_capabilities::Timestamp;
use edge_http::{Code, FieldError, Problem};
use edge_money::Currency;
use edge_mrr::{Calendar, Granularity, MrrQuery, Zone};
use edge_tenants::Tenants;
use http::request::Parts;
use http::{HeaderMap, Uri};
use utoipa::IntoParams;

use crate::router::AppState;

/// The longest range, in points.
const MAX_POINTS: usize = 1_200;

/// The longest range, in days.
const MAX_DAYS: i64 = 3_700;

const DAY: i64 = 86_400_000;

/// The query parameters, for the OpenAPI description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[allow(dead_code, reason = "only the description reads it")]
pub(crate) struct AnalyticsParams {
    /// The first day, `2026-01-01`. By default twelve months or 30 days before `to`.
    from: Option<String>,
    /// The day after the last one. By default tomorrow.
    to: Option<String>,
    /// An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.
    timezone: Option<String>,
    /// `month` or `day`. By default `month`.
    granularity: Option<String>,
    /// Only this application.
    application_slug: Option<String>,
    /// Only this organization.
    organization_id: Option<String>,
    /// Only this currency, ISO 4217.
    currency: Option<String>,
    /// Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now.
    as_of: Option<String>,
}

/// The query parameters of answers with pages.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[allow(dead_code, reason = "only the description reads it")]
pub(crate) struct PageParams {
    /// How many organizations a page has: 1 to 100. By default 50.
    limit: Option<u32>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A query of a caller who may see the answer: as an argument of a handler, it authorises the caller first.
#[derive(Clone, Debug)]
pub(crate) struct AnalyticsQuery {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) calendar: Calendar,
    pub(crate) application: Option<String>,
    pub(crate) organization: Option<String>,
    pub(crate) currency: Option<Currency>,
    pub(crate) as_of: Option<Timestamp>,
    pub(crate) now: Timestamp,
    /// Where the page begins, of answers that have pages.
    pub(crate) cursor: Option<String>,
    /// How many organizations a page has.
    pub(crate) limit: u32,
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

    /// The parameter `name`, read by `parse`, whose error says what is wrong.
    fn take<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, &'static str>) -> Option<T> {
        let mut values = self.sent.iter().filter(|(sent, _)| sent == name).map(|(_, value)| value.as_str());
        let value = values.next()?.to_owned();
        if values.next().is_some() {
            self.wrong(name, "is sent more than once");
            return None;
        }
        match parse(&value) {
            Ok(read) => Some(read),
            Err(message) => {
                self.wrong(name, message);
                None
            }
        }
    }
}

fn id(written: &str) -> Result<String, &'static str> {
    let is_id = !written.is_empty() && written.len() <= 256 && !written.chars().any(char::is_control);
    if is_id { Ok(written.to_owned()) } else { Err("must be 1 to 256 bytes without control characters") }
}

impl AnalyticsQuery {
    /// Reads the parameters of `uri`.
    pub(crate) fn read(uri: &Uri, now: Timestamp) -> Result<Self, Problem> {
        let mut sent = Parameters::read(uri)?;
        let zone = sent.take("timezone", |name| Zone::parse(name).ok_or("is no time zone of the IANA database"));
        let granularity = sent.take("granularity", |name| Granularity::parse(name).ok_or("must be `day` or `month`"));
        let calendar =
            Calendar { zone: zone.unwrap_or(Zone::UTC), granularity: granularity.unwrap_or(Granularity::Month) };
        let date = |written: &str| calendar.zone.parse_date(written).ok_or("must be a date like 2026-01-31");
        let from = sent.take("from", date);
        let to = sent.take("to", date);
        let instant = |written: &str| {
            let found = calendar.zone.parse_date(written).or_else(|| Timestamp::parse(written));
            found.ok_or("must be an RFC 3339 time or a date")
        };
        let as_of = sent.take("asOf", instant);
        if as_of.is_some_and(|as_of| as_of > now) {
            sent.wrong("asOf", "must not be in the future");
        }
        let currency = |code: &str| Currency::parse(code).map_err(|_| "is no ISO 4217 currency");
        let limit = |written: &str| {
            written.parse::<u32>().ok().filter(|limit| (1..=100).contains(limit)).ok_or("must be 1 to 100")
        };
        let mut ask = Self {
            from: now,
            to: to.unwrap_or_else(|| tomorrow(&calendar, now)),
            application: sent.take("applicationSlug", id),
            organization: sent.take("organizationId", id).map(|id| id.to_ascii_lowercase()),
            currency: sent.take("currency", currency),
            cursor: sent.take("cursor", id),
            limit: sent.take("limit", limit).unwrap_or(50),
            as_of,
            now,
            calendar,
        };
        ask.from = from.unwrap_or_else(|| ask.default_from());
        let days = ask.to.as_millis().saturating_sub(ask.from.as_millis()) / DAY;
        if ask.from >= ask.to {
            sent.wrong("to", "must be after from");
        } else if days > MAX_DAYS || ask.boundaries().len() > MAX_POINTS {
            sent.wrong("to", "is too far from from: at most ten years, and 1,200 days with granularity=day");
        }
        if sent.errors.is_empty() { Ok(ask) } else { Err(Problem::fields(sent.errors)) }
    }

    fn default_from(&self) -> Timestamp {
        let before = |at: Timestamp| self.calendar.start(Timestamp::from_millis(at.as_millis().saturating_sub(1)));
        let periods = match self.calendar.granularity {
            Granularity::Day => 30,
            Granularity::Month => 12,
        };
        (0..periods).fold(self.to, |at, _| before(at))
    }

    /// The beginnings of the points, and the end of the last.
    pub(crate) fn boundaries(&self) -> Vec<Timestamp> {
        let calendar = &self.calendar;
        // A range of centuries is refused without being cut.
        let days = self.to.as_millis().saturating_sub(self.from.as_millis()) / DAY;
        if days > MAX_DAYS { Vec::new() } else { calendar.boundaries(self.from, self.to) }
    }

    /// The beginnings of the points that have begun.
    pub(crate) fn starts(&self) -> Vec<Timestamp> {
        let mut boundaries = self.boundaries();
        boundaries.pop();
        boundaries.retain(|start| *start <= self.known_until());
        boundaries
    }

    /// Until when anything is known.
    pub(crate) fn known_until(&self) -> Timestamp {
        self.as_of.unwrap_or(self.now)
    }

    /// The recurring revenue that is asked for.
    pub(crate) fn mrr(&self) -> MrrQuery {
        MrrQuery {
            calendar: self.calendar.clone(),
            boundaries: self.boundaries(),
            organization: self.organization.clone(),
            application: self.application.clone(),
            currency: self.currency,
            as_of: self.as_of,
        }
    }

    /// Limits it to what `caller` may see: a caller with an organization to that one, and a key of some applications to
    /// those. Another's organization looks like one that does not exist.
    async fn limit_to(mut self, caller: &Caller, headers: &HeaderMap, tenants: &Tenants) -> Result<Self, Problem> {
        let unknown = || Problem::new(Code::OrganizationNotFound, "There is no such organization.");
        let named = || headers.get(X_TENANT_ID).and_then(|named| named.to_str().ok()).map(ToOwned::to_owned);
        let limit = caller.tenant.as_ref().map(|own| own.as_str().to_owned()).or_else(named);
        let limit = limit.map(|limit| limit.to_ascii_lowercase());
        self.organization = match (limit, self.organization.take()) {
            (Some(limit), Some(asked)) if limit != asked => return Err(unknown()),
            (limit, asked) => limit.or(asked),
        };
        if let Some(organization) = &self.organization
            && tenants.find(organization).await?.is_none()
        {
            return Err(unknown());
        }
        if let Some(applications) = &caller.applications {
            match (&self.application, applications.as_ref()) {
                (Some(asked), _) if caller.speaks_for(asked) => {}
                (Some(_), _) => {
                    let detail = "The key may not act for this application.";
                    return Err(Problem::new(Code::PermissionDenied, detail));
                }
                (None, [only]) => self.application = Some(only.clone()),
                (None, _) => {
                    return Err(Problem::field("applicationSlug", "is required with a key of some applications"));
                }
            }
        }
        Ok(self)
    }
}

impl FromRequestParts<AppState> for AnalyticsQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Granted { caller, .. } = Granted::<AnalyticsRead>::from_request_parts(parts, state).await?;
        Self::read(&parts.uri, state.now())?.limit_to(&caller, &parts.headers, &state.tenants).await
    }
}

/// When the day after that of `now` begins.
fn tomorrow(calendar: &Calendar, now: Timestamp) -> Timestamp {
    let days = Calendar { zone: calendar.zone.clone(), granularity: Granularity::Day };
    days.end(now).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-28T23:00:00Z";

    fn ask(query: &str) -> Result<AnalyticsQuery, Problem> {
        let uri = format!("/analytics/mrr?{query}").parse().unwrap();
        AnalyticsQuery::read(&uri, Timestamp::parse(NOW).unwrap())
    }

    #[test]
    fn a_parameter_that_cannot_be_is_named() {
        for (query, field) in [
            ("from=2026-02-30", "from"),
            ("from=2026-01-01T00:00:00Z", "from"),
            ("to=tomorrow", "to"),
            ("from=2026-02-01&to=2026-02-01", "to"),
            ("from=2026-02-01&to=2026-01-01", "to"),
            ("from=1990-01-01&to=2026-01-01", "to"),
            ("from=2020-01-01&to=2026-01-01&granularity=day", "to"),
            ("timezone=%2B05:30", "timezone"),
            ("timezone=Mars", "timezone"),
            ("timezone=", "timezone"),
            ("granularity=week", "granularity"),
            ("currency=XYZ", "currency"),
            ("organizationId=", "organizationId"),
            ("applicationSlug=", "applicationSlug"),
            ("asOf=2026-13-01", "asOf"),
            ("asOf=2027-01-01", "asOf"),
            ("limit=0", "limit"),
            ("from=2026-01-01&from=2026-01-02", "from"),
        ] {
            let problem = ask(query).unwrap_err();
            let named: Vec<&str> = problem.errors().iter().map(|error| error.field.as_ref()).collect();
            assert_eq!(named, [field], "{query}");
        }
    }

    #[test]
    fn without_a_range_it_is_the_last_twelve_months_or_thirty_days() {
        let date = |ask: &AnalyticsQuery, at| ask.calendar.zone.date_of(at);
        let months = ask("").unwrap();
        assert_eq!((date(&months, months.from), date(&months, months.to)), ("2025-12-01".into(), "2026-11-29".into()));
        let days = ask("granularity=day&timezone=Asia/Kolkata").unwrap();
        assert_eq!((date(&days, days.from), date(&days, days.to)), ("2026-10-31".into(), "2026-11-30".into()));
    }
}

//! How seats are used, over HTTP.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use edge_capabilities::Timestamp;
use edge_database::DatabaseError;
use edge_http::Problem;
use edge_money::Currency;
use edge_subscriptions::Cutoff;
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::query::{AnalyticsParams, AnalyticsQuery, PageParams};
use crate::report::{Report, rate};
use crate::router::{AppState, Services};
use crate::usage::{Usage, usage};

const DEFINITIONS: &[(&str, &str)] = &[
    (
        "active",
        "Distinct users whose seat check was granted in the 7, 28 or 30 days (UTC) to the end of the point, or to now. A user counts for a day once a grant is read anew that is no longer fresh. Days are kept for a hundred days; null: of that time nothing is known.",
    ),
    ("assigned", "Seats that users have at the end of the point. Invitations do not count."),
    ("at", "The day on which the point begins. It ends where the next one begins, or now."),
    ("peak", "The most seats that were assigned at a time in the point."),
    (
        "purchased",
        "Seats of a subscription that has begun and not ended, at the end of the point; also in a trial and while it is paused.",
    ),
    (
        "timeWeightedUtilization",
        "Assigned seats times how long, divided by purchased seats times how long, in the point.",
    ),
    (
        "utilization",
        "assigned / purchased at the end of the point. Above 1 where the number of seats fell below those in use.",
    ),
];

/// The seats of an organization in an application.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeatUsageResult {
    organization_id: String,
    application_slug: String,
    /// The currency in which the seats are paid.
    currency: String,
    points: Vec<SeatUsagePoint>,
}

/// The seats in a period. Shares are fractions; null where they are shares of nothing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SeatUsagePoint {
    /// The day on which it begins.
    at: String,
    purchased: i64,
    assigned: i64,
    peak: i64,
    utilization: Option<f64>,
    time_weighted_utilization: Option<f64>,
    /// The users that were active in the 7 days to the end; null: not known.
    active7: Option<i64>,
    /// The same of 28 days.
    active28: Option<i64>,
    /// The same of 30 days.
    active30: Option<i64>,
}

/// The use of the seats of an organization in an application.
pub(crate) struct AccountUsage {
    pub(crate) organization: String,
    application: String,
    currency: Option<Currency>,
    pub(crate) periods: Vec<Usage>,
}

/// Get seat usage
///
/// For each organization and application, by id, in pages. With `Accept: text/csv` the points are lines of CSV.
#[utoipa::path(
    get, path = "/analytics/seat-usage", tag = "Analytics", security(("key" = ["analytics:read"])),
    params(AnalyticsParams, PageParams),
    responses(
        (status = 200, description = "The points.", body = Report<SeatUsageResult>),
        (status = 404, description = "`ORGANIZATION_NOT_FOUND`"),
    ),
)]
pub(crate) async fn get_seat_usage(
    State(state): State<AppState>,
    ask: AnalyticsQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (organizations, next) = state.page_of(&ask).await?;
    let starts: Vec<Timestamp> = ask.starts();
    let accounts = state.usage(&ask, &organizations).await?;
    let active = state.active(&ask, &organizations).await?;
    let result = |account: AccountUsage| SeatUsageResult {
        points: starts
            .iter()
            .zip(&account.periods)
            .enumerate()
            .map(|(place, (start, usage))| point(&ask, *start, usage, active.of(&account, place)))
            .collect(),
        organization_id: account.organization,
        application_slug: account.application,
        currency: account.currency.map(|currency| currency.as_str().to_owned()).unwrap_or_default(),
    };
    let results = accounts.into_iter().map(result).collect();
    Report::new(&ask, DEFINITIONS, results).with_next(next).respond(&headers)
}

fn point(ask: &AnalyticsQuery, start: Timestamp, usage: &Usage, active: Option<[i64; 3]>) -> SeatUsagePoint {
    SeatUsagePoint {
        at: ask.calendar.zone.date_of(start),
        purchased: usage.purchased,
        assigned: usage.assigned,
        peak: usage.peak,
        utilization: rate(usage.assigned, usage.purchased),
        time_weighted_utilization: usage.utilization(),
        active7: active.map(|[days, _, _]| days),
        active28: active.map(|[_, days, _]| days),
        active30: active.map(|[_, _, days]| days),
    }
}

/// The users that were active at the ends of points.
#[derive(Default)]
pub(crate) struct Active {
    counts: BTreeMap<(String, String, usize), [i64; 3]>,
    /// The place of the first point of which anything is known; None: of none.
    first: Option<usize>,
}

impl Active {
    /// In 7, 28 and 30 days to the end of the point `place`; None: not known.
    pub(crate) fn of(&self, account: &AccountUsage, place: usize) -> Option<[i64; 3]> {
        self.first.filter(|first| *first <= place)?;
        let key = (account.organization.clone(), account.application.clone(), place);
        Some(self.counts.get(&key).copied().unwrap_or_default())
    }
}

impl Services {
    /// Who of `organizations` was active at the ends of the points.
    pub(crate) async fn active(&self, ask: &AnalyticsQuery, organizations: &[String]) -> Result<Active, DatabaseError> {
        let Some(since) = self.activity.known_since().await? else { return Ok(Active::default()) };
        let boundaries = ask.boundaries();
        let ends = boundaries.get(1..).unwrap_or_default().iter().take(ask.starts().len());
        let ends: Vec<Timestamp> = ends.map(|end| (*end).min(ask.known_until())).collect();
        let Some(first) = ends.iter().position(|end| *end > since) else { return Ok(Active::default()) };
        let ids: Vec<&str> = organizations.iter().map(String::as_str).collect();
        let known = ends.get(first..).unwrap_or_default();
        let counts = self.activity.active_users(&ids, known).await?.into_iter();
        let counts = counts.map(|((organization, application, place), users)| {
            ((organization, application, place.saturating_add(first)), users)
        });
        Ok(Active { counts: counts.collect(), first: Some(first) })
    }

    /// A page of the organizations that are asked for, and where the next page begins.
    pub(crate) async fn page_of(&self, ask: &AnalyticsQuery) -> Result<(Vec<String>, Option<String>), DatabaseError> {
        if let Some(organization) = &ask.organization {
            return Ok((vec![organization.clone()], None));
        }
        let after = ask.cursor.as_deref().unwrap_or_default();
        let application = ask.application.as_deref();
        let mut page = self.movements.organizations_after(after, application, ask.limit.saturating_add(1)).await?;
        let limit = usize::try_from(ask.limit).unwrap_or(usize::MAX);
        let has_more = page.len() > limit;
        page.truncate(limit);
        let next = page.last().filter(|_| has_more).cloned();
        Ok((page, next))
    }

    /// How the seats of `organizations` were used, in each application.
    pub(crate) async fn usage(
        &self,
        ask: &AnalyticsQuery,
        organizations: &[String],
    ) -> Result<Vec<AccountUsage>, DatabaseError> {
        let ids: Vec<&str> = organizations.iter().map(String::as_str).collect();
        let application = ask.application.as_deref();
        let (known_at, boundaries) = (ask.known_until(), ask.boundaries());
        let assigned: BTreeMap<_, _> = self.movements.assigned_seats(&ids, application, known_at).await?;
        let mut accounts = Vec::new();
        for history in self.movements.histories(&ids, application).await? {
            let known = history.known(Cutoff::At(known_at))?;
            let account = history.account;
            let key = (account.organization, account.application);
            let currency = known.levels.last().map(|standing| standing.currency);
            if known.levels.is_empty() || ask.currency.is_some_and(|wanted| currency != Some(wanted)) {
                continue;
            }
            let assigned = assigned.get(&key).map(Vec::as_slice).unwrap_or_default();
            let periods = usage(&known.levels, assigned, &boundaries, known_at);
            accounts.push(AccountUsage { organization: key.0, application: key.1, currency, periods });
        }
        Ok(accounts)
    }
}

//! The sums of any periods, as known now or then.

use std::collections::BTreeMap;

use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_money::Currency;
use edge_subscriptions::{AccountHistory, Cutoff, LevelHistory, Movements};

use crate::Zone;
use crate::calendar::{Calendar, Granularity};
use crate::customer::{Cell, TimeBuckets, count};
use crate::rollup::{Filter, RollUps, Stream};
use crate::sums::Sums;

/// How many organizations are read at once.
const PAGE: u32 = 500;

/// What sums are wanted.
#[derive(Clone, Debug)]
pub struct MrrQuery {
    /// The calendar.
    pub calendar: Calendar,
    /// The beginnings of the periods, and the end of the last.
    pub boundaries: Vec<Timestamp>,
    /// Only this organization.
    pub organization: Option<String>,
    /// Only this application.
    pub application: Option<String>,
    /// Only this currency.
    pub currency: Option<Currency>,
    /// As known then; None: now.
    pub as_of: Option<Timestamp>,
}

impl MrrQuery {
    /// Whether the periods are the calendar's, so far as anything has happened in them.
    fn is_whole(&self, now: Timestamp) -> bool {
        let (last, starts) = match self.boundaries.split_last() {
            Some((last, starts)) => (last, starts),
            None => return true,
        };
        starts.iter().all(|at| self.calendar.is_boundary(*at)) && (*last > now || self.calendar.is_boundary(*last))
    }
}

/// Recurring revenue, from the movements of subscriptions.
#[derive(Clone)]
pub struct MrrLedger {
    capabilities: Capabilities,
    movements: Movements,
    roll_ups: RollUps,
}

impl MrrLedger {
    /// That in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            movements: Movements::new(db.clone()),
            roll_ups: RollUps::new(capabilities, db),
        }
    }

    /// What changed in the periods of `query`, and in all time before them: of a period before the first boundary only
    /// [`Sums::annual`], [`Sums::customers`] and [`Sums::seats`] have a meaning. Everything that was recorded before the
    /// question is in the answer.
    pub async fn cells(&self, query: &MrrQuery) -> Result<BTreeMap<Cell, Sums>, DatabaseError> {
        let now = self.capabilities.clock.now();
        if query.organization.is_none() && query.as_of.is_none() && query.is_whole(now) {
            let filter = Filter {
                granularity: query.calendar.granularity,
                application: query.application.as_deref(),
                currency: query.currency,
                until: query.boundaries.last().copied().unwrap_or(now),
            };
            if let Some(stream) = Stream::of(&query.calendar.zone, &self.capabilities).await
                && let Some(cells) = self.roll_ups.read(&stream, &filter).await?
            {
                return Ok(cells);
            }
        }
        self.reckon(query, now).await
    }

    /// The same, from the movements themselves.
    pub async fn reckon(&self, query: &MrrQuery, now: Timestamp) -> Result<BTreeMap<Cell, Sums>, DatabaseError> {
        let known = Cutoff::At(query.as_of.unwrap_or(now));
        let mut cells = BTreeMap::new();
        let application = query.application.as_deref();
        if let Some(organization) = &query.organization {
            let histories = self.movements.histories(&[organization], application).await?;
            count_query(query, &histories, known, &mut cells)?;
        } else {
            let mut after = String::new();
            loop {
                let page = self.movements.organizations_after(&after, application, PAGE).await?;
                let Some(last) = page.last() else { break };
                let ids: Vec<&str> = page.iter().map(String::as_str).collect();
                let histories = self.movements.histories(&ids, application).await?;
                count_query(query, &histories, known, &mut cells)?;
                after.clone_from(last);
            }
        }
        cells.retain(|cell, _| query.currency.is_none_or(|wanted| wanted == cell.currency));
        Ok(cells)
    }
}

fn count_query(
    query: &MrrQuery,
    histories: &[AccountHistory],
    known: Cutoff,
    cells: &mut BTreeMap<Cell, Sums>,
) -> Result<(), DatabaseError> {
    let boundaries = query.boundaries.as_slice();
    let end = boundaries.last().copied();
    let period = |at: Timestamp| {
        let later = boundaries.partition_point(|boundary| *boundary <= at);
        let start = later.checked_sub(1).and_then(|place| boundaries.get(place)).copied();
        (end.is_none_or(|end| at < end)).then(|| start.unwrap_or(BEFORE))
    };
    let cohort = cohort(&query.calendar.zone);
    let cut = TimeBuckets { period: &period, cohort: &cohort };
    for customer in histories.chunk_by(|one, next| one.account.organization == next.account.organization) {
        let known: Vec<LevelHistory> = customer.iter().map(|history| history.known(known)).collect::<Result<_, _>>()?;
        count(known.iter().map(|known| known.levels.as_slice()), &cut, cells);
    }
    Ok(())
}

/// The period of all that was before the first boundary.
const BEFORE: Timestamp = Timestamp::from_millis(i64::MIN);

/// The month that a time is in.
pub(crate) fn cohort(zone: &Zone) -> impl Fn(Timestamp) -> Timestamp {
    let months = Calendar { zone: zone.clone(), granularity: Granularity::Month };
    move |at| months.start(at)
}

//! From new movements to the sums.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use edge_capabilities::clock::millis;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_subscriptions::{AccountHistory, Cutoff, LevelHistory, Movements, RecordedTerms};

use super::Stream;
use super::store::{Batch, CellChange, Customer, Filter, Key, Position, Store};
use crate::calendar::{Calendar, Granularity};
use crate::customer::{Cell, TimeBuckets, count};
use crate::ledger::cohort;
use crate::sums::Sums;

/// How long after it was recorded a movement may still be committed. Requests end long before.
const COMMITTED_WITHIN: Duration = Duration::from_mins(5);

/// Movements that are looked at at once, and organizations in a batch.
const PAGE: u32 = 500;

/// How often the sums are read where they change meanwhile.
const MAX_READS: u32 = 5;

/// So many movements may be looked at in vain by each read.
const FEW: usize = 50;

/// How long it goes on in one go.
const MAX_DURATION: Duration = Duration::from_secs(8);

/// How soon an organization is looked at again of which something is due, at the earliest.
const PAUSE: Duration = Duration::from_millis(1);

/// How long batches are kept that are in the sums. A worker that is still at an older one finds that its number is taken.
const KEPT: Duration = Duration::from_hours(24);

/// The roll-ups, and the movements that they are made of.
#[derive(Clone)]
pub(crate) struct RollUps {
    capabilities: Capabilities,
    movements: Movements,
    store: Store,
}

/// Organizations whose movements are not in the sums, and up to where movements were looked at.
struct Work {
    organizations: BTreeSet<String>,
    position: Position,
}

impl RollUps {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { capabilities: capabilities.clone(), movements: Movements::new(db.clone()), store: Store(db.clone()) }
    }

    /// The sums with all in them that was recorded before; None: there is more to be added than can be waited for.
    pub(crate) async fn read(
        &self,
        stream: &Stream,
        filter: &Filter<'_>,
    ) -> Result<Option<BTreeMap<Cell, Sums>>, DatabaseError> {
        for _ in 0..MAX_READS {
            if !self.catch_up(stream).await? {
                return Ok(None);
            }
            let before = self.store.last(stream).await?;
            let sums = self.store.sums(stream, filter).await?;
            let after = self.store.last(stream).await?;
            // A batch that is being added meanwhile may be read in part.
            let is_still = |batch: Option<Batch>| batch.is_none_or(|batch| batch.open.is_none());
            let number = |batch: &Option<Batch>| batch.as_ref().map(|batch| batch.number);
            if number(&before) == number(&after) && is_still(before) && is_still(after) {
                return Ok(Some(sums));
            }
        }
        Ok(None)
    }

    /// Adds what is not in the sums, for some seconds at most; gives whether all that was recorded before is in them.
    pub(crate) async fn catch_up(&self, stream: &Stream) -> Result<bool, DatabaseError> {
        let until = self.capabilities.clock.now().plus(MAX_DURATION);
        loop {
            let last = self.store.last(stream).await?;
            if let Some(last) = &last {
                self.store.apply(stream, last).await?;
            }
            let now = self.capabilities.clock.now();
            let number = last.as_ref().map_or(0, |last| last.number);
            let Some(work) = self.work(stream, last.as_ref(), now).await? else { return Ok(true) };
            if now >= until {
                return Ok(false);
            }
            let open = self.changes(stream, &work.organizations, now).await?;
            let batch =
                Batch { number: number.saturating_add(1), position: work.position, known_at: now, open: Some(open) };
            // Where another worker was faster, its batch is looked at first.
            if self.store.insert(stream, &batch).await? {
                self.store.apply(stream, &batch).await?;
            }
            if number > 0 && number % 100 == 0 {
                let before = Timestamp::from_millis(now.as_millis().saturating_sub(millis(KEPT)));
                self.store.remove(stream, before, number).await?;
            }
        }
    }

    /// What is to be added next; None: nothing.
    async fn work(&self, stream: &Stream, last: Option<&Batch>, now: Timestamp) -> Result<Option<Work>, DatabaseError> {
        let start = match last {
            Some(last) => last.position.clone(),
            None => (Timestamp::from_millis(i64::MIN), String::new(), 0),
        };
        let due = self.store.due(stream, now, usize::try_from(PAGE).unwrap_or(usize::MAX)).await?;
        if !due.is_empty() {
            return Ok(Some(Work { organizations: due.into_iter().collect(), position: start }));
        }
        // Movements from before the position may have been committed after it was passed.
        let again = Timestamp::from_millis(start.0.as_millis().saturating_sub(millis(COMMITTED_WITHIN)));
        let mut cursor: Position = (again, String::new(), 0);
        let mut seen = 0_usize;
        loop {
            let page = self.movements.terms_recorded_after((cursor.0, &cursor.1, cursor.2), PAGE).await?;
            let Some(end) = page.last() else { break };
            cursor = (end.recorded_at, end.subscription.clone(), end.number);
            let organizations = self.missing(stream, &page).await?;
            if !organizations.is_empty() {
                // A clock that is ahead must not have what others record be passed over.
                let position = cursor.max(start).min((now, String::new(), 0));
                return Ok(Some(Work { organizations, position }));
            }
            seen = seen.saturating_add(page.len());
            if page.len() < PAGE as usize {
                break;
            }
        }
        // What was looked at in vain is not looked at again by each read: the next one begins later.
        let is_long = seen > FEW && start.0.plus(COMMITTED_WITHIN / 2) < now;
        Ok(is_long.then(|| Work { organizations: BTreeSet::new(), position: (now, String::new(), 0) }))
    }

    /// The organizations with movements of `page` that are not in the sums.
    async fn missing(&self, stream: &Stream, page: &[RecordedTerms]) -> Result<BTreeSet<String>, DatabaseError> {
        let ids: BTreeSet<&str> = page.iter().map(|movement| movement.account.organization.as_str()).collect();
        let customers = self.store.customers(stream, &ids.into_iter().collect::<Vec<_>>()).await?;
        let is_missing = |movement: &&RecordedTerms| {
            let customer = customers.get(&movement.account.organization);
            let number = customer.and_then(|customer| customer.numbers.get(&movement.account.application));
            number.is_none_or(|number| *number < movement.number)
        };
        Ok(page.iter().filter(is_missing).map(|movement| movement.account.organization.clone()).collect())
    }

    /// What the movements of `organizations` that are not in the sums change in them.
    async fn changes(
        &self,
        stream: &Stream,
        organizations: &BTreeSet<String>,
        now: Timestamp,
    ) -> Result<(Vec<CellChange>, Vec<Customer>), DatabaseError> {
        let ids: Vec<&str> = organizations.iter().map(String::as_str).collect();
        // INVARIANT: what is in the sums is read first; what is read after it holds at least that.
        let before = self.store.customers(stream, &ids).await?;
        let histories = self.movements.histories(&ids, None).await?;
        let (mut added, mut removed, mut customers) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for of_one in histories.chunk_by(|one, next| one.account.organization == next.account.organization) {
            let Some(first) = of_one.first() else { continue };
            let organization = &first.account.organization;
            if let Some(known) = before.get(organization) {
                let until = |history: &AccountHistory| {
                    let number = known.numbers.get(&history.account.application).copied().unwrap_or(0);
                    history.known(Cutoff::UpTo(number, known.known_at))
                };
                tally(stream, of_one, &of_one.iter().map(until).collect::<Result<Vec<_>, _>>()?, &mut removed);
            }
            let until = |history: &AccountHistory| history.known(Cutoff::UpTo(history.last_number(), now));
            let after = of_one.iter().map(until).collect::<Result<Vec<_>, _>>()?;
            tally(stream, of_one, &after, &mut added);
            customers.push(Customer {
                organization: organization.clone(),
                numbers: of_one.iter().map(|one| (one.account.application.clone(), one.last_number())).collect(),
                known_at: now,
                // What is due by now is in the sums, so the next is later.
                due_at: after.iter().filter_map(|known| known.due_at).min().map(|due| due.max(now.plus(PAUSE))),
            });
        }
        for (key, sums) in removed {
            added.entry(key).or_default().subtract(&sums);
        }
        added.retain(|_, sums| !sums.is_nothing());
        Ok((added.into_iter().map(CellChange::new).collect(), customers))
    }
}

/// Adds to `cells` what changed for a customer: by day and by month, in each application and in all together.
fn tally(stream: &Stream, histories: &[AccountHistory], known: &[LevelHistory], cells: &mut BTreeMap<Key, Sums>) {
    let month = cohort(&stream.zone);
    let no_cohort = |_| Timestamp::from_millis(0);
    for granularity in [Granularity::Day, Granularity::Month] {
        let calendar = Calendar { zone: stream.zone.clone(), granularity };
        let period = |at| Some(calendar.start(at));
        let cohort: &dyn Fn(Timestamp) -> Timestamp =
            if granularity == Granularity::Month { &month } else { &no_cohort };
        let cut = TimeBuckets { period: &period, cohort };
        let mut add = |application: &str, known: &[LevelHistory]| {
            let mut counted = BTreeMap::new();
            count(known.iter().map(|known| known.levels.as_slice()), &cut, &mut counted);
            for (cell, sums) in counted {
                cells.entry((granularity, application.to_owned(), cell)).or_default().add(&sums);
            }
        };
        add("", known);
        for (history, known) in histories.iter().zip(known) {
            add(&history.account.application, std::slice::from_ref(known));
        }
    }
}

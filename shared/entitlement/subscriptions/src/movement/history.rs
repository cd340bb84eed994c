//! The history of what is subscribed to, for crates that count it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::places;
use edge_money::Currency;

use super::batch::Account;
use super::store::Movements;
use crate::subscription::Terms;

/// The seats and the recurring amount of an organization's subscription to an application, from a time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionLevel {
    /// From when on.
    pub at: Timestamp,
    /// The currency of the amount.
    pub currency: Currency,
    /// The recurring amount of a year, in the currency's smallest unit.
    pub annual: i64,
    /// The seats that are purchased.
    pub seats: i64,
}

/// Up to where movements count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cutoff {
    /// Those that were recorded until then.
    At(Timestamp),
    /// Those up to this number, and what became due by itself until then.
    UpTo(i64, Timestamp),
}

/// The movements of an organization and an application that changed what is subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountHistory {
    /// The organization and the application.
    pub account: Account,
    rows: Vec<TermsRow>,
}

/// The levels of an account, as the movements up to a cutoff say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LevelHistory {
    /// Oldest first. Before the first there was no subscription.
    pub levels: Vec<SubscriptionLevel>,
    /// When the next change comes due by itself, at the earliest; None: none does.
    pub due_at: Option<Timestamp>,
}

/// Where an account's newest movement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedTerms {
    /// The organization and the application.
    pub account: Account,
    /// The movement's number.
    pub number: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The subscription.
    pub subscription: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct TermsRow {
    number: i64,
    at: Timestamp,
    recorded_at: Timestamp,
    currency: Currency,
    before: (i64, i64),
    after: (i64, i64),
    terms: String,
}

impl AccountHistory {
    /// The number of the last movement.
    pub fn last_number(&self) -> i64 {
        self.rows.last().map_or(0, |row| row.number)
    }

    /// The ids of the plans that had a recurring amount here at any time.
    pub fn paid_plans(&self) -> Result<BTreeSet<String>, DatabaseError> {
        let mut plans = BTreeSet::new();
        for row in self.rows.iter().filter(|row| row.after.0 > 0) {
            let terms: Terms =
                serde_json::from_str(&row.terms).map_err(|error| DatabaseError::Refused(error.to_string()))?;
            plans.insert(terms.plan.id);
        }
        Ok(plans)
    }

    /// What is known of the account. What becomes due by itself counts from when it was due, whether or not a movement
    /// says so yet: a trial that ended, a scheduled change, the end of what is cancelled.
    pub fn known(&self, known: Cutoff) -> Result<LevelHistory, DatabaseError> {
        let now = match known {
            Cutoff::At(at) | Cutoff::UpTo(_, at) => at,
        };
        let is_known = |row: &&TermsRow| match known {
            Cutoff::At(at) => row.recorded_at <= at,
            Cutoff::UpTo(number, _) => row.number <= number,
        };
        let (mut chain, mut last) = (Chain::default(), None);
        for row in self.rows.iter().filter(is_known) {
            let is_other_currency = chain.0.last().is_some_and(|last| last.currency != row.currency);
            // What is told late and changes nothing must not go before what was told of a later time.
            if row.before != row.after || is_other_currency {
                let (annual, seats) = row.after;
                chain.push(SubscriptionLevel { at: row.at, currency: row.currency, annual, seats });
            }
            last = Some(row);
        }
        let Some(last) = last else { return Ok(LevelHistory::default()) };
        let mut terms: Terms =
            serde_json::from_str(&last.terms).map_err(|error| DatabaseError::Refused(error.to_string()))?;
        for (at, terms) in terms.advance(now) {
            let (annual, seats) = (terms.annual_amount(), terms.purchased());
            chain.push(SubscriptionLevel { at, currency: terms.plan.currency, annual, seats });
        }
        Ok(LevelHistory { levels: chain.0, due_at: terms.due_at() })
    }
}

/// What an account stood at. What was recorded last holds from the time on at which it took effect: where that is told
/// late, what was recorded of later times is no more.
#[derive(Default)]
struct Chain(Vec<SubscriptionLevel>);

impl Chain {
    fn push(&mut self, standing: SubscriptionLevel) {
        let kept = self.0.partition_point(|known| known.at < standing.at);
        self.0.truncate(kept);
        self.0.push(standing);
    }
}

impl Movements {
    /// The histories of `organizations`, in the order of their ids and applications; only of `application` where one is
    /// given.
    pub async fn histories(
        &self,
        organizations: &[&str],
        application: Option<&str>,
    ) -> Result<Vec<AccountHistory>, DatabaseError> {
        if organizations.is_empty() {
            return Ok(Vec::new());
        }
        let mut values: Vec<Value> = organizations.iter().map(|id| Value::from(*id)).collect();
        let organizations = places(1, values.len());
        let mut filter = String::new();
        if let Some(application) = application {
            values.push(application.into());
            filter = format!("AND application = ${}", values.len());
        }
        let statement = format!(
            "SELECT organization_id, application, number, effective_at, recorded_at, currency, annual_before, annual_after,
                seats_before, seats_after, terms
             FROM subscription_movements
             WHERE organization_id IN ({organizations}) AND terms IS NOT NULL {filter}
             ORDER BY organization_id, application, number"
        );
        let mut histories: Vec<AccountHistory> = Vec::new();
        for row in self.db().query_owned(&statement, values).await? {
            let (organization, application) = (row.text(0)?, row.text(1)?);
            let is_of = |history: &&mut AccountHistory| {
                history.account.organization == organization && history.account.application == application
            };
            let read = read_row(&row)?;
            match histories.last_mut().filter(is_of) {
                Some(history) => history.rows.push(read),
                None => histories.push(AccountHistory {
                    account: Account { organization: organization.to_owned(), application: application.to_owned() },
                    rows: vec![read],
                }),
            }
        }
        Ok(histories)
    }

    /// Up to `limit` organizations with a subscription, in the order of their ids, from after `after`; only with one to
    /// `application` where one is given.
    pub async fn organizations_after(
        &self,
        after: &str,
        application: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, DatabaseError> {
        let mut values: Vec<Value> = vec![after.into(), i64::from(limit).into()];
        let mut filter = "";
        if let Some(application) = application {
            values.push(application.into());
            filter = "AND application = $3";
        }
        let statement = format!(
            "SELECT DISTINCT organization_id FROM subscription_movements
             WHERE kind = 'created' AND organization_id > $1 {filter} ORDER BY organization_id LIMIT $2"
        );
        let rows = self.db().query_owned(&statement, values).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// Up to `limit` movements that changed what is subscribed to and were recorded after `cursor` (time, subscription,
    /// number), oldest first. What was recorded in the last moments may still be joined by others.
    pub async fn terms_recorded_after(
        &self,
        cursor: (Timestamp, &str, i64),
        limit: u32,
    ) -> Result<Vec<RecordedTerms>, DatabaseError> {
        let (at, subscription, number) = cursor;
        let statement = "SELECT organization_id, application, number, recorded_at, subscription_id
             FROM subscription_movements
             WHERE terms IS NOT NULL AND recorded_at >= $1
                AND (recorded_at > $1 OR subscription_id > $2 OR (subscription_id = $2 AND number > $3))
             ORDER BY recorded_at, subscription_id, number LIMIT $4";
        let values = [at.into(), subscription.into(), number.into(), i64::from(limit).into()];
        let read = |row: &Row| {
            Ok(RecordedTerms {
                account: Account { organization: row.text(0)?.to_owned(), application: row.text(1)?.to_owned() },
                number: row.integer(2)?,
                recorded_at: Timestamp::from_millis(row.integer(3)?),
                subscription: row.text(4)?.to_owned(),
            })
        };
        self.db().query(statement, &values).await?.iter().map(read).collect()
    }
}

fn read_row(row: &Row) -> Result<TermsRow, DatabaseError> {
    let instant = |index| row.integer(index).map(Timestamp::from_millis);
    let currency = Currency::parse(row.text(5)?).map_err(|error| DatabaseError::Refused(error.to_string()))?;
    Ok(TermsRow {
        number: row.integer(2)?,
        at: instant(3)?,
        recorded_at: instant(4)?,
        currency,
        before: (row.integer(6)?, row.integer(8)?),
        after: (row.integer(7)?, row.integer(9)?),
        terms: row.text(10)?.to_owned(),
    })
}

/// From when on how many seats of an account are assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssignedSeats {
    /// From when on.
    pub at: Timestamp,
    /// When that was recorded.
    pub recorded_at: Timestamp,
    /// How many.
    pub assigned: i64,
}

impl Movements {
    /// How many seats of `organizations` were assigned from when on, as it was recorded until `known_at`; only of
    /// `application` where one is given. Before the first there were none. Where a subscription has ended nobody has a
    /// seat, whether or not a movement says so.
    pub async fn assigned_seats(
        &self,
        organizations: &[&str],
        application: Option<&str>,
        known_at: Timestamp,
    ) -> Result<BTreeMap<(String, String), Vec<AssignedSeats>>, DatabaseError> {
        let mut seats: BTreeMap<(String, String), Vec<AssignedSeats>> = BTreeMap::new();
        if organizations.is_empty() {
            return Ok(seats);
        }
        let mut values: Vec<Value> = organizations.iter().map(|id| Value::from(*id)).collect();
        let organizations = places(1, values.len());
        values.push(known_at.into());
        let mut filter = format!("AND recorded_at <= ${}", values.len());
        if let Some(application) = application {
            values.push(application.into());
            let _ = write!(filter, " AND application = ${}", values.len());
        }
        let statement = format!(
            "SELECT organization_id, application, effective_at, recorded_at, assigned_after FROM subscription_movements
             WHERE organization_id IN ({organizations}) AND assigned_before <> assigned_after {filter}
             ORDER BY organization_id, application, number"
        );
        for row in self.db().query_owned(&statement, values).await? {
            let instant = |index| row.integer(index).map(Timestamp::from_millis);
            let after = AssignedSeats { at: instant(2)?, recorded_at: instant(3)?, assigned: row.integer(4)? };
            let of_account = seats.entry((row.text(0)?.to_owned(), row.text(1)?.to_owned())).or_default();
            // What was recorded last holds from its time on.
            let kept = of_account.partition_point(|known| known.at < after.at);
            of_account.truncate(kept);
            of_account.push(after);
        }
        Ok(seats)
    }
}

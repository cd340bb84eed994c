//! Who used a seat on which day: a row for each user and day, and not for each check. A check that is answered from the
//! cache notes nothing. What is noted is that a grant was read anew, which happens to every user who goes on checking, once
//! the grant is no longer fresh; and that once a day for each instance, behind the answer.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_capabilities::database::{DatabaseError, Row};
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{Db, Value, places};
use sha2::{Digest as _, Sha256};

use crate::subject::Subject;

/// A day, milliseconds.
const DAY: i64 = 86_400_000;

/// How long the days of a user are kept.
pub const ACTIVITY_KEPT: Duration = Duration::from_hours(24 * 100);

/// How many users an instance remembers as noted. Beyond these it may note one again, which changes nothing.
const MAX_NOTED: usize = 100_000;

/// The day of a time, counted from 1970, in UTC.
const fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY)
}

/// A number that stands for a user of an organisation: who it is cannot be read from it.
fn pseudonym(subject: &Subject) -> i64 {
    let digest = Sha256::digest(subject.key().as_bytes());
    digest.iter().take(8).fold(0_i64, |number, byte| (number << 8) | i64::from(*byte))
}

/// Notes the days of one instance.
pub(crate) struct ActivityLog {
    capabilities: Capabilities,
    db: Db,
    /// The day, and who is noted for it.
    noted: Arc<Mutex<(i64, HashSet<i64>)>>,
}

impl ActivityLog {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { capabilities: capabilities.clone(), db: db.clone(), noted: Arc::default() }
    }

    /// Notes behind the answer that `subject` used a seat of `organization` at `at`.
    pub(crate) fn note(&self, subject: &Subject, organization: &str, at: Timestamp) {
        let (day, user) = (day_of(at), pseudonym(subject));
        {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            if noted.0 != day || noted.1.len() >= MAX_NOTED {
                *noted = (day, HashSet::new());
            }
            if !noted.1.insert(user) {
                return;
            }
        }
        let (db, noted) = (self.db.clone(), self.noted.clone());
        let application = subject.org.application.as_str().to_owned();
        let values: Vec<Value> =
            vec![organization.to_ascii_lowercase().into(), application.into(), day.into(), user.into()];
        self.capabilities.background.spawn(Box::pin(async move {
            let statement = "INSERT INTO seat_activity (organization_id, application, day, user_key)
                VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            if db.query_owned(statement, values).await.is_err() {
                // The next time that it is read anew.
                noted.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&user);
            }
        }));
    }
}

/// Who used seats, over days.
#[derive(Clone)]
pub struct SeatActivity(Db);

/// The lengths of the windows, days.
const WINDOWS: [i64; 3] = [7, 28, 30];

impl SeatActivity {
    /// That in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The users of `organizations` in each application that were active in the 7, 28 and 30 days before each of `ends`, by
    /// organization, application and place of the end. An account without a user in any window is left out.
    pub async fn active_users(
        &self,
        organizations: &[&str],
        ends: &[Timestamp],
    ) -> Result<BTreeMap<(String, String, usize), [i64; 3]>, DatabaseError> {
        let mut active: BTreeMap<_, [i64; 3]> = BTreeMap::new();
        if organizations.is_empty() || ends.is_empty() {
            return Ok(active);
        }
        // They are numbers of the edge's own, so they stand in the statement.
        let mut windows = Vec::new();
        for (place, end) in ends.iter().enumerate() {
            let last = day_of(Timestamp::from_millis(end.as_millis().saturating_sub(1)));
            for (window, days) in WINDOWS.iter().enumerate() {
                windows.push(format!("({place}, {window}, {}, {last})", last.saturating_sub(*days).saturating_add(1)));
            }
        }
        let statement = format!(
            "WITH spans (place, span, first_day, last_day) AS (VALUES {})
             SELECT CAST(spans.place AS BIGINT), CAST(spans.span AS BIGINT), a.organization_id, a.application,
                COUNT(DISTINCT a.user_key)
             FROM spans JOIN seat_activity a ON a.day >= spans.first_day AND a.day <= spans.last_day
             WHERE a.organization_id IN ({}) GROUP BY 1, 2, 3, 4",
            windows.join(", "),
            places(1, organizations.len())
        );
        let values: Vec<Value> = organizations.iter().map(|id| Value::from(*id)).collect();
        for row in self.0.query_owned(&statement, values).await? {
            let number = |index| row.integer(index).map(|number| usize::try_from(number).unwrap_or_default());
            let key = (row.text(2)?.to_owned(), row.text(3)?.to_owned(), number(0)?);
            if let Some(count) = active.entry(key).or_default().get_mut(number(1)?) {
                *count = row.integer(4)?;
            }
        }
        Ok(active)
    }

    /// When the first day begins of which anything is known; None: nothing is.
    pub async fn known_since(&self) -> Result<Option<Timestamp>, DatabaseError> {
        let rows = self.0.query("SELECT MIN(day) FROM seat_activity", &[]).await?;
        let day = rows.first().map(|row: &Row| row.optional_integer(0)).transpose()?.flatten();
        Ok(day.map(|day| Timestamp::from_millis(day.saturating_mul(DAY))))
    }

    /// Removes up to `limit` rows of the days before that of `before`; gives how many.
    pub async fn remove(&self, before: Timestamp, limit: u32) -> Result<usize, DatabaseError> {
        let statement = "DELETE FROM seat_activity WHERE (organization_id, application, day, user_key) IN
            (SELECT organization_id, application, day, user_key FROM seat_activity WHERE day < $1 ORDER BY day LIMIT $2)
            RETURNING day";
        Ok(self.0.query(statement, &[day_of(before).into(), i64::from(limit).into()]).await?.len())
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::World;

    use super::*;
    use crate::subject::{ExternalOrg, Id};

    fn subject(user: &str) -> Subject {
        let id = |text| Id::parse(text).unwrap();
        Subject { org: ExternalOrg { application: id("openmic"), id: id("clinic") }, user: id(user) }
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_millis(day * DAY + 1)
    }

    #[tokio::test(start_paused = true)]
    async fn a_user_counts_once_in_each_window_however_often_they_check() {
        let world = World::new(1);
        let (capabilities, _tasks) = world.instance();
        let db = Db::new(world.db.clone());
        let log = ActivityLog::new(&capabilities, &db);
        // Two instances know of each other nothing.
        let other = ActivityLog::new(&capabilities, &db);
        for (user, day) in
            [("ana", 100), ("ana", 100), ("ana", 101), ("ben", 95), ("cid", 74), ("dan", 72), ("eve", 71)]
        {
            log.note(&subject(user), "ORG", at(day));
            other.note(&subject(user), "org", at(day));
        }
        world.clock.advance(Duration::from_millis(1)).await;
        let activity = SeatActivity::new(db);
        let ends = [at(102), at(101), at(60)];
        let active = activity.active_users(&["org", "nobody"], &ends).await.unwrap();
        let of = |place| active.get(&("org".to_owned(), "openmic".to_owned(), place)).copied();
        assert_eq!((of(0), of(1), of(2)), (Some([1, 2, 3]), Some([2, 3, 4]), None));
        assert_eq!(activity.known_since().await.unwrap(), Some(Timestamp::from_millis(71 * DAY)));
        assert_eq!(activity.remove(at(95), 2).await.unwrap(), 2);
        assert_eq!(activity.remove(at(95), 9).await.unwrap(), 1);
        assert_eq!(activity.known_since().await.unwrap(), Some(Timestamp::from_millis(95 * DAY)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_could_not_be_noted_is_noted_the_next_time() {
        let world = World::new(1);
        let (capabilities, _tasks) = world.instance();
        let db = Db::new(world.db.clone());
        db.prepare().await.unwrap();
        let log = ActivityLog::new(&capabilities, &db);
        world.db.set_down(true);
        log.note(&subject("ana"), "org", at(1));
        world.clock.advance(Duration::from_millis(1)).await;
        world.db.set_down(false);
        log.note(&subject("ana"), "org", at(1));
        world.clock.advance(Duration::from_millis(1)).await;
        let active = SeatActivity::new(db).active_users(&["org"], &[at(2)]).await.unwrap();
        assert_eq!(active.into_values().collect::<Vec<_>>(), [[1, 1, 1]]);
    }
}

//! What an instance remembers of the ERP's answers while the cache gives none. A fence cannot be read then, so the instance
//! goes by the raises in the database, as a follower of the changes feed does: an answer holds until a raise that concerns
//! its external id. So a cache that is gone does not send every check to the ERP.
//!
//! Nothing is remembered while the cache works, and checks that it answers do not look here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::Clock;
use edge_capabilities::clock::within;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;

use crate::fence_raises::FenceRaises;
use crate::seat::SeatLookup;
use crate::subject::Subject;
use crate::verdict::CachedVerdict;

/// The most answers in memory.
const MAX_ANSWERS: usize = 4096;
/// The most raises that an answer is compared with. One that is further behind is forgotten.
const MAX_RAISES: i64 = 500;
/// How long the database may take.
const TIMEOUT: Duration = Duration::from_millis(300);

/// The answers that one instance remembers.
pub(crate) struct Remembered {
    clock: Arc<dyn Clock>,
    raises: FenceRaises,
    answers: Mutex<HashMap<String, Answer>>,
}

#[derive(Clone)]
struct Answer {
    verdict: CachedVerdict,
    /// No raise up to this sequence number is newer than the answer and concerns it.
    until: i64,
}

impl Remembered {
    pub(crate) fn new(clock: Arc<dyn Clock>, db: &Db) -> Self {
        Self { clock, raises: FenceRaises::new(db.clone()), answers: Mutex::default() }
    }

    /// The highest sequence number of a raise. To be read before the ERP is asked for an answer that is to be remembered.
    pub(crate) async fn latest(&self) -> Option<i64> {
        within(&*self.clock, TIMEOUT, self.raises.latest()).await?.ok()
    }

    /// Remembers the answer about `subject`, which the ERP gave after `latest` was read. What does not exist is not
    /// remembered: it belongs to no organisation, so nothing tells when it begins to exist.
    pub(crate) fn insert(&self, subject: &Subject, verdict: &CachedVerdict, latest: i64) {
        let mut answers = self.lock();
        let key = subject.key();
        if !matches!(verdict.answer, SeatLookup::Seat(_)) {
            answers.remove(&key);
            return;
        }
        if answers.len() >= MAX_ANSWERS && !answers.contains_key(&key) {
            answers.clear();
        }
        answers.insert(key, Answer { verdict: verdict.clone(), until: latest });
    }

    /// The answer about `subject`, if no raise concerns it since. None also if the database gives no answer.
    pub(crate) async fn get(&self, subject: &Subject) -> Option<CachedVerdict> {
        let key = subject.key();
        let answer = self.lock().get(&key).cloned()?;
        let latest = self.latest().await?;
        let is_concerned =
            within(&*self.clock, TIMEOUT, self.is_concerned(subject, answer.until, latest)).await?.ok()?;
        let mut answers = self.lock();
        if is_concerned {
            // Another check may have brought a newer one.
            if answers.get(&key).is_some_and(|newest| newest.until == answer.until) {
                answers.remove(&key);
            }
            return None;
        }
        if let Some(newest) = answers.get_mut(&key)
            && newest.until == answer.until
        {
            newest.until = latest;
        }
        Some(answer.verdict)
    }

    async fn is_concerned(&self, subject: &Subject, until: i64, latest: i64) -> Result<bool, DatabaseError> {
        if latest == until {
            return Ok(false);
        }
        // A lower number than before: the database was rolled back.
        if latest < until || latest.saturating_sub(until) > MAX_RAISES {
            return Ok(true);
        }
        let (application, external_org) = (subject.org.application.as_str(), subject.org.id.as_str());
        let concerned = self.raises.concerned(until, latest).await?;
        Ok(concerned.iter().any(|one| one.application == application && one.external_org == external_org))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Answer>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

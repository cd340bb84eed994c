//! Seat verification: the verdict from the cache if it is usable, and from the ERP if not.
//!
//! * [`cached`]: verdicts in the cache; [`fetch`]: the request to the ERP, and who of several callers sends it.

mod cached;
mod fetch;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_cache::{Decision, SingleFlight};
use edge_capabilities::clock::within;
use edge_capabilities::request::RequestScope;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;

use crate::activity::ActivityLog;
use crate::error::VerificationError;
use crate::fence::Fences;
use crate::invalidation::Invalidation;
use crate::leader_election::LeaderElection;
use crate::reconciliation::Reconciliation;
use crate::refresh_pause::RefreshPauses;
use crate::remembered::Remembered;
use crate::seat_access::SeatAccess;
use crate::seat_record::{NoRecord, SeatRecord};
use crate::settings::Settings;
use crate::subject::{Id, Subject};
use crate::turns::Turns;
use crate::unknown_subjects::UnknownSubjects;
use crate::verdict::{self, CachedVerdict, Source, Verdict, decide};
use cached::{CacheMiss, CurrentVerdict};
use fetch::lease;

/// How much longer than a leader's lease a caller waits for an answer in all, whether the ERP, the stores or other
/// callers take the time.
const ANSWER_MARGIN: Duration = Duration::from_secs(2);

/// How often a caller joins a request whose leader died, or whose answer is older than the caller accepts.
const MAX_ATTEMPTS: usize = 3;

/// The outcome of a request to the ERP, for all callers that share it.
type Outcome = Result<(CachedVerdict, Source), VerificationError>;

/// Verifies seats, for one instance.
#[derive(Clone)]
pub struct Verification(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    activity: ActivityLog,
    rule: Arc<dyn SeatAccess>,
    record: Arc<dyn SeatRecord>,
    fences: Fences,
    invalidation: Invalidation,
    reconciliation: Reconciliation,
    election: LeaderElection,
    unknown_subjects: UnknownSubjects,
    remembered: Remembered,
    requests: SingleFlight<String, Outcome>,
    /// Of those who cannot read the cache, with the time when they were sent.
    requests_without_cache: SingleFlight<String, (Duration, Outcome)>,
    refreshes: SingleFlight<String, ()>,
    refresh_pauses: RefreshPauses,
    refresh_turns: Turns,
    /// Of checks that have to ask the ERP, on an overloaded host.
    check_turns: Turns,
    settings: Mutex<Option<Arc<Settings>>>,
}

impl Verification {
    /// Verifies by `rule`. The seats of all applications are in the ERP.
    pub fn new(capabilities: Capabilities, db: &Db, rule: Arc<dyn SeatAccess>) -> Self {
        Self::with_record(capabilities, db, rule, Arc::new(NoRecord))
    }

    /// As [`Verification::new`], with the applications whose seats are in `record`.
    pub fn with_record(
        capabilities: Capabilities,
        db: &Db,
        rule: Arc<dyn SeatAccess>,
        record: Arc<dyn SeatRecord>,
    ) -> Self {
        let Capabilities { cache, clock, .. } = &capabilities;
        let election = LeaderElection::new(cache.clone(), clock.clone());
        Self(Arc::new(Inner {
            activity: ActivityLog::new(&capabilities, db),
            rule,
            record,
            fences: Fences::new(&capabilities),
            invalidation: Invalidation::new(&capabilities, db),
            reconciliation: Reconciliation::new(&capabilities, db),
            unknown_subjects: UnknownSubjects::new(cache.clone(), election.clone()),
            election,
            remembered: Remembered::new(clock.clone(), db),
            requests: SingleFlight::default(),
            requests_without_cache: SingleFlight::default(),
            refreshes: SingleFlight::default(),
            refresh_pauses: RefreshPauses::default(),
            refresh_turns: Turns::default(),
            check_turns: Turns::default(),
            settings: Mutex::default(),
            capabilities,
        }))
    }

    /// Where a check of `application` is answered from if no verdict is cached.
    pub(crate) async fn source_of(&self, application: &Id) -> Source {
        match self.0.record.keeps(application).await {
            Ok(true) => Source::Record,
            // If it cannot be read, no check is answered from it either.
            Ok(false) | Err(_) => Source::Erp,
        }
    }

    /// Invalidates the cached verdicts of this verification.
    pub fn invalidation(&self) -> &Invalidation {
        &self.0.invalidation
    }

    /// Whether `subject` has a seat. No cached verdict that is older than `min_version` is used.
    pub async fn verify(&self, subject: &Subject, min_version: Option<i64>) -> Result<Verdict, VerificationError> {
        match self.verify_cached(subject, min_version, false).await {
            Ok(verdict) => Ok(verdict),
            Err(miss) => self.verify_with_erp(subject, min_version, miss).await,
        }
    }

    /// The rule by which it decides.
    pub(crate) fn rule(&self) -> &dyn SeatAccess {
        &*self.0.rule
    }

    /// The cached verdict for `subject`, if it may be served; `for_token`: if a token of it is good, where it is a grant.
    pub(crate) async fn verify_cached(
        &self,
        subject: &Subject,
        min_version: Option<i64>,
        for_token: bool,
    ) -> Result<Verdict, CacheMiss> {
        let Ok(mut entry) = self.cache_entry(&verdict::key(subject)).await else {
            return Box::pin(self.verify_without_cache(subject, min_version, for_token)).await;
        };
        let is_too_old = |verdict: &CurrentVerdict| {
            for_token && verdict.access.has_access && !verdict.cached.is_good_for_token(verdict.at)
        };
        let verdict = entry.verdict.take();
        if let Some(verdict) = verdict.filter(|verdict| !is_too_old(verdict)) {
            match verdict.decision(min_version) {
                Decision::Serve => return Ok(verdict.into_verdict(Source::Cache)),
                Decision::ServeAndRefresh => {
                    self.refresh(subject, &verdict);
                    return Ok(verdict.into_verdict(Source::Stale));
                }
                Decision::Fetch | Decision::Discard => {}
            }
        }
        Err(CacheMiss(Some(entry)))
    }

    /// What this instance remembers of `subject`, if it is fresh. A token needs a fence, which only the cache has.
    async fn verify_without_cache(
        &self,
        subject: &Subject,
        min_version: Option<i64>,
        for_token: bool,
    ) -> Result<Verdict, CacheMiss> {
        let verdict = if for_token { None } else { self.remembered(subject).await };
        let fresh = verdict.filter(|verdict| verdict.decision(min_version) == Decision::Serve);
        fresh.map(|verdict| verdict.into_verdict(Source::Cache)).ok_or(CacheMiss(None))
    }

    /// The verdict for `subject` by the ERP, which one caller asks for all that want the same at the same time. If the
    /// ERP does not answer in time, the cached verdict, if it is not too old. On an overloaded host the ERP is asked once the
    /// processor is at leisure and other checks of the instance have their answers, after two seconds at the latest.
    pub(crate) async fn verify_with_erp(
        &self,
        subject: &Subject,
        min_version: Option<i64>,
        CacheMiss(mut entry): CacheMiss,
    ) -> Result<Verdict, VerificationError> {
        let mut turn = None;
        if let Some(before) = &entry
            && RequestScope::is_overloaded()
        {
            // The request costs as much as a dozen checks from the cache, and most of that comes after its first wait, when the
            // host no longer bounds what is computed at once.
            let round = before.round;
            turn = self.0.check_turns.wait_for_one(&*self.0.capabilities.clock).await;
            entry = self.cache_entry(&verdict::key(subject)).await.ok();
            // Another caller may have asked meanwhile.
            let is_usable = |verdict: &mut CurrentVerdict| {
                verdict.cached.round != round && verdict.decision(min_version) == Decision::Serve
            };
            if let Some(verdict) = entry.as_mut().and_then(|entry| entry.verdict.take_if(is_usable)) {
                return Ok(verdict.into_verdict(Source::Cache));
            }
        }
        let Inner { capabilities, fences, invalidation, reconciliation, requests, .. } = &*self.0;
        let clock = &*capabilities.clock;
        let request = async |settings: &Settings| {
            if let Some(checked) = reconciliation.ensure(self.now()) {
                checked.await;
            }
            // A caller that comes after a fence was raised must not follow a request from before. So the fence is part
            // of the request's key, and a caller that cannot read the fence follows none that was sent before it came.
            let fence = match &entry {
                Some(_) => invalidation.fence_of(&subject.org).await.ok(),
                None => None,
            };
            let token = match &fence {
                Some(fence) => fences.peek(fence.clone()).await.ok(),
                None => None,
            };
            let Some((entry, token)) = entry.zip(token) else {
                return self.verify_together_without_cache(subject, settings).await;
            };
            let key = format!("{}\n{token:?}", subject.key());
            // The request may have been sent before the change that this caller knows of.
            let is_accepted =
                |outcome: &Outcome| !matches!(outcome, Ok((cached, _)) if cached.is_older_than(min_version));
            // INVARIANT: a name that was read before the caller waited is not used: the ERP may have given another
            // since.
            let lead = async |has_waited: bool| {
                self.lead(subject, min_version, settings, entry, fence.filter(|_| !has_waited)).await
            };
            let outcome = requests.run(&key, MAX_ATTEMPTS, clock, is_accepted, lead).await;
            outcome.unwrap_or(Err(VerificationError::OtherInstance))
        };
        let outcome = match self.settings().await {
            Ok(settings) => {
                let timeout = lease(&settings).saturating_add(ANSWER_MARGIN);
                let outcome = within(clock, timeout, request(&settings)).await;
                outcome.unwrap_or(Err(VerificationError::TimedOut(timeout)))
            }
            Err(error) => Err(error),
        };
        drop(turn);
        match outcome {
            Ok((cached, source)) => {
                let access = decide(&*self.0.rule, &cached.answer, self.now()).await;
                Ok(cached.verdict(access, source))
            }
            Err(error) => {
                // The cache is read again: what it held before may have been invalidated since, or have become too old.
                let verdict = match self.cache_entry(&verdict::key(subject)).await {
                    Ok(entry) => entry.verdict,
                    Err(_) => self.remembered(subject).await,
                };
                let usable = verdict.filter(|verdict| verdict.decision(min_version) != Decision::Discard);
                usable.map(|verdict| verdict.into_verdict(Source::Stale)).ok_or(error)
            }
        }
    }

    /// The answer to one request of all callers of this instance that cannot read the cache and came before it was sent. One
    /// of them that is on its way when they come may miss a change that they know of. If it fails, theirs would too.
    async fn verify_together_without_cache(&self, subject: &Subject, settings: &Settings) -> Outcome {
        let clock = &*self.0.capabilities.clock;
        let came_at = clock.elapsed();
        let is_accepted = |(sent_at, outcome): &(Duration, Outcome)| *sent_at >= came_at || outcome.is_err();
        let send = async |_| (clock.elapsed(), self.fetch(subject, settings, None, None).await);
        let requests = &self.0.requests_without_cache;
        let outcome = requests.run(&subject.key(), MAX_ATTEMPTS, clock, is_accepted, send).await;
        match outcome {
            Some(sent) if is_accepted(&sent) => sent.1,
            _ => self.fetch(subject, settings, None, None).await,
        }
    }

    fn now(&self) -> Timestamp {
        self.0.capabilities.clock.now()
    }

    async fn settings(&self) -> Result<Arc<Settings>, VerificationError> {
        let loaded = self.0.settings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(settings) = loaded {
            return Ok(settings);
        }
        let settings = Arc::new(Settings::load(&self.0.capabilities).await?);
        *self.0.settings.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings.clone());
        Ok(settings)
    }
}

#[cfg(test)]
mod tests;

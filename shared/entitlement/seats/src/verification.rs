//! Seat verification: the verdict from the cache if it is usable, and from the ERP if not.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_cache::{Decision, SingleFlight};
use edge_capabilities::clock::within;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use futures::future::join;

use crate::activity::ActivityLog;
use crate::erp;
use crate::erp_seat::ErpAnswer;
use crate::error::{StorageError, VerificationError};
use crate::fence::{Fence, FenceToken, Fences};
use crate::invalidation::Invalidation;
use crate::leader_election::{Candidate, Claim, LEASE_GAP, LeaderElection, Round};
use crate::reconciliation::Reconciliation;
use crate::remembered::Remembered;
use crate::seat_access::{AccessDecision, SeatAccess};
use crate::seat_record::{NoRecord, SeatRecord};
use crate::settings::Settings;
use crate::subject::{Id, Subject};
use crate::unknown_subjects::UnknownSubjects;
use crate::verdict::{self, CachedVerdict, Source, Verdict, decide};

/// How much longer a leader's lease is than the time-out of the ERP: for the stores before and after.
const LEASE_MARGIN: Duration = Duration::from_millis(500);

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
    refreshes: SingleFlight<String, ()>,
    settings: Mutex<Option<Arc<Settings>>>,
}

/// The cache entry of a subject.
#[derive(Default)]
struct CacheEntry {
    /// The verdict, if its fence is current.
    verdict: Option<CurrentVerdict>,
    /// The round that led to the verdict, also if its fence is not current.
    round: Option<i64>,
    /// The kind of the answer, also if its fence is not current.
    kind: Option<AnswerKind>,
}

/// The kind of an answer of the ERP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AnswerKind {
    Seat,
    NoSeat,
}

impl AnswerKind {
    const fn of(answer: &ErpAnswer) -> Self {
        match answer {
            ErpAnswer::Seat(_) => Self::Seat,
            ErpAnswer::OrganizationNotFound | ErpAnswer::SeatNotFound => Self::NoSeat,
        }
    }
}

/// No cached verdict may be served, so the ERP has to be asked. None: the cache failed, and nothing in it can be
/// trusted.
pub(crate) struct CacheMiss(Option<CacheEntry>);

/// A cached verdict whose fence is current, and the access that it gives at `at`.
struct CurrentVerdict {
    cached: CachedVerdict,
    access: AccessDecision,
    at: Timestamp,
}

impl CurrentVerdict {
    fn decision(&self, min_version: Option<i64>) -> Decision {
        self.cached.decision(self.access, self.at, min_version)
    }

    fn into_verdict(self, source: Source) -> Verdict {
        self.cached.verdict(self.access, source)
    }
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
            fences: Fences::new(cache.clone(), clock.clone()),
            invalidation: Invalidation::new(cache, clock, db),
            reconciliation: Reconciliation::new(&capabilities, db),
            unknown_subjects: UnknownSubjects::new(cache.clone(), election.clone()),
            election,
            remembered: Remembered::new(clock.clone(), db),
            requests: SingleFlight::default(),
            refreshes: SingleFlight::default(),
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
                    self.refresh(subject, &verdict.cached);
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

    async fn remembered(&self, subject: &Subject) -> Option<CurrentVerdict> {
        let cached = self.0.remembered.get(subject).await?;
        let at = self.now();
        let access = decide(&*self.0.rule, &cached.answer, at).await;
        Some(CurrentVerdict { cached, access, at })
    }

    /// The verdict for `subject` by the ERP, which one caller asks for all that want the same at the same time. If the
    /// ERP does not answer in time, the cached verdict, if it is not too old.
    pub(crate) async fn verify_with_erp(
        &self,
        subject: &Subject,
        min_version: Option<i64>,
        CacheMiss(entry): CacheMiss,
    ) -> Result<Verdict, VerificationError> {
        let Inner { capabilities, fences, invalidation, reconciliation, requests, .. } = &*self.0;
        let clock = &*capabilities.clock;
        let request = async |settings: &Settings| {
            if let Some(checked) = reconciliation.ensure(self.now()) {
                checked.await;
            }
            // A caller that comes after a fence was raised must not follow a request from before. So the fence is part
            // of the request's key, and a caller that cannot read the fence follows nobody.
            let fence = match &entry {
                Some(_) => invalidation.fence_of(&subject.org).await.ok(),
                None => None,
            };
            let token = match &fence {
                Some(fence) => fences.peek(fence.clone()).await.ok(),
                None => None,
            };
            let Some((entry, token)) = entry.zip(token) else {
                return self.fetch(subject, settings, None, None).await;
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

    /// The entry with this key, its fence checked. An error: the cache failed, so nothing in it can be trusted.
    async fn cache_entry(&self, key: &str) -> Result<CacheEntry, StoreError> {
        let bytes = self.0.capabilities.cache.get(key).await?;
        let Some(cached) = bytes.and_then(|bytes| CachedVerdict::from_bytes(&bytes)) else {
            return Ok(CacheEntry::default());
        };
        let (round, kind, at) = (cached.round, Some(AnswerKind::of(&cached.answer)), self.now());
        if let Some(checked) = self.0.reconciliation.ensure(at) {
            checked.await;
        }
        // Both read the cache, and neither needs the result of the other.
        let (is_current, access) =
            join(self.0.fences.is_current(&cached.token), decide(&*self.0.rule, &cached.answer, at)).await;
        Ok(CacheEntry { verdict: is_current?.then_some(CurrentVerdict { cached, access, at }), round, kind })
    }

    /// Asks the ERP for this instance, unless another instance does. `entry` is what the cache held of the subject, and
    /// `fence` the fence of its organisation, if that was read a moment ago.
    async fn lead(
        &self,
        subject: &Subject,
        min_version: Option<i64>,
        settings: &Settings,
        mut entry: CacheEntry,
        mut fence: Option<Fence>,
    ) -> Outcome {
        let (since, lease) = (self.now(), lease(settings));
        let mut candidate =
            Candidate { since, lease, caller_waits: true, seen_round: entry.round, without_lease: None };
        let key = subject.key();
        let mut pause = Duration::from_millis(2);
        // Time for two leaders to die and a third to ask.
        while self.now() < since.plus(lease.saturating_mul(3)) {
            match self.0.election.claim(&key, &mut candidate).await {
                Ok(Claim::Won(round)) => {
                    return self.fetch(subject, settings, fence, Some((round, entry.kind))).await;
                }
                Ok(Claim::Failed) => return Err(VerificationError::OtherInstance),
                Ok(Claim::Held | Claim::BackingOff) => {}
                Err(_) => break,
            }
            self.0.capabilities.clock.sleep(pause).await;
            pause = pause.saturating_mul(2).min(Duration::from_millis(16));
            fence = None;
            let Ok(read) = self.cache_entry(&verdict::key_of(&key)).await else { break };
            entry = read;
            candidate.seen_round = entry.round;
            if let Some(verdict) = entry.verdict.take_if(|verdict| verdict.decision(min_version) == Decision::Serve) {
                return Ok((verdict.cached, Source::Cache));
            }
        }
        // The cache failed, or all leaders died: this caller asks for itself.
        self.fetch(subject, settings, None, None).await
    }

    /// Asks the ERP behind the answer, unless that is being done.
    fn refresh(&self, subject: &Subject, cached: &CachedVerdict) {
        let Some(leader) = self.0.refreshes.lead(&subject.key(), &*self.0.capabilities.clock) else { return };
        let (verification, subject, seen_round) = (self.clone(), subject.clone(), cached.round);
        let kind = AnswerKind::of(&cached.answer);
        self.0.capabilities.background.spawn(Box::pin(async move {
            // A failure shows once the cached verdict may no longer be served.
            let _ = verification.refresh_now(&subject, seen_round, kind).await;
            drop(leader);
        }));
    }

    async fn refresh_now(
        &self,
        subject: &Subject,
        seen_round: Option<i64>,
        kind: AnswerKind,
    ) -> Result<(), VerificationError> {
        let settings = self.settings().await?;
        let (since, lease) = (self.now(), lease(&settings));
        let mut candidate = Candidate { since, lease, caller_waits: false, seen_round, without_lease: None };
        let mut claim = self.0.election.claim(&subject.key(), &mut candidate).await;
        if candidate.without_lease.is_some() {
            // The leader of that round writes its lease by then, or has died before it could.
            self.0.capabilities.clock.sleep(LEASE_GAP).await;
            claim = self.0.election.claim(&subject.key(), &mut candidate).await;
        }
        if let Ok(Claim::Won(round)) = claim {
            self.fetch(subject, &settings, None, Some((round, Some(kind)))).await?;
        }
        Ok(())
    }

    /// Asks the ERP or reads the record, and stores the answer if the fence to store it under is known. `fence` is the fence
    /// of the subject's organisation, if that was read a moment ago; `leading` the round that this instance leads and must
    /// end, and the kind of the answer that the cache held so far.
    async fn fetch(
        &self,
        subject: &Subject,
        settings: &Settings,
        fence: Option<Fence>,
        mut leading: Option<(Round, Option<AnswerKind>)>,
    ) -> Outcome {
        let Inner { capabilities, rule, fences, invalidation, election, .. } = &*self.0;
        let org = &subject.org;
        let round = leading.as_mut().map(|(round, _)| round);
        let fetched = async {
            let fence = match fence {
                Some(fence) => Ok(fence),
                None => invalidation.fence_of(org).await,
            };
            let before = match fence {
                Ok(fence) => fences.get_or_create(fence).await.ok(),
                Err(_) => None,
            };
            // INVARIANT: read before the answer is given, which then has every change that was raised by then.
            let latest = match before {
                Some(_) => None,
                None => self.0.remembered.latest().await,
            };
            let recorded = self.0.record.find(subject).await.map_err(VerificationError::Db)?;
            let (answer, source) = match recorded {
                // What payment events say of the tenant is about what the ERP sells, and not about what is in the record.
                Some(answer) => (answer, Source::Record),
                None => {
                    let mut answer = erp::get_seat(&settings.erp, subject).await?;
                    invalidation.apply_tenant_facts(org, &mut answer).await.map_err(VerificationError::Db)?;
                    (answer, Source::Erp)
                }
            };
            let token = match &before {
                Some(before) => match invalidation.token_for(org, before, &answer).await {
                    Ok(token) => token,
                    Err(StorageError::Cache(_)) => None,
                    Err(StorageError::Db(error)) => return Err(VerificationError::Db(error)),
                },
                None => {
                    invalidation.note_alias(org, &answer).await.map_err(VerificationError::Db)?;
                    None
                }
            };
            let now = self.now();
            let access = decide(&**rule, &answer, now).await;
            if let ErpAnswer::Seat(seat) = &answer
                && access.has_access
            {
                self.0.activity.note(subject, &seat.organization, now);
            }
            let is_fenced = token.is_some();
            let token = token.unwrap_or_else(FenceToken::unfenced);
            let mut verdict = CachedVerdict::new(answer, access, now, token, settings);
            if let Some(round) = round {
                election.update_number(round).await;
                verdict.round = Some(round.number);
            }
            if let Some(latest) = latest {
                self.0.remembered.insert(subject, &verdict, latest);
            }
            let is_stored = match verdict.to_bytes() {
                Ok(bytes) if is_fenced => capabilities.cache.set(&verdict::key(subject), &bytes).await.is_ok(),
                _ => false,
            };
            Ok::<_, VerificationError>((verdict, source, is_stored))
        }
        .await;
        if let Some((round, previous)) = leading {
            let result = fetched.as_ref().map(|(verdict, _, is_stored)| (AnswerKind::of(&verdict.answer), *is_stored));
            self.end_round(subject, round, previous, result.ok()).await;
        }
        fetched.map(|(verdict, source, _)| (verdict, source))
    }

    /// Ends a round. `previous` is the kind of the answer that the cache held before, and `fetched` the kind of the
    /// ERP's answer and whether it was stored; None: the ERP gave no answer.
    async fn end_round(
        &self,
        subject: &Subject,
        mut round: Round,
        previous: Option<AnswerKind>,
        fetched: Option<(AnswerKind, bool)>,
    ) {
        match fetched {
            Some((_, true)) => self.0.election.end_stored(&round).await,
            Some((_, false)) => self.0.election.end_unstored(&mut round, false).await,
            None => self.0.election.end_unstored(&mut round, true).await,
        }
        let is_new_unknown = match fetched {
            Some((AnswerKind::NoSeat, _)) => previous != Some(AnswerKind::NoSeat),
            Some((AnswerKind::Seat, true)) => false,
            Some((AnswerKind::Seat, false)) | None => previous.is_none(),
        };
        if is_new_unknown {
            let (unknown_subjects, key, now) = (self.0.unknown_subjects.clone(), subject.key(), self.now());
            self.0.capabilities.background.spawn(Box::pin(async move {
                // If this fails, an entry stays in the cache that nobody reads.
                let _ = unknown_subjects.add(&key, now).await;
            }));
        }
    }
}

fn lease(settings: &Settings) -> Duration {
    settings.erp.timeout().saturating_add(LEASE_MARGIN)
}

#[cfg(test)]
mod tests;

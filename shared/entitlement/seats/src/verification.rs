//! Seat verification: from what is known where that will do, from the ERP where it will not.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::within;
use edge_capabilities::config::ConfigError;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use futures::future::join;

use crate::directory::{self, UpstreamFailure};
use crate::fence::FenceToken;
use crate::flight::{Candidate, Claim, GAP, LeaderElection, Part, Round, SingleFlight};
use crate::invalidation::Invalidation;
use crate::reconciliation::Reconciliation;
use crate::seat_access::{AccessDecision, SeatAccess};
use crate::settings::Settings;
use crate::standing::Answer;
use crate::strangers::Strangers;
use crate::subject::Subject;
use crate::verdict::{self, CachedVerdict, Source, Use, Verdict, decide};

/// How much longer than the ERP's patience a leader's lease is: for the stores before and after.
const LEASE_MARGIN: Duration = Duration::from_millis(500);

/// How much longer than a leader's lease a caller waits for news in all, whatever holds them up: the ERP, the stores, or
/// others who ask.
const NEWS_MARGIN: Duration = Duration::from_secs(2);

/// How often a question is put again whose asker died, or whose answer is older than the caller wants.
const ATTEMPTS: usize = 3;

/// The edge cannot know whether the user has a seat.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverifiable {
    /// The ERP gave no answer, and nothing known will do.
    #[error("{0}")]
    Upstream(UpstreamFailure),
    /// Another instance asked the ERP, and got no answer.
    #[error("the ERP did not answer another instance")]
    Elsewhere,
    /// There was no news in time.
    #[error("there was no news within {} ms", .0.as_millis())]
    Late(Duration),
    /// The ERP answered, but what payment events said, which goes before its word, cannot be read.
    #[error("what payment events said cannot be read: {0}")]
    Db(DatabaseError),
    /// The edge is not set up.
    #[error("{0}")]
    Misconfigured(String),
}

impl From<ConfigError> for Unverifiable {
    fn from(error: ConfigError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}

/// What came of a question: what is known now, and from where.
type Outcome = Result<(CachedVerdict, Source), Unverifiable>;

/// Verifies seats, for one instance.
#[derive(Clone)]
pub struct Verification(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    rule: Arc<dyn SeatAccess>,
    invalidation: Invalidation,
    reconciliation: Reconciliation,
    rounds: LeaderElection,
    strangers: Strangers,
    flights: SingleFlight<Outcome>,
    refreshing: SingleFlight<()>,
    settings: Mutex<Option<Arc<Settings>>>,
}

/// What was found of a subject in the cache.
struct Found {
    /// It may be served as far as its fence goes.
    stands: Option<Standing>,
    /// The round that led to it, also where it does not stand.
    round: Option<i64>,
    /// What is kept, also where it does not stand.
    kept: Option<Kept>,
}

/// What is kept of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// A seat.
    Seat,
    /// That there is none.
    Stranger,
}

impl Kept {
    const fn of(answer: &Answer) -> Self {
        match answer {
            Answer::Seat(_) => Self::Seat,
            Answer::OrganizationNotFound | Answer::SeatNotFound => Self::Stranger,
        }
    }
}

/// Nothing known will do: the ERP has to be asked.
pub(crate) struct Miss(Result<Found, StoreError>);

/// What is known, and what it amounted to a moment ago.
struct Standing {
    known: CachedVerdict,
    access: AccessDecision,
    at: Timestamp,
}

impl Standing {
    fn usable(&self, min_version: Option<i64>) -> Use {
        self.known.usable(self.access, self.at, min_version)
    }
}

impl Verification {
    /// Verifies by `rule`.
    pub fn new(capabilities: Capabilities, db: &Db, rule: Arc<dyn SeatAccess>) -> Self {
        let Capabilities { cache, clock, .. } = &capabilities;
        Self(Arc::new(Inner {
            rule,
            invalidation: Invalidation::new(cache, clock, db),
            reconciliation: Reconciliation::new(&capabilities, db),
            strangers: Strangers::new(cache.clone(), LeaderElection::new(cache.clone(), clock.clone())),
            rounds: LeaderElection::new(cache.clone(), clock.clone()),
            flights: SingleFlight::default(),
            refreshing: SingleFlight::default(),
            settings: Mutex::default(),
            capabilities,
        }))
    }

    /// What makes this verification forget.
    pub fn invalidation(&self) -> &Invalidation {
        &self.0.invalidation
    }

    /// Whether `subject` has a seat. With `min_version`, nothing known that is older than that version will do.
    pub async fn verify(&self, subject: &Subject, min_version: Option<i64>) -> Result<Verdict, Unverifiable> {
        match self.recall(subject, min_version).await {
            Ok(verdict) => Ok(verdict),
            Err(miss) => self.ask_about(subject, min_version, miss).await,
        }
    }

    /// Whether `subject` has a seat, from what is known, where that will do.
    pub(crate) async fn recall(&self, subject: &Subject, min_version: Option<i64>) -> Result<Verdict, Miss> {
        let mut found = self.look(subject).await;
        if let Ok(Found { stands, .. }) = &mut found
            && let Some(standing) = stands.take()
        {
            match standing.usable(min_version) {
                Use::Fresh => return Ok(standing.known.verdict(standing.access, Source::Cache)),
                Use::Stale => {
                    self.refresh(subject, &standing.known);
                    return Ok(standing.known.verdict(standing.access, Source::Stale));
                }
                Use::IfNeedBe | Use::Not => {}
            }
        }
        Err(Miss(found))
    }

    /// Whether `subject` has a seat, from the ERP.
    pub(crate) async fn ask_about(
        &self,
        subject: &Subject,
        min_version: Option<i64>,
        Miss(found): Miss,
    ) -> Result<Verdict, Unverifiable> {
        match self.ask_in_time(subject, min_version, found.as_ref()).await {
            Ok((known, source)) => {
                let access = decide(&*self.0.rule, &known.answer, self.now()).await;
                Ok(known.verdict(access, source))
            }
            Err(failure) => self.without_news(subject, min_version).await.ok_or(failure),
        }
    }

    /// What may be said where no news is to be had: what is known now, for what was known before the ERP was asked may
    /// have been revoked since, or become too old.
    async fn without_news(&self, subject: &Subject, min_version: Option<i64>) -> Option<Verdict> {
        let standing = self.look(subject).await.ok()?.stands?;
        let usable = standing.usable(min_version) != Use::Not;
        usable.then(|| standing.known.verdict(standing.access, Source::Stale))
    }

    fn now(&self) -> Timestamp {
        self.0.capabilities.clock.now()
    }

    async fn settings(&self) -> Result<Arc<Settings>, ConfigError> {
        let loaded = self.0.settings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(settings) = loaded {
            return Ok(settings);
        }
        let settings = Arc::new(Settings::load(&*self.0.capabilities.config).await?);
        *self.0.settings.lock().unwrap_or_else(PoisonError::into_inner) = Some(settings.clone());
        Ok(settings)
    }

    /// What is known of `subject`, and stands. An error: the cache cannot be asked, so nothing in it can be trusted.
    async fn look(&self, subject: &Subject) -> Result<Found, StoreError> {
        let bytes = self.0.capabilities.cache.get(&verdict::key(subject)).await?;
        let Some(known) = bytes.and_then(|bytes| CachedVerdict::from_bytes(&bytes)) else {
            return Ok(Found { stands: None, round: None, kept: None });
        };
        let (round, kept, at) = (known.round, Some(Kept::of(&known.answer)), self.now());
        if let Some(checked) = self.0.reconciliation.ensure(at) {
            checked.await;
        }
        // Each asks the cache, and neither needs the other's answer.
        let (stands, access) =
            join(self.0.invalidation.stands(&known.mark), decide(&*self.0.rule, &known.answer, at)).await;
        Ok(Found { stands: stands?.then_some(Standing { known, access, at }), round, kept })
    }

    /// News of `subject`, or none where that takes too long.
    async fn ask_in_time(
        &self,
        subject: &Subject,
        min_version: Option<i64>,
        found: Result<&Found, &StoreError>,
    ) -> Result<(CachedVerdict, Source), Unverifiable> {
        let timeout = self.settings().await?.timeout.saturating_add(LEASE_MARGIN).saturating_add(NEWS_MARGIN);
        let asked = within(&*self.0.capabilities.clock, timeout, self.ask(subject, min_version, found)).await;
        asked.unwrap_or(Err(Unverifiable::Late(timeout)))
    }

    /// News of `subject`: one question for all who want to know the same at the same time.
    async fn ask(
        &self,
        subject: &Subject,
        min_version: Option<i64>,
        found: Result<&Found, &StoreError>,
    ) -> Result<(CachedVerdict, Source), Unverifiable> {
        if let Some(checked) = self.0.reconciliation.ensure(self.now()) {
            checked.await;
        }
        // Callers who come after a fence was raised must not follow a question that was put before. Who cannot see the
        // fence follows nobody.
        let asked_under = match found {
            Ok(_) => self.0.invalidation.peek(&subject.alias).await.ok(),
            Err(_) => None,
        };
        let Some(asked_under) = asked_under else {
            let settings = self.settings().await?;
            return self.ask_erp(subject, &settings, None).await.map(|asked| (asked.known, Source::Erp));
        };
        let question = format!("{}\n{asked_under:?}", subject.key());
        let mut last = Err(Unverifiable::Elsewhere);
        for _ in 0..ATTEMPTS {
            match self.0.flights.join(&question) {
                Part::Lead(lead) => {
                    let outcome = self.lead(subject, min_version).await;
                    lead.complete(outcome.clone());
                    return outcome;
                }
                Part::Follow(follower) => match follower.outcome(&*self.0.capabilities.clock).await {
                    // The question may have been put before the change that the caller knows of.
                    Some(Ok((known, source))) if known.older_than(min_version) => last = Ok((known, source)),
                    Some(outcome) => return outcome,
                    None => {}
                },
            }
        }
        last
    }

    /// Asks the ERP on behalf of the instance, unless another instance does.
    async fn lead(&self, subject: &Subject, min_version: Option<i64>) -> Outcome {
        let settings = self.settings().await?;
        let lease = settings.timeout.saturating_add(LEASE_MARGIN);
        let since = self.now();
        let mut claimant = Candidate { since, lease, cold: true, seen_round: None, without_lease: None };
        let key = subject.key();
        let mut nap = Duration::from_millis(2);
        // Two leaders may die, and a third still has time to ask.
        while self.now() < since.plus(lease.saturating_mul(3)) {
            let Ok(found) = self.look(subject).await else { break };
            claimant.seen_round = found.round;
            if let Some(standing) = found.stands
                && standing.usable(min_version) == Use::Fresh
            {
                return Ok((standing.known, Source::Cache));
            }
            match self.0.rounds.claim(&key, &mut claimant).await {
                Ok(Claim::Won(round)) => {
                    return self
                        .lead_round(subject, &settings, round, found.kept)
                        .await
                        .map(|known| (known, Source::Erp));
                }
                Ok(Claim::Failed) => return Err(Unverifiable::Elsewhere),
                Ok(Claim::Held | Claim::Resting) => {
                    self.0.capabilities.clock.sleep(nap).await;
                    nap = nap.saturating_mul(2).min(Duration::from_millis(16));
                }
                Err(_) => break,
            }
        }
        // The cache is gone, or everybody who asked has died: this caller asks for itself.
        self.ask_erp(subject, &settings, None).await.map(|asked| (asked.known, Source::Erp))
    }

    /// Fetches news behind the answer, unless somebody does.
    fn refresh(&self, subject: &Subject, known: &CachedVerdict) {
        let Part::Lead(lead) = self.0.refreshing.join(&subject.key()) else { return };
        let (verification, subject, seen_round) = (self.clone(), subject.clone(), known.round);
        let kept = Kept::of(&known.answer);
        self.0.capabilities.background.spawn(Box::pin(async move {
            // Whatever goes wrong is seen by those who ask when what is known will no longer do.
            let _ = verification.refresh_now(&subject, seen_round, kept).await;
            drop(lead);
        }));
    }

    async fn refresh_now(&self, subject: &Subject, seen_round: Option<i64>, kept: Kept) -> Result<(), Unverifiable> {
        let settings = self.settings().await?;
        let lease = settings.timeout.saturating_add(LEASE_MARGIN);
        let mut claimant = Candidate { since: self.now(), lease, cold: false, seen_round, without_lease: None };
        let mut claim = self.0.rounds.claim(&subject.key(), &mut claimant).await;
        if claimant.without_lease.is_some() {
            // Either its leader writes the lease now, or it died before it could.
            self.0.capabilities.clock.sleep(GAP).await;
            claim = self.0.rounds.claim(&subject.key(), &mut claimant).await;
        }
        if let Ok(Claim::Won(round)) = claim {
            self.lead_round(subject, &settings, round, Some(kept)).await?;
        }
        Ok(())
    }

    /// Asks the ERP for all instances, where `kept` is what was kept of the subject so far.
    async fn lead_round(
        &self,
        subject: &Subject,
        settings: &Settings,
        mut round: Round,
        kept: Option<Kept>,
    ) -> Result<CachedVerdict, Unverifiable> {
        let asked = self.ask_erp(subject, settings, Some(&mut round)).await;
        match &asked {
            Ok(Asked { stored: true, .. }) => self.0.rounds.end_stored(&round).await,
            Ok(Asked { stored: false, .. }) => self.0.rounds.end_without(&mut round, false).await,
            Err(_) => self.0.rounds.end_without(&mut round, true).await,
        }
        let is_new_stranger = match &asked {
            Ok(asked) if Kept::of(&asked.known.answer) == Kept::Stranger => kept != Some(Kept::Stranger),
            Ok(Asked { stored: true, .. }) => false,
            _ => kept.is_none(),
        };
        if is_new_stranger {
            let (strangers, key, now) = (self.0.strangers.clone(), subject.key(), self.now());
            self.0.capabilities.background.spawn(Box::pin(async move {
                // Without it something is left behind that nobody reads.
                let _ = strangers.note(&key, now).await;
            }));
        }
        asked.map(|asked| asked.known)
    }

    /// Asks the ERP, and keeps its answer if it is clear which fence it stands behind.
    async fn ask_erp(
        &self,
        subject: &Subject,
        settings: &Settings,
        round: Option<&mut Round>,
    ) -> Result<Asked, Unverifiable> {
        let invalidation = &self.0.invalidation;
        let before = invalidation.before(&subject.alias).await.ok();
        let asked = directory::ask(&*self.0.capabilities.http, settings, subject).await;
        let mut answer = asked.map_err(Unverifiable::Upstream)?;
        invalidation.complete(&subject.alias, &mut answer).await.map_err(Unverifiable::Db)?;
        let mark = match &before {
            Some(before) => invalidation.mark(&subject.alias, before, &answer).await.unwrap_or(None),
            None => None,
        };
        let now = self.now();
        let access = decide(&*self.0.rule, &answer, now).await;
        let kept = mark.is_some();
        let mut known = CachedVerdict::new(answer, access, now, mark.unwrap_or_else(FenceToken::unfenced), settings);
        if let Some(round) = round {
            self.0.rounds.settle(round).await;
            known.round = Some(round.number);
        }
        let stored = kept && self.store(subject, &known).await.is_ok();
        Ok(Asked { known, stored })
    }

    async fn store(&self, subject: &Subject, known: &CachedVerdict) -> Result<(), StoreError> {
        self.0.capabilities.cache.set(&verdict::key(subject), &known.to_bytes()?).await
    }
}

/// What came of asking the ERP.
struct Asked {
    known: CachedVerdict,
    stored: bool,
}

#[cfg(test)]
mod tests;

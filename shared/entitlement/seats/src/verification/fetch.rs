//! The request for a seat: to the ERP, or to the record. Of all instances one sends it, and stores the answer.

use std::time::Duration;

use edge_cache::Decision;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::request::RequestScope;

use super::cached::{AnswerKind, CacheEntry, CurrentVerdict};
use super::{Inner, Outcome, Verification};
use crate::erp;
use crate::error::{StorageError, VerificationError};
use crate::fence::{Fence, FenceToken};
use crate::leader_election::{Candidate, Claim, LEASE_GAP, Round};
use crate::seat::SeatLookup;
use crate::settings::Settings;
use crate::subject::Subject;
use crate::verdict::{self, CachedVerdict, Source, decide};

/// How much longer a leader's lease is than the time-out of the ERP: for the stores before and after.
const LEASE_MARGIN: Duration = Duration::from_millis(500);

/// The key of a counter that never counts: with an increment of it everything that was written before is on disk.
const SYNCED: &str = "synced";

impl Verification {
    /// Asks the ERP for this instance, unless another instance does. `entry` is what the cache held of the subject, and
    /// `fence` the fence of its organisation, if that was read a moment ago.
    pub(super) async fn lead(
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

    /// Asks the ERP behind the answer, unless that is being done, other refreshes have their turns, the ERP has just given no
    /// answer, or the host has more to do than it can and `stale` may get older yet.
    pub(super) fn refresh(&self, subject: &Subject, stale: &CurrentVerdict) {
        // What it takes to refresh a verdict serves a dozen checks.
        if RequestScope::is_overloaded() && !stale.cached.is_overdue(stale.at) {
            return;
        }
        if self.0.refresh_pauses.holds(subject.org.application.as_str(), self.0.capabilities.clock.elapsed()) {
            return;
        }
        let Some(turn) = self.0.refresh_turns.take() else { return };
        let Some(leader) = self.0.refreshes.lead(&subject.key(), &*self.0.capabilities.clock) else { return };
        let (verification, subject) = (self.clone(), subject.clone());
        self.0.capabilities.background.spawn(Box::pin(async move {
            turn.wait_for_leisure(&*verification.0.capabilities.clock).await;
            // Another instance may have refreshed it meanwhile, or it may be needed no longer.
            let entry = verification.cache_entry(&verdict::key(&subject)).await;
            let verdict = entry.ok().and_then(|entry| entry.verdict);
            if let Some(stale) = verdict.filter(|verdict| verdict.decision(None) == Decision::ServeAndRefresh) {
                let kind = AnswerKind::of(&stale.cached.answer);
                // A failure shows once the cached verdict may no longer be served.
                let _ = verification.refresh_now(&subject, stale.cached.round, kind).await;
            }
            drop((leader, turn));
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
            let fetched = self.fetch(subject, &settings, None, Some((round, Some(kind)))).await;
            let Inner { refresh_pauses, capabilities, .. } = &*self.0;
            refresh_pauses.note(subject.org.application.as_str(), &fetched, capabilities.clock.elapsed());
            fetched?;
        }
        Ok(())
    }

    /// Asks the ERP or reads the record, and stores the answer if the fence to store it under is known. `fence` is the fence
    /// of the subject's organisation, if that was read a moment ago; `leading` the round that this instance leads and must
    /// end, and the kind of the answer that the cache held so far.
    pub(super) async fn fetch(
        &self,
        subject: &Subject,
        settings: &Settings,
        fence: Option<Fence>,
        mut leading: Option<(Round, Option<AnswerKind>)>,
    ) -> Outcome {
        let Inner { rule, fences, invalidation, election, .. } = &*self.0;
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
            if let SeatLookup::Seat(seat) = &answer
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
            let is_stored = is_fenced && self.store(subject, &verdict).await.is_ok();
            Ok::<_, VerificationError>((verdict, source, is_stored))
        }
        .await;
        if let Some((round, previous)) = leading {
            let result = fetched.as_ref().map(|(verdict, _, is_stored)| (AnswerKind::of(&verdict.answer), *is_stored));
            self.end_round(subject, round, previous, result.ok()).await;
        }
        fetched.map(|(verdict, source, _)| (verdict, source))
    }

    /// Stores a verdict in the cache. A grant that a denial takes the place of is gone before anybody can see the denial, also
    /// where the machine loses its power in between: what is set there may then be lost, what is counted is not, nor what
    /// was written before it.
    async fn store(&self, subject: &Subject, verdict: &CachedVerdict) -> Result<(), StoreError> {
        let (cache, key) = (&self.0.capabilities.cache, verdict::key(subject));
        let bytes = verdict.to_bytes()?;
        if !verdict.is_grant() {
            let before = cache.get(&key).await?.and_then(|bytes| CachedVerdict::from_bytes(&bytes));
            if before.is_some_and(|before| before.is_grant()) {
                cache.delete(&key).await?;
                cache.increment(SYNCED, 0).await?;
            }
        }
        cache.set(&key, &bytes).await
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

/// How long the lease of a leader lasts.
pub(super) fn lease(settings: &Settings) -> Duration {
    settings.erp.timeout().saturating_add(LEASE_MARGIN)
}

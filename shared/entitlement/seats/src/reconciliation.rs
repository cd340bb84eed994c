//! The reconciliation of the cache's fences with the database. A cache that was rolled back (a Redis restarted from an
//! older snapshot, or failed over to a replica that was behind) brings back verdicts together with the fences they were
//! read under. Every raise is written to the database too ([`crate::fence_raises`]). The cache is compared with it
//! behind the answers, about twice a second, and before an answer if no instance has done so for [`EXPIRE`]. Fences
//! that were rolled back are raised again.
//!
//! The cache itself holds the sequence number up to which it was reconciled. That number is rolled back with everything
//! else, so no later raise hides the loss of an earlier one. The database holds it as well, by the id of the cache: where
//! the cache's own is lower, the cache was rolled back, and all that remember verdicts must forget them. One instance at a
//! time applies raises, by a lease in the database: one that is slow must not write a lower number over another's.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_cache::{Decision, FenceState, SingleFlight, Times};
use edge_capabilities::clock::{millis, within};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Timestamp, config, random};
use edge_database::Db;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::error::StorageError;
use crate::fence::Fences;
use crate::fence_raises::{FenceRaises, Progress};
use crate::settings::DEFAULT_STALE_MILLIS;

/// After this long the cache is compared with the database again, behind the answer.
const RECHECK: Duration = Duration::from_millis(500);
/// After this long it is compared before the answer: a verdict that was rolled back is served for less than a second.
const EXPIRE: Duration = Duration::from_millis(900);
/// The same after the database could not be read: not every check waits for it.
const EXPIRE_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// How far another instance's clock may be ahead, if its check is to be used for followers of the feed.
pub(crate) const MAX_AHEAD: Duration = Duration::from_millis(100);
/// How long the database may take to give its latest sequence number.
const TIMEOUT: Duration = Duration::from_millis(300);
/// How far the clocks of instances may be apart.
const SKEW: Duration = Duration::from_mins(10);
/// How long verdicts are assumed to be used if the configuration cannot be read.
const MAX_STALE: Duration = Duration::from_hours(24);
/// How many callers are followed whose requests were abandoned before they had compared.
const MAX_LEADERS: usize = 3;
/// The number of raises that are read at a time.
const PAGE: u32 = 500;
/// How often a reconciliation is started again: until the lease of an instance that died has run out, and a little longer.
const MAX_ATTEMPTS: usize = 40;
/// How often it is where the cache lacks raises, which nobody was told to be everywhere, and another instance applies them.
const MAX_ATTEMPTS_BEHIND: usize = 5;
/// How often it is looked whether the instance that reconciles has got as far as is wanted.
const MAX_LOOKS: u32 = 5;
/// The pause before each look: some calls to the cache.
const PAUSE: Duration = Duration::from_millis(20);
/// How long an instance may take to apply raises before another one does, or up to a second less. If it is only slow, the
/// two may take each other for a rollback, and followers of the feed forget what they need not.
const LEASE: Duration = Duration::from_secs(3);
/// Old raises are deleted once in this many raises.
const PURGE_EVERY: i64 = 256;

/// The key of the sequence number up to which the cache has every raise.
const RECONCILED: &str = "fences-shown";
/// The key of the token of the instance that reconciles now.
const RECONCILING: &str = "fences-catching-up";
/// The key of the cache's id.
const CACHE_ID: &str = "fences-cache";
/// The key of the last check.
const CHECKED: &str = "fences-checked";

/// A comparison of the cache with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checked {
    /// The instant from which on it holds.
    pub(crate) at: Timestamp,
    /// Whether it succeeded.
    pub(crate) succeeded: bool,
    /// Whether it failed because the cache gave no answer, or was not settled in time. It is not shared.
    #[serde(skip)]
    pub(crate) cache_failed: bool,
    /// How far the raises went that the cache then had. None: an older build has compared them.
    #[serde(default)]
    pub(crate) position: Option<Position>,
}

/// How far the raises go that the cache has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    #[serde(rename = "s")]
    pub(crate) sequence: i64,
    #[serde(rename = "f")]
    pub(crate) fence: i64,
    #[serde(rename = "p")]
    pub(crate) purged: i64,
    #[serde(rename = "r")]
    pub(crate) resets: i64,
}

impl Checked {
    fn decision(self, now: Timestamp) -> Decision {
        // A cache that fails may come back rolled back, so its failure counts no longer than a success.
        let stale = millis(if self.succeeded || self.cache_failed { EXPIRE } else { EXPIRE_AFTER_FAILURE });
        let recheck = millis(RECHECK);
        let times = Times { fresh: recheck, stale, outage: stale, skew: recheck, ahead: Decision::Discard };
        edge_cache::decide(now.millis_since(self.at), &times, FenceState::Holds)
    }
}

/// What came of a try to reconcile.
enum Attempt {
    /// The cache has all raises, as far as this.
    Reconciled(Position),
    /// The cache was rolled back: meanwhile, or another instance applies what it lost.
    RolledBack,
    /// The cache lacks raises, and another instance applies them.
    Behind,
}

/// Reconciles the cache with the database, for one instance.
#[derive(Clone)]
pub(crate) struct Reconciliation(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    fences: Fences,
    raises: FenceRaises,
    /// The last check that this instance knows of.
    checked: Mutex<Option<Checked>>,
    /// The id of the cache when it was last read.
    cache_id: Mutex<Option<String>>,
    /// The comparison that callers of this instance wait for.
    awaited: SingleFlight<(), ()>,
    in_background: SingleFlight<(), ()>,
}

impl Reconciliation {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self(Arc::new(Inner {
            fences: Fences::new(capabilities),
            raises: FenceRaises::new(db.clone()),
            checked: Mutex::default(),
            cache_id: Mutex::default(),
            awaited: SingleFlight::default(),
            in_background: SingleFlight::default(),
            capabilities: capabilities.clone(),
        }))
    }

    /// To be called at `now`, before the fence of a verdict is read. The caller awaits the future first, if there is
    /// one; almost always there is none.
    pub(crate) fn ensure(&self, now: Timestamp) -> Option<BoxFuture<'_, ()>> {
        match self.decision(now) {
            Decision::Serve => None,
            Decision::ServeAndRefresh => {
                self.check_in_background();
                None
            }
            Decision::Fetch | Decision::Discard => Some(Box::pin(self.ensure_unexpired(now))),
        }
    }

    /// One comparison for all that wait for it together: a new instance is sent dozens of requests at once.
    async fn ensure_unexpired(&self, now: Timestamp) {
        let Inner { awaited, capabilities, .. } = &*self.0;
        let compare = async |_| self.compare_unless_another_has(now).await;
        if awaited.run(&(), MAX_LEADERS, &*capabilities.clock, |()| true, compare).await.is_none() {
            self.compare_unless_another_has(now).await;
        }
    }

    async fn compare_unless_another_has(&self, now: Timestamp) {
        // Another instance may have checked.
        if let Some(checked) = self.shared().await {
            self.remember(checked);
        }
        match self.decision(now) {
            Decision::Serve => {}
            Decision::ServeAndRefresh => self.check_in_background(),
            Decision::Fetch | Decision::Discard => {
                self.check().await;
            }
        }
    }

    fn decision(&self, now: Timestamp) -> Decision {
        let checked = *self.0.checked.lock().unwrap_or_else(PoisonError::into_inner);
        checked.map_or(Decision::Discard, |checked| checked.decision(now))
    }

    fn remember(&self, checked: Checked) {
        *self.0.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(checked);
    }

    async fn shared(&self) -> Option<Checked> {
        let bytes = self.0.capabilities.cache.get(CHECKED).await.ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    fn check_in_background(&self) {
        let Some(leader) = self.0.in_background.lead(&(), &*self.0.capabilities.clock) else { return };
        let reconciliation = self.clone();
        self.0.capabilities.background.spawn(Box::pin(async move {
            // Another instance may have been faster.
            let now = reconciliation.0.capabilities.clock.now();
            match reconciliation.shared().await.filter(|checked| checked.decision(now) == Decision::Serve) {
                Some(checked) => reconciliation.remember(checked),
                None => {
                    reconciliation.check().await;
                }
            }
            drop(leader);
        }));
    }

    /// The last check of any instance, if it is at most `max_age` old; else a check by this instance.
    pub(crate) async fn checked_within(&self, max_age: Duration) -> Checked {
        let now = self.0.capabilities.clock.now();
        let is_recent = |checked: &Checked| {
            checked.position.is_some() && (-millis(MAX_AHEAD)..=millis(max_age)).contains(&now.millis_since(checked.at))
        };
        let known = *self.0.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(checked) = known.filter(is_recent) {
            return checked;
        }
        if let Some(checked) = self.shared().await.filter(is_recent) {
            self.remember(checked);
            return checked;
        }
        self.check().await
    }

    /// Compares the cache with the database.
    pub(crate) async fn check(&self) -> Checked {
        let Capabilities { clock, background, .. } = &self.0.capabilities;
        // INVARIANT: the result holds for the cache as it is from this instant on.
        let at = clock.now();
        let (mut position, mut cache_failed) = (None, true);
        for attempt in 1..=MAX_ATTEMPTS {
            match self.reconcile().await {
                Ok(Attempt::Reconciled(reconciled)) => {
                    (position, cache_failed) = (Some(reconciled), false);
                    break;
                }
                Ok(Attempt::RolledBack) => {}
                Ok(Attempt::Behind) if attempt < MAX_ATTEMPTS_BEHIND => {}
                Ok(Attempt::Behind) => break,
                Err(error) => {
                    cache_failed = matches!(error, StorageError::Cache(_));
                    break;
                }
            }
        }
        let checked = Checked { at, succeeded: position.is_some(), cache_failed, position };
        self.remember(checked);
        if cache_failed {
            return checked;
        }
        let reconciliation = self.clone();
        background.spawn(Box::pin(async move {
            if let Ok(written) = serde_json::to_vec(&checked) {
                // If this fails, the other instances check themselves.
                let _ = reconciliation.0.capabilities.cache.set(CHECKED, &written).await;
            }
        }));
        checked
    }

    /// Applies to the cache every raise that a usable verdict may be older than, unless another instance does.
    async fn reconcile(&self) -> Result<Attempt, StorageError> {
        let Inner { capabilities, raises, .. } = &*self.0;
        // INVARIANT: the cache is read before the database, and the number in the cache is written before that in the
        // database. So the cache's is higher only if the database was rolled back, and lower only if the cache was.
        let (id, is_another) = self.cache_id().await?;
        let mut reconciled = self.reconciled().await?;
        let progress = within(&*capabilities.clock, TIMEOUT, raises.progress(&id)).await;
        let mut progress = progress.ok_or_else(|| DatabaseError::Unavailable("it did not answer in time".into()))??;
        let latest = progress.latest;
        let recorded = progress.reconciled.filter(|recorded| *recorded <= latest).unwrap_or(0);
        if recorded > reconciled.unwrap_or(0) {
            reconciled = self.reconciled().await?;
        }
        let was_rolled_back = is_another || recorded > reconciled.unwrap_or(0);
        if was_rolled_back || reconciled.unwrap_or(0) != latest {
            let mut token = [0; 2];
            capabilities.random.fill(&mut token);
            let lease = raises.lease(&id, capabilities.clock.now(), LEASE, u16::from_be_bytes(token)).await?;
            if let Some(lease) = lease {
                match self.apply(reconciled, progress, was_rolled_back).await {
                    Ok(true) => {
                        if !raises.finish(lease, latest).await? {
                            // Another instance has taken over.
                            return Ok(Attempt::RolledBack);
                        }
                    }
                    not_applied => {
                        // If this fails, the lease runs out.
                        let _ = raises.release(lease).await;
                        return not_applied.map(|_| Attempt::RolledBack);
                    }
                }
                progress.resets = progress.resets.saturating_add(i64::from(was_rolled_back));
            } else if was_rolled_back {
                // INVARIANT: until the other instance has finished, nothing in this cache is to be believed.
                capabilities.clock.sleep(PAUSE * MAX_LOOKS).await;
                return Ok(Attempt::RolledBack);
            } else if !self.is_reconciled_by_another(latest).await? {
                return Ok(Attempt::Behind);
            }
        } else if progress.reconciled != Some(latest) {
            raises.set_reconciled(&id, latest).await?;
        }
        let Progress { fence, purged, resets, .. } = progress;
        Ok(Attempt::Reconciled(Position { sequence: latest, fence, purged, resets }))
    }

    /// Whether another instance brings the cache up to `latest` or beyond, which is waited for.
    async fn is_reconciled_by_another(&self, latest: i64) -> Result<bool, StoreError> {
        for _ in 0..MAX_LOOKS {
            self.0.capabilities.clock.sleep(PAUSE).await;
            if self.reconciled().await? >= Some(latest) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The cache's id, and whether it is not the one that this cache had: then the cache was rolled back, or lost.
    async fn cache_id(&self) -> Result<(String, bool), StoreError> {
        let capabilities = &self.0.capabilities;
        let known = || self.0.cache_id.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = self.written_cache_id().await? {
            // Another instance has noticed, or it is the one that was read before.
            known().replace(id.clone());
            return Ok((id, false));
        }
        // A cache that was reconciled has an id, unless an older build has reconciled it.
        let was_known = known().is_some();
        let is_another = was_known || self.reconciled().await?.is_some();
        // Another instance may have given it one, and reconciled it, since it was asked for.
        if is_another
            && !was_known
            && let Some(id) = self.written_cache_id().await?
        {
            known().replace(id.clone());
            return Ok((id, false));
        }
        let id = random::hex::<8>(&*capabilities.random);
        capabilities.cache.set(CACHE_ID, id.as_bytes()).await?;
        Ok((id, is_another))
    }

    /// The id that is in the cache.
    async fn written_cache_id(&self) -> Result<Option<String>, StoreError> {
        let found = self.0.capabilities.cache.get(CACHE_ID).await?;
        Ok(found.and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// Applies the raises up to the latest to a cache that was reconciled up to `reconciled`. False: the cache may have
    /// been rolled back meanwhile.
    async fn apply(
        &self,
        reconciled: Option<i64>,
        progress: Progress,
        was_rolled_back: bool,
    ) -> Result<bool, StorageError> {
        let (Inner { capabilities, fences, raises, .. }, latest) = (&*self.0, progress.latest);
        // INVARIANT: the token is lost if the cache is rolled back from here on, or replaced if another instance has taken
        // over after the lease.
        let token = random::hex::<8>(&*capabilities.random);
        capabilities.cache.set(RECONCILING, token.as_bytes()).await?;
        if self.reconciled().await? != reconciled {
            return Ok(false);
        }
        // A higher number than the latest means that the database was rolled back.
        let mut after = reconciled.filter(|reconciled| *reconciled < latest).unwrap_or(0);
        let now = capabilities.clock.now();
        let longest = config::millis(&*capabilities.config, "seat_stale_ms", DEFAULT_STALE_MILLIS).await;
        let longest = longest.unwrap_or(MAX_STALE);
        let oldest = now.as_millis().saturating_sub(millis(longest.saturating_add(SKEW)));
        let oldest = Timestamp::from_millis(oldest);
        loop {
            let page = raises.list(after, latest, oldest, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for raise in &page {
                if raise.is_of_alias() {
                    // A verdict without an organisation has the global fence.
                    fences.raise_global().await?;
                } else if !fences.has_raise(&raise.organization, raise.sequence).await? {
                    let number = fences.raise_global().await?;
                    fences.apply_raise(&raise.organization, number, raise.sequence).await?;
                }
            }
        }
        // A rollback since the token was written has undone the raises above, and the number of reconciled raises.
        let is_same_cache = async || {
            let found = capabilities.cache.get(RECONCILING).await?;
            Ok::<_, StoreError>(found.as_deref() == Some(token.as_bytes()))
        };
        if !is_same_cache().await? {
            return Ok(false);
        }
        if was_rolled_back {
            // INVARIANT: followers forget after the fences are raised again, and before nothing tells of the rollback.
            raises.reset_followers().await?;
        }
        capabilities.cache.set(RECONCILED, latest.to_string().as_bytes()).await?;
        if !is_same_cache().await? {
            capabilities.cache.delete(RECONCILED).await?;
            return Ok(false);
        }
        if latest.div_euclid(PURGE_EVERY) != reconciled.unwrap_or(0).div_euclid(PURGE_EVERY) {
            let _ = raises.purge(oldest).await;
        }
        Ok(true)
    }

    async fn reconciled(&self) -> Result<Option<i64>, StoreError> {
        let bytes = self.0.capabilities.cache.get(RECONCILED).await?;
        Ok(bytes.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse().ok()))
    }
}

#[cfg(test)]
mod tests;

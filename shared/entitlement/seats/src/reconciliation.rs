//! A cache that comes back as it was some time ago (a Redis restarted from an older snapshot, or failed over to a replica
//! that was behind) brings back verdicts together with the fences they were read under. The database knows better: every
//! raise is written there too ([`crate::fence_record`]). The cache is held against it behind the answers, about twice a
//! second, and before an answer where nobody has done so for [`EXPIRE`]; fences that were rolled back are raised anew.
//!
//! How far the cache has been held against the database it says itself, by the sequence number of the last raise that it
//! is known to show. That number is rolled back with everything else, so no later raise hides the loss of an earlier one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::{millis, within};
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Timestamp, config, random};
use edge_database::Db;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::fence::Fences;
use crate::fence_record::FenceRecord;
use crate::flight::{Part, SingleFlight};
use crate::invalidation::Unreachable;
use crate::settings::SEAT_STALE_MILLIS;

/// After this long the cache is held against the database again, behind the answer.
const RECHECK: Duration = Duration::from_millis(500);
/// After this long, before the answer: what is rolled back is served for less than a second.
const EXPIRE: Duration = Duration::from_millis(900);
/// After this long where the database could not be asked: it is not waited for at every turn.
const EXPIRE_BLIND: Duration = Duration::from_secs(2);
/// How long the database may take to say where it is.
const TIMEOUT: Duration = Duration::from_millis(300);
/// How far the clocks of those who raise fences and those who keep verdicts may be apart.
const SKEW: Duration = Duration::from_mins(10);
/// How long verdicts are taken to be used where that is not known.
const MAX_STALE: Duration = Duration::from_hours(24);
/// Raises that are read at a time.
const PAGE: u32 = 500;
/// How often it is begun anew.
const ROUNDS: usize = 5;
/// One raise in this many is followed by removing what is too old.
const PURGE_EVERY: i64 = 256;

/// Up to which raise the cache is known to show all: its sequence number.
const SHOWN: &str = "fences-shown";
/// Who makes it show more.
const CATCHING_UP: &str = "fences-catching-up";
/// When somebody last held the cache against the database.
const CHECKED: &str = "fences-checked";

/// When the cache was held against the database.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Checked {
    at: Timestamp,
    /// Whether the database could be asked.
    agreed: bool,
}

#[derive(PartialEq)]
enum Age {
    Young,
    Due,
    Old,
}

impl Checked {
    fn age(self, now: Timestamp) -> Age {
        let age = now.millis_since(self.at);
        let expire = if self.agreed { EXPIRE } else { EXPIRE_BLIND };
        // From the future: another machine's clock, or this one was set back.
        if age >= millis(expire) || age < -millis(RECHECK) {
            Age::Old
        } else if age >= millis(RECHECK) {
            Age::Due
        } else {
            Age::Young
        }
    }
}

/// Holds the cache against the database, for one instance.
#[derive(Clone)]
pub(crate) struct Reconciliation(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    fences: Fences,
    recorded: FenceRecord,
    /// What the instance knows of the last time.
    checked: Mutex<Option<Checked>>,
    under_way: SingleFlight<()>,
}

impl Reconciliation {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self(Arc::new(Inner {
            fences: Fences::new(capabilities.cache.clone(), capabilities.clock.clone()),
            recorded: FenceRecord::new(db.clone()),
            checked: Mutex::default(),
            under_way: SingleFlight::default(),
            capabilities: capabilities.clone(),
        }))
    }

    /// To be called at `now`, before a fence is read that a verdict is served by; what it gives is to be awaited first.
    /// Almost always there is nothing to wait for.
    pub(crate) fn ensure(&self, now: Timestamp) -> Option<BoxFuture<'_, ()>> {
        match self.age(now) {
            Age::Young => None,
            Age::Due => {
                self.check_behind();
                None
            }
            Age::Old => Some(Box::pin(self.ensure_anew(now))),
        }
    }

    async fn ensure_anew(&self, now: Timestamp) {
        // Another instance may have been here.
        if let Some(checked) = self.shared().await {
            self.remember(checked);
        }
        match self.age(now) {
            Age::Young => {}
            Age::Due => self.check_behind(),
            Age::Old => self.check().await,
        }
    }

    fn age(&self, now: Timestamp) -> Age {
        let checked = *self.0.checked.lock().unwrap_or_else(PoisonError::into_inner);
        checked.map_or(Age::Old, |checked| checked.age(now))
    }

    fn remember(&self, checked: Checked) {
        *self.0.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(checked);
    }

    async fn shared(&self) -> Option<Checked> {
        let bytes = self.0.capabilities.cache.get(CHECKED).await.ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    fn check_behind(&self) {
        let Part::Lead(lead) = self.0.under_way.join("") else { return };
        let reconciliation = self.clone();
        self.0.capabilities.background.spawn(Box::pin(async move {
            // Another instance may have been faster.
            let now = reconciliation.0.capabilities.clock.now();
            match reconciliation.shared().await.filter(|checked| checked.age(now) == Age::Young) {
                Some(checked) => reconciliation.remember(checked),
                None => reconciliation.check().await,
            }
            drop(lead);
        }));
    }

    async fn check(&self) {
        let Capabilities { clock, background, .. } = &self.0.capabilities;
        // INVARIANT: what is found holds for the cache as it is from here on.
        let at = clock.now();
        let latest = within(&**clock, TIMEOUT, self.0.recorded.latest()).await;
        let mut agreed = false;
        if let Some(Ok(latest)) = latest {
            for _ in 0..ROUNDS {
                match self.catch_up(latest).await {
                    Ok(true) => {
                        agreed = true;
                        break;
                    }
                    // Rolled back meanwhile, or another instance does the same beside.
                    Ok(false) => {}
                    Err(_) => break,
                }
            }
        }
        let checked = Checked { at, agreed };
        self.remember(checked);
        let reconciliation = self.clone();
        background.spawn(Box::pin(async move {
            if let Ok(written) = serde_json::to_vec(&checked) {
                // Without it the other instances look for themselves.
                let _ = reconciliation.0.capabilities.cache.set(CHECKED, &written).await;
            }
        }));
    }

    /// Has the cache show every raise up to `latest` that a verdict may still be older than. False: the cache may have
    /// been rolled back meanwhile.
    async fn catch_up(&self, latest: i64) -> Result<bool, Unreachable> {
        let Inner { capabilities, fences, recorded, .. } = &*self.0;
        let shown = self.shown().await?;
        if shown == Some(latest) || (shown.is_none() && latest == 0) {
            return Ok(true);
        }
        // INVARIANT: the token tells this cache from what it was before: it is gone if the cache is rolled back from here
        // on, or if another instance does the same beside.
        let token = random::hex::<8>(&*capabilities.random);
        capabilities.cache.set(CATCHING_UP, token.as_bytes()).await?;
        if self.shown().await? != shown {
            return Ok(false);
        }
        // Where it shows more than there is, it is the database that was rolled back.
        let mut after = shown.filter(|shown| *shown < latest).unwrap_or(0);
        let now = capabilities.clock.now();
        let longest = config::millis(&*capabilities.config, "seat_stale_ms", SEAT_STALE_MILLIS).await;
        let longest = longest.unwrap_or(MAX_STALE);
        let oldest = now.as_millis().saturating_sub(millis(longest.saturating_add(SKEW)));
        let oldest = Timestamp::from_millis(oldest);
        loop {
            let raises = recorded.raises(after, latest, oldest, PAGE).await?;
            let Some(last) = raises.last() else { break };
            after = last.sequence;
            for raise in &raises {
                if !fences.shows(&raise.organization, raise.sequence).await? {
                    let number = fences.raise_all().await?;
                    fences.raise_shown(&raise.organization, number, raise.sequence).await?;
                }
            }
        }
        // A rollback since this began took with it what was raised here, and what was known to be shown.
        let is_the_same = async || {
            let found = capabilities.cache.get(CATCHING_UP).await?;
            Ok::<_, StoreError>(found.as_deref() == Some(token.as_bytes()))
        };
        if !is_the_same().await? {
            return Ok(false);
        }
        capabilities.cache.set(SHOWN, latest.to_string().as_bytes()).await?;
        if !is_the_same().await? {
            capabilities.cache.delete(SHOWN).await?;
            return Ok(false);
        }
        if latest.div_euclid(PURGE_EVERY) != shown.unwrap_or(0).div_euclid(PURGE_EVERY) {
            let _ = recorded.purge(oldest).await;
        }
        Ok(true)
    }

    async fn shown(&self) -> Result<Option<i64>, StoreError> {
        let bytes = self.0.capabilities.cache.get(SHOWN).await?;
        Ok(bytes.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse().ok()))
    }
}

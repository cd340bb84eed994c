//! The changes feed: which external ids had their fence raised, for callers that remember verdicts themselves. A follower
//! is told of a raise before the raise is answered, and forgets what it remembers of the external id.
//!
//! * The raises in the database are numbered so that a reader never steps over one ([`crate::fence_raises`]).
//! * A raise is listed once the cache of this node has it ([`crate::reconciliation`]): a follower that asks again is not
//!   given the old verdict.
//! * A follower waits by the clock. The first one to look, in whichever instance, looks for all: see [`LOOK`].
//! * Where a follower may have missed something it is told to forget everything: after raises were deleted that it had not
//!   read, and after the cache or the database was rolled back.

mod position;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_access::{Caller, TenantId};
use edge_cache::SingleFlight;
use edge_capabilities::Capabilities;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;

use crate::fence_raises::{AffectedOrg, FenceRaises, StoredRaise};
use crate::reconciliation::{Checked, Position, Reconciliation};

/// How old what a follower knows becomes before it looks again. All followers that learn the same at the same time would
/// also look at the same time, so each instance adds a time of its own, up to [`PHASES`], and each follower of an instance
/// a time of its own: the first of all looks into the database, and the others find what it found in the cache or in
/// memory. A raise is listed within the sum of the three.
const LOOK: Duration = Duration::from_millis(420);
/// The most that an instance adds to [`LOOK`], milliseconds.
const PHASES: u64 = 120;
/// How far the followers of an instance are apart, milliseconds.
const APART: u64 = 3;
/// Followers of an instance that are apart; an instance serves about as many requests at once.
const FOLLOWERS: u64 = 16;
/// How old what another follower has found may be.
const RECENT: Duration = Duration::from_millis(250);
/// How long a follower waits on although the stores cannot be read.
const BLIND: Duration = Duration::from_secs(1);
/// The shortest time between two looks of a follower.
const MIN_PAUSE: Duration = Duration::from_millis(50);
/// The most raises in one answer.
const PAGE: u32 = 500;

/// An external id whose fence was raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) application: String,
    pub(crate) external_org: String,
    /// The highest number that its fence was raised to.
    pub(crate) fence: i64,
}

/// What a follower is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) changes: Vec<Change>,
    /// Where the follower goes on.
    pub(crate) next: Position,
    /// Whether the follower may have missed changes: it forgets everything.
    pub(crate) reset: bool,
}

/// What the raises between two sequence numbers concern.
struct Page {
    after: i64,
    until: i64,
    concerned: Arc<Vec<AffectedOrg>>,
}

/// The feed, for the followers of one instance.
pub(crate) struct Feed {
    capabilities: Capabilities,
    raises: FenceRaises,
    reconciliation: Reconciliation,
    /// The look that is under way, which is everybody's.
    looks: SingleFlight<(), Checked>,
    /// The last page: most followers read the same.
    page: Mutex<Option<Page>>,
    phase: u64,
    followers: AtomicU64,
}

impl Feed {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let mut phase = [0];
        capabilities.random.fill(&mut phase);
        Self {
            raises: FenceRaises::new(db.clone()),
            reconciliation: Reconciliation::new(capabilities, db),
            looks: SingleFlight::default(),
            page: Mutex::default(),
            phase: u64::from(phase[0]).saturating_mul(PHASES) / 256,
            followers: AtomicU64::new(0),
            capabilities: capabilities.clone(),
        }
    }

    /// The changes since `since` that concern `caller`; if there are none, waits for some, up to `wait`. None: from now on.
    pub(crate) async fn follow(
        &self,
        since: Option<Position>,
        wait: Duration,
        caller: &Caller,
    ) -> Result<Changes, DatabaseError> {
        let clock = &*self.capabilities.clock;
        let deadline = clock.elapsed().saturating_add(wait);
        // INVARIANT: the first look is the caller's own. A raise that was answered before this request is listed.
        let (mut checked, present) = self.look_alone().await?;
        let Some(mut read) = since else { return Ok(forget(present)) };
        // The database was rolled back, and its numbers were given again.
        let last = self.raises.last_until(read.sequence).await?;
        if last.is_some_and(|last| last.fence > read.fence) {
            return Ok(forget(present));
        }
        let offset = self.followers.fetch_add(1, Ordering::Relaxed) % FOLLOWERS;
        let offset = Duration::from_millis(self.phase.saturating_add(offset.saturating_mul(APART)));
        let (mut seen, mut is_own) = (clock.elapsed(), true);
        loop {
            if let Some(present) = checked.position {
                seen = clock.elapsed();
                if is_lost(read, present) {
                    if is_own {
                        return Ok(forget(present));
                    }
                    // Another's look may have begun before this follower's first, and have read an older position.
                    (checked, _) = self.look_alone().await?;
                    is_own = true;
                    continue;
                }
                while read.sequence < present.sequence {
                    let (changes, next) = self.changes(read, present, caller).await?;
                    if !changes.is_empty() {
                        return Ok(Changes { changes, next, reset: false });
                    }
                    read = next;
                }
            } else if clock.elapsed().saturating_sub(seen) >= BLIND {
                return Err(blind());
            }
            let left = deadline.saturating_sub(clock.elapsed());
            if left.is_zero() {
                // INVARIANT: nothing is said to be new only by who can see.
                if checked.position.is_some() {
                    return Ok(Changes { changes: Vec::new(), next: read, reset: false });
                }
                (checked, _) = self.look_alone().await?;
                is_own = true;
                continue;
            }
            let age = clock.now().millis_since(checked.at).max(0);
            let age = Duration::from_millis(u64::try_from(age).unwrap_or(0));
            let pause = LOOK.saturating_add(offset).saturating_sub(age).max(MIN_PAUSE);
            clock.sleep(pause.min(left)).await;
            checked = self.look().await;
            is_own = false;
        }
    }

    /// The present position, looked for by this follower itself. What hides it may pass at once, such as a database that is
    /// slow or other instances that reconcile too: it looks for up to [`BLIND`].
    async fn look_alone(&self) -> Result<(Checked, Position), DatabaseError> {
        let clock = &*self.capabilities.clock;
        let started = clock.elapsed();
        loop {
            let checked = self.reconciliation.check().await;
            if let Some(position) = checked.position {
                return Ok((checked, position));
            }
            if clock.elapsed().saturating_sub(started) >= BLIND {
                return Err(blind());
            }
            clock.sleep(MIN_PAUSE).await;
        }
    }

    /// The position that was last found, by this follower or another.
    async fn look(&self) -> Checked {
        let look = async |_| self.reconciliation.checked_within(RECENT).await;
        match self.looks.run(&(), 2, &*self.capabilities.clock, |_| true, look).await {
            Some(checked) => checked,
            None => self.reconciliation.check().await,
        }
    }

    /// A page of the changes after `read` that concern `caller`, and where it ends.
    async fn changes(
        &self,
        read: Position,
        present: Position,
        caller: &Caller,
    ) -> Result<(Vec<Change>, Position), DatabaseError> {
        let mut end = StoredRaise { sequence: present.sequence, fence: present.fence };
        if present.sequence.saturating_sub(read.sequence) > i64::from(PAGE) {
            let page = self.raises.end_of_page(read.sequence, PAGE).await?;
            end = page.filter(|page| page.sequence < end.sequence).unwrap_or(end);
        }
        let concerned = self.concerned(read.sequence, end.sequence).await?;
        let mut fences: BTreeMap<(&str, &str), (i64, bool)> = BTreeMap::new();
        for concerned in concerned.iter().filter(|concerned| caller.speaks_for(&concerned.application)) {
            let place = fences.entry((&concerned.application, &concerned.external_org)).or_insert((0, false));
            *place = (place.0.max(concerned.fence), place.1 || is_of(concerned, caller.tenant.as_ref()));
        }
        let visible = fences.into_iter().filter(|(_, (_, is_visible))| *is_visible);
        let changes = visible.map(|((application, external_org), (fence, _))| Change {
            application: application.to_owned(),
            external_org: external_org.to_owned(),
            fence,
        });
        Ok((changes.collect(), Position { sequence: end.sequence, fence: end.fence, ..present }))
    }

    async fn concerned(&self, after: i64, until: i64) -> Result<Arc<Vec<AffectedOrg>>, DatabaseError> {
        {
            let page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(page) = page.as_ref().filter(|page| page.after == after && page.until == until) {
                return Ok(page.concerned.clone());
            }
        }
        let concerned = Arc::new(self.raises.concerned(after, until).await?);
        let page = Page { after, until, concerned: concerned.clone() };
        *self.page.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
        Ok(concerned)
    }
}

/// Whether raises after `read` may be missing from the database, or were forgotten by a cache.
fn is_lost(read: Position, present: Position) -> bool {
    read.sequence > present.sequence || read.sequence < present.purged || read.resets != present.resets
}

/// Whether an external id is one of `tenant`; None: the platform.
fn is_of(concerned: &AffectedOrg, tenant: Option<&TenantId>) -> bool {
    let Some(tenant) = tenant.map(TenantId::as_str) else { return true };
    [&concerned.organization, &concerned.bound_to].into_iter().flatten().any(|one| one == tenant)
}

fn forget(present: Position) -> Changes {
    Changes { changes: Vec::new(), next: present, reset: true }
}

fn blind() -> DatabaseError {
    DatabaseError::Unavailable("the cache cannot be compared with the database".into())
}

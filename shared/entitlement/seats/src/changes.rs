//! The changes feed: which external ids had their fence raised, for callers that remember verdicts themselves. A follower
//! is told of a raise before the raise is answered, and forgets what it remembers of the external id.
//!
//! * The raises in the database are numbered so that a reader never steps over one ([`crate::fence_raises`]).
//! * A raise is listed once the cache of this node has it ([`crate::reconciliation`]): a follower that asks again is not
//!   given the old verdict.
//! * The followers of an instance wait together, and one looks for all ([`watch`]). The first instance to look, looks for
//!   all instances: see [`LOOK`]. A follower that knows what the instance knows joins those who wait at once.
//! * Where a follower may have missed something it is told to forget everything: after raises were deleted that it had not
//!   read, and after the cache or the database was rolled back.

mod position;
mod watch;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_access::{Caller, TenantId};
use edge_capabilities::clock::millis;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use futures::future::select;

use crate::fence_raises::{AffectedOrg, FenceRaises, StoredRaise};
use crate::reconciliation::{MAX_AHEAD, Position, Reconciliation};
use watch::{BLIND, Sight, Turn, Watch};

/// How old what an instance knows becomes before it looks again. All instances that learn the same at the same time would
/// also look at the same time, so each adds a time of its own, up to [`PHASES`]: the first of all looks into the database,
/// and the others find what it found in the cache. A raise is listed within the sum of the two, and [`MAX_APART`].
const LOOK: Duration = Duration::from_millis(500);
/// The most that an instance adds to [`LOOK`], milliseconds.
const PHASES: u64 = 120;
/// How far those who wait in an instance are woken apart: all of them ask again at once, and must not wait long for the
/// processor.
const APART: Duration = Duration::from_millis(3);
/// The most that this adds.
const MAX_APART: Duration = Duration::from_millis(60);
/// How old what another instance has found may be. Its clock may be ahead by [`MAX_AHEAD`].
const RECENT: Duration = Duration::from_millis(250);
/// Long waits end together, at multiples of this by the clock: a processor that is woken for each of a thousand followers does
/// little else. A wait is shorter for it by less than this.
const ENDS: Duration = Duration::from_millis(500);
/// Waits that are shorter end when they are over.
const LONG: Duration = Duration::from_secs(10);
/// The shortest time between two looks.
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

/// The position that a follower knows.
#[derive(Clone, Copy)]
struct Look {
    position: Position,
    /// When the look began.
    looked: Duration,
    /// Whether it was looked for by this follower itself. Another's look may have begun before this follower's first.
    is_own: bool,
}

impl Look {
    const fn shared(sight: Sight) -> Self {
        Self { position: sight.position, looked: sight.looked, is_own: false }
    }
}

/// The feed, for the followers of one instance.
pub(crate) struct Feed {
    capabilities: Capabilities,
    raises: FenceRaises,
    reconciliation: Reconciliation,
    watch: Watch,
    /// The last page: most followers read the same.
    page: Mutex<Option<Page>>,
    /// The time between two looks.
    pause: Duration,
}

impl Feed {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let mut phase = [0];
        capabilities.random.fill(&mut phase);
        let phase = Duration::from_millis(u64::from(phase[0]).saturating_mul(PHASES) / 256);
        Self {
            raises: FenceRaises::new(db.clone()),
            reconciliation: Reconciliation::new(capabilities, db),
            watch: Watch::new(capabilities.signals.clone()),
            page: Mutex::default(),
            pause: LOOK.saturating_add(phase),
            capabilities: capabilities.clone(),
        }
    }

    /// The changes since `since` that concern `caller`; if there are none, waits for some, up to `wait` and less by up to
    /// [`ENDS`]. None: from now on.
    pub(crate) async fn follow(
        &self,
        since: Option<Position>,
        wait: Duration,
        caller: &Caller,
    ) -> Result<Changes, DatabaseError> {
        let clock = &*self.capabilities.clock;
        let started = clock.elapsed();
        let wait = if wait >= LONG { wait.saturating_sub(past_the_last_end(clock.now().plus(wait))) } else { wait };
        let deadline = started.saturating_add(wait);
        // INVARIANT: the answer is made from a look that began after this request. A raise that was answered before the
        // request is listed.
        let (mut read, mut look) = match since.and_then(|since| Some((since, self.joined(since, started, wait)?))) {
            Some((read, known)) => {
                let look = self.next(known, deadline).await?;
                let is_later = look.is_own || look.looked >= started.saturating_add(MAX_AHEAD);
                (read, if is_later { look } else { self.look_alone().await? })
            }
            None => {
                let look = self.look_alone().await?;
                let Some(read) = since else { return Ok(forget(look.position)) };
                // The database was rolled back, and its numbers were given again.
                let last = self.raises.last_until(read.sequence).await?;
                if last.is_some_and(|last| last.fence > read.fence) {
                    return Ok(forget(look.position));
                }
                (read, look)
            }
        };
        loop {
            if is_lost(read, look.position) {
                if look.is_own {
                    return Ok(forget(look.position));
                }
                look = self.look_alone().await?;
                continue;
            }
            while read.sequence < look.position.sequence {
                let (changes, next) = self.changes(read, look.position, caller).await?;
                if !changes.is_empty() {
                    return Ok(Changes { changes, next, reset: false });
                }
                read = next;
            }
            if clock.elapsed() >= deadline {
                return Ok(Changes { changes: Vec::new(), next: read, reset: false });
            }
            look = self.next(look.position, deadline).await?;
        }
    }

    /// What those know who wait in this instance, if a follower that knows `read` can join them at `now`: it knows the same,
    /// and they look again before it has waited for `wait`. Its request then costs neither a read of the stores nor a write.
    fn joined(&self, read: Position, now: Duration, wait: Duration) -> Option<Position> {
        let known = self.watch.sight().filter(|sight| sight.is_certain(now))?.position;
        let is_same = Position { purged: known.purged, ..read } == known;
        (is_same && wait >= BLIND).then_some(known)
    }

    /// The present position, looked for by this follower itself. What hides it may pass at once, such as a database that is
    /// slow or other instances that reconcile too: it looks for up to [`BLIND`].
    async fn look_alone(&self) -> Result<Look, DatabaseError> {
        let clock = &*self.capabilities.clock;
        let started = clock.elapsed();
        loop {
            let looked = clock.elapsed();
            let checked = self.reconciliation.check().await;
            if let Some(position) = checked.position {
                self.watch.publish(Some(position), looked, clock.elapsed());
                return Ok(Look { position, looked, is_own: true });
            }
            if clock.elapsed().saturating_sub(started) >= BLIND {
                return Err(blind());
            }
            clock.sleep(MIN_PAUSE).await;
        }
    }

    /// Waits for another position than `known`, until `deadline`; then it is the present one, as far as the instance knows.
    async fn next(&self, known: Position, deadline: Duration) -> Result<Look, DatabaseError> {
        let clock = &*self.capabilities.clock;
        let place = self.watch.enter();
        loop {
            let now = clock.elapsed();
            let left = deadline.saturating_sub(now);
            if left.is_zero() {
                // INVARIANT: nothing is said to be new only by who can see.
                let sight = self.watch.sight().filter(|sight| sight.is_certain(now));
                return match sight {
                    Some(sight) => Ok(Look::shared(sight)),
                    None => self.look_alone().await,
                };
            }
            match place.turn(known, now) {
                Turn::Read(sight) => return Ok(Look::shared(sight)),
                Turn::Blind => return Err(blind()),
                Turn::Look(sight) => {
                    let pause = sight.looked.saturating_add(self.pause).saturating_sub(now);
                    if pause.is_zero() {
                        self.look_for_all(known).await;
                    } else {
                        clock.sleep(pause.min(left)).await;
                    }
                }
                Turn::Sleep { signalled, before } => {
                    select(signalled, clock.sleep(left)).await;
                    let left = deadline.saturating_sub(clock.elapsed());
                    if before > 0 && !left.is_zero() {
                        clock.sleep(APART.saturating_mul(before).min(MAX_APART).min(left)).await;
                    }
                }
            }
        }
    }

    /// Looks for all followers of the instance, which know `known`.
    async fn look_for_all(&self, known: Position) {
        let clock = &*self.capabilities.clock;
        let checked = self.reconciliation.checked_within(RECENT).await;
        if let Some(found) = checked.position
            && (1..=i64::from(PAGE)).contains(&found.sequence.saturating_sub(known.sequence))
        {
            // All of them read this page next. If this fails, each reads it itself.
            let _ = self.concerned(known.sequence, found.sequence).await;
        }
        let age = clock.now().millis_since(checked.at).max(0);
        let (age, now) = (Duration::from_millis(u64::try_from(age).unwrap_or(0)), clock.elapsed());
        self.watch.publish(checked.position, now.saturating_sub(age), now);
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

/// How long before `at` waits last ended together.
fn past_the_last_end(at: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(at.as_millis().rem_euclid(millis(ENDS))).unwrap_or(0))
}

fn forget(present: Position) -> Changes {
    Changes { changes: Vec::new(), next: present, reset: true }
}

fn blind() -> DatabaseError {
    DatabaseError::Unavailable("the cache cannot be compared with the database".into())
}

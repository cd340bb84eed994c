//! The queue for the processor. More instances at work than there are threads finish nothing sooner: they only drive each
//! other out of the processor's caches, and where all are busy the next request starts yet another. So a request takes a slot
//! before it goes to an instance.
//!
//! Who waits for a slot is served by class, and within a class by callers in turn: one with a thousand requests waits no
//! less than one with a single request, and one whose requests cost as much as ten of another's ([`super::cost`]) has a tenth
//! of the other's turns. Now and then the least important class has its turn, so that an operator gets through
//! in the worst hour. Nobody waits for longer than it is worth: what would is turned away at once, as far as can be
//! foreseen. A burst may wait for longer than the same number of requests in a queue that never ends, where each would wait
//! that long.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::callers::Caller;
use super::class::Class;
use super::cost::{Cost, Costs, UNIT};
use super::pace::Pace;
use super::{Applicant, Shed};

/// How long requests may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// In a burst.
    pub burst: Duration,
    /// Where the queue has not been empty for as long as `burst`.
    pub standing: Duration,
    /// Requests that may wait.
    pub max_waiting: usize,
}

/// Each so manieth slot goes to the least important class that waits.
const TURNS: u32 = 16;

/// The queue's classes: what admitted requests ask of other components, and the classes from outside.
const RANKS: usize = 1 + Class::ALL.len();

const fn rank_of(class: Class) -> usize {
    1_usize.saturating_add(class as usize)
}

/// All slots there are.
#[derive(Clone)]
pub struct ProcessorQueue(Arc<Shared>);

struct Shared {
    patience: Patience,
    state: Mutex<State>,
}

struct State {
    free: usize,
    ranks: [Rank; RANKS],
    /// How many wait, those that have given up included.
    waiting: usize,
    /// When somebody began to wait with nobody before him.
    waiting_since: Instant,
    pace: Pace,
    turn: u32,
    costs: Costs,
}

/// Those of a class who wait.
#[derive(Default)]
struct Rank {
    waiting: usize,
    callers: HashMap<Option<Caller>, Own>,
    /// The callers, in the order of their turns.
    turns: VecDeque<Option<Caller>>,
}

/// Those of a caller who wait.
#[derive(Default)]
struct Own {
    waiting: VecDeque<Waiter>,
    /// Of what the next one costs, so much has been saved up.
    credit: u32,
}

struct Waiter {
    since: Instant,
    is_patient: bool,
    slot: oneshot::Sender<Result<Slot, Shed>>,
}

/// The right to have an instance compute; given back when dropped.
pub struct Slot {
    queue: Option<Arc<Shared>>,
    cost: Option<Cost>,
}

impl Slot {
    const fn new(queue: Option<Arc<Shared>>) -> Self {
        Self { queue, cost: None }
    }

    /// What the request that has it costs, if somebody is to pay for it.
    pub const fn take_cost(&mut self) -> Option<Cost> {
        self.cost.take()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.take() {
            queue.hand_on();
        }
    }
}

/// A request that is being answered, until this is dropped: its caller pays for it.
pub struct Payment {
    queue: Arc<Shared>,
    caller: Caller,
    cost: Cost,
}

impl Drop for Payment {
    fn drop(&mut self) {
        self.queue.lock().costs.note(self.caller, self.cost.counted());
    }
}

impl ProcessorQueue {
    /// A queue for that many slots. Two for each thread keep all busy: while one instance hands over its answer another can
    /// already compute.
    pub fn new(slots: usize, patience: Patience) -> Self {
        let state = State {
            free: slots.max(1),
            ranks: Default::default(),
            waiting: 0,
            waiting_since: Instant::now(),
            pace: Pace::default(),
            turn: 0,
            costs: Costs::default(),
        };
        Self(Arc::new(Shared { patience, state: Mutex::new(state) }))
    }

    /// The next slot that is this one's, for a request from outside.
    pub async fn take(&self, applicant: Applicant) -> Result<Slot, Shed> {
        let rank = rank_of(applicant.class);
        let deadline = {
            let mut state = self.0.lock();
            if let Some(slot) = self.0.free_slot(&mut state) {
                return Ok(slot);
            }
            let now = Instant::now();
            let patience = state.patience(now, self.0.patience);
            if state.would_wait(now, rank, applicant.caller) > patience {
                return Err(Shed::Queue);
            }
            now + patience
        };
        let waiter = self.0.enqueue(rank, Some(applicant.caller))?;
        // Whoever is in the queue for too long is found when a slot is handed on; this is for when none is.
        timeout_at(deadline + self.0.patience.burst, waiter).await.ok().and_then(Result::ok).unwrap_or(Err(Shed::Queue))
    }

    /// The payment for the request that has `slot`, by its caller.
    pub fn payment(&self, slot: &mut Slot, caller: Caller) -> Payment {
        let cost = Cost::default();
        slot.cost = Some(cost.clone());
        Payment { queue: self.0.clone(), caller, cost }
    }

    /// Whether somebody waits.
    pub fn is_crowded(&self) -> bool {
        self.0.lock().waiting > 0
    }

    /// Whether more has come for some time than can be served: the queue has not been empty for as long as a burst lasts.
    pub fn is_standing(&self) -> bool {
        let state = self.0.lock();
        // Asked for each request that has a slot; almost always nobody waits, and the time is not asked for.
        state.waiting > 0 && state.is_standing(Instant::now(), self.0.patience)
    }

    /// Whether a request would be let in now; what it may still be turned away for is what happens meanwhile.
    pub fn would_take(&self, applicant: Applicant) -> Result<(), Shed> {
        let state = self.0.lock();
        if state.waiting == 0 {
            return Ok(());
        }
        let now = Instant::now();
        let wait = state.would_wait(now, rank_of(applicant.class), applicant.caller);
        if wait > state.patience(now, self.0.patience) { Err(Shed::Queue) } else { Ok(()) }
    }

    /// The next slot, for what a request that has been let in asks of another component, and for the node's own work: before
    /// all others, and for as long as it takes.
    pub async fn take_inside(&self) -> Slot {
        let waiter = {
            let mut state = self.0.lock();
            if let Some(slot) = self.0.free_slot(&mut state) {
                return slot;
            }
            state.push(0, None, true)
        };
        // Nobody closes the queue: it is owned here.
        waiter.await.ok().and_then(Result::ok).unwrap_or(Slot::new(None))
    }

    /// How many of a class wait.
    pub fn waiting(&self, class: Class) -> usize {
        self.0.lock().ranks.get(rank_of(class)).map_or(0, |rank| rank.waiting)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn free_slot(self: &Arc<Self>, state: &mut State) -> Option<Slot> {
        if state.waiting > 0 {
            return None;
        }
        state.free = state.free.checked_sub(1)?;
        Some(Slot::new(Some(self.clone())))
    }

    fn enqueue(&self, rank: usize, caller: Option<Caller>) -> Result<oneshot::Receiver<Result<Slot, Shed>>, Shed> {
        let mut evicted = None;
        let mut state = self.lock();
        if state.waiting >= self.patience.max_waiting {
            evicted = Some(state.evict(rank, caller).ok_or(Shed::Queue)?);
        }
        let waiter = state.push(rank, caller, false);
        drop(state);
        if let Some(evicted) = evicted {
            let _ = evicted.slot.send(Err(Shed::Queue));
        }
        Ok(waiter)
    }

    /// A slot is free: the next who waits gets it.
    fn hand_on(self: Arc<Self>) {
        let mut late = Vec::new();
        loop {
            let mut state = self.lock();
            let now = Instant::now();
            let patience = state.patience(now, self.patience);
            let next = loop {
                let Some(next) = state.pop() else { break None };
                if !next.is_patient && now.saturating_duration_since(next.since) > patience {
                    late.push(next);
                } else if !next.slot.is_closed() {
                    break Some(next);
                }
            };
            let Some(next) = next else {
                state.free = state.free.saturating_add(1);
                state.pace.rest();
                break;
            };
            state.pace.note(now);
            // INVARIANT: nothing is sent under the lock. A slot that is not taken comes back here, and would wait for it.
            drop(state);
            match next.slot.send(Ok(Slot::new(Some(self.clone())))) {
                Ok(()) => break,
                // It gave up this very moment: its slot is the next one's.
                Err(Ok(mut slot)) => drop(slot.queue.take()),
                Err(Err(_)) => {}
            }
        }
        for late in late {
            let _ = late.slot.send(Err(Shed::Queue));
        }
    }
}

impl State {
    fn is_standing(&self, now: Instant, patience: Patience) -> bool {
        self.waiting > 0 && now.saturating_duration_since(self.waiting_since) > patience.burst
    }

    /// How long who comes now may wait.
    fn patience(&self, now: Instant, patience: Patience) -> Duration {
        if self.is_standing(now, patience) { patience.standing } else { patience.burst }
    }

    /// How long one more of `caller` would wait, as the queue has moved lately.
    fn would_wait(&self, now: Instant, rank: usize, caller: Caller) -> Duration {
        let before: usize = self.ranks.iter().take(rank).map(|rank| rank.waiting).sum();
        let Some(own_rank) = self.ranks.get(rank) else { return Duration::ZERO };
        let own = own_rank.callers.get(&Some(caller)).map_or(0, Own::len);
        let callers = own_rank.callers.len().max(1);
        // In turn with the others, of whom none is before it with more than it has.
        let turns = own.saturating_add(1).saturating_mul(callers).min(own_rank.waiting.saturating_add(1));
        self.pace.at(now).saturating_mul(u32::try_from(before.saturating_add(turns)).unwrap_or(u32::MAX))
    }

    fn push(&mut self, rank: usize, caller: Option<Caller>, is_patient: bool) -> oneshot::Receiver<Result<Slot, Shed>> {
        let (slot, waiter) = oneshot::channel();
        let since = Instant::now();
        if self.waiting == 0 {
            self.waiting_since = since;
        }
        if let Some(rank) = self.ranks.get_mut(rank) {
            self.waiting = self.waiting.saturating_add(1);
            rank.waiting = rank.waiting.saturating_add(1);
            let own = rank.callers.entry(caller).or_default();
            if own.waiting.is_empty() {
                rank.turns.push_back(caller);
            }
            own.waiting.push_back(Waiter { since, is_patient, slot });
        }
        waiter
    }

    /// The next whose turn it is.
    fn pop(&mut self) -> Option<Waiter> {
        if self.waiting == 0 {
            return None;
        }
        self.turn = self.turn.wrapping_add(1);
        let is_waiting = |rank: &&mut Rank| rank.waiting > 0;
        let rank = match self.turn % TURNS {
            0 => self.ranks.iter_mut().rev().find(is_waiting),
            _ => self.ranks.iter_mut().find(is_waiting),
        }?;
        let waiter = rank.pop(&self.costs)?;
        self.waiting = self.waiting.saturating_sub(1);
        Some(waiter)
    }

    /// Whoever has to go for one of `rank` and `caller` where the queue is full: the last to come of the class that matters
    /// least, of the caller who has most there. None: that is the newcomer.
    fn evict(&mut self, rank: usize, caller: Option<Caller>) -> Option<Waiter> {
        let (last, last_rank) = self.ranks.iter_mut().enumerate().rev().find(|(_, rank)| rank.waiting > 0)?;
        if last < rank {
            return None;
        }
        let (most, count) =
            last_rank.callers.iter().map(|(caller, own)| (*caller, own.len())).max_by_key(|own| own.1)?;
        let own = last_rank.callers.get(&caller).map_or(0, Own::len);
        if last == rank && own.saturating_add(1) >= count {
            return None;
        }
        let own = last_rank.callers.get_mut(&most)?;
        let waiter = own.waiting.pop_back()?;
        if own.waiting.is_empty() {
            last_rank.callers.remove(&most);
            last_rank.turns.retain(|caller| *caller != most);
        }
        last_rank.waiting = last_rank.waiting.saturating_sub(1);
        self.waiting = self.waiting.saturating_sub(1);
        Some(waiter)
    }
}

impl Own {
    fn len(&self) -> usize {
        self.waiting.len()
    }
}

impl Rank {
    /// The next whose turn it is: the first caller who has saved up what a request of it costs, of whom each saves up a unit
    /// when it is passed over, and when it is not. Who waits alone need not save.
    fn pop(&mut self, costs: &Costs) -> Option<Waiter> {
        loop {
            let caller = self.turns.pop_front()?;
            let own = self.callers.get_mut(&caller)?;
            own.credit = own.credit.saturating_add(UNIT);
            let cost = caller.map_or(UNIT, |caller| costs.of(caller));
            if own.credit < cost && !self.turns.is_empty() {
                self.turns.push_back(caller);
                continue;
            }
            own.credit = own.credit.saturating_sub(cost);
            let waiter = own.waiting.pop_front()?;
            if own.waiting.is_empty() {
                self.callers.remove(&caller);
            } else {
                self.turns.push_back(caller);
            }
            self.waiting = self.waiting.saturating_sub(1);
            return Some(waiter);
        }
    }
}

#[cfg(test)]
impl Payment {
    /// What is to be paid by now.
    pub fn cost(&self) -> u32 {
        self.cost.counted()
    }
}

#[cfg(test)]
impl Slot {
    /// One that is nobody's.
    pub const fn of_nobody() -> Self {
        Self::new(None)
    }
}

#[cfg(test)]
mod tests;

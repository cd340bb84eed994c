//! The queue for the processor. More instances at work than there are threads finish nothing sooner: they only drive each
//! other out of the processor's caches, and where all are busy the next request starts yet another. So a request takes a slot
//! before it goes to an instance.
//!
//! Who waits for a slot is served by class, and within a class by callers in turn: one with a thousand requests waits no
//! less than one with a single request. Now and then the least important class has its turn, so that an operator gets through
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
}

/// Those of a class who wait.
#[derive(Default)]
struct Rank {
    waiting: usize,
    callers: HashMap<Option<Caller>, VecDeque<Waiter>>,
    /// The callers, in the order of their turns.
    turns: VecDeque<Option<Caller>>,
}

struct Waiter {
    since: Instant,
    is_patient: bool,
    slot: oneshot::Sender<Result<Slot, Shed>>,
}

/// The right to have an instance compute; given back when dropped.
pub struct Slot(Option<Arc<Shared>>);

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.hand_on();
        }
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
        waiter.await.ok().and_then(Result::ok).unwrap_or(Slot(None))
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
        Some(Slot(Some(self.clone())))
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
            match next.slot.send(Ok(Slot(Some(self.clone())))) {
                Ok(()) => break,
                // It gave up this very moment: its slot is the next one's.
                Err(Ok(mut slot)) => drop(slot.0.take()),
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
        let own = own_rank.callers.get(&Some(caller)).map_or(0, VecDeque::len);
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
            if own.is_empty() {
                rank.turns.push_back(caller);
            }
            own.push_back(Waiter { since, is_patient, slot });
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
        let waiter = rank.pop()?;
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
        let own = last_rank.callers.get(&caller).map_or(0, VecDeque::len);
        if last == rank && own.saturating_add(1) >= count {
            return None;
        }
        let waiter = last_rank.callers.get_mut(&most)?.pop_back()?;
        if last_rank.callers.get(&most).is_some_and(VecDeque::is_empty) {
            last_rank.callers.remove(&most);
            last_rank.turns.retain(|caller| *caller != most);
        }
        last_rank.waiting = last_rank.waiting.saturating_sub(1);
        self.waiting = self.waiting.saturating_sub(1);
        Some(waiter)
    }
}

impl Rank {
    fn pop(&mut self) -> Option<Waiter> {
        let caller = self.turns.pop_front()?;
        let own = self.callers.get_mut(&caller)?;
        let waiter = own.pop_front()?;
        if own.is_empty() {
            self.callers.remove(&caller);
        } else {
            self.turns.push_back(caller);
        }
        self.waiting = self.waiting.saturating_sub(1);
        Some(waiter)
    }
}

#[cfg(test)]
impl Slot {
    /// One that is nobody's.
    pub const fn of_nobody() -> Self {
        Self(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    const fn from(class: Class, caller: u64) -> Applicant {
        Applicant { class, caller: Caller::number(caller) }
    }

    const PATIENCE: Patience = Patience { burst: ms(100), standing: ms(25), max_waiting: 64 };

    /// One slot, for which the applicants wait from now on in this order; gives who got it, each for a moment, and who did
    /// not. While they queue up the slot is taken for `taken`.
    async fn served(patience: Patience, taken: Duration, applicants: &[Applicant]) -> Vec<(usize, Result<(), Shed>)> {
        let queue = ProcessorQueue::new(1, patience);
        let first = queue.take_inside().await;
        let order = Mutex::new(Vec::new());
        let wait = async |number: usize, applicant: Applicant| {
            let slot = queue.take(applicant).await;
            order.lock().unwrap().push((number, slot.as_ref().map(drop).map_err(|shed| *shed)));
            drop(slot);
        };
        let all = applicants.iter().enumerate().map(|(number, applicant)| wait(number, *applicant));
        let release = async {
            tokio::time::sleep(taken).await;
            drop(first);
        };
        futures::join!(futures::future::join_all(all), release);
        order.into_inner().unwrap()
    }

    fn got(served: &[(usize, Result<(), Shed>)]) -> Vec<usize> {
        served.iter().filter(|(_, slot)| slot.is_ok()).map(|(number, _)| *number).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn events_go_before_checks_and_checks_before_the_rest() {
        use Class::{Checks, Events, Other};
        let applicants = [from(Other, 1), from(Checks, 2), from(Events, 3), from(Checks, 4), from(Events, 5)];
        assert_eq!(got(&served(PATIENCE, ms(10), &applicants).await), [2, 4, 1, 3, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_of_a_class_have_their_turns() {
        let mut applicants = vec![from(Class::Checks, 1); 6];
        applicants.extend([from(Class::Checks, 2), from(Class::Checks, 3), from(Class::Checks, 2)]);
        assert_eq!(got(&served(PATIENCE, ms(10), &applicants).await), [0, 6, 7, 1, 8, 2, 3, 4, 5]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_least_important_class_gets_through_now_and_then() {
        let mut applicants = vec![from(Class::Events, 1); 40];
        applicants.push(from(Class::Other, 2));
        let got = got(&served(PATIENCE, ms(10), &applicants).await);
        let place = got.iter().position(|number| *number == 40).unwrap();
        assert!(place < 16, "{place}");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_would_wait_for_too_long_is_turned_away() {
        let applicants = [from(Class::Checks, 1), from(Class::Events, 2)];
        let served = served(PATIENCE, ms(101), &applicants).await;
        assert!(served.iter().all(|(_, slot)| *slot == Err(Shed::Queue)), "{served:?}");
        // And where no slot is ever handed on.
        let queue = ProcessorQueue::new(1, PATIENCE);
        let _taken = queue.take_inside().await;
        assert_eq!(queue.take(from(Class::Events, 1)).await.err(), Some(Shed::Queue));
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_has_room_for_who_matters_more_and_for_who_has_less() {
        let patience = Patience { max_waiting: 4, ..PATIENCE };
        use Class::{Checks, Events, Other};
        let mut applicants = vec![from(Checks, 1); 4];
        applicants.extend([from(Other, 2), from(Checks, 1), from(Events, 3), from(Checks, 4)]);
        let served = served(patience, ms(10), &applicants).await;
        assert_eq!(got(&served), [6, 0, 7, 1]);
        let mut turned_away: Vec<_> = served.iter().filter(|(_, slot)| slot.is_err()).map(|served| served.0).collect();
        turned_away.sort_unstable();
        assert_eq!(turned_away, [2, 3, 4, 5]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_standing_queue_is_shorter_than_a_burst_and_refuses_at_once_what_would_wait() {
        let queue = ProcessorQueue::new(1, PATIENCE);
        let waits = Mutex::new(Vec::new());
        let refused = Mutex::new(Vec::new());
        let ask = async |number: u64| {
            // Twice as many as can be served: one each millisecond, of which each takes two.
            tokio::time::sleep(ms(number)).await;
            let began = Instant::now();
            match queue.take(from(Class::Checks, number % 7)).await {
                Ok(slot) => {
                    waits.lock().unwrap().push((number, began.elapsed()));
                    tokio::time::sleep(ms(2)).await;
                    drop(slot);
                }
                Err(_) => refused.lock().unwrap().push((number, began.elapsed())),
            }
        };
        futures::future::join_all((0..2000).map(ask)).await;
        let (waits, refused) = (waits.into_inner().unwrap(), refused.into_inner().unwrap());
        assert!(waits.len() >= 980, "as many as can be are served: {}", waits.len());
        assert!(waits.iter().all(|(_, wait)| *wait <= ms(100)));
        let settled = waits.iter().filter(|(number, _)| *number > 400);
        assert!(settled.clone().all(|(_, wait)| *wait <= ms(30)), "{:?}", settled.max_by_key(|settled| settled.1));
        let settled: Vec<_> = refused.iter().filter(|(number, _)| *number > 400).collect();
        let at_once = settled.iter().filter(|(_, wait)| wait.is_zero()).count();
        assert!(at_once * 4 >= settled.len() * 3, "{at_once} of {}", settled.len());
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_bursts_between_which_no_slot_is_handed_on_is_refused_at_once_too() {
        let queue = ProcessorQueue::new(1, Patience { burst: ms(400), standing: ms(100), max_waiting: 1000 });
        let (served, refused) = (Mutex::new(0), Mutex::new(Vec::new()));
        let ask = async |number: u64| {
            // Each 40 milliseconds 40 come, and 20 are served: quickly, after a pause.
            tokio::time::sleep(ms(number / 40 * 40)).await;
            let began = Instant::now();
            match queue.take(from(Class::Checks, number % 7)).await {
                Ok(slot) => {
                    let count = {
                        let mut served = served.lock().unwrap();
                        *served += 1;
                        *served
                    };
                    tokio::time::sleep(ms(if count % 20 == 0 { 21 } else { 1 })).await;
                    drop(slot);
                }
                Err(_) => refused.lock().unwrap().push((number, began.elapsed())),
            }
        };
        futures::future::join_all((0..4000).map(ask)).await;
        let (served, refused) = (served.into_inner().unwrap(), refused.into_inner().unwrap());
        assert!(served >= 1950, "as many as can be are served: {served}");
        let settled: Vec<_> = refused.iter().filter(|(number, _)| *number > 800).collect();
        let at_once = settled.iter().filter(|(_, wait)| wait.is_zero()).count();
        assert!(at_once * 100 >= settled.len() * 98, "{at_once} of {}", settled.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_stands_while_it_has_not_been_empty_for_as_long_as_a_burst() {
        let queue = ProcessorQueue::new(1, PATIENCE);
        let taken = queue.take_inside().await;
        let mut waits = Box::pin(queue.take_inside());
        assert!(futures::poll!(&mut waits).is_pending() && !queue.is_standing());
        tokio::time::sleep(ms(101)).await;
        assert!(queue.is_standing());
        drop(taken);
        drop(waits.await);
        assert!(!queue.is_standing());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_his_slot_to_others_and_what_is_inside_goes_first() {
        let queue = ProcessorQueue::new(1, PATIENCE);
        let taken = queue.take_inside().await;
        let mut gives_up = Box::pin(queue.take(from(Class::Events, 1)));
        assert!(futures::poll!(&mut gives_up).is_pending());
        let mut stays = Box::pin(queue.take(from(Class::Other, 2)));
        assert!(futures::poll!(&mut stays).is_pending());
        let mut inside = Box::pin(queue.take_inside());
        assert!(futures::poll!(&mut inside).is_pending());
        assert_eq!((queue.waiting(Class::Events), queue.waiting(Class::Other)), (1, 1));
        drop(gives_up);
        drop(taken);
        // It was handed on, and is handed on again though nobody took it up.
        drop(inside);
        assert!(stays.await.is_ok());
        assert_eq!(queue.waiting(Class::Other), 0);
        assert!(queue.take(from(Class::Other, 3)).await.is_ok(), "nobody waits");
    }
}

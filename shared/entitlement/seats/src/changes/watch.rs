//! How the followers of one instance wait together. One of them leads: it looks for all of them. The others sleep until a
//! signal wakes them: the position has changed, the stores cannot be read any more, or they are to lead. So a follower
//! that waits costs nothing while nothing happens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edge_capabilities::Signals;
use edge_capabilities::signal::{Signal, Signalled};

use crate::reconciliation::Position;

/// How long followers wait on although the stores cannot be read.
pub(super) const BLIND: Duration = Duration::from_secs(1);

/// What the followers of an instance know. Its times are those of [`edge_capabilities::Clock::elapsed`].
#[derive(Clone, Copy)]
pub(super) struct Sight {
    pub(super) position: Position,
    /// When the position was found.
    found: Duration,
    /// When the last look began, this instance's or the one that it made use of.
    pub(super) looked: Duration,
    /// Whether the last look found a position.
    is_current: bool,
}

impl Sight {
    /// Whether it can be said at `now` that nothing has changed.
    pub(super) fn is_certain(&self, now: Duration) -> bool {
        self.is_current && now.saturating_sub(self.found) < BLIND
    }

    fn is_blind(&self, now: Duration) -> bool {
        !self.is_current && now.saturating_sub(self.found) >= BLIND
    }
}

pub(super) struct Watch {
    signals: Arc<dyn Signals>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// None: nobody has looked.
    sight: Option<Sight>,
    leader: Option<u64>,
    /// Who sleeps until it is signalled.
    asleep: Vec<(u64, Signal)>,
    last_id: u64,
}

/// A follower that waits. If it leaves while it leads, another one leads.
pub(super) struct Place<'w> {
    watch: &'w Watch,
    id: u64,
}

/// What a follower does next.
pub(super) enum Turn {
    /// Read what was found, which is not what it knows.
    Read(Sight),
    /// Look for all, some time after what was found last.
    Look(Sight),
    /// Sleep until it is signalled; so many others sleep already.
    Sleep { signalled: Signalled, before: u32 },
    /// Say that it cannot know.
    Blind,
}

impl Watch {
    pub(super) fn new(signals: Arc<dyn Signals>) -> Self {
        Self { signals, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self) -> Place<'_> {
        let mut state = self.state();
        state.last_id = state.last_id.wrapping_add(1);
        Place { watch: self, id: state.last_id }
    }

    /// What is known.
    pub(super) fn sight(&self) -> Option<Sight> {
        self.state().sight
    }

    /// Tells of a look that began at `looked` and ended at `now`. None: the stores could not be read.
    pub(super) fn publish(&self, position: Option<Position>, looked: Duration, now: Duration) {
        let mut state = self.state();
        let wakes = match (position, &mut state.sight) {
            (Some(position), sight) => {
                let before = sight.replace(Sight { position, found: now, looked, is_current: true });
                before.is_none_or(|before| before.position != position)
            }
            (None, Some(sight)) => {
                (sight.looked, sight.is_current) = (looked, false);
                sight.is_blind(now)
            }
            (None, None) => true,
        };
        let woken = if wakes { std::mem::take(&mut state.asleep) } else { Vec::new() };
        drop(state);
        drop(woken);
    }
}

impl Place<'_> {
    /// What the follower that knows `known` does at `now`.
    pub(super) fn turn(&self, known: Position, now: Duration) -> Turn {
        let mut state = self.watch.state();
        // Nobody waits before somebody has looked.
        let Some(sight) = state.sight.filter(|sight| !sight.is_blind(now)) else { return Turn::Blind };
        if sight.position != known {
            return Turn::Read(sight);
        }
        if *state.leader.get_or_insert(self.id) == self.id {
            return Turn::Look(sight);
        }
        // INVARIANT: who sleeps knows what everybody knows.
        let (signal, signalled) = self.watch.signals.pair();
        let before = u32::try_from(state.asleep.len()).unwrap_or(u32::MAX);
        state.asleep.push((self.id, signal));
        Turn::Sleep { signalled, before }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.watch.state();
        let own = state.asleep.iter().position(|(id, _)| *id == self.id).map(|at| state.asleep.swap_remove(at));
        let mut next = None;
        if state.leader == Some(self.id) {
            // One that has come lately, which leads for long.
            next = state.asleep.pop();
            state.leader = next.as_ref().map(|(id, _)| *id);
        }
        drop(state);
        drop((own, next));
    }
}

#[cfg(test)]
mod tests;

//! Who computes when. More instances at work than there are threads finish nothing sooner: they only drive each other
//! out of the processor's caches, and where all are busy the next request starts yet another. So a request takes a turn
//! before it goes to an instance, and the instance gives it back as soon as it rests: when all its requests wait for
//! something, or have been answered.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// All turns there are.
#[derive(Clone)]
pub struct ConcurrencyLimit(Arc<Semaphore>);

/// The right to have an instance compute; given back when dropped.
pub struct Slot {
    _permit: Option<OwnedSemaphorePermit>,
}

impl ConcurrencyLimit {
    /// That many turns. Two for each thread keep all busy: while one instance hands over its answer another can already
    /// compute.
    pub fn new(turns: usize) -> Self {
        Self(Arc::new(Semaphore::new(turns.clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// The next turn that is free, in the order in which they were asked for. Nobody waits long: an instance that goes on
    /// computing rests at each tick of the engine.
    pub async fn take(&self) -> Slot {
        // Nobody closes the semaphore.
        Slot { _permit: self.0.clone().acquire_owned().await.ok() }
    }
}

/// The turns of what one instance is computing.
#[derive(Clone, Default)]
pub struct InHand(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    turns: Vec<Slot>,
    instance: Option<Waker>,
}

impl InHand {
    /// The instance takes up a request that has this turn.
    pub fn take_up(&self, turn: Slot) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.turns.push(turn);
        // It may take up a request after it was last found at rest, and is not looked at again until something happens:
        // this is something.
        if let Some(instance) = &held.instance {
            instance.wake_by_ref();
        }
    }

    /// The instance rests; `context` is that of its task.
    pub fn rest(&self, context: &Context<'_>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.turns.clear();
        if held.instance.as_ref().is_none_or(|instance| !instance.will_wake(context.waker())) {
            held.instance = Some(context.waker().clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Poll, Wake};

    use super::*;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
        match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_turn_is_free_again_once_its_instance_rests_or_is_gone() {
        let turns = ConcurrencyLimit::new(2);
        let (first, second) = (at_once(turns.take()).unwrap(), at_once(turns.take()).unwrap());
        assert!(at_once(turns.take()).is_none(), "there are two");

        let in_hand = InHand::default();
        in_hand.take_up(first);
        assert!(at_once(turns.take()).is_none(), "it computes");
        in_hand.rest(&Context::from_waker(Waker::noop()));
        let third = at_once(turns.take()).unwrap();

        in_hand.take_up(third);
        drop(in_hand);
        at_once(turns.take()).unwrap();
        drop(second);
    }

    #[test]
    fn who_takes_up_a_request_after_it_rested_is_looked_at_again() {
        let (wakes, in_hand) = (Arc::new(Wakes::default()), InHand::default());
        let waker = Waker::from(wakes.clone());
        in_hand.take_up(Slot { _permit: None });
        in_hand.rest(&Context::from_waker(&waker));
        assert_eq!(wakes.0.load(Ordering::Relaxed), 0);
        in_hand.take_up(Slot { _permit: None });
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
    }
}

//! Limits how many instances compute at once. More instances at work than there are threads finish nothing sooner: they
//! only drive each other out of the processor's caches, and where all are busy the next request starts yet another. So a
//! request takes a slot before it goes to an instance, and the instance gives it back as soon as it rests: when all its
//! requests wait for something, or have been answered.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// All slots there are.
#[derive(Clone)]
pub struct ConcurrencyLimit(Arc<Semaphore>);

/// The right to have an instance compute; given back when dropped.
pub struct Slot {
    _permit: Option<OwnedSemaphorePermit>,
}

impl ConcurrencyLimit {
    /// That many slots. Two for each thread keep all busy: while one instance hands over its answer another can already
    /// compute.
    pub fn new(slots: usize) -> Self {
        Self(Arc::new(Semaphore::new(slots.clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// The next slot that is free, in the order in which they were asked for. Nobody waits long: an instance that goes on
    /// computing rests at each tick of the engine.
    pub async fn take(&self) -> Slot {
        // Nobody closes the semaphore.
        Slot { _permit: self.0.clone().acquire_owned().await.ok() }
    }
}

/// The slots of what one instance is computing.
#[derive(Clone, Default)]
pub struct ActiveSlots(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    slots: Vec<Slot>,
    instance: Option<Waker>,
}

impl ActiveSlots {
    /// The instance takes up a request that has this slot.
    pub fn take_up(&self, slot: Slot) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.slots.push(slot);
        // It may take up a request after it was last found at rest, and is not looked at again until something happens:
        // this is something.
        if let Some(instance) = &held.instance {
            instance.wake_by_ref();
        }
    }

    /// The instance rests; `context` is that of its task.
    pub fn rest(&self, context: &Context<'_>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.slots.clear();
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
    fn a_slot_is_free_again_once_its_instance_rests_or_is_gone() {
        let slots = ConcurrencyLimit::new(2);
        let (first, second) = (at_once(slots.take()).unwrap(), at_once(slots.take()).unwrap());
        assert!(at_once(slots.take()).is_none(), "there are two");

        let active = ActiveSlots::default();
        active.take_up(first);
        assert!(at_once(slots.take()).is_none(), "it computes");
        active.rest(&Context::from_waker(Waker::noop()));
        let third = at_once(slots.take()).unwrap();

        active.take_up(third);
        drop(active);
        at_once(slots.take()).unwrap();
        drop(second);
    }

    #[test]
    fn who_takes_up_a_request_after_it_rested_is_looked_at_again() {
        let (wakes, active) = (Arc::new(Wakes::default()), ActiveSlots::default());
        let waker = Waker::from(wakes.clone());
        active.take_up(Slot { _permit: None });
        active.rest(&Context::from_waker(&waker));
        assert_eq!(wakes.0.load(Ordering::Relaxed), 0);
        active.take_up(Slot { _permit: None });
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
    }
}

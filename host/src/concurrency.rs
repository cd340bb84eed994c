//! Limits how many instances compute at once. A request takes a slot before it goes to an instance, and the instance gives
//! it back as soon as it rests: when all its requests wait for something, or have been answered. Nobody waits long for one
//! that is taken: an instance that goes on computing rests at each tick of the engine.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};

use crate::admission::cost::Cost;
use crate::admission::queue::Slot;

/// The slots of what one instance is computing, and what its requests cost.
#[derive(Clone, Default)]
pub struct ActiveSlots(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    slots: Vec<Slot>,
    /// Those of all its requests that somebody pays for.
    costs: Vec<Cost>,
    instance: Option<Waker>,
}

impl ActiveSlots {
    /// The instance takes up a request that has this slot.
    pub fn take_up(&self, mut slot: Slot) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.costs.extend(slot.take_cost());
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
        held.costs.retain(Cost::is_growing);
        for cost in &held.costs {
            cost.add(held.costs.len());
        }
        if held.instance.as_ref().is_none_or(|instance| !instance.will_wake(context.waker())) {
            held.instance = Some(context.waker().clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;
    use std::time::Duration;

    use super::*;
    use crate::admission::Applicant;
    use crate::admission::callers::STRANGERS;
    use crate::admission::class::Class;
    use crate::admission::cost::UNIT;
    use crate::admission::queue::{Patience, ProcessorQueue};

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_is_free_again_once_its_instance_rests_or_is_gone() {
        let patience = Patience { burst: Duration::from_millis(1), standing: Duration::from_millis(1), max_waiting: 8 };
        let queue = ProcessorQueue::new(2, patience);
        let applicant = Applicant { class: Class::Checks, caller: STRANGERS };
        let (first, second) = (queue.take(applicant).await.unwrap(), queue.take(applicant).await.unwrap());
        assert!(queue.take(applicant).await.is_err(), "there are two");

        let active = ActiveSlots::default();
        active.take_up(first);
        assert!(queue.take(applicant).await.is_err(), "it computes");
        active.rest(&Context::from_waker(Waker::noop()));
        let third = queue.take(applicant).await.unwrap();

        active.take_up(third);
        drop(active);
        queue.take(applicant).await.unwrap();
        drop(second);
    }

    #[test]
    fn what_an_instance_computes_is_paid_for_by_the_requests_that_it_serves() {
        let patience = Patience { burst: Duration::from_millis(1), standing: Duration::from_millis(1), max_waiting: 8 };
        let queue = ProcessorQueue::new(2, patience);
        let active = ActiveSlots::default();
        let take_up = || {
            let mut slot = Slot::of_nobody();
            let payment = queue.payment(&mut slot, STRANGERS);
            active.take_up(slot);
            payment
        };
        let rest = |times| (0..times).for_each(|_| active.rest(&Context::from_waker(Waker::noop())));
        let first = take_up();
        rest(2);
        let second = take_up();
        rest(6);
        let first_cost = first.cost();
        drop(first);
        rest(1);
        assert_eq!((first_cost, second.cost()), (5 * UNIT, 4 * UNIT));
    }

    #[test]
    fn who_takes_up_a_request_after_it_rested_is_looked_at_again() {
        let (wakes, active) = (Arc::new(Wakes::default()), ActiveSlots::default());
        let waker = Waker::from(wakes.clone());
        active.take_up(Slot::of_nobody());
        active.rest(&Context::from_waker(&waker));
        assert_eq!(wakes.0.load(Ordering::Relaxed), 0);
        active.take_up(Slot::of_nobody());
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
    }
}

//! A future that is polled again at once where it woke itself while it was polled.
//!
//! hyper hands over a request's body only once it was asked for, and tells its own task so by waking it. The scheduler
//! takes such a wake-up for work and wakes another thread to share it, for every request with a body. Where no other
//! request is under way, that thread has nothing else to do and costs more than it gives.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::task::AtomicWaker;

/// How often a future is polled in a row before the scheduler has its turn.
const MAX_POLLS: usize = 4;

/// A future and what wakes it.
pub struct Repoll<F> {
    future: Pin<Box<F>>,
    load: Arc<Load>,
    signal: Arc<Signal>,
    waker: Waker,
}

/// How many requests are under way.
#[derive(Debug, Default)]
pub struct Load(AtomicUsize);

impl Load {
    /// Counts one more.
    pub fn enter(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one less.
    pub fn leave(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many there are.
    pub fn requests(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether there is one request at most.
    fn is_light(&self) -> bool {
        self.requests() <= 1
    }
}

struct Signal {
    /// Wakes the task.
    task: AtomicWaker,
    /// Whether the future is being polled.
    is_polled: AtomicBool,
    /// Whether it was woken since it was last polled.
    is_woken: AtomicBool,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // INVARIANT: in this order. Either the poll that goes on sees that it was woken, or this sees that it is over.
        self.is_woken.store(true, Ordering::SeqCst);
        if !self.is_polled.load(Ordering::SeqCst) {
            self.task.wake();
        }
    }
}

impl<F: Future> Repoll<F> {
    /// `future`, polled again where it wakes itself under a light `load`.
    pub fn new(future: F, load: Arc<Load>) -> Self {
        let signal = Arc::new(Signal {
            task: AtomicWaker::new(),
            is_polled: AtomicBool::new(false),
            is_woken: AtomicBool::new(false),
        });
        Self { future: Box::pin(future), load, waker: signal.clone().into(), signal }
    }

    /// The future itself.
    pub fn as_mut(&mut self) -> Pin<&mut F> {
        self.future.as_mut()
    }
}

impl<F: Future> Future for Repoll<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        this.signal.task.register(context.waker());
        for _ in 0..MAX_POLLS {
            this.signal.is_woken.store(false, Ordering::SeqCst);
            this.signal.is_polled.store(true, Ordering::SeqCst);
            let polled = this.future.as_mut().poll(&mut Context::from_waker(&this.waker));
            this.signal.is_polled.store(false, Ordering::SeqCst);
            if polled.is_ready() || !this.signal.is_woken.load(Ordering::SeqCst) {
                return polled;
            }
            if !this.load.is_light() {
                break;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Wakes itself `times` while it is polled, then gives how often it was polled.
    fn restless(times: usize) -> impl Future<Output = usize> {
        let mut polls = 0;
        std::future::poll_fn(move |context| {
            polls += 1;
            if polls > times {
                return Poll::Ready(polls);
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
    }

    #[test]
    fn a_future_that_wakes_itself_is_polled_again_without_waking_its_task() {
        for (times, done, woken) in [(0, true, 0), (1, true, 0), (3, true, 0), (4, false, 1), (5, false, 1)] {
            let count = Arc::new(Count::default());
            let mut future = Repoll::new(restless(times), Arc::default());
            let polled = Pin::new(&mut future).poll(&mut Context::from_waker(&count.clone().into()));
            assert_eq!((polled.is_ready(), count.0.load(Ordering::SeqCst)), (done, woken), "{times}");
        }
    }

    #[test]
    fn beside_other_requests_its_task_is_woken_as_usual() {
        let (count, load) = (Arc::new(Count::default()), Arc::new(Load::default()));
        load.enter();
        load.enter();
        let waker = count.clone().into();
        let mut future = Repoll::new(restless(1), load.clone());
        assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        load.leave();
        let mut future = Repoll::new(restless(1), load);
        assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_ready());
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_future_that_is_woken_later_wakes_its_task() {
        let count = Arc::new(Count::default());
        let (sender, receiver) = futures::channel::oneshot::channel();
        let mut future = Repoll::new(receiver, Arc::default());
        let waker = count.clone().into();
        assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
        sender.send(7).unwrap();
        assert_eq!(count.0.load(Ordering::SeqCst), 1);
        assert_eq!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)), Poll::Ready(Ok(7)));
    }
}

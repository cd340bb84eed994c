//! Flows of requests. In an open loop requests are due by the clock, whether or not earlier ones were answered, and a latency
//! counts from when its request was due: what waited behind a slow one waited too. In a closed loop each connection asks
//! again as soon as it was answered; that finds out how much can be served, and cannot overload anything.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::histogram::Histogram;
use crate::random::Random;

/// The clock sleeps at least so long: requests that are due within it are sent together.
const TICK: Duration = Duration::from_micros(200);

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was answered as it should be.
    Served,
    /// 503.
    Shed,
    /// 429.
    Limited,
    /// Any other answer, or none.
    Failed,
}

/// What asks, one request after the other.
pub trait Ask: 'static {
    /// Sends the next request; what became of it.
    fn ask(&mut self) -> impl Future<Output = Fate>;
}

/// What became of a flow's requests.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Requests that were due.
    pub due: u64,
    /// Those of them that were served.
    pub served: u64,
    /// Answered 503.
    pub shed: u64,
    /// Answered 429.
    pub limited: u64,
    /// Answered otherwise, or not at all.
    pub failed: u64,
    /// Latencies of those that were served, from when they were due.
    pub latency: Histogram,
    /// The same since progress was last told.
    pub lately: Histogram,
    /// How long those that were turned away took to hear of it.
    pub turned_away: Histogram,
    /// How late requests were sent: the generator was busy, or all its connections were.
    pub lateness: Histogram,
}

impl Seen {
    fn note(&mut self, fate: Fate, due: Instant) {
        let latency = due.elapsed();
        match fate {
            Fate::Served => {
                self.served += 1;
                self.latency.record(latency);
                self.lately.record(latency);
            }
            Fate::Shed => {
                self.shed += 1;
                self.turned_away.record(latency);
            }
            Fate::Limited => self.limited += 1,
            Fate::Failed => self.failed += 1,
        }
    }

    /// Requests that were answered, or never will be.
    pub const fn ended(&self) -> u64 {
        self.served + self.shed + self.limited + self.failed
    }

    /// The 99th percentile of the latencies of what was served.
    pub fn p99(&self) -> Duration {
        self.latency.quantile(0.99)
    }
}

/// What is seen of a flow while it goes on.
pub type Watched = Rc<RefCell<Seen>>;

/// The moments at which requests are due: at random, `rate` a second on average, for so long. A thread sends them, for the
/// runtime's clock has a resolution of a millisecond.
pub fn clock(rate: f64, during: Duration, seed: u64) -> UnboundedReceiver<Instant> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let mut random = Random::new(seed);
        let started = std::time::Instant::now();
        let mut due = Duration::ZERO;
        loop {
            due += random.interval(rate);
            if due >= during {
                return;
            }
            if let Some(early) = due.checked_sub(started.elapsed()).filter(|early| !early.is_zero()) {
                std::thread::sleep(early.max(TICK));
            }
            if sender.send(Instant::from_std(started + due)).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Sends a request at each of `moments`, by whichever of `askers` is free, or the first that becomes it. Ends when all were
/// answered.
pub async fn open_loop<A: Ask>(mut moments: UnboundedReceiver<Instant>, askers: Vec<A>, seen: Watched) {
    struct Shared {
        due: RefCell<VecDeque<Instant>>,
        is_over: RefCell<bool>,
        changed: Notify,
    }
    let shared = Rc::new(Shared { due: RefCell::default(), is_over: RefCell::new(false), changed: Notify::new() });
    let mut working = JoinSet::new();
    for mut asker in askers {
        let (shared, seen) = (shared.clone(), seen.clone());
        working.spawn_local(async move {
            loop {
                let next = shared.due.borrow_mut().pop_front();
                let Some(due) = next else {
                    if *shared.is_over.borrow() {
                        return;
                    }
                    shared.changed.notified().await;
                    continue;
                };
                seen.borrow_mut().lateness.record(due.elapsed());
                let fate = asker.ask().await;
                seen.borrow_mut().note(fate, due);
            }
        });
    }
    while let Some(moment) = moments.recv().await {
        seen.borrow_mut().due += 1;
        shared.due.borrow_mut().push_back(moment);
        // The one that was last free: few connections carry a light load.
        shared.changed.notify_last();
    }
    *shared.is_over.borrow_mut() = true;
    shared.changed.notify_waiters();
    shared.changed.notify_one();
    while working.join_next().await.is_some() {}
}

/// Has each of `askers` ask again and again for so long, or until `most` requests were sent.
pub async fn closed_loop<A: Ask>(askers: Vec<A>, during: Duration, most: u64, seen: Watched) {
    let until = Instant::now() + during;
    let mut working = JoinSet::new();
    for mut asker in askers {
        let seen = seen.clone();
        working.spawn_local(async move {
            while Instant::now() < until && seen.borrow().due < most {
                seen.borrow_mut().due += 1;
                let began = Instant::now();
                let fate = asker.ask().await;
                seen.borrow_mut().note(fate, began);
            }
        });
    }
    while working.join_next().await.is_some() {}
}

#[cfg(test)]
mod tests {
    use tokio::sync::Semaphore;
    use tokio::task::LocalSet;

    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// A server that serves one request after the other, each in ten milliseconds, and of which each fourth answer is 503.
    struct Slow {
        server: Rc<Semaphore>,
        asked: Rc<RefCell<u64>>,
        sheds: bool,
    }

    impl Ask for Slow {
        async fn ask(&mut self) -> Fate {
            let _turn = self.server.acquire().await;
            tokio::time::sleep(ms(10)).await;
            *self.asked.borrow_mut() += 1;
            if self.sheds && self.asked.borrow().is_multiple_of(4) { Fate::Shed } else { Fate::Served }
        }
    }

    fn askers(count: usize, sheds: bool) -> Vec<Slow> {
        let (server, asked) = (Rc::new(Semaphore::new(1)), Rc::new(RefCell::new(0)));
        (0..count).map(|_| Slow { server: server.clone(), asked: asked.clone(), sheds }).collect()
    }

    /// `count` requests, one due each `gap`.
    async fn open(count: u32, gap: Duration, askers: Vec<Slow>) -> Seen {
        let (sender, moments) = mpsc::unbounded_channel();
        let seen = Watched::default();
        let arrive = async move {
            let started = Instant::now();
            for number in 0..count {
                tokio::time::sleep_until(started + gap * number).await;
                sender.send(started + gap * number).unwrap();
            }
        };
        LocalSet::new().run_until(async { tokio::join!(arrive, open_loop(moments, askers, seen.clone())) }).await;
        seen.take()
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_behind_slow_answers_counts_from_when_it_was_due() {
        // Each fifth millisecond one more than the server can serve: the last of 100 waits for 99 before it.
        for connections in [1, 3, 200] {
            let seen = open(100, ms(5), askers(connections, false)).await;
            assert_eq!((seen.due, seen.served, seen.ended()), (100, 100, 100));
            for (part, latency) in [(0.01, 10), (0.5, 255), (1.0, 505)] {
                let told = seen.latency.quantile(part).as_millis();
                assert!(told >= latency && told <= latency + latency / 32 + 1, "{connections}: {part}: {told}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_loop_sees_nothing_of_the_queue_that_it_does_not_make() {
        let seen = Watched::default();
        LocalSet::new().run_until(closed_loop(askers(1, false), ms(1000), u64::MAX, seen.clone())).await;
        let seen = seen.take();
        assert_eq!((seen.due, seen.served), (100, 100));
        assert!(seen.latency.quantile(1.0) < ms(11));
        let seen = Watched::default();
        LocalSet::new().run_until(closed_loop(askers(1, false), ms(1000), 7, seen.clone())).await;
        assert_eq!(seen.take().served, 7);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_turned_away_is_counted_by_itself() {
        let seen = open(40, ms(20), askers(2, true)).await;
        assert_eq!((seen.due, seen.served, seen.shed, seen.failed), (40, 30, 10, 0));
        assert_eq!((seen.latency.total(), seen.turned_away.total()), (30, 10));
        assert!(seen.lateness.quantile(1.0).is_zero(), "a connection was free");
    }

    #[test]
    fn requests_are_due_as_often_as_they_should_be_and_the_same_seed_repeats_them() {
        let mut moments = clock(20_000.0, ms(100), 7);
        let count = std::iter::from_fn(|| moments.blocking_recv()).count();
        assert!((1750..2250).contains(&count), "{count}");
        let mut again = clock(20_000.0, ms(100), 7);
        assert_eq!(std::iter::from_fn(|| again.blocking_recv()).count(), count);
    }
}

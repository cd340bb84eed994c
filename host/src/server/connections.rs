//! The connections that are open: how many there may be, and which of them make room where that many are open.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// The most connections by default, where the limit on open files allows more. Each takes some 20 KiB.
const MAX_COUNT: u64 = 16_384;

/// The most files kept back for the stores, for upstreams and for what the process opens itself.
const MAX_RESERVED: u64 = 4096;

/// A connection younger than this may not have had the time to send its first request.
const JUST_OPENED: Duration = Duration::from_secs(1);

/// How many connections there may be where the process may open `files` files.
pub fn default_max(files: u64) -> usize {
    // Each instance at work may hold a few files of the stores, so half is kept back where files are few.
    let reserved = (files / 2).min(MAX_RESERVED);
    usize::try_from(files.saturating_sub(reserved).clamp(1, MAX_COUNT)).unwrap_or(1)
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// It was opened and has sent no whole request yet.
    Opened,
    /// It was answered and may send the next request.
    Idle,
    /// The body of its request has not come in yet.
    Receiving,
    /// Its request is being answered.
    Answering,
}

impl Phase {
    const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Opened,
            1 => Self::Idle,
            2 => Self::Receiving,
            _ => Self::Answering,
        }
    }

    /// Whether nothing is owed to the client.
    pub const fn owes_nothing(self) -> bool {
        !matches!(self, Self::Answering)
    }
}

/// One connection.
pub struct Connection {
    number: u64,
    phase: AtomicU8,
    /// When that phase began: microseconds since the table was made.
    since: AtomicU64,
    /// Requests whose answers were handed over to be written.
    answered: AtomicU64,
    /// Tells the connection to close.
    close: Notify,
    table: Arc<Table>,
}

struct Table {
    started: Instant,
    open: Mutex<Open>,
    closed: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    /// Those that were not told to close.
    staying: HashMap<u64, Arc<Connection>>,
    /// All, those that were told to close included.
    count: usize,
}

/// The open connections of a server.
#[derive(Clone)]
pub struct Connections {
    most: usize,
    table: Arc<Table>,
}

/// An open connection; it is no longer counted once this is dropped.
pub struct Counted(Arc<Connection>);

impl std::ops::Deref for Counted {
    type Target = Arc<Connection>;

    fn deref(&self) -> &Arc<Connection> {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.0.table.lock();
        open.staying.remove(&self.0.number);
        open.count = open.count.saturating_sub(1);
        drop(open);
        self.0.table.closed.notify_waiters();
    }
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Connection {
    /// What it is doing.
    pub fn phase(&self) -> Phase {
        Phase::from_number(self.phase.load(Ordering::Relaxed))
    }

    /// It begins something else.
    pub fn enter(&self, phase: Phase) {
        self.since.store(self.table.now(), Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// A request was answered, and nothing of its answer is still to be handed over.
    pub fn count_answer(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Resolves when it is to close.
    pub async fn close_requested(&self) {
        self.close.notified().await;
    }

    /// The order in which connections make room, the first first: those that never sent a request, then those that wait
    /// for their next one, then those whose request does not come in. None: it is being answered.
    fn rank(&self, now: u64) -> Option<(u8, u64)> {
        let since = self.since.load(Ordering::Relaxed);
        let just_opened = u128::from(now.saturating_sub(since)) < JUST_OPENED.as_micros();
        let rank = match self.phase() {
            Phase::Opened if just_opened => 2,
            Phase::Opened => 0,
            Phase::Idle => 1,
            Phase::Receiving => 3,
            Phase::Answering => return None,
        };
        Some((rank, since))
    }
}

impl Connections {
    /// At most `most` connections.
    pub fn new(most: usize) -> Self {
        let table = Table { started: Instant::now(), open: Mutex::default(), closed: Notify::new() };
        Self { most: most.max(1), table: Arc::new(table) }
    }

    /// Counts a connection that was just accepted, and has others close where there are too many. None: there is no room,
    /// for all are being answered.
    pub fn admit(&self) -> Option<Counted> {
        let since = self.table.now();
        let mut open = self.table.lock();
        if open.staying.len() >= self.most && !make_room(&mut open, self.batch(), since) {
            return None;
        }
        let number = open.next;
        open.next = open.next.wrapping_add(1);
        open.count = open.count.saturating_add(1);
        let connection = Arc::new(Connection {
            number,
            phase: AtomicU8::new(Phase::Opened as u8),
            since: AtomicU64::new(since),
            answered: AtomicU64::new(0),
            close: Notify::new(),
            table: self.table.clone(),
        });
        open.staying.insert(number, connection.clone());
        Some(Counted(connection))
    }

    /// How many make room at once: looking for them costs a look at every connection.
    fn batch(&self) -> usize {
        (self.most / 64).max(1)
    }

    /// Has some connections close for want of files, whatever their number.
    pub fn make_room(&self) {
        make_room(&mut self.table.lock(), self.batch(), self.table.now());
    }

    /// Waits a moment where connections that were told to close are slower than new ones come.
    pub async fn settle(&self) {
        let slack = self.batch().saturating_mul(4);
        let closed = self.table.closed.notified();
        let many = self.table.lock().count > self.most.saturating_add(slack);
        if many {
            let _ = tokio::time::timeout(Duration::from_millis(20), closed).await;
        }
    }

    /// Tells all to close.
    pub fn close_all(&self) {
        for (_, connection) in self.table.lock().staying.drain() {
            connection.close.notify_one();
        }
    }

    /// Resolves once none is open.
    pub async fn none(&self) {
        loop {
            let closed = self.table.closed.notified();
            tokio::pin!(closed);
            // From here on none that closes is missed.
            closed.as_mut().enable();
            if self.table.lock().count == 0 {
                return;
            }
            closed.await;
        }
    }
}

/// Has up to `wanted` connections close; whether any does.
fn make_room(open: &mut Open, wanted: usize, now: u64) -> bool {
    let mut ranked: Vec<_> =
        open.staying.values().filter_map(|connection| Some((connection.rank(now)?, connection.number))).collect();
    if ranked.is_empty() {
        return false;
    }
    let last = wanted.min(ranked.len()).saturating_sub(1);
    ranked.select_nth_unstable(last);
    for (_, number) in ranked.into_iter().take(wanted) {
        if let Some(connection) = open.staying.remove(&number) {
            connection.close.notify_one();
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn is_told(connection: &Connection) -> bool {
        let told = std::pin::pin!(connection.close_requested());
        told.poll(&mut Context::from_waker(Waker::noop())) != Poll::Pending
    }

    /// As if it had been in `phase` since `since`, in microseconds.
    fn put(connection: &Connection, phase: Phase, since: u64) {
        connection.enter(phase);
        connection.since.store(since, Ordering::Relaxed);
    }

    #[test]
    fn the_default_leaves_files_for_the_stores() {
        for (files, most) in [(1, 1), (256, 128), (1024, 512), (20_000, 15_904), (1 << 20, 16_384), (u64::MAX, 16_384)]
        {
            assert_eq!(default_max(files), most, "{files}");
        }
    }

    #[test]
    fn who_waits_longest_for_nothing_makes_room_and_whoever_is_answered_stays() {
        let connections = Connections::new(4);
        let now = 60_000_000;
        let open: Vec<_> = (0..4).map(|_| connections.admit().unwrap()).collect();
        put(&open[0], Phase::Answering, 0);
        put(&open[1], Phase::Receiving, 1);
        put(&open[2], Phase::Idle, 3);
        put(&open[3], Phase::Idle, 2);
        let mut told = Vec::new();
        for _ in 0..3 {
            assert!(make_room(&mut connections.table.lock(), 1, now));
            told.push((1..4).find(|index| is_told(&open[*index])).unwrap());
        }
        assert_eq!(told, [3, 2, 1], "the idlest first, then the other idle one, then the half-sent request");
        assert!(!make_room(&mut connections.table.lock(), 1, now), "the one left is being answered");
        assert!(!is_told(&open[0]));
    }

    #[test]
    fn who_never_asked_anything_makes_room_before_a_customer_who_is_idle() {
        let connections = Connections::new(2);
        let (customer, stranger) = (connections.admit().unwrap(), connections.admit().unwrap());
        put(&customer, Phase::Idle, 0);
        put(&stranger, Phase::Opened, 5_000_000);
        make_room(&mut connections.table.lock(), 1, 6_000_001);
        assert!(is_told(&stranger) && !is_told(&customer));
    }

    #[test]
    fn a_new_connection_is_let_in_where_one_can_go_and_only_there() {
        let connections = Connections::new(2);
        let (first, second) = (connections.admit().unwrap(), connections.admit().unwrap());
        first.enter(Phase::Answering);
        second.enter(Phase::Answering);
        assert!(connections.admit().is_none());
        first.enter(Phase::Idle);
        let third = connections.admit().unwrap();
        assert!(is_told(&first));
        third.enter(Phase::Answering);
        assert!(connections.admit().is_none());
        drop(third);
        assert!(connections.admit().is_some(), "one that closed by itself made room");
        drop((first, second));
        assert_eq!(connections.table.lock().count, 0);
    }
}

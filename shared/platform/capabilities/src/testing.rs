//! In-memory stand-ins for every capability, for native tests: the clock is tokio's paused one, so waiting costs no
//! time; the network is a closure; the stores fail when told to.

mod database;
mod key_value;
mod mortal;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use tokio::task::AbortHandle;

use crate::clock::within;
use crate::config::ConfigError;
use crate::http::{HttpError, UpstreamName};
use crate::signal::{Signal, Signalled};
use crate::{Background, Capabilities, Clock, Config, Http, Log, Random, Signals, Timestamp};

pub use database::MemoryDatabase;
pub use key_value::{MemoryKeyValue, Snapshot};
pub use mortal::Lifetime;

/// 2026-01-01T00:00:00Z, the start of tests' clocks.
pub const START: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// The environment of one test. Clones of its parts are shared: keep one to set the clock or cut the network.
#[derive(Clone)]
pub struct World {
    /// The cache.
    pub cache: Arc<MemoryKeyValue>,
    /// The clock.
    pub clock: Arc<TestClock>,
    /// The settings.
    pub config: Arc<TestConfig>,
    /// The network.
    pub http: Arc<StubHttp>,
    /// The log.
    pub log: Arc<MemoryLog>,
    /// The database.
    pub db: Arc<MemoryDatabase>,
    random: Arc<SeededRandom>,
}

impl World {
    /// A world whose random bytes derive from `seed`. Needs a tokio runtime with paused time.
    pub fn new(seed: u64) -> Self {
        let clock = Arc::new(TestClock::new());
        Self {
            cache: Arc::default(),
            http: Arc::new(StubHttp::new(clock.clone())),
            clock,
            config: Arc::default(),
            log: Arc::default(),
            db: Arc::new(MemoryDatabase::new()),
            random: Arc::new(SeededRandom(AtomicU64::new(seed))),
        }
    }

    /// The capabilities of one instance. Instances share only the stores and the network. Dropping [`Tasks`] ends the
    /// instance's background work.
    pub fn instance(&self) -> (Capabilities, Tasks) {
        let tasks = Tasks::default();
        let capabilities = Capabilities {
            background: Arc::new(tasks.clone()),
            cache: self.cache.clone(),
            clock: self.clock.clone(),
            config: self.config.clone(),
            http: self.http.clone(),
            log: self.log.clone(),
            random: self.random.clone(),
            signals: Arc::new(ChannelSignals),
            db: self.db.clone(),
        };
        (capabilities, tasks)
    }
}

/// Background work of one instance.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Mutex<Vec<AbortHandle>>>);

impl Tasks {
    /// Ends the instance's background work as a trap would: at its next await.
    pub fn kill(&self) {
        for task in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
    }
}

impl Background for Tasks {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        let task = tokio::spawn(work).abort_handle();
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }
}

/// Signals by channels.
struct ChannelSignals;

impl Signals for ChannelSignals {
    fn pair(&self) -> (Signal, Signalled) {
        let (given, signalled) = tokio::sync::oneshot::channel::<()>();
        (Box::new(given), Box::pin(async { drop(signalled.await) }))
    }
}

/// A clock that follows tokio's paused clock and can be set.
pub struct TestClock {
    started: tokio::time::Instant,
    offset_millis: AtomicI64,
}

impl TestClock {
    fn new() -> Self {
        Self { started: tokio::time::Instant::now(), offset_millis: AtomicI64::new(0) }
    }

    /// Advances the time; everything that falls due in between happens.
    pub async fn advance(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// Shifts the time of day by `millis`, as an operator or NTP would; nothing falls due by it.
    pub fn shift(&self, millis: i64) {
        self.offset_millis.fetch_add(millis, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let offset = self.offset_millis.load(Ordering::SeqCst);
        Timestamp::from_millis(START.as_millis().saturating_add(offset)).plus(self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Variables set by the test.
#[derive(Default)]
pub struct TestConfig(Mutex<HashMap<String, String>>);

impl TestConfig {
    /// Sets the variable `name`.
    pub fn set(&self, name: &str, value: impl ToString) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_string());
    }
}

#[async_trait]
impl Config for TestConfig {
    async fn get(&self, name: &str) -> Result<Option<String>, ConfigError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }
}

type Answering = dyn Fn(Request<Bytes>) -> BoxFuture<'static, Result<Response<Bytes>, HttpError>> + Send + Sync;

/// A network that is a closure.
pub struct StubHttp {
    answer: Mutex<Arc<Answering>>,
    clock: Arc<TestClock>,
    calls: AtomicU64,
}

impl StubHttp {
    fn new(clock: Arc<TestClock>) -> Self {
        let refuse =
            |_| -> BoxFuture<'static, _> { Box::pin(async { Err(HttpError::Failed("nothing listens".into())) }) };
        Self { answer: Mutex::new(Arc::new(refuse)), clock, calls: AtomicU64::new(0) }
    }

    /// Answers every request by `answer` from now on.
    pub fn on_request<F>(&self, answer: impl Fn(Request<Bytes>) -> F + Send + Sync + 'static)
    where
        F: Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'static,
    {
        let answer = move |request| -> BoxFuture<'static, _> { Box::pin(answer(request)) };
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(answer);
    }

    /// How many requests were sent so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Http for StubHttp {
    async fn send(
        &self,
        _upstream: UpstreamName,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone();
        within(&*self.clock, timeout, answer(request)).await.unwrap_or(Err(HttpError::TimedOut(timeout)))
    }
}

/// Random bytes derived from a seed (SplitMix64).
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next number.
    pub fn next(&self) -> u64 {
        let mut number = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^ (number >> 31)
    }

    /// A number below `bound`.
    pub fn below(&self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or_default()
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            for (to, from) in chunk.iter_mut().zip(self.next().to_le_bytes()) {
                *to = from;
            }
        }
    }
}

/// A log that tests can read.
#[derive(Default)]
pub struct MemoryLog(Mutex<Vec<String>>);

impl MemoryLog {
    /// All lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Log for MemoryLog {
    fn write(&self, line: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

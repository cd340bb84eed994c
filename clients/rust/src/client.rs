//! The client.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderValue, Uri};
use tokio::task::AbortHandle;

use crate::clock::Clock;
use crate::error::{BuildError, EdgeError};
use crate::memory::Memory;
use crate::options::{OnUnavailable, Options};
use crate::retry::{self, RetryBudget};
use crate::seat::{SeatAnswer, SeatCheck};
use crate::shared::{Shared, lock};
use crate::token::{SeatToken, TokenCheck, TokenError};
use crate::transport::{self, Transport};

/// Answers seat checks from memory, and follows the edge's changes. Clones share one memory, one feed and one set of
/// connections: an application has one client.
///
/// It is used within a tokio runtime, and follows the feed until its last clone is dropped or it is [closed](Self::close).
#[derive(Clone)]
pub struct EdgeClient {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    /// Whether `feed` needs no look.
    is_started: AtomicBool,
    feed: Mutex<Feed>,
}

enum Feed {
    Idle,
    Followed(AbortHandle),
    Closed,
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Feed::Followed(task) = &*lock(&self.feed) {
            task.abort();
        }
    }
}

impl EdgeClient {
    /// A client of the edge at `url` (`https://edge.example.com`), with a key that has the scope `seats:verify`.
    pub fn builder(url: impl Into<String>, key: impl Into<String>) -> Builder {
        Builder {
            url: url.into(),
            key: key.into(),
            options: Options::default(),
            transport: None,
            clock: Clock::system(),
            random: Arc::new(retry::random_factor),
        }
    }

    /// A client with all options as they are by default.
    pub fn new(url: impl Into<String>, key: impl Into<String>) -> Result<Self, BuildError> {
        Self::builder(url, key).build()
    }

    /// Follows the feed from now on, so that the first check finds it connected. Without it the first check does so.
    pub fn start(&self) {
        let mut feed = lock(&self.handle.feed);
        if let Feed::Idle = *feed
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let shared = self.handle.shared.clone();
            let task = runtime.spawn(async move { shared.follow().await });
            *feed = Feed::Followed(task.abort_handle());
            self.handle.is_started.store(true, Ordering::Release);
        }
    }

    /// Stops following, for all clones, and forgets everything. From then on each check asks the edge.
    pub fn close(&self) {
        let before = std::mem::replace(&mut *lock(&self.handle.feed), Feed::Closed);
        if let Feed::Followed(task) = before {
            task.abort();
        }
        self.handle.is_started.store(true, Ordering::Release);
        lock(&self.handle.shared.memory).forget();
    }

    /// Whether a user has a seat. The answer comes from memory where it may, without waiting.
    ///
    /// # Errors
    /// The edge refused the check: the key or the ids are wrong. With [`OnUnavailable::Error`] also that it cannot answer.
    pub async fn verify_seat(&self, check: &SeatCheck<'_>) -> Result<SeatAnswer, EdgeError> {
        if let Some(answer) = self.remembered(check) {
            return Ok(answer);
        }
        self.handle.shared.ask(check).await
    }

    /// The answer in memory, where it may be given; None: [`verify_seat`](Self::verify_seat) would ask the edge.
    pub fn remembered(&self, check: &SeatCheck<'_>) -> Option<SeatAnswer> {
        if !self.handle.is_started.load(Ordering::Acquire) {
            self.start();
        }
        self.handle.shared.remembered(check)
    }

    /// The claims of a seat token, if it is good for `check`. The edge is asked for its keys at most.
    ///
    /// # Errors
    /// Why the token is refused.
    pub async fn verify_token(&self, token: &str, check: &TokenCheck<'_>) -> Result<SeatToken, TokenError> {
        self.handle.shared.verify_token(token, check).await
    }

    /// Whether the feed is connected: memory is used while it is.
    pub fn is_connected(&self) -> bool {
        lock(&self.handle.shared.memory).is_connected(self.handle.shared.clock.now())
    }

    /// How many answers are remembered.
    pub fn remembered_answers(&self) -> usize {
        lock(&self.handle.shared.memory).len()
    }

    /// Says whether any part of the client is still there.
    #[cfg(test)]
    pub(crate) fn weak(&self) -> std::sync::Weak<Shared> {
        Arc::downgrade(&self.handle.shared)
    }

    #[cfg(feature = "api")]
    pub(crate) fn shared(&self) -> &Shared {
        &self.handle.shared
    }
}

impl std::fmt::Debug for EdgeClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EdgeClient").field("url", &self.handle.shared.url).finish_non_exhaustive()
    }
}

/// The options of a client.
#[must_use]
pub struct Builder {
    url: String,
    key: String,
    options: Options,
    transport: Option<Box<dyn Transport>>,
    clock: Clock,
    random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Builder {
    /// How long a check may take in all; 2 s by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// For how long memory is used that the feed has not confirmed; 30 s by default. A revoked seat is denied within this
    /// time, whatever breaks.
    pub fn max_silence(mut self, max_silence: Duration) -> Self {
        self.options.max_silence = max_silence;
        self
    }

    /// How many answers are remembered at most; 10,000 by default. One takes some 500 bytes.
    pub fn max_entries(mut self, max_entries: usize) -> Self {
        self.options.max_entries = max_entries;
        self
    }

    /// What is answered while the edge cannot answer.
    pub fn on_unavailable(mut self, on_unavailable: OnUnavailable) -> Self {
        self.options.on_unavailable = on_unavailable;
        self
    }

    /// What sends requests in place of the client's own connections.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    #[cfg(test)]
    pub(crate) fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    #[cfg(test)]
    pub(crate) fn random(mut self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// The client. It connects when it is used.
    ///
    /// # Errors
    /// The address or the key is malformed, or https cannot be spoken.
    pub fn build(self) -> Result<EdgeClient, BuildError> {
        let url = self.url.trim_end_matches('/').to_owned();
        let is_https = match url.parse::<Uri>() {
            Ok(uri) if uri.authority().is_some() && uri.query().is_none() => match uri.scheme_str() {
                Some("https") => true,
                Some("http") => false,
                _ => return Err(BuildError::Url(url)),
            },
            _ => return Err(BuildError::Url(url)),
        };
        let authorization = HeaderValue::try_from(format!("Bearer {}", self.key));
        let mut authorization = authorization.map_err(|_| BuildError::Key)?;
        authorization.set_sensitive(true);
        let transport = match self.transport {
            Some(transport) => transport,
            None => transport::transport(is_https)?,
        };
        let memory = Memory::new(self.options.max_entries, self.options.max_silence);
        let shared = Shared {
            options: self.options,
            url,
            authorization,
            transport,
            clock: self.clock,
            random: self.random,
            memory: Mutex::new(memory),
            retries: Mutex::new(RetryBudget::new()),
            flights: Mutex::default(),
            keys: tokio::sync::Mutex::default(),
            ahead: 0.into(),
        };
        let handle = Handle { shared: Arc::new(shared), is_started: false.into(), feed: Mutex::new(Feed::Idle) };
        Ok(EdgeClient { handle: Arc::new(handle) })
    }
}

//! What the parts of a client share.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, DATE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};

use crate::clock::{Clock, Moment};
use crate::memory::Memory;
use crate::options::Options;
use crate::retry::RetryBudget;
use crate::token::Keys;
use crate::transport::{Transport, TransportError};
use crate::verification::Flights;

const AGENT: HeaderValue = HeaderValue::from_static(concat!("bheem-edge-client-rust/", env!("CARGO_PKG_VERSION")));

pub(crate) struct Shared {
    pub(crate) options: Options,
    /// The edge's address, without a slash at its end.
    pub(crate) url: String,
    /// `Bearer …`.
    pub(crate) authorization: HeaderValue,
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) clock: Clock,
    pub(crate) random: Arc<dyn Fn() -> f64 + Send + Sync>,
    pub(crate) memory: Mutex<Memory>,
    pub(crate) retries: Mutex<RetryBudget>,
    pub(crate) flights: Mutex<Flights>,
    pub(crate) keys: tokio::sync::Mutex<Keys>,
    /// How far the edge's clock is ahead of the wall clock, milliseconds, by the latest response.
    pub(crate) ahead: AtomicI64,
}

/// A poisoned lock is used: each critical section leaves what it guards whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// A request for `path`, which begins with a slash and is encoded.
    pub(crate) fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Bytes>, TransportError> {
        let uri: Uri =
            format!("{}{path}", self.url).parse().map_err(|error| TransportError(format!("{path:?}: {error}")))?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, self.authorization.clone());
        headers.insert(USER_AGENT, AGENT);
        Ok(request)
    }

    /// Sends a request, and notes the edge's time.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let response = self.transport.send(request).await?;
        if let Some(edge) = date(response.headers()) {
            self.ahead.store(edge.saturating_sub(self.clock.now().unix_millis()), Ordering::Relaxed);
        }
        Ok(response)
    }

    /// What the edge's clock shows at `now`, milliseconds since 1970.
    pub(crate) fn edge_time(&self, now: Moment) -> i64 {
        now.unix_millis().saturating_add(self.ahead.load(Ordering::Relaxed))
    }
}

/// When a response was made, milliseconds since 1970.
fn date(headers: &HeaderMap) -> Option<i64> {
    let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// Text as it may stand in a query or in a segment of a path.
pub(crate) fn encode(text: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digit = |half: u8| HEX.get(usize::from(half)).copied().unwrap_or('0');
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

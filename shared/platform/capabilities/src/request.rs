//! What a call to an upstream takes over from the request that it is made for: how much of the request's time is left, and
//! the trace that the request belongs to. Work that goes on behind a response belongs to no request.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};

use crate::http::{HttpError, UpstreamName};
use crate::{Clock, Http};

/// The header of W3C Trace Context.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The environment variable of a component by which a host says after how many seconds it ends a request without an answer.
pub const HOST_REQUEST_SECS: &str = "EDGE_HOST_REQUEST_SECS";

/// The header by which such a host says that more comes than it can serve: what can be put off is to be put off. Under another
/// host it may be anybody's.
pub const OVERLOADED: HeaderName = HeaderName::from_static("edge-overloaded");

/// After how many seconds a host ends a request, where it says nothing.
const REQUEST_SECS: u64 = 30;

/// Of the time of a request, what is left to answer it once no call is made any more; of a short one, a tenth.
const TO_ANSWER: Duration = Duration::from_secs(1);

/// The least time that a call is made with: with less, nothing comes of it.
const MIN_TIME: Duration = Duration::from_millis(1);

thread_local! {
    static CURRENT: RefCell<Option<Arc<RequestScope>>> = const { RefCell::new(None) };
}

/// What is passed on of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestScope {
    /// Its trace, as the caller or the host named it.
    pub traceparent: Option<HeaderValue>,
    /// When its time is up, by [`Clock::elapsed`].
    pub deadline: Option<Duration>,
    /// Whether the host says that it is [`OVERLOADED`].
    pub is_overloaded: bool,
}

impl RequestScope {
    /// That of the request in whose future this is called.
    pub fn current() -> Option<Arc<Self>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Whether the request in whose future this is called came to an overloaded host.
    pub fn is_overloaded() -> bool {
        CURRENT.with_borrow(|current| current.as_ref().is_some_and(|scope| scope.is_overloaded))
    }

    /// Whether the host is one that says something of its requests.
    pub fn has_telling_host() -> bool {
        std::env::var_os(HOST_REQUEST_SECS).is_some()
    }

    /// How long after its start a request may still call upstreams.
    pub fn time_limit() -> Duration {
        time_limit(std::env::var(HOST_REQUEST_SECS).ok().as_deref())
    }

    /// `traceparent`, if it can be one.
    pub fn trace(traceparent: Option<&HeaderValue>) -> Option<HeaderValue> {
        // Version 0 is 55 characters long; later ones may be longer.
        let is_one = |value: &&HeaderValue| {
            (55..=128).contains(&value.len())
                && value.as_bytes().iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f' | b'-'))
        };
        traceparent.filter(is_one).cloned()
    }
}

/// The same where the host says `said`.
fn time_limit(said: Option<&str>) -> Duration {
    let secs = said.and_then(|said| said.parse().ok()).filter(|secs| *secs > 0);
    let time = Duration::from_secs(secs.unwrap_or(REQUEST_SECS));
    time.saturating_sub(TO_ANSWER.min(time / 10))
}

/// The future of a request.
#[derive(Debug)]
pub struct Scoped<F> {
    scope: Arc<RequestScope>,
    future: F,
}

impl<F: Future + Unpin> Scoped<F> {
    /// `future`, in which `scope` is the current one.
    pub fn new(scope: RequestScope, future: F) -> Self {
        Self { scope: Arc::new(scope), future }
    }
}

impl<F: Future + Unpin> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let before = CURRENT.replace(Some(self.scope.clone()));
        let polled = Pin::new(&mut self.future).poll(context);
        CURRENT.set(before);
        polled
    }
}

/// Calls to upstreams that take over what their request has.
pub struct OfRequest {
    http: Arc<dyn Http>,
    clock: Arc<dyn Clock>,
}

impl OfRequest {
    /// `http`, whose calls are made within the time of their requests, and named as part of their traces.
    pub fn new(http: Arc<dyn Http>, clock: Arc<dyn Clock>) -> Self {
        Self { http, clock }
    }
}

#[async_trait]
impl Http for OfRequest {
    async fn send(
        &self,
        upstream: UpstreamName,
        mut request: Request<Bytes>,
        mut timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError> {
        if let Some(scope) = RequestScope::current() {
            if let Some(deadline) = scope.deadline {
                timeout = timeout.min(deadline.saturating_sub(self.clock.elapsed()));
            }
            if timeout < MIN_TIME {
                return Err(HttpError::NotSent("the time of the request is up".to_owned()));
            }
            if let Some(trace) = &scope.traceparent {
                request.headers_mut().insert(TRACEPARENT, trace.clone());
            }
        }
        self.http.send(upstream, request, timeout).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_end_before_the_host_ends_their_request() {
        for (said, millis) in [
            (None, 29_000),
            (Some("30"), 29_000),
            (Some("60"), 59_000),
            (Some("3"), 2_700),
            (Some("0"), 29_000),
            (Some("soon"), 29_000),
        ] {
            assert_eq!(time_limit(said), Duration::from_millis(millis), "{said:?}");
        }
    }
}

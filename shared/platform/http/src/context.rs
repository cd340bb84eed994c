//! The context of a request: its id, its timings and what else its response tells the caller.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use edge_capabilities::Clock;
use http::Extensions;
use http::request::Parts;

use crate::access_log::micros;
use crate::proxies::Proxies;

/// What the edge knows of a request while it is processed.
#[derive(Debug, Default)]
pub(crate) struct RequestContext {
    id: String,
    notes: Mutex<ResponseNotes>,
    proxies: Option<Arc<Proxies>>,
}

impl RequestContext {
    pub(crate) fn new(id: String, started: Duration, proxies: Arc<Proxies>) -> Self {
        let timings = Vec::with_capacity(4);
        let notes = ResponseNotes { timings, lap_started: started, rate_limit: None, is_personal: false };
        Self { id, notes: Mutex::new(notes), proxies: Some(proxies) }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn notes(&self) -> MutexGuard<'_, ResponseNotes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request's id: the one that the caller sent, if it is valid.
#[derive(Clone, Debug)]
pub struct RequestId(Arc<RequestContext>);

impl RequestId {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0.id
    }
}

/// How long parts of a request took, for `Server-Timing`.
#[derive(Clone, Debug)]
pub struct Timings(pub(crate) Arc<RequestContext>);

/// The state of a caller's rate limit, for the `RateLimit-…` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimitStatus {
    /// Requests per minute.
    pub limit: u64,
    /// Requests left now.
    pub remaining: u64,
    /// Seconds until the limit is fully restored or, if no request is left, until the next one is allowed.
    pub reset: u64,
}

/// What the layer adds to the response.
#[derive(Debug, Default)]
pub(crate) struct ResponseNotes {
    timings: Vec<(&'static str, Duration)>,
    /// When the last part ended, by [`Clock::elapsed`].
    lap_started: Duration,
    pub(crate) rate_limit: Option<RateLimitStatus>,
    /// Whether the response is for the caller alone.
    pub(crate) is_personal: bool,
}

impl Timings {
    /// The timings of the request with these extensions.
    pub fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    pub(crate) fn proxies(&self) -> Option<&Proxies> {
        self.0.proxies.as_deref()
    }

    /// Notes that `part` took `duration`.
    pub fn note(&self, part: &'static str, duration: Duration) {
        self.0.notes().timings.push((part, duration));
    }

    /// Notes that `part` took from the end of the last part, or from the request's arrival, until now.
    pub fn lap(&self, part: &'static str, clock: &dyn Clock) {
        let now = clock.elapsed();
        let mut notes = self.0.notes();
        let started = std::mem::replace(&mut notes.lap_started, now);
        notes.timings.push((part, now.saturating_sub(started)));
    }

    /// Notes the state of the caller's rate limit.
    pub fn rate_limit(&self, status: RateLimitStatus) {
        self.0.notes().rate_limit = Some(status);
    }

    /// Notes that the response is for the caller alone: caches may not store it unless the route says otherwise.
    pub fn note_personal(&self) {
        self.0.notes().is_personal = true;
    }
}

impl ResponseNotes {
    /// The value of `Server-Timing`.
    pub(crate) fn server_timing(&self, total: Duration) -> String {
        let mut header = String::with_capacity(96);
        for (index, (part, duration)) in [("total", total)].iter().chain(&self.timings).enumerate() {
            header.push_str(if index == 0 { "" } else { ", " });
            header.push_str(part);
            header.push_str(";dur=");
            push_millis(&mut header, *duration);
        }
        header
    }
}

/// Appends `duration` in milliseconds, with three decimals.
fn push_millis(text: &mut String, duration: Duration) {
    let micros = micros(duration);
    match micros / 1000 {
        0 => text.push('0'),
        millis => text.push_str(&millis.to_string()),
    }
    text.push('.');
    for place in [100, 10, 1] {
        let digit = u8::try_from(micros / place % 10).unwrap_or(0);
        text.push(char::from(b'0' + digit));
    }
}

macro_rules! from_extensions {
    ($($kind:ident)*) => {$(
        impl<S: Sync> FromRequestParts<S> for $kind {
            type Rejection = Infallible;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
                Ok(Self(Timings::of(&parts.extensions).map(|timings| timings.0.clone()).unwrap_or_default()))
            }
        }
    )*};
}

from_extensions! { RequestId Timings }

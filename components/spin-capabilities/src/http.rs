//! Upstreams, over Spin's outbound HTTP.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use edge_capabilities::breaker::upstream::HOST_BREAKS;
use edge_capabilities::breaker::{Breaker, Policy};
use edge_capabilities::clock::within;
use edge_capabilities::http::{HttpError, MAX_RESPONSE_BYTES, UpstreamName};
use edge_capabilities::{Clock, Http};
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use spin_sdk::wasip3::http::types::ErrorCode;

use crate::MAX_CALLS;

/// When the breaker of an upstream opens where the host has none: after this many time-outs in a row. A call that fails at
/// once does not count, because it costs no time.
const BREAKER_POLICY: Policy = Policy::new(5, Duration::from_secs(1));

pub(crate) struct Outbound {
    clock: Arc<dyn Clock>,
    /// Of this instance. None: the host has breakers, for all instances together.
    breakers: Option<Mutex<BTreeMap<String, Arc<Breaker>>>>,
}

impl Outbound {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let breakers = std::env::var_os(HOST_BREAKS).is_none().then(Mutex::default);
        Self { clock, breakers }
    }

    /// The breaker of the upstream at `uri`, if there is one here. A component has few upstreams, which its manifest names.
    fn breaker(&self, uri: &Uri) -> Option<Arc<Breaker>> {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let mut breakers = self.breakers.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(breaker) = breakers.get(authority) {
            return Some(breaker.clone());
        }
        let breaker = Arc::new(Breaker::new(BREAKER_POLICY));
        breakers.insert(authority.to_owned(), breaker.clone());
        Some(breaker)
    }
}

#[async_trait]
impl Http for Outbound {
    async fn send(
        &self,
        _: UpstreamName,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError> {
        let breaker = self.breaker(request.uri());
        let permit = match &breaker {
            Some(breaker) => {
                let permit = breaker.permit(|| self.clock.elapsed());
                Some(permit.map_err(|open| HttpError::NotSent(open.to_string()))?)
            }
            None => None,
        };
        let answer = within(&*self.clock, timeout, exchange(request)).await;
        match (permit, &answer) {
            (Some(permit), Some(_)) => permit.succeeded(),
            (Some(permit), None) => permit.failed(self.clock.elapsed(), timeout),
            (None, _) => None,
        };
        answer.unwrap_or(Err(HttpError::TimedOut(timeout)))
    }
}

/// `work`, polled once more after it first returned pending. Without that, wit-bindgen 0.57 polls the task that writes the
/// request's body, which `work` spawned, only when something else happens in this instance; that may be the time-out.
async fn nudged<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let mut nudge = true;
    std::future::poll_fn(|context| {
        let polled = work.as_mut().poll(context);
        if polled.is_pending() && std::mem::take(&mut nudge) {
            context.waker().wake_by_ref();
        }
        polled
    })
    .await
}

/// `request` with a Content-Length: without it, hosts send the body in chunks, which many servers do not accept.
fn with_length(mut request: Request<Bytes>) -> Request<Bytes> {
    let takes_one = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    if takes_one || !request.body().is_empty() {
        let length = HeaderValue::from(request.body().len());
        request.headers_mut().insert(CONTENT_LENGTH, length);
    }
    request
}

/// Whether a request that failed with `error` never left: there was no connection to send it over.
fn was_not_sent(error: &ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::DnsTimeout
            | ErrorCode::DnsError(_)
            | ErrorCode::DestinationNotFound
            | ErrorCode::DestinationUnavailable
            | ErrorCode::DestinationIpProhibited
            | ErrorCode::DestinationIpUnroutable
            | ErrorCode::ConnectionRefused
            | ErrorCode::ConnectionTimeout
            | ErrorCode::TlsProtocolError
            | ErrorCode::TlsCertificateError
            | ErrorCode::TlsAlertReceived(_)
            | ErrorCode::HttpRequestDenied
    )
}

async fn exchange(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let failed = |error: &dyn std::fmt::Debug| HttpError::Failed(format!("{error:?}"));
    let response = nudged(spin_sdk::http::send(with_length(request).map(Full::new))).await.map_err(|error| {
        match error {
            // What the embedded host says of the calls that all instances make together.
            ErrorCode::ConnectionLimitReached => HttpError::Busy(MAX_CALLS),
            error if was_not_sent(&error) => HttpError::NotSent(format!("{error:?}")),
            error => failed(&error),
        }
    })?;
    let (head, mut body) = response.into_parts();
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| failed(&error))?.into_data() else { continue };
        if bytes.len().saturating_add(data.len()) > MAX_RESPONSE_BYTES {
            return Err(HttpError::TooLarge(MAX_RESPONSE_BYTES));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Response::from_parts(head, bytes.freeze()))
}

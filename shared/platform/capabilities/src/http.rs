//! HTTP requests to upstreams.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::uri::Authority;
use http::{Request, Response};

/// Why a request got no complete response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The response did not come, or not completely, in time.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// No connection could be made, or the upstream is left alone for now: the request never reached it.
    #[error("{0}")]
    NotSent(String),
    /// The connection broke, or something else failed. Whether the request reached the upstream is not known.
    #[error("{0}")]
    Failed(String),
    /// The response exceeds [`MAX_RESPONSE_BYTES`].
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// The request was not sent, because this many calls to the upstream are in progress.
    #[error("{0} calls to it are under way")]
    Busy(usize),
}

/// The upstreams of the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamName {
    /// The ERP.
    Erp,
    /// BheemPay.
    BheemPay,
    /// Stripe.
    Stripe,
    /// Notify.
    Notify,
    /// The issuer of tokens.
    Passport,
    /// Another component of the edge.
    Component,
    /// The mail service.
    Mail,
    /// A tenant's shop.
    Shop,
    /// QuickBooks Online.
    QuickBooks,
    /// Xero.
    Xero,
    /// SAP S/4HANA.
    Sap,
    /// NetSuite.
    NetSuite,
    /// Sage Accounting.
    Sage,
    /// Dynamics 365 Business Central.
    Dynamics365,
}

impl UpstreamName {
    /// All upstreams.
    pub const ALL: [Self; 14] = [
        Self::Erp,
        Self::BheemPay,
        Self::Stripe,
        Self::Notify,
        Self::Passport,
        Self::Component,
        Self::Mail,
        Self::Shop,
        Self::QuickBooks,
        Self::Xero,
        Self::Sap,
        Self::NetSuite,
        Self::Sage,
        Self::Dynamics365,
    ];

    /// Its name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Erp => "erp",
            Self::BheemPay => "bheempay",
            Self::Stripe => "stripe",
            Self::Notify => "notify",
            Self::Passport => "passport",
            Self::Component => "component",
            Self::Mail => "mail",
            Self::Shop => "shop",
            Self::QuickBooks => "quickbooks",
            Self::Xero => "xero",
            Self::Sap => "sap",
            Self::NetSuite => "netsuite",
            Self::Sage => "sage",
            Self::Dynamics365 => "dynamics365",
        }
    }
}

/// Requests to upstreams. A response with any status is a response, not an error.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends `request` to `upstream` and reads the whole response within `timeout`, up to [`MAX_RESPONSE_BYTES`].
    async fn send(
        &self,
        upstream: UpstreamName,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError>;
}

/// Limits the calls in progress to each upstream; calls beyond the limit fail at once. An upstream that hangs thus holds up
/// only a limited number of an instance's requests.
///
/// No call waits for another to end: a request must not wait for another request of its instance.
pub struct Bounded {
    http: Arc<dyn Http>,
    max_calls: usize,
    in_progress: Mutex<HashMap<Option<Authority>, usize>>,
}

/// A call in progress: dropped when it ends or is abandoned.
struct CallInProgress<'b> {
    bounded: &'b Bounded,
    upstream: Option<Authority>,
}

impl Bounded {
    /// `http`, with at most `max_calls` calls in progress to each upstream.
    pub fn new(http: Arc<dyn Http>, max_calls: usize) -> Self {
        Self { http, max_calls, in_progress: Mutex::default() }
    }

    fn begin(&self, upstream: Option<Authority>) -> Result<CallInProgress<'_>, HttpError> {
        let mut in_progress = self.in_progress.lock().unwrap_or_else(PoisonError::into_inner);
        let count = in_progress.entry(upstream.clone()).or_default();
        if *count >= self.max_calls {
            return Err(HttpError::Busy(*count));
        }
        *count = count.saturating_add(1);
        Ok(CallInProgress { bounded: self, upstream })
    }
}

impl Drop for CallInProgress<'_> {
    fn drop(&mut self) {
        let mut in_progress = self.bounded.in_progress.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = in_progress.get_mut(&self.upstream) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                in_progress.remove(&self.upstream);
            }
        }
    }
}

#[async_trait]
impl Http for Bounded {
    async fn send(
        &self,
        upstream: UpstreamName,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, HttpError> {
        let _call = self.begin(request.uri().authority().cloned())?;
        self.http.send(upstream, request, timeout).await
    }
}

/// The maximum size of the body of a response, bytes.
pub const MAX_RESPONSE_BYTES: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test(start_paused = true)]
    async fn an_upstream_is_asked_so_many_things_at_once_and_others_go_on() {
        let world = World::new(1);
        world.http.on_request(|request| async move {
            if request.uri().host() == Some("hangs") {
                std::future::pending::<()>().await;
            }
            Ok(Response::new(Bytes::new()))
        });
        let http = Bounded::new(world.http.clone(), 3);
        let ask = async |host: &str| {
            let request = Request::get(format!("http://{host}/")).body(Bytes::new()).unwrap();
            http.send(UpstreamName::Erp, request, Duration::from_secs(2)).await.map(drop)
        };
        for _ in 0..2 {
            let started = tokio::time::Instant::now();
            let asked = futures::future::join_all((0..10).map(|_| ask("hangs"))).await;
            assert_eq!(asked.iter().filter(|answer| **answer == Err(HttpError::Busy(3))).count(), 7);
            assert_eq!(started.elapsed(), Duration::from_secs(2));
        }
        assert_eq!(world.http.calls(), 6);
        let (hanging, (busy, other)) = futures::join!(futures::future::join_all((0..3).map(|_| ask("hangs"))), async {
            (ask("hangs").await, ask("well").await)
        });
        assert!(hanging.iter().all(Result::is_err));
        assert_eq!((busy, other), (Err(HttpError::Busy(3)), Ok(())));
        // Who gives up leaves the place to others.
        for _ in 0..5 {
            assert!(tokio::time::timeout(Duration::from_millis(1), ask("hangs")).await.is_err());
        }
        assert_eq!(ask("hangs").await, Err(HttpError::TimedOut(Duration::from_secs(2))));
    }
}

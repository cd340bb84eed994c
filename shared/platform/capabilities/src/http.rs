//! Upstreams, over HTTP.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::uri::Authority;
use http::{Request, Response};

/// A request that got no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Nothing, or not everything, came in time.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// No connection, or it broke.
    #[error("{0}")]
    Failed(String),
    /// The answer is larger than anybody wants to read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    /// It was not asked: it has so many requests to answer already.
    #[error("{0} calls to it are under way")]
    Busy(usize),
}

/// Upstreams, over HTTP. Whatever status an upstream answers with is an answer, not an error.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends `request` and reads the whole answer within `timeout`, up to [`LARGEST_ANSWER`] bytes.
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, HttpError>;
}

/// Upstreams of which each is asked so many things at once and no more: what comes on top is refused at once. An upstream
/// that hangs so holds up so many requests of an instance, and the others go on.
///
/// Nobody waits for a place: a request may not wait for another one of its instance.
pub struct Bounded {
    http: Arc<dyn Http>,
    most: usize,
    under_way: Mutex<HashMap<Option<Authority>, usize>>,
}

/// A call that is under way, until it is answered or given up.
struct UnderWay<'b> {
    all: &'b Bounded,
    upstream: Option<Authority>,
}

impl Bounded {
    /// `http`, with at most `most` calls to each upstream at once.
    pub fn new(http: Arc<dyn Http>, most: usize) -> Self {
        Self { http, most, under_way: Mutex::default() }
    }

    fn begin(&self, upstream: Option<Authority>) -> Result<UnderWay<'_>, HttpError> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let count = under_way.entry(upstream.clone()).or_default();
        if *count >= self.most {
            return Err(HttpError::Busy(*count));
        }
        *count = count.saturating_add(1);
        Ok(UnderWay { all: self, upstream })
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut under_way = self.all.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.upstream) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                under_way.remove(&self.upstream);
            }
        }
    }
}

#[async_trait]
impl Http for Bounded {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, HttpError> {
        let _under_way = self.begin(request.uri().authority().cloned())?;
        self.http.send(request, timeout).await
    }
}

/// The largest body of an upstream's answer, bytes.
pub const LARGEST_ANSWER: usize = 4 << 20;

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
            http.send(request, Duration::from_secs(2)).await.map(drop)
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

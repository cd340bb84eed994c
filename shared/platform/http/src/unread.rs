//! What routes leave unread of large bodies. Many clients send a request whole before they read the answer; one that is
//! answered while they still send finds its connection broken, and never sees why. So some of what was left is read
//! and dropped before the answer goes out.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use edge_capabilities::Clock;
use edge_capabilities::clock::within;
use http::header::EXPECT;
use http::{HeaderMap, Method};
use http_body::Frame;
use http_body_util::BodyExt as _;

use crate::body::{BodyLimit, announced};

/// The most that is dropped, bytes. Whoever sends more finds the connection closed.
const MAX_BYTES: usize = 4 << 20;

/// How long the next piece is waited for, and all of them together.
const PAUSE: Duration = Duration::from_secs(1);
const MAX_DURATION: Duration = Duration::from_secs(10);

/// A body that routes read, and of which the border still has hold.
#[derive(Clone)]
pub(crate) struct Unread(Arc<Mutex<Shared>>);

struct Shared {
    body: Body,
    has_ended: bool,
    /// The client waits to be told to go on, which reading does.
    waits: bool,
}

/// Whether a body may be too large to be left unread. What is small the system's own buffers hold.
fn may_be_large(method: &Method, headers: &HeaderMap) -> bool {
    match announced(headers) {
        Some(length) => length > BodyLimit::DEFAULT.bytes() as u64,
        None => matches!(*method, Method::POST | Method::PUT | Method::PATCH),
    }
}

impl Unread {
    /// Keeps hold of the body of `request`, if that may be a large one.
    pub(crate) fn of(request: &mut Request) -> Option<Self> {
        if !may_be_large(request.method(), request.headers()) {
            return None;
        }
        let expects = request.headers().get(EXPECT);
        let waits = expects.is_some_and(|expects| expects.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let body = std::mem::take(request.body_mut());
        let unread = Self(Arc::new(Mutex::new(Shared { body, has_ended: false, waits })));
        *request.body_mut() = Body::new(unread.clone());
        Some(unread)
    }

    /// Reads and drops what is left, within bounds.
    pub(crate) async fn drop_rest(mut self, clock: &dyn Clock) {
        let nothing_comes = {
            let shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            shared.has_ended || shared.waits
        };
        if nothing_comes {
            return;
        }
        let started = clock.elapsed();
        let mut dropped = 0_usize;
        while dropped < MAX_BYTES && clock.elapsed().saturating_sub(started) < MAX_DURATION {
            let Some(Some(Ok(frame))) = within(clock, PAUSE, self.frame()).await else { return };
            dropped = dropped.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        }
    }
}

impl http_body::Body for Unread {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shared.waits = false;
        if shared.has_ended {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut shared.body).poll_frame(context);
        if !matches!(&polled, Poll::Pending | Poll::Ready(Some(Ok(_)))) || shared.body.is_end_stream() {
            shared.has_ended = true;
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::routing::post;
    use edge_capabilities::testing::World;
    use futures::stream;
    use http::StatusCode;
    use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
    use tower::ServiceExt as _;

    use super::*;
    use crate::{Json, Raw};

    const PIECE: usize = 64 << 10;

    /// A body of so many pieces, and how many of them were taken; with `stalls`, nothing comes behind them.
    fn body(pieces: usize, stalls: bool) -> (Body, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = taken.clone();
        let pieces = stream::unfold(0, move |sent| {
            let count = count.clone();
            async move {
                if sent == pieces && stalls {
                    std::future::pending::<()>().await;
                }
                (sent < pieces).then(|| {
                    count.fetch_add(1, Ordering::Relaxed);
                    (Ok::<_, axum::Error>(Bytes::from(vec![b'x'; PIECE])), sent + 1)
                })
            }
        });
        (Body::from_stream(pieces), taken)
    }

    struct Sent {
        path: &'static str,
        pieces: usize,
        stalls: bool,
        announces: Option<usize>,
        waits: bool,
    }

    const SENT: Sent = Sent { path: "/json", pieces: 32, stalls: false, announces: Some(32), waits: false };

    /// The status, and how many pieces were taken.
    async fn send(sent: Sent) -> (StatusCode, usize) {
        let world = World::new(1);
        let routes = Router::new()
            .route("/json", post(async |Json(_): Json<serde_json::Value>| "read"))
            .route("/large", post(async |Raw(body): Raw| body.len().to_string()).layer(BodyLimit::LARGE.layer()))
            .route("/refuse", post(async || StatusCode::FORBIDDEN));
        let routes = crate::finish(routes, "things", &world.instance().0);
        let (body, taken) = body(sent.pieces, sent.stalls);
        let mut request = http::Request::post(sent.path);
        request = match sent.announces {
            Some(pieces) => request.header(CONTENT_LENGTH, pieces * PIECE),
            None => request.header(TRANSFER_ENCODING, "chunked"),
        };
        if sent.waits {
            request = request.header(EXPECT, "100-continue");
        }
        let response = routes.oneshot(request.body(body).unwrap()).await.unwrap();
        (response.status(), taken.load(Ordering::Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_of_a_large_body_is_read_before_the_answer() {
        let too_large = StatusCode::PAYLOAD_TOO_LARGE;
        for (path, status) in [
            ("/json", too_large),
            ("/large", too_large),
            ("/refuse", StatusCode::FORBIDDEN),
            ("/no", StatusCode::NOT_FOUND),
        ] {
            for announces in [Some(32), None] {
                assert_eq!(send(Sent { path, announces, ..SENT }).await, (status, 32), "{path} {announces:?}");
            }
        }
        let whole = Sent { path: "/large", pieces: 16, announces: Some(16), ..SENT };
        assert_eq!(send(whole).await, (StatusCode::OK, 16));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_some_megabytes_are_read_and_nobody_is_waited_for_long() {
        let announces = Some(10_000);
        let (status, taken) = send(Sent { pieces: 10_000, announces, ..SENT }).await;
        assert_eq!((status, taken), (StatusCode::PAYLOAD_TOO_LARGE, MAX_BYTES / PIECE));
        let started = tokio::time::Instant::now();
        let (status, taken) = send(Sent { pieces: 3, stalls: true, announces, ..SENT }).await;
        assert_eq!((status, taken, started.elapsed()), (StatusCode::PAYLOAD_TOO_LARGE, 3, PAUSE));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_to_be_told_to_go_on_is_answered_at_once() {
        let started = tokio::time::Instant::now();
        let waiting = Sent { pieces: 0, stalls: true, waits: true, ..SENT };
        assert_eq!(send(waiting).await, (StatusCode::PAYLOAD_TOO_LARGE, 0));
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}

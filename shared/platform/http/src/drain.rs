//! Draining request bodies that routes leave unread. Many clients send a whole request before they read the response; if
//! the response comes while they are still sending, they find the connection broken and never see the reason. So the rest
//! of a large body is read and dropped, within limits, before the response goes out.

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

use crate::body::{BodyLimit, content_length};

/// The maximum that is read and dropped, bytes. A client that sends more finds the connection closed.
const MAX_BYTES: usize = 4 << 20;

/// How long the drain waits for the next frame, and how long it lasts in all.
const FRAME_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_DURATION: Duration = Duration::from_secs(10);

/// A body that routes read, shared with the layer that drains the rest.
#[derive(Clone)]
pub(crate) struct DrainableBody(Arc<Mutex<Shared>>);

struct Shared {
    body: Body,
    has_ended: bool,
    /// Whether the client waits for `100 Continue`, which the first read sends.
    awaits_continue: bool,
}

/// Whether a body may be too large to be left unread. Small ones fit into the buffers of the system.
fn may_be_large(method: &Method, headers: &HeaderMap) -> bool {
    match content_length(headers) {
        Some(length) => length > BodyLimit::DEFAULT.bytes() as u64,
        None => matches!(*method, Method::POST | Method::PUT | Method::PATCH),
    }
}

impl DrainableBody {
    /// Shares the body of `request`, if it may be a large one.
    pub(crate) fn wrap(request: &mut Request) -> Option<Self> {
        if !may_be_large(request.method(), request.headers()) {
            return None;
        }
        let expects = request.headers().get(EXPECT);
        let awaits_continue = expects.is_some_and(|expects| expects.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let body = std::mem::take(request.body_mut());
        let drainable = Self(Arc::new(Mutex::new(Shared { body, has_ended: false, awaits_continue })));
        *request.body_mut() = Body::new(drainable.clone());
        Some(drainable)
    }

    /// Reads and drops the rest of the body, within limits.
    pub(crate) async fn drain(mut self, clock: &dyn Clock) {
        let nothing_to_read = {
            let shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            shared.has_ended || shared.awaits_continue
        };
        if nothing_to_read {
            return;
        }
        let started = clock.elapsed();
        let mut dropped = 0_usize;
        while dropped < MAX_BYTES && clock.elapsed().saturating_sub(started) < MAX_DURATION {
            let Some(Some(Ok(frame))) = within(clock, FRAME_TIMEOUT, self.frame()).await else { return };
            dropped = dropped.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        }
    }
}

impl http_body::Body for DrainableBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shared.awaits_continue = false;
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
        assert_eq!((status, taken, started.elapsed()), (StatusCode::PAYLOAD_TOO_LARGE, 3, FRAME_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_to_be_told_to_go_on_is_answered_at_once() {
        let started = tokio::time::Instant::now();
        let waiting = Sent { pieces: 0, stalls: true, waits: true, ..SENT };
        assert_eq!(send(waiting).await, (StatusCode::PAYLOAD_TOO_LARGE, 0));
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}

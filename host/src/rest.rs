//! What is left of a request's body once it was answered. A client that still writes when the connection closes may never
//! read its answer: so what nobody wants is read and thrown away, up to a bound.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, SizeHint};

/// The most that is thrown away, bytes.
const MAX_BYTES: usize = 16 << 20;

/// For how long.
const MAX_DURATION: Duration = Duration::from_secs(5);

/// A request's body, whose rest is read to its end when the component lets go of it.
pub struct Rest<B: Body<Data = Bytes> + Send + Unpin + 'static> {
    body: Option<B>,
    /// The client sends nothing until somebody begins to read: what nobody wanted is not asked for.
    waits: bool,
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Rest<B> {
    /// The body of a request, as much of it as has not been read. `waits`: its client sent `Expect: 100-continue`, and none
    /// of the body has been read, which would tell the client to go on.
    pub fn of(body: B, waits: bool) -> Self {
        Self { body: Some(body), waits }
    }
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Body for Rest<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.waits = false;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Drop for Rest<B> {
    fn drop(&mut self) {
        let waits = self.waits;
        let Some(body) = self.body.take().filter(|body| !waits && !body.is_end_stream()) else { return };
        // Where the runtime is going down so is the connection.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(MAX_DURATION, throw_away(body)));
        }
    }
}

/// Lets go of the body of a request that is refused. A small one has mostly come in with its head: it is taken off the
/// connection here and now, for reading it in the background costs more than the refusal.
pub async fn refuse<B: Body<Data = Bytes> + Send + Unpin + 'static>(body: B, waits: bool) {
    let mut body = Rest::of(body, waits);
    if waits || body.is_end_stream() {
        return;
    }
    // hyper hands over a body only once it was asked for, and its connection had another turn.
    let mut polled = 0;
    std::future::poll_fn(|context| {
        polled += 1;
        let came = body.body.as_mut().is_none_or(|body| Pin::new(body).poll_frame(context).is_ready());
        if came || polled > 1 {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn throw_away<B: Body<Data = Bytes> + Unpin>(mut body: B) {
    let mut left = MAX_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { return };
        left = rest;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A body of one frame, which is there after it was asked for `asks` times.
    struct Late {
        asks: usize,
        is_read: bool,
        held: Arc<AtomicUsize>,
    }

    impl Late {
        fn new(asks: usize, held: &Arc<AtomicUsize>) -> Self {
            held.fetch_add(1, Ordering::SeqCst);
            Self { asks, is_read: false, held: held.clone() }
        }
    }

    impl Drop for Late {
        fn drop(&mut self) {
            self.held.fetch_sub(1, Ordering::SeqCst);
        }
    }

    impl Body for Late {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            if let Some(asks) = self.asks.checked_sub(1) {
                self.asks = asks;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.is_read = true;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"{}")))))
        }

        fn is_end_stream(&self) -> bool {
            self.is_read
        }
    }

    #[tokio::test]
    async fn a_small_body_that_is_there_leaves_nothing_to_do_when_its_request_is_refused() {
        let held = Arc::default();
        for asks in [0, 1] {
            refuse(Late::new(asks, &held), false).await;
            assert_eq!(held.load(Ordering::SeqCst), 0, "{asks}");
        }
    }

    #[tokio::test]
    async fn one_that_is_still_to_come_is_read_in_the_background() {
        let held = Arc::default();
        refuse(Late::new(5, &held), false).await;
        assert_eq!(held.load(Ordering::SeqCst), 1, "nobody waits for it");
        while held.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        // And one that its client does not send unasked is never asked for.
        let body = Late::new(0, &held);
        refuse(body, true).await;
        assert_eq!(held.load(Ordering::SeqCst), 0);
    }
}

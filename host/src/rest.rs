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

async fn throw_away<B: Body<Data = Bytes> + Unpin>(mut body: B) {
    let mut left = MAX_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { return };
        left = rest;
    }
}

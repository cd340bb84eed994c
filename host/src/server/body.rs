//! Bodies of requests. A body is in before its request takes a place or an instance: who sends half of one holds up
//! nobody but himself. What does not fit is passed on as it comes ([`Streamed`]).

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderValue;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, Sleep, timeout_at};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::refusal::Refusal;
use crate::rest::Rest;
use crate::short_body;

/// The largest body that is kept until it is whole, bytes: as large as any that a component of the edge reads.
pub const MAX_KEPT_BODY: usize = 1 << 20;

/// Many a component refuses more than this by what a request announces, which it can do before any of it has come.
const DEFAULT: u64 = 64 << 10;

/// How long the first piece of a body that announces more may take until its component is asked what it thinks of it.
const FIRST_PIECE: Duration = Duration::from_secs(1);

/// Bodies up to this size are not counted: connections bound them.
const SMALL: usize = 8 << 10;

/// What all bodies that are kept may take, bytes.
const MAX_KEPT: usize = 256 << 20;

/// How long a body may take before its rate counts.
const GRACE: Duration = Duration::from_secs(10);

/// The least rate after that, bytes each second.
const MIN_RATE: u64 = 1024;

/// How long what is half-sent may still take once the server is told to stop.
pub const MAX_WHEN_STOPPING: Duration = Duration::from_secs(5);

/// A request's body that has come in, or as much of it as is kept.
pub struct Received {
    /// For the component.
    pub body: WasiBody,
    /// The same for its head, if it is short.
    pub short: Option<HeaderValue>,
    /// Whether the component will have to wait for the rest of it.
    pub is_streamed: bool,
}

/// The bodies that are coming in, and the memory that bodies take.
pub struct Bodies {
    most: usize,
    /// How long a body that is kept may take in all.
    timeout: Duration,
    kept: AtomicUsize,
    coming: Mutex<Coming>,
}

#[derive(Default)]
struct Coming {
    next: u64,
    /// The larger ones, the oldest first; each is told to give up where memory is short.
    larger: BTreeMap<u64, Arc<Notify>>,
}

/// Memory that a body takes.
struct Memory {
    bodies: Arc<Bodies>,
    taken: usize,
}

/// One of the larger bodies that are coming in.
struct Larger {
    bodies: Arc<Bodies>,
    number: u64,
    give_up: Arc<Notify>,
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.bodies.kept.fetch_sub(self.taken, Ordering::Relaxed);
    }
}

impl Drop for Larger {
    fn drop(&mut self) {
        self.bodies.coming().larger.remove(&self.number);
    }
}

impl Bodies {
    /// Bodies that are kept may take `timeout` each.
    pub fn new(timeout: Duration) -> Self {
        Self::within(MAX_KEPT, timeout)
    }

    fn within(most: usize, timeout: Duration) -> Self {
        Self { most, timeout, kept: AtomicUsize::new(0), coming: Mutex::default() }
    }

    fn coming(&self) -> MutexGuard<'_, Coming> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_larger(self: &Arc<Self>) -> Larger {
        let give_up = Arc::new(Notify::new());
        let mut coming = self.coming();
        let number = coming.next;
        coming.next = coming.next.wrapping_add(1);
        coming.larger.insert(number, give_up.clone());
        drop(coming);
        Larger { bodies: self.clone(), number, give_up }
    }

    /// Takes `more` bytes for a body that is coming in. Where there are too many, the one that has been coming in for
    /// longest gives up; an error: there is no other.
    fn take(&self, memory: &mut Memory, more: usize, own: Option<u64>) -> Result<(), Refusal> {
        let kept = self.kept.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        memory.taken = memory.taken.saturating_add(more);
        if kept <= self.most {
            return Ok(());
        }
        let mut coming = self.coming();
        let oldest = coming.larger.keys().copied().find(|number| Some(*number) != own);
        match oldest.and_then(|oldest| coming.larger.remove(&oldest)) {
            Some(give_up) => {
                give_up.notify_one();
                Ok(())
            }
            None => Err(Refusal::Overloaded),
        }
    }

    /// Waits for the whole of `body`, or for as much as is kept of one; not for one of which nothing comes because its
    /// client waits to hear whether it is wanted (`is_announced`: it said that it will).
    pub async fn receive<B>(
        self: &Arc<Self>,
        mut body: B,
        is_announced: bool,
        stopping: &watch::Receiver<bool>,
    ) -> Result<Received, Refusal>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Error>,
    {
        if body.is_end_stream() {
            return Ok(whole(Bytes::new(), None));
        }
        let announced = body.size_hint().lower();
        let is_large = announced > DEFAULT;
        if usize::try_from(announced).is_ok_and(|announced| announced > MAX_KEPT_BODY) || (is_large && is_announced) {
            return Ok(streamed(Bytes::new(), Rest::of(body, is_announced), None));
        }
        // Most bodies came in one piece together with their head.
        let mut first = Bytes::new();
        if let Poll::Ready(frame) = std::future::poll_fn(|context| Poll::Ready(poll(&mut body, context))).await {
            match frame {
                None => return Ok(whole(first, None)),
                Some(frame) => first = data(frame)?,
            }
            if body.is_end_stream() && first.len() <= SMALL {
                return Ok(whole(first, None));
            }
        } else if is_large {
            match tokio::time::timeout(FIRST_PIECE, body.frame()).await {
                Ok(None) => return Ok(whole(first, None)),
                Ok(Some(frame)) => first = data(frame)?,
                Err(_) => return Ok(streamed(first, Rest::of(body, false), None)),
            }
        }
        self.receive_more(first, body, stopping.clone()).await
    }

    async fn receive_more<B>(
        self: &Arc<Self>,
        first: Bytes,
        mut body: B,
        mut stopping: watch::Receiver<bool>,
    ) -> Result<Received, Refusal>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Error>,
    {
        let mut memory = Memory { bodies: self.clone(), taken: 0 };
        let mut larger: Option<Larger> = None;
        let mut all = BytesMut::from(first);
        let mut deadlines = Deadlines::new(Some(self.timeout));
        loop {
            if all.len() > SMALL {
                let larger = larger.get_or_insert_with(|| self.begin_larger());
                let more = all.len().saturating_sub(memory.taken);
                self.take(&mut memory, more, Some(larger.number))?;
            }
            if body.is_end_stream() {
                return Ok(whole(all.freeze(), Some(memory)));
            }
            if all.len() > MAX_KEPT_BODY {
                return Ok(streamed(all.freeze(), Rest::of(body, false), Some(memory)));
            }
            let due = deadlines.due(all.len());
            let given_up = async {
                match &larger {
                    Some(larger) => larger.give_up.notified().await,
                    None => std::future::pending().await,
                }
            };
            let frame = tokio::select! {
                frame = timeout_at(due, body.frame()) => frame.map_err(|_| Refusal::SlowBody)?,
                () = given_up => return Err(Refusal::SlowBody),
                _ = stopping.wait_for(|stopping| *stopping), if !deadlines.is_stopping => {
                    deadlines.stop();
                    continue;
                }
            };
            let Some(frame) = frame else { return Ok(whole(all.freeze(), Some(memory))) };
            all.extend_from_slice(&data(frame)?);
        }
    }
}

fn poll<B: Body<Data = Bytes> + Unpin>(
    body: &mut B,
    context: &mut Context<'_>,
) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
    Pin::new(body).poll_frame(context)
}

fn data<E>(frame: Result<Frame<Bytes>, E>) -> Result<Bytes, Refusal> {
    // Trailers, nobody reads.
    frame.map(|frame| frame.into_data().unwrap_or_default()).map_err(|_| Refusal::BrokenBody)
}

fn whole(bytes: Bytes, memory: Option<Memory>) -> Received {
    let short = short_body::short(&bytes);
    let body = if bytes.is_empty() {
        Empty::new().map_err(|never| match never {}).boxed_unsync()
    } else if let Some(memory) = memory.filter(|memory| memory.taken > 0) {
        Kept { body: Full::new(bytes), _memory: memory }.boxed_unsync()
    } else {
        Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
    };
    Received { body, short, is_streamed: false }
}

fn streamed<B>(first: Bytes, rest: Rest<B>, memory: Option<Memory>) -> Received
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Error>,
{
    let length = rest.size_hint();
    let body = Streamed {
        first: Some((first, memory)).filter(|(first, _)| !first.is_empty()),
        rest,
        length,
        deadlines: Deadlines::new(None),
        came: 0,
        alarm: None,
    };
    Received { body: body.boxed_unsync(), short: None, is_streamed: true }
}

/// When the next part of a body has to be there.
struct Deadlines {
    began: Instant,
    longest: Option<Duration>,
    is_stopping: bool,
    stop: Option<Instant>,
}

impl Deadlines {
    fn new(longest: Option<Duration>) -> Self {
        Self { began: Instant::now(), longest, is_stopping: false, stop: None }
    }

    fn stop(&mut self) {
        self.is_stopping = true;
        self.stop = Some(Instant::now() + MAX_WHEN_STOPPING);
    }

    /// After `came` bytes.
    fn due(&self, came: usize) -> Instant {
        let earned = Duration::from_secs(u64::try_from(came).unwrap_or(u64::MAX) / MIN_RATE);
        let timeout = GRACE.saturating_add(earned);
        let due = self.began + self.longest.map_or(timeout, |longest| timeout.min(longest));
        self.stop.map_or(due, |stop| due.min(stop))
    }
}

/// A whole body, whose memory is counted until it was read.
struct Kept {
    body: Full<Bytes>,
    _memory: Memory,
}

impl Body for Kept {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        frame.map(|frame| frame.map(|frame| frame.map_err(|never| match never {})))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body that is still coming in while it is read; it fails where it comes too slowly.
struct Streamed<B: Body<Data = Bytes> + Send + Unpin + 'static> {
    first: Option<(Bytes, Option<Memory>)>,
    rest: Rest<B>,
    /// Of the rest, when it began.
    length: SizeHint,
    deadlines: Deadlines,
    came: usize,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<B> Body for Streamed<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Error>,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Some((first, _memory)) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if let Poll::Ready(frame) = Pin::new(&mut self.rest).poll_frame(context) {
            if let Some(Ok(frame)) = &frame {
                self.came = self.came.saturating_add(frame.data_ref().map_or(0, Bytes::len));
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let due = self.deadlines.due(self.came);
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        if alarm.deadline() != due {
            alarm.as_mut().reset(due);
        }
        alarm.as_mut().poll(context).map(|()| Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.first {
            None => self.rest.size_hint(),
            Some((first, _)) => {
                let first = u64::try_from(first.len()).unwrap_or(u64::MAX);
                let mut hint = SizeHint::new();
                hint.set_lower(self.length.lower().saturating_add(first));
                if let Some(upper) = self.length.upper() {
                    hint.set_upper(upper.saturating_add(first));
                }
                hint
            }
        }
    }
}

#[cfg(test)]
mod tests;

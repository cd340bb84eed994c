//! Refusals at the door: a request that is turned away is answered from its bytes, before hyper makes a request of them.
//!
//! Where more comes than can be served, most of the processor's time goes to those who are turned away, and what is left
//! serves the others. A refusal by way of hyper takes maps of headers, a body that is handed over, a task's second turn and
//! a timer; here it takes reading and writing.
//!
//! Only what can be read in no other way is refused here: a whole request that came in one piece with nothing behind it,
//! when all requests before it were answered. Whatever else comes is hyper's.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most headers of a request that is looked at.
const MAX_HEADERS: usize = 32;

/// Decides who is turned away.
pub trait Gate {
    /// How many requests of the connection were answered by way of hyper, so that their answers were handed to it.
    fn answered(&self) -> u64;

    /// The answer to the request with this head, which came at `arrived`, if it is turned away.
    fn turn_away(&self, head: &Head<'_, '_>, arrived: Instant) -> Option<Vec<u8>>;
}

/// The head of a request.
pub struct Head<'h, 'b> {
    /// Its method.
    pub method: &'b str,
    /// Its path, without the query.
    pub path: &'b str,
    headers: &'h [httparse::Header<'b>],
}

impl<'h, 'b> Head<'h, 'b> {
    fn of(request: &'h httparse::Request<'_, 'b>) -> Option<Self> {
        let (method, target) = (request.method?, request.path?);
        let path = target.split('?').next().filter(|path| path.starts_with('/'))?;
        Some(Self { method, path, headers: request.headers })
    }

    /// The value of the first header of this name.
    pub fn header(&self, name: &str) -> Option<&'b [u8]> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
    }
}

/// Where in the stream of requests the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Between two requests.
    Between,
    /// In a body, of which so much is still to come.
    Body(u64),
    /// Nobody but hyper knows.
    Unknown,
}

/// A connection whose requests may be turned away.
pub struct Door<S, G> {
    io: S,
    gate: G,
    place: Place,
    /// Requests that hyper was given.
    let_in: u64,
    /// How many of them had been answered when all answers had been written.
    written: u64,
    /// When hyper was last given something. It closes a connection that is idle for too long, and sees nothing of what is
    /// turned away here.
    last_let_in: Instant,
    /// How long it may be given nothing.
    longest: Duration,
    /// What is left of a refusal that the client did not take at once.
    unwritten: Vec<u8>,
}

impl<S, G: Gate> Door<S, G> {
    /// `io`, at whose door `gate` decides. hyper closes it when it gets nothing for `idle`.
    pub fn new(io: S, gate: G, idle: Duration) -> Self {
        Self {
            io,
            gate,
            place: Place::Between,
            let_in: 0,
            written: 0,
            last_let_in: Instant::now(),
            longest: idle / 2,
            unwritten: Vec::new(),
        }
    }

    /// What `came` is answered, if it is a request that is turned away.
    fn judge(&mut self, came: &[u8]) -> Option<Vec<u8>> {
        let place = self.place;
        // Until it is known to be better.
        self.place = Place::Unknown;
        match place {
            Place::Unknown => None,
            Place::Body(left) => {
                let came = u64::try_from(came.len()).unwrap_or(u64::MAX);
                self.place = Place::after(left.checked_sub(came));
                None
            }
            // INVARIANT: a refusal is written when all answers before it are, and no request that hyper has is passed over.
            Place::Between if self.let_in != self.written => None,
            Place::Between => {
                let mut headers = [MaybeUninit::uninit(); MAX_HEADERS];
                let mut request = httparse::Request::new(&mut []);
                let Ok(httparse::Status::Complete(length)) = request.parse_with_uninit_headers(came, &mut headers)
                else {
                    return None;
                };
                let whole = body_length(&request)?.checked_add(u64::try_from(length).ok()?)?;
                let left = whole.checked_sub(u64::try_from(came.len()).ok()?)?;
                self.place = Place::after(Some(left));
                let arrived = Instant::now();
                if left == 0
                    && arrived.saturating_duration_since(self.last_let_in) < self.longest
                    && let Some(head) = Head::of(&request)
                    && let Some(answer) = self.gate.turn_away(&head, arrived)
                {
                    return Some(answer);
                }
                self.let_in = self.let_in.wrapping_add(1);
                self.last_let_in = arrived;
                None
            }
        }
    }
}

impl Place {
    const fn after(left: Option<u64>) -> Self {
        match left {
            Some(0) => Self::Between,
            Some(left) => Self::Body(left),
            None => Self::Unknown,
        }
    }
}

/// How long the body of a request is, where it and the head can be read in one way only.
fn body_length(request: &httparse::Request<'_, '_>) -> Option<u64> {
    let (mut hosts, mut length) = (0_u32, None);
    if request.version != Some(1) || !matches!(request.method, Some("GET" | "POST" | "PUT" | "PATCH" | "DELETE")) {
        return None;
    }
    for header in &*request.headers {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("host") {
            hosts = hosts.saturating_add(1);
        } else if is("content-length") {
            let is_number = !header.value.is_empty() && header.value.iter().all(u8::is_ascii_digit);
            let number = std::str::from_utf8(header.value).ok().filter(|_| is_number)?;
            if length.replace(number.parse().ok()?).is_some() {
                return None;
            }
        } else if is("transfer-encoding")
            || is("expect")
            || is("upgrade")
            || (is("connection") && !header.value.eq_ignore_ascii_case(b"keep-alive"))
        {
            return None;
        }
    }
    (hosts == 1).then_some(length.unwrap_or(0))
}

impl<S: AsyncWrite + Unpin, G> Door<S, G> {
    /// Writes what is left of a refusal.
    fn write_out(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unwritten.is_empty() {
            let wrote = ready!(Pin::new(&mut self.io).poll_write(context, &self.unwritten))?;
            if wrote == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            if wrote >= self.unwritten.len() {
                self.unwritten = Vec::new();
            } else {
                self.unwritten.drain(..wrote);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin, G: Gate + Unpin> AsyncRead for Door<S, G> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            ready!(this.write_out(context))?;
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.io).poll_read(context, buffer))?;
            let came = buffer.filled().get(before..).unwrap_or_default();
            if came.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let Some(answer) = this.judge(came) else { return Poll::Ready(Ok(())) };
            this.unwritten = answer;
            buffer.set_filled(before);
        }
    }
}

impl<S: AsyncWrite + Unpin, G: Gate + Unpin> AsyncWrite for Door<S, G> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.write_out(context))?;
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.write_out(context))?;
        Pin::new(&mut self.io).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_out(context))?;
        ready!(Pin::new(&mut self.io).poll_flush(context))?;
        // hyper flushes when it has nothing left to write.
        self.written = self.gate.answered();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_out(context))?;
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;

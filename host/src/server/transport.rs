//! A client's socket, on which an answer has to make progress: a client that does not read what it asked for is cut off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// The least that a client has to take once its time is up, bytes each second.
const MIN_RATE: u64 = 1024;

/// A socket.
pub struct Transport<S> {
    socket: S,
    /// How long the client may leave an answer unread.
    timeout: Duration,
    stalled: Option<Stalled>,
}

/// The client has not taken all that was written.
struct Stalled {
    since: Instant,
    /// What it took since then, bytes.
    taken: u64,
    alarm: Pin<Box<Sleep>>,
}

impl<S> Transport<S> {
    /// `socket`, whose client may leave an answer unread for `timeout`.
    pub fn new(socket: S, timeout: Duration) -> Self {
        Self { socket, timeout, stalled: None }
    }

    /// What came of a write: an error where it has been waiting for too long.
    fn progress(&mut self, context: &mut Context<'_>, wrote: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(result) = wrote {
            if let (Some(stalled), Ok(wrote)) = (&mut self.stalled, &result) {
                stalled.taken = stalled.taken.saturating_add(u64::try_from(*wrote).unwrap_or(u64::MAX));
            }
            return Poll::Ready(result);
        }
        let timeout = self.timeout;
        let stalled = self.stalled.get_or_insert_with(|| {
            let since = Instant::now();
            Stalled { since, taken: 0, alarm: Box::pin(tokio::time::sleep(timeout)) }
        });
        let earned = Duration::from_secs(stalled.taken / MIN_RATE);
        let due = stalled.since + timeout.saturating_add(earned);
        if stalled.alarm.deadline() != due {
            stalled.alarm.as_mut().reset(due);
        }
        stalled.alarm.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Transport<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        // It goes on with the next request: the answer to the last one has arrived.
        if self.stalled.is_some() && buffer.filled().len() > before {
            self.stalled = None;
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Transport<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.progress(context, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.progress(context, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_is_cut_off() {
        let (here, _there) = tokio::io::duplex(64);
        let began = Instant::now();
        let error = Transport::new(here, TIMEOUT).write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= TIMEOUT && began.elapsed() < TIMEOUT + Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_a_little_now_and_then_is_cut_off_too() {
        let (here, mut there) = tokio::io::duplex(64);
        tokio::spawn(async move {
            while there.read_u8().await.is_ok() {
                tokio::time::sleep(Duration::from_secs(20)).await;
            }
        });
        let began = Instant::now();
        let error = Transport::new(here, TIMEOUT).write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() < TIMEOUT * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_slowly_and_steadily_gets_everything() {
        let (here, mut there) = tokio::io::duplex(4096);
        let reader = tokio::spawn(async move {
            let (mut all, mut chunk) = (0, [0; 4096]);
            while let Ok(read @ 1..) = there.read(&mut chunk).await {
                all += read;
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            all
        });
        let mut transport = Transport::new(here, TIMEOUT);
        transport.write_all(&vec![0; 400_000]).await.unwrap();
        drop(transport);
        assert_eq!(reader.await.unwrap(), 400_000);
    }
}

//! What components print goes to the host's own standard output and error, a line at a time and in the order printed,
//! through a thread that writes: printing must not make a request wait for a slow terminal or a full pipe.

use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Beyond this many unwritten bytes printing waits for the writer.
const MAX_WAITING: usize = 4 << 20;

/// How long what was printed may lie before it is written: waking the writer for each line costs more than the line.
const LINGER: Duration = Duration::from_millis(5);

/// Standard output or standard error.
#[derive(Clone)]
pub struct Output(Arc<Queue>);

struct Queue {
    waiting: Mutex<Waiting>,
    written: Condvar,
    something_to_write: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    writing: bool,
    /// Somebody waits for everything to be written.
    in_a_hurry: bool,
}

impl Output {
    /// Starts the thread that writes to `target`.
    pub fn to(mut target: impl std::io::Write + Send + 'static) -> std::io::Result<Self> {
        let queue =
            Arc::new(Queue { waiting: Mutex::default(), written: Condvar::new(), something_to_write: Condvar::new() });
        let output = Self(queue.clone());
        std::thread::Builder::new().name("output".into()).spawn(move || {
            loop {
                let mut waiting = queue.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                while waiting.bytes.is_empty() {
                    waiting.writing = false;
                    queue.written.notify_all();
                    waiting = queue.something_to_write.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                }
                if !waiting.in_a_hurry {
                    drop(waiting);
                    std::thread::sleep(LINGER);
                    waiting = queue.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                }
                waiting.writing = true;
                let bytes = std::mem::take(&mut waiting.bytes);
                queue.written.notify_all();
                drop(waiting);
                // A closed pipe has no reader to tell.
                let _ = target.write_all(&bytes).and_then(|()| target.flush());
            }
        })?;
        Ok(output)
    }

    /// Hands over `bytes` to be written.
    pub fn print(&self, bytes: &[u8]) {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.bytes.len() > MAX_WAITING {
            waiting = self.0.written.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let was_empty = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(bytes);
        drop(waiting);
        if was_empty {
            self.0.something_to_write.notify_one();
        }
    }

    /// Waits until everything printed so far has been written.
    pub fn flush(&self) {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.in_a_hurry = true;
        while waiting.writing || !waiting.bytes.is_empty() {
            waiting = self.0.written.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.in_a_hurry = false;
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.print(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.print(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(1 << 16)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Slow(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            std::thread::yield_now();
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn everything_printed_is_written_in_order_once_flushed() {
        let target = Slow::default();
        let output = Output::to(target.clone()).unwrap();
        let mut expected = Vec::new();
        for number in 0..10_000 {
            let line = format!("{number}\n");
            output.print(line.as_bytes());
            expected.extend_from_slice(line.as_bytes());
        }
        output.flush();
        assert!(*target.0.lock().unwrap() == expected);
    }
}

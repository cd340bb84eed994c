//! The component's log, on standard error.
//!
//! Lines are buffered and written a few at a time, shortly after their requests: one write per line would cost more than
//! a response from the cache. An instance that traps loses its last lines; the host reports that.

use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use edge_capabilities::Log;
use spin_sdk::wasip3;

pub(crate) struct StandardError;

/// The longest time that a line is buffered.
const MAX_DELAY: Duration = Duration::from_millis(20);

/// The size of the buffer at which it is written at once, bytes.
const MAX_BUFFERED: usize = 16 << 10;

#[derive(Default)]
struct Buffer {
    lines: Vec<u8>,
    /// Whether a task is going to write the lines.
    is_scheduled: bool,
}

static BUFFER: Mutex<Buffer> = Mutex::new(Buffer { lines: Vec::new(), is_scheduled: false });

impl Log for StandardError {
    fn write(&self, line: String) {
        let mut buffer = BUFFER.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.lines.extend_from_slice(line.as_bytes());
        buffer.lines.push(b'\n');
        if buffer.lines.len() >= MAX_BUFFERED {
            flush(&mut buffer);
        } else if !buffer.is_scheduled {
            buffer.is_scheduled = true;
            wasip3::spawn(async {
                spin_sdk::time::sleep(MAX_DELAY).await;
                let mut buffer = BUFFER.lock().unwrap_or_else(PoisonError::into_inner);
                buffer.is_scheduled = false;
                flush(&mut buffer);
            });
        }
    }
}

fn flush(buffer: &mut Buffer) {
    // There is nowhere to report that the log cannot be written.
    let _ = std::io::stderr().write_all(&buffer.lines);
    buffer.lines.clear();
}

//! What the host does when the disk fails to keep what it was given.
//!
//! After a failed sync the system may drop the pages that it could not write and take the next sync for good: a write that
//! was answered then would be gone after a loss of power. No retry mends that, so the process ends at once, before anybody
//! is answered. The next start writes what is left in the journals to the files anew, before anything is added to them
//! ([`start_over`]).

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use rusqlite::{Connection, ffi};

use crate::log;

/// The exit status after a failed sync: `EX_IOERR` of sysexits.h. A supervisor starts the host again.
const EXIT_STATUS: i32 = 74;

/// How long the last line of the log may take: whoever reads it may have stopped reading.
const LAST_LINE: Duration = Duration::from_millis(200);

/// Has the process end when SQLite fails to sync a file, also where SQLite itself would go on, as after a checkpoint. To be
/// called before anything else uses SQLite.
pub fn watch_sqlite() -> rusqlite::Result<()> {
    // SAFETY: nothing uses SQLite yet, and `note` neither calls SQLite nor minds on which thread it runs.
    #[expect(unsafe_code, reason = "SQLite tells of errors that it handles itself to a process-wide callback alone")]
    unsafe {
        rusqlite::trace::config_log(Some(note))
    }
}

/// What SQLite writes to its own log.
fn note(code: i32, message: &str) {
    static SAID: AtomicBool = AtomicBool::new(false);
    match code {
        ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC => end_after_failed_sync(message),
        // Every statement that meets it says so: once is enough.
        _ if matches!(code & 0xff, ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB) && !SAID.swap(true, Ordering::Relaxed) => {
            log::error("host", "a SQLite file is damaged: restore it (docs/operations.md)", message);
        }
        _ => {}
    }
}

/// Ends the process: `detail` says which file could not be synced.
pub fn end_after_failed_sync(detail: &str) -> ! {
    let message =
        "the disk did not keep what was written: the host ends, so that nothing more is answered on top of it";
    let line = log::line("error", "host", message, detail);
    let (done, written) = mpsc::channel();
    let _ = std::thread::Builder::new().spawn(move || {
        // Past the log's buffers.
        let _ = done.send(writeln!(std::io::stderr(), "{line}"));
    });
    let _ = written.recv_timeout(LAST_LINE);
    std::process::exit(EXIT_STATUS)
}

/// Writes what the journal of a file holds to the file itself, and begins a new journal. What the process before could not
/// sync may be in the system's memory alone, and taken for synced.
pub fn start_over(connection: &Connection) -> rusqlite::Result<()> {
    // Where another process has the file open it says so by its first column, and does what it can.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

//! One JSON line for each request on standard error, written some at a time, as the edge does.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const LINGER: Duration = Duration::from_millis(20);

/// The lines that wait to be written.
pub(crate) struct Log(Arc<Mutex<String>>);

impl Log {
    /// Starts the thread that writes.
    pub(crate) fn start() -> std::io::Result<Self> {
        let lines = Arc::new(Mutex::new(String::new()));
        let waiting = lines.clone();
        std::thread::Builder::new().name("log".into()).spawn(move || {
            loop {
                std::thread::sleep(LINGER);
                let lines = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
                let _ = std::io::stderr().write_all(lines.as_bytes());
            }
        })?;
        Ok(Self(lines))
    }

    /// Has a line written about a request.
    pub(crate) fn line(&self, id: &str, status: u16, outcome: &str, micros: u128) {
        let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(
            lines,
            r#"{{"ts":"{now}","level":"info","requestId":"{id}","method":"POST","route":"/verify-seat","status":{status},"outcome":"{outcome}","durationUs":{micros}}}"#
        );
    }
}

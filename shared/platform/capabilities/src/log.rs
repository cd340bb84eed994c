//! The component's log.

/// The destination of log lines.
pub trait Log: Send + Sync {
    /// Writes `line`, which contains no line break, as one line.
    fn write(&self, line: String);
}

//! The component's log.

/// Where log lines go.
pub trait Log: Send + Sync {
    /// Writes `line`, which holds no line break of its own, as one line.
    fn write(&self, line: String);
}

//! Work that goes on after the answer.

use futures::future::BoxFuture;

/// Starts work that nobody waits for.
pub trait Background: Send + Sync {
    /// Runs `work` beside the request, also after it was answered. Nothing promises that it ends: what must not be
    /// lost is in the database first.
    fn spawn(&self, work: BoxFuture<'static, ()>);
}

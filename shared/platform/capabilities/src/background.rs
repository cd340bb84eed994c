//! Work that continues after the response.

use futures::future::BoxFuture;

/// Starts background work.
pub trait Background: Send + Sync {
    /// Runs `work` concurrently with the request and after its response. It may never complete: what must not be lost must
    /// be in the database first.
    fn spawn(&self, work: BoxFuture<'static, ()>);
}

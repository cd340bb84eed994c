//! Signals: one request of an instance wakes another that waits for it.

use futures::future::BoxFuture;

/// Dropping it gives the signal. Whoever holds it may be dropped at any time: the signal is given then too.
pub type Signal = Box<dyn Send>;

/// Completes once the signal is given.
pub type Signalled = BoxFuture<'static, ()>;

/// Makes signals. What wakes a task within a program (a channel, an async lock) does not wake a request of a component:
/// each has an executor of its own.
pub trait Signals: Send + Sync {
    /// A new signal, for one who waits.
    fn pair(&self) -> (Signal, Signalled);
}

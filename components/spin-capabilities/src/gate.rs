//! Who may call the cache. Most calls let the instance's other requests go on; counting holds all of them up. Where the
//! cache is a Redis, Spin has both wait in one queue of fifty places: a place that comes to a call of an instance that is
//! held up is not taken, and if all fifty come to such, nobody in the process is served any more. So nothing counts while
//! a call of the same instance is under way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use edge_capabilities::Clock as _;

use crate::clock::HostClock;

/// How often a waiting request polls. It cannot be woken by another request: see the crate's documentation.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

#[derive(Default)]
pub(crate) struct Gate {
    under_way: AtomicUsize,
    counting: AtomicUsize,
}

/// A call in progress: an ordinary one, or a counting one.
pub(crate) struct Pass<'g>(&'g AtomicUsize);

impl<'g> Pass<'g> {
    fn new(all: &'g AtomicUsize) -> Self {
        all.fetch_add(1, Ordering::Relaxed);
        Self(all)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    /// Admits an ordinary call once no counting call is in progress.
    pub(crate) async fn call(&self) -> Pass<'_> {
        until_none(&self.counting).await;
        Pass::new(&self.under_way)
    }

    /// Admits a counting call once no other call is in progress. None starts until the pass is dropped.
    pub(crate) async fn count(&self) -> Pass<'_> {
        let pass = Pass::new(&self.counting);
        until_none(&self.under_way).await;
        pass
    }
}

async fn until_none(of: &AtomicUsize) {
    while of.load(Ordering::Relaxed) > 0 {
        HostClock.sleep(LOOK_AGAIN).await;
    }
}

//! An instance that dies at a step of its own: before a call to the world, or right after it, with the answer lost.

use axum::Router;
use edge_capabilities::testing::{Lifetime, World};

/// An instance of the edge.
pub(crate) struct Instance {
    pub(crate) router: Router,
    life: Lifetime,
}

impl Instance {
    /// One that makes `calls` calls to the world, and then dies.
    pub(crate) fn new(world: &World, calls: i64, makes_the_last: bool) -> Self {
        let (capabilities, life) = world.mortal(calls, makes_the_last);
        Self { router: edge_webhooks::router(capabilities), life }
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.life.is_dead()
    }

    /// Resolves once it is dead.
    pub(crate) fn death(&self) -> impl Future<Output = ()> + Send + 'static {
        self.life.death()
    }
}

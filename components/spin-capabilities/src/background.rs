//! Work that continues after the response, as a task of the instance.

use edge_capabilities::Background;
use futures::future::BoxFuture;
use spin_sdk::wasip3;

pub(crate) struct Spawn;

impl Background for Spawn {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        wasip3::spawn(work);
    }
}

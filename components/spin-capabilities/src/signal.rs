//! Signals between the requests of an instance, by the host: an end of a stream that is dropped wakes who reads the other.

use edge_capabilities::Signals;
use edge_capabilities::signal::{Signal, Signalled};
use spin_sdk::wasip3::wit_stream;

pub(crate) struct StreamSignals;

impl Signals for StreamSignals {
    fn pair(&self) -> (Signal, Signalled) {
        let (writer, mut reader) = wit_stream::new::<u8>();
        let signalled = async move {
            // Nothing is written: it ends.
            reader.read(Vec::with_capacity(1)).await;
        };
        (Box::new(writer), Box::pin(signalled))
    }
}

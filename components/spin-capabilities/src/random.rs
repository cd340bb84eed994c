//! Random bytes, from the host.

use edge_capabilities::Random;
use spin_sdk::wasip3;

pub(crate) struct HostRandom;

impl Random for HostRandom {
    fn fill(&self, bytes: &mut [u8]) {
        // Eight at a time in a number: a list would have to be allocated.
        for chunk in bytes.chunks_mut(8) {
            let random = wasip3::random::random::get_random_u64().to_le_bytes();
            chunk.iter_mut().zip(random).for_each(|(to, from)| *to = from);
        }
    }
}

//! Random bytes, from the host.

use edge_capabilities::Random;
use spin_sdk::wasip3;

pub(crate) struct HostRandom;

impl Random for HostRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let wanted = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        for (to, from) in bytes.iter_mut().zip(wasip3::random::random::get_random_bytes(wanted)) {
            *to = from;
        }
    }
}

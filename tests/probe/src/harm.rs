//! What a component should not do, and a host has to live with.

use crate::{Said, failed};

/// Does harm; `much` says how much where that can be said.
pub(crate) fn done(kind: &str, much: &str) -> Said {
    match kind {
        "trap" => std::process::abort(),
        "loop" => loop {
            std::hint::black_box(());
        },
        "recursion" => Ok(deeper(1).to_string()),
        "memory" => {
            let mebibytes: usize = much.parse().map_err(failed)?;
            let held = std::hint::black_box(vec![1_u8; mebibytes.saturating_mul(1 << 20)]);
            Ok(held.len().to_string())
        }
        _ => Err(format!("{kind} is no harm")),
    }
}

#[expect(unconditional_recursion, reason = "that is the harm")]
fn deeper(depth: u64) -> u64 {
    std::hint::black_box(deeper(std::hint::black_box(depth.wrapping_add(1)))).wrapping_add(1)
}

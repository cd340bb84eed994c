//! The rules as shipped: version 1 of each.

use sha2::{Digest, Sha256};

use crate::Rule;

/// A rule as shipped.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// The script.
    pub script: &'static str,
    /// Its tests, as JSON.
    pub tests: &'static str,
}

macro_rules! shipped {
    ($name:literal) => {
        Shipped {
            script: include_str!(concat!("../../../../rules/", $name, ".rhai")),
            tests: include_str!(concat!("../../../../rules/", $name, ".tests.json")),
        }
    };
}

/// Returns a rule as shipped.
pub const fn shipped(rule: Rule) -> Shipped {
    match rule {
        Rule::Approval => shipped!("approval"),
        Rule::Budget => shipped!("budget"),
        Rule::RoleMapping => shipped!("role_mapping"),
        Rule::SeatAccess => shipped!("seat_access"),
    }
}

/// The name of a version: the SHA-256 of its script and tests, in hex. The script's length is hashed first, so that no
/// other pair of script and tests has the same hash input.
pub fn fingerprint(script: &str, tests: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(u64::try_from(script.len()).unwrap_or(u64::MAX).to_le_bytes());
    hasher.update(script);
    hasher.update(tests);
    hex::encode(hasher.finalize())
}

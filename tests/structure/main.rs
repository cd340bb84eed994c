//! What must hold of the source tree itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod dependencies;
mod event_types;
mod examples;
mod grants;
mod manifest;
mod observability;
mod packages;
mod routes;
mod sql;
mod supply_chain;
mod threat_model;

use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

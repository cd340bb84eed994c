//! Financial reports as callers see them, with figures that are expected by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod cash;
mod contracts;
mod fixture;
mod history;
mod postgres;
#[path = "../../../../platform/database/tests/server/mod.rs"]
mod server;
mod spending;

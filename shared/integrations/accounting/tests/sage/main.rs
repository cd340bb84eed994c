//! The client of Sage and its stand-in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod documents;
mod sign_in;
#[path = "../support/mod.rs"]
mod support;

//! The same cases for each provider, against its stand-in: whatever goes wrong on the way, each document is in the books
//! once, or an error has a name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod cases;
mod fixture;
#[path = "../support/records.rs"]
mod records;

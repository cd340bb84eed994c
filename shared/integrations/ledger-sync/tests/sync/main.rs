//! Syncs of a tenant with books that are a stand-in of these tests' own: what is sent, each document once whatever fails, and
//! what callers see of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod api;
mod books;
mod crashes;
mod documents;
mod faults;
mod fixture;
mod limits;
#[path = "../support/records.rs"]
mod records;

//! Tenants connect stand-ins of accounting systems, over HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod configuring;
mod consents;
mod disconnecting;
mod fixture;
mod renewals;
mod secrets;

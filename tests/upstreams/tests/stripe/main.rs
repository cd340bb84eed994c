//! The edge's client of Stripe, and what it makes of Stripe's webhooks, against the stand-in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod client;
mod support;
mod webhooks;

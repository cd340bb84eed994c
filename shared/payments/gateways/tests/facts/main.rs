//! What holds of webhooks: whose are believed, when two are the same, and what they say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod any_bytes;
mod bheempay;
mod erp;
mod headers;
mod identities;
mod others;
mod razorpay;
mod secrets;
mod signing;
mod stripe;
mod support;
mod times;
mod vectors;

//! Disputes and their refunds, over HTTP, against a BheemPay that does what it is told to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bheempay;
mod cards;
mod crashes;
mod fixture;
mod life;
mod refunds;

//! Custom reports over random records, on SQLite and PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../../platform/database/tests/server/mod.rs"]
mod server;

mod allow_list;
mod edge;
mod oracle;
mod paging;
mod requests;
mod saved;
mod speed;

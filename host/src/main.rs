//! `bheem-edge`: serves a Spin application on wasmtime. It reads the same `spin.toml`, variables and runtime config as
//! Spin, and serves the same interfaces, so that whatever runs here runs there.

mod admission;
mod allowed_hosts;
mod application;
mod bindings;
mod capabilities;
mod concurrency;
mod demo;
mod drain;
mod engine;
mod files;
mod log;
mod manifest;
mod migrate;
mod node_status;
mod notify;
mod open_files;
mod random;
mod refusal;
mod rest;
mod rules;
mod runtime_config;
mod seat_token_key;
mod seats;
mod server;
mod short_body;
mod sync;
mod telemetry;
mod tenants;
mod up;
mod variables;
mod webhook;
mod workers;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The edge in front of the Bheem ERP and BheemPay.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a Spin application
    Up(Box<up::Options>),
    /// Make a sample company to try enterprise billing with
    Demo(demo::Options),
    /// Bring the database up to date, or show what is to be done
    Migrate(migrate::Options),
    /// Create the mappings of notifications at Notify
    Notify(notify::Options),
    /// Check, test and publish rules
    Rules(rules::Options),
    /// Make a key that signs seat tokens, for the variable seat_token_key
    SeatTokenKey(seat_token_key::Options),
    /// Bring an application's seats over from the ERP or a file
    Seats(seats::Options),
    /// Bring a company's people and projects over from the ERP
    Sync(sync::Options),
    /// Make the group's own companies tenants
    Tenants(tenants::Options),
    /// Sign webhooks as their providers do, and send them
    Webhook(webhook::Options),
}

fn main() -> anyhow::Result<ExitCode> {
    capabilities::disk::watch_sqlite()?;
    match Cli::parse().command {
        Command::Up(options) => up::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Demo(options) => Ok(demo::run(options)),
        Command::Migrate(options) => Ok(migrate::run(&options)),
        Command::Notify(options) => Ok(notify::run(options)),
        Command::Rules(options) => Ok(rules::run(options)),
        Command::SeatTokenKey(options) => seat_token_key::run(&options),
        Command::Seats(options) => Ok(seats::run(options)),
        Command::Sync(options) => Ok(sync::run(options)),
        Command::Tenants(options) => Ok(tenants::run(options)),
        Command::Webhook(options) => Ok(webhook::run(options)),
    }
}

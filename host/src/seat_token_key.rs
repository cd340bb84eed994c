//! `bheem-edge seat-token-key`: makes a key that signs seat tokens, as the variable `seat_token_key` takes it.

use std::process::ExitCode;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What `bheem-edge seat-token-key` can be told.
#[derive(clap::Args)]
pub struct Options {}

/// Prints a new key: the base64 of 32 random bytes, the seed of an Ed25519 key.
pub fn run(_: &Options) -> anyhow::Result<ExitCode> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(anyhow::Error::msg).context("the operating system gives no random bytes")?;
    println!("{}", STANDARD.encode(seed));
    Ok(ExitCode::SUCCESS)
}

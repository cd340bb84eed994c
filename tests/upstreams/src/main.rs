//! Runs the stand-ins by themselves.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use upstreams::Upstreams;

/// Stand-ins for what bheem-edge stands in front of.
#[derive(Parser)]
struct Options {
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8000")]
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let listener =
        TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    eprintln!("stand-in ERP, BheemPay, Stripe and Notify listen on http://{}", listener.local_addr()?);
    let upstreams = Upstreams::with_demo();
    upstreams.passport.listens_at(format!("http://{}", listener.local_addr()?));
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        served = Arc::new(upstreams).serve(listener) => served,
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

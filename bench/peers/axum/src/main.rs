//! Seat verification as one would write it natively: axum over a SQLite file. bench/peers/README.md says what it has in
//! common with the other peers.

mod log;
mod store;
mod verdict;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use http::{HeaderMap, HeaderValue, StatusCode};

use log::Log;
use store::Store;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Peer {
    store: Store,
    log: Log,
    requests: AtomicU64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(listen), Some(database)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("axum-peer ADDRESS DATABASE");
    };
    let listen: SocketAddr = listen.parse().context("no address")?;
    let peer =
        Arc::new(Peer { store: Store::new(PathBuf::from(database)), log: Log::start()?, requests: AtomicU64::new(0) });
    let routes = Router::new().route("/verify-seat", post(verify_seat)).with_state(peer);
    let listener = tokio::net::TcpListener::bind(listen).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, routes).await?;
    Ok(())
}

async fn verify_seat(State(peer): State<Arc<Peer>>, headers: HeaderMap, body: Bytes) -> Response {
    let started = Instant::now();
    let number = peer.requests.fetch_add(1, Ordering::Relaxed);
    let id = match headers.get("x-request-id").and_then(|id| id.to_str().ok()) {
        Some(id) => id.to_owned(),
        None => format!("req_{number:024x}"),
    };
    let (status, outcome, body) = match verdict::answer(&peer.store, &headers, &body) {
        Ok((reason, body)) => (StatusCode::OK, reason, body),
        Err((status, code)) => (status, code, format!(r#"{{"code":"{code}"}}"#).into_bytes()),
    };
    let micros = started.elapsed().as_micros();
    peer.log.line(&id, status.as_u16(), outcome, micros);
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in
        [("x-request-id", id), ("server-timing", format!("total;dur={}.{:03}", micros / 1000, micros % 1000))]
    {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    response
}

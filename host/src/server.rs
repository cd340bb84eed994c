//! The HTTP server: accepts connections, hands requests to the application, and on a signal lets those in flight
//! finish.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use http::{HeaderValue, Request};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::application::Application;
use crate::log;
use crate::refusal::{self, Refusal};
use crate::rest::Rest;

/// How long a client may take to send the head of a request: slower ones hold connections for nothing.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Bounds on the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests in the works at once; the next is told to come back.
    pub requests: usize,
    /// How long requests in flight may take to finish once the server is told to stop.
    pub drain: Duration,
}

/// Serves `application` on `listener` until `stop` resolves, then until the requests in flight have been answered.
pub async fn serve(
    listener: TcpListener,
    application: Arc<Application>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let in_flight = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.requests));
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, client) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, or a connection that was gone before it was taken: neither ends the
                    // server, and the first passes.
                    log::error("host", "cannot accept a connection", &error.to_string());
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        let application = application.clone();
        let places = places.clone();
        let client = HeaderValue::try_from(client.to_string()).context("cannot write the caller's address")?;
        let service = service_fn(move |request| answer(application.clone(), places.clone(), request, client.clone()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        let connection = in_flight.watch(connection);
        tokio::spawn(async move {
            // A client that goes away in mid-request is its own business.
            let _ = connection.await;
        });
    }
    drop(listener);
    let drained = async {
        in_flight.shutdown().await;
        // What goes on behind an answer (a write that nobody waits for, the last lines of a log) ends too.
        application.idle().await;
    };
    if tokio::time::timeout(limits.drain, drained).await.is_err() {
        log::error("host", "some work was still going on when time was up", "");
    }
    Ok(())
}

type Answer = http::Response<wasmtime_wasi_http::WasiBody>;

async fn answer(
    application: Arc<Application>,
    places: Arc<Semaphore>,
    request: Request<Incoming>,
    client: HeaderValue,
) -> Result<Answer, Infallible> {
    let (arrived, id) = (Instant::now(), refusal::sent_id(request.headers()));
    let Ok(_place) = places.try_acquire() else {
        return Ok(Refusal::Overloaded.answer(id.as_ref(), arrived.elapsed()));
    };
    let request = request.map(|body| Rest::of(body).map_err(wasmtime_wasi_http::Error::from).boxed_unsync());
    let answer = application.handle(request, &client).await;
    Ok(answer.unwrap_or_else(|refusal| refusal.answer(id.as_ref(), arrived.elapsed())))
}

//! Outbound HTTP: to the hosts that the manifest allows, over pooled connections with TLS; to other components of the
//! application (`http://<component>.spin.internal`) and to the application itself (a URL without authority) without
//! leaving the process.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::breaker::upstream::{Outcome, Refused};
use http::header::{HOST, RETRY_AFTER};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt as _;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody, WasiHttpHooks};

use crate::allowed_hosts::{INTERNAL_DOMAIN, default_port};
use crate::application::Shared;
use crate::capabilities::upstreams::Permitted;
use crate::capabilities::{Grants, tls};
use crate::telemetry::{Ended, Operation};

/// The client that all components share, so that they share its connections.
pub type HttpClient = Client<HttpsConnector<HttpConnector>, WasiBody>;

/// The longest that an upstream is left alone because it said so.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// What an answer says of the upstream. Its refusals are answers; that it fails, or wants to be left alone, is not its
/// caller's fault. A 500 may be about this request alone, such as one organisation's: it must not stop the calls for others.
fn outcome<B>(sent: &Result<Response<B>>) -> Outcome {
    let Ok(response) = sent else { return Outcome::Failed };
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS => pause(response.headers()).map_or(Outcome::Succeeded, Outcome::Paused),
        StatusCode::INTERNAL_SERVER_ERROR | StatusCode::NOT_IMPLEMENTED => Outcome::Unknown,
        status if status.is_server_error() => Outcome::Failed,
        _ => Outcome::Succeeded,
    }
}

/// For how long an upstream says that it wants to be left alone; a date says nothing here.
fn pause(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().filter(|seconds| *seconds > 0)?;
    Some(Duration::from_secs(seconds).min(MAX_PAUSE))
}

/// How long a guest waits where it set no time-out of its own.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Idle connections kept for each host.
const IDLE_CONNECTIONS: usize = 64;

/// How long an idle connection is kept: shorter than the usual server's 60 s, so that this end closes first.
const IDLE: Duration = Duration::from_secs(30);

/// A client that trusts the usual certificates.
pub fn client() -> anyhow::Result<HttpClient> {
    Ok(Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .pool_idle_timeout(IDLE)
        .pool_timer(hyper_util::rt::TokioTimer::new())
        .build(connector(TIMEOUT)?))
}

/// Connects within `timeout`, by TLS that trusts the usual certificates or without.
pub fn connector(timeout: Duration) -> anyhow::Result<HttpsConnector<HttpConnector>> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(timeout));
    Ok(hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(tls::client_config(None)?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp))
}

/// One instance's way out.
pub struct OutboundHttp(Arc<Grants>);

impl OutboundHttp {
    /// The way out of an instance of the component with these grants.
    pub fn new(grants: Arc<Grants>) -> Self {
        Self(grants)
    }
}

type Sent = (Response<WasiBody>, Box<dyn Future<Output = Result<()>> + Send>);

impl WasiHttpHooks for OutboundHttp {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _response_processed: Box<dyn Future<Output = Result<()>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent>> + Send> {
        let grants = self.0.clone();
        Box::new(async move {
            let response = send(&grants, request, options.unwrap_or_default()).await?;
            Ok((response, Box::new(async { Ok(()) }) as Box<dyn Future<Output = Result<()>> + Send>))
        })
    }

    fn default_scheme(&mut self) -> Option<Scheme> {
        Some(Scheme::HTTP)
    }
}

async fn send(grants: &Grants, request: Request<WasiBody>, options: RequestOptions) -> Result<Response<WasiBody>> {
    let scheme = request.uri().scheme_str().unwrap_or("http").to_owned();
    let shared = &grants.application;
    let Some(authority) = request.uri().authority().cloned() else {
        if !grants.allowed_hosts.allow_self(&scheme) {
            return Err(Error::HttpRequestDenied);
        }
        return shared.handle_internally(request).await;
    };
    let port = authority.port_u16().or_else(|| default_port(&scheme)).ok_or(Error::HttpRequestUriInvalid)?;
    if !grants.allowed_hosts.allow(&scheme, authority.host(), port) {
        return Err(Error::HttpRequestDenied);
    }
    if let Some(component) = internal_component(&authority) {
        return shared.call_component(component, request).await;
    }
    let between_bytes = options.between_bytes_timeout.unwrap_or(TIMEOUT);
    let first_byte = options.first_byte_timeout.unwrap_or(TIMEOUT);
    let connect = options.connect_timeout.unwrap_or(TIMEOUT);
    // The pool gives no way to tell connecting from waiting: both together are bounded.
    let most = first_byte.saturating_add(connect).min(TIMEOUT.saturating_mul(2));
    let mut request = to_origin(request, &authority)?;
    let call = TracedCall::begin(shared, &mut request, authority.host(), port);
    let exchange = async {
        let response = timeout(most, shared.http_client.request(request)).await;
        response.map_err(|_| Error::ConnectionReadTimeout)?.map_err(|error| failure(&error))
    };
    let upstream = shared.upstreams.of(&scheme, &authority, port);
    let mut permitted = match upstream.permit().await {
        Ok(permitted) => permitted,
        Err(refused) => {
            // To the component it looks as if nobody listened.
            let error = match refused {
                Refused::Open(_) => Error::ConnectionRefused,
                Refused::Busy(_) => Error::ConnectionLimitReached,
            };
            return call.end(Err(error));
        }
    };
    let response = exchange.await;
    // A call has succeeded when the whole of its answer is there.
    let permitted = match outcome(&response) {
        Outcome::Succeeded => {
            permitted.await_rest();
            Some(permitted)
        }
        other => {
            permitted.end(other);
            None
        }
    };
    let response = call.end(response)?;
    Ok(response.map(|body| Patient::new(body, between_bytes, permitted).boxed_unsync()))
}

/// A call that is traced, and ends as one that was given up where nobody says what came of it.
struct TracedCall<'c> {
    operation: Option<Operation>,
    method: Method,
    server: (&'c str, u16),
}

impl<'c> TracedCall<'c> {
    fn begin(shared: &Shared, request: &mut Request<WasiBody>, host: &'c str, port: u16) -> Self {
        let operation = shared.telemetry.call(request.headers_mut());
        Self { operation, method: request.method().clone(), server: (host, port) }
    }

    fn end<B>(mut self, result: Result<Response<B>>) -> Result<Response<B>> {
        self.note(match &result {
            Ok(response) => Ok(response.status()),
            Err(Error::ConnectionReadTimeout | Error::ConnectionTimeout) => Err("timeout"),
            Err(Error::ConnectionLimitReached) => Err("too_many_calls"),
            Err(Error::ConnectionRefused) => Err("connection_refused"),
            Err(Error::TlsProtocolError) => Err("tls"),
            Err(_) => Err("connection_error"),
        });
        result
    }

    fn note(&mut self, result: std::result::Result<StatusCode, &'static str>) {
        if let Some(operation) = self.operation.take() {
            let (method, server) = (&self.method, Some(self.server));
            operation.end(&Ended { method, route: None, component: None, server, result });
        }
    }
}

impl Drop for TracedCall<'_> {
    fn drop(&mut self) {
        self.note(Err("timeout"));
    }
}

fn internal_component(authority: &Authority) -> Option<&str> {
    authority.host().strip_suffix(INTERNAL_DOMAIN)?.strip_suffix('.')
}

/// The `Host` header is the authority's, whatever the guest wrote.
fn to_origin(mut request: Request<WasiBody>, authority: &Authority) -> Result<Request<WasiBody>> {
    let host = HeaderValue::from_str(authority.as_str()).map_err(|_| Error::HttpRequestUriInvalid)?;
    request.headers_mut().insert(HOST, host);
    if request.uri().scheme().is_none() {
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(Scheme::HTTP);
        *request.uri_mut() = Uri::from_parts(parts).map_err(|_| Error::HttpRequestUriInvalid)?;
    }
    Ok(request)
}

fn failure(error: &hyper_util::client::legacy::Error) -> Error {
    if error.is_connect() {
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(current) = cause {
            if let Some(io) = current.downcast_ref::<std::io::Error>()
                && io.kind() == std::io::ErrorKind::TimedOut
            {
                return Error::ConnectionTimeout;
            }
            if current.downcast_ref::<rustls::Error>().is_some() {
                return Error::TlsProtocolError;
            }
            cause = current.source();
        }
        return Error::ConnectionRefused;
    }
    Error::ConnectionTerminated
}

/// A response body that fails when nothing arrives for too long.
struct Patient {
    body: hyper::body::Incoming,
    between_bytes: Duration,
    sleep: Option<std::pin::Pin<Box<tokio::time::Sleep>>>,
    /// The call that it is the answer to, until it has ended.
    permitted: Option<Permitted>,
}

impl Patient {
    fn new(body: hyper::body::Incoming, between_bytes: Duration, permitted: Option<Permitted>) -> Self {
        let mut patient = Self { body, between_bytes, sleep: None, permitted };
        if hyper::body::Body::is_end_stream(&patient.body) {
            patient.note::<()>(None);
        }
        patient
    }

    /// Notes what came of the call, once that is known.
    fn note<T>(&mut self, frame: Option<&std::result::Result<T, Error>>) {
        let outcome = match frame {
            Some(Err(_)) => Outcome::Failed,
            Some(Ok(_)) if !hyper::body::Body::is_end_stream(&self.body) => return,
            _ => Outcome::Succeeded,
        };
        if let Some(permitted) = self.permitted.take() {
            permitted.end(outcome);
        }
    }
}

impl hyper::body::Body for Patient {
    type Data = bytes::Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>>>> {
        use std::task::Poll;
        let polled = match std::pin::Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => {
                self.sleep = None;
                Poll::Ready(frame.map(|frame| frame.map_err(Error::from)))
            }
            Poll::Pending => {
                let between_bytes = self.between_bytes;
                let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(between_bytes)));
                sleep.as_mut().poll(context).map(|()| Some(Err(Error::ConnectionReadTimeout)))
            }
        };
        if let Poll::Ready(frame) = &polled {
            self.note(frame.as_ref());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_upstream_asks_for_is_heeded_within_reason() {
        for (said, pause_for) in
            [("2", Some(2)), ("3600", Some(30)), ("0", None), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)]
        {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(said))]);
            assert_eq!(pause(&headers), pause_for.map(Duration::from_secs), "{said}");
        }
        assert_eq!(pause(&HeaderMap::new()), None);
    }

    #[test]
    fn that_an_upstream_fails_or_wants_to_be_left_alone_counts_and_that_it_refuses_does_not() {
        let answer = |status: u16, retry_after: Option<&'static str>| {
            let mut response = Response::builder().status(status);
            if let Some(seconds) = retry_after {
                response = response.header(RETRY_AFTER, seconds);
            }
            outcome(&Ok(response.body(()).unwrap()))
        };
        for status in [200, 204, 301, 400, 401, 403, 404, 408, 409, 422, 429] {
            assert_eq!(answer(status, None), Outcome::Succeeded, "{status}");
        }
        for status in [502, 503, 504, 507] {
            assert_eq!(answer(status, Some("5")), Outcome::Failed, "{status}");
        }
        for status in [500, 501] {
            assert_eq!(answer(status, None), Outcome::Unknown, "{status}");
        }
        assert_eq!(answer(429, Some("5")), Outcome::Paused(Duration::from_secs(5)));
        assert_eq!(answer(404, Some("5")), Outcome::Succeeded);
        for error in [Error::ConnectionReadTimeout, Error::ConnectionRefused, Error::ConnectionTerminated] {
            assert_eq!(outcome::<()>(&Err(error)), Outcome::Failed);
        }
    }
}

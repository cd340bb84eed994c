//! Between `wasi:http` and a router.
//!
//! The SDK's own conversion would do. This one spares crossings into the host, each of which costs more than what it
//! fetches: it asks for nothing of a request that no router reads, reads a body of known length in one go and does not
//! wait for trailers that cannot come, and has the answer's body under way before it hands over the head, so that both
//! go out in one packet (a host that leaves TCP's Nagle algorithm on would hold the second one back for 40 ms). An answer
//! that is made in pieces is streamed: the next one is made once the host took the one before.
//!
//! Where the host says so, short bodies go in heads, which spares the streams: see `edge_capabilities::short_body`.

use std::pin::Pin;
use std::sync::{LazyLock, OnceLock};
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::counters::AnsweredIn;
use edge_capabilities::short_body::{HEADER, HOST_BODIES, MAX_BYTES};
use edge_capabilities::{Capabilities, Counters};
use edge_http::Routes;
use futures::FutureExt as _;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Method as WasiMethod, Request, Response, Trailers};
use spin_sdk::wasip3::wit_bindgen::{FutureWriter, StreamReader, StreamResult};
use spin_sdk::wasip3::{self, wit_future, wit_stream};

/// The maximum that is read of a body at once, bytes.
const LARGEST_READ: usize = 64 << 10;

/// Headers in which the host describes the route. No router reads them, except the caller's address.
const ROUTE_HEADERS: &str = "spin-";
const CALLER_ADDRESS: &str = "spin-client-addr";

/// Whether the host hands over short bodies in heads, and takes them there.
static HAS_SHORT_BODIES: LazyLock<bool> = LazyLock::new(|| std::env::var_os(HOST_BODIES).is_some());

/// What an instance serves requests with.
pub struct Served {
    component: &'static str,
    routes: Routes,
    /// Count its requests and its calls to upstreams. None: it has no store to count in.
    counters: Option<Counters>,
}

impl Served {
    /// `routes` of the component `component`, with its requests and calls to upstreams counted.
    pub fn counted<R: Into<Routes>>(component: &'static str, routes: impl FnOnce(Capabilities) -> R) -> Self {
        let capabilities = crate::capabilities();
        let counters = Counters::new(&capabilities);
        let routes = routes(counters.watching(&capabilities)).into();
        Self { component, routes, counters: Some(counters) }
    }

    /// `routes` of the component `component`, which has no stores.
    pub fn without_stores<R: Into<Routes>>(component: &'static str, routes: impl FnOnce(Capabilities) -> R) -> Self {
        Self { component, routes: routes(crate::without_stores()).into(), counters: None }
    }
}

/// Serves `request` with what `make` makes for the instance's first request and `built` keeps.
pub async fn serve(
    built: &'static OnceLock<Served>,
    make: fn() -> Served,
    request: Request,
) -> Result<Response, ErrorCode> {
    let Served { component, routes, counters } = built.get_or_init(make);
    let response = routes.answer(incoming(request)?).await;
    if let (Some(counters), Some(took)) = (counters, response.extensions().get::<AnsweredIn>()) {
        counters.request(component, response.status().as_u16(), *took);
    }
    outgoing(response).await
}

fn incoming(request: Request) -> Result<http::Request<Body>, ErrorCode> {
    let method = match request.get_method() {
        WasiMethod::Get => Method::GET,
        WasiMethod::Post => Method::POST,
        WasiMethod::Put => Method::PUT,
        WasiMethod::Delete => Method::DELETE,
        WasiMethod::Patch => Method::PATCH,
        WasiMethod::Head => Method::HEAD,
        WasiMethod::Options => Method::OPTIONS,
        WasiMethod::Connect => Method::CONNECT,
        WasiMethod::Trace => Method::TRACE,
        WasiMethod::Other(other) => {
            Method::from_bytes(other.as_bytes()).map_err(|_| ErrorCode::HttpRequestMethodInvalid)?
        }
    };
    let path = request.get_path_with_query().unwrap_or_else(|| "/".to_owned());
    let uri = Uri::try_from(path).map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    let mut headers = HeaderMap::new();
    let mut short = None;
    for (name, value) in request.get_headers().copy_all() {
        if name.starts_with(ROUTE_HEADERS) && name != CALLER_ADDRESS {
            continue;
        }
        if name == HEADER && *HAS_SHORT_BODIES {
            short = Some(value);
            continue;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let body = match short {
        Some(body) => Body::from(body),
        None if length == Some(0) => Body::empty(),
        None => Body::new(Incoming::new(request, length)),
    };
    let mut incoming = http::Request::new(body);
    *incoming.method_mut() = method;
    *incoming.uri_mut() = uri;
    *incoming.headers_mut() = headers;
    Ok(incoming)
}

type Read = Pin<Box<dyn Future<Output = (StreamReader<u8>, StreamResult, Vec<u8>)> + Send>>;

/// A request's body, read on demand.
struct Incoming {
    state: State,
    /// The remaining length, if the request states it.
    left: Option<u64>,
    /// Reports the result of reading to the host; kept until the body is no longer needed.
    _processed: Option<FutureWriter<Result<(), ErrorCode>>>,
}

enum State {
    Unread(Request),
    Ready(StreamReader<u8>),
    Reading(Read),
    Done,
}

impl Incoming {
    fn new(request: Request, length: Option<u64>) -> Self {
        Self { state: State::Unread(request), left: length, _processed: None }
    }

    fn read(&self, mut stream: StreamReader<u8>) -> Read {
        let most = self.left.and_then(|left| usize::try_from(left).ok()).unwrap_or(LARGEST_READ).min(LARGEST_READ);
        Box::pin(async move {
            let (result, chunk) = stream.read(Vec::with_capacity(most)).await;
            (stream, result, chunk)
        })
    }
}

/// The request ended before its Content-Length.
#[derive(Debug)]
struct BrokeOff;

impl std::fmt::Display for BrokeOff {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the body broke off")
    }
}

impl std::error::Error for BrokeOff {}

impl http_body::Body for Incoming {
    type Data = Bytes;
    type Error = BrokeOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, BrokeOff>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Unread(request) => {
                    let (processed, result) = wit_future::new(|| Ok(()));
                    // What comes after the body, its trailers, nobody reads.
                    let (stream, _trailers) = Request::consume_body(request, result);
                    self._processed = Some(processed);
                    self.state = State::Ready(stream);
                }
                State::Ready(stream) => self.state = State::Reading(self.read(stream)),
                State::Reading(mut read) => {
                    let Poll::Ready((stream, result, chunk)) = read.as_mut().poll(context) else {
                        self.state = State::Reading(read);
                        return Poll::Pending;
                    };
                    if let Some(left) = &mut self.left {
                        *left = left.saturating_sub(chunk.len() as u64);
                    }
                    let ended = !matches!(result, StreamResult::Complete(_));
                    match (ended, self.left) {
                        // All of it is here: its end need not be waited for.
                        (_, Some(0)) => {}
                        (false, _) => self.state = State::Ready(stream),
                        (true, Some(_)) => return Poll::Ready(Some(Err(BrokeOff))),
                        (true, None) => {}
                    }
                    if !chunk.is_empty() {
                        return Poll::Ready(Some(Ok(http_body::Frame::data(chunk.into()))));
                    }
                }
                State::Done => return Poll::Ready(None),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Done)
    }
}

async fn outgoing(response: http::Response<Body>) -> Result<Response, ErrorCode> {
    let (head, mut body) = response.into_parts();
    let mut headers: Vec<(String, Vec<u8>)> = Vec::with_capacity(head.headers.len().saturating_add(1));
    headers.extend(head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())));
    let mut first = if *HAS_SHORT_BODIES { first_of_short(&mut body) } else { None };
    if let Some(Ok(frame)) = &first
        && body.is_end_stream()
        && let Some(whole) = frame.data_ref().filter(|whole| HeaderValue::from_bytes(whole).is_ok())
    {
        headers.push((HEADER.to_owned(), whole.to_vec()));
        first = None;
    }
    let headers = Fields::from_list(&headers).map_err(|error| broken(&format!("{error:?}")))?;
    let (trailers, no_trailers) = wit_future::new::<Result<Option<Trailers>, ErrorCode>>(|| Ok(None));
    let response = if first.is_none() && body.is_end_stream() {
        wasip3::spawn(async move {
            let _ = trailers.write(Ok(None)).await;
        });
        Response::new(headers, None, no_trailers).0
    } else {
        let (mut writer, reader) = wit_stream::new();
        let (response, _sent) = Response::new(headers, Some(reader), no_trailers);
        let mut write = Box::pin(async move {
            let mut end = Ok(None);
            while let Some(frame) = match first.take() {
                Some(first) => Some(first),
                None => body.frame().await,
            } {
                match frame.map(http_body::Frame::into_data) {
                    Ok(Ok(piece)) => {
                        // What the caller does not take is its own loss.
                        if !writer.write_all(piece.into()).await.is_empty() {
                            break;
                        }
                    }
                    // Trailers, which no answer has.
                    Ok(Err(_)) => {}
                    // A body without its end must not look like a whole one.
                    Err(error) => {
                        end = Err(broken(&error));
                        break;
                    }
                }
            }
            drop(writer);
            let _ = trailers.write(end).await;
        });
        // One step starts the write, before the host has the response; the rest goes on behind it.
        if write.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            wasip3::spawn(write);
        }
        response
    };
    // 200 is what a response starts out with.
    if head.status != http::StatusCode::OK {
        response.set_status_code(head.status.as_u16()).map_err(|()| broken(&"no such status"))?;
    }
    Ok(response)
}

/// The first piece of a short body, if it is there: nearly always all of it.
fn first_of_short(body: &mut Body) -> Option<Result<http_body::Frame<Bytes>, axum::Error>> {
    if !body.size_hint().exact().is_some_and(|length| (1..=MAX_BYTES as u64).contains(&length)) {
        return None;
    }
    body.frame().now_or_never().flatten()
}

fn broken(error: &dyn ToString) -> ErrorCode {
    ErrorCode::InternalError(Some(error.to_string()))
}

/// Makes a crate the component that serves `router`, a `fn(Capabilities) -> Router`. With `without_stores:` before it the
/// component can reach no store and no upstream, and is smaller.
#[macro_export]
macro_rules! component {
    (without_stores: $router:expr) => {
        $crate::component!(@with without_stores, $router);
    };
    (@with $made:ident, $router:expr) => {
        /// The component's routes.
        fn served() -> $crate::Served {
            $crate::Served::$made(env!("CARGO_PKG_NAME"), $router)
        }

        mod component {
            use std::sync::OnceLock;

            use $crate::Served;
            use $crate::wasip3::exports::http::handler::Guest;
            use $crate::wasip3::http::types::{ErrorCode, Request, Response};

            struct Component;

            $crate::wasip3::http::service::export!(Component);

            impl Guest for Component {
                async fn handle(request: Request) -> Result<Response, ErrorCode> {
                    static SERVED: OnceLock<Served> = OnceLock::new();
                    $crate::serve(&SERVED, super::served, request).await
                }
            }
        }
    };
    ($router:expr) => {
        $crate::component!(@with counted, $router);
    };
}

//! The HTTP server: accepts connections, hands requests to the application, and on a signal lets those in flight
//! finish. Nobody outside can make it stop serving others: connections, half-sent requests, answers that nobody reads and
//! requests in the works are bounded each by themselves.

mod body;
mod connections;
mod door;
mod gate;
mod lateness;
mod repoll;
mod transport;

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use edge_capabilities::request::OVERLOADED;
use http::header::{CONNECTION, EXPECT, HOST};
use http::{HeaderMap, HeaderValue, Request, Response, Version};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use wasmtime_wasi_http::{Error, WasiBody};

use crate::admission::callers::Callers;
use crate::admission::class::{self, Class};
use crate::admission::counts::Counts;
use crate::admission::places::Places;
use crate::admission::{Applicant, Shed};
use crate::application::{Application, Found};
use crate::log;
use crate::node_status::{Node, Page};
use crate::refusal::{self, Refusal};
use crate::rest;
use crate::short_body;
use crate::telemetry::Ended;
use body::{Bodies, MAX_WHEN_STOPPING, Received};
use connections::{Connection, Connections, Counted, Phase};
use door::Door;
use gate::Gatekeeper;
use lateness::{BUSY, Lateness};
use repoll::{Load, Repoll};
use transport::Transport;

pub use connections::default_max;

/// How long a client may leave an answer unread.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection that is to make room may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How long the server waits before it accepts again after it could not.
const BACKOFF: Duration = Duration::from_millis(20);

/// How often it says so.
const COMPLAIN_EVERY: Duration = Duration::from_secs(5);

/// Where balancers ask whether a node is to get requests.
const READINESS: &str = "/readyz";

/// Bounds on the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections open at once.
    pub connections: usize,
    /// Requests in progress at once; the next is told to come back.
    pub requests: usize,
    /// The part of them that one caller may have while others have some, percents.
    pub caller_share: u8,
    /// How long a client may take to send the head of a request: slower ones hold connections for nothing.
    pub head_timeout: Duration,
    /// How long a client may take to send the body of one.
    pub body_timeout: Duration,
    /// How long the server goes on as before once it is told to stop, but for saying so.
    pub stop_delay: Duration,
    /// How long requests in flight may take to finish after that.
    pub drain: Duration,
}

/// What all connections share.
struct Server {
    application: Arc<Application>,
    callers: Callers,
    counts: Counts,
    head_timeout: Duration,
    places: Arc<Places>,
    /// Of the requests in progress, those whose bodies are still coming in.
    streams: Semaphore,
    bodies: Arc<Bodies>,
    load: Arc<Load>,
    lateness: Arc<Lateness>,
    /// Whether the server was told to stop, and still serves.
    leaving: AtomicBool,
    /// Whether it has stopped accepting connections.
    stopping: watch::Receiver<bool>,
}

/// Serves `application` on `listener` until `stop` resolves, then until the requests in flight have been answered.
pub async fn serve(
    listener: TcpListener,
    application: Arc<Application>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let connections = Connections::new(limits.connections);
    let (stopped, stopping) = watch::channel(false);
    let server = Arc::new(Server {
        callers: Callers::default(),
        counts: Counts::default(),
        head_timeout: limits.head_timeout,
        places: Places::new(limits.requests, limits.caller_share, application.components()),
        streams: Semaphore::new((limits.requests / 16).clamp(1, Semaphore::MAX_PERMITS)),
        bodies: Arc::new(Bodies::new(limits.body_timeout)),
        load: Arc::default(),
        lateness: Arc::default(),
        leaving: AtomicBool::new(false),
        application: application.clone(),
        stopping,
    });
    let mut complaints = Complaints::default();
    let mut stop = pin!(async {
        stop.await;
        server.leaving.store(true, Ordering::Relaxed);
        tokio::time::sleep(limits.stop_delay).await;
    });
    loop {
        connections.settle().await;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, client) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                // Out of file descriptors or memory, which passes: connections that do nothing give theirs back.
                complaints.say("cannot accept a connection", &error.to_string());
                connections.make_room();
                tokio::time::sleep(BACKOFF).await;
                continue;
            }
        };
        // A socket that does not take the option is broken: its client is gone.
        let Ok(()) = stream.set_nodelay(true) else { continue };
        let Ok(client) = HeaderValue::try_from(client.to_string()) else { continue };
        match connections.admit() {
            Some(connection) => drop(tokio::spawn(server.clone().attend(stream, client, connection))),
            None => {
                complaints.say("no connection can make room for another", "");
                turn_away(&stream);
            }
        }
    }
    drop(listener);
    stopped.send_replace(true);
    connections.close_all();
    let drained = async {
        connections.none().await;
        // What goes on behind an answer (a write that nobody waits for, the last lines of a log) ends too.
        application.idle().await;
    };
    if tokio::time::timeout(limits.drain, drained).await.is_err() {
        log::error("host", "some work was still going on when time was up", "");
    }
    Ok(())
}

/// Whether an error says something about the connection that was to be accepted, and nothing about the next.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Says what goes wrong again and again now and then.
#[derive(Default)]
struct Complaints(Option<Instant>);

impl Complaints {
    fn say(&mut self, what: &str, why: &str) {
        if self.0.is_none_or(|last| last.elapsed() >= COMPLAIN_EVERY) {
            self.0 = Some(Instant::now());
            log::error("host", what, why);
        }
    }
}

/// Tells a client for whom there is no room, as far as it can be told without waiting.
fn turn_away(stream: &TcpStream) {
    let _ = stream.try_write(
        b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n",
    );
}

impl Server {
    /// Serves one connection until it ends.
    async fn attend(self: Arc<Self>, stream: TcpStream, client: HeaderValue, connection: Counted) {
        let service = {
            let (server, connection) = (self.clone(), Arc::clone(&connection));
            service_fn(move |request| server.clone().serve(request, client.clone(), connection.clone()))
        };
        let gatekeeper = Gatekeeper::new(self.clone(), Arc::clone(&connection));
        let transport = Door::new(Transport::new(stream, WRITE_TIMEOUT), gatekeeper, self.head_timeout);
        let mut serving = Repoll::new(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.head_timeout)
                .serve_connection(TokioIo::new(transport), service),
            self.load.clone(),
        );
        // A client that goes away in mid-request is its own business.
        tokio::select! {
            _ = &mut serving => return,
            () = connection.close_requested() => {}
        }
        serving.as_mut().graceful_shutdown();
        if !*self.stopping.borrow() && connection.phase().owes_nothing() {
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, serving).await;
            return;
        }
        // A request that is not there by then never will be. One that is will be answered.
        let half_sent = MAX_WHEN_STOPPING.saturating_add(CLOSE_TIMEOUT);
        while tokio::time::timeout(half_sent, &mut serving).await.is_err() {
            if connection.phase().owes_nothing() {
                return;
            }
        }
    }

    async fn serve(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        client: HeaderValue,
        connection: Arc<Connection>,
    ) -> Result<Response<Answer>, Infallible> {
        let (arrived, id) = (Instant::now(), refusal::sent_id(request.headers()));
        let traced = self.application.telemetry().request(request.headers_mut());
        let traced = traced.map(|operation| (operation, request.method().clone(), request.uri().clone()));
        let underway = Underway::new(connection, self.load.clone());
        let answer = self.answer(request, &client, &underway).await;
        let mut answer = answer.unwrap_or_else(|refusal| refusal.answer(id.as_ref(), arrived.elapsed()));
        if self.leaving.load(Ordering::Relaxed) {
            // Who keeps connections closes this one, rather than find it closed with the next request.
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some((operation, method, uri)) = traced {
            let found = self.application.route(uri.path()).ok();
            operation.end(&Ended {
                method: &method,
                route: found.as_ref().map(Found::route),
                component: found.as_ref().map(Found::component),
                server: None,
                result: Ok(answer.status()),
            });
        }
        Ok(answer.map(|body| Answer { body, _underway: underway }))
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        client: &HeaderValue,
        underway: &Underway,
    ) -> Result<Response<WasiBody>, Refusal> {
        let one_host = one_host(&request);
        let (mut head, body) = request.into_parts();
        let is_announced = head.headers.contains_key(EXPECT);
        let is_leaving = self.leaving.load(Ordering::Relaxed) && head.uri.path() == READINESS;
        let served = if is_leaving { Err(Refusal::Stopping) } else { one_host };
        let found = match served.and_then(|()| self.application.route(head.uri.path())) {
            Ok(found) => found,
            Err(refusal) => {
                // Who is refused by the head may still be sending.
                rest::refuse(body, is_announced).await;
                return Err(refusal);
            }
        };
        let credential = self.callers.credential_of(&head);
        let class = Class::of(head.uri.path(), found.component());
        let applicant = Applicant { class, caller: self.callers.caller(credential) };
        let turn_away = |shed| {
            self.counts.shed(class, shed);
            Refusal::Overloaded
        };
        // Before anything is read, stored or begun for it.
        let places = self.places.would_take(found.component(), applicant);
        if let Err(shed) = places.and_then(|()| self.application.processor().would_take(applicant)) {
            rest::refuse(body, is_announced).await;
            return Err(turn_away(shed));
        }
        let Received { body, short, is_streamed } = self.bodies.receive(body, is_announced, &self.stopping).await?;
        short_body::hand_over(&mut head.headers, short);
        underway.connection.enter(Phase::Answering);
        let _stream = match is_streamed {
            true => Some(self.streams.try_acquire().map_err(|_| turn_away(Shed::Places))?),
            false => None,
        };
        let _place = self.places.take(found.component(), applicant).map_err(turn_away)?;
        let waits_since = Instant::now();
        let mut slot = self.application.processor().take(applicant).await.map_err(turn_away)?;
        let processor = self.application.processor();
        let is_paid_for = class::is_paid_for(class, found.component());
        let _payment = is_paid_for.then(|| processor.payment(&mut slot, applicant.caller));
        self.counts.waited(class, waits_since.elapsed());
        let _in_progress = self.counts.admit(class);
        let page = Page::of(&head.method, head.uri.path());
        say_whether_overloaded(&mut head.headers, self.is_late() || processor.is_standing());
        let response = self.application.handle(found, Request::from_parts(head, body), client, slot).await?;
        self.callers.learn(credential, applicant.caller, &response);
        Ok(match page {
            Some(page) => page.extend(response, &self.node()).await,
            None => response,
        })
    }

    /// Whether threads come late to their work, as far as anybody looks.
    fn is_late(&self) -> bool {
        if self.load.requests() < BUSY {
            return false;
        }
        let load = self.load.clone();
        self.lateness.watch(move || load.requests() < BUSY);
        self.lateness.is_late()
    }

    /// What this node knows of itself.
    fn node(&self) -> Node {
        let processor = self.application.processor();
        let classes = Class::ALL.map(|class| (class, self.counts.read(class), processor.waiting(class)));
        Node {
            upstreams: self.application.upstreams(),
            classes: classes.into(),
            dropped_spans: self.application.telemetry().dropped(),
        }
    }
}

/// Has a component know that there is more to do than can be done. What a caller says of it is dropped.
fn say_whether_overloaded(headers: &mut HeaderMap, is_overloaded: bool) {
    match is_overloaded {
        true => drop(headers.insert(OVERLOADED, HeaderValue::from_static("1"))),
        false => drop(headers.remove(OVERLOADED)),
    }
}

/// HTTP/1.1 wants exactly one Host header: with two, somebody in between may have read the other one.
fn one_host<B>(request: &Request<B>) -> Result<(), Refusal> {
    match (request.headers().get_all(HOST).iter().count(), request.version()) {
        (1, _) | (0, Version::HTTP_09 | Version::HTTP_10) => Ok(()),
        _ => Err(Refusal::NotOneHost),
    }
}

/// A request that is under way on its connection, until its answer was written.
struct Underway {
    connection: Arc<Connection>,
    load: Arc<Load>,
}

impl Underway {
    fn new(connection: Arc<Connection>, load: Arc<Load>) -> Self {
        connection.enter(Phase::Receiving);
        load.enter();
        Self { connection, load }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.load.leave();
        self.connection.count_answer();
        self.connection.enter(Phase::Idle);
    }
}

/// The body of an answer.
struct Answer {
    body: WasiBody,
    _underway: Underway,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_says_that_it_is_overloaded() {
        let mut headers = HeaderMap::new();
        headers.insert(OVERLOADED, HeaderValue::from_static("a caller's"));
        say_whether_overloaded(&mut headers, false);
        assert!(headers.is_empty());
        say_whether_overloaded(&mut headers, true);
        assert_eq!(headers[OVERLOADED], "1");
    }

    #[test]
    fn http_1_1_wants_exactly_one_host() {
        for (version, hosts, good) in [
            (Version::HTTP_11, &["a"][..], true),
            (Version::HTTP_11, &[], false),
            (Version::HTTP_11, &["a", "b"], false),
            (Version::HTTP_11, &["a", "a"], false),
            (Version::HTTP_10, &[], true),
            (Version::HTTP_10, &["a", "b"], false),
        ] {
            let mut request = Request::builder().version(version);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            assert_eq!(one_host(&request.body(()).unwrap()).is_ok(), good, "{version:?} {hosts:?}");
        }
    }

    #[test]
    fn only_what_lasts_makes_the_server_wait_before_it_accepts_again() {
        use std::io::{Error, ErrorKind};
        for kind in [ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset, ErrorKind::Interrupted] {
            assert!(is_of_one_connection(&Error::from(kind)), "{kind}");
        }
        // EMFILE, ENFILE, ENOBUFS, ENOMEM.
        for number in [24, 23, 105, 12] {
            assert!(!is_of_one_connection(&Error::from_raw_os_error(number)), "{number}");
        }
    }
}

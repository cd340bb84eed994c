use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt as _;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::*;

/// Turns away whoever asks for `/no`.
#[derive(Clone, Default)]
struct Bouncer(Arc<AtomicU64>);

impl Gate for Bouncer {
    fn answered(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn turn_away(&self, head: &Head<'_, '_>, _: Instant) -> Option<Vec<u8>> {
        let key = head.header("Authorization").unwrap_or_default();
        (head.path == "/no").then(|| [b"no:", head.method.as_bytes(), b":", key, b"\n"].concat())
    }
}

const IDLE: Duration = Duration::from_secs(60);

/// A client and the door that it stands at.
struct Scene {
    client: DuplexStream,
    door: Door<DuplexStream, Bouncer>,
    bouncer: Bouncer,
}

impl Scene {
    fn new(idle: Duration) -> Self {
        let (client, here) = tokio::io::duplex(4096);
        let bouncer = Bouncer::default();
        Self { client, door: Door::new(here, bouncer.clone(), idle), bouncer }
    }

    /// The client sends this: what hyper is given of it, and what the client is told.
    async fn send(&mut self, bytes: &str) -> (String, String) {
        self.client.write_all(bytes.as_bytes()).await.unwrap();
        let (mut passed, mut told) = (vec![0; 4096], vec![0; 4096]);
        let len = self.door.read(&mut passed).now_or_never().map_or(0, Result::unwrap);
        passed.truncate(len);
        let len = self.client.read(&mut told).now_or_never().map_or(0, Result::unwrap);
        told.truncate(len);
        (String::from_utf8(passed).unwrap(), String::from_utf8(told).unwrap())
    }

    /// hyper answers the request that it was given.
    async fn answer(&mut self) {
        self.bouncer.0.fetch_add(1, Ordering::SeqCst);
        self.door.flush().await.unwrap();
    }

    async fn is_turned_away(&mut self, request: &str) -> bool {
        let (passed, told) = self.send(request).await;
        assert!(told.is_empty() || passed.is_empty());
        if told.is_empty() {
            assert_eq!(passed, request);
        }
        !told.is_empty()
    }
}

fn request(method: &str, path: &str, headers: &str, body: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n{body}")
}

#[tokio::test]
async fn a_whole_request_is_turned_away_and_the_next_one_may_be_let_in() {
    let mut scene = Scene::new(IDLE);
    let no = request("POST", "/no?x=/yes", "authorization: Bearer k\r\nContent-Length: 2\r\n", "{}");
    assert_eq!(scene.send(&no).await, (String::new(), "no:POST:Bearer k\n".to_owned()));
    assert!(scene.is_turned_away(&request("GET", "/no", "connection: keep-alive\r\n", "")).await);
    assert!(!scene.is_turned_away(&request("GET", "/yes", "", "")).await);
    scene.answer().await;
    assert!(scene.is_turned_away(&no).await);
}

#[tokio::test]
async fn a_body_that_comes_later_is_followed_to_its_end() {
    let mut scene = Scene::new(IDLE);
    let no = request("GET", "/no", "", "");
    assert!(!scene.is_turned_away(&request("POST", "/no", "content-length: 10\r\n", "0123")).await);
    // As many bytes as the rest of the body, whatever they look like.
    assert!(!scene.is_turned_away("GET ").await);
    assert!(!scene.is_turned_away("/n").await);
    scene.answer().await;
    assert!(scene.is_turned_away(&no).await);
}

#[tokio::test]
async fn whoever_comes_before_the_last_one_was_answered_is_hypers() {
    for is_handed_over in [false, true] {
        let mut scene = Scene::new(IDLE);
        let no = request("GET", "/no", "", "");
        assert!(!scene.is_turned_away(&request("GET", "/yes", "", "")).await);
        if is_handed_over {
            // But not written.
            scene.bouncer.0.fetch_add(1, Ordering::SeqCst);
        }
        assert!(!scene.is_turned_away(&no).await);
        scene.answer().await;
        scene.answer().await;
        assert!(!scene.is_turned_away(&no).await, "hyper may still hold some of what came");
    }
}

#[tokio::test]
async fn what_can_be_read_in_two_ways_is_hypers_and_so_is_all_that_follows() {
    let length = |value: &str| format!("content-length: {value}\r\n");
    let no = request("GET", "/no", "", "");
    let odd = [
        request("POST", "/no", &length("2"), "{}GET"),
        request("POST", "/no", &(length("2") + length("2").as_str()), "{}"),
        request("POST", "/no", &length("+2"), "{}"),
        request("POST", "/no", &length(""), ""),
        request("POST", "/no", &length("18446744073709551615"), "{}"),
        request("POST", "/no", &(length("2") + "transfer-encoding: chunked\r\n"), "{}"),
        request("POST", "/no", &(length("2") + "Expect: 100-continue\r\n"), "{}"),
        request("GET", "/no", "upgrade: h2c\r\n", ""),
        request("GET", "/no", "connection: close\r\n", ""),
        request("GET", "/no", "host: y\r\n", ""),
        request("HEAD", "/no", "", ""),
        request("GET", "http://x/no", "", "").replace("host: x\r\n", ""),
        "GET /no HTTP/1.0\r\nhost: x\r\n\r\n".to_owned(),
        "GET /no HTTP/1.1\r\n\r\n".to_owned(),
        no.clone() + no.as_str(),
        no.chars().take(10).collect(),
        "\0".to_owned(),
    ];
    for odd in odd {
        let mut scene = Scene::new(IDLE);
        assert!(!scene.is_turned_away(&odd).await, "{odd:?}");
        scene.answer().await;
        assert!(!scene.is_turned_away(&no).await, "{odd:?}");
    }
}

#[tokio::test]
async fn hyper_is_given_a_request_before_it_takes_the_connection_for_an_idle_one() {
    let mut scene = Scene::new(Duration::ZERO);
    assert!(!scene.is_turned_away(&request("GET", "/no", "", "")).await);
}

#[tokio::test]
async fn a_client_that_reads_slowly_is_told_everything_before_it_is_read_on() {
    let (mut client, here) = tokio::io::duplex(32);
    let bouncer = Bouncer::default();
    let mut door = Door::new(here, bouncer, IDLE);
    // What it is told is longer than what fits on the way.
    door.unwritten = b"0123456789".repeat(10);
    client.write_all(b"\0").await.unwrap();
    let mut passed = [0; 8];
    assert!(door.read(&mut passed).now_or_never().is_none());
    let reading = tokio::spawn(async move { door.read(&mut passed).await.unwrap() });
    let mut told = vec![0; 100];
    client.read_exact(&mut told).await.unwrap();
    assert_eq!(told, b"0123456789".repeat(10));
    assert_eq!(reading.await.unwrap(), 1);
}

struct CountedBody(http_body_util::Full<bytes::Bytes>, Bouncer);

impl hyper::body::Body for CountedBody {
    type Data = bytes::Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<bytes::Bytes>, Infallible>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.0.size_hint()
    }
}

impl Drop for CountedBody {
    fn drop(&mut self) {
        self.1.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn beside_hyper_answers_come_in_the_order_of_their_requests() {
    // Longer answers than fit on the way at once.
    let (mut client, here) = tokio::io::duplex(100);
    let bouncer = Bouncer::default();
    let service = service_fn({
        let bouncer = bouncer.clone();
        move |request: Request<Incoming>| {
            let bouncer = bouncer.clone();
            async move {
                let path = request.uri().path().to_owned();
                let body = request.into_body().collect().await.unwrap().to_bytes();
                let long = format!("yes:{path}:{}\n", String::from_utf8_lossy(&body)).repeat(30);
                Ok::<_, Infallible>(Response::new(CountedBody(long.into(), bouncer)))
            }
        }
    });
    let door = Door::new(here, bouncer, IDLE);
    let serving =
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(door), service));
    let mut told = Vec::new();
    let mut buffer = [0; 4096];
    // Each after the answer to the one before: none is passed over, and none is answered twice.
    for number in 0..20 {
        let (path, last) =
            if number % 3 == 1 { ("/no", "no:POST:\n".to_owned()) } else { ("/yes", format!(":{number}\n")) };
        let body = number.to_string();
        let asked = request("POST", path, &format!("content-length: {}\r\n", body.len()), &body);
        client.write_all(asked.as_bytes()).await.unwrap();
        told.clear();
        let times = if path == "/no" { 1 } else { 30 };
        while String::from_utf8_lossy(&told).matches(&last).count() < times {
            let len = client.read(&mut buffer).await.unwrap();
            assert!(len > 0, "it closed");
            told.extend_from_slice(&buffer[..len]);
        }
        assert_eq!(String::from_utf8_lossy(&told).matches("no:").count(), usize::from(path == "/no"), "{number}");
        assert!(told.ends_with(last.as_bytes()), "{number}");
    }
    drop(client);
    serving.await.unwrap().unwrap();
}

//! Clients that take what there is and give nothing back, and what becomes of the others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use rustix::process::{Resource, Rlimit, Signal, prlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::send_raw;
use crate::facts::capabilities::Probe;
use crate::shape::Stage;

/// So many connections on which `bytes` were sent.
async fn connections(address: &str, count: usize, bytes: &[u8]) -> Vec<TcpStream> {
    let mut open = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The other end may close it at once.
        let _ = stream.write_all(bytes).await;
        open.push(stream);
    }
    open
}

/// What comes until the connection ends.
async fn rest(mut stream: TcpStream) -> String {
    let mut all = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut chunk).await {
        all.extend_from_slice(&chunk[..read]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Each on a connection of its own: one that was kept from before may be the idle one that is closed just now.
async fn still_serves(probe: &Probe) {
    let ask = |_| probe.node.call("POST", "/hello").header("connection", "close").body("").send();
    for answer in join_all((0..10).map(ask)).await {
        assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    }
}

pub(super) async fn idle_connections_keep_nobody_out(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &["--max-connections", "64"]).await;
    let address = probe.node.address();
    let answered = format!("POST /hello HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
    for (bytes, is_whole) in
        [(&b""[..], false), (b"POST /hello HTTP/1.1\r\nHost: a\r\n", false), (answered.as_bytes(), true)]
    {
        let mut idle = connections(&address, 300, bytes).await;
        if is_whole {
            // They are idle once they were answered, or closed.
            join_all(idle.iter_mut().map(async |stream| stream.read(&mut [0; 4096]).await)).await;
        }
        still_serves(&probe).await;
        drop(idle);
    }
}

pub(super) async fn a_host_without_files_takes_them_back_from_the_idle(stage: Arc<Stage>) {
    let mut probe = Probe::start(stage.shape, &[]).await;
    still_serves(&probe).await;
    let few = Rlimit { current: Some(200), maximum: Some(200) };
    prlimit(Some(probe.node.process().id()), Resource::Nofile, few).unwrap();
    let idle = connections(&probe.node.address(), 400, b"").await;
    // Somebody who has connected a moment ago may still be about to ask.
    tokio::time::sleep(Duration::from_secs(2)).await;
    still_serves(&probe).await;
    drop(idle);
}

pub(super) async fn half_sent_bodies_take_nobodys_place_and_are_given_up(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &["--max-requests", "64"]).await;
    let address = probe.node.address();
    let began = Instant::now();
    let head = |length: &str| format!("POST /hello HTTP/1.1\r\nHost: {address}\r\n{length}\r\n\r\n");
    let mut half_sent = Vec::new();
    for (length, begun) in
        [("Content-Length: 1000", "half"), ("Transfer-Encoding: chunked", "4\r\nhalf\r\n"), ("Content-Length: 9", "")]
    {
        half_sent.extend(connections(&address, 30, [&head(length), begun].concat().as_bytes()).await);
    }
    still_serves(&probe).await;
    for answer in join_all(half_sent.into_iter().map(rest)).await {
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"REQUEST_TIMEOUT\""), "{answer}");
    }
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
}

pub(super) async fn heads_and_bodies_have_the_time_that_they_are_given(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &["--header-timeout", "1", "--body-timeout", "2"]).await;
    let address = probe.node.address();
    let began = Instant::now();
    let heads = connections(&address, 20, b"POST /hello HTTP/1.1\r\nHost: a\r\n").await;
    let body = format!("POST /hello HTTP/1.1\r\nHost: {address}\r\nContent-Length: 1000\r\n\r\nhalf");
    let bodies = connections(&address, 20, body.as_bytes()).await;
    still_serves(&probe).await;
    for answer in join_all(bodies.into_iter().map(rest)).await {
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    for answer in join_all(heads.into_iter().map(rest)).await {
        assert!(!answer.contains(" 200 "), "{answer}");
    }
    // By default both have thirty seconds.
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
}

pub(super) async fn http_2_is_not_spoken(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &[]).await;
    let mut preface = connections(&probe.node.address(), 1, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    let answer = rest(preface.remove(0)).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    still_serves(&probe).await;
}

pub(super) async fn who_reads_no_answer_is_cut_off(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &[]).await;
    let address = probe.node.address();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    // Far more answers than all buffers in between hold.
    let request = format!(
        "POST /hello HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nX-Request-Id: {}\r\n\r\n",
        "x".repeat(100)
    );
    let many = request.repeat(100);
    let asking = async {
        loop {
            if stream.write_all(many.as_bytes()).await.is_err() {
                return;
            }
        }
    };
    // Once nothing more is taken, and then nothing is read for the time-out, the connection is broken.
    tokio::time::timeout(Duration::from_secs(120), asking).await.expect("it is still served");
    still_serves(&probe).await;
}

pub(super) async fn a_request_names_one_host(stage: Arc<Stage>) {
    let probe = Probe::start(stage.shape, &[]).await;
    let address = probe.node.address();
    for (version, hosts, status) in [
        ("1.1", "Host: a\r\n", 200),
        ("1.1", "", 400),
        ("1.1", "Host: a\r\nHost: b\r\n", 400),
        ("1.1", "Host: a\r\nhost: a\r\n", 400),
        ("1.1", "Host: somebody@a\r\n", 400),
        ("1.1", "Host: a b\r\n", 400),
        ("1.1", "Host:\r\n", 400),
        ("1.0", "", 200),
        ("1.0", "Host: a\r\nHost: b\r\n", 400),
    ] {
        let request = format!("POST /hello HTTP/{version}\r\n{hosts}Content-Length: 0\r\n\r\n");
        assert_eq!(send_raw(&address, request.as_bytes()).await, status, "{request}");
    }
}

pub(super) async fn told_to_stop_it_waits_for_no_half_sent_request(stage: Arc<Stage>) {
    let mut probe = Probe::start(stage.shape, &[]).await;
    let address = probe.node.address();
    let head = format!("POST /hello HTTP/1.1\r\nHost: {address}\r\nContent-Length: 1000\r\n\r\nhalf");
    let half_sent = connections(&address, 5, head.as_bytes()).await;
    let without_head = connections(&address, 5, b"POST /hello HTTP/1.1\r\n").await;
    let silent = connections(&address, 5, b"").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let began = Instant::now();
    probe.node.process().signal(Signal::TERM);
    for answer in join_all(half_sent.into_iter().map(rest)).await {
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
    let status = probe.node.process().end(Duration::from_secs(60)).await;
    assert!(status.success(), "{status}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    drop((without_head, silent));
}

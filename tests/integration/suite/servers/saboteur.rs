//! Stands between the edge and the stand-ins, and has single answers go wrong in ways that no HTTP server would.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The connection is reset before the request has reached anybody.
    Refused,
    /// It is reset once the request has taken effect.
    Reset,
    /// It is closed in the middle of the head.
    CutHead,
    /// It is closed in the middle of the body.
    CutBody,
    /// The head comes a byte at a time.
    SlowHead,
    /// The body comes a byte at a time.
    SlowBody,
    /// Nothing comes.
    Hang,
    /// 500 with an empty body, and nothing has taken effect.
    Status500,
    /// 503 in HTML, and nothing has taken effect.
    Status503,
    /// What comes is no HTTP.
    Garbage,
    /// The body never ends.
    TooLarge,
    /// A page in HTML, as a captive portal or a proxy sends it, with the status 200.
    WrongType,
    /// The body is whole, and half of the JSON that it was.
    HalfJson,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Refused,
        Self::Reset,
        Self::CutHead,
        Self::CutBody,
        Self::SlowHead,
        Self::SlowBody,
        Self::Hang,
        Self::Status500,
        Self::Status503,
        Self::Garbage,
        Self::TooLarge,
        Self::WrongType,
        Self::HalfJson,
    ];
}

/// Between two bytes of what is slow.
const DRIP: Duration = Duration::from_millis(200);

/// Where the edge finds its upstreams.
pub struct Saboteur {
    /// Where it is.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    /// The calls that have been made.
    calls: Mutex<BTreeSet<String>>,
    /// Which call goes wrong, and how.
    ordered: Mutex<Option<(String, Sabotage)>>,
    sabotaged: Mutex<usize>,
}

impl Saboteur {
    /// One between the edge and `server`.
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            server,
            calls: Mutex::default(),
            ordered: Mutex::default(),
            sabotaged: Mutex::default(),
        });
        let served = shared.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(served.clone(), stream));
            }
        });
        Self { address, shared }
    }

    /// The calls that were made since this was asked last: method and path, with `*` for what is an id.
    pub fn take_calls(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.shared.calls.lock().unwrap())
    }

    /// Has this call go wrong from now on, or none.
    pub fn order(&self, fault: Option<(&str, Sabotage)>) {
        *self.shared.ordered.lock().unwrap() = fault.map(|(call, how)| (call.to_owned(), how));
        *self.shared.sabotaged.lock().unwrap() = 0;
    }

    /// How many answers went wrong since the last order.
    pub fn sabotaged(&self) -> usize {
        *self.shared.sabotaged.lock().unwrap()
    }
}

/// `GET /api/v1/seats/healos/hospital_1/ana` as `GET /api/v1/seats/*/*/*`: what holds a digit, a dot, a dash or an underscore is
/// an id, and so is what follows one.
fn pattern(method: &str, target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    let is_name = |part: &str| {
        matches!(part, "v1" | "v2" | "") || part.bytes().all(|byte| byte.is_ascii_lowercase()) || part == "_control"
    };
    let mut names = true;
    let parts = path.split('/').map(|part| {
        names = names && (is_name(part) || is_route(part));
        if names { part } else { "*" }
    });
    let path: Vec<&str> = parts.collect();
    // The ids of a seat are words.
    match path.join("/") {
        path if path.starts_with("/api/v1/seats/") => format!("{method} /api/v1/seats/*/*/*"),
        path => format!("{method} {path}"),
    }
}

/// Names with a dash or an underscore.
fn is_route(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_')
}

fn reset(stream: TcpStream) {
    // Closed without a word: the other side meets a reset.
    let _ = stream.set_zero_linger();
}

/// The head of a message and its body, by its length.
async fn read_message(stream: &mut TcpStream, until_end: bool) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    let mut head = None;
    loop {
        if head.is_none() {
            head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        }
        if let Some(end) = head {
            let text = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length =
                text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            let is_complete = match length {
                Some(length) => bytes.len() >= end + length,
                None => !until_end,
            };
            if is_complete {
                let body = bytes.split_off(end);
                return Some((bytes, body));
            }
        }
        match stream.read(&mut chunk).await {
            Ok(read @ 1..) => bytes.extend_from_slice(&chunk[..read]),
            _ => {
                let body = bytes.split_off(head?);
                return Some((bytes, body));
            }
        }
    }
}

async fn serve(shared: Arc<Shared>, mut client: TcpStream) {
    // One request a connection: what is done to it is done to no other.
    let Some((head, body)) = read_message(&mut client, false).await else { return };
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut words = text.split(' ');
    let call = pattern(words.next().unwrap_or_default(), words.next().unwrap_or_default());
    shared.calls.lock().unwrap().insert(call.clone());
    let ordered = shared.ordered.lock().unwrap().clone();
    let sabotage = ordered.filter(|(wanted, _)| *wanted == call).map(|(_, how)| how);
    if sabotage.is_some() {
        *shared.sabotaged.lock().unwrap() += 1;
    }
    let html = "<!doctype html><title>Sign in</title><p>Sign in to go on.";
    let of = |status: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    match sabotage {
        Some(Sabotage::Refused) => return reset(client),
        Some(Sabotage::Status500) => {
            return drop(client.write_all(of("500 Internal Server Error", "").as_bytes()).await);
        }
        Some(Sabotage::Status503) => {
            return drop(client.write_all(of("503 Service Unavailable", html).as_bytes()).await);
        }
        _ => {}
    }
    let Ok(mut server) = TcpStream::connect(shared.server).await else { return reset(client) };
    let head = text.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    if server.write_all(head.as_bytes()).await.is_err() || server.write_all(&body).await.is_err() {
        return reset(client);
    }
    let Some((head, body)) = read_message(&mut server, true).await else { return reset(client) };
    let _ = answer(client, &head, &body, sabotage).await;
}

async fn answer(mut client: TcpStream, head: &[u8], body: &[u8], sabotage: Option<Sabotage>) -> std::io::Result<()> {
    let html = "<!doctype html><title>Sign in</title><p>Sign in to go on.";
    match sabotage {
        Some(Sabotage::Reset) => reset(client),
        Some(Sabotage::CutHead) => client.write_all(&head[..head.len() / 2]).await?,
        Some(Sabotage::CutBody) => {
            client
                .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len() + 10).as_bytes())
                .await?;
            client.write_all(&body[..body.len() / 2]).await?;
        }
        Some(Sabotage::SlowHead) => drip(client, head).await?,
        Some(Sabotage::SlowBody) => {
            client.write_all(head).await?;
            drip(client, body).await?;
        }
        Some(Sabotage::Hang) => drop(client.read(&mut [0]).await),
        Some(Sabotage::Garbage) => client.write_all(b"\x16\x03\x01\x02\x00SSH-2.0-OpenSSH_9.2\r\n\r\n").await?,
        Some(Sabotage::TooLarge) => {
            client.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":\"").await?;
            loop {
                client.write_all(&[b'a'; 64 << 10]).await?;
            }
        }
        Some(Sabotage::WrongType) => {
            let page =
                format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{html}", html.len());
            client.write_all(page.as_bytes()).await?;
        }
        Some(Sabotage::HalfJson) => {
            let half = &body[..body.len() / 2];
            let status = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
            client.write_all(status).await?;
            let rest = format!("\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", half.len());
            client.write_all(rest.as_bytes()).await?;
            client.write_all(half).await?;
        }
        _ => {
            client.write_all(head).await?;
            client.write_all(body).await?;
        }
    }
    Ok(())
}

async fn drip(mut client: TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    for byte in bytes {
        client.write_all(&[*byte]).await?;
        tokio::time::sleep(DRIP).await;
    }
    Ok(())
}

//! HTTP/1.1 connections that cost as little as they can: the generator shares a machine with what it loads.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::flow::{Ask, Fate};

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(40);

/// A connection that is opened when it is needed.
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    read: Vec<u8>,
}

/// Where an answer stands in what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    head_len: usize,
    body_len: usize,
    closes: bool,
}

impl Connection {
    /// Not open yet.
    pub const fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, read: Vec::new() }
    }

    /// Opens it.
    pub async fn open(&mut self) -> io::Result<()> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        self.stream = Some(stream);
        Ok(())
    }

    /// Sends a request; its answer's status and body.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<(u16, &[u8])> {
        let was_open = self.stream.is_some();
        let mut head = self.exchange(request).await;
        // The server closes connections that were idle for long.
        let was_closed = head.as_ref().is_err_and(|error| error.kind() != ErrorKind::TimedOut);
        if was_closed && was_open && self.read.is_empty() {
            head = self.exchange(request).await;
        }
        let head = head?;
        let body = self.read.get(head.head_len..head.head_len + head.body_len).unwrap_or_default();
        Ok((head.status, body))
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<Head> {
        if self.stream.is_none() {
            self.open().await?;
        }
        let mut stream = self.stream.take().ok_or(ErrorKind::NotConnected)?;
        self.read.clear();
        let read = &mut self.read;
        let exchange = async {
            stream.write_all(request).await?;
            loop {
                if stream.read_buf(read).await? == 0 {
                    return Err(io::Error::from(ErrorKind::UnexpectedEof));
                }
                if let Some(head) = parse(read)?.filter(|head| read.len() >= head.head_len + head.body_len) {
                    return Ok(head);
                }
            }
        };
        let head: Head = timeout(TIMEOUT, exchange).await.map_err(|_| ErrorKind::TimedOut)??;
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok(head)
    }
}

/// The head of an answer, once it is there.
fn parse(read: &[u8]) -> io::Result<Option<Head>> {
    let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let invalid = || io::Error::new(ErrorKind::InvalidData, "this is no answer with a length");
    let head = read.get(..end).and_then(|head| std::str::from_utf8(head).ok()).ok_or_else(invalid)?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or_else(invalid)?;
    let (mut body_len, mut closes) = (None, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            body_len = value.trim().parse().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            closes = value.trim().eq_ignore_ascii_case("close");
        }
    }
    let body_len = if status == 204 { Some(0) } else { body_len };
    Ok(Some(Head { status, head_len: end + 4, body_len: body_len.ok_or_else(invalid)?, closes }))
}

/// A request with a body of JSON.
pub fn request(method: &str, path: &str, key: &str, body: &str) -> Vec<u8> {
    let mut request = Vec::new();
    write_request(&mut request, method, path, key, body);
    request
}

fn write_request(request: &mut Vec<u8>, method: &str, path: &str, key: &str, body: &str) {
    use std::io::Write as _;
    request.clear();
    let length = body.len();
    // Writing into memory does not fail.
    let _ = write!(
        request,
        "{method} {path} HTTP/1.1\r\nhost: edge\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
}

/// Who makes up the bodies of requests.
pub type Bodies = Rc<RefCell<dyn FnMut() -> String>>;

/// A connection that asks for seats.
pub struct Checks {
    connection: Connection,
    key: Rc<str>,
    bodies: Bodies,
    request: Vec<u8>,
    is_served: fn(&[u8]) -> bool,
}

impl Checks {
    /// That many connections to `address`, of which an answer 200 counts as served where `is_served` says so of its body.
    pub fn on(
        address: SocketAddr,
        connections: usize,
        key: &str,
        bodies: &Bodies,
        is_served: fn(&[u8]) -> bool,
    ) -> Vec<Self> {
        let key: Rc<str> = key.into();
        let checks = (0..connections).map(|_| Self {
            connection: Connection::new(address),
            key: key.clone(),
            bodies: bodies.clone(),
            request: Vec::new(),
            is_served,
        });
        checks.collect()
    }
}

impl Ask for Checks {
    async fn ask(&mut self) -> Fate {
        let body = (self.bodies.borrow_mut())();
        write_request(&mut self.request, "POST", "/verify-seat", &self.key, &body);
        match self.connection.ask(&self.request).await {
            Ok((200, body)) if (self.is_served)(body) => Fate::Served,
            Ok((503, _)) => Fate::Shed,
            Ok((429, _)) => Fate::Limited,
            _ => Fate::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn an_answer_is_read_once_its_head_is_there() {
        let answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\nconnection: close\r\n\r\nhello";
        for len in 0..answer.len() - 5 {
            assert_eq!(parse(&answer[..len]).unwrap(), None, "{len}");
        }
        let head = Head { status: 503, head_len: answer.len() - 5, body_len: 5, closes: true };
        assert_eq!(parse(answer).unwrap(), Some(head));
        for wrong in ["HTTP/1.1 200 OK\r\n\r\n", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"] {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_connection_that_the_server_closed_meanwhile_is_opened_anew() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut connection = Connection::new(listener.local_addr().unwrap());
        let serve = async {
            // One answer a connection, and not a word that it closes.
            for _ in 0..3 {
                let (mut stream, _) = listener.accept().await.unwrap();
                assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
            }
        };
        let ask = async {
            for _ in 0..3 {
                let answer = connection.ask(&request("GET", "/", "key", "")).await.unwrap();
                assert_eq!(answer, (200, &b"ok"[..]));
            }
        };
        tokio::join!(serve, ask);
    }
}

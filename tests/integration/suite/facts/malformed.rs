//! Requests that are no good HTTP.

use std::sync::Arc;

use super::bodies::{head, still_answers};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_request_that_is_none_harms_nobody,
}

async fn a_request_that_is_none_harms_nobody(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let product = edge.product().await;
    let address = edge.nodes[0].address();
    let long = "x".repeat(100_000);
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    let plain =
        |line: &str, more: &str| format!("{line}\r\nHost: edge\r\nConnection: close\r\n{more}\r\n").into_bytes();
    for request in [
        b"\r\n\r\n".to_vec(),
        b"hello\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc".to_vec(),
        plain("GET /healthz HTTP/9.9", ""),
        plain("GET", ""),
        plain("G\u{e9}T /healthz HTTP/1.1", ""),
        plain("GET /\u{0} HTTP/1.1", ""),
        plain("GET /%zz HTTP/1.1", ""),
        plain("GET /%00%ff HTTP/1.1", ""),
        plain("GET //healthz HTTP/1.1", ""),
        plain("GET /../../etc/passwd HTTP/1.1", ""),
        plain("GET http://elsewhere/healthz HTTP/1.1", ""),
        plain("GET http:///healthz HTTP/1.1", ""),
        plain("OPTIONS * HTTP/1.1", ""),
        plain("CONNECT elsewhere:443 HTTP/1.1", ""),
        plain("BREW /verify-seat HTTP/1.1", ""),
        plain(&format!("GET /{long} HTTP/1.1"), ""),
        plain("GET /healthz HTTP/1.1", &format!("X-Long: {long}\r\n")),
        plain("GET /healthz HTTP/1.1", &many),
        plain("GET /healthz HTTP/1.1", "Bad Name: x\r\n"),
        plain("GET /healthz HTTP/1.1", "X: a\u{0}b\r\n"),
        plain("GET /healthz HTTP/1.1", "no colon\r\n"),
        plain("GET /healthz HTTP/1.1", ": no name\r\n"),
        plain("GET /api/v1/api-keys HTTP/1.1", "Authorization: Bearer \u{e9}\r\n"),
        plain("GET /api/v1/api-keys HTTP/1.1", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
        plain("GET /api/v1/api-keys?limit=%ff&limit=2 HTTP/1.1", ""),
        b"GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.1\r\nHost: a/b?c#d\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /healthz HTTP/1.0\r\n\r\n".to_vec(),
        [&head(&edge, 0, product, "Content-Length: -1"), "{}"].concat().into_bytes(),
        [&head(&edge, 0, product, "Content-Length: 2\r\nContent-Length: 3"), "{}"].concat().into_bytes(),
        [&head(&edge, 0, product, "Content-Length: 99999999999999999999999"), "{}"].concat().into_bytes(),
        [&head(&edge, 0, product, "Transfer-Encoding: chunked"), "zz\r\n{}\r\n0\r\n\r\n"].concat().into_bytes(),
        [&head(&edge, 0, product, "Transfer-Encoding: gzip, chunked"), "0\r\n\r\n"].concat().into_bytes(),
        [&head(&edge, 0, product, "Content-Encoding: gzip\r\nContent-Length: 2"), "{}"].concat().into_bytes(),
    ] {
        let status = send_raw_and_hang_up(&address, &request).await;
        assert!(status < 500, "{status} for {}", String::from_utf8_lossy(&request[..request.len().min(200)]));
    }
    still_answers(&edge).await;
}

/// As [`send_raw`](crate::client::send_raw), telling the other end that nothing more will come.
async fn send_raw_and_hang_up(address: &str, bytes: &[u8]) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let status = answer.get(9..12).and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
        status.unwrap_or(0)
    };
    tokio::time::timeout(crate::client::TIMEOUT, exchange).await.expect("no end in time")
}

//! An HTTP client that says what was answered, and nothing more clever than that.

use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long something may take before the test gives up: the machine may be slow and busy, and a lease that is waited for
/// takes most of a minute.
pub const TIMEOUT: Duration = Duration::from_secs(180);

static CLIENT: LazyLock<Client<HttpConnector, Full<Bytes>>> = LazyLock::new(|| {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
});

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text()))
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status and code of a problem.
    pub fn problem(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The body, which must have come with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// Checks that it is a problem with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.json()["code"], code, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
    }
}

/// A request on its way.
pub struct Call {
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    /// A request to `url`.
    pub fn new(method: &str, url: String) -> Self {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Self { method, url, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// With a header, instead of one of the same name.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// With a header beside those of the same name.
    pub fn and_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// With a header that was made elsewhere, instead of one of the same name.
    pub fn header_value(mut self, name: http::HeaderName, value: http::HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Without a header.
    pub fn without(mut self, name: &http::HeaderName) -> Self {
        self.headers.remove(name);
        self
    }

    /// With an API key.
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The answer.
    pub async fn send(self) -> Answer {
        let name = format!("{} {}", self.method, self.url);
        self.try_send().await.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The answer, or why there is none.
    pub async fn try_send(self) -> Result<Answer, String> {
        let mut request = Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.url.parse().map_err(|error| format!("{error}"))?;
        *request.headers_mut() = self.headers;
        let again = request.clone();
        let exchange = async {
            let answer = match CLIENT.request(request).await {
                // Whoever answers before it has been told everything may close meanwhile. It has done nothing, and the
                // answer is lost where the client still writes: ask on another connection.
                Err(error) if format!("{error:?}").contains("BodyWrite") => CLIENT.request(again).await,
                answer => answer,
            };
            let (head, body) = answer.map_err(|error| format!("{error:?}"))?.into_parts();
            let body = body.collect().await.map_err(|error| format!("{error:?}"))?.to_bytes();
            Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
        };
        tokio::time::timeout(TIMEOUT, exchange).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }
}

/// Writes `bytes` to `address` as they are and gives whatever status comes back, 0 where the connection is closed
/// without one.
pub async fn send_raw(address: &str, bytes: &[u8]) -> u16 {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The other end may close before it has everything.
        let _ = stream.write_all(bytes).await;
        let mut head = Vec::new();
        let mut chunk = [0; 1024];
        while head.len() < 12 {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => break,
                Ok(read) => head.extend_from_slice(&chunk[..read]),
            }
        }
        let status = head.strip_prefix(b"HTTP/1.1 ").or_else(|| head.strip_prefix(b"HTTP/1.0 "));
        status.and_then(|rest| std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok()).unwrap_or(0)
    };
    tokio::time::timeout(TIMEOUT, exchange).await.expect("no answer in time")
}

//! Posts a webhook.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::Signed;
use crate::capabilities::outbound_http::connector;

/// How long a receiver may take. The providers wait for some seconds at most.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The largest answer that is read, bytes.
const MAX_RESPONSE_LEN: usize = 1 << 20;

/// What the receiver answered.
pub struct ReceiverResponse {
    pub status: StatusCode,
    pub body: Bytes,
}

/// Posts `webhook` to `url`, and gives whatever is answered.
pub async fn post(url: &url::Url, webhook: Signed) -> anyhow::Result<ReceiverResponse> {
    let connector = connector(TIMEOUT)?;
    let mut request = Request::post(url.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("bheem-edge/", env!("CARGO_PKG_VERSION")));
    for (name, value) in webhook.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(Bytes::from(webhook.body)))?;
    let answered = async {
        let response = Client::builder(TokioExecutor::new()).build(connector).request(request).await?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_RESPONSE_LEN).collect().await.map_err(anyhow::Error::from_boxed)?;
        Ok(ReceiverResponse { status: head.status, body: body.to_bytes() })
    };
    tokio::time::timeout(TIMEOUT, answered).await.context("it takes too long")?
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_webhook_arrives_as_it_was_signed_and_the_answer_comes_back() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url::Url::parse(&format!("http://{}/hook?a=b", listener.local_addr().unwrap())).unwrap();
        let receiver = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\xff\n") {
                stream.read_buf(&mut request).await.unwrap();
            }
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno").await.unwrap();
            request
        };
        let signature = (HeaderName::from_static("x-signature"), HeaderValue::from_static("abc"));
        let webhook = Signed { headers: vec![signature], body: b"{}\xff\n".to_vec() };
        let (request, answer) = tokio::join!(receiver, post(&url, webhook));
        let request = String::from_utf8_lossy(&request);
        assert!(request.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("\r\nx-signature: abc\r\n"), "{request}");
        let answer = answer.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (StatusCode::BAD_REQUEST, &b"no"[..]));
    }
}

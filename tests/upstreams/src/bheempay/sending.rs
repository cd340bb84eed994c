//! BheemPay's webhooks on their way.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use chrono::Utc;
use edge_capabilities::Timestamp;
use edge_gateways::{Provider, sign};
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Upstreams;

/// How long after a failure a webhook is sent again, and how often. Gateways wait longer.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const TIMES: usize = 300;

/// Where webhooks go, and what they are signed with.
#[derive(Clone, Deserialize)]
pub(super) struct Webhook {
    url: String,
    secret: String,
}

/// Sends webhooks one after the other; gives what each was answered. Those that nobody took are sent again later.
pub(super) async fn send_all(upstreams: &Upstreams, events: Vec<Value>) -> Vec<Value> {
    let Some(webhook) = upstreams.bheempay.books().webhook.clone() else { return vec![json!("there is no webhook")] };
    let mut answers = Vec::new();
    for event in events {
        let sent = send(&webhook, &event).await;
        let taken = sent.as_ref().is_ok_and(|(status, _)| *status < 500);
        answers.push(match sent {
            Ok((status, body)) => json!({"status": status, "body": body}),
            Err(error) => json!({"error": error.to_string()}),
        });
        if !taken {
            tokio::spawn(send_again(webhook.clone(), event));
        }
    }
    answers
}

async fn send_again(webhook: Webhook, event: Value) {
    for _ in 0..TIMES {
        tokio::time::sleep(AGAIN_AFTER).await;
        if send(&webhook, &event).await.is_ok_and(|(status, _)| status < 500) {
            return;
        }
    }
}

async fn send(webhook: &Webhook, event: &Value) -> anyhow::Result<(u16, Value)> {
    let uri: Uri = webhook.url.parse()?;
    let authority = uri.authority().context("the webhook's url has no host")?.clone();
    let address = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80));
    let stream = tokio::net::TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let body = event.to_string();
    let now = Timestamp::from_millis(Utc::now().timestamp_millis());
    let id = format!("evt_{}", Utc::now().timestamp_micros());
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path).header("host", authority.as_str()).header("content-type", "application/json");
    for (name, value) in sign(Provider::BheemPay, &webhook.secret, body.as_bytes(), now, &id)? {
        request = request.header(name, value);
    }
    let response = sender.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

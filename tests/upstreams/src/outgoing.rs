//! Webhooks of the stand-in gateways on their way: sent at once, or held back and then sent in order, backwards, shuffled,
//! doubled. One that nobody took is sent again, as gateways do.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// How long after a failure a webhook is sent again, and how often. Gateways wait longer.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
const TIMES: usize = 300;

/// A gateway's webhooks. Clones share them.
#[derive(Clone)]
pub(crate) struct Outgoing {
    provider: Provider,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// None: nowhere.
    webhook: Option<Webhook>,
    /// Whether they are held back.
    holds: bool,
    held: Vec<Value>,
}

/// Where webhooks go, and what they are signed with.
#[derive(Clone, Deserialize)]
pub(crate) struct Webhook {
    url: String,
    secret: String,
}

#[derive(Deserialize)]
pub(crate) struct Hold {
    hold: bool,
}

#[derive(Deserialize)]
pub(crate) struct Delivery {
    /// `in_order`, `backwards` or `shuffled`.
    #[serde(default)]
    order: String,
    /// How often each is sent.
    #[serde(default = "once")]
    times: usize,
}

const fn once() -> usize {
    1
}

impl Outgoing {
    pub(crate) fn of(provider: Provider) -> Self {
        Self { provider, state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends webhooks there from now on.
    pub(crate) fn set(&self, webhook: Webhook) {
        self.state().webhook = Some(webhook);
    }

    /// Holds webhooks back from now on, or no longer.
    pub(crate) fn hold(&self, hold: &Hold) {
        self.state().holds = hold.hold;
    }

    /// Those that are held back.
    pub(crate) fn held(&self) -> Vec<Value> {
        self.state().held.clone()
    }

    /// Never sends those that are held back; gives how many there were.
    pub(crate) fn lose(&self) -> usize {
        std::mem::take(&mut self.state().held).len()
    }

    /// Sends webhooks, or keeps them where they are held back; gives what became of each.
    pub(crate) async fn follow(&self, events: Vec<Value>) -> Vec<Value> {
        {
            let mut state = self.state();
            if state.holds {
                let answers = events.iter().map(|_| json!("held")).collect();
                state.held.extend(events);
                return answers;
            }
        }
        self.send_all(events).await
    }

    /// Sends the webhooks that are held back; gives how many there were, and what each was answered.
    pub(crate) async fn deliver(&self, delivery: &Delivery) -> (usize, Vec<Value>) {
        let held = std::mem::take(&mut self.state().held);
        let count = held.len();
        let mut events: Vec<Value> = std::iter::repeat_n(held, delivery.times).flatten().collect();
        match delivery.order.as_str() {
            "backwards" => events.reverse(),
            // As good as by chance, and the same each time: by what their texts hash to.
            "shuffled" => events.sort_by_cached_key(|event| {
                use std::hash::{DefaultHasher, Hash as _, Hasher as _};
                let mut hasher = DefaultHasher::new();
                event.to_string().hash(&mut hasher);
                hasher.finish()
            }),
            _ => {}
        }
        (count, self.send_all(events).await)
    }

    /// Sends webhooks one after the other; gives what each was answered. Those that nobody took are sent again later.
    async fn send_all(&self, events: Vec<Value>) -> Vec<Value> {
        let Some(webhook) = self.state().webhook.clone() else { return vec![json!("there is no webhook")] };
        let mut answers = Vec::new();
        for event in events {
            let sent = send(self.provider, &webhook, &event).await;
            let taken = sent.as_ref().is_ok_and(|(status, _)| *status < 500);
            answers.push(match sent {
                Ok((status, body)) => json!({"status": status, "body": body}),
                Err(error) => json!({"error": error.to_string()}),
            });
            if !taken {
                tokio::spawn(send_again(self.provider, webhook.clone(), event));
            }
        }
        answers
    }
}

async fn send_again(provider: Provider, webhook: Webhook, event: Value) {
    for _ in 0..TIMES {
        tokio::time::sleep(AGAIN_AFTER).await;
        if send(provider, &webhook, &event).await.is_ok_and(|(status, _)| status < 500) {
            return;
        }
    }
}

async fn send(provider: Provider, webhook: &Webhook, event: &Value) -> anyhow::Result<(u16, Value)> {
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
    for (name, value) in sign(provider, &webhook.secret, body.as_bytes(), now, &id)? {
        request = request.header(name, value);
    }
    let response = sender.send_request(request.body(Full::new(Bytes::from(body)))?).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

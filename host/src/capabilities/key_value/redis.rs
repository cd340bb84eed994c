//! A key-value store on a Redis server: each key is a Redis key of the same name, a counter is a Redis integer.
//! The label plays no part, as in Spin: two labels that must not mix take two databases of the server.
//!
//! A server that stops being the primary answers on, and refuses each write: whoever is told so connects anew, for the address
//! may lead to another server by now.
//!
//! Connections live on a thread of their own. Where they shared the threads that run components, a burst of starting
//! instances kept their answers waiting until the commands had timed out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use async_trait::async_trait;
use edge_capabilities::breaker::Policy;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands as _, AsyncIter, Client, ErrorKind, RedisError, RedisResult, Script, ServerErrorKind};
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use super::Store;
use crate::capabilities::guard::{Guard, Health, RemoteStore};

/// How long one command may take. A product waits behind it, so an unreachable server must fail soon.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(1);

/// When a server counts as gone. A connection that is lost fails all commands on it at once, and is soon replaced.
const BREAKER_POLICY: Policy = Policy::new(5, Duration::from_millis(100));

/// Compare and set in one step. ARGV: 1 if a value is expected, that value, the new one.
const SWAP: &str = "local value = redis.call('GET', KEYS[1])
if (ARGV[1] == '1' and value == ARGV[2]) or (ARGV[1] == '0' and not value) then
    redis.call('SET', KEYS[1], ARGV[3])
    return 1
end
return 0";

pub(super) struct RedisStore {
    client: Client,
    /// Filled by the first command; another one takes its place where the server takes no writes.
    connection: Arc<Mutex<Arc<OnceCell<ConnectionManager>>>>,
    thread: Handle,
    guard: Guard,
}

impl RedisStore {
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url).context("key_value_store: url is not a Redis URL")?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = runtime.handle().clone();
        std::thread::Builder::new()
            .name("redis".into())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
        let guard = Guard::new(RemoteStore::KeyValue, BREAKER_POLICY);
        Ok(Self { client, connection: Arc::default(), thread, guard })
    }

    /// Runs `command` with the connection, on the connection's thread.
    async fn run<T, F>(&self, command: impl FnOnce(ConnectionManager) -> F + Send + 'static) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = RedisResult<T>> + Send,
    {
        let (client, present) = (self.client.clone(), self.connection.clone());
        // Spawned when it is first polled: not at all while the breaker is open.
        let spawned = async {
            let work = self.thread.spawn(async move {
                let config = || {
                    ConnectionManagerConfig::new()
                        .set_connection_timeout(Some(COMMAND_TIMEOUT))
                        .set_response_timeout(Some(COMMAND_TIMEOUT))
                        .set_number_of_retries(1)
                };
                let connect = || client.get_connection_manager_with_config(config());
                let connection = lock(&present).clone();
                let result = command(connection.get_or_try_init(connect).await?.clone()).await;
                if result.as_ref().is_err_and(takes_no_writes) {
                    let mut present = lock(&present);
                    // Others may have been told the same, and have connected since.
                    if Arc::ptr_eq(&present, &connection) {
                        *present = Arc::default();
                    }
                }
                result
            });
            work.await
        };
        let result = self.guard.run(spawned, |done| done.as_ref().map_or(Health::Unknown, health)).await;
        let result = result.context("the Redis server is left alone")?;
        Ok(result.map_err(|_| anyhow!("the Redis command was lost"))??)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn takes_no_writes(error: &RedisError) -> bool {
    // A script is told so in its own words.
    error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly) || error.to_string().contains("READONLY")
}

/// What a command's result says of the server: an error that it answered with is an answer.
fn health<T>(result: &RedisResult<T>) -> Health {
    match result {
        Err(error) if error.is_io_error() || error.is_timeout() || error.is_connection_dropped() => Health::Ill,
        _ => Health::Well,
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let key = key.to_owned();
        self.run(async move |mut connection| connection.get(key).await).await
    }

    async fn get_many(&self, keys: Vec<String>) -> anyhow::Result<Vec<(String, Option<Vec<u8>>)>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = keys.clone();
        let values: Vec<Option<Vec<u8>>> = self.run(async move |mut connection| connection.mget(&wanted).await).await?;
        Ok(keys.into_iter().zip(values).collect())
    }

    async fn set_many(&self, entries: Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        self.run(async move |mut connection| connection.mset(&entries).await).await
    }

    async fn delete_many(&self, keys: Vec<String>) -> anyhow::Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.run(async move |mut connection| connection.del(keys).await).await
    }

    async fn increment(&self, key: String, delta: i64) -> anyhow::Result<i64> {
        self.run(async move |mut connection| connection.incr(key, delta).await).await
    }

    async fn swap(&self, key: String, seen: Option<Vec<u8>>, value: Vec<u8>) -> anyhow::Result<bool> {
        let swapped: i64 = self
            .run(async move |mut connection| {
                let script = Script::new(SWAP);
                let mut call = script.key(key);
                call.arg(u8::from(seen.is_some())).arg(seen.unwrap_or_default()).arg(value);
                call.invoke_async(&mut connection).await
            })
            .await?;
        Ok(swapped == 1)
    }

    async fn keys(&self) -> anyhow::Result<Vec<String>> {
        self.run(async move |mut connection| {
            let mut found: AsyncIter<String> = connection.scan().await?;
            let mut keys = Vec::new();
            while let Some(key) = found.next_item().await {
                keys.push(key?);
            }
            Ok(keys)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A server that answers whatever it is told by the same, until it is to answer no more; gives its address.
    async fn server(answers: tokio::sync::watch::Receiver<bool>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut answers = answers.clone();
                tokio::spawn(async move {
                    let mut bytes = [0; 4096];
                    while let Ok(read @ 1..) = stream.read(&mut bytes).await {
                        let _ = answers.wait_for(|answers| *answers).await;
                        // Each command of this test is one array of strings; the client's greeting is several.
                        let commands = bytes[..read].iter().filter(|byte| **byte == b'*').count();
                        let _ = stream.write_all("-ERR no\r\n".repeat(commands).as_bytes()).await;
                    }
                });
            }
        });
        url
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_is_left_alone_and_tried_again() {
        let (switch, answers) = tokio::sync::watch::channel(true);
        let store = Arc::new(RedisStore::new(&server(answers).await).unwrap());
        let error = store.get("a").await.unwrap_err();
        assert!(format!("{error:#}").contains("no"), "an error of the server's is an answer: {error:#}");

        let counted = || (RemoteStore::KeyValue.unanswered(), RemoteStore::KeyValue.refused());
        let before = counted();
        switch.send_replace(false);
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.get("a").await })
            })
            .collect();
        for call in waiting {
            call.await.unwrap().unwrap_err();
        }
        assert!(store.guard.is_open());
        let began = std::time::Instant::now();
        // If they waited, this would take a hundred times the time-out. The machine may be busy.
        for _ in 0..100 {
            store.get("a").await.unwrap_err();
        }
        assert!(began.elapsed() < COMMAND_TIMEOUT * 20, "calls fail at once: {:?}", began.elapsed());
        let after = counted();
        assert!(after.0 >= before.0 + 8 && after.1 > before.1, "{before:?}, {after:?}");

        switch.send_replace(true);
        while store.guard.is_open() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let _ = store.get("a").await;
        }
    }
}

//! A key-value store on a Redis server: each key is a Redis key of the same name, a counter is a Redis integer.
//! The label plays no part, as in Spin: two labels that must not mix take two databases of the server.

use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands as _, AsyncIter, Client, Script};
use tokio::sync::OnceCell;

use super::Store;

/// How long one command may take. A product waits behind it, so an unreachable server must fail soon.
const COMMAND: Duration = Duration::from_secs(1);

/// Compare and set in one step. ARGV: 1 if a value is expected, that value, the new one.
const SWAP: &str = "local value = redis.call('GET', KEYS[1])
if (ARGV[1] == '1' and value == ARGV[2]) or (ARGV[1] == '0' and not value) then
    redis.call('SET', KEYS[1], ARGV[3])
    return 1
end
return 0";

pub(super) struct RedisStore {
    client: Client,
    connection: OnceCell<ConnectionManager>,
}

impl RedisStore {
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url).context("key_value_store: url is not a Redis URL")?;
        Ok(Self { client, connection: OnceCell::new() })
    }

    async fn connection(&self) -> anyhow::Result<ConnectionManager> {
        let config = || {
            ConnectionManagerConfig::new()
                .set_connection_timeout(Some(COMMAND))
                .set_response_timeout(Some(COMMAND))
                .set_number_of_retries(1)
        };
        let connect = || self.client.get_connection_manager_with_config(config());
        Ok(self.connection.get_or_try_init(connect).await?.clone())
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        Ok(self.connection().await?.get(key).await?)
    }

    async fn get_many(&self, keys: Vec<String>) -> anyhow::Result<Vec<(String, Option<Vec<u8>>)>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<Option<Vec<u8>>> = self.connection().await?.mget(&keys).await?;
        Ok(keys.into_iter().zip(values).collect())
    }

    async fn set_many(&self, entries: Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        Ok(self.connection().await?.mset(&entries).await?)
    }

    async fn delete_many(&self, keys: Vec<String>) -> anyhow::Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        Ok(self.connection().await?.del(keys).await?)
    }

    async fn increment(&self, key: String, delta: i64) -> anyhow::Result<i64> {
        Ok(self.connection().await?.incr(key, delta).await?)
    }

    async fn swap(&self, key: String, seen: Option<Vec<u8>>, value: Vec<u8>) -> anyhow::Result<bool> {
        let script = Script::new(SWAP);
        let mut call = script.key(key);
        call.arg(u8::from(seen.is_some())).arg(seen.unwrap_or_default()).arg(value);
        let swapped: i64 = call.invoke_async(&mut self.connection().await?).await?;
        Ok(swapped == 1)
    }

    async fn keys(&self) -> anyhow::Result<Vec<String>> {
        let mut connection = self.connection().await?;
        let mut found: AsyncIter<String> = connection.scan().await?;
        let mut keys = Vec::new();
        while let Some(key) = found.next_item().await {
            keys.push(key?);
        }
        Ok(keys)
    }
}

//! A cache of database rows that many requests need: API keys and memberships.
//!
//! An entry is read from the database again after [`TIMES`]`.fresh`, so that a revoked key or a deactivated tenant takes
//! effect within a second. While the database does not answer, entries stay valid for five minutes, because nobody can
//! change the database then either; the shared cache tells what was deleted just before. During an outage the database is
//! tried in the background: no request waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use edge_cache::{Cache, Decision, Entry, Memory, Pause, Times};
use edge_capabilities::clock::within;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Clock, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The age at which an entry is read again in the background, and that at which it is read before the response: well under
/// the promised second. An entry from the future (another machine's clock is ahead, or this one was set back) is read again.
const TIMES: Times = Times { fresh: 300, stale: 600, outage: 300_000, skew: 300, ahead: Decision::Fetch };
/// A row that does not exist stays away for as long as the database does not answer.
const ABSENT: Times = Times { outage: i64::MAX, ..TIMES };
/// How long the database may take to read an entry that is cached. A database that is only slow must be waited for: what
/// it was just told may be a revocation.
const TIMEOUT: Duration = Duration::from_secs(1);
/// The same for a database that did not answer the last time: each instance waits for it once, not once for each entry.
const RETRY_TIMEOUT: Duration = Duration::from_millis(700);
/// How long it may take to read an entry that is not cached: there is nothing else to respond with.
const COLD_TIMEOUT: Duration = Duration::from_secs(10);

/// A table whose rows are cached.
pub(crate) trait Table: Send + Sync + 'static {
    /// The cached type.
    type Row: Send + Sync + Serialize + DeserializeOwned + 'static;

    /// The prefix of the keys of copies in the shared cache. A renamed prefix would lose the deletions that it tells.
    const NAME: &'static str;

    /// Reads the row of `id`; None: it does not exist.
    fn read(&self, id: &str) -> impl Future<Output = Result<Option<Self::Row>, DatabaseError>> + Send;

    /// The key of the copy of `id` in the shared cache.
    fn cache_key(id: &str) -> String {
        format!("{}:{id}", Self::NAME)
    }
}

/// A cache of the rows of the table `T`, by their ids.
pub(crate) type LookupCache<T> = Cache<Lookup<T>>;

/// The rows of the table `T` as they are cached.
pub(crate) struct Lookup<T> {
    pub(crate) table: T,
    clock: Arc<dyn Clock>,
    /// Whether the database answered the last time.
    has_answered: AtomicBool,
}

/// An entry in the shared cache, for other instances.
#[derive(Serialize, Deserialize)]
struct SharedCopy<V> {
    // Required: a copy of another build that lacks the field does not tell that the row was deleted.
    #[serde(deserialize_with = "Option::deserialize")]
    #[serde(bound(deserialize = "V: Deserialize<'de>"))]
    value: Option<V>,
    read_at: Timestamp,
}

/// An empty cache of the rows of `table`.
pub(crate) fn cache<T: Table>(capabilities: &Capabilities, table: T) -> LookupCache<T> {
    Cache::new(capabilities, Lookup { table, clock: capabilities.clock.clone(), has_answered: AtomicBool::new(true) })
}

impl<T: Table> edge_cache::Source for Lookup<T> {
    type Key = String;
    type Value = Arc<T::Row>;
    type Error = DatabaseError;

    const MEMORY: Memory = Memory::Counts;
    /// The latter is longer than the next attempt takes ([`RETRY_TIMEOUT`]), and shorter than the promised second.
    const PAUSE: Pause = Pause { behind: 100, before: 900 };

    fn times(&self, row: Option<&Arc<T::Row>>) -> &Times {
        if row.is_some() { &TIMES } else { &ABSENT }
    }

    fn copy_key(&self, id: &String) -> String {
        T::cache_key(id)
    }

    fn encode(&self, _id: &String, entry: &Entry<Arc<T::Row>>) -> Option<Vec<u8>> {
        serde_json::to_vec(&SharedCopy { value: entry.value.as_deref(), read_at: entry.read_at }).ok()
    }

    fn decode(&self, _id: &String, copy: Vec<u8>) -> Option<Entry<Arc<T::Row>>> {
        let SharedCopy { value, read_at } = serde_json::from_slice::<SharedCopy<T::Row>>(&copy).ok()?;
        Some(Entry { value: value.map(Arc::new), read_at })
    }

    async fn fetch(&self, id: &String, _now: Timestamp, is_known: bool) -> Result<Option<Arc<T::Row>>, DatabaseError> {
        let timeout = match (is_known, self.has_answered.load(Ordering::Relaxed)) {
            (false, _) => COLD_TIMEOUT,
            (true, true) => TIMEOUT,
            (true, false) => RETRY_TIMEOUT,
        };
        let found = within(&*self.clock, timeout, self.table.read(id)).await;
        self.has_answered.store(matches!(found, Some(Ok(_))), Ordering::Relaxed);
        let found = found.unwrap_or_else(|| Err(DatabaseError::Unavailable("no answer in time".into())));
        Ok(found?.map(Arc::new))
    }

    fn is_outage(error: &DatabaseError) -> bool {
        matches!(error, DatabaseError::Unavailable(_))
    }
}

//! When keys were last used. A write at each use would cost more than the use, so a use is noted if none was noted in the last
//! hour, behind the answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use edge_capabilities::{Capabilities, Timestamp};

use super::ApiKey;
use super::store::ApiKeyStore;

/// How exactly the last use of a key is known, in milliseconds: an hour.
pub(crate) const PRECISION_MS: i64 = 60 * 60 * 1000;
/// After how long a use is noted again if the database could not be reached, or has not yet been read again.
const RETRY_MS: i64 = 60 * 1000;
/// The most keys of which this instance remembers that it noted a use.
const MAX_REMEMBERED: usize = 10_000;

/// Notes uses of keys.
#[derive(Default)]
pub(crate) struct LastUse(Mutex<HashMap<String, Timestamp>>);

impl LastUse {
    /// Notes, in the background, that `key` is used now, if that is news.
    pub(crate) fn note(&self, key: &ApiKey, table: &ApiKeyStore, capabilities: &Capabilities) {
        let now = capabilities.clock.now();
        let is_within = |at: Timestamp, milliseconds: i64| now.millis_since(at).abs() < milliseconds;
        if key.last_used_at.is_some_and(|at| is_within(at, PRECISION_MS)) {
            return;
        }
        {
            let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if noted.get(&key.id).is_some_and(|at| is_within(*at, RETRY_MS)) {
                return;
            }
            if noted.len() >= MAX_REMEMBERED {
                noted.clear();
            }
            noted.insert(key.id.clone(), now);
        }
        let (table, id) = (table.clone(), key.id.clone());
        capabilities.background.spawn(Box::pin(async move {
            let since = Timestamp::from_millis(now.as_millis().saturating_sub(PRECISION_MS));
            // A use that cannot be noted is noted with a later one.
            let _ = table.note_use(&id, now, since).await;
        }));
    }
}

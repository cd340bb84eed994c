//! The feed of changes, which a client follows.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};

use crate::clock::Moment;
use crate::memory::Changes;
use crate::retry;
use crate::shared::{Shared, encode, lock};

/// How one request of the feed ended.
enum Outcome {
    /// The edge told what changed, and so confirmed what is remembered as of a moment.
    Changes(Changes, Moment),
    /// The edge does not know the place.
    UnknownPlace,
    /// Nothing was told. The edge may ask to wait.
    Failed(Option<Duration>),
}

/// How long the edge is asked to wait for a change, whole seconds: so that it answers, or is given up, while memory is still
/// confirmed, which it is for `left`.
fn wait(max_silence: Duration, left: Duration) -> u64 {
    (max_silence * 2 / 3).min(left * 4 / 5).as_secs().clamp(1, 20)
}

impl Shared {
    /// Follows the feed until it is dropped.
    pub(crate) async fn follow(&self) {
        let mut since: Option<String> = None;
        let mut failures = 0_u32;
        let mut began_anew = false;
        loop {
            let delay = match self.ask_for_changes(since.as_deref()).await {
                Outcome::Changes(changes, confirmed) => {
                    // A response without `since` does not prove that the next one will be good.
                    began_anew &= since.is_none();
                    failures = 0;
                    let edge_time = self.edge_time(self.clock.now());
                    lock(&self.memory).hear(&changes, confirmed, edge_time);
                    since = Some(changes.next);
                    continue;
                }
                Outcome::UnknownPlace if since.take().is_some() => {
                    lock(&self.memory).forget();
                    if !std::mem::replace(&mut began_anew, true) {
                        continue;
                    }
                    None
                }
                Outcome::UnknownPlace => None,
                Outcome::Failed(retry_after) => retry_after,
            };
            lock(&self.memory).lose();
            failures = failures.saturating_add(1);
            tokio::time::sleep(retry::feed_delay(failures, (self.random)(), delay)).await;
        }
    }

    async fn ask_for_changes(&self, since: Option<&str>) -> Outcome {
        const PATH: &str = "/api/v1/seats/changes";
        let asked = self.clock.now();
        let place = since.map(|since| format!("{PATH}?since={}", encode(since)));
        let left = lock(&self.memory).is_confirmed_for(asked);
        let (path, wait, patience) = match (place, left) {
            (Some(place), Some(left)) => {
                let wait = wait(self.options.max_silence, left);
                (format!("{place}&wait={wait}"), Duration::from_secs(wait), Duration::from_secs(wait) * 5 / 4)
            }
            // While the feed is not connected, the edge answers at once.
            (Some(place), None) => (place, Duration::ZERO, self.options.timeout),
            (None, _) => (PATH.to_owned(), Duration::ZERO, self.options.timeout),
        };
        let Ok(request) = self.request(Method::GET, &path, Bytes::new()) else { return Outcome::Failed(None) };
        let response = match tokio::time::timeout(patience, self.send(request)).await {
            // A machine that was suspended had no timer fire, and what the edge said before is old.
            Ok(Ok(response)) if asked.passed(self.clock.now()) < patience => response,
            _ => return Outcome::Failed(None),
        };
        match response.status() {
            StatusCode::OK => match serde_json::from_slice(response.body()) {
                Ok(changes) => {
                    let changes: Changes = changes;
                    // It may have been long on its way. If nothing has changed, the edge waited in vain.
                    let waited = if changes.is_empty() { wait } else { Duration::ZERO };
                    let confirmed = asked.plus(waited).earlier(self.clock.now());
                    Outcome::Changes(changes, confirmed)
                }
                Err(_) => Outcome::Failed(None),
            },
            StatusCode::BAD_REQUEST => Outcome::UnknownPlace,
            _ => Outcome::Failed(retry::retry_after(response.headers())),
        }
    }
}

//! `Idempotency-Key`: the same key and the same method, path and body give the first answer again for 24 hours; the
//! same key for another request is refused; while the first is running the second is told so. Keys are told apart by
//! [`Scope`]: by the caller and the tenant.
//!
//! An answer is kept sealed under the credential of whoever asked. A person's token is renewed every few minutes, so what
//! a person is answered is sealed under the caller's name; where it shows a secret, also under a key that lies in the
//! cache and not in the database, so that nobody reads the secret who has the database alone.

mod scope;
mod seal;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use edge_capabilities::clock::{Clock, millis};
use edge_capabilities::database::{DatabaseError, Value};
use edge_capabilities::{Capabilities, Random, Timestamp};
use edge_database::Db;
use edge_http::{Code, Json, JsonAndBytes, Problem, bearer};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

pub use scope::Scope;
use seal::{CacheKey, Sealing};

/// How long a first answer is given again.
const KEPT: Duration = Duration::from_hours(24);

/// How long a mark is kept that nobody is answered by any more: a clock that was ahead for a while has made it old.
const KEPT_AFTERWARDS: Duration = Duration::from_hours(24 * 7);

/// The most marks that are removed at once.
const MAX_REMOVED: i64 = 100;

/// How long a request may run before another with its key may run in its place: its instance has died.
const MAX_RUN: Duration = Duration::from_mins(1);

const HEADER: &str = "idempotency-key";

/// A JSON request that may carry an Idempotency-Key.
pub struct Idempotent<T> {
    /// The body.
    pub body: T,
    mark: Option<IdempotencyMark>,
}

struct IdempotencyMark {
    key: String,
    /// SHA-256 of method, path and body, in hex.
    fingerprint: String,
    /// The credential; None: it is a token.
    credential: Option<String>,
}

/// What tells a marked request from others, for those who keep the outcome themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its Idempotency-Key.
    pub key: String,
    /// SHA-256 of method, path and body, in hex.
    pub fingerprint: String,
}

impl<T> Idempotent<T> {
    /// The body, and what tells the request from others where it carries a mark.
    pub fn into_parts(self) -> (T, Option<Named>) {
        let named = self.mark.map(|IdempotencyMark { key, fingerprint, .. }| Named { key, fingerprint });
        (self.body, named)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Idempotent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let key = key_in(request.headers())?;
        let credential = bearer(request.headers()).unwrap_or_default();
        let is_token = credential.bytes().filter(|byte| *byte == b'.').count() == 2;
        let credential = (!is_token).then(|| credential.to_owned());
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let JsonAndBytes(body, bytes) = JsonAndBytes::from_request(request, state).await?;
        let mark = key.map(|key| {
            let mut fingerprint = Sha256::new();
            for part in [method.as_bytes(), path.as_bytes(), &bytes] {
                fingerprint.update(part.len().to_le_bytes());
                fingerprint.update(part);
            }
            IdempotencyMark { fingerprint: hex::encode(fingerprint.finalize()), credential, key }
        });
        Ok(Self { body, mark })
    }
}

fn key_in(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(HEADER) else { return Ok(None) };
    let is_valid = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match key.to_str().ok().filter(is_valid) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Problem::field("Idempotency-Key", "must be 1 to 255 visible ASCII characters")),
    }
}

/// Makes marked requests happen once.
#[derive(Clone)]
pub struct Idempotency {
    db: Db,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    cache_key: CacheKey,
}

/// Whether an answer shows what is shown once alone.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Secret,
    NoSecret,
}

/// What the database knows of a mark.
enum Seen {
    /// It is ours to run; the instant marks the run.
    New(Timestamp),
    Answered(StatusCode, String),
}

impl Idempotency {
    /// Keeps answers in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let Capabilities { clock, random, .. } = capabilities;
        let cache_key = CacheKey::new(capabilities);
        Self { db: db.clone(), clock: clock.clone(), random: random.clone(), cache_key }
    }

    /// Runs `work` for whoever `scope` names, unless `request` carries a mark that was answered. Work that fails leaves
    /// no mark: it may be tried again under the same key. For an answer that shows a secret there is
    /// [`Idempotency::once_for_secret`].
    pub async fn once<T, B: Serialize>(
        &self,
        scope: &Scope,
        request: Idempotent<T>,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        self.run(scope, request, Holds::NoSecret, work).await
    }

    /// As [`Idempotency::once`], for an answer that shows a secret.
    pub async fn once_for_secret<T, B: Serialize>(
        &self,
        scope: &Scope,
        request: Idempotent<T>,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        self.run(scope, request, Holds::Secret, work).await
    }

    async fn run<T, B: Serialize>(
        &self,
        scope: &Scope,
        request: Idempotent<T>,
        holds: Holds,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        let caller = scope.as_str();
        let Idempotent { body, mark } = request;
        let Some(mark) = mark else {
            return work(body).await.map(|(status, answer)| (status, Json(answer)).into_response());
        };
        // Before anything is done: without the key the answer could not be kept.
        let sealing = self.sealing(caller, &mark, holds).await?;
        let started_at = match self.claim(caller, &mark, &sealing).await? {
            Seen::Answered(status, answer) => return Ok(json(status, answer)),
            Seen::New(started_at) => started_at,
        };
        match work(body).await {
            Ok((status, answer)) => {
                let unwritten = |_| Problem::new(Code::Internal, "The answer could not be written.");
                let answer = serde_json::to_string(&answer).map_err(unwritten)?;
                let sealed = sealing.seal(&*self.random, &answer);
                // Should this fail, the caller still has its answer; a second request is refused until the mark lapses.
                let _ = self.keep(caller, &mark, started_at, status, sealed).await;
                Ok(json(status, answer))
            }
            Err(problem) => {
                let _ = self.release(caller, &mark, started_at).await;
                Err(problem)
            }
        }
    }

    async fn sealing(&self, caller: &str, mark: &IdempotencyMark, holds: Holds) -> Result<Sealing, Problem> {
        Ok(match (&mark.credential, holds) {
            (Some(credential), _) => Sealing::new(&[credential, &mark.key]),
            (None, Holds::NoSecret) => Sealing::new(&[caller, &mark.key]),
            (None, Holds::Secret) => Sealing::new(&[caller, &mark.key, &self.cache_key.get().await?]),
        })
    }

    async fn claim(&self, caller: &str, mark: &IdempotencyMark, sealing: &Sealing) -> Result<Seen, Problem> {
        let now = self.clock.now();
        self.remove_old(caller, mark, now).await?;
        let stalled = Value::Integer(now.as_millis().saturating_sub(millis(MAX_RUN)));
        let claim = "INSERT INTO idempotent_requests (caller, key, fingerprint, started_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (caller, key) DO UPDATE SET started_at = excluded.started_at
            WHERE idempotent_requests.status IS NULL AND idempotent_requests.started_at < $5
              AND idempotent_requests.fingerprint = excluded.fingerprint
            RETURNING started_at";
        let (key, fingerprint) = (mark.key.as_str(), mark.fingerprint.as_str());
        let values = [caller.into(), key.into(), fingerprint.into(), now.into(), stalled];
        if !self.db.query(claim, &values).await?.is_empty() {
            return Ok(Seen::New(now));
        }
        let find = "SELECT fingerprint, status, answer FROM idempotent_requests WHERE caller = $1 AND key = $2";
        let found = self.db.query(find, &[caller.into(), key.into()]).await?;
        let running = || {
            Problem::new(Code::IdempotencyInProgress, "A request with this Idempotency-Key is running.").retry_after(1)
        };
        // It was there a moment ago: whoever ran it failed and took it away.
        let row = found.first().ok_or_else(running)?;
        if row.text(0)? != mark.fingerprint {
            let detail = "This Idempotency-Key was used for another request.";
            return Err(Problem::new(Code::IdempotencyKeyReused, detail));
        }
        let status = row.optional_integer(1)?.ok_or_else(running)?;
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let answer = row.text(2).ok().and_then(|sealed| sealing.open(sealed));
        match status.zip(answer) {
            Some((status, answer)) => Ok(Seen::Answered(status, answer)),
            None => {
                let detail = "This Idempotency-Key was used with another credential, or what it was answered can no \
                    longer be shown: see what was made, and use another key.";
                Err(Problem::new(Code::IdempotencyKeyReused, detail))
            }
        }
    }

    /// Removes the mark where its time is up, and some of those that are long over.
    async fn remove_old(&self, caller: &str, mark: &IdempotencyMark, now: Timestamp) -> Result<(), DatabaseError> {
        let this = "DELETE FROM idempotent_requests WHERE caller = $1 AND key = $2 AND started_at < $3";
        let expired = self.db.expired_before(now, KEPT).await?;
        self.db.query(this, &[caller.into(), mark.key.as_str().into(), expired.into()]).await?;
        let others = "DELETE FROM idempotent_requests WHERE (caller, key) IN (
            SELECT caller, key FROM idempotent_requests WHERE started_at < $1 ORDER BY started_at LIMIT $2)";
        let over = Timestamp::from_millis(expired.as_millis().saturating_sub(millis(KEPT_AFTERWARDS)));
        self.db.query(others, &[over.into(), MAX_REMOVED.into()]).await.map(drop)
    }

    async fn keep(
        &self,
        caller: &str,
        mark: &IdempotencyMark,
        started_at: Timestamp,
        status: StatusCode,
        answer: String,
    ) -> Result<(), DatabaseError> {
        let statement = "UPDATE idempotent_requests SET status = $1, answer = $2
            WHERE caller = $3 AND key = $4 AND started_at = $5";
        let status = Value::Integer(i64::from(status.as_u16()));
        let values = [status, answer.into(), caller.into(), mark.key.as_str().into(), started_at.into()];
        self.db.query(statement, &values).await.map(drop)
    }

    async fn release(&self, caller: &str, mark: &IdempotencyMark, started_at: Timestamp) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM idempotent_requests WHERE caller = $1 AND key = $2 AND started_at = $3";
        self.db.query(statement, &[caller.into(), mark.key.as_str().into(), started_at.into()]).await.map(drop)
    }
}

fn json(status: StatusCode, body: String) -> Response {
    let kind = http::HeaderValue::from_static("application/json");
    (status, [(http::header::CONTENT_TYPE, kind)], body).into_response()
}

#[cfg(test)]
mod tests;

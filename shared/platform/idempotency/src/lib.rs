//! `Idempotency-Key`: repeating a request with the same key, method, path and body returns the first response for 24 hours;
//! the same key with another request is refused; a repetition while the first request is running is told so. Keys belong
//! to an [`IdempotencyScope`]: a caller in a tenant.
//!
//! Responses are stored encrypted under the caller's credential. A person's token is renewed every few minutes, so their
//! responses are encrypted under the caller's id instead. If such a response contains a secret, the encryption key also
//! includes a key that is in the cache and not in the database, so that the database alone does not reveal the secret.
//!
//! Where the work is done and the database then fails, the response waits in the cache, and behind the answer it is stored
//! again and again until that succeeds. So a repetition runs a second time only if the instance died before it could
//! store the response anywhere.

mod kept;
mod scope;
mod seal;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use edge_capabilities::clock::{Clock, millis};
use edge_capabilities::database::{DatabaseError, Value};
use edge_capabilities::{Background, Capabilities, Random, Timestamp};
use edge_database::Db;
use edge_http::{Code, Json, JsonAndBytes, Problem, bearer};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use kept::{Kept, KeptResponses};
pub use scope::IdempotencyScope;
use seal::{ResponseCipher, SealingKey};

/// How long the first response is repeated.
const RETENTION: Duration = Duration::from_hours(24);

/// How long a mark is kept beyond its retention. It is then no longer used, but a clock that was ahead for a while may have
/// made it look old.
const DELETE_AFTER: Duration = Duration::from_hours(24 * 7);

/// The maximum number of marks deleted at once.
const MAX_DELETED: i64 = 100;

/// How long a request may run before a repetition may run in its place, because its instance has died.
const MAX_RUN_TIME: Duration = Duration::from_mins(1);

/// The pauses between attempts to bring a mark to its end in the database, behind the answer; the last is repeated.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// How long this is attempted. Instances do not live for ever.
const PATIENCE: Duration = Duration::from_mins(10);

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
    /// The caller's API key; None: the caller sent a token.
    credential: Option<String>,
}

/// Identifies a marked request, for callers that store the outcome themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// Its Idempotency-Key.
    pub key: String,
    /// SHA-256 of method, path and body, in hex.
    pub fingerprint: String,
}

impl<T> Idempotent<T> {
    /// The body, and the request's key if it has one.
    pub fn into_parts(self) -> (T, Option<RequestKey>) {
        let key = self.mark.map(|IdempotencyMark { key, fingerprint, .. }| RequestKey { key, fingerprint });
        (self.body, key)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Idempotent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let head = RequestHead::read(&request)?;
        let JsonAndBytes(body, bytes) = JsonAndBytes::from_request(request, state).await?;
        Ok(Self { body, mark: head.mark(&bytes) })
    }
}

/// A body that contains a secret, such as a password.
pub trait WithSecret {
    /// Everything in the body but the secret. Requests that differ in the secret alone are the same request.
    fn without_secret(&self) -> String;
}

/// As [`Idempotent`], for a body that contains a secret. The secret is not in the fingerprint: whoever reads the database
/// could find out a short secret by trying.
pub struct IdempotentWithSecret<T>(pub Idempotent<T>);

impl<T: DeserializeOwned + WithSecret, S: Sync> FromRequest<S> for IdempotentWithSecret<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let head = RequestHead::read(&request)?;
        let Json(body) = Json::<T>::from_request(request, state).await?;
        let mark = head.mark(body.without_secret().as_bytes());
        Ok(Self(Idempotent { body, mark }))
    }
}

/// What a mark consists of, beside the body.
struct RequestHead {
    key: Option<String>,
    credential: Option<String>,
    method: String,
    path: String,
}

impl RequestHead {
    fn read(request: &Request) -> Result<Self, Problem> {
        let key = key_in(request.headers())?;
        let credential = bearer(request.headers()).unwrap_or_default();
        let is_token = credential.bytes().filter(|byte| *byte == b'.').count() == 2;
        let credential = (!is_token).then(|| credential.to_owned());
        Ok(Self { key, credential, method: request.method().to_string(), path: request.uri().path().to_owned() })
    }

    fn mark(self, body: &[u8]) -> Option<IdempotencyMark> {
        let Self { key, credential, method, path } = self;
        key.map(|key| {
            let mut fingerprint = Sha256::new();
            for part in [method.as_bytes(), path.as_bytes(), body] {
                fingerprint.update(part.len().to_le_bytes());
                fingerprint.update(part);
            }
            IdempotencyMark { fingerprint: hex::encode(fingerprint.finalize()), credential, key }
        })
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

/// Processes requests with an Idempotency-Key once.
#[derive(Clone)]
pub struct Idempotency {
    db: Db,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    background: Arc<dyn Background>,
    sealing_key: SealingKey,
    kept: KeptResponses,
}

/// Whether a response contains a secret that is shown only once.
#[derive(Clone, Copy, PartialEq)]
enum Content {
    Secret,
    Public,
}

/// One run of a marked request.
struct Run {
    caller: String,
    key: String,
    started_at: Timestamp,
}

/// What a run came to.
enum End {
    /// It was answered; `is_kept`: the response is in the cache meanwhile.
    Answered { kept: Kept, is_kept: bool },
    /// It may be tried again.
    Failed,
}

/// The outcome of claiming a mark.
enum Claim {
    /// The request is new, or its first run has died; the time identifies this run.
    New(Timestamp),
    Answered(StatusCode, String),
}

impl Idempotency {
    /// Stores responses in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let Capabilities { background, cache, clock, random, .. } = capabilities;
        let sealing_key = SealingKey::new(capabilities);
        let kept = KeptResponses::new(cache);
        let (background, clock, random) = (background.clone(), clock.clone(), random.clone());
        Self { db: db.clone(), clock, random, background, sealing_key, kept }
    }

    /// Runs `work`, unless `request` was already answered within `scope`. Failed work leaves no mark and can be repeated with
    /// the same key. For a response that contains a secret, use [`Idempotency::once_for_secret`].
    pub async fn once<T, B: Serialize>(
        &self,
        scope: &IdempotencyScope,
        request: Idempotent<T>,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        self.run(scope, request, Content::Public, work).await
    }

    /// As [`Idempotency::once`], for a response that contains a secret.
    pub async fn once_for_secret<T, B: Serialize>(
        &self,
        scope: &IdempotencyScope,
        request: Idempotent<T>,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        self.run(scope, request, Content::Secret, work).await
    }

    async fn run<T, B: Serialize>(
        &self,
        scope: &IdempotencyScope,
        request: Idempotent<T>,
        content: Content,
        work: impl AsyncFnOnce(T) -> Result<(StatusCode, B), Problem>,
    ) -> Result<Response, Problem> {
        let caller = scope.as_str();
        let Idempotent { body, mark } = request;
        let Some(mark) = mark else {
            return work(body).await.map(|(status, answer)| (status, Json(answer)).into_response());
        };
        // Before the work: without the encryption key its response could not be stored.
        let cipher = self.cipher(caller, &mark, content).await?;
        let started_at = match self.claim(caller, &mark, &cipher).await? {
            Claim::Answered(status, answer) => return Ok(json(status, answer)),
            Claim::New(started_at) => started_at,
        };
        let run = Run { caller: caller.to_owned(), key: mark.key, started_at };
        match work(body).await {
            Ok((status, answer)) => {
                let unwritten = |_| Problem::new(Code::Internal, "The answer could not be written.");
                let answer = serde_json::to_string(&answer).map_err(unwritten)?;
                let sealed = cipher.seal(&*self.random, &answer);
                let may_be_kept = content == Content::Public || mark.credential.is_some();
                let kept = Kept { fingerprint: mark.fingerprint, started_at, status: status.as_u16(), sealed };
                self.finish(run, kept, may_be_kept).await;
                Ok(json(status, answer))
            }
            Err(problem) => {
                if self.release(&run).await.is_err() {
                    self.end_later(run, End::Failed);
                }
                Err(problem)
            }
        }
    }

    async fn cipher(&self, caller: &str, mark: &IdempotencyMark, content: Content) -> Result<ResponseCipher, Problem> {
        Ok(match (&mark.credential, content) {
            (Some(credential), _) => ResponseCipher::new(&[credential, &mark.key]),
            (None, Content::Public) => ResponseCipher::new(&[caller, &mark.key]),
            (None, Content::Secret) => ResponseCipher::new(&[caller, &mark.key, &self.sealing_key.get().await?]),
        })
    }

    async fn claim(&self, caller: &str, mark: &IdempotencyMark, cipher: &ResponseCipher) -> Result<Claim, Problem> {
        let now = self.clock.now();
        self.delete_expired(caller, mark, now).await?;
        let claim = "INSERT INTO idempotent_requests (caller, key, fingerprint, started_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (caller, key) DO NOTHING RETURNING started_at";
        let (key, fingerprint) = (mark.key.as_str(), mark.fingerprint.as_str());
        let values = [caller.into(), key.into(), fingerprint.into(), now.into()];
        if !self.db.query(claim, &values).await?.is_empty() {
            return Ok(Claim::New(now));
        }
        let find = "SELECT fingerprint, status, answer, started_at FROM idempotent_requests
            WHERE caller = $1 AND key = $2";
        let found = self.db.query(find, &[caller.into(), key.into()]).await?;
        // The mark existed a moment ago: its request failed and removed it.
        let row = found.first().ok_or_else(running)?;
        if row.text(0)? != mark.fingerprint {
            let detail = "This Idempotency-Key was used for another request.";
            return Err(Problem::new(Code::IdempotencyKeyReused, detail));
        }
        let Some(status) = row.optional_integer(1)? else {
            let run = Run {
                caller: caller.to_owned(),
                key: key.to_owned(),
                started_at: Timestamp::from_millis(row.integer(3)?),
            };
            return self.take_over(run, mark, cipher, now).await;
        };
        let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        answered(status, row.text(2).unwrap_or_default(), cipher)
    }

    /// The outcome of claiming the mark of `run`, which has not come to its end in the database.
    async fn take_over(
        &self,
        run: Run,
        mark: &IdempotencyMark,
        cipher: &ResponseCipher,
        now: Timestamp,
    ) -> Result<Claim, Problem> {
        // INVARIANT: nothing runs in its place while it may have an answer in the cache.
        let kept = self.kept.get(&run.caller, &run.key).await.map_err(|error| running().because(error))?;
        if let Some(kept) = kept.filter(|kept| kept.is_of(&run, &mark.fingerprint)) {
            let answered = answered(StatusCode::from_u16(kept.status).ok(), &kept.sealed, cipher);
            if self.store(&run, &kept).await.is_ok() {
                let _ = self.kept.delete(&run.caller, &run.key).await;
            }
            return answered;
        }
        if run.started_at.as_millis() >= now.as_millis().saturating_sub(millis(MAX_RUN_TIME)) {
            return Err(running());
        }
        let statement = "UPDATE idempotent_requests SET started_at = $1
            WHERE caller = $2 AND key = $3 AND started_at = $4 AND status IS NULL RETURNING started_at";
        let values = [now.into(), run.caller.into(), run.key.into(), run.started_at.into()];
        let is_taken = !self.db.query(statement, &values).await?.is_empty();
        if is_taken { Ok(Claim::New(now)) } else { Err(running()) }
    }

    /// Stores the response of `run`; in the cache if that fails, and then behind the answer until it succeeds.
    async fn finish(&self, run: Run, kept: Kept, may_be_kept: bool) {
        if self.store(&run, &kept).await.is_ok() {
            return;
        }
        // If this fails too, repetitions are refused until the response is stored, or the mark expires.
        let is_kept = may_be_kept && self.kept.set(&run.caller, &run.key, &kept).await.is_ok();
        self.end_later(run, End::Answered { kept, is_kept });
    }

    /// Brings the mark of `run` to its end behind the answer, by as many attempts as that takes.
    fn end_later(&self, run: Run, end: End) {
        let this = self.clone();
        self.background.spawn(Box::pin(async move {
            let [.., longest] = PAUSES;
            let mut pauses = PAUSES.into_iter();
            let began = this.clock.elapsed();
            while this.clock.elapsed().saturating_sub(began) < PATIENCE {
                this.clock.sleep(pauses.next().unwrap_or(longest)).await;
                let ended = match &end {
                    End::Answered { kept, .. } => this.store(&run, kept).await,
                    End::Failed => this.release(&run).await,
                };
                if ended.is_ok() {
                    if matches!(end, End::Answered { is_kept: true, .. }) {
                        let _ = this.kept.delete(&run.caller, &run.key).await;
                    }
                    break;
                }
            }
        }));
    }

    /// Deletes the mark if it has expired, and some marks that expired long ago.
    async fn delete_expired(&self, caller: &str, mark: &IdempotencyMark, now: Timestamp) -> Result<(), DatabaseError> {
        let this = "DELETE FROM idempotent_requests WHERE caller = $1 AND key = $2 AND started_at < $3";
        let expired = self.db.expired_before(now, RETENTION).await?;
        self.db.query(this, &[caller.into(), mark.key.as_str().into(), expired.into()]).await?;
        let others = "DELETE FROM idempotent_requests WHERE (caller, key) IN (
            SELECT caller, key FROM idempotent_requests WHERE started_at < $1 ORDER BY started_at LIMIT $2)";
        let deletable = Timestamp::from_millis(expired.as_millis().saturating_sub(millis(DELETE_AFTER)));
        self.db.query(others, &[deletable.into(), MAX_DELETED.into()]).await.map(drop)
    }

    async fn store(&self, run: &Run, kept: &Kept) -> Result<(), DatabaseError> {
        let statement = "UPDATE idempotent_requests SET status = $1, answer = $2
            WHERE caller = $3 AND key = $4 AND started_at = $5";
        let (status, answer) = (Value::Integer(i64::from(kept.status)), kept.sealed.as_str());
        let values =
            [status, answer.into(), run.caller.as_str().into(), run.key.as_str().into(), run.started_at.into()];
        self.db.query(statement, &values).await.map(drop)
    }

    async fn release(&self, run: &Run) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM idempotent_requests
            WHERE caller = $1 AND key = $2 AND started_at = $3 AND status IS NULL";
        let values = [run.caller.as_str().into(), run.key.as_str().into(), run.started_at.into()];
        self.db.query(statement, &values).await.map(drop)
    }
}

fn running() -> Problem {
    Problem::new(Code::IdempotencyInProgress, "A request with this Idempotency-Key is running.").retry_after(1)
}

fn answered(status: Option<StatusCode>, sealed: &str, cipher: &ResponseCipher) -> Result<Claim, Problem> {
    match status.zip(cipher.open(sealed)) {
        Some((status, answer)) => Ok(Claim::Answered(status, answer)),
        None => {
            let detail = "This Idempotency-Key was used with another credential, or what it was answered can no longer \
                be shown: see what was made, and use another key.";
            Err(Problem::new(Code::IdempotencyKeyReused, detail))
        }
    }
}

fn json(status: StatusCode, body: String) -> Response {
    let kind = http::HeaderValue::from_static("application/json");
    (status, [(http::header::CONTENT_TYPE, kind)], body).into_response()
}

#[cfg(test)]
mod tests;

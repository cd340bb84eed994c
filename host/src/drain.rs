//! The host's own scheduler: has the edge run the jobs that are due, now and then. On Spin a scheduler calls the same route
//! over HTTP; this one calls it without leaving the process.
//!
//! It shows the value of the application's variable `drain_key`, which lets whoever knows it drain and do nothing else. Where
//! nobody set one, one is made up for as long as the process lives, which nobody else ever sees.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt as _, Empty, Limited};
use tokio::sync::watch;
use uuid::Uuid;
use wasmtime_wasi_http::WasiBody;

use crate::application::Application;
use crate::variables::Variables;
use crate::{log, random};

const VARIABLE: &str = "drain_key";

/// What is drained: all components' jobs. It says whether there is more. An application may lack it.
const PATH: &str = "/api/v1/jobs/drain";

/// As the caller's address: nobody's.
const OWN_ADDRESS: &str = "127.0.0.1:0";

/// The largest answer that is read, bytes.
const MAX_RESPONSE_LEN: usize = 64 << 10;

/// Drains now and then.
pub struct Timer {
    authorization: HeaderValue,
    every: Duration,
}

/// What came of one drain.
enum DrainResult {
    /// Nothing is left that is due.
    Done,
    /// It ran out of time: there is more.
    More,
    /// It could not be done; why.
    Failed(String),
}

impl Timer {
    /// A timer for an application that has the variable; None: this one has not, or `every` is no time.
    pub fn new(variables: &mut Variables, every: Duration) -> Option<Self> {
        if every.is_zero() {
            return None;
        }
        let key =
            variables.get_or_make(VARIABLE, || format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()))?;
        // A key that does not fit a header could not be shown over HTTP either.
        let mut authorization = HeaderValue::try_from(format!("Bearer {key}")).ok()?;
        authorization.set_sensitive(true);
        Some(Self { authorization, every })
    }

    /// Drains until whoever holds the other end of `stopped` lets go of it. A drain that is under way comes to its end.
    pub async fn run(self, application: Arc<Application>, mut stopped: watch::Receiver<()>) {
        let mut wait = self.first_wait();
        let mut succeeded = true;
        loop {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = stopped.changed() => return,
            }
            wait = self.every;
            match self.drain(&application).await {
                DrainResult::Done => succeeded = true,
                DrainResult::More => (succeeded, wait) = (true, Duration::ZERO),
                DrainResult::Failed(reason) => {
                    // Once, not each time.
                    if std::mem::replace(&mut succeeded, false) {
                        log::error("host", "what was left undone could not be taken up; it is tried again", &reason);
                    }
                }
            }
        }
    }

    /// Half of the time at least, the rest by chance: nodes that start together do not drain together.
    fn first_wait(&self) -> Duration {
        let half = self.every / 2;
        let millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        half.saturating_add(Duration::from_millis(random::below(millis)))
    }

    async fn drain(&self, application: &Application) -> DrainResult {
        let body: WasiBody = Empty::<Bytes>::new().map_err(|never| match never {}).boxed_unsync();
        let request = Request::post(PATH).header(AUTHORIZATION, self.authorization.clone()).body(body);
        let Ok(request) = request else { return DrainResult::Failed("the request cannot be written".into()) };
        let client = HeaderValue::from_static(OWN_ADDRESS);
        let answer = match application.route(PATH) {
            Ok(found) => {
                let slot = application.processor().take_inside().await;
                application.handle(found, request, &client, slot).await
            }
            Err(refusal) => Err(refusal),
        };
        let response = match answer {
            Ok(response) => response,
            Err(refusal) => return DrainResult::Failed(format!("{refusal:?}")),
        };
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_RESPONSE_LEN).collect().await;
        match (status, body) {
            (StatusCode::OK, Ok(body)) => {
                let answer: serde_json::Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
                let more = answer.get("more").and_then(serde_json::Value::as_bool);
                if more == Some(true) { DrainResult::More } else { DrainResult::Done }
            }
            (StatusCode::NOT_FOUND, _) => DrainResult::Done,
            (status, _) => DrainResult::Failed(format!("its status is {}", status.as_u16())),
        }
    }
}

//! How a check is answered: from memory, else by the edge, else by what is agreed for when the edge cannot answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared as SharedFuture, WeakShared};
use http::{Method, Response, StatusCode};
use tokio::time::Instant;

use crate::error::EdgeError;
use crate::memory::{Arrival, Sent};
use crate::options::OnUnavailable;
use crate::retry;
use crate::seat::{CheckAnswer, CheckBody, EDGE_UNAVAILABLE, Origin, SeatAnswer, SeatCheck, SeatVerdict};
use crate::shared::{Shared, lock};

/// How often the edge is asked until an answer is not overtaken by a change.
const ASKED_AT_MOST: usize = 3;

type Verified = Result<Arc<SeatVerdict>, EdgeError>;

/// The checks that are under way, which others may share.
pub(crate) type Flights = HashMap<OwnedCheck, Flight>;

/// A check under way. It ends when nobody waits for it any more.
pub(crate) struct Flight {
    answer: WeakShared<BoxFuture<'static, Verified>>,
    /// When its latest request was sent.
    sent: Arc<Mutex<Sent>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct OwnedCheck {
    user: Box<str>,
    application: Box<str>,
    organization: Box<str>,
    min_version: Option<i64>,
}

impl OwnedCheck {
    fn new(check: &SeatCheck<'_>) -> Self {
        Self {
            user: check.user_id.into(),
            application: check.application_slug.into(),
            organization: check.external_org_id.into(),
            min_version: check.min_version,
        }
    }

    fn borrowed(&self) -> SeatCheck<'_> {
        SeatCheck {
            user_id: &self.user,
            application_slug: &self.application,
            external_org_id: &self.organization,
            min_version: self.min_version,
        }
    }
}

/// Whether a failure may be one of the moment.
enum Failure {
    Passing(EdgeError),
    Lasting(EdgeError),
}

impl Shared {
    /// The answer in memory, if it may be given.
    pub(crate) fn remembered(&self, check: &SeatCheck<'_>) -> Option<SeatAnswer> {
        let now = self.clock.now();
        let verdict = lock(&self.memory).fresh(check, now)?;
        Some(SeatAnswer::new(verdict, Origin::Memory))
    }

    /// The answer of the edge, or what is agreed for when it cannot answer.
    pub(crate) async fn ask(self: &Arc<Self>, check: &SeatCheck<'_>) -> Result<SeatAnswer, EdgeError> {
        match self.join(check).await {
            Ok(verdict) => Ok(SeatAnswer::new(verdict, Origin::Edge)),
            Err(error @ EdgeError::Refused(_)) => Err(error),
            Err(error) => self.without_edge(check, error),
        }
    }

    fn without_edge(&self, check: &SeatCheck<'_>, error: EdgeError) -> Result<SeatAnswer, EdgeError> {
        let denial = || SeatAnswer::new(SeatVerdict::denial(EDGE_UNAVAILABLE), Origin::Unavailable);
        match &self.options.on_unavailable {
            OnUnavailable::Stale => {
                let now = self.clock.now();
                let remembered = lock(&self.memory).stale(check, now);
                Ok(remembered.map_or_else(denial, |verdict| SeatAnswer::new(verdict, Origin::Outage)))
            }
            OnUnavailable::Deny => Ok(denial()),
            OnUnavailable::Error => Err(error),
            OnUnavailable::Call(answer) => Ok(SeatAnswer::new(answer(check, &error), Origin::Unavailable)),
        }
    }

    /// The check of the same user that is under way, if no change overtook it; else a new one.
    fn join(self: &Arc<Self>, check: &SeatCheck<'_>) -> SharedFuture<BoxFuture<'static, Verified>> {
        let key = OwnedCheck::new(check);
        let mut flights = lock(&self.flights);
        let under_way = flights.get(&key).and_then(|flight| {
            let sent = *lock(&flight.sent);
            let is_overtaken = lock(&self.memory).is_overtaken(check, sent);
            flight.answer.upgrade().filter(|_| !is_overtaken)
        });
        if let Some(answer) = under_way {
            return answer;
        }
        let sent = Arc::new(Mutex::new(self.note_sending()));
        let flight = self.clone().fly(key.clone(), sent.clone()).boxed().shared();
        if let Some(answer) = flight.downgrade() {
            flights.retain(|_, flight| flight.answer.upgrade().is_some_and(|it| it.peek().is_none()));
            flights.insert(key, Flight { answer, sent });
        }
        flight
    }

    fn note_sending(&self) -> Sent {
        let now = self.clock.now();
        lock(&self.memory).send(now)
    }

    async fn fly(self: Arc<Self>, check: OwnedCheck, sent: Arc<Mutex<Sent>>) -> Verified {
        lock(&self.retries).count_check();
        let deadline = Instant::now() + self.options.timeout;
        let borrowed = check.borrowed();
        let answer = tokio::time::timeout_at(deadline, self.ask_until_current(&borrowed, &sent, deadline)).await;
        let verified = answer.unwrap_or_else(|_| Err(self.late()));
        let mut flights = lock(&self.flights);
        if flights.get(&check).is_some_and(|flight| Arc::ptr_eq(&flight.sent, &sent)) {
            flights.remove(&check);
        }
        verified
    }

    fn late(&self) -> EdgeError {
        EdgeError::unavailable(format!("no answer within {:?}", self.options.timeout))
    }

    async fn ask_until_current(&self, check: &SeatCheck<'_>, sent: &Mutex<Sent>, deadline: Instant) -> Verified {
        let began = self.clock.now();
        let mut may_retry = true;
        for _ in 0..ASKED_AT_MOST {
            let answer = loop {
                *lock(sent) = self.note_sending();
                match self.ask_once(check).await {
                    Ok(answer) => break answer,
                    Err(Failure::Lasting(error)) => return Err(error),
                    Err(Failure::Passing(error)) => {
                        let delay = retry::check_delay((self.random)());
                        let is_in_time = Instant::now() + delay < deadline;
                        if !std::mem::take(&mut may_retry) || !is_in_time || !lock(&self.retries).take() {
                            return Err(error);
                        }
                        tokio::time::sleep(delay).await;
                    }
                }
            };
            // A machine that was suspended had no timer fire.
            if began.passed(self.clock.now()) >= self.options.timeout {
                return Err(self.late());
            }
            let lifetime = answer.lifetime();
            let verdict = Arc::new(answer.verdict);
            if lock(&self.memory).arrive(check, *lock(sent), &verdict, lifetime) == Arrival::Current {
                return Ok(verdict);
            }
        }
        Err(EdgeError::unavailable("each answer was overtaken by a change"))
    }

    async fn ask_once(&self, check: &SeatCheck<'_>) -> Result<CheckAnswer, Failure> {
        let passing = |reason: String| Failure::Passing(EdgeError::unavailable(reason));
        let body = serde_json::to_vec(&CheckBody::new(*check)).map_err(|error| passing(error.to_string()))?;
        let mut request =
            self.request(Method::POST, "/verify-seat", Bytes::from(body)).map_err(|error| passing(error.0))?;
        let json = http::HeaderValue::from_static("application/json");
        request.headers_mut().insert(http::header::CONTENT_TYPE, json);
        let response = self.send(request).await.map_err(|error| passing(error.0))?;
        read(&response)
    }
}

fn read(response: &Response<Bytes>) -> Result<CheckAnswer, Failure> {
    let status = response.status();
    if status.is_success() {
        let unreadable = |error| Failure::Lasting(EdgeError::unavailable(format!("unreadable answer: {error}")));
        return serde_json::from_slice(response.body()).map_err(unreadable);
    }
    let error = EdgeError::of(status, response.body());
    let is_passing =
        matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT);
    let asks_to_wait = response.headers().contains_key(http::header::RETRY_AFTER);
    Err(if is_passing && !asks_to_wait { Failure::Passing(error) } else { Failure::Lasting(error) })
}

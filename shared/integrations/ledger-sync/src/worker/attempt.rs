//! An attempt at a document.
//!
//! INVARIANT: a document is written only after its row says `sending`, and, whatever its row says, only after the provider
//! was asked for it and had none. So wherever an instance dies, whoever comes next finds what it wrote. What was begun less
//! than a moment ago may still land: it is not written again before.

use std::time::Duration;

use edge_accounting::{AccountingError, Document, Provider, Recorded};
use edge_capabilities::clock::millis;
use edge_capabilities::{Timestamp, backoff, random};

use super::Interrupted;
use super::slice::{End, Failure, Slice, Stop};
use crate::document::{Built, DocumentRow, DocumentState, Obstacle, RemoteColumn, Sources};
use crate::error::{Reason, SyncCode};
use crate::log::{LogEntry, LogOutcome};

/// How often a document is attempted in a run while the provider cannot do what it is asked.
const MAX_ATTEMPTS: i64 = 5;

/// The first wait after a failure that may pass, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(5));

/// How long after a write was begun it may still land, though nothing was heard of it. NetSuite goes on for minutes.
const fn settles_within(provider: Provider) -> Duration {
    match provider {
        Provider::NetSuite => Duration::from_mins(6),
        _ => Duration::from_secs(30),
    }
}

/// What came of an attempt.
#[derive(Debug)]
enum Outcome {
    /// It is in the books: whether it was before.
    Recorded { recorded: Recorded, is_linked: bool },
    /// It is in the books, and was voided at the edge.
    Voided(Recorded),
    /// There is nothing to write.
    Cancelled,
    /// It refers to something that is not in the books.
    Waits(Reason),
    /// It was not written, and will not be in this run.
    Refused(Reason),
    /// It was not written: this run tries again.
    Again(Reason),
    /// It is not known whether it was written: it is looked for at this time.
    Unknown(Reason, Timestamp),
    /// It was looked for in vain, and may still land until this time. That is no attempt.
    Looked(Reason, Timestamp),
    /// It was not written, for a reason that concerns the whole run.
    Stopped(Stop),
}

impl Outcome {
    fn of_failure(failure: Failure) -> Self {
        let error = match failure {
            Failure::Stop(stop) => return Self::Stopped(stop),
            Failure::Accounting(error) => error,
        };
        match error {
            AccountingError::Throttled { wait, daily } => {
                Self::Stopped(Stop::End(End::Throttled { wait, is_daily: daily }))
            }
            AccountingError::Unavailable(_) | AccountingError::Unknown(_) => Self::Again(Reason::of(&error)),
            error => Self::Refused(Reason::of(&error)),
        }
    }
}

impl Slice<'_> {
    /// Attempts `row`; gives whether the provider did what it was asked, whatever that is worth.
    pub(super) async fn attempt(&self, mut row: DocumentRow, sources: &Sources) -> bool {
        if self.is_stopped() {
            return false;
        }
        let started = self.worker.capabilities.clock.elapsed();
        if row.run.as_deref() != Some(&self.run_id) {
            (row.run, row.attempts, row.retry_at) = (Some(self.run_id.clone()), 0, None);
        }
        row.attempts = row.attempts.saturating_add(1);
        let outcome = self.write(&mut row, sources).await;
        let took = self.worker.capabilities.clock.elapsed().saturating_sub(started);
        match self.settle(row, outcome, took).await {
            Ok(is_answered) => is_answered,
            Err(stop) => {
                self.stop(stop);
                false
            }
        }
    }

    /// Writes what `row` stands for, if it is not in the books.
    async fn write(&self, row: &mut DocumentRow, sources: &Sources) -> Outcome {
        let built = match self.builder.build(row, sources).await {
            Ok(built) => built,
            Err(Obstacle::Db(error)) => return Outcome::Stopped(error.into()),
            Err(Obstacle::Reason(reason)) if reason.code == SyncCode::WaitsForDocument => {
                return Outcome::Waits(reason);
            }
            Err(Obstacle::Reason(reason)) => return Outcome::Refused(reason),
        };
        let (document, is_voided) = match built {
            Built::Nothing => return Outcome::Cancelled,
            Built::Voided(_) if row.sending_at.is_none() => return Outcome::Cancelled,
            Built::Voided(document) => (document, true),
            Built::Document(document) => (document, false),
        };
        if let Err(stop) = self.ready_to_ask().await {
            return Outcome::Stopped(stop);
        }
        match self.call(|client| client.find(&document)).await {
            Ok(Some(found)) if is_voided => Outcome::Voided(found),
            Ok(Some(found)) => self.complete(&document, found, true).await,
            Ok(None) => {
                let settled_at = row.sending_at.map(|at| at.plus(settles_within(self.integration.provider)));
                if let Some(at) = settled_at.filter(|at| *at > self.worker.now()) {
                    let reason = Reason::new(
                        SyncCode::ProviderUnavailable,
                        "The provider did not say what came of the last attempt. It may still be at it.",
                    );
                    return Outcome::Looked(reason, at);
                }
                if is_voided { Outcome::Cancelled } else { self.create(row, &document).await }
            }
            Err(failure) => Outcome::of_failure(failure),
        }
    }

    async fn ready_to_ask(&self) -> Result<(), Stop> {
        self.keep().await?;
        self.ready().await
    }

    async fn ready_to_write(&self) -> Result<(), Stop> {
        self.keep().await?;
        self.note_written().await
    }

    /// Writes `document`, which is not in the books.
    async fn create(&self, row: &mut DocumentRow, document: &Document) -> Outcome {
        if let Err(stop) = self.ready_to_write().await {
            return Outcome::Stopped(stop);
        }
        let now = self.worker.now();
        (row.state, row.sending_at, row.updated_at) = (DocumentState::Sending, Some(now), now);
        match self.worker.documents().store(row).await {
            Ok(true) => {}
            Ok(false) => return Outcome::Stopped(Stop::Interrupted(Interrupted::Lost)),
            Err(error) => return Outcome::Stopped(error.into()),
        }
        let key = row.id.clone();
        let created = self.call(|client| client.create(document, &key)).await;
        if !matches!(&created, Err(Failure::Accounting(error)) if error.may_have_landed()) && created.is_err() {
            // Nothing was done.
            row.sending_at = None;
        }
        match created {
            Ok(recorded) => self.complete(document, recorded, false).await,
            Err(Failure::Accounting(AccountingError::Duplicate(message))) => {
                match self.call(|client| client.find(document)).await {
                    Ok(Some(found)) => self.complete(document, found, true).await,
                    Ok(None) => {
                        row.sending_at = None;
                        Outcome::Refused(Reason::new(SyncCode::DuplicateNumber, message))
                    }
                    Err(failure) => Outcome::of_failure(failure),
                }
            }
            Err(Failure::Accounting(AccountingError::Unknown(message))) => {
                // What landed is found soon.
                let soon = backoff(&*self.worker.capabilities.random, WAITS.0, WAITS.1, row.attempts);
                let reason = Reason::new(SyncCode::ProviderUnavailable, message);
                Outcome::Unknown(reason, self.worker.now().plus(soon))
            }
            Err(failure) => Outcome::of_failure(failure),
        }
    }

    /// Has `recorded` count in the books, if it is a draft.
    async fn complete(&self, document: &Document, recorded: Recorded, is_linked: bool) -> Outcome {
        if !recorded.draft {
            return Outcome::Recorded { recorded, is_linked };
        }
        match self.call(|client| client.complete(document, &recorded)).await {
            Ok(recorded) => Outcome::Recorded { recorded, is_linked },
            // The draft is found by the next attempt.
            Err(failure) => Outcome::of_failure(failure),
        }
    }

    /// Notes `outcome` in the row and the log. Gives whether the provider did what it was asked.
    async fn settle(&self, mut row: DocumentRow, outcome: Outcome, took: Duration) -> Result<bool, Stop> {
        let now = self.worker.now();
        row.updated_at = now;
        let wait = || backoff(&*self.worker.capabilities.random, WAITS.0, WAITS.1, row.attempts);
        let mut is_answered = true;
        let mut stop = None;
        let logged = match outcome {
            Outcome::Recorded { recorded, is_linked } => {
                is_written(&mut row, recorded, None, now);
                if is_linked { LogOutcome::Linked } else { LogOutcome::Sent }
            }
            Outcome::Voided(recorded) => {
                let reason = Reason::new(SyncCode::VoidedAfterSent, "The invoice was voided after it was sent.");
                is_written(&mut row, recorded, Some(reason), now);
                LogOutcome::Linked
            }
            Outcome::Cancelled => {
                row.state = DocumentState::Cancelled;
                say(&mut row, None);
                LogOutcome::Cancelled
            }
            Outcome::Waits(reason) => {
                (row.state, row.retry_at, is_answered) = (rest_of(&row), None, false);
                say(&mut row, Some(reason));
                LogOutcome::Deferred
            }
            Outcome::Refused(reason) => {
                let is_blocked = reason.code == SyncCode::PeriodClosed;
                row.state = if is_blocked { DocumentState::Blocked } else { DocumentState::Failed };
                say(&mut row, Some(reason));
                if is_blocked { LogOutcome::Blocked } else { LogOutcome::Failed }
            }
            Outcome::Again(reason) | Outcome::Unknown(reason, _) if row.attempts >= MAX_ATTEMPTS => {
                (row.state, is_answered) = (DocumentState::Failed, false);
                stop = Some(Stop::End(End::Passing(reason.clone())));
                say(&mut row, Some(reason));
                LogOutcome::Failed
            }
            Outcome::Again(reason) => {
                (row.state, row.retry_at, is_answered) = (rest_of(&row), Some(now.plus(wait())), false);
                stop = Some(Stop::End(End::Passing(reason.clone())));
                say(&mut row, Some(reason));
                LogOutcome::Deferred
            }
            Outcome::Unknown(reason, at) => {
                (row.state, row.retry_at, is_answered) = (DocumentState::Sending, Some(at.max(now)), false);
                stop = Some(Stop::End(End::Passing(reason.clone())));
                say(&mut row, Some(reason));
                LogOutcome::Deferred
            }
            Outcome::Looked(reason, at) => {
                (row.state, row.retry_at) = (DocumentState::Sending, Some(at.max(now)));
                row.attempts = row.attempts.saturating_sub(1);
                say(&mut row, Some(reason));
                LogOutcome::Deferred
            }
            Outcome::Stopped(why) => {
                self.stop(why);
                return self.give_back(row).await;
            }
        };
        if matches!(logged, LogOutcome::Deferred) && row.retry_at.is_some() {
            row.settled_run = None;
        } else {
            row.settled_run = Some(self.run_id.clone());
        }
        if !self.worker.documents().store(&mut row).await? {
            return Err(Stop::Interrupted(Interrupted::Lost));
        }
        if let Some(stop) = stop {
            self.stop(stop);
        }
        self.log(&row, logged, took).await?;
        Ok(is_answered)
    }

    /// Leaves a row that was not attempted after all.
    async fn give_back(&self, mut row: DocumentRow) -> Result<bool, Stop> {
        row.attempts = row.attempts.saturating_sub(1);
        let state = rest_of(&row);
        if row.state != state {
            row.state = state;
            // If it cannot be stored, whoever comes next looks for it first.
            let _ = self.worker.documents().store(&mut row).await;
        }
        Ok(false)
    }

    async fn log(&self, row: &DocumentRow, outcome: LogOutcome, took: Duration) -> Result<(), Stop> {
        let now = self.worker.now();
        let id = random::hex::<6>(&*self.worker.capabilities.random);
        let entry = LogEntry {
            id: format!("slg_{:012x}{id}", now.as_millis().max(0)),
            tenant: row.tenant.clone(),
            integration: row.integration.clone(),
            run: self.run_id.clone(),
            actor: self.actor.clone(),
            kind: row.kind().as_str().to_owned(),
            number: row.number.clone(),
            attempt: row.attempts,
            outcome,
            remote_id: row.remote().map(|remote| remote.id.clone()),
            code: row.code,
            error: row.error.clone(),
            duration_ms: millis(took),
            at: now,
        };
        Ok(self.worker.logs().append(&entry).await?)
    }
}

/// The state of a row that is not in the books: whether something may still land.
const fn rest_of(row: &DocumentRow) -> DocumentState {
    if row.sending_at.is_some() { DocumentState::Sending } else { DocumentState::Pending }
}

fn say(row: &mut DocumentRow, reason: Option<Reason>) {
    let (code, error) = reason.map_or((None, None), |reason| (Some(reason.code), Some(reason.message)));
    (row.code, row.error) = (code, error);
}

fn is_written(row: &mut DocumentRow, recorded: Recorded, reason: Option<Reason>, now: Timestamp) {
    row.remote = Some(RemoteColumn(recorded));
    (row.state, row.sent_at) = (DocumentState::Sent, Some(now));
    (row.sending_at, row.retry_at) = (None, None);
    say(row, reason);
}

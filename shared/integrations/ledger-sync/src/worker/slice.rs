//! What a run does before it lets others on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use edge_accounting::{AccountingClient, AccountingError, DocumentKind};
use edge_capabilities::Timestamp;
use edge_jobs::Job;
use edge_time_zones::Zone;
use futures::StreamExt as _;
use futures::future::BoxFuture;

use super::{Interrupted, SLICE, SyncWorker};
use crate::books::{BooksError, Integration, OpenBooks};
use crate::document::{Builder, FoundState};
use crate::error::{Reason, SyncCode};
use crate::run::Run;
use crate::throttle::{Throttle, next_day};

/// Documents in one read.
const PAGE: u32 = 50;

/// The most documents at once, whatever a provider allows.
const AT_ONCE: u32 = 8;

/// How old a lease is before it is renewed.
const RENEW_AFTER: i64 = 10_000;

/// How many requests of a day's allowance are left for what is begun already.
const RESERVE: i64 = 20;

/// How a slice of a run ended.
#[derive(Debug)]
pub(super) enum End {
    /// There is more to do right away.
    More,
    /// There is more to do from this time on.
    Wait(Timestamp, Reason),
    /// The provider allows no more requests for now.
    Throttled { wait: Option<Duration>, is_daily: bool },
    /// The provider cannot do what it is asked for now.
    Passing(Reason),
    /// A person must consent again.
    NeedsReauth(String),
    /// Somebody has to configure something.
    Misconfigured(String),
    /// The integration was disconnected.
    Disconnected,
    /// All documents were tried.
    Finished,
}

/// Why no further document is begun.
#[derive(Debug)]
pub(super) enum Stop {
    End(End),
    Interrupted(Interrupted),
}

impl From<edge_database::DatabaseError> for Stop {
    fn from(error: edge_database::DatabaseError) -> Self {
        Self::Interrupted(error.into())
    }
}

impl Stop {
    fn of_books(error: BooksError) -> Self {
        End::of_books(error).map_or_else(Self::from, Self::End)
    }
}

/// Why a request gave nothing.
pub(super) enum Failure {
    Accounting(AccountingError),
    Stop(Stop),
}

/// A run at work.
pub(super) struct Slice<'w> {
    pub(super) worker: &'w SyncWorker,
    job: &'w Job,
    pub(super) run_id: String,
    pub(super) actor: String,
    pub(super) integration: Integration,
    books: Box<dyn OpenBooks>,
    /// Whether it is noted that documents are written.
    is_noted: futures::lock::Mutex<bool>,
    pub(super) builder: Builder,
    throttle: Arc<Throttle>,
    zone: Zone,
    until: Timestamp,
    renewed_at: Mutex<Timestamp>,
    /// How often tokens were renewed. Whoever renews them holds it.
    renewals: futures::lock::Mutex<u64>,
    stop: Mutex<Option<Stop>>,
}

impl<'w> Slice<'w> {
    pub(super) fn new(
        worker: &'w SyncWorker,
        job: &'w Job,
        run: &Run,
        integration: &Integration,
        books: Box<dyn OpenBooks>,
        throttle: Arc<Throttle>,
        zone: Zone,
    ) -> Self {
        let now = worker.now();
        Self {
            worker,
            job,
            run_id: run.id.clone(),
            actor: run.actor.clone(),
            integration: integration.clone(),
            books,
            is_noted: futures::lock::Mutex::new(false),
            builder: worker.builder(integration, zone.clone(), false),
            throttle,
            zone,
            until: now.plus(SLICE),
            // The job was claimed before: its lease is renewed at the first occasion.
            renewed_at: Mutex::new(Timestamp::from_millis(0)),
            renewals: futures::lock::Mutex::new(0),
            stop: Mutex::new(None),
        }
    }

    fn is_over(&self) -> bool {
        self.worker.now() >= self.until
    }

    /// Whether no further document is to be begun.
    pub(super) fn is_stopped(&self) -> bool {
        self.is_over() || self.stop.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Has no further document be begun. The first reason counts.
    pub(super) fn stop(&self, stop: Stop) {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
    }

    /// Keeps the run for this worker.
    pub(super) async fn keep(&self) -> Result<(), Stop> {
        let now = self.worker.now();
        let renewed_at = *self.renewed_at.lock().unwrap_or_else(PoisonError::into_inner);
        if now.millis_since(renewed_at) < RENEW_AFTER {
            return Ok(());
        }
        if !self.worker.queue().renew(self.job).await? {
            return Err(Stop::Interrupted(Interrupted::Lost));
        }
        *self.renewed_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    /// Works on `run` until its time is up or it cannot go on.
    pub(super) async fn work(&self, run: &mut Run) -> Result<End, Interrupted> {
        let result = self.send_all(run).await;
        run.throttle = self.throttle.allowance();
        match result {
            Ok(end) | Err(Stop::End(end)) => Ok(end),
            Err(Stop::Interrupted(interrupted)) => Err(interrupted),
        }
    }

    async fn send_all(&self, run: &mut Run) -> Result<End, Stop> {
        self.keep().await?;
        if !run.is_collected {
            let goes_on = || !self.is_over();
            let now = self.worker.now();
            if !self.worker.collector().collect(&self.integration, &self.zone, now, &goes_on).await? {
                return Ok(End::More);
            }
            run.is_collected = true;
        }
        for kind in DocumentKind::ALL.into_iter().filter(|kind| self.integration.kinds.contains(kind)) {
            if let Some(end) = self.send_kind(kind, run).await? {
                return Ok(end);
            }
        }
        Ok(End::Finished)
    }

    /// Sends the documents of `kind`; None: the run is done with them.
    async fn send_kind(&self, kind: DocumentKind, run: &mut Run) -> Result<Option<End>, Stop> {
        let (integration, run_id) = (self.integration.id.as_str(), self.run_id.as_str());
        loop {
            if self.is_over() {
                return Ok(Some(End::More));
            }
            let now = self.worker.now();
            let rows = self.worker.documents().next(integration, kind, run_id, now, PAGE).await?;
            if rows.is_empty() {
                let left = self.worker.documents().left(integration, kind, run_id).await?;
                let FoundState::Later(at) = left else { return Ok(None) };
                let message = format!("It is waited for what became of {}.", kind.as_str());
                return Ok(Some(End::Wait(at.max(now), Reason::new(SyncCode::ProviderUnavailable, message))));
            }
            if !self.throttle.has_today(RESERVE) {
                let message = "The day's allowance of requests is used up.";
                return Ok(Some(End::Wait(next_day(now), Reason::new(SyncCode::DailyLimit, message))));
            }
            let sources = self.builder.read(&rows).await?;
            let at_once = usize::try_from(self.books.client().limits().at_once.clamp(1, AT_ONCE)).unwrap_or(1);
            let attempts = rows.into_iter().map(|row| self.attempt(row, &sources));
            let sent: usize = futures::stream::iter(attempts)
                .buffer_unordered(at_once)
                .map(usize::from)
                .fold(0_usize, |sum, sent| async move { sum.saturating_add(sent) })
                .await;
            if sent > 0 {
                (run.failures, run.throttled) = (0, 0);
            }
            if let Some(stop) = self.stop.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(stop);
            }
        }
    }

    /// Whether the integration is still connected, with tokens that are good.
    pub(super) async fn ready(&self) -> Result<(), Stop> {
        self.books.ready().await.map_err(Stop::of_books)
    }

    /// Notes that documents are written, before the first is.
    pub(super) async fn note_written(&self) -> Result<(), Stop> {
        let mut is_noted = self.is_noted.lock().await;
        if !*is_noted {
            self.books.note_written().await.map_err(Stop::of_books)?;
            *is_noted = true;
        }
        Ok(())
    }

    /// Makes a request. If the tokens are refused, it is made once more with others.
    pub(super) async fn call<'c, T>(
        &'c self,
        ask: impl Fn(&'c dyn AccountingClient) -> BoxFuture<'c, Result<T, AccountingError>> + Send + Sync,
    ) -> Result<T, Failure> {
        let before = *self.renewals.lock().await;
        let answer = match ask(&**self.books.client()).await {
            Err(AccountingError::Unauthorized(_)) => {
                self.renew(before).await.map_err(Failure::Stop)?;
                ask(&**self.books.client()).await
            }
            answer => answer,
        };
        match answer {
            Err(AccountingError::Unauthorized(message)) => {
                self.books.refused(&message).await.map_err(|error| Failure::Stop(Stop::of_books(error)))?;
                Err(Failure::Stop(Stop::End(End::NeedsReauth(message))))
            }
            Err(AccountingError::NeedsReauth(message)) => Err(Failure::Stop(Stop::End(End::NeedsReauth(message)))),
            answer => answer.map_err(Failure::Accounting),
        }
    }

    /// Renews the tokens, unless somebody has since there were `before` renewals.
    async fn renew(&self, before: u64) -> Result<(), Stop> {
        let mut renewals = self.renewals.lock().await;
        if *renewals == before {
            self.books.renew().await.map_err(Stop::of_books)?;
            *renewals = renewals.saturating_add(1);
        }
        Ok(())
    }
}

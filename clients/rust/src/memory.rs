//! What a client knows: answers that it may give by itself, and what it has heard of changes. Nothing in here waits, asks or
//! reads a clock.

mod entries;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::clock::Moment;
use crate::seat::{Lifetime, SeatCheck, SeatVerdict};
use entries::Entries;

/// An organisation of an application.
type Organization = (Box<str>, Box<str>);

/// A response of the feed.
#[derive(Debug, Deserialize)]
pub(crate) struct Changes {
    changes: Vec<Change>,
    pub(crate) next: String,
    reset: bool,
}

impl Changes {
    /// Whether nothing has changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.reset
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    application_slug: Box<str>,
    external_org_id: Box<str>,
}

/// What was known when a check was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    at: Moment,
    connected: bool,
    /// How much had been heard.
    heard: u64,
    /// Counts the checks.
    number: u64,
}

/// What an answer of the edge is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It may be used.
    Current,
    /// A change was heard of since its check was sent.
    Overtaken,
}

struct Remembered {
    verdict: Arc<SeatVerdict>,
    sent: Sent,
    lifetime: Lifetime,
}

/// When a change was heard of.
#[derive(Clone, Copy, Default)]
struct Heard {
    /// How much had been heard then, with it.
    count: u64,
    /// By the edge's clock, milliseconds since 1970; None: never.
    at: Option<i64>,
}

impl Heard {
    fn or_later(self, other: Self) -> Self {
        Self { count: self.count.max(other.count), at: self.at.max(other.at) }
    }
}

/// The state of a client.
pub(crate) struct Memory {
    max_silence: Duration,
    max_entries: usize,
    entries: Entries<Remembered>,
    connected: bool,
    /// As of when the feed has confirmed what is remembered.
    confirmed: Option<Moment>,
    /// Whether the feed has ever answered.
    began: bool,
    /// The changes that were heard of, each time.
    count: u64,
    changes: HashMap<Organization, Heard>,
    /// What holds of all organisations: the last reset, and changes that are too many to keep.
    all: Heard,
    checks: u64,
}

impl Memory {
    pub(crate) fn new(max_entries: usize, max_silence: Duration) -> Self {
        Self {
            max_silence,
            max_entries,
            entries: Entries::new(max_entries),
            connected: false,
            confirmed: None,
            began: false,
            count: 0,
            changes: HashMap::new(),
            all: Heard::default(),
            checks: 0,
        }
    }

    /// The answer to `check`, if it may be given without asking the edge.
    pub(crate) fn fresh(&mut self, check: &SeatCheck<'_>, now: Moment) -> Option<Arc<SeatVerdict>> {
        if !self.connected {
            return None;
        }
        self.remembered(check, now, |lifetime| lifetime.fresh)
    }

    /// The answer to `check`, if it may be given while the edge cannot answer.
    pub(crate) fn stale(&mut self, check: &SeatCheck<'_>, now: Moment) -> Option<Arc<SeatVerdict>> {
        self.remembered(check, now, |lifetime| lifetime.stale)
    }

    fn remembered(
        &mut self,
        check: &SeatCheck<'_>,
        now: Moment,
        until: impl FnOnce(Lifetime) -> Duration,
    ) -> Option<Arc<SeatVerdict>> {
        if !self.is_confirmed(now) {
            return None;
        }
        let may_be_used =
            |it: &Remembered| it.sent.at.passed(now) < until(it.lifetime) && it.verdict.is_at_least(check.min_version);
        self.entries.get(check, may_be_used).map(|it| it.verdict.clone())
    }

    /// Whether the feed has confirmed what is remembered within the time that was agreed.
    fn is_confirmed(&self, now: Moment) -> bool {
        self.confirmed.is_some_and(|confirmed| confirmed.passed(now) < self.max_silence)
    }

    /// Whether answers may be given from here.
    pub(crate) fn is_connected(&self, now: Moment) -> bool {
        self.connected && self.is_confirmed(now)
    }

    /// For how long the feed need not confirm anew; None: it is not connected.
    pub(crate) fn is_confirmed_for(&self, now: Moment) -> Option<Duration> {
        let confirmed = self.confirmed.filter(|_| self.connected)?;
        Some(self.max_silence.saturating_sub(confirmed.passed(now)))
    }

    /// A check is sent now.
    pub(crate) fn send(&mut self, now: Moment) -> Sent {
        self.checks += 1;
        Sent { at: now, connected: self.connected, heard: self.count, number: self.checks }
    }

    /// Whether a change of its organisation was heard of since a check was sent.
    pub(crate) fn is_overtaken(&self, check: &SeatCheck<'_>, sent: Sent) -> bool {
        self.heard(check.application_slug, check.external_org_id).count > sent.heard
    }

    /// The edge's answer to `check` arrived. It is remembered if it may be.
    pub(crate) fn arrive(
        &mut self,
        check: &SeatCheck<'_>,
        sent: Sent,
        verdict: &Arc<SeatVerdict>,
        lifetime: Option<Lifetime>,
    ) -> Arrival {
        if self.is_overtaken(check, sent) {
            return Arrival::Overtaken;
        }
        if self.entries.peek(check).is_some_and(|it| it.sent.number > sent.number) {
            return Arrival::Current;
        }
        match lifetime.filter(|_| sent.connected && self.connected) {
            Some(lifetime) => {
                self.entries.insert(check, Remembered { verdict: verdict.clone(), sent, lifetime });
            }
            // An older grant must not come back after a denial.
            None if !verdict.has_access => self.entries.remove(check),
            None => {}
        }
        Arrival::Current
    }

    /// The feed answered, at `edge_time` by the edge's clock, milliseconds since 1970. It confirms what is remembered as of
    /// `confirmed`.
    pub(crate) fn hear(&mut self, changes: &Changes, confirmed: Moment, edge_time: i64) {
        self.count += 1;
        let heard = Heard { count: self.count, at: Some(edge_time) };
        if changes.reset {
            self.entries.remove_all();
            if self.began {
                self.changes.clear();
                self.all = heard;
            }
        }
        for change in &changes.changes {
            self.entries.remove_organization(&change.application_slug, &change.external_org_id);
            self.changes.insert((change.application_slug.clone(), change.external_org_id.clone()), heard);
        }
        self.forget_oldest_changes();
        (self.connected, self.began, self.confirmed) = (true, true, Some(confirmed));
    }

    /// The feed does not answer.
    pub(crate) fn lose(&mut self) {
        self.connected = false;
    }

    /// The edge does not know the place in the feed.
    pub(crate) fn forget(&mut self) {
        self.connected = false;
        self.entries.remove_all();
    }

    /// When a change of this organisation was heard of last, by the edge's clock, milliseconds since 1970; None: never.
    pub(crate) fn changed_at(&self, application: &str, organization: &str) -> Option<i64> {
        self.heard(application, organization).at
    }

    fn heard(&self, application: &str, organization: &str) -> Heard {
        let own = if self.changes.is_empty() {
            None
        } else {
            self.changes.get(&(Box::from(application), Box::from(organization))).copied()
        };
        own.unwrap_or_default().or_later(self.all)
    }

    /// Of more than `max_entries` changes the older half counts as one of all organisations: this refuses more than it must,
    /// and takes no more room.
    fn forget_oldest_changes(&mut self) {
        if self.changes.len() <= self.max_entries.max(1) {
            return;
        }
        let mut counts: Vec<u64> = self.changes.values().map(|heard| heard.count).collect();
        counts.sort_unstable();
        let middle = counts.get(counts.len() / 2).copied().unwrap_or(u64::MAX);
        let mut all = self.all;
        self.changes.retain(|_, heard| {
            let is_kept = heard.count > middle;
            if !is_kept {
                all = all.or_later(*heard);
            }
            is_kept
        });
        self.all = all;
    }

    /// How many answers are remembered.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

//! A reminder, and when it goes out.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::earliest_instant;
use crate::settings::InvoiceSettings;

/// How often sending a reminder is tried.
pub(crate) const MAX_TRIES: i64 = 3;

/// How long after a try that failed the next is made; four times as long after the second.
const RETRY_WAIT: Duration = Duration::from_hours(1);

/// The type of a reminder. An invoice has at most one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum ReminderType {
    /// On the due date.
    #[serde(rename = "due")]
    Due,
    /// The day after it.
    #[serde(rename = "overdue_1day")]
    Overdue1Day,
    /// Seven days after it.
    #[serde(rename = "overdue_7day")]
    Overdue7Day,
}

impl ReminderType {
    /// All types, in their order.
    pub const ALL: [Self; 3] = [Self::Due, Self::Overdue1Day, Self::Overdue7Day];

    /// The type as text: `overdue_1day`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Overdue1Day => "overdue_1day",
            Self::Overdue7Day => "overdue_7day",
        }
    }

    /// The type with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// How many days after the due date it goes out by default.
    pub const fn default_days(self) -> u32 {
        match self {
            Self::Due => 0,
            Self::Overdue1Day => 1,
            Self::Overdue7Day => 7,
        }
    }
}

/// What became of a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReminderStatus {
    /// It waits for its time, or for its next try.
    Scheduled,
    /// Its message is in the outbox.
    Queued,
    /// Notify took its message.
    Sent,
    /// It could not be sent.
    Failed,
    /// It was not sent: a later one was due by then, or nobody could be reached.
    Skipped,
    /// The invoice was paid or voided before.
    Cancelled,
}

/// A reminder of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ReminderType,
    /// What became of it.
    pub status: ReminderStatus,
    /// When it is to go out, where a caller said so; None: as the tenant's settings and time zone have it.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// When the next try is made at the earliest.
    #[serde(default)]
    pub retry_at: Option<Timestamp>,
    /// When it went out.
    #[serde(default)]
    pub sent_at: Option<Timestamp>,
    /// The id of its last message.
    #[serde(default)]
    pub message_id: Option<String>,
    /// How many tries failed.
    #[serde(default)]
    pub retries: i64,
    /// Why it was not sent, or the last try failed.
    #[serde(default)]
    pub error: Option<String>,
}

impl Reminder {
    /// A reminder of `kind` that waits: until `at`, or until its type's time.
    pub(crate) const fn new(kind: ReminderType, at: Option<Timestamp>) -> Self {
        Self {
            kind,
            status: ReminderStatus::Scheduled,
            at,
            retry_at: None,
            sent_at: None,
            message_id: None,
            retries: 0,
            error: None,
        }
    }

    /// When it is to go out; None: the settings have none of its type.
    pub(crate) fn scheduled_at(&self, due: Date, settings: &InvoiceSettings) -> Option<Timestamp> {
        self.at.or_else(|| Some(settings.reminders_at.on(self.date(due, settings)?, &settings.zone)))
    }

    fn date(&self, due: Date, settings: &InvoiceSettings) -> Option<Date> {
        settings.days_after_due(self.kind).map(|days| due.plus_days(days))
    }

    /// Whether it waits, and its time has come.
    pub(crate) fn is_due(&self, due: Date, settings: &InvoiceSettings, now: Timestamp) -> bool {
        self.status == ReminderStatus::Scheduled
            && self.scheduled_at(due, settings).is_some_and(|at| at <= now)
            && self.retry_at.is_none_or(|at| at <= now)
    }

    /// When it is to be looked at again after `now`; None: never. Before its time it is looked at once when that may have
    /// come somewhere: the tenant may have moved by then.
    pub(crate) fn next_look(&self, due: Date, settings: &InvoiceSettings, now: Timestamp) -> Option<Timestamp> {
        if self.status != ReminderStatus::Scheduled {
            return None;
        }
        let at = self.scheduled_at(due, settings)?;
        let somewhere = self.date(due, settings).map(|date| earliest_instant(date, settings.reminders_at));
        let first = somewhere.filter(|first| self.at.is_none() && *first > now).unwrap_or(at);
        Some(self.retry_at.map_or(first, |retry| retry.max(first)))
    }

    /// Notes that a try failed: the next is made later, unless this was the last.
    pub(crate) fn note_failure(&mut self, reason: &str, now: Timestamp) {
        self.retries = self.retries.saturating_add(1);
        self.error = Some(reason.to_owned());
        let factor = if self.retries > 1 { 4 } else { 1 };
        (self.status, self.retry_at) = if self.retries < MAX_TRIES {
            (ReminderStatus::Scheduled, Some(now.plus(RETRY_WAIT.saturating_mul(factor))))
        } else {
            (ReminderStatus::Failed, None)
        };
    }

    /// It is not to be sent: `status` says why.
    pub(crate) fn close(&mut self, status: ReminderStatus, reason: Option<&str>) {
        self.status = status;
        self.retry_at = None;
        if let Some(reason) = reason {
            self.error = Some(reason.to_owned());
        }
    }

    /// The invoice is paid or voided. A message that is in the outbox is looked after by whoever sends it.
    pub(crate) fn cancel(&mut self) {
        if self.status == ReminderStatus::Scheduled {
            self.close(ReminderStatus::Cancelled, None);
        }
    }
}

/// The reminders of an invoice with the reminders `present` that is finalised at `now` and due on `due`: those whose time is
/// not past.
pub(crate) fn planned(present: &[Reminder], due: Date, settings: &InvoiceSettings, now: Timestamp) -> Vec<Reminder> {
    let of_type = |kind| present.iter().find(|reminder| reminder.kind == kind).cloned();
    let all = ReminderType::ALL.into_iter().map(|kind| of_type(kind).unwrap_or_else(|| Reminder::new(kind, None)));
    all.filter(|reminder| reminder.scheduled_at(due, settings).is_some_and(|at| at > now)).collect()
}

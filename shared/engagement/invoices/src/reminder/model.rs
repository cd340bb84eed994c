//! A reminder, and when it goes out.

use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::Date;
use crate::settings::InvoiceSettings;

/// The type of a reminder. An invoice has at most one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
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
    /// It waits for its time.
    Scheduled,
    /// It is being sent.
    Queued,
    /// It was sent.
    Sent,
    /// Each try failed.
    Failed,
    /// A later one was due by the time that it could go out.
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
    /// When it went out.
    #[serde(default)]
    pub sent_at: Option<Timestamp>,
    /// How many tries failed.
    #[serde(default)]
    pub retries: i64,
    /// Why the last try failed.
    #[serde(default)]
    pub error: Option<String>,
}

impl Reminder {
    /// A reminder of `kind` that waits: until `at`, or until its type's time.
    pub(crate) const fn new(kind: ReminderType, at: Option<Timestamp>) -> Self {
        Self { kind, status: ReminderStatus::Scheduled, at, sent_at: None, retries: 0, error: None }
    }

    /// When it is to go out; None: the settings have none of its type.
    pub(crate) fn scheduled_at(&self, due: Date, settings: &InvoiceSettings) -> Option<Timestamp> {
        self.at.or_else(|| Some(settings.zone.instant(self.date(due, settings)?, settings.reminders_at)))
    }

    fn date(&self, due: Date, settings: &InvoiceSettings) -> Option<Date> {
        settings.days_after_due(self.kind).map(|days| due.plus_days(days))
    }

    /// Whether it may still be sent.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.status, ReminderStatus::Scheduled | ReminderStatus::Queued)
    }

    /// It is not to be sent any more.
    pub(crate) fn cancel(&mut self) {
        if self.is_open() {
            self.status = ReminderStatus::Cancelled;
        }
    }
}

/// The reminders of an invoice that is finalised at `now` and due on `due`: of those types whose time is not past.
pub(crate) fn planned(due: Date, settings: &InvoiceSettings, now: Timestamp) -> Vec<Reminder> {
    let all = ReminderType::ALL.into_iter().map(|kind| Reminder::new(kind, None));
    all.filter(|reminder| reminder.scheduled_at(due, settings).is_some_and(|at| at > now)).collect()
}

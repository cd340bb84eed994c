//! What is to be done about an invoice's reminders at a time. Nothing here reads or writes anything.

use edge_capabilities::Timestamp;
use edge_notifications::MessageState;

use super::model::{Reminder, ReminderStatus};
use crate::invoice::{Invoice, InvoiceState};
use crate::settings::InvoiceSettings;

/// What became of the message of a reminder, as the outbox says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MessageReport {
    pub(super) id: String,
    pub(super) state: MessageState,
    pub(super) reason: Option<String>,
    pub(super) sent_at: Option<Timestamp>,
}

impl Reminder {
    /// Notes in a queued reminder what became of its message.
    fn note_report(&mut self, report: &MessageReport, is_open: bool, now: Timestamp) {
        self.message_id = Some(report.id.clone());
        let reason = report.reason.as_deref();
        match report.state {
            MessageState::Queued => {}
            MessageState::Sent | MessageState::Delivered | MessageState::Read => {
                self.sent_at = report.sent_at.or(Some(now));
                self.status = ReminderStatus::Sent;
                self.error = None;
            }
            MessageState::Failed => self.close(ReminderStatus::Failed, reason),
            MessageState::Suppressed if !is_open => self.close(ReminderStatus::Cancelled, None),
            MessageState::Suppressed => self.close(ReminderStatus::Skipped, reason),
            MessageState::Dead if !is_open => self.close(ReminderStatus::Cancelled, None),
            MessageState::Dead => self.note_failure(reason.unwrap_or("it could not be sent"), now),
        }
    }
}

impl Invoice {
    /// Notes in the reminder that is queued, if there is one, what became of its message.
    pub(super) fn note_report(&mut self, report: &MessageReport, now: Timestamp) {
        let is_open = self.state == InvoiceState::Open;
        if let Some(reminder) = self.reminders.iter_mut().find(|one| one.status == ReminderStatus::Queued) {
            reminder.note_report(report, is_open, now);
        }
    }

    /// The reminder whose message is in the outbox. There is at most one.
    pub(super) fn queued_reminder(&self) -> Option<&Reminder> {
        self.reminders.iter().find(|reminder| reminder.status == ReminderStatus::Queued)
    }

    /// Queues the reminder whose time has come. Of several, as after days without a worker, only the latest goes out: nobody
    /// is sent two reminders at once.
    pub(super) fn queue_due_reminder(&mut self, settings: &InvoiceSettings, now: Timestamp) {
        let Some(due) = self.due_date.filter(|_| self.state == InvoiceState::Open) else { return };
        if self.queued_reminder().is_some() {
            return;
        }
        let time = |reminder: &Reminder| reminder.scheduled_at(due, settings);
        let waiting = self.reminders.iter().filter(|reminder| reminder.is_due(due, settings, now));
        let Some(latest) = waiting.max_by_key(|reminder| (time(reminder), reminder.kind)).map(|latest| latest.kind)
        else {
            return;
        };
        for reminder in &mut self.reminders {
            if reminder.kind == latest {
                reminder.status = ReminderStatus::Queued;
                reminder.retry_at = None;
            } else if reminder.status == ReminderStatus::Scheduled && time(reminder).is_some_and(|at| at <= now) {
                reminder.close(ReminderStatus::Skipped, Some("a later reminder was due"));
            }
        }
    }

    /// When its reminders are to be looked at again after `now`; None: never.
    pub(super) fn next_look(&self, settings: &InvoiceSettings, now: Timestamp) -> Option<Timestamp> {
        let due = self.due_date.filter(|_| self.state == InvoiceState::Open)?;
        self.reminders.iter().filter_map(|reminder| reminder.next_look(due, settings, now)).min()
    }
}

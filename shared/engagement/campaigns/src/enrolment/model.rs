//! An enrolment, and what became of its steps.

use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use edge_notifications::{Channel, NewMessage};
use edge_time_zones::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::campaign::Definition;
use crate::step::due_after;

/// Whether a contact is still on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EnrolmentStatus {
    /// There are more steps.
    Active,
    /// All steps are behind.
    Completed,
    /// It ended before the last step: the contact replied, complained, cannot be reached, or is not there any more.
    Stopped,
    /// It ended because the contact wants no messages.
    Unsubscribed,
}

text_column!(EnrolmentStatus);

impl EnrolmentStatus {
    pub(crate) const ALL: [Self; 4] = [Self::Active, Self::Completed, Self::Stopped, Self::Unsubscribed];

    /// Its name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Unsubscribed => "unsubscribed",
        }
    }

    /// Reads a name.
    pub(crate) fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }
}

/// A contact on its way through a version of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Enrolment {
    /// `enr_…`.
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) campaign: String,
    pub(crate) contact: String,
    /// The version that it goes through. 0: the one that there is when the campaign is first active.
    pub(crate) version: i64,
    pub(crate) status: EnrolmentStatus,
    /// Why it ended.
    pub(crate) reason: Option<String>,
    /// How many active steps of the version are behind.
    pub(crate) position: i64,
    /// What the next delay counts from.
    pub(crate) base_at: Timestamp,
    /// When the next step is due.
    pub(crate) scheduled_at: Option<Timestamp>,
    /// When it is looked at next. None: once it is known what becomes of its message; or never.
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) lease: Option<String>,
    /// The message that it waits for.
    pub(crate) message: Option<String>,
    pub(crate) steps_completed: i64,
    pub(crate) messages_sent: i64,
    pub(crate) started_at: Timestamp,
    pub(crate) last_step_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Timestamp>,
}

record! {
    Enrolment in "campaign_enrolments" {
        id, tenant: "tenant_id", campaign: "campaign_id", contact: "contact_id", version, status, reason, position,
        base_at, scheduled_at, due_at, lease, message: "message_id", steps_completed, messages_sent, started_at,
        last_step_at, completed_at,
    }
}

impl Enrolment {
    /// The id of the message of the step `step`: one for each enrolment and step, whoever comes to send it.
    pub(crate) fn message_of(&self, step: &str) -> String {
        NewMessage::id_of(&["campaign", &self.tenant, &self.id, step])
    }

    /// Ends it.
    pub(crate) fn end(&mut self, status: EnrolmentStatus, reason: Option<&str>, now: Timestamp) {
        self.status = status;
        self.reason = reason.map(ToOwned::to_owned);
        (self.scheduled_at, self.due_at, self.message) = (None, None, None);
        self.completed_at = Some(now);
    }

    /// Waits for the step that comes next in `definition`, whose delay counts from `base` in `zone`; ends it where there is
    /// none.
    pub(crate) fn wait_for_next(&mut self, definition: &Definition, base: Timestamp, zone: &Zone, now: Timestamp) {
        self.base_at = base;
        self.message = None;
        match definition.step_at(self.position) {
            Some(step) => {
                let due = due_after(base, step.delay, step.delay_type, zone);
                (self.scheduled_at, self.due_at) = (Some(due), Some(due));
            }
            None => self.end(EnrolmentStatus::Completed, None, now),
        }
    }

    /// Notes that the step which was next is behind, and waits for the one after that.
    pub(crate) fn pass(&mut self, definition: &Definition, base: Timestamp, zone: &Zone, now: Timestamp) {
        self.position = self.position.saturating_add(1);
        self.steps_completed = self.steps_completed.saturating_add(1);
        self.last_step_at = Some(base);
        self.wait_for_next(definition, base, zone, now);
    }
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SendState {
    /// Its message is in the outbox.
    Queued,
    /// Its message was sent.
    Sent,
    /// Its message could not be made or sent.
    Failed,
    /// It was not sent: it was not for this contact, or came too late.
    Skipped,
}

text_column!(SendState);

impl SendState {
    pub(crate) const ALL: [Self; 4] = [Self::Queued, Self::Sent, Self::Failed, Self::Skipped];

    /// Its name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Reads a name.
    pub(crate) fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == written)
    }
}

/// What became of a step of an enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Send {
    /// The message's id.
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) campaign: String,
    pub(crate) enrolment: String,
    pub(crate) contact: String,
    pub(crate) step: String,
    pub(crate) step_number: i64,
    pub(crate) channel: Channel,
    pub(crate) state: SendState,
    pub(crate) reason: Option<String>,
    /// When the outbox is asked what became of the message.
    pub(crate) look_at: Option<Timestamp>,
    pub(crate) queued_at: Timestamp,
    /// When it was sent, or it was known that it is not.
    pub(crate) settled_at: Option<Timestamp>,
    pub(crate) replied_at: Option<Timestamp>,
    pub(crate) clicked_at: Option<Timestamp>,
}

record! {
    Send in "campaign_sends" {
        id, tenant: "tenant_id", campaign: "campaign_id", enrolment: "enrolment_id", contact: "contact_id",
        step: "step_id", step_number, channel, state, reason, look_at, queued_at, settled_at, replied_at, clicked_at,
    }
}

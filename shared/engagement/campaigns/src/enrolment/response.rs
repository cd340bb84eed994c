//! How far a contact is in a campaign, in responses.

use edge_capabilities::Timestamp;
use edge_notifications::Channel;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Enrolment, EnrolmentStatus, Send, SendState};
use crate::campaign::{Campaign, CampaignStatus, Definition};
use crate::sending::TEMPLATE;

/// What became of a step.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignProgressStep)]
pub(crate) struct StepProgress {
    step_id: String,
    step_number: i64,
    #[schema(value_type = String, example = "EMAIL")]
    channel: Channel,
    /// `queued`, `sent`, `failed` or `skipped`.
    #[schema(inline)]
    state: SendState,
    /// Why it failed or was skipped: `CONDITIONS`, `EXPIRED`, `NO_ADDRESS`, `TEMPLATE: line …`, or the message's reason.
    reason: Option<String>,
    /// The message's id (`GET /api/v1/notifications/messages/{id}`). Null: there is none.
    message_id: Option<String>,
    queued_at: String,
    sent_at: Option<String>,
    replied_at: Option<String>,
    clicked_at: Option<String>,
}

/// How far a contact is in a campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignProgress)]
pub(crate) struct ProgressResponse {
    enrollment_id: String,
    contact_id: String,
    campaign_id: String,
    /// The version of the campaign that the contact goes through. Null: the campaign was never active.
    version: Option<i64>,
    /// `active`, `completed`, `paused` (as the campaign is), `stopped` or `unsubscribed`.
    status: &'static str,
    /// Why it ended: `REPLIED`, `UNSUBSCRIBED`, `BOUNCED`, `COMPLAINED`, `CONTACT_ERASED`, `CAMPAIGN_GONE`.
    reason: Option<String>,
    /// The number of the step that comes next. Null: there is none.
    current_step: Option<i64>,
    current_step_id: Option<String>,
    /// How many steps are behind, sent or not.
    steps_completed: i64,
    messages_sent: i64,
    /// How many of its messages were replied to.
    replies_received: usize,
    /// When the next step is due. Null: there is none, or it is not known before the message before it was sent.
    next_step_scheduled_at: Option<String>,
    started_at: String,
    last_step_at: Option<String>,
    completed_at: Option<String>,
    /// When the contact last replied to one of its messages, or followed a link in one.
    last_engagement_at: Option<String>,
    steps: Vec<StepProgress>,
}

impl ProgressResponse {
    /// `definition`: of the version that the enrolment goes through.
    pub(crate) fn new(
        enrolment: Enrolment,
        campaign: &Campaign,
        definition: Option<&Definition>,
        sends: Vec<Send>,
    ) -> Self {
        let written = Timestamp::to_rfc3339_millis;
        let is_active = enrolment.status == EnrolmentStatus::Active;
        let next = definition.filter(|_| is_active).and_then(|definition| definition.step_at(enrolment.position));
        let engagements = sends.iter().flat_map(|send| [send.replied_at, send.clicked_at]).flatten();
        let is_paused = is_active && campaign.status == CampaignStatus::Paused;
        Self {
            status: if is_paused { "paused" } else { enrolment.status.as_str() },
            current_step: next.map(|step| step.step_number),
            current_step_id: next.map(|step| step.id.clone()),
            replies_received: sends.iter().filter(|send| send.replied_at.is_some()).count(),
            last_engagement_at: engagements.max().map(written),
            enrollment_id: enrolment.id,
            contact_id: enrolment.contact,
            campaign_id: enrolment.campaign,
            version: Some(enrolment.version).filter(|version| *version > 0),
            reason: enrolment.reason,
            steps_completed: enrolment.steps_completed,
            messages_sent: enrolment.messages_sent,
            next_step_scheduled_at: enrolment.scheduled_at.filter(|_| enrolment.message.is_none()).map(written),
            started_at: written(enrolment.started_at),
            last_step_at: enrolment.last_step_at.map(written),
            completed_at: enrolment.completed_at.map(written),
            steps: sends.into_iter().map(StepProgress::from).collect(),
        }
    }
}

impl From<Send> for StepProgress {
    fn from(send: Send) -> Self {
        // What was decided before there was a message was settled at once.
        let has_message = match send.reason.as_deref() {
            Some("CONDITIONS" | "NO_ADDRESS" | "NOT_QUEUED") => false,
            Some("EXPIRED") => send.settled_at != Some(send.queued_at),
            Some(reason) => !reason.starts_with(TEMPLATE),
            None => true,
        };
        Self {
            step_id: send.step,
            step_number: send.step_number,
            channel: send.channel,
            state: send.state,
            reason: send.reason,
            message_id: Some(send.id).filter(|_| has_message),
            queued_at: send.queued_at.to_rfc3339_millis(),
            sent_at: send.settled_at.filter(|_| send.state == SendState::Sent).map(Timestamp::to_rfc3339_millis),
            replied_at: send.replied_at.map(Timestamp::to_rfc3339_millis),
            clicked_at: send.clicked_at.map(Timestamp::to_rfc3339_millis),
        }
    }
}

//! What comes next in an enrolment. Nothing here reads or writes anything.

use edge_capabilities::Timestamp;
use edge_contacts::{Contact, Suppressed, SuppressionReason};
use edge_time_zones::Zone;

use crate::campaign::{Campaign, CampaignStatus, Definition};
use crate::enrolment::{Enrolment, EnrolmentStatus};
use crate::step::{Engagement, Step, due_after};

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'d> {
    /// Nothing before then.
    Wait {
        /// When the step is due.
        due: Timestamp,
    },
    /// The campaign is paused: it stays due.
    Stay,
    /// Its step is sent, until then.
    Send {
        step: &'d Step,
        /// After when it is not sent any more.
        expires: Timestamp,
    },
    /// Its step is not sent, and what follows is.
    Skip {
        step: &'d Step,
        /// Why not.
        reason: &'static str,
    },
    /// It ends.
    End {
        status: EnrolmentStatus,
        /// Why, unless it is completed.
        reason: Option<&'static str>,
    },
}

/// All that decides what comes next.
pub(super) struct Situation<'d> {
    pub(super) enrolment: &'d Enrolment,
    pub(super) campaign: Option<&'d Campaign>,
    pub(super) definition: Option<&'d Definition>,
    /// None: the contact was erased.
    pub(super) contact: Option<&'d Contact>,
    /// The channels over which the contact is not written to, and why.
    pub(super) suppressed: &'d [Suppressed],
    pub(super) engagement: Engagement,
    /// Where the contact is.
    pub(super) zone: &'d Zone,
    pub(super) now: Timestamp,
}

impl<'d> Situation<'d> {
    /// How the enrolment ends, and why, if the contact is not written to over a channel of the campaign: whoever unsubscribed
    /// from its e-mails does not want its text messages either. That somebody wants no messages counts before that an address
    /// does not work.
    fn suppression(&self, definition: &Definition) -> Option<(EnrolmentStatus, &'static str)> {
        let is_used = |suppressed: &&Suppressed| {
            definition.steps.iter().any(|step| step.is_active && step.channel == suppressed.channel)
        };
        let ends = self.suppressed.iter().filter(is_used).map(|suppressed| match suppressed.reason {
            SuppressionReason::Unsubscribed | SuppressionReason::Replied | SuppressionReason::Manual => {
                (0, EnrolmentStatus::Unsubscribed, "UNSUBSCRIBED")
            }
            SuppressionReason::Complained => (1, EnrolmentStatus::Stopped, "COMPLAINED"),
            SuppressionReason::Bounced => (2, EnrolmentStatus::Stopped, "BOUNCED"),
        });
        ends.min_by_key(|(order, ..)| *order).map(|(_, status, reason)| (status, reason))
    }

    pub(super) fn next(&self) -> Next<'d> {
        let end = |status, reason| Next::End { status, reason };
        let (Some(campaign), Some(definition)) = (self.campaign, self.definition) else {
            return end(EnrolmentStatus::Stopped, Some("CAMPAIGN_GONE"));
        };
        if campaign.status != CampaignStatus::Active {
            return Next::Stay;
        }
        let Some(contact) = self.contact else { return end(EnrolmentStatus::Stopped, Some("CONTACT_ERASED")) };
        if let Some((status, reason)) = self.suppression(definition) {
            return end(status, Some(reason));
        }
        if campaign.stop_on_reply && self.engagement.has_replied {
            return end(EnrolmentStatus::Stopped, Some("REPLIED"));
        }
        let Some(step) = definition.step_at(self.enrolment.position) else {
            return end(EnrolmentStatus::Completed, None);
        };
        let by_delay = || due_after(self.enrolment.base_at, step.delay, step.delay_type, self.zone);
        let due = self.enrolment.scheduled_at.unwrap_or_else(by_delay);
        if due > self.now {
            return Next::Wait { due };
        }
        // What fell due while the campaign was paused is due since it is active.
        let due = campaign.activated_at.map_or(due, |activated| due.max(activated));
        let expires = due.plus(step.expiry());
        if expires <= self.now {
            return Next::Skip { step, reason: "EXPIRED" };
        }
        if !step.conditions.hold(&contact.attributes.0, self.engagement) {
            return Next::Skip { step, reason: "CONDITIONS" };
        }
        if contact.address(step.channel).is_none() {
            return Next::Skip { step, reason: "NO_ADDRESS" };
        }
        if let Some(hours) = &campaign.quiet_hours
            && let Some(end) = hours.0.end_in(self.now, [Some(self.zone.as_str()), None])
        {
            return Next::Wait { due: end };
        }
        Next::Send { step, expires }
    }
}

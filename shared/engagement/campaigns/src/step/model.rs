//! A step.

use std::time::Duration;

use edge_notifications::Channel;
use serde::{Deserialize, Serialize};

use super::conditions::Conditions;
use super::schedule::DelayType;

/// A message of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    /// `stp_…`.
    pub(crate) id: String,
    /// Its place among the steps.
    pub(crate) step_number: i64,
    /// How long after the message before it goes out, or after the enrolment.
    pub(crate) delay: u32,
    pub(crate) delay_type: DelayType,
    pub(crate) channel: Channel,
    /// The template of an e-mail's subject. None: the campaign's name.
    pub(crate) subject: Option<String>,
    pub(crate) message_template: String,
    #[serde(default)]
    pub(crate) conditions: Conditions,
    pub(crate) is_active: bool,
    /// How many hours after it was due it is still sent.
    pub(crate) expires_after_hours: u32,
}

/// How long after it was due a step is still sent that says nothing else.
pub(crate) const DEFAULT_EXPIRY_HOURS: u32 = 72;

impl Step {
    /// How long after it was due it is still sent.
    pub(crate) fn expiry(&self) -> Duration {
        Duration::from_hours(u64::from(self.expires_after_hours))
    }
}

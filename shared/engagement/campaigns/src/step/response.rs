//! A step in responses.

use edge_notifications::Channel;
use serde::Serialize;
use utoipa::ToSchema;

use super::conditions::Conditions;
use super::model::Step;
use super::schedule::DelayType;

/// A step.
#[derive(Serialize, ToSchema)]
#[schema(as = CampaignStep)]
pub(crate) struct StepResponse {
    id: String,
    campaign_id: String,
    step_number: i64,
    delay: u32,
    /// `hours`, `days` or `weeks`.
    #[schema(inline)]
    delay_type: DelayType,
    #[schema(value_type = String, example = "EMAIL")]
    channel: Channel,
    subject: Option<String>,
    message_template: String,
    /// `replied`, `clicked`, `attributes`; what is not there is not asked for.
    #[schema(value_type = Object)]
    conditions: Conditions,
    is_active: bool,
    expires_after_hours: u32,
}

impl StepResponse {
    pub(crate) fn new(campaign: &str, step: &Step) -> Self {
        Self {
            id: step.id.clone(),
            campaign_id: campaign.to_owned(),
            step_number: step.step_number,
            delay: step.delay,
            delay_type: step.delay_type,
            channel: step.channel,
            subject: step.subject.clone(),
            message_template: step.message_template.clone(),
            conditions: step.conditions.clone(),
            is_active: step.is_active,
            expires_after_hours: step.expires_after_hours,
        }
    }
}

//! A campaign in responses.

use edge_capabilities::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{Campaign, CampaignStatus};
use super::request::QuietHoursBody;
use crate::step::StepResponse;

/// A campaign.
#[derive(Serialize, ToSchema)]
#[schema(as = Campaign)]
pub(crate) struct CampaignResponse {
    id: String,
    name: String,
    description: Option<String>,
    /// `draft`, `active` or `paused`.
    #[schema(inline)]
    status: CampaignStatus,
    /// The version of what it says. Contacts go through the version that there was when they were enrolled.
    version: i64,
    #[schema(value_type = Object)]
    variables: Map<String, Value>,
    stop_on_reply: bool,
    quiet_hours: Option<QuietHoursBody>,
    /// By number.
    steps: Vec<StepResponse>,
    created_at: String,
    updated_at: String,
    /// When it was last activated.
    activated_at: Option<String>,
}

impl From<Campaign> for CampaignResponse {
    fn from(campaign: Campaign) -> Self {
        let hours = campaign.quiet_hours.map(|hours| hours.0);
        Self {
            steps: campaign.steps.iter().map(|step| StepResponse::new(&campaign.id, step)).collect(),
            id: campaign.id,
            name: campaign.name,
            description: campaign.description,
            status: campaign.status,
            version: campaign.version,
            variables: campaign.variables.0,
            stop_on_reply: campaign.stop_on_reply,
            quiet_hours: hours.map(|hours| QuietHoursBody { from: hours.from, to: hours.to }),
            created_at: campaign.created_at.to_rfc3339_millis(),
            updated_at: campaign.updated_at.to_rfc3339_millis(),
            activated_at: campaign.activated_at.map(Timestamp::to_rfc3339_millis),
        }
    }
}

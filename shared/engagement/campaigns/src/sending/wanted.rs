//! Whether a message of a campaign is still wanted: the sender asks right before it sends one.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Clock};
use edge_contacts::{Activities, Contacts};
use edge_database::{DatabaseError, Db};
use edge_notifications::{Opened, Unseal};
use serde_json::{Map, json};

use crate::campaign::{CampaignStatus, Campaigns};
use crate::enrolment::{EnrolmentStatus, Enrolments};

/// What tells the sender that a message is a campaign's.
const CAMPAIGN: &str = "campaign";

/// How long a message of a paused campaign waits before this is asked again.
const PAUSED_WAIT: Duration = Duration::from_mins(1);

/// What the sender of a message of the enrolment `id` asks about.
pub(super) fn sealed(id: &str) -> String {
    json!([CAMPAIGN, id]).to_string()
}

/// Whether messages of campaigns are still wanted: not by a contact who replied where the campaign ends then, nor by one who
/// is not there any more. While a campaign is paused they wait.
pub struct CampaignMessages {
    clock: Arc<dyn Clock>,
    activities: Activities,
    campaigns: Campaigns,
    contacts: Contacts,
    enrolments: Enrolments,
}

impl CampaignMessages {
    /// Of the campaigns in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            clock: capabilities.clock.clone(),
            activities: Activities::new(db.clone()),
            campaigns: Campaigns::new(db.clone()),
            contacts: Contacts::new(db.clone()),
            enrolments: Enrolments::new(db.clone()),
        }
    }
}

#[async_trait]
impl Unseal for CampaignMessages {
    async fn open(&self, tenant: &str, sealed: &str) -> Result<Opened, DatabaseError> {
        let Ok((CAMPAIGN, id)) = serde_json::from_str::<(&str, &str)>(sealed) else { return Ok(Opened::Other) };
        let Some(enrolment) = self.enrolments.find(tenant, id).await? else { return Ok(Opened::Unwanted) };
        if enrolment.status != EnrolmentStatus::Active {
            return Ok(Opened::Unwanted);
        }
        let Some(campaign) = self.campaigns.find(tenant, &enrolment.campaign).await? else {
            return Ok(Opened::Unwanted);
        };
        if campaign.status != CampaignStatus::Active {
            return Ok(Opened::Later(self.clock.now().plus(PAUSED_WAIT)));
        }
        if self.contacts.get(tenant, &enrolment.contact).await?.is_none() {
            return Ok(Opened::Unwanted);
        }
        let replied = if campaign.stop_on_reply { self.activities.last_reply(&enrolment.contact).await? } else { None };
        if replied.is_some_and(|at| at >= enrolment.started_at) {
            return Ok(Opened::Unwanted);
        }
        Ok(Opened::Values(Map::new()))
    }
}

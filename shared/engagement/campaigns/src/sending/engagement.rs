//! Notes in the funnel that contacts replied to messages of campaigns, or followed their links.

use async_trait::async_trait;
use edge_contacts::{Activity, ActivityKind, ActivityListener};
use edge_database::{DatabaseError, Db};

use crate::enrolment::Enrolments;

/// Notes that contacts replied to messages of campaigns, or followed their links.
pub struct CampaignEngagement(Enrolments);

impl CampaignEngagement {
    /// Of the campaigns in `db`.
    pub fn new(db: &Db) -> Self {
        Self(Enrolments::new(db.clone()))
    }
}

#[async_trait]
impl ActivityListener for CampaignEngagement {
    async fn happened(&self, activity: &Activity) -> Result<(), DatabaseError> {
        let column = match activity.kind {
            ActivityKind::Reply => "replied_at",
            ActivityKind::Click => "clicked_at",
            ActivityKind::Bounce | ActivityKind::Complaint | ActivityKind::Unsubscribe => return Ok(()),
        };
        let Some(message) = &activity.message else { return Ok(()) };
        let statement =
            format!("UPDATE campaign_sends SET {column} = COALESCE({column}, $3) WHERE id = $1 AND tenant_id = $2");
        let values = [message.as_str().into(), activity.tenant.as_str().into(), activity.occurred_at.into()];
        self.0.db().query(&statement, &values).await.map(drop)
    }
}

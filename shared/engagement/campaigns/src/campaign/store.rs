//! Campaigns in the database. Whatever changes one is one statement on one revision of its row.

use std::collections::HashMap;

use edge_capabilities::Timestamp;
use edge_database::{Column as _, Conditions, Cursor, DatabaseError, Db, Value, places, record};

use super::model::{Campaign, CampaignStatus, Definition};
use crate::error::CampaignError;

/// How often a change is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 20;

struct Version {
    campaign: String,
    version: i64,
    definition: Definition,
    created_at: Timestamp,
}

record! {
    Version in "campaign_versions" { campaign: "campaign_id", version, definition, created_at }
}

/// Campaigns in a database.
#[derive(Clone)]
pub(crate) struct Campaigns(Db);

impl Campaigns {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The campaign `id` of `tenant`.
    pub(crate) async fn find(&self, tenant: &str, id: &str) -> Result<Option<Campaign>, DatabaseError> {
        self.0.find(Conditions::of("id", id).and("tenant_id", tenant)).await
    }

    /// The campaigns with these ids.
    pub(crate) async fn find_all(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<HashMap<String, Campaign>, DatabaseError> {
        let found: Vec<Campaign> = self.0.select(Conditions::default().and_in("id", ids), "id").await?;
        Ok(found.into_iter().map(|campaign| (campaign.id.clone(), campaign)).collect())
    }

    pub(super) async fn insert(&self, campaign: &Campaign) -> Result<(), DatabaseError> {
        self.0.insert(campaign).await
    }

    /// Up to `limit` campaigns of `tenant`, newest first.
    pub(super) async fn list(
        &self,
        tenant: &str,
        status: Option<CampaignStatus>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Campaign>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and_if("status", status.map(CampaignStatus::as_str));
        self.0.page(of, "created_at", cursor, limit).await
    }

    /// Changes the campaign `id` of `tenant` by `change`, which may be called several times. What it says is a new version
    /// where it says something else after that. Gives the campaign, and whether it was changed.
    pub(crate) async fn change(
        &self,
        tenant: &str,
        id: &str,
        now: Timestamp,
        mut change: impl FnMut(&mut Campaign) -> Result<(), CampaignError>,
    ) -> Result<(Campaign, bool), CampaignError> {
        for _ in 0..MAX_ATTEMPTS {
            let before = self.find(tenant, id).await?.ok_or(CampaignError::NotFound)?;
            let mut campaign = before.clone();
            change(&mut campaign)?;
            campaign.steps.sort_by_key(|step| step.step_number);
            if campaign == before {
                return Ok((before, false));
            }
            if campaign.definition() != before.definition() {
                campaign.version = before.version.saturating_add(1);
            }
            campaign.updated_at = now;
            if self.0.update_if_revision(&campaign, &["id", "tenant_id"], &["created_at"]).await? {
                campaign.revision = campaign.revision.saturating_add(1);
                return Ok((campaign, true));
            }
        }
        Err(CampaignError::Busy)
    }

    /// Keeps the version that `campaign` is at: whoever is enrolled in it goes through it, whatever the campaign says later.
    /// Whoever read the campaign at this version read the same.
    pub(crate) async fn keep_version(&self, campaign: &Campaign, now: Timestamp) -> Result<(), DatabaseError> {
        let version = Version {
            campaign: campaign.id.clone(),
            version: campaign.version,
            definition: campaign.definition(),
            created_at: now,
        };
        self.0.insert_new(&version).await.map(drop)
    }

    /// What the versions of `wanted`, campaigns and versions, say.
    pub(crate) async fn versions(
        &self,
        wanted: &[(String, i64)],
    ) -> Result<HashMap<(String, i64), Definition>, DatabaseError> {
        let mut found = HashMap::new();
        for wanted in wanted.chunks(100) {
            let pairs: Vec<String> = (0..wanted.len())
                .map(|place| {
                    let first = place.saturating_mul(2).saturating_add(1);
                    format!("({})", places(first, 2))
                })
                .collect();
            let statement = format!(
                "SELECT campaign_id, version, definition FROM campaign_versions WHERE (campaign_id, version) IN ({})",
                pairs.join(", ")
            );
            let statement = if wanted.is_empty() { return Ok(found) } else { statement };
            let values = wanted.iter().flat_map(|(id, version)| [Value::from(id.as_str()), Value::Integer(*version)]);
            let values: Vec<Value> = values.collect();
            for row in self.0.query(&statement, &values).await? {
                let definition = Definition::from_value(&Value::from(row.text(2)?)).map_err(DatabaseError::Refused)?;
                found.insert((row.text(0)?.to_owned(), row.integer(1)?), definition);
            }
        }
        Ok(found)
    }
}

//! The jobs that find which steps are due, queue their messages, and follow these up.
//!
//! What is due is a row of an enrolment with an instant in an index; a worker takes some hundreds of them at once, by a lease.
//! Of each it is decided what comes next ([`decide`]); then, each in a statement for all of them, the step is noted as
//! queued, its message goes into the outbox, and the enrolment waits for what becomes of it. The message's id follows from
//! the enrolment and the step: whoever dies in between, another comes to the same row, and to the same message.

mod advance;
mod audience;
mod decide;
mod engagement;
mod follow;
mod links;
mod retention;
mod wanted;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use edge_capabilities::{Capabilities, Timestamp};
use edge_contacts::{Activities, Contacts, Suppressions};
use edge_database::{DatabaseError, Db};
use edge_jobs::JobKind;
use edge_notifications::Notifications;
use edge_tenants::Tenants;
use edge_time_zones::Zone;

use crate::campaign::{Campaign, Campaigns, Definition};
use crate::enrolment::api::zone_of;
use crate::enrolment::{Enrolment, Enrolments};

pub(crate) use advance::Advance;
pub use engagement::CampaignEngagement;
pub(crate) use follow::FollowMessages;
pub(crate) use retention::{REMOVE_ENDED, REMOVE_EVERY, RemoveEnded};
pub use wanted::CampaignMessages;

/// Queues the messages of the steps that are due.
pub(crate) const ADVANCE: JobKind = JobKind::new("campaigns.advance");

/// Notes what became of messages.
pub(crate) const FOLLOW: JobKind = JobKind::new("campaigns.follow");

/// How often both run.
pub(crate) const ADVANCE_EVERY: Duration = Duration::from_secs(5);

/// How the reason of a step begins whose template failed for its contact.
pub(crate) const TEMPLATE: &str = "TEMPLATE: ";

/// Enrolments in one go.
const BATCH: u32 = 500;

/// How many times a job goes on before others have their turn.
const BATCHES: u32 = 2;

/// How long one worker has a batch before another takes it over.
const LEASE: Duration = Duration::from_secs(60);

/// What the jobs work with.
#[derive(Clone)]
pub(crate) struct Sending {
    capabilities: Capabilities,
    activities: Activities,
    campaigns: Campaigns,
    contacts: Contacts,
    enrolments: Enrolments,
    notifications: Notifications,
    suppressions: Suppressions,
    tenants: Tenants,
}

/// What a batch of enrolments goes through.
#[derive(Default)]
struct Plans {
    campaigns: HashMap<String, Campaign>,
    definitions: HashMap<(String, i64), Definition>,
    /// The time zones of tenants.
    zones: HashMap<String, Zone>,
}

impl Plans {
    fn definition(&self, enrolment: &Enrolment) -> Option<&Definition> {
        self.definitions.get(&(enrolment.campaign.clone(), enrolment.version))
    }

    fn zone(&self, tenant: &str) -> Zone {
        self.zones.get(tenant).cloned().unwrap_or(Zone::UTC)
    }
}

impl Sending {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            activities: Activities::new(db.clone()),
            campaigns: Campaigns::new(db.clone()),
            contacts: Contacts::new(db.clone()),
            enrolments: Enrolments::new(db.clone()),
            notifications: Notifications::new(db.clone()),
            suppressions: Suppressions::new(capabilities, db),
            tenants: Tenants::new(db.clone()),
        }
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// What `enrolments` go through. Those that were enrolled in a draft go through what it says now.
    async fn plans(&self, enrolments: &mut [Enrolment], now: Timestamp) -> Result<Plans, DatabaseError> {
        let ids: HashSet<&str> = enrolments.iter().map(|enrolment| enrolment.campaign.as_str()).collect();
        let campaigns = self.campaigns.find_all(ids.into_iter().map(ToOwned::to_owned)).await?;
        let mut kept: HashSet<String> = HashSet::new();
        for enrolment in enrolments.iter_mut().filter(|enrolment| enrolment.version == 0) {
            let Some(campaign) = campaigns.get(&enrolment.campaign) else { continue };
            if kept.insert(campaign.id.clone()) {
                self.campaigns.keep_version(campaign, now).await?;
            }
            enrolment.version = campaign.version;
            enrolment.base_at = campaign.activated_at.map_or(now, |at| at.max(enrolment.started_at));
        }
        let versions: HashSet<(String, i64)> =
            enrolments.iter().map(|enrolment| (enrolment.campaign.clone(), enrolment.version)).collect();
        let versions: Vec<(String, i64)> = versions.into_iter().collect();
        let definitions = self.campaigns.versions(&versions).await?;
        let mut zones = HashMap::new();
        for enrolment in enrolments.iter() {
            if !zones.contains_key(&enrolment.tenant) {
                let tenant = self.tenants.find(&enrolment.tenant).await?;
                zones.insert(enrolment.tenant.clone(), tenant.as_ref().map_or(Zone::UTC, zone_of));
            }
        }
        Ok(Plans { campaigns, definitions, zones })
    }
}

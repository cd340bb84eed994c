//! A campaign.

use edge_capabilities::Timestamp;
use edge_database::{json_column, record, text_column};
use edge_notifications::QuietHours;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::step::Step;

/// Whether a campaign sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CampaignStatus {
    /// It was never activated.
    Draft,
    /// What is due is sent.
    Active,
    /// What is due waits.
    Paused,
}

text_column!(CampaignStatus);

impl CampaignStatus {
    /// All states.
    pub(crate) const ALL: [Self; 3] = [Self::Draft, Self::Active, Self::Paused];

    /// Its name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
        }
    }

    /// Reads a name.
    pub(crate) fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }
}

/// Values by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct JsonObject(pub(crate) Map<String, Value>);

/// Quiet hours, as they are stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct StoredQuietHours(pub(crate) QuietHours);

/// What a version of a campaign says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) variables: JsonObject,
    /// By number.
    pub(crate) steps: Vec<Step>,
}

json_column!(JsonObject, StoredQuietHours, Definition);

impl Definition {
    /// The step that comes after `position` active ones; None: there are no more.
    pub(crate) fn step_at(&self, position: i64) -> Option<&Step> {
        self.steps.iter().filter(|step| step.is_active).nth(usize::try_from(position).ok()?)
    }

    /// What templates see as `campaign`.
    pub(crate) fn values(&self, id: &str) -> Map<String, Value> {
        let mut values = self.variables.0.clone();
        values.insert("id".to_owned(), id.into());
        values.insert("name".to_owned(), self.name.as_str().into());
        values
    }
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Campaign {
    /// `cmp_…`.
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) status: CampaignStatus,
    /// The version of what it says now, from 1.
    pub(crate) version: i64,
    /// INVARIANT: by number, each number once.
    pub(crate) steps: Vec<Step>,
    /// What its templates know as `campaign.NAME`.
    pub(crate) variables: JsonObject,
    /// Whether it ends for a contact who replied.
    pub(crate) stop_on_reply: bool,
    /// When nothing of it is sent, where the contact is.
    pub(crate) quiet_hours: Option<StoredQuietHours>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// When it was last activated.
    pub(crate) activated_at: Option<Timestamp>,
    pub(crate) revision: i64,
}

record! {
    Campaign in "campaigns" {
        id, tenant: "tenant_id", name, description, status, version, steps, variables, stop_on_reply, quiet_hours,
        created_at, updated_at, activated_at, revision,
    }
}

impl Campaign {
    /// What it says now.
    pub(crate) fn definition(&self) -> Definition {
        Definition { name: self.name.clone(), variables: self.variables.clone(), steps: self.steps.clone() }
    }

    /// Whether a contact would be sent anything.
    pub(crate) fn has_active_step(&self) -> bool {
        self.steps.iter().any(|step| step.is_active)
    }
}

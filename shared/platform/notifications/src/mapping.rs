//! What a tenant sends in place of the edge's own template, for a type of events and a channel.

use std::collections::BTreeMap;

use edge_capabilities::Timestamp;
use edge_database::{Conditions, DatabaseError, Db, places};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::channel::Channel;

/// The path in the event of each variable's value: `{"doc": "data.document_name", "to": "recipient.name"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VariablePaths(pub BTreeMap<String, String>);

impl std::ops::Deref for VariablePaths {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Values of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Variables(pub Map<String, Value>);

edge_database::json_column!(VariablePaths, Variables);

/// A mapping.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Mapping {
    /// The tenant's id.
    #[serde(default)]
    pub tenant_id: String,
    /// The name of the type of events.
    #[serde(default)]
    pub event_type: String,
    /// The channel.
    #[serde(default = "email")]
    pub channel: Channel,
    /// The template's name at Notify; for text messages and push notifications the text. None: the edge's own.
    pub template_name: Option<String>,
    /// The variables. Empty: the edge's own.
    pub variable_mapping: VariablePaths,
    /// The values of variables that the event has no value for.
    pub default_variables: Variables,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether anything is sent.
    pub is_enabled: bool,
    /// When it was changed.
    #[serde(default = "epoch")]
    pub updated_at: Timestamp,
}

const fn email() -> Channel {
    Channel::Email
}

const fn epoch() -> Timestamp {
    Timestamp::from_millis(0)
}

edge_database::record! {
    Mapping in "notification_mappings" {
        tenant_id, event_type, channel, template_name, variable_mapping, default_variables, description, is_enabled,
        updated_at,
    }
}

/// The mappings in a database.
#[derive(Clone)]
pub struct Mappings(Db);

impl Mappings {
    /// The mappings in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores `mapping` in place of the one that there is.
    pub async fn put(&self, mapping: &Mapping) -> Result<(), DatabaseError> {
        use edge_database::Record as _;
        let values = mapping.values()?;
        let set: Vec<String> =
            Mapping::COLUMNS.iter().skip(3).map(|column| format!("{column} = excluded.{column}")).collect();
        let statement = format!(
            "INSERT INTO notification_mappings ({}) VALUES ({})
             ON CONFLICT (tenant_id, event_type, channel) DO UPDATE SET {}",
            edge_database::columns::<Mapping>(),
            places(1, values.len()),
            set.join(", "),
        );
        self.0.query(&statement, &values).await.map(drop)
    }

    /// The mapping of `tenant` for a type of events and a channel.
    pub async fn find(
        &self,
        tenant: &str,
        event_type: &str,
        channel: Channel,
    ) -> Result<Option<Mapping>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and("event_type", event_type).and("channel", channel.as_str());
        self.0.find(of).await
    }

    /// All mappings of `tenant`, by type and channel: as many as there are types and channels, at most.
    pub async fn all(&self, tenant: &str) -> Result<Vec<Mapping>, DatabaseError> {
        self.0.select(Conditions::of("tenant_id", tenant), "event_type, channel").await
    }

    /// Removes a mapping; gives whether there was one.
    pub async fn remove(&self, tenant: &str, event_type: &str, channel: Channel) -> Result<bool, DatabaseError> {
        let statement = "DELETE FROM notification_mappings WHERE tenant_id = $1 AND event_type = $2 AND channel = $3
            RETURNING channel";
        let values = [tenant.into(), event_type.into(), channel.as_str().into()];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }
}

//! What a person did with a message.

use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use edge_notifications::Channel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActivityKind {
    /// The person replied.
    Reply,
    /// The person followed a link.
    Click,
    /// The message came back.
    Bounce,
    /// The person reported it as spam.
    Complaint,
    /// The person unsubscribed at Notify.
    Unsubscribe,
}

text_column!(ActivityKind);

impl ActivityKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Reply, Self::Click, Self::Bounce, Self::Complaint, Self::Unsubscribe];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Click => "click",
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
            Self::Unsubscribe => "unsubscribe",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == written)
    }
}

/// What a person did with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The id of the event at Notify: each is here once for a tenant.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The contact. None: the person is no contact of the tenant.
    pub contact: Option<String>,
    /// What happened.
    pub kind: ActivityKind,
    /// Over which channel.
    pub channel: Channel,
    /// The message of the outbox that it is about, where Notify names one.
    pub message: Option<String>,
    /// A reply's text, a click's URL.
    pub detail: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When the edge was told of it.
    pub received_at: Timestamp,
}

record! {
    Activity in "contact_events" {
        id, tenant: "tenant_id", contact: "contact_id", kind, channel, message: "message_id", detail, occurred_at,
        received_at,
    }
}

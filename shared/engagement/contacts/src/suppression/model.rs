//! A suppression.

use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use edge_notifications::{Channel, phone_number};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contact::fields::{email_key, is_email};
use crate::keys::HASH;

/// Why an address is suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SuppressionReason {
    /// The person unsubscribed by a link.
    Unsubscribed,
    /// The person replied that it does not want messages.
    Replied,
    /// A message to the address bounced.
    Bounced,
    /// The person reported a message as spam.
    Complained,
    /// An administrator suppressed it.
    Manual,
}

text_column!(SuppressionReason);

impl SuppressionReason {
    /// All reasons.
    pub const ALL: [Self; 5] = [Self::Unsubscribed, Self::Replied, Self::Bounced, Self::Complained, Self::Manual];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Replied => "replied",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Manual => "manual",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == written)
    }
}

/// An address that a tenant does not write to over a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// `sup_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The channel.
    pub channel: Channel,
    /// The address in the spelling of [`normalized`]; a hash of it once its contact is erased.
    pub address: String,
    /// Why.
    pub reason: SuppressionReason,
    /// Since when.
    pub created_at: Timestamp,
}

record! {
    Suppression in "contact_suppressions" { id, tenant: "tenant_id", channel, address, reason, created_at }
}

impl Suppression {
    /// Whether a hash stands in the address's place.
    pub fn is_forgotten(&self) -> bool {
        self.address.starts_with(HASH)
    }
}

/// That a contact is not written to over a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The channel.
    pub channel: Channel,
    /// Why.
    pub reason: SuppressionReason,
}

/// `address` in the one spelling that suppressions have over `channel`. None: it is no address of this channel.
pub fn normalized(channel: Channel, address: &str) -> Option<String> {
    match channel {
        Channel::Email => is_email(address).then(|| email_key(address)),
        Channel::Sms | Channel::WhatsApp => phone_number(address),
        Channel::Push => {
            let is_id = (1..=256).contains(&address.len()) && !address.starts_with(HASH);
            is_id.then(|| address.to_owned())
        }
        Channel::InApp => None,
    }
}

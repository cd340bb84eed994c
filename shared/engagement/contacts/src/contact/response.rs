//! A contact as callers see it.

use std::collections::BTreeMap;

use edge_notifications::Channel;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::Contact;
use crate::suppression::Suppressed;
use crate::unsubscribe::UnsubscribeLinks;

/// Whether a contact can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ContactStatus {
    /// Over at least one channel.
    Active,
    /// Over none: every channel by which it is reached is suppressed.
    Suppressed,
}

/// A contact.
#[derive(Serialize, ToSchema)]
#[schema(as = Contact)]
pub(crate) struct ContactResponse {
    id: String,
    name: Option<String>,
    email: Option<String>,
    /// `+` and digits.
    phone: Option<String>,
    /// Custom fields.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    tags: Vec<String>,
    timezone: Option<String>,
    locale: Option<String>,
    source: Option<String>,
    /// `suppressed`: every channel by which it is reached is suppressed.
    status: ContactStatus,
    /// The channels over which it is not written to: it unsubscribed, an address bounced, or an administrator said so.
    #[schema(value_type = Vec<String>, example = json!(["EMAIL"]))]
    suppressed_channels: Vec<Channel>,
    /// The links by which the person unsubscribes, by channel, for messages that the edge does not write. Empty without
    /// `unsubscribe_key`.
    #[schema(value_type = Object, example = json!({"EMAIL": "https://edge.example/unsubscribe/con_….e.…"}))]
    unsubscribe_urls: BTreeMap<&'static str, String>,
    created_at: String,
    updated_at: String,
    revision: i64,
}

impl ContactResponse {
    /// `contact`, which is not written to as `suppressed` says.
    pub(crate) fn new(contact: Contact, suppressed: &[Suppressed], links: &UnsubscribeLinks) -> Self {
        let suppressed_channels: Vec<Channel> = suppressed.iter().map(|suppressed| suppressed.channel).collect();
        let url = |channel: Channel| Some((channel.as_str(), links.url(&contact, channel)?));
        let is_suppressed = contact.channels().all(|channel| suppressed_channels.contains(&channel));
        Self {
            status: if is_suppressed { ContactStatus::Suppressed } else { ContactStatus::Active },
            unsubscribe_urls: contact.channels().filter_map(url).collect(),
            suppressed_channels,
            created_at: contact.created_at.to_rfc3339_millis(),
            updated_at: contact.updated_at.to_rfc3339_millis(),
            id: contact.id,
            name: contact.name,
            email: contact.email,
            phone: contact.phone,
            attributes: contact.attributes.0,
            tags: contact.tags,
            timezone: contact.timezone,
            locale: contact.locale,
            source: contact.source,
            revision: contact.revision,
        }
    }
}

//! A contact.

use edge_capabilities::Timestamp;
use edge_database::{json_column, record};
use edge_notifications::Channel;
use edge_time_zones::Zone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a tenant knows of a contact beside its fields: texts, numbers and booleans by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(pub Map<String, Value>);

json_column!(Attributes);

/// A person whom a tenant writes to. INVARIANT: it has an e-mail address or a phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// `con_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The name.
    pub name: Option<String>,
    /// The e-mail address, as it was written.
    pub email: Option<String>,
    /// The e-mail address, by which contacts are told apart.
    pub(crate) email_key: Option<String>,
    /// The phone number: `+` and digits.
    pub phone: Option<String>,
    /// What the tenant knows besides.
    pub attributes: Attributes,
    /// Words that the tenant sorts contacts by.
    pub tags: Vec<String>,
    /// The name of the time zone that the person lives in.
    pub timezone: Option<String>,
    /// The language: `en-IN`.
    pub locale: Option<String>,
    /// Where the tenant has the contact from.
    pub source: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How often it was changed, from 1.
    pub revision: i64,
}

record! {
    Contact in "contacts" {
        id, tenant: "tenant_id", name, email, email_key, phone, attributes, tags, timezone, locale, source, created_at,
        updated_at, revision,
    }
}

impl Contact {
    /// A contact of `tenant` that nothing is known of yet.
    pub(crate) fn new(id: String, tenant: &str, now: Timestamp) -> Self {
        Self {
            id,
            tenant: tenant.to_owned(),
            name: None,
            email: None,
            email_key: None,
            phone: None,
            attributes: Attributes::default(),
            tags: Vec::new(),
            timezone: None,
            locale: None,
            source: None,
            created_at: now,
            updated_at: now,
            revision: 1,
        }
    }

    /// The address by which the contact is reached over `channel`, as suppressions have it. None: it is not reached.
    pub fn address(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Email => self.email_key.as_deref(),
            Channel::Sms | Channel::WhatsApp => self.phone.as_deref(),
            Channel::Push | Channel::InApp => None,
        }
    }

    /// The channels by which it may be reached.
    pub fn channels(&self) -> impl Iterator<Item = Channel> + '_ {
        Channel::ALL.into_iter().filter(|channel| self.address(*channel).is_some())
    }

    /// The time zone that the person lives in, where it is known.
    pub fn zone(&self) -> Option<Zone> {
        self.timezone.as_deref().and_then(Zone::parse)
    }
}

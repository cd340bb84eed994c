//! Contacts.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List contacts: `GET /api/v1/contacts`.
    ///
    /// The key needs `messages:read`.
    pub async fn list_contacts(&self, query_parameters: &ListContactsQuery) -> Result<ListingContact, EdgeError> {
        let path = Path::new("/api/v1/contacts").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a contact: `POST /api/v1/contacts`.
    ///
    /// A contact has an e-mail address, a phone number or both; a tenant has one contact of each. Phone numbers are kept as `+`
    /// and digits.
    ///
    /// The key needs `messages:write`.
    pub async fn create_contact(&self, body: &ContactRequest) -> Result<Contact, EdgeError> {
        let path = Path::new("/api/v1/contacts");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Import contacts: `POST /api/v1/contacts/import`.
    ///
    /// A CSV file in UTF-8 with a header: `email` or `phone`, and `name`, `timezone`, `locale`, `source`, `tags` (separated by
    /// semicolons); other columns are attributes. At most 100,000 records and 32 MiB. A record of an address that a contact has
    /// changes that contact; its empty fields change nothing. The file is read behind the answer.
    ///
    /// The key needs `messages:write`.
    pub async fn import_contacts(&self, body: &str) -> Result<StartedContactImport, EdgeError> {
        let path = Path::new("/api/v1/contacts/import");
        self.json(http::Method::POST, path, Body::Csv(body.to_owned())).await
    }

    /// Get an import: `GET /api/v1/contacts/imports/{job_id}`.
    ///
    /// How far an import is, what came of it so far, and what is wrong with which records.
    ///
    /// The key needs `messages:read`.
    pub async fn get_contact_import(&self, job_id: &str) -> Result<ContactImport, EdgeError> {
        let path = Path::new("/api/v1/contacts/imports/").value(job_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List suppressions: `GET /api/v1/contacts/suppressions`.
    ///
    /// The key needs `messages:read`.
    pub async fn list_suppressions(&self, query_parameters: &ListSuppressionsQuery) -> Result<ListingSuppression, EdgeError> {
        let path = Path::new("/api/v1/contacts/suppressions").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Suppress an address: `POST /api/v1/contacts/suppressions`.
    ///
    /// The tenant does not write to the address over the channel any more, also not what is queued already. What is critical,
    /// such as a one-time code, goes nevertheless.
    ///
    /// The key needs `messages:write`.
    pub async fn create_suppression(&self, body: &CreateSuppressionRequest) -> Result<Suppression, EdgeError> {
        let path = Path::new("/api/v1/contacts/suppressions");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Remove a suppression: `DELETE /api/v1/contacts/suppressions/{suppression_id}`.
    ///
    /// The tenant writes to the address again. Do this only where the person has asked for it.
    ///
    /// The key needs `messages:write`.
    pub async fn delete_suppression(&self, suppression_id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/contacts/suppressions/").value(suppression_id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Erase a contact: `DELETE /api/v1/contacts/{contact_id}`.
    ///
    /// What is known of the person is removed: the contact, its replies and clicks, and its addresses in messages that are sent.
    /// That an address is suppressed stays known, by a hash of it. An import that began before that does not make the contact
    /// again.
    ///
    /// The key needs `messages:write`.
    pub async fn delete_contact(&self, contact_id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/contacts/").value(contact_id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Get a contact: `GET /api/v1/contacts/{contact_id}`.
    ///
    /// The key needs `messages:read`.
    pub async fn get_contact(&self, contact_id: &str) -> Result<Contact, EdgeError> {
        let path = Path::new("/api/v1/contacts/").value(contact_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update a contact: `PUT /api/v1/contacts/{contact_id}`.
    ///
    /// Fields that are absent keep their values, fields that are null are emptied.
    ///
    /// The key needs `messages:write`.
    pub async fn update_contact(&self, contact_id: &str, body: &ContactRequest) -> Result<Contact, EdgeError> {
        let path = Path::new("/api/v1/contacts/").value(contact_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Show an unsubscribe link: `GET /unsubscribe/{token}`.
    ///
    /// A page that asks whether to unsubscribe. It changes nothing: programs that look at mail follow links.
    pub async fn show_unsubscribe_link(&self, token: &str) -> Result<String, EdgeError> {
        let path = Path::new("/unsubscribe/").value(token);
        self.text(http::Method::GET, path, Body::None).await
    }

    /// Unsubscribe: `POST /unsubscribe/{token}`.
    ///
    /// The contact of the link is not written to any more over its channel, also not what is queued already. Mail programs send
    /// this by themselves (RFC 8058), so no key and no page is needed; whatever the body says is not looked at.
    pub async fn unsubscribe(&self, token: &str) -> Result<String, EdgeError> {
        let path = Path::new("/unsubscribe/").value(token);
        self.text(http::Method::POST, path, Body::None).await
    }
}

/// The query of [`list_contacts`](Api::list_contacts).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListContactsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only the contact with this e-mail address.
    pub email: Option<String>,
    /// Only the contact with this phone number.
    pub phone: Option<String>,
    /// Only contacts from this source.
    pub source: Option<String>,
    /// Only contacts with this tag.
    pub tag: Option<String>,
}

/// The query of [`list_suppressions`](Api::list_suppressions).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListSuppressionsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only of this channel: `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.
    pub channel: Option<String>,
    /// Only for this reason. One of `unsubscribed`, `replied`, `bounced`, `complained`, `manual`.
    pub reason: Option<String>,
}

/// A contact.
#[derive(Clone, Debug, Deserialize)]
pub struct Contact {
    /// Custom fields.
    pub attributes: serde_json::Value,
    /// `created_at`.
    pub created_at: String,
    /// `email`.
    pub email: Option<String>,
    /// `id`.
    pub id: String,
    /// `locale`.
    pub locale: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `+` and digits.
    pub phone: Option<String>,
    /// `revision`.
    pub revision: i64,
    /// `source`.
    pub source: Option<String>,
    /// `suppressed`: every channel by which it is reached is suppressed.
    pub status: ContactStatus,
    /// The channels over which it is not written to: it unsubscribed, an address bounced, or an administrator said so.
    pub suppressed_channels: Vec<String>,
    /// `tags`.
    pub tags: Vec<String>,
    /// `timezone`.
    pub timezone: Option<String>,
    /// The links by which the person unsubscribes, by channel, for messages that the edge does not write. Empty without
    /// `unsubscribe_key`.
    pub unsubscribe_urls: serde_json::Value,
    /// `updated_at`.
    pub updated_at: String,
}

/// An import.
#[derive(Clone, Debug, Deserialize)]
pub struct ContactImport {
    /// The records that made a contact.
    pub created: i64,
    /// `created_at`.
    pub created_at: String,
    /// Why the import was given up.
    pub error: Option<String>,
    /// The first 1000 errors, by line.
    pub errors: Vec<ContactImportError>,
    /// The records with errors. They change nothing.
    pub failed: i64,
    /// `finished_at`.
    pub finished_at: Option<String>,
    /// `job_id`.
    pub job_id: String,
    /// The records that were read: `created`, `updated` and `failed` together.
    pub processed_rows: i64,
    /// How much of the file is read, per cent.
    pub progress: i64,
    /// `status`.
    pub status: ImportStatus,
    /// The records of the file.
    pub total_rows: i64,
    /// The records of a contact that was there.
    pub updated: i64,
    /// `updated_at`.
    pub updated_at: String,
}

/// What is wrong with a record.
#[derive(Clone, Debug, Deserialize)]
pub struct ContactImportError {
    /// The field: `email`, `attributes.plan`; `line`: the record as a whole.
    pub field: String,
    /// The number of the record's first line in the file, from 1.
    pub line: i64,
    /// `message`.
    pub message: String,
}

/// A contact to create, or the changes to one. A field that is absent keeps its value; one that is null is emptied.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContactRequest {
    /// Custom fields: at most 100 texts, numbers or booleans by name. They are added to those that are there; null removes
    /// one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Option<serde_json::Value>>,
    /// The e-mail address. Required where there is no phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Option<String>>,
    /// The language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Option<String>>,
    /// The name: 1 to 256 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// The phone number: `+` and digits, the country's code first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Option<String>>,
    /// Where the contact is from: 1 to 64 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Option<String>>,
    /// At most 50 words that contacts are sorted by. They replace those that are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Option<Vec<String>>>,
    /// The time zone that the person lives in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Option<String>>,
}

/// Whether a contact can be written to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ContactStatus {
    /// `active`.
    #[serde(rename = "active")]
    Active,
    /// `suppressed`.
    #[serde(rename = "suppressed")]
    Suppressed,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// An address to suppress.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateSuppressionRequest {
    /// The e-mail address, the phone number, or the user's id.
    pub address: String,
    /// `EMAIL`, `SMS`, `WHATSAPP` or `PUSH`.
    pub channel: String,
}

/// What became of an import.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ImportStatus {
    /// `queued`.
    #[serde(rename = "queued")]
    Queued,
    /// `running`.
    #[serde(rename = "running")]
    Running,
    /// `completed`.
    #[serde(rename = "completed")]
    Completed,
    /// `failed`.
    #[serde(rename = "failed")]
    Failed,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingContact {
    /// The entries of the page.
    pub data: Vec<Contact>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingSuppression {
    /// The entries of the page.
    pub data: Vec<Suppression>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// An import that was begun.
#[derive(Clone, Debug, Deserialize)]
pub struct StartedContactImport {
    /// The import's id.
    pub job_id: String,
}

/// An address that is not written to over a channel.
#[derive(Clone, Debug, Deserialize)]
pub struct Suppression {
    /// Null: the contact was erased, and a hash of the address is all that is left.
    pub address: Option<String>,
    /// `channel`.
    pub channel: String,
    /// `created_at`.
    pub created_at: String,
    /// `id`.
    pub id: String,
    /// `reason`.
    pub reason: SuppressionReason,
}

/// Why an address is suppressed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum SuppressionReason {
    /// `unsubscribed`.
    #[serde(rename = "unsubscribed")]
    Unsubscribed,
    /// `replied`.
    #[serde(rename = "replied")]
    Replied,
    /// `bounced`.
    #[serde(rename = "bounced")]
    Bounced,
    /// `complained`.
    #[serde(rename = "complained")]
    Complained,
    /// `manual`.
    #[serde(rename = "manual")]
    Manual,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

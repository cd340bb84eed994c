//! Notifications.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List types of events: `GET /api/v1/notifications/event-types`.
    ///
    /// Each type has a category, channels, a template, and the variables that its template needs.
    ///
    /// The key needs `messages:read`.
    pub async fn list_event_types(&self) -> Result<NotificationEventTypes, EdgeError> {
        let path = Path::new("/api/v1/notifications/event-types");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Raise an event: `POST /api/v1/notifications/events`.
    ///
    /// Queues one message per recipient and channel of the event's type. Whether and when each is sent is decided when it is
    /// sent: by the person's preferences and quiet hours, the tenant's mappings and `expires_at`. A message without a value for
    /// a variable that its template needs fails, and names the variable.
    ///
    /// The key needs `messages:write`.
    pub async fn raise_event(&self, body: &RaiseEventRequest) -> Result<RaisedEvent, EdgeError> {
        let path = Path::new("/api/v1/notifications/events");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Read a feed: `GET /api/v1/notifications/feed`.
    ///
    /// The entries of a user's feed after `after`, oldest first. If there are none, the request waits up to `wait` seconds.
    ///
    /// The key needs `messages:read`.
    pub async fn get_feed(&self, query_parameters: &GetFeedQuery) -> Result<Feed, EdgeError> {
        let path = Path::new("/api/v1/notifications/feed").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Mark entries as read: `POST /api/v1/notifications/feed/read`.
    ///
    /// By their `ids`, or all `up_to` a place; with neither, all of them.
    ///
    /// The key needs `messages:write`.
    pub async fn mark_feed_read(&self, body: &MarkFeedReadRequest) -> Result<FeedRead, EdgeError> {
        let path = Path::new("/api/v1/notifications/feed/read");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List mappings: `GET /api/v1/notifications/mappings`.
    ///
    /// The key needs `messages:read`.
    pub async fn list_mappings(&self) -> Result<NotificationMappings, EdgeError> {
        let path = Path::new("/api/v1/notifications/mappings");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Remove a mapping: `DELETE /api/v1/notifications/mappings/{event_type}/{channel}`.
    ///
    /// The edge's own template is sent again.
    ///
    /// The key needs `messages:write`.
    pub async fn delete_mapping(&self, event_type: &str, channel: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/notifications/mappings/").value(event_type).text("/").value(channel);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Get a mapping: `GET /api/v1/notifications/mappings/{event_type}/{channel}`.
    ///
    /// The key needs `messages:read`.
    pub async fn get_mapping(&self, event_type: &str, channel: &str) -> Result<NotificationMapping, EdgeError> {
        let path = Path::new("/api/v1/notifications/mappings/").value(event_type).text("/").value(channel);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Set a mapping: `PUT /api/v1/notifications/mappings/{event_type}/{channel}`.
    ///
    /// Replaces the template, the variables and their defaults that the tenant sends for a type of events over a channel.
    ///
    /// The key needs `messages:write`.
    pub async fn put_mapping(&self, event_type: &str, channel: &str, body: &PutNotificationMapping) -> Result<NotificationMapping, EdgeError> {
        let path = Path::new("/api/v1/notifications/mappings/").value(event_type).text("/").value(channel);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// List messages: `GET /api/v1/notifications/messages`.
    ///
    /// The key needs `messages:read`.
    pub async fn list_messages(&self, query_parameters: &ListMessagesQuery) -> Result<ListingNotificationMessage, EdgeError> {
        let path = Path::new("/api/v1/notifications/messages").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get a message: `GET /api/v1/notifications/messages/{id}`.
    ///
    /// The key needs `messages:read`.
    pub async fn get_message(&self, id: &str) -> Result<NotificationMessage, EdgeError> {
        let path = Path::new("/api/v1/notifications/messages/").value(id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Replay a message: `POST /api/v1/notifications/messages/{id}/replay`.
    ///
    /// Has a message be sent again that failed, was suppressed or given up. A message in another state stays as it is.
    ///
    /// The key needs `messages:write`.
    pub async fn replay_message(&self, id: &str) -> Result<NotificationMessage, EdgeError> {
        let path = Path::new("/api/v1/notifications/messages/").value(id).text("/replay");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Get a user's preferences: `GET /api/v1/notifications/preferences/{user_id}`.
    ///
    /// A person reads their own; everybody else's take `messages:read`.
    ///
    /// The key needs `messages:read`.
    pub async fn get_preferences(&self, user_id: &str) -> Result<NotificationPreferences, EdgeError> {
        let path = Path::new("/api/v1/notifications/preferences/").value(user_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Set a user's preferences: `PUT /api/v1/notifications/preferences/{user_id}`.
    ///
    /// What is critical is sent whatever the person prefers: codes, failed payments, security. A person sets their own;
    /// everybody else's take `messages:write`.
    ///
    /// The key needs `messages:write`.
    pub async fn put_preferences(&self, user_id: &str, body: &PutNotificationPreferences) -> Result<NotificationPreferences, EdgeError> {
        let path = Path::new("/api/v1/notifications/preferences/").value(user_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }
}

/// The query of [`get_feed`](Api::get_feed).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetFeedQuery {
    /// The `next` of the previous response. By default the feed is read from its beginning.
    pub after: Option<String>,
    /// How long to wait for an entry if there is none, seconds: 0 to 25; the default is 0.
    pub wait: Option<String>,
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<String>,
    /// The user. Required with a key; a person reads their own feed.
    pub user_id: Option<String>,
}

/// The query of [`list_messages`](Api::list_messages).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListMessagesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only messages in this state.
    pub state: Option<String>,
    /// Only messages over this channel. By default all but the entries of feeds, `IN_APP`.
    pub channel: Option<String>,
    /// Only messages of this type of events.
    pub event_type: Option<String>,
    /// Only messages about this event.
    pub event_id: Option<String>,
    /// Only messages for this user.
    pub user_id: Option<String>,
}

/// A part of a feed, oldest entry first.
#[derive(Clone, Debug, Deserialize)]
pub struct Feed {
    /// `data`.
    pub data: Vec<FeedEntry>,
    /// The `after` of the next request.
    pub next: String,
    /// The number of entries in the whole feed that are not read.
    pub unread: i64,
}

/// An entry of a feed.
#[derive(Clone, Debug, Deserialize)]
pub struct FeedEntry {
    /// `category`.
    pub category: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// The event's data.
    pub data: serde_json::Value,
    /// `event_id`.
    pub event_id: String,
    /// `event_type`.
    pub event_type: String,
    /// `id`.
    pub id: String,
    /// `is_read`.
    pub is_read: bool,
    /// Null: the entry is not read.
    pub read_at: Option<String>,
    /// What happened, in a few words.
    pub title: String,
}

/// What was read.
#[derive(Clone, Debug, Deserialize)]
pub struct FeedRead {
    /// The number of entries that are read now and were not before.
    pub read: i64,
    /// The number of entries that are still not read.
    pub unread: i64,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingNotificationMessage {
    /// The entries of the page.
    pub data: Vec<NotificationMessage>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// Which entries were read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MarkFeedReadRequest {
    /// The ids of entries, up to 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<String>>,
    /// All entries up to this `next` of a previous response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<String>,
    /// The user. Required with a key; a person's own by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// To whom a message goes.
#[derive(Clone, Debug, Deserialize)]
pub struct MessageRecipient {
    /// `email`.
    pub email: Option<String>,
    /// `locale`.
    pub locale: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `phone`.
    pub phone: Option<String>,
    /// `user_id`.
    pub user_id: Option<String>,
}

/// A type of events.
#[derive(Clone, Debug, Deserialize)]
pub struct NotificationEventType {
    /// The group by which people choose what they are told.
    pub category: String,
    /// The channels over which it is sent: `EMAIL`, `SMS`, `WHATSAPP`, `PUSH`.
    pub channels: Vec<String>,
    /// `description`.
    pub description: String,
    /// `event_type`.
    pub event_type: String,
    /// Whether it is sent whatever the person prefers.
    pub is_critical: bool,
    /// The variables without which an e-mail is not sent.
    pub required_variables: Vec<String>,
    /// The template as the workspace lists it.
    pub template: String,
    /// What is sent over each channel: the template's name at Notify, or the text.
    pub template_names: serde_json::Value,
}

/// All types of events.
#[derive(Clone, Debug, Deserialize)]
pub struct NotificationEventTypes {
    /// The types of the workspace.
    pub data: Vec<NotificationEventType>,
    /// The types that only the edge raises, from what it sees itself.
    pub edge: Vec<NotificationEventType>,
}

/// A mapping of a type of events to a template.
#[derive(Clone, Debug, Deserialize)]
pub struct NotificationMapping {
    /// `channel`.
    pub channel: String,
    /// `default_variables`.
    pub default_variables: serde_json::Value,
    /// `description`.
    pub description: Option<String>,
    /// `event_type`.
    pub event_type: String,
    /// `is_enabled`.
    pub is_enabled: bool,
    /// Null: the edge's own.
    pub template_name: Option<String>,
    /// `updated_at`.
    pub updated_at: String,
    /// `variable_mapping`.
    pub variable_mapping: serde_json::Value,
}

/// All mappings of a tenant.
#[derive(Clone, Debug, Deserialize)]
pub struct NotificationMappings {
    /// `data`.
    pub data: Vec<NotificationMapping>,
    /// Always null: there are as many as there are types and channels, at most.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A message.
#[derive(Clone, Debug, Deserialize)]
pub struct NotificationMessage {
    /// How often it was sent.
    pub attempts: i64,
    /// `category`.
    pub category: Option<String>,
    /// `channel`.
    pub channel: String,
    /// `created_at`.
    pub created_at: String,
    /// `event_id`.
    pub event_id: String,
    /// Null: the message was queued before events had types.
    pub event_type: Option<String>,
    /// `expires_at`.
    pub expires_at: Option<String>,
    /// `id`.
    pub id: String,
    /// Why the message is in its state: `MISSING_VARIABLE: host_name`, `INVALID_VARIABLE: meeting_url`, `INVALID_ADDRESS`,
    /// `TOO_LONG`, `PREFERENCES`, `DISABLED`, `NO_ADDRESS`, `SUPPRESSED`, `EXPIRED`, `CANCELLED`, `NOT_CONFIGURED`, `DIGEST`,
    /// `OUTCOME_UNKNOWN`, or the reason of the last failure.
    pub reason: Option<String>,
    /// `recipient`.
    pub recipient: MessageRecipient,
    /// `send_at`.
    pub send_at: String,
    /// `sent_at`.
    pub sent_at: Option<String>,
    /// `queued`, `sent`, `delivered`, `read`, `failed`, `suppressed` or `dead`.
    pub state: String,
    /// The template or the text that was sent.
    pub template: Option<String>,
    /// When the state last changed.
    pub updated_at: String,
}

/// A person's preferences.
#[derive(Clone, Debug, Deserialize)]
pub struct NotificationPreferences {
    /// `categories`.
    pub categories: serde_json::Value,
    /// `digest`.
    pub digest: String,
    /// `quiet_hours`.
    pub quiet_hours: Option<NotificationQuietHours>,
    /// The zone in which the quiet hours count: the person's, or the tenant's.
    pub timezone: String,
    /// `user_id`.
    pub user_id: String,
}

/// A part of the day.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct NotificationQuietHours {
    /// `from`.
    pub from: String,
    /// `to`.
    pub to: String,
}

/// A person to tell, by a user's id, an e-mail address, a phone number, or several of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NotificationRecipient {
    /// `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `locale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// `name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `+` and 7 to 15 digits; spaces, dashes, dots and brackets are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The id of a user of the tenant. Where the e-mail address or the name is not given, it is what the tenant knows of
    /// the user; the user's preferences hold, and the event is in the user's feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// A mapping of a type of events to a template.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PutNotificationMapping {
    /// The values of variables that the event has no value for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_variables: Option<serde_json::Value>,
    /// `description`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Whether anything is sent. The default is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_enabled: Option<Option<bool>>,
    /// The template's name at Notify; for `SMS` and `PUSH` the text, with `{{variables}}`. The default is the edge's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_name: Option<Option<String>>,
    /// The path in the event of each variable's value: `data.document_name`, `recipient.name`. By default, and where it is
    /// empty, the variables are the event's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable_mapping: Option<serde_json::Value>,
}

/// A person's preferences, all of them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PutNotificationPreferences {
    /// Which channels are wanted for which category: `{"billing": {"EMAIL": true, "SMS": false}}`. What is not said is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<BTreeMap<String, BTreeMap<String, bool>>>,
    /// `none`, or `daily`: the e-mails of a day are one, sent at 8:00. The default is `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Option<String>>,
    /// `quiet_hours`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<Option<NotificationQuietHours>>,
    /// The person's time zone. The default is the tenant's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Option<String>>,
}

/// An event to tell people of.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RaiseEventRequest {
    /// The values of the template's variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
    /// `event_type`.
    pub event_type: String,
    /// After when it is not sent any more (RFC 3339). The default is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The people to tell, 1 to 500.
    pub recipients: Vec<NotificationRecipient>,
    /// When to send (RFC 3339). The default is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_at: Option<String>,
}

/// An event, and the messages about it.
#[derive(Clone, Debug, Deserialize)]
pub struct RaisedEvent {
    /// `event_id`.
    pub event_id: String,
    /// One message per recipient and channel.
    pub messages: Vec<NotificationMessage>,
}

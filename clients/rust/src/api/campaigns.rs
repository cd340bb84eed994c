//! Campaigns.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List campaigns: `GET /api/v1/campaigns`.
    ///
    /// The key needs `messages:read`.
    pub async fn list_campaigns(&self, query_parameters: &ListCampaignsQuery) -> Result<ListingCampaign, EdgeError> {
        let path = Path::new("/api/v1/campaigns").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a campaign: `POST /api/v1/campaigns`.
    ///
    /// The campaign is a `draft`: it sends nothing until it is activated.
    ///
    /// The key needs `messages:write`.
    pub async fn create_campaign(&self, body: &CampaignRequest) -> Result<Campaign, EdgeError> {
        let path = Path::new("/api/v1/campaigns");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a campaign: `GET /api/v1/campaigns/{campaign_id}`.
    ///
    /// The key needs `messages:read`.
    pub async fn get_campaign(&self, campaign_id: &str) -> Result<Campaign, EdgeError> {
        let path = Path::new("/api/v1/campaigns/").value(campaign_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update a campaign: `PUT /api/v1/campaigns/{campaign_id}`.
    ///
    /// Fields that are absent keep their values. `stop_on_reply` and `quiet_hours` hold at once for everybody; what messages say
    /// changes for contacts who are enrolled after that.
    ///
    /// The key needs `messages:write`.
    pub async fn update_campaign(&self, campaign_id: &str, body: &CampaignRequest) -> Result<Campaign, EdgeError> {
        let path = Path::new("/api/v1/campaigns/").value(campaign_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Activate a campaign: `POST /api/v1/campaigns/{campaign_id}/activate`.
    ///
    /// What is due is sent from now on. What fell due while the campaign was paused is sent too. A campaign that is active
    /// already stays as it is.
    ///
    /// The key needs `messages:write`.
    pub async fn activate_campaign(&self, campaign_id: &str) -> Result<Campaign, EdgeError> {
        let path = Path::new("/api/v1/campaigns/").value(campaign_id).text("/activate");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Pause a campaign: `POST /api/v1/campaigns/{campaign_id}/pause`.
    ///
    /// Nothing is sent until it is activated again; what is due waits. A campaign that is paused already stays as it is.
    ///
    /// The key needs `messages:write`.
    pub async fn pause_campaign(&self, campaign_id: &str) -> Result<Campaign, EdgeError> {
        let path = Path::new("/api/v1/campaigns/").value(campaign_id).text("/pause");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Get a campaign's statistics: `GET /api/v1/campaigns/{campaign_id}/stats`.
    ///
    /// How many contacts are where, and what became of each step.
    ///
    /// The key needs `messages:read`.
    pub async fn get_campaign_stats(&self, campaign_id: &str) -> Result<CampaignStats, EdgeError> {
        let path = Path::new("/api/v1/campaigns/").value(campaign_id).text("/stats");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List the steps of a campaign: `GET /api/v1/campaigns/{campaign_id}/steps`.
    ///
    /// The key needs `messages:read`.
    pub async fn list_campaign_steps(&self, campaign_id: &str) -> Result<ListingCampaignStep, EdgeError> {
        let path = Path::new("/api/v1/campaigns/").value(campaign_id).text("/steps");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a step: `POST /api/v1/campaigns/{campaign_id}/steps`.
    ///
    /// A template that cannot be rendered is refused with the line. Contacts who are enrolled already go through the campaign as
    /// it was then.
    ///
    /// The key needs `messages:write`.
    pub async fn create_campaign_step(&self, campaign_id: &str, body: &CampaignStepRequest) -> Result<CampaignStep, EdgeError> {
        let path = Path::new("/api/v1/campaigns/").value(campaign_id).text("/steps");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Update a step: `PUT /api/v1/campaigns/{campaign_id}/steps/{step_id}`.
    ///
    /// Fields that are absent keep their values. Contacts who are enrolled already go through the campaign as it was then.
    ///
    /// The key needs `messages:write`.
    pub async fn update_campaign_step(&self, campaign_id: &str, step_id: &str, body: &CampaignStepRequest) -> Result<CampaignStep, EdgeError> {
        let path = Path::new("/api/v1/campaigns/").value(campaign_id).text("/steps/").value(step_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Enroll a contact: `POST /api/v1/contacts/{contact_id}/campaign/{campaign_id}/enroll`.
    ///
    /// The contact goes through the campaign as it is now: through the version that there is, or, in a draft, through the one
    /// that is activated. The first delay counts from now, in a draft from the activation. A contact who is enrolled already
    /// stays so.
    ///
    /// The key needs `messages:write`.
    pub async fn enroll_contact(&self, contact_id: &str, campaign_id: &str, body: &Option<CampaignEnrollRequest>) -> Result<CampaignProgress, EdgeError> {
        let path = Path::new("/api/v1/contacts/").value(contact_id).text("/campaign/").value(campaign_id).text("/enroll");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a contact's progress: `GET /api/v1/contacts/{contact_id}/campaigns/{campaign_id}/progress`.
    ///
    /// What became of each step of the last enrolment, and when the next is due.
    ///
    /// The key needs `messages:read`.
    pub async fn get_campaign_progress(&self, contact_id: &str, campaign_id: &str) -> Result<CampaignProgress, EdgeError> {
        let path = Path::new("/api/v1/contacts/").value(contact_id).text("/campaigns/").value(campaign_id).text("/progress");
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`list_campaigns`](Api::list_campaigns).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListCampaignsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only campaigns in this state. One of `draft`, `active`, `paused`.
    pub status: Option<String>,
}

/// A campaign.
#[derive(Clone, Debug, Deserialize)]
pub struct Campaign {
    /// When it was last activated.
    pub activated_at: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `description`.
    pub description: Option<String>,
    /// `id`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// `quiet_hours`.
    pub quiet_hours: Option<CampaignQuietHours>,
    /// `draft`, `active` or `paused`.
    pub status: String,
    /// By number.
    pub steps: Vec<CampaignStep>,
    /// `stop_on_reply`.
    pub stop_on_reply: bool,
    /// `updated_at`.
    pub updated_at: String,
    /// `variables`.
    pub variables: serde_json::Value,
    /// The version of what it says. Contacts go through the version that there was when they were enrolled.
    pub version: i64,
}

/// How a contact is enrolled. Nothing is required.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CampaignEnrollRequest {
    /// Whether a contact whose way through the campaign has ended begins anew. The default is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<bool>,
}

/// How far a contact is in a campaign.
#[derive(Clone, Debug, Deserialize)]
pub struct CampaignProgress {
    /// `campaign_id`.
    pub campaign_id: String,
    /// `completed_at`.
    pub completed_at: Option<String>,
    /// `contact_id`.
    pub contact_id: String,
    /// The number of the step that comes next. Null: there is none.
    pub current_step: Option<i64>,
    /// `current_step_id`.
    pub current_step_id: Option<String>,
    /// `enrollment_id`.
    pub enrollment_id: String,
    /// When the contact last replied to one of its messages, or followed a link in one.
    pub last_engagement_at: Option<String>,
    /// `last_step_at`.
    pub last_step_at: Option<String>,
    /// `messages_sent`.
    pub messages_sent: i64,
    /// When the next step is due. Null: there is none, or it is not known before the message before it was sent.
    pub next_step_scheduled_at: Option<String>,
    /// Why it ended: `REPLIED`, `UNSUBSCRIBED`, `BOUNCED`, `COMPLAINED`, `CONTACT_ERASED`, `CAMPAIGN_GONE`.
    pub reason: Option<String>,
    /// How many of its messages were replied to.
    pub replies_received: i64,
    /// `started_at`.
    pub started_at: String,
    /// `active`, `completed`, `paused` (as the campaign is), `stopped` or `unsubscribed`.
    pub status: String,
    /// `steps`.
    pub steps: Vec<CampaignProgressStep>,
    /// How many steps are behind, sent or not.
    pub steps_completed: i64,
    /// The version of the campaign that the contact goes through. Null: the campaign was never active.
    pub version: Option<i64>,
}

/// What became of a step.
#[derive(Clone, Debug, Deserialize)]
pub struct CampaignProgressStep {
    /// `channel`.
    pub channel: String,
    /// `clicked_at`.
    pub clicked_at: Option<String>,
    /// The message's id (`GET /api/v1/notifications/messages/{id}`). Null: there is none.
    pub message_id: Option<String>,
    /// `queued_at`.
    pub queued_at: String,
    /// Why it failed or was skipped: `CONDITIONS`, `EXPIRED`, `NO_ADDRESS`, `TEMPLATE: line …`, or the message's reason.
    pub reason: Option<String>,
    /// `replied_at`.
    pub replied_at: Option<String>,
    /// `sent_at`.
    pub sent_at: Option<String>,
    /// `queued`, `sent`, `failed` or `skipped`.
    pub state: String,
    /// `step_id`.
    pub step_id: String,
    /// `step_number`.
    pub step_number: i64,
}

/// The part of the day in which nothing is sent, where the contact is; over midnight where `from` is after `to`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct CampaignQuietHours {
    /// When it begins.
    pub from: String,
    /// When it ends.
    pub to: String,
}

/// A campaign to create, or the changes to one. A field that is absent keeps its value; one that is null is emptied.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CampaignRequest {
    /// What it is for: up to 2,000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// The name, which templates know as `campaign.name`: 1 to 200 bytes. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// `quiet_hours`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<Option<CampaignQuietHours>>,
    /// Whether it ends for a contact who replied. The default is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_on_reply: Option<Option<bool>>,
    /// What its templates know as `campaign.NAME`: at most 50 texts, numbers or booleans by name. They replace those that
    /// are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<Option<serde_json::Value>>,
}

/// The funnel of a campaign.
#[derive(Clone, Debug, Deserialize)]
pub struct CampaignStats {
    /// `active`.
    pub active: i64,
    /// `campaign_id`.
    pub campaign_id: String,
    /// `clicks`.
    pub clicks: i64,
    /// `completed`.
    pub completed: i64,
    /// How many contacts were enrolled, each as often as it was.
    pub enrolled: i64,
    /// `messages_sent`.
    pub messages_sent: i64,
    /// `replies`.
    pub replies: i64,
    /// By number.
    pub steps: Vec<CampaignStepStats>,
    /// `stopped`.
    pub stopped: i64,
    /// `unsubscribed`.
    pub unsubscribed: i64,
}

/// A step.
#[derive(Clone, Debug, Deserialize)]
pub struct CampaignStep {
    /// `campaign_id`.
    pub campaign_id: String,
    /// `channel`.
    pub channel: String,
    /// `replied`, `clicked`, `attributes`; what is not there is not asked for.
    pub conditions: serde_json::Value,
    /// `delay`.
    pub delay: i32,
    /// `hours`, `days` or `weeks`.
    pub delay_type: String,
    /// `expires_after_hours`.
    pub expires_after_hours: i32,
    /// `id`.
    pub id: String,
    /// `is_active`.
    pub is_active: bool,
    /// `message_template`.
    pub message_template: String,
    /// `step_number`.
    pub step_number: i64,
    /// `subject`.
    pub subject: Option<String>,
}

/// Who is sent a step: those of whom all of this holds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CampaignStepConditions {
    /// Attributes of the contact: a value, a list of values of which it has one, or null where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<serde_json::Value>,
    /// Whether the contact followed a link since it was enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clicked: Option<Option<bool>>,
    /// Whether the contact replied since it was enrolled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replied: Option<Option<bool>>,
}

/// A step to create, or the changes to one. A field that is absent keeps its value.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CampaignStepRequest {
    /// `EMAIL`, `SMS` or `WHATSAPP`. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Option<String>>,
    /// `conditions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Option<CampaignStepConditions>>,
    /// How long after the message before it is sent, or after the enrolment: 0 to 10,000. The default is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Option<i64>>,
    /// `delay_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_type: Option<Option<DelayType>>,
    /// How many hours after it was due it is still sent, 1 to 2,160. The default is 72.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_after_hours: Option<Option<i64>>,
    /// Whether it is sent. The default is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<Option<bool>>,
    /// What it says, of an e-mail HTML, with `{{ contact.name }}`, `{{ campaign.name }}`, `{{ unsubscribe_url }}`: up to
    /// 16 KiB. Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_template: Option<Option<String>>,
    /// Its place among the steps, from 1. The default is the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_number: Option<Option<i64>>,
    /// The template of an e-mail's subject. The default is the campaign's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Option<String>>,
}

/// A step of the funnel.
#[derive(Clone, Debug, Deserialize)]
pub struct CampaignStepStats {
    /// How many of its messages had a link that was followed.
    pub clicked: i64,
    /// `failed`.
    pub failed: i64,
    /// How many of its messages wait in the outbox.
    pub queued: i64,
    /// How many contacts came to it.
    pub reached: i64,
    /// How many of its messages were replied to.
    pub replied: i64,
    /// `sent`.
    pub sent: i64,
    /// `skipped`.
    pub skipped: i64,
    /// `step_id`.
    pub step_id: String,
    /// `step_number`.
    pub step_number: i64,
}

/// What a delay counts.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub enum DelayType {
    /// `hours`.
    #[serde(rename = "hours")]
    Hours,
    /// `days`.
    #[serde(rename = "days")]
    Days,
    /// `weeks`.
    #[serde(rename = "weeks")]
    Weeks,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingCampaign {
    /// The entries of the page.
    pub data: Vec<Campaign>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingCampaignStep {
    /// The entries of the page.
    pub data: Vec<CampaignStep>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

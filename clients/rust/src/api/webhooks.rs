//! Webhooks.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// Receive a BheemPay event: `POST /api/v1/billing/webhook`.
    pub async fn bheempay(&self, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/billing/webhook");
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Process pending webhook work: `POST /api/v1/webhooks/drain`.
    ///
    /// A scheduler calls this, or better `POST /api/v1/jobs/drain`. It processes events that are due, propagates changes
    /// that are still pending, sends unsent notifications and deletes old events.
    ///
    /// The key needs `webhooks:write`.
    pub async fn drain_webhooks(&self) -> Result<DrainResult, EdgeError> {
        let path = Path::new("/api/v1/webhooks/drain");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Create a webhook endpoint: `POST /api/v1/webhooks/endpoints`.
    ///
    /// The endpoint receives the events of one organisation. The token is shown only in this response. To replace it,
    /// create another endpoint and delete this one.
    ///
    /// The key needs `webhooks:write`.
    pub async fn create_webhook_endpoint(&self, body: &CreateEndpointRequest) -> Result<WebhookEndpoint, EdgeError> {
        let path = Path::new("/api/v1/webhooks/endpoints");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Delete a webhook endpoint: `DELETE /api/v1/webhooks/endpoints/{id}`.
    ///
    /// The key needs `webhooks:write`.
    pub async fn delete_webhook_endpoint(&self, id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/webhooks/endpoints/").value(id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// List webhook events: `GET /api/v1/webhooks/events`.
    ///
    /// Events are listed newest first. A tenant's key lists only that tenant's events.
    ///
    /// The key needs `webhooks:read`.
    pub async fn list_webhook_events(&self, query_parameters: &ListWebhookEventsQuery) -> Result<ListingWebhookEvent, EdgeError> {
        let path = Path::new("/api/v1/webhooks/events").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Replay webhook events: `POST /api/v1/webhooks/events/replay`.
    ///
    /// The events are due immediately and are processed by the next drain.
    ///
    /// The key needs `webhooks:write`.
    pub async fn replay_webhook_events(&self, body: &ReplayRequest) -> Result<ReplayResponse, EdgeError> {
        let path = Path::new("/api/v1/webhooks/events/replay");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a webhook event: `GET /api/v1/webhooks/events/{id}`.
    ///
    /// The key needs `webhooks:read`.
    pub async fn get_webhook_event(&self, id: &str) -> Result<WebhookEvent, EdgeError> {
        let path = Path::new("/api/v1/webhooks/events/").value(id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get a webhook event's body: `GET /api/v1/webhooks/events/{id}/body`.
    ///
    /// Returns the body as the sender posted it, byte for byte. Browsers download it and never show it as a page.
    ///
    /// The key needs `webhooks:read`.
    pub async fn get_webhook_event_body(&self, id: &str) -> Result<Bytes, EdgeError> {
        let path = Path::new("/api/v1/webhooks/events/").value(id).text("/body");
        self.bytes(http::Method::GET, path, Body::None).await
    }

    /// Replay a webhook event: `POST /api/v1/webhooks/events/{id}/replay`.
    ///
    /// The event can have any status. An event that is already in effect is not applied a second time.
    ///
    /// The key needs `webhooks:write`.
    pub async fn replay_webhook_event(&self, id: &str) -> Result<WebhookEvent, EdgeError> {
        let path = Path::new("/api/v1/webhooks/events/").value(id).text("/replay");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Receive an ERP event: `POST /erp/webhooks/billing/`.
    ///
    /// The response has the format that the ERP expects.
    pub async fn erp(&self, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/erp/webhooks/billing/");
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Receive an ERP event for one organisation: `POST /erp/webhooks/billing/{token}`.
    ///
    /// Only events of that organisation take effect.
    pub async fn receive_erp_event_of_organization(&self, token: &str, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/erp/webhooks/billing/").value(token);
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Receive a delivery report: `POST /webhooks/notify`.
    ///
    /// Notify reports by Standard Webhooks that a message was sent, delivered, read, or that it failed; a terminal state stays.
    /// And what people did: `message.replied` (`from`, `channel`, `text`), `message.clicked` (`url`), `message.bounced`
    /// (`bounce_type`), `message.complained`, `message.unsubscribed`. Each is noted once by its `webhook-id`. An address that
    /// bounces, complains, unsubscribes or replies STOP is suppressed.
    pub async fn receive_delivery_report(&self, body: &serde_json::Value) -> Result<NotifyReport, EdgeError> {
        let path = Path::new("/webhooks/notify");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Receive a Razorpay event: `POST /webhooks/razorpay`.
    pub async fn razorpay(&self, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/webhooks/razorpay");
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Receive a Shopify event: `POST /webhooks/shopify`.
    ///
    /// It belongs to the tenant `shop_default_tenant`; without one it is ignored, `no_shop`. What happened is read from the
    /// body, never from the headers, which are not signed.
    pub async fn shopify(&self, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/webhooks/shopify");
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Receive an event of one Shopify shop: `POST /webhooks/shopify/{token}`.
    ///
    /// It is signed with the secret of the shop, and belongs to its tenant.
    pub async fn receive_shopify_event_of_shop(&self, token: &str, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/webhooks/shopify/").value(token);
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Receive a Standard Webhooks event: `POST /webhooks/standard/{source}`.
    ///
    /// The signature is in `webhook-id`, `webhook-timestamp` and `webhook-signature`, or in `svix-id`, `svix-timestamp` and
    /// `svix-signature`. From the source `clerk`, `user.deleted` and `organizationMembership.deleted` end memberships and free
    /// seats.
    pub async fn receive_standard_webhook(&self, source: &str, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/webhooks/standard/").value(source);
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Receive a Stripe event: `POST /webhooks/stripe`.
    pub async fn stripe(&self, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/webhooks/stripe");
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Receive a WooCommerce event: `POST /webhooks/woocommerce`.
    ///
    /// As a Shopify event. The unsigned ping that WooCommerce sends during setup is answered with 200 and changes nothing.
    pub async fn woocommerce(&self, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/webhooks/woocommerce");
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }

    /// Receive an event of one WooCommerce shop: `POST /webhooks/woocommerce/{token}`.
    ///
    /// It is signed with the secret of the shop, and belongs to its tenant.
    pub async fn receive_woocommerce_event_of_shop(&self, token: &str, body: &Bytes) -> Result<(), EdgeError> {
        let path = Path::new("/webhooks/woocommerce/").value(token);
        self.nothing(http::Method::POST, path, Body::Bytes(body.clone())).await
    }
}

/// The query of [`list_webhook_events`](Api::list_webhook_events).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListWebhookEventsQuery {
    /// Returns only events with this status.
    pub status: Option<Status>,
    /// Returns only events from this sender:
    /// `bheempay`, `razorpay`, `stripe`, `erp`, `standard`, `shopify`, `woocommerce`.
    pub provider: Option<String>,
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// A request to create a webhook endpoint.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateEndpointRequest {
    /// The tenant's id.
    pub tenant_id: String,
}

/// The work that a drain did.
#[derive(Clone, Debug, Deserialize)]
pub struct DrainResult {
    /// Whether there is more to do right away.
    pub more: bool,
    /// Events of which an attempt failed.
    pub put_off: i32,
    /// Old events and notifications that were removed.
    pub removed: i64,
    /// Notifications that were sent.
    pub sent: i32,
    /// Events that were settled.
    pub settled: i32,
    /// Tenants whose pending changes were propagated.
    pub spread: i32,
    /// Notifications that could not be sent.
    pub unsent: i32,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingWebhookEvent {
    /// The entries of the page.
    pub data: Vec<WebhookEvent>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// What became of a report.
#[derive(Clone, Debug, Deserialize)]
pub struct NotifyReport {
    /// The message's state now.
    pub state: Option<String>,
    /// `success`: the report counted, now or before, or came too late to count; `ignored`: it says nothing of a message or of
    /// a person who is known.
    pub status: String,
}

/// The events to replay.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayRequest {
    /// The maximum number of events, oldest first: 1 to 1000. The default is 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i32>,
    /// Replays only events from this sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// `dead`, `quarantined`, `ignored` or `failed`.
    pub status: Status,
}

/// The result of a replay request.
#[derive(Clone, Debug, Deserialize)]
pub struct ReplayResponse {
    /// The number of events that are due again.
    pub replayed: i64,
}

/// The state of an event.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Status {
    /// `received`.
    #[serde(rename = "received")]
    Received,
    /// `processed`.
    #[serde(rename = "processed")]
    Processed,
    /// `ignored`.
    #[serde(rename = "ignored")]
    Ignored,
    /// `failed`.
    #[serde(rename = "failed")]
    Failed,
    /// `dead`.
    #[serde(rename = "dead")]
    Dead,
    /// `quarantined`.
    #[serde(rename = "quarantined")]
    Quarantined,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A webhook endpoint of one organisation, shown only once.
#[derive(Clone, Debug, Deserialize)]
pub struct WebhookEndpoint {
    /// The endpoint's id, used to delete it.
    pub id: String,
    /// The token that identifies the sender, in addition to the signature.
    pub token: String,
    /// The address to which the ERP posts the organisation's events.
    pub url: String,
}

/// A webhook event.
#[derive(Clone, Debug, Deserialize)]
pub struct WebhookEvent {
    /// The response that the sender received.
    pub answer: serde_json::Value,
    /// The number of failed attempts to apply the event.
    pub attempts: i64,
    /// The sender's name for the event type, for example `payment.captured`.
    pub event: String,
    /// The sender's id of the delivery. Most senders do not sign it.
    pub gateway_event_id: Option<String>,
    /// `id`.
    pub id: String,
    /// When the next attempt is made.
    pub next_attempt_at: Option<String>,
    /// `occurred_at`.
    pub occurred_at: String,
    /// The sender of the event.
    pub provider: String,
    /// The reason why the event is not in effect; null if it is in effect or soon will be.
    pub reason: Option<String>,
    /// `received_at`.
    pub received_at: String,
    /// When the event took effect or was found to have no effect.
    pub settled_at: Option<String>,
    /// `status`.
    pub status: Status,
    /// `tenant_id`.
    pub tenant_id: Option<String>,
}

//! Disputes.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List disputes: `GET /api/v1/enterprise-billing/disputes`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_disputes(&self, query_parameters: &ListDisputesQuery) -> Result<ListingDispute, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/disputes").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a dispute: `POST /api/v1/enterprise-billing/disputes`.
    ///
    /// Of a payment, an invoice or a charge. The payment may be one that no gateway has reported yet: it is looked for once the
    /// dispute is resolved. The tenant's billing contact is told.
    ///
    /// The key needs `enterprise:write`.
    pub async fn create_dispute(&self, body: &CreateDisputeRequest) -> Result<Dispute, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/disputes");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a dispute: `GET /api/v1/enterprise-billing/disputes/{dispute_id}`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn get_dispute(&self, dispute_id: &str) -> Result<Dispute, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/disputes/").value(dispute_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update a dispute: `PUT /api/v1/enterprise-billing/disputes/{dispute_id}`.
    ///
    /// Fields that are absent keep their values. A dispute that is resolved, rejected or withdrawn, or is being resolved, cannot
    /// be changed.
    ///
    /// The key needs `enterprise:write`.
    pub async fn update_dispute(&self, dispute_id: &str, body: &UpdateDisputeRequest) -> Result<Dispute, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/disputes/").value(dispute_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// List the comments to a dispute: `GET /api/v1/enterprise-billing/disputes/{dispute_id}/comments`.
    ///
    /// Callers without `enterprise:write` see those that are `shared`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_dispute_comments(&self, dispute_id: &str, query_parameters: &ListDisputeCommentsQuery) -> Result<ListingDisputeComment, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/disputes/").value(dispute_id).text("/comments").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Add a comment to a dispute: `POST /api/v1/enterprise-billing/disputes/{dispute_id}/comments`.
    ///
    /// A comment is not changed or deleted. Disputes that have ended take comments too.
    ///
    /// The key needs `enterprise:write`.
    pub async fn add_dispute_comment(&self, dispute_id: &str, body: &DisputeCommentRequest) -> Result<DisputeComment, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/disputes/").value(dispute_id).text("/comments");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Resolve a dispute: `POST /api/v1/enterprise-billing/disputes/{dispute_id}/resolve`.
    ///
    /// `refund` gives the payer money back through BheemPay: never more than was captured, however many resolve at once, and each
    /// refund once. The dispute is `resolving` until the payer has the money, and open again if the refund fails. `credit` and
    /// `adjustment` post a negative charge on the entity that the dispute concerns. `reject` gives nothing. Whoever opened the
    /// dispute, or has the same root, does not resolve it. An amount above the tenant's setting `dispute_approval_above`
    /// (50,000.00) needs an approval of exactly that amount: send the same request with its id.
    ///
    /// The key needs `enterprise:write`.
    pub async fn resolve_dispute(&self, dispute_id: &str, body: &ResolveDisputeRequest) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/disputes/").value(dispute_id).text("/resolve");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }
}

/// The query of [`list_disputes`](Api::list_disputes).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListDisputesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only disputes with this status. One of `open`, `under_review`, `awaiting_customer`, `resolving`, `resolved`, `rejected`, `withdrawn`.
    pub status: Option<String>,
    /// Only disputes that concern this entity.
    pub entity_id: Option<String>,
    /// Only disputes of this thing: `payment:ID`, `invoice:ID` or `charge:ID`.
    pub subject: Option<String>,
    /// `true`: only disputes that were to be decided by now, and are not.
    pub overdue: Option<bool>,
}

/// The query of [`list_dispute_comments`](Api::list_dispute_comments).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListDisputeCommentsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// A dispute to create.
#[derive(Clone, Debug, Serialize)]
pub struct CreateDisputeRequest {
    /// How much is disputed, above zero, and at most what was paid. Default: all of it; required where the payment or the
    /// invoice is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// The ISO 4217 code of the currency. Default: that of what is disputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Why, in words: up to 4000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Until when it is to be decided (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// The entity that is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// The evidence: up to 50 pieces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<DisputeEvidence>>,
    /// Why.
    pub reason: String,
    /// What is disputed.
    pub subject: DisputeSubject,
}

/// A dispute.
#[derive(Clone, Debug, Deserialize)]
pub struct Dispute {
    /// How much is disputed.
    pub amount: f64,
    /// `card_dispute`.
    pub card_dispute: Option<DisputeCardCase>,
    /// When it was resolved, rejected or withdrawn.
    pub closed_at: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `description`.
    pub description: Option<String>,
    /// Until when it is to be decided.
    pub due_at: Option<String>,
    /// The entity that is concerned.
    pub entity_id: Option<String>,
    /// `evidence`.
    pub evidence: Vec<DisputeEvidence>,
    /// `id`.
    pub id: String,
    /// Its number within the tenant: `DSP-00042`.
    pub number: String,
    /// Who opened it.
    pub opened_by: String,
    /// Whether that time is past and it is not decided. Nothing is decided by itself.
    pub overdue: bool,
    /// The payment that is disputed, once it is known.
    pub payment_id: Option<String>,
    /// Why something is disputed. One of `duplicate`, `incorrect_amount`, `service_not_provided`, `unauthorized`, `other`.
    pub reason: String,
    /// `resolution`.
    pub resolution: Option<DisputeResolution>,
    /// Where a dispute stands. One of `open`, `under_review`, `awaiting_customer`, `resolving`, `resolved`, `rejected`, `withdrawn`.
    pub status: String,
    /// `subject`.
    pub subject: DisputeSubject,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `updated_at`.
    pub updated_at: String,
}

/// The card dispute that opened a dispute.
#[derive(Clone, Debug, Deserialize)]
pub struct DisputeCardCase {
    /// Its id there.
    pub id: String,
    /// The gateway.
    pub provider: String,
    /// Why, in the gateway's words.
    pub reason: Option<String>,
    /// What became of it.
    pub status: String,
}

/// A comment.
#[derive(Clone, Debug, Deserialize)]
pub struct DisputeComment {
    /// Who wrote it.
    pub author: String,
    /// `body`.
    pub body: String,
    /// `created_at`.
    pub created_at: String,
    /// `dispute_id`.
    pub dispute_id: String,
    /// `id`.
    pub id: String,
    /// Who sees a comment. One of `internal`, `shared`.
    pub visibility: String,
}

/// A comment to add.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DisputeCommentRequest {
    /// What it says: 1 to 4000 bytes.
    pub body: String,
    /// Who sees it: with `internal` those who may change disputes, with `shared` everybody who may read them. Default:
    /// `internal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
}

/// A piece of evidence. A text alone is its description.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct DisputeEvidence {
    /// What it says or shows: up to 4000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is: up to 256 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The SHA-256 of what is there, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Where it is: an `https` URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The refund of a resolution.
#[derive(Clone, Debug, Deserialize)]
pub struct DisputeRefund {
    /// BheemPay's id.
    pub gateway_id: Option<String>,
    /// The edge's reference, by which BheemPay knows it too.
    pub id: String,
    /// Why it failed, or why its status is not known.
    pub reason: Option<String>,
    /// The status of a refund as callers see it. One of `pending`, `processed`, `failed`, `unknown`.
    pub status: String,
}

/// A resolution.
#[derive(Clone, Debug, Deserialize)]
pub struct DisputeResolution {
    /// How much. Null: nothing.
    pub amount: Option<f64>,
    /// The approval that it used.
    pub approval_request_id: Option<String>,
    /// The charge that it posted on the entity.
    pub charge_id: Option<String>,
    /// How a dispute is resolved. One of `refund`, `credit`, `adjustment`, `reject`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// `refund`.
    pub refund: Option<DisputeRefund>,
    /// When.
    pub resolved_at: String,
    /// Who resolved it.
    pub resolved_by: String,
}

/// The thing that is disputed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DisputeSubject {
    /// Its id: 1 to 256 bytes.
    pub id: String,
    /// What it is.
    pub kind: String,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingDispute {
    /// The entries of the page.
    pub data: Vec<Dispute>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingDisputeComment {
    /// The entries of the page.
    pub data: Vec<DisputeComment>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A resolution.
#[derive(Clone, Debug, Serialize)]
pub struct ResolveDisputeRequest {
    /// How much, above zero and at most what is disputed. Default: all that is disputed and left of the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// The id of the approval request by which this resolution was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_request_id: Option<String>,
    /// How.
    pub kind: String,
    /// Why: 1 to 4000 bytes.
    pub reason: String,
}

/// The changes to a dispute. Fields that are absent keep their values.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateDisputeRequest {
    /// Why, in words: up to 4000 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Until when it is to be decided (RFC 3339); null: until nobody says when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Option<String>>,
    /// The evidence: up to 50 pieces. They replace the present ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Option<Vec<DisputeEvidence>>>,
    /// `open`, `under_review`, `awaiting_customer` or `withdrawn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Option<String>>,
}

//! Approvals.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List delegations: `GET /api/v1/enterprise-billing/approvals/delegations`.
    ///
    /// Without `billing:read`, this returns only those from or to the caller.
    ///
    /// The key needs `billing:read`.
    pub async fn list_delegations(&self, query_parameters: &ListDelegationsQuery) -> Result<ListingApprovalDelegation, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/delegations").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a delegation: `POST /api/v1/enterprise-billing/approvals/delegations`.
    ///
    /// The delegate may approve and reject on behalf of the caller for a time: where a level asks the caller by name, or by a
    /// role that the caller then has as a member or by `PUT …/roles/{role}`. If a level asks both, they count as two people, until
    /// one acts on behalf of the other.
    pub async fn create_delegation(&self, body: &CreateApprovalDelegationRequest) -> Result<ApprovalDelegation, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/delegations");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Revoke a delegation: `DELETE /api/v1/enterprise-billing/approvals/delegations/{delegation_id}`.
    ///
    /// Callers can revoke their own delegations. A caller with `tenants:admin` can revoke any delegation of the tenant.
    pub async fn revoke_delegation(&self, delegation_id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/delegations/").value(delegation_id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// List approval requests: `GET /api/v1/enterprise-billing/approvals/requests`.
    ///
    /// With `waits_for=me`, this requires no scope.
    ///
    /// The key needs `billing:read`.
    pub async fn list_approval_requests(&self, query_parameters: &ListApprovalRequestsQuery) -> Result<ListingApprovalRequest, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/requests").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an approval request: `POST /api/v1/enterprise-billing/approvals/requests`.
    ///
    /// The rule `approval` decides who has to approve the purchase. The request follows this decision even if the rule is changed
    /// later. If no approval is required, the request is approved at once; if the rule rejects the purchase, it is rejected at
    /// once.
    ///
    /// The key needs `billing:write`.
    pub async fn create_approval_request(&self, body: &CreateApprovalRequest) -> Result<ApprovalRequest, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/requests");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Approve several requests: `POST /api/v1/enterprise-billing/approvals/requests/bulk-approve`.
    ///
    /// Each request is approved independently: an error for one does not affect the others.
    pub async fn approve_requests(&self, body: &BulkApproveRequest) -> Result<BulkApproveResponse, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/requests/bulk-approve");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get an approval request: `GET /api/v1/enterprise-billing/approvals/requests/{request_id}`.
    ///
    /// The requester and the people whom a level of the request asks can get it without `billing:read`.
    ///
    /// The key needs `billing:read`.
    pub async fn get_approval_request(&self, request_id: &str) -> Result<ApprovalRequest, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/requests/").value(request_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Approve or reject a request: `POST /api/v1/enterprise-billing/approvals/requests/{request_id}/process`.
    ///
    /// Requires no scope, but the present level of the request must ask the caller: by name, by role, or as the delegate of a
    /// person whom it asks. Nobody can approve or reject their own request, and nobody is counted twice.
    pub async fn process_approval_request(&self, request_id: &str, body: &ProcessApprovalRequest) -> Result<ApprovalRequest, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/requests/").value(request_id).text("/process");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List roles and their members: `GET /api/v1/enterprise-billing/approvals/roles`.
    ///
    /// The key needs `billing:read`.
    pub async fn list_approval_roles(&self) -> Result<ApprovalRoles, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/roles");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Set the members of a role: `PUT /api/v1/enterprise-billing/approvals/roles/{role}`.
    ///
    /// Replaces the present members. People also have the role if their token says so, or if it is their role as a member of the
    /// tenant.
    ///
    /// The key needs `tenants:admin`.
    pub async fn set_approval_role_members(&self, role: &str, body: &ApprovalRoleMembers) -> Result<ApprovalRoleMembers, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/roles/").value(role);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// List approval rules: `GET /api/v1/enterprise-billing/approvals/rules`.
    ///
    /// The key needs `billing:read`.
    pub async fn list_approval_rules(&self, query_parameters: &ListApprovalRulesQuery) -> Result<ListingApprovalRule, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/rules").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an approval rule: `POST /api/v1/enterprise-billing/approvals/rules`.
    ///
    /// An approval rule adds levels or shortens times. It never requires less than the rule `approval` does. `escalate_to`, which
    /// lets others approve as well, requires `tenants:admin`.
    ///
    /// The key needs `billing:write`.
    pub async fn create_approval_rule(&self, body: &ApprovalRuleRequest) -> Result<ApprovalRule, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/rules");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Update an approval rule: `PUT /api/v1/enterprise-billing/approvals/rules/{rule_id}`.
    ///
    /// Fields that are absent keep their values. Existing requests do not change. A change that requires less requires
    /// `tenants:admin`. The caller who makes such a change remains bound by the previous rule until another caller with
    /// `tenants:admin` changes it.
    ///
    /// The key needs `billing:write`.
    pub async fn update_approval_rule(&self, rule_id: &str, body: &ApprovalRuleRequest) -> Result<ApprovalRule, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/approvals/rules/").value(rule_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }
}

/// The query of [`list_delegations`](Api::list_delegations).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListDelegationsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`list_approval_requests`](Api::list_approval_requests).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListApprovalRequestsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only requests with this status: `pending`, `approved`, `rejected`, `used` or `expired`.
    pub status: Option<String>,
    /// Only requests of this kind.
    pub kind: Option<String>,
    /// Only requests of this person.
    pub requester: Option<String>,
    /// `me`: only pending requests that the caller can approve or reject now. A page may then have fewer entries than `limit`,
    /// or none, although another follows.
    pub waits_for: Option<String>,
}

/// The query of [`list_approval_rules`](Api::list_approval_rules).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListApprovalRulesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// An approval or rejection that counted.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalAction {
    /// `action`.
    pub action: ApprovalVerdict,
    /// `at`.
    pub at: String,
    /// `comment`.
    pub comment: Option<String>,
    /// The number of the level, from 1.
    pub level: i64,
    /// The person on whose behalf they acted; null: on their own.
    pub on_behalf_of: Option<String>,
    /// The person who acted.
    pub person: String,
}

/// The decision of the rule `approval` that a request follows, even if the rule is changed later.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalDecision {
    /// The decision's id.
    pub decision_id: String,
    /// The reason that the rule gave.
    pub reason: String,
    /// The SHA-256 of that version.
    pub sha256: String,
    /// The version of the rule that made the decision.
    pub version: i64,
}

/// A delegation: a person may approve and reject on behalf of another for a time.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalDelegation {
    /// `created_at`.
    pub created_at: String,
    /// `ends_at`.
    pub ends_at: String,
    /// The person on whose behalf the delegate may act.
    pub from: String,
    /// `id`.
    pub id: String,
    /// `reason`.
    pub reason: String,
    /// When the delegation was revoked, or one of the two people was removed from the tenant (RFC 3339); null: neither.
    pub revoked_at: Option<String>,
    /// `starts_at`.
    pub starts_at: String,
    /// The delegate.
    pub to: String,
}

/// An approval request.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalRequest {
    /// The approvals and rejections, oldest first.
    pub actions: Vec<ApprovalAction>,
    /// `amount`.
    pub amount: f64,
    /// `contract_id`.
    pub contract_id: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// The number of the level that is asked now, from 1; null: the request is not pending.
    pub current_level: Option<i64>,
    /// `department_id`.
    pub department_id: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// Until when a pending request can be approved, and an approved one used (RFC 3339).
    pub expires_at: String,
    /// `id`.
    pub id: String,
    /// `kind`.
    pub kind: String,
    /// The levels, in the order in which they are asked.
    pub levels: Vec<ApprovalRequestLevel>,
    /// `plan_id`.
    pub plan_id: Option<String>,
    /// The person who requested the approval.
    pub requester: String,
    /// The decision of the rule `approval`. The request follows it even if the rule is changed later.
    pub rule: ApprovalDecision,
    /// `status`.
    pub status: ApprovalStatus,
    /// `tenant_id`.
    pub tenant_id: String,
    /// The reference of the purchase that the request was used for; null: it was not used.
    pub used_for: Option<String>,
    /// Warnings from when the request was created: levels for which too few people were known.
    pub warnings: Vec<String>,
}

/// People who approve, before the next level is asked.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalRequestLevel {
    /// The number of approvals so far.
    pub approvals: i32,
    /// Who may approve: `role:<role>`, `user:<sub>` or `key:<id>`.
    pub approvers: Vec<String>,
    /// Who may approve as well after `escalates_at`.
    pub escalate_to: Vec<String>,
    /// When the level escalates (RFC 3339); null: never, or the level was not reached yet.
    pub escalates_at: Option<String>,
    /// The number of approvals that the level needs.
    pub quorum: i32,
}

/// The members of a role.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ApprovalRoleMembers {
    /// At most 200 people: `user:<sub>` or `key:<id>`.
    pub people: Vec<String>,
}

/// The members of each role.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalRoles {
    /// `roles`.
    pub roles: BTreeMap<String, Vec<String>>,
}

/// An approval rule of a tenant: what it requires of certain purchases, beyond the rule `approval`.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalRule {
    /// `created_at`.
    pub created_at: Option<String>,
    /// `currency`.
    pub currency: Option<String>,
    /// `department_id`.
    pub department_id: Option<String>,
    /// `escalate_after_minutes`.
    pub escalate_after_minutes: Option<i32>,
    /// `escalate_to`.
    pub escalate_to: Vec<String>,
    /// `expires_after_minutes`.
    pub expires_after_minutes: Option<i32>,
    /// The changes to the rule, oldest first.
    pub history: Vec<ApprovalRuleChange>,
    /// `id`.
    pub id: String,
    /// `is_active`.
    pub is_active: bool,
    /// `kind`.
    pub kind: Option<String>,
    /// `levels`.
    pub levels: Vec<ApprovalRuleLevelResponse>,
    /// `max_amount`.
    pub max_amount: Option<f64>,
    /// `min_amount`.
    pub min_amount: Option<f64>,
    /// `name`.
    pub name: String,
    /// `updated_at`.
    pub updated_at: Option<String>,
}

/// A change to an approval rule.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalRuleChange {
    /// The caller who made the change: `key:<id>`, `user:<sub>` or `bootstrap`.
    pub actor: String,
    /// The IP address that the change came from.
    pub address: Option<String>,
    /// When the change was made (RFC 3339).
    pub at: String,
    /// The rule before the change; null: it was created.
    pub before: serde_json::Value,
    /// Whether the caller had `tenants:admin`.
    pub by_admin: Option<bool>,
}

/// A level to add.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ApprovalRuleLevel {
    /// Who may approve: 1 to 20 of `role:<role>`, `user:<sub>` and `key:<id>`.
    pub approvers: Vec<String>,
    /// The number of approvals that the level needs. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quorum: Option<i32>,
}

/// A level that the rule adds.
#[derive(Clone, Debug, Deserialize)]
pub struct ApprovalRuleLevelResponse {
    /// `approvers`.
    pub approvers: Vec<String>,
    /// `quorum`.
    pub quorum: i32,
}

/// An approval rule to create, or the changes to one. In an update, fields that are absent keep their values.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ApprovalRuleRequest {
    /// The currency that the rule applies to. Required with an amount. Default: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Option<String>>,
    /// The department that the rule applies to. Default: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<Option<String>>,
    /// The time after which `escalate_to` may approve as well, on each level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalate_after_minutes: Option<Option<i32>>,
    /// Who may approve after that time: at most 20 of `role:<role>`, `user:<sub>` and `key:<id>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalate_to: Option<Option<Vec<String>>>,
    /// The time that a request may be pending, and again the time that it may stay approved before it is used. Default: a
    /// week, which is also the maximum that takes effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_after_minutes: Option<Option<i32>>,
    /// Whether the rule applies. Default: `true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<Option<bool>>,
    /// The kind of purchase that the rule applies to. Default: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Option<String>>,
    /// At most 20 levels, which are added to those that the rule `approval` requires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub levels: Option<Option<Vec<ApprovalRuleLevel>>>,
    /// The rule applies to purchases up to this amount, inclusive. Default: no upper bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_amount: Option<Option<f64>>,
    /// The rule applies to purchases above this amount. Default: no lower bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_amount: Option<Option<f64>>,
    /// The name for display: 1 to 256 bytes. Required to create a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
}

/// The status of a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ApprovalStatus {
    /// `pending`.
    #[serde(rename = "pending")]
    Pending,
    /// `approved`.
    #[serde(rename = "approved")]
    Approved,
    /// `rejected`.
    #[serde(rename = "rejected")]
    Rejected,
    /// `used`.
    #[serde(rename = "used")]
    Used,
    /// `expired`.
    #[serde(rename = "expired")]
    Expired,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// An approval or a rejection.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ApprovalVerdict {
    /// `approve`.
    #[serde(rename = "approve")]
    Approve,
    /// `reject`.
    #[serde(rename = "reject")]
    Reject,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The requests to approve.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BulkApproveRequest {
    /// A comment for display, on each request: at most 2,048 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The ids of 1 to 100 requests.
    pub request_ids: Vec<String>,
}

/// The results of a bulk approval.
#[derive(Clone, Debug, Deserialize)]
pub struct BulkApproveResponse {
    /// The result for each request, in the order of `request_ids`.
    pub results: Vec<BulkApproveResult>,
}

/// The result for one request.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum BulkApproveResult {
    /// The approval was counted.
    BulkApproveResultRequest(BulkApproveResultRequest),
    /// The approval was refused.
    BulkApproveResultError(BulkApproveResultError),
}

/// The approval was refused.
#[derive(Clone, Debug, Deserialize)]
pub struct BulkApproveResultError {
    /// The reason.
    pub error: Problem,
    /// `request_id`.
    pub request_id: String,
}

/// The approval was counted.
#[derive(Clone, Debug, Deserialize)]
pub struct BulkApproveResultRequest {
    /// The request after the approval.
    pub request: ApprovalRequest,
    /// `request_id`.
    pub request_id: String,
}

/// A delegation to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateApprovalDelegationRequest {
    /// The end of the delegation (RFC 3339), at most a year after its beginning.
    pub ends_at: String,
    /// The reason for display. It is cut off after 1,024 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The beginning of the delegation (RFC 3339). Default: now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<String>,
    /// The person who may act on behalf of the caller: `user:<sub>` or `key:<id>`.
    pub to: String,
}

/// A purchase to approve.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateApprovalRequest {
    /// The price, in `currency`.
    pub amount: f64,
    /// The contract that covers the purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<String>,
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// The department that pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<String>,
    /// A description for the approvers: at most 2,048 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The kind of purchase: 1 to 256 bytes. Default: `checkout`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The plan that is bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingApprovalDelegation {
    /// The entries of the page.
    pub data: Vec<ApprovalDelegation>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingApprovalRequest {
    /// The entries of the page.
    pub data: Vec<ApprovalRequest>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingApprovalRule {
    /// The entries of the page.
    pub data: Vec<ApprovalRule>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// An approval or a rejection.
#[derive(Clone, Debug, Serialize)]
pub struct ProcessApprovalRequest {
    /// `approve` or `reject`.
    pub action: ApprovalVerdict,
    /// A comment for display: at most 2,048 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

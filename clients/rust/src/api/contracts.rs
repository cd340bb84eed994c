//! Contracts.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List contracts: `GET /api/v1/enterprise-billing/contracts`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_contracts(&self, query_parameters: &ListContractsQuery) -> Result<ListingContract, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a contract: `POST /api/v1/enterprise-billing/contracts`.
    ///
    /// The contract is a `draft`: it can be edited, charges nothing and has no number until it is activated. Amounts are in its
    /// currency. A recurring line is charged in advance, on the first day of each cycle; a last cycle that the term cuts short costs
    /// its share of days.
    ///
    /// The key needs `enterprise:write`.
    pub async fn create_contract(&self, body: &ContractRequest) -> Result<Contract, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a contract: `GET /api/v1/enterprise-billing/contracts/{contract_id}`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn get_contract(&self, contract_id: &str) -> Result<Contract, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update a contract: `PUT /api/v1/enterprise-billing/contracts/{contract_id}`.
    ///
    /// Fields that are absent or null keep their values. Only a `draft` can be edited; a contract that is signed is amended.
    ///
    /// The key needs `enterprise:write`.
    pub async fn update_contract(&self, contract_id: &str, body: &ContractRequest) -> Result<Contract, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// Activate a contract: `POST /api/v1/enterprise-billing/contracts/{contract_id}/activate`.
    ///
    /// The rule `approval` decides on its total value, with the kind `contract`. Where nobody has to approve it, it is signed: it
    /// gets the tenant's next number, and what its lines charged since its first day is charged. Where people have to approve it, it
    /// waits, and goes on by itself once they did. If they reject it, or do not approve it in time, it is a draft again.
    ///
    /// The key needs `enterprise:write`.
    pub async fn activate_contract(&self, contract_id: &str) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/activate");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Amend a contract: `POST /api/v1/enterprise-billing/contracts/{contract_id}/amend`.
    ///
    /// The amendment is a version of its own, which is never changed: with what it changes, and what that changes in money. A period
    /// that is charged already is credited from the effective date on at the old prices, and charged at the new ones, for the share
    /// of its days. The rule `approval` decides, with the kind `contract`, on the value of the contract before or after the
    /// amendment, whichever is greater.
    ///
    /// The key needs `enterprise:write`.
    pub async fn amend_contract(&self, contract_id: &str, body: &AmendContractRequest) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/amend");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Cancel a contract: `POST /api/v1/enterprise-billing/contracts/{contract_id}/cancel`.
    ///
    /// A draft, or a contract that waits for approval, is given up. One that is signed is terminated instead.
    ///
    /// The key needs `enterprise:write`.
    pub async fn cancel_contract(&self, contract_id: &str) -> Result<Contract, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/cancel");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Give notice of a contract: `POST /api/v1/enterprise-billing/contracts/{contract_id}/notice`.
    ///
    /// Given until `last_notice_day`, that day included, the contract is not renewed again; given later, it is renewed once more, and
    /// not after that. A second notice changes nothing.
    ///
    /// The key needs `enterprise:write`.
    pub async fn give_notice(&self, contract_id: &str, body: &GiveNoticeRequest) -> Result<Contract, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/notice");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Renew a contract: `POST /api/v1/enterprise-billing/contracts/{contract_id}/renew`.
    ///
    /// One term is added to those that are agreed on. Until it begins, the contract cannot be renewed again.
    ///
    /// The key needs `enterprise:write`.
    pub async fn renew_contract(&self, contract_id: &str, body: &RenewContractRequest) -> Result<Contract, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/renew");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List reports of service levels: `GET /api/v1/enterprise-billing/contracts/{contract_id}/sla-reports`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_sla_reports(&self, contract_id: &str) -> Result<SlaReportList, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/sla-reports");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Report a service level: `POST /api/v1/enterprise-billing/contracts/{contract_id}/sla-reports`.
    ///
    /// Of each metric and month there is one report, and its credit once: a charge below zero. The same report again has the same
    /// answer.
    ///
    /// The key needs `enterprise:write`.
    pub async fn report_sla(&self, contract_id: &str, body: &SlaReportRequest) -> Result<SlaReport, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/sla-reports");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Terminate a contract: `POST /api/v1/enterprise-billing/contracts/{contract_id}/terminate`.
    ///
    /// What is charged of the days from `date` on is given back, and the fee of the contract is charged: never more than what
    /// remains of the commitment. A contract that was terminated stays as it is: the answer is the same, with the one fee.
    ///
    /// The key needs `enterprise:write`.
    pub async fn terminate_contract(&self, contract_id: &str, body: &TerminateContractRequest) -> Result<Contract, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/terminate");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get the timeline of a contract: `GET /api/v1/enterprise-billing/contracts/{contract_id}/timeline`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn get_contract_timeline(&self, contract_id: &str) -> Result<ContractTimeline, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/timeline");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List reports of usage: `GET /api/v1/enterprise-billing/contracts/{contract_id}/usage-reports`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_contract_usage(&self, contract_id: &str) -> Result<ContractUsageReportList, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/usage-reports");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Report usage of a contract: `POST /api/v1/enterprise-billing/contracts/{contract_id}/usage-reports`.
    ///
    /// Of each usage line and month there is one report, which is charged once. The same report again has the same answer.
    ///
    /// The key needs `enterprise:write`.
    pub async fn report_contract_usage(&self, contract_id: &str, body: &ContractUsageReportRequest) -> Result<ContractUsageReport, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/contracts/").value(contract_id).text("/usage-reports");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }
}

/// The query of [`list_contracts`](Api::list_contracts).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListContractsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only contracts with this status. One of `draft`, `pending_approval`, `active`, `renewed`, `expired`, `terminated`, `cancelled`.
    pub status: Option<String>,
    /// Only contracts of this entity.
    pub entity_id: Option<String>,
}

/// An amendment.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AmendContractRequest {
    /// The fields that change: `title`, `counterparty`, `lines`, `renewal`, `termination`, `sla`, `documents`. Lines replace all
    /// present ones; a line that stays keeps its id.
    pub changes: ContractRequest,
    /// From when it holds. It may be past, but not before an amendment that is agreed on.
    pub effective_date: String,
    /// Why: 1 to 256 bytes.
    pub reason: String,
}

/// What became of an amendment.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum AmendmentStatus {
    /// `pending_approval`.
    #[serde(rename = "pending_approval")]
    PendingApproval,
    /// `approved`.
    #[serde(rename = "approved")]
    Approved,
    /// `rejected`.
    #[serde(rename = "rejected")]
    Rejected,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A contract.
#[derive(Clone, Debug, Deserialize)]
pub struct Contract {
    /// The annual contract value: the recurring lines in a year, on average.
    pub acv: f64,
    /// The amendments, oldest first.
    pub amendments: Vec<ContractAmendment>,
    /// The approval request of its signing; null: nobody was asked.
    pub approval_request_id: Option<String>,
    /// Up to and with which day its charges are made.
    pub billed_until: Option<String>,
    /// `counterparty`.
    pub counterparty: String,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// `documents`.
    pub documents: Vec<ContractDocument>,
    /// The day after the last of the terms that are agreed on.
    pub end: String,
    /// `entity_id`.
    pub entity_id: String,
    /// The fee of the termination; null: it was not terminated.
    pub fee: Option<f64>,
    /// `id`.
    pub id: String,
    /// The last day on which notice is in time for the end of the last term.
    pub last_notice_day: String,
    /// The lines that hold today, or on its first or last day, at that day's prices.
    pub lines: Vec<ContractLine>,
    /// The monthly recurring revenue of the lines above.
    pub mrr: f64,
    /// `notice`.
    pub notice: Option<ContractNotice>,
    /// Its number; null until it is signed.
    pub number: Option<String>,
    /// `renewal`.
    pub renewal: ContractRenewal,
    /// When it was signed, where the tenant is.
    pub signed_on: Option<String>,
    /// `sla`.
    pub sla: Vec<ContractServiceLevel>,
    /// The first day.
    pub start: String,
    /// `status`.
    pub status: ContractStatus,
    /// The total contract value: recurring lines over all terms that are agreed on, and lines that are charged once.
    pub tcv: f64,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `terminated`.
    pub terminated: Option<ContractTerminated>,
    /// `termination`.
    pub termination: ContractTermination,
    /// The terms that are agreed on.
    pub terms: Vec<ContractTerm>,
    /// `title`.
    pub title: String,
    /// `updated_at`.
    pub updated_at: String,
    /// The number of the newest version: 1, and one more for each amendment that was agreed on.
    pub version: i32,
}

/// An amendment.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractAmendment {
    /// `approval_request_id`.
    pub approval_request_id: Option<String>,
    /// `decided_at`.
    pub decided_at: Option<String>,
    /// What it changes.
    pub diff: Vec<ContractDifference>,
    /// `effective_date`.
    pub effective_date: String,
    /// `number`.
    pub number: i32,
    /// What it changes in money, as it was when it was asked for.
    pub preview: ContractAmendmentPreview,
    /// `reason`.
    pub reason: String,
    /// `requested_at`.
    pub requested_at: String,
    /// `requested_by`.
    pub requested_by: String,
    /// `status`.
    pub status: AmendmentStatus,
    /// The version that it made; null: none.
    pub version: Option<i32>,
}

/// What an amendment changes in money.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractAmendmentPreview {
    /// `mrr_after`.
    pub mrr_after: f64,
    /// `mrr_before`.
    pub mrr_before: f64,
    /// `proration`.
    pub proration: ContractProration,
    /// `tcv_after`.
    pub tcv_after: f64,
    /// `tcv_before`.
    pub tcv_before: f64,
}

/// A credit of a service level.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractCreditStep {
    /// `basis_points`.
    pub basis_points: i32,
    /// `below`.
    pub below: f64,
}

/// A credit of a service level.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContractCreditStepRequest {
    /// The share of the month's fee, in hundredths of a per cent: 0 to 10,000.
    pub basis_points: i64,
    /// Values below this get the credit.
    pub below: f64,
}

/// How often a recurring line is charged.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ContractCycle {
    /// `monthly`.
    #[serde(rename = "monthly")]
    Monthly,
    /// `quarterly`.
    #[serde(rename = "quarterly")]
    Quarterly,
    /// `semi_annual`.
    #[serde(rename = "semi_annual")]
    SemiAnnual,
    /// `annual`.
    #[serde(rename = "annual")]
    Annual,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A field that differs, with its values as they are written in JSON.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractDifference {
    /// Its value after.
    pub after: serde_json::Value,
    /// Its value before.
    pub before: serde_json::Value,
    /// The field: `lines`.
    pub field: String,
}

/// A document of a contract, which is kept elsewhere.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ContractDocument {
    /// Its name.
    pub name: String,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Where it is: an http or https URL.
    pub url: String,
}

/// An event in the life of a contract.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractEvent {
    /// Who did it; `edge`: it happened by itself.
    pub actor: String,
    /// The number of the amendment that it is about.
    pub amendment: Option<i32>,
    /// The fee, credit or charge.
    pub amount: Option<f64>,
    /// When it happened.
    pub at: String,
    /// From which day it counts.
    pub date: String,
    /// More about it.
    pub detail: Option<String>,
    /// `event`.
    pub event: ContractEventKind,
    /// Its number, from 1.
    pub number: i32,
    /// The number of the term that it is about.
    pub term: Option<i32>,
}

/// What happened.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ContractEventKind {
    /// `created`.
    #[serde(rename = "created")]
    Created,
    /// `submitted`.
    #[serde(rename = "submitted")]
    Submitted,
    /// `rejected`.
    #[serde(rename = "rejected")]
    Rejected,
    /// `signed`.
    #[serde(rename = "signed")]
    Signed,
    /// `cancelled`.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// `amendment_submitted`.
    #[serde(rename = "amendment_submitted")]
    AmendmentSubmitted,
    /// `amendment_rejected`.
    #[serde(rename = "amendment_rejected")]
    AmendmentRejected,
    /// `amended`.
    #[serde(rename = "amended")]
    Amended,
    /// `renewed`.
    #[serde(rename = "renewed")]
    Renewed,
    /// `notice_given`.
    #[serde(rename = "notice_given")]
    NoticeGiven,
    /// `terminated`.
    #[serde(rename = "terminated")]
    Terminated,
    /// `expired`.
    #[serde(rename = "expired")]
    Expired,
    /// `sla_reported`.
    #[serde(rename = "sla_reported")]
    SlaReported,
    /// `usage_reported`.
    #[serde(rename = "usage_reported")]
    UsageReported,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The fee of a termination.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractFee {
    /// `none`, `fixed`, `percent_remaining` or `months`.
    pub kind: String,
    /// The amount; the per cent of what remains; the number of months.
    pub value: Option<f64>,
}

/// A fee. It is never more than what remains of the commitment.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContractFeeRequest {
    /// `none`, `fixed`, `percent_remaining` or `months`.
    pub kind: String,
    /// The amount; the per cent of what remains; the number of months.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Option<f64>>,
}

/// A line of a contract.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractLine {
    /// What it costs for a whole cycle, or once; null: by what is reported.
    pub amount: Option<f64>,
    /// `cycle`.
    pub cycle: Option<ContractCycle>,
    /// `description`.
    pub description: String,
    /// `discount_basis_points`.
    pub discount_basis_points: i32,
    /// By which amendments and usage reports name it.
    pub id: String,
    /// `kind`.
    pub kind: ContractLineKind,
    /// `plan_id`.
    pub plan_id: Option<String>,
    /// `quantity`.
    pub quantity: f64,
    /// The price of one, for a whole cycle.
    pub unit_price: f64,
}

/// How a line is charged.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum ContractLineKind {
    /// `recurring`.
    #[serde(rename = "recurring")]
    Recurring,
    /// `one_off`.
    #[serde(rename = "one_off")]
    OneOff,
    /// `usage`.
    #[serde(rename = "usage")]
    Usage,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A line of a contract.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContractLineRequest {
    /// How often a recurring line is charged: `monthly`, `quarterly`, `semi_annual`, `annual`. Default: `monthly`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Option<String>>,
    /// What it is for: 1 to 200 bytes.
    pub description: String,
    /// The discount, in hundredths of a per cent: 0 to 10,000. Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_basis_points: Option<Option<i64>>,
    /// In an amendment, the id of the line that stays. Default: the line of the same kind, plan, description and cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Option<String>>,
    /// `recurring`: in each cycle, in advance. `one_off`: once. `usage`: by what is reported.
    pub kind: String,
    /// The plan that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<Option<String>>,
    /// How many, with at most 6 decimals. Default: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Option<f64>>,
    /// The price of one, for a whole cycle.
    pub unit_price: f64,
}

/// A notice.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractNotice {
    /// `at`.
    pub at: String,
    /// `by`.
    pub by: ContractParty,
    /// The day on which it was given, where the tenant is.
    pub date: String,
    /// When the contract ends.
    pub ends_on: String,
    /// Whether it was in time for the end of the term that ran.
    pub in_time: bool,
    /// The last day on which it was.
    pub last_notice_day: String,
}

/// A party of a contract.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ContractParty {
    /// `customer`.
    #[serde(rename = "customer")]
    Customer,
    /// `seller`.
    #[serde(rename = "seller")]
    Seller,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// What changes in periods that are charged, or begin before the effective date.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractProration {
    /// What is charged for the same days.
    pub charge: f64,
    /// What is given back: zero or negative.
    pub credit: f64,
    /// The two together.
    pub net: f64,
}

/// How a contract is renewed.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractRenewal {
    /// What happens at the end of a term.
    pub mode: ContractRenewalMode,
    /// How many days before the end of a term notice can be given for it: 0 to 3,650. The last such day counts.
    pub notice_days: i32,
    /// The length of the terms after the first, in months: 1 to 120.
    pub term_months: i32,
    /// How much dearer each further term is, in hundredths of a per cent: 0 to 10,000.
    pub uplift_basis_points: i32,
}

/// How a contract is renewed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContractRenewalRequest {
    /// `auto`, `manual` or `none`.
    pub mode: String,
    /// How many days before the end of a term notice can be given: 0 to 3,650. Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_days: Option<Option<i64>>,
    /// The length of further terms, in months: 1 to 120. Default: 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term_months: Option<Option<i64>>,
    /// How much dearer each further term is, in hundredths of a per cent: 0 to 10,000. Default: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uplift_basis_points: Option<Option<i64>>,
}

/// The fields of a contract. In an update, fields that are absent or null keep their values.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContractRequest {
    /// The other party: 1 to 256 bytes. Required to create one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Option<String>>,
    /// The ISO 4217 code of the currency of all its amounts. Required to create one. With another currency, `lines` are
    /// required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Option<String>>,
    /// The documents: at most 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Option<Vec<ContractDocument>>>,
    /// The day after the last of the first term. Default: the start and `renewal.term_months`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Option<String>>,
    /// The entity that it is charged to. Required to create one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<Option<String>>,
    /// What is charged: 1 to 50 lines. Required to create one. They replace the present ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Option<Vec<ContractLineRequest>>>,
    /// `renewal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewal: Option<Option<ContractRenewalRequest>>,
    /// The service levels: at most 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sla: Option<Option<Vec<ContractServiceLevelRequest>>>,
    /// The first day, where the tenant is. It may be past: the terms since then run at once. Required to create one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Option<String>>,
    /// `termination`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub termination: Option<Option<ContractTerminationRequest>>,
    /// What it is called: 1 to 256 bytes. Required to create one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Option<String>>,
}

/// A service level.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractServiceLevel {
    /// `credit_steps`.
    pub credit_steps: Vec<ContractCreditStep>,
    /// `metric`.
    pub metric: String,
    /// `target`.
    pub target: f64,
}

/// A service level.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContractServiceLevelRequest {
    /// The credits for less: at most 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_steps: Option<Vec<ContractCreditStepRequest>>,
    /// What is measured: 1 to 64 bytes.
    pub metric: String,
    /// What is promised, with at most 4 decimals.
    pub target: f64,
}

/// A term: `[start, end)`.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractTerm {
    /// `end`.
    pub end: String,
    /// `number`.
    pub number: i32,
    /// `start`.
    pub start: String,
    /// How much dearer it is than the term before.
    pub uplift_basis_points: i32,
}

/// A termination.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractTerminated {
    /// `at`.
    pub at: String,
    /// `by`.
    pub by: String,
    /// What of that was charged before, and is given back.
    pub credit: f64,
    /// The first day on which the contract is not in force any more.
    pub date: String,
    /// The fee: never more than `remaining`.
    pub fee: f64,
    /// `reason`.
    pub reason: String,
    /// What remained of the commitment: the recurring charges of the days from `date` on.
    pub remaining: f64,
}

/// What ending a contract early costs.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractTermination {
    /// `fee`.
    pub fee: ContractFee,
}

/// What ending a contract early costs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContractTerminationRequest {
    /// `fee`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<Option<ContractFeeRequest>>,
}

/// What happened to a contract.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractTimeline {
    /// The events, oldest first.
    pub data: Vec<ContractEvent>,
}

/// What was reported of usage, and the charge.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractUsageReport {
    /// The charge.
    pub amount: f64,
    /// `at`.
    pub at: String,
    /// `currency`.
    pub currency: String,
    /// `line_id`.
    pub line_id: String,
    /// `month`.
    pub month: String,
    /// `quantity`.
    pub quantity: f64,
}

/// What was reported of usage.
#[derive(Clone, Debug, Deserialize)]
pub struct ContractUsageReportList {
    /// The reports, in the order in which they were made.
    pub data: Vec<ContractUsageReport>,
}

/// A report of usage.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ContractUsageReportRequest {
    /// The id of a usage line of the contract.
    pub line_id: String,
    /// The month: `2026-10`.
    pub month: String,
    /// How many, with at most 6 decimals.
    pub quantity: f64,
}

/// A notice.
#[derive(Clone, Debug, Serialize)]
pub struct GiveNoticeRequest {
    /// Who gives it: `customer` or `seller`.
    pub by: ContractParty,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingContract {
    /// The entries of the page.
    pub data: Vec<Contract>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A renewal.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RenewContractRequest {
    /// The length of the next term, in months: 1 to 120. Default: the contract's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term_months: Option<i64>,
    /// How much dearer it is, in hundredths of a per cent: 0 to 10,000. Default: the contract's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uplift_basis_points: Option<i64>,
}

/// What was reported of a service level, and the credit.
#[derive(Clone, Debug, Deserialize)]
pub struct SlaReport {
    /// `at`.
    pub at: String,
    /// The share of the month's fee that is given back.
    pub basis_points: i32,
    /// The credit. All credits of a month together are never more than its fee.
    pub credit: f64,
    /// `currency`.
    pub currency: String,
    /// The recurring charges of the month's days.
    pub fee: f64,
    /// `metric`.
    pub metric: String,
    /// `month`.
    pub month: String,
    /// `target`.
    pub target: f64,
    /// `value`.
    pub value: f64,
}

/// What was reported of service levels.
#[derive(Clone, Debug, Deserialize)]
pub struct SlaReportList {
    /// The reports, in the order in which they were made.
    pub data: Vec<SlaReport>,
}

/// A report of a service level.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SlaReportRequest {
    /// One of the contract's service levels.
    pub metric: String,
    /// The month: `2026-10`.
    pub month: String,
    /// What was measured, with at most 4 decimals.
    pub value: f64,
}

/// A termination.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TerminateContractRequest {
    /// The first day on which the contract is not in force any more. Default: today, where the tenant is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Why: 1 to 256 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

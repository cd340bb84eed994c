//! Integrations.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List integrations: `GET /api/v1/enterprise-billing/integrations`.
    ///
    /// The key needs `integrations:admin`.
    pub async fn list_integrations(&self, query_parameters: &ListIntegrationsQuery) -> Result<ListingIntegration, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Take somebody back who consented: `GET /api/v1/enterprise-billing/integrations/callback`.
    ///
    /// The provider sends a browser here from its page. The answer is a page, or JSON for whoever does not accept HTML. It takes
    /// no credential: the `state` is one, for one use.
    pub async fn take_back(&self, query_parameters: &TakeBackQuery) -> Result<ConsentResponse, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations/callback").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Configure an integration: `POST /api/v1/enterprise-billing/integrations/configure`.
    ///
    /// Creates the tenant's integration with this provider under this name, or changes it. Where nobody has to consent, the edge
    /// signs in at once, and `status` says what came of it; else `authorize` comes next. Once documents were written to the books
    /// of a company, the integration keeps to it: other books take another integration, under another name.
    ///
    /// The key needs `integrations:admin`.
    pub async fn configure_integration(&self, body: &ConfigureIntegrationRequest) -> Result<Integration, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations/configure");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Begin a consent: `GET /api/v1/enterprise-billing/integrations/{integration_id}/authorize`.
    ///
    /// Answers the address of the provider's page, where somebody who may write to the books signs in and consents. The provider
    /// sends them back to `callback`, once, within ten minutes.
    ///
    /// The key needs `integrations:admin`.
    pub async fn authorize_integration(&self, integration_id: &str) -> Result<AuthorizeResponse, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations/").value(integration_id).text("/authorize");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Disconnect an integration: `POST /api/v1/enterprise-billing/integrations/{integration_id}/disconnect`.
    ///
    /// A run in progress stops. The tokens become worthless at the provider, if it answers, and all secrets are erased in any
    /// case. What was written is remembered: configured again, the integration goes on with it.
    ///
    /// The key needs `integrations:admin`.
    pub async fn disconnect_integration(&self, integration_id: &str) -> Result<DisconnectResponse, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations/").value(integration_id).text("/disconnect");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// List the documents of an integration: `GET /api/v1/enterprise-billing/integrations/{integration_id}/documents`.
    ///
    /// What is, or is to be, in the books: what became of it, why something was not sent, and what to do about it.
    ///
    /// The key needs `integrations:admin`.
    pub async fn list_ledger_documents(&self, integration_id: &str, query_parameters: &ListLedgerDocumentsQuery) -> Result<ListingLedgerDocument, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations/").value(integration_id).text("/documents").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List attempts at documents: `GET /api/v1/enterprise-billing/integrations/{integration_id}/logs`.
    ///
    /// An entry for each attempt at a document: in which run, who started it, what came of it, and how long it took. Entries are
    /// kept for 90 days.
    ///
    /// The key needs `integrations:admin`.
    pub async fn list_integration_logs(&self, integration_id: &str, query_parameters: &ListIntegrationLogsQuery) -> Result<ListingLedgerLogEntry, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations/").value(integration_id).text("/logs").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get the status of an integration: `GET /api/v1/enterprise-billing/integrations/{integration_id}/status`.
    ///
    /// How it stands, what is to be done for it to work, and its last run.
    ///
    /// The key needs `integrations:admin`.
    pub async fn get_integration_status(&self, integration_id: &str) -> Result<IntegrationStatusResponse, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations/").value(integration_id).text("/status");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Sync an integration: `POST /api/v1/enterprise-billing/integrations/{integration_id}/sync`.
    ///
    /// Starts a run, which writes what the books lack: customers, invoices, payments, refunds and journals, each document once.
    /// The run goes on by itself; `GET …/status` shows how far it is. With `"dry_run": true` nothing is sent, nobody is asked, and
    /// the answer is a page of what would be sent.
    ///
    /// The key needs `integrations:admin`.
    pub async fn sync_integration(&self, integration_id: &str, query_parameters: &SyncIntegrationQuery, body: &Option<StartLedgerSyncRequest>) -> Result<serde_json::Value, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/integrations/").value(integration_id).text("/sync").query(&query(query_parameters)?);
        self.json(http::Method::POST, path, Body::json(body)?).await
    }
}

/// The query of [`list_integrations`](Api::list_integrations).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListIntegrationsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`take_back`](Api::take_back).
#[derive(Clone, Debug, Default, Serialize)]
pub struct TakeBackQuery {
    /// What `authorize` put into the page's address.
    pub state: Option<String>,
    /// The authorization code.
    pub code: Option<String>,
    /// Why nobody consented.
    pub error: Option<String>,
}

/// The query of [`list_ledger_documents`](Api::list_ledger_documents).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListLedgerDocumentsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only documents of this kind: `customers`, `invoices`, `payments`, `refunds` or `journals`.
    pub kind: Option<String>,
    /// Only documents in this state: `pending`, `sending`, `sent`, `failed`, `blocked` or `cancelled`.
    pub state: Option<String>,
    /// `true`: only documents with an error.
    pub errors: Option<bool>,
}

/// The query of [`list_integration_logs`](Api::list_integration_logs).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListIntegrationLogsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only attempts of this run.
    pub run_id: Option<String>,
    /// Only attempts at documents of this kind, such as `invoices`.
    pub kind: Option<String>,
    /// Only attempts with this outcome, such as `failed`.
    pub outcome: Option<String>,
    /// Only attempts at the document with this number.
    pub number: Option<String>,
}

/// The query of [`sync_integration`](Api::sync_integration).
#[derive(Clone, Debug, Default, Serialize)]
pub struct SyncIntegrationQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// Where somebody consents.
#[derive(Clone, Debug, Deserialize)]
pub struct AuthorizeResponse {
    /// Until when whoever consents there is taken back.
    pub expires_at: String,
    /// The provider's page, to be opened in a browser.
    pub url: String,
}

/// A company whose books the tokens reach.
#[derive(Clone, Debug, Deserialize)]
pub struct Company {
    /// Its id at the provider: `realmId`, Xero's `tenantId`, Sage's business, Business Central's company.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// An integration to configure.
#[derive(Clone, Debug, Serialize)]
pub struct ConfigureIntegrationRequest {
    /// Credentials by name: see the guide to integrations. Those that are not there stay as they are; null takes one away,
    /// and the operator's are used. They are stored encrypted, and never shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<serde_json::Value>,
    /// `environment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// What to call it: 1 to 100 bytes. Default: the provider's name. A tenant may have several integrations with one
    /// provider, under different names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The accounting system.
    pub provider: Provider,
    /// Settings: `sync`, a list of `customers`, `invoices`, `payments`, `refunds`, `journals` (default: all); `from`, a date
    /// before which nothing is synchronised; `company_id`; and options of the provider. Those that are not there stay as
    /// they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<serde_json::Value>,
}

/// What came of a consent.
#[derive(Clone, Debug, Deserialize)]
pub struct ConsentResponse {
    /// `company`.
    pub company: Option<Company>,
    /// `integration_id`.
    pub integration_id: String,
    /// What is to be done for it to work, if it does not.
    pub problem: Option<String>,
    /// `provider`.
    pub provider: Provider,
    /// `status`.
    pub status: IntegrationStatus,
}

/// What came of disconnecting an integration.
#[derive(Clone, Debug, Deserialize)]
pub struct DisconnectResponse {
    /// The companies that can be reached, where there are several or none: `settings.company_id` chooses.
    pub companies: Option<Vec<Company>>,
    /// `company`.
    pub company: Option<Company>,
    /// `connected_at`.
    pub connected_at: Option<String>,
    /// Who consented, or gave the credentials.
    pub connected_by: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `environment`.
    pub environment: Environment,
    /// `id`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// What is to be done for it to work, if it does not.
    pub problem: Option<String>,
    /// `provider`.
    pub provider: Provider,
    /// Why it could not be told.
    pub revocation_problem: Option<String>,
    /// Whether the provider made the tokens worthless. False: it could not be told; the edge has erased them all the same,
    /// and the app's access can be taken back at the provider.
    pub revoked: bool,
    /// `settings`.
    pub settings: IntegrationSettings,
    /// `status`.
    pub status: IntegrationStatus,
    /// `updated_at`.
    pub updated_at: String,
}

/// A kind of document.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum DocumentKind {
    /// `customers`.
    #[serde(rename = "customers")]
    Customers,
    /// `invoices`.
    #[serde(rename = "invoices")]
    Invoices,
    /// `payments`.
    #[serde(rename = "payments")]
    Payments,
    /// `refunds`.
    #[serde(rename = "refunds")]
    Refunds,
    /// `journals`.
    #[serde(rename = "journals")]
    Journals,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// What became of a document.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum DocumentState {
    /// `pending`.
    #[serde(rename = "pending")]
    Pending,
    /// `sending`.
    #[serde(rename = "sending")]
    Sending,
    /// `sent`.
    #[serde(rename = "sent")]
    Sent,
    /// `failed`.
    #[serde(rename = "failed")]
    Failed,
    /// `blocked`.
    #[serde(rename = "blocked")]
    Blocked,
    /// `cancelled`.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// Where what is written ends up.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Environment {
    /// `production`.
    #[serde(rename = "production")]
    Production,
    /// `sandbox`.
    #[serde(rename = "sandbox")]
    Sandbox,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// An integration with an accounting system.
#[derive(Clone, Debug, Deserialize)]
pub struct Integration {
    /// The companies that can be reached, where there are several or none: `settings.company_id` chooses.
    pub companies: Option<Vec<Company>>,
    /// `company`.
    pub company: Option<Company>,
    /// `connected_at`.
    pub connected_at: Option<String>,
    /// Who consented, or gave the credentials.
    pub connected_by: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `environment`.
    pub environment: Environment,
    /// `id`.
    pub id: String,
    /// `name`.
    pub name: String,
    /// What is to be done for it to work, if it does not.
    pub problem: Option<String>,
    /// `provider`.
    pub provider: Provider,
    /// `settings`.
    pub settings: IntegrationSettings,
    /// `status`.
    pub status: IntegrationStatus,
    /// `updated_at`.
    pub updated_at: String,
}

/// What a tenant chose for an integration.
#[derive(Clone, Debug, Deserialize)]
pub struct IntegrationSettings {
    /// The company whose books are written to, of those that can be reached. None: the only one.
    pub company_id: Option<String>,
    /// How often a run starts by itself, in minutes. None: never.
    pub every_minutes: Option<i32>,
    /// Documents that are dated before are left out. None: none is.
    pub from: Option<String>,
    /// The kinds of documents that are synchronised.
    pub sync: Vec<DocumentKind>,
}

/// How an integration stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum IntegrationStatus {
    /// `configured`.
    #[serde(rename = "configured")]
    Configured,
    /// `needs_consent`.
    #[serde(rename = "needs_consent")]
    NeedsConsent,
    /// `needs_company`.
    #[serde(rename = "needs_company")]
    NeedsCompany,
    /// `connected`.
    #[serde(rename = "connected")]
    Connected,
    /// `needs_reauth`.
    #[serde(rename = "needs_reauth")]
    NeedsReauth,
    /// `disconnected`.
    #[serde(rename = "disconnected")]
    Disconnected,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// How an integration stands, with its last run.
#[derive(Clone, Debug, Deserialize)]
pub struct IntegrationStatusResponse {
    /// The companies that can be reached, where there are several or none: `settings.company_id` chooses.
    pub companies: Option<Vec<Company>>,
    /// `company`.
    pub company: Option<Company>,
    /// `connected_at`.
    pub connected_at: Option<String>,
    /// Who consented, or gave the credentials.
    pub connected_by: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `environment`.
    pub environment: Environment,
    /// `id`.
    pub id: String,
    /// `last_run`.
    pub last_run: Option<LedgerRun>,
    /// `name`.
    pub name: String,
    /// What is to be done for it to work, if it does not.
    pub problem: Option<String>,
    /// `provider`.
    pub provider: Provider,
    /// `settings`.
    pub settings: IntegrationSettings,
    /// `status`.
    pub status: IntegrationStatus,
    /// `updated_at`.
    pub updated_at: String,
}

/// What became of a document in the books.
#[derive(Clone, Debug, Deserialize)]
pub struct LedgerDocument {
    /// How often it was attempted in the last run.
    pub attempts: i64,
    /// `created_at`.
    pub created_at: String,
    /// Null: it has none.
    pub date: Option<String>,
    /// `error`.
    pub error: Option<LedgerDocumentError>,
    /// `id`.
    pub id: String,
    /// `kind`.
    pub kind: DocumentKind,
    /// What the edge knows it by.
    pub local_id: String,
    /// Its number in the books.
    pub number: String,
    /// Its id in the books.
    pub remote_id: Option<String>,
    /// Its number in the books, where the provider gave it another.
    pub remote_number: Option<String>,
    /// `sent_at`.
    pub sent_at: Option<String>,
    /// `state`.
    pub state: DocumentState,
    /// `updated_at`.
    pub updated_at: String,
}

/// Why a document was not written, and what to do about it.
#[derive(Clone, Debug, Deserialize)]
pub struct LedgerDocumentError {
    /// `code`.
    pub code: SyncCode,
    /// What there is to say, such as the provider's own words.
    pub message: String,
    /// What somebody has to do about it.
    pub remedy: String,
}

/// An attempt at a document.
#[derive(Clone, Debug, Deserialize)]
pub struct LedgerLogEntry {
    /// Who started the run.
    pub actor: String,
    /// `at`.
    pub at: String,
    /// How often it had been attempted in the run, this time included.
    pub attempt: i64,
    /// `duration_ms`.
    pub duration_ms: i64,
    /// `error`.
    pub error: Option<LedgerDocumentError>,
    /// `id`.
    pub id: String,
    /// The kind of document, such as `invoices`.
    pub kind: String,
    /// The document's number in the books.
    pub number: String,
    /// `outcome`.
    pub outcome: LedgerLogOutcome,
    /// Its id in the books.
    pub remote_id: Option<String>,
    /// `run_id`.
    pub run_id: String,
}

/// What came of an attempt.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum LedgerLogOutcome {
    /// `sent`.
    #[serde(rename = "sent")]
    Sent,
    /// `linked`.
    #[serde(rename = "linked")]
    Linked,
    /// `deferred`.
    #[serde(rename = "deferred")]
    Deferred,
    /// `failed`.
    #[serde(rename = "failed")]
    Failed,
    /// `blocked`.
    #[serde(rename = "blocked")]
    Blocked,
    /// `cancelled`.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A run of an integration.
#[derive(Clone, Debug, Deserialize)]
pub struct LedgerRun {
    /// All documents of the integration, by kind and state.
    pub documents: BTreeMap<String, BTreeMap<String, i64>>,
    /// What the run is done with, by kind and state.
    pub done: BTreeMap<String, BTreeMap<String, i64>>,
    /// `error`.
    pub error: Option<LedgerDocumentError>,
    /// `finished_at`.
    pub finished_at: Option<String>,
    /// `id`.
    pub id: String,
    /// When it goes on by itself, while it waits.
    pub resume_at: Option<String>,
    /// `started_at`.
    pub started_at: String,
    /// Who started it.
    pub started_by: String,
    /// `status`.
    pub status: LedgerRunStatus,
    /// `updated_at`.
    pub updated_at: String,
}

/// Where a run stands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum LedgerRunStatus {
    /// `queued`.
    #[serde(rename = "queued")]
    Queued,
    /// `running`.
    #[serde(rename = "running")]
    Running,
    /// `waiting`.
    #[serde(rename = "waiting")]
    Waiting,
    /// `completed`.
    #[serde(rename = "completed")]
    Completed,
    /// `failed`.
    #[serde(rename = "failed")]
    Failed,
    /// `stopped`.
    #[serde(rename = "stopped")]
    Stopped,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingIntegration {
    /// The entries of the page.
    pub data: Vec<Integration>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingLedgerDocument {
    /// The entries of the page.
    pub data: Vec<LedgerDocument>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingLedgerLogEntry {
    /// The entries of the page.
    pub data: Vec<LedgerLogEntry>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// An accounting system.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Provider {
    /// `quickbooks`.
    #[serde(rename = "quickbooks")]
    Quickbooks,
    /// `xero`.
    #[serde(rename = "xero")]
    Xero,
    /// `sap`.
    #[serde(rename = "sap")]
    Sap,
    /// `netsuite`.
    #[serde(rename = "netsuite")]
    Netsuite,
    /// `sage`.
    #[serde(rename = "sage")]
    Sage,
    /// `dynamics365`.
    #[serde(rename = "dynamics365")]
    Dynamics365,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// How to run. The body is optional.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StartLedgerSyncRequest {
    /// Whether to list what would be sent, and send nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
}

/// Why a document was not written, or a run has stopped or waits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum SyncCode {
    /// `MISSING_GL_MAPPING`.
    #[serde(rename = "MISSING_GL_MAPPING")]
    MissingGlMapping,
    /// `NUMBER_TOO_LONG`.
    #[serde(rename = "NUMBER_TOO_LONG")]
    NumberTooLong,
    /// `RECORD_UNREADABLE`.
    #[serde(rename = "RECORD_UNREADABLE")]
    RecordUnreadable,
    /// `WAITS_FOR_DOCUMENT`.
    #[serde(rename = "WAITS_FOR_DOCUMENT")]
    WaitsForDocument,
    /// `PERIOD_CLOSED`.
    #[serde(rename = "PERIOD_CLOSED")]
    PeriodClosed,
    /// `VOIDED_AFTER_SENT`.
    #[serde(rename = "VOIDED_AFTER_SENT")]
    VoidedAfterSent,
    /// `DUPLICATE_NUMBER`.
    #[serde(rename = "DUPLICATE_NUMBER")]
    DuplicateNumber,
    /// `REFUSED`.
    #[serde(rename = "REFUSED")]
    Refused,
    /// `MISSING_IN_BOOKS`.
    #[serde(rename = "MISSING_IN_BOOKS")]
    MissingInBooks,
    /// `MISCONFIGURED`.
    #[serde(rename = "MISCONFIGURED")]
    Misconfigured,
    /// `PROVIDER_UNAVAILABLE`.
    #[serde(rename = "PROVIDER_UNAVAILABLE")]
    ProviderUnavailable,
    /// `THROTTLED`.
    #[serde(rename = "THROTTLED")]
    Throttled,
    /// `DAILY_LIMIT`.
    #[serde(rename = "DAILY_LIMIT")]
    DailyLimit,
    /// `NEEDS_REAUTH`.
    #[serde(rename = "NEEDS_REAUTH")]
    NeedsReauth,
    /// `DISCONNECTED`.
    #[serde(rename = "DISCONNECTED")]
    Disconnected,
    /// `INTERRUPTED`.
    #[serde(rename = "INTERRUPTED")]
    Interrupted,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

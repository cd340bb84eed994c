//! An integration as callers see it: without secrets.

use std::sync::Arc;

use async_trait::async_trait;
use edge_accounting::{Company, Environment, Provider};
use edge_capabilities::Timestamp;
use edge_database::DatabaseError;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};

use super::model::{Integration, IntegrationStatus};
use super::settings::IntegrationSettings;

/// Says what became of the last run of an integration. The crate of the runs implements it.
#[async_trait]
pub trait LastRun: Send + Sync {
    /// The last run of the integration `id` of `tenant`, as callers see it. None: there was none.
    async fn last_run(&self, tenant: &str, id: &str) -> Result<Option<Value>, DatabaseError>;
}

/// No runs.
pub(crate) struct NoRuns;

#[async_trait]
impl LastRun for NoRuns {
    async fn last_run(&self, _tenant: &str, _id: &str) -> Result<Option<Value>, DatabaseError> {
        Ok(None)
    }
}

/// What tells of runs.
pub(crate) type Runs = Arc<dyn LastRun>;

/// An integration with an accounting system.
#[derive(Serialize, ToSchema)]
#[schema(as = Integration)]
pub struct IntegrationResponse {
    id: String,
    provider: Provider,
    name: String,
    environment: Environment,
    status: IntegrationStatus,
    /// The company whose books are written to.
    company: Option<Company>,
    /// The companies that can be reached, where there are several or none: `settings.company_id` chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    companies: Option<Vec<Company>>,
    settings: IntegrationSettings,
    /// What is to be done for it to work, if it does not.
    problem: Option<String>,
    /// Who consented, or gave the credentials.
    connected_by: Option<String>,
    connected_at: Option<String>,
    created_at: String,
    updated_at: String,
}

impl IntegrationResponse {
    /// `integration`, as callers see it.
    pub fn new(integration: &Integration) -> Self {
        let is_open = integration.status == IntegrationStatus::NeedsCompany;
        Self {
            id: integration.id.clone(),
            provider: integration.provider,
            name: integration.name.clone(),
            environment: integration.environment,
            status: integration.status,
            company: integration.company(),
            companies: is_open.then(|| integration.companies.clone()),
            settings: integration.settings.clone(),
            problem: integration.problem.clone(),
            connected_by: integration.connected_by.clone(),
            connected_at: integration.connected_at.map(Timestamp::to_rfc3339_millis),
            created_at: integration.created_at.to_rfc3339_millis(),
            updated_at: integration.updated_at.to_rfc3339_millis(),
        }
    }
}

/// How an integration stands, with its last run.
#[derive(Serialize, ToSchema)]
pub(crate) struct IntegrationStatusResponse {
    #[serde(flatten)]
    pub(crate) integration: IntegrationResponse,
    /// The last run. Null: there was none.
    #[schema(schema_with = last_run_schema)]
    pub(crate) last_run: Option<Value>,
}

/// A run, which the crate that syncs describes; or null.
fn last_run_schema() -> Schema {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    OneOfBuilder::new().item(null).item(Ref::from_schema_name("LedgerRun")).into()
}

/// What came of disconnecting an integration.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisconnectResponse {
    #[serde(flatten)]
    pub(crate) integration: IntegrationResponse,
    /// Whether the provider made the tokens worthless. False: it could not be told; the edge has erased them all the same,
    /// and the app's access can be taken back at the provider.
    pub(crate) revoked: bool,
    /// Why it could not be told.
    pub(crate) revocation_problem: Option<String>,
}

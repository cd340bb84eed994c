//! An integration of a tenant. It knows no store and no clock.

use edge_accounting::{Company, Environment, Provider};
use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::{record, text_column};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::settings::IntegrationSettings;

/// How an integration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationStatus {
    /// Nobody has to consent, and the provider was not reached yet: the next run tries again.
    Configured,
    /// Somebody has to consent: `authorize`.
    NeedsConsent,
    /// Several companies can be reached, or none: `settings.company_id` says which.
    NeedsCompany,
    /// It works.
    Connected,
    /// The provider does not let the edge in any more: somebody has to consent again, or to give other credentials.
    NeedsReauth,
    /// Somebody disconnected it. Configured again, it goes on.
    Disconnected,
}

impl IntegrationStatus {
    const ALL: [Self; 6] = [
        Self::Configured,
        Self::NeedsConsent,
        Self::NeedsCompany,
        Self::Connected,
        Self::NeedsReauth,
        Self::Disconnected,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configured => "configured",
            Self::NeedsConsent => "needs_consent",
            Self::NeedsCompany => "needs_company",
            Self::Connected => "connected",
            Self::NeedsReauth => "needs_reauth",
            Self::Disconnected => "disconnected",
        }
    }

    /// The status of that name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }
}

/// What people are told about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Notice {
    /// Somebody has to consent again.
    NeedsReauth,
}

/// What is still to be done about a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) entry: AuditEntry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) notice: Option<Notice>,
}

/// A tenant's integration with an accounting system. Its secrets are sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Integration {
    /// `int_…`: the same whenever the tenant configures this provider under this name.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The accounting system.
    pub provider: Provider,
    /// What the tenant calls it.
    pub name: String,
    /// The provider's environment.
    pub environment: Environment,
    /// How it stands.
    pub status: IntegrationStatus,
    /// What the tenant chose.
    pub settings: IntegrationSettings,
    /// What the tenant gave, sealed: names and values. None: nothing, or it is disconnected.
    pub(crate) credentials: Option<String>,
    /// The tokens, sealed.
    pub(crate) tokens: Option<String>,
    /// How many tokens there were: with each that is stored, one more.
    pub(crate) tokens_version: i64,
    /// When the tokens were stored.
    pub(crate) tokens_at: Option<Timestamp>,
    /// The companies that could be reached when somebody signed in last.
    pub companies: Vec<Company>,
    /// The id of the company that is written to.
    pub company_id: Option<String>,
    /// Its name.
    pub company_name: Option<String>,
    /// The company that documents were written to.
    pub(crate) written_company: Option<String>,
    /// Who renews the tokens.
    pub(crate) lease: Option<String>,
    /// Until when nobody else does.
    pub(crate) lease_until: Option<Timestamp>,
    /// Why it is not connected, as people read it.
    pub problem: Option<String>,
    /// Who consented, or gave the credentials that let the edge in.
    pub connected_by: Option<String>,
    /// When.
    pub connected_at: Option<Timestamp>,
    /// Who configured it first.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    pub(crate) tasks: Vec<Task>,
    pub(crate) revision: i64,
}

text_column!(IntegrationStatus);
record! {
    Integration in "integrations" {
        id, tenant: "tenant_id", provider, name, environment, status, settings, credentials, tokens, tokens_version,
        tokens_at, companies, company_id, company_name, written_company, lease, lease_until, problem, connected_by, connected_at,
        created_by, created_at, updated_at, tasks, revision,
    }
}

impl Integration {
    /// The company that is written to.
    pub fn company(&self) -> Option<Company> {
        let name = self.company_name.clone().unwrap_or_default();
        self.company_id.clone().map(|id| Company { id, name })
    }

    /// Forgets the tokens, and what they reached.
    pub(crate) fn forget_tokens(&mut self) {
        (self.tokens, self.tokens_at) = (None, None);
        (self.lease, self.lease_until) = (None, None);
        (self.connected_by, self.connected_at) = (None, None);
        // Whoever read the old ones notices.
        self.tokens_version = self.tokens_version.saturating_add(1);
        self.companies.clear();
        (self.company_id, self.company_name) = (None, None);
    }

    /// Has these tokens, sealed, from now on.
    pub(crate) fn take_tokens(&mut self, sealed: Option<String>, now: Timestamp) {
        self.tokens_at = sealed.as_ref().map(|_| now);
        self.tokens = sealed;
        self.tokens_version = self.tokens_version.saturating_add(1);
        (self.lease, self.lease_until) = (None, None);
    }

    /// Chooses among the companies that can be reached: the one that documents were written to, the one that the settings
    /// name, or the only one. The status follows. Gives the company that was written to, if it is out of reach.
    pub(crate) fn choose_company(&mut self) -> Result<(), String> {
        let wanted = self.written_company.as_ref().or(self.settings.company_id.as_ref());
        let found = match (wanted, self.companies.as_slice()) {
            (Some(wanted), companies) => companies.iter().find(|company| company.id == *wanted),
            (None, [company]) => Some(company),
            (None, _) => None,
        };
        if let (Some(written), None) = (&self.written_company, found) {
            return Err(written.clone());
        }
        self.problem = match (found, self.companies.is_empty(), wanted) {
            (Some(_), ..) => None,
            (None, true, _) => Some("Nobody's books can be reached: whoever signs in must have a company.".to_owned()),
            (None, false, Some(_)) => Some("The company settings.company_id cannot be reached.".to_owned()),
            (None, false, None) => Some("Several companies can be reached: set settings.company_id.".to_owned()),
        };
        let company = found.cloned();
        self.status = if company.is_some() { IntegrationStatus::Connected } else { IntegrationStatus::NeedsCompany };
        (self.company_id, self.company_name) =
            company.map_or((None, None), |company| (Some(company.id), Some(company.name)));
        Ok(())
    }
}

//! The integrations of tenants, and the clients that speak for them.

use std::sync::Arc;

use async_trait::async_trait;
use edge_accounting::{AccountingClient, AccountingError, DocumentKind, Provider};
use edge_capabilities::Http;
use edge_connections::{ConnectionError, Connections, IntegrationStatus, OpenConnection};
use edge_database::DatabaseError;
use edge_time_zones::Date;

/// A tenant's integration, as a sync needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// Its id.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The provider.
    pub provider: Provider,
    /// Whether there is a connection. None is made by a sync.
    pub is_connected: bool,
    /// The kinds of documents that are sent.
    pub kinds: Vec<DocumentKind>,
    /// The first day whose documents are sent. None: all are.
    pub from: Option<Date>,
    /// How often a run starts by itself, in minutes. None: never.
    pub every_minutes: Option<u32>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The integration is disconnected.
    #[error("the integration is not connected")]
    NotConnected,
    /// A person must consent again.
    #[error("{0}")]
    NeedsReauth(String),
    /// The provider, or what is needed to reach it, is not there for now.
    #[error("{0}")]
    Unavailable(String),
    /// The operator or the tenant has to configure something.
    #[error("{0}")]
    Misconfigured(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

/// The integrations of all tenants.
#[async_trait]
pub trait Books: Send + Sync {
    /// The integration `id` of `tenant`.
    async fn find(&self, tenant: &str, id: &str) -> Result<Option<Integration>, DatabaseError>;

    /// The integrations whose runs start by themselves.
    async fn recurring(&self) -> Result<Vec<Integration>, DatabaseError>;

    /// Opens the books for a run, whose requests go through `http`.
    async fn open(&self, integration: &Integration, http: Arc<dyn Http>) -> Result<Box<dyn OpenBooks>, BooksError>;

    /// A client that says what it would send, and sends nothing.
    async fn planner(&self, integration: &Integration) -> Result<Arc<dyn AccountingClient>, BooksError>;
}

/// Books that are open for a run.
#[async_trait]
pub trait OpenBooks: Send + Sync {
    /// The client.
    fn client(&self) -> &Arc<dyn AccountingClient>;

    /// To be called before each document: whether the integration is still connected. The client's tokens are good then.
    async fn ready(&self) -> Result<(), BooksError>;

    /// To be called before the first document is written: no other company's books are written to from then on.
    async fn note_written(&self) -> Result<(), BooksError>;

    /// Gives the client other tokens than those that were refused.
    async fn renew(&self) -> Result<(), BooksError>;

    /// Notes that the provider refuses tokens that are new: a person must consent again.
    async fn refused(&self, reason: &str) -> Result<(), BooksError>;
}

impl Integration {
    fn of(found: &edge_connections::Integration) -> Self {
        let is_connected = matches!(found.status, IntegrationStatus::Connected | IntegrationStatus::Configured);
        Self {
            id: found.id.clone(),
            tenant: found.tenant.clone(),
            provider: found.provider,
            is_connected,
            kinds: with_dependencies(&found.settings.sync),
            from: found.settings.from,
            every_minutes: found.settings.every_minutes,
        }
    }
}

/// `chosen`, and the kinds that its documents refer to.
fn with_dependencies(chosen: &[DocumentKind]) -> Vec<DocumentKind> {
    let is_wanted = |kind: &DocumentKind| match kind {
        DocumentKind::Customer => chosen.iter().any(|kind| *kind != DocumentKind::Journal),
        DocumentKind::Invoice => {
            let refer: [DocumentKind; 3] = [DocumentKind::Invoice, DocumentKind::Payment, DocumentKind::Refund];
            chosen.iter().any(|kind| refer.contains(kind))
        }
        kind => chosen.contains(kind),
    };
    DocumentKind::ALL.into_iter().filter(is_wanted).collect()
}

impl From<ConnectionError> for BooksError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::NotFound | ConnectionError::NotConnected(IntegrationStatus::Disconnected) => {
                Self::NotConnected
            }
            ConnectionError::NotConnected(status @ IntegrationStatus::NeedsReauth) => {
                Self::NeedsReauth(format!("The integration is {}.", status.as_str()))
            }
            ConnectionError::Accounting(
                AccountingError::NeedsReauth(reason) | AccountingError::Unauthorized(reason),
            ) => Self::NeedsReauth(reason),
            ConnectionError::Accounting(error) if error.is_passing() => Self::Unavailable(error.to_string()),
            ConnectionError::Renewing | ConnectionError::Busy | ConnectionError::Config(_) => {
                Self::Unavailable(error.to_string())
            }
            ConnectionError::Db(error) => Self::Db(error),
            ConnectionError::Fields(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|field| format!("{} {}", field.field, field.message)).collect();
                Self::Misconfigured(fields.join("; "))
            }
            error => Self::Misconfigured(error.to_string()),
        }
    }
}

#[async_trait]
impl Books for Connections {
    async fn find(&self, tenant: &str, id: &str) -> Result<Option<Integration>, DatabaseError> {
        Ok(Self::find(self, tenant, id).await?.as_ref().map(Integration::of))
    }

    async fn recurring(&self) -> Result<Vec<Integration>, DatabaseError> {
        Ok(Self::recurring(self).await?.iter().map(Integration::of).collect())
    }

    async fn open(&self, integration: &Integration, http: Arc<dyn Http>) -> Result<Box<dyn OpenBooks>, BooksError> {
        Ok(Box::new(Self::open(self, &integration.tenant, &integration.id, &http).await?))
    }

    async fn planner(&self, integration: &Integration) -> Result<Arc<dyn AccountingClient>, BooksError> {
        Ok(Self::planner(self, &integration.tenant, &integration.id).await?)
    }
}

#[async_trait]
impl OpenBooks for OpenConnection {
    fn client(&self) -> &Arc<dyn AccountingClient> {
        Self::client(self)
    }

    async fn ready(&self) -> Result<(), BooksError> {
        Ok(Self::ready(self).await?)
    }

    async fn note_written(&self) -> Result<(), BooksError> {
        Ok(Self::note_written(self).await?)
    }

    async fn renew(&self) -> Result<(), BooksError> {
        Ok(Self::renew(self).await?)
    }

    async fn refused(&self, reason: &str) -> Result<(), BooksError> {
        Ok(Self::refused(self, reason).await?)
    }
}

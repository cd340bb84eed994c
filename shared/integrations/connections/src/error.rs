//! Why something was not done with an integration.

use edge_accounting::AccountingError;
use edge_capabilities::config::ConfigError;
use edge_capabilities::database::DatabaseError;
use edge_http::FieldError;
use edge_keys::KeyError;

use crate::integration::IntegrationStatus;

/// Why something was not done with an integration.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The tenant has no such integration.
    #[error("there is no such integration")]
    NotFound,
    /// It is not connected: what there is to do follows from its status. A run stops.
    #[error("the integration is {}", .0.as_str())]
    NotConnected(IntegrationStatus),
    /// Documents were written to the books of another company.
    #[error("documents were written to the books of another company, {0}")]
    CompanyChanged(String),
    /// Nobody has to consent.
    #[error("nobody has to consent")]
    ConsentNotNeeded,
    /// The consent is unknown, used or expired.
    #[error("the consent is unknown, used or expired")]
    ConsentInvalid,
    /// Whoever was asked did not consent; what the provider says.
    #[error("{0}")]
    ConsentDenied(String),
    /// Fields of a request are wrong, or credentials are missing.
    #[error("the request is not valid")]
    Fields(Vec<FieldError>),
    /// Secrets cannot be kept, or were sealed with a key that is gone.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The provider did not do what it was asked.
    #[error(transparent)]
    Accounting(#[from] AccountingError),
    /// Another instance renews the tokens, and does not come to an end.
    #[error("the tokens are being renewed")]
    Renewing,
    /// Too many callers change the integration at once.
    #[error("too many callers change the integration at once")]
    Busy,
    /// A variable cannot be read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

//! What each provider can do.

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::connection::Tokens;
use crate::document::{Document, Recorded};
use crate::error::AccountingError;
use crate::provider::Provider;

/// How one signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// A person consents (OAuth 2.0, authorization code); `pkce`: with a code challenge, S256.
    Consent {
        /// Whether the provider takes a code challenge.
        pkce: bool,
    },
    /// The credentials buy a token (OAuth 2.0, client credentials).
    ClientCredentials,
    /// Each request is signed or carries the credentials: there are no tokens.
    Credentials,
}

/// What the provider's page sent the person back with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The authorization code.
    pub code: String,
    /// The code verifier, if the consent URL had its challenge.
    pub verifier: Option<String>,
    /// The redirect URI, the same as in the consent URL.
    pub redirect_uri: String,
    /// All parameters, for what a provider adds, such as `realmId`.
    pub parameters: Vec<(String, String)>,
}

/// A company whose books the tokens reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Company {
    /// Its id at the provider: `realmId`, Xero's `tenantId`, Sage's business, Business Central's company.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What a provider allows one connection, by its documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests a minute.
    pub per_minute: u32,
    /// Requests at once.
    pub at_once: u32,
    /// Requests a day. None: no limit is known.
    pub per_day: Option<u32>,
}

/// A request that would write a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Planned {
    /// The method.
    pub method: String,
    /// The path and query. What only the books know, such as the id of an account, is written `{account 4000}`.
    pub path: String,
    /// The JSON body.
    #[schema(value_type = Object)]
    pub body: Value,
}

/// A provider, for one connection and one run: what it learns on the way (ids of accounts, a CSRF token) it keeps until it
/// is dropped. Each call makes the requests that it must and no request twice.
#[async_trait]
pub trait AccountingClient: Send + Sync {
    /// The provider.
    fn provider(&self) -> Provider;

    /// How one signs in to this connection.
    fn sign_in(&self) -> SignIn;

    /// What it allows.
    fn limits(&self) -> Limits;

    /// The page where a person consents. None where nobody has to. `code_challenge`: S256, for those that take one.
    fn consent_url(&self, redirect_uri: &str, state: &str, code_challenge: Option<&str>) -> Option<String>;

    /// Buys tokens for the code. The callback's parameters may name the company.
    async fn redeem(&self, callback: &Callback, now: Timestamp) -> Result<(Tokens, Option<String>), AccountingError>;

    /// Buys new tokens with the refresh token, or with the credentials. The provider may have spent the refresh token even
    /// if the answer is lost. `NeedsReauth`: a person must consent again.
    async fn renew(&self, now: Timestamp) -> Result<Tokens, AccountingError>;

    /// Uses `tokens` from now on.
    fn set_tokens(&self, tokens: Tokens);

    /// Makes the tokens worthless. Nothing to do where the provider has no such request.
    async fn revoke(&self) -> Result<(), AccountingError>;

    /// The companies that the tokens reach; at least one, or the connection is of no use.
    async fn companies(&self) -> Result<Vec<Company>, AccountingError>;

    /// The document with the number of `document`, if it is there: the first of them in order of creation.
    async fn find(&self, document: &Document) -> Result<Option<Recorded>, AccountingError>;

    /// Writes `document`. `key` is the same for each attempt at the same document, at most 36 characters of `a-z0-9-`, for
    /// providers that have idempotency keys.
    async fn create(&self, document: &Document, key: &str) -> Result<Recorded, AccountingError>;

    /// Does what is still to be done for `recorded` to count in the books, if it was left a draft.
    async fn complete(&self, _document: &Document, recorded: &Recorded) -> Result<Recorded, AccountingError> {
        Ok(recorded.clone())
    }

    /// The requests by which [`AccountingClient::create`] and [`AccountingClient::complete`] write `document`. Asks nobody.
    fn plan(&self, document: &Document) -> Result<Vec<Planned>, AccountingError>;
}

/// Renews nothing where there are no tokens: asks the provider whether the credentials that requests carry are good.
pub(crate) async fn check_credentials(client: &dyn AccountingClient) -> Result<Tokens, AccountingError> {
    match client.companies().await {
        Ok(_) => Ok(Tokens {
            access: String::new(),
            expires_at: Timestamp::from_millis(i64::MAX),
            refresh: None,
            refresh_expires_at: None,
        }),
        Err(AccountingError::Unauthorized(says)) => Err(AccountingError::NeedsReauth(says)),
        Err(error) => Err(error),
    }
}

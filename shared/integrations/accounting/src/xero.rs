//! Xero: the accounting API 2.0.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use edge_capabilities::Timestamp;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{Request, StatusCode};
use serde_json::Value;

use crate::client::{AccountingClient, Callback, Company, Limits, Planned, SignIn};
use crate::connection::{Connection, Tokens};
use crate::document::{Document, Recorded};
use crate::error::AccountingError;
use crate::json;
use crate::oauth::{ClientAuth, TokenEndpoint, consent_url};
use crate::provider::Provider;
use crate::transport::{Transport, error_of_status};

/// What is asked for: the granular scopes, which are the only ones for apps made since March 2026. The option `scopes` of an
/// older app names others.
const SCOPES: &str = "offline_access accounting.contacts accounting.invoices accounting.payments \
                      accounting.manualjournals accounting.settings.read";

/// A connection to Xero.
pub(crate) struct Xero {
    connection: Connection,
    transport: Transport,
    tokens: Mutex<Option<Arc<Tokens>>>,
}

impl Xero {
    pub fn new(connection: Connection, transport: Transport) -> Self {
        let tokens = Mutex::new(connection.tokens.clone().map(Arc::new));
        Self { connection, transport, tokens }
    }

    fn tokens(&self) -> Option<Arc<Tokens>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn endpoint(&self) -> TokenEndpoint<'_> {
        TokenEndpoint {
            connection: &self.connection,
            transport: &self.transport,
            url: format!("{}/connect/token", self.connection.endpoints.auth),
            auth: ClientAuth::Basic,
        }
    }
}

#[async_trait]
impl AccountingClient for Xero {
    fn provider(&self) -> Provider {
        Provider::Xero
    }

    fn sign_in(&self) -> SignIn {
        SignIn::Consent { pkce: true }
    }

    fn limits(&self) -> Limits {
        // 5,000 a day, but for the plan Starter.
        Limits { per_minute: 60, at_once: 5, per_day: Some(5_000) }
    }

    fn consent_url(&self, redirect_uri: &str, state: &str, code_challenge: Option<&str>) -> Option<String> {
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.connection.credential("client_id")),
            ("redirect_uri", redirect_uri),
            ("scope", self.connection.option("scopes").unwrap_or(SCOPES)),
            ("state", state),
        ];
        if let Some(challenge) = code_challenge {
            fields.extend([("code_challenge", challenge), ("code_challenge_method", "S256")]);
        }
        Some(consent_url(&self.connection.endpoints.consent, &fields))
    }

    async fn redeem(&self, callback: &Callback, now: Timestamp) -> Result<(Tokens, Option<String>), AccountingError> {
        Ok((self.endpoint().redeem(callback, now).await?, None))
    }

    async fn renew(&self, now: Timestamp) -> Result<Tokens, AccountingError> {
        let tokens = self.tokens();
        self.endpoint().renew(tokens.as_ref().and_then(|tokens| tokens.refresh.as_deref()), now).await
    }

    fn set_tokens(&self, tokens: Tokens) {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(tokens));
    }

    async fn revoke(&self) -> Result<(), AccountingError> {
        let tokens = self.tokens();
        let url = format!("{}/connect/revocation", self.connection.endpoints.auth);
        self.endpoint().revoke(&url, tokens.as_ref().and_then(|tokens| tokens.refresh.as_deref())).await
    }

    async fn companies(&self) -> Result<Vec<Company>, AccountingError> {
        let tokens = self.tokens();
        let access = tokens.as_ref().map_or("", |tokens| &tokens.access);
        let request = Request::get(format!("{}/connections", self.connection.endpoints.api))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {access}"))
            .body(Bytes::new())
            .map_err(|_| AccountingError::Misconfigured("Xero's address cannot be asked".to_owned()))?;
        let response = self.transport.send(request).await?;
        if let Some(error) = error_of_status(Provider::Xero, response.status(), response.headers()) {
            return Err(error);
        }
        let body: Option<Value> = serde_json::from_slice(response.body()).ok();
        let Some(body) = body.filter(|_| response.status() == StatusCode::OK) else {
            return Err(AccountingError::Unknown("Xero's connections cannot be read".to_owned()));
        };
        let organisations = json::list(&body, "").iter().filter(|one| json::text(one, "/tenantType") == "ORGANISATION");
        let company = |one: &Value| Company { id: json::text(one, "/tenantId"), name: json::text(one, "/tenantName") };
        Ok(organisations.map(company).collect())
    }

    async fn find(&self, _document: &Document) -> Result<Option<Recorded>, AccountingError> {
        Err(AccountingError::Misconfigured("documents cannot be sent to Xero yet".to_owned()))
    }

    async fn create(&self, _document: &Document, _key: &str) -> Result<Recorded, AccountingError> {
        Err(AccountingError::Misconfigured("documents cannot be sent to Xero yet".to_owned()))
    }

    fn plan(&self, _document: &Document) -> Result<Vec<Planned>, AccountingError> {
        Err(AccountingError::Misconfigured("documents cannot be sent to Xero yet".to_owned()))
    }
}

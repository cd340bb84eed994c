//! Xero: the accounting API 2.0.

mod answers;
mod documents;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use edge_capabilities::{Random, Timestamp};
use http::header::CONTENT_TYPE;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{Method, Request};
use serde_json::Value;

use crate::client::{AccountingClient, Callback, Company, Limits, Planned, SignIn};
use crate::connection::{Connection, Tokens};
use crate::document::{Document, Journal, Recorded};
use crate::error::AccountingError;
use crate::json;
use crate::oauth::{ClientAuth, TokenEndpoint, consent_url};
use crate::provider::Provider;
use crate::run_key::RunKey;
use crate::transport::Transport;
use crate::xero::documents::Write;

/// What is asked for: the granular scopes, which are the only ones for apps made since March 2026. The option `scopes` of an
/// older app names others.
const SCOPES: &str = "offline_access accounting.contacts accounting.invoices accounting.payments \
                      accounting.manualjournals accounting.settings.read";

/// Where the API is.
const API: &str = "/api.xro/2.0/";

/// A connection to Xero.
pub(crate) struct Xero {
    connection: Connection,
    transport: Transport,
    run_key: RunKey,
    tokens: Mutex<Option<Arc<Tokens>>>,
    /// The organisation's own currency, once it is known.
    base_currency: Mutex<Option<String>>,
}

impl Xero {
    pub fn new(connection: Connection, transport: Transport, random: &dyn Random) -> Self {
        let tokens = Mutex::new(connection.tokens.clone().map(Arc::new));
        Self { connection, transport, run_key: RunKey::new(random), tokens, base_currency: Mutex::default() }
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

    /// Asks `path` of the API; `write`: the body and the idempotency key of a request that writes.
    async fn ask(&self, path: &str, write: Option<(&Value, &str)>) -> Result<Value, AccountingError> {
        let tokens = self.tokens();
        let access = tokens.as_ref().map_or("", |tokens| &tokens.access);
        let method = if write.is_some() { Method::PUT } else { Method::GET };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.connection.endpoints.api))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {access}"));
        if path.starts_with(API) {
            let chosen = self.connection.company_id.as_deref();
            let nobody = || AccountingError::Misconfigured("no organisation of Xero was chosen".to_owned());
            request = request.header("Xero-Tenant-Id", chosen.ok_or_else(nobody)?);
        }
        if let Some((_, key)) = write {
            request = request.header(CONTENT_TYPE, "application/json").header("Idempotency-Key", key);
        }
        let body = write.map(|(body, _)| body.to_string()).unwrap_or_default();
        let request = request.body(Bytes::from(body));
        let request =
            request.map_err(|_| AccountingError::Misconfigured("Xero's address cannot be asked".to_owned()))?;
        answers::body(&self.transport.send(request).await?)
    }

    /// Writes a document; gives it as it was written.
    async fn write(&self, write: &Write, key: &str) -> Result<Value, AccountingError> {
        let body = write.body();
        let path = format!("{API}{}{}", write.list, write.query);
        let answer = self.ask(&path, Some((&body, &self.run_key.of(key)))).await?;
        let written = json::list(&answer, &format!("/{}", write.list)).first();
        let written = written.filter(|written| !json::text(written, &format!("/{}", write.id)).is_empty());
        written.cloned().ok_or_else(|| AccountingError::Unknown("Xero's answer has no id".to_owned()))
    }

    /// Manual journals are in the organisation's own currency: one in another would be posted as though it were in this.
    async fn check_currency(&self, journal: &Journal) -> Result<(), AccountingError> {
        let known = self.base_currency.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let base = match known {
            Some(base) => base,
            None => {
                let answer = self.ask(&format!("{API}Organisation"), None).await?;
                let base = json::text(&answer, "/Organisations/0/BaseCurrency");
                *self.base_currency.lock().unwrap_or_else(PoisonError::into_inner) = Some(base.clone());
                base
            }
        };
        if base == journal.currency.as_str() {
            return Ok(());
        }
        let own = journal.currency.as_str();
        Err(AccountingError::refused(
            "currency",
            format!("Xero posts journals in {base} only, and this one is in {own}"),
        ))
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
        let body = self.ask("/connections", None).await?;
        let organisations = json::list(&body, "").iter().filter(|one| json::text(one, "/tenantType") == "ORGANISATION");
        let company = |one: &Value| Company { id: json::text(one, "/tenantId"), name: json::text(one, "/tenantName") };
        Ok(organisations.map(company).collect())
    }

    async fn find(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        let (list, id, path) = documents::search(document);
        let answer = self.ask(&format!("{API}{path}"), None).await?;
        let found = json::list(&answer, &format!("/{list}")).iter().find(|found| documents::is_that(document, found));
        Ok(found.map(|found| recorded(document, found, id)))
    }

    async fn create(&self, document: &Document, key: &str) -> Result<Recorded, AccountingError> {
        if let Document::Journal(journal) = document {
            self.check_currency(journal).await?;
        }
        let write = documents::write(document)?;
        let written = match (self.write(&write, key).await, document) {
            (Err(AccountingError::Refused { code, .. }), Document::Customer(customer))
                if code == answers::NAME_TAKEN =>
            {
                let renamed = documents::write(&Document::Customer(documents::renamed(customer)))?;
                self.write(&renamed, &format!("{key}-numbered")).await?
            }
            (written, _) => written?,
        };
        Ok(recorded(document, &written, write.id))
    }

    async fn complete(&self, document: &Document, recorded: &Recorded) -> Result<Recorded, AccountingError> {
        if let Document::Refund(refund) = document
            && recorded.draft
        {
            let key = format!("payout-{}", recorded.id);
            self.write(&documents::payout(refund, &recorded.id)?, &key).await?;
        }
        Ok(Recorded { draft: false, ..recorded.clone() })
    }

    fn plan(&self, document: &Document) -> Result<Vec<Planned>, AccountingError> {
        let mut writes = vec![documents::write(document)?];
        if let Document::Refund(refund) = document {
            writes.push(documents::payout(refund, &format!("{{credit note {}}}", refund.number))?);
        }
        let planned = |write: &Write| Planned {
            method: "PUT".to_owned(),
            path: format!("{API}{}{}", write.list, write.query),
            body: write.body(),
        };
        Ok(writes.iter().map(planned).collect())
    }
}

/// A document as it was written or found. A refund is a draft until its credit note is paid out.
fn recorded(document: &Document, found: &Value, id: &str) -> Recorded {
    Recorded { draft: documents::is_open(document, found), ..Recorded::new(json::text(found, &format!("/{id}"))) }
}

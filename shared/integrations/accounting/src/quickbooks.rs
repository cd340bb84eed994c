//! QuickBooks Online: the accounting API v3.

mod answers;
mod documents;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use edge_capabilities::{Random, Timestamp};
use edge_upstreams::segment;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::client::{AccountingClient, Callback, Company, Limits, Planned, SignIn};
use crate::connection::{Connection, Tokens};
use crate::document::{Document, Recorded};
use crate::error::AccountingError;
use crate::json::{list, text};
use crate::oauth::{ClientAuth, TokenEndpoint, consent_url};
use crate::provider::Provider;
use crate::quickbooks::documents::{Ids, Unknown, item_name};
use crate::run_key::RunKey;
use crate::transport::Transport;

const SCOPE: &str = "com.intuit.quickbooks.accounting";

/// The version of the API's fields.
const MINOR_VERSION: &str = "75";

/// Where Intuit issues tokens, and where it revokes them: another host.
const INTUIT_TOKENS: &str = "https://oauth.platform.intuit.com";
const INTUIT_REVOCATION: &str = "https://developer.api.intuit.com";

/// How many accounts are read at once.
const PAGE: usize = 1_000;

/// A connection to QuickBooks.
pub(crate) struct QuickBooks {
    connection: Connection,
    transport: Transport,
    run_key: RunKey,
    state: Mutex<State>,
}

/// What is learned on the way.
#[derive(Default)]
struct State {
    tokens: Option<Arc<Tokens>>,
    /// The company, as the consent page named it.
    realm: Option<String>,
    /// The ids of active accounts by their numbers, once they were read.
    accounts: Option<BTreeMap<String, String>>,
    /// The ids of items by the numbers of the accounts that they sell to.
    items: BTreeMap<String, String>,
}

impl Ids for State {
    fn account(&self, number: &str) -> String {
        self.accounts.as_ref().and_then(|accounts| accounts.get(number)).cloned().unwrap_or_default()
    }

    fn item(&self, number: &str) -> String {
        self.items.get(number).cloned().unwrap_or_default()
    }
}

impl QuickBooks {
    pub fn new(connection: Connection, transport: Transport, random: &dyn Random) -> Self {
        let tokens = connection.tokens.clone().map(Arc::new);
        let state = State { tokens, realm: connection.company_id.clone(), ..State::default() };
        Self { connection, transport, run_key: RunKey::new(random), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoint(&self) -> TokenEndpoint<'_> {
        TokenEndpoint {
            connection: &self.connection,
            transport: &self.transport,
            url: format!("{}/oauth2/v1/tokens/bearer", self.connection.endpoints.auth),
            auth: ClientAuth::Basic,
        }
    }

    /// Asks about the company: `query` as parameters, `body` to be written.
    async fn ask(&self, resource: &str, query: &str, body: Option<&Value>) -> Result<Value, AccountingError> {
        let (tokens, realm) = {
            let state = self.state();
            (state.tokens.clone(), state.realm.clone())
        };
        let nobody = || AccountingError::Misconfigured("no company of QuickBooks was chosen".to_owned());
        let (realm, api) = (realm.ok_or_else(nobody)?, &self.connection.endpoints.api);
        let access = tokens.as_ref().map_or("", |tokens| &tokens.access);
        let url = format!("{api}/v3/company/{}/{resource}?minorversion={MINOR_VERSION}{query}", segment(&realm));
        let mut request = Request::builder()
            .method(if body.is_some() { Method::POST } else { Method::GET })
            .uri(url)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {access}"));
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default()));
        let request =
            request.map_err(|_| AccountingError::Misconfigured("QuickBooks' address cannot be asked".to_owned()))?;
        answers::body(&self.transport.send(request).await?)
    }

    /// Runs a query; gives what it finds of `entity`.
    async fn query(&self, query: &str, entity: &str) -> Result<Vec<Value>, AccountingError> {
        let answer = self.ask("query", &format!("&query={}", segment(query)), None).await?;
        if answer.get("QueryResponse").is_none() {
            return Err(AccountingError::Unknown("QuickBooks' answer cannot be read".to_owned()));
        }
        Ok(list(&answer, &format!("/QueryResponse/{entity}")).to_vec())
    }

    /// Creates something; gives its id and version.
    async fn post(
        &self,
        (resource, entity): (&str, &str),
        query: &str,
        body: &Value,
    ) -> Result<Recorded, AccountingError> {
        let answer = self.ask(resource, query, Some(body)).await?;
        let written = answer.get(entity).map(recorded).filter(|recorded| !recorded.id.is_empty());
        written.ok_or_else(|| AccountingError::Unknown("QuickBooks' answer has no id".to_owned()))
    }

    /// Reads the ids of accounts, once.
    async fn read_accounts(&self) -> Result<(), AccountingError> {
        if self.state().accounts.is_some() {
            return Ok(());
        }
        let (mut accounts, mut start) = (BTreeMap::new(), 1_usize);
        loop {
            let query = format!("select * from Account STARTPOSITION {start} MAXRESULTS {PAGE}");
            let page = self.query(&query, "Account").await?;
            for account in &page {
                accounts.insert(text(account, "/AcctNum"), text(account, "/Id"));
            }
            if page.len() < PAGE {
                break;
            }
            start = start.saturating_add(PAGE);
        }
        self.state().accounts = Some(accounts);
        Ok(())
    }

    /// The id of an account.
    fn account(&self, number: &str) -> Result<String, AccountingError> {
        match self.state().account(number) {
            id if id.is_empty() => {
                Err(AccountingError::Missing(format!("QuickBooks has no active account with the number {number}")))
            }
            id => Ok(id),
        }
    }

    /// Finds the item that sells to an account, or makes it.
    async fn learn_item(&self, number: &str) -> Result<(), AccountingError> {
        if self.state().items.contains_key(number) {
            return Ok(());
        }
        let account = self.account(number)?;
        let id = match self.find_item(number, &account).await? {
            Some(id) => id,
            None => {
                let body =
                    json!({"Name": item_name(number), "Type": "Service", "IncomeAccountRef": {"value": account}});
                match self.post(("item", "Item"), "", &body).await {
                    Ok(item) => item.id,
                    // Another node made it meanwhile; or an inactive one has the name.
                    Err(AccountingError::Duplicate(says)) => {
                        self.find_item(number, &account).await?.ok_or(AccountingError::Missing(says))?
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        self.state().items.insert(number.to_owned(), id);
        Ok(())
    }

    async fn find_item(&self, number: &str, account: &str) -> Result<Option<String>, AccountingError> {
        let name = item_name(number);
        let query = format!("select * from Item where Name = {}", documents::quoted(&name));
        let Some(item) = self.query(&query, "Item").await?.into_iter().next() else { return Ok(None) };
        if text(&item, "/IncomeAccountRef/value") != account {
            return Err(AccountingError::Missing(format!(
                "the item {name} of QuickBooks sells to another account than {number}"
            )));
        }
        Ok(Some(text(&item, "/Id")))
    }

    /// Learns the ids that `document` needs.
    async fn learn(&self, document: &Document) -> Result<(), AccountingError> {
        let needs = documents::needs(document);
        if needs.accounts.is_empty() && needs.items.is_empty() {
            return Ok(());
        }
        self.read_accounts().await?;
        for number in &needs.accounts {
            self.account(number)?;
        }
        for number in &needs.items {
            self.learn_item(number).await?;
        }
        Ok(())
    }

    fn tax_code(&self) -> Option<&str> {
        self.connection.option("tax_code")
    }
}

fn recorded(found: &Value) -> Recorded {
    let version = Some(text(found, "/SyncToken")).filter(|version| !version.is_empty());
    Recorded { version, ..Recorded::new(text(found, "/Id")) }
}

#[async_trait]
impl AccountingClient for QuickBooks {
    fn provider(&self) -> Provider {
        Provider::QuickBooks
    }

    fn sign_in(&self) -> SignIn {
        SignIn::Consent { pkce: false }
    }

    fn limits(&self) -> Limits {
        Limits { per_minute: 500, at_once: 10, per_day: None }
    }

    fn consent_url(&self, redirect_uri: &str, state: &str, _code_challenge: Option<&str>) -> Option<String> {
        let fields = [
            ("client_id", self.connection.credential("client_id")),
            ("response_type", "code"),
            ("scope", SCOPE),
            ("redirect_uri", redirect_uri),
            ("state", state),
        ];
        Some(consent_url(&self.connection.endpoints.consent, &fields))
    }

    async fn redeem(&self, callback: &Callback, now: Timestamp) -> Result<(Tokens, Option<String>), AccountingError> {
        let realm = callback.parameters.iter().find(|(name, _)| name == "realmId").map(|(_, realm)| realm.clone());
        let tokens = self.endpoint().redeem(callback, now).await?;
        self.state().realm.clone_from(&realm);
        Ok((tokens, realm))
    }

    async fn renew(&self, now: Timestamp) -> Result<Tokens, AccountingError> {
        let tokens = self.state().tokens.clone();
        self.endpoint().renew(tokens.as_ref().and_then(|tokens| tokens.refresh.as_deref()), now).await
    }

    fn set_tokens(&self, tokens: Tokens) {
        self.state().tokens = Some(Arc::new(tokens));
    }

    async fn revoke(&self) -> Result<(), AccountingError> {
        let tokens = self.state().tokens.clone();
        let auth = self.connection.endpoints.auth.as_str();
        let host = if auth == INTUIT_TOKENS { INTUIT_REVOCATION } else { auth };
        let refresh = tokens.as_ref().and_then(|tokens| tokens.refresh.as_deref());
        self.endpoint().revoke(&format!("{host}/v2/oauth2/tokens/revoke"), refresh).await
    }

    async fn companies(&self) -> Result<Vec<Company>, AccountingError> {
        // Tokens reach the one company that was chosen on the consent page.
        let realm = self.state().realm.clone().unwrap_or_default();
        let answer = self.ask(&format!("companyinfo/{}", segment(&realm)), "", None).await?;
        Ok(vec![Company { id: realm, name: text(&answer, "/CompanyInfo/CompanyName") }])
    }

    async fn find(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        let (_, entity) = documents::entity(document);
        let found = self.query(&documents::query(document), entity).await?;
        // Ids are given in order of creation.
        let of_that = found.iter().filter(|found| documents::is_that(document, found));
        Ok(of_that.min_by_key(|found| text(found, "/Id").parse::<u64>().unwrap_or(u64::MAX)).map(recorded))
    }

    async fn create(&self, document: &Document, key: &str) -> Result<Recorded, AccountingError> {
        self.learn(document).await?;
        let body = documents::body(document, &*self.state(), self.tax_code())?;
        // At most 50 characters.
        let request = format!("&requestid={}", segment(&self.run_key.of(key)));
        self.post(documents::entity(document), &request, &body).await
    }

    fn plan(&self, document: &Document) -> Result<Vec<Planned>, AccountingError> {
        let (resource, _) = documents::entity(document);
        let realm = self.state().realm.clone().unwrap_or_else(|| "{company}".to_owned());
        let body = documents::body(document, &Unknown, self.tax_code())?;
        let path = format!("/v3/company/{realm}/{resource}?minorversion={MINOR_VERSION}");
        Ok(vec![Planned { method: "POST".to_owned(), path, body }])
    }
}

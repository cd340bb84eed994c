//! NetSuite, by SuiteTalk REST web services.
//!
//! Requests are signed (token-based authentication, [`crate::oauth1`]), or carry an access token that a signed assertion
//! bought (OAuth 2.0, client credentials). A document is written by `PUT …/eid:…`, which creates or updates the one record
//! with that external id, so that no document is there twice however often it is sent.

mod assertion;
mod record;
mod refusal;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use edge_capabilities::random::hex;
use edge_capabilities::{Clock, Random, Timestamp};
use edge_upstreams::{form, segment};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;

use crate::client::{AccountingClient, Callback, Company, Limits, Planned, SignIn, check_credentials};
use crate::connection::{Connection, Tokens};
use crate::document::{Document, Recorded};
use crate::error::AccountingError;
use crate::json;
use crate::oauth1::Signer;
use crate::provider::Provider;
use crate::transport::Transport;
use record::{Record, Reference};
use refusal::error_of;

/// Where records are.
const RECORDS: &str = "/services/rest/record/v1";

/// Where access tokens are had.
const TOKEN: &str = "/services/rest/auth/oauth2/v1/token";

/// What stands for the account in an address: `https://{account}.suitetalk.api.netsuite.com`.
const ACCOUNT: &str = "{account}";

/// NetSuite, for one connection and one run.
pub(crate) struct NetSuite {
    connection: Connection,
    transport: Transport,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    tokens: Mutex<Option<Tokens>>,
    /// Internal ids of what documents refer to.
    ids: Mutex<BTreeMap<Reference, String>>,
}

impl NetSuite {
    pub(crate) fn new(
        connection: Connection,
        transport: Transport,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let tokens = Mutex::new(connection.tokens.clone());
        Self { connection, transport, clock, random, tokens, ids: Mutex::default() }
    }

    /// The account id, as NetSuite shows it: `1234567`, `1234567_SB1`.
    fn account(&self) -> Result<String, AccountingError> {
        let account = self.connection.credential("account_id").trim().to_ascii_uppercase().replace('-', "_");
        let is_valid = (1..=30).contains(&account.len())
            && account.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && account.bytes().next().is_some_and(|byte| byte != b'_');
        if is_valid {
            Ok(account)
        } else {
            Err(AccountingError::Misconfigured(
                "account_id must be the id of the NetSuite account, such as 1234567 or 1234567_SB1".to_owned(),
            ))
        }
    }

    /// `address` for this account. In hosts it is written in lower case, with a hyphen: `1234567-sb1`.
    fn address(&self, address: &str) -> Result<String, AccountingError> {
        let account = self.account()?.to_ascii_lowercase().replace('_', "-");
        Ok(address.trim_end_matches('/').replace(ACCOUNT, &account))
    }

    /// Whether an assertion buys tokens. Otherwise each request is signed.
    fn has_certificate(&self) -> bool {
        !self.connection.credential("certificate_id").is_empty()
    }

    fn authorization(&self, method: &Method, url: &str) -> Result<String, AccountingError> {
        if self.has_certificate() {
            let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            let tokens = tokens.as_ref();
            let access = tokens.map(|tokens| format!("Bearer {}", tokens.access));
            return access.ok_or_else(|| AccountingError::Unauthorized("there is no access token yet".to_owned()));
        }
        let credential = |name: &str| match self.connection.credential(name) {
            "" => Err(AccountingError::Misconfigured(format!("NetSuite needs {name}"))),
            value => Ok(value),
        };
        let realm = self.account()?;
        let signer = Signer {
            realm: &realm,
            consumer_key: credential("consumer_key")?,
            consumer_secret: credential("consumer_secret")?,
            token: credential("token_id")?,
            token_secret: credential("token_secret")?,
        };
        let seconds = self.clock.now().as_millis().div_euclid(1_000);
        Ok(signer.authorization(method.as_str(), url, seconds, &hex::<16>(self.random.as_ref())))
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response<Bytes>, AccountingError> {
        let url = format!("{}{path}", self.address(&self.connection.endpoints.api)?);
        let mut request = Request::builder()
            .method(method.clone())
            .uri(&url)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, self.authorization(&method, &url)?);
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let request = request.body(body);
        let request = request.map_err(|_| AccountingError::Misconfigured(format!("{url} cannot be asked")))?;
        self.transport.send(request).await
    }

    /// A request that is to be answered with JSON. None: there is no such record.
    async fn get(&self, path: &str) -> Result<Option<Value>, AccountingError> {
        let response = self.send(Method::GET, path, None).await?;
        match response.status() {
            StatusCode::OK => match serde_json::from_slice(response.body()) {
                Ok(body) => Ok(Some(body)),
                Err(_) => Err(AccountingError::Unavailable("NetSuite's answer cannot be read".to_owned())),
            },
            StatusCode::NOT_FOUND if refusal::is_absence(&response) => Ok(None),
            _ => Err(error_of(&response)),
        }
    }

    /// The internal id of what a document refers to by its own name.
    async fn look_up(&self, reference: &Reference) -> Result<String, AccountingError> {
        let known = self.ids.lock().unwrap_or_else(PoisonError::into_inner).get(reference).cloned();
        if let Some(id) = known {
            return Ok(id);
        }
        let (record, query) = reference.query(&self.connection)?;
        let query = form(&[("q".to_owned(), query), ("limit".to_owned(), "2".to_owned())]);
        let found = self.get(&format!("{RECORDS}/{}?{query}", segment(&record))).await?.unwrap_or_default();
        let id = match json::list(&found, "/items") {
            [only] => json::text(only, "/id"),
            [] => return Err(reference.missing(&record)),
            _ => return Err(AccountingError::Misconfigured(format!("NetSuite has more than one {reference}"))),
        };
        if id.is_empty() {
            return Err(AccountingError::Unavailable("NetSuite's answer cannot be read".to_owned()));
        }
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(reference.clone(), id.clone());
        Ok(id)
    }

    /// The record with the external id of `document`.
    async fn find_record(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        let record = Record::of(document);
        let path = format!("{RECORDS}/{}/{}?fields={}", record.name, record.external_id, record.number_field);
        let Some(found) = self.get(&path).await? else { return Ok(None) };
        let id = json::text(&found, "/id");
        if id.is_empty() {
            return Err(AccountingError::Unavailable("NetSuite's answer cannot be read".to_owned()));
        }
        let number = Some(json::text(&found, &format!("/{}", record.number_field)));
        Ok(Some(Recorded { number: number.filter(|number| !number.is_empty()), ..Recorded::new(id) }))
    }
}

/// The id at the end of a `Location`, which is a number.
fn id_in(location: &str) -> Option<String> {
    let id = location.trim_end_matches('/').rsplit('/').next()?;
    let id = id.split('?').next()?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
}

#[async_trait]
impl AccountingClient for NetSuite {
    fn provider(&self) -> Provider {
        Provider::NetSuite
    }

    fn sign_in(&self) -> SignIn {
        if self.has_certificate() { SignIn::ClientCredentials } else { SignIn::Credentials }
    }

    fn limits(&self) -> Limits {
        // What is limited is how much is under way at once: 5 in the smallest accounts, for all of their integrations.
        Limits { per_minute: 600, at_once: 3, per_day: None }
    }

    fn consent_url(&self, _redirect_uri: &str, _state: &str, _code_challenge: Option<&str>) -> Option<String> {
        None
    }

    async fn redeem(&self, _callback: &Callback, _now: Timestamp) -> Result<(Tokens, Option<String>), AccountingError> {
        Err(AccountingError::Misconfigured("nobody has to consent at NetSuite".to_owned()))
    }

    async fn renew(&self, now: Timestamp) -> Result<Tokens, AccountingError> {
        if !self.has_certificate() {
            // There are no tokens to renew. A 401 may also mean too much at once, so ask whether the credentials are good.
            return check_credentials(self).await;
        }
        let auth = match self.connection.endpoints.auth.as_str() {
            "" => &self.connection.endpoints.api,
            auth => auth,
        };
        let url = format!("{}{TOKEN}", self.address(auth)?);
        let assertion = assertion::sign(&self.connection, &url, now)?;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = Request::post(&url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form(&fields)))
            .map_err(|_| AccountingError::Misconfigured(format!("{url} cannot be asked")))?;
        let response = self.transport.send(request).await?;
        let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        if !response.status().is_success() {
            return Err(refusal::of_tokens(&response, &body));
        }
        let access = json::text(&body, "/access_token");
        if access.is_empty() {
            return Err(AccountingError::Unknown("NetSuite gave no token that can be read".to_owned()));
        }
        let seconds = body.get("expires_in").and_then(json::seconds).unwrap_or(3_600);
        let expires_at = now.plus(Duration::from_secs(seconds));
        Ok(Tokens { access, expires_at, refresh: None, refresh_expires_at: None })
    }

    fn set_tokens(&self, tokens: Tokens) {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens);
    }

    async fn revoke(&self) -> Result<(), AccountingError> {
        // An administrator takes back access tokens and certificates in NetSuite; there is no request for it.
        Ok(())
    }

    async fn companies(&self) -> Result<Vec<Company>, AccountingError> {
        let account = self.account()?;
        self.get(&format!("{RECORDS}/customer?limit=1")).await?;
        let name = format!("NetSuite account {account}");
        Ok(vec![Company { id: account, name }])
    }

    async fn find(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        self.find_record(document).await
    }

    async fn create(&self, document: &Document, _key: &str) -> Result<Recorded, AccountingError> {
        let record = Record::of(document);
        let mut ids = BTreeMap::new();
        for reference in record::references(document, &self.connection) {
            let id = self.look_up(&reference).await?;
            ids.insert(reference, id);
        }
        let id_of = |reference: &Reference| ids.get(reference).cloned().unwrap_or_default();
        let body = record::body(document, &self.connection, &id_of)?;
        let response = self.send(Method::PUT, &record.path(), Some(&body)).await?;
        if !response.status().is_success() {
            return Err(error_of(&response));
        }
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        if let Some(id) = location.and_then(id_in) {
            return Ok(Recorded::new(id));
        }
        // It may name the record by its external id: then the id is asked for.
        let unknown = || AccountingError::Unknown("NetSuite did not say what it wrote".to_owned());
        match self.find_record(document).await {
            Ok(found) => found.ok_or_else(unknown),
            Err(_) => Err(unknown()),
        }
    }

    fn plan(&self, document: &Document) -> Result<Vec<Planned>, AccountingError> {
        let body = record::body(document, &self.connection, &|reference| format!("{{{reference}}}"))?;
        Ok(vec![Planned { method: "PUT".to_owned(), path: Record::of(document).path(), body }])
    }
}

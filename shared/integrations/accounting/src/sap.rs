//! SAP S/4HANA.
//!
//! Customers are business partners, written by OData (`API_BUSINESS_PARTNER`) with a CSRF token. Everything else is a journal
//! entry, posted by the SOAP service of the communication scenario SAP_COM_0002: an invoice and a payment with an item of the
//! customer. SAP has no idempotency keys and takes the same reference twice, so what is there is looked for first.

mod entry;
mod partner;
mod refusal;
mod xml;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use edge_capabilities::{Clock, Timestamp};
use edge_upstreams::form;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;

use crate::client::{AccountingClient, Callback, Company, Limits, Planned, SignIn, check_credentials};
use crate::connection::{Connection, Environment, Tokens};
use crate::document::{Document, Recorded};
use crate::error::AccountingError;
use crate::json;
use crate::oauth::{ClientAuth, TokenEndpoint};
use crate::provider::Provider;
use crate::transport::Transport;
use entry::Entry;
use refusal::error_of;

const PARTNERS: &str = "/sap/opu/odata/sap/API_BUSINESS_PARTNER";
const ITEMS: &str = "/sap/opu/odata/sap/API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube";
const COMPANIES: &str = "/sap/opu/odata/sap/API_COMPANYCODE_SRV/A_CompanyCode";

/// Where journal entries are posted, in S/4HANA Cloud. On premise it is what SOAMANAGER shows: the option `journal_path`.
const JOURNAL: &str = "/sap/bc/srt/scs_ext/sap/journalentrycreaterequestconfi";

/// Where tokens are had where the option `token_path` does not say otherwise.
const TOKEN: &str = "/sap/bc/sec/oauth2/token";

/// What writing by OData needs: a token against forged requests, and the cookies that it came with.
#[derive(Clone, Default)]
struct Session {
    token: String,
    cookies: String,
}

/// How requests show who sends them.
enum Identity {
    /// User and password of a communication user.
    Basic,
    /// An access token that client credentials bought.
    Bearer,
    /// The key of SAP's sandbox, which only reads.
    SandboxKey,
}

/// SAP S/4HANA, for one connection and one run.
pub(crate) struct Sap {
    connection: Connection,
    transport: Transport,
    clock: Arc<dyn Clock>,
    tokens: Mutex<Option<Tokens>>,
    session: Mutex<Option<Session>>,
}

/// The text of an OData filter: `Field eq 'value'`. An apostrophe is doubled.
fn equals(field: &str, value: &str) -> String {
    format!("{field} eq '{}'", value.replace('\'', "''"))
}

fn unreadable() -> AccountingError {
    AccountingError::Unavailable("SAP's answer cannot be read".to_owned())
}

impl Sap {
    pub(crate) fn new(connection: Connection, transport: Transport, clock: Arc<dyn Clock>) -> Self {
        let tokens = Mutex::new(connection.tokens.clone());
        Self { connection, transport, clock, tokens, session: Mutex::default() }
    }

    fn identity(&self) -> Result<Identity, AccountingError> {
        let has = |name: &str| !self.connection.credential(name).is_empty();
        if has("client_id") {
            Ok(Identity::Bearer)
        } else if has("username") && has("password") {
            Ok(Identity::Basic)
        } else if !has("api_key") {
            Err(AccountingError::Misconfigured(
                "SAP needs username and password, or client_id and client_secret".to_owned(),
            ))
        } else if self.connection.environment == Environment::Sandbox {
            Ok(Identity::SandboxKey)
        } else {
            Err(AccountingError::Misconfigured(
                "an API key works with SAP's sandbox only: a tenant needs username and password of a communication user, \
                 or client_id and client_secret"
                    .to_owned(),
            ))
        }
    }

    fn company_code(&self) -> Result<&str, AccountingError> {
        let chosen = self.connection.company_id.as_deref().filter(|company| !company.is_empty());
        let chosen = chosen.or_else(|| self.connection.option("company_code"));
        chosen.ok_or_else(|| AccountingError::Misconfigured("no company code of SAP's is chosen".to_owned()))
    }

    /// Refuses to write where nothing can be written.
    fn check_writable(&self) -> Result<(), AccountingError> {
        match self.identity()? {
            Identity::Basic | Identity::Bearer => Ok(()),
            Identity::SandboxKey => Err(AccountingError::Misconfigured(
                "SAP's sandbox, which the API key is for, only reads: connect a tenant".to_owned(),
            )),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Response<Bytes>, AccountingError> {
        let url = format!("{}{path}", self.connection.endpoints.api.trim_end_matches('/'));
        let mut request = Request::builder().method(method).uri(&url);
        request = match self.identity()? {
            Identity::Basic => {
                let (user, password) = (self.connection.credential("username"), self.connection.credential("password"));
                request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
            }
            Identity::Bearer => {
                let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
                let none = || AccountingError::Unauthorized("there is no access token yet".to_owned());
                request.header(AUTHORIZATION, format!("Bearer {}", tokens.as_ref().ok_or_else(none)?.access))
            }
            Identity::SandboxKey => request.header("APIKey", self.connection.credential("api_key")),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(body));
        let request = request.map_err(|_| AccountingError::Misconfigured(format!("{url} cannot be asked")))?;
        self.transport.send(request).await
    }

    /// The entities of a set that a filter leaves.
    async fn list(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, AccountingError> {
        let query: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let path = format!("{path}?{}", form(&query));
        let response = self.send(Method::GET, &path, &[(ACCEPT.as_str(), "application/json")], String::new()).await?;
        if !response.status().is_success() {
            return Err(error_of(&response));
        }
        let found: Value = serde_json::from_slice(response.body()).map_err(|_| unreadable())?;
        let results = found.pointer("/d/results").and_then(Value::as_array);
        results.cloned().ok_or_else(unreadable)
    }

    async fn fetch_session(&self) -> Result<Session, AccountingError> {
        let headers = [(ACCEPT.as_str(), "application/json"), ("x-csrf-token", "Fetch")];
        let response = self.send(Method::GET, &format!("{PARTNERS}/"), &headers, String::new()).await?;
        if !response.status().is_success() {
            return Err(error_of(&response));
        }
        let session =
            Session { token: csrf_token(response.headers()).to_owned(), cookies: cookies(response.headers()) };
        if session.token.is_empty() {
            return Err(AccountingError::Unavailable("SAP gave no CSRF token".to_owned()));
        }
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.clone());
        Ok(session)
    }

    /// Posts by OData. A token that is not good any more is fetched again, once: nothing was done with it.
    async fn post(&self, path: &str, body: &Value) -> Result<Response<Bytes>, AccountingError> {
        let known = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let session = match known {
            Some(session) => session,
            None => self.fetch_session().await?,
        };
        let response = self.post_in(&session, path, body).await?;
        let is_stale = response.status() == StatusCode::FORBIDDEN
            && csrf_token(response.headers()).eq_ignore_ascii_case("required");
        if !is_stale {
            return Ok(response);
        }
        let session = self.fetch_session().await?;
        self.post_in(&session, path, body).await
    }

    async fn post_in(&self, session: &Session, path: &str, body: &Value) -> Result<Response<Bytes>, AccountingError> {
        let headers = [
            (ACCEPT.as_str(), "application/json"),
            (CONTENT_TYPE.as_str(), "application/json"),
            ("x-csrf-token", &session.token),
            (COOKIE.as_str(), &session.cookies),
        ];
        self.send(Method::POST, path, &headers, body.to_string()).await
    }

    async fn create_customer(&self, body: &Value) -> Result<Recorded, AccountingError> {
        let response = self.post(&format!("{PARTNERS}/A_BusinessPartner"), body).await?;
        if !response.status().is_success() {
            return Err(error_of(&response));
        }
        let written: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        let unknown = || AccountingError::Unknown("SAP did not say what it wrote".to_owned());
        partner::recorded(written.get("d").unwrap_or(&Value::Null)).map_err(|_| unknown())
    }

    fn journal_path(&self) -> &str {
        self.connection.option("journal_path").unwrap_or(JOURNAL)
    }

    async fn create_entry(&self, entry: &Entry, key: &str) -> Result<Recorded, AccountingError> {
        let headers = [(ACCEPT.as_str(), "text/xml"), (CONTENT_TYPE.as_str(), "text/xml; charset=utf-8")];
        let body = entry.to_xml(key, self.clock.now());
        let response = self.send(Method::POST, self.journal_path(), &headers, body).await?;
        entry::recorded(&response)
    }
}

fn csrf_token(headers: &HeaderMap) -> &str {
    headers.get("x-csrf-token").and_then(|token| token.to_str().ok()).unwrap_or_default()
}

/// What `Set-Cookie` headers set, as `Cookie` sends it back.
fn cookies(headers: &HeaderMap) -> String {
    let set = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let pairs: Vec<&str> = set.filter_map(|cookie| cookie.split(';').next()).map(str::trim).collect();
    pairs.join("; ")
}

#[async_trait]
impl AccountingClient for Sap {
    fn provider(&self) -> Provider {
        Provider::Sap
    }

    fn sign_in(&self) -> SignIn {
        match self.identity() {
            Ok(Identity::Bearer) => SignIn::ClientCredentials,
            _ => SignIn::Credentials,
        }
    }

    fn limits(&self) -> Limits {
        // SAP publishes no limit for tenants: these keep a small one responsive.
        Limits { per_minute: 300, at_once: 3, per_day: None }
    }

    fn consent_url(&self, _redirect_uri: &str, _state: &str, _code_challenge: Option<&str>) -> Option<String> {
        None
    }

    async fn redeem(&self, _callback: &Callback, _now: Timestamp) -> Result<(Tokens, Option<String>), AccountingError> {
        Err(AccountingError::Misconfigured("nobody has to consent at SAP".to_owned()))
    }

    async fn renew(&self, now: Timestamp) -> Result<Tokens, AccountingError> {
        if !matches!(self.identity()?, Identity::Bearer) {
            // There are no tokens to renew: ask whether user and password are good.
            return check_credentials(self).await;
        }
        let auth = match self.connection.endpoints.auth.as_str() {
            "" => &self.connection.endpoints.api,
            auth => auth,
        };
        let path = self.connection.option("token_path").unwrap_or(TOKEN);
        let endpoint = TokenEndpoint {
            connection: &self.connection,
            transport: &self.transport,
            url: format!("{}{path}", auth.trim_end_matches('/')),
            auth: ClientAuth::Basic,
        };
        endpoint.client_credentials(self.connection.option("scope").unwrap_or_default(), now).await
    }

    fn set_tokens(&self, tokens: Tokens) {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens);
        // A CSRF token is good for one sign-in.
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn revoke(&self) -> Result<(), AccountingError> {
        // An administrator deletes the communication arrangement; there is no request for it.
        Ok(())
    }

    async fn companies(&self) -> Result<Vec<Company>, AccountingError> {
        let query = [("$select", "CompanyCode,CompanyCodeName"), ("$format", "json")];
        let found = self.list(COMPANIES, &query).await?;
        let text = |company: &Value, name: &str| json::text(company, &format!("/{name}"));
        let company =
            |company: &Value| Company { id: text(company, "CompanyCode"), name: text(company, "CompanyCodeName") };
        Ok(found.iter().map(company).collect())
    }

    async fn find(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        if let Document::Customer(customer) = document {
            let filter = equals(partner::NUMBER, &customer.number);
            let select = format!("BusinessPartner,Customer,{}", partner::NUMBER);
            let query = [
                ("$filter", filter.as_str()),
                ("$select", &select),
                ("$orderby", "BusinessPartner"),
                ("$top", "1"),
                ("$format", "json"),
            ];
            let found = self.list(&format!("{PARTNERS}/A_BusinessPartner"), &query).await?;
            return found.first().map(partner::recorded).transpose();
        }
        let company_code = self.company_code()?;
        let entry = Entry::of(document, &self.connection, company_code)?;
        let filter = [
            equals("CompanyCode", company_code),
            equals("DocumentReferenceID", &entry.reference),
            equals("AccountingDocumentType", entry.document_type),
        ];
        let query = [
            ("$filter", filter.join(" and ")),
            ("$select", "FiscalYear,AccountingDocument,AccountingDocumentHeaderText".to_owned()),
            ("$orderby", "FiscalYear,AccountingDocument".to_owned()),
            ("$top", "50".to_owned()),
            ("$format", "json".to_owned()),
        ];
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let found = self.list(ITEMS, &query).await?;
        Ok(found.iter().find(|item| entry.is_it(item)).map(entry::recorded_item))
    }

    async fn create(&self, document: &Document, key: &str) -> Result<Recorded, AccountingError> {
        self.check_writable()?;
        let company_code = self.company_code()?;
        match document {
            Document::Customer(customer) => {
                self.create_customer(&partner::body(customer, &self.connection, company_code)?).await
            }
            _ => self.create_entry(&Entry::of(document, &self.connection, company_code)?, key).await,
        }
    }

    fn plan(&self, document: &Document) -> Result<Vec<Planned>, AccountingError> {
        let company_code = self.company_code()?;
        let (path, body) = match document {
            Document::Customer(customer) => {
                let body = partner::body(customer, &self.connection, company_code)?;
                (format!("{PARTNERS}/A_BusinessPartner"), body)
            }
            _ => {
                let entry = Entry::of(document, &self.connection, company_code)?;
                (self.journal_path().to_owned(), entry.to_json())
            }
        };
        Ok(vec![Planned { method: "POST".to_owned(), path, body }])
    }
}

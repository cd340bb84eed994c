//! Dynamics 365 Business Central, by its API v2.0.
//!
//! Business Central has no idempotency keys, and takes two invoices with the same external document number. So nothing is
//! written that counts at once: an invoice is a draft, a payment or a journal stands in a journal batch of its own, whose
//! code follows from the document's number and is unique. [`AccountingClient::complete`] posts it.

mod document;
mod refusal;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use edge_capabilities::Timestamp;
use edge_upstreams::{form, segment};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use http::{Method, Request, Response};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::client::{AccountingClient, Callback, Company, Limits, Planned, SignIn};
use crate::connection::{Connection, Environment, Tokens};
use crate::document::{Document, Invoice, Recorded};
use crate::error::AccountingError;
use crate::json;
use crate::oauth::{ClientAuth, TokenEndpoint};
use crate::provider::Provider;
use crate::transport::Transport;
use document::{batch_code, code};
use refusal::error_of;

/// The permissions that an administrator granted the application.
const SCOPE: &str = "https://api.businesscentral.dynamics.com/.default";

/// Business Central, for one connection and one run.
pub(crate) struct Dynamics365 {
    connection: Connection,
    transport: Transport,
    tokens: Mutex<Option<Tokens>>,
    /// Ids of accounts, by number.
    accounts: Mutex<BTreeMap<String, String>>,
    /// The company's own currency.
    own_currency: Mutex<Option<String>>,
}

/// The text of an OData filter: `field eq 'value'`. An apostrophe is doubled.
fn equals(field: &str, value: &str) -> String {
    format!("{field} eq '{}'", value.replace('\'', "''"))
}

fn unreadable() -> AccountingError {
    AccountingError::Unavailable("Business Central's answer cannot be read".to_owned())
}

impl Dynamics365 {
    pub(crate) fn new(connection: Connection, transport: Transport) -> Self {
        let tokens = Mutex::new(connection.tokens.clone());
        Self { connection, transport, tokens, accounts: Mutex::default(), own_currency: Mutex::default() }
    }

    fn tenant(&self) -> Result<String, AccountingError> {
        match self.connection.credential("tenant_id") {
            "" => Err(AccountingError::Misconfigured("Business Central needs tenant_id".to_owned())),
            tenant => Ok(segment(tenant)),
        }
    }

    /// The path of the API: tenant and environment.
    fn api(&self) -> Result<String, AccountingError> {
        let environment = self.connection.option("environment_name").unwrap_or(match self.connection.environment {
            Environment::Production => "Production",
            Environment::Sandbox => "Sandbox",
        });
        Ok(format!("/v2.0/{}/{}/api/v2.0", self.tenant()?, segment(environment)))
    }

    /// The path of the company.
    fn company(&self) -> Result<String, AccountingError> {
        let company = self.connection.company_id.as_deref().filter(|company| !company.is_empty());
        let nowhere = || AccountingError::Misconfigured("no company of Business Central's is chosen".to_owned());
        Ok(format!("{}/companies({})", self.api()?, segment(company.ok_or_else(nowhere)?)))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        if_match: Option<&str>,
    ) -> Result<Response<Bytes>, AccountingError> {
        let url = format!("{}{path}", self.connection.endpoints.api.trim_end_matches('/'));
        let access = {
            let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            tokens.as_ref().map(|tokens| tokens.access.clone())
        };
        let access = access.ok_or_else(|| AccountingError::Unauthorized("there is no access token yet".to_owned()))?;
        let mut request = Request::builder()
            .method(method)
            .uri(&url)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {access}"));
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(version) = if_match {
            request = request.header(IF_MATCH, version);
        }
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let request = request.body(body);
        let request = request.map_err(|_| AccountingError::Misconfigured(format!("{url} cannot be asked")))?;
        self.transport.send(request).await
    }

    async fn get(&self, path: &str) -> Result<Value, AccountingError> {
        let response = self.send(Method::GET, path, None, None).await?;
        if !response.status().is_success() {
            return Err(error_of(&response));
        }
        serde_json::from_slice(response.body()).map_err(|_| unreadable())
    }

    /// The entities of a set that a filter leaves, `limit` at most.
    async fn list(&self, set: &str, filter: &str, limit: u8) -> Result<Vec<Value>, AccountingError> {
        let query = form(&[("$filter".to_owned(), filter.to_owned()), ("$top".to_owned(), limit.to_string())]);
        let found = self.get(&format!("{}/{set}?{query}", self.company()?)).await?;
        let is_list = found.get("value").is_some_and(Value::is_array);
        if is_list { Ok(json::list(&found, "/value").to_vec()) } else { Err(unreadable()) }
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, AccountingError> {
        let response = self.send(Method::POST, &format!("{}/{path}", self.company()?), Some(body), None).await?;
        if !response.status().is_success() {
            return Err(error_of(&response));
        }
        // It was written, whatever came back.
        let says = || AccountingError::Unknown("Business Central did not say what it wrote".to_owned());
        serde_json::from_slice(response.body()).map_err(|_| says())
    }

    /// The company's own currency. Documents in it have no currency code there.
    async fn own_currency(&self) -> Result<String, AccountingError> {
        let known = self.own_currency.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let setup = self.get(&format!("{}/generalLedgerSetup", self.company()?)).await?;
        // A set with one entity.
        let setup = json::list(&setup, "/value").first().cloned().unwrap_or(setup);
        let currency = json::text(&setup, "/localCurrencyCode");
        if currency.is_empty() {
            return Err(AccountingError::Misconfigured(
                "General Ledger Setup of Business Central has no local currency code".to_owned(),
            ));
        }
        *self.own_currency.lock().unwrap_or_else(PoisonError::into_inner) = Some(currency.clone());
        Ok(currency)
    }

    /// The id of the account with that number.
    async fn account(&self, number: &str) -> Result<String, AccountingError> {
        let known = self.accounts.lock().unwrap_or_else(PoisonError::into_inner).get(number).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = self.list("accounts", &equals("number", &code(number)), 1).await?;
        let id = found.first().map(|account| json::text(account, "/id")).unwrap_or_default();
        if id.is_empty() {
            let says = format!("Business Central has no G/L account with the number {number}");
            return Err(AccountingError::Missing(says));
        }
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).insert(number.to_owned(), id.clone());
        Ok(id)
    }

    /// The journal batch of a document that is not posted yet: there are lines in it.
    async fn find_batch(
        &self,
        set: &str,
        lines: &str,
        document: &Document,
    ) -> Result<Option<Recorded>, AccountingError> {
        let query = form(&[
            ("$filter".to_owned(), equals("code", &batch_code(document))),
            ("$expand".to_owned(), lines.to_owned()),
            ("$top".to_owned(), "1".to_owned()),
        ]);
        let found = self.get(&format!("{}/{set}?{query}", self.company()?)).await?;
        if !found.get("value").is_some_and(Value::is_array) {
            return Err(unreadable());
        }
        let Some(batch) = json::list(&found, "/value").first() else { return Ok(None) };
        // An empty batch is what is left of one that was posted, or of a document whose lines were deleted.
        if json::list(batch, &format!("/{lines}")).is_empty() {
            self.delete_batch(set, &json::text(batch, "/id")).await?;
            return Ok(None);
        }
        Ok(Some(Recorded { draft: true, ..Recorded::new(json::text(batch, "/id")) }))
    }

    async fn delete_batch(&self, set: &str, id: &str) -> Result<(), AccountingError> {
        let path = format!("{}/{set}({})", self.company()?, segment(id));
        let response = self.send(Method::DELETE, &path, None, Some("*")).await?;
        if response.status().is_success() || response.status() == http::StatusCode::NOT_FOUND {
            return Ok(());
        }
        Err(error_of(&response))
    }

    /// What was posted with the number of `document`: its first entry in the general ledger.
    async fn find_posted(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        let number = code(document.number());
        let entries = self.list("generalLedgerEntries", &equals("documentNumber", &number), 20).await?;
        let is_payment = |entry: &&Value| json::text(entry, "/documentType") == "Payment";
        let wants_payment = matches!(document, Document::Payment(_));
        let entry = entries.iter().find(|entry| is_payment(entry) == wants_payment);
        Ok(entry.map(|entry| Recorded { number: Some(number), ..Recorded::new(json::text(entry, "/id")) }))
    }

    async fn find_invoice(&self, invoice: &Invoice) -> Result<Option<Recorded>, AccountingError> {
        let filter = equals("externalDocumentNumber", &code(&invoice.number));
        let found = self.list("salesInvoices", &filter, 20).await?;
        // One that was taken back by a credit memo does not count any more.
        let counts = found.iter().find(|invoice| json::text(invoice, "/status") != "Canceled");
        Ok(counts.map(of_invoice))
    }

    /// Posts a draft invoice, after a look whether it is one still and comes to the right amount.
    async fn complete_invoice(&self, invoice: &Invoice, recorded: &Recorded) -> Result<Recorded, AccountingError> {
        let path = format!("salesInvoices({})", segment(&recorded.id));
        let now = self.get(&format!("{}/{path}", self.company()?)).await?;
        let written = of_invoice(&now);
        if !written.draft {
            return Ok(written);
        }
        let total = now.get("totalAmountIncludingTax").and_then(json::decimal).ok_or_else(unreadable)?;
        same_total(invoice.total, total)?;
        self.post_there(&format!("{path}/Microsoft.NAV.post")).await?;
        // Its id stays; its number is another now, which nothing needs.
        Ok(Recorded { number: None, version: None, draft: false, ..written })
    }

    async fn post_there(&self, path: &str) -> Result<(), AccountingError> {
        let response = self.send(Method::POST, &format!("{}/{path}", self.company()?), None, None).await?;
        if response.status().is_success() { Ok(()) } else { Err(error_of(&response)) }
    }

    /// Posts a journal batch, and takes away what is left of it.
    async fn complete_batch(&self, set: &str, document: &Document, id: &str) -> Result<Recorded, AccountingError> {
        // The batches of payments have no action of their own; a journal is any batch, by its id.
        let posted = self.post_there(&format!("journals({})/Microsoft.NAV.post", segment(id))).await;
        if let Err(refusal @ AccountingError::Refused { .. }) = posted {
            // It may be posted already: then there was nothing left to post.
            return self.find_posted(document).await?.ok_or(refusal);
        }
        posted?;
        // If it stays it is empty, and does no harm.
        let _left = self.delete_batch(set, id).await;
        let unseen = || AccountingError::Unknown("Business Central does not show what it posted yet".to_owned());
        self.find_posted(document).await?.ok_or_else(unseen)
    }

    /// Refuses a journal that is not in the company's own currency: its lines have no currency code.
    async fn check_currency(&self, document: &Document) -> Result<(), AccountingError> {
        let currency = match document {
            Document::Refund(refund) => refund.currency,
            Document::Journal(journal) => journal.currency,
            Document::Customer(_) | Document::Invoice(_) | Document::Payment(_) => return Ok(()),
        };
        let own = self.own_currency().await?;
        if own == currency.as_str() {
            return Ok(());
        }
        let says = format!(
            "Business Central's API posts journals in the company's currency only, which is {own} and not {}",
            currency.as_str()
        );
        Err(AccountingError::refused("currency", says))
    }
}

fn same_total(ours: Decimal, theirs: Decimal) -> Result<(), AccountingError> {
    if ours == theirs {
        return Ok(());
    }
    let says = format!(
        "the draft in Business Central comes to {theirs} and not to {ours}: an account of its lines adds a tax. Set its \
         VAT product posting group to one without, and delete the draft"
    );
    Err(AccountingError::refused("total", says))
}

/// An invoice as Business Central shows it.
fn of_invoice(invoice: &Value) -> Recorded {
    let text = |name: &str| Some(json::text(invoice, name)).filter(|text| !text.is_empty());
    Recorded {
        id: json::text(invoice, "/id"),
        number: text("/number"),
        version: text("/@odata.etag"),
        draft: text("/status").as_deref() == Some("Draft"),
    }
}

#[async_trait]
impl AccountingClient for Dynamics365 {
    fn provider(&self) -> Provider {
        Provider::Dynamics365
    }

    fn sign_in(&self) -> SignIn {
        SignIn::ClientCredentials
    }

    fn limits(&self) -> Limits {
        // 6,000 in five minutes, of which five are run at once.
        Limits { per_minute: 1_200, at_once: 5, per_day: None }
    }

    fn consent_url(&self, _redirect_uri: &str, _state: &str, _code_challenge: Option<&str>) -> Option<String> {
        None
    }

    async fn redeem(&self, _callback: &Callback, _now: Timestamp) -> Result<(Tokens, Option<String>), AccountingError> {
        Err(AccountingError::Misconfigured("nobody has to consent at Business Central".to_owned()))
    }

    async fn renew(&self, now: Timestamp) -> Result<Tokens, AccountingError> {
        let auth = self.connection.endpoints.auth.trim_end_matches('/');
        let endpoint = TokenEndpoint {
            connection: &self.connection,
            transport: &self.transport,
            url: format!("{auth}/{}/oauth2/v2.0/token", self.tenant()?),
            auth: ClientAuth::Form,
        };
        endpoint.client_credentials(SCOPE, now).await
    }

    fn set_tokens(&self, tokens: Tokens) {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens);
    }

    async fn revoke(&self) -> Result<(), AccountingError> {
        // Tokens of applications end by themselves, within the hour; Microsoft has no request that ends them.
        Ok(())
    }

    async fn companies(&self) -> Result<Vec<Company>, AccountingError> {
        let found = self.get(&format!("{}/companies", self.api()?)).await?;
        let company = |company: &Value| {
            let (name, id) = (json::text(company, "/displayName"), json::text(company, "/id"));
            let name = if name.is_empty() { json::text(company, "/name") } else { name };
            Company { id, name }
        };
        Ok(json::list(&found, "/value").iter().map(company).collect())
    }

    async fn find(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        match document {
            Document::Customer(customer) => {
                let found = self.list("customers", &equals("number", &code(&customer.number)), 1).await?;
                Ok(found.first().map(|found| Recorded {
                    version: Some(json::text(found, "/@odata.etag")).filter(|version| !version.is_empty()),
                    ..Recorded::new(json::text(found, "/id"))
                }))
            }
            Document::Invoice(invoice) => self.find_invoice(invoice).await,
            Document::Payment(_) | Document::Refund(_) | Document::Journal(_) => {
                if let Some(posted) = self.find_posted(document).await? {
                    return Ok(Some(posted));
                }
                let (set, lines) = document::batches(document);
                self.find_batch(set, lines, document).await
            }
        }
    }

    async fn create(&self, document: &Document, _key: &str) -> Result<Recorded, AccountingError> {
        self.check_currency(document).await?;
        let balancing_account = match document {
            Document::Payment(payment) => self.account(&payment.account).await?,
            _ => String::new(),
        };
        for account in document::accounts(document) {
            self.account(account).await?;
        }
        let written = self.post(document::set(document), &document::body(document, &balancing_account)?).await?;
        let id = json::text(&written, "/id");
        if id.is_empty() {
            return Err(AccountingError::Unknown("Business Central did not say what it wrote".to_owned()));
        }
        match document {
            Document::Customer(_) => Ok(Recorded::new(id)),
            Document::Invoice(_) => Ok(Recorded { draft: true, ..of_invoice(&written) }),
            Document::Payment(_) | Document::Refund(_) | Document::Journal(_) => {
                Ok(Recorded { draft: true, ..Recorded::new(id) })
            }
        }
    }

    async fn complete(&self, document: &Document, recorded: &Recorded) -> Result<Recorded, AccountingError> {
        if !recorded.draft {
            return Ok(recorded.clone());
        }
        match document {
            Document::Customer(_) => Ok(recorded.clone()),
            Document::Invoice(invoice) => self.complete_invoice(invoice, recorded).await,
            Document::Payment(_) | Document::Refund(_) | Document::Journal(_) => {
                let (set, _) = document::batches(document);
                self.complete_batch(set, document, &recorded.id).await
            }
        }
    }

    fn plan(&self, document: &Document) -> Result<Vec<Planned>, AccountingError> {
        let company = self.company()?;
        let balancing_account = match document {
            Document::Payment(payment) => format!("{{account {}}}", payment.account),
            _ => String::new(),
        };
        let planned = |path: String, body: Value| Planned { method: "POST".to_owned(), path, body };
        let set = document::set(document);
        let write = planned(format!("{company}/{set}"), document::body(document, &balancing_account)?);
        let post = match document {
            Document::Customer(_) => return Ok(vec![write]),
            Document::Invoice(_) => "salesInvoices({draft})",
            Document::Payment(_) | Document::Refund(_) | Document::Journal(_) => "journals({draft})",
        };
        Ok(vec![write, planned(format!("{company}/{post}/Microsoft.NAV.post"), Value::Null)])
    }
}

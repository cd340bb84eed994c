//! Sage Accounting: the API 3.1.

mod answers;
mod documents;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use edge_capabilities::Timestamp;
use edge_upstreams::form;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use serde_json::Value;

use crate::client::{AccountingClient, Callback, Company, Limits, Planned, SignIn};
use crate::connection::{Connection, Tokens};
use crate::document::{Document, Recorded};
use crate::error::AccountingError;
use crate::json::{list, text};
use crate::oauth::{ClientAuth, TokenEndpoint, consent_url};
use crate::provider::Provider;
use crate::sage::documents::{Ids, LOOKED_AT, Unknown, Write};
use crate::transport::Transport;

const API: &str = "/v3.1/";

/// How many documents are read at once: the most that Sage gives.
const PAGE: usize = 200;

/// How many pages are read at most.
const MOST_PAGES: usize = 500;

/// A connection to Sage.
pub(crate) struct Sage {
    connection: Connection,
    transport: Transport,
    state: Mutex<State>,
}

/// What is learned on the way.
#[derive(Default)]
struct State {
    tokens: Option<Arc<Tokens>>,
    /// The ids of ledger accounts by their nominal codes, once they were read.
    ledger_accounts: Option<BTreeMap<String, String>>,
    /// The ids of bank accounts by their nominal codes, once they were read.
    bank_accounts: Option<BTreeMap<String, String>>,
    /// The id of the tax rate for lines without tax, once it is known.
    no_tax: Option<String>,
    /// The business' own currency, once it is known.
    base_currency: Option<String>,
    /// The journals by their references, once they were read. They cannot be searched.
    journals: Option<BTreeMap<String, Recorded>>,
}

impl Ids for State {
    fn ledger_account(&self, code: &str) -> String {
        self.ledger_accounts.as_ref().and_then(|accounts| accounts.get(code)).cloned().unwrap_or_default()
    }

    fn bank_account(&self, code: &str) -> String {
        self.bank_accounts.as_ref().and_then(|accounts| accounts.get(code)).cloned().unwrap_or_default()
    }

    fn no_tax(&self) -> String {
        self.no_tax.clone().unwrap_or_default()
    }

    fn base_currency(&self) -> String {
        self.base_currency.clone().unwrap_or_default()
    }
}

impl Sage {
    pub fn new(connection: Connection, transport: Transport) -> Self {
        let state = State { tokens: connection.tokens.clone().map(Arc::new), ..State::default() };
        Self { connection, transport, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn endpoint(&self) -> TokenEndpoint<'_> {
        TokenEndpoint {
            connection: &self.connection,
            transport: &self.transport,
            url: format!("{}/token", self.connection.endpoints.auth),
            auth: ClientAuth::Form,
        }
    }

    /// Asks the API. `business`: the one that is asked about; without it, Sage takes the lead business and says nothing.
    async fn ask(&self, path: &str, business: Option<&str>, body: Option<&Value>) -> Result<Value, AccountingError> {
        let tokens = self.state().tokens.clone();
        let access = tokens.as_ref().map_or("", |tokens| &tokens.access);
        let mut request = Request::builder()
            .method(if body.is_some() { Method::POST } else { Method::GET })
            .uri(format!("{}{API}{path}", self.connection.endpoints.api))
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {access}"));
        if let Some(business) = business {
            request = request.header("X-Business", business);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default()));
        let request =
            request.map_err(|_| AccountingError::Misconfigured("Sage's address cannot be asked".to_owned()))?;
        answers::body(&self.transport.send(request).await?)
    }

    fn business(&self) -> Result<&str, AccountingError> {
        let nobody = || AccountingError::Misconfigured("no business of Sage was chosen".to_owned());
        self.connection.company_id.as_deref().ok_or_else(nobody)
    }

    /// All of a list, page by page. A page past the end repeats the last one, so the link to the next one decides.
    async fn all(
        &self,
        resource: &str,
        business: Option<&str>,
        parameters: &[(&str, String)],
        attributes: &str,
    ) -> Result<Vec<Value>, AccountingError> {
        let mut all = Vec::new();
        for page in 1..=MOST_PAGES {
            let mut fields: Vec<(String, String)> =
                parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            let of_page = [
                ("attributes", attributes.to_owned()),
                ("items_per_page", PAGE.to_string()),
                ("page", page.to_string()),
            ];
            fields.extend(of_page.map(|(name, value)| (name.to_owned(), value)));
            let answer = self.ask(&format!("{resource}?{}", form(&fields)), business, None).await?;
            if !answer.get("$items").is_some_and(Value::is_array) {
                return Err(AccountingError::Unknown("Sage's answer cannot be read".to_owned()));
            }
            all.extend_from_slice(list(&answer, "/$items"));
            if text(&answer, "/$next").is_empty() {
                return Ok(all);
            }
        }
        Err(AccountingError::refused("pages", format!("Sage has more than {MOST_PAGES} pages of {resource}")))
    }

    async fn by_code(&self, resource: &str) -> Result<BTreeMap<String, String>, AccountingError> {
        let all = self.all(resource, Some(self.business()?), &[], "nominal_code").await?;
        Ok(all.iter().map(|one| (text(one, "/nominal_code"), text(one, "/id"))).collect())
    }

    /// Learns the business' own currency, and the ids that `document` needs.
    async fn learn(&self, document: &Document) -> Result<(), AccountingError> {
        let business = self.business()?;
        if self.state().base_currency.is_none() {
            let settings = self.ask("financial_settings", Some(business), None).await?;
            self.state().base_currency = Some(text(&settings, "/base_currency/id"));
        }
        let (ledger_accounts, bank_accounts) = documents::needs(document);
        if !ledger_accounts.is_empty() && self.state().ledger_accounts.is_none() {
            let read = self.by_code("ledger_accounts").await?;
            self.state().ledger_accounts = Some(read);
        }
        if !bank_accounts.is_empty() && self.state().bank_accounts.is_none() {
            let read = self.by_code("bank_accounts").await?;
            self.state().bank_accounts = Some(read);
        }
        let sells = matches!(document, Document::Invoice(_) | Document::Refund(_));
        if sells && self.state().no_tax.is_none() {
            let rate = match self.connection.option("tax_rate_id") {
                Some(rate) => rate.to_owned(),
                None => {
                    let rates = self.all("tax_rates", Some(business), &[], "percentage").await?;
                    let ids = rates.iter().map(|rate| text(rate, "/id"));
                    ids.into_iter().find(|id| id.ends_with("NO_TAX")).unwrap_or_default()
                }
            };
            self.state().no_tax = Some(rate);
        }
        let state = self.state();
        let missing = |kind: &str, code: &str| {
            Err(AccountingError::Missing(format!("Sage has no {kind} account with the nominal code {code}")))
        };
        if let Some(code) = ledger_accounts.iter().find(|code| state.ledger_account(code).is_empty()) {
            return missing("ledger", code);
        }
        if let Some(code) = bank_accounts.iter().find(|code| state.bank_account(code).is_empty()) {
            return missing("bank", code);
        }
        // Journals have no currency: one in another than the business' would be posted as though it were in this.
        match document {
            Document::Journal(own) if state.base_currency() != own.currency.as_str() => {
                let (base, own) = (state.base_currency(), own.currency.as_str());
                let says = format!("Sage posts journals in {base} only, and this one is in {own}");
                Err(AccountingError::refused("currency", says))
            }
            _ => Ok(()),
        }
    }

    /// Creates a document; gives it as it was created.
    async fn post(&self, write: &Write) -> Result<Value, AccountingError> {
        let answer = self.ask(write.list, Some(self.business()?), Some(&write.body())).await?;
        if text(&answer, "/id").is_empty() {
            return Err(AccountingError::Unknown("Sage's answer has no id".to_owned()));
        }
        Ok(answer)
    }

    /// The journal with that reference. All are read once a run.
    async fn find_journal(&self, number: &str) -> Result<Option<Recorded>, AccountingError> {
        if self.state().journals.is_none() {
            let mut all = self.all("journals", Some(self.business()?), &[], "reference,created_at").await?;
            // Of several with one reference, the first that was created stays.
            all.sort_by_key(|journal| std::cmp::Reverse(text(journal, "/created_at")));
            let recorded = |journal: &Value| (text(journal, "/reference"), Recorded::new(text(journal, "/id")));
            self.state().journals = Some(all.iter().map(recorded).collect());
        }
        Ok(self.state().journals.as_ref().and_then(|journals| journals.get(number)).cloned())
    }

    /// What became of an attempt to create a journal.
    fn note_journal(&self, number: &str, written: &Result<Value, AccountingError>) {
        let mut state = self.state();
        match (written, &mut state.journals) {
            (Ok(written), Some(journals)) => {
                journals.insert(number.to_owned(), Recorded::new(text(written, "/id")));
            }
            (Ok(_), None) => {}
            // It may have landed: they are read anew.
            (Err(_), journals) => *journals = None,
        }
    }
}

/// A document as it was written or found. A refund is a draft until its credit note is paid out.
fn recorded(document: &Document, found: &Value) -> Recorded {
    // Sage numbers invoices and credit notes itself.
    let numbers = ["/invoice_number", "/credit_note_number"].map(|pointer| text(found, pointer));
    let number = numbers.into_iter().find(|number| !number.is_empty());
    Recorded { number, draft: documents::is_open(document, found), ..Recorded::new(text(found, "/id")) }
}

#[async_trait]
impl AccountingClient for Sage {
    fn provider(&self) -> Provider {
        Provider::Sage
    }

    fn sign_in(&self) -> SignIn {
        SignIn::Consent { pkce: false }
    }

    fn limits(&self) -> Limits {
        Limits { per_minute: 100, at_once: 4, per_day: Some(2_500) }
    }

    fn consent_url(&self, redirect_uri: &str, state: &str, _code_challenge: Option<&str>) -> Option<String> {
        let page = &self.connection.endpoints.consent;
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.connection.credential("client_id")),
            ("redirect_uri", redirect_uri),
            ("scope", "full_access"),
            ("state", state),
        ];
        if !page.contains("filter=") {
            fields.insert(0, ("filter", "apiv3.1"));
        }
        Some(consent_url(page, &fields))
    }

    async fn redeem(&self, callback: &Callback, now: Timestamp) -> Result<(Tokens, Option<String>), AccountingError> {
        Ok((self.endpoint().redeem(callback, now).await?, None))
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
        let url = format!("{}/revoke", self.connection.endpoints.auth);
        self.endpoint().revoke(&url, tokens.as_ref().and_then(|tokens| tokens.refresh.as_deref())).await
    }

    async fn companies(&self) -> Result<Vec<Company>, AccountingError> {
        let businesses = self.all("businesses", None, &[], "name").await?;
        let company = |one: &Value| Company { id: text(one, "/id"), name: text(one, "/displayed_as") };
        Ok(businesses.iter().map(company).collect())
    }

    async fn find(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        if let Document::Journal(journal) = document {
            return self.find_journal(&journal.number).await;
        }
        let (resource, parameters) = documents::search(document);
        let found = self.all(resource, Some(self.business()?), &parameters, LOOKED_AT).await?;
        let of_that = found.iter().filter(|found| documents::is_that(document.number(), found));
        let first = of_that.min_by_key(|found| text(found, "/created_at"));
        Ok(first.map(|found| recorded(document, found)))
    }

    async fn create(&self, document: &Document, _key: &str) -> Result<Recorded, AccountingError> {
        self.learn(document).await?;
        let write = documents::write(document, &*self.state())?;
        let written = self.post(&write).await;
        if let Document::Journal(journal) = document {
            self.note_journal(&journal.number, &written);
        }
        Ok(recorded(document, &written?))
    }

    async fn complete(&self, document: &Document, recorded: &Recorded) -> Result<Recorded, AccountingError> {
        if let Document::Refund(refund) = document
            && recorded.draft
        {
            self.learn(document).await?;
            let payout = documents::payout(refund, &recorded.id, &*self.state())?;
            self.post(&payout).await?;
        }
        Ok(Recorded { draft: false, ..recorded.clone() })
    }

    fn plan(&self, document: &Document) -> Result<Vec<Planned>, AccountingError> {
        let mut writes = vec![documents::write(document, &Unknown)?];
        if let Document::Refund(refund) = document {
            writes.push(documents::payout(refund, &format!("{{credit note {}}}", refund.number), &Unknown)?);
        }
        let planned = |write: &Write| Planned {
            method: "POST".to_owned(),
            path: format!("{API}{}", write.list),
            body: write.body(),
        };
        Ok(writes.iter().map(planned).collect())
    }
}

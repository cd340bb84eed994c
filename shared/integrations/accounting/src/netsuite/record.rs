//! Documents as NetSuite's records.

use std::fmt;

use edge_upstreams::segment;
use serde_json::{Map, Value, json};

use super::RECORDS;
use crate::connection::Connection;
use crate::document::{Customer, Document, DocumentKind, Invoice, Journal, Payment, Refund};
use crate::error::AccountingError;
use crate::json::{cut, number};

/// Items are of this type where the option `item_type` does not say otherwise.
const ITEM_TYPE: &str = "serviceSaleItem";

/// The record of a document.
pub(crate) struct Record {
    /// Its type.
    pub name: &'static str,
    /// Its external id, as a segment of a path: `eid:invoices_INV-1`. Transactions share one space of external ids, so the
    /// kind stands before the number.
    pub external_id: String,
    /// The field with NetSuite's own number.
    pub number_field: &'static str,
    /// The sublist that an update replaces. Without it an update would add lines.
    sublist: Option<&'static str>,
}

impl Record {
    pub(crate) fn of(document: &Document) -> Self {
        let (name, number_field, sublist) = match document.kind() {
            DocumentKind::Customer => ("customer", "entityId", None),
            DocumentKind::Invoice => ("invoice", "tranId", Some("item")),
            DocumentKind::Payment => ("customerPayment", "tranId", Some("apply")),
            DocumentKind::Refund | DocumentKind::Journal => ("journalEntry", "tranId", Some("line")),
        };
        let external_id = format!("eid:{}", segment(&external_id(document)));
        Self { name, external_id, number_field, sublist }
    }

    /// Where it is written.
    pub(crate) fn path(&self) -> String {
        let replace = self.sublist.map_or_else(String::new, |sublist| format!("?replace={sublist}"));
        format!("{RECORDS}/{}/{}{replace}", self.name, self.external_id)
    }
}

fn external_id(document: &Document) -> String {
    format!("{}_{}", document.kind().as_str(), document.number())
}

/// What a document refers to by a name of the tenant's, and NetSuite by an internal id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reference {
    /// An account, by its number.
    Account(String),
    /// What is sold, by its name: lines of invoices refer to items, and the item of an account is named as the account is
    /// numbered.
    Item(String),
    /// A currency, by its ISO code.
    Currency(String),
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(code) => write!(formatter, "account {code}"),
            Self::Item(code) => write!(formatter, "item {code}"),
            Self::Currency(code) => write!(formatter, "currency {code}"),
        }
    }
}

impl Reference {
    /// The type of record that it is, and the filter that finds it.
    pub(crate) fn query(&self, connection: &Connection) -> Result<(String, String), AccountingError> {
        let (record, field, name) = match self {
            Self::Account(code) => ("account", "acctNumber", code),
            Self::Item(code) => (connection.option("item_type").unwrap_or(ITEM_TYPE), "itemId", code),
            Self::Currency(code) => ("currency", "symbol", code),
        };
        if name.contains(['"', '\\']) {
            return Err(AccountingError::refused("reference", format!("{name} is no name that can be looked up")));
        }
        Ok((record.to_owned(), format!("{field} IS \"{name}\"")))
    }

    /// That it is not there.
    pub(crate) fn missing(&self, record: &str) -> AccountingError {
        AccountingError::Missing(match self {
            Self::Account(code) => format!("NetSuite has no account with the number {code}"),
            Self::Item(code) => format!(
                "NetSuite has no item ({record}) with the name {code}: lines of invoices need one for each account"
            ),
            Self::Currency(code) => format!("NetSuite has no currency with the symbol {code}"),
        })
    }
}

/// Whether the account has several currencies.
fn has_currencies(connection: &Connection) -> bool {
    connection.option("multi_currency") != Some("false")
}

/// What `document` refers to.
pub(crate) fn references(document: &Document, connection: &Connection) -> Vec<Reference> {
    let account = |code: &String| Reference::Account(code.clone());
    let (mut references, currency) = match document {
        Document::Customer(customer) => (Vec::new(), customer.currency),
        Document::Invoice(invoice) => {
            (invoice.lines.iter().map(|line| Reference::Item(line.account.clone())).collect(), invoice.currency)
        }
        Document::Payment(payment) => (vec![account(&payment.account)], payment.currency),
        Document::Refund(refund) => (vec![account(&refund.refund_account), account(&refund.account)], refund.currency),
        Document::Journal(journal) => {
            (journal.lines.iter().map(|line| account(&line.account)).collect(), journal.currency)
        }
    };
    if has_currencies(connection) {
        references.push(Reference::Currency(currency.as_str().to_owned()));
    }
    references.sort();
    references.dedup();
    references
}

type IdOf<'i> = &'i dyn Fn(&Reference) -> String;

fn refer(id: impl Into<String>) -> Value {
    json!({"id": id.into()})
}

fn set(body: &mut Map<String, Value>, name: &str, text: &str, characters: usize) {
    if !text.is_empty() {
        body.insert(name.to_owned(), Value::String(cut(text, characters)));
    }
}

/// The body of `document`'s record.
pub(crate) fn body(document: &Document, connection: &Connection, id_of: IdOf<'_>) -> Result<Value, AccountingError> {
    let (mut body, currency, has_subsidiary) = match document {
        Document::Customer(customer) => (customer_body(customer), customer.currency, true),
        Document::Invoice(invoice) => (invoice_body(invoice, id_of)?, invoice.currency, false),
        Document::Payment(payment) => (payment_body(payment, id_of)?, payment.currency, false),
        Document::Refund(refund) => (refund_body(refund, id_of)?, refund.currency, true),
        Document::Journal(journal) => (journal_body(journal, id_of)?, journal.currency, true),
    };
    body.insert("externalId".to_owned(), Value::String(external_id(document)));
    if has_currencies(connection) {
        body.insert("currency".to_owned(), refer(id_of(&Reference::Currency(currency.as_str().to_owned()))));
    }
    if let Some(subsidiary) = connection.option("subsidiary").filter(|_| has_subsidiary) {
        body.insert("subsidiary".to_owned(), refer(subsidiary));
    }
    Ok(Value::Object(body))
}

fn customer_body(customer: &Customer) -> Map<String, Value> {
    let mut body = Map::new();
    set(&mut body, "entityId", &customer.number, 80);
    set(&mut body, "companyName", &customer.name, 83);
    set(&mut body, "email", &customer.email, 254);
    set(&mut body, "vatRegNumber", &customer.tax_id, 20);
    body.insert("isPerson".to_owned(), Value::Bool(false));
    let address = &customer.address;
    let mut written = Map::new();
    let mut lines = address.lines.iter();
    for name in ["addr1", "addr2", "addr3"] {
        set(&mut written, name, lines.next().map_or("", String::as_str), 150);
    }
    set(&mut written, "city", &address.city, 50);
    set(&mut written, "state", &address.region, 30);
    set(&mut written, "zip", &address.postal_code, 36);
    if !written.is_empty() {
        if !address.country.is_empty() {
            written.insert("country".to_owned(), refer(address.country.as_str()));
        }
        let item = json!({"defaultBilling": true, "defaultShipping": true, "addressBookAddress": written});
        body.insert("addressBook".to_owned(), json!({"items": [item]}));
    }
    body
}

fn invoice_body(invoice: &Invoice, id_of: IdOf<'_>) -> Result<Map<String, Value>, AccountingError> {
    let mut body = Map::new();
    body.insert("entity".to_owned(), refer(invoice.customer.id.as_str()));
    set(&mut body, "tranDate", &invoice.date.to_string(), 10);
    set(&mut body, "dueDate", &invoice.due.to_string(), 10);
    set(&mut body, "otherRefNum", &invoice.number, 45);
    set(&mut body, "memo", &format!("Invoice {}", invoice.number), 999);
    let mut items = Vec::new();
    for line in &invoice.lines {
        let (quantity, rate) = line.priced(5);
        items.push(json!({
            "item": refer(id_of(&Reference::Item(line.account.clone()))),
            "description": cut(&line.description, 999),
            "quantity": number(quantity)?,
            "rate": number(rate)?,
            "amount": number(line.amount)?,
        }));
    }
    body.insert("item".to_owned(), json!({"items": items}));
    Ok(body)
}

fn payment_body(payment: &Payment, id_of: IdOf<'_>) -> Result<Map<String, Value>, AccountingError> {
    let mut body = Map::new();
    body.insert("customer".to_owned(), refer(payment.customer.id.as_str()));
    set(&mut body, "tranDate", &payment.date.to_string(), 10);
    set(&mut body, "memo", &format!("Payment {} of {}", payment.number, payment.invoice_number), 999);
    body.insert("payment".to_owned(), number(payment.amount)?);
    body.insert("undepFunds".to_owned(), Value::Bool(false));
    body.insert("account".to_owned(), refer(id_of(&Reference::Account(payment.account.clone()))));
    let applied = json!({
        "doc": refer(payment.invoice.id.as_str()),
        "apply": true,
        "amount": number(payment.amount)?,
    });
    body.insert("apply".to_owned(), json!({"items": [applied]}));
    Ok(body)
}

/// A refund is a journal entry: what was sold is debited, the bank credited, and both lines name the customer. The invoice
/// stays paid.
fn refund_body(refund: &Refund, id_of: IdOf<'_>) -> Result<Map<String, Value>, AccountingError> {
    let mut body = Map::new();
    set(&mut body, "tranDate", &refund.date.to_string(), 10);
    set(&mut body, "memo", &format!("Refund {} of {}", refund.number, refund.invoice_number), 999);
    let line = |account: &String, side: &str| -> Result<Value, AccountingError> {
        let mut line = Map::new();
        line.insert("account".to_owned(), refer(id_of(&Reference::Account(account.clone()))));
        line.insert(side.to_owned(), number(refund.amount)?);
        line.insert("entity".to_owned(), refer(refund.customer.id.as_str()));
        set(&mut line, "memo", &refund.description, 4_000);
        Ok(Value::Object(line))
    };
    let lines = [line(&refund.refund_account, "debit")?, line(&refund.account, "credit")?];
    body.insert("line".to_owned(), json!({"items": lines}));
    Ok(body)
}

fn journal_body(journal: &Journal, id_of: IdOf<'_>) -> Result<Map<String, Value>, AccountingError> {
    let mut body = Map::new();
    set(&mut body, "tranDate", &journal.date.to_string(), 10);
    set(&mut body, "memo", &format!("{} {}", journal.number, journal.description), 999);
    let mut lines = Vec::new();
    for line in &journal.lines {
        let side = if line.amount.is_sign_negative() { "credit" } else { "debit" };
        let mut written = Map::new();
        written.insert("account".to_owned(), refer(id_of(&Reference::Account(line.account.clone()))));
        written.insert(side.to_owned(), number(line.amount.abs())?);
        set(&mut written, "memo", &line.description, 4_000);
        lines.push(Value::Object(written));
    }
    body.insert("line".to_owned(), json!({"items": lines}));
    Ok(body)
}

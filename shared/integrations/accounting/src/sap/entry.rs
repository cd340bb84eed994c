//! Documents as journal entries.

use bytes::Bytes;
use edge_capabilities::Timestamp;
use edge_time_zones::Date;
use http::Response;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::refusal;
use super::xml::{elements, escape, text};
use crate::connection::Connection;
use crate::document::{Document, DocumentKind, Invoice, Journal, Payment, Recorded, Refund};
use crate::error::AccountingError;
use crate::json;

/// The longest `DocumentReferenceID`.
const REFERENCE: usize = 16;

/// An item of a journal entry.
pub(crate) struct Item {
    /// The customer, or else the account.
    party: Party,
    /// Debits are positive, credits negative.
    amount: Decimal,
    text: String,
    /// What items are matched by: the reference of the invoice.
    assignment: String,
    /// When what the customer owes is due.
    due: Option<Date>,
}

enum Party {
    Account(String),
    Customer(String),
}

/// A journal entry.
pub(crate) struct Entry {
    /// What it is found by.
    pub reference: String,
    /// A customer's invoice, a customer's payment, or a posting to accounts.
    pub document_type: &'static str,
    /// A word of the kind, and the number.
    header: String,
    word: &'static str,
    company_code: String,
    user: String,
    date: Date,
    currency: String,
    items: Vec<Item>,
}

/// A number as a reference: itself if it is short enough, else its beginning and eight digits of its digest.
fn reference(number: &str) -> String {
    if number.len() <= REFERENCE {
        return number.to_owned();
    }
    let digest = hex::encode_upper(Sha256::digest(number).iter().take(4).copied().collect::<Vec<u8>>());
    format!("{}-{digest}", json::cut(number, 7))
}

impl Entry {
    /// The journal entry of a document that is no customer.
    pub(crate) fn of(
        document: &Document,
        connection: &Connection,
        company_code: &str,
    ) -> Result<Self, AccountingError> {
        let (word, document_type) = match document.kind() {
            DocumentKind::Customer | DocumentKind::Journal => ("Journal", "SA"),
            DocumentKind::Invoice => ("Invoice", "DR"),
            DocumentKind::Payment => ("Payment", "DZ"),
            DocumentKind::Refund => ("Refund", "SA"),
        };
        let (date, currency, items) = match document {
            Document::Customer(_) => {
                return Err(AccountingError::Misconfigured("a customer is no journal entry".to_owned()));
            }
            Document::Invoice(invoice) => (invoice.date, invoice.currency, of_invoice(invoice)),
            Document::Payment(payment) => (payment.date, payment.currency, of_payment(payment)),
            Document::Refund(refund) => (refund.date, refund.currency, of_refund(refund)),
            Document::Journal(journal) => (journal.date, journal.currency, of_journal(journal)),
        };
        let user = connection.option("user").unwrap_or_else(|| connection.credential("username"));
        let user = if user.is_empty() { "EDGE" } else { user };
        Ok(Self {
            reference: reference(document.number()),
            document_type,
            header: json::cut(&format!("{word} {}", document.number()), 25),
            word,
            company_code: company_code.to_owned(),
            user: json::cut(user, 12),
            date,
            currency: currency.as_str().to_owned(),
            items,
        })
    }

    /// Whether an item that was found by reference and type is of this entry: refunds and journals share a type.
    pub(crate) fn is_it(&self, item: &Value) -> bool {
        let header = json::text(item, "/AccountingDocumentHeaderText");
        header.split(' ').next() == Some(self.word)
    }

    /// Names and values of the entry's own fields, in the order of the service.
    fn fields(&self) -> [(&'static str, String); 9] {
        [
            ("OriginalReferenceDocumentType", "BKPFF".to_owned()),
            ("BusinessTransactionType", "RFBU".to_owned()),
            ("AccountingDocumentType", self.document_type.to_owned()),
            ("DocumentReferenceID", self.reference.clone()),
            ("DocumentHeaderText", self.header.clone()),
            ("CreatedByUser", self.user.clone()),
            ("CompanyCode", self.company_code.clone()),
            ("DocumentDate", self.date.to_string()),
            ("PostingDate", self.date.to_string()),
        ]
    }

    /// The request of the service. `key`: the message's id.
    pub(crate) fn to_xml(&self, key: &str, now: Timestamp) -> String {
        let id = json::cut(&key.replace('-', ""), 35);
        let header = |id: &str| {
            let id = element("ID", &escape(id));
            element("MessageHeader", &format!("{id}{}", element("CreationDateTime", &now.to_rfc3339_millis())))
        };
        let fields: String = self.fields().iter().map(|(name, value)| element(name, &escape(value))).collect();
        let numbered = self.items.iter().enumerate().map(|(index, item)| (index.saturating_add(1), item));
        // Items of accounts come before those of customers.
        let (accounts, customers): (Vec<_>, Vec<_>) =
            numbered.partition(|(_, item)| matches!(item.party, Party::Account(_)));
        let of = |items: Vec<(usize, &Item)>| -> String {
            items.into_iter().map(|(number, item)| item.to_xml(number, &self.currency)).collect()
        };
        let entry = element("JournalEntry", &format!("{fields}{}{}", of(accounts), of(customers)));
        let request = element("JournalEntryCreateRequest", &format!("{}{entry}", header(&format!("{id}1"))));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
             xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:sfin=\"http://sap.com/xi/SAPSCORE/SFIN\">\
             <soapenv:Header/><soapenv:Body><sfin:JournalEntryBulkCreateRequest>{}{request}\
             </sfin:JournalEntryBulkCreateRequest></soapenv:Body></soapenv:Envelope>",
            header(&id)
        )
    }

    /// The same for people.
    pub(crate) fn to_json(&self) -> Value {
        let fields = self.fields().into_iter().map(|(name, value)| (name.to_owned(), Value::String(value)));
        let mut entry: Map<String, Value> = fields.collect();
        let items: Vec<Value> = self.items.iter().map(|item| item.to_json(&self.currency)).collect();
        entry.insert("Items".to_owned(), Value::Array(items));
        json!({"JournalEntry": entry})
    }
}

fn element(name: &str, inside: &str) -> String {
    format!("<{name}>{inside}</{name}>")
}

impl Item {
    fn account(account: &str, amount: Decimal, text: &str) -> Self {
        let party = Party::Account(account.to_owned());
        Self { party, amount, text: text.to_owned(), assignment: String::new(), due: None }
    }

    const fn side(&self) -> &'static str {
        if self.amount.is_sign_negative() { "H" } else { "S" }
    }

    fn to_xml(&self, number: usize, currency: &str) -> String {
        let optional = |name: &str, value: &str, characters: usize| match value {
            "" => String::new(),
            value => element(name, &escape(&json::cut(value, characters))),
        };
        let number = element("ReferenceDocumentItem", &number.to_string());
        let amount = format!(
            "<AmountInTransactionCurrency currencyCode=\"{}\">{}</AmountInTransactionCurrency>",
            escape(currency),
            self.amount
        );
        let side = element("DebitCreditCode", self.side());
        let text = optional("DocumentItemText", &self.text, 50);
        let assignment = optional("AssignmentReference", &self.assignment, 18);
        match &self.party {
            Party::Account(account) => {
                let account = element("GLAccount", &escape(account));
                element("Item", &format!("{number}{account}{amount}{side}{text}{assignment}"))
            }
            Party::Customer(customer) => {
                let customer = element("Debtor", &escape(customer));
                let terms = self.due.map_or_else(String::new, |due| {
                    element("CashDiscountTerms", &element("DueCalculationBaseDate", &due.to_string()))
                });
                element("DebtorItem", &format!("{number}{customer}{amount}{side}{text}{assignment}{terms}"))
            }
        }
    }

    fn to_json(&self, currency: &str) -> Value {
        let mut item = Map::new();
        let (name, value) = match &self.party {
            Party::Account(account) => ("GLAccount", account),
            Party::Customer(customer) => ("Debtor", customer),
        };
        item.insert(name.to_owned(), Value::String(value.clone()));
        item.insert("AmountInTransactionCurrency".to_owned(), Value::String(format!("{} {currency}", self.amount)));
        item.insert("DebitCreditCode".to_owned(), Value::String(self.side().to_owned()));
        for (name, value) in [("DocumentItemText", &self.text), ("AssignmentReference", &self.assignment)] {
            if !value.is_empty() {
                item.insert(name.to_owned(), Value::String(value.clone()));
            }
        }
        if let Some(due) = self.due {
            item.insert("DueCalculationBaseDate".to_owned(), Value::String(due.to_string()));
        }
        Value::Object(item)
    }
}

fn of_invoice(invoice: &Invoice) -> Vec<Item> {
    let customer = Item {
        party: Party::Customer(invoice.customer.id.clone()),
        amount: invoice.total,
        text: format!("Invoice {}", invoice.number),
        assignment: reference(&invoice.number),
        due: Some(invoice.due),
    };
    let lines = invoice.lines.iter().map(|line| Item::account(&line.account, -line.amount, &line.description));
    [customer].into_iter().chain(lines).filter(|item| !item.amount.is_zero()).collect()
}

/// A payment is on account: SAP's automatic clearing matches it with the invoice by the assignment.
fn of_payment(payment: &Payment) -> Vec<Item> {
    let text = format!("Payment of {}", payment.invoice_number);
    let customer = Item {
        party: Party::Customer(payment.customer.id.clone()),
        amount: -payment.amount,
        text: text.clone(),
        assignment: reference(&payment.invoice_number),
        due: None,
    };
    vec![Item::account(&payment.account, payment.amount, &text), customer]
}

/// A refund debits what was sold and credits the bank. The invoice stays paid, so there is no item of the customer that
/// would have to be cleared; the assignment names the customer.
fn of_refund(refund: &Refund) -> Vec<Item> {
    let text = match refund.description.as_str() {
        "" => format!("Refund of {}", refund.invoice_number),
        description => description.to_owned(),
    };
    let item = |account: &str, amount: Decimal| Item {
        assignment: refund.customer.id.clone(),
        ..Item::account(account, amount, &text)
    };
    vec![item(&refund.refund_account, refund.amount), item(&refund.account, -refund.amount)]
}

fn of_journal(journal: &Journal) -> Vec<Item> {
    let text = |line: &str| if line.is_empty() { journal.description.clone() } else { line.to_owned() };
    let lines = journal.lines.iter().filter(|line| !line.amount.is_zero());
    lines.map(|line| Item::account(&line.account, line.amount, &text(&line.description))).collect()
}

/// The entry that the service says it posted.
pub(crate) fn recorded(response: &Response<Bytes>) -> Result<Recorded, AccountingError> {
    let body = String::from_utf8_lossy(response.body());
    if !response.status().is_success() {
        return Err(refusal::of_fault(response, &body));
    }
    let unknown = || AccountingError::Unknown("SAP did not say what it posted".to_owned());
    // The confirmation of one entry is an element within one of the same name, beside the log.
    let confirmations = elements(&body, "JournalEntryCreateConfirmation");
    let confirmation = confirmations.first().ok_or_else(unknown)?;
    let (number, year) = (text(confirmation, "AccountingDocument"), text(confirmation, "FiscalYear"));
    if number.is_empty() || number.bytes().all(|byte| byte == b'0') {
        return Err(refusal::of_log(confirmation).unwrap_or_else(unknown));
    }
    Ok(identified(&number, &year))
}

/// The entry of an item that SAP shows.
pub(crate) fn recorded_item(item: &Value) -> Recorded {
    identified(&json::text(item, "/AccountingDocument"), &json::text(item, "/FiscalYear"))
}

/// Numbers begin anew each year, so the year is part of the id.
fn identified(number: &str, year: &str) -> Recorded {
    Recorded { number: Some(number.to_owned()), ..Recorded::new(format!("{number}/{year}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_too_long_becomes_a_reference_of_its_own() {
        assert_eq!(reference("INV-2026-0000001"), "INV-2026-0000001");
        let (one, other) = (reference("INV-2026-00000000001"), reference("INV-2026-00000000002"));
        assert_eq!(one.len(), REFERENCE);
        assert!(one.starts_with("INV-202-"), "{one}");
        assert_ne!(one, other);
    }
}

//! Documents as Business Central's entities.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::document::{Customer, Document, Invoice, Journal, JournalLine, Payment, Refund};
use crate::error::AccountingError;
use crate::json::{cut, number};

/// A number as Business Central keeps it: its codes are in upper case.
pub(crate) fn code(number: &str) -> String {
    number.to_ascii_uppercase()
}

/// The code of the journal batch that a document is written into: ten letters that follow from its kind and number. Letters
/// alone, because Business Central renames a posted batch whose code ends with a digit.
pub(crate) fn batch_code(document: &Document) -> String {
    let digest = Sha256::digest(format!("{} {}", document.kind().as_str(), code(document.number())));
    let letter = |byte: &u8| char::from(b'A'.saturating_add(byte % 26));
    format!("E{}", digest.iter().take(9).map(letter).collect::<String>())
}

/// The set that a document is written to.
pub(crate) const fn set(document: &Document) -> &'static str {
    match document {
        Document::Customer(_) => "customers",
        Document::Invoice(_) => "salesInvoices",
        Document::Payment(_) | Document::Refund(_) | Document::Journal(_) => batches(document).0,
    }
}

/// The set of journal batches of a document, and the name of their lines.
pub(crate) const fn batches(document: &Document) -> (&'static str, &'static str) {
    match document {
        Document::Payment(_) => ("customerPaymentJournals", "customerPayments"),
        _ => ("journals", "journalLines"),
    }
}

/// The accounts that must be there before `document` is written.
pub(crate) fn accounts(document: &Document) -> Vec<&str> {
    let mut accounts = match document {
        Document::Customer(_) | Document::Payment(_) => Vec::new(),
        Document::Invoice(invoice) => invoice.lines.iter().map(|line| line.account.as_str()).collect(),
        Document::Refund(refund) => vec![refund.refund_account.as_str(), refund.account.as_str()],
        Document::Journal(journal) => journal.lines.iter().map(|line| line.account.as_str()).collect(),
    };
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

fn set_text(body: &mut Map<String, Value>, name: &str, text: &str, characters: usize) {
    if !text.is_empty() {
        body.insert(name.to_owned(), Value::String(cut(text, characters)));
    }
}

/// The body that writes `document`. `balancing_account`: the id of a payment's account.
pub(crate) fn body(document: &Document, balancing_account: &str) -> Result<Value, AccountingError> {
    let mut body = match document {
        Document::Customer(customer) => return Ok(customer_body(customer)),
        Document::Invoice(invoice) => return invoice_body(invoice),
        Document::Payment(payment) => payment_body(payment, balancing_account)?,
        Document::Refund(refund) => json!({"journalLines": refund_lines(refund)?}),
        Document::Journal(journal) => json!({"journalLines": journal_lines(journal)?}),
    };
    if let Some(body) = body.as_object_mut() {
        body.insert("code".to_owned(), Value::String(batch_code(document)));
        let word = match document {
            Document::Payment(_) => "Payment",
            Document::Refund(_) => "Refund",
            _ => "Journal",
        };
        body.insert("displayName".to_owned(), Value::String(format!("{word} {}", code(document.number()))));
    }
    Ok(body)
}

fn customer_body(customer: &Customer) -> Value {
    let mut body = Map::new();
    set_text(&mut body, "number", &code(&customer.number), 20);
    set_text(&mut body, "displayName", &customer.name, 100);
    set_text(&mut body, "type", "Company", 7);
    set_text(&mut body, "email", &customer.email, 80);
    set_text(&mut body, "taxRegistrationNumber", &customer.tax_id, 20);
    set_text(&mut body, "currencyCode", customer.currency.as_str(), 10);
    let address = &customer.address;
    let mut lines = address.lines.iter();
    set_text(&mut body, "addressLine1", lines.next().map_or("", String::as_str), 100);
    set_text(&mut body, "addressLine2", &lines.map(String::as_str).collect::<Vec<_>>().join(", "), 50);
    set_text(&mut body, "city", &address.city, 30);
    set_text(&mut body, "state", &address.region, 30);
    set_text(&mut body, "postalCode", &address.postal_code, 20);
    set_text(&mut body, "country", &address.country, 10);
    Value::Object(body)
}

fn invoice_body(invoice: &Invoice) -> Result<Value, AccountingError> {
    let mut lines = Vec::new();
    for line in &invoice.lines {
        let (quantity, unit_price) = line.priced(5);
        let mut written = Map::new();
        set_text(&mut written, "lineType", "Account", 7);
        set_text(&mut written, "lineObjectNumber", &code(&line.account), 20);
        set_text(&mut written, "description", &line.description, 100);
        written.insert("quantity".to_owned(), number(quantity)?);
        written.insert("unitPrice".to_owned(), number(unit_price)?);
        lines.push(Value::Object(written));
    }
    Ok(json!({
        "externalDocumentNumber": code(&invoice.number),
        "invoiceDate": invoice.date.to_string(),
        "postingDate": invoice.date.to_string(),
        "dueDate": invoice.due.to_string(),
        "customerId": invoice.customer.id,
        "currencyCode": invoice.currency.as_str(),
        "salesInvoiceLines": lines,
    }))
}

fn payment_body(payment: &Payment, balancing_account: &str) -> Result<Value, AccountingError> {
    let line = json!({
        "customerId": payment.customer.id,
        "postingDate": payment.date.to_string(),
        "documentNumber": code(&payment.number),
        "externalDocumentNumber": code(&payment.number),
        // What a customer pays is negative.
        "amount": number(-payment.amount)?,
        "appliesToInvoiceId": payment.invoice.id,
        "description": cut(&format!("Payment of {}", payment.invoice_number), 100),
    });
    Ok(json!({"balancingAccountId": balancing_account, "customerPayments": [line]}))
}

/// A refund debits what was sold and credits the bank. The invoice stays paid.
fn refund_lines(refund: &Refund) -> Result<Value, AccountingError> {
    let description = match refund.description.as_str() {
        "" => format!("Refund of {} to {}", refund.invoice_number, refund.customer_number),
        description => format!("{description} ({}, {})", refund.invoice_number, refund.customer_number),
    };
    let line =
        |account: &str, amount| JournalLine { account: account.to_owned(), amount, description: description.clone() };
    let lines = [line(&refund.refund_account, refund.amount), line(&refund.account, -refund.amount)];
    written_lines(&lines, &refund.number, &refund.date.to_string())
}

fn journal_lines(journal: &Journal) -> Result<Value, AccountingError> {
    let described = |line: &JournalLine| match line.description.as_str() {
        "" => JournalLine { description: journal.description.clone(), ..line.clone() },
        _ => line.clone(),
    };
    let lines: Vec<JournalLine> = journal.lines.iter().map(described).collect();
    written_lines(&lines, &journal.number, &journal.date.to_string())
}

fn written_lines(lines: &[JournalLine], document_number: &str, date: &str) -> Result<Value, AccountingError> {
    let mut written = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut fields = Map::new();
        // Lines are 10000 apart, as Business Central has them.
        let line_number = index.saturating_add(1).saturating_mul(10_000);
        fields.insert("lineNumber".to_owned(), Value::from(line_number));
        set_text(&mut fields, "accountType", "G/L Account", 11);
        set_text(&mut fields, "accountNumber", &code(&line.account), 20);
        set_text(&mut fields, "postingDate", date, 10);
        set_text(&mut fields, "documentNumber", &code(document_number), 20);
        set_text(&mut fields, "externalDocumentNumber", &code(document_number), 35);
        fields.insert("amount".to_owned(), number(line.amount)?);
        set_text(&mut fields, "description", &line.description, 100);
        written.push(Value::Object(fields));
    }
    Ok(Value::Array(written))
}

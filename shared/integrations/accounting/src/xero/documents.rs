//! Documents as Xero has them.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::document::{Address, Customer, Document, Invoice, Journal, Payment, Refund};
use crate::error::AccountingError;
use crate::json::{self, cut, number};

/// A request that writes one document.
pub(super) struct Write {
    /// The list that it is sent and answered in: `Invoices`.
    pub list: &'static str,
    /// The name of the document's id: `InvoiceID`.
    pub id: &'static str,
    /// What follows the path: `?unitdp=4`.
    pub query: &'static str,
    /// The document.
    pub document: Value,
}

impl Write {
    /// The body.
    pub fn body(&self) -> Value {
        json!({ self.list: [self.document] })
    }
}

/// How a document is written. A refund is a credit note, which [`payout`] pays out.
pub(super) fn write(document: &Document) -> Result<Write, AccountingError> {
    let (list, id, query, document) = match document {
        Document::Customer(customer) => ("Contacts", "ContactID", "", contact(customer)),
        Document::Invoice(own) => ("Invoices", "InvoiceID", "?unitdp=4", invoice(own)?),
        Document::Payment(own) => ("Payments", "PaymentID", "", payment(own)?),
        Document::Refund(own) => ("CreditNotes", "CreditNoteID", "?unitdp=4", credit_note(own)?),
        Document::Journal(own) => ("ManualJournals", "ManualJournalID", "", manual_journal(own)?),
    };
    Ok(Write { list, id, query, document })
}

/// An amount. Xero has two decimals for all currencies.
fn amount(of: Decimal) -> Result<Value, AccountingError> {
    if of.normalize().scale() > 2 {
        return Err(AccountingError::refused("decimals", format!("Xero keeps two decimals, which {of} has not")));
    }
    number(of)
}

fn contact(customer: &Customer) -> Value {
    let mut contact = json!({"Name": cut(&customer.name, 255), "ContactNumber": customer.number});
    let mut put = |name: &str, value: Value| {
        if let Some(fields) = contact.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    };
    if !customer.email.is_empty() {
        put("EmailAddress", cut(&customer.email, 255).into());
    }
    if !customer.tax_id.is_empty() {
        put("TaxNumber", cut(&customer.tax_id, 50).into());
    }
    if let Some(address) = address(&customer.address) {
        put("Addresses", json!([address]));
    }
    contact
}

/// The same contact under another name, for there is one of its name already.
pub(super) fn renamed(customer: &Customer) -> Customer {
    let number = format!(" ({})", customer.number);
    let left = 255_usize.saturating_sub(number.chars().count());
    Customer { name: format!("{}{number}", cut(&customer.name, left)), ..customer.clone() }
}

fn address(address: &Address) -> Option<Value> {
    let mut fields = Map::new();
    let mut put = |name: String, text: &str, most: usize| {
        if !text.is_empty() {
            fields.insert(name, cut(text, most).into());
        }
    };
    for (place, line) in address.lines.iter().take(4).enumerate() {
        put(format!("AddressLine{}", place.saturating_add(1)), line, 500);
    }
    put("City".to_owned(), &address.city, 255);
    put("Region".to_owned(), &address.region, 255);
    put("PostalCode".to_owned(), &address.postal_code, 50);
    put("Country".to_owned(), &address.country, 50);
    if fields.is_empty() {
        return None;
    }
    // Invoices go to the address of this type.
    fields.insert("AddressType".to_owned(), "POBOX".into());
    Some(Value::Object(fields))
}

fn invoice(invoice: &Invoice) -> Result<Value, AccountingError> {
    let mut lines = Vec::new();
    for line in &invoice.lines {
        // Xero multiplies by itself, and rounds to two decimals.
        amount(line.amount)?;
        let (quantity, unit) = line.priced(4);
        lines.push(json!({
            "Description": described(&line.description, &invoice.number), "Quantity": number(quantity)?,
            "UnitAmount": number(unit)?, "AccountCode": line.account,
        }));
    }
    Ok(json!({
        "Type": "ACCREC", "Contact": {"ContactID": invoice.customer.id}, "InvoiceNumber": invoice.number,
        "Date": invoice.date.to_string(), "DueDate": invoice.due.to_string(),
        "CurrencyCode": invoice.currency.as_str(), "LineAmountTypes": "NoTax", "Status": "AUTHORISED",
        "LineItems": lines,
    }))
}

/// A description, which must not be empty.
fn described(description: &str, number: &str) -> String {
    if description.trim().is_empty() { number.to_owned() } else { cut(description, 4_000) }
}

fn payment(payment: &Payment) -> Result<Value, AccountingError> {
    Ok(json!({
        "Invoice": {"InvoiceID": payment.invoice.id}, "Account": {"Code": payment.account},
        "Date": payment.date.to_string(), "Amount": amount(payment.amount)?, "Reference": payment.number,
    }))
}

fn credit_note(refund: &Refund) -> Result<Value, AccountingError> {
    Ok(json!({
        "Type": "ACCRECCREDIT", "Contact": {"ContactID": refund.customer.id}, "CreditNoteNumber": refund.number,
        "Reference": refund.invoice_number, "Date": refund.date.to_string(),
        "CurrencyCode": refund.currency.as_str(), "LineAmountTypes": "NoTax", "Status": "AUTHORISED",
        "LineItems": [{
            "Description": described(&refund.description, &refund.number), "Quantity": 1,
            "UnitAmount": amount(refund.amount)?, "AccountCode": refund.refund_account,
        }],
    }))
}

/// The payment that pays a refund's credit note out.
pub(super) fn payout(refund: &Refund, credit_note: &str) -> Result<Write, AccountingError> {
    let document = json!({
        "CreditNote": {"CreditNoteID": credit_note}, "Account": {"Code": refund.account},
        "Date": refund.date.to_string(), "Amount": amount(refund.amount)?, "Reference": refund.number,
    });
    Ok(Write { list: "Payments", id: "PaymentID", query: "", document })
}

/// What a manual journal is found by, for it has no number: how its narration begins.
pub(super) fn narrated(number: &str) -> String {
    format!("{number}: ")
}

fn manual_journal(journal: &Journal) -> Result<Value, AccountingError> {
    let mut lines = Vec::new();
    for line in &journal.lines {
        let mut written = json!({"LineAmount": amount(line.amount)?, "AccountCode": line.account});
        if let Some(fields) = written.as_object_mut().filter(|_| !line.description.is_empty()) {
            fields.insert("Description".to_owned(), cut(&line.description, 4_000).into());
        }
        lines.push(written);
    }
    let narration = format!("{}{}", narrated(&journal.number), cut(&journal.description, 3_900));
    Ok(json!({
        "Narration": narration, "Date": journal.date.to_string(), "LineAmountTypes": "NoTax", "Status": "POSTED",
        "JournalLines": lines,
    }))
}

/// Where a document is looked for, and under which query: list, id, path and query.
pub(super) fn search(document: &Document) -> (&'static str, &'static str, String) {
    let filtered = |resource: &str, filter: &str| format!("{resource}?where={}", edge_upstreams::segment(filter));
    match document {
        Document::Customer(own) => (
            "Contacts",
            "ContactID",
            format!("{}&includeArchived=true", filtered("Contacts", &equals("ContactNumber", &own.number))),
        ),
        Document::Invoice(own) => {
            ("Invoices", "InvoiceID", format!("Invoices?InvoiceNumbers={}", edge_upstreams::segment(&own.number)))
        }
        Document::Payment(own) => ("Payments", "PaymentID", filtered("Payments", &equals("Reference", &own.number))),
        Document::Refund(own) => {
            ("CreditNotes", "CreditNoteID", filtered("CreditNotes", &equals("CreditNoteNumber", &own.number)))
        }
        Document::Journal(own) => (
            "ManualJournals",
            "ManualJournalID",
            filtered("ManualJournals", &format!("Narration.StartsWith({})", quoted(&narrated(&own.number)))),
        ),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn equals(field: &str, text: &str) -> String {
    format!("{field}=={}", quoted(text))
}

/// Whether what was found is the document, and counts.
pub(super) fn is_that(document: &Document, found: &Value) -> bool {
    if matches!(json::text(found, "/Status").as_str(), "VOIDED" | "DELETED") {
        return false;
    }
    match document {
        Document::Customer(_) | Document::Journal(_) => true,
        Document::Invoice(_) => json::text(found, "/Type") == "ACCREC",
        Document::Payment(own) => json::text(found, "/Invoice/InvoiceID") == own.invoice.id,
        Document::Refund(_) => json::text(found, "/Type") == "ACCRECCREDIT",
    }
}

/// Whether a credit note is still to be paid out.
pub(super) fn is_open(document: &Document, found: &Value) -> bool {
    let left = found.pointer("/RemainingCredit").and_then(json::decimal);
    matches!(document, Document::Refund(_)) && left.is_some_and(|left| left > Decimal::ZERO)
}

//! Documents as Sage has them.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::document::{Customer, Document, Invoice, InvoiceLine, Journal, Payment, Refund};
use crate::error::AccountingError;
use crate::json::{self, cut, number};

/// A request that creates one document: the list, and what its body is wrapped in.
pub(super) struct Write {
    /// `sales_invoices`.
    pub list: &'static str,
    /// `sales_invoice`.
    pub wrapper: &'static str,
    /// The document.
    pub document: Value,
}

impl Write {
    /// The body.
    pub fn body(&self) -> Value {
        json!({ self.wrapper: self.document })
    }
}

/// What documents refer to by codes that are ids in the books.
pub(super) trait Ids: Sync {
    /// The id of a ledger account.
    fn ledger_account(&self, code: &str) -> String;
    /// The id of a bank account.
    fn bank_account(&self, code: &str) -> String;
    /// The id of the tax rate for lines without tax. Empty: the business has none.
    fn no_tax(&self) -> String;
    /// The business' own currency. Empty: it is not known.
    fn base_currency(&self) -> String;
}

/// Ids that only the books know, as they are shown in plans.
pub(super) struct Unknown;

impl Ids for Unknown {
    fn ledger_account(&self, code: &str) -> String {
        format!("{{ledger account {code}}}")
    }

    fn bank_account(&self, code: &str) -> String {
        format!("{{bank account {code}}}")
    }

    fn no_tax(&self) -> String {
        "{tax rate without tax}".to_owned()
    }

    fn base_currency(&self) -> String {
        String::new()
    }
}

/// The codes that `document` needs: of ledger accounts, and of bank accounts.
pub(super) fn needs(document: &Document) -> (Vec<&str>, Vec<&str>) {
    match document {
        Document::Customer(_) => (Vec::new(), Vec::new()),
        Document::Invoice(own) => (own.lines.iter().map(|line| line.account.as_str()).collect(), Vec::new()),
        Document::Payment(own) => (Vec::new(), vec![own.account.as_str()]),
        Document::Refund(own) => (vec![own.refund_account.as_str()], vec![own.account.as_str()]),
        Document::Journal(own) => (own.lines.iter().map(|line| line.account.as_str()).collect(), Vec::new()),
    }
}

/// How a document is created. A refund is a credit note, which [`payout`] pays out.
pub(super) fn write(document: &Document, ids: &dyn Ids) -> Result<Write, AccountingError> {
    let (list, wrapper, document) = match document {
        Document::Customer(own) => ("contacts", "contact", contact(own, ids)),
        Document::Invoice(own) => ("sales_invoices", "sales_invoice", invoice(own, ids)?),
        Document::Payment(own) => ("contact_payments", "contact_payment", payment(own, ids)?),
        Document::Refund(own) => ("sales_credit_notes", "sales_credit_note", credit_note(own, ids)?),
        Document::Journal(own) => ("journals", "journal", journal(own, ids)?),
    };
    Ok(Write { list, wrapper, document })
}

fn amount(of: Decimal) -> Result<Value, AccountingError> {
    if of.normalize().scale() > 2 {
        return Err(AccountingError::refused("decimals", format!("Sage keeps two decimals, which {of} has not")));
    }
    number(of)
}

/// With the currency, where it is another than the business' own: those without foreign currencies take none.
fn in_currency(mut document: Value, currency: &str, ids: &dyn Ids) -> Value {
    if let Some(fields) = document.as_object_mut().filter(|_| ids.base_currency() != currency) {
        fields.insert("currency_id".to_owned(), currency.into());
    }
    document
}

fn contact(customer: &Customer, ids: &dyn Ids) -> Value {
    let name = if customer.name.trim().is_empty() { &customer.number } else { &customer.name };
    let mut document = json!({"name": cut(name, 200), "contact_type_ids": ["CUSTOMER"], "reference": customer.number});
    let mut put = |name: &str, value: Value| {
        if let Some(fields) = document.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    };
    if !customer.tax_id.is_empty() {
        // The field for it takes only numbers that are right in the business' own country.
        put("notes", cut(&format!("Tax number: {}", customer.tax_id), 2_000).into());
    }
    let mut address = Map::new();
    let line = |place: usize| customer.address.lines.get(place).cloned().unwrap_or_default();
    for (name, text, most) in [
        ("address_line_1", line(0), 50),
        ("address_line_2", line(1), 50),
        ("city", customer.address.city.clone(), 50),
        ("region", customer.address.region.clone(), 50),
        ("postal_code", customer.address.postal_code.clone(), 50),
        ("country_id", customer.address.country.clone(), 2),
    ] {
        if !text.is_empty() {
            address.insert(name.to_owned(), cut(&text, most).into());
        }
    }
    if !address.is_empty() {
        address.insert("is_main_address".to_owned(), true.into());
        put("main_address", Value::Object(address));
    }
    if !customer.email.is_empty() {
        let person = json!({
            "name": cut(name, 60), "email": cut(&customer.email, 120), "contact_person_type_ids": ["CUSTOMER"],
            "is_main_contact": true,
        });
        put("main_contact_person", person);
    }
    in_currency(document, customer.currency.as_str(), ids)
}

fn sales_line(line: &InvoiceLine, number_of: &str, ids: &dyn Ids) -> Result<Value, AccountingError> {
    amount(line.amount)?;
    let (quantity, unit) = line.priced(2);
    let description = if line.description.trim().is_empty() { number_of } else { &line.description };
    let mut written = json!({
        "description": cut(description, 2_000), "ledger_account_id": ids.ledger_account(&line.account),
        "quantity": number(quantity)?, "unit_price": number(unit)?, "tax_amount": 0,
    });
    let rate = ids.no_tax();
    if let Some(fields) = written.as_object_mut().filter(|_| !rate.is_empty()) {
        fields.insert("tax_rate_id".to_owned(), rate.into());
    }
    Ok(written)
}

fn invoice(invoice: &Invoice, ids: &dyn Ids) -> Result<Value, AccountingError> {
    let lines: Result<Vec<_>, _> = invoice.lines.iter().map(|line| sales_line(line, &invoice.number, ids)).collect();
    let document = json!({
        "contact_id": invoice.customer.id, "date": invoice.date.to_string(), "due_date": invoice.due.to_string(),
        "reference": invoice.number, "invoice_lines": lines?,
    });
    Ok(in_currency(document, invoice.currency.as_str(), ids))
}

fn payment(payment: &Payment, ids: &dyn Ids) -> Result<Value, AccountingError> {
    let paid = amount(payment.amount)?;
    let document = json!({
        "transaction_type_id": "CUSTOMER_RECEIPT", "contact_id": payment.customer.id,
        "bank_account_id": ids.bank_account(&payment.account), "date": payment.date.to_string(),
        "total_amount": paid, "reference": payment.number,
        "allocated_artefacts": [{"artefact_id": payment.invoice.id, "amount": paid}],
    });
    Ok(in_currency(document, payment.currency.as_str(), ids))
}

fn credit_note(refund: &Refund, ids: &dyn Ids) -> Result<Value, AccountingError> {
    let line = InvoiceLine {
        description: refund.description.clone(),
        quantity: Decimal::ONE,
        unit_price: refund.amount,
        amount: refund.amount,
        account: refund.refund_account.clone(),
    };
    let document = json!({
        "contact_id": refund.customer.id, "date": refund.date.to_string(), "reference": refund.number,
        "credit_note_lines": [sales_line(&line, &refund.number, ids)?],
    });
    Ok(in_currency(document, refund.currency.as_str(), ids))
}

/// The payment that pays a refund's credit note out.
pub(super) fn payout(refund: &Refund, credit_note: &str, ids: &dyn Ids) -> Result<Write, AccountingError> {
    let paid = amount(refund.amount)?;
    let document = json!({
        "transaction_type_id": "CUSTOMER_REFUND", "contact_id": refund.customer.id,
        "bank_account_id": ids.bank_account(&refund.account), "date": refund.date.to_string(),
        "total_amount": paid, "reference": refund.number,
        "allocated_artefacts": [{"artefact_id": credit_note, "amount": paid}],
    });
    let document = in_currency(document, refund.currency.as_str(), ids);
    Ok(Write { list: "contact_payments", wrapper: "contact_payment", document })
}

fn journal(journal: &Journal, ids: &dyn Ids) -> Result<Value, AccountingError> {
    let mut lines = Vec::new();
    for line in &journal.lines {
        let side = amount(line.amount.abs())?;
        let zero = Value::from(0);
        let (debit, credit) = if line.amount.is_sign_negative() { (zero, side) } else { (side, zero) };
        let mut written = json!({
            "ledger_account_id": ids.ledger_account(&line.account), "debit": debit, "credit": credit,
        });
        if let Some(fields) = written.as_object_mut().filter(|_| !line.description.is_empty()) {
            fields.insert("details".to_owned(), cut(&line.description, 200).into());
        }
        lines.push(written);
    }
    let mut document = json!({"date": journal.date.to_string(), "reference": journal.number, "journal_lines": lines});
    if let Some(fields) = document.as_object_mut().filter(|_| !journal.description.is_empty()) {
        fields.insert("description".to_owned(), cut(&journal.description, 200).into());
    }
    Ok(document)
}

/// The list and the parameters that find `document`, other than journals, which can be searched by nothing. Lists cannot
/// be searched by reference but for contacts: sales and payments are those of the contact on the day.
pub(super) fn search(document: &Document) -> (&'static str, Vec<(&'static str, String)>) {
    let of_day = |contact: &str, date: String| {
        vec![("contact_id", contact.to_owned()), ("from_date", date.clone()), ("to_date", date)]
    };
    match document {
        Document::Customer(own) => ("contacts", vec![("search", own.number.clone())]),
        Document::Invoice(own) => ("sales_invoices", of_day(&own.customer.id, own.date.to_string())),
        Document::Payment(own) => {
            let mut parameters = of_day(&own.customer.id, own.date.to_string());
            parameters.push(("transaction_type_id", "CUSTOMER_RECEIPT".to_owned()));
            ("contact_payments", parameters)
        }
        Document::Refund(own) => ("sales_credit_notes", of_day(&own.customer.id, own.date.to_string())),
        Document::Journal(_) => ("journals", Vec::new()),
    }
}

/// Which fields of what is found are looked at.
pub(super) const LOOKED_AT: &str = "reference,status,outstanding_amount,invoice_number,credit_note_number,created_at";

/// Whether what was found is the document with `number`, and counts.
pub(super) fn is_that(number: &str, found: &Value) -> bool {
    json::text(found, "/reference") == number && !matches!(json::text(found, "/status/id").as_str(), "VOID" | "DELETED")
}

/// Whether a credit note is still to be paid out.
pub(super) fn is_open(document: &Document, found: &Value) -> bool {
    let left = found.pointer("/outstanding_amount").and_then(json::decimal);
    matches!(document, Document::Refund(_)) && left.is_some_and(|left| !left.is_zero())
}

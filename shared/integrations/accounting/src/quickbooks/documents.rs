//! Documents as QuickBooks has them.

use edge_money::Currency;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::document::{Customer, Document, Invoice, InvoiceLine, Journal, Payment, Refund};
use crate::error::AccountingError;
use crate::json::{self, cut, number};

/// What a document refers to by numbers that are ids in the books.
#[derive(Default)]
pub(super) struct Needs {
    /// Numbers of accounts.
    pub accounts: Vec<String>,
    /// Numbers of accounts that need an item which sells to them.
    pub items: Vec<String>,
}

/// What `document` needs.
pub(super) fn needs(document: &Document) -> Needs {
    let mut needs = Needs::default();
    match document {
        Document::Customer(_) => {}
        Document::Invoice(own) => needs.items.extend(own.lines.iter().map(|line| line.account.clone())),
        Document::Payment(own) => needs.accounts.push(own.account.clone()),
        Document::Refund(own) => {
            needs.accounts.push(own.account.clone());
            needs.items.push(own.refund_account.clone());
        }
        Document::Journal(own) => needs.accounts.extend(own.lines.iter().map(|line| line.account.clone())),
    }
    needs
}

/// The ids of accounts and items, by numbers of accounts.
pub(super) trait Ids: Sync {
    /// The account's.
    fn account(&self, number: &str) -> String;
    /// The item's.
    fn item(&self, number: &str) -> String;
}

/// Ids that only the books know, as they are shown in plans.
pub(super) struct Unknown;

impl Ids for Unknown {
    fn account(&self, number: &str) -> String {
        format!("{{account {number}}}")
    }

    fn item(&self, number: &str) -> String {
        format!("{{item {}}}", item_name(number))
    }
}

/// The name of the item that sells to an account.
pub(super) fn item_name(account: &str) -> String {
    cut(&format!("Account {account}"), 100)
}

/// How the kind of a document is called in addresses, and in answers.
pub(super) const fn entity(document: &Document) -> (&'static str, &'static str) {
    match document {
        Document::Customer(_) => ("customer", "Customer"),
        Document::Invoice(_) => ("invoice", "Invoice"),
        Document::Payment(_) => ("payment", "Payment"),
        Document::Refund(_) => ("refundreceipt", "RefundReceipt"),
        Document::Journal(_) => ("journalentry", "JournalEntry"),
    }
}

/// The body that creates `document`. `tax_code`: what lines of sales carry, for companies that ask for one.
pub(super) fn body(document: &Document, ids: &dyn Ids, tax_code: Option<&str>) -> Result<Value, AccountingError> {
    match document {
        Document::Customer(own) => Ok(customer(own)),
        Document::Invoice(own) => invoice(own, ids, tax_code),
        Document::Payment(own) => payment(own, ids),
        Document::Refund(own) => refund_receipt(own, ids, tax_code),
        Document::Journal(own) => journal_entry(own, ids),
    }
}

fn amount(of: Decimal) -> Result<Value, AccountingError> {
    if of.normalize().scale() > 2 {
        return Err(AccountingError::refused("decimals", format!("QuickBooks keeps two decimals, which {of} has not")));
    }
    number(of)
}

fn reference(id: &str) -> Value {
    json!({ "value": id })
}

fn currency(currency: Currency) -> Value {
    reference(currency.as_str())
}

/// How a display name ends: customers have no number of their own in QuickBooks, so it stands in the name.
fn numbered(number: &str) -> String {
    format!("({number})")
}

/// The display name: unique among customers, vendors and employees.
fn display_name(customer: &Customer) -> String {
    let name: String = customer.name.chars().map(|c| if c == ':' || c.is_control() { ' ' } else { c }).collect();
    format!("{} {}", cut(name.trim(), 100), numbered(&customer.number)).trim_start().to_owned()
}

fn customer(customer: &Customer) -> Value {
    let mut fields = Map::new();
    fields.insert("DisplayName".to_owned(), display_name(customer).into());
    fields.insert("CurrencyRef".to_owned(), currency(customer.currency));
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if !customer.name.trim().is_empty() {
        put("CompanyName", cut(&customer.name, 100).into());
        put("PrintOnCheckName", cut(&customer.name, 110).into());
    }
    if !customer.email.is_empty() {
        put("PrimaryEmailAddr", json!({"Address": cut(&customer.email, 100)}));
    }
    if !customer.tax_id.is_empty() && customer.tax_id.chars().count() <= 20 {
        put("PrimaryTaxIdentifier", customer.tax_id.clone().into());
    }
    let mut address = Map::new();
    let lines = customer.address.lines.iter().take(5).enumerate();
    let lines = lines.map(|(place, line)| (format!("Line{}", place.saturating_add(1)), line.clone(), 500));
    let rest = [
        ("City", &customer.address.city, 255),
        ("CountrySubDivisionCode", &customer.address.region, 255),
        ("PostalCode", &customer.address.postal_code, 30),
        ("Country", &customer.address.country, 255),
    ];
    let rest = rest.into_iter().map(|(name, text, most)| (name.to_owned(), text.clone(), most));
    for (name, text, most) in lines.chain(rest).filter(|(_, text, _)| !text.is_empty()) {
        address.insert(name, cut(&text, most).into());
    }
    if !address.is_empty() {
        put("BillAddr", Value::Object(address));
    }
    Value::Object(fields)
}

fn sales_line(line: &InvoiceLine, ids: &dyn Ids, tax_code: Option<&str>) -> Result<Value, AccountingError> {
    let (quantity, unit) = line.priced(5);
    let mut detail = json!({
        "ItemRef": reference(&ids.item(&line.account)), "Qty": number(quantity)?, "UnitPrice": number(unit)?,
    });
    if let (Some(code), Some(fields)) = (tax_code, detail.as_object_mut()) {
        fields.insert("TaxCodeRef".to_owned(), reference(code));
    }
    let mut written = json!({
        "Amount": amount(line.amount)?, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail,
    });
    describe(&mut written, &line.description);
    Ok(written)
}

fn describe(line: &mut Value, description: &str) {
    if let Some(fields) = line.as_object_mut().filter(|_| !description.is_empty()) {
        fields.insert("Description".to_owned(), cut(description, 4_000).into());
    }
}

fn invoice(invoice: &Invoice, ids: &dyn Ids, tax_code: Option<&str>) -> Result<Value, AccountingError> {
    let lines: Result<Vec<_>, _> = invoice.lines.iter().map(|line| sales_line(line, ids, tax_code)).collect();
    Ok(json!({
        "CustomerRef": reference(&invoice.customer.id), "DocNumber": invoice.number,
        "TxnDate": invoice.date.to_string(), "DueDate": invoice.due.to_string(),
        "CurrencyRef": currency(invoice.currency), "GlobalTaxCalculation": "NotApplicable", "Line": lines?,
    }))
}

fn payment(payment: &Payment, ids: &dyn Ids) -> Result<Value, AccountingError> {
    let paid = amount(payment.amount)?;
    Ok(json!({
        "CustomerRef": reference(&payment.customer.id), "TotalAmt": paid, "PaymentRefNum": payment.number,
        "TxnDate": payment.date.to_string(), "CurrencyRef": currency(payment.currency),
        "DepositToAccountRef": reference(&ids.account(&payment.account)),
        "Line": [{"Amount": paid, "LinkedTxn": [{"TxnId": payment.invoice.id, "TxnType": "Invoice"}]}],
    }))
}

fn refund_receipt(refund: &Refund, ids: &dyn Ids, tax_code: Option<&str>) -> Result<Value, AccountingError> {
    let line = InvoiceLine {
        description: refund.description.clone(),
        quantity: Decimal::ONE,
        unit_price: refund.amount,
        amount: refund.amount,
        account: refund.refund_account.clone(),
    };
    Ok(json!({
        "CustomerRef": reference(&refund.customer.id), "DocNumber": refund.number,
        "TxnDate": refund.date.to_string(), "CurrencyRef": currency(refund.currency),
        "GlobalTaxCalculation": "NotApplicable", "PrivateNote": format!("Refund of {}", refund.invoice_number),
        "DepositToAccountRef": reference(&ids.account(&refund.account)), "Line": [sales_line(&line, ids, tax_code)?],
    }))
}

fn journal_entry(journal: &Journal, ids: &dyn Ids) -> Result<Value, AccountingError> {
    let mut lines = Vec::new();
    for line in &journal.lines {
        let side = if line.amount.is_sign_negative() { "Credit" } else { "Debit" };
        let mut written = json!({
            "Amount": amount(line.amount.abs())?, "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": reference(&ids.account(&line.account))},
        });
        describe(&mut written, &line.description);
        lines.push(written);
    }
    let mut body = json!({
        "DocNumber": journal.number, "TxnDate": journal.date.to_string(), "CurrencyRef": currency(journal.currency),
        "Line": lines,
    });
    if let Some(fields) = body.as_object_mut().filter(|_| !journal.description.is_empty()) {
        fields.insert("PrivateNote".to_owned(), cut(&journal.description, 4_000).into());
    }
    Ok(body)
}

/// A text in a query.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The query that finds `document`.
pub(super) fn query(document: &Document) -> String {
    let (_, entity) = entity(document);
    let condition = match document {
        Document::Customer(own) => {
            let ends = quoted(&format!("%{}", numbered(&own.number)));
            format!("DisplayName LIKE {ends} and Active IN (true, false)")
        }
        Document::Payment(own) => format!("PaymentRefNum = {}", quoted(&own.number)),
        Document::Invoice(_) | Document::Refund(_) | Document::Journal(_) => {
            format!("DocNumber = {}", quoted(document.number()))
        }
    };
    format!("select * from {entity} where {condition} STARTPOSITION 1 MAXRESULTS 100")
}

/// Whether what was found is the document.
pub(super) fn is_that(document: &Document, found: &Value) -> bool {
    match document {
        Document::Customer(own) => json::text(found, "/DisplayName").ends_with(&numbered(&own.number)),
        Document::Payment(own) => json::text(found, "/CustomerRef/value") == own.customer.id,
        Document::Invoice(_) | Document::Refund(_) | Document::Journal(_) => true,
    }
}

//! Accounts, customers, sales invoices.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::{closed_period, error, etag, filter, page};
use crate::books::{Account, Books, Stored};
use crate::call::{Call, Reply};
use crate::shape::{Field, Misshapen, Shape, check, decimal, list, number, set, text};

const CUSTOMER: Shape = &[
    ("number", false, Field::Text(20)),
    ("displayName", true, Field::Text(100)),
    ("type", false, Field::Word(&["Company", "Person"])),
    ("addressLine1", false, Field::Text(100)),
    ("addressLine2", false, Field::Text(50)),
    ("city", false, Field::Text(30)),
    ("state", false, Field::Text(30)),
    ("country", false, Field::Text(10)),
    ("postalCode", false, Field::Text(20)),
    ("phoneNumber", false, Field::Text(30)),
    ("email", false, Field::Text(80)),
    ("taxRegistrationNumber", false, Field::Text(20)),
    ("currencyCode", false, Field::Text(10)),
];

const INVOICE: Shape = &[
    ("externalDocumentNumber", false, Field::Text(35)),
    ("invoiceDate", false, Field::Date),
    ("postingDate", false, Field::Date),
    ("dueDate", false, Field::Date),
    ("customerId", true, Field::Text(36)),
    ("currencyCode", false, Field::Text(10)),
    ("salesInvoiceLines", true, Field::List(LINE)),
];

const LINE: Shape = &[
    ("lineType", true, Field::Word(&["Account"])),
    ("lineObjectNumber", true, Field::Text(20)),
    ("description", false, Field::Text(100)),
    ("quantity", true, Field::Number(5)),
    ("unitPrice", true, Field::Number(5)),
];

/// The id of an account: its number, as a GUID.
pub(super) fn account_id(number: &str) -> String {
    let digits = number.bytes().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
    format!("00000000-0000-4000-9000-{digits:0>12}")
}

/// The account of that id.
pub(super) fn account_of<'b>(books: &'b Books, id: &str) -> Option<(&'b String, &'b Account)> {
    books.accounts.iter().find(|(number, _)| account_id(number) == id)
}

/// `body` checked against `fields`.
pub(super) fn checked(call: &Call, fields: Shape) -> Result<Value, Reply> {
    let body = call.json().ok_or_else(|| error(400, "BadRequest", "Invalid Request Body."))?;
    match check(&body, fields) {
        Ok(()) => Ok(body),
        Err(Misshapen { path: at, message: says }) => {
            Err(error(400, "BadRequest", &format!("The property '{at}' {says}.")))
        }
    }
}

/// A code, as it is kept.
pub(super) fn code(body: &Value, pointer: &str) -> String {
    text(body, pointer).to_uppercase()
}

pub(super) fn bad_relation(field: &str, value: &str) -> Reply {
    let says = format!("The field {field} contains a value ({value}) that cannot be found in the related table.");
    error(400, "Internal_InvalidTableRelation", &says)
}

pub(super) fn accounts(books: &Books, call: &Call) -> Reply {
    let wanted = match filter(call) {
        Ok(wanted) => wanted,
        Err(reply) => return reply,
    };
    let is_wanted = |code: &str| match &wanted {
        Some((field, value)) => field == "number" && code == value,
        None => true,
    };
    let shown = |(code, account): (&String, &Account)| {
        json!({"id": account_id(code), "number": code, "displayName": account.name, "blocked": false,
            "accountType": "Posting", "directPosting": true})
    };
    let found = books.accounts.iter().filter(|(code, _)| is_wanted(code)).map(shown);
    page("accounts", found.collect(), call)
}

fn shown(document: &Stored) -> Value {
    let mut body = document.body.clone();
    set(&mut body, "@odata.etag", json!(etag(document)));
    body
}

fn found(books: &Books, company: &str, kind: &str, fields: &[&str], call: &Call) -> Result<Vec<Value>, Reply> {
    let wanted = filter(call)?;
    if let Some((field, _)) = &wanted
        && !fields.contains(&field.as_str())
    {
        return Err(error(400, "BadRequest_NotFound", &format!("Could not find a property named '{field}'.")));
    }
    let is_wanted = |document: &&Stored| match &wanted {
        Some((field, value)) => text(&document.body, &format!("/{field}")) == value,
        None => true,
    };
    Ok(books.of(company, kind).filter(is_wanted).map(shown).collect())
}

pub(super) fn customers(books: &Books, company: &str, call: &Call) -> Reply {
    match found(books, company, "customers", &["number", "displayName"], call) {
        Ok(customers) => page("customers", customers, call),
        Err(reply) => reply,
    }
}

pub(super) fn create_customer(books: &mut Books, company: &str, call: &Call) -> Reply {
    let mut body = match checked(call, CUSTOMER) {
        Ok(body) => body,
        Err(reply) => return reply,
    };
    let id = books.next_uuid();
    let number = code(&body, "/number");
    if books.of(company, "customers").any(|customer| customer.number == number) {
        let says = format!("The Customer already exists. Identification fields and values: No.='{number}'");
        return error(400, "Internal_EntityWithSameKeyExists", &says);
    }
    if text(&body, "/currencyCode").is_empty() {
        set(&mut body, "currencyCode", json!(books.base_currency));
    }
    set(&mut body, "id", json!(id));
    set(&mut body, "number", json!(number));
    let document = stored("customers", id, number, company, books.now, body);
    let reply = Reply::json(201, &shown(&document));
    books.documents.push(document);
    reply
}

pub(super) fn stored(kind: &str, id: String, number: String, company: &str, at: i64, body: Value) -> Stored {
    Stored {
        kind: kind.to_owned(),
        id,
        number,
        company: company.to_owned(),
        at,
        draft: false,
        version: 1,
        total: Decimal::ZERO,
        open: Decimal::ZERO,
        body,
    }
}

pub(super) fn invoices(books: &Books, company: &str, call: &Call) -> Reply {
    match found(books, company, "invoices", &["number", "externalDocumentNumber"], call) {
        Ok(invoices) => page("salesInvoices", invoices, call),
        Err(reply) => reply,
    }
}

pub(super) fn invoice(books: &Books, company: &str, id: &str) -> Reply {
    match books.get(company, "invoices", id) {
        Some(invoice) => Reply::json(200, &shown(invoice)),
        None => super::not_found(),
    }
}

pub(super) fn create_invoice(books: &mut Books, company: &str, call: &Call) -> Reply {
    let mut body = match checked(call, INVOICE) {
        Ok(body) => body,
        Err(reply) => return reply,
    };
    let customer_id = text(&body, "/customerId").to_owned();
    let Some(customer) = books.get(company, "customers", &customer_id) else {
        return bad_relation("Customer Id", &customer_id);
    };
    set(&mut body, "customerNumber", json!(customer.number));
    let (mut net, mut tax) = (Decimal::ZERO, Decimal::ZERO);
    for line in list(&body, "/salesInvoiceLines") {
        let account = code(line, "/lineObjectNumber");
        if !books.accounts.contains_key(&account) {
            return bad_relation("No.", &account);
        }
        let of = |name: &str| line.get(name).map(decimal).unwrap_or_default();
        let amount = of("quantity").checked_mul(of("unitPrice")).unwrap_or_default();
        let amount = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        net += amount;
        // An account may be set up with a tax: a test says so.
        let rate = books.notes.get(&format!("tax {account}")).and_then(|rate| rate.parse().ok()).unwrap_or_default();
        tax += amount.checked_mul(rate).unwrap_or_default();
    }
    let id = books.next_uuid();
    let own = code(&body, "/externalDocumentNumber");
    set(&mut body, "id", json!(id));
    set(&mut body, "number", json!(format!("S-INV{}", books.next_id().saturating_add(1_000))));
    set(&mut body, "externalDocumentNumber", json!(own));
    set(&mut body, "status", json!("Draft"));
    set(&mut body, "totalAmountExcludingTax", number(net));
    set(&mut body, "totalTaxAmount", number(tax));
    set(&mut body, "totalAmountIncludingTax", number(net + tax));
    let document = Stored {
        draft: true,
        total: net + tax,
        open: net + tax,
        ..stored("invoices", id, own, company, books.now, body)
    };
    let reply = Reply::json(201, &shown(&document));
    books.documents.push(document);
    reply
}

pub(super) fn post_invoice(books: &mut Books, company: &str, id: &str) -> Reply {
    let posted = books.next_id().saturating_add(103_000);
    let closed_before = books.closed_before.clone();
    let Some(invoice) = books.get_mut(company, "invoices", id) else { return super::not_found() };
    if !invoice.draft {
        return super::dialog("The invoice is posted already.");
    }
    let date = text(&invoice.body, "/postingDate");
    if closed_before.is_some_and(|closed| date < closed.as_str()) {
        return closed_period("Sales Header");
    }
    invoice.draft = false;
    invoice.version = invoice.version.saturating_add(1);
    set(&mut invoice.body, "status", json!("Open"));
    set(&mut invoice.body, "number", json!(format!("PS-INV{posted}")));
    Reply::empty(204)
}

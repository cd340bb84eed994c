//! Records: customers, invoices, customer payments and journal entries; accounts, items and currencies to refer to.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{ACCOUNT, RECORDS, closed_period, error, page};
use crate::books::{AccountKind, Books, Stored};
use crate::call::{Call, Reply};
use crate::shape::{Field, Misshapen, Shape, check, decimal, list, set, text};

/// A reference to another record.
const REFERENCE: Field = Field::Object(&[("id", true, Field::Text(40)), ("refName", false, Field::Text(300))]);

const ADDRESS: Shape = &[
    ("addr1", false, Field::Text(150)),
    ("addr2", false, Field::Text(150)),
    ("addr3", false, Field::Text(150)),
    ("city", false, Field::Text(50)),
    ("state", false, Field::Text(30)),
    ("zip", false, Field::Text(36)),
    ("country", false, REFERENCE),
];

const CUSTOMER: Shape = &[
    ("externalId", true, Field::Text(40)),
    ("entityId", false, Field::Text(80)),
    ("companyName", true, Field::Text(83)),
    ("isPerson", false, Field::Bool),
    ("email", false, Field::Text(254)),
    ("vatRegNumber", false, Field::Text(20)),
    ("currency", false, REFERENCE),
    ("subsidiary", false, REFERENCE),
    (
        "addressBook",
        false,
        Field::Object(&[(
            "items",
            true,
            Field::List(&[
                ("defaultBilling", false, Field::Bool),
                ("defaultShipping", false, Field::Bool),
                ("addressBookAddress", true, Field::Object(ADDRESS)),
            ]),
        )]),
    ),
];

const INVOICE: Shape = &[
    ("externalId", true, Field::Text(40)),
    ("entity", true, REFERENCE),
    ("tranId", false, Field::Text(45)),
    ("tranDate", true, Field::Date),
    ("dueDate", false, Field::Date),
    ("otherRefNum", false, Field::Text(45)),
    ("memo", false, Field::Text(999)),
    ("currency", false, REFERENCE),
    (
        "item",
        true,
        Field::Object(&[(
            "items",
            true,
            Field::List(&[
                ("item", true, REFERENCE),
                ("description", false, Field::Text(999)),
                ("quantity", true, Field::Number(5)),
                ("rate", false, Field::Number(5)),
                ("amount", false, Field::Number(5)),
            ]),
        )]),
    ),
];

const PAYMENT: Shape = &[
    ("externalId", true, Field::Text(40)),
    ("customer", true, REFERENCE),
    ("tranDate", true, Field::Date),
    ("memo", false, Field::Text(999)),
    ("payment", true, Field::Number(5)),
    ("undepFunds", false, Field::Bool),
    ("account", false, REFERENCE),
    ("currency", false, REFERENCE),
    (
        "apply",
        true,
        Field::Object(&[(
            "items",
            true,
            Field::List(&[("doc", true, REFERENCE), ("apply", true, Field::Bool), ("amount", true, Field::Number(5))]),
        )]),
    ),
];

const JOURNAL: Shape = &[
    ("externalId", true, Field::Text(40)),
    ("tranDate", true, Field::Date),
    ("memo", false, Field::Text(999)),
    ("currency", false, REFERENCE),
    ("subsidiary", false, REFERENCE),
    (
        "line",
        true,
        Field::Object(&[(
            "items",
            true,
            Field::List(&[
                ("account", true, REFERENCE),
                ("debit", false, Field::Number(5)),
                ("credit", false, Field::Number(5)),
                ("entity", false, REFERENCE),
                ("memo", false, Field::Text(4000)),
            ]),
        )]),
    ),
];

/// Internal ids are numbers. Those of accounts (1), items (2) and currencies (3) are their names, each byte three digits.
fn id_of(space: char, name: &str) -> String {
    name.bytes().fold(space.to_string(), |id, byte| format!("{id}{byte:03}"))
}

fn name_of(space: char, id: &str) -> Option<String> {
    let digits = id.strip_prefix(space)?.as_bytes();
    let byte = |three: &[u8]| std::str::from_utf8(three).ok()?.parse::<u8>().ok();
    let bytes: Option<Vec<u8>> = digits.chunks(3).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

fn refusal(detail: impl AsRef<str>, path: &str) -> Reply {
    error(400, "USER_ERROR", detail.as_ref(), path)
}

fn bad_reference(field: &str, id: &str) -> Reply {
    error(400, "INVALID_KEY_OR_REF", &format!("Invalid {field} reference key {id}."), field)
}

/// `GET /record/v1/{name}?q=field IS "value"`.
pub(super) fn search(books: &Books, call: &Call, name: &str) -> Reply {
    let condition = call.parameter("q").unwrap_or_default();
    let wanted = condition.split_once(" IS \"").and_then(|(field, value)| Some((field, value.strip_suffix('"')?)));
    let found = match (name, wanted) {
        ("account", Some(("acctNumber", code))) => books.accounts.contains_key(code).then(|| id_of('1', code)),
        ("serviceSaleItem", Some(("itemId", code))) => books.accounts.contains_key(code).then(|| id_of('2', code)),
        ("currency", Some(("symbol", code))) => ["EUR", "GBP", "INR", "USD"].contains(&code).then(|| id_of('3', code)),
        ("customer", None) if condition.is_empty() => {
            books.of(ACCOUNT, "customers").next().map(|customer| customer.id.clone())
        }
        ("account" | "serviceSaleItem" | "currency" | "customer", _) => {
            return error(
                400,
                "INVALID_PARAMETER",
                "Invalid search query. Detailed unprocessed description follows.",
                "q",
            );
        }
        _ => return error(404, "NONEXISTENT_URL", "There is no such record type.", ""),
    };
    page(found.into_iter().map(|id| json!({"links": [], "id": id})).collect())
}

fn position(books: &Books, name: &str, id: &str) -> Option<usize> {
    let by_external = id.strip_prefix("eid:");
    books.documents.iter().position(|document| {
        let is_type = text(&document.body, "/recordType") == name;
        let is_it = by_external.map_or(document.id == id, |own| text(&document.body, "/externalId") == own);
        is_type && is_it
    })
}

/// `GET /record/v1/{name}/{id}`, or `eid:{externalId}`.
pub(super) fn get(books: &Books, name: &str, id: &str) -> Reply {
    match position(books, name, id).and_then(|at| books.documents.get(at)) {
        Some(document) => Reply::json(200, &document.body),
        None => {
            let detail = "The record instance does not exist. Provide a valid record instance ID.";
            error(404, "NONEXISTENT_ID", detail, "")
        }
    }
}

struct Checked {
    kind: &'static str,
    total: Decimal,
    open: Decimal,
    /// The invoice that is paid, and how much of it.
    paid: Option<(String, Decimal)>,
}

/// `PUT /record/v1/{name}/eid:{externalId}`.
pub(super) fn put(books: &mut Books, call: &Call, name: &str, external_id: &str, mut body: Value) -> Reply {
    let (fields, number_field) = match name {
        "customer" => (CUSTOMER, "entityId"),
        "invoice" => (INVOICE, "tranId"),
        "customerPayment" => (PAYMENT, "tranId"),
        "journalEntry" => (JOURNAL, "tranId"),
        _ => return error(404, "NONEXISTENT_URL", "There is no such record type.", ""),
    };
    if let Err(Misshapen { path, message: says }) = check(&body, fields) {
        let detail = format!("Error while accessing a resource. {path} {says}.");
        return error(400, "INVALID_CONTENT", &detail, &path);
    }
    if text(&body, "/externalId") != external_id {
        return error(400, "INVALID_CONTENT", "The external ID of the body is another.", "externalId");
    }
    let known = position(books, name, &format!("eid:{external_id}"));
    if known.is_some() && name != "customer" && call.parameter("replace").is_none() {
        return refusal("Without replace, an update would add lines to the sublist.", "replace");
    }
    if books.is_closed(text(&body, "/tranDate")) {
        return closed_period();
    }
    if body.pointer("/currency/id").is_some_and(|id| name_of('3', id.as_str().unwrap_or_default()).is_none()) {
        return bad_reference("currency", text(&body, "/currency/id"));
    }
    let checked = match name {
        "customer" => check_customer(books, known, &body),
        "invoice" => check_invoice(books, &body),
        "customerPayment" => check_payment(books, known, &body),
        _ => check_journal(books, external_id, &body),
    };
    let checked = match checked {
        Ok(checked) => checked,
        Err(reply) => return reply,
    };
    let id = match known.and_then(|at| books.documents.get(at)) {
        Some(document) => document.id.clone(),
        None => books.next_id().saturating_add(1_000).to_string(),
    };
    let number = external_id.split_once('_').map_or(external_id, |(_, number)| number).to_owned();
    set(&mut body, "id", json!(id));
    set(&mut body, "recordType", json!(name));
    if body.get(number_field).is_none() {
        set(&mut body, number_field, json!(format!("NS{id}")));
    }
    let document = Stored {
        kind: checked.kind.to_owned(),
        id: id.clone(),
        number,
        company: ACCOUNT.to_owned(),
        at: books.now,
        draft: false,
        version: 0,
        total: checked.total,
        open: checked.open,
        body,
    };
    match known.and_then(|at| books.documents.get_mut(at)) {
        Some(old) => {
            let version = old.version.saturating_add(1);
            *old = Stored { version, at: old.at, open: old.open, ..document };
        }
        None => {
            if let Some((invoice, amount)) = checked.paid
                && let Some(invoice) = books.get_mut(ACCOUNT, "invoices", &invoice)
            {
                invoice.open -= amount;
            }
            books.documents.push(document);
        }
    }
    Reply::empty(204).with("Location", format!("{}{RECORDS}{name}/{id}", call.base))
}

fn check_customer(books: &Books, known: Option<usize>, body: &Value) -> Result<Checked, Reply> {
    let name = text(body, "/entityId");
    let own = known.and_then(|at| books.documents.get(at)).map(|document| document.id.as_str());
    let is_taken = |other: &Stored| text(&other.body, "/entityId") == name && Some(other.id.as_str()) != own;
    if !name.is_empty() && books.of(ACCOUNT, "customers").any(is_taken) {
        let detail =
            "A customer record with this ID already exists. You must enter a unique customer ID for each record.";
        return Err(error(400, "DUP_ENTITY", detail, "entityId"));
    }
    Ok(Checked { kind: "customers", total: Decimal::ZERO, open: Decimal::ZERO, paid: None })
}

fn check_invoice(books: &Books, body: &Value) -> Result<Checked, Reply> {
    let customer = text(body, "/entity/id");
    if books.get(ACCOUNT, "customers", customer).is_none() {
        return Err(bad_reference("entity", customer));
    }
    let lines = list(body, "/item/items");
    if lines.is_empty() {
        return Err(refusal("You must enter at least one line item for this transaction.", "item"));
    }
    let mut total = Decimal::ZERO;
    for line in lines {
        let item = text(line, "/item/id");
        if !name_of('2', item).is_some_and(|code| books.accounts.contains_key(&code)) {
            return Err(bad_reference("item", item));
        }
        let number = |name: &str| line.get(name).map(decimal);
        let product = number("quantity").zip(number("rate")).and_then(|(quantity, rate)| quantity.checked_mul(rate));
        match (product, number("amount")) {
            (Some(product), Some(amount)) if product != amount => {
                return Err(refusal("The amount of a line is not quantity by rate.", "item"));
            }
            (_, Some(amount)) | (Some(amount), None) => total += amount,
            (None, None) => return Err(refusal("Please enter value(s) for: Amount.", "item")),
        }
    }
    if total.is_sign_negative() {
        return Err(refusal("The total of a transaction must not be negative.", "item"));
    }
    Ok(Checked { kind: "invoices", total, open: total, paid: None })
}

fn is_bank(books: &Books, id: &str) -> bool {
    let account = name_of('1', id).and_then(|code| books.accounts.get(&code));
    account.is_some_and(|account| account.kind == AccountKind::Bank)
}

fn check_payment(books: &Books, known: Option<usize>, body: &Value) -> Result<Checked, Reply> {
    let customer = text(body, "/customer/id");
    if books.get(ACCOUNT, "customers", customer).is_none() {
        return Err(bad_reference("customer", customer));
    }
    if body.get("undepFunds").and_then(Value::as_bool) == Some(false) && !is_bank(books, text(body, "/account/id")) {
        return Err(bad_reference("account", text(body, "/account/id")));
    }
    let amount = body.get("payment").map(decimal).unwrap_or_default();
    let [applied] = list(body, "/apply/items") else {
        return Err(refusal("You must apply the payment.", "apply"));
    };
    let invoice_id = text(applied, "/doc/id");
    let invoice = books.get(ACCOUNT, "invoices", invoice_id).ok_or_else(|| bad_reference("doc", invoice_id))?;
    if text(&invoice.body, "/entity/id") != customer {
        return Err(refusal("The invoice is another customer's.", "apply"));
    }
    let part = applied.get("amount").map(decimal).unwrap_or_default();
    let is_too_much = known.is_none() && part > invoice.open;
    if amount <= Decimal::ZERO || part != amount || is_too_much {
        return Err(refusal("The amount applied exceeds what is due.", "apply"));
    }
    Ok(Checked { kind: "payments", total: amount, open: Decimal::ZERO, paid: Some((invoice_id.to_owned(), part)) })
}

fn check_journal(books: &Books, external_id: &str, body: &Value) -> Result<Checked, Reply> {
    let (mut debits, mut credits) = (Decimal::ZERO, Decimal::ZERO);
    for line in list(body, "/line/items") {
        let id = text(line, "/account/id");
        let account = name_of('1', id).and_then(|code| books.accounts.get(&code));
        let account = account.ok_or_else(|| bad_reference("account", id))?;
        if account.kind == AccountKind::Receivable && line.get("entity").is_none() {
            return Err(refusal("A line of an account of receivables needs a name.", "line"));
        }
        match (line.get("debit").map(decimal), line.get("credit").map(decimal)) {
            (Some(debit), None) if debit >= Decimal::ZERO => debits += debit,
            (None, Some(credit)) if credit >= Decimal::ZERO => credits += credit,
            _ => return Err(refusal("A line has either a debit or a credit.", "line")),
        }
    }
    if debits != credits || debits.is_zero() {
        return Err(refusal("The amounts in a journal entry must balance.", "line"));
    }
    let kind = if external_id.starts_with("refunds_") { "refunds" } else { "journals" };
    Ok(Checked { kind, total: debits, open: Decimal::ZERO, paid: None })
}

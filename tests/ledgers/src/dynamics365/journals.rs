//! Journal batches, the customer payments and journal lines in them, and the general ledger that they are posted to.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::entities::{account_id, account_of, bad_relation, checked, code, stored};
use super::{check_version, closed_period, dialog, error, etag, filter, not_found, page};
use crate::books::{Books, Stored};
use crate::call::{Call, Reply};
use crate::shape::{self, Field, Shape, decimal, number, text};

const PAYMENTS: Shape = &[
    ("code", true, Field::Text(10)),
    ("displayName", false, Field::Text(50)),
    ("balancingAccountId", false, Field::Text(36)),
    (
        "customerPayments",
        false,
        Field::List(&[
            ("lineNumber", false, Field::Number(5)),
            ("customerId", true, Field::Text(36)),
            ("postingDate", true, Field::Date),
            ("documentNumber", true, Field::Text(20)),
            ("externalDocumentNumber", false, Field::Text(35)),
            ("amount", true, Field::Number(5)),
            ("appliesToInvoiceId", false, Field::Text(36)),
            ("description", false, Field::Text(100)),
        ]),
    ),
];

const JOURNAL: Shape = &[
    ("code", true, Field::Text(10)),
    ("displayName", false, Field::Text(50)),
    ("balancingAccountId", false, Field::Text(36)),
    (
        "journalLines",
        false,
        Field::List(&[
            ("lineNumber", true, Field::Number(5)),
            ("accountType", true, Field::Word(&["G/L Account"])),
            ("accountNumber", true, Field::Text(20)),
            ("postingDate", true, Field::Date),
            ("documentNumber", true, Field::Text(20)),
            ("externalDocumentNumber", false, Field::Text(35)),
            ("amount", true, Field::Number(5)),
            ("description", false, Field::Text(100)),
        ]),
    ),
];

/// The batches of a set. One that was posted is empty; it is kept among the documents of the kind `batches`.
fn batches<'b>(books: &'b Books, company: &'b str, set: &'b str) -> impl Iterator<Item = &'b Stored> {
    books.documents.iter().filter(move |document| {
        document.company == company && text(&document.body, "/set") == set && document.body.get("code").is_some()
    })
}

const fn lines_of(set: &str) -> &'static str {
    if set.len() == "journals".len() { "journalLines" } else { "customerPayments" }
}

pub(super) fn list(books: &Books, company: &str, set: &str, call: &Call) -> Reply {
    let wanted = match filter(call) {
        Ok(wanted) => wanted,
        Err(reply) => return reply,
    };
    let is_expanded = call.parameter("$expand") == Some(lines_of(set));
    let is_wanted = |batch: &&Stored| match &wanted {
        Some((field, value)) => field == "code" && text(&batch.body, "/code") == value,
        None => true,
    };
    let shown = |batch: &Stored| {
        let mut body = batch.body.clone();
        shape::set(&mut body, "@odata.etag", json!(etag(batch)));
        if let Some(object) = body.as_object_mut() {
            object.remove("set");
            if !is_expanded {
                object.remove(lines_of(set));
            }
        }
        body
    };
    page(set, batches(books, company, set).filter(is_wanted).map(shown).collect(), call)
}

pub(super) fn create(books: &mut Books, company: &str, set: &str, call: &Call) -> Reply {
    let is_payments = set == "customerPaymentJournals";
    let mut body = match checked(call, if is_payments { PAYMENTS } else { JOURNAL }) {
        Ok(body) => body,
        Err(reply) => return reply,
    };
    let own = code(&body, "/code");
    if batches(books, company, set).any(|batch| text(&batch.body, "/code") == own) {
        let says = format!("The Gen. Journal Batch already exists. Identification fields and values: Name='{own}'");
        return error(400, "Internal_EntityWithSameKeyExists", &says);
    }
    let lines = shape::list(&body, &format!("/{}", lines_of(set)));
    let checked = lines
        .iter()
        .map(|line| if is_payments { check_payment(books, company, &body, line) } else { check_line(books, line) });
    let amounts: Vec<Decimal> = match checked.collect() {
        Ok(amounts) => amounts,
        Err(reply) => return reply,
    };
    let number = lines.first().map(|line| code(line, "/documentNumber")).unwrap_or_default();
    let kind = match (is_payments, text(&body, "/displayName").starts_with("Refund ")) {
        (true, _) => "payments",
        (false, true) => "refunds",
        (false, false) => "journals",
    };
    let id = books.next_uuid();
    shape::set(&mut body, "id", json!(id));
    shape::set(&mut body, "code", json!(own));
    shape::set(&mut body, "set", json!(set));
    let total = amounts.iter().filter(|amount| is_payments || amount.is_sign_positive()).map(Decimal::abs).sum();
    let document = Stored { draft: true, total, ..stored(kind, id, number, company, books.now, body) };
    let mut shown = document.body.clone();
    if let Some(object) = shown.as_object_mut() {
        object.remove("set");
        // A deep insert is answered with the entity alone.
        object.remove(lines_of(set));
    }
    books.documents.push(document);
    Reply::json(201, &shown)
}

fn check_payment(books: &Books, company: &str, batch: &Value, line: &Value) -> Result<Decimal, Reply> {
    let customer = text(line, "/customerId");
    if books.get(company, "customers", customer).is_none() {
        return Err(bad_relation("Customer Id", customer));
    }
    let account = text(batch, "/balancingAccountId");
    if account_of(books, account).is_none() {
        return Err(bad_relation("Balancing Account Id", account));
    }
    let amount = line.get("amount").map(decimal).unwrap_or_default();
    if !amount.is_sign_negative() || amount.is_zero() {
        return Err(dialog("The \"amount\" should be a negative number."));
    }
    let invoice_id = text(line, "/appliesToInvoiceId");
    let invoice = books.get(company, "invoices", invoice_id).filter(|invoice| !invoice.draft);
    let invoice = invoice.ok_or_else(|| dialog("The \"appliesToInvoiceId\" should be the id of an open Invoice."))?;
    if text(&invoice.body, "/customerId") != customer {
        return Err(dialog("The invoice does not belong to the specified Customer."));
    }
    Ok(amount)
}

fn check_line(books: &Books, line: &Value) -> Result<Decimal, Reply> {
    let account = code(line, "/accountNumber");
    if !books.accounts.contains_key(&account) {
        return Err(bad_relation("Account No.", &account));
    }
    Ok(line.get("amount").map(decimal).unwrap_or_default())
}

fn position(books: &Books, company: &str, id: &str) -> Option<usize> {
    books.documents.iter().position(|document| {
        document.company == company && text(&document.body, "/id") == id && document.body.get("set").is_some()
    })
}

pub(super) fn delete(books: &mut Books, company: &str, id: &str, call: &Call) -> Reply {
    let Some(at) = position(books, company, id) else { return not_found() };
    let Some(batch) = books.documents.get(at) else { return not_found() };
    if let Err(reply) = check_version(call, batch) {
        return reply;
    }
    books.documents.remove(at);
    Reply::empty(204)
}

/// Posts a batch: its lines become entries of the general ledger, and it is empty.
pub(super) fn post(books: &mut Books, company: &str, id: &str) -> Reply {
    let Some(at) = position(books, company, id) else { return not_found() };
    let Some(batch) = books.documents.get(at).cloned() else { return not_found() };
    let set = text(&batch.body, "/set").to_owned();
    let lines = shape::list(&batch.body, &format!("/{}", lines_of(&set))).to_vec();
    if lines.is_empty() {
        return dialog("There is nothing to post.");
    }
    let of = |line: &Value| line.get("amount").map(decimal).unwrap_or_default();
    if lines.iter().any(|line| books.is_closed(text(line, "/postingDate"))) {
        return closed_period("Gen. Journal Line");
    }
    let is_payments = set == "customerPaymentJournals";
    let balance: Decimal = lines.iter().map(of).sum();
    if !is_payments && !balance.is_zero() {
        return dialog(&format!("Document No. {} is out of balance by {balance}.", batch.number));
    }
    if is_payments && let Err(reply) = apply(books, company, &lines) {
        return reply;
    }
    let mut entries = Vec::new();
    for line in &lines {
        let account = if is_payments {
            let bank = text(&batch.body, "/balancingAccountId");
            account_of(books, bank).map(|(number, _)| number.clone()).unwrap_or_default()
        } else {
            code(line, "/accountNumber")
        };
        // What a customer pays is a debit of the bank; that of the receivables is left out.
        let amount = if is_payments { -of(line) } else { of(line) };
        let (debit, credit) =
            if amount.is_sign_negative() { (Decimal::ZERO, -amount) } else { (amount, Decimal::ZERO) };
        entries.push(json!({
            "id": books.next_uuid(), "entryNumber": books.next_id(), "postingDate": text(line, "/postingDate"),
            "documentNumber": code(line, "/documentNumber"), "documentType": if is_payments { "Payment" } else { " " },
            "accountId": account_id(&account), "accountNumber": account, "description": text(line, "/description"),
            "debitAmount": number(debit), "creditAmount": number(credit),
        }));
    }
    let id = entries.first().map(|entry| text(entry, "/id").to_owned()).unwrap_or_default();
    let posted = json!({"displayName": text(&batch.body, "/displayName"), "entries": entries, "lines": lines});
    // What is posted takes the place of the draft; the empty batch stays.
    let mut empty = batch.clone();
    empty.kind = "batches".to_owned();
    empty.version = empty.version.saturating_add(1);
    if let Some(object) = empty.body.as_object_mut() {
        object.insert(lines_of(&set).to_owned(), json!([]));
    }
    if let Some(own) = books.documents.get_mut(at) {
        *own = Stored { id, draft: false, body: posted, ..batch };
    }
    books.documents.push(empty);
    Reply::empty(204)
}

/// Applies payments to their invoices.
fn apply(books: &mut Books, company: &str, lines: &[Value]) -> Result<(), Reply> {
    for line in lines {
        let amount = -line.get("amount").map(decimal).unwrap_or_default();
        let invoice = books.get_mut(company, "invoices", text(line, "/appliesToInvoiceId"));
        let Some(invoice) = invoice.filter(|invoice| amount <= invoice.open) else {
            return Err(dialog("You cannot apply more than the remaining amount of the invoice."));
        };
        invoice.open -= amount;
        if invoice.open.is_zero() {
            shape::set(&mut invoice.body, "status", json!("Paid"));
        }
    }
    Ok(())
}

/// Entries of the general ledger.
pub(super) fn entries(books: &Books, company: &str, call: &Call) -> Reply {
    let wanted = match filter(call) {
        Ok(wanted) => wanted,
        Err(reply) => return reply,
    };
    let is_wanted = |entry: &&Value| match &wanted {
        Some((field, value)) => field == "documentNumber" && text(entry, "/documentNumber") == value,
        None => true,
    };
    let posted = books.documents.iter().filter(|document| document.company == company);
    let entries = posted.flat_map(|document| shape::list(&document.body, "/entries"));
    page("generalLedgerEntries", entries.filter(is_wanted).cloned().collect(), call)
}

//! Contacts, sales invoices, credit notes, contact payments and journals.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::{closed, error, invalid, shapes, taken};
use crate::books::{AccountKind, Books};
use crate::call::{Call, Reply};
use crate::shape::{Shape, amount, check, list, number, text, with};

/// A resource: its list, what bodies are wrapped in, the kinds that its documents are here, what may be written.
pub(super) struct Kind {
    pub list: &'static str,
    pub wrapper: &'static str,
    pub kinds: &'static [&'static str],
    pub shape: Shape,
}

pub(super) const KINDS: [Kind; 5] = [
    Kind { list: "contacts", wrapper: "contact", kinds: &["customers"], shape: shapes::CONTACT },
    Kind { list: "sales_invoices", wrapper: "sales_invoice", kinds: &["invoices"], shape: shapes::SALES_INVOICE },
    Kind {
        list: "sales_credit_notes",
        wrapper: "sales_credit_note",
        kinds: &["refunds"],
        shape: shapes::SALES_CREDIT_NOTE,
    },
    Kind {
        list: "contact_payments",
        wrapper: "contact_payment",
        kinds: &["payments", "refund_payments"],
        shape: shapes::CONTACT_PAYMENT,
    },
    Kind { list: "journals", wrapper: "journal", kinds: &["journals"], shape: shapes::JOURNAL },
];

/// The id of the ledger account with that code.
pub(super) fn account_id(code: &str) -> String {
    format!("ledger{code}")
}

/// The id of the bank account with that code.
pub(super) fn bank_id(code: &str) -> String {
    format!("bank{code}")
}

const SOLD_TO: [AccountKind; 3] = [AccountKind::Revenue, AccountKind::Liability, AccountKind::Expense];

fn has_account(books: &Books, id: &str, kinds: &[AccountKind]) -> bool {
    id.strip_prefix("ledger").is_some_and(|code| books.has_account(code, kinds))
}

/// What a document is created as: kind, number, total, what is added to it.
type Written = Result<(&'static str, Decimal, Value), Reply>;

/// Creates a document: `{"contact":{…}}`.
pub(super) fn write(books: &mut Books, call: &Call, business: &str, resource: &str) -> Reply {
    let Some(kind) = KINDS.iter().find(|kind| kind.list == resource) else {
        return error(404, "RecordNotFound", "The resource was not found", "");
    };
    let body = call.json().unwrap_or_default();
    let Some(sent) = body.get(kind.wrapper).filter(|_| body.as_object().is_some_and(|body| body.len() == 1)) else {
        return invalid("param is missing or the value is empty", kind.wrapper);
    };
    if let Err(misshapen) = check(sent, kind.shape) {
        return invalid(&misshapen.message, &misshapen.path);
    }
    if sent.get("date").is_some() && books.is_closed(text(sent, "/date")) {
        return closed();
    }
    let id = books.next_uuid().replace('-', "");
    let written = match kind.list {
        "contacts" => contact(books, business, sent),
        "sales_invoices" => sale(books, business, sent, "/invoice_lines", "invoices"),
        "sales_credit_notes" => sale(books, business, sent, "/credit_note_lines", "refunds"),
        "contact_payments" => contact_payment(books, business, sent),
        _ => journal(books, sent),
    };
    let (stored, total, more) = match written {
        Ok(written) => written,
        Err(refusal) => return refusal,
    };
    let common = json!({
        "id": id, "$path": format!("/{resource}/{id}"), "created_at": format!("2026-11-30T00:00:00.{:06}Z", books.ids),
        "displayed_as": text(sent, "/reference"),
    });
    let document = with(&with(&shown(sent), more), common);
    books.keep(stored, business, &id, text(sent, "/reference"), total, document.clone());
    Reply::json(201, &document)
}

/// What was sent, as it is answered: in place of ids there are objects with ids.
fn shown(sent: &Value) -> Value {
    let mut fields = serde_json::Map::new();
    for (name, value) in sent.as_object().into_iter().flatten() {
        let base = |id: &Value| json!({"id": id, "displayed_as": id});
        match (name.strip_suffix("_ids"), name.strip_suffix("_id"), value) {
            (Some(plural), _, Value::Array(ids)) => {
                fields.insert(format!("{plural}s"), ids.iter().map(base).collect());
            }
            (_, Some(singular), id) => {
                fields.insert(singular.to_owned(), base(id));
            }
            (_, _, Value::Array(list)) => {
                fields.insert(name.clone(), list.iter().map(shown).collect());
            }
            (_, _, Value::Object(_)) => {
                fields.insert(name.clone(), shown(value));
            }
            _ => {
                fields.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(fields)
}

fn contact(books: &Books, business: &str, sent: &Value) -> Written {
    let own = text(sent, "/reference");
    if books.of(business, "customers").any(|other| !own.is_empty() && other.number == own) {
        return Err(taken());
    }
    Ok(("customers", Decimal::ZERO, json!({"deletable": true, "balance": 0})))
}

/// A sales invoice, or a credit note.
fn sale(books: &Books, business: &str, sent: &Value, lines: &str, kind: &'static str) -> Written {
    let contact = text(sent, "/contact_id");
    let Some(customer) = books.get(business, "customers", contact) else {
        return Err(invalid("Contact can't be blank", "contact_id"));
    };
    let mut total = Decimal::ZERO;
    for (place, line) in list(sent, lines).iter().enumerate() {
        let at = |field: &str| format!("{}[{place}].{field}", lines.trim_start_matches('/'));
        if !has_account(books, text(line, "/ledger_account_id"), &SOLD_TO) {
            return Err(invalid("Ledger account can't be blank", &at("ledger_account_id")));
        }
        if !["GB_NO_TAX", "GB_ZERO"].contains(&text(line, "/tax_rate_id")) {
            return Err(invalid("Tax rate can't be blank", &at("tax_rate_id")));
        }
        let product = amount(line, "/quantity").checked_mul(amount(line, "/unit_price")).unwrap_or_default();
        let product = product.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        total = total.checked_add(product).unwrap_or_default();
    }
    if total < Decimal::ZERO {
        return Err(invalid("Total must be greater than or equal to 0", "total_amount"));
    }
    let currency = Some(text(sent, "/currency_id")).filter(|currency| !currency.is_empty());
    let name = text(&customer.body, "/name");
    let generated = books.of(business, kind).count().saturating_add(1);
    let (number_name, prefix) =
        if kind == "invoices" { ("invoice_number", "SI-") } else { ("credit_note_number", "SCN-") };
    let more = json!({
        "contact": {"id": contact, "displayed_as": name}, "contact_name": name,
        number_name: format!("{prefix}{generated}"), "status": {"id": "UNPAID", "displayed_as": "Unpaid"},
        "net_amount": number(total), "tax_amount": 0, "total_amount": number(total),
        "outstanding_amount": number(total), "currency": {"id": currency.unwrap_or(&books.base_currency)},
    });
    Ok((kind, total, more))
}

fn contact_payment(books: &mut Books, business: &str, sent: &Value) -> Written {
    let bank = text(sent, "/bank_account_id").strip_prefix("bank").unwrap_or_default();
    if !books.has_account(bank, &[AccountKind::Bank]) {
        return Err(invalid("Bank account can't be blank", "bank_account_id"));
    }
    let contact = text(sent, "/contact_id").to_owned();
    if books.get(business, "customers", &contact).is_none() {
        return Err(invalid("Contact can't be blank", "contact_id"));
    }
    let receipt = text(sent, "/transaction_type_id") == "CUSTOMER_RECEIPT";
    let (kind, of) = if receipt { ("payments", "invoices") } else { ("refund_payments", "refunds") };
    let total = amount(sent, "/total_amount");
    let artefacts = list(sent, "/allocated_artefacts");
    let allocated: Decimal = artefacts.iter().map(|artefact| amount(artefact, "/amount")).sum();
    if total <= Decimal::ZERO || allocated > total {
        return Err(invalid("Total amount must be at least what is allocated", "total_amount"));
    }
    // What is allocated is checked before anything is changed.
    for change in [false, true] {
        for artefact in artefacts {
            let part = amount(artefact, "/amount");
            let Some(document) = books.get_mut(business, of, text(artefact, "/artefact_id")) else {
                return Err(invalid("Artefact can't be blank", "allocated_artefacts[0].artefact_id"));
            };
            if part > document.open {
                let message = "Amount must be less than or equal to the outstanding amount";
                return Err(invalid(message, "allocated_artefacts[0].amount"));
            }
            if text(&document.body, "/contact/id") != contact {
                return Err(invalid("Artefact belongs to another contact", "allocated_artefacts[0].artefact_id"));
            }
            if change {
                document.open = document.open.checked_sub(part).unwrap_or_default();
                let status = if document.open == Decimal::ZERO { "PAID" } else { "PART_PAID" };
                let more = json!({"outstanding_amount": number(document.open), "status": {"id": status}});
                document.body = with(&document.body, more);
            }
        }
    }
    let more = json!({
        "contact": {"id": contact}, "transaction_type": {"id": text(sent, "/transaction_type_id")},
        "bank_account": {"id": text(sent, "/bank_account_id")}, "editable": true,
    });
    Ok((kind, total, more))
}

fn journal(books: &Books, sent: &Value) -> Written {
    let (mut debits, mut credits) = (Decimal::ZERO, Decimal::ZERO);
    for (place, line) in list(sent, "/journal_lines").iter().enumerate() {
        let kinds = [AccountKind::Bank, AccountKind::Revenue, AccountKind::Expense, AccountKind::Liability];
        if !has_account(books, text(line, "/ledger_account_id"), &kinds) {
            return Err(invalid("Ledger account can't be blank", &format!("journal_lines[{place}].ledger_account_id")));
        }
        let (debit, credit) = (amount(line, "/debit"), amount(line, "/credit"));
        if debit < Decimal::ZERO || credit < Decimal::ZERO || (debit > Decimal::ZERO) == (credit > Decimal::ZERO) {
            return Err(invalid("Enter either a debit or a credit", &format!("journal_lines[{place}]")));
        }
        debits = debits.checked_add(debit).unwrap_or_default();
        credits = credits.checked_add(credit).unwrap_or_default();
    }
    if debits != credits {
        return Err(invalid("Total debits must equal total credits", "journal_lines"));
    }
    Ok(("journals", debits, json!({"total": number(debits)})))
}

//! Customers, items, invoices, payments, refund receipts and journal entries.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

use super::{closed, duplicate_name, duplicate_number, fault, shapes};
use crate::books::{AccountKind, Books};
use crate::call::{Call, Reply};
use crate::shape::{Shape, amount, check, list, number, text, with};

/// An entity: its name in addresses and in answers, the kind that its documents are here, what may be written.
pub(super) struct Kind {
    pub resource: &'static str,
    pub entity: &'static str,
    pub kind: &'static str,
    pub shape: Shape,
}

pub(super) const KINDS: [Kind; 6] = [
    Kind { resource: "customer", entity: "Customer", kind: "customers", shape: shapes::CUSTOMER },
    Kind { resource: "item", entity: "Item", kind: "items", shape: shapes::ITEM },
    Kind { resource: "invoice", entity: "Invoice", kind: "invoices", shape: shapes::INVOICE },
    Kind { resource: "payment", entity: "Payment", kind: "payments", shape: shapes::PAYMENT },
    Kind { resource: "refundreceipt", entity: "RefundReceipt", kind: "refunds", shape: shapes::REFUND_RECEIPT },
    Kind { resource: "journalentry", entity: "JournalEntry", kind: "journals", shape: shapes::JOURNAL_ENTRY },
];

/// The id of the account with that number.
pub(super) fn account_id(code: &str) -> String {
    format!("9{code}")
}

fn has_account(books: &Books, id: &str, kinds: &[AccountKind]) -> bool {
    id.strip_prefix('9').is_some_and(|code| books.has_account(code, kinds))
}

fn no_reference(field: &str) -> Reply {
    let detail = format!("Invalid Reference Id : Something you're trying to use has been made inactive: {field}");
    fault("ValidationFault", "2500", "Invalid Reference Id", &detail, field)
}

fn business(detail: &str) -> Reply {
    fault(
        "ValidationFault",
        "6000",
        "A business validation error has occurred while processing your request",
        detail,
        "",
    )
}

/// Creates a document. Updates are not known here.
pub(super) fn write(books: &mut Books, call: &Call, realm: &str, resource: &str) -> Reply {
    let Some(kind) = KINDS.iter().find(|kind| kind.resource == resource) else { return Reply::empty(404) };
    let Some(sent) = call.json() else { return Reply::empty(400) };
    if let Err(misshapen) = check(&sent, kind.shape) {
        let detail = format!("Property Name:{} {}", misshapen.path, misshapen.message);
        let message = "Request has invalid or unsupported property";
        return fault("ValidationFault", "2010", message, &detail, &misshapen.path);
    }
    if books.is_closed(text(&sent, "/TxnDate")) && sent.get("TxnDate").is_some() {
        return closed();
    }
    let written = match kind.kind {
        "customers" => customer(books, realm, &sent),
        "items" => item(books, realm, &sent),
        "payments" => payment(books, realm, &sent),
        "journals" => journal(books, &sent),
        _ => sale(books, realm, kind, &sent),
    };
    let (total, more) = match written {
        Ok(written) => written,
        Err(refusal) => return refusal,
    };
    // Ids are numbers, counted through all entities.
    let id = books.next_id().saturating_add(100).to_string();
    let stored = json!({"Id": id, "SyncToken": "0", "domain": "QBO", "sparse": false});
    let document = with(&with(&sent, more), stored);
    let own = ["/DocNumber", "/PaymentRefNum", "/Name"].map(|pointer| text(&sent, pointer));
    let own = own.into_iter().find(|own| !own.is_empty()).map(str::to_owned);
    // A customer has no number: it stands in parentheses at the end of the name.
    let name = text(&sent, "/DisplayName");
    let bracketed = name.strip_suffix(')').and_then(|name| name.rsplit_once('(')).map_or(name, |(_, number)| number);
    books.keep(kind.kind, realm, &id, &own.unwrap_or_else(|| bracketed.to_owned()), total, document.clone());
    Reply::json(200, &json!({kind.entity: document, "time": "2026-11-30T00:00:00.000-08:00"}))
}

type Written = Result<(Decimal, Value), Reply>;

fn customer(books: &Books, realm: &str, sent: &Value) -> Written {
    let name = text(sent, "/DisplayName");
    if name.contains([':', '\t', '\n']) {
        let detail = "Element: DisplayName contains an invalid character";
        return Err(fault("ValidationFault", "2040", "Invalid String", detail, "DisplayName"));
    }
    if books.of(realm, "customers").any(|own| text(&own.body, "/DisplayName").eq_ignore_ascii_case(name)) {
        return Err(duplicate_name());
    }
    Ok((Decimal::ZERO, json!({"Active": true, "Balance": 0, "FullyQualifiedName": name, "Job": false})))
}

fn item(books: &Books, realm: &str, sent: &Value) -> Written {
    let name = text(sent, "/Name");
    if books.of(realm, "items").any(|own| text(&own.body, "/Name").eq_ignore_ascii_case(name)) {
        return Err(duplicate_name());
    }
    let kinds = [AccountKind::Revenue, AccountKind::Liability, AccountKind::Expense];
    if !has_account(books, text(sent, "/IncomeAccountRef/value"), &kinds) {
        return Err(no_reference("IncomeAccountRef"));
    }
    Ok((Decimal::ZERO, json!({"Active": true, "FullyQualifiedName": name})))
}

/// An invoice, or a refund receipt.
fn sale(books: &mut Books, realm: &str, kind: &Kind, sent: &Value) -> Written {
    let own = text(sent, "/DocNumber");
    if books.of(realm, kind.kind).any(|other| other.number == own) {
        return Err(duplicate_number());
    }
    let Some(customer) = books.get(realm, "customers", text(sent, "/CustomerRef/value")) else {
        return Err(no_reference("CustomerRef"));
    };
    let currency = text(sent, "/CurrencyRef/value");
    let customers = text(&customer.body, "/CurrencyRef/value");
    let customers = if customers.is_empty() { books.base_currency.as_str() } else { customers };
    if !currency.is_empty() && currency != customers {
        return Err(business("Business Validation Error: The transaction's currency must be the customer's currency"));
    }
    let account = text(sent, "/DepositToAccountRef/value");
    if kind.kind == "refunds" && !has_account(books, account, &[AccountKind::Bank]) {
        return Err(no_reference("DepositToAccountRef"));
    }
    let mut total = Decimal::ZERO;
    for line in list(sent, "/Line") {
        if books.get(realm, "items", text(line, "/SalesItemLineDetail/ItemRef/value")).is_none() {
            return Err(no_reference("ItemRef"));
        }
        let amount_there = amount(line, "/Amount");
        if line.pointer("/SalesItemLineDetail/Qty").is_some() {
            let product = amount(line, "/SalesItemLineDetail/Qty")
                .checked_mul(amount(line, "/SalesItemLineDetail/UnitPrice"))
                .unwrap_or_default();
            if product.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero) != amount_there {
                let message = "Amount calculation incorrect in the request";
                let detail = "Amount is not equal to UnitPrice * Qty";
                return Err(fault("ValidationFault", "6070", message, detail, "Amount"));
            }
        }
        total = total.checked_add(amount_there).unwrap_or_default();
    }
    if total < Decimal::ZERO {
        return Err(business("Business Validation Error: Transaction amount must be 0 or greater."));
    }
    Ok((total, json!({"TotalAmt": number(total), "Balance": number(total)})))
}

fn payment(books: &mut Books, realm: &str, sent: &Value) -> Written {
    let customer = text(sent, "/CustomerRef/value").to_owned();
    if books.get(realm, "customers", &customer).is_none() {
        return Err(no_reference("CustomerRef"));
    }
    let account = text(sent, "/DepositToAccountRef/value");
    if !account.is_empty() && !has_account(books, account, &[AccountKind::Bank]) {
        return Err(no_reference("DepositToAccountRef"));
    }
    let total = amount(sent, "/TotalAmt");
    let applied: Decimal = list(sent, "/Line").iter().map(|line| amount(line, "/Amount")).sum();
    if applied > total {
        return Err(business("Business Validation Error: The amount applied is more than the payment"));
    }
    // What is applied is checked before anything is changed.
    for change in [false, true] {
        for line in list(sent, "/Line") {
            let part = amount(line, "/Amount");
            let id = text(line, "/LinkedTxn/0/TxnId");
            let Some(invoice) = books.get_mut(realm, "invoices", id) else { return Err(no_reference("TxnId")) };
            if text(&invoice.body, "/CustomerRef/value") != customer {
                return Err(business("Business Validation Error: The invoice is another customer's"));
            }
            if part > invoice.open {
                return Err(business("Business Validation Error: You can't pay more than what is outstanding"));
            }
            if change {
                invoice.open = invoice.open.checked_sub(part).unwrap_or_default();
                invoice.body = with(&invoice.body, json!({"Balance": number(invoice.open)}));
            }
        }
    }
    let rest = total.checked_sub(applied).unwrap_or_default();
    Ok((total, json!({"UnappliedAmt": number(rest), "ProcessPayment": false})))
}

fn journal(books: &Books, sent: &Value) -> Written {
    let (mut debits, mut credits) = (Decimal::ZERO, Decimal::ZERO);
    for line in list(sent, "/Line") {
        let account = text(line, "/JournalEntryLineDetail/AccountRef/value");
        let entity = [AccountKind::Receivable, AccountKind::Payable];
        if has_account(books, account, &entity) {
            return Err(business(
                "Business Validation Error: When you use Accounts Receivable, you must choose a customer in the Name field.",
            ));
        }
        let kinds = [AccountKind::Bank, AccountKind::Revenue, AccountKind::Expense, AccountKind::Liability];
        if !has_account(books, account, &kinds) {
            return Err(no_reference("AccountRef"));
        }
        let part = amount(line, "/Amount");
        if part < Decimal::ZERO {
            return Err(business("Business Validation Error: Amounts of journal entries must not be negative"));
        }
        let side =
            if text(line, "/JournalEntryLineDetail/PostingType") == "Debit" { &mut debits } else { &mut credits };
        *side = side.checked_add(part).unwrap_or_default();
    }
    if debits != credits {
        return Err(business("Business Validation Error: The debits and credits do not match"));
    }
    Ok((debits, json!({"TotalAmt": number(debits), "Adjustment": false})))
}

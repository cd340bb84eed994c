//! Lists, page by page. A page past the end repeats the last one.

use serde_json::{Map, Value, json};

use super::documents::{KINDS, account_id, bank_id};
use super::error;
use crate::books::{AccountKind, Books};
use crate::call::{Call, Reply};
use crate::shape::text;

fn accounts(books: &Books) -> Vec<Value> {
    let account = |(code, account): (&String, &crate::Account)| {
        json!({
            "id": account_id(code), "displayed_as": format!("{} ({code})", account.name),
            "$path": format!("/ledger_accounts/{}", account_id(code)), "name": account.name,
            "nominal_code": code.parse::<u64>().ok(), "is_control_account": account.kind == AccountKind::Receivable,
        })
    };
    books.accounts.iter().map(account).collect()
}

fn banks(books: &Books) -> Vec<Value> {
    let banks = books.accounts.iter().filter(|(_, account)| account.kind == AccountKind::Bank);
    let bank = |(code, account): (&String, &crate::Account)| {
        json!({
            "id": bank_id(code), "displayed_as": format!("{} ({code})", account.name),
            "$path": format!("/bank_accounts/{}", bank_id(code)), "nominal_code": code.parse::<u64>().ok(),
            "is_active": true,
        })
    };
    banks.map(bank).collect()
}

fn tax_rates() -> Vec<Value> {
    let rate = |(id, name, percentage): (&str, &str, i64)| {
        json!({
            "id": id, "displayed_as": name, "$path": format!("/tax_rates/{id}"), "name": name,
            "percentage": percentage, "is_visible": true,
        })
    };
    [("GB_STANDARD", "Standard", 20), ("GB_ZERO", "Zero Rated", 0), ("GB_NO_TAX", "No Tax", 0)].map(rate).to_vec()
}

/// The parameters that narrow a list, and the fields that they look at.
fn meets(call: &Call, document: &Value) -> bool {
    call.query.iter().all(|(name, value)| match name.as_str() {
        "contact_id" => text(document, "/contact/id") == value,
        "transaction_type_id" => text(document, "/transaction_type/id") == value,
        "bank_account_id" => text(document, "/bank_account/id") == value,
        "from_date" => text(document, "/date") >= value.as_str(),
        "to_date" => text(document, "/date") <= value.as_str(),
        "search" => [text(document, "/name"), text(document, "/reference")].iter().any(|own| own.contains(value)),
        _ => true,
    })
}

/// Which parameters a list takes beside those of its pages.
fn takes(resource: &str) -> &'static [&'static str] {
    match resource {
        "contacts" => &["search", "contact_type_id", "email"],
        "sales_invoices" | "sales_credit_notes" => {
            &["search", "contact_id", "status_id", "from_date", "to_date", "sort"]
        }
        "contact_payments" => &["contact_id", "bank_account_id", "transaction_type_id", "from_date", "to_date", "sort"],
        "ledger_accounts" => &["search", "visible_in"],
        _ => &[],
    }
}

/// What is asked of a document: all of it, or some fields beside its id, name and path.
fn shown(document: &Value, attributes: &str) -> Value {
    if attributes == "all" {
        return document.clone();
    }
    let always = ["id", "displayed_as", "$path"];
    let asked: Vec<&str> = always.into_iter().chain(attributes.split(',')).collect();
    let fields = document.as_object().into_iter().flatten();
    let fields = fields.filter(|(name, _)| asked.contains(&name.as_str()));
    Value::Object(fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}

/// A list, or the settings.
pub(super) fn read(books: &Books, call: &Call, business: &str, resource: &str) -> Reply {
    if resource == "financial_settings" {
        let base = json!({"id": books.base_currency, "displayed_as": books.base_currency});
        let settings = json!({
            "$path": "/financial_settings", "base_currency": base, "multi_currency_enabled": true,
            "year_end_lockdown_date": books.closed_before,
        });
        return Reply::json(200, &settings);
    }
    let all: Vec<Value> = match resource {
        "businesses" => {
            let business = |company: &crate::Company| {
                json!({
                    "id": company.id, "displayed_as": company.name, "$path": format!("/businesses/{}", company.id),
                    "name": company.name,
                })
            };
            books.companies.iter().map(business).collect()
        }
        "ledger_accounts" => accounts(books),
        "bank_accounts" => banks(books),
        "tax_rates" => tax_rates(),
        _ => {
            let kinds = KINDS.iter().filter(|kind| kind.list == resource).flat_map(|kind| kind.kinds);
            let of_kinds = kinds.flat_map(|kind| books.of(business, kind));
            of_kinds.map(|document| document.body.clone()).collect()
        }
    };
    let is_list = KINDS.iter().any(|kind| kind.list == resource)
        || ["businesses", "ledger_accounts", "bank_accounts", "tax_rates"].contains(&resource);
    if !is_list {
        return error(404, "RecordNotFound", "The resource was not found", "");
    }
    let of_pages = ["page", "items_per_page", "attributes", "updated_or_created_since"];
    if let Some((name, _)) =
        call.query.iter().find(|(name, _)| !of_pages.contains(&&**name) && !takes(resource).contains(&&**name))
    {
        return error(422, "UnexpectedError", "Unknown parameter", name);
    }
    let found: Vec<Value> = all.into_iter().filter(|document| meets(call, document)).collect();
    let number = |name: &str, otherwise: usize| {
        call.parameter(name).and_then(|value| value.parse().ok()).unwrap_or(otherwise).max(1)
    };
    let size = number("items_per_page", 20).min(200);
    let pages = found.len().div_ceil(size).max(1);
    let page = number("page", 1).min(pages);
    let items = found.iter().skip(page.saturating_sub(1).saturating_mul(size)).take(size);
    let attributes = call.parameter("attributes").unwrap_or_default();
    let link = |to: usize| format!("/{resource}?page={to}&items_per_page={size}");
    let body = json!({
        "$total": found.len(), "$page": page, "$itemsPerPage": size,
        "$next": (page < pages).then(|| link(page.saturating_add(1))),
        "$back": (page > 1).then(|| link(page.saturating_sub(1))),
        "$items": items.map(|document| shown(document, attributes)).collect::<Vec<_>>(),
    });
    Reply::json(200, &body)
}

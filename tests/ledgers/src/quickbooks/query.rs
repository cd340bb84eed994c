//! `select * from Invoice where DocNumber = 'INV-1' STARTPOSITION 1 MAXRESULTS 100`.

use serde_json::{Map, Value, json};

use super::documents::{KINDS, account_id};
use super::fault;
use crate::books::{AccountKind, Books};
use crate::call::Reply;

/// A condition: a field, and what it must be.
enum Condition {
    Equal(String, String),
    EndsWith(String, String),
    Active(Vec<bool>),
}

impl Condition {
    fn parse(term: &str) -> Option<Self> {
        let term = term.trim();
        if let Some(list) = term.strip_prefix("Active IN (").and_then(|term| term.strip_suffix(')')) {
            return list.split(',').map(|one| one.trim().parse().ok()).collect::<Option<_>>().map(Self::Active);
        }
        if let Some((field, value)) = term.split_once(" LIKE ") {
            let value = text(value)?;
            return Some(Self::EndsWith(field.trim().to_owned(), value.strip_prefix('%')?.to_owned()));
        }
        let (field, value) = term.split_once('=')?;
        Some(Self::Equal(field.trim().to_owned(), text(value)?))
    }

    fn meets(&self, document: &Value) -> bool {
        let of = |field: &str| document.get(field).and_then(Value::as_str).unwrap_or_default();
        match self {
            Self::Equal(field, value) => of(field) == value,
            Self::EndsWith(field, value) => of(field).to_lowercase().ends_with(&value.to_lowercase()),
            Self::Active(allowed) => allowed.contains(&is_active(document)),
        }
    }
}

fn is_active(document: &Value) -> bool {
    document.get("Active").and_then(Value::as_bool).unwrap_or(true)
}

/// What is between two apostrophes, with those in it unescaped.
fn text(written: &str) -> Option<String> {
    Some(written.trim().strip_prefix('\'')?.strip_suffix('\'')?.replace("\\'", "'"))
}

fn accounts(books: &Books) -> Vec<Value> {
    let account = |(code, account): (&String, &crate::Account)| {
        let (class, kind) = match account.kind {
            AccountKind::Bank => ("Asset", "Bank"),
            AccountKind::Receivable => ("Asset", "Accounts Receivable"),
            AccountKind::Payable => ("Liability", "Accounts Payable"),
            AccountKind::Revenue => ("Revenue", "Income"),
            AccountKind::Expense => ("Expense", "Expense"),
            AccountKind::Liability => ("Liability", "Other Current Liability"),
        };
        json!({
            "Id": account_id(code), "SyncToken": "0", "Name": account.name, "FullyQualifiedName": account.name,
            "AcctNum": code, "Active": true, "Classification": class, "AccountType": kind,
            "CurrencyRef": {"value": books.base_currency},
        })
    };
    books.accounts.iter().map(account).collect()
}

/// Runs a query.
pub(super) fn run(books: &Books, realm: &str, query: &str) -> Reply {
    let unreadable = || fault("ValidationFault", "4000", "Error parsing query", "QueryParserError", "");
    let Some(rest) = query.strip_prefix("select * from ") else { return unreadable() };
    let (rest, most) = match rest.split_once(" MAXRESULTS ") {
        Some((rest, most)) => (rest, most.trim().parse().ok()),
        None => (rest, Some(100_usize)),
    };
    let (rest, start) = match rest.split_once(" STARTPOSITION ") {
        Some((rest, start)) => (rest, start.trim().parse().ok()),
        None => (rest, Some(1_usize)),
    };
    let (Some(most), Some(start)) = (most.filter(|most| *most <= 1_000), start.filter(|start| *start > 0)) else {
        return unreadable();
    };
    let (entity, filter) = match rest.split_once(" where ") {
        Some((entity, filter)) => (entity.trim(), Some(filter)),
        None => (rest.trim(), None),
    };
    let conditions = filter.map(|filter| filter.split(" and ").map(Condition::parse).collect::<Option<Vec<_>>>());
    let conditions = match conditions {
        None => Vec::new(),
        Some(Some(conditions)) => conditions,
        Some(None) => return unreadable(),
    };
    let all = match KINDS.iter().find(|kind| kind.entity == entity) {
        Some(kind) => books.of(realm, kind.kind).map(|document| document.body.clone()).collect(),
        None if entity == "Account" => accounts(books),
        None => return unreadable(),
    };
    // Inactive ones are there only if they are asked for.
    let asks_inactive = conditions.iter().any(|condition| matches!(condition, Condition::Active(_)));
    let meets = |document: &Value| {
        (asks_inactive || is_active(document)) && conditions.iter().all(|condition| condition.meets(document))
    };
    let found: Vec<Value> = all.into_iter().filter(meets).collect();
    let page: Vec<Value> = found.into_iter().skip(start.saturating_sub(1)).take(most).collect();
    let mut response = Map::new();
    if !page.is_empty() {
        response.insert("startPosition".to_owned(), start.into());
        response.insert("maxResults".to_owned(), page.len().into());
        response.insert(entity.to_owned(), page.into());
    }
    Reply::json(200, &json!({"QueryResponse": response, "time": "2026-11-30T00:00:00.000-08:00"}))
}

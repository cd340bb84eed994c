//! What a stand-in keeps.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::grants::Grants;

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A bank or cash account.
    Bank,
    /// What customers owe.
    Receivable,
    /// What suppliers are owed.
    Payable,
    /// What was sold.
    Revenue,
    /// What was spent.
    Expense,
    /// What is owed: taxes, deferred revenue.
    Liability,
}

/// An account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: AccountKind,
}

/// A company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A document that was written.
#[derive(Clone, Debug, Serialize)]
pub struct Stored {
    /// `customers`, `invoices`, `payments`, `refunds`, `journals`; or what the provider needs beside them, such as `items`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The number that whoever wrote it gave it.
    pub number: String,
    /// The company's id.
    pub company: String,
    /// When it was written, milliseconds since 1970.
    pub at: i64,
    /// Whether it is a draft.
    pub draft: bool,
    /// How often it was changed.
    pub version: u64,
    /// What it comes to.
    pub total: Decimal,
    /// What of it is still open.
    pub open: Decimal,
    /// It, as the provider shows it.
    pub body: Value,
}

/// The books of a stand-in, of all its companies.
pub struct Books {
    /// What was written, in order.
    pub documents: Vec<Stored>,
    /// The chart of accounts, by code.
    pub accounts: BTreeMap<String, Account>,
    /// The companies that whoever consents grants.
    pub companies: Vec<Company>,
    /// The companies' own currency.
    pub base_currency: String,
    /// What is dated before this day, `2026-10-01`, is refused.
    pub closed_before: Option<String>,
    /// Codes and tokens.
    pub grants: Grants,
    /// Answers by idempotency key, where the provider has them: the request that it came with, and the answer.
    pub answered: BTreeMap<String, (String, crate::Reply)>,
    /// What a provider keeps beside all this, such as CSRF tokens and nonces.
    pub notes: BTreeMap<String, String>,
    /// The time, milliseconds since 1970, of the call that is being answered.
    pub now: i64,
    /// How many ids were given.
    pub ids: u64,
}

impl Books {
    /// Empty books with a chart of accounts and one company.
    pub(crate) fn new(company: (&str, &str)) -> Self {
        let accounts = [
            ("1000", "Bank", AccountKind::Bank),
            ("1200", "Accounts Receivable", AccountKind::Receivable),
            ("2000", "Accounts Payable", AccountKind::Payable),
            ("2200", "Tax payable", AccountKind::Liability),
            ("2400", "Deferred revenue", AccountKind::Liability),
            ("4000", "Sales", AccountKind::Revenue),
            ("4100", "Subscriptions", AccountKind::Revenue),
            ("4900", "Refunds", AccountKind::Revenue),
            ("6000", "Software", AccountKind::Expense),
        ];
        let account =
            |(code, name, kind): (&str, &str, AccountKind)| (code.to_owned(), Account { name: name.to_owned(), kind });
        Self {
            documents: Vec::new(),
            accounts: accounts.into_iter().map(account).collect(),
            companies: vec![Company { id: company.0.to_owned(), name: company.1.to_owned() }],
            base_currency: "USD".to_owned(),
            closed_before: None,
            grants: Grants::default(),
            answered: BTreeMap::new(),
            notes: BTreeMap::new(),
            now: 0,
            ids: 0,
        }
    }

    /// A number that was not given yet, from 1.
    pub fn next_id(&mut self) -> u64 {
        self.ids = self.ids.saturating_add(1);
        self.ids
    }

    /// An id that looks like a UUID and was not given yet.
    pub fn next_uuid(&mut self) -> String {
        let id = self.next_id();
        format!("{:08x}-0000-4000-8000-{id:012x}", id.wrapping_mul(2_654_435_761) & 0xffff_ffff)
    }

    /// The documents of one kind in one company, in order.
    pub fn of<'b>(&'b self, company: &'b str, kind: &'b str) -> impl DoubleEndedIterator<Item = &'b Stored> {
        self.documents.iter().filter(move |document| document.company == company && document.kind == kind)
    }

    /// The document of that id.
    pub fn get(&self, company: &str, kind: &str, id: &str) -> Option<&Stored> {
        self.documents.iter().find(|document| document.company == company && document.kind == kind && document.id == id)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, company: &str, kind: &str, id: &str) -> Option<&mut Stored> {
        self.documents
            .iter_mut()
            .find(|document| document.company == company && document.kind == kind && document.id == id)
    }

    /// Keeps a document.
    pub fn keep(&mut self, kind: &str, company: &str, id: &str, number: &str, total: Decimal, body: Value) {
        self.documents.push(Stored {
            kind: kind.to_owned(),
            id: id.to_owned(),
            number: number.to_owned(),
            company: company.to_owned(),
            at: self.now,
            draft: false,
            version: 0,
            total,
            open: total,
            body,
        });
    }

    /// Whether there is an account of that code, for one of these purposes.
    pub fn has_account(&self, code: &str, kinds: &[AccountKind]) -> bool {
        self.accounts.get(code).is_some_and(|account| kinds.contains(&account.kind))
    }

    /// Whether `date`, `2026-11-30`, is in a closed period. What has no date is in none.
    pub fn is_closed(&self, date: &str) -> bool {
        !date.is_empty() && self.closed_before.as_deref().is_some_and(|closed| date < closed)
    }
}

//! The sums, reckoned as their definitions say and by nothing else: what a customer pays at an instant, at the beginning and
//! at the end of a period.

use std::collections::{BTreeMap, BTreeSet};

use edge_capabilities::Timestamp;
use edge_mrr::{MrrQuery, Sums};

use crate::books::{Account, Books};

type SubscriptionLevel = (Timestamp, String, i64, i64);

/// What an account was told to stand at, in the order in which it was told: when, currency, amount of a year, seats.
fn told(account: &Account, now: Timestamp) -> Vec<SubscriptionLevel> {
    let mut told: Vec<SubscriptionLevel> = Vec::new();
    let mut last: Option<(String, i64, i64)> = None;
    let mut tell = |at: Timestamp, terms: &edge_subscriptions::Terms| {
        let stand = (terms.plan.currency.as_str().to_owned(), terms.annual_amount(), terms.purchased());
        let before = last.replace(stand.clone());
        let is_news = match &before {
            Some(before) => (before.1, before.2) != (stand.1, stand.2) || before.0 != stand.0,
            None => (0, 0) != (stand.1, stand.2),
        };
        if is_news {
            told.push((at, stand.0, stand.1, stand.2));
        }
    };
    for row in &account.rows {
        tell(row.at, &row.terms);
    }
    if let Some(row) = account.rows.last() {
        let mut terms = row.terms.clone();
        for (at, terms) in terms.advance(now) {
            tell(at, &terms);
        }
    }
    told
}

/// What it stood at just before `at`: the last that was told of an earlier time.
fn before(told: &[SubscriptionLevel], at: Timestamp, currency: &str) -> (i64, i64) {
    let last = told.iter().rev().find(|told| told.0 < at);
    let paid = last.filter(|told| told.1 == currency).map_or((0, 0), |told| (told.2, told.3));
    if paid.0 > 0 { paid } else { (0, 0) }
}

pub fn sums(books: &Books, query: &MrrQuery, now: Timestamp) -> BTreeMap<(String, Option<usize>), Sums> {
    let mut sums: BTreeMap<(String, Option<usize>), Sums> = BTreeMap::new();
    let organizations: BTreeSet<&str> = books.accounts.iter().map(|account| account.organization.as_str()).collect();
    for organization in organizations {
        let told: Vec<Vec<SubscriptionLevel>> = books
            .accounts
            .iter()
            .filter(|account| account.organization == organization)
            .filter(|account| query.application.as_ref().is_none_or(|wanted| *wanted == account.application))
            .map(|account| told(account, now))
            .collect();
        let currencies: BTreeSet<String> = told.iter().flatten().map(|told| told.1.clone()).collect();
        for currency in currencies {
            let level = |at: Timestamp| {
                told.iter().map(|told| before(told, at, &currency)).fold((0, 0), |(a, s), (b, t)| (a + b, s + t))
            };
            let just_after = |at: Timestamp| Timestamp::from_millis(at.as_millis() + 1);
            let has_paid = |until: Timestamp| {
                told.iter().flatten().filter(|told| told.0 < until).any(|told| level(just_after(told.0)).0 > 0)
            };
            let mut add = |place: Option<usize>, opening: (i64, i64), closing: (i64, i64), returns: bool| {
                let (more, less) = (closing.0 - opening.0, opening.0 - closing.0);
                let of = match (opening.0 > 0, closing.0 > 0) {
                    (false, true) if returns => Sums { reactivation: more, returned: 1, ..Sums::default() },
                    (false, true) => Sums { new: more, started: 1, ..Sums::default() },
                    (true, false) => Sums { churn: less, departed: 1, ..Sums::default() },
                    (true, true) => Sums { expansion: more.max(0), contraction: less.max(0), ..Sums::default() },
                    (false, false) => Sums::default(),
                };
                let of = Sums { seats: closing.1 - opening.1, ..of };
                sums.entry((currency.clone(), place)).or_default().add(&of);
            };
            let first = query.boundaries[0];
            add(None, (0, 0), level(first), false);
            for (place, ends) in query.boundaries.windows(2).enumerate() {
                add(Some(place), level(ends[0]), level(ends[1]), has_paid(ends[0]));
            }
        }
    }
    sums.retain(|_, sums| !sums.is_nothing());
    sums
}

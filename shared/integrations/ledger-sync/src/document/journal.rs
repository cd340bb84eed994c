//! The journal of a step that was posted. Invoices, payments and refunds are sent as documents, which post whole amounts to
//! the accounts of their kinds. A journal moves them from there to the accounts of departments.

use std::collections::BTreeMap;

use edge_accounting::JournalLine;
use edge_allocations::{Action, GlKind, Line};
use rust_decimal::Decimal;

/// An account on the other side of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contra {
    /// The kind whose undivided account it is.
    pub(super) kind: GlKind,
    /// Whether a positive amount of the line is a debit of the line's own account.
    pub(super) is_debit: bool,
}

/// What is on the other side of `line`. `refund` is the account for refunds; `is_void`: the invoice was voided, so nothing was
/// given back.
pub(super) fn contra(line: &Line, account: &str, refund: Option<&str>, is_void: bool) -> Contra {
    let is_back = line.action == Action::Reverse && !is_void;
    match line.kind {
        // What was paid and belongs to nobody's invoice is not earned yet.
        GlKind::Cash if is_back && refund == Some(account) => Contra { kind: GlKind::Cash, is_debit: false },
        GlKind::Cash => Contra { kind: GlKind::Deferred, is_debit: true },
        // The refund itself debits the account for refunds.
        _ if is_back => Contra { kind: GlKind::Refund, is_debit: false },
        kind => Contra { kind, is_debit: false },
    }
}

/// The lines of a journal, by account: what adds up to nothing is left out. `entries` are debits (positive) and credits
/// (negative), in the smallest unit of a currency with `exponent` decimals.
pub(super) fn lines(entries: Vec<(String, i64)>, exponent: u32, description: &str) -> Vec<JournalLine> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (account, amount) in entries {
        let sum = sums.entry(account).or_default();
        *sum = sum.saturating_add(amount);
    }
    sums.retain(|_, sum| *sum != 0);
    let line = |(account, sum): (String, i64)| JournalLine {
        account,
        amount: Decimal::new(sum, exponent),
        description: description.to_owned(),
    };
    sums.into_iter().map(line).collect()
}

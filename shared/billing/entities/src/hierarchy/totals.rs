//! What entities owe in each currency.

use std::collections::BTreeMap;

use edge_database::DatabaseError;
use edge_invoices::{Date, InvoiceState, InvoiceStatus, Invoices};
use edge_money::Currency;

use crate::consolidation::Lines;

/// What is owed in a currency, in its smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Owed {
    /// Charges that are on no invoice.
    pub(super) unbilled: i64,
    /// Drafts of invoices.
    pub(super) draft: i64,
    /// What is still to be paid of invoices.
    pub(super) open: i64,
    /// What of that is overdue.
    pub(super) overdue: i64,
}

/// What an entity owes, by currency. Currencies are never added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals(pub(super) BTreeMap<Currency, Owed>);

impl Totals {
    fn of(&mut self, currency: Currency) -> &mut Owed {
        self.0.entry(currency).or_default()
    }

    /// Adds what `other` owes.
    pub(super) fn add(&mut self, other: &Self) {
        for (currency, owed) in &other.0 {
            let sum = self.of(*currency);
            sum.unbilled = sum.unbilled.saturating_add(owed.unbilled);
            sum.draft = sum.draft.saturating_add(owed.draft);
            sum.open = sum.open.saturating_add(owed.open);
            sum.overdue = sum.overdue.saturating_add(owed.overdue);
        }
    }
}

/// What each entity of `tenant` owes by itself, by its id: charges where they were posted, invoices where they are paid.
pub(super) async fn totals(
    lines: &Lines,
    invoices: &Invoices,
    tenant: &str,
    today: Date,
) -> Result<BTreeMap<String, Totals>, DatabaseError> {
    let mut totals: BTreeMap<String, Totals> = BTreeMap::new();
    for (entity, currency, amount) in lines.unbilled(tenant).await? {
        if let Ok(currency) = Currency::parse(&currency) {
            totals.entry(entity).or_default().of(currency).unbilled = amount;
        }
    }
    let payers: BTreeMap<String, String> =
        lines.invoices(tenant, None).await?.into_iter().map(|group| (group.invoice_id(tenant), group.payer)).collect();
    let ids: Vec<String> = payers.keys().cloned().collect();
    for invoice in invoices.find_all(tenant, &ids).await? {
        let Some(payer) = payers.get(&invoice.id) else { continue };
        let owed = totals.entry(payer.clone()).or_default().of(invoice.currency);
        let due = invoice.amount_due();
        if invoice.state == InvoiceState::Draft {
            owed.draft = owed.draft.saturating_add(due);
        } else {
            owed.open = owed.open.saturating_add(due);
        }
        if invoice.status(today) == InvoiceStatus::Overdue {
            owed.overdue = owed.overdue.saturating_add(due);
        }
    }
    Ok(totals)
}

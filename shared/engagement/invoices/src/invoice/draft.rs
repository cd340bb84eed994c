//! Drafts that other crates make.

use edge_capabilities::Timestamp;
use edge_money::Currency;
use edge_tenants::Tenant;
use rust_decimal::Decimal;

use super::model::{Customer, Invoice};
use super::totals::{Item, Totals};
use crate::error::InvoiceError;

/// A line of a draft, without tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftLine {
    /// The section that it is in.
    pub section: Option<String>,
    /// What is charged.
    pub description: String,
    /// How much, in the currency's smallest unit.
    pub amount: i64,
}

/// A draft to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDraft {
    /// `inv_…`: of each id there is one invoice.
    pub id: String,
    /// Whom it is for.
    pub customer: Customer,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Its lines.
    pub lines: Vec<DraftLine>,
    /// How many days after its date it is due.
    pub due_days: Option<u32>,
    /// A note to the customer.
    pub notes: Option<String>,
}

impl NewDraft {
    /// The invoice of `tenant`.
    pub(crate) fn invoice(self, tenant: &Tenant, now: Timestamp) -> Result<Invoice, InvoiceError> {
        let item = |line: DraftLine| Item {
            description: line.description,
            quantity: Decimal::ONE,
            unit_price: line.amount,
            tax_rate: Decimal::ZERO,
            section: line.section,
        };
        let items: Vec<Item> = self.lines.into_iter().map(item).collect();
        let Totals { amount, tax, total, .. } = Totals::of(&items).ok_or(InvoiceError::OutOfRange)?;
        Ok(Invoice {
            customer: self.customer,
            currency: self.currency,
            items,
            amount,
            tax,
            total,
            due_days: self.due_days,
            notes: self.notes,
            ..Invoice::draft(self.id, tenant, now)
        })
    }
}

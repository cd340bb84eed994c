//! A charge.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::record;
use edge_invoices::Date;
use edge_money::{Currency, Money};

/// What a charge is for: of each there is one charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeSource {
    /// What it is: `contract`, `subscription`, `sla`, `dispute`.
    pub kind: String,
    /// Its id: unique within the kind.
    pub id: String,
}

/// Something to charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCharge {
    /// The entity's id.
    pub entity_id: String,
    /// What stands on the invoice.
    pub description: String,
    /// How much. Negative: a credit.
    pub amount: Money,
    /// The day that it is of: it is billed with the month of this day, or later.
    pub date: Date,
    /// How many days after the invoice's date it is due. None: as the entity's terms say.
    pub terms_days: Option<u32>,
    /// What it is for. None: it is nothing but itself, so posted again it is charged again.
    pub source: Option<ChargeSource>,
}

/// Something that an entity is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// `chg_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant_id: String,
    /// The entity's id.
    pub entity_id: String,
    /// What stands on the invoice.
    pub description: String,
    /// How much, in the currency's smallest unit. Negative: a credit.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// The day that it is of.
    pub date: Date,
    /// How many days after the invoice's date it is due.
    pub terms_days: u32,
    /// The kind of its source.
    pub source_kind: Option<String>,
    /// The id of its source.
    pub source_id: Option<String>,
    /// When it was posted.
    pub created_at: Timestamp,
    /// Entries of the audit log that are still to be appended.
    pub(crate) untold: Vec<AuditEntry>,
}

record! {
    Charge in "entity_charges" {
        id, tenant_id, entity_id, description, amount, currency, date, terms_days, source_kind, source_id, created_at,
        untold,
    }
}

impl Charge {
    /// How much.
    pub const fn money(&self) -> Money {
        Money { minor: self.amount, currency: self.currency }
    }

    /// What it is for.
    pub fn source(&self) -> Option<ChargeSource> {
        Some(ChargeSource { kind: self.source_kind.clone()?, id: self.source_id.clone()? })
    }
}

//! A charge.

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::record;
use edge_invoices::Date;
use edge_money::{Currency, Money};
use edge_time_zones::Zone;

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
    /// The days that it is for, `[from, to)`. None: its own day alone.
    pub service: Option<(Date, Date)>,
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
    /// The first of the days that it is for, counted from 1970-01-01. None: it is for its own day alone.
    pub(crate) service_from: Option<i64>,
    /// The day after the last of them.
    pub(crate) service_to: Option<i64>,
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
        id, tenant_id, entity_id, description, amount, currency, date, terms_days, service_from, service_to, source_kind,
        source_id, created_at, untold,
    }
}

impl Charge {
    /// How much.
    pub const fn money(&self) -> Money {
        Money { minor: self.amount, currency: self.currency }
    }

    /// The days that it is for, `[from, to)`. None: its own day alone.
    pub fn service(&self) -> Option<(Date, Date)> {
        Some((day_of(self.service_from?)?, day_of(self.service_to?)?))
    }

    /// What it is for.
    pub fn source(&self) -> Option<ChargeSource> {
        Some(ChargeSource { kind: self.source_kind.clone()?, id: self.source_id.clone()? })
    }
}

/// The number of a day, counted from 1970-01-01, which is 0.
pub(crate) fn day_number(date: Date) -> i64 {
    epoch().days_until(date)
}

fn epoch() -> Date {
    Date::of(Timestamp::from_millis(0), &Zone::UTC)
}

/// The day with that number.
fn day_of(number: i64) -> Option<Date> {
    let epoch = epoch();
    let days = u32::try_from(number.unsigned_abs()).ok()?;
    Some(if number < 0 { epoch.minus_days(days) } else { epoch.plus_days(days) })
}

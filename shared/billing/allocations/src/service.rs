//! Splitting amounts of sources, posting what documents are split into, and giving it back.

mod posting;
mod split;

use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_invoices::Date;
use edge_money::Currency;

use crate::allocation::{AllocationSources, Source};
use crate::department::Departments;
use crate::gl_mapping::{GlKind, GlMappings};
use crate::line::Lines;

/// The allocations of all tenants.
#[derive(Clone)]
pub struct Allocations {
    pub(crate) capabilities: Capabilities,
    pub(crate) sources: AllocationSources,
    pub(crate) departments: Departments,
    pub(crate) gl_mappings: GlMappings,
    pub(crate) lines: Lines,
}

/// A document to post: an invoice, a payment, a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its name, unique within the tenant: `invoice:inv_1`, `payment:pay_1`. A document is posted once.
    pub name: String,
    /// The source whose shares it is split by.
    pub source: Source,
    /// What it is made of: at most two amounts of different kinds, in the currency's smallest unit. The second is split in
    /// proportion to the first.
    pub amounts: Vec<(GlKind, i64)>,
    /// The currency.
    pub currency: Currency,
    /// The day that it counts for, in the tenant's time zone.
    pub date: Date,
    /// The plan that was paid for.
    pub plan: Option<String>,
    /// The entity that it belongs to, for what no department shares.
    pub entity: Option<String>,
}

impl Document {
    /// All of it.
    pub fn total(&self) -> i64 {
        self.amounts.iter().fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }
}

/// What a department gets of an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitLine {
    /// The department.
    pub department: String,
    /// Its entity.
    pub entity: String,
    /// Its cost centre.
    pub cost_center: Option<String>,
    /// The account of the general ledger.
    pub gl_code: Option<String>,
    /// The amount, in the currency's smallest unit.
    pub amount: i64,
}

/// How an amount is split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitLines {
    /// What departments get, in the order of their ids; also those that get nothing.
    pub lines: Vec<SplitLine>,
    /// What nobody shares.
    pub unallocated: i64,
    /// The account of the general ledger for that.
    pub unallocated_gl_code: Option<String>,
}

impl Allocations {
    /// The allocations in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            sources: AllocationSources::new(db.clone()),
            departments: Departments::new(db.clone()),
            gl_mappings: GlMappings::new(db.clone()),
            lines: Lines::new(db.clone()),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }
}

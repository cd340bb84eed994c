//! The shares of a source.

use std::collections::BTreeSet;

use edge_audit::AuditEntry;
use edge_capabilities::Timestamp;
use edge_database::record;
use edge_invoices::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::source::Source;
use crate::error::AllocationError;
use crate::split::WHOLE;

/// The most shares of a source at one time.
pub(crate) const MAX_SHARES: usize = 200;

/// The most allocations of a source, with those that have ended.
const MAX_ALLOCATIONS: usize = 5_000;

/// How a department's share is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AllocationMethod)]
pub enum Method {
    /// A percentage.
    Percentage,
    /// A fixed amount, or all that is left.
    Fixed,
    /// In proportion to how many people the departments have.
    Headcount,
    /// In proportion to what the departments use.
    Usage,
}

/// A department's share of a source, from a day until before another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// `alc_…`.
    pub id: String,
    /// The department's id.
    pub department: String,
    /// How the share is measured.
    pub method: Method,
    /// The percentage in basis points, of `percentage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis_points: Option<u32>,
    /// The amount in its currency's smallest unit, of `fixed`; None: all that is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// The currency of the amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What the department uses, in thousandths, of `usage`; of `headcount`, if the department's own is not to count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<u64>,
    /// The account of the general ledger, whatever mappings say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gl_code: Option<String>,
    /// The first day.
    pub from: Date,
    /// The day after the last; None: there is no last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Allocation {
    /// Whether it holds on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    /// Whether it and `other` hold on a same day.
    fn meets(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| self.from < to)
    }

    /// Whether it takes all that percentages leave.
    const fn takes_the_rest(&self) -> bool {
        match self.method {
            Method::Percentage => false,
            Method::Fixed => self.amount.is_none(),
            Method::Headcount | Method::Usage => true,
        }
    }
}

/// A source, and how it is split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocationSource {
    pub(crate) tenant: String,
    /// What is split.
    pub source: Source,
    /// Its shares, also those that have ended. INVARIANT: of no department two on the same day.
    pub allocations: Vec<Allocation>,
    /// The last day as of which lines were posted to departments: the shares up to there stay as they are.
    pub posted_to: Option<Date>,
    /// When documents that nobody shared are looked at again, because the shares have changed since.
    pub(crate) repost_due: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Entries of the audit log that are still to be appended.
    pub(crate) untold: Vec<AuditEntry>,
    pub(crate) revision: i64,
}

record! {
    AllocationSource in "allocation_sources" {
        tenant: "tenant_id", source, allocations, posted_to, repost_due, created_at, updated_at, untold, revision,
    }
}

impl AllocationSource {
    /// A source that nobody shares yet. Its revision says that it is not stored.
    pub(crate) fn new(tenant: &str, source: &Source, now: Timestamp) -> Self {
        Self {
            tenant: tenant.to_owned(),
            source: source.clone(),
            allocations: Vec::new(),
            posted_to: None,
            repost_due: None,
            created_at: now,
            updated_at: now,
            untold: Vec::new(),
            revision: 0,
        }
    }

    /// The shares on `day`, in the order of departments.
    pub fn on(&self, day: Date) -> Vec<&Allocation> {
        let mut found: Vec<_> = self.allocations.iter().filter(|share| share.holds_on(day)).collect();
        found.sort_by(|one, other| (&one.department, &one.id).cmp(&(&other.department, &other.id)));
        found
    }

    fn check_not_posted(&self, from: Date) -> Result<(), AllocationError> {
        match self.posted_to {
            Some(posted_to) if from <= posted_to => Err(AllocationError::Posted(posted_to)),
            _ => Ok(()),
        }
    }

    /// Adds a share beside those that are there.
    pub(crate) fn add(&mut self, new: Allocation) -> Result<(), AllocationError> {
        self.check_not_posted(new.from)?;
        let met: Vec<&Allocation> = self.allocations.iter().filter(|share| share.meets(&new)).collect();
        // What is shared changes on the first days of shares alone.
        let starts = met.iter().map(|share| share.from).filter(|day| *day > new.from);
        let days: BTreeSet<Date> = starts.chain([new.from]).collect();
        for day in days {
            let shares = met.iter().copied().filter(|share| share.holds_on(day)).chain([&new]);
            check_sum(shares)?;
        }
        if met.iter().any(|share| share.department == new.department) {
            return Err(AllocationError::Overlaps);
        }
        let is_other_driver = |share: &&&Allocation| share.takes_the_rest() && share.method != new.method;
        if new.takes_the_rest() && met.iter().any(|share| is_other_driver(&share)) {
            return Err(AllocationError::field("method", "must be that of the other shares that take what is left"));
        }
        self.push(vec![new])
    }

    /// Sets all shares from `from` on, until the next day for which shares are known that begin later.
    pub(crate) fn set(&mut self, from: Date, mut shares: Vec<Allocation>) -> Result<(), AllocationError> {
        self.check_not_posted(from)?;
        check_whole(&shares)?;
        let next = self.allocations.iter().map(|share| share.from).filter(|day| *day > from).min();
        self.allocations.retain(|share| share.from != from);
        for share in self.allocations.iter_mut().filter(|share| share.holds_on(from)) {
            share.to = Some(from);
        }
        for share in &mut shares {
            (share.from, share.to) = (from, next);
        }
        self.push(shares)
    }

    fn push(&mut self, shares: Vec<Allocation>) -> Result<(), AllocationError> {
        self.allocations.extend(shares);
        if self.allocations.len() > MAX_ALLOCATIONS {
            let message =
                format!("the source would have more than {MAX_ALLOCATIONS} allocations, with those that ended");
            return Err(AllocationError::field("source", message));
        }
        Ok(())
    }
}

/// An error if shares of one day would be more than all of a source.
fn check_sum<'a>(shares: impl Iterator<Item = &'a Allocation>) -> Result<(), AllocationError> {
    let shares: Vec<_> = shares.collect();
    let points: u64 = shares.iter().filter_map(|share| share.basis_points).map(u64::from).sum();
    let remainders = shares.iter().filter(|share| share.method == Method::Fixed && share.amount.is_none()).count();
    if points > u64::from(WHOLE) || remainders > 1 {
        return Err(AllocationError::Exceeded);
    }
    if shares.len() > MAX_SHARES {
        return Err(AllocationError::field("source", format!("would have more than {MAX_SHARES} shares at one time")));
    }
    let currencies: BTreeSet<&str> = shares.iter().filter_map(|share| share.currency.as_deref()).collect();
    if currencies.len() > 1 {
        return Err(AllocationError::field("currency", "must be that of the other fixed amounts"));
    }
    Ok(())
}

/// An error if `shares` are not exactly all of a source.
fn check_whole(shares: &[Allocation]) -> Result<(), AllocationError> {
    let invalid = |message: &str| Err(AllocationError::field("shares", message));
    let departments: BTreeSet<&str> = shares.iter().map(|share| share.department.as_str()).collect();
    if departments.len() != shares.len() {
        return invalid("must name each department once");
    }
    let points: u64 = shares.iter().filter_map(|share| share.basis_points).map(u64::from).sum();
    let rest: Vec<_> = shares.iter().filter(|share| share.takes_the_rest()).collect();
    if rest.is_empty() && points != u64::from(WHOLE) {
        return invalid("must add up to exactly 10000 basis points, or name one department that takes what is left");
    }
    if !rest.is_empty() && points >= u64::from(WHOLE) {
        return invalid("leave nothing to those that take what is left");
    }
    if rest.iter().any(|share| rest.first().is_some_and(|first| first.method != share.method)) {
        return invalid("that take what is left must have one method");
    }
    match check_sum(shares.iter()) {
        Err(AllocationError::Exceeded) => invalid("must name one department that takes what is left, not several"),
        other => other,
    }
}

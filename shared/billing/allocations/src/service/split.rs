//! The split of an amount of a source.

use std::collections::BTreeMap;

use edge_invoices::Date;
use edge_money::{Currency, Money};

use super::{Allocations, SplitLine, SplitLines};
use crate::allocation::{Allocation, Method, Source};
use crate::department::Department;
use crate::error::AllocationError;
use crate::gl_mapping::GlKind;
use crate::split::{Part, Share, Split, split, split_along};

/// The unit of drivers.
const THOUSANDTHS: u64 = 1_000;

/// Shares of one day, with their departments.
pub(crate) struct Shares<'a> {
    shares: &'a [&'a Allocation],
    departments: BTreeMap<String, Department>,
    day: Date,
}

impl Shares<'_> {
    fn part(&self, share: &Allocation) -> Part {
        match share.method {
            Method::Percentage => Part::Percentage(share.basis_points.unwrap_or_default()),
            Method::Fixed => share.amount.map_or(Part::Remainder, Part::Fixed),
            Method::Usage => Part::Driver(share.driver.unwrap_or_default()),
            Method::Headcount => Part::Driver(share.driver.unwrap_or_else(|| {
                let department = self.departments.get(&share.department);
                let people = department.map_or(0, |department| department.headcount(self.day));
                u64::from(people).saturating_mul(THOUSANDTHS)
            })),
        }
    }

    fn parts(&self) -> Vec<Share<'_>> {
        self.shares.iter().map(|share| Share { id: &share.department, part: self.part(share) }).collect()
    }

    /// An error if there are drivers, and they add up to nothing.
    fn check_drivers(&self) -> Result<(), AllocationError> {
        let parts = self.parts();
        let mut drivers = parts.iter().filter_map(|share| match share.part {
            Part::Driver(driver) => Some(driver),
            Part::Percentage(_) | Part::Fixed(_) | Part::Remainder => None,
        });
        let mut any = drivers.by_ref().peekable();
        if any.peek().is_some() && any.all(|driver| driver == 0) { Err(AllocationError::NoDriver) } else { Ok(()) }
    }

    /// Whether an amount in `currency` can be split.
    fn is_in(&self, currency: Currency) -> bool {
        self.shares.iter().all(|share| share.currency.as_deref().is_none_or(|code| code == currency.as_str()))
    }

    /// The splits of amounts in one currency, each after the first in proportion to the first. Where the shares' fixed amounts
    /// are in another currency, nobody gets anything.
    pub(crate) fn split(&self, amounts: &[i64], currency: Currency) -> Vec<Split> {
        if !self.is_in(currency) {
            let nothing = |amount: &i64| Split { amounts: vec![0; self.shares.len()], unallocated: *amount };
            return amounts.iter().map(nothing).collect();
        }
        let parts = self.parts();
        let mut splits: Vec<Split> = Vec::with_capacity(amounts.len());
        for amount in amounts {
            let one = match splits.first() {
                None => split(*amount, &parts),
                Some(first) => split_along(*amount, first, &parts),
            };
            splits.push(one);
        }
        splits
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (&Allocation, Option<&Department>)> {
        self.shares.iter().map(|share| (*share, self.departments.get(&share.department)))
    }
}

impl Allocations {
    /// The departments of `shares`, with what their drivers are on `day`. An error if these add up to nothing.
    pub(crate) async fn drivers<'a>(
        &self,
        tenant: &str,
        day: Date,
        shares: &'a [&'a Allocation],
    ) -> Result<Shares<'a>, AllocationError> {
        let shares = self.with_departments(tenant, day, shares).await?;
        shares.check_drivers().map(|()| shares)
    }

    /// As [`Allocations::drivers`], whatever the drivers add up to.
    pub(crate) async fn with_departments<'a>(
        &self,
        tenant: &str,
        day: Date,
        shares: &'a [&'a Allocation],
    ) -> Result<Shares<'a>, AllocationError> {
        let ids: Vec<&str> = shares.iter().map(|share| share.department.as_str()).collect();
        let found = self.departments.find_all(tenant, &ids).await?;
        let departments = found.into_iter().map(|department| (department.id.clone(), department)).collect();
        Ok(Shares { shares, departments, day })
    }

    /// How `amount` of `source` is split on `day`, and the accounts of the general ledger for what is `kind` to it. Nothing is
    /// posted.
    pub async fn split(
        &self,
        tenant: &str,
        source: &Source,
        amount: Money,
        day: Date,
        kind: GlKind,
        plan: Option<&str>,
    ) -> Result<SplitLines, AllocationError> {
        let found = self.sources.find(tenant, source).await?;
        let shares = found.as_ref().map(|found| found.on(day)).unwrap_or_default();
        let shares = self.drivers(tenant, day, &shares).await?;
        if !shares.is_in(amount.currency) {
            return Err(AllocationError::OtherCurrency);
        }
        let table = self.gl_mappings.table(tenant, &[kind]).await?;
        let split = shares.split(&[amount.minor], amount.currency).pop();
        let split = split.unwrap_or_else(|| Split::unallocated(amount.minor));
        let line = |((share, department), amount): ((&Allocation, Option<&Department>), i64)| {
            let own = department.and_then(|department| department.gl_code.as_deref());
            let mapped = || table.code(kind, Some((&share.department, own)), plan);
            SplitLine {
                department: share.department.clone(),
                entity: department.map(|department| department.entity.clone()).unwrap_or_default(),
                cost_center: department.and_then(|department| department.cost_center.clone()),
                gl_code: share.gl_code.clone().or_else(mapped),
                amount,
            }
        };
        Ok(SplitLines {
            lines: shares.each().zip(split.amounts).map(line).collect(),
            unallocated: split.unallocated,
            unallocated_gl_code: table.code(kind, None, plan),
        })
    }
}

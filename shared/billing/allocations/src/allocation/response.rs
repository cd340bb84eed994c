//! Allocations as callers see them.

use edge_money::{Currency, DecimalAmount, Money};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::model::{Allocation, AllocationSource, Method};
use super::request::DRIVER_DECIMALS;
use super::source::Source;

/// A driver, written as a decimal number from thousandths.
struct Driver(u64);

impl Serialize for Driver {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unit = 10_u64.pow(DRIVER_DECIMALS);
        let (whole, part) =
            (self.0.checked_div(unit).unwrap_or_default(), self.0.checked_rem(unit).unwrap_or_default());
        let digits = if part == 0 { whole.to_string() } else { format!("{whole}.{part:03}") };
        let number = RawValue::from_string(digits.clone()).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

/// A department's share of a source.
#[derive(Serialize, ToSchema)]
#[schema(as = Allocation)]
pub(crate) struct AllocationResponse {
    id: String,
    source: Source,
    department_id: String,
    method: Method,
    /// The percentage in basis points, of `percentage`.
    basis_points: Option<u32>,
    /// The amount, of `fixed`; null: all that the others leave.
    #[schema(value_type = Option<f64>)]
    amount: Option<DecimalAmount>,
    currency: Option<String>,
    /// What the department uses, of `usage`.
    #[schema(value_type = Option<f64>)]
    driver: Option<Driver>,
    gl_code: Option<String>,
    /// The first day, in the tenant's time zone.
    #[schema(format = Date)]
    from: String,
    /// The day after the last; null: there is no last.
    #[schema(format = Date)]
    to: Option<String>,
    created_at: String,
}

impl AllocationResponse {
    pub(super) fn new(source: &Source, share: &Allocation) -> Self {
        let currency = share.currency.as_deref().and_then(|code| Currency::parse(code).ok());
        let money = share.amount.zip(currency).map(|(minor, currency)| Money { minor, currency });
        Self {
            id: share.id.clone(),
            source: source.clone(),
            department_id: share.department.clone(),
            method: share.method,
            basis_points: share.basis_points,
            amount: money.map(DecimalAmount),
            currency: share.currency.clone(),
            driver: share.driver.map(Driver),
            gl_code: share.gl_code.clone(),
            from: share.from.to_string(),
            to: share.to.map(|to| to.to_string()),
            created_at: share.created_at.to_rfc3339_millis(),
        }
    }
}

/// A source, and how it is split from a day on.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceAllocations)]
pub(crate) struct AllocationsResponse {
    source: Source,
    /// The first day.
    #[schema(format = Date)]
    from: String,
    /// The day after the last; null: there is no last.
    #[schema(format = Date)]
    to: Option<String>,
    /// The shares on that day.
    shares: Vec<AllocationResponse>,
    /// The basis points that nobody has. Null where departments take all that is left.
    unallocated_basis_points: Option<u32>,
    /// The last day as of which lines were posted: earlier days cannot be changed any more.
    #[schema(format = Date)]
    posted_to: Option<String>,
}

impl AllocationsResponse {
    pub(super) fn new(source: &AllocationSource, day: edge_invoices::Date) -> Self {
        let shares = source.on(day);
        let points: u32 = shares.iter().filter_map(|share| share.basis_points).sum();
        let takes_rest = |share: &&&Allocation| share.method != Method::Percentage && share.amount.is_none();
        let rest = shares.iter().find(|share| takes_rest(share));
        Self {
            source: source.source.clone(),
            from: day.to_string(),
            to: shares.iter().filter_map(|share| share.to).min().map(|to| to.to_string()),
            unallocated_basis_points: rest.is_none().then(|| crate::split::WHOLE.saturating_sub(points)),
            shares: shares.into_iter().map(|share| AllocationResponse::new(&source.source, share)).collect(),
            posted_to: source.posted_to.map(|day| day.to_string()),
        }
    }
}

//! The bodies of requests that make allocations, and their validation.

use edge_capabilities::{Random, Timestamp, random};
use edge_http::FieldErrors;
use edge_invoices::Date;
use edge_money::{Currency, Digits, scaled};
use edge_time_zones::Zone;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::model::{Allocation, MAX_SHARES, Method};
use super::source::Source;
use crate::body::{MAX_LEN, check_day};
use crate::department::{Department, DepartmentStatus};
use crate::error::AllocationError;
use crate::split::WHOLE;

/// Decimals of a driver.
pub(super) const DRIVER_DECIMALS: u32 = 3;

/// The greatest driver, in thousandths. With it no split goes out of the range of integers.
const MAX_DRIVER: u64 = 1_000_000_000_000;

/// A number from its digits in JSON, or in a string. Never a float.
#[derive(Clone, Debug)]
pub(crate) struct DriverDigits(String);

impl<'de> Deserialize<'de> for DriverDigits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let digits = raw.get().strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(raw.get());
        Ok(Self(digits.to_owned()))
    }
}

impl DriverDigits {
    /// The number in thousandths.
    fn read(&self) -> Option<u64> {
        let driver = u64::try_from(scaled(&self.0, DRIVER_DECIMALS).ok()?).ok()?;
        Some(driver).filter(|driver| *driver <= MAX_DRIVER)
    }
}

/// A share of a source for one department.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct CreateAllocationRequest {
    /// What is split.
    pub(super) source: Source,
    /// How the share is measured.
    method: Method,
    /// The percentage in basis points, of `percentage`: 1 to 10000.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    basis_points: Option<u64>,
    /// The amount, of `fixed`. Without one, the department takes all that the others leave.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    amount: Option<Digits>,
    /// The currency of the amount. Default: that of the department's entity.
    #[serde(default)]
    currency: Option<String>,
    /// What the department uses, of `usage`: any measure that is the same for all shares, with at most 3 decimals. Of
    /// `headcount`: a number in place of the department's headcount.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    driver: Option<DriverDigits>,
    /// The account of the general ledger, whatever mappings say.
    #[serde(default)]
    gl_code: Option<String>,
    /// The first day, in the tenant's time zone. Default: today.
    #[serde(default)]
    #[schema(format = Date)]
    from: Option<String>,
    /// The day after the last. Default: the share has no end.
    #[serde(default)]
    #[schema(format = Date)]
    to: Option<String>,
}

/// The whole split of a source.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct SetAllocationsRequest {
    /// The first day, in the tenant's time zone. Default: today.
    #[serde(default)]
    #[schema(format = Date)]
    from: Option<String>,
    /// The shares: 1 to 200, each of another department.
    shares: Vec<ShareRequest>,
}

/// A department's share of the whole split of a source.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = AllocationShareRequest)]
pub(crate) struct ShareRequest {
    /// The department.
    pub(super) department_id: String,
    /// How the share is measured.
    method: Method,
    /// The percentage in basis points, of `percentage`: 1 to 10000.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    basis_points: Option<u64>,
    /// The amount, of `fixed`. Without one, the department takes all that the others leave.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    amount: Option<Digits>,
    /// The currency of the amount. Default: that of the department's entity.
    #[serde(default)]
    currency: Option<String>,
    /// What the department uses, of `usage`; of `headcount`: a number in place of the department's headcount.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    driver: Option<DriverDigits>,
    /// The account of the general ledger, whatever mappings say.
    #[serde(default)]
    gl_code: Option<String>,
}

/// What makes an allocation of a request.
pub(super) struct Maker<'m> {
    pub(super) random: &'m dyn Random,
    pub(super) now: Timestamp,
    pub(super) zone: &'m Zone,
}

/// The parts of a share, wherever it stands in a body.
struct Terms<'t> {
    path: String,
    method: Method,
    basis_points: Option<u64>,
    amount: Option<&'t Digits>,
    currency: Option<&'t str>,
    driver: Option<&'t DriverDigits>,
    gl_code: Option<&'t str>,
}

impl Maker<'_> {
    pub(super) fn today(&self) -> Date {
        Date::of(self.now, self.zone)
    }

    /// Validates a share of `department`, whose entity has `currency`.
    fn read(
        &self,
        terms: &Terms<'_>,
        department: &Department,
        currency: Currency,
        errors: &mut FieldErrors,
    ) -> Allocation {
        let Terms { path, method, basis_points, amount, gl_code, .. } = terms;
        let mut wrong = |field: &str, message: &str| errors.add(format!("{path}{field}"), message);
        if department.status == DepartmentStatus::Closed {
            wrong("department_id", "is closed");
        }
        let points = basis_points.and_then(|points| u32::try_from(points).ok());
        match (method, points) {
            (Method::Percentage, Some(points)) if (1..=WHOLE).contains(&points) => {}
            (Method::Percentage, _) => wrong("basis_points", "must be 1 to 10000"),
            (_, _) if basis_points.is_some() => wrong("basis_points", "is only of the method percentage"),
            (_, _) => {}
        }
        let currency = match terms.currency.map(Currency::parse) {
            None => Some(currency),
            Some(Ok(currency)) => Some(currency),
            Some(Err(invalid)) => {
                wrong("currency", &invalid.to_string());
                None
            }
        };
        let money = match (method, amount) {
            (Method::Fixed, Some(digits)) => currency.and_then(|currency| match digits.read(currency) {
                Ok(money) if money.minor > 0 => Some(money),
                Ok(_) => {
                    wrong("amount", "must be above zero");
                    None
                }
                Err(invalid) => {
                    wrong("amount", &invalid.to_string());
                    None
                }
            }),
            (_, Some(_)) => {
                wrong("amount", "is only of the method fixed");
                None
            }
            (_, None) => None,
        };
        let driver = terms.driver.map(DriverDigits::read);
        match (method, driver) {
            (Method::Usage, None) => wrong("driver", "is required with the method usage"),
            (Method::Usage | Method::Headcount, Some(None)) => {
                wrong("driver", "must be 0 to 1000000000, with at most 3 decimals");
            }
            (Method::Percentage | Method::Fixed, Some(_)) => wrong("driver", "is only of headcount and usage"),
            (_, _) => {}
        }
        errors.check_text::<MAX_LEN>(format!("{path}gl_code"), *gl_code);
        Allocation {
            id: format!("alc_{}", random::hex::<12>(self.random)),
            department: department.id.clone(),
            method: *method,
            basis_points: points,
            amount: money.map(|money| money.minor),
            currency: money.map(|money| money.currency.as_str().to_owned()),
            driver: driver.flatten(),
            gl_code: gl_code.map(str::to_owned),
            from: self.today(),
            to: None,
            created_at: self.now,
        }
    }
}

impl CreateAllocationRequest {
    /// Validates the request for a share of `department`, whose entity has `currency`.
    pub(super) fn read(
        &self,
        department: &Department,
        currency: Currency,
        maker: &Maker<'_>,
    ) -> Result<Allocation, AllocationError> {
        let mut errors = FieldErrors::default();
        if !self.source.is_valid() {
            errors.add("source.id", "must be 1 to 128 bytes without control characters");
        }
        let terms = Terms {
            path: String::new(),
            method: self.method,
            basis_points: self.basis_points,
            amount: self.amount.as_ref(),
            currency: self.currency.as_deref(),
            driver: self.driver.as_ref(),
            gl_code: self.gl_code.as_deref(),
        };
        let mut share = maker.read(&terms, department, currency, &mut errors);
        share.from = check_day(&mut errors, "from", self.from.as_deref(), maker.zone).unwrap_or(share.from);
        share.to = check_day(&mut errors, "to", self.to.as_deref(), maker.zone);
        if share.to.is_some_and(|to| to <= share.from) {
            errors.add("to", "must be after from");
        }
        errors.finish().map_err(AllocationError::Invalid).map(|()| share)
    }
}

impl SetAllocationsRequest {
    /// The ids of the departments.
    pub(super) fn departments(&self) -> Result<Vec<&str>, AllocationError> {
        if !(1..=MAX_SHARES).contains(&self.shares.len()) {
            return Err(AllocationError::field("shares", format!("must be 1 to {MAX_SHARES} shares")));
        }
        Ok(self.shares.iter().map(|share| share.department_id.as_str()).collect())
    }

    /// Validates the request; gives the first day and the shares. `departments` are those that it names and the tenant has,
    /// each with its entity's currency.
    pub(super) fn read(
        &self,
        departments: &[(Department, Currency)],
        maker: &Maker<'_>,
    ) -> Result<(Date, Vec<Allocation>), AllocationError> {
        let mut errors = FieldErrors::default();
        let from = check_day(&mut errors, "from", self.from.as_deref(), maker.zone).unwrap_or_else(|| maker.today());
        let mut shares = Vec::new();
        for (index, request) in self.shares.iter().enumerate() {
            let path = format!("shares[{index}].");
            let found = departments.iter().find(|(department, _)| department.id == request.department_id);
            let Some((department, currency)) = found else {
                errors.add(format!("{path}department_id"), "must be the id of a department");
                continue;
            };
            let terms = Terms {
                path,
                method: request.method,
                basis_points: request.basis_points,
                amount: request.amount.as_ref(),
                currency: request.currency.as_deref(),
                driver: request.driver.as_ref(),
                gl_code: request.gl_code.as_deref(),
            };
            shares.push(maker.read(&terms, department, *currency, &mut errors));
        }
        errors.finish().map_err(AllocationError::Invalid).map(|()| (from, shares))
    }
}

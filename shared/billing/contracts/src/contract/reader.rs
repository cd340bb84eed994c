//! The validation of a contract's fields.

use edge_http::FieldError;
use edge_money::{Currency, scaled};
use edge_time_zones::Date;

use super::quantity::{Number, Quantity};
use super::request::{FeeRequest, LineRequest, RenewalRequest, ServiceLevelRequest, default_renewal};
use super::terms::{
    CreditStep, Cycle, Document, Fee, Line, LineKind, Renewal, RenewalMode, ServiceLevel, WHOLE_BASIS_POINTS,
};
use crate::renewal::MAX_YEAR;

pub(super) const MAX_LEN: usize = 256;
/// A charge says its days besides.
const MAX_LINE_LEN: usize = 200;
const MAX_URL_LEN: usize = 2_048;
const MAX_LINES: usize = 50;
const MAX_LEVELS: usize = 20;
const MAX_DOCUMENTS: usize = 50;
pub(crate) const MAX_RENEWAL_MONTHS: u32 = 120;
/// The most months of a fee.
const MAX_FEE_MONTHS: u32 = 600;
const MAX_NOTICE_DAYS: u32 = 3_650;
const MIN_YEAR: i64 = 1_970;
/// The decimals of service levels.
pub(crate) const LEVEL_DECIMALS: u32 = 4;

/// A decimal number from 0 on with the decimals of service levels, in ten thousandths.
pub(crate) fn scaled_percentage(number: &Number) -> Option<i64> {
    scaled(&number.0, LEVEL_DECIMALS).ok().filter(|scaled| (0..=1_000_000_000_000_000).contains(scaled))
}

/// Collects what is wrong.
pub(super) struct Reader<'p> {
    pub(super) errors: Vec<FieldError>,
    /// What stands before the names of fields.
    pub(super) prefix: &'p str,
}

impl Reader<'_> {
    pub(super) fn add(&mut self, field: impl std::fmt::Display, message: impl Into<String>) {
        self.errors.push(FieldError::new(format!("{}{field}", self.prefix), message));
    }

    pub(super) fn text<const MAX: usize>(&mut self, field: impl std::fmt::Display, text: &str) {
        self.errors.extend(FieldError::of_text::<MAX>(format!("{}{field}", self.prefix), Some(text)));
    }

    fn number(
        &mut self,
        field: impl std::fmt::Display,
        wanted: Option<i64>,
        default: u32,
        least: u32,
        most: u32,
    ) -> u32 {
        let Some(wanted) = wanted else { return default };
        let found = u32::try_from(wanted).ok().filter(|number| (least..=most).contains(number));
        if found.is_none() {
            self.add(field, format!("must be a whole number from {least} to {most}"));
        }
        found.unwrap_or(default)
    }

    pub(super) fn date(&mut self, field: &str, text: &str) -> Option<Date> {
        let date = Date::parse(text).filter(|date| (MIN_YEAR..=MAX_YEAR).contains(&date.year()));
        if date.is_none() {
            self.add(field, format!("must be a date such as 2026-03-31, of the years {MIN_YEAR} to {MAX_YEAR}"));
        }
        date
    }

    fn line(&mut self, path: &str, request: &LineRequest, currency: Currency) -> Option<Line> {
        self.text::<MAX_LINE_LEN>(format_args!("{path}.description"), &request.description);
        if let Some(plan) = &request.plan_id {
            self.text::<MAX_LEN>(format_args!("{path}.plan_id"), plan);
        }
        let kind = match request.kind.as_str() {
            "recurring" => Some(LineKind::Recurring),
            "one_off" => Some(LineKind::OneOff),
            "usage" => Some(LineKind::Usage),
            _ => {
                self.add(format_args!("{path}.kind"), "must be recurring, one_off or usage");
                None
            }
        };
        let cycle = match request.cycle.as_deref() {
            None | Some("monthly") => Some(Cycle::Monthly),
            Some("quarterly") => Some(Cycle::Quarterly),
            Some("semi_annual") => Some(Cycle::SemiAnnual),
            Some("annual" | "yearly") => Some(Cycle::Annual),
            // Of a line that does not recur, it says nothing.
            Some(_) if kind != Some(LineKind::Recurring) => Some(Cycle::Monthly),
            Some(_) => {
                self.add(format_args!("{path}.cycle"), "must be monthly, quarterly, semi_annual or annual");
                None
            }
        };
        let quantity = request.quantity.as_ref().map_or(Some(Quantity::ONE), |number| Quantity::parse(&number.0));
        if quantity.is_none() {
            self.add(format_args!("{path}.quantity"), "must be from 0 to a billion, with at most 6 decimals");
        }
        let unit_price = match request.unit_price.read(currency) {
            Ok(price) if price.minor >= 0 => Some(price.minor),
            Ok(_) => {
                self.add(format_args!("{path}.unit_price"), "must not be below zero");
                None
            }
            Err(invalid) => {
                self.add(format_args!("{path}.unit_price"), invalid.to_string());
                None
            }
        };
        let discount = format!("{path}.discount_basis_points");
        let discount_basis_points = self.number(discount, request.discount_basis_points, 0, 0, WHOLE_BASIS_POINTS);
        let kind = kind?;
        let line = Line {
            id: String::new(),
            kind,
            plan_id: request.plan_id.clone(),
            description: request.description.clone(),
            quantity: quantity?,
            unit_price: unit_price?,
            cycle: cycle.filter(|_| kind == LineKind::Recurring),
            discount_basis_points,
        };
        if line.amount().is_none() {
            self.add(format_args!("{path}.unit_price"), "gives an amount that is out of range");
        }
        Some(line)
    }

    /// The lines, with the ids of those of `known` that stay. A new one gets an id after `last_id`.
    pub(super) fn lines(
        &mut self,
        requests: &[LineRequest],
        currency: Currency,
        known: &[Line],
        mut last_id: u32,
    ) -> Vec<Line> {
        if !(1..=MAX_LINES).contains(&requests.len()) {
            self.add("lines", format!("must be 1 to {MAX_LINES} lines"));
            return Vec::new();
        }
        let mut lines: Vec<Line> = Vec::new();
        let mut taken: Vec<String> = requests.iter().filter_map(|request| request.id.clone()).collect();
        for (index, request) in requests.iter().enumerate() {
            let path = format!("lines[{index}]");
            let Some(line) = self.line(&path, request, currency) else { continue };
            let is_alike = |other: &&Line| {
                (other.kind, other.cycle, &other.plan_id, &other.description)
                    == (line.kind, line.cycle, &line.plan_id, &line.description)
            };
            let id = match &request.id {
                Some(id) if known.iter().any(|line| line.id == *id) => {
                    if lines.iter().any(|line| line.id == *id) {
                        self.add(format_args!("{path}.id"), "must be there once");
                    }
                    Some(id.clone())
                }
                // A contract that was read and is sent back before there is one has ids of its own.
                Some(_) if known.is_empty() => None,
                Some(_) => {
                    self.add(format_args!("{path}.id"), "must be the id of a line of the contract, or absent");
                    None
                }
                None => known.iter().filter(is_alike).map(|line| line.id.clone()).find(|id| !taken.contains(id)),
            };
            let id = id.unwrap_or_else(|| {
                last_id = last_id.saturating_add(1);
                format!("l{last_id}")
            });
            taken.push(id.clone());
            lines.push(Line { id, ..line });
        }
        lines
    }

    pub(super) fn renewal(&mut self, request: &RenewalRequest) -> Renewal {
        let mode = match request.mode.as_str() {
            "auto" => RenewalMode::Auto,
            "manual" => RenewalMode::Manual,
            "none" => RenewalMode::None,
            _ => {
                self.add("renewal.mode", "must be auto, manual or none");
                RenewalMode::None
            }
        };
        let default = default_renewal();
        Renewal {
            mode,
            term_months: self.number("renewal.term_months", request.term_months, 12, 1, MAX_RENEWAL_MONTHS),
            notice_days: self.number(
                "renewal.notice_days",
                request.notice_days,
                default.notice_days,
                0,
                MAX_NOTICE_DAYS,
            ),
            uplift_basis_points: self.number(
                "renewal.uplift_basis_points",
                request.uplift_basis_points,
                0,
                0,
                WHOLE_BASIS_POINTS,
            ),
        }
    }

    pub(super) fn fee(&mut self, request: Option<&FeeRequest>, currency: Currency) -> Fee {
        let Some(FeeRequest { kind, value }) = request else { return Fee::None };
        let digits = value.as_ref().map_or("", |number| number.0.as_str());
        let at_least_zero = |number: &i64| *number >= 0;
        let fee = match kind.as_str() {
            "none" => Ok(Fee::None),
            "fixed" => {
                scaled(digits, currency.exponent()).ok().filter(at_least_zero).map(Fee::Fixed).ok_or("an amount")
            }
            "percent_remaining" => {
                let points = scaled(digits, 2).ok().and_then(|points| u32::try_from(points).ok());
                let points = points.filter(|points| *points <= WHOLE_BASIS_POINTS);
                points.map(Fee::PercentRemaining).ok_or("per cent from 0 to 100, with at most 2 decimals")
            }
            "months" => {
                let months = scaled(digits, 0).ok().and_then(|months| u32::try_from(months).ok());
                months.filter(|months| *months <= MAX_FEE_MONTHS).map(Fee::Months).ok_or("a whole number of months")
            }
            _ => {
                self.add("termination.fee.kind", "must be none, fixed, percent_remaining or months");
                return Fee::None;
            }
        };
        fee.unwrap_or_else(|wanted| {
            self.add("termination.fee.value", format!("must be {wanted}"));
            Fee::None
        })
    }

    pub(super) fn levels(&mut self, requests: &[ServiceLevelRequest]) -> Vec<ServiceLevel> {
        if requests.len() > MAX_LEVELS {
            self.add("sla", format!("must be at most {MAX_LEVELS}"));
            return Vec::new();
        }
        let mut levels: Vec<ServiceLevel> = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            let path = format!("sla[{index}]");
            self.text::<64>(format_args!("{path}.metric"), &request.metric);
            if levels.iter().any(|known| known.metric == request.metric) {
                self.add(format_args!("{path}.metric"), "must be there once");
            }
            let number = "must be a number from 0 on, with at most 4 decimals";
            let target = scaled_percentage(&request.target);
            if target.is_none() {
                self.add(format_args!("{path}.target"), number);
            }
            if request.credit_steps.len() > MAX_LEVELS {
                self.add(format_args!("{path}.credit_steps"), format!("must be at most {MAX_LEVELS}"));
            }
            let mut credit_steps = Vec::new();
            for (step, wanted) in request.credit_steps.iter().enumerate() {
                let path = format!("{path}.credit_steps[{step}]");
                let below = scaled_percentage(&wanted.below);
                if below.is_none() {
                    self.add(format_args!("{path}.below"), number);
                }
                let points = Some(wanted.basis_points);
                let basis_points = self.number(format!("{path}.basis_points"), points, 0, 0, WHOLE_BASIS_POINTS);
                credit_steps.extend(below.map(|below| CreditStep { below, basis_points }));
            }
            let (metric, target) = (request.metric.clone(), target.unwrap_or_default());
            levels.push(ServiceLevel { metric, target, credit_steps });
        }
        levels
    }

    pub(super) fn documents(&mut self, documents: &[Document]) -> Vec<Document> {
        if documents.len() > MAX_DOCUMENTS {
            self.add("documents", format!("must be at most {MAX_DOCUMENTS}"));
        }
        for (index, document) in documents.iter().enumerate() {
            let path = format!("documents[{index}]");
            self.text::<MAX_LEN>(format_args!("{path}.name"), &document.name);
            let is_url = document.url.starts_with("https://") || document.url.starts_with("http://");
            if !is_url
                || document.url.len() > MAX_URL_LEN
                || document.url.chars().any(|one| one.is_control() || one == ' ')
            {
                self.add(format_args!("{path}.url"), "must be an http or https URL of at most 2,048 bytes");
            }
            if document.sha256.len() != 64 || !document.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                self.add(format_args!("{path}.sha256"), "must be 64 hexadecimal digits");
            }
        }
        documents.to_vec()
    }
}

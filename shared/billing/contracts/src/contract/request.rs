//! The fields of contracts in requests, and their validation.

use edge_http::FieldError;
use edge_money::{Currency, Digits, scaled};
use edge_time_zones::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::Contract;
use super::quantity::{Number, Quantity};
use super::terms::{
    Content, CreditStep, Cycle, Document, Fee, Line, LineKind, Renewal, RenewalMode, ServiceLevel, Term,
    WHOLE_BASIS_POINTS,
};
use crate::renewal::MAX_YEAR;

const MAX_LEN: usize = 256;
/// A charge says its days besides.
const MAX_LINE_LEN: usize = 200;
const MAX_URL_LEN: usize = 2_048;
const MAX_LINES: usize = 50;
const MAX_LEVELS: usize = 20;
const MAX_DOCUMENTS: usize = 50;
/// The longest first term, in months.
const MAX_TERM_MONTHS: u32 = 600;
pub(crate) const MAX_RENEWAL_MONTHS: u32 = 120;
const MAX_NOTICE_DAYS: u32 = 3_650;
const MIN_YEAR: i64 = 1_970;
/// The decimals of service levels.
pub(crate) const LEVEL_DECIMALS: u32 = 4;

/// The fields of a contract. In an update, fields that are absent or null keep their values.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = ContractRequest)]
pub(crate) struct ContractFields {
    /// The entity that it is charged to. Required to create one.
    #[serde(default)]
    pub(crate) entity_id: Option<String>,
    /// The other party: 1 to 256 bytes. Required to create one.
    #[serde(default)]
    counterparty: Option<String>,
    /// What it is called: 1 to 256 bytes. Required to create one.
    #[serde(default)]
    title: Option<String>,
    /// The first day, where the tenant is. It may be past: the terms since then run at once. Required to create one.
    #[serde(default)]
    #[schema(format = Date)]
    start: Option<String>,
    /// The day after the last of the first term. Default: the start and `renewal.term_months`.
    #[serde(default)]
    #[schema(format = Date)]
    end: Option<String>,
    /// The ISO 4217 code of the currency of all its amounts. Required to create one. With another currency, `lines` are
    /// required.
    #[serde(default)]
    currency: Option<String>,
    /// What is charged: 1 to 50 lines. Required to create one. They replace the present ones.
    #[serde(default)]
    lines: Option<Vec<LineRequest>>,
    /// How it is renewed. Default: by hand.
    #[serde(default)]
    renewal: Option<RenewalRequest>,
    /// What ending it early costs. Default: nothing.
    #[serde(default)]
    termination: Option<TerminationRequest>,
    /// The service levels: at most 20.
    #[serde(default)]
    sla: Option<Vec<ServiceLevelRequest>>,
    /// The documents: at most 50.
    #[serde(default)]
    documents: Option<Vec<Document>>,
}

/// A line of a contract.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractLineRequest)]
pub(crate) struct LineRequest {
    /// In an amendment, the id of the line that stays. Default: the line of the same kind, plan, description and cycle.
    #[serde(default)]
    id: Option<String>,
    /// `recurring`: in each cycle, in advance. `one_off`: once. `usage`: by what is reported.
    kind: String,
    /// The plan that it is for.
    #[serde(default)]
    plan_id: Option<String>,
    /// What it is for: 1 to 200 bytes.
    description: String,
    /// How many, with at most 6 decimals. Default: 1.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    quantity: Option<Number>,
    /// The price of one, for a whole cycle.
    #[schema(value_type = f64)]
    unit_price: Digits,
    /// How often a recurring line is charged: `monthly`, `quarterly`, `semi_annual`, `annual`. Default: `monthly`.
    #[serde(default)]
    cycle: Option<String>,
    /// The discount, in hundredths of a per cent: 0 to 10,000. Default: 0.
    #[serde(default)]
    discount_basis_points: Option<i64>,
}

/// How a contract is renewed.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractRenewalRequest)]
pub(crate) struct RenewalRequest {
    /// `auto`, `manual` or `none`.
    mode: String,
    /// The length of further terms, in months: 1 to 120. Default: 12.
    #[serde(default)]
    term_months: Option<i64>,
    /// How many days before the end of a term notice can be given: 0 to 3,650. Default: 0.
    #[serde(default)]
    notice_days: Option<i64>,
    /// How much dearer each further term is, in hundredths of a per cent: 0 to 10,000. Default: 0.
    #[serde(default)]
    uplift_basis_points: Option<i64>,
}

/// What ending a contract early costs.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractTerminationRequest)]
pub(crate) struct TerminationRequest {
    /// The fee.
    #[serde(default)]
    fee: Option<FeeRequest>,
}

/// A fee. It is never more than what remains of the commitment.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractFeeRequest)]
pub(crate) struct FeeRequest {
    /// `none`, `fixed`, `percent_remaining` or `months`.
    kind: String,
    /// The amount; the per cent of what remains; the number of months.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    value: Option<Number>,
}

/// A service level.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractServiceLevelRequest)]
pub(crate) struct ServiceLevelRequest {
    /// What is measured: 1 to 64 bytes.
    metric: String,
    /// What is promised, with at most 4 decimals.
    #[schema(value_type = f64)]
    target: Number,
    /// The credits for less: at most 20.
    #[serde(default)]
    credit_steps: Vec<CreditStepRequest>,
}

/// A credit of a service level.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractCreditStepRequest)]
pub(crate) struct CreditStepRequest {
    /// Values below this get the credit.
    #[schema(value_type = f64)]
    below: Number,
    /// The share of the month's fee, in hundredths of a per cent: 0 to 10,000.
    basis_points: i64,
}

/// A decimal number from 0 on with the decimals of service levels, in ten thousandths.
pub(crate) fn scaled_percentage(number: &Number) -> Option<i64> {
    scaled(&number.0, LEVEL_DECIMALS).ok().filter(|scaled| (0..=1_000_000_000_000_000).contains(scaled))
}

/// Collects what is wrong.
struct Reader<'p> {
    errors: Vec<FieldError>,
    /// What stands before the names of fields.
    prefix: &'p str,
}

impl Reader<'_> {
    fn add(&mut self, field: impl std::fmt::Display, message: impl Into<String>) {
        self.errors.push(FieldError::new(format!("{}{field}", self.prefix), message));
    }

    fn text<const MAX: usize>(&mut self, field: impl std::fmt::Display, text: &str) {
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

    fn date(&mut self, field: &str, text: &str) -> Option<Date> {
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
    fn lines(&mut self, requests: &[LineRequest], currency: Currency, known: &[Line], mut last_id: u32) -> Vec<Line> {
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

    fn renewal(&mut self, request: &RenewalRequest) -> Renewal {
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

    fn fee(&mut self, request: Option<&FeeRequest>, currency: Currency) -> Fee {
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
                months.filter(|months| *months <= MAX_TERM_MONTHS).map(Fee::Months).ok_or("a whole number of months")
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

    fn levels(&mut self, requests: &[ServiceLevelRequest]) -> Vec<ServiceLevel> {
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

    fn documents(&mut self, documents: &[Document]) -> Vec<Document> {
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

/// How a contract is renewed that does not say so.
pub(crate) const fn default_renewal() -> Renewal {
    Renewal { mode: RenewalMode::Manual, term_months: 12, notice_days: 0, uplift_basis_points: 0 }
}

impl ContractFields {
    /// What is absent and is required of a new contract.
    pub(crate) fn missing(&self) -> Vec<FieldError> {
        let fields = [
            ("entity_id", self.entity_id.is_none()),
            ("counterparty", self.counterparty.is_none()),
            ("title", self.title.is_none()),
            ("start", self.start.is_none()),
            ("currency", self.currency.is_none()),
            ("lines", self.lines.is_none()),
        ];
        fields
            .into_iter()
            .filter(|(_, is_missing)| *is_missing)
            .map(|(field, _)| FieldError::new(field, "is required"))
            .collect()
    }

    /// Writes the fields into the draft `contract`; what is wrong with them.
    pub(crate) fn apply(&self, contract: &mut Contract) -> Vec<FieldError> {
        let mut reader = Reader { errors: Vec::new(), prefix: "" };
        if let Some(entity) = &self.entity_id {
            reader.text::<64>("entity_id", entity);
            contract.entity_id.clone_from(entity);
        }
        let (mut content, old_currency) = match contract.versions.first() {
            Some(version) => (version.content.clone(), contract.currency),
            None => return reader.errors,
        };
        match self.currency.as_deref().map(Currency::parse) {
            None => {}
            Some(Ok(currency)) => contract.currency = currency,
            Some(Err(invalid)) => {
                reader.add("currency", invalid.to_string());
                return reader.errors;
            }
        }
        if contract.currency != old_currency && self.lines.is_none() && !content.lines.is_empty() {
            reader.add("lines", "are required with another currency");
        }
        if contract.currency != old_currency && self.termination.is_none() && matches!(content.fee, Fee::Fixed(_)) {
            reader.add("termination", "is required with another currency");
        }
        self.read_content(&mut reader, &mut content, contract.currency, &[], 0);
        let start = self.start.as_deref().map_or(Some(contract.start()), |text| reader.date("start", text));
        let end = match self.end.as_deref() {
            Some(text) => reader.date("end", text),
            // A draft that was made keeps its end, unless it begins on another day.
            None if self.start.is_none() => Some(contract.end()),
            None => start.map(|start| start.plus_months(content.renewal.term_months)),
        };
        if let (Some(start), Some(end)) = (start, end) {
            if end <= start || end > start.plus_months(MAX_TERM_MONTHS) {
                reader.add("end", "must be after the start, by 50 years at most");
            }
            contract.terms = vec![Term::first(start, end)];
            for version in contract.versions.iter_mut().take(1) {
                version.effective_date = start;
                version.content = content.clone();
            }
        }
        if reader.errors.is_empty() && contract.value().is_err() {
            reader.add("lines", "have a value that is out of range");
        }
        reader.errors
    }

    /// Makes the changes of an amendment to `content`, which holds in `contract` then; what is wrong with them.
    pub(crate) fn amend(&self, contract: &Contract, content: &mut Content) -> Vec<FieldError> {
        let mut reader = Reader { errors: Vec::new(), prefix: "changes." };
        let fixed = [
            ("entity_id", self.entity_id.is_some()),
            ("start", self.start.is_some()),
            ("end", self.end.is_some()),
            ("currency", self.currency.is_some()),
        ];
        for (field, _) in fixed.into_iter().filter(|(_, is_there)| *is_there) {
            reader.add(field, "cannot be amended");
        }
        let ids = contract.versions.iter().flat_map(|version| &version.content.lines);
        let last_id = ids.filter_map(|line| line.id.strip_prefix('l')?.parse().ok()).max().unwrap_or_default();
        let known = content.lines.clone();
        self.read_content(&mut reader, content, contract.currency, &known, last_id);
        reader.errors
    }

    fn read_content(
        &self,
        reader: &mut Reader<'_>,
        content: &mut Content,
        currency: Currency,
        known: &[Line],
        last_id: u32,
    ) {
        if let Some(text) = &self.counterparty {
            reader.text::<MAX_LEN>("counterparty", text);
            content.counterparty.clone_from(text);
        }
        if let Some(text) = &self.title {
            reader.text::<MAX_LEN>("title", text);
            content.title.clone_from(text);
        }
        if let Some(lines) = &self.lines {
            content.lines = reader.lines(lines, currency, known, last_id);
        }
        if let Some(renewal) = &self.renewal {
            content.renewal = reader.renewal(renewal);
        }
        if let Some(termination) = &self.termination {
            content.fee = reader.fee(termination.fee.as_ref(), currency);
        }
        if let Some(levels) = &self.sla {
            content.sla = reader.levels(levels);
        }
        if let Some(documents) = &self.documents {
            content.documents = reader.documents(documents);
        }
    }
}

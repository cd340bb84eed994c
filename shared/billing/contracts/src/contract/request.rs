//! The fields of contracts in requests, and their validation.

use edge_http::FieldError;
use edge_money::{Currency, Digits};
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::Contract;
use super::quantity::Number;
use super::reader::{MAX_LEN, Reader};
use super::terms::{Content, Document, Fee, Line, Renewal, RenewalMode, Term};

/// The longest first term, in months.
const MAX_TERM_MONTHS: u32 = 600;

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
    pub(super) id: Option<String>,
    /// `recurring`: in each cycle, in advance. `one_off`: once. `usage`: by what is reported.
    pub(super) kind: String,
    /// The plan that it is for.
    #[serde(default)]
    pub(super) plan_id: Option<String>,
    /// What it is for: 1 to 200 bytes.
    pub(super) description: String,
    /// How many, with at most 6 decimals. Default: 1.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    pub(super) quantity: Option<Number>,
    /// The price of one, for a whole cycle.
    #[schema(value_type = f64)]
    pub(super) unit_price: Digits,
    /// How often a recurring line is charged: `monthly`, `quarterly`, `semi_annual`, `annual`. Default: `monthly`.
    #[serde(default)]
    pub(super) cycle: Option<String>,
    /// The discount, in hundredths of a per cent: 0 to 10,000. Default: 0.
    #[serde(default)]
    pub(super) discount_basis_points: Option<i64>,
}

/// How a contract is renewed.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractRenewalRequest)]
pub(crate) struct RenewalRequest {
    /// `auto`, `manual` or `none`.
    pub(super) mode: String,
    /// The length of further terms, in months: 1 to 120. Default: 12.
    #[serde(default)]
    pub(super) term_months: Option<i64>,
    /// How many days before the end of a term notice can be given: 0 to 3,650. Default: 0.
    #[serde(default)]
    pub(super) notice_days: Option<i64>,
    /// How much dearer each further term is, in hundredths of a per cent: 0 to 10,000. Default: 0.
    #[serde(default)]
    pub(super) uplift_basis_points: Option<i64>,
}

/// What ending a contract early costs.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractTerminationRequest)]
pub(crate) struct TerminationRequest {
    /// The fee.
    #[serde(default)]
    pub(super) fee: Option<FeeRequest>,
}

/// A fee. It is never more than what remains of the commitment.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractFeeRequest)]
pub(crate) struct FeeRequest {
    /// `none`, `fixed`, `percent_remaining` or `months`.
    pub(super) kind: String,
    /// The amount; the per cent of what remains; the number of months.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    pub(super) value: Option<Number>,
}

/// A service level.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractServiceLevelRequest)]
pub(crate) struct ServiceLevelRequest {
    /// What is measured: 1 to 64 bytes.
    pub(super) metric: String,
    /// What is promised, with at most 4 decimals.
    #[schema(value_type = f64)]
    pub(super) target: Number,
    /// The credits for less: at most 20.
    #[serde(default)]
    pub(super) credit_steps: Vec<CreditStepRequest>,
}

/// A credit of a service level.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ContractCreditStepRequest)]
pub(crate) struct CreditStepRequest {
    /// Values below this get the credit.
    #[schema(value_type = f64)]
    pub(super) below: Number,
    /// The share of the month's fee, in hundredths of a per cent: 0 to 10,000.
    pub(super) basis_points: i64,
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

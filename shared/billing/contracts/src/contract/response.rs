//! A contract in responses.

use edge_capabilities::Timestamp;
use edge_money::{Currency, DecimalAmount, Money};
use edge_time_zones::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Contract, ContractStatus};
use super::quantity::{Number, decimal};
use super::reader::LEVEL_DECIMALS;
use super::terms::{Content, CreditStep, Cycle, Document, Fee, Line, LineKind, Renewal, ServiceLevel, Term};
use crate::amendment::{Amendment, AmendmentStatus, Difference};
use crate::error::ContractError;
use crate::renewal::Party;

/// An amount in `currency`.
pub(crate) const fn amount(minor: i64, currency: Currency) -> DecimalAmount {
    DecimalAmount(Money { minor, currency })
}

/// A line of a contract.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractLine)]
pub(crate) struct LineResponse {
    /// By which amendments and usage reports name it.
    id: String,
    kind: LineKind,
    plan_id: Option<String>,
    description: String,
    #[schema(value_type = f64)]
    quantity: Number,
    /// The price of one, for a whole cycle.
    #[schema(value_type = f64)]
    unit_price: DecimalAmount,
    /// How often it is charged; null: it does not recur.
    cycle: Option<Cycle>,
    discount_basis_points: u32,
    /// What it costs for a whole cycle, or once; null: by what is reported.
    #[schema(value_type = Option<f64>)]
    amount: Option<DecimalAmount>,
}

/// What ending a contract early costs.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractTermination)]
pub(crate) struct TerminationResponse {
    fee: FeeResponse,
}

/// The fee of a termination.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractFee)]
struct FeeResponse {
    /// `none`, `fixed`, `percent_remaining` or `months`.
    kind: &'static str,
    /// The amount; the per cent of what remains; the number of months.
    #[schema(value_type = Option<f64>)]
    value: Option<Number>,
}

/// A service level.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractServiceLevel)]
pub(crate) struct ServiceLevelResponse {
    metric: String,
    #[schema(value_type = f64)]
    target: Number,
    credit_steps: Vec<CreditStepResponse>,
}

/// A credit of a service level.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractCreditStep)]
struct CreditStepResponse {
    #[schema(value_type = f64)]
    below: Number,
    basis_points: u32,
}

/// What is agreed on, but for the dates.
pub(crate) struct ContentResponse {
    pub(crate) counterparty: String,
    pub(crate) title: String,
    pub(crate) lines: Vec<LineResponse>,
    pub(crate) renewal: Renewal,
    pub(crate) termination: TerminationResponse,
    pub(crate) sla: Vec<ServiceLevelResponse>,
    pub(crate) documents: Vec<Document>,
}

impl ContentResponse {
    /// `content`, with amounts in `currency`.
    pub(crate) fn new(content: &Content, currency: Currency) -> Self {
        let line = |line: &Line| LineResponse {
            id: line.id.clone(),
            kind: line.kind,
            plan_id: line.plan_id.clone(),
            description: line.description.clone(),
            quantity: Number(line.quantity.to_string()),
            unit_price: amount(line.unit_price, currency),
            cycle: line.cycle,
            discount_basis_points: line.discount_basis_points,
            amount: line.amount().filter(|_| line.kind != LineKind::Usage).map(|minor| amount(minor, currency)),
        };
        let level = |level: &ServiceLevel| ServiceLevelResponse {
            metric: level.metric.clone(),
            target: Number(decimal(level.target, LEVEL_DECIMALS)),
            credit_steps: level.credit_steps.iter().map(step).collect(),
        };
        let (kind, value) = match content.fee {
            Fee::None => ("none", None),
            Fee::Fixed(minor) => ("fixed", Some(Money { minor, currency }.to_decimal())),
            Fee::PercentRemaining(points) => ("percent_remaining", Some(decimal(i64::from(points), 2))),
            Fee::Months(months) => ("months", Some(months.to_string())),
        };
        Self {
            counterparty: content.counterparty.clone(),
            title: content.title.clone(),
            lines: content.lines.iter().map(line).collect(),
            renewal: content.renewal,
            termination: TerminationResponse { fee: FeeResponse { kind, value: value.map(Number) } },
            sla: content.sla.iter().map(level).collect(),
            documents: content.documents.clone(),
        }
    }
}

fn step(step: &CreditStep) -> CreditStepResponse {
    CreditStepResponse { below: Number(decimal(step.below, LEVEL_DECIMALS)), basis_points: step.basis_points }
}

/// A contract.
#[derive(Serialize, ToSchema)]
#[schema(as = Contract)]
pub(crate) struct ContractResponse {
    id: String,
    tenant_id: String,
    /// Its number; null until it is signed.
    number: Option<String>,
    entity_id: String,
    counterparty: String,
    title: String,
    status: ContractStatus,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    start: String,
    /// The day after the last of the terms that are agreed on.
    #[schema(value_type = String, format = Date)]
    end: String,
    currency: String,
    /// The lines that hold today, or on its first or last day, at that day's prices.
    lines: Vec<LineResponse>,
    renewal: Renewal,
    termination: TerminationResponse,
    sla: Vec<ServiceLevelResponse>,
    documents: Vec<Document>,
    /// The number of the newest version: 1, and one more for each amendment that was agreed on.
    version: u32,
    /// The amendments, oldest first.
    amendments: Vec<AmendmentResponse>,
    /// The total contract value: recurring lines over all terms that are agreed on, and lines that are charged once.
    #[schema(value_type = f64)]
    tcv: DecimalAmount,
    /// The annual contract value: the recurring lines in a year, on average.
    #[schema(value_type = f64)]
    acv: DecimalAmount,
    /// The monthly recurring revenue of the lines above.
    #[schema(value_type = f64)]
    mrr: DecimalAmount,
    /// The terms that are agreed on.
    terms: Vec<TermResponse>,
    /// The last day on which notice is in time for the end of the last term.
    #[schema(value_type = String, format = Date)]
    last_notice_day: String,
    /// The notice that was given.
    notice: Option<NoticeResponse>,
    /// The termination.
    terminated: Option<TerminatedResponse>,
    /// The fee of the termination; null: it was not terminated.
    #[schema(value_type = Option<f64>)]
    fee: Option<DecimalAmount>,
    /// The approval request of its signing; null: nobody was asked.
    approval_request_id: Option<String>,
    /// When it was signed, where the tenant is.
    #[schema(value_type = Option<String>, format = Date)]
    signed_on: Option<String>,
    /// Up to and with which day its charges are made.
    #[schema(value_type = Option<String>, format = Date)]
    billed_until: Option<String>,
    created_at: String,
    updated_at: String,
}

/// A term: `[start, end)`.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractTerm)]
struct TermResponse {
    number: u32,
    #[schema(value_type = String, format = Date)]
    start: String,
    #[schema(value_type = String, format = Date)]
    end: String,
    /// How much dearer it is than the term before.
    uplift_basis_points: u32,
}

/// A notice.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractNotice)]
struct NoticeResponse {
    by: Party,
    /// The day on which it was given, where the tenant is.
    #[schema(value_type = String, format = Date)]
    date: String,
    /// Whether it was in time for the end of the term that ran.
    in_time: bool,
    /// The last day on which it was.
    #[schema(value_type = String, format = Date)]
    last_notice_day: String,
    /// When the contract ends.
    #[schema(value_type = String, format = Date)]
    ends_on: String,
    at: String,
}

/// A termination.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractTerminated)]
struct TerminatedResponse {
    /// The first day on which the contract is not in force any more.
    #[schema(value_type = String, format = Date)]
    date: String,
    reason: String,
    /// What remained of the commitment: the recurring charges of the days from `date` on.
    #[schema(value_type = f64)]
    remaining: DecimalAmount,
    /// What of that was charged before, and is given back.
    #[schema(value_type = f64)]
    credit: DecimalAmount,
    /// The fee: never more than `remaining`.
    #[schema(value_type = f64)]
    fee: DecimalAmount,
    by: String,
    at: String,
}

/// An amendment.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractAmendment)]
pub(crate) struct AmendmentResponse {
    number: u32,
    /// The version that it made; null: none.
    version: Option<u32>,
    status: AmendmentStatus,
    #[schema(value_type = String, format = Date)]
    effective_date: String,
    reason: String,
    /// What it changes.
    diff: Vec<Difference>,
    /// What it changes in money, as it was when it was asked for.
    preview: PreviewResponse,
    approval_request_id: Option<String>,
    requested_by: String,
    requested_at: String,
    decided_at: Option<String>,
}

/// What an amendment changes in money.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractAmendmentPreview)]
struct PreviewResponse {
    #[schema(value_type = f64)]
    mrr_before: DecimalAmount,
    #[schema(value_type = f64)]
    mrr_after: DecimalAmount,
    #[schema(value_type = f64)]
    tcv_before: DecimalAmount,
    #[schema(value_type = f64)]
    tcv_after: DecimalAmount,
    proration: ProrationResponse,
}

/// What changes in periods that are charged, or begin before the effective date.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractProration)]
struct ProrationResponse {
    /// What is given back: zero or negative.
    #[schema(value_type = f64)]
    credit: DecimalAmount,
    /// What is charged for the same days.
    #[schema(value_type = f64)]
    charge: DecimalAmount,
    /// The two together.
    #[schema(value_type = f64)]
    net: DecimalAmount,
}

impl AmendmentResponse {
    pub(crate) fn new(amendment: &Amendment, currency: Currency) -> Self {
        let of = |minor| amount(minor, currency);
        let preview = amendment.preview;
        Self {
            number: amendment.number,
            version: amendment.version,
            status: amendment.status,
            effective_date: amendment.effective_date.to_string(),
            reason: amendment.reason.clone(),
            diff: amendment.diff.clone(),
            preview: PreviewResponse {
                mrr_before: of(preview.mrr_before),
                mrr_after: of(preview.mrr_after),
                tcv_before: of(preview.tcv_before),
                tcv_after: of(preview.tcv_after),
                proration: ProrationResponse {
                    credit: of(preview.credit),
                    charge: of(preview.charge),
                    net: of(preview.credit.saturating_add(preview.charge)),
                },
            },
            approval_request_id: amendment.submission.as_ref().and_then(|one| one.request_id.clone()),
            requested_by: amendment.requested_by.clone(),
            requested_at: amendment.requested_at.to_rfc3339_millis(),
            decided_at: amendment.decided_at.map(Timestamp::to_rfc3339_millis),
        }
    }
}

impl ContractResponse {
    /// `contract`, as it is on `today`.
    pub(crate) fn new(contract: &Contract, today: Date) -> Result<Self, ContractError> {
        let of = |minor| amount(minor, contract.currency);
        let shown = contract.content_on(contract.shown_on(today))?;
        let value = contract.value()?;
        let mrr = super::model::monthly(&shown.lines)?;
        let ContentResponse { counterparty, title, lines, renewal, termination, sla, documents } =
            ContentResponse::new(&shown, contract.currency);
        let term = |term: &Term| TermResponse {
            number: term.number,
            start: term.start.to_string(),
            end: term.end.to_string(),
            uplift_basis_points: term.uplift_basis_points,
        };
        let notice = contract.notice.map(|notice| NoticeResponse {
            by: notice.by,
            date: notice.date.to_string(),
            in_time: notice.in_time,
            last_notice_day: notice.last_notice_day.to_string(),
            ends_on: notice.ends_on.to_string(),
            at: notice.at.to_rfc3339_millis(),
        });
        let terminated = contract.termination.as_ref().map(|termination| TerminatedResponse {
            date: termination.date.to_string(),
            reason: termination.reason.clone(),
            remaining: of(termination.remaining),
            credit: of(termination.credit),
            fee: of(termination.fee),
            by: termination.by.clone(),
            at: termination.at.to_rfc3339_millis(),
        });
        let amendment = |one: &Amendment| AmendmentResponse::new(one, contract.currency);
        Ok(Self {
            id: contract.id.clone(),
            tenant_id: contract.tenant.clone(),
            number: contract.contract_number(),
            entity_id: contract.entity_id.clone(),
            counterparty,
            title,
            status: contract.status,
            start: contract.start().to_string(),
            end: contract.end().to_string(),
            currency: contract.currency.to_string(),
            lines,
            renewal,
            termination,
            sla,
            documents,
            version: contract.version(),
            amendments: contract.amendments.iter().map(amendment).collect(),
            tcv: of(value.total),
            acv: of(value.annual),
            mrr: of(mrr),
            terms: contract.terms.iter().map(term).collect(),
            last_notice_day: contract.last_notice_day(&contract.last_term()?)?.to_string(),
            notice,
            terminated,
            fee: contract.termination.as_ref().map(|termination| of(termination.fee)),
            approval_request_id: contract.submission.as_ref().and_then(|one| one.request_id.clone()),
            signed_on: contract.signed_on.map(|day| day.to_string()),
            billed_until: contract.billed_until.map(|day| day.to_string()),
            created_at: contract.created_at.to_rfc3339_millis(),
            updated_at: contract.updated_at.to_rfc3339_millis(),
        })
    }
}

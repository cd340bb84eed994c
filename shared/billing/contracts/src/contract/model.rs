//! A contract, and what holds in it on a day.

use edge_capabilities::Timestamp;
use edge_money::{Currency, Money};
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::default_renewal;
use super::terms::{Content, Fee, Line, Term, Version, rounded};
use crate::amendment::Amendment;
use crate::approval::Submission;
use crate::charge::UsageReport;
use crate::error::ContractError;
use crate::outbox::Outbox;
use crate::renewal::Notice;
use crate::sla::SlaReport;
use crate::termination::Termination;
use crate::timeline::Event;

/// What became of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractStatus {
    /// It may be edited, and has no number.
    Draft,
    /// People have to approve it.
    PendingApproval,
    /// It is signed: its first term runs, or will.
    Active,
    /// It is in force, and was renewed at least once.
    Renewed,
    /// Its last term is over.
    Expired,
    /// It was ended early.
    Terminated,
    /// It was given up before it was signed.
    Cancelled,
}

impl ContractStatus {
    /// All statuses.
    pub const ALL: [Self; 7] = [
        Self::Draft,
        Self::PendingApproval,
        Self::Active,
        Self::Renewed,
        Self::Expired,
        Self::Terminated,
        Self::Cancelled,
    ];

    /// The status as text: `active`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::PendingApproval => "pending_approval",
            Self::Active => "active",
            Self::Renewed => "renewed",
            Self::Expired => "expired",
            Self::Terminated => "terminated",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether the contract is signed and has not ended.
    pub const fn is_in_force(self) -> bool {
        matches!(self, Self::Active | Self::Renewed)
    }
}

/// A contract. Amounts are in its currency's smallest unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// `ctr_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// Its number among those of the tenant, from 1. None: it is not signed.
    #[serde(skip)]
    pub number: Option<i64>,
    /// The entity that it is charged to.
    pub entity_id: String,
    /// The currency of all its amounts.
    #[serde(with = "currency_text")]
    pub currency: Currency,
    /// What became of it.
    pub status: ContractStatus,
    /// What holds from when on. INVARIANT: there is at least one, and each begins no earlier than the one before.
    pub versions: Vec<Version>,
    /// Its terms. INVARIANT: there is at least one, and each begins where the one before ends.
    pub terms: Vec<Term>,
    /// Its amendments, in the order in which they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amendments: Vec<Amendment>,
    /// Who has to approve it. None: nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Submission>,
    /// The notice that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// How it was ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub termination: Option<Termination>,
    /// What was reported of its service levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sla_reports: Vec<SlaReport>,
    /// What was reported of its usage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usage_reports: Vec<UsageReport>,
    /// When it was signed, where the tenant is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<Date>,
    /// Up to and with which day its charges are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_until: Option<Date>,
    /// The sum of the charges of recurring lines, and of their credits.
    #[serde(default)]
    pub billed_recurring: i64,
    /// The sum of the charges of lines that are charged once.
    #[serde(default)]
    pub billed_once: i64,
    /// The last term of whose end people were told beforehand.
    #[serde(default)]
    pub told_of_term: u32,
    /// What happened to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// What is still to be done about its changes.
    #[serde(default, skip_serializing_if = "Outbox::is_empty")]
    pub outbox: Outbox,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The number of changes in the database.
    #[serde(skip)]
    pub(crate) revision: i64,
}

impl Contract {
    /// A draft in which nothing is agreed on yet.
    pub(crate) fn draft(id: String, tenant: &str, today: Date, now: Timestamp) -> Self {
        let content = Content {
            counterparty: String::new(),
            title: String::new(),
            lines: Vec::new(),
            renewal: default_renewal(),
            fee: Fee::None,
            sla: Vec::new(),
            documents: Vec::new(),
        };
        Self {
            id,
            tenant: tenant.to_owned(),
            number: None,
            entity_id: String::new(),
            currency: Currency::INR,
            status: ContractStatus::Draft,
            versions: vec![Version { number: 1, effective_date: today, content }],
            terms: vec![Term::first(today, today.plus_months(12))],
            amendments: Vec::new(),
            submission: None,
            notice: None,
            termination: None,
            sla_reports: Vec::new(),
            usage_reports: Vec::new(),
            signed_on: None,
            billed_until: None,
            billed_recurring: 0,
            billed_once: 0,
            told_of_term: 0,
            events: Vec::new(),
            outbox: Outbox::default(),
            created_at: now,
            updated_at: now,
            revision: 1,
        }
    }

    /// Its number as people write it: `CTR-00042`.
    pub fn contract_number(&self) -> Option<String> {
        self.number.map(|number| format!("CTR-{number:05}"))
    }

    /// An amount in its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }

    /// The first day.
    pub fn start(&self) -> Date {
        self.terms.first().map_or(self.end(), |term| term.start)
    }

    /// The day after the last of the terms that are agreed on.
    pub fn end(&self) -> Date {
        // INVARIANT: there is a term.
        let none = || Date::of(self.created_at, &edge_time_zones::Zone::UTC);
        self.terms.last().map_or_else(none, |term| term.end)
    }

    /// The day after the last on which it is in force, as far as is known.
    pub fn limit(&self) -> Date {
        self.termination.as_ref().map_or(self.end(), |termination| termination.date.min(self.end()))
    }

    /// The last term that is agreed on.
    pub fn last_term(&self) -> Result<Term, ContractError> {
        self.terms.last().copied().ok_or(ContractError::Damaged("it has no term"))
    }

    /// The version in force on `date`; before the first, the first.
    pub fn version_on(&self, date: Date) -> Result<&Version, ContractError> {
        let found = self.versions.iter().rfind(|version| version.effective_date <= date);
        found.or(self.versions.first()).ok_or(ContractError::Damaged("it has no version"))
    }

    /// What is agreed on as it holds on `date`, at that day's prices.
    pub fn content_on(&self, date: Date) -> Result<Content, ContractError> {
        let version = self.version_on(date)?;
        Ok(Content { lines: self.lines_of(version, date)?, ..version.content.clone() })
    }

    /// The lines of `version` at the prices of `date`: each term that began since made them dearer.
    pub fn lines_of(&self, version: &Version, date: Date) -> Result<Vec<Line>, ContractError> {
        let mut lines = version.content.lines.clone();
        let since = |term: &&Term| term.start > version.effective_date && term.start <= date;
        for term in self.terms.iter().filter(since).filter(|term| term.uplift_basis_points > 0) {
            let uplifted = lines.iter().map(|line| line.uplifted(term.uplift_basis_points));
            lines = uplifted.collect::<Option<_>>().ok_or(ContractError::OutOfRange)?;
        }
        Ok(lines)
    }

    /// The lines in force on `date`.
    pub fn lines_on(&self, date: Date) -> Result<Vec<Line>, ContractError> {
        self.lines_of(self.version_on(date)?, date)
    }

    /// The day whose terms are shown on `today`: `today`, or the day of its life next to it.
    pub fn shown_on(&self, today: Date) -> Date {
        today.min(self.limit().minus_days(1)).max(self.start())
    }

    /// The monthly recurring revenue on `date`, rounded half up.
    pub fn mrr_on(&self, date: Date) -> Result<i64, ContractError> {
        monthly(&self.lines_on(date)?)
    }

    /// The number of the newest version.
    pub fn version(&self) -> u32 {
        self.versions.last().map_or(1, |version| version.number)
    }
}

/// What recurring lines are worth a month, rounded half up once.
pub(crate) fn monthly(lines: &[Line]) -> Result<i64, ContractError> {
    let mut annual: i128 = 0;
    for line in lines {
        let Some(cycle) = line.cycle else { continue };
        let amount = line.amount().ok_or(ContractError::OutOfRange)?;
        let cycles_a_year = 12_i128.checked_div(i128::from(cycle.months())).unwrap_or(1);
        annual = annual.saturating_add(i128::from(amount).saturating_mul(cycles_a_year));
    }
    rounded(annual, 12).ok_or(ContractError::OutOfRange)
}

/// A currency as its code.
mod currency_text {
    use edge_money::Currency;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(currency)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let code = String::deserialize(deserializer)?;
        Currency::parse(&code).map_err(serde::de::Error::custom)
    }
}

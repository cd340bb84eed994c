//! An amendment, and what becomes of it.

use edge_capabilities::Timestamp;
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::diff::{Difference, differences};
use crate::approval::Submission;
use crate::contract::{Content, Contract, LineKind, Version, monthly};
use crate::error::ContractError;
use crate::timeline::{EventKind, Moment};

/// The most amendments of one contract.
const MAX_AMENDMENTS: usize = 100;

/// What became of an amendment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmendmentStatus {
    /// People have to approve it.
    PendingApproval,
    /// It is agreed on, and holds from its effective date on.
    Approved,
    /// It was not approved, or the contract ended before.
    Rejected,
}

/// What an amendment changes in money, in the smallest unit of the contract's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendmentPreview {
    /// The monthly recurring revenue on its effective date without it.
    pub mrr_before: i64,
    /// The same with it.
    pub mrr_after: i64,
    /// The total contract value without it.
    pub tcv_before: i64,
    /// The same with it.
    pub tcv_after: i64,
    /// What is given back of periods that are charged, or begin before its effective date.
    pub credit: i64,
    /// What is charged for the same days.
    pub charge: i64,
}

/// An amendment. INVARIANT: once it is agreed on or rejected, it is never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// Its number, from 1.
    pub number: u32,
    /// What became of it.
    pub status: AmendmentStatus,
    /// From when it holds.
    pub effective_date: Date,
    /// Why.
    pub reason: String,
    /// What it changes.
    pub diff: Vec<Difference>,
    /// What it changes in money, as it was when it was asked for.
    pub preview: AmendmentPreview,
    /// What holds with it. None: it is not pending any more, and its version has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// The version that it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who has to approve it. None: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<Submission>,
    /// The caller who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
}

impl Contract {
    /// The amendment that waits for approval.
    pub(crate) fn pending_amendment(&self) -> Option<&Amendment> {
        self.amendments.iter().find(|one| one.status == AmendmentStatus::PendingApproval)
    }

    /// What an amendment from `date` on starts from: what holds then.
    pub(crate) fn amendable_on(&self, date: Date) -> Result<Content, ContractError> {
        self.check_open()?;
        if self.pending_amendment().is_some() {
            return Err(ContractError::AmendmentPending);
        }
        if self.amendments.len() >= MAX_AMENDMENTS {
            return Err(ContractError::field("changes", "are one amendment too many: a contract has at most 100"));
        }
        self.check_amendment_date(date)?;
        self.content_on(date)
    }

    fn check_amendment_date(&self, date: Date) -> Result<(), ContractError> {
        if date < self.start() || date >= self.end() {
            let message = format!("must be from {} to {}", self.start(), self.end().minus_days(1));
            return Err(ContractError::field("effective_date", message));
        }
        match self.versions.last().map(|version| version.effective_date).filter(|last| date < *last) {
            Some(last) => Err(ContractError::OutOfOrder(last)),
            None => Ok(()),
        }
    }

    /// An amendment to `content` from `date` on, with what it changes. It is not part of the contract yet.
    pub(crate) fn draft_amendment(
        &self,
        date: Date,
        content: Content,
        reason: String,
        moment: Moment<'_>,
    ) -> Result<Amendment, ContractError> {
        let before = self.amendable_on(date)?;
        let diff = differences(&before, &content, self.currency);
        if diff.is_empty() {
            return Err(ContractError::field("changes", "must change something"));
        }
        self.check_once(&before, &content)?;
        let mut after = self.clone();
        let (charges, value) = (self.outbox.charges.len(), self.value()?);
        let version = after.add_version(date, content.clone())?;
        let retroactive = after.outbox.charges.get(charges..).unwrap_or_default().to_vec();
        let repriced = match retroactive.is_empty() {
            false => retroactive,
            true => {
                let is_of_it = |source: &str| source.contains(&format!(":v{version}:"));
                let due = after.due(after.billed_until, date)?;
                due.into_iter().filter(|charge| is_of_it(&charge.source)).collect()
            }
        };
        let sum = |is_credit: bool| {
            let amounts = repriced.iter().map(|charge| charge.amount).filter(|amount| (*amount < 0) == is_credit);
            amounts.fold(0_i64, i64::saturating_add)
        };
        let preview = AmendmentPreview {
            mrr_before: monthly(&before.lines)?,
            mrr_after: monthly(&content.lines)?,
            tcv_before: value.total,
            tcv_after: after.value()?.total,
            credit: sum(true),
            charge: sum(false),
        };
        Ok(Amendment {
            number: u32::try_from(self.amendments.len()).unwrap_or(u32::MAX).saturating_add(1),
            status: AmendmentStatus::PendingApproval,
            effective_date: date,
            reason,
            diff,
            preview,
            content: Some(content),
            version: None,
            submission: None,
            requested_by: moment.actor.to_owned(),
            requested_at: moment.now,
            decided_at: None,
        })
    }

    /// An error if a line that is charged once, and was, is changed: what was charged stays.
    fn check_once(&self, before: &Content, after: &Content) -> Result<(), ContractError> {
        for (index, line) in after.lines.iter().enumerate() {
            let known = before.lines.iter().find(|known| known.id == line.id);
            let is_once = known.is_some_and(|known| known.kind == LineKind::OneOff) || line.kind == LineKind::OneOff;
            if is_once && known.is_some_and(|known| known != line) {
                let message = "is charged once and agreed on already: add a line for what is new";
                return Err(ContractError::field(format!("changes.lines[{index}]"), message));
            }
        }
        Ok(())
    }

    /// Adds a version, with what it changes in periods that are charged; gives its number.
    fn add_version(&mut self, effective_date: Date, content: Content) -> Result<u32, ContractError> {
        let number = self.version().saturating_add(1);
        let version = Version { number, effective_date, content };
        self.versions.push(version.clone());
        if self.billed_until.is_some_and(|billed| effective_date <= billed) {
            let charges = self.due_retroactively(&version)?;
            self.charge(charges)?;
        }
        Ok(number)
    }

    /// The amendment `number` is agreed on, unless it comes too late: then it is rejected.
    pub(crate) fn agree_on(&mut self, number: u32, moment: Moment<'_>) -> Result<(), ContractError> {
        let found = self.amendments.iter().find(|one| one.number == number);
        let Some(amendment) = found.filter(|one| one.status == AmendmentStatus::PendingApproval).cloned() else {
            return Ok(());
        };
        let is_late = self.check_open().is_err() || self.check_amendment_date(amendment.effective_date).is_err();
        let Some(content) = amendment.content.filter(|_| !is_late) else {
            return self.reject(number, moment);
        };
        let version = self.add_version(amendment.effective_date, content)?;
        self.decide(number, AmendmentStatus::Approved, Some(version), moment.now);
        let event = self.happened(EventKind::Amended, amendment.effective_date, moment);
        event.amendment = Some(number);
        event.detail = Some(amendment.reason);
        Ok(())
    }

    /// The amendment `number` is not agreed on.
    pub(crate) fn reject(&mut self, number: u32, moment: Moment<'_>) -> Result<(), ContractError> {
        self.decide(number, AmendmentStatus::Rejected, None, moment.now);
        self.happened(EventKind::AmendmentRejected, moment.today, moment).amendment = Some(number);
        Ok(())
    }

    fn decide(&mut self, number: u32, status: AmendmentStatus, version: Option<u32>, now: Timestamp) {
        if let Some(amendment) = self.amendments.iter_mut().find(|one| one.number == number) {
            amendment.status = status;
            amendment.version = version;
            amendment.content = None;
            amendment.decided_at = Some(now);
        }
    }
}

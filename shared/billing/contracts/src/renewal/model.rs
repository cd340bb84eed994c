//! What becomes of a contract as days go by, and what its parties do about it.

use edge_capabilities::Timestamp;
use edge_time_zones::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::contract::{ChargeKind, Contract, ContractStatus, DueCharge, RenewalMode, Term};
use crate::error::ContractError;
use crate::outbox::{MAX_CHARGES, Message, MessageKind};
use crate::timeline::{EventKind, Moment};

/// A party of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ContractParty)]
pub enum Party {
    /// Who pays.
    Customer,
    /// Who is paid.
    Seller,
}

impl Party {
    /// The party as text: `customer`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Seller => "seller",
        }
    }
}

/// A notice. INVARIANT: never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who gave it.
    pub by: Party,
    /// The day on which it was given, where the tenant is.
    pub date: Date,
    /// When it was given.
    pub at: Timestamp,
    /// The last day on which it was in time for the term that ran.
    pub last_notice_day: Date,
    /// Whether it was.
    pub in_time: bool,
    /// The last term.
    pub last_term: u32,
    /// When that ends.
    pub ends_on: Date,
}

impl Contract {
    /// The last day on which notice is in time for the end of `term`: the days of notice before it.
    pub fn last_notice_day(&self, term: &Term) -> Result<Date, ContractError> {
        let content = &self.version_on(term.end.minus_days(1))?.content;
        Ok(term.end.minus_days(content.renewal.notice_days))
    }

    fn mode_at_end_of(&self, term: &Term) -> Result<RenewalMode, ContractError> {
        Ok(self.version_on(term.end.minus_days(1))?.content.renewal.mode)
    }

    /// Whether another term follows `term` by itself.
    fn renews_after(&self, term: &Term) -> Result<bool, ContractError> {
        let is_wanted = self.notice.is_none_or(|notice| term.number < notice.last_term);
        Ok(is_wanted && self.mode_at_end_of(term)? == RenewalMode::Auto)
    }

    /// Does what fell due until `moment.today`: charges, further terms, the end. Each term is renewed once, in order, however
    /// late this is. Gives whether there is more to do, once the charges that wait are made.
    pub(crate) fn advance(&mut self, moment: Moment<'_>) -> Result<bool, ContractError> {
        let moment = moment.by_itself();
        while self.status.is_in_force() {
            let until = moment.today.min(self.limit().minus_days(1));
            if !self.bill(until)? {
                return Ok(true);
            }
            let term = self.last_term()?;
            if let Some(date) = self.termination.as_ref().map(|termination| termination.date) {
                if moment.today >= date {
                    self.status = ContractStatus::Terminated;
                    self.tell(MessageKind::Ended, date, moment);
                }
                break;
            }
            if moment.today < term.end {
                self.tell_beforehand(&term, moment)?;
                break;
            }
            if self.renews_after(&term)? {
                self.add_term(None, None, moment)?;
            } else {
                self.status = ContractStatus::Expired;
                self.happened(EventKind::Expired, term.end, moment).term = Some(term.number);
                self.tell(MessageKind::Ended, term.end, moment);
            }
        }
        Ok(false)
    }

    /// Makes the charges until `until`; false: as many wait as may, and there are more.
    fn bill(&mut self, until: Date) -> Result<bool, ContractError> {
        if self.billed_until.is_some_and(|billed| billed >= until) {
            return Ok(true);
        }
        let mut due = self.due(self.billed_until, until)?;
        let room = MAX_CHARGES.saturating_sub(self.outbox.charges.len());
        let Some(first_left) = due.get(room).map(|charge| charge.date) else {
            self.charge(due)?;
            self.billed_until = Some(until);
            return Ok(true);
        };
        // Whole days: those before the first that does not fit.
        due.retain(|charge| charge.date < first_left);
        if due.is_empty() && self.outbox.charges.is_empty() {
            // A day with more charges than that is charged at once.
            due = self.due(self.billed_until, first_left)?;
            self.charge(due)?;
            self.billed_until = Some(first_left);
            return Ok(first_left >= until);
        }
        self.charge(due)?;
        self.billed_until = Some(first_left.minus_days(1));
        Ok(false)
    }

    /// Has `charges` made.
    pub(crate) fn charge(&mut self, charges: Vec<DueCharge>) -> Result<(), ContractError> {
        for charge in &charges {
            let sum = match charge.kind {
                ChargeKind::Recurring => &mut self.billed_recurring,
                ChargeKind::OneOff => &mut self.billed_once,
                ChargeKind::Usage | ChargeKind::Fee | ChargeKind::Sla => continue,
            };
            *sum = sum.checked_add(charge.amount).ok_or(ContractError::OutOfRange)?;
        }
        self.outbox.charges.extend(charges);
        Ok(())
    }

    /// Adds the next term.
    fn add_term(
        &mut self,
        months: Option<u32>,
        uplift_basis_points: Option<u32>,
        moment: Moment<'_>,
    ) -> Result<Term, ContractError> {
        let last = self.last_term()?;
        let renewal = self.version_on(last.end.minus_days(1))?.content.renewal;
        let term = last
            .next(months.unwrap_or(renewal.term_months), uplift_basis_points.unwrap_or(renewal.uplift_basis_points));
        if term.end <= term.start || term.end.year() > MAX_YEAR {
            return Err(ContractError::NotRenewable("The next term would end past the calendar."));
        }
        self.terms.push(term);
        // Prices must stay in range.
        self.lines_on(term.start)?;
        self.status = ContractStatus::Renewed;
        let event = self.happened(EventKind::Renewed, term.start, moment);
        event.term = Some(term.number);
        event.detail = Some(format!("{} to {}", term.start, term.end));
        Ok(term)
    }

    /// Renews it: one term, before which it cannot be renewed again.
    pub(crate) fn renew(
        &mut self,
        months: Option<u32>,
        uplift_basis_points: Option<u32>,
        moment: Moment<'_>,
    ) -> Result<(), ContractError> {
        self.check_open()?;
        let last = self.last_term()?;
        if last.number > 1 && last.start > moment.today {
            return Err(ContractError::AlreadyRenewed(last.start));
        }
        if self.mode_at_end_of(&last)? == RenewalMode::None {
            return Err(ContractError::NotRenewable("Its renewal mode is none."));
        }
        if self.notice.is_some_and(|notice| last.number >= notice.last_term) {
            return Err(ContractError::NotRenewable("Notice was given."));
        }
        self.add_term(months, uplift_basis_points, moment).map(drop)
    }

    /// Gives notice: no renewal after the term that runs if it is in time, else none after the next term. A second notice
    /// changes nothing.
    pub(crate) fn give_notice(&mut self, by: Party, moment: Moment<'_>) -> Result<(), ContractError> {
        if self.notice.is_some() {
            return Ok(());
        }
        self.check_open()?;
        let last = self.last_term()?;
        let last_notice_day = self.last_notice_day(&last)?;
        let in_time = moment.today <= last_notice_day;
        let renews = self.mode_at_end_of(&last)? == RenewalMode::Auto;
        let (last_term, ends_on) = if in_time || !renews {
            (last.number, last.end)
        } else {
            let renewal = self.version_on(last.end.minus_days(1))?.content.renewal;
            let next = last.next(renewal.term_months, renewal.uplift_basis_points);
            (next.number, next.end)
        };
        let (date, at) = (moment.today, moment.now);
        self.notice = Some(Notice { by, date, at, last_notice_day, in_time, last_term, ends_on });
        let event = self.happened(EventKind::NoticeGiven, moment.today, moment);
        event.term = Some(last_term);
        event.detail = Some(format!("by the {}; ends on {ends_on}", by.as_str()));
        self.tell(MessageKind::Notice, ends_on, moment);
        Ok(())
    }

    /// An error if it is not in force, or is to be terminated.
    pub(crate) fn check_open(&self) -> Result<(), ContractError> {
        match &self.termination {
            Some(termination) if self.status.is_in_force() => Err(ContractError::Terminated(termination.date)),
            _ if self.status.is_in_force() => Ok(()),
            _ => Err(ContractError::NotInForce(self.status)),
        }
    }

    /// The day from which on people are told that `term` ends: a month before it has to be decided, less for short terms.
    fn told_from(&self, term: &Term) -> Result<Date, ContractError> {
        let days = term.start.days_until(term.end);
        let lead = if days >= 90 { 30 } else { u32::try_from(days.max(0)).unwrap_or_default() / 4 };
        let decided = if self.renews_after(term)? { self.last_notice_day(term)? } else { term.end };
        Ok(decided.minus_days(lead).max(term.start))
    }

    fn tell_beforehand(&mut self, term: &Term, moment: Moment<'_>) -> Result<(), ContractError> {
        if self.told_of_term < term.number && moment.today >= self.told_from(term)? {
            self.told_of_term = term.number;
            let kind = if self.renews_after(term)? { MessageKind::Renewal } else { MessageKind::Expiry };
            self.tell(kind, term.end, moment);
        }
        Ok(())
    }

    /// Has people told of something that counts from `date` on, unless that was before the contract was signed here.
    fn tell(&mut self, kind: MessageKind, date: Date, moment: Moment<'_>) {
        if self.signed_on.is_none_or(|signed| date < signed) {
            return;
        }
        let word = match kind {
            MessageKind::Renewal | MessageKind::Expiry => "ends_soon",
            MessageKind::Notice => "notice",
            MessageKind::Ended => "ended",
        };
        let content = self.version_on(moment.today).map(|version| version.content.clone()).ok();
        let title = content.as_ref().map(|content| content.title.clone());
        let last_notice_day = self.last_term().and_then(|term| self.last_notice_day(&term)).ok();
        let data = json!({
            "contract_id": self.id, "contract_number": self.contract_number(), "contract_name": title,
            "counterparty": content.map(|content| content.counterparty), "renewal_date": date.to_string(),
            "end_date": date.to_string(), "last_notice_day": last_notice_day.map(|day| day.to_string()),
            "status": self.status.as_str(),
        });
        let id = format!("contract.{}.{word}.{date}", self.id);
        let data = data.as_object().cloned().unwrap_or_default();
        self.outbox.messages.push(Message { id, kind, data });
    }

    /// The next day on which something is due after `today`; None: never.
    pub(crate) fn next_day(&self, today: Date) -> Result<Option<Date>, ContractError> {
        if !self.status.is_in_force() {
            return Ok(None);
        }
        let term = self.last_term()?;
        let told = (self.told_of_term < term.number).then(|| self.told_from(&term)).transpose()?;
        let days = [self.next_due(today), Some(self.limit()), told];
        Ok(days.into_iter().flatten().filter(|day| *day > today).min())
    }
}

/// The last year that a contract may end in.
pub(crate) const MAX_YEAR: i64 = 2_500;

//! The refund account of a payment: what was captured of it, every refund, and every card dispute. It knows no store and no
//! clock.
//!
//! INVARIANT: a refund of ours is in the account before it is asked for, and only if the sum of the refunds that did not fail
//! stays within what was captured. The account is one row, so this holds whoever reserves at the same time.

use edge_capabilities::Timestamp;
use edge_database::record;
use edge_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The status of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Its amount is reserved, and nobody was asked for it yet.
    Reserved,
    /// The gateway was asked, or is about to be, and what came of it is not known. It is never asked again.
    Asked,
    /// The gateway makes it.
    Pending,
    /// The payer has the money, or will.
    Processed,
    /// It is not made, and its amount is free again.
    Failed,
}

/// The status of a refund as callers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// BheemPay makes it, or is about to be asked for it.
    Pending,
    /// The payer has the money, or will.
    Processed,
    /// It was not made.
    Failed,
    /// BheemPay was asked for it, and what came of that is not known. It is asked after, and never asked for again.
    Unknown,
}

impl RefundState {
    /// As callers see it.
    pub const fn status(self) -> RefundStatus {
        match self {
            Self::Reserved | Self::Pending => RefundStatus::Pending,
            Self::Asked => RefundStatus::Unknown,
            Self::Processed => RefundStatus::Processed,
            Self::Failed => RefundStatus::Failed,
        }
    }
}

/// A refund of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Our reference: `rfd_…`; of a refund that was made elsewhere, its name.
    pub id: String,
    /// The dispute that it resolves. None: it was made elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<String>,
    /// Its id at the gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    /// The name by which it counts once in budgets, from when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The amount, in the smallest unit of `currency`.
    pub amount: i64,
    /// The currency.
    pub currency: String,
    /// Its status.
    pub state: RefundState,
    /// Why it failed, or why it is not known what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was reserved, or reported.
    pub created_at: Timestamp,
    /// When the gateway was asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}

/// A card dispute of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardDisputeEntry {
    /// Its id at the gateway.
    pub id: String,
    /// What became of it.
    pub status: CardStatus,
    /// When the event happened that told so.
    pub at: Timestamp,
}

/// What became of a card dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CardDisputeStatus)]
pub enum CardStatus {
    /// The bank has not decided.
    Open,
    /// The bank let the payment stand.
    Won,
    /// The bank gave the payer the money.
    Lost,
    /// It ended without a decision, and the payment stands.
    Closed,
}

impl CardStatus {
    /// Whether nothing may be refunded: the payer would be paid twice.
    pub const fn bars(self) -> bool {
        matches!(self, Self::Open | Self::Lost)
    }
}

/// The refund account of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAccount {
    /// The tenant's id.
    pub tenant: String,
    /// The payment's id at the gateway.
    pub payment: String,
    /// The gateway; empty while the payment is not known.
    pub provider: String,
    /// The currency of the payment. None: the payment is not known.
    pub currency: Option<Currency>,
    /// What was captured. None: the payment is not known.
    pub captured: Option<i64>,
    /// The sum of the refunds that did not fail.
    pub taken: i64,
    /// Whether a card dispute bars refunds.
    pub is_barred: bool,
    /// The refunds, in the order in which they came.
    pub refunds: Vec<Refund>,
    /// The card disputes.
    pub card_disputes: Vec<CardDisputeEntry>,
    /// When it was opened.
    pub created_at: Timestamp,
    pub(crate) revision: i64,
}

record! {
    RefundAccount in "refund_accounts" {
        tenant: "tenant_id", payment, provider, currency, captured, taken, is_barred, refunds, card_disputes, created_at,
        revision,
    }
}

/// A refund that a gateway reports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported<'r> {
    /// Its id at the gateway.
    pub(crate) gateway_id: Option<&'r str>,
    /// What whoever asked for it calls it.
    pub(crate) reference: Option<&'r str>,
    /// Its name where the gateway gives it none.
    pub(crate) event: &'r str,
    /// How much; None: all that was left.
    pub(crate) amount: Option<Money>,
    /// Whether that is all that was given back so far.
    pub(crate) is_total: bool,
    /// Why it failed.
    pub(crate) reason: Option<&'r str>,
    pub(crate) at: Timestamp,
}

impl RefundAccount {
    /// An account of a payment that is not known yet.
    pub(crate) fn new(tenant: &str, payment: &str, now: Timestamp) -> Self {
        Self {
            tenant: tenant.to_owned(),
            payment: payment.to_owned(),
            provider: String::new(),
            currency: None,
            captured: None,
            taken: 0,
            is_barred: false,
            refunds: Vec::new(),
            card_disputes: Vec::new(),
            created_at: now,
            revision: 1,
        }
    }

    /// What is left to refund.
    pub fn left(&self) -> i64 {
        self.captured.unwrap_or(0).saturating_sub(self.taken).max(0)
    }

    /// The refund with our reference `id`.
    pub fn refund(&self, id: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.dispute.is_some() && refund.id == id)
    }

    pub(crate) fn refund_mut(&mut self, id: &str) -> Option<&mut Refund> {
        self.refunds.iter_mut().find(|refund| refund.dispute.is_some() && refund.id == id)
    }

    /// Counts again after a change.
    pub(crate) fn count(&mut self) {
        let code = self.currency.as_ref().map(Currency::as_str);
        let counts = |refund: &&Refund| {
            refund.state != RefundState::Failed && code.is_none_or(|code| code == refund.currency.as_str())
        };
        self.taken = self.refunds.iter().filter(counts).fold(0_i64, |sum, refund| sum.saturating_add(refund.amount));
        self.is_barred = self.card_disputes.iter().any(|dispute| dispute.status.bars());
    }

    /// Notes a card dispute. What the bank decided stays.
    pub(crate) fn note_dispute(&mut self, new: CardDisputeEntry) {
        match self.card_disputes.iter_mut().find(|known| known.id == new.id) {
            None => self.card_disputes.push(new),
            Some(known) if known.status == CardStatus::Open || new.status != CardStatus::Open && new.at > known.at => {
                *known = new;
            }
            Some(_) => {}
        }
        self.count();
    }

    /// The place of the refund that a report is about.
    ///
    /// It is found by our reference, or by its id at the gateway. One without either is the refund of the same amount that the
    /// gateway was asked for, if there is exactly one: whoever else refunds tells an id.
    fn place(&self, reported: &Reported<'_>) -> Option<usize> {
        let by = |matches: &dyn Fn(&Refund) -> bool| self.refunds.iter().position(matches);
        let reference = reported.reference.and_then(|id| by(&|known| known.dispute.is_some() && known.id == id));
        let gateway = || {
            let id = reported.gateway_id?;
            by(&|known| known.gateway_id.as_deref() == Some(id))
                .or_else(|| by(&|known| known.name.as_deref() == Some(id)))
        };
        let event = || by(&|known| known.name.as_deref() == Some(reported.event) || known.id == reported.event);
        let by_amount = || {
            let is_open = |known: &&Refund| {
                known.dispute.is_some()
                    && matches!(known.state, RefundState::Asked | RefundState::Pending)
                    && reported.amount.is_none_or(|amount| amount.minor == known.amount)
            };
            let mut open = self.refunds.iter().enumerate().filter(|(_, known)| is_open(known));
            let first = open.next().filter(|_| open.next().is_none())?;
            (reported.gateway_id.is_none() && reported.reference.is_none()).then_some(first.0)
        };
        reference.or_else(gateway).or_else(event).or_else(by_amount)
    }

    /// Notes that a refund was made. Gives its name, which is the same for each report of it, and the dispute that it resolves.
    pub(crate) fn note_processed(&mut self, reported: &Reported<'_>) -> (String, Option<String>) {
        let own_name = reported.gateway_id.unwrap_or(reported.event).to_owned();
        let place = self.place(reported);
        let result = if let Some(known) = place.and_then(|place| self.refunds.get_mut(place)) {
            known.gateway_id = known.gateway_id.take().or_else(|| reported.gateway_id.map(ToOwned::to_owned));
            known.state = RefundState::Processed;
            known.reason = None;
            let name = known.name.get_or_insert(own_name).clone();
            (name, known.dispute.clone())
        } else {
            let amount = match reported.amount {
                None => self.left(),
                Some(amount) if reported.is_total => amount.minor.saturating_sub(self.taken).max(0),
                Some(amount) => amount.minor,
            };
            let currency = reported.amount.map(|amount| amount.currency).or(self.currency);
            self.refunds.push(Refund {
                id: own_name.clone(),
                dispute: None,
                gateway_id: reported.gateway_id.map(ToOwned::to_owned),
                name: Some(own_name.clone()),
                amount,
                currency: currency.map(|currency| currency.to_string()).unwrap_or_default(),
                state: RefundState::Processed,
                reason: None,
                created_at: reported.at,
                asked_at: None,
            });
            (own_name, None)
        };
        self.count();
        result
    }

    /// Notes that a refund was not made; gives the dispute that it was to resolve. One that was made stays: it is irrevocable.
    pub(crate) fn note_failed(&mut self, reported: &Reported<'_>) -> Option<String> {
        let place = self.place(reported)?;
        let known = self.refunds.get_mut(place)?;
        if known.state != RefundState::Processed {
            known.gateway_id = known.gateway_id.take().or_else(|| reported.gateway_id.map(ToOwned::to_owned));
            known.state = RefundState::Failed;
            known.reason = reported.reason.map(ToOwned::to_owned);
        }
        let dispute = known.dispute.clone();
        self.count();
        dispute
    }

    /// Notes what the gateway says of our refund `id`. A report of it that came before is joined with it.
    pub(crate) fn note_answer(&mut self, id: &str, gateway_id: Option<&str>, state: RefundState, reason: Option<&str>) {
        let reported = gateway_id.and_then(|gateway_id| {
            let is_it = |known: &Refund| known.dispute.is_none() && known.gateway_id.as_deref() == Some(gateway_id);
            self.refunds.iter().position(is_it)
        });
        let reported = reported.map(|place| self.refunds.remove(place));
        if let Some(known) = self.refund_mut(id) {
            known.gateway_id = known.gateway_id.take().or_else(|| gateway_id.map(ToOwned::to_owned));
            let is_final = matches!(known.state, RefundState::Processed);
            // What a webhook said already is not taken back by an answer that is older.
            let is_older = known.state == RefundState::Failed && state != RefundState::Processed
                || known.state == RefundState::Pending && state == RefundState::Asked;
            match reported {
                Some(reported) => {
                    known.state = reported.state;
                    known.name = known.name.take().or(reported.name);
                    known.reason = None;
                }
                None if is_final || is_older => {}
                None => {
                    known.state = state;
                    known.reason = reason.map(ToOwned::to_owned);
                }
            }
            if known.state == RefundState::Processed && known.name.is_none() {
                known.name = Some(known.gateway_id.clone().unwrap_or_else(|| known.id.clone()));
            }
        } else {
            self.refunds.extend(reported);
        }
        self.count();
    }
}

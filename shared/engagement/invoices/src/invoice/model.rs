//! An invoice, and what may become of it.

use edge_capabilities::Timestamp;
use edge_database::{json_column, record, text_column};
use edge_money::{Currency, Money};
use edge_tenants::Tenant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::totals::Item;
use crate::error::InvoiceError;
use crate::payment::{EDGE, InvoiceRefund, NewPayment, Payment};
use crate::reminder::Reminder;
use crate::settings::InvoiceSettings;
use edge_time_zones::Date;

/// The most payments of one invoice.
const MAX_PAYMENTS: usize = 200;

/// What became of an invoice. It only goes forward: from draft to open, paid or void, and from open to paid or void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceState {
    /// It may be changed, and has no number.
    Draft,
    /// It has its number, and is to be paid.
    Open,
    /// All of it is paid.
    Paid,
    /// It is not to be paid; it keeps its number.
    Void,
}

impl InvoiceState {
    /// The state as text: `open`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }

    /// The state with this text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Draft, Self::Open, Self::Paid, Self::Void].into_iter().find(|state| state.as_str() == text)
    }
}

/// The status of an invoice, as callers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InvoiceStatus {
    /// It is not finalised.
    Pending,
    /// It is finalised and not yet paid in full.
    Sent,
    /// It is paid in full.
    Paid,
    /// It is not paid in full, and its due date has passed where the tenant is.
    Overdue,
    /// It was voided.
    Cancelled,
}

impl InvoiceStatus {
    /// The status as text: `sent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Paid => "paid",
            Self::Overdue => "overdue",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Whom an invoice is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceCustomer)]
pub struct Customer {
    /// The customer's id, as the tenant knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name. Required unless there is an e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The e-mail address, where the invoice and its reminders go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The postal address; it may have several lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The tax number, such as a GSTIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// The language in which messages are, such as `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl Customer {
    /// The name, or what else there is to call the customer by.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().or(self.email.as_deref()).unwrap_or_default()
    }
}

/// An invoice. Amounts are in its currency's smallest unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// `inv_…`.
    pub id: String,
    /// The tenant's id.
    pub tenant: String,
    /// The series that it is numbered in.
    pub series: String,
    /// The year that it is numbered in.
    pub number_year: Option<i64>,
    /// Its number in that series and year, from 1. None: it is not finalised.
    pub number: Option<i64>,
    /// Whom it is for.
    pub customer: Customer,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Its lines.
    pub items: Vec<Item>,
    /// The sum of the lines.
    pub amount: i64,
    /// The sum of the taxes.
    pub tax: i64,
    /// `amount` and `tax`.
    pub total: i64,
    /// The sum of its payments.
    pub amount_paid: i64,
    /// What became of it.
    pub state: InvoiceState,
    /// Its date.
    pub issue_date: Option<Date>,
    /// The last day on which it is not overdue. INVARIANT: a finalised invoice has one.
    pub due_date: Option<Date>,
    /// How many days after its date it is due, where it has no due date yet. None: as the tenant's settings say.
    pub due_days: Option<u32>,
    /// A note to the customer.
    pub notes: Option<String>,
    /// The payment provider that knows it by `external_id`; empty: none does.
    pub provider: String,
    /// The account at the provider; empty: the provider's ids need none.
    pub account: String,
    /// Its id at the provider.
    pub external_id: Option<String>,
    /// What was paid, in the order in which it was recorded.
    pub payments: Vec<Payment>,
    /// When the first of its payments was made. None: none was, or an older build recorded them.
    pub(crate) first_paid_at: Option<Timestamp>,
    /// When the last of them was made.
    pub(crate) last_paid_at: Option<Timestamp>,
    /// The sum of those that gateways reported.
    pub(crate) paid_by_gateways: Option<i64>,
    /// What was paid beyond the total. None: nothing, or an older build recorded the payments.
    pub(crate) overpaid: Option<i64>,
    /// What was given back of its payments, in the order in which it was recorded.
    pub refunds: Vec<InvoiceRefund>,
    /// Its reminders.
    pub reminders: Vec<Reminder>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it got its number.
    pub finalized_at: Option<Timestamp>,
    /// When the customer was told of it.
    pub announced_at: Option<Timestamp>,
    /// When it was paid in full.
    pub paid_at: Option<Timestamp>,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    pub(crate) revision: i64,
}

text_column!(InvoiceState);
json_column!(Customer);
record! {
    Invoice in "invoices" {
        id, tenant: "tenant_id", series, number_year, number, customer, currency, items, amount, tax, total, amount_paid,
        state, issue_date, due_date, due_days, notes, provider, account, external_id, payments, first_paid_at, last_paid_at,
        paid_by_gateways, overpaid, refunds, reminders,
        created_at, updated_at, finalized_at, announced_at, paid_at, voided_at, revision,
    }
}

/// What came of recording a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It is new.
    New,
    /// It was recorded before.
    Known,
}

impl Invoice {
    /// A draft of `tenant` without lines.
    pub(crate) fn draft(id: String, tenant: &Tenant, now: Timestamp) -> Self {
        Self {
            id,
            tenant: tenant.id.clone(),
            series: InvoiceSettings::of(tenant).series,
            number_year: None,
            number: None,
            customer: Customer::default(),
            currency: Currency::INR,
            items: Vec::new(),
            amount: 0,
            tax: 0,
            total: 0,
            amount_paid: 0,
            state: InvoiceState::Draft,
            issue_date: None,
            due_date: None,
            due_days: None,
            notes: None,
            provider: String::new(),
            account: String::new(),
            external_id: None,
            payments: Vec::new(),
            first_paid_at: None,
            last_paid_at: None,
            paid_by_gateways: None,
            overpaid: None,
            refunds: Vec::new(),
            reminders: Vec::new(),
            created_at: now,
            updated_at: now,
            finalized_at: None,
            announced_at: None,
            paid_at: None,
            voided_at: None,
            revision: 1,
        }
    }

    /// Its number as people write it: `INV-2026-00042`.
    pub fn invoice_number(&self) -> Option<String> {
        Some(format!("{}-{}-{:05}", self.series, self.number_year?, self.number?))
    }

    /// Its status where it is `today`. An invoice that is due today is not overdue.
    pub fn status(&self, today: Date) -> InvoiceStatus {
        match self.state {
            InvoiceState::Draft => InvoiceStatus::Pending,
            InvoiceState::Open if self.due_date.is_some_and(|due| due < today) => InvoiceStatus::Overdue,
            InvoiceState::Open => InvoiceStatus::Sent,
            InvoiceState::Paid => InvoiceStatus::Paid,
            InvoiceState::Void => InvoiceStatus::Cancelled,
        }
    }

    /// What is still to be paid.
    pub fn amount_due(&self) -> i64 {
        match self.state {
            InvoiceState::Void => 0,
            _ => self.total.saturating_sub(self.amount_paid).max(0),
        }
    }

    /// What was paid beyond the total.
    pub fn credit(&self) -> i64 {
        self.amount_paid.saturating_sub(self.total).max(0)
    }

    /// An amount in its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, currency: self.currency }
    }

    /// Records a payment. A payment with the reference of one that is there is that one, and must have its amount.
    pub(crate) fn pay(&mut self, new: NewPayment, now: Timestamp) -> Result<Recorded, InvoiceError> {
        if let Some(known) = self.payments.iter().find(|known| known.reference == new.reference) {
            return if known.amount == new.amount { Ok(Recorded::Known) } else { Err(InvoiceError::OtherPayment) };
        }
        match self.state {
            InvoiceState::Open | InvoiceState::Paid => {}
            InvoiceState::Draft => return Err(InvoiceError::Pending),
            InvoiceState::Void => return Err(InvoiceError::Void),
        }
        let paid = self.amount_paid.checked_add(new.amount).ok_or(InvoiceError::OutOfRange)?;
        if self.payments.len() >= MAX_PAYMENTS {
            return Err(InvoiceError::TooManyPayments);
        }
        let NewPayment { id, amount, reference, method, paid_at, actor } = new;
        self.payments.push(Payment { id, amount, reference, method, paid_at, created_at: now, actor });
        self.amount_paid = paid;
        self.first_paid_at = self.payments.iter().map(|payment| payment.paid_at).min();
        self.last_paid_at = self.payments.iter().map(|payment| payment.paid_at).max();
        let by_gateways = self.payments.iter().filter(|payment| payment.actor == EDGE);
        self.paid_by_gateways = by_gateways.map(|payment| payment.amount).try_fold(0_i64, i64::checked_add);
        self.overpaid = Some(self.credit()).filter(|credit| *credit > 0);
        self.updated_at = now;
        if self.state == InvoiceState::Open && paid >= self.total {
            self.state = InvoiceState::Paid;
            self.paid_at = Some(paid_at);
            self.cancel_reminders();
        }
        Ok(Recorded::New)
    }

    /// What was given back.
    pub fn amount_refunded(&self) -> i64 {
        let sum = self.refunds.iter().fold(0_i64, |sum, refund| sum.saturating_add(refund.amount));
        sum.min(self.amount_paid)
    }

    /// Notes that something of its payments was given back, once by its name; gives whether that is new. It stays paid.
    pub(crate) fn refund(&mut self, refund: InvoiceRefund, now: Timestamp) -> bool {
        if refund.amount <= 0 || self.refunds.iter().any(|known| known.name == refund.name) {
            return false;
        }
        self.refunds.push(refund);
        self.updated_at = now;
        true
    }

    /// Voids it; gives whether that is new.
    pub(crate) fn void(&mut self, now: Timestamp) -> Result<bool, InvoiceError> {
        match self.state {
            InvoiceState::Void => return Ok(false),
            InvoiceState::Paid => return Err(InvoiceError::Paid),
            InvoiceState::Open if !self.payments.is_empty() => return Err(InvoiceError::Paid),
            InvoiceState::Draft | InvoiceState::Open => {}
        }
        self.state = InvoiceState::Void;
        self.voided_at = Some(now);
        self.updated_at = now;
        self.cancel_reminders();
        Ok(true)
    }

    fn cancel_reminders(&mut self) {
        for reminder in &mut self.reminders {
            reminder.cancel();
        }
    }
}

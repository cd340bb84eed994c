//! Settling reservations: spending, releasing and refunding them. No rule is asked here.

use std::sync::Arc;

use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Clock};
use edge_database::{Db, retry_on_conflict};
use edge_money::Money;

use super::ledger::{Ledger, LedgerStep, PaymentSettlement, RefundStep, Reservation, ReservationKey, Settled};
use crate::budget::{BudgetScope, Budgets};
use crate::error::BudgetError;
use crate::refund::{Refund, Refunds};

/// How often an entry is tried again after somebody else was faster. In each round somebody's entry is made.
pub(crate) const MAX_ATTEMPTS: u32 = 1000;

/// The prefix of the references of checkouts' reservations.
pub(super) const CHECKOUT: &str = "chk_";

/// The step that refunds all that is left, and the prefix of the steps of single refunds.
const REFUND: &str = "refund";

/// Settles reservations.
#[derive(Clone)]
pub struct Settlement {
    budgets: Budgets,
    clock: Arc<dyn Clock>,
    ledger: Ledger,
    refunds: Refunds,
}

impl Settlement {
    /// Keeps the ledger in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            budgets: Budgets::new(db.clone()),
            clock: capabilities.clock.clone(),
            ledger: Ledger::new(db.clone()),
            refunds: Refunds::new(db.clone()),
        }
    }

    /// Spends `amount` of a reservation, else all of it; the rest is released. Repeating this changes nothing.
    pub async fn commit(
        &self,
        key: ReservationKey<'_>,
        amount: Option<i64>,
        actor: &str,
    ) -> Result<Reservation, BudgetError> {
        self.settle(key, LedgerStep::Commit(amount), actor).await
    }

    /// Releases a reservation. Repeating this changes nothing.
    pub async fn release(&self, key: ReservationKey<'_>, actor: &str) -> Result<Reservation, BudgetError> {
        self.settle(key, LedgerStep::Release, actor).await
    }

    /// Refunds what was spent of a reservation and not refunded yet. Repeating this changes nothing.
    pub async fn refund(&self, key: ReservationKey<'_>, actor: &str) -> Result<Reservation, BudgetError> {
        self.refund_step(key, REFUND, actor, |_, spent| spent).await
    }

    /// Releases the reservations with this reference in all budgets.
    pub async fn release_all(&self, reference: &str, actor: &str) -> Result<(), BudgetError> {
        for reservation in self.ledger.by_reference(reference).await? {
            match self.release(reservation.key(), actor).await {
                Ok(_) | Err(BudgetError::AlreadySettled) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A payment of `tenant` succeeded, with this id at its gateway: spends what one of the tenant's checkouts reserved.
    /// Gateways do not say which checkout it was: the oldest unsettled reservation of the same amount, else the only
    /// unsettled reservation of a larger amount. Then applies the refunds that were reported before the payment was.
    /// Repeating this changes nothing.
    pub async fn paid(&self, tenant: &str, amount: Option<Money>, payment: &str) -> Result<(), BudgetError> {
        let step = |found: &Reservation| LedgerStep::Commit(amount.map(|amount| amount.minor.min(found.amount)));
        self.settle_checkout(tenant, amount, payment, step).await?;
        self.apply_refunds(tenant, payment).await
    }

    /// A payment of `tenant` failed: releases what its checkout reserved.
    pub async fn failed(&self, tenant: &str, amount: Option<Money>, payment: &str) -> Result<(), BudgetError> {
        self.settle_checkout(tenant, amount, payment, |_| LedgerStep::Release).await
    }

    /// A payment was refunded: refunds the budget that it was spent from, at once or as soon as the payment is reported.
    /// Repeating this changes nothing. [`BudgetError::CurrencyMismatch`] where the payment was in another currency.
    pub async fn refunded(&self, refund: &Refund) -> Result<(), BudgetError> {
        let settled = self.ledger.settled_by(&refund.tenant, &actor(&refund.payment)).await?;
        if settled.is_some_and(|settled| !settled.has_currency_of(refund.amount)) {
            return Err(BudgetError::CurrencyMismatch);
        }
        // INVARIANT: the refund is stored before the ledger is read for the payment, and the payment is entered in the ledger
        // before the refunds are read. So whichever comes second finds the other.
        self.refunds.insert(refund, self.clock.now()).await?;
        self.apply_refunds(&refund.tenant, &refund.payment).await
    }

    /// Enters the refunds of a payment that were not entered yet, if the payment was spent from a budget.
    async fn apply_refunds(&self, tenant: &str, payment: &str) -> Result<(), BudgetError> {
        let refunds = self.refunds.of_payment(tenant, payment).await?;
        if refunds.is_empty() {
            return Ok(());
        }
        let actor = actor(payment);
        let settled = self.ledger.settled_by(tenant, &actor).await?;
        let Some(settled) = settled.filter(|settled| settled.is_spent) else { return Ok(()) };
        for refund in refunds.iter().filter(|refund| settled.has_currency_of(refund.amount)) {
            let step = format!("{REFUND}:{}", refund.name);
            self.refund_step(settled.key(), &step, &actor, |refunded, spent| refund.add_to(refunded, spent)).await?;
        }
        Ok(())
    }

    /// Refunds a part of what was spent, in this step. `total` computes the total refunded after the step, from the total
    /// refunded before it and the amount spent.
    async fn refund_step(
        &self,
        key: ReservationKey<'_>,
        step: &str,
        actor: &str,
        total: impl Fn(i64, i64) -> i64,
    ) -> Result<Reservation, BudgetError> {
        let attempt = || async {
            let is_done = self.ledger.has_step(key, step).await?;
            let reservation = self.ledger.find(key).await?.ok_or(BudgetError::ReservationNotFound)?;
            if is_done {
                return Ok::<_, BudgetError>(Some(reservation));
            }
            let (spent, refunded) = reservation.spent().ok_or(BudgetError::AlreadySettled)?;
            let amount = total(refunded, spent).saturating_sub(refunded);
            let refund = RefundStep { step, amount, left: spent.saturating_sub(refunded) };
            self.ledger.add_step(key, LedgerStep::Refund(refund), actor, self.clock.now()).await?;
            Ok(None)
        };
        retry_on_conflict(MAX_ATTEMPTS, attempt).await?.ok_or(BudgetError::Busy)
    }

    /// Settles the reservation that a payment is for, unless the payment settled one before.
    async fn settle_checkout(
        &self,
        tenant: &str,
        amount: Option<Money>,
        payment: &str,
        step: impl Fn(&Reservation) -> LedgerStep<'static>,
    ) -> Result<(), BudgetError> {
        let actor = actor(payment);
        let attempt = || async {
            let Some(found) = self.checkout_of(tenant, amount, &actor).await? else {
                return Ok::<_, BudgetError>(Some(()));
            };
            let sums = self.ledger.add_step(found.key(), step(&found), &actor, self.clock.now()).await?;
            // None: somebody was faster. If that was another payment, the next reservation is this payment's.
            Ok(sums.map(drop))
        };
        retry_on_conflict(MAX_ATTEMPTS, attempt).await?.ok_or(BudgetError::Busy)
    }

    /// The reservation that `actor`, a payment, is for. None: there is none, or the payment settled it before.
    async fn checkout_of(
        &self,
        tenant: &str,
        amount: Option<Money>,
        actor: &str,
    ) -> Result<Option<Reservation>, DatabaseError> {
        let Some(budget) = self.budgets.active(BudgetScope::whole(tenant)).await? else { return Ok(None) };
        if amount.is_some_and(|amount| amount.currency != budget.currency) {
            return Ok(None);
        }
        // INVARIANT: the open reservations are read before the payment's settlement. So a reservation that the same payment
        // settled in between is found as settled.
        let open = self.ledger.open(&budget.id, CHECKOUT).await?;
        if self.ledger.settled_by(tenant, actor).await?.is_some() {
            return Ok(None);
        }
        let Some(amount) = amount else { return Ok(only(&open, |_| true)) };
        let same = open.iter().find(|reservation| reservation.amount == amount.minor).cloned();
        Ok(same.or_else(|| only(&open, |reservation| reservation.amount > amount.minor)))
    }

    async fn settle(
        &self,
        key: ReservationKey<'_>,
        step: LedgerStep<'_>,
        actor: &str,
    ) -> Result<Reservation, BudgetError> {
        let attempt = || async {
            let reservation = self.ledger.find(key).await?.ok_or(BudgetError::ReservationNotFound)?;
            let is_done = match (step, reservation.settled) {
                (LedgerStep::Commit(Some(amount)), None) if !(0..=reservation.amount).contains(&amount) => false,
                (LedgerStep::Commit(amount), Some(Settled::Committed(spent))) => {
                    amount.is_none_or(|amount| amount == spent)
                }
                (LedgerStep::Release, Some(Settled::Released)) => true,
                (LedgerStep::Commit(_) | LedgerStep::Release, None) => {
                    self.ledger.add_step(key, step, actor, self.clock.now()).await?;
                    return Ok::<_, BudgetError>(None);
                }
                _ => false,
            };
            if is_done { Ok(Some(reservation)) } else { Err(BudgetError::AlreadySettled) }
        };
        retry_on_conflict(MAX_ATTEMPTS, attempt).await?.ok_or(BudgetError::Busy)
    }
}

impl PaymentSettlement {
    /// Whether an amount has the budget's currency; true where no amount is given.
    fn has_currency_of(&self, amount: Option<Money>) -> bool {
        amount.is_none_or(|amount| amount.currency == self.currency)
    }
}

/// The actor of the entries that settle what a payment is for.
fn actor(payment: &str) -> String {
    format!("payment:{payment}")
}

/// The reservation that matches, if exactly one does.
fn only(open: &[Reservation], matches: impl Fn(&Reservation) -> bool) -> Option<Reservation> {
    let mut matching = open.iter().filter(|reservation| matches(reservation));
    let first = matching.next()?;
    matching.next().is_none().then(|| first.clone())
}

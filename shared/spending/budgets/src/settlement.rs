//! What becomes of what was reserved. Nothing here asks a rule.

use std::sync::Arc;

use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Clock};
use edge_database::Db;
use edge_money::Money;

use crate::ledger::{Back, Ledger, Reservation, Settled, SettledBy, Settling};
use crate::refunds::{Refund, Refunds};
use crate::store::Budgets;
use crate::treasury::{BudgetError, ROUNDS};

/// What a checkout's reservations begin with.
pub(crate) const CHECKOUT: &str = "chk_";

/// The step in which all that is left is given back; what the steps for single refunds begin with.
const REFUND: &str = "refund";

/// Settles what was reserved.
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

    /// Spends what was reserved: `amount` of it, else all; the rest is given back. Again, it changes nothing.
    pub async fn commit(
        &self,
        budget: &str,
        reference: &str,
        amount: Option<i64>,
        actor: &str,
    ) -> Result<Reservation, BudgetError> {
        self.settle(budget, reference, Settling::Commit(amount), actor).await
    }

    /// Gives back what was reserved. Again, it changes nothing.
    pub async fn release(&self, budget: &str, reference: &str, actor: &str) -> Result<Reservation, BudgetError> {
        self.settle(budget, reference, Settling::Release, actor).await
    }

    /// Gives back what was spent, or what is left of it. Again, it changes nothing.
    pub async fn refund(&self, budget: &str, reference: &str, actor: &str) -> Result<Reservation, BudgetError> {
        self.give_back(budget, reference, REFUND, actor, |_, spent| spent).await
    }

    /// Gives back all that is reserved under `reference`, from whichever budget.
    pub async fn release_all(&self, reference: &str, actor: &str) -> Result<(), BudgetError> {
        for reservation in self.ledger.of_reference(reference).await? {
            match self.release(&reservation.budget, reference, actor).await {
                Ok(_) | Err(BudgetError::Settled) => {}
                Err(refused) => return Err(refused),
            }
        }
        Ok(())
    }

    /// A payment of `tenant` came in, which its gateway calls `payment`: spends what one of its checkouts reserved.
    /// Gateways do not say which: it is the oldest that is open and reserved as much, else the only one that is open and
    /// reserved more. Told of again, it changes nothing. What was given back of it before it was told of is given back.
    pub async fn paid(&self, tenant: &str, amount: Option<Money>, payment: &str) -> Result<(), BudgetError> {
        let how = |found: &Reservation| Settling::Commit(amount.map(|amount| amount.minor.min(found.amount)));
        self.settle_open(tenant, amount, payment, how).await?;
        self.give_back_of(tenant, payment).await
    }

    /// A payment of `tenant` failed: gives back what the checkout reserved that it was for.
    pub async fn failed(&self, tenant: &str, amount: Option<Money>, payment: &str) -> Result<(), BudgetError> {
        self.settle_open(tenant, amount, payment, |_| Settling::Release).await
    }

    /// Something was given back of a payment: gives it back to the budget that it was spent from, or will be once the
    /// payment is told of. Told of again, it changes nothing. [`BudgetError::Currency`] where the payment was in another.
    pub async fn refunded(&self, refund: &Refund) -> Result<(), BudgetError> {
        let spent = self.ledger.settled_by(&refund.tenant, &actor(&refund.payment)).await?;
        if spent.is_some_and(|spent| !spent.is_in(refund.amount)) {
            return Err(BudgetError::Currency);
        }
        // INVARIANT: it is noted before it is seen whether the payment was told of, and the payment is booked before it is
        // seen whether something was given back. So whichever comes second finds the other.
        self.refunds.note(refund, self.clock.now()).await?;
        self.give_back_of(&refund.tenant, &refund.payment).await
    }

    /// Gives back what was given back of a payment, as far as it was spent and not done yet.
    async fn give_back_of(&self, tenant: &str, payment: &str) -> Result<(), BudgetError> {
        let refunds = self.refunds.of(tenant, payment).await?;
        if refunds.is_empty() {
            return Ok(());
        }
        let actor = actor(payment);
        let settled = self.ledger.settled_by(tenant, &actor).await?;
        let Some(spent) = settled.filter(|settled| settled.is_spent) else { return Ok(()) };
        for refund in refunds.iter().filter(|refund| spent.is_in(refund.amount)) {
            let (step, sum) = (format!("{REFUND}:{}", refund.name), |back, spent| refund.add_to(back, spent));
            self.give_back(&spent.budget, &spent.reference, &step, &actor, sum).await?;
        }
        Ok(())
    }

    /// Gives back, in this step, something of what was spent. `sum`: how much is given back after it, from how much was
    /// before, and what was spent.
    async fn give_back(
        &self,
        budget: &str,
        reference: &str,
        step: &str,
        actor: &str,
        sum: impl Fn(i64, i64) -> i64,
    ) -> Result<Reservation, BudgetError> {
        for _ in 0..ROUNDS {
            let is_done = self.ledger.has_made(budget, reference, step).await?;
            let reservation = self.ledger.find(budget, reference).await?.ok_or(BudgetError::Unknown)?;
            if is_done {
                return Ok(reservation);
            }
            let (spent, back) = reservation.spent().ok_or(BudgetError::Settled)?;
            let amount = sum(back, spent).saturating_sub(back);
            let how = Settling::Refund(Back { step, amount, left: spent.saturating_sub(back) });
            self.ledger.settle(budget, reference, how, actor, self.clock.now()).await?;
        }
        Err(BudgetError::Busy)
    }

    /// Settles, as `how` says, the reservation that a payment is about, where it did not settle one before.
    async fn settle_open(
        &self,
        tenant: &str,
        amount: Option<Money>,
        payment: &str,
        how: impl Fn(&Reservation) -> Settling<'static>,
    ) -> Result<(), BudgetError> {
        let actor = actor(payment);
        for _ in 0..ROUNDS {
            let Some(found) = self.open(tenant, amount, &actor).await? else { return Ok(()) };
            let settled = self.ledger.settle(&found.budget, &found.reference, how(&found), &actor, self.clock.now());
            if settled.await?.is_some() {
                return Ok(());
            }
            // Somebody was faster. Where that was another payment, the next reservation is this one's.
        }
        Err(BudgetError::Busy)
    }

    /// The reservation that `actor`, a payment, is about; None: there is none, or it was settled by it before.
    async fn open(
        &self,
        tenant: &str,
        amount: Option<Money>,
        actor: &str,
    ) -> Result<Option<Reservation>, DatabaseError> {
        let Some(budget) = self.budgets.in_use(tenant, "", "").await? else { return Ok(None) };
        if amount.is_some_and(|amount| amount.currency != budget.currency) {
            return Ok(None);
        }
        // INVARIANT: what is open is read first. Where the same payment settled one that is not open any more, it is found.
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
        budget: &str,
        reference: &str,
        how: Settling<'_>,
        actor: &str,
    ) -> Result<Reservation, BudgetError> {
        for _ in 0..ROUNDS {
            let reservation = self.ledger.find(budget, reference).await?.ok_or(BudgetError::Unknown)?;
            let is_done = match (how, reservation.settled) {
                (Settling::Commit(Some(amount)), None) if !(0..=reservation.amount).contains(&amount) => {
                    return Err(BudgetError::Settled);
                }
                (Settling::Commit(amount), Some(Settled::Committed(spent))) => {
                    amount.is_none_or(|amount| amount == spent)
                }
                (Settling::Release, Some(Settled::Released)) => true,
                (Settling::Commit(_) | Settling::Release, None) => {
                    self.ledger.settle(budget, reference, how, actor, self.clock.now()).await?;
                    continue;
                }
                _ => false,
            };
            return if is_done { Ok(reservation) } else { Err(BudgetError::Settled) };
        }
        Err(BudgetError::Busy)
    }
}

impl SettledBy {
    /// Whether an amount is in its currency, where it says so.
    fn is_in(&self, amount: Option<Money>) -> bool {
        amount.is_none_or(|amount| amount.currency.as_str() == self.currency)
    }
}

/// Who settles what a payment is about.
fn actor(payment: &str) -> String {
    format!("payment:{payment}")
}

/// The reservation that is meant, where it can be only one.
fn only(open: &[Reservation], is_meant: impl Fn(&Reservation) -> bool) -> Option<Reservation> {
    let mut meant = open.iter().filter(|reservation| is_meant(reservation));
    let first = meant.next()?;
    meant.next().is_none().then(|| first.clone())
}

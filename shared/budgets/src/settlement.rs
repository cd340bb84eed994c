//! What becomes of what was reserved. Nothing here asks a rule.

use std::sync::Arc;

use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Clock};
use edge_record::Record;
use edge_signatures::Money;

use crate::ledger::{Ledger, Reservation, Settled, Settling};
use crate::store::Budgets;
use crate::treasury::{ROUNDS, Refused};

/// What a checkout's reservations begin with.
const CHECKOUT: &str = "chk_";

/// Settles what was reserved.
#[derive(Clone)]
pub struct Settlement {
    budgets: Budgets,
    clock: Arc<dyn Clock>,
    ledger: Ledger,
}

impl Settlement {
    /// Keeps the ledger in `record`.
    pub fn new(capabilities: &Capabilities, record: &Record) -> Self {
        Self {
            budgets: Budgets::new(record.clone()),
            clock: capabilities.clock.clone(),
            ledger: Ledger::new(record.clone()),
        }
    }

    /// Spends what was reserved: `amount` of it, else all; the rest is given back. Again, it changes nothing.
    pub async fn commit(
        &self,
        budget: &str,
        reference: &str,
        amount: Option<i64>,
        actor: &str,
    ) -> Result<Reservation, Refused> {
        self.settle(budget, reference, Settling::Commit(amount), actor).await
    }

    /// Gives back what was reserved. Again, it changes nothing.
    pub async fn release(&self, budget: &str, reference: &str, actor: &str) -> Result<Reservation, Refused> {
        self.settle(budget, reference, Settling::Release, actor).await
    }

    /// Gives back what was spent. Again, it changes nothing.
    pub async fn refund(&self, budget: &str, reference: &str, actor: &str) -> Result<Reservation, Refused> {
        self.settle(budget, reference, Settling::Refund, actor).await
    }

    /// Gives back all that is reserved under `reference`, from whichever budget.
    pub async fn release_all(&self, reference: &str, actor: &str) -> Result<(), Refused> {
        for reservation in self.ledger.of_reference(reference).await? {
            match self.release(&reservation.budget, reference, actor).await {
                Ok(_) | Err(Refused::Settled) => {}
                Err(refused) => return Err(refused),
            }
        }
        Ok(())
    }

    /// A payment of `tenant` came in, which its gateway calls `payment`: spends what one of its checkouts reserved.
    /// Gateways do not say which: it is the oldest that is open and reserved as much, else the only one that is open and
    /// reserved more. Told of again, it changes nothing.
    pub async fn paid(&self, tenant: &str, amount: Option<Money>, payment: &str) -> Result<(), Refused> {
        let actor = format!("payment:{payment}");
        let Some(found) = self.open(tenant, amount, &actor).await? else { return Ok(()) };
        let spent = amount.map(|amount| amount.minor.min(found.amount));
        match self.commit(&found.budget, &found.reference, spent, &actor).await {
            Ok(_) | Err(Refused::Settled) => Ok(()),
            Err(refused) => Err(refused),
        }
    }

    /// A payment of `tenant` failed: gives back what the checkout reserved that it was for.
    pub async fn failed(&self, tenant: &str, amount: Option<Money>, payment: &str) -> Result<(), Refused> {
        let actor = format!("payment:{payment}");
        let Some(found) = self.open(tenant, amount, &actor).await? else { return Ok(()) };
        match self.release(&found.budget, &found.reference, &actor).await {
            Ok(_) | Err(Refused::Settled) => Ok(()),
            Err(refused) => Err(refused),
        }
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
        // INVARIANT: what is open is read first. Whoever settles by the same payment in between has taken the same one.
        let open = self.ledger.open(&budget.id, CHECKOUT).await?;
        if self.ledger.has_settled(&budget.id, actor).await? {
            return Ok(None);
        }
        let Some(amount) = amount else { return Ok(only(&open, |_| true)) };
        let same = open.iter().find(|reservation| reservation.amount == amount.minor).cloned();
        Ok(same.or_else(|| only(&open, |reservation| reservation.amount > amount.minor)))
    }

    async fn settle(&self, budget: &str, reference: &str, how: Settling, actor: &str) -> Result<Reservation, Refused> {
        for _ in 0..ROUNDS {
            let reservation = self.ledger.find(budget, reference).await?.ok_or(Refused::Unknown)?;
            let is_done = match (how, reservation.settled) {
                (Settling::Commit(Some(amount)), None) if !(0..=reservation.amount).contains(&amount) => {
                    return Err(Refused::Settled);
                }
                (Settling::Commit(amount), Some(Settled::Committed(spent))) => {
                    amount.is_none_or(|amount| amount == spent)
                }
                (Settling::Release, Some(Settled::Released)) | (Settling::Refund, Some(Settled::Refunded(_))) => true,
                (Settling::Commit(_) | Settling::Release, None) | (Settling::Refund, Some(Settled::Committed(_))) => {
                    self.ledger.settle(budget, reference, how, actor, self.clock.now()).await?;
                    continue;
                }
                _ => false,
            };
            return if is_done { Ok(reservation) } else { Err(Refused::Settled) };
        }
        Err(Refused::Busy)
    }
}

/// The reservation that is meant, where it can be only one.
fn only(open: &[Reservation], is_meant: impl Fn(&Reservation) -> bool) -> Option<Reservation> {
    let mut meant = open.iter().filter(|reservation| is_meant(reservation));
    let first = meant.next()?;
    meant.next().is_none().then(|| first.clone())
}

//! Checkouts that were abandoned: the instance died, or BheemPay was asked and its answer did not arrive. What is held for
//! them is given back once it is certain that there is no order.

use edge_audit::Actor;
use edge_capabilities::random;
use edge_tenants::Tenant;
use edge_upstreams::Upstream;

use super::hold::Hold;
use super::order::{self, OrderResponse};
use super::store::RecoveryClaim;
use super::{CheckoutService, lease_time};
use crate::error::CheckoutError;

/// How many abandoned checkouts one request recovers.
const MAX_RECOVERED: u32 = 20;

impl CheckoutService {
    /// Finds out what became of the abandoned checkouts of `tenant`. Where there is an order it is stored; where there is
    /// none, what is held is given back. While BheemPay does not answer they are left as they are.
    pub(super) async fn recover_abandoned(&self, tenant: &Tenant) -> Result<(), CheckoutError> {
        let abandoned = self.holds.abandoned(&tenant.id, self.capabilities.clock.now(), MAX_RECOVERED).await?;
        for hold in &abandoned {
            if !self.recover(tenant, hold).await? {
                break;
            }
        }
        Ok(())
    }

    /// Recovers one checkout; returns whether BheemPay answers.
    async fn recover(&self, tenant: &Tenant, hold: &Hold) -> Result<bool, CheckoutError> {
        let bheempay = Upstream::bheempay(&self.capabilities).await?;
        let lease = random::hex::<8>(&*self.capabilities.random);
        let now = self.capabilities.clock.now();
        let until = now.plus(lease_time(&bheempay));
        let checkout = match self.checkouts.claim_abandoned(&hold.checkout, &lease, now, until).await? {
            RecoveryClaim::Claimed(checkout) => checkout,
            RecoveryClaim::InProgress => return Ok(true),
            RecoveryClaim::Ordered => {
                self.holds.delete(&hold.checkout).await?;
                return Ok(true);
            }
            RecoveryClaim::NotOrdered => {
                self.give_back(hold).await?;
                return Ok(true);
            }
        };
        if hold.is_ordering
            && let Some(quote) = &checkout.quote
        {
            let Ok(found) = order::find(&bheempay, &checkout.id).await else {
                self.checkouts.release_lease(&checkout).await?;
                return Ok(false);
            };
            // An order that costs more than was allowed is handed out to nobody.
            let is_allowed = |order: &OrderResponse| order.amount.0.minor <= quote.minor;
            let order = found.and_then(|answer| order::read(&answer.body, quote).ok()).filter(is_allowed);
            if let Some(order) = order {
                let actor = Actor { id: hold.requester.clone(), address: None };
                self.store_order(tenant, &actor, &checkout.id, quote, &order).await?;
                return Ok(true);
            }
        }
        self.undo_holds(&checkout).await?;
        if checkout.idempotency_key.is_some() {
            self.checkouts.release_lease(&checkout).await?;
        } else {
            self.checkouts.delete(&checkout).await?;
        }
        Ok(true)
    }
}

//! Purchases that came to nothing, or of which nobody knows what they came to: what is held for them is given back once it
//! is certain that there is no order.

use edge_audit::Actor;
use edge_capabilities::random;
use edge_tenants::Tenant;
use edge_upstreams::Upstream;

use crate::checkout::CheckoutService;
use crate::checkouts::Left;
use crate::holds::Hold;
use crate::orders;
use crate::trouble::CheckoutError;

/// How many purchases that were left behind one request looks after.
const MAX_LEFT: u32 = 20;

impl CheckoutService {
    /// Gives back what is held for `checkout`, for which there is no order. The lease `lease` must be ours.
    ///
    /// INVARIANT: that it is not allowed any more is stored first, and that something is held for it is forgotten last. So
    /// wherever this ends, whoever goes on with the purchase asks the rules anew, and whoever looks after it gives back
    /// what is left.
    pub(crate) async fn give_back(&self, checkout: &str, lease: &str) -> Result<(), CheckoutError> {
        let Some(hold) = self.holds.find(checkout).await? else { return Ok(()) };
        if !self.checkouts.disallow(checkout, lease).await? {
            return Err(CheckoutError::Taken);
        }
        self.return_held(&hold).await
    }

    async fn return_held(&self, hold: &Hold) -> Result<(), CheckoutError> {
        let Hold { tenant, checkout, requester, approval, .. } = hold;
        self.policy.budgets.release(checkout, requester).await.map_err(CheckoutError::refused)?;
        if let Some(approval) = approval {
            self.policy.approvals.give_back(approval, tenant, checkout).await.map_err(CheckoutError::refused)?;
        }
        Ok(self.holds.end(checkout).await?)
    }

    /// Finds out what became of purchases of `tenant` that nobody is at: those whose instance died, and those of which
    /// BheemPay was asked without being heard. Where there is an order it is stored; where there is none, what was held is
    /// given back. Where BheemPay does not answer now they are left as they are.
    pub(crate) async fn settle_left(&self, tenant: &Tenant) -> Result<(), CheckoutError> {
        let left = self.holds.left(&tenant.id, self.capabilities.clock.now(), MAX_LEFT).await?;
        for hold in &left {
            if !self.settle(tenant, hold).await? {
                break;
            }
        }
        Ok(())
    }

    /// Finds out about one; gives whether BheemPay could be asked.
    async fn settle(&self, tenant: &Tenant, hold: &Hold) -> Result<bool, CheckoutError> {
        let checkout = hold.checkout.as_str();
        let bheempay = Upstream::bheempay(&self.capabilities).await?;
        let lease = random::hex::<8>(&*self.capabilities.random);
        let now = self.capabilities.clock.now();
        let (quote, has_key) = match self.checkouts.take(checkout, &lease, now, now.plus(self.step(&bheempay))).await? {
            Left::Ours { quote, has_key } => (quote, has_key),
            Left::Taken => return Ok(true),
            Left::Over { is_ordered: true } => {
                self.holds.end(checkout).await?;
                return Ok(true);
            }
            Left::Over { is_ordered: false } => {
                self.return_held(hold).await?;
                return Ok(true);
            }
        };
        if hold.is_ordering
            && let Some(quote) = quote
        {
            let Ok(found) = orders::find(&bheempay, checkout).await else {
                self.checkouts.let_go(checkout, &lease).await?;
                return Ok(false);
            };
            // One that costs more than was allowed is handed to nobody.
            let is_allowed = |made: &orders::Made| made.asked.is_none_or(|asked| asked.minor <= quote.minor);
            let made = found.and_then(|order| orders::read(&order.body, &quote).ok()).filter(is_allowed);
            if let Some(made) = made {
                let author = Actor { id: hold.requester.clone(), address: None };
                self.ordered(tenant, &author, checkout, &quote, &made).await?;
                return Ok(true);
            }
        }
        self.give_back(checkout, &lease).await?;
        if has_key {
            self.checkouts.let_go(checkout, &lease).await?;
        } else {
            self.checkouts.forget(checkout, &lease).await?;
        }
        Ok(true)
    }
}

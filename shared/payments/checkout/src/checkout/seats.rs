//! Orders for subscriptions of seats: through the same steps as those for plans, but for the price, which the caller
//! computes by the application's plan, and for the contact in the CRM, which only the ERP's own plans need.

use edge_capabilities::Timestamp;
use edge_idempotency::RequestKey;
use edge_money::Money;
use edge_plans::{Cycle, Terms};
use edge_tenants::Tenant;
use edge_upstreams::Upstream;

use super::order::OrderRequest;
use super::purchase::Purchase;
use super::saga::Saga;
use super::store::{CheckoutQuote, Claim, OfSeats, StoredResponse};
use super::{CheckoutContext, CheckoutService};
use crate::customer::billing_user;
use crate::error::CheckoutError;

/// Seats that are bought.
pub(crate) struct SeatPurchase<'a> {
    /// The subscription.
    pub(crate) subscription: &'a str,
    /// The plan's id, which is that of its SKU.
    pub(crate) plan_id: &'a str,
    pub(crate) plan_name: &'a str,
    pub(crate) cycle: Cycle,
    /// The number of seats once the order is paid.
    pub(crate) seats: i64,
    /// What the order costs.
    pub(crate) amount: Money,
    /// The subscription as BheemPay knows it, and when the order lapses, where it is for more seats of one that runs.
    pub(crate) increase: Option<(&'a str, Timestamp)>,
    pub(crate) success_url: Option<&'a str>,
    pub(crate) cancel_url: Option<&'a str>,
}

impl SeatPurchase<'_> {
    fn quote(&self) -> CheckoutQuote {
        let terms = Terms {
            plan_id: self.plan_id.to_owned(),
            plan_name: self.plan_name.to_owned(),
            tier_code: String::new(),
            max_users: None,
            docs_quota_mb: None,
            credits: 0,
            has_quotas: false,
            cycle: Some(self.cycle),
        };
        CheckoutQuote {
            terms,
            seats: self.seats,
            minor: self.amount.minor,
            currency: self.amount.currency.as_str().to_owned(),
            of_seats: Some(OfSeats {
                subscription: self.subscription.to_owned(),
                lapses_at: self.increase.map(|(_, lapses_at)| lapses_at),
            }),
        }
    }
}

impl CheckoutService {
    /// Orders seats at BheemPay, if the rules allow it. `key` is the same for each try of one purchase. Returns the answer:
    /// an order, or that people have to approve first.
    pub(crate) async fn order_seats(
        &self,
        tenant: &Tenant,
        bought: &SeatPurchase<'_>,
        key: &str,
        mut context: CheckoutContext,
        approval: Option<&str>,
    ) -> Result<StoredResponse, CheckoutError> {
        let bheempay = Upstream::bheempay(&self.capabilities).await?;
        // No caller's key has a space. A purchase that was approved is another try than the one that asked for it.
        let key = format!("seats {key} {}", approval.unwrap_or_default());
        context.named = Some(RequestKey { fingerprint: key.clone(), key });
        let checkout = match self.claim(tenant, &context, &bheempay).await? {
            Claim::Claimed(checkout) => checkout,
            Claim::Answered(response) => return Ok(response),
        };
        let purchase = Purchase {
            plan_id: bought.plan_id.to_owned(),
            cycle: Some(bought.cycle),
            tier_code: None,
            seats: Some(bought.seats),
            success_url: bought.success_url.map(ToOwned::to_owned),
            cancel_url: bought.cancel_url.map(ToOwned::to_owned),
            approval_request_id: approval.map(ToOwned::to_owned),
        };
        let id = checkout.id.clone();
        let mut saga = Saga::new(self, tenant, &purchase, &context, *checkout);
        let taken = async {
            saga.load_order_state().await?;
            let quote = saga.fix_quote(bought.quote()).await?;
            saga.hold().await?;
            if let Some(pending) = saga.permit(&quote).await? {
                return Ok(pending);
            }
            let user = billing_user(&self.db, tenant).await?;
            let request = OrderRequest { tenant, user: &user, purchase: &purchase, quote: &quote, checkout: &id };
            let (request, asked) = (&request, &bheempay);
            let create = || async move {
                match bought.increase {
                    None => request.create(asked).await,
                    Some((reference, _)) => request.create_increase(asked, reference).await,
                }
            };
            let order = saga.create_order(&bheempay, create).await?;
            saga.require_price(&quote, &order)?;
            self.store_order(tenant, &context.actor, &id, &quote, &order).await
        };
        let taken = taken.await;
        saga.end(taken).await
    }
}

//! A new subscription: checked, begun at its gateway, recorded.

pub(crate) mod api;

use std::time::Duration;

use edge_applications::ApplicationPlan;
use edge_audit::Actor;
use edge_capabilities::random;
use edge_tenants::Tenant;

use super::plan::PlanTerms;
use super::status::Status;
use super::terms::{GatewayName, Imported, Terms};
use crate::error::SubscriptionError;
use crate::gateway::{Buyer, Cancellation, CheckoutOrder, GatewayError, GatewaySubscription, Gateways, Started};
use crate::movement::{Account, Batch};
use crate::service::Subscriptions;

/// A subscription that is wanted.
pub(crate) struct Purchase<'a> {
    pub(crate) organization: &'a Tenant,
    pub(crate) plan: &'a ApplicationPlan,
    pub(crate) seats: i64,
    pub(crate) gateway: GatewayName,
    pub(crate) has_trial: bool,
    /// What another system says of it: then it is not a new one.
    pub(crate) imported: Option<Imported>,
    pub(crate) success_url: Option<&'a str>,
    pub(crate) cancel_url: Option<&'a str>,
    pub(crate) buyer: Buyer,
}

impl From<&ApplicationPlan> for PlanTerms {
    fn from(plan: &ApplicationPlan) -> Self {
        Self {
            id: plan.id.clone(),
            version: plan.version,
            name: plan.name.clone(),
            price: plan.price_per_seat.minor,
            currency: plan.price_per_seat.currency,
            cycle: plan.billing_cycle,
            stripe_price: plan.stripe_price_id.clone(),
        }
    }
}

impl Purchase<'_> {
    pub(crate) fn account(&self) -> Account {
        Account { organization: self.organization.id.clone(), application: self.plan.application.clone() }
    }
}

impl Subscriptions {
    /// Whether the organization may begin a subscription to the application: an error says why not.
    pub(crate) async fn check_purchase(&self, purchase: &Purchase<'_>) -> Result<(), SubscriptionError> {
        let Some(head) = self.movements.head(&purchase.account()).await? else { return Ok(()) };
        let mut terms = head.terms;
        terms.advance(self.now());
        check(&terms, purchase.has_trial)
    }

    /// Makes a subscription; gives its id.
    pub(crate) async fn purchase(
        &self,
        purchase: &Purchase<'_>,
        gateways: &Gateways,
        actor: &Actor,
    ) -> Result<String, SubscriptionError> {
        self.check_purchase(purchase).await?;
        let (account, now) = (purchase.account(), self.now());
        let id = format!("sub_{}", random::hex::<16>(&*self.capabilities.random));
        let terms = Terms::new(purchase.plan.into(), purchase.seats, purchase.gateway, now);
        self.give_up_checkout(&account, gateways).await?;
        let noted =
            purchase.organization.stripe_customer_id.clone().filter(|_| purchase.gateway == GatewayName::Stripe);
        let customer = match noted {
            Some(customer) => Some(customer),
            None => self.movements.customer(&account.organization, purchase.gateway.as_str()).await?,
        };
        let trial_days = purchase.has_trial.then_some(purchase.plan.trial_days);
        let order = CheckoutOrder {
            subscription: GatewaySubscription {
                id: &id,
                organization: &account.organization,
                application: &account.application,
                terms: &terms,
                key: &format!("{id}:checkout"),
            },
            organization_name: &purchase.organization.name,
            billing_email: purchase.organization.billing_address(),
            customer: customer.as_deref(),
            trial_days,
            success_url: purchase.success_url,
            cancel_url: purchase.cancel_url,
            buyer: &purchase.buyer,
        };
        let started = gateways.get(purchase.gateway)?.start_checkout(&order).await?;
        let terms = match started {
            Started::Begun if let Some(imported) = purchase.imported => terms.import(imported, now)?,
            Started::Begun => {
                let trial = trial_days.map(|days| now.plus(Duration::from_secs(u64::from(days) * 86_400)));
                terms.begin(trial, now)
            }
            Started::AwaitsPayment { checkout, customer: made, reference } => {
                Terms { checkout: Some(checkout), customer: made.or(customer), reference, ..terms }
            }
        };
        let record = |batch: &mut Batch<'_>| {
            let mut terms = terms.clone();
            if let Some(head) = batch.head() {
                check(&head.terms, purchase.has_trial)?;
                terms.had_trial |= head.terms.had_trial;
            }
            batch.create(&id, terms, now);
            Ok(())
        };
        self.change(&account, actor, record).await?;
        Ok(id)
    }
}

impl Subscriptions {
    /// Closes the checkout that another one is to follow: nobody shall pay both. Err: it was paid.
    async fn give_up_checkout(&self, account: &Account, gateways: &Gateways) -> Result<(), SubscriptionError> {
        let Some(head) = self.movements.head(account).await? else { return Ok(()) };
        if head.terms.status != Status::Incomplete || head.terms.checkout.is_none() {
            return Ok(());
        }
        let key = format!("{}:replaced", head.subscription);
        let subscription = GatewaySubscription {
            id: &head.subscription,
            organization: &account.organization,
            application: &account.application,
            terms: &head.terms,
            key: &key,
        };
        let closed = gateways.get(head.terms.gateway)?.cancel(&Cancellation { subscription, immediate: true }).await;
        match closed {
            // The gateway has not told of it yet.
            Err(GatewayError::Refused(_)) => Err(SubscriptionError::Exists),
            closed => Ok(closed.map(drop)?),
        }
    }
}

/// Whether another subscription may follow one with these terms.
fn check(last: &Terms, has_trial: bool) -> Result<(), SubscriptionError> {
    if last.status.is_live() {
        return Err(SubscriptionError::Exists);
    }
    if has_trial && last.had_trial { Err(SubscriptionError::TrialUsed) } else { Ok(()) }
}

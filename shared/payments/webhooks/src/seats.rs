//! Events about subscriptions of seats, which the edge keeps itself.
//!
//! * [`stripe`]: a subscription is found by Stripe's id of it, once the edge knows that. Before, it is found by the edge's
//!   own id, which the edge had Stripe note beside it; that proves nothing, so the event must also be of the checkout or of
//!   the customer that the edge stored.
//! * [`bheempay`]: a subscription is found by BheemPay's id of it, or by the order that the edge had made for it.

mod bheempay;
mod stripe;

use std::sync::Arc;

use edge_audit::Actor;
use edge_capabilities::{Capabilities, Config};
use edge_database::Db;
use edge_gateways::{GatewayEvent, Provider};
use edge_subscriptions::{EventKind, Status, StoredSubscription, SubscriptionError, SubscriptionEvent, Subscriptions};
use edge_tenants::Effect;

use crate::error::WebhookError;
use crate::event::{EventOutcome, WebhookEvent};
use crate::order::Order;

/// The subscriptions of seats that events may be about.
#[derive(Clone)]
pub(crate) struct SeatSubscriptions {
    subscriptions: Subscriptions,
    config: Arc<dyn Config>,
}

/// What an event came to.
pub(crate) struct SeatOutcome {
    pub(crate) outcome: EventOutcome,
    /// Whose subscription it is.
    pub(crate) organization: Option<String>,
    /// Whether it is the payment of an order, for which a budget may hold something.
    pub(crate) pays_order: bool,
    /// What the organization is told.
    pub(crate) notice: Option<SeatNotice>,
}

/// What an organization is told of a payment for seats.
pub(crate) struct SeatNotice {
    /// [`Effect::NotifyPaid`] or [`Effect::NotifyFailed`].
    pub(crate) effect: Effect,
    /// The plan that is paid for.
    pub(crate) plan: String,
}

impl SeatOutcome {
    const fn of_nobody(outcome: EventOutcome) -> Self {
        Self { outcome, organization: None, pays_order: false, notice: None }
    }

    fn quarantined(reason: &str) -> Self {
        Self::of_nobody(EventOutcome::Quarantined(reason.to_owned()))
    }
}

impl SeatSubscriptions {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { subscriptions: Subscriptions::new(capabilities, db), config: capabilities.config.clone() }
    }

    /// Takes an event, which names `order`, into account. None: it is about no subscription of seats.
    pub(crate) async fn take(
        &self,
        stored: &WebhookEvent,
        event: &GatewayEvent,
        order: Option<&Order>,
    ) -> Result<Option<SeatOutcome>, WebhookError> {
        match stored.provider {
            Provider::Stripe => self.take_stripe(stored, event).await,
            Provider::BheemPay | Provider::Razorpay => self.take_bheempay(stored, event, order).await,
            Provider::Erp | Provider::Standard | Provider::Clerk | Provider::Shopify | Provider::WooCommerce => {
                Ok(None)
            }
        }
    }

    /// The subscription that the gateway knows by the id that an event names.
    async fn by_reference(&self, event: &GatewayEvent) -> Result<Option<String>, WebhookError> {
        match &event.subscription_id {
            Some(reference) => Ok(self.subscriptions.by_reference(reference).await?),
            None => Ok(None),
        }
    }

    /// Changes the subscription `found` as an event says.
    async fn apply(
        &self,
        found: &StoredSubscription,
        stored: &WebhookEvent,
        event: &GatewayEvent,
        kind: EventKind,
    ) -> Result<SeatOutcome, WebhookError> {
        let change = SubscriptionEvent {
            at: stored.occurred_at,
            reference: event.subscription_id.clone(),
            customer: event.customer_id.clone(),
            kind,
        };
        let actor = Actor { id: format!("webhook:{}", stored.provider), address: None };
        let mut notice = None;
        let outcome = match self.subscriptions.apply_event(&found.id, &change, &actor).await {
            Ok(applied) => {
                // An event that is taken up again changes nothing any more, and is still told of.
                let is_nothing = event.amount.is_some_and(|amount| amount.minor == 0);
                let effect = match kind {
                    EventKind::Paid { .. } if !is_nothing => Some(Effect::NotifyPaid),
                    EventKind::PaymentFailed if applied.terms.status == Status::PastDue => Some(Effect::NotifyFailed),
                    _ => None,
                };
                notice = effect.map(|effect| SeatNotice { effect, plan: applied.terms.plan.name });
                if applied.is_news { EventOutcome::Processed } else { EventOutcome::Ignored("superseded") }
            }
            Err(SubscriptionError::Contradiction(contradiction)) => {
                EventOutcome::Quarantined(contradiction.to_string())
            }
            Err(error) => return Err(error.into()),
        };
        let organization = Some(found.account.organization.clone());
        Ok(SeatOutcome { outcome, organization, pays_order: false, notice })
    }
}

//! The tenant of a payment gateway's event.
//!
//! A payer can write anything into a payment, also another tenant's id. So an event is bound to a tenant by what a server
//! made: the order of a checkout of the edge's, else the subscription that a tenant has, else what the merchant's server
//! wrote beside the order or the subscription. The payer's claim alone binds nothing.

use edge_capabilities::database::DatabaseError;
use edge_gateways::{GatewayEvent, Provider};
use edge_tenants::Tenants;

use crate::action::may_be_found;
use crate::event::EventOutcome;
use crate::order::{Order, Quote};

/// The owner of an event.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// The tenant's id; for the ERP's events, the ERP's id of the organisation.
    pub(crate) organization: String,
    /// What was ordered, where the event is about an order of the edge's.
    pub(crate) quote: Option<Quote>,
}

/// The owner of an event that names `order`. Err: it has none, or none for certain, and that is its outcome.
pub(crate) async fn owner(
    tenants: &Tenants,
    provider: Provider,
    event: &GatewayEvent,
    order: Option<Order>,
) -> Result<Result<Owner, EventOutcome>, DatabaseError> {
    if may_be_found(provider, event) {
        if let Some(order) = order.filter(|order| order.is_named_by(event)) {
            return Ok(Ok(Owner { organization: order.tenant, quote: order.quote }));
        }
        if let Some(subscription) = &event.subscription_id
            && let Some(organization) = tenants.of_subscription(subscription).await?
        {
            return Ok(Ok(Owner { organization, quote: None }));
        }
    }
    Ok(match (&event.tenant_id, &event.claimed_tenant_id) {
        (Some(organization), _) => Ok(Owner { organization: organization.clone(), quote: None }),
        (None, Some(_)) => Err(EventOutcome::Quarantined("unbound".into())),
        (None, None) => Err(EventOutcome::Ignored("no_tenant_id")),
    })
}

//! The tenant of a payment gateway's event.
//!
//! A payer can write anything into a payment, also another tenant's id. So an event is bound to a tenant by what a server
//! made: the order of a checkout of the edge's, else the subscription that a tenant has, else what the merchant's server
//! wrote beside the order or the subscription. The payer's claim alone binds nothing.

use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_gateways::{GatewayEvent, Provider};
use edge_plans::Terms;
use serde::Deserialize;

use crate::action::may_be_found;
use crate::event::EventOutcome;

/// The owner of an event.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// The tenant's id; for the ERP's events, the ERP's id of the organisation.
    pub(crate) organization: String,
    /// What was ordered, where the event is about an order of the edge's.
    pub(crate) quote: Option<Quote>,
}

/// What an order of the edge's is for, as its checkout quoted it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Quote {
    pub(crate) terms: Terms,
    pub(crate) seats: i64,
    /// In the currency's smallest unit.
    pub(crate) minor: i64,
    pub(crate) currency: String,
}

/// The orders and subscriptions that the edge knows.
#[derive(Clone)]
pub(crate) struct Owners(Db);

impl Owners {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The owner of an event. Err: it has none, or none for certain, and that is its outcome.
    pub(crate) async fn find(
        &self,
        provider: Provider,
        event: &GatewayEvent,
    ) -> Result<Result<Owner, EventOutcome>, DatabaseError> {
        if may_be_found(provider, event)
            && let Some(owner) = self.of_order_or_subscription(event).await?
        {
            return Ok(Ok(owner));
        }
        Ok(match (&event.tenant_id, &event.claimed_tenant_id) {
            (Some(organization), _) => Ok(Owner { organization: organization.clone(), quote: None }),
            (None, Some(_)) => Err(EventOutcome::Quarantined("unbound".into())),
            (None, None) => Err(EventOutcome::Ignored("no_tenant_id")),
        })
    }

    async fn of_order_or_subscription(&self, event: &GatewayEvent) -> Result<Option<Owner>, DatabaseError> {
        // The checkouts are edge-checkout's, which stands upon this crate: one statement reads both.
        let statement = "SELECT CAST(1 AS BIGINT) AS kind, tenant_id, quote FROM checkouts WHERE order_id = $1
            UNION ALL SELECT CAST(2 AS BIGINT) AS kind, id, NULL FROM tenants WHERE erp_subscription_id = $2
            ORDER BY kind LIMIT 3";
        // No order and no subscription has an empty name.
        let name = |name: &Option<String>| name.clone().unwrap_or_default().into();
        let rows = self.0.query(statement, &[name(&event.order_id), name(&event.subscription_id)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let is_order = row.integer(0)? == 1;
        if !is_order && rows.len() > 1 {
            // A subscription that two tenants have says nothing.
            return Ok(None);
        }
        let quote = row.optional_text(2)?.map(serde_json::from_str).transpose();
        let quote = quote.map_err(|error| DatabaseError::Refused(format!("checkouts.quote: {error}")))?;
        Ok(Some(Owner { organization: row.text(1)?.to_owned(), quote }))
    }
}

//! Whose an event of a payment gateway is.
//!
//! Whoever pays can write into a payment whatever they like, another's tenant too. So an event is bound by what a server
//! made: the order of a checkout of the edge's, else the subscription that a tenant has, else what the merchant's server
//! wrote beside the order or the subscription. The claim of a payment alone binds nothing.

use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_gateways::{GatewayEvent, Provider};
use edge_plans::Terms;
use serde::Deserialize;

use crate::event::Verdict;
use crate::matter::may_be_found;

/// Whose an event is.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// The tenant's id; of the ERP's events the organisation's, as the ERP calls it.
    pub(crate) organization: String,
    /// What was ordered, where the event is of an order of the edge's.
    pub(crate) ordered: Option<Quoted>,
}

/// What an order of the edge's is for, as its checkout was quoted.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Quoted {
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

    /// Whose the event of `provider` is that says `reading`. Err: nobody's, or nobody's for certain.
    pub(crate) async fn of(
        &self,
        provider: Provider,
        reading: &GatewayEvent,
    ) -> Result<Result<Owner, Verdict>, DatabaseError> {
        if may_be_found(provider, reading)
            && let Some(owner) = self.find(reading).await?
        {
            return Ok(Ok(owner));
        }
        Ok(match (&reading.tenant_id, &reading.claimed_tenant_id) {
            (Some(organization), _) => Ok(Owner { organization: organization.clone(), ordered: None }),
            (None, Some(_)) => Err(Verdict::Quarantined("unbound".into())),
            (None, None) => Err(Verdict::Ignored("no_tenant_id")),
        })
    }

    async fn find(&self, reading: &GatewayEvent) -> Result<Option<Owner>, DatabaseError> {
        // The checkouts are edge-checkout's, which stands upon this crate: one statement reads both.
        let statement = "SELECT CAST(1 AS BIGINT) AS kind, tenant_id, quote FROM checkouts WHERE order_id = $1
            UNION ALL SELECT CAST(2 AS BIGINT) AS kind, id, NULL FROM tenants WHERE erp_subscription_id = $2
            ORDER BY kind LIMIT 3";
        // No order and no subscription has an empty name.
        let name = |name: &Option<String>| name.clone().unwrap_or_default().into();
        let rows = self.0.query(statement, &[name(&reading.order_id), name(&reading.subscription_id)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let is_order = row.integer(0)? == 1;
        if !is_order && rows.len() > 1 {
            // A subscription that two tenants have says nothing.
            return Ok(None);
        }
        let quote = row.optional_text(2)?.map(serde_json::from_str).transpose();
        let ordered = quote.map_err(|error| DatabaseError::Refused(format!("checkouts.quote: {error}")))?;
        Ok(Some(Owner { organization: row.text(1)?.to_owned(), ordered }))
    }
}

//! The orders that the edge had BheemPay create, each for a checkout.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_gateways::{GatewayEvent, Provider};
use edge_plans::Terms;
use serde::Deserialize;

/// An order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// The tenant that ordered.
    pub(crate) tenant: String,
    /// The order's id at BheemPay; None: the edge does not know it yet.
    pub(crate) id: Option<String>,
    pub(crate) quote: Option<Quote>,
}

/// What an order is for, as `edge-checkout` writes it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Quote {
    pub(crate) terms: Terms,
    pub(crate) seats: i64,
    /// In the currency's smallest unit.
    pub(crate) minor: i64,
    pub(crate) currency: String,
    /// The subscription of seats that the order is for; None: it is for the tenant's own plan.
    #[serde(default)]
    pub(crate) of_seats: Option<OfSeats>,
}

/// What an order does to a subscription of seats, once it is paid.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OfSeats {
    pub(crate) subscription: String,
    /// When the order lapses, if it is for more seats of a subscription that runs.
    #[serde(default)]
    pub(crate) lapses_at: Option<Timestamp>,
}

impl Order {
    /// Whether an event names the order by its id, which BheemPay gave it. The checkout's id is a note beside an event: it
    /// finds the order and proves nothing.
    pub(crate) fn is_named_by(&self, event: &GatewayEvent) -> bool {
        event.order_id.is_some() && event.order_id == self.id
    }
}

/// The orders in the database.
#[derive(Clone)]
pub(crate) struct Orders(Db);

impl Orders {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The order that an event names, by its id or else by its checkout's. None: it names none that the edge knows.
    pub(crate) async fn find(&self, provider: Provider, event: &GatewayEvent) -> Result<Option<Order>, DatabaseError> {
        let names_one = event.order_id.is_some() || event.checkout_id.is_some();
        if !names_one || !matches!(provider, Provider::BheemPay | Provider::Razorpay) {
            return Ok(None);
        }
        // The checkouts are edge-checkout's, which stands upon this crate.
        let statement =
            "SELECT CAST(1 AS BIGINT) AS kind, tenant_id, order_id, quote FROM checkouts WHERE order_id = $1
            UNION ALL SELECT CAST(2 AS BIGINT) AS kind, tenant_id, order_id, quote FROM checkouts WHERE id = $2
            ORDER BY kind LIMIT 1";
        // No order and no checkout has an empty name.
        let name = |name: &Option<String>| name.clone().unwrap_or_default().into();
        let rows = self.0.query(statement, &[name(&event.order_id), name(&event.checkout_id)]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let quote = row.optional_text(3)?.map(serde_json::from_str).transpose();
        let quote = quote.map_err(|error| DatabaseError::Refused(format!("checkouts.quote: {error}")))?;
        Ok(Some(Order { tenant: row.text(1)?.to_owned(), id: row.optional_text(2)?.map(ToOwned::to_owned), quote }))
    }
}

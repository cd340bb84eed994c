//! What the edge knows of an organisation's tenant, which goes before what the ERP says: whether it is active, and what
//! payment events said of its subscription, of which the ERP may not have heard yet. It is the tenant's row itself, so
//! that the two cannot differ.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use edge_database::Db;

use crate::standing::{ErpSeat, SubscriptionStatus};
use crate::subject::Alias;

/// What the edge knows of an organisation's tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TenantFacts {
    is_inactive: bool,
    /// What payment events said, where they said anything and the platform has not dropped it.
    subscription: Option<Subscription>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Subscription {
    status: SubscriptionStatus,
    /// When the period that was paid for ends, where the events say so.
    period_end: Option<Timestamp>,
}

impl TenantFacts {
    pub(crate) fn apply(self, standing: &mut ErpSeat) {
        if let Some(Subscription { status, period_end }) = self.subscription {
            standing.subscription_status = status;
            standing.period_end = period_end.or(standing.period_end);
        }
        if self.is_inactive {
            standing.subscription_status = SubscriptionStatus::Suspended;
            standing.tenant_is_inactive = true;
        }
    }
}

/// Tenants, as far as they concern seats.
#[derive(Clone)]
pub(crate) struct Payments(Db);

/// A tenant's row, with the sequence number of the raise that followed its last payment event.
struct Found {
    is_bound: bool,
    paid: i64,
    is_inactive: bool,
    subscription: Option<Subscription>,
}

impl Payments {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// What is known of the tenant that is `organization`, and of the one that `alias` is bound to. Where payment events
    /// told of both, what they said last counts.
    pub(crate) async fn of(&self, alias: &Alias, organization: &str) -> Result<TenantFacts, DatabaseError> {
        let statement = "SELECT t.id, t.is_active, t.is_suspended, t.subscription_status, t.subscription_period_end,
                f.paid_sequence, f.dropped_sequence
            FROM tenants t LEFT JOIN seat_fences f ON f.organization_id = t.id
            WHERE t.id = $1 OR t.id =
                (SELECT tenant_id FROM tenant_external_ids WHERE application = $2 AND external_org = $3)";
        let (application, external_org) = (alias.application.as_str(), alias.external_org.as_str());
        let rows = self.0.query(statement, &[organization.into(), application.into(), external_org.into()]).await?;
        let found: Vec<Found> = rows.iter().map(|row| read(row, organization)).collect::<Result<_, _>>()?;
        let is_inactive = found.iter().any(|found| found.is_inactive);
        let told = found.into_iter().filter(|found| found.subscription.is_some());
        let last = told.max_by_key(|found| (found.paid, found.is_bound));
        Ok(TenantFacts { is_inactive, subscription: last.and_then(|found| found.subscription) })
    }

    /// Whether there is a tenant `id`.
    pub(crate) async fn knows(&self, id: &str) -> Result<bool, DatabaseError> {
        let rows = self.0.query("SELECT 1 FROM tenants WHERE id = $1", &[id.into()]).await?;
        Ok(!rows.is_empty())
    }
}

fn read(row: &Row, organization: &str) -> Result<Found, DatabaseError> {
    let (paid, dropped) = (row.optional_integer(5)?.unwrap_or(0), row.optional_integer(6)?);
    let is_dropped = dropped.is_some_and(|dropped| paid <= dropped);
    let unknown = || DatabaseError::Refused("tenants.subscription_status is not known".into());
    let told =
        row.optional_text(3)?.map(|written| SubscriptionStatus::parse(written).ok_or_else(unknown)).transpose()?;
    let status = if row.integer(2)? == 0 { told } else { Some(SubscriptionStatus::Suspended) };
    let period_end = row.optional_integer(4)?.map(Timestamp::from_millis);
    Ok(Found {
        is_bound: row.text(0)? != organization,
        paid,
        is_inactive: row.integer(1)? == 0,
        subscription: status.filter(|_| !is_dropped).map(|status| Subscription { status, period_end }),
    })
}

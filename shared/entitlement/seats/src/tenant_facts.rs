//! The facts about an organisation's tenant that take precedence over the ERP: whether the tenant is active, and what
//! payment events said about its subscription, which the ERP may not know yet. They are read from the tenant's row
//! itself, so that the two cannot differ.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use edge_database::Db;

use crate::seat::{SeatSnapshot, SubscriptionStatus};
use crate::subject::ExternalOrg;

/// The facts about an organisation's tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TenantFacts {
    is_inactive: bool,
    /// The subscription by payment events, if there were any and the platform has not dropped them.
    subscription: Option<Subscription>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Subscription {
    status: SubscriptionStatus,
    /// When the paid period ends, if the events say so.
    period_end: Option<Timestamp>,
}

impl TenantFacts {
    pub(crate) fn apply(self, seat: &mut SeatSnapshot) {
        if let Some(Subscription { status, period_end }) = self.subscription {
            seat.subscription_status = status;
            seat.period_end = period_end.or(seat.period_end);
        }
        if self.is_inactive {
            seat.subscription_status = SubscriptionStatus::Suspended;
            seat.tenant_is_inactive = true;
        }
    }
}

/// The rows of tenants, as far as they concern seats.
#[derive(Clone)]
pub(crate) struct TenantRows(Db);

/// A tenant's row.
struct TenantRow {
    is_bound: bool,
    /// The sequence number of the raise that followed its last payment event.
    paid_sequence: i64,
    is_inactive: bool,
    subscription: Option<Subscription>,
}

impl TenantRows {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The facts about the tenant `organization` and the one that `org` is bound to. If there were payment
    /// events for both, the last one counts.
    pub(crate) async fn facts(&self, org: &ExternalOrg, organization: &str) -> Result<TenantFacts, DatabaseError> {
        let statement = "SELECT t.id, t.is_active, t.is_suspended, t.subscription_status, t.subscription_period_end,
                f.paid_sequence, f.dropped_sequence
            FROM tenants t LEFT JOIN seat_fences f ON f.organization_id = t.id
            WHERE t.id = $1 OR t.id =
                (SELECT tenant_id FROM tenant_external_ids WHERE application = $2 AND external_org = $3)";
        let (application, external_org) = (org.application.as_str(), org.id.as_str());
        let rows = self.0.query(statement, &[organization.into(), application.into(), external_org.into()]).await?;
        let tenants: Vec<TenantRow> = rows.iter().map(|row| read(row, organization)).collect::<Result<_, _>>()?;
        let is_inactive = tenants.iter().any(|tenant| tenant.is_inactive);
        let paid = tenants.into_iter().filter(|tenant| tenant.subscription.is_some());
        let last = paid.max_by_key(|tenant| (tenant.paid_sequence, tenant.is_bound));
        Ok(TenantFacts { is_inactive, subscription: last.and_then(|tenant| tenant.subscription) })
    }

    /// Whether there is a tenant `id`.
    pub(crate) async fn exists(&self, id: &str) -> Result<bool, DatabaseError> {
        let rows = self.0.query("SELECT 1 FROM tenants WHERE id = $1", &[id.into()]).await?;
        Ok(!rows.is_empty())
    }
}

fn read(row: &Row, organization: &str) -> Result<TenantRow, DatabaseError> {
    let (paid_sequence, dropped) = (row.optional_integer(5)?.unwrap_or(0), row.optional_integer(6)?);
    let is_dropped = dropped.is_some_and(|dropped| paid_sequence <= dropped);
    let unknown = || DatabaseError::Refused("tenants.subscription_status is not known".into());
    let written =
        row.optional_text(3)?.map(|written| SubscriptionStatus::parse(written).ok_or_else(unknown)).transpose()?;
    let status = if row.integer(2)? == 0 { written } else { Some(SubscriptionStatus::Suspended) };
    let period_end = row.optional_integer(4)?.map(Timestamp::from_millis);
    Ok(TenantRow {
        is_bound: row.text(0)? != organization,
        paid_sequence,
        is_inactive: row.integer(1)? == 0,
        subscription: status.filter(|_| !is_dropped).map(|status| Subscription { status, period_end }),
    })
}

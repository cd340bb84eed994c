//! What payment events said of subscriptions. That goes before what the ERP says, for the ERP may not have heard of the
//! payment yet.

use edge_capabilities::Instant;
use edge_capabilities::database::{DatabaseError, Value};
use edge_record::Record;

use crate::names::SEQUENCE;
use crate::standing::{Standing, SubscriptionStatus};
use crate::subject::Alias;

/// What a payment event said of an organisation's subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionOverride {
    /// The subscription's state.
    pub status: SubscriptionStatus,
    /// When the period that was paid for ends, where the event says so.
    pub period_end: Option<Instant>,
}

impl SubscriptionOverride {
    pub(crate) fn apply(&self, standing: &mut Standing) {
        standing.subscription_status = self.status;
        if let Some(period_end) = self.period_end {
            standing.period_end = period_end;
        }
    }
}

#[derive(Clone)]
pub(crate) struct Overrides(Record);

impl Overrides {
    pub(crate) fn new(record: Record) -> Self {
        Self(record)
    }

    /// What counts of the organisation that `alias` means, if anything does.
    pub(crate) async fn of(
        &self,
        alias: &Alias,
        organization: &str,
    ) -> Result<Option<SubscriptionOverride>, DatabaseError> {
        // What was said last goes first: of the organisation by the ERP's name for it, or of the tenant that the alias
        // is bound to.
        let statement = "SELECT status, period_end FROM subscription_overrides
            WHERE (organization_id = $1 OR organization_id =
                (SELECT tenant_id FROM tenant_external_ids WHERE application = $2 AND external_org = $3))
            AND number > COALESCE((SELECT cleared FROM organization_names WHERE application = $2 AND external_org = $3), 0)
            ORDER BY number DESC LIMIT 1";
        let (application, external_org) = (alias.application.as_str(), alias.external_org.as_str());
        let rows = self.0.query(statement, &[organization.into(), application.into(), external_org.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let unknown = || DatabaseError::Refused("subscription_overrides.status is not known".into());
        let status = SubscriptionStatus::parse(row.text(0)?).ok_or_else(unknown)?;
        Ok(Some(SubscriptionOverride { status, period_end: row.optional_integer(1)?.map(Instant::from_millis) }))
    }

    /// A number for what is about to be read and then set: above all that were taken before.
    pub(crate) async fn next_number(&self) -> Result<i64, DatabaseError> {
        self.0.next_number(SEQUENCE).await
    }

    /// From now on `change` counts, unless one with a higher number does.
    pub(crate) async fn set(
        &self,
        organization: &str,
        change: &SubscriptionOverride,
        number: i64,
    ) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO subscription_overrides (organization_id, status, period_end, number)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (organization_id) DO UPDATE
            SET status = excluded.status, period_end = excluded.period_end, number = excluded.number
            WHERE subscription_overrides.number < excluded.number";
        let values: [Value; 4] =
            [organization.into(), change.status.as_str().into(), change.period_end.into(), number.into()];
        self.0.query(statement, &values).await.map(drop)
    }

    /// From now on the ERP's word counts.
    pub(crate) async fn drop(&self, organization: &str) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM subscription_overrides WHERE organization_id = $1";
        self.0.query(statement, &[organization.into()]).await.map(drop)
    }
}

//! Charges for the periods of subscriptions that belong to entities. A subscription that a payment gateway collects for is
//! not charged again: its gateway is paid.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_invoices::Date;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult};
use edge_subscriptions::Movements;
use edge_tenants::{Tenant, Tenants};

use super::model::{Belonging, SubscriptionEntities};
use super::periods::period_charges;
use super::store::EntitySubscriptions;
use crate::charge::{ChargeSource, Charges, NewCharge};
use crate::error::EntityError;
use crate::period::{Month, zone_of};

/// The kind of their sources.
const KIND: &str = "subscription";

/// The job that charges for periods as they begin.
pub(crate) const CHARGE_PERIODS: JobKind = JobKind::new("entities.charge_periods");

/// How often it runs.
pub(crate) const CHARGE_PERIODS_EVERY: Duration = Duration::from_hours(1);

/// Tenants in one read.
const BATCH: u32 = 200;

/// Posts charges for subscriptions.
#[derive(Clone)]
pub(crate) struct SubscriptionCharges {
    capabilities: Capabilities,
    charges: Charges,
    movements: Movements,
    subscriptions: EntitySubscriptions,
}

impl SubscriptionCharges {
    /// Posts them in `db`.
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            charges: Charges::new(capabilities, db),
            movements: Movements::new(db.clone()),
            subscriptions: EntitySubscriptions::new(capabilities, db),
        }
    }

    /// Posts what the subscriptions of `entities` of `tenant` cost until the end of `period`, as far as that has come. What is
    /// posted already stays as it is.
    pub(crate) async fn post(&self, tenant: &Tenant, entities: &[&str], period: Month) -> Result<(), EntityError> {
        let zone = zone_of(tenant);
        let end = zone.parse_date(&period.next().first_day());
        let now = self.capabilities.clock.now();
        // What falls due now is due.
        let until = now.plus(Duration::from_millis(1)).min(end.unwrap_or(Timestamp::from_millis(i64::MAX)));
        for subscription in self.subscriptions.of_tenant(&tenant.id).await? {
            let is_of = |belonging: &Belonging| entities.contains(&belonging.entity_id.as_str());
            if subscription.entities.iter().any(is_of) {
                self.post_for(tenant, &subscription, until).await?;
            }
        }
        Ok(())
    }

    /// Posts what all subscriptions of `tenant` cost until now.
    async fn post_all(&self, tenant: &Tenant) -> Result<(), EntityError> {
        let until = self.capabilities.clock.now().plus(Duration::from_millis(1));
        for subscription in self.subscriptions.of_tenant(&tenant.id).await? {
            self.post_for(tenant, &subscription, until).await?;
        }
        Ok(())
    }

    async fn post_for(
        &self,
        tenant: &Tenant,
        subscription: &SubscriptionEntities,
        until: Timestamp,
    ) -> Result<(), EntityError> {
        let zone = zone_of(tenant);
        let id = &subscription.subscription_id;
        let history = self.movements.terms_of(id).await?;
        let posted = self.charges.source_ids(&tenant.id, KIND, &format!("{id}:")).await?;
        for due in period_charges(&history, until) {
            let source = ChargeSource { kind: KIND.to_owned(), id: format!("{id}:{}", due.key) };
            let date = Date::of(due.at, &zone);
            let belonging = subscription.entities.iter().find(|belonging| belonging.holds(date));
            let Some(belonging) = belonging.filter(|_| !posted.contains(&source.id) && due.amount.minor != 0) else {
                continue;
            };
            let new = NewCharge {
                entity_id: belonging.entity_id.clone(),
                description: due.description,
                amount: due.amount,
                date,
                service: Some(due.service)
                    .map(|(from, to)| (Date::of(from, &zone), Date::of(to, &zone)))
                    .filter(|(from, to)| from < to),
                terms_days: None,
                source: Some(source),
            };
            self.charges.post(&tenant.id, new).await?;
        }
        Ok(())
    }
}

/// Runs [`CHARGE_PERIODS`].
pub(crate) struct ChargePeriods {
    charges: SubscriptionCharges,
    tenants: Tenants,
}

impl ChargePeriods {
    /// Posts charges in `db`.
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { charges: SubscriptionCharges::new(capabilities, db), tenants: Tenants::new(db.clone()) }
    }
}

#[async_trait]
impl JobHandler for ChargePeriods {
    async fn run(&self, _: &Job) -> JobResult {
        let mut after = String::new();
        loop {
            let tenants = self.charges.subscriptions.tenants_after(&after, BATCH).await?;
            for id in &tenants {
                if let Some(tenant) = self.tenants.find(id).await? {
                    let posted = self.charges.post_all(&tenant).await;
                    posted.map_err(|error| JobError::Retry(error.to_string()))?;
                }
            }
            match tenants.into_iter().next_back() {
                Some(last) => after = last,
                None => return Ok(JobOutcome::Done),
            }
        }
    }
}

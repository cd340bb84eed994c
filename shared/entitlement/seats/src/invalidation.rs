//! Invalidation: no verdict from before a revocation is served after it. That follows from the order in which fences,
//! organization names and tenants are read and written:
//!
//! * A change is written first (in the ERP's seats, in a tenant's row). Then every raise takes a new number from the
//!   global fence, stores itself in the database, takes another number, and raises the organisation's fence to it.
//! * A check reads the fence, then asks the ERP, then reads the tenant, then stores the verdict under the fence that it
//!   read. A raise in between makes the fence differ from the stored one.
//! * Before the first answer for an external id its organisation is not known, so the check cannot read its fence. It
//!   reads the global fence before and after. If that is the same, no raise of any organisation wrote in between, and
//!   the verdict is stored under the organisation's present fence. A verdict without an organisation has the global
//!   fence.
//! * An external id may be bound to a tenant at the edge, and the ERP may give another organisation for it. A verdict
//!   has the fence of the ERP's organisation, so a raise for a tenant also raises the organisations of its external
//!   ids.
//! * A raise is answered once it is in the database and in the cache. If the cache is rolled back to before it,
//!   [`crate::reconciliation`] raises the fence again.
//! * Who remembers verdicts outside the edge follows [`crate::changes`], which lists the raises in the database. So every
//!   organisation that a verdict was about is in the database before the verdict is given, and a verdict that may be older
//!   than a raise, which was listed before the organisation was known, is followed by a raise of its external id.

use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::clock::millis;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Capabilities, Clock};
use edge_database::Db;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::error::StorageError;
use crate::fence::{Fence, FenceToken, Fences};
use crate::fence_raises::{FenceRaises, RaiseReason};
use crate::organization_names::OrganizationNames;
use crate::seat::{SeatLookup, SeatSnapshot};
use crate::subject::ExternalOrg;
use crate::tenant_facts::TenantRows;

/// How long the ERP's word that an external id is another tenant's is used without asking again.
const CONFIRMATION_TTL: Duration = Duration::from_mins(1);

/// How many organisations are read at a time where an application's seats move.
const RAISES_AT_ONCE: u32 = 500;

/// How many of them are raised at the same time.
const CONCURRENT_RAISES: usize = 16;

/// Invalidates cached verdicts.
#[derive(Clone)]
pub struct Invalidation {
    clock: Arc<dyn Clock>,
    fences: Fences,
    names: OrganizationNames,
    tenants: TenantRows,
    raises: FenceRaises,
}

impl Invalidation {
    /// Over the stores that seat verification uses.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            clock: capabilities.clock.clone(),
            fences: Fences::new(capabilities),
            names: OrganizationNames::new(capabilities.cache.clone(), db.clone()),
            tenants: TenantRows::new(db.clone()),
            raises: FenceRaises::new(db.clone()),
        }
    }

    /// Invalidates the verdicts of an organisation: its next checks ask the ERP. The facts about its tenant still take
    /// precedence. Gives the new number of the organisation's fence.
    pub async fn invalidate(&self, organization: &str) -> Result<i64, StorageError> {
        self.raise(organization, RaiseReason::FactsChanged).await
    }

    /// As [`Invalidation::invalidate`], for the organisation of `org`. If that is not known yet, it is enough to
    /// raise the global fence, and to list the external id.
    pub async fn invalidate_external_org(&self, org: &ExternalOrg) -> Result<i64, StorageError> {
        // INVARIANT: the global fence is raised before the organisation is looked up; the first check of an external id
        // stores the organisation before it reads the global fence again. So one of the two sees the other.
        let number = match self.fences.raise_global().await {
            Ok(number) => number,
            Err(error) => {
                self.raise_alias(org, None, 0).await?;
                return Err(error.into());
            }
        };
        let mut fence = None;
        if let Some(tenant) = self.names.tenant_of(org).await? {
            fence = Some(self.invalidate(&tenant).await?);
        }
        let (cached, stored) = (self.names.organization_of(org).await?, self.names.stored(org).await?);
        if let Some(other) = stored.filter(|stored| Some(stored) != cached.as_ref()) {
            fence = Some(self.invalidate(&other).await?);
        }
        match (cached, fence) {
            (Some(organization), _) => self.invalidate(&organization).await,
            (None, Some(fence)) => Ok(fence),
            (None, None) => self.raise_alias(org, None, number).await,
        }
    }

    /// To be called once a payment event's change of the subscription is in the tenant's row. From now on the change
    /// takes precedence over the ERP, until another event changes it or the platform drops it. Gives the new number of
    /// the fence.
    pub async fn payment_changed(&self, tenant: &str) -> Result<i64, StorageError> {
        self.raise(tenant, RaiseReason::PaymentChanged).await
    }

    /// Makes the ERP take precedence over the payment events of a tenant so far; later events take precedence again.
    /// None: there is no such tenant.
    pub async fn drop_payments(&self, tenant: &str) -> Result<Option<i64>, StorageError> {
        if !self.tenants.exists(tenant).await? {
            return Ok(None);
        }
        self.raise(tenant, RaiseReason::PaymentsDropped).await.map(Some)
    }

    /// Makes the next checks see what `change` does to the external ids of `tenant`; `change` gives these external ids.
    pub async fn rebind<E: From<StorageError>>(
        &self,
        tenant: &str,
        change: impl AsyncFnOnce() -> Result<Vec<ExternalOrg>, E>,
    ) -> Result<(), E> {
        // If the cache cannot be reached, nothing is changed.
        self.fences.raise_global().await.map_err(StorageError::from)?;
        let orgs = change().await?;
        // INVARIANT: as in `raise`, names are read after the global fence was raised.
        let number = self.fences.raise_global().await.map_err(StorageError::from)?;
        for org in &orgs {
            if let Some(organization) = self.names.organization_of(org).await? {
                self.raise_to(&organization, number).await?;
            }
            self.raise_alias(org, Some(tenant), number).await?;
        }
        Ok(())
    }

    /// To be called once it is stored where the seats of `application` live from now on: no verdict from where they lived
    /// before is served after this. May be repeated.
    pub async fn invalidate_application(&self, application: &str) -> Result<(), StorageError> {
        // INVARIANT: as in `raise`: names are read after the global fence was raised.
        let number = self.fences.raise_global().await?;
        let mut after = String::new();
        loop {
            let organizations = self.names.organizations_of(application, &after, RAISES_AT_ONCE).await?;
            let Some(last) = organizations.last() else { return Ok(()) };
            after.clone_from(last);
            let raise = |organization: String| async move { self.raise_to(&organization, number).await.map(drop) };
            stream::iter(organizations).map(Ok).try_for_each_concurrent(CONCURRENT_RAISES, raise).await?;
        }
    }

    /// The tenant that `org` is bound to at the edge.
    pub async fn tenant_of(&self, org: &ExternalOrg) -> Result<Option<String>, StorageError> {
        self.names.tenant_of(org).await
    }

    /// The organisation that the ERP last gave for `org`.
    pub async fn organization_of(&self, org: &ExternalOrg) -> Result<Option<String>, StorageError> {
        self.names.organization_of(org).await
    }

    /// Whether `org` belongs to another tenant than `own`: it is bound to one at the edge, or the ERP gave one for
    /// it a moment ago. False if that is not known.
    pub async fn belongs_to_another(&self, org: &ExternalOrg, own: &str) -> bool {
        let Ok(bound) = self.names.tenant_of(org).await else { return false };
        let Ok(organization) = self.names.organization_of(org).await else { return false };
        match (bound.as_deref(), organization.as_deref()) {
            (Some(tenant), _) | (_, Some(tenant)) if tenant == own => false,
            (_, Some(organization)) if organization == own => false,
            (Some(_), _) => true,
            (None, Some(_)) => {
                // The ERP may give another organisation by now, so it is asked again now and then.
                let confirmed = self.names.confirmed_at(org).await.ok().flatten();
                let age = confirmed.map(|confirmed| self.clock.now().millis_since(confirmed));
                age.is_some_and(|age| (0..millis(CONFIRMATION_TTL)).contains(&age))
            }
            (None, None) => false,
        }
    }

    /// Records that the ERP has just confirmed the organisation of `org`: for some time it need not be asked again.
    pub async fn confirm(&self, org: &ExternalOrg) -> Result<(), StoreError> {
        self.names.confirm(org, self.clock.now()).await
    }

    async fn set_name(&self, org: &ExternalOrg, organization: &str) -> Result<(), StorageError> {
        self.names.set(org, organization).await?;
        Ok(self.names.confirm(org, self.clock.now()).await?)
    }

    async fn raise(&self, organization: &str, reason: RaiseReason) -> Result<i64, StorageError> {
        let number = match self.fences.raise_global().await {
            Ok(number) => number,
            Err(error) => {
                // While the cache gives no answer, instances go by the database: see `crate::remembered`. The caller raises
                // again.
                self.raises.insert(organization, self.clock.now(), 0, reason).await?;
                return Err(error.into());
            }
        };
        let stored = self.raises.insert(organization, self.clock.now(), number, reason).await?;
        // INVARIANT: the global fence is raised again after the raise was stored: the first check of an external id may
        // have begun after the first raise and have read before the change was stored. Names are read after that: a
        // check that stores such a name later does not keep what it read before.
        let number = self.fences.raise_global().await?;
        let mut highest = stored.fence;
        for name in self.names.organizations_bound_to(organization).await? {
            highest = highest.max(self.raise_to(&name, number).await?);
        }
        self.fences.apply_raise(organization, number, stored.sequence).await?;
        Ok(highest)
    }

    /// Raises the fence of an organisation to `number` or beyond, in the database and in the cache; gives the fence that
    /// callers are shown.
    async fn raise_to(&self, organization: &str, number: i64) -> Result<i64, StorageError> {
        let stored = self.raises.insert(organization, self.clock.now(), number, RaiseReason::FactsChanged).await?;
        self.fences.apply_raise(organization, number, stored.sequence).await?;
        Ok(stored.fence)
    }

    /// Lists a raise of `org` alone, whose organisation's fence is raised in the cache; gives the fence that callers are
    /// shown. `tenant` is whose external id it is or was.
    async fn raise_alias(&self, org: &ExternalOrg, tenant: Option<&str>, number: i64) -> Result<i64, StorageError> {
        Ok(self.raises.insert_alias(org, tenant, self.clock.now(), number).await?.fence)
    }

    /// Records that `answer`, which is not stored in the cache, is about its organisation.
    pub(crate) async fn note_alias(&self, org: &ExternalOrg, answer: &SeatLookup) -> Result<(), DatabaseError> {
        let SeatLookup::Seat(SeatSnapshot { organization, .. }) = answer else { return Ok(()) };
        self.names.add_alias(org, organization).await
    }

    /// The fence to read before the ERP is asked about a user of `org`: that of its organisation, or the global
    /// one if the organisation is not known.
    pub(crate) async fn fence_of(&self, org: &ExternalOrg) -> Result<Fence, StoreError> {
        match self.names.organization_of(org).await {
            Ok(Some(organization)) => Ok(Fence::Organization(organization)),
            Ok(None) | Err(StorageError::Db(_)) => Ok(Fence::Global),
            Err(StorageError::Cache(error)) => Err(error),
        }
    }

    /// Applies the facts about the tenant to the ERP's answer about a user of `org`. An error: they cannot be read,
    /// and the answer must not be used without them, for the tenant may be suspended.
    pub(crate) async fn apply_tenant_facts(
        &self,
        org: &ExternalOrg,
        answer: &mut SeatLookup,
    ) -> Result<(), DatabaseError> {
        let SeatLookup::Seat(seat) = answer else { return Ok(()) };
        self.tenants.facts(org, &seat.organization).await?.apply(seat);
        Ok(())
    }

    /// The token to store an answer about a user of `org` under, if the tenant's facts were applied to it and the
    /// ERP was asked after `before` was read. An error, or None: there is none; the answer may be used once but not
    /// stored.
    pub(crate) async fn token_for(
        &self,
        org: &ExternalOrg,
        before: &FenceToken,
        answer: &SeatLookup,
    ) -> Result<Option<FenceToken>, StorageError> {
        let SeatLookup::Seat(SeatSnapshot { organization, .. }) = answer else { return Ok(Some(before.clone())) };
        match &before.fence {
            Fence::Organization(expected) if expected == organization => Ok(Some(before.clone())),
            // The ERP gives another organisation than before. The next check reads its fence.
            Fence::Organization(_) => {
                self.set_name(org, organization).await?;
                self.raise_alias(org, Some(organization), before.number).await?;
                Ok(None)
            }
            Fence::Global => {
                self.set_name(org, organization).await?;
                let token = self.fences.get_or_create(Fence::Organization(organization.clone())).await?;
                let global = self.fences.get_or_create(Fence::Global).await?;
                if global == *before {
                    return Ok(Some(token));
                }
                // A raise in between may have been listed without this external id.
                self.raise_alias(org, Some(organization), global.number).await?;
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests;

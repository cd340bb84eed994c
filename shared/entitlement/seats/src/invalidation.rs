//! What was revoked stays revoked: the order in which fences, names and what the edge knows of tenants are read and
//! written.
//!
//! * Whatever changes is written first (the ERP's seats, a tenant's row). Then every raise takes a new number from the
//!   fence of all, writes itself down in the database, takes another number, and raises the organisation's fence by it.
//! * A check reads the fence, then asks the ERP, then reads what the edge knows of the tenant, then stores the verdict
//!   under the fence it read. Whatever was raised in between makes the two differ.
//! * At the first contact with an organisation nobody knows yet whose fence to read. There the check reads the fence
//!   of all before and after; where that stayed the same, no raise of any organisation wrote in between, and the
//!   organisation's fence as it is now will do. A verdict without an organisation stands under the fence of all.
//! * An alias may be bound to a tenant at the edge, whatever the ERP calls its organisation. A verdict stands under the
//!   fence of the ERP's name; what is raised of a tenant is raised of all such names of its aliases too.
//! * A raise is answered once it is in the database and in the cache. Should the cache come back without it,
//!   [`crate::reconciliation`] raises it again.

use std::sync::Arc;
use std::time::Duration;

use edge_capabilities::clock::millis;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_capabilities::{Clock, KeyValue};
use edge_database::Db;

use crate::fence::{Fence, FenceToken, Fences};
use crate::fence_record::{Cause, FenceRecord};
use crate::names::Names;
use crate::payments::Payments;
use crate::standing::Answer;
use crate::subject::Alias;

/// A store that could not be asked, or that refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The cache.
    #[error(transparent)]
    Cache(#[from] StoreError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

/// How long the ERP is believed whose an alias is, where somebody asks whose it is not.
const BELIEVED: Duration = Duration::from_mins(1);

/// What makes the edge forget.
#[derive(Clone)]
pub struct Invalidation {
    clock: Arc<dyn Clock>,
    fences: Fences,
    names: Names,
    payments: Payments,
    recorded: FenceRecord,
}

impl Invalidation {
    /// Over the stores that seat verification uses.
    pub fn new(cache: &Arc<dyn KeyValue>, clock: &Arc<dyn Clock>, db: &Db) -> Self {
        Self {
            clock: clock.clone(),
            fences: Fences::new(cache.clone(), clock.clone()),
            names: Names::new(cache.clone(), db.clone()),
            payments: Payments::new(db.clone()),
            recorded: FenceRecord::new(db.clone()),
        }
    }

    /// Forgets what is known of an organisation's seats: the ERP will be asked. What payment events said of its tenant
    /// stays, and so does whether that is active. Gives the new number of the organisation's fence.
    pub async fn forget(&self, organization: &str) -> Result<i64, Unreachable> {
        self.raise(organization, Cause::Facts).await
    }

    /// As [`Invalidation::forget`], for whichever organisation `alias` means. Where no check has met it yet, raising
    /// the fence of all is enough.
    pub async fn forget_alias(&self, alias: &Alias) -> Result<i64, Unreachable> {
        // INVARIANT: the fence of all is raised before the organisation is looked up; a check at first contact writes
        // the organisation down before it reads the fence of all again. So one of the two sees the other.
        let number = self.fences.raise_all().await?;
        if let Some(tenant) = self.names.tenant_of(alias).await? {
            self.forget(&tenant).await?;
        }
        let (known, recorded) = (self.names.organization_of(alias).await?, self.names.recorded(alias).await?);
        if let Some(other) = recorded.filter(|recorded| Some(recorded) != known.as_ref()) {
            self.forget(&other).await?;
        }
        match known {
            Some(organization) => self.forget(&organization).await,
            None => Ok(number),
        }
    }

    /// To be called once a tenant's row says what a payment event did to its subscription: from now on that goes before
    /// the ERP's word, until another event says otherwise or the platform drops it. Gives the new number of the fence.
    pub async fn payment_changed(&self, tenant: &str) -> Result<i64, Unreachable> {
        self.raise(tenant, Cause::Payment).await
    }

    /// Has the ERP's word go before what payment events said of a tenant's subscription so far; what later ones say
    /// counts again. None: there is no such tenant.
    pub async fn drop_payments(&self, tenant: &str) -> Result<Option<i64>, Unreachable> {
        if !self.payments.knows(tenant).await? {
            return Ok(None);
        }
        self.raise(tenant, Cause::Dropped).await.map(Some)
    }

    /// Has the next check see what `change` does to the tenants that aliases are bound to; it gives the aliases it is
    /// about.
    pub async fn rebind<E: From<Unreachable>>(
        &self,
        change: impl AsyncFnOnce() -> Result<Vec<Alias>, E>,
    ) -> Result<(), E> {
        // Where the cache cannot be reached nothing is changed.
        self.fences.raise_all().await.map_err(Unreachable::from)?;
        let aliases = change().await?;
        // INVARIANT: as in raise, what is known of names is read after the fence of all was raised.
        let number = self.fences.raise_all().await.map_err(Unreachable::from)?;
        for alias in &aliases {
            if let Some(organization) = self.names.organization_of(alias).await? {
                self.raise_to(&organization, number).await?;
            }
        }
        Ok(())
    }

    /// The tenant that `alias` is bound to at the edge.
    pub async fn tenant_of(&self, alias: &Alias) -> Result<Option<String>, Unreachable> {
        self.names.tenant_of(alias).await
    }

    /// The organisation that `alias` was last known to mean.
    pub async fn organization_of(&self, alias: &Alias) -> Result<Option<String>, Unreachable> {
        self.names.organization_of(alias).await
    }

    /// Whether `alias` is known to be another tenant's than `own`: bound to it at the edge, or called so by the ERP a
    /// moment ago. False where that cannot be said.
    pub async fn is_anothers(&self, alias: &Alias, own: &str) -> bool {
        let Ok(bound) = self.names.tenant_of(alias).await else { return false };
        let Ok(meant) = self.names.organization_of(alias).await else { return false };
        match (bound.as_deref(), meant.as_deref()) {
            (Some(tenant), _) | (_, Some(tenant)) if tenant == own => false,
            (_, Some(organization)) if organization == own => false,
            (Some(_), _) => true,
            (None, Some(_)) => {
                // The ERP may have given the name to somebody else since: it is asked now and then.
                let confirmed = self.names.confirmed_at(alias).await.ok().flatten();
                let age = confirmed.map(|confirmed| self.clock.now().millis_since(confirmed));
                age.is_some_and(|age| (0..millis(BELIEVED)).contains(&age))
            }
            (None, None) => false,
        }
    }

    /// Notes that the ERP has just called `alias` what is known: for some time it need not be asked who that is.
    pub async fn confirm(&self, alias: &Alias) -> Result<(), StoreError> {
        self.names.confirm(alias, self.clock.now()).await
    }

    async fn note_name(&self, alias: &Alias, organization: &str) -> Result<(), Unreachable> {
        self.names.note(alias, organization).await?;
        Ok(self.names.confirm(alias, self.clock.now()).await?)
    }

    async fn raise(&self, organization: &str, cause: Cause) -> Result<i64, Unreachable> {
        self.fences.raise_all().await?;
        let sequence = self.recorded.note(organization, self.clock.now(), cause).await?;
        // INVARIANT: the fence of all is raised behind what was written: a check at first contact may have begun after it
        // was raised before, and have read before the writing. What is known of names is read after that: a check that
        // meets one of these later does not keep what it read before the writing.
        let number = self.fences.raise_all().await?;
        for name in self.names.bound_to(organization).await? {
            self.raise_to(&name, number).await?;
        }
        Ok(self.fences.raise_shown(organization, number, sequence).await?)
    }

    /// Raises the fence of an organisation to `number` or beyond, in the database and in the cache.
    async fn raise_to(&self, organization: &str, number: i64) -> Result<(), Unreachable> {
        let sequence = self.recorded.note(organization, self.clock.now(), Cause::Facts).await?;
        self.fences.raise_shown(organization, number, sequence).await?;
        Ok(())
    }

    pub(crate) async fn stands(&self, mark: &FenceToken) -> Result<bool, StoreError> {
        self.fences.stands(mark).await
    }

    /// The fence to read before the ERP is asked about somebody of `alias`: that of the organisation it means, or that
    /// of all where that is not known.
    pub(crate) async fn before(&self, alias: &Alias) -> Result<FenceToken, StoreError> {
        match self.names.organization_of(alias).await {
            Ok(Some(organization)) => self.fences.of_organization(&organization).await,
            Ok(None) | Err(Unreachable::Db(_)) => self.fences.of_all().await,
            Err(Unreachable::Cache(error)) => Err(error),
        }
    }

    /// As [`Invalidation::before`], without making a fence where there is none: many who come together to a new store
    /// would all make it, and none of them could tell its number until the last was done.
    pub(crate) async fn peek(&self, alias: &Alias) -> Result<Option<FenceToken>, StoreError> {
        match self.names.organization_of(alias).await {
            Ok(Some(organization)) => self.fences.peek(Fence::Organization(organization)).await,
            Ok(None) | Err(Unreachable::Db(_)) => self.fences.peek(Fence::All).await,
            Err(Unreachable::Cache(error)) => Err(error),
        }
    }

    /// Completes the ERP's answer about somebody of `alias` by what the edge knows of the tenant. An error: that cannot
    /// be read, and without it the ERP's word says nothing, for the tenant may be suspended.
    pub(crate) async fn complete(&self, alias: &Alias, answer: &mut Answer) -> Result<(), DatabaseError> {
        let Answer::Seat(standing) = answer else { return Ok(()) };
        self.payments.of(alias, &standing.organization).await?.apply(standing);
        Ok(())
    }

    /// The fence that a completed answer about somebody of `alias` stands behind, where the ERP was asked after `before`
    /// was read. An error, or None: that cannot be said; the answer may be used once but not kept.
    pub(crate) async fn mark(
        &self,
        alias: &Alias,
        before: &FenceToken,
        answer: &Answer,
    ) -> Result<Option<FenceToken>, Unreachable> {
        let Answer::Seat(standing) = answer else { return Ok(Some(before.clone())) };
        let organization = &standing.organization;
        match &before.fence {
            Fence::Organization(meant) if meant == organization => Ok(Some(before.clone())),
            // The alias has come to mean another organisation. The next check knows which fence to read.
            Fence::Organization(_) => {
                self.note_name(alias, organization).await?;
                Ok(None)
            }
            Fence::All => {
                self.note_name(alias, organization).await?;
                let of_organization = self.fences.of_organization(organization).await?;
                Ok((self.fences.of_all().await? == *before).then_some(of_organization))
            }
        }
    }
}

#[cfg(test)]
mod tests;
